/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modem's side of core: texts come in as they are listed, and are taken in batches; what is
 * durable is acknowledged, in one message a batch.
 */
#ifndef GATEWAY_CORE_CHANNEL_H
#define GATEWAY_CORE_CHANNEL_H

#include "gateway/common/ipc.h"
#include "gateway/core/session.h"

/* A batch of a listing that goes on is taken after this pause. */
#define CHANNEL_PAUSE_MS 20

struct channel {
	struct session *session;
	int fd; /* -1: no modem */
	size_t count;
	int64_t listed_ms; /* of the last complete listing on clock_boot_ms; 0: none yet */
	uint32_t skipped;  /* slots that could not be read, at the last listing */
	struct msg_sms batch[BATCH_MAX];
};

/*
 * Read what has come, and take whole batches. *waits is set if texts of a batch wait for more: call
 * channel_take() after CHANNEL_PAUSE_MS.
 * ST_OK; ST_CLOSED (the modem is gone: what it handed over was taken); SC_STOP.
 */
enum status channel_read(struct channel *c, int *waits) MUST_USE;

/* Forget what waits: its modem process is gone, and the next one gives the same names to others. */
void channel_forget(struct channel *c);

/* Take what waits. ST_OK, SC_STOP. */
enum status channel_take(struct channel *c) MUST_USE;

#endif

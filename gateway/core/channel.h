/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One modem's side of core: texts come in as they are listed, and are taken in batches; what is
 * durable is acknowledged, in one message a batch. And what is known of that modem.
 */
#ifndef GATEWAY_CORE_CHANNEL_H
#define GATEWAY_CORE_CHANNEL_H

#include "gateway/common/ipc.h"
#include "gateway/common/loop.h"
#include "gateway/core/session.h"

/* A batch of a listing that goes on is taken after this pause. */
#define CHANNEL_PAUSE_MS 20

struct modems;

struct channel {
	struct modems *all; /* of modems.c */
	struct session *session;
	unsigned modem; /* 0 to MODEMS_MAX - 1 */
	int fd;         /* -1: its process is not there */
	size_t count;
	struct msg_sms *batch; /* room for BATCH_MAX, while it is connected; else NULL */
	struct loop_timer timer;

	int answered;      /* this process has listed it, to its end or to a bound */
	int finished;      /* this process has listed it to its end */
	int listed;        /* to its end, since core started */
	int64_t listed_ms; /* the last complete listing on clock_boot_ms; 0: none yet */
	uint32_t skipped;  /* slots that could not be read, at the last listing */
	int told_senders;  /* its process was told that senders' numbers are wanted */
	int knows_state;
	struct msg_modem_state state;
	struct msg_modem_gone gone; /* how its last process ended; zeros once one has answered */
	uint32_t power_cycles;      /* since core started */
	int64_t credit_ms;          /* on clock_boot_ms; 0: none */
	struct msg_credit credit;   /* it may hold the SIM's number: in memory alone */
};

/* Its process has come. Takes fd on ST_OK; ST_MEMORY. */
enum status channel_open(struct channel *c, int fd) MUST_USE;

/*
 * Read what has come, up to a bound, and take whole batches. *waits is set if texts of a batch wait
 * for more: call channel_take() after CHANNEL_PAUSE_MS. ST_OK; ST_CLOSED (the modem is gone: what
 * it handed over was taken); SC_STOP.
 */
enum status channel_read(struct channel *c, int *waits) MUST_USE;

/* Take what waits. ST_OK, SC_STOP. */
enum status channel_take(struct channel *c) MUST_USE;

/* Its process is gone: forget what waits, for the next one gives the same names to others. */
void channel_close(struct channel *c);

/* Wipe what waits and what the network said. For the end. */
void channel_wipe(struct channel *c);

#endif

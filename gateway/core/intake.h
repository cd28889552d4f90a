/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The road of one text: normalise, open, decode, validate, one transaction. Everything is opened,
 * decoded and checked before the transaction begins, so no text can fail a batch: what cannot be
 * read is kept as unreadable, with its reason.
 */
#ifndef GATEWAY_CORE_INTAKE_H
#define GATEWAY_CORE_INTAKE_H

#include <stddef.h>

#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/*
 * Take up to BATCH_MAX texts in the order of their arrival: parked while LOCKED (or read_only),
 * read otherwise. On ST_OK all of them are durable, or were there already, and may be acknowledged.
 * ST_FULL: the disk's reserve is reached, nothing was taken, acknowledge nothing. ST_NOT_ALLOWED:
 * there is no gateway yet, or its ring list was changed; likewise. SC_STOP.
 *   modem  which they came through: 0 to MODEMS_MAX - 1; UINT32_MAX: not known
 */
enum status intake_batch(
    struct session *s, unsigned modem, const struct msg_sms *sms, size_t count) MUST_USE;

/* Read everything that was parked, in the order of arrival. The session is ARMED or OPEN. */
enum status intake_parked(struct session *s) MUST_USE;

/* Park a refused unlock, while LOCKED. */
enum status intake_refused(struct session *s) MUST_USE;

/* Is what is left of the disk to be kept for what must be written? */
int intake_disk_is_low(const struct session *s);

#endif

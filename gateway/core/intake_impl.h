/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by intake.c and intake_parts.c alone. */
#ifndef GATEWAY_CORE_INTAKE_IMPL_H
#define GATEWAY_CORE_INTAKE_IMPL_H

#include <stdint.h>

#include "gateway/core/intake_read.h"
#include "gateway/core/parts.h"
#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* What the modem handed over, within every bound, classified. Borrows from sms. */
void arrival_of_sms(const struct session *s, const struct msg_sms *sms, struct arrival *a);
/* What was parked, classified. Borrows from p. */
void arrival_of_row(const struct parked *p, struct arrival *a);

/* Collect its row, with its sender if it has one. seq: the row's; may be NULL. */
enum status intake_park(struct session *s, const struct arrival *a, uint64_t *seq) MUST_USE;

/* Open a row. ST_OK (wipe p), ST_FORGED, ST_VERSION, ST_DAMAGED. */
enum status intake_row_open(
    struct session *s, int64_t seq, const uint8_t *blob, size_t len, struct parked *p) MUST_USE;

/* Was this text taken before, by its content? That is asked of the 152 characters of profile X, and
 * in posture `protected` of each text of an EW1 shape. If it is new it enters `seen`; for another
 * one noise does, so that the number of rows does not tell them apart. */
enum status intake_seen_content(struct session *s, struct arrival *a, int *seen) MUST_USE;

/* --- intake_parts.c: ARMED or OPEN, not for reading only --- */

/* One valid part, in a row or handed over. The message that it completes is read, and one that it
 * crowds out given up: both are collected, with their rows. */
enum status intake_part(struct session *s, const struct parts_item *item) MUST_USE;
/* Collect rows for the parts of the batch under way that still wait. */
enum status intake_parts_park(struct session *s) MUST_USE;

#endif

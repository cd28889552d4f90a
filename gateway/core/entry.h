/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report that a coordinator writes down: a plain coded text, read with the codebook and the
 * places in force, one `received` event for each report in it, whose source is the coordinator.
 */
#ifndef GATEWAY_CORE_ENTRY_H
#define GATEWAY_CORE_ENTRY_H

#include "gateway/core/events.h"
#include "gateway/core/session.h"
#include "reporting/report/plain.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* About 100 KiB: on the heap, wiped by whoever made it. Of `event` the first plain.reports are
 * written. */
struct entry {
	struct plain plain;
	uint32_t arrived;              /* quarter hours, RECORD_EVENT_NONE without a clock */
	uint8_t seen[REPORT_SEEN_LEN]; /* the same for what would be stored as the same reports */
	struct event_received event[PLAIN_REPORTS_MAX];
};

/*
 * Read it. Changes nothing.
 *   e      always written.
 *   words  why it cannot be stored; written only on failure.
 * ST_OK: every report of it can be stored. ST_SYNTAX, ST_INCOMPLETE, ST_UNKNOWN, ST_RANGE,
 * ST_TOO_LONG, ST_NOT_ALLOWED: it cannot.
 */
enum status entry_read(const struct session *s, const struct msg_report_text *ask, struct entry *e,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/*
 * Store what entry_read() gave ST_OK for, in one commit.
 *   first  the seq of the first one; the others follow it without a gap.
 * ST_OK, or ST_NOT_ALLOWED or ST_FULL and nothing was changed, or SC_STOP.
 */
enum status entry_store(struct session *s, const struct entry *e, uint64_t *first) MUST_USE;

#endif

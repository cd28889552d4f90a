/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports that a coordinator writes down: a plain coded text, read with the codebook and the places
 * in force, and one `received` event for all that it holds, whose source is the coordinator. It may
 * be about one written down before, by its number (docs/decisions/0071-what-is-written-down.md).
 */
#ifndef GATEWAY_CORE_ENTRY_H
#define GATEWAY_CORE_ENTRY_H

#include "gateway/core/events.h"
#include "gateway/core/session.h"
#include "reporting/report/plain.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* About 40 KiB: on the heap, wiped by whoever made it. */
struct entry {
	struct plain plain; /* what a report lacks is filled from the one that it means */
	uint32_t arrived;   /* quarter hours, RECORD_EVENT_NONE without a clock */
	uint8_t seen[REPORT_SEEN_LEN]; /* the same for what would be stored as the same reports */
	uint16_t review[PLAIN_REPORTS_MAX]; /* of each report */
	struct event_received event;        /* whole only if all of them can be stored */
};

/*
 * Read it, while OPEN. Changes nothing.
 *   e      always written.
 *   words  why it cannot be stored; written only on failure.
 * ST_OK: every report of it can be stored. ST_SYNTAX, ST_INCOMPLETE, ST_UNKNOWN, ST_RANGE,
 * ST_TOO_LONG, ST_NOT_ALLOWED: it cannot. ST_MEMORY.
 */
enum status entry_read(const struct session *s, const struct msg_report_text *ask, struct entry *e,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/*
 * Store what entry_read() gave ST_OK for, in one commit.
 *   number  the seq of its event, by which it can be referred to.
 * ST_OK, or ST_NOT_ALLOWED or ST_FULL and nothing was changed, or SC_STOP.
 */
enum status entry_store(struct session *s, const struct entry *e, uint64_t *number) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a coordinator asked the inbox for, with names made into numbers by the books in force.
 */
#ifndef GATEWAY_CORE_VIEW_FILTER_H
#define GATEWAY_CORE_VIEW_FILTER_H

#include "gateway/core/view.h"
#include "gateway/core/words.h"

#define VIEW_FILTER_WORDS SESSION_WORDS_MAX

struct view_filter {
	uint64_t before; /* seq; UINT64_MAX: from the newest on */
	uint32_t limit, which;
	uint8_t by_kind, by_place, by_monitor, by_time, by_report; /* a field of one */
	uint8_t kind, severity, certainty, grave, duress;
	uint32_t since, until; /* quarter hours, the latter not included */
	uint64_t monitor;
	uint8_t is_grave[UINT8_MAX + 1];        /* by kind */
	uint8_t is_place[(UINT16_MAX + 1) / 8]; /* by place, as bits */
};

/*
 * Read a request. Its texts must be ended.
 *   words  what is wrong with it, for a person; written only when something is.
 * ST_OK, ST_UNKNOWN (a kind, place or monitor that is not there), ST_RANGE, ST_MEMORY.
 */
enum status view_filter_read(struct view *v, const struct view_names *names,
    const struct msg_inbox *ask, struct view_filter *out, char words[VIEW_FILTER_WORDS]) MUST_USE;

/* The rows that fit, the newest texts first, until there are `limit`; those of one text come
 * together and in their order, so there may be up to REPORTS_MAX - 1 more, and the next page begins
 * before the seq of the last. ST_OK, ST_MEMORY, or the callback's status if that is not ST_OK. */
enum status view_filter_rows(struct view *v, const struct view_names *names,
    const struct view_filter *f, view_inbox_fn *fn, void *arg) MUST_USE;

/* How many rows fit but heartbeats and cover, whatever `before`, `limit` and `which` say. ST_OK,
 * ST_MEMORY. */
enum status view_filter_counts(
    struct view *v, const struct view_filter *f, struct msg_inbox_counts *out) MUST_USE;

#endif

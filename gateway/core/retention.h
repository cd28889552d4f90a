/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Erasing old months (schemas/store/store.md, retention): rows, runs, the month's keys and their
 * copies go, and the anchor moves, so that what a copy of the disk still holds opens with nothing
 * that is left. What was counted of them, and who was enrolled, lies in the bases.
 */
#ifndef GATEWAY_CORE_RETENTION_H
#define GATEWAY_CORE_RETENTION_H

#include <stdint.h>

#include "gateway/core/session.h"
#include "schemas/status.h"

/* Beside this month, so many are kept with everything in them. */
#define RETENTION_MONTHS 4

/* Why a month stays. */
enum retention_why {
	RETENTION_GOES,
	RETENTION_CLOCK,   /* the date is not confirmed */
	RETENTION_RECENT,  /* it is not old enough */
	RETENTION_NO_BASE, /* no base of a later month is 70 days old */
	RETENTION_EARLIER  /* one before it stays */
};

struct retention_month {
	unsigned month; /* since January 2025 */
	uint64_t first, rows;
	uint32_t from_hour, to_hour; /* since 2025; to: the next one's beginning; 0: not known */
	int has_base;
	enum retention_why why;
	uint8_t link_behind[JOURNAL_LINK_LEN]; /* after its last row, if it goes */
};

/* Every month that the journal has, oldest first, at most max of them. While OPEN.
 * ST_OK, ST_FULL (more than max), or the disk's failure. */
enum status retention_list(
    struct session *s, struct retention_month *out, size_t max, size_t *count) MUST_USE;
#define RETENTION_LISTED_MAX 512

/*
 * Erase the oldest months up to that one, for good. While OPEN.
 *   words  on failure why not, for a person.
 * ST_OK, ST_UNKNOWN (no such month), ST_NOT_ALLOWED (it stays), or SC_STOP.
 */
enum status retention_drop(
    struct session *s, unsigned month, char words[SESSION_WORDS_MAX]) MUST_USE;

const char *retention_words(enum retention_why why);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what was typed to the 26 octets that are sealed. Looks up, checks, and says what is wrong;
 * changes nothing.
 */
#ifndef REPORTING_MONITOR_COMPOSE_H
#define REPORTING_MONITOR_COMPOSE_H

#include "crypto/envelope_x.h"
#include "reporting/monitor/books.h"
#include "reporting/monitor/request.h"
#include "reporting/report/note.h"

#include <stdint.h>

/* What a report is written with. */
struct compose_setting {
	const struct books *books;
	unsigned schema;     /* codebook version mod 16 of the enrolment */
	uint32_t n;          /* the number that the report will have */
	int64_t now;         /* seconds since 1970 as the machine believes */
	const uint16_t *own; /* OWN_MAX places behind her own numbers; NULL: she has no list */
};

/* A report in every form that is needed after it was understood. */
struct composed {
	struct record record;
	struct note note;
	uint8_t plain[ENVELOPE_X_PLAIN_LEN];
};

/*
 * Understand a request.  out  written only on success.
 * Returns 0, or what say_usage returned.
 */
int compose_report(
    const struct request *request, const struct compose_setting *with, struct composed *out);

/*
 * Understand a plain coded text (schemas/report/plain.md): what is asked about, and what is not
 * read of it, is said. A sealed message holds one report and no range.
 *   yes      go on although something of the text is not read
 *   record   written only on success, but for target and duress
 *   refers   number of the message meant, 0 none; likewise
 * Returns 0, or what say_usage returned.
 */
int compose_text(const char *text, bool yes, const struct compose_setting *with,
    struct record *record, uint32_t *refers);

/* A message without a report: RELATION_HEARTBEAT or RELATION_COVER. Every other field is zero or
 * not given. */
void compose_silent(enum relation relation, struct composed *out);

/* Say on standard error what a report will say, in a language of the books; never the duress. */
void compose_say(
    const struct composed *c, const struct compose_setting *with, const char *language);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain coded text: reports as people type them without a cipher, on any phone or in the
 * coordinator's form. Table: schemas/report/plain.def and plain_words.def; grammar:
 * schemas/report/plain.md. Nothing is guessed: what can be read in two ways is a question, and
 * every part of the text is accounted for. Pure.
 */
#ifndef REPORTING_REPORT_PLAIN_H
#define REPORTING_REPORT_PLAIN_H

#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "reporting/report/record.h"

#include <stddef.h>

#define PLAIN_REPORTS_MAX REPORTS_MAX
#define PLAIN_TOKENS_MAX 512
#define PLAIN_FOLDED_MAX (2 * LONG_TEXT_MAX) /* some characters grow when they are folded */
#define PLAIN_ANSWER_SIGN '=' /* what a gateway's own answers begin with: never a report */
#define PLAIN_PRINT_MAX 96    /* octets of a printed report, with its zero */

enum plain_field {
#define PLAIN_FIELD(name, tag, place, digits, low, high, words) PLAIN_##name,
#include "schemas/report/plain.def"
	PLAIN_FIELDS
};

enum plain_why {
#define PLAIN_WHY(name, words) PLAIN_WHY_##name,
#include "schemas/report/plain.def"
	PLAIN_WHYS
};

/* What a text is read with. All is borrowed. */
struct plain_setting {
	const struct codebook *book;
	const struct places *places; /* its offset_min is the local time */
	const uint16_t *own; /* OWN_MAX ids behind this monitor's two digits, 0 where there is
				none; NULL: she has no list, short numbers are ids too */
	uint32_t arrived; /* quarter hours (record_quarter); RECORD_EVENT_NONE: no trusted clock */
};

enum plain_use {
	PLAIN_FRESH,   /* never after plain_parse */
	PLAIN_USED,    /* by field `field` of report `report` */
	PLAIN_IGNORED, /* for the reason `why`; the report stands without it */
	PLAIN_ASKED    /* for the reason `why`; the report does not stand until it is answered */
};

/* A part of the message: a run of letters, of digits, or a sign. */
struct plain_token {
	uint16_t from, len; /* octets of the message */
	uint8_t use;        /* enum plain_use */
	uint8_t report;     /* its number; PLAIN_REPORTS_MAX: none */
	uint8_t field;      /* enum plain_field, if it is used */
	uint8_t why;        /* enum plain_why, if it is not */
	uint8_t candidate;  /* kind that may be meant; never stored as it. 0 none */
	bool repaired;      /* a letter was read as the digit, or the Latin letter, it looks like */
	/* for the parser */
	uint8_t type, marks, digits, seps, meaning;
	uint16_t before; /* bits of separators in front of it; 0: it is glued to the one before */
	uint16_t at, folded;
	uint32_t value;
};

struct plain_report {
	struct record record; /* lag: the event to the arrival */
	uint32_t refers;      /* receipt number of the report meant; 0 none */
	uint8_t upper;        /* upper end of a range, as in `affected`; AFFECTED_NONE: no range */
	bool repaired;        /* a token of it was */
	bool open;            /* a question must be answered first: never stored as it is */
	uint8_t why;          /* the first one, enum plain_why */
	uint8_t candidate;    /* kind that may be meant; 0 none */
};

enum plain_outcome {
	PLAIN_REPORTS,   /* one or more, none of them open; ignored tokens are to be told */
	PLAIN_QUESTION,  /* at least one token or report is asked about */
	PLAIN_UNREADABLE /* no report; `why` says why */
};

/* About 30 KiB: keep it static or on the heap. Only the first `count` of a list are written. */
struct plain {
	enum plain_outcome outcome;
	enum plain_why why; /* of PLAIN_UNREADABLE, and the first question */
	unsigned reports, tokens;
	struct plain_report report[PLAIN_REPORTS_MAX];
	struct plain_token token[PLAIN_TOKENS_MAX];
	size_t folded_len;
	char folded[PLAIN_FOLDED_MAX];
};

/*
 * Read a message.
 *   text  UTF-8 as it arrived, len octets; borrowed. Anything is allowed.
 *   out   always written.
 * A correction, follow-up, cancel or all-clear may lack kind and place: whoever stores it takes
 * them from the report that it refers to.
 */
void plain_parse(const char *text, size_t len, const struct plain_setting *with, struct plain *out);

/*
 * The canonical text of a report, which reads as the same report wherever the setting is the same
 * and the arrival is not before its event. Target group and duress have no plain form and must be
 * 0. Returns its length, 0 if the report has none.
 */
size_t plain_print(const struct plain_report *report, const struct codebook *book, int offset_min,
    char out[PLAIN_PRINT_MAX]);

const char *plain_why_words(enum plain_why why);
const char *plain_field_words(enum plain_field field);

#endif

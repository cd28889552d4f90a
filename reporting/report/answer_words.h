/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of an answer's words, and a text that is put together from them. Pure.
 */
#ifndef REPORTING_REPORT_ANSWER_WORDS_H
#define REPORTING_REPORT_ANSWER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "reporting/report/plain.h"

enum answer_row {
#define X(name, en, fr, sw, ar) ANSWER_##name,
#include "schemas/report/answers.def"
	ANSWER_ROWS
};

#define ANSWER_LANGUAGES 4
#define ANSWER_PART_MAX 256 /* a row with what stands in it, ended */
#define ANSWER_DRAFT_MAX 6144

/* English for a language that has none. */
const char *answer_words(const char *language, enum answer_row row);

/* How one asks about it. */
enum answer_row answer_question(enum plain_why why);

/* The line of answers.def that it stands in. */
unsigned answer_line(enum answer_row row);

/* A text in the making, longer than it may stay. */
struct answer_text {
	size_t len;
	char text[ANSWER_DRAFT_MAX];
};

/*
 * Words of a person at the end. A Latin letter that SMS lacks is put without its accent, for one
 * such letter would leave 70 characters of 160. Control characters are left out.
 */
void answer_put(struct answer_text *t, const char *words);
/* A row of the table, with `what` where its '#' stands. */
void answer_put_row(
    struct answer_text *t, const char *language, enum answer_row row, const char *what);
/* The same into a part that is put into another row. */
void answer_row_with(
    const char *language, enum answer_row row, const char *what, char out[ANSWER_PART_MAX]);

/* Characters beyond what one SMS has room for; 0: it fits. */
unsigned answer_over(const struct answer_text *t);

#endif

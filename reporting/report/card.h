/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A codebook as a card, what a monitor keeps beside her: 32 columns, the width of a receipt
 * printer, or two sides of A5 as SVG. Behind a kind's two digits stands the check digit that a
 * plain text needs (reporting/report/damm.h); a grave kind is marked. Pure: lines go to a callback.
 */
#ifndef REPORTING_REPORT_CARD_H
#define REPORTING_REPORT_CARD_H

#include "reporting/report/codebook.h"

#define CARD_COLUMNS 32
#define CARD_LINE_MAX (HINT_MAX + 24) /* octets with the closing zero: a text of no width too */
#define CARD_SVG_LINE_MAX 1280        /* the same of SVG: a text of which each octet is escaped */

/* What a card says beside the book's own words. */
enum card_word {
#define X(name, en, fr, sw, ar) CARD_##name,
#include "schemas/codebook/card_words.def"
#undef X
	CARD_WORDS
};
const char *card_word(enum card_word word, const char *language);

/* Is this language written from right to left? */
bool card_is_leftward(const char *language);

/* Takes one line without its newline; borrowed for the call. */
typedef void card_line_fn(void *context, const char *line);

/* Columns that a text takes on a screen or printer of fixed width. */
unsigned card_columns(const char *text);

/*
 * Every kind with its hint, by class, the scales, the actors and the target groups; in a language
 * of the book, or its first. Words that are written from right to left stand between U+2068 and
 * U+2069, so that they turn nothing around them.
 */
void card_write(const struct codebook *b, const char *language, card_line_fn *line, void *context);

/*
 * One side of an A5 page as an SVG document: the kinds on the front, what is said of them on the
 * back. The hints are there if they find room. Shaping and ordering the letters is the viewer's.
 */
enum card_side { CARD_FRONT, CARD_BACK };
void card_write_svg(const struct codebook *b, const char *language, enum card_side side,
    card_line_fn *line, void *context);

#endif

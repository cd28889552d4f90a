/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A codebook as a card of 32 columns, the width of a receipt printer: what a monitor keeps beside
 * her. Pure: lines go to a callback.
 */
#ifndef REPORTING_REPORT_CARD_H
#define REPORTING_REPORT_CARD_H

#include "reporting/report/codebook.h"

#define CARD_COLUMNS 32
#define CARD_LINE_MAX (HINT_MAX + 16) /* octets with the closing zero: a text of no width too */

/* Takes one line without its newline; borrowed for the call. */
typedef void card_line_fn(void *context, const char *line);

/* Columns that a text takes on a screen or printer of fixed width. */
unsigned card_columns(const char *text);

/* Every kind with its hint, the scales and the actors; in a language of the book, or its first. */
void card_write(const struct codebook *b, const char *language, card_line_fn *line, void *context);

#endif

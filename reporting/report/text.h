/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an incoming SMS can be, by its length and characters alone (EW1 2.1, 2.6). Pure.
 */
#ifndef REPORTING_REPORT_TEXT_H
#define REPORTING_REPORT_TEXT_H

#include "schemas/limits.h"

#include <stddef.h>

#define TEXT_SYMBOLS_MAX EW1_X_CHARS

enum text_class {
	TEXT_OTHER, /* plain or junk */
	TEXT_X,     /* 152 base32 symbols */
	TEXT_S,     /* 39 to 41: one slip is allowed */
	TEXT_P6,    /* 23 to 25 digits: one slip is allowed */
	TEXT_P5     /* 20 digits */
};

/*
 * Classify one text (reassembled, UTF-8, len octets; borrowed).
 *   symbols  the canonical symbols with a closing zero: upper-case base32 (O is 0, I and L are 1)
 *            for X and S; digits (O is 0, I and L are 1, S is 5) for P6 and P5. Empty for OTHER.
 *   count    how many; 0 for OTHER.
 * Before that, decimal digits of any script become ASCII, full-width letters too; blanks of any
 * kind, CR, LF, tab, - . and , are left out, so are invisible characters (joiners, bidi marks,
 * BOM). Anything else, bad UTF-8 too, makes it OTHER.
 */
enum text_class text_classify(
    const char *text, size_t len, char symbols[TEXT_SYMBOLS_MAX + 1], size_t *count);

/*
 * How many letters and digits (ASCII) there are in a text that looks as if it was meant to be
 * sealed, whether or not it is: nobody types so many without a blank. 0: it does not look so.
 */
size_t text_sealed_like(const char *text, size_t len);

/* The ASCII digit for a decimal digit (Unicode Nd) of any script, or the code point itself. */
int text_fold_digit(int code_point);

#endif

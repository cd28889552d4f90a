/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of an answer: one SMS in the monitor's language (schemas/report/answers.def). What does
 * not fit is left out, the least important first, and never cut within a word. Pure.
 *
 * A read-back begins with PLAIN_ANSWER_SIGN. plain_parse() reads no text that does, so that an
 * answer that comes back, or reaches another gateway, makes no report (PLAIN_WHY_ANSWER); and
 * whoever gets such a text does not answer it. Nothing else of a sender is repeated than the words,
 * of at most 20 letters, that were not read; no sign, no invisible character, and no run of seven
 * digits or more, for that may be a phone number.
 */
#ifndef REPORTING_REPORT_ANSWER_TEXT_H
#define REPORTING_REPORT_ANSWER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "reporting/report/plain.h"
#include "schemas/limits.h"

#define ANSWER_MAX (SMS_TEXT_MAX + 1) /* with its zero; it always fits one SMS */

/* The neutral answer of a language, for a network that has chosen none; English for a language
 * that has none. */
const char *answer_neutral(const char *language);

struct answer_setting {
	const struct codebook *book;
	const struct places *places;
	const char *language; /* of the sender */
	uint32_t number;      /* of the text, by which she can refer to it; 0: none was stored */
};

/*
 * What was understood, what is asked, what was not read. In this order of importance: the number
 * of the text and how many reports it holds; kind and place of each, by letters and number if the
 * labels leave no room for all; the question; people and day; what was not read.
 *   p, text  as plain_parse() left it, and what it was read from; borrowed.
 * Always writes a text that is not empty. Returns its octets, without the zero.
 */
size_t answer_read_back(const struct answer_setting *with, const struct plain *p, const char *text,
    size_t text_len, char out[ANSWER_MAX]);

/*
 * What an answer must have room for: number, count, and kind and place of one report by their
 * labels. For the check at build. Returns how many characters are too many, 0: it fits.
 */
unsigned answer_excess(
    const struct answer_setting *with, const struct plain_report *report, unsigned count);

/* Codes of the languages of answers.def, NULL behind the last. */
const char *answer_language(unsigned i);

#endif

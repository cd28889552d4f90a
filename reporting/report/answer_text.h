/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of an answer: one SMS in the monitor's language (schemas/report/answers.def). What does
 * not fit is left out, the least important first, and never cut within a word. Pure.
 */
#ifndef REPORTING_REPORT_ANSWER_TEXT_H
#define REPORTING_REPORT_ANSWER_TEXT_H

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

/* What was understood, what is asked, what was not read. Returns its octets. */
size_t answer_read_back(const struct answer_setting *with, const struct plain *p, const char *text,
    size_t text_len, char out[ANSWER_MAX]);

#endif

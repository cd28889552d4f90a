/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a kind's `asks`, for who reads and who writes them. */
#ifndef REPORTING_BOOK_BOOK_ASKS_H
#define REPORTING_BOOK_BOOK_ASKS_H

#include "reporting/report/codebook.h"

static const struct {
	const char *word;
	enum record_field field;
} asked[] = {
#define X(field, word) {word, RECORD_##field},
#include "schemas/codebook/asks.def"
#undef X
};
#define ASKED_COUNT (sizeof(asked) / sizeof(asked[0]))

#endif

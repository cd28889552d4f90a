/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every codebook that was ever in force, so that each report is read with the one that it was
 * written with. The 4 bits of a report tell 16 versions apart; of what arrives, those up to
 * BOOK_BEHIND_MAX behind the one in force are read, so that a version that is not in force yet is
 * never taken for an old one.
 */
#ifndef GATEWAY_CORE_PAST_BOOKS_H
#define GATEWAY_CORE_PAST_BOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "reporting/report/codebook.h"
#include "schemas/status.h"

/* One of them; the list is the newest first. */
struct past_book {
	struct past_book *older;
	uint64_t seq; /* of its event: in force from there on */
	size_t len;
	struct codebook *book; /* without the unused end of its pool: never copied as a value */
};

#define PAST_BOOKS_NOW UINT64_MAX

/* Keeps a copy of the book, before the others. ST_OK, ST_MEMORY. */
enum status past_books_add(
    struct past_book **head, uint64_t seq, const struct codebook *book) MUST_USE;
/* Wipes and frees all of them. */
void past_books_free(struct past_book **head);

/* In force when the event of that seq was written; NULL: none yet. */
const struct codebook *past_books_in_force(const struct past_book *head, uint64_t seq);

/* The one that a report with these 4 bits was written with, which came then; NULL: not known. */
const struct codebook *past_books_find(const struct past_book *head, unsigned schema, uint64_t seq);

#endif

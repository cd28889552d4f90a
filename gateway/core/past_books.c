/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/past_books.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "reporting/book/book.h"

enum status
past_books_add(struct past_book **head, uint64_t seq, const struct codebook *book)
{
	size_t len = offsetof(struct codebook, pool) + book->pool_len;
	struct past_book *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->book = malloc(len)) == NULL) {
		free(p);
		return ST_MEMORY;
	}
	memcpy(p->book, book, len);
	p->len = len;
	p->seq = seq;
	p->older = *head;
	*head = p;
	return ST_OK;
}

void
past_books_free(struct past_book **head)
{
	struct past_book *p;

	while ((p = *head) != NULL) {
		*head = p->older;
		sodium_memzero(p->book, p->len);
		free(p->book);
		free(p);
	}
}

static const struct past_book *
at(const struct past_book *head, uint64_t seq)
{
	while (head != NULL && head->seq >= seq)
		head = head->older;
	return head;
}

const struct codebook *
past_books_in_force(const struct past_book *head, uint64_t seq)
{
	const struct past_book *p = at(head, seq);

	return p == NULL ? NULL : p->book;
}

const struct codebook *
past_books_find(const struct past_book *head, unsigned schema, uint64_t seq)
{
	const struct past_book *now = at(head, seq);

	for (const struct past_book *p = now; p != NULL; p = p->older)
		if (codebook_schema(p->book) == schema)
			return now->book->version - p->book->version <= BOOK_BEHIND_MAX ? p->book
											: NULL;
	return NULL;
}

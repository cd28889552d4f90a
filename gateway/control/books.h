/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A codebook or places file, read and checked before a gateway takes it.
 */
#ifndef GATEWAY_CONTROL_BOOKS_H
#define GATEWAY_CONTROL_BOOKS_H

#include "reporting/book/book.h"

#define BOOK_FILE_MAX (CODEBOOK_FILE_MAX > PLACES_FILE_MAX ? CODEBOOK_FILE_MAX : PLACES_FILE_MAX)

/* Large: static. */
struct book_file {
	size_t len;
	uint8_t text[BOOK_FILE_MAX];
};

/*
 * Read path and check it as a book of this type. 0, or EXIT_REFUSED after each fault was printed
 * on standard error as FILE:LINE: words.
 */
int books_load(const char *path, enum book_type type, struct book_file *out);

#endif

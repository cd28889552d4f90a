/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codebook and the places file that are shipped, read. One file of a program includes it. */
#ifndef TESTS_SUPPORT_SHIPPED_BOOKS_H
#define TESTS_SUPPORT_SHIPPED_BOOKS_H

#include "gateway/common/fileio.h"
#include "reporting/book/book.h"
#include "tests/support/check.h"

static struct codebook book;
static struct places places;

static void
read_shipped_books(void)
{
	static char octets[CODEBOOK_FILE_MAX];
	static struct book_faults faults;
	size_t len;

	CHECK_EQ(fileio_read(PROJECT_DIR "/schemas/codebook/atrocity.cfg", (uint8_t *)octets,
		     sizeof(octets), &len),
	    ST_OK);
	CHECK_EQ(book_read_codebook(octets, len, &book, &faults), ST_OK);
	CHECK_EQ(fileio_read(PROJECT_DIR "/schemas/places/example.cfg", (uint8_t *)octets,
		     sizeof(octets), &len),
	    ST_OK);
	CHECK_EQ(book_read_places(octets, len, &places, &faults), ST_OK);
}

#endif

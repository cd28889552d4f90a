/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/books.h"

#include "gateway/common/fileio.h"
#include "gateway/common/status.h"
#include "reporting/book/book.h"
#include "reporting/monitor/say.h"

#define FILE_MAX (CODEBOOK_FILE_MAX > PLACES_FILE_MAX ? CODEBOOK_FILE_MAX : PLACES_FILE_MAX)

static int
load_text(const char *what, const char *path, size_t max, uint8_t *text, size_t *len)
{
	enum status st = fileio_read(path, text, max, len);

	if (st == ST_OK)
		return 0;
	if (st == ST_UNKNOWN)
		return say_usage("there is no %s at %s", what, path);
	return say_usage("cannot read the %s %s: %s", what, path, status_words(st));
}

static int
say_faults(const char *what, const char *path, enum status st, const struct book_faults *faults)
{
	for (unsigned i = 0; i < faults->count; i++)
		if (faults->fault[i].line == 0)
			say("%s: %s", path, faults->fault[i].words);
		else
			say("%s:%u: %s", path, faults->fault[i].line, faults->fault[i].words);
	return say_usage("the %s %s cannot be used: %s; get a fresh copy from your coordinator",
	    what, path, st == ST_SYNTAX ? "it is not a right one" : status_words(st));
}

/* The two files are easily given in each other's place. */
static int
say_other(const char *what, const char *path)
{
	return say_usage("%s is not a %s: -b takes the codebook, -p the places file", path, what);
}

static int
load_codebook(const char *path, struct codebook *out)
{
	static const char what[] = "codebook";
	static uint8_t text[FILE_MAX];
	static struct book_faults faults;
	enum status st;
	size_t len;
	int rc;

	if ((rc = load_text(what, path, CODEBOOK_FILE_MAX, text, &len)) != 0)
		return rc;
	if (book_type((const char *)text, len) == BOOK_PLACES)
		return say_other(what, path);
	book_faults_init(&faults);
	st = book_read_codebook((const char *)text, len, out, &faults);
	return st == ST_OK ? 0 : say_faults(what, path, st, &faults);
}

int
books_load_places(const char *path, struct places *out)
{
	static const char what[] = "places file";
	static uint8_t text[FILE_MAX];
	static struct book_faults faults;
	enum status st;
	size_t len;
	int rc;

	if ((rc = load_text(what, path, PLACES_FILE_MAX, text, &len)) != 0)
		return rc;
	if (book_type((const char *)text, len) == BOOK_CODEBOOK)
		return say_other(what, path);
	book_faults_init(&faults);
	st = book_read_places((const char *)text, len, out, &faults);
	return st == ST_OK ? 0 : say_faults(what, path, st, &faults);
}

int
books_load(const char *codebook_path, const char *places_path, struct books *out)
{
	int rc;

	if ((rc = load_codebook(codebook_path, &out->codebook)) != 0)
		return rc;
	return books_load_places(places_path, &out->places);
}

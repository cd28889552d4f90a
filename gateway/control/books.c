/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/books.h"

#include <stdio.h>

#include "gateway/common/fileio.h"
#include "gateway/common/status.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

/* One at a time, too large for the stack. */
static struct {
	struct book_faults faults;
	struct codebook codebook;
	struct places places;
} work;

static enum status
check_codebook(const struct book_file *f)
{
	enum status st =
	    book_read_codebook((const char *)f->text, f->len, &work.codebook, &work.faults);

	return st == ST_OK ? book_check_codebook(&work.codebook, &work.faults) : st;
}

static enum status
check_places(const struct book_file *f)
{
	enum status st =
	    book_read_places((const char *)f->text, f->len, &work.places, &work.faults);

	return st == ST_OK ? book_check_places(&work.places, &work.faults) : st;
}

static void
print_faults(const char *path)
{
	const struct book_faults *f = &work.faults;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->fault[i].line == 0)
			(void)fprintf(stderr, "%s: %s\n", path, f->fault[i].words);
		else
			(void)fprintf(
			    stderr, "%s:%u: %s\n", path, f->fault[i].line, f->fault[i].words);
	}
}

/* The two files are easily given in each other's place. */
static bool
is_other(const char *text, size_t len, enum book_type wanted)
{
	enum book_type found = book_type(text, len);

	return found != BOOK_UNKNOWN && found != wanted;
}

static int
file_refused(const char *what, const char *path, enum status st)
{
	switch (st) {
	case ST_UNKNOWN:
		return cmd_fail(
		    EXIT_REFUSED, "there is no file %s: give the path of the %s", path, what);
	case ST_NOT_ALLOWED:
		return cmd_fail(EXIT_REFUSED, "%s may not be read by this user", path);
	case ST_TOO_LONG:
		return cmd_fail(EXIT_REFUSED, "%s is longer than %d octets, as no %s is", path,
		    BOOK_FILE_MAX, what);
	case ST_SYNTAX:
		return cmd_fail(EXIT_REFUSED,
		    "%s is a folder, or no plain file: give the %s itself", path, what);
	default:
		return cmd_fail(
		    EXIT_REFUSED, "the %s %s cannot be read: %s", what, path, status_words(st));
	}
}

int
books_load(const char *path, enum book_type type, struct book_file *out)
{
	const char *what = type == BOOK_PLACES ? "places file" : "codebook";
	enum status st;

	book_faults_init(&work.faults);
	if ((st = fileio_read(path, out->text, sizeof(out->text), &out->len)) != ST_OK)
		return file_refused(what, path, st);
	if (is_other((const char *)out->text, out->len, type))
		return cmd_fail(EXIT_REFUSED, "%s is a %s, and a %s is needed here", path,
		    type == BOOK_PLACES ? "codebook" : "places file", what);
	st = type == BOOK_PLACES ? check_places(out) : check_codebook(out);
	if (st == ST_OK)
		return 0;
	print_faults(path);
	return cmd_fail(
	    EXIT_REFUSED, "%s is not a %s that can be used: mend it as said above", path, what);
}

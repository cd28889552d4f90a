/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads codebook and places files (libconfig) from octets, and checks them. A file can do nothing
 * but be read: @include is refused. Uses the heap while it reads, keeps nothing.
 *
 * Reading is for ever: it accepts every version that was once accepted, because a journal holds the
 * octets. Checking holds the rules for a book that shall be put in force.
 */
#ifndef REPORTING_BOOK_BOOK_H
#define REPORTING_BOOK_BOOK_H

#include "reporting/report/codebook.h"
#include "reporting/report/places.h"

#define BOOK_FAULTS_MAX 50
#define BOOK_WORDS_MAX 200

struct book_fault {
	unsigned line;              /* from 1; 0: the file as a whole */
	char words[BOOK_WORDS_MAX]; /* what is wrong and what to do, without a full stop */
};

/* Faults in the order in which they were found. Zero it, or book_faults_init it, before use:
 * reading and checking append. */
struct book_faults {
	unsigned count; /* kept: at most BOOK_FAULTS_MAX */
	unsigned more;  /* found beyond that */
	struct book_fault fault[BOOK_FAULTS_MAX];
};

enum book_type { BOOK_UNKNOWN, BOOK_CODEBOOK, BOOK_PLACES };

void book_faults_init(struct book_faults *f);

/* What a file is, by its top keys: `kinds` or `places`. UNKNOWN too if it cannot be parsed. */
enum book_type book_type(const char *text, size_t len);

/*
 * Read. text: len octets, need not end with zero; borrowed.
 *   out     written only on ST_OK (it is large: static or heap).
 *   faults  at least one is appended on any other status.
 * ST_OK, ST_SYNTAX (see faults), ST_TOO_LONG, ST_MEMORY.
 */
enum status book_read_codebook(
    const char *text, size_t len, struct codebook *out, struct book_faults *faults) MUST_USE;
enum status book_read_places(
    const char *text, size_t len, struct places *out, struct book_faults *faults) MUST_USE;

/* Check a book that was read. ST_OK, or ST_SYNTAX with at least one fault appended. */
enum status book_check_codebook(const struct codebook *b, struct book_faults *faults) MUST_USE;
enum status book_check_places(const struct places *p, struct book_faults *faults) MUST_USE;

/* How far behind the version in force a book may be that monitors still write with: half of what
 * the 4 bits on the wire tell apart. */
#define BOOK_BEHIND_MAX 8

/*
 * May `now` be put in force where `was` has been? A number and its letters keep their meaning; what
 * goes is retired and stays so; the version is higher. Both are checked books. ST_OK, or ST_SYNTAX
 * with at least one fault appended, at lines of `now`.
 */
enum status book_follow(
    const struct codebook *was, const struct codebook *now, struct book_faults *faults) MUST_USE;

/* One of the books that are joined. */
struct book_part {
	const struct codebook *book; /* read and checked */
	const char *name;            /* for the words of faults */
};

/*
 * Join books whose codes do not meet into one.
 *   part     two or more; put in the order of their codes. The result does not depend on the order
 *            in which they came.
 *   id       of the joined book; version likewise.
 *   out      undefined on failure.
 * The languages are those that all have. ST_OK, or ST_SYNTAX with at least one fault appended: its
 * words name file and line, its own line is 0.
 */
enum status book_join(struct book_part *part, unsigned count, const char *id, uint32_t version,
    struct codebook *out, struct book_faults *faults) MUST_USE;

/* Takes one line without its newline; borrowed for the call. */
typedef void book_line_fn(void *context, const char *line);

/* The text of a file that reads as this book. */
void book_write(const struct codebook *b, book_line_fn *line, void *context);

/* What changed, in words for a coordinator, one line each. Returns how many lines. */
unsigned book_diff(
    const struct codebook *was, const struct codebook *now, book_line_fn *line, void *context);

#endif

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

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/codebooks.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/words.h"
#include "reporting/book/book.h"

static enum status
say_fault(char words[SESSION_WORDS_MAX], const struct book_faults *f)
{
	if (f->count == 0)
		return ST_SYNTAX;
	if (f->fault[0].line == 0)
		return say(words, ST_SYNTAX, "%s", f->fault[0].words);
	return say(words, ST_SYNTAX, "line %u: %s", f->fault[0].line, f->fault[0].words);
}

/* The version that a monitor writes with: that of her latest report, or of the day she was
 * enrolled. 0: not known, because the journal lost it. */
static uint32_t
version_of(const struct session *s, const struct view_writer *w)
{
	const struct codebook *b = NULL;

	if (w->report_seq != 0)
		b = past_books_find(s->facts->books, w->schema, w->report_seq);
	if (b == NULL)
		b = past_books_in_force(s->facts->books, w->enrolled_seq);
	return b == NULL ? 0 : b->version;
}

/* --- activate --- */

struct behind {
	const struct session *s;
	uint32_t version, oldest; /* the new one; the oldest that is too far behind */
	unsigned count;
	char pseudonym[PSEUDONYM_MAX]; /* of one of them */
};

static enum status
see_writer(void *arg, const struct view_writer *w)
{
	struct behind *b = arg;
	uint32_t version = version_of(b->s, w);

	if (version == 0 || b->version - version <= BOOK_BEHIND_MAX)
		return ST_OK;
	if (b->count++ > 0 && version >= b->oldest)
		return ST_OK;
	b->oldest = version;
	(void)snprintf(b->pseudonym, sizeof(b->pseudonym), "%s", w->pseudonym);
	return ST_OK;
}

static enum status
check_writers(const struct session *s, uint32_t version, char words[SESSION_WORDS_MAX])
{
	struct behind b = {.s = s, .version = version};
	enum status st = view_writers(s->view, see_writer, &b);

	if (st == ST_OK && b.count > 0)
		st = say(words, ST_NOT_ALLOWED,
		    "active monitors who would be more than %d versions behind: %u, among them "
		    "%s with version %u. At most version %u can be put in force until each of them "
		    "has reported with a newer one, or is revoked",
		    BOOK_BEHIND_MAX, b.count, b.pseudonym, (unsigned)b.oldest,
		    (unsigned)b.oldest + BOOK_BEHIND_MAX);
	sodium_memzero(&b, sizeof(b));
	return st;
}

static enum status
check_book(const struct session *s, const struct codebook *now, struct book_faults *faults,
    char words[SESSION_WORDS_MAX])
{
	if (book_check_codebook(now, faults) != ST_OK)
		return say_fault(words, faults);
	for (const struct past_book *p = s->facts->books; p != NULL; p = p->older)
		if (book_follow(p->book, now, faults) != ST_OK)
			return say_fault(words, faults);
	return check_writers(s, now->version, words);
}

enum status
codebooks_append(
    struct session *s, enum event_type type, uint32_t version, const char *octets, size_t len)
{
	struct event_book e = {.version = version, .octets = (const uint8_t *)octets, .len = len};
	uint8_t *body = malloc(EVENT_BOOK_HEAD + len);
	enum status st;

	if (body == NULL)
		return ST_MEMORY;
	(void)crypto_generichash(e.hash, sizeof(e.hash), e.octets, len, NULL, 0);
	st =
	    session_append(s, type, body, event_book_encode(&e, body, EVENT_BOOK_HEAD + len), NULL);
	sodium_memzero(body, EVENT_BOOK_HEAD + len);
	free(body);
	return st;
}

enum status
codebooks_activate(struct session *s, const char *octets, size_t len, char words[SESSION_WORDS_MAX])
{
	struct codebook *book = calloc(1, sizeof(*book));
	struct book_faults *faults = calloc(1, sizeof(*faults));
	enum status st = ST_MEMORY;

	if (book != NULL && faults != NULL)
		st = book_read_codebook(octets, len, book, faults);
	if (st == ST_SYNTAX || st == ST_TOO_LONG)
		st = say_fault(words, faults);
	if (st == ST_OK)
		st = check_book(s, book, faults, words);
	if (st == ST_OK)
		st = codebooks_append(s, EVENT_CODEBOOK, book->version, octets, len);
	if (st == ST_OK)
		st = session_commit(s);
	if (book != NULL)
		sodium_memzero(book, sizeof(*book));
	free(book);
	free(faults);
	return st;
}

/* --- list --- */

#define VERSIONS_COUNTED 64 /* of the newest ones */

struct counts {
	const struct session *s;
	uint32_t writers[VERSIONS_COUNTED];
};

static enum status
count_writer(void *arg, const struct view_writer *w)
{
	struct counts *c = arg;
	uint32_t version = version_of(c->s, w);
	unsigned i = 0;

	for (const struct past_book *p = c->s->facts->books; p != NULL && i < VERSIONS_COUNTED;
	     p = p->older, i++)
		if (p->book->version == version) {
			c->writers[i]++;
			break;
		}
	return ST_OK;
}

enum status
codebooks_list(const struct session *s, codebooks_fn *fn, void *arg)
{
	struct counts c = {.s = s};
	enum status st = view_writers(s->view, count_writer, &c);
	unsigned i = 0;

	for (const struct past_book *p = s->facts->books; p != NULL && st == ST_OK; p = p->older) {
		const struct codebook *b = p->book;
		struct msg_codebook_row row = {.version = b->version,
		    .kinds = b->kinds,
		    .in_force = p == s->facts->books,
		    .writers = i < VERSIONS_COUNTED ? c.writers[i] : 0};

		i++;
		(void)snprintf(row.id, sizeof(row.id), "%s", codebook_text(b, b->id));
		for (unsigned l = 0; l < b->languages.count; l++) {
			size_t used = strlen(row.languages);

			(void)snprintf(row.languages + used, sizeof(row.languages) - used, "%s%s",
			    l == 0 ? "" : " ", b->languages.code[l]);
		}
		st = fn(arg, &row);
	}
	return st;
}

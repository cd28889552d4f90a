/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/facts.h"

#include <sodium.h>
#include <stdlib.h>

#include "gateway/core/events.h"
#include "reporting/book/book.h"

#define QUARTERS_A_DAY 96

enum status
facts_new(struct facts **out)
{
	*out = calloc(1, sizeof(**out));
	return *out == NULL ? ST_MEMORY : ST_OK;
}

static void
wipe_free(void *p, size_t len)
{
	if (p == NULL)
		return;
	sodium_memzero(p, len);
	free(p);
}

void
facts_free(struct facts *f)
{
	if (f == NULL)
		return;
	past_books_free(&f->books);
	wipe_free(f->places, sizeof(*f->places));
	wipe_free(f, sizeof(*f));
}

static enum status
apply_codebook(struct facts *f, uint64_t seq, const struct event_book *e)
{
	struct codebook *book = calloc(1, sizeof(*book));
	struct book_faults *faults = calloc(1, sizeof(*faults));
	enum status st = ST_MEMORY;

	if (book == NULL || faults == NULL)
		goto done;
	st = book_read_codebook((const char *)e->octets, e->len, book, faults);
	if (st == ST_OK && (st = past_books_add(&f->books, seq, book)) == ST_OK)
		f->book = f->books->book;
done:
	wipe_free(book, sizeof(*book));
	free(faults);
	return st == ST_MEMORY ? ST_MEMORY : ST_OK;
}

static enum status
apply_places(struct facts *f, const struct event_book *e)
{
	struct places *places = calloc(1, sizeof(*places));
	struct book_faults *faults = calloc(1, sizeof(*faults));
	enum status st = ST_MEMORY;

	if (places == NULL || faults == NULL)
		goto done;
	st = book_read_places((const char *)e->octets, e->len, places, faults);
	if (st == ST_OK) {
		wipe_free(f->places, sizeof(*f->places));
		f->places = places;
		places = NULL;
	}
done:
	wipe_free(places, sizeof(*places));
	free(faults);
	return st == ST_MEMORY ? ST_MEMORY : ST_OK;
}

static enum status
apply_book(struct facts *f, const struct view_event *ev)
{
	struct event_book e;

	if (event_book_decode(ev->body, ev->len, &e) != ST_OK)
		return ST_OK;
	return ev->type == EVENT_CODEBOOK ? apply_codebook(f, ev->seq, &e) : apply_places(f, &e);
}

/* A day is what the clock said: one that was set back begins another. */
static void
count_queued(struct facts *f, const struct view_event *ev)
{
	struct event_queued e;

	if (event_queued_decode(ev->body, ev->len, &e) == ST_OK) {
		if (f->queued == 0 || f->queued_day != e.at / QUARTERS_A_DAY) {
			f->queued_day = e.at / QUARTERS_A_DAY;
			f->queued = 0;
			f->queued_first = ev->seq;
		}
		f->queued++;
	}
	sodium_memzero(&e, sizeof(e));
}

static void
count_sent(struct facts *f, const struct view_event *ev)
{
	struct event_sent e;

	if (event_sent_decode(ev->body, ev->len, &e) == ST_OK && e.ref >= f->queued_first &&
	    f->queued > 0 && (e.state == OUTBOX_CANCELLED || e.state == OUTBOX_EXPIRED))
		f->queued--;
}

enum status
facts_apply(struct facts *f, const struct view_event *ev)
{
	struct event_enrolled enrolled;
	struct event_setting setting;

	if (!ev->proven || ev->version > event_version(ev->type))
		return ST_OK;
	switch (ev->type) {
	case EVENT_CODEBOOK:
	case EVENT_PLACES:
		return apply_book(f, ev);
	case EVENT_ENROLLED:
		if (event_enrolled_decode(ev->body, ev->len, &enrolled) == ST_OK)
			f->household[enrolled.slot] = enrolled.household;
		sodium_memzero(&enrolled, sizeof(enrolled));
		return ST_OK;
	case EVENT_SETTING:
		if (event_setting_decode(ev->body, ev->len, &setting) != ST_OK)
			return ST_OK;
		if (setting.key == SETTING_POSTURE)
			f->posture = setting.value;
		if (setting.key == SETTING_KEEP_NUMBERS)
			f->keep_numbers = setting.value;
		return ST_OK;
	case EVENT_QUEUED:
		count_queued(f, ev);
		return ST_OK;
	case EVENT_SENT:
		count_sent(f, ev);
		return ST_OK;
	default:
		return ST_OK;
	}
}

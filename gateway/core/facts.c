/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/facts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "reporting/book/book.h"

#define QUARTERS_A_DAY 96

enum status
facts_new(struct facts **out)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return ST_MEMORY;
	choices_init(&(*out)->choices);
	(*out)->senders = senders_new();
	return (*out)->senders == NULL ? ST_MEMORY : ST_OK;
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
	senders_free(f->senders);
	wipe_free(f->places, sizeof(*f->places));
	for (size_t i = 0; i < SLOT_MAX; i++)
		wipe_free(f->monitor[i].own, OWN_MAX * sizeof(uint16_t));
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

	if (event_queued_decode(ev->body, ev->len, &e) != ST_OK)
		return;
	if (e.kind == QUEUED_ANSWER) {
		if (f->answered_day != e.at / QUARTERS_A_DAY)
			f->answered = 0;
		f->answered_day = e.at / QUARTERS_A_DAY;
		f->answered++;
	} else {
		if (f->queued_day != e.at / QUARTERS_A_DAY)
			f->queued = 0;
		f->queued_day = e.at / QUARTERS_A_DAY;
		if (f->queued < FACTS_QUEUED_MAX)
			f->queued_seq[f->queued++] = ev->seq;
	}
	sodium_memzero(&e, sizeof(e));
}

/* What was given up does not count; but an answer does, for its limit is no person's to plan with.
 */
static void
count_sent(struct facts *f, const struct view_event *ev)
{
	struct event_sent e;

	if (event_sent_decode(ev->body, ev->len, &e) != ST_OK ||
	    (e.state != OUTBOX_CANCELLED && e.state != OUTBOX_EXPIRED))
		return;
	for (uint32_t i = 0; i < f->queued; i++)
		if (f->queued_seq[i] == e.ref) {
			f->queued_seq[i] = f->queued_seq[--f->queued];
			return;
		}
}

/* A slot begins anew with each monitor. */
static void
apply_enrolled(struct facts *f, const struct view_event *ev)
{
	struct event_enrolled e;

	if (event_enrolled_decode(ev->body, ev->len, &e) == ST_OK) {
		struct facts_monitor *m = &f->monitor[e.slot];

		wipe_free(m->own, OWN_MAX * sizeof(uint16_t));
		*m = (struct facts_monitor){.household = e.household};
		memcpy(m->language, e.language, sizeof(m->language));
	}
	sodium_memzero(&e, sizeof(e));
}

/* What came with her number from then on is nobody's. */
static void
apply_revoked(struct facts *f, const struct view_event *ev)
{
	struct event_revoked e;

	if (event_revoked_decode(ev->body, ev->len, &e) == ST_OK)
		f->monitor[e.slot].plain = 0;
}

static void
apply_vetted(struct facts *f, const struct view_event *ev)
{
	struct event_vetted e;

	if (event_vetted_decode(ev->body, ev->len, &e) == ST_OK)
		f->monitor[e.slot].vetted = e.vetted;
}

static void
apply_plain_allowed(struct facts *f, const struct view_event *ev)
{
	struct event_plain_allowed e;

	if (event_plain_allowed_decode(ev->body, ev->len, &e) == ST_OK)
		f->monitor[e.slot].plain = e.allowed;
	sodium_memzero(&e, sizeof(e));
}

static enum status
apply_own_places(struct facts *f, const struct view_event *ev)
{
	static const uint16_t none[OWN_MAX];
	struct event_own_places e;
	uint16_t *own = NULL;

	if (event_own_places_decode(ev->body, ev->len, &e) != ST_OK)
		return ST_OK;
	if (memcmp(e.place, none, sizeof(none)) != 0) {
		if ((own = malloc(sizeof(e.place))) == NULL)
			return ST_MEMORY;
		memcpy(own, e.place, sizeof(e.place));
	}
	wipe_free(f->monitor[e.slot].own, sizeof(e.place));
	f->monitor[e.slot].own = own;
	return ST_OK;
}

static void
apply_setting(struct facts *f, const struct view_event *ev)
{
	struct event_setting e;

	if (event_setting_decode(ev->body, ev->len, &e) != ST_OK || e.key >= SETTINGS_MAX)
		return;
	f->choices.value[e.key] = e.value;
	if (e.key == SETTING_NEUTRAL)
		memcpy(f->choices.neutral, e.text, sizeof(f->choices.neutral));
}

enum status
facts_apply(struct facts *f, const struct view_event *ev)
{
	if (!ev->proven || ev->version > event_version(ev->type))
		return ST_OK;
	switch (ev->type) {
	case EVENT_CODEBOOK:
	case EVENT_PLACES:
		return apply_book(f, ev);
	case EVENT_ENROLLED:
		apply_enrolled(f, ev);
		return ST_OK;
	case EVENT_REVOKED:
		apply_revoked(f, ev);
		return ST_OK;
	case EVENT_VETTED:
		apply_vetted(f, ev);
		return ST_OK;
	case EVENT_PLAIN_ALLOWED:
		apply_plain_allowed(f, ev);
		return ST_OK;
	case EVENT_OWN_PLACES:
		return apply_own_places(f, ev);
	case EVENT_SETTING:
		apply_setting(f, ev);
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

int
facts_moves_senders(unsigned type)
{
	return type == EVENT_ENROLLED || type == EVENT_REVOKED || type == EVENT_PLAIN_ALLOWED ||
	       type == EVENT_SETTING;
}

struct settling {
	const struct facts *f;
	int all;
};

static enum status
settle_one(void *arg, uint16_t slot, const char *number, int plain)
{
	const struct settling *s = arg;

	if (s->all || plain)
		senders_set(s->f->senders, slot, number);
	return ST_OK;
}

enum status
facts_settle(struct facts *f, struct view *v, const struct policy *policy)
{
	struct settling s = {f, policy->posture == POLICY_OPEN};

	for (uint16_t slot = 0; slot < SLOT_MAX; slot++)
		senders_set(f->senders, slot, NULL);
	return view_numbers(v, settle_one, &s);
}

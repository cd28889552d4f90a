/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the texts in the outbox. */
#include <sodium.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/status.h"
#include "gateway/core/number.h"
#include "gateway/core/outbox_impl.h"

#define HOUR_MS 3600000
/* Far beyond what tocsin-modem waits for: its process is alive, and has lost the text. */
#define ANSWER_MS (10 * 60000)
#define STATUS_MAX 255 /* TP-ST */

enum status
outbox_end(struct outbox *o, uint64_t number, enum outbox_state state, unsigned code)
{
	struct event_sent e = {.at = session_quarter(o->s),
	    .ref = number,
	    .state = (uint8_t)state,
	    .code = state == OUTBOX_FAILED ? (uint16_t)code : 0};
	uint8_t body[EVENT_SENT_LEN];
	enum trust trust;

	(void)session_now_s(o->s, &trust);
	e.trust = (uint8_t)trust;
	return session_append(
	    o->s, EVENT_SENT, body, event_sent_encode(&e, body, sizeof(body)), NULL);
}

void
outbox_mark(const struct outbox *o, const char *number, uint8_t mark[OUTBOX_MARK_LEN])
{
	const char *tail = number_tail(number);

	(void)crypto_generichash(mark, OUTBOX_MARK_LEN, (const uint8_t *)tail, strlen(tail), o->key,
	    sizeof(o->key)); /* cannot fail with these lengths */
}

static void
wait_for_report(
    struct outbox *o, const struct outbox_text *t, unsigned modem, const struct msg_sent *m)
{
	struct outbox_waiting *w = &o->waiting[o->next_waiting];

	o->next_waiting = (o->next_waiting + 1) % OUTBOX_REPORTS;
	w->number = t->number;
	w->sent_ms = clock_boot_ms();
	w->modem = modem;
	w->reference = m->reference & 0xFF;
	outbox_mark(o, t->to, w->mark);
}

static struct outbox_text *
in_flight(struct outbox *o, unsigned modem)
{
	for (size_t i = 0; i < OUTBOX_PLACES; i++)
		if (o->text[i].number != 0 && o->text[i].state == OUTBOX_SENDING &&
		    o->text[i].modem == modem)
			return &o->text[i];
	return NULL;
}

/* One text comes to its end; its number goes. */
static enum status
end_one(struct outbox *o, struct outbox_text *t, enum outbox_state state, unsigned code)
{
	enum status st = outbox_end(o, t->number, state, code);

	if (st == ST_OK)
		st = session_commit(o->s);
	outbox_wipe(t);
	return st;
}

enum status
outbox_sent(struct outbox *o, unsigned modem, const struct msg_sent *m)
{
	struct outbox_text *t = in_flight(o, modem);

	if (t == NULL || t->number != m->id)
		return ST_OK; /* it was given up */
	switch (m->result) {
	case SEND_DONE:
		if (!t->is_answer)
			wait_for_report(o, t, modem, m);
		return end_one(o, t, OUTBOX_SENT, 0);
	case SEND_REFUSED:
		return end_one(o, t, OUTBOX_FAILED, m->code > UINT16_MAX ? 0 : m->code);
	default:
		return end_one(o, t, OUTBOX_UNKNOWN, 0);
	}
}

/* The newest that fits: references are eight bits, and come again. */
static struct outbox_waiting *
find_waiting(struct outbox *o, unsigned modem, const struct msg_report *m)
{
	const int64_t oldest = clock_boot_ms() - (int64_t)OUTBOX_REPORT_H * HOUR_MS;
	struct outbox_waiting *newest = NULL;
	char number[NUMBER_MAX];
	uint8_t mark[OUTBOX_MARK_LEN];

	memcpy(number, m->number, sizeof(number));
	number[sizeof(number) - 1] = '\0';
	outbox_mark(o, number, mark);
	sodium_memzero(number, sizeof(number));
	for (size_t i = 0; i < OUTBOX_REPORTS; i++) {
		struct outbox_waiting *w = &o->waiting[i];

		if (w->number != 0 && w->sent_ms < oldest)
			sodium_memzero(w, sizeof(*w));
		if (w->number != 0 && w->modem == modem && w->reference == m->reference &&
		    sodium_memcmp(w->mark, mark, sizeof(mark)) == 0 &&
		    (newest == NULL || w->number > newest->number))
			newest = w;
	}
	return newest;
}

enum status
outbox_report(struct outbox *o, unsigned modem, const struct msg_report *m)
{
	struct outbox_waiting *w;
	enum status st;

	if (m->state != REPORT_DELIVERED && m->state != REPORT_FAILED)
		return ST_OK; /* the centre goes on trying */
	if ((w = find_waiting(o, modem, m)) == NULL)
		return ST_OK;
	if (m->state == REPORT_DELIVERED)
		st = outbox_end(o, w->number, OUTBOX_DELIVERED, 0);
	else
		st = outbox_end(
		    o, w->number, OUTBOX_FAILED, m->tp_status > STATUS_MAX ? 0 : m->tp_status);
	if (st == ST_OK)
		st = session_commit(o->s);
	sodium_memzero(w, sizeof(*w));
	return st;
}

enum status
outbox_modem_gone(struct outbox *o, unsigned modem)
{
	struct outbox_text *t = in_flight(o, modem);

	return t == NULL ? ST_OK : end_one(o, t, OUTBOX_UNKNOWN, 0);
}

enum status
outbox_lock(struct outbox *o)
{
	enum status st = ST_OK;
	int some = 0;

	for (size_t i = 0; i < OUTBOX_PLACES; i++) {
		struct outbox_text *t = &o->text[i];

		if (t->number != 0 && t->state != OUTBOX_COLLECTED && st == ST_OK) {
			st = outbox_end(o, t->number,
			    t->state == OUTBOX_SENDING ? OUTBOX_UNKNOWN : OUTBOX_CANCELLED, 0);
			some = 1;
		}
		outbox_wipe(t);
	}
	sodium_memzero(o->waiting, sizeof(o->waiting));
	if (st == ST_OK && some)
		st = session_commit(o->s);
	if (st == ST_OK || status_class(st) == SC_STOP)
		return st;
	session_drop(o->s); /* without their ends they are unknown; it is locked all the same */
	return ST_OK;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When time ends it. */
static int64_t
given_up_ms(const struct outbox_text *t)
{
	return t->state == OUTBOX_SENDING ? t->since_ms + ANSWER_MS : t->ends_ms;
}

enum status
outbox_tick(struct outbox *o, int64_t *next_ms)
{
	const int64_t now = clock_boot_ms(), free_ms = outbox_free_ms(o);
	enum status st = ST_OK;
	int some = 0;

	*next_ms = INT64_MAX;
	for (size_t i = 0; i < OUTBOX_PLACES && st == ST_OK; i++) {
		struct outbox_text *t = &o->text[i];
		const int64_t may_ms = t->due_ms > free_ms ? t->due_ms : free_ms;

		if (t->number == 0 || t->state == OUTBOX_COLLECTED)
			continue;
		if (now >= given_up_ms(t)) {
			st = outbox_end(o, t->number,
			    t->state == OUTBOX_SENDING ? OUTBOX_UNKNOWN : OUTBOX_EXPIRED, 0);
			outbox_wipe(t);
			some = 1;
			continue;
		}
		*next_ms = sooner(*next_ms, given_up_ms(t));
		/* one that may leave now waits for a modem, which tells when it is free */
		if (t->state == OUTBOX_QUEUED && may_ms > now)
			*next_ms = sooner(*next_ms, may_ms);
	}
	return st == ST_OK && some ? session_commit(o->s) : st;
}

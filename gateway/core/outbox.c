/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes into the outbox, and to a modem. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/intake.h"
#include "gateway/core/number.h"
#include "gateway/core/outbox_impl.h"
#include "gateway/core/people.h"
#include "gateway/core/words.h"
#include "reporting/report/one_sms.h"

#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define QUARTERS_A_DAY 96

_Static_assert(ONE_SMS_WORDS == SESSION_WORDS_MAX, "one buffer for words");

struct outbox *
outbox_new(struct session *s)
{
	struct outbox *o = sodium_malloc(sizeof(*o));

	if (o == NULL)
		return NULL;
	memset(o, 0, sizeof(*o));
	o->s = s;
	for (size_t i = 0; i < OUTBOX_RATE_MAX; i++)
		o->left_ms[i] = INT64_MIN;
	entropy_fill(o->key, sizeof(o->key));
	s->outbox = o;
	return o;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	if (o->s->outbox == o)
		o->s->outbox = NULL;
	sodium_free(o); /* wipes it */
}

void
outbox_wipe(struct outbox_text *t)
{
	sodium_memzero(t, sizeof(*t));
}

/* --- in --- */

static struct outbox_text *
find(struct outbox *o, uint64_t number)
{
	for (size_t i = 0; i < OUTBOX_PLACES; i++)
		if (number != 0 && o->text[i].number == number)
			return &o->text[i];
	return NULL;
}

struct outbox_text *
outbox_place(struct outbox *o, int is_answer)
{
	const size_t end = is_answer ? OUTBOX_PLACES : OUTBOX_MAX;

	for (size_t i = is_answer ? OUTBOX_MAX : 0; i < end; i++)
		if (o->text[i].number == 0)
			return &o->text[i];
	return NULL;
}

enum outbox_state
outbox_live(const struct outbox *o, uint64_t number)
{
	for (size_t i = 0; i < OUTBOX_PLACES; i++)
		if (number != 0 && o->text[i].number == number)
			return o->text[i].state;
	return 0;
}

/* What stands in the way of one more. */
static enum status
check_room(struct outbox *o, char words[SESSION_WORDS_MAX])
{
	const struct session *s = o->s;

	if (s->at != IN_OPEN || s->read_only)
		return say(words, ST_NOT_ALLOWED,
		    s->read_only ? "this gateway was changed while locked: it sends nothing"
				 : "the gateway sends only what it is given while it is OPEN");
	if (intake_disk_is_low(s))
		return say(words, ST_FULL, "the disk is nearly full: make room on it first");
	if (outbox_place(o, 0) == NULL)
		return say(words, ST_FULL,
		    "%d texts wait to be sent already: see 'tocsin outbox', and wait or cancel "
		    "some",
		    OUTBOX_MAX);
	if (s->facts->queued_day == session_quarter(s) / QUARTERS_A_DAY &&
	    s->facts->queued >= s->conf->outbox_per_day)
		return say(words, ST_FULL,
		    "%u texts were given to it today, as many as outbox.per_day in the settings "
		    "allows: go on tomorrow (UTC), or change it there",
		    s->facts->queued);
	if (s->conf->outbox_per_day == 0)
		return say(words, ST_FULL, "outbox.per_day in the settings is 0: nothing is sent");
	return ST_OK;
}

/* To whom? out: the number, wiped by the caller. slot: hers, or EVENT_SLOT_NONE. */
static enum status
find_number(struct outbox *o, const char *pseudonym, const char typed[NUMBER_MAX],
    char out[NUMBER_MAX], uint16_t *slot, char words[SESSION_WORDS_MAX])
{
	struct policy policy;
	enum status st;

	memset(out, 0, NUMBER_MAX);
	*slot = EVENT_SLOT_NONE;
	if (pseudonym[0] != '\0' && (st = people_slot(o->s, pseudonym, slot, words)) != ST_OK)
		return st;
	if (typed[0] != '\0') {
		st = number_read(typed, out);
		return st == ST_OK ? ST_OK : say(words, st, "%s", number_words);
	}
	if (pseudonym[0] == '\0')
		return say(
		    words, ST_UNKNOWN, "its number is kept nowhere: type it again, with --number");
	session_policy(o->s, &policy); /* the settings file may demand that none is kept */
	st = policy.keep_numbers ? view_monitor_number(o->s->view, *slot, out) : ST_UNKNOWN;
	if (st == ST_UNKNOWN)
		return say(
		    words, st, "no number of hers is kept: type it, with 'tocsin send --number'");
	return st;
}

/* The `queued` event, tried and made durable, and the text in memory. */
static enum status
put_in(struct outbox *o, const struct event_queued *e, const char to[NUMBER_MAX], uint32_t modem,
    uint64_t *number, char words[SESSION_WORDS_MAX])
{
	struct outbox_text *t = outbox_place(o, 0);
	uint8_t body[EVENT_QUEUED_MAX];
	const size_t len = event_queued_encode(e, body, sizeof(body));
	const struct view_event ev = {state_next_seq(o->s->state), EVENT_QUEUED,
	    (uint8_t)event_version(EVENT_QUEUED), 1, body, len};
	enum status st = view_try(o->s->view, &ev, words, SESSION_WORDS_MAX);

	if (st == ST_OK && (st = session_append(o->s, EVENT_QUEUED, body, len, number)) == ST_OK)
		st = session_commit(o->s);
	sodium_memzero(body, sizeof(body));
	if (st != ST_OK)
		return st;
	t->number = *number;
	t->state = OUTBOX_QUEUED;
	t->modem = modem;
	t->since_ms = t->due_ms = clock_boot_ms();
	t->ends_ms = t->since_ms + (int64_t)OUTBOX_HOURS * HOUR_MS;
	t->text_len = e->text_len;
	memcpy(t->to, to, sizeof(t->to));
	memcpy(t->text, e->text, e->text_len);
	return ST_OK;
}

/* As outbox_queue; again: the one that it repeats. */
static enum status
queue(struct outbox *o, const struct msg_send_text *in, uint64_t again, uint64_t *number,
    char words[SESSION_WORDS_MAX])
{
	struct event_queued e = {.kind = QUEUED_COORDINATOR, .again = again};
	char pseudonym[PSEUDONYM_MAX], to[NUMBER_MAX] = "";
	struct one_sms sms;
	enum status st;
	enum trust trust;

	*number = 0;
	if ((st = check_room(o, words)) != ST_OK)
		return st;
	if (in->text_len > sizeof(in->text))
		return say(words, ST_TOO_LONG, "the text is too long for one SMS");
	if ((st = one_sms_check(in->text, in->text_len, &sms, words)) != ST_OK)
		return st == ST_SYNTAX ? ST_RANGE : st;
	if (in->modem != UINT32_MAX &&
	    (in->modem >= MODEMS_MAX || o->s->conf->modem[in->modem].device[0] == '\0'))
		return say(words, ST_RANGE, "there is no such modem: see 'tocsin modem'");
	memcpy(pseudonym, in->pseudonym, sizeof(pseudonym));
	pseudonym[sizeof(pseudonym) - 1] = '\0';
	st = find_number(o, pseudonym, in->number, to, &e.slot, words);
	if (st == ST_OK) {
		(void)session_now_s(o->s, &trust);
		e.at = session_quarter(o->s);
		e.trust = (uint8_t)trust;
		e.text_len = (uint16_t)in->text_len;
		memcpy(e.text, in->text, in->text_len);
		st = put_in(o, &e, to, in->modem, number, words);
	}
	sodium_memzero(to, sizeof(to));
	sodium_memzero(&e, sizeof(e));
	return st;
}

enum status
outbox_queue(struct outbox *o, const struct msg_send_text *in, uint64_t *number,
    char words[SESSION_WORDS_MAX])
{
	words[0] = '\0';
	return queue(o, in, 0, number, words);
}

static enum status
copy_row(void *arg, const struct msg_outbox_row *row)
{
	*(struct msg_outbox_row *)arg = *row;
	return ST_OK;
}

enum status
outbox_repeat(struct outbox *o, uint64_t number, const char *to, uint64_t *again,
    char words[SESSION_WORDS_MAX])
{
	struct msg_send_text in = {.modem = UINT32_MAX};
	struct msg_outbox_row row = {.number = 0};
	enum status st;

	words[0] = '\0';
	*again = 0;
	if ((st = check_room(o, words)) != ST_OK)
		return st;
	if (outbox_live(o, number) != 0)
		return say(words, ST_EXISTS, "it has not left yet: wait, or cancel it first");
	if ((st = view_outbox(o->s->view, number, number, 1, copy_row, &row)) != ST_OK)
		return st;
	if (row.number == 0)
		return say(words, ST_UNKNOWN, "there is no such text: see 'tocsin outbox'");
	if (row.kind == QUEUED_ANSWER) {
		sodium_memzero(&row, sizeof(row));
		return say(words, ST_NOT_ALLOWED,
		    "that was an answer, and its number is gone: write to her with 'tocsin send'");
	}
	memcpy(in.pseudonym, row.pseudonym, sizeof(in.pseudonym));
	memcpy(in.number, to, strnlen(to, sizeof(in.number)));
	memcpy(in.text, row.text, row.text_len);
	in.text_len = row.text_len;
	st = queue(o, &in, number, again, words);
	sodium_memzero(&in, sizeof(in));
	sodium_memzero(&row, sizeof(row));
	return st;
}

enum status
outbox_cancel(struct outbox *o, uint64_t number, char words[SESSION_WORDS_MAX])
{
	struct outbox_text *t = find(o, number);
	enum status st;

	words[0] = '\0';
	if (t == NULL)
		return say(words, ST_UNKNOWN,
		    "no text of that number waits to be sent: see 'tocsin outbox'");
	if (t->state != OUTBOX_QUEUED)
		return say(words, ST_NOT_ALLOWED, "it is being sent: that cannot be stopped");
	if ((st = outbox_end(o, number, OUTBOX_CANCELLED, 0)) == ST_OK)
		st = session_commit(o->s);
	outbox_wipe(t);
	return st;
}

/* --- out --- */

int64_t
outbox_free_ms(const struct outbox *o)
{
	unsigned rate = o->s->conf->outbox_per_minute;
	int64_t then;

	if (rate > OUTBOX_RATE_MAX)
		rate = OUTBOX_RATE_MAX;
	then = o->left_ms[(o->next_left + OUTBOX_RATE_MAX - rate) % OUTBOX_RATE_MAX];
	return then == INT64_MIN ? INT64_MIN : then + MINUTE_MS;
}

/* Answers must not keep a coordinator's text waiting, and leave in the order that was drawn. */
static int
goes_before(const struct outbox_text *a, const struct outbox_text *b)
{
	if (a->is_answer != b->is_answer)
		return b->is_answer;
	if (a->is_answer && a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms;
	return a->number < b->number;
}

static struct outbox_text *
choose(struct outbox *o, unsigned modem, int64_t now)
{
	struct outbox_text *first = NULL;

	for (size_t i = 0; i < OUTBOX_PLACES; i++) {
		struct outbox_text *t = &o->text[i];

		if (t->number == 0 || t->state == OUTBOX_COLLECTED)
			continue;
		if (t->state == OUTBOX_SENDING) {
			if (t->modem == modem)
				return NULL; /* one in flight */
			continue;
		}
		if ((t->modem != UINT32_MAX && t->modem != modem) || now < t->due_ms ||
		    now >= t->ends_ms)
			continue;
		if (first == NULL || goes_before(t, first))
			first = t;
	}
	return first;
}

enum status
outbox_next(struct outbox *o, unsigned modem, struct msg_send *out)
{
	const int64_t now = clock_boot_ms();
	struct outbox_text *t = choose(o, modem, now);

	if (t == NULL || now < outbox_free_ms(o))
		return ST_AGAIN;
	memset(out, 0, sizeof(*out));
	out->id = t->number;
	out->wants_report = !t->is_answer;
	out->text_len = t->text_len;
	memcpy(out->number, t->to, sizeof(out->number));
	memcpy(out->text, t->text, t->text_len);
	t->state = OUTBOX_SENDING;
	t->modem = modem;
	t->since_ms = now;
	if (t->is_answer) { /* nothing more is asked of it here */
		sodium_memzero(t->to, sizeof(t->to));
		sodium_memzero(t->text, sizeof(t->text));
	}
	o->left_ms[o->next_left] = now;
	o->next_left = (o->next_left + 1) % OUTBOX_RATE_MAX;
	return ST_OK;
}

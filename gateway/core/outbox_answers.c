/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers in the outbox, from the batch that they belong to until it is durable. */
#include <sodium.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/core/outbox_impl.h"
#include "reporting/report/one_sms.h"

#define QUARTERS_A_DAY 96

/* Those that facts does not count yet. */
static uint32_t
collected(const struct outbox *o)
{
	uint32_t count = 0;

	for (size_t i = OUTBOX_MAX; i < OUTBOX_PLACES; i++)
		count += o->text[i].number != 0 && o->text[i].state == OUTBOX_COLLECTED;
	return count;
}

/* Counted apart from what coordinators send: strangers' texts must not use up their limit. */
static int
is_day_over(const struct outbox *o)
{
	const struct facts *f = o->s->facts;
	const uint32_t today = session_quarter(o->s) / QUARTERS_A_DAY;
	const uint32_t before = f->answered_day == today ? f->answered : 0;

	return before + collected(o) >= o->s->conf->answers_per_day;
}

static enum status
append(struct outbox *o, const struct outbox_reply *in, size_t len, uint64_t *number)
{
	struct event_queued e = {.at = session_quarter(o->s),
	    .trust = (uint8_t)session_trust(o->s),
	    .slot = in->slot,
	    .kind = QUEUED_ANSWER,
	    .text_len = (uint16_t)len};
	uint8_t body[EVENT_QUEUED_MAX];
	enum status st;

	memcpy(e.text, in->text, len);
	st = session_append(
	    o->s, EVENT_QUEUED, body, event_queued_encode(&e, body, sizeof(body)), number);
	sodium_memzero(body, sizeof(body));
	sodium_memzero(&e, sizeof(e));
	return st;
}

enum status
outbox_answer(struct outbox *o, const struct outbox_reply *in)
{
	const struct session *s = o->s;
	const size_t len = strlen(in->text);
	struct outbox_text *t = outbox_place(o, 1);
	char words[ONE_SMS_WORDS];
	struct one_sms sms;
	uint64_t number;
	enum status st;

	if ((s->at != IN_ARMED && s->at != IN_OPEN) || s->read_only)
		return ST_NOT_ALLOWED;
	if (len > SMS_TEXT_MAX || strlen(in->to) >= NUMBER_MAX ||
	    one_sms_check((const uint8_t *)in->text, len, &sms, words) != ST_OK)
		return ST_RANGE;
	if (t == NULL || is_day_over(o))
		return ST_FULL;
	if ((st = append(o, in, len, &number)) != ST_OK)
		return st;
	*t = (struct outbox_text){.number = number,
	    .state = OUTBOX_COLLECTED,
	    .is_answer = 1,
	    .modem = in->modem,
	    .since_ms = clock_boot_ms(),
	    .due_ms = in->due_ms,
	    .ends_ms = in->ends_ms,
	    .text_len = (uint32_t)len};
	memcpy(t->to, in->to, strlen(in->to));
	memcpy(t->text, in->text, len);
	return ST_OK;
}

void
outbox_answers_committed(struct outbox *o)
{
	for (size_t i = OUTBOX_MAX; i < OUTBOX_PLACES; i++)
		if (o->text[i].number != 0 && o->text[i].state == OUTBOX_COLLECTED)
			o->text[i].state = OUTBOX_QUEUED;
}

void
outbox_answers_drop(struct outbox *o)
{
	for (size_t i = OUTBOX_MAX; i < OUTBOX_PLACES; i++)
		if (o->text[i].number != 0 && o->text[i].state == OUTBOX_COLLECTED)
			outbox_wipe(&o->text[i]);
}

enum status
outbox_answers_cancel(struct outbox *o)
{
	enum status st = ST_OK;

	for (size_t i = OUTBOX_MAX; i < OUTBOX_PLACES && st == ST_OK; i++) {
		struct outbox_text *t = &o->text[i];

		if (t->number == 0 || t->state != OUTBOX_QUEUED)
			continue;
		st = outbox_end(o, t->number, OUTBOX_CANCELLED, 0);
		outbox_wipe(t);
	}
	return st;
}

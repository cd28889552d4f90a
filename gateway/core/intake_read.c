/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/intake_read.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "crypto/base32.h"
#include "gateway/common/status.h"
#include "gateway/core/intake_plain.h"
#include "reporting/report/check.h"
#include "reporting/report/record.h"

#define MATCHES_MAX 8 /* slots that may share one hint: two are rare */

void
arrival_classify(struct arrival *a)
{
	a->class = TEXT_OTHER;
	a->symbol_count = 0;
	a->is_part = a->form == SMS_UNDECODED ? PART_NONE : part_of(a->udh, a->udh_len, &a->part);
	if (a->form == SMS_TEXT && a->is_part == PART_NONE)
		a->class =
		    text_classify((const char *)a->text, a->text_len, a->symbols, &a->symbol_count);
}

enum status
intake_append(struct session *s, const struct event_received *e, uint64_t *seq)
{
	uint8_t body[EVENT_RECEIVED_MAX];
	size_t len = event_received_encode(e, body, sizeof(body));
	enum status st = session_append(s, EVENT_RECEIVED, body, len, seq);

	sodium_memzero(body, sizeof(body));
	return st;
}

/* The octets of what did not open are kept; of what did, never (they would prove who sent what). */
static void
keep_raw(struct event_received *e, const uint8_t *octets, size_t len)
{
	assert(len <= sizeof(e->raw));
	e->raw_len = (uint16_t)len;
	if (len > 0)
		memcpy(e->raw, octets, len);
}

/* --- profile X --- */

enum status
intake_open(struct session *s, uint16_t slot, const struct message_keys *keys,
    const uint8_t wire[EW1_X_WIRE_LEN], uint8_t plain[ENVELOPE_X_PLAIN_LEN])
{
	struct envelope_x_receiver *receiver = &s->keys->receiver;

	if (!s->keys->slot[slot].known)
		return ST_FORGED;
	receiver->ss = s->keys->slot[slot].ss;
	receiver->pk_m = s->keys->slot[slot].pk_m;
	return envelope_x_open(receiver, keys, wire, plain);
}

/* The chain that a hint means: the live one, or the waiting one as if it were live. Only a message
 * that opens lets it be committed. */
static enum status
chain_of(struct session *s, const struct hint_match *m, struct ratchet *now)
{
	struct ratchet live;
	enum status st;

	if (!m->waiting)
		return state_slot(s->state, m->slot, now);
	if ((st = state_slot(s->state, m->slot, &live)) == ST_OK)
		st = ratchet_switch(&live, now);
	sodium_memzero(&live, sizeof(live));
	return st;
}

/* What a message of profile X gave. Wipe it. */
struct opened {
	uint8_t plain[ENVELOPE_X_PLAIN_LEN];
	uint8_t ack[EW1_ACK_LEN];
	uint8_t generation;
};

/* What reading one text gave beside its event. Wipe it. */
struct read {
	struct opened opened;
	const struct plain *plain; /* of a plain text that was read */
};

/* Try one number of one slot. On ST_OK next is the slot's next state. */
static enum status
open_as(struct session *s, const struct hint_match *m, const uint8_t wire[EW1_X_WIRE_LEN],
    struct ratchet *next, struct opened *out)
{
	struct message_keys keys;
	struct ratchet now;
	enum status st = chain_of(s, m, &now);

	if (st != ST_OK)
		return st;
	if ((st = ratchet_keys(&now, m->n, &keys)) == ST_OK)
		st = intake_open(s, m->slot, &keys, wire, out->plain);
	if (st == ST_OK)
		memcpy(out->ack, keys.ack, EW1_ACK_LEN);
	if (st == ST_OK)
		st = ratchet_spend(&now, m->n, (uint32_t)session_on_h(s), next);
	out->generation = now.generation;
	sodium_memzero(&keys, sizeof(keys));
	sodium_memzero(&now, sizeof(now));
	return st;
}

/* Who sent it? On ST_OK the slot's next state is collected and e names it. ST_UNKNOWN: nobody,
 * e->outcome says why. */
static enum status
open_x(struct session *s, const uint8_t wire[EW1_X_WIRE_LEN], struct event_received *e,
    struct opened *out)
{
	struct hint_match match[MATCHES_MAX];
	size_t count = hints_find(s->hints, wire, match, MATCHES_MAX);
	struct ratchet next;
	enum status st = ST_UNKNOWN;

	e->outcome = OUTCOME_UNKNOWN_HINT;
	for (size_t i = 0; i < count && st != ST_OK; i++) {
		if (match[i].revoked) {
			e->outcome = OUTCOME_REVOKED;
			e->slot = match[i].slot;
			continue;
		}
		st = open_as(s, &match[i], wire, &next, out);
		e->generation = out->generation;
		if (st == ST_OK) {
			e->slot = match[i].slot;
			e->n = match[i].n;
		} else if (status_class(st) == SC_STOP)
			return st;
		else if (e->outcome == OUTCOME_UNKNOWN_HINT)
			e->outcome = OUTCOME_FORGED;
	}
	if (st != ST_OK)
		return ST_UNKNOWN;
	if ((st = change_slot(s->state, e->slot, &next)) == ST_OK)
		st = session_slot_known(s, e->slot, &next);
	sodium_memzero(&next, sizeof(next));
	return st;
}

void
intake_judge(const struct session *s, struct event_received *e, const uint8_t *plain)
{
	const struct facts *f = s->facts;
	const struct record_context context = {
	    .arrived = e->trust == TRUST_NONE ? RECORD_EVENT_NONE : e->arrival};
	struct record r;
	const struct codebook *book;
	enum record_fault fault;

	e->outcome = OUTCOME_REFUSED;
	if (record_unpack(plain, &r) != ST_OK) {
		e->fault = plain[RECORD_LEN - 1] >> 4 >= RELATION_COUNT ? FAULT_RELATION
									: FAULT_KIND_UNKNOWN;
		e->form = SMS_OCTETS;
		keep_raw(e, plain, ENVELOPE_X_PLAIN_LEN);
		return;
	}
	e->reports = 1;
	e->report[0].upper = AFFECTED_NONE;
	memcpy(e->report[0].record, plain, RECORD_LEN);
	memcpy(e->report[0].note, plain + RECORD_LEN, NOTE_LEN);
	if (!relation_rule(r.relation)->counts) {
		e->outcome = OUTCOME_ACCEPTED;
	} else if (f->places == NULL ||
		   (book = past_books_find(f->books, r.schema, PAST_BOOKS_NOW)) == NULL) {
		e->outcome = OUTCOME_NO_BOOK;
	} else if (record_check(&r, book, f->places, &fault) == ST_OK) {
		e->outcome = OUTCOME_ACCEPTED;
		e->review = (uint16_t)record_review(&r, f->places, &context);
	} else {
		e->fault = (uint8_t)fault;
	}
}

/* A monitor's stamp tells the present, and of a text that was parked without a clock its arrival
 * too: centres hold texts seldom. */
static void
tell_time(struct session *s, const struct arrival *a, struct event_received *e)
{
	enum trust trust;

	session_heard(s, e->slot, a->stamp_s);
	if (!a->was_parked) {
		e->arrival = session_quarter(s);
		e->trust = (uint8_t)session_trust(s);
	} else if (a->trust == TRUST_NONE && record_quarter(a->stamp_s) != RECORD_EVENT_NONE &&
		   a->stamp_s <= session_now_s(s, &trust) && trust >= TRUST_CENTRE) {
		e->arrival = record_quarter(a->stamp_s);
		e->trust = TRUST_CENTRE;
	}
}

/* ST_OK: it opened; ST_UNKNOWN: it did not, e says why. */
static enum status
read_x(struct session *s, const struct arrival *a, struct event_received *e, struct opened *opened)
{
	uint8_t wire[EW1_X_WIRE_LEN];
	enum status st = base32_decode(a->symbols, a->symbol_count, wire, sizeof(wire));

	assert(st == ST_OK); /* text_classify gave 152 symbols, which are 95 octets exactly */
	st = open_x(s, wire, e, opened);
	if (st == ST_OK) {
		tell_time(s, a, e);
		intake_judge(s, e, opened->plain);
	} else if (st == ST_UNKNOWN) {
		keep_raw(e, a->text, a->text_len);
	}
	return st;
}

/* --- everything else --- */

/* Which outcome has a text that is not profile X? */
static uint8_t
outcome_of(const struct arrival *a)
{
	if (a->form == SMS_UNDECODED)
		return OUTCOME_UNDECODED;
	if (a->is_part == PART_NO_PLACE)
		return OUTCOME_NO_PLACE;
	if (a->is_part == PART_TOO_LONG)
		return OUTCOME_TOO_LONG;
	if (a->is_part == PART_VALID) /* parked as a text */
		return OUTCOME_PART;
	if (a->form != SMS_TEXT)
		return OUTCOME_OCTETS;
	switch (a->class) {
	case TEXT_S:
		return OUTCOME_PROFILE_S;
	case TEXT_P5:
	case TEXT_P6:
		return OUTCOME_PAPER;
	default:
		return OUTCOME_PLAIN;
	}
}

/* What is kept with its octets. As intake_plain_read, but for ST_NOT_ALLOWED. */
static enum status
read_other(struct session *s, const struct arrival *a, struct event_received *e,
    const struct plain **plain)
{
	enum status st = ST_NOT_ALLOWED;

	if (a->form == SMS_TEXT && a->is_part == PART_NONE && !a->is_incomplete)
		st = intake_plain_read(s, a, e, plain);
	if (st == ST_NOT_ALLOWED) {
		e->outcome = a->is_incomplete ? OUTCOME_INCOMPLETE : outcome_of(a);
		st = ST_OK;
	}
	keep_raw(e, a->text, a->text_len);
	return st;
}

struct answers_to
arrival_answer_to(const struct arrival *a)
{
	return (struct answers_to){a->sender, a->modem, a->came_s};
}

/* What was read is answered, if it is to be. */
static enum status
answer(struct session *s, const struct arrival *a, const struct event_received *e, uint64_t seq,
    const struct read *read)
{
	if (s->answers == NULL)
		return ST_OK;
	return answers_read(
	    s->answers, &(struct answers_text){.to = arrival_answer_to(a),
			    .event = e,
			    .seq = seq,
			    .content = a->has_content ? a->content : NULL,
			    .ack = event_received_opened(e) ? read->opened.ack : NULL,
			    .plain = read->plain,
			    .text = (const char *)a->text,
			    .text_len = a->text_len});
}

enum status
intake_read(struct session *s, const struct arrival *a)
{
	struct event_received e = {.arrival = a->quarter,
	    .trust = a->trust,
	    .source = SOURCE_SMS,
	    .class = (uint8_t)a->class,
	    .form = a->form,
	    .slot = EVENT_SLOT_NONE};
	struct read read = {.plain = NULL};
	uint64_t seq = 0;
	enum status st;

	if (a->class == TEXT_X && !a->is_incomplete)
		st = read_x(s, a, &e, &read.opened);
	else
		st = read_other(s, a, &e, &read.plain);
	if (st == ST_OK || st == ST_UNKNOWN)
		st = intake_append(s, &e, &seq);
	else if (st == ST_EXISTS) {
		s->doubled++;
		st = ST_OK;
	}
	if (st == ST_OK && seq != 0)
		st = answer(s, a, &e, seq, &read);
	intake_plain_wipe(s);
	sodium_memzero(&read, sizeof(read));
	sodium_memzero(&e, sizeof(e));
	return st;
}

enum status
intake_damaged(struct session *s)
{
	const struct event_received e = {.arrival = session_quarter(s),
	    .trust = (uint8_t)session_trust(s),
	    .source = SOURCE_SMS,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_DAMAGED};

	return intake_append(s, &e, NULL);
}

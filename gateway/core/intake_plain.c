/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/intake_plain.h"

#include <sodium.h>
#include <string.h>

#include "gateway/common/entropy.h"
#include "reporting/report/check.h"

#define HOUR_S 3600
/* What was read in the last hour: more than this of enrolled senders only loosens their bound. */
#define LOG_MAX 2048

struct taken {
	int64_t at_s;
	uint64_t sender; /* keyed hash */
	uint8_t used, is_stranger;
};

struct intake_plain {
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct taken log[LOG_MAX]; /* the oldest one is replaced */
	size_t next;
	struct plain read;
};

_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "hash");
_Static_assert(LOG_MAX > PLAIN_AN_HOUR_STRANGERS, "strangers alone never fill it");

struct intake_plain *
intake_plain_new(void)
{
	struct intake_plain *p = sodium_malloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	memset(p, 0, sizeof(*p));
	entropy_fill(p->key, sizeof(p->key));
	return p;
}

void
intake_plain_free(struct intake_plain *p)
{
	sodium_free(p); /* wipes it */
}

void
intake_plain_wipe(struct session *s)
{
	if (s->plain != NULL)
		sodium_memzero(&s->plain->read, sizeof(s->plain->read));
}

/* --- how many --- */

/* One monitor is one sender, however her number is written; who is unknown is the number. */
static uint64_t
hash_sender(const struct intake_plain *p, uint16_t slot, const char *sender)
{
	uint8_t in[2 + NUMBER_MAX] = {(uint8_t)(slot >> 8), (uint8_t)slot}, out[8];
	uint64_t hash;

	if (slot == EVENT_SLOT_NONE && sender != NULL)
		memcpy(in + 2, sender, strnlen(sender, NUMBER_MAX));
	(void)crypto_shorthash(out, in, sizeof(in), p->key); /* cannot fail */
	sodium_memzero(in, sizeof(in));
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

/* When it came: of one that was parked by a machine without a clock, as its service centre says. */
static int64_t
came_s(const struct session *s, const struct arrival *a)
{
	enum trust trust;

	if (a->came_s != INT64_MIN)
		return a->came_s;
	return a->stamp_s != INT64_MIN ? a->stamp_s : session_now_s(s, &trust);
}

static int
is_within_hour(int64_t a, int64_t b)
{
	return a > b - HOUR_S && b > a - HOUR_S;
}

/* One more of this sender? Then it is counted. One whose number is not known is bound as strangers
 * are together. */
static int
may_take(struct session *s, const struct arrival *a, uint16_t slot)
{
	struct intake_plain *p = s->plain;
	const int is_stranger = slot == EVENT_SLOT_NONE;
	const int is_known = !is_stranger || (a->sender != NULL && a->sender[0] != '\0');
	const struct taken now = {came_s(s, a), hash_sender(p, slot, a->sender), 1, is_stranger};
	unsigned same = 0, strangers = 0;

	for (size_t i = 0; i < LOG_MAX; i++) {
		const struct taken *t = &p->log[i];

		if (!t->used || !is_within_hour(t->at_s, now.at_s))
			continue;
		same += t->sender == now.sender;
		strangers += t->is_stranger;
	}
	if ((is_known && same >= PLAIN_AN_HOUR) ||
	    (is_stranger && strangers >= PLAIN_AN_HOUR_STRANGERS))
		return 0;
	p->log[p->next] = now;
	p->next = (p->next + 1) % LOG_MAX;
	return 1;
}

/* --- whose --- */

static int
may_be_plain(
    const struct session *s, const struct policy *policy, const struct arrival *a, uint16_t slot)
{
	if (s->facts->book == NULL || s->facts->places == NULL)
		return 0; /* the journal's are damaged: there is nothing to read it with */
	if (a->class == TEXT_X || (a->class != TEXT_OTHER && policy->posture != POLICY_OPEN))
		return 0; /* a sealed text that does not open is never shown as a plain one */
	return policy->plain == PLAIN_FROM_ANYONE ||
	       (slot != EVENT_SLOT_NONE && s->facts->monitor[slot].plain);
}

/* --- what --- */

/* What refers to an earlier report takes kind and place from it. */
static enum record_fault
fault_of(const struct facts *f, const struct plain_report *r)
{
	struct record checked = r->record;
	const struct relation_rule *rule = relation_rule(checked.relation);
	enum record_fault fault;

	if (rule != NULL && rule->refers && r->refers != 0)
		checked.relation = RELATION_CORRECTION; /* which needs neither */
	if (record_check(&checked, f->book, f->places, &fault) != ST_OK)
		return fault;
	return FAULT_NONE;
}

static void
add_report(const struct facts *f, const struct plain_report *r, struct event_received *e)
{
	const struct record_context context = {
	    .arrived = e->trust == TRUST_NONE ? RECORD_EVENT_NONE : e->arrival};
	struct event_report *out = &e->report[e->reports];
	enum record_fault fault = FAULT_NONE;

	if (r->open) {
		e->review |= REVIEW_ASKED;
		return;
	}
	if ((fault = fault_of(f, r)) == FAULT_NONE && record_pack(&r->record, out->record) != ST_OK)
		fault = FAULT_KIND_UNKNOWN;
	if (fault != FAULT_NONE) {
		e->review |= REVIEW_ASKED;
		e->fault = e->fault != FAULT_NONE ? e->fault : (uint8_t)fault;
		return;
	}
	out->upper = r->upper;
	out->refers = r->refers;
	e->reports++;
	e->review |= (uint16_t)record_review(&r->record, f->places, &context);
	if (r->repaired)
		e->review |= REVIEW_REPAIRED;
}

/* e->fault is the first one of codebook and places so far. */
static void
conclude(const struct plain *p, struct event_received *e)
{
	if (e->reports > 0) {
		e->outcome = OUTCOME_ACCEPTED;
		e->fault = 0;
		if (p->outcome == PLAIN_QUESTION)
			e->review |= REVIEW_ASKED;
		return;
	}
	e->review = 0;
	if (p->outcome == PLAIN_REPORTS) {
		e->outcome = OUTCOME_REFUSED;
		return;
	}
	e->outcome = p->outcome == PLAIN_QUESTION ? OUTCOME_QUESTION : OUTCOME_NOT_READ;
	e->fault = (uint8_t)p->why;
}

static void
judge(const struct session *s, const struct plain *p, struct event_received *e)
{
	for (unsigned i = 0; i < p->reports; i++)
		add_report(s->facts, &p->report[i], e);
	for (unsigned i = 0; i < p->tokens && e->reports > 0; i++)
		if (p->token[i].use == PLAIN_IGNORED)
			e->review |= REVIEW_IGNORED;
	conclude(p, e);
}

/* Is there nothing in it but reports? */
static int
is_whole(const struct session *s, const struct plain *p)
{
	if (p->outcome != PLAIN_REPORTS)
		return 0;
	for (unsigned i = 0; i < p->tokens; i++)
		if (p->token[i].use != PLAIN_USED)
			return 0;
	for (unsigned i = 0; i < p->reports; i++)
		if (p->report[i].open || fault_of(s->facts, &p->report[i]) != FAULT_NONE)
			return 0;
	return 1;
}

static void
parse(struct session *s, const struct arrival *a, uint16_t slot, const struct event_received *e)
{
	const struct plain_setting with = {.book = s->facts->book,
	    .places = s->facts->places,
	    .own = slot == EVENT_SLOT_NONE ? NULL : s->facts->monitor[slot].own,
	    .arrived = e->trust == TRUST_NONE ? RECORD_EVENT_NONE : e->arrival};

	plain_parse((const char *)a->text, a->text_len, &with, &s->plain->read);
}

enum status
intake_plain_read(
    struct session *s, const struct arrival *a, struct event_received *e, const struct plain **read)
{
	const uint16_t slot = senders_find(s->facts->senders, a->sender);
	struct policy policy;
	enum status st;

	session_policy(s, &policy);
	if (!may_be_plain(s, &policy, a, slot))
		return ST_NOT_ALLOWED;
	if (a->class != TEXT_OTHER) {
		parse(s, a, slot, e);
		if (!is_whole(s, &s->plain->read))
			return ST_NOT_ALLOWED;
	}
	if (s->answers != NULL) {
		const struct answers_to to = arrival_answer_to(a);

		st = answers_plain_again(s->answers, &to, (const char *)a->text, a->text_len);
		if (st != ST_OK)
			return st;
	}
	*read = NULL;
	e->class = TEXT_OTHER;
	e->slot = slot;
	/* one sign of it was lost or changed: by chance a kind and a place may stand in it */
	if (text_sealed_like((const char *)a->text, a->text_len) != 0) {
		e->outcome = OUTCOME_NOT_READ;
		e->fault = PLAIN_WHY_NOT_TEXT;
		return ST_OK;
	}
	if (!may_take(s, a, slot)) {
		e->outcome = OUTCOME_TOO_MANY;
		return ST_OK;
	}
	if (a->class == TEXT_OTHER)
		parse(s, a, slot, e);
	judge(s, &s->plain->read, e);
	*read = &s->plain->read;
	return ST_OK;
}

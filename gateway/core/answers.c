/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/answers.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/answers_impl.h"
#include "gateway/core/number.h"
#include "gateway/core/outbox.h"

#define QUARTER_S 900 /* arrivals are known to that */
#define TOO_OLD INT64_MAX

struct answers *
answers_new(struct session *s)
{
	struct answers *a = sodium_malloc(sizeof(*a));

	if (a == NULL)
		return NULL;
	a->s = s;
	answers_forget(a);
	s->answers = a;
	return a;
}

void
answers_free(struct answers *a)
{
	if (a == NULL)
		return;
	if (a->s->answers == a)
		a->s->answers = NULL;
	sodium_free(a); /* wipes it */
}

void
answers_lock(struct answers *a)
{
	if (a->s->outbox != NULL)
		outbox_answers_drop(a->s->outbox);
	answers_forget(a);
}

void
answers_begin(struct answers *a)
{
	a->begun_ms = clock_boot_ms();
}

void
answers_committed(struct answers *a)
{
	a->begun_ms = INT64_MIN;
	if (a->s->outbox != NULL)
		outbox_answers_committed(a->s->outbox);
}

/* --- when --- */

/*
 * Each text has its moment drawn first of all, whatever it turns out to be and whether or not it is
 * answered: nothing that is found out about it can move it. It is counted from the beginning of its
 * batch, so that neither the work on it and those before it (a duplicate costs less than a text
 * that opens), nor the commit, nor its place in the batch shows in it. What remains after that
 * moment, the rate and the modem's being busy, is the same for every answer, as they leave in the
 * order of these moments.
 */
static int64_t
draw_due(const struct answers *a)
{
	const int64_t from_ms = a->begun_ms != INT64_MIN ? a->begun_ms : clock_boot_ms();
	uint64_t drawn;

	entropy_fill(&drawn, sizeof(drawn)); /* 64 bits: the rest of the division does not count */
	return from_ms + ANSWERS_DELAY_MIN_MS +
	       (int64_t)(drawn % (ANSWERS_DELAY_MAX_MS - ANSWERS_DELAY_MIN_MS + 1));
}

/* How long ago it came, in ms. TOO_OLD too if that is not known: of a text that was parked. */
static int64_t
age_ms(const struct answers *a, const struct answers_to *to)
{
	enum trust trust;
	int64_t age_s;

	if (to->arrived_s == INT64_MIN)
		return a->s->is_passing ? TOO_OLD : 0;
	if (to->arrived_s < 0)
		return TOO_OLD;
	age_s = session_now_s(a->s, &trust) - to->arrived_s;
	if (age_s >= (int64_t)OUTBOX_HOURS * 3600)
		return TOO_OLD;
	return age_s < QUARTER_S ? 0 : age_s * 1000;
}

/* --- whom --- */

/* A number that answers can go to. The caller wipes it. */
static int
read_sender(const char *sender, char number[NUMBER_MAX])
{
	char typed[NUMBER_MAX] = "";
	enum status st;

	memset(number, 0, NUMBER_MAX);
	if (sender == NULL || strnlen(sender, NUMBER_MAX) == NUMBER_MAX)
		return 0;
	memcpy(typed, sender, strlen(sender));
	st = number_read(typed, number);
	sodium_memzero(typed, sizeof(typed));
	return st == ST_OK && strlen(number_tail(number)) >= ANSWERS_SENDER_DIGITS;
}

_Static_assert(ANSWERS_SENDER_DIGITS <= NUMBER_TAIL, "the tail tells how many there are");

struct words {
	const char *text;
	uint16_t slot;
	int is_known; /* a monitor's, whoever she is */
};

/*
 * Collect the answer, unless something forbids it. Nothing here asks what the text was: a report, a
 * duplicate, one that was refused and one under duress come here alike, and use up the same limits.
 */
static enum status
give(struct answers *a, const struct answers_to *to, const struct words *w, int64_t due_ms)
{
	const int64_t now = clock_boot_ms(), age = age_ms(a, to);
	char number[NUMBER_MAX];
	enum status st = ST_OK;

	if (w->text[0] == '\0' || a->s->outbox == NULL || age == TOO_OLD)
		return ST_OK;
	if (read_sender(to->sender, number) &&
	    (w->is_known ? answers_count(a, number, now, 1) < ANSWERS_AN_HOUR
			 : answers_count(a, number, now, ANSWERS_HOURS) == 0)) {
		const struct outbox_reply reply = {w->slot, to->modem, number, w->text, due_ms,
		    now - age + (int64_t)OUTBOX_HOURS * 3600 * 1000};

		if ((st = outbox_answer(a->s->outbox, &reply)) == ST_OK)
			answers_note(a, number, w->text, now);
	}
	sodium_memzero(number, sizeof(number));
	/* no room, or the day's limit: her text is kept all the same */
	return status_class(st) == SC_STOP ? st : ST_OK;
}

/* --- what --- */

static int
is_able(const struct answers *a)
{
	const struct session *s = a->s;

	return (s->at == IN_ARMED || s->at == IN_OPEN) && !s->read_only;
}

static const char *
language_of(const struct answers *a, uint16_t slot)
{
	const char *language = slot < SLOT_MAX ? a->s->facts->monitor[slot].language : "";

	return language[0] != '\0' ? language : "en";
}

static const char *
neutral(const struct policy *p, const char *language)
{
	return p->neutral[0] != '\0' ? p->neutral : answer_neutral(language);
}

static const char *
sealed_words(const struct policy *p, const char *code, const char *language)
{
	switch (p->answers) {
	case ANSWERS_NEUTRAL:
		return neutral(p, language);
	case ANSWERS_CODE:
	case ANSWERS_READ_BACK: /* what was sealed goes nowhere in clear */
		return code;
	default:
		return "";
	}
}

static enum status
read_sealed(struct answers *a, const struct policy *p, const struct answers_text *t, int64_t due_ms)
{
	const uint16_t slot = t->event->slot;
	const char *language = language_of(a, slot);
	char code[BASE32_CHARS(EW1_ACK_LEN) + 1];

	if (t->ack == NULL || p->answers == ANSWERS_NONE)
		return ST_OK;
	base32_encode(t->ack, EW1_ACK_LEN, code);
	/* Also if a limit leaves it without an answer: when it comes again it is as any other. */
	if (t->content != NULL)
		answers_keep_sealed(a, t->content, code, language, clock_boot_ms());
	return give(a, &t->to, &(struct words){sealed_words(p, code, language), slot, 1}, due_ms);
}

/* A plain text has no code: with that policy it gets the neutral text. */
static void
plain_words(const struct answers *a, const struct policy *p, const struct answers_text *t,
    char out[ANSWER_MAX])
{
	const struct answer_setting with = {a->s->facts->book, a->s->facts->places,
	    language_of(a, t->event->slot), t->event->reports > 0 ? (uint32_t)t->seq : 0};

	out[0] = '\0';
	if (p->posture == POLICY_PROTECTED || p->answers == ANSWERS_NONE ||
	    t->event->outcome == OUTCOME_TOO_MANY || answers_said(a, t->text, t->text_len) ||
	    t->plain->why == PLAIN_WHY_ANSWER) /* another gateway's */
		return;
	if (p->answers == ANSWERS_READ_BACK && with.book != NULL && with.places != NULL)
		(void)answer_read_back(&with, t->plain, t->text, t->text_len, out);
	else
		(void)snprintf(out, ANSWER_MAX, "%s", neutral(p, with.language));
}

static enum status
read_plain(struct answers *a, const struct policy *p, const struct answers_text *t, int64_t due_ms)
{
	const uint16_t slot = t->event->slot;
	const int64_t age = age_ms(a, &t->to);
	char words[ANSWER_MAX];

	plain_words(a, p, t, words);
	if (t->to.sender != NULL && t->to.sender[0] != '\0' && age != TOO_OLD)
		answers_keep_plain(
		    a, t->to.sender, t->text, t->text_len, words, slot, clock_boot_ms() - age);
	return give(a, &t->to, &(struct words){words, slot, slot != EVENT_SLOT_NONE}, due_ms);
}

enum status
answers_read(struct answers *a, const struct answers_text *t)
{
	const int64_t due_ms = draw_due(a);
	struct policy p;

	if (!is_able(a))
		return ST_OK;
	session_policy(a->s, &p);
	if (t->plain != NULL)
		return read_plain(a, &p, t, due_ms);
	return event_received_opened(t->event) ? read_sealed(a, &p, t, due_ms) : ST_OK;
}

enum status
answers_duplicate(
    struct answers *a, const struct answers_to *to, const uint8_t content[SEEN_HASH_LEN])
{
	const int64_t due_ms = draw_due(a);
	const struct answers_sealed *first;
	struct policy p;

	if (!is_able(a) || (first = answers_find_sealed(a, content, clock_boot_ms())) == NULL)
		return ST_OK;
	session_policy(a->s, &p);
	return give(a, to,
	    &(struct words){sealed_words(&p, first->code, first->language), EVENT_SLOT_NONE, 1},
	    due_ms);
}

enum status
answers_plain_again(struct answers *a, const struct answers_to *to, const char *text, size_t len)
{
	const int64_t due_ms = draw_due(a), age = age_ms(a, to);
	const struct answers_plain *first;
	struct policy p;
	enum status st;

	if (!is_able(a) || to->sender == NULL || to->sender[0] == '\0' || age == TOO_OLD)
		return ST_OK;
	first = answers_find_plain(a, to->sender, text, len, clock_boot_ms() - age);
	if (first == NULL)
		return ST_OK;
	session_policy(a->s, &p);
	st = give(a, to,
	    &(struct words){
		p.posture == POLICY_PROTECTED || p.answers == ANSWERS_NONE ? "" : first->words,
		first->slot, first->slot != EVENT_SLOT_NONE},
	    due_ms);
	return st == ST_OK ? ST_EXISTS : st;
}

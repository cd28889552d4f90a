/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/people.h"

#include <sodium.h>
#include <string.h>
#include <utf8proc.h>

#include "crypto/enrolment.h"
#include "crypto/ratchet.h"
#include "gateway/common/entropy.h"
#include "gateway/core/number.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/words.h"

#define RHYTHM_MAX 366

/* Printable, without control characters, no blank at either end. */
int
people_is_name(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	if (len == 0 || len >= cap || text[0] == ' ' || text[len - 1] == ' ')
		return 0;
	for (size_t i = 0; i < len; i += (size_t)n) {
		n = utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(len - i), &c);
		if (n <= 0)
			return 0;
		switch (utf8proc_category(c)) {
		case UTF8PROC_CATEGORY_CC:
		case UTF8PROC_CATEGORY_CF:
		case UTF8PROC_CATEGORY_CS:
		case UTF8PROC_CATEGORY_CN:
		case UTF8PROC_CATEGORY_ZL:
		case UTF8PROC_CATEGORY_ZP:
			return 0;
		default:
			break;
		}
	}
	return 1;
}

static int
keeps_numbers(const struct session *s)
{
	struct policy policy;

	session_policy(s, &policy);
	return policy.keep_numbers != 0;
}

static enum status
check_ask(const struct session *s, const struct msg_enrol *ask, char words[SESSION_WORDS_MAX])
{
	if (!people_is_name(ask->pseudonym, sizeof(ask->pseudonym)))
		return say(words, ST_SYNTAX,
		    "the pseudonym must be 1 to 31 printable octets, without blanks around it");
	if (!people_is_name(ask->language, sizeof(ask->language)))
		return say(words, ST_SYNTAX, "give the language as its code, such as en");
	if (s->facts->book == NULL || s->facts->places == NULL)
		return say(words, ST_INCOMPLETE,
		    "the codebook or the places file in the journal is damaged: nobody can be "
		    "enrolled");
	if (languages_find(&s->facts->book->languages, ask->language) < 0)
		return say(words, ST_UNKNOWN,
		    "the codebook in force does not have that language: see 'tocsin codebook "
		    "check'");
	if (places_find(s->facts->places, ask->place) == NULL)
		return say(words, ST_UNKNOWN, "no such place: give an id of the places file");
	if (ask->household > UINT16_MAX)
		return say(words, ST_RANGE, "the household group is a number from 0 to 65535");
	if (ask->rhythm_days > RHYTHM_MAX)
		return say(words, ST_RANGE, "the expected rhythm is 0 (none) to 366 days");
	if (ask->heartbeat > 7)
		return say(words, ST_RANGE, "the heartbeat day is 0 (none), 1 Monday to 7 Sunday");
	if (ask->number[0] != '\0' && !keeps_numbers(s))
		return say(words, ST_NOT_ALLOWED,
		    "this gateway keeps no numbers, so nobody was enrolled: leave the number out, "
		    "or see 'tocsin setting --help' for what keeping them means");
	return ST_OK;
}

/* A random slot that no leaf has, so that slot numbers do not tell who came first. */
static enum status
pick_slot(struct session *s, uint16_t *slot)
{
	uint16_t used[SLOT_MAX], pick;
	uint8_t taken[SLOT_MAX] = {0};
	size_t count = state_slots(s->state, used);

	if (count >= SLOT_MAX)
		return ST_FULL;
	for (size_t i = 0; i < count; i++)
		taken[used[i]] = 1;
	do {
		entropy_fill(&pick, sizeof(pick));
		pick %= SLOT_MAX; /* a power of two: uniform */
	} while (taken[pick]);
	*slot = pick;
	return ST_OK;
}

/* What the recovery key's holder needs to go on with her. Where there is no such key: nothing. */
static enum status
copy_slot(
    struct session *s, uint16_t slot, const char *pseudonym, const struct enrolment_keys *keys)
{
	struct recovery_slot copy = {.pk_m = keys->pk_m};
	uint8_t content[RECOVERY_CONTENT_MAX];
	enum status st;

	if (sodium_is_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b)))
		return ST_OK;
	_Static_assert(ENROLMENT_CHAINS == 1 + RECOVERY_CHAINS, "the live one, and the spare ones");
	memcpy(copy.pseudonym, pseudonym, strnlen(pseudonym, sizeof(copy.pseudonym) - 1));
	memcpy(copy.chain, &keys->chain[1], sizeof(copy.chain));
	recovery_slot_write(&copy, content);
	st = recovery_copy(s->state, &s->ring.pk_r, &s->keys->ring.k_h, RECOVERY_SLOT, slot,
	    content, sizeof(content));
	sodium_memzero(&copy, sizeof(copy));
	sodium_memzero(content, sizeof(content));
	return st;
}

/* Will she get the ack code of each of her sealed messages back? Then her device waits for it. */
static bool
answers_hold_codes(const struct session *s)
{
	struct policy policy;

	session_policy(s, &policy);
	return policy.answers == ANSWERS_CODE || policy.answers == ANSWERS_READ_BACK;
}

/* The new slot's keys and the text that carries them. */
static enum status
make_slot(struct session *s, const struct msg_enrol *ask, struct ratchet *ratchet,
    struct msg_enrolled *out)
{
	struct enrolment enrolment = {
	    .ack_codes = answers_hold_codes(s),
	    .codebook = (uint8_t)codebook_schema(s->facts->book),
	    .heartbeat_day = (uint8_t)ask->heartbeat,
	    .pk_i = s->ring.pk_i,
	};
	struct enrolment_keys keys;
	enum status st;

	entropy_fill(&enrolment.m, sizeof(enrolment.m));
	enrolment_derive(&enrolment.m, &keys);
	ratchet_start(ratchet, 0, &keys.chain[0], &keys.pk_m);
	enrolment_write(&enrolment, out->text);
	st = copy_slot(s, (uint16_t)out->slot, ask->pseudonym, &keys);
	sodium_memzero(&enrolment, sizeof(enrolment));
	sodium_memzero(&keys, sizeof(keys));
	return st;
}

enum status
people_slot(struct session *s, const char *pseudonym, uint16_t *slot, char words[SESSION_WORDS_MAX])
{
	enum status st = view_monitor_slot(s->view, pseudonym, slot);

	if (st == ST_UNKNOWN)
		return say(words, st, "no active monitor has that pseudonym: see 'tocsin roster'");
	return st;
}

enum status
people_try(struct session *s, enum event_type type, const uint8_t *body, size_t len,
    char words[SESSION_WORDS_MAX])
{
	const struct view_event ev = {
	    state_next_seq(s->state), (uint8_t)type, (uint8_t)event_version(type), 1, body, len};

	return view_try(s->view, &ev, words, SESSION_WORDS_MAX);
}

/* Collect the event and the slot, and make both durable. */
static enum status
commit_slot(struct session *s, enum event_type type, const uint8_t *body, size_t len, uint16_t slot,
    const struct ratchet *ratchet)
{
	enum status st = session_append(s, type, body, len, NULL);

	if (st == ST_OK)
		st = change_slot(s->state, slot, ratchet);
	if (st == ST_OK)
		st = session_commit(s);
	if (st == ST_OK)
		st = session_slot_known(s, slot, ratchet);
	return st;
}

enum status
people_enrol(struct session *s, const struct msg_enrol *ask, struct msg_enrolled *out,
    char words[SESSION_WORDS_MAX])
{
	uint8_t body[EVENT_ENROLLED_MAX];
	struct event_enrolled e = {.at = session_quarter(s)};
	struct ratchet ratchet;
	uint16_t slot;
	enum status st;
	size_t len;

	if ((st = check_ask(s, ask, words)) != ST_OK)
		return st;
	if ((st = pick_slot(s, &slot)) != ST_OK)
		return say(words, st, "all 1,024 slots are in use");
	if (ask->number[0] != '\0' && (st = number_read(ask->number, e.number)) != ST_OK)
		return say(words, st, "%s", number_words);
	e.slot = slot;
	e.place = (uint16_t)ask->place;
	e.household = (uint16_t)ask->household;
	e.rhythm_days = (uint16_t)ask->rhythm_days;
	e.heartbeat = (uint8_t)ask->heartbeat;
	memcpy(e.pseudonym, ask->pseudonym, sizeof(e.pseudonym));
	memcpy(e.language, ask->language, sizeof(e.language));
	len = event_enrolled_encode(&e, body, sizeof(body));
	if ((st = people_try(s, EVENT_ENROLLED, body, len, words)) != ST_OK) {
		if (st == ST_EXISTS)
			(void)say(words, st,
			    "that pseudonym was given before: choose another, also for the same "
			    "person");
		goto done;
	}
	memset(out, 0, sizeof(*out));
	out->slot = slot;
	if ((st = make_slot(s, ask, &ratchet, out)) == ST_OK)
		st = commit_slot(s, EVENT_ENROLLED, body, len, slot, &ratchet);
	sodium_memzero(&ratchet, sizeof(ratchet));
done:
	sodium_memzero(body, sizeof(body));
	sodium_memzero(&e, sizeof(e));
	return st;
}

enum status
people_revoke(struct session *s, const char *pseudonym, char words[SESSION_WORDS_MAX])
{
	uint8_t body[EVENT_REVOKED_LEN];
	struct event_revoked e = {.at = session_quarter(s)};
	struct ratchet old, next;
	enum status st;
	size_t len;

	if ((st = people_slot(s, pseudonym, &e.slot, words)) != ST_OK ||
	    (st = state_slot(s->state, e.slot, &old)) != ST_OK)
		return st;
	ratchet_revoke(&old, (uint32_t)session_on_h(s), &next);
	len = event_revoked_encode(&e, body, sizeof(body));
	if ((st = people_try(s, EVENT_REVOKED, body, len, words)) == ST_OK)
		st = change_recovery(s->state, RECOVERY_SLOT, e.slot, NULL, 0);
	if (st == ST_OK)
		st = commit_slot(s, EVENT_REVOKED, body, len, e.slot, &next);
	sodium_memzero(&old, sizeof(old));
	sodium_memzero(&next, sizeof(next));
	return st;
}

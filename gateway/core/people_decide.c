/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a coordinator decides about a monitor who is enrolled. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/number.h"
#include "gateway/core/people.h"

static enum status __attribute__((format(printf, 3, 4)))
say(char words[SESSION_WORDS_MAX], enum status st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, SESSION_WORDS_MAX, fmt, ap);
	va_end(ap);
	return st;
}

static enum status
find(struct session *s, const char *pseudonym, uint16_t *slot, char words[SESSION_WORDS_MAX])
{
	enum status st = view_monitor_slot(s->view, pseudonym, slot);

	return st == ST_UNKNOWN ? say(words, st, "%s", people_nobody) : st;
}

static enum status
write_event(struct session *s, enum event_type type, const uint8_t *body, size_t len,
    char words[SESSION_WORDS_MAX])
{
	enum status st = people_try(s, type, body, len, words);

	if (st == ST_OK)
		st = session_append(s, type, body, len, NULL);
	return st == ST_OK ? session_commit(s) : st;
}

/* --- the vetting mark --- */

enum status
people_vet(
    struct session *s, const struct msg_vet *ask, uint32_t *changed, char words[SESSION_WORDS_MAX])
{
	struct event_vetted e = {.at = session_quarter(s),
	    .trust = (uint8_t)session_trust(s),
	    .vetted = ask->vetted != 0};
	uint8_t body[EVENT_VETTED_LEN];
	enum status st;

	*changed = 0;
	if ((st = find(s, ask->pseudonym, &e.slot, words)) != ST_OK)
		return st;
	if (s->facts->monitor[e.slot].vetted == e.vetted)
		return say(words, ST_OK,
		    e.vetted ? "%s is vetted already: nothing was changed."
			     : "%s is not vetted: nothing was changed.",
		    ask->pseudonym);
	if (e.vetted && e.trust == TRUST_NONE) /* her thirty days would begin too early */
		return say(words, ST_INCOMPLETE,
		    "the gateway does not know the date, and the mark counts from its date on: "
		    "give 'tocsin unlock' the right one first; nothing was changed");
	st = write_event(s, EVENT_VETTED, body, event_vetted_encode(&e, body, sizeof(body)), words);
	*changed = st == ST_OK;
	return st;
}

/* --- plain texts --- */

/* With one number for two nobody could tell whose text it is. */
static enum status
check_not_anothers(
    struct session *s, const char *number, uint16_t slot, char words[SESSION_WORDS_MAX])
{
	const uint16_t other = senders_find(s->facts->senders, number);

	if (other == EVENT_SLOT_NONE || other == slot)
		return ST_OK;
	return say(words, ST_EXISTS,
	    "another monitor is known by that number already, and nobody could tell whose text it "
	    "is: 'tocsin plain' lists who may text plain");
}

/* By which number she is known: the one given, or the one that is kept, of which nothing is written
 * then. */
static enum status
check_number(struct session *s, const struct msg_plain_allow *ask, struct event_plain_allowed *e,
    char words[SESSION_WORDS_MAX])
{
	char kept[NUMBER_MAX] = "";
	const char *number = e->number;
	enum status st;

	if (ask->number[0] != '\0') {
		if ((st = number_read(ask->number, e->number)) != ST_OK)
			return say(words, st, "%s", number_words);
	} else {
		st = view_monitor_number(s->view, e->slot, kept);
		if (st == ST_UNKNOWN)
			return say(words, ST_INCOMPLETE,
			    "no number of hers is kept, so that her texts cannot be known: give "
			    "the number that she texts from");
		if (st != ST_OK)
			return st;
		number = kept;
	}
	number += strspn(number, "+0");
	if (strlen(number) < NUMBER_TAIL)
		st = say(words, ST_RANGE,
		    "a number of fewer than %d digits tells nobody from others: give the whole one",
		    NUMBER_TAIL);
	else
		st = check_not_anothers(s, number, e->slot, words);
	sodium_memzero(kept, sizeof(kept));
	return st;
}

static enum status
check_allow(struct session *s, const struct msg_plain_allow *ask, struct event_plain_allowed *e,
    char words[SESSION_WORDS_MAX])
{
	struct policy policy;

	session_policy(s, &policy);
	if (!policy.keep_numbers)
		return say(words, ST_NOT_ALLOWED,
		    "this gateway keeps no numbers, and a plain text is known by its number alone: "
		    "see 'tocsin setting --help' for what keeping them means");
	if (!people_is_name(ask->reason, sizeof(ask->reason)))
		return say(words, ST_SYNTAX,
		    "a reason must be written down: 1 to %zu printable octets, without blanks "
		    "around it",
		    sizeof(ask->reason) - 1);
	memcpy(e->reason, ask->reason, strlen(ask->reason));
	return check_number(s, ask, e, words);
}

enum status
people_plain_allow(struct session *s, const struct msg_plain_allow *ask, uint32_t *changed,
    char words[SESSION_WORDS_MAX])
{
	struct event_plain_allowed e = {.at = session_quarter(s), .allowed = ask->allowed != 0};
	uint8_t body[EVENT_PLAIN_ALLOWED_MAX];
	enum status st;

	*changed = 0;
	if ((st = find(s, ask->pseudonym, &e.slot, words)) != ST_OK)
		return st;
	if (s->facts->monitor[e.slot].plain == e.allowed)
		return say(words, ST_OK,
		    e.allowed ? "%s may text plain already: nothing was changed. For another "
				"number or reason, forbid it first."
			      : "%s may not text plain: nothing was changed.",
		    ask->pseudonym);
	if (e.allowed)
		st = check_allow(s, ask, &e, words);
	if (st == ST_OK)
		st = write_event(s, EVENT_PLAIN_ALLOWED, body,
		    event_plain_allowed_encode(&e, body, sizeof(body)), words);
	*changed = st == ST_OK;
	sodium_memzero(body, sizeof(body));
	sodium_memzero(&e, sizeof(e));
	return st;
}

/* --- her own numbers for places --- */

static enum status
set_places(struct session *s, const struct msg_own_places *ask, uint16_t slot,
    char words[SESSION_WORDS_MAX])
{
	struct event_own_places e = {.at = session_quarter(s), .slot = slot};
	uint8_t body[EVENT_OWN_PLACES_MAX];
	enum status st;

	if (s->facts->places == NULL)
		return say(words, ST_INCOMPLETE,
		    "the places file in the journal is damaged: see 'tocsin journal verify'");
	for (unsigned i = 0; i < OWN_MAX; i++)
		if (ask->place[i] != 0 && places_find(s->facts->places, ask->place[i]) == NULL)
			return say(words, ST_RANGE,
			    "%02u: there is no place %u in the places file in force; nothing was "
			    "changed",
			    i, ask->place[i]);
	memcpy(e.place, ask->place, sizeof(e.place));
	st = write_event(
	    s, EVENT_OWN_PLACES, body, event_own_places_encode(&e, body, sizeof(body)), words);
	sodium_memzero(body, sizeof(body));
	sodium_memzero(&e, sizeof(e));
	return st;
}

enum status
people_own_places(struct session *s, const struct msg_own_places *ask, struct msg_own_places *out,
    char words[SESSION_WORDS_MAX])
{
	enum status st;
	uint16_t slot;

	memset(out, 0, sizeof(*out));
	memcpy(out->pseudonym, ask->pseudonym, sizeof(out->pseudonym));
	if ((st = find(s, ask->pseudonym, &slot, words)) != ST_OK ||
	    (st = view_own_places(s->view, slot, out->place)) != ST_OK)
		return st;
	if (!ask->set || memcmp(out->place, ask->place, sizeof(ask->place)) == 0)
		return ST_OK;
	if ((st = set_places(s, ask, slot, words)) == ST_OK)
		memcpy(out->place, ask->place, sizeof(out->place));
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/rights.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "crypto/enrolment.h"
#include "crypto/recovery.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/people.h"
#include "gateway/core/rights_impl.h"
#include "gateway/core/session_unlock.h"

static const char full_words[] = "there is no room for more keys of months: drop the oldest months "
				 "first, or wait for the next month";

/* --- shared with rights_recover.c --- */

enum status
rights_find(struct session *s, const char *name, uint32_t *id, char words[SESSION_WORDS_MAX])
{
	uint32_t last = view_coordinator_last(s->view);
	struct view_coordinator who;
	enum status st;

	if (!people_is_name(name, PSEUDONYM_MAX))
		return say(words, ST_SYNTAX,
		    "the name must be 1 to 31 printable octets, without blanks around it");
	for (size_t i = 0; i < s->ring.coordinator_count; i++) {
		*id = s->ring.coordinator[i].id;
		if ((st = view_coordinator(s->view, *id, &who)) != ST_OK)
			return st;
		if (strcasecmp(who.name, name) == 0)
			return ST_OK;
	}
	*id = (*id > last ? *id : last) + 1; /* they ascend; a number is never given again */
	return ST_UNKNOWN;
}

void
rights_coordinator_event(const struct session *s, enum coordinator_act act, uint32_t id,
    const char *name, struct rights_event *out)
{
	struct event_coordinator e = {.at = session_quarter(s), .act = (uint8_t)act, .id = id};

	(void)snprintf(e.name, sizeof(e.name), "%s", name);
	out->type = EVENT_COORDINATOR;
	out->len = event_coordinator_encode(&e, out->body, sizeof(out->body));
}

enum status
rights_try(struct session *s, const struct rights_event *ev, char words[SESSION_WORDS_MAX])
{
	const struct view_event event = {state_next_seq(s->state), (uint8_t)ev->type,
	    (uint8_t)event_version(ev->type), 1, ev->body, ev->len};

	return view_try(s->view, &event, words, SESSION_WORDS_MAX);
}

enum status
rights_commit(struct session *s, struct ring_change *c, const struct rights_event *ev, size_t count,
    char words[SESSION_WORDS_MAX])
{
	enum status st = ring_change_collect(s, c);

	if (st == ST_FULL || st == ST_RANGE)
		return say(words, st, "%s", full_words);
	for (size_t i = 0; st == ST_OK && i < count; i++)
		st = session_append(s, ev[i].type, ev[i].body, ev[i].len, NULL);
	if (st == ST_OK)
		st = session_commit(s);
	if (st == ST_OK)
		ring_change_taken(s, c);
	/* Nothing else waited, so there was room; half of it must not wait for another commit. */
	return st == ST_OK || status_class(st) == SC_STOP ? st : ST_MEMORY;
}

enum status
rights_passphrase(struct session *s, struct ring_change *c, uint32_t id,
    const struct msg_passphrase *passphrase, char words[SESSION_WORDS_MAX])
{
	uint32_t other;
	enum status st = rights_stretched(words, session_whose(s, passphrase, &other));

	if (st == ST_OK)
		return say(words, ST_EXISTS, "choose another passphrase: this one is in use");
	if (st == ST_PASSPHRASE)
		st = rights_stretched(words, ring_change_passphrase(c, id, passphrase));
	if (st == ST_FULL)
		return say(words, st, "there are eight coordinators already: remove one first");
	if (st == ST_INCOMPLETE)
		return say(words, st, "give a passphrase");
	return st;
}

/* --- acts --- */

static enum status
add(struct session *s, struct ring_change *c, const struct msg_coordinator *ask, uint32_t id,
    enum status found, char words[SESSION_WORDS_MAX])
{
	if (found == ST_OK)
		return say(words, ST_EXISTS, "there is a coordinator of that name already");
	return rights_passphrase(s, c, id, &ask->passphrase, words);
}

static enum status
drop(struct session *s, struct ring_change *c, uint32_t id, char words[SESSION_WORDS_MAX])
{
	enum status st = ring_change_remove(c, id);

	if (st == ST_NOT_ALLOWED && s->two_person)
		return say(words, st,
		    "two must stay under the two-person rule: add another, or switch the rule off, "
		    "first");
	if (st == ST_NOT_ALLOWED)
		return say(words, st, "the last coordinator cannot be removed: add another first");
	if (st == ST_OK && (st = ring_change_renew_months(c, s->epoch)) == ST_FULL)
		return say(words, st, "%s", full_words);
	return st;
}

static enum status
change_passphrase(struct session *s, struct ring_change *c, const struct msg_coordinator *ask,
    uint32_t id, char words[SESSION_WORDS_MAX])
{
	uint32_t whose = 0;
	enum status st = ST_OK;

	if (!ask->is_lost) {
		st = rights_stretched(words, session_whose(s, &ask->old, &whose));
		if (st == ST_PASSPHRASE || (st == ST_OK && whose != id)) {
			st = session_refused(s);
			if (st != ST_OK && st != ST_FULL)
				return st;
			return say(words, ST_PASSPHRASE, "this is not her present passphrase");
		}
	}
	return st == ST_OK ? rights_passphrase(s, c, id, &ask->passphrase, words) : st;
}

static enum status
two_person(struct session *s, struct ring_change *c, int on, char words[SESSION_WORDS_MAX])
{
	enum status st;

	if (s->two_person == on)
		return say(words, ST_EXISTS,
		    on ? "the two-person rule holds already"
		       : "the two-person rule is off already");
	if ((st = ring_change_two_person(c, on)) == ST_NOT_ALLOWED)
		return say(words, st,
		    "two coordinators are needed for it: add another with 'tocsin coordinator "
		    "add'");
	if (st == ST_OK && on && (st = ring_change_renew_months(c, s->epoch)) == ST_FULL)
		return say(words, st, "%s", full_words);
	return st;
}

/* Put the wish into the change. */
static enum status
plan(struct session *s, struct ring_change *c, const struct msg_coordinator *ask, uint32_t id,
    enum status found, char words[SESSION_WORDS_MAX])
{
	if (found == ST_UNKNOWN && ask->act != COORDINATOR_ADD)
		return say(words, ST_UNKNOWN,
		    "there is no coordinator of that name: see 'tocsin coordinator list'");
	switch (ask->act) {
	case COORDINATOR_ADD:
		return add(s, c, ask, id, found, words);
	case COORDINATOR_REMOVE:
		return drop(s, c, id, words);
	case COORDINATOR_PASSPHRASE:
		return change_passphrase(s, c, ask, id, words);
	case COORDINATOR_TWO_ON:
	case COORDINATOR_TWO_OFF:
		return two_person(s, c, ask->act == COORDINATOR_TWO_ON, words);
	default:
		return ST_RANGE;
	}
}

static void
say_done(enum coordinator_act act, char words[SESSION_WORDS_MAX])
{
	switch (act) {
	case COORDINATOR_REMOVE:
		(void)say(words, ST_OK,
		    "Removed: her passphrase opens nothing more. Whoever has it and a copy of card "
		    "and anchor from before reads what was stored then, and has this gateway's "
		    "lasting keys: if you fear that, make a new gateway.");
		break;
	case COORDINATOR_TWO_ON:
		(void)say(words, ST_OK,
		    "From now on two coordinators must give their passphrases to open or arm this "
		    "gateway. It stays open as it is until it is locked.");
		break;
	default:
		words[0] = '\0';
	}
}

enum status
rights_act(struct session *s, const struct msg_coordinator *ask, char words[SESSION_WORDS_MAX])
{
	const int is_on_nobody = ask->act == COORDINATOR_TWO_ON || ask->act == COORDINATOR_TWO_OFF;
	struct rights_event ev;
	struct ring_change *c;
	uint32_t id = 0;
	enum status st, found = ST_OK;

	if (s->at != IN_OPEN || s->read_only)
		return ST_NOT_ALLOWED;
	if (!is_on_nobody)
		found = rights_find(s, ask->name, &id, words);
	if (found != ST_OK && found != ST_UNKNOWN)
		return found;
	if ((st = ring_change_begin(s, &c)) != ST_OK)
		return st;
	st = plan(s, c, ask, id, found, words);
	if (st == ST_OK) {
		rights_coordinator_event(
		    s, (enum coordinator_act)ask->act, id, is_on_nobody ? "" : ask->name, &ev);
		st = rights_try(s, &ev, words);
	}
	if (st == ST_OK)
		st = rights_commit(s, c, &ev, 1, words);
	ring_change_free(c);
	if (st == ST_OK && (ask->act == COORDINATOR_REMOVE || ask->act == COORDINATOR_TWO_ON))
		st = session_next_run(s, s->epoch / 16);
	if (st == ST_OK)
		say_done((enum coordinator_act)ask->act, words);
	return st;
}

/* --- the recovery key --- */

/* Copies of monitors' keys for the key before, which none can open and seal anew. */
static enum status
drop_slot(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct session *s = arg;

	(void)blob;
	(void)len;
	return kind == RECOVERY_SLOT ? change_recovery(s->state, kind, id, NULL, 0) : ST_OK;
}

/* Monitors of whose keys there is no copy. */
static enum status
count_live(struct session *s, uint32_t *live)
{
	uint16_t slots[SLOT_MAX];
	size_t count = state_slots(s->state, slots);
	struct ratchet r;
	enum status st = ST_OK;

	*live = 0;
	for (size_t i = 0; st == ST_OK && i < count; i++) {
		if ((st = state_slot(s->state, slots[i], &r)) == ST_OK)
			*live += r.state == RATCHET_LIVE;
		sodium_memzero(&r, sizeof(r));
	}
	return st;
}

enum status
rights_recovery_key(struct session *s, struct msg_recovery_key *out, char words[SESSION_WORDS_MAX])
{
	struct recovery_key key;
	struct rights_event ev;
	struct ring_change *c;
	struct public32 pk_r;
	enum status st;

	memset(out, 0, sizeof(*out));
	out->replaced = !sodium_is_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b));
	if ((st = count_live(s, &out->slots)) != ST_OK || (st = ring_change_begin(s, &c)) != ST_OK)
		return st;
	entropy_fill(&key.sk_r, sizeof(key.sk_r));
	gwid_of(&s->ring.pk_i, key.gwid);
	recovery_kid(&s->ring.pk_d, key.kid);
	ring_public_x25519(&key.sk_r, &pk_r);
	ring_change_recovery_key(c, &pk_r);
	rights_coordinator_event(s, COORDINATOR_RECOVERY_KEY, 0, "", &ev);
	if ((st = store_recovery_all(s->store, drop_slot, s)) == ST_OK)
		st = rights_commit(s, c, &ev, 1, words);
	if (st != ST_OK && status_class(st) != SC_STOP)
		session_drop(s);
	if (st == ST_OK)
		recovery_key_write(&key, out->text);
	sodium_memzero(&key, sizeof(key));
	ring_change_free(c);
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/session.h"

#include <assert.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/answers.h"
#include "gateway/core/intake.h"
#include "gateway/core/intake_parts.h"
#include "gateway/core/intake_plain.h"
#include "gateway/core/outbox.h"
#include "gateway/core/session_unlock.h"

#define HOUR_MS 3600000
#define MINUTE_MS 60000
#define IDLE_ANCHOR_MS 2000 /* then the anchor's old slot is zeroed */
#define META_ON_H "on_h"
#define ON_H_MAX 10000000 /* a thousand years */
#define OTHER_STEP_MS 50
#define OTHER_STEPS 60 /* 3 s, for a process that is just ending */

/* --- time --- */

uint64_t
session_on_h(const struct session *s)
{
	return s->on_h_before + (uint64_t)((clock_boot_ms() - s->started_ms) / HOUR_MS);
}

uint64_t
session_awake_h(const struct session *s)
{
	if (s->at != IN_ARMED && s->at != IN_OPEN)
		return s->awake_before;
	return s->awake_before + (uint64_t)((clock_boot_ms() - s->armed_ms) / HOUR_MS);
}

static int64_t
lock_at_ms(const struct session *s)
{
	return s->passphrase_ms + (int64_t)s->conf->armed_hours * HOUR_MS;
}

static int64_t
close_at_ms(const struct session *s)
{
	return s->used_ms + (int64_t)s->conf->open_idle_minutes * MINUTE_MS;
}

static uint32_t
seconds_until(int64_t at_ms)
{
	int64_t left = at_ms - clock_boot_ms();

	return left <= 0 ? 0 : (uint32_t)((left + 999) / 1000);
}

uint32_t
session_lock_in_s(const struct session *s)
{
	return s->at == IN_ARMED || s->at == IN_OPEN ? seconds_until(lock_at_ms(s)) : 0;
}

uint32_t
session_close_in_s(const struct session *s)
{
	return s->at == IN_OPEN ? seconds_until(close_at_ms(s)) : 0;
}

/* --- start and end --- */

/* The checkpoint of a start may need room in the database, and find none. */
static enum status
start_failed(
    const struct session *s, char words[SESSION_WORDS_MAX], enum status st, const char *what)
{
	if (st == ST_IO && intake_disk_is_low(s))
		what = "the disk is full: make room on it, and the gateway goes on by itself";
	(void)snprintf(words, SESSION_WORDS_MAX, "%s", what);
	return st;
}

/* What to do about a store that does not open. */
static const char *
store_words(enum status st)
{
	switch (st) {
	case ST_DAMAGED:
		return "tocsin.db is damaged, or no store of a gateway: bring back the one that "
		       "belongs here";
	case ST_VERSION:
		return "the store was written by a newer version of Tocsin: install that one";
	case ST_INCOMPLETE:
		return "the store was never made to its end: move its folder away and run 'tocsin "
		       "init' again";
	case ST_AGAIN:
		return "another process has the store open: end it";
	case ST_MEMORY:
		return "no memory is left";
	default:
		return "the store cannot be opened: see that its folder and files belong to this "
		       "user and can be written, and that its disk is sound";
	}
}

static const char *
anchor_words(enum status st)
{
	if (st == ST_AGAIN)
		return "another process has the anchor open: end it";
	if (st == ST_CONFIG)
		return "the anchor is missing, of another kind or size, or open to other users: "
		       "'tocsin check' says more. Without it nothing in the store can be read";
	return "the anchor cannot be read: see that its medium is there and sound. Without it "
	       "nothing in the store can be read";
}

/* Store and anchor. A tocsin-core whose tocsind was killed has them until it has ended. */
static enum status
open_both(struct session *s)
{
	enum status st;

	for (unsigned steps = OTHER_STEPS;; steps--) {
		if ((st = store_open(s->conf->state_dir, &s->store)) == ST_OK)
			st = anchor_open(s->conf, s->store, &s->anchor);
		if (st != ST_AGAIN || steps == 0)
			return st;
		store_close(s->store);
		s->store = NULL;
		(void)poll(NULL, 0, OTHER_STEP_MS);
	}
}

static enum status
read_ring(struct session *s)
{
	uint8_t octets[RING_LIST_MAX], hash[32];
	struct ring_wraps wraps;
	size_t len;
	enum status st = store_ring_get(s->store, octets, sizeof(octets), &len);

	if (st == ST_OK)
		st = ring_list_read(octets, len, &s->ring);
	if (st == ST_OK && (st = ring_list_hash(&s->ring, hash)) == ST_OK &&
	    memcmp(hash, state_root(s->state)->ring_hash, sizeof(hash)) != 0) {
		s->is_ring_changed = 1;
		(void)snprintf(s->fault, sizeof(s->fault), "%s",
		    "changed while locked: the list of who may open it. Texts stay in the modem");
	}
	if (st == ST_OK && state_wraps(s->state, &wraps) == ST_OK)
		s->two_person = wraps.is_two_person; /* else unlocking finds out */
	return status_class(st) == SC_REJECT ? ST_DAMAGED : st;
}

enum status
session_start(struct session *s, const struct conf *conf, char words[SESSION_WORDS_MAX])
{
	uint64_t restoring;
	enum status st;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->at = IN_NEW;
	s->started_ms = clock_boot_ms();
	session_clock_start(s);
	words[0] = '\0';
	if ((s->waiting = calloc(SESSION_WAITING_MAX, sizeof(*s->waiting))) == NULL)
		return start_failed(s, words, ST_MEMORY, "no memory is left");
	if (!store_exists(conf->state_dir))
		return ST_OK;
	if ((st = open_both(s)) != ST_OK)
		return start_failed(
		    s, words, st, s->store == NULL ? store_words(st) : anchor_words(st));
	if ((st = state_open(s->store, s->anchor, &s->state)) != ST_OK)
		return start_failed(s, words, st,
		    st == ST_WIPED ? status_words(st)
		    : st == ST_ANCHOR
			? "the anchor does not open this store: are both from one gateway?"
			: "the store's state cannot be read");
	if ((st = read_ring(s)) != ST_OK)
		return start_failed(s, words, st, "the ring of the store cannot be read");
	if ((st = store_meta_get(s->store, META_ON_H, &s->on_h_before)) == ST_UNKNOWN)
		s->on_h_before = 0;
	else if (st == ST_OK && s->on_h_before > ON_H_MAX)
		return start_failed(s, words, ST_DAMAGED, "the store's count of hours is damaged");
	else if (st != ST_OK)
		return start_failed(s, words, st, "the store cannot be read");
	if ((st = store_meta_get(s->store, META_RESTORING, &restoring)) == ST_OK && restoring != 0)
		return start_failed(s, words, ST_INCOMPLETE,
		    "its restoring was cut short: move state folder and anchor away, and restore "
		    "again");
	if (st != ST_OK && st != ST_UNKNOWN)
		return start_failed(s, words, st, "the store cannot be read");
	s->awake_before = state_root(s->state)->awake_h;
	s->at = IN_LOCKED;
	return ST_OK;
}

static void
drop_waiting(struct session *s)
{
	for (size_t i = 0; i < s->waiting_count; i++) {
		sodium_memzero(s->waiting[i].body, s->waiting[i].event.len);
		free(s->waiting[i].body);
	}
	s->waiting_count = 0;
}

void
session_forget(struct session *s)
{
	drop_waiting(s);
	if (s->answers != NULL)
		answers_lock(s->answers);
	view_free(s->view);
	s->view = NULL;
	hints_free(s->hints);
	s->hints = NULL;
	facts_free(s->facts);
	s->facts = NULL;
	parts_free(s->parts);
	s->parts = NULL;
	intake_plain_free(s->plain);
	s->plain = NULL;
	s->is_passing = 0;
	if (s->state != NULL)
		state_lock(s->state);
	sodium_free(s->keys); /* wipes it */
	s->keys = NULL;
	s->read_only = 0;
	s->clock_noted = 0;
	if (s->at != IN_NEW)
		s->at = IN_LOCKED;
	sodium_stackzero(SESSION_STACK); /* reading only, nothing was committed that did it */
}

void
session_end(struct session *s)
{
	session_forget(s);
	state_free(s->state);
	anchor_close(s->anchor);
	store_close(s->store);
	free(s->waiting);
	memset(s, 0, sizeof(*s));
}

/* --- writing --- */

enum status
session_append(
    struct session *s, enum event_type type, const uint8_t *body, size_t len, uint64_t *seq)
{
	const uint8_t version = (uint8_t)event_version(type);
	uint8_t *copy;
	uint64_t mine;
	enum status st;

	if (s->read_only || (event_states(type) & s->at) == 0)
		return ST_NOT_ALLOWED;
	if (s->waiting_count == SESSION_WAITING_MAX)
		return ST_FULL;
	if ((copy = malloc(len > 0 ? len : 1)) == NULL)
		return ST_MEMORY;
	st = change_event(s->state, (uint8_t)type, version, body, len, &mine);
	if (st != ST_OK) {
		free(copy);
		return st;
	}
	if (len > 0)
		memcpy(copy, body, len);
	s->waiting[s->waiting_count].event =
	    (struct view_event){mine, (uint8_t)type, version, 1, copy, len};
	s->waiting[s->waiting_count].body = copy;
	s->waiting_count++;
	if (seq != NULL)
		*seq = mine;
	return ST_OK;
}

enum status
session_commit(struct session *s)
{
	enum status st = state_commit(s->state, session_on_h(s), session_awake_h(s));
	int moves_senders = 0;

	sodium_stackzero(SESSION_STACK);
	s->commit_ms = clock_boot_ms();
	for (size_t i = 0; i < s->waiting_count && st == ST_OK; i++) {
		if (s->view != NULL)
			st = view_apply(s->view, &s->waiting[i].event);
		if (st == ST_OK && s->facts != NULL)
			st = facts_apply(s->facts, &s->waiting[i].event);
		moves_senders |= facts_moves_senders(s->waiting[i].event.type);
	}
	drop_waiting(s);
	return st == ST_OK && moves_senders ? session_senders(s) : st;
}

void
session_drop(struct session *s)
{
	drop_waiting(s);
	change_drop(s->state);
}

enum status
session_mark(struct session *s, enum event_type type, enum cause cause, int states)
{
	struct event_mark mark = {.hour = session_quarter(s) / 4, .cause = (uint8_t)cause};
	uint8_t body[EVENT_MARK_MAX];
	size_t len;

	if (states) {
		mark.has_statement = 1;
		state_run_statement(s->state, mark.statement);
	}
	len = event_mark_encode(&mark, body, sizeof(body));
	return session_append(s, type, body, len, NULL);
}

enum status
session_next_run(struct session *s, unsigned month)
{
	const struct ring_vault *vault = ring_vault_for(&s->ring, month);
	enum status st;

	assert(s->at == IN_OPEN && !s->read_only && !change_pending(s->state));
	s->epoch = vault->epoch;
	state_arm(s->state, &s->keys->ring.k_h, vault->epoch, vault->pk_v.b);
	if ((st = session_mark(s, EVENT_OPENED, CAUSE_COMMAND, 1)) != ST_OK)
		return st;
	return session_commit(s);
}

enum status
session_slot_known(struct session *s, uint16_t slot, const struct ratchet *r)
{
	enum status st = ST_OK;

	if (r->state != RATCHET_LIVE)
		sodium_memzero(&s->keys->slot[slot], sizeof(s->keys->slot[slot]));
	else if (!s->keys->slot[slot].known) {
		st = envelope_x_static(&s->keys->ring.sk_i, &r->pk_m, &s->keys->slot[slot].ss);
		s->keys->slot[slot].pk_m = r->pk_m;
		s->keys->slot[slot].known = st == ST_OK;
	}
	/* A public key that no enrolment makes opens nothing: its texts are shown as not opening.
	 */
	return hints_set(s->hints, slot, r);
}

/* --- passages --- */

enum status
session_close(struct session *s, enum cause cause)
{
	enum status st;

	if (s->at != IN_OPEN)
		return ST_OK;
	if (s->read_only)
		return session_lock(s, cause);
	if ((st = session_mark(s, EVENT_ARMED, cause, 0)) != ST_OK ||
	    (st = session_commit(s)) != ST_OK)
		return st;
	session_close_view(s);
	s->at = IN_ARMED;
	log_event(EV_STATE_CHANGED, LOG_STATE(s->at));
	return ST_OK;
}

enum status
session_lock(struct session *s, enum cause cause)
{
	enum status st;

	if (s->at != IN_ARMED && s->at != IN_OPEN)
		return ST_OK;
	if (s->outbox != NULL && (st = outbox_lock(s->outbox)) != ST_OK)
		return st;
	if (!s->read_only) {
		if ((st = session_mark(s, EVENT_LOCKED, cause, 0)) != ST_OK ||
		    (st = session_commit(s)) != ST_OK)
			return st;
		s->awake_before = state_root(s->state)->awake_h;
	}
	session_forget(s);
	log_event(EV_STATE_CHANGED, LOG_STATE(s->at));
	return ST_OK;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Long messages that were waited for too long. */
static enum status
give_up_parts(struct session *s, int64_t *next_ms)
{
	enum status st;
	uint64_t due_h;

	if (s->parts == NULL || s->read_only)
		return ST_OK;
	if ((st = intake_parts_due(s)) == ST_OK && change_pending(s->state))
		st = session_commit(s);
	due_h = parts_due_h(s->parts);
	if (due_h != UINT64_MAX)
		*next_ms =
		    sooner(*next_ms, s->armed_ms + (int64_t)(due_h - s->awake_before) * HOUR_MS);
	return st;
}

enum status
session_tick(struct session *s, int64_t *next_ms)
{
	int64_t now = clock_boot_ms();
	enum status st = ST_OK;

	*next_ms = INT64_MAX;
	session_clock_look(s);
	if ((st = session_clock_note(s)) == ST_OK && s->waiting_count > 0)
		st = session_commit(s);
	if (st == ST_OK)
		st = give_up_parts(s, next_ms);
	if (st == ST_OK && s->at == IN_OPEN && now >= close_at_ms(s))
		st = session_close(s, CAUSE_TIME);
	if (st == ST_OK && (s->at == IN_ARMED || s->at == IN_OPEN) && now >= lock_at_ms(s))
		st = session_lock(s, CAUSE_TIME);
	if (st == ST_OK && s->state != NULL && state_wants_idle(s->state)) {
		if (now >= s->commit_ms + IDLE_ANCHOR_MS)
			st = state_idle(s->state);
		else
			*next_ms = sooner(*next_ms, s->commit_ms + IDLE_ANCHOR_MS);
	}
	if (s->at == IN_OPEN)
		*next_ms = sooner(*next_ms, close_at_ms(s));
	if (s->at == IN_ARMED || s->at == IN_OPEN)
		*next_ms = sooner(*next_ms, lock_at_ms(s));
	return st;
}

enum status
session_choose(struct session *s, const struct event_setting *e)
{
	uint8_t body[EVENT_SETTING_MAX];
	enum status st = session_append(
	    s, EVENT_SETTING, body, event_setting_encode(e, body, sizeof(body)), NULL);

	if (st != ST_OK)
		return st;
	if (e->key == SETTING_POSTURE)
		change_posture(s->state, (uint8_t)e->value);
	/* What waits says what was chosen before, perhaps for hours while no modem is there. */
	if (e->key != SETTING_KEEP_NUMBERS && e->key != SETTING_PLAIN && s->outbox != NULL &&
	    (st = outbox_answers_cancel(s->outbox)) != ST_OK)
		return st;
	return session_commit(s);
}

void
session_policy(const struct session *s, struct policy *out)
{
	struct choices locked;

	choices_init(&locked);
	if (s->facts == NULL && s->state != NULL)
		locked.value[SETTING_POSTURE] = state_root(s->state)->posture;
	policy_read(s->facts != NULL ? &s->facts->choices : &locked, s->conf, out);
}

enum status
session_senders(struct session *s)
{
	struct policy policy;

	if (s->facts == NULL || s->view == NULL)
		return ST_OK;
	session_policy(s, &policy);
	return facts_settle(s->facts, s->view, &policy);
}

int
session_wants_senders(const struct session *s)
{
	struct policy policy;

	session_policy(s, &policy);
	if (s->facts == NULL || s->read_only) /* what arrives is parked */
		return s->state != NULL && policy.posture == POLICY_OPEN;
	return policy_wants_senders(&policy, senders_count(s->facts->senders) > 0);
}

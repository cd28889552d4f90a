/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/session_unlock.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "crypto/enrolment.h"
#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/base.h"
#include "gateway/core/epochs.h"
#include "gateway/core/events_carried.h"
#include "gateway/core/fold.h"
#include "gateway/core/intake.h"
#include "gateway/core/intake_plain.h"
#include "gateway/core/mem.h"
#include "gateway/core/stretch.h"

void
session_close_view(struct session *s)
{
	view_free(s->view);
	s->view = NULL;
	sodium_memzero(s->keys->ring.month, sizeof(s->keys->ring.month));
	s->keys->ring.month_count = 0;
}

/* Try the passphrase on each coordinator's box. */
static enum status
find_key(struct session *s, const struct ring_wraps *wraps, const struct msg_passphrase *passphrase,
    struct ring_key *key)
{
	struct key32 pw, kek;
	enum status st = ST_PASSPHRASE;

	if (passphrase->len > sizeof(passphrase->octets))
		return ST_PASSPHRASE;
	for (size_t i = 0; st == ST_PASSPHRASE && i < s->ring.coordinator_count; i++) {
		const struct ring_coordinator *c = &s->ring.coordinator[i];

		st = stretch_passphrase(passphrase->octets, passphrase->len, c->salt,
		    c->argon_memory, c->argon_passes, &pw);
		if (st == ST_RANGE)
			st = ST_CHANGED; /* no init of ours asks that little, or that much */
		if (st != ST_OK)
			break;
		ring_kek(&pw, state_wipe_secret(s->state), &kek);
		sodium_memzero(&pw, sizeof(pw));
		st = ring_box_open(&kek, c->id, &s->ring, wraps, key);
		sodium_memzero(&kek, sizeof(kek));
		if (st == ST_UNKNOWN)
			st = ST_PASSPHRASE; /* a list that a thief put there */
	}
	return st;
}

enum status
session_whose(struct session *s, const struct msg_passphrase *passphrase, uint32_t *id)
{
	struct ring_wraps wraps;
	struct ring_key key;
	enum status st = state_wraps(s->state, &wraps);

	if (st == ST_OK && (st = find_key(s, &wraps, passphrase, &key)) == ST_OK) {
		*id = key.id;
		sodium_memzero(&key, sizeof(key));
	}
	return st;
}

/* ST_OK, ST_PASSPHRASE, ST_INCOMPLETE with words, ST_CHANGED, ST_MEMORY, ... */
static enum status
open_ring(struct session *s, const struct msg_passphrase *passphrase,
    const struct msg_passphrase *second, struct ring_secrets *out, char words[SESSION_WORDS_MAX])
{
	struct ring_wraps wraps;
	struct ring_key key[2];
	size_t count = 1;
	enum status st = state_wraps(s->state, &wraps);

	if (st != ST_OK)
		return st;
	if (wraps.is_two_person && (second == NULL || second->len == 0)) {
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "two coordinators must open this gateway together: give both passphrases");
		return ST_INCOMPLETE;
	}
	st = find_key(s, &wraps, passphrase, &key[0]);
	if (st == ST_OK && wraps.is_two_person)
		st = find_key(s, &wraps, second, &key[count++]);
	if (st == ST_OK)
		st = ring_unlock(key, count, &s->ring, &wraps, out);
	if (st == ST_INCOMPLETE)
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "both passphrases are of one coordinator: two must open this gateway together");
	sodium_memzero(key, sizeof(key));
	return st == ST_UNKNOWN ? ST_PASSPHRASE : st;
}

/* Is everything on disk what was written? Else: reading only, and say what was found. */
static enum status
check_disk(struct session *s, const struct ring_secrets *secrets, char words[SESSION_WORDS_MAX])
{
	uint8_t hash[32];
	char found[128] = "the ring list";
	enum status st = ring_list_verify(&s->ring);

	if (st == ST_OK)
		st = ring_list_hash(&s->ring, hash);
	if (st == ST_OK)
		st = state_verify(s->state, &secrets->k_h, hash, found, sizeof(found));
	if (st == ST_OK)
		return ST_OK;
	if (st != ST_CHANGED && status_class(st) == SC_STOP)
		return st;
	s->read_only = 1;
	(void)snprintf(words, SESSION_WORDS_MAX,
	    "changed while locked: %s. Opened for reading only; nothing new is read or written",
	    found);
	return ST_CHANGED;
}

/* --- folding --- */

/* A fold on its way. Of what stands before its base only what arrived and what was marked is taken:
 * the base holds the rest. */
struct folding {
	struct session *s;
	struct base base; /* seq 0: none */
};

/* An item of the base that the view is folded from may hold an event for the facts. */
static enum status
fold_facts(struct session *s, const struct view_event *ev)
{
	struct event_carried e;

	if (ev->type != EVENT_CARRIED)
		return facts_apply(s->facts, ev);
	if (!view_is_carrying(s->view) || event_carried_decode(ev->body, ev->len, &e) != ST_OK ||
	    e.item != CARRIED_EVENT)
		return ST_OK;
	return facts_apply(
	    s->facts, &(struct view_event){e.seq, e.type, e.version, ev->proven, e.body, e.len});
}

static enum status
fold_event(void *arg, const struct view_event *ev)
{
	struct folding *f = arg;
	struct session *s = f->s;
	enum status st;

	if (ev->seq < f->base.seq && base_holds(ev->type))
		return ST_OK;
	st = view_apply(s->view, ev);
	session_clock_fold(s, ev);
	return st == ST_OK && s->facts != NULL ? fold_facts(s, ev) : st;
}

static enum status
fold_fault(void *arg, uint64_t seq, const char *words)
{
	struct folding *f = arg;

	return view_fault(f->s->view, seq, words);
}

static enum status
fold_from(struct folding *f, uint64_t from, struct fold *fold)
{
	struct session *s = f->s;
	enum status st = view_new(&s->view);

	*fold = (struct fold){.store = s->store,
	    .root = state_root(s->state),
	    .ring = &s->ring,
	    .secrets = &s->keys->ring,
	    .event = fold_event,
	    .fault = fold_fault,
	    .arg = f,
	    .from = from};
	s->newest_record = 0;
	if (st != ST_OK)
		return st;
	if (f->base.seq != 0)
		view_from_base(s->view, f->base.seq);
	else if (fold->root->journal.first > 1)
		st = view_fault(s->view, fold->root->journal.first,
		    "no base is whole: who was enrolled in the months that were dropped is lost");
	if (st == ST_OK)
		st = view_fold_begin(s->view);
	if (st == ST_OK)
		st = fold_journal(fold);
	return st == ST_OK ? view_fold_end(s->view) : st;
}

/* `all`: from the first row kept, else from a base if there is one that is old enough. */
static enum status
fold_all(struct session *s, int all)
{
	struct folding f = {.s = s};
	struct fold fold;
	uint64_t from, faults;
	char first[128];
	enum status st = base_choose(s, all, &f.base, &from);

	if (st == ST_OK)
		st = fold_from(&f, from, &fold);
	if (st == ST_OK && fold.is_head_changed) { /* open what stands before it, to say what */
		view_free(s->view);
		s->view = NULL;
		st = fold_from(&f, 0, &fold);
	}
	if (st != ST_OK)
		return st;
	session_clock_folded(s);
	if (s->at == IN_LOCKED)
		s->epoch = fold.epoch;
	s->view_first = fold.from != 0 ? fold.from : fold.root->journal.first;
	s->fault[0] = '\0';
	if ((faults = view_faults(s->view, first, sizeof(first))) > 0)
		(void)snprintf(s->fault, sizeof(s->fault), "%llu faults in the journal; first: %s",
		    (unsigned long long)faults, first);
	return ST_OK;
}

enum status
session_fold_view(struct session *s, int all)
{
	struct facts *facts = s->facts;
	enum status st;

	view_free(s->view);
	s->view = NULL;
	s->facts = NULL; /* they moved with each commit */
	st = fold_all(s, all);
	s->facts = facts;
	return st;
}

/* --- LOCKED to ARMED --- */

static enum status
know_slots(struct session *s)
{
	uint16_t slots[SLOT_MAX];
	size_t count = state_slots(s->state, slots);
	struct ratchet r;
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < count; i++) {
		if ((st = state_slot(s->state, slots[i], &r)) == ST_OK)
			st = session_slot_known(s, slots[i], &r);
		sodium_memzero(&r, sizeof(r));
	}
	mem_trim(); /* the smaller hint tables that this one grew out of */
	return st;
}

/* Skipped numbers and revoked hints of thirty days ago go: behind the pass over what was parked,
 * for a text may have waited for longer. */
static enum status
expire_slots(struct session *s)
{
	uint16_t slots[SLOT_MAX];
	size_t count = state_slots(s->state, slots);
	struct ratchet r;
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < count; i++) {
		if ((st = state_slot(s->state, slots[i], &r)) == ST_OK &&
		    ratchet_expire(&r, (uint32_t)session_on_h(s)) > 0 &&
		    (st = change_slot(s->state, slots[i], &r)) == ST_OK)
			st = session_slot_known(s, slots[i], &r);
		sodium_memzero(&r, sizeof(r));
	}
	return st == ST_OK && change_pending(s->state) ? session_commit(s) : st;
}

static enum status
hold(struct session *s, const struct ring_secrets *secrets)
{
	enum status st;

	if ((s->keys = sodium_malloc(sizeof(*s->keys))) == NULL)
		return ST_MEMORY;
	memset(s->keys, 0, sizeof(*s->keys));
	s->keys->ring = *secrets;
	s->keys->receiver.sk_i = secrets->sk_i;
	s->keys->receiver.pk_i = s->ring.pk_i;
	gwid_of(&s->ring.pk_i, s->keys->receiver.gwid);
	if ((st = hints_new(&s->hints)) != ST_OK || (st = parts_new(&s->parts)) != ST_OK)
		return st;
	if ((s->plain = intake_plain_new()) == NULL)
		return ST_MEMORY;
	return facts_new(&s->facts);
}

/* The root and the journal say the same, unless rows of the journal are lost: then the stricter one
 * holds, so that nobody weakens it by damaging a row. */
static void
settle_posture(struct session *s)
{
	uint32_t *posture = &s->facts->choices.value[SETTING_POSTURE];

	if (state_root(s->state)->posture == POLICY_PROTECTED)
		*posture = POLICY_PROTECTED;
	else if (*posture != POLICY_OPEN)
		change_posture(s->state, POLICY_PROTECTED);
}

static enum status
go_armed(struct session *s)
{
	const struct public32 *pk_v = epochs_choose(s);
	enum status st;

	state_arm(s->state, &s->keys->ring.k_h, s->epoch, pk_v->b);
	s->at = IN_ARMED;
	s->armed_ms = clock_boot_ms();
	settle_posture(s);
	if ((st = session_mark(s, EVENT_ARMED, CAUSE_COMMAND, 1)) == ST_OK)
		st = session_clock_note(s);
	if (st == ST_OK)
		st = session_commit(s);
	if (st == ST_OK)
		st = know_slots(s);
	return st;
}

static enum status
from_locked(struct session *s, const struct ring_secrets *secrets, enum core_state to,
    char words[SESSION_WORDS_MAX])
{
	enum status st, changed;

	if ((st = hold(s, secrets)) != ST_OK)
		return st;
	changed = check_disk(s, secrets, words);
	if (changed != ST_OK && changed != ST_CHANGED)
		return changed;
	if ((st = fold_all(s, 0)) != ST_OK)
		return st;
	if ((st = session_clock_take(s, words)) != ST_OK)
		return st;
	if (changed == ST_CHANGED) {
		s->at = IN_OPEN;
		(void)snprintf(s->fault, sizeof(s->fault), "%s", words);
		return ST_OK;
	}
	if (s->fault[0] != '\0')
		(void)snprintf(words, SESSION_WORDS_MAX, "%s", s->fault);
	if ((st = go_armed(s)) != ST_OK || (st = session_senders(s)) != ST_OK)
		return st;
	if (to == IN_ARMED)
		session_close_view(s);
	if ((st = intake_parked(s)) != ST_OK)
		return st;
	return expire_slots(s);
}

static enum status
from_armed(struct session *s, const struct ring_secrets *secrets)
{
	enum status st;

	s->keys->ring = *secrets; /* with the months' keys */
	st = session_fold_view(s, 0);
	if (st != ST_OK)
		session_close_view(s); /* ARMED goes on without a month's key */
	return st;
}

enum status
session_refused(struct session *s)
{
	enum status st;

	if (s->at == IN_LOCKED || s->read_only)
		return intake_refused(s);
	if ((st = session_mark(s, EVENT_REFUSED, CAUSE_COMMAND, 0)) != ST_OK)
		return st;
	return session_commit(s);
}

/* The epoch may move, and its first opening writes a base: either begins a run. */
static enum status
opened(struct session *s)
{
	const uint16_t before = s->epoch;
	int base_due;
	enum status st = epochs_ahead(s);

	if (st != ST_OK)
		return st;
	(void)epochs_choose(s);
	base_due = base_is_due(s);
	if (!base_due && s->epoch == before)
		return session_mark(s, EVENT_OPENED, CAUSE_COMMAND, 0);
	if ((st = session_next_run(s, epoch_month(s->epoch))) != ST_OK)
		return st;
	return base_due ? base_write(s) : ST_OK;
}

static enum status
go(struct session *s, const struct ring_secrets *secrets, enum core_state to,
    char words[SESSION_WORDS_MAX])
{
	enum status st = ST_OK;

	if (s->at == IN_LOCKED)
		st = from_locked(s, secrets, to, words);
	else if ((st = session_clock_take(s, words)) == ST_OK && s->at == IN_ARMED)
		st = from_armed(s, secrets);
	if (st != ST_OK || to != IN_OPEN || s->read_only)
		return st;
	if (s->at != IN_OPEN) {
		s->at = IN_OPEN;
		if ((st = opened(s)) != ST_OK)
			return st;
	}
	st = session_clock_note(s);
	return st == ST_OK && s->waiting_count > 0 ? session_commit(s) : st;
}

enum status
session_open_with(struct session *s, const struct ring_secrets *secrets, enum core_state to,
    char words[SESSION_WORDS_MAX])
{
	enum status st = go(s, secrets, to, words);

	s->passphrase_ms = s->used_ms = clock_boot_ms();
	log_event(EV_STATE_CHANGED, LOG_STATE(s->at));
	if (st != ST_OK && s->at == IN_LOCKED)
		session_forget(s); /* keys and view that were held half way */
	return st;
}

enum status
session_unlock_two(struct session *s, const struct msg_passphrase *passphrase,
    const struct msg_passphrase *second, enum core_state to, char words[SESSION_WORDS_MAX])
{
	struct ring_secrets *secrets;
	enum status st, noted;

	words[0] = '\0';
	if (s->at == IN_NEW || (to == IN_ARMED && s->at != IN_LOCKED))
		return ST_NOT_ALLOWED;
	if ((secrets = sodium_malloc(sizeof(*secrets))) == NULL)
		return ST_MEMORY;
	st = open_ring(s, passphrase, second, secrets, words);
	if (st == ST_CHANGED) { /* whose key the list has now is not known */
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "changed while locked: the list of who may open it, or the keys wrapped for "
		    "them. Nothing was opened. What came in since then may be sealed to a "
		    "stranger's key: tell the monitors");
		(void)snprintf(
		    s->fault, sizeof(s->fault), "%.*s", (int)sizeof(s->fault) - 1, words);
	}
	if (st == ST_MEMORY) { /* Argon2id's: nothing was begun */
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "there is not enough free memory for the passphrase: close other programs");
		st = ST_AGAIN;
	} else if (st == ST_OK)
		st = session_open_with(s, secrets, to, words);
	else if (st == ST_PASSPHRASE && (noted = session_refused(s)) != ST_OK && noted != ST_FULL)
		st = noted;
	sodium_stackzero(SESSION_STACK);
	session_date(s, INT64_MIN, 0);
	sodium_free(secrets);
	return st;
}

enum status
session_unlock(struct session *s, const struct msg_passphrase *passphrase, enum core_state to,
    char words[SESSION_WORDS_MAX])
{
	return session_unlock_two(s, passphrase, NULL, to, words);
}

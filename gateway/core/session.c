/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/session.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/core/answers.h"
#include "gateway/core/intake.h"
#include "gateway/core/intake_parts.h"
#include "gateway/core/intake_plain.h"
#include "gateway/core/outbox.h"
#include "gateway/core/session_unlock.h"

#define HOUR_MS 3600000
#define MINUTE_MS 60000
#define IDLE_ANCHOR_MS 2000 /* then the anchor's old slot is zeroed */

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

/* --- end --- */

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

enum status
session_rest(struct session *s)
{
	return s->state != NULL && state_wants_idle(s->state) ? state_idle(s->state) : ST_OK;
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

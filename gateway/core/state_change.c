/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state: arming, and what is collected for the next commit. Nothing here touches the disk. */
#include "gateway/common/entropy.h"
#include "gateway/core/events.h"
#include "gateway/core/state_impl.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* --- arming --- */

void
state_end_run(struct state *s)
{
	sodium_memzero(&s->run, sizeof(s->run));
	s->is_run_open = s->is_run_written = 0;
}

void
state_clear_changes(struct state *s)
{
	struct changes *c = &s->change;

	if (c->slots > 0)
		sodium_memzero(c->slot, c->slots * sizeof(*c->slot));
	c->events = c->slots = c->seens = c->parks = c->unparks = c->copies = 0;
	c->has_run = c->has_ring = c->has_wraps = c->has_posture = c->pass_end = c->forgets = 0;
	c->first = s->root.journal.first;
	memcpy(c->link_before, s->root.journal.link_before, sizeof(c->link_before));
	memcpy(c->link, s->root.journal.link, sizeof(c->link));
	c->count = s->root.journal.count;
}

void
state_arm(struct state *s, const struct key32 *kh, uint16_t epoch, const uint8_t pk_v[32])
{
	assert(s->change.events == 0 && !s->change.has_run);
	state_end_run(s);
	s->k_h = *kh;
	s->epoch = epoch;
	memcpy(s->pk_v.b, pk_v, sizeof(s->pk_v.b));
	s->is_trim_due = !s->is_armed || s->is_trim_due;
	s->is_armed = 1;
}

void
state_lock(struct state *s)
{
	state_end_run(s);
	sodium_memzero(&s->k_h, sizeof(s->k_h));
	s->is_armed = 0;
	state_clear_changes(s);
}

int
state_run_open(const struct state *s)
{
	return s->is_run_open && s->is_run_written;
}

/* A fresh K_0. The row and its link enter with the run's first event. A run's id is its first seq:
 * it hangs on the root alone, so no planted row can take it or push it up. */
static void
begin_run(struct state *s)
{
	struct changes *c = &s->change;
	struct key32 k_0, eph;
	enum status st;

	entropy_fill(k_0.b, sizeof(k_0.b));
	entropy_fill(eph.b, sizeof(eph.b));
	c->run.id = c->run.first = state_next_seq(s);
	c->run.epoch = s->epoch;
	st = journal_run_seal(&s->pk_v, &eph, &k_0, c->run.blob);
	assert(st == ST_OK); /* pk_v is a secret's public half: ring_unlock() has checked that */
	journal_start(&s->run, &k_0, c->run.id, c->run.first);
	sodium_memzero(&k_0, sizeof(k_0));
	sodium_memzero(&eph, sizeof(eph));
	s->is_run_open = 1;
	s->is_run_written = 0;
}

void
state_run_statement(struct state *s, uint8_t out[RUN_STATEMENT_LEN])
{
	assert(s->is_armed && (!s->is_run_open || !s->is_run_written));
	if (!s->is_run_open)
		begin_run(s);
	memcpy(out, s->root.incarnation, 8);
	memcpy(out + 8, s->change.link, JOURNAL_LINK_LEN);
	journal_run_proof(&s->k_h, s->run.id, s->epoch, s->run.first, &s->run.key, s->change.link,
	    out + 8 + JOURNAL_LINK_LEN);
}

/* --- collecting --- */

/* Room for `more` more of each octets, in memory that is secret or not; at most max. */
static enum status
reserve(void **array, size_t *room, size_t used, size_t more, size_t each, size_t max, int secret)
{
	size_t want = *room == 0 ? 8 : *room;
	void *grown;

	if (used + more > max)
		return ST_FULL;
	if (used + more <= *room)
		return ST_OK;
	while (want < used + more)
		want *= 2;
	grown = secret ? sodium_malloc(want * each) : malloc(want * each);
	if (grown == NULL)
		return ST_MEMORY;
	if (used > 0)
		memcpy(grown, *array, used * each);
	if (secret)
		sodium_free(*array); /* wipes */
	else
		free(*array);
	*array = grown;
	*room = want;
	return ST_OK;
}

#define RESERVE(c, array, room, used, more, max, secret) \
	reserve((void **)&(c)->array, &(c)->room, (c)->used, more, sizeof(*(c)->array), max, secret)

/* One row, sealed and linked. There is room. */
static void
add_row(struct state *s, const struct journal_event *event)
{
	struct changes *c = &s->change;
	struct store_event *row = &c->event[c->events++];

	if (!s->is_run_written) { /* the run's own row goes before its first event */
		journal_link_run(c->link, c->run.id, c->run.epoch, c->run.first, c->run.blob);
		c->has_run = s->is_run_written = 1;
	}
	row->seq = state_next_seq(s);
	row->run = s->run.id;
	assert(row->seq == s->run.first + s->run.j);
	journal_seal(&s->run, event, row->blob);
	journal_link_event(c->link, row->seq, row->run, row->blob);
	c->count++;
}

enum status
change_event(
    struct state *s, uint8_t type, uint8_t version, const uint8_t *body, size_t len, uint64_t *seq)
{
	size_t rows = len == 0 ? 1 : (len + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX;
	struct journal_event event = {.type = type, .version = version};
	enum status st;

	if (!s->is_armed)
		return ST_NOT_ALLOWED;
	if (len > EVENT_LONG_MAX)
		return ST_TOO_LONG;
	st = RESERVE(&s->change, event, event_room, events, rows, EVENTS_MAX, 0);
	if (st != ST_OK)
		return st;
	if (!s->is_run_open)
		begin_run(s);
	*seq = state_next_seq(s);
	for (size_t i = 0; i < rows; i++) {
		event.len = (uint16_t)(len < EVENT_BODY_MAX ? len : EVENT_BODY_MAX);
		if (event.len > 0)
			memcpy(event.body, body, event.len);
		add_row(s, &event);
		body += event.len;
		len -= event.len;
		event.type = EVENT_MORE;
		event.version = (uint8_t)event_version(EVENT_MORE);
	}
	sodium_memzero(&event, sizeof(event));
	return ST_OK;
}

enum status
change_skip(struct state *s, uint64_t seq)
{
	struct changes *c = &s->change;

	if (!s->is_armed)
		return ST_NOT_ALLOWED;
	if (seq < state_next_seq(s))
		return ST_RANGE;
	if (s->is_new && c->count == 0 && !s->is_run_open)
		c->first = seq;
	else
		c->count = seq - c->first;
	if (s->is_run_open)
		journal_skip(&s->run, seq - s->run.first);
	return ST_OK;
}

enum status
change_slot(struct state *s, uint16_t slot, const struct ratchet *next)
{
	struct slot_change *change = state_slot_change(s, slot);
	struct changes *c = &s->change;
	enum status st;

	if (!s->is_armed)
		return ST_NOT_ALLOWED;
	if (slot >= SLOT_MAX)
		return ST_FULL;
	if (s->bad_nodes >> node_index(slot) & 1)
		return ST_CHANGED; /* its neighbours would be lost */
	if (change == NULL) {
		st = RESERVE(c, slot, slot_room, slots, 1, SLOT_MAX, 1);
		if (st != ST_OK)
			return st;
		change = &c->slot[c->slots++];
		change->slot = slot;
	}
	change->next = *next;
	return ST_OK;
}

enum status
change_seen(struct state *s, const uint8_t hash[16])
{
	struct changes *c = &s->change;
	enum status st = RESERVE(c, seen, seen_room, seens, 1, SEEN_MAX, 0);

	if (st == ST_OK)
		memcpy(c->seen[c->seens++], hash, SEEN_HASH_LEN);
	return st;
}

enum status
change_park(
    struct state *s, const uint8_t pk_i[32], const uint8_t plain[PARK_PLAIN_LEN], uint64_t *seq)
{
	struct changes *c = &s->change;
	struct park_change *row;
	struct public32 pk;
	struct key32 eph;
	enum status st = RESERVE(c, park, park_room, parks, 1, PARK_MAX, 0);

	if (st != ST_OK || (st = store_parked_free(s->store, &s->park_next)) != ST_OK)
		return st;
	memcpy(pk.b, pk_i, sizeof(pk.b));
	entropy_fill(eph.b, sizeof(eph.b));
	row = &c->park[c->parks];
	st = park_box_seal(&pk, &eph, plain, row->box);
	sodium_memzero(&eph, sizeof(eph));
	if (st != ST_OK)
		return st;
	row->seq = s->park_next++;
	c->parks++;
	if (seq != NULL)
		*seq = row->seq;
	return ST_OK;
}

enum status
change_unpark(struct state *s, int64_t seq)
{
	struct changes *c = &s->change;
	enum status st = s->is_armed ? ST_OK : ST_NOT_ALLOWED;

	if (st == ST_OK)
		st = RESERVE(c, unpark, unpark_room, unparks, 1, PARK_MAX, 0);
	if (st == ST_OK)
		c->unpark[c->unparks++] = seq;
	return st;
}

void
change_pass_end(struct state *s)
{
	assert(s->is_armed);
	s->change.pass_end = 1;
}

enum status
change_ring(struct state *s, const struct ring_list *list)
{
	uint8_t hash[32];
	enum status st = ring_list_hash(list, hash);

	if (!s->is_armed)
		return ST_NOT_ALLOWED;
	if (st != ST_OK)
		return st;
	s->change.ring = *list;
	s->change.has_ring = 1;
	return ST_OK;
}

void
change_wraps(struct state *s, const struct ring_wraps *wraps)
{
	assert(s->is_armed);
	s->change.wraps = *wraps;
	s->change.has_wraps = 1;
}

void
change_posture(struct state *s, uint8_t posture)
{
	assert(s->is_armed);
	s->change.posture = posture;
	s->change.has_posture = 1;
}

enum status
change_recovery(struct state *s, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct changes *c = &s->change;
	enum status st = s->is_armed ? ST_OK : ST_NOT_ALLOWED;

	if (st == ST_OK && len > RECOVERY_BLOB_MAX)
		st = ST_TOO_LONG;
	if (st == ST_OK)
		st = RESERVE(c, copy, copy_room, copies, 1, COPIES_MAX, 0);
	if (st != ST_OK)
		return st;
	c->copy[c->copies] = (struct recovery_change){.kind = kind, .id = id, .len = len};
	if (len > 0)
		memcpy(c->copy[c->copies].blob, blob, len);
	c->copies++;
	return ST_OK;
}

enum status
change_forget(struct state *s, uint64_t first, const uint8_t link_before[JOURNAL_LINK_LEN])
{
	struct changes *c = &s->change;

	if (!s->is_armed)
		return ST_NOT_ALLOWED;
	if (first <= c->first || first > s->root.journal.first + s->root.journal.count)
		return ST_RANGE;
	c->count -= first - c->first;
	c->first = first;
	memcpy(c->link_before, link_before, sizeof(c->link_before));
	c->forgets = 1;
	return ST_OK;
}

int
change_pending(const struct state *s)
{
	const struct changes *c = &s->change;

	return c->events > 0 || c->slots > 0 || c->seens > 0 || c->parks > 0 || c->unparks > 0 ||
	       c->copies > 0 || c->forgets || c->has_ring || c->has_wraps || c->has_posture ||
	       c->pass_end;
}

void
change_drop(struct state *s)
{
	if (s->change.events > 0 || (s->is_run_open && !s->is_run_written))
		state_end_run(s);
	if (s->change.parks > 0)
		s->park_next = s->change.park[0].seq;
	state_clear_changes(s);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state: the one road to the disk. */
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/state_impl.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* Does the root change? */
static int
needs_root(const struct state *s)
{
	const struct changes *c = &s->change;

	return c->events > 0 || c->slots > 0 || c->has_ring || c->has_wraps || c->has_posture ||
	       c->pass_end || c->forgets;
}

/* Does something become unreadable, so that a fresh A is due? A root under the old A would still
 * give away an old leaf's key, an old wrap's or the old K_P. */
static int
needs_anchor(const struct state *s)
{
	return s->change.slots > 0 || s->change.has_wraps || s->change.pass_end;
}

/* Seal one child under a fresh key and nonce, and put the link into its parent. */
static enum status
put_child(struct state *s, uint32_t node, const uint8_t *plain, size_t len, struct tree_link *link)
{
	uint8_t nonce[TREE_NONCE_LEN];

	entropy_fill(nonce, sizeof(nonce));
	entropy_fill(link->key.b, sizeof(link->key.b));
	tree_seal(&link->key, nonce, node, plain, len, s->blob);
	tree_hash(s->blob, len + TREE_EXTRA, link->hash);
	return store_node_put(s->store, node, s->blob, len + TREE_EXTRA);
}

static enum status
put_leaves(struct state *s, uint32_t *touched)
{
	enum status st = ST_OK;

	for (size_t i = 0; i < s->change.slots && st == ST_OK; i++) {
		const struct slot_change *change = &s->change.slot[i];
		unsigned n = node_index(change->slot);

		ratchet_leaf_write(&change->next, s->plain);
		st = put_child(s, (uint32_t)TREE_LEAF_0 + change->slot, s->plain, RATCHET_LEAF_LEN,
		    &s->node[n].child[change->slot % TREE_WIDTH]);
		*touched |= UINT32_C(1) << n;
	}
	sodium_memzero(s->plain, sizeof(s->plain));
	return st;
}

static enum status
put_nodes(struct state *s, uint32_t touched)
{
	enum status st = ST_OK;

	for (unsigned n = 0; n < TREE_WIDTH && st == ST_OK; n++) {
		if (!(touched >> n & 1))
			continue;
		tree_node_write(&s->node[n], s->plain);
		st = put_child(s, TREE_NODE_0 + n, s->plain, TREE_NODE_LEN, &s->next.child[n]);
	}
	sodium_memzero(s->plain, TREE_NODE_LEN);
	return st;
}

static enum status
put_wraps(struct state *s)
{
	enum status st;

	if (!s->change.has_wraps)
		return ST_OK;
	ring_wraps_write(&s->change.wraps, s->plain);
	st = put_child(s, TREE_WRAPS, s->plain, RING_WRAPS_LEN, &s->next.child[WRAPS_LINK]);
	sodium_memzero(s->plain, RING_WRAPS_LEN);
	return st;
}

static enum status
put_ring(struct state *s)
{
	uint8_t octets[RING_LIST_MAX];
	size_t len;

	if (!s->change.has_ring)
		return ST_OK;
	if (ring_list_write(&s->change.ring, octets, &len) != ST_OK ||
	    ring_list_hash(&s->change.ring, s->next.ring_hash) != ST_OK)
		return ST_RANGE; /* not reached: it was checked when it was collected */
	return store_ring_put(s->store, octets, len);
}

static enum status
put_root(struct state *s, const struct key32 *a)
{
	uint8_t nonce[TREE_NONCE_LEN];
	enum status st;

	tree_root_sign(&s->next, &s->k_h);
	tree_root_write(&s->next, s->plain);
	entropy_fill(nonce, sizeof(nonce));
	tree_seal(a, nonce, TREE_ROOT, s->plain, TREE_ROOT_LEN, s->blob);
	st = store_node_put(s->store, TREE_ROOT, s->blob, TREE_ROOT_LEN + TREE_EXTRA);
	sodium_memzero(s->plain, TREE_ROOT_LEN);
	return st;
}

static enum status
put_tree(struct state *s, const struct key32 *a)
{
	uint32_t touched = 0;
	enum status st;

	if ((st = put_leaves(s, &touched)) != ST_OK || (st = put_nodes(s, touched)) != ST_OK ||
	    (st = put_wraps(s)) != ST_OK || (st = put_ring(s)) != ST_OK)
		return st;
	return put_root(s, a);
}

/* Rows that the root does not know go first: one may stand where ours belongs. */
static enum status
put_journal(struct state *s)
{
	const struct changes *c = &s->change;
	uint64_t end = s->root.journal.first + s->root.journal.count;
	enum status st = ST_OK;

	if (s->is_trim_due || c->forgets)
		st = store_trim(s->store, c->first, end);
	if (st == ST_OK && c->has_run)
		st = store_run_put(s->store, &c->run);
	for (size_t i = 0; i < c->events && st == ST_OK; i++)
		st = store_event_put(s->store, &c->event[i]);
	return st;
}

static enum status
seal_parked(struct state *s, uint64_t seq, const uint8_t box[PARK_BOX_LEN], int is_there)
{
	uint8_t nonce[PARK_NONCE_LEN];

	entropy_fill(nonce, sizeof(nonce));
	park_seal(&s->next.k_p, nonce, seq, box, s->blob);
	if (is_there)
		return store_park_replace(s->store, seq, s->blob, PARK_BLOB_LEN);
	return store_park(s->store, seq, s->blob, PARK_BLOB_LEN);
}

/* The rows that stay get an outer layer under the fresh K_P. One that does not open is nobody's, or
 * damaged: it stays as it is, and the next pass names it again. */
static enum status
reseal_parked(struct state *s)
{
	uint8_t box[PARK_BOX_LEN];
	const int64_t *after = NULL;
	int64_t seq;
	enum status st;
	size_t len;

	while ((st = store_parked_next(s->store, after, &seq, s->blob, sizeof(s->blob), &len)) ==
		   ST_OK ||
	       st == ST_TOO_LONG) {
		after = &seq;
		if (st == ST_TOO_LONG || len != PARK_BLOB_LEN ||
		    park_open(&s->root.k_p, (uint64_t)seq, s->blob, box) != ST_OK)
			continue;
		if (seq > 0 && (st = seal_parked(s, (uint64_t)seq, box, 1)) != ST_OK)
			return st;
	}
	return st == ST_UNKNOWN ? ST_OK : st;
}

static enum status
put_parked(struct state *s)
{
	const struct changes *c = &s->change;
	enum status st = ST_OK;

	for (size_t i = 0; i < c->unparks && st == ST_OK; i++)
		st = store_unpark(s->store, c->unpark[i]);
	if (st == ST_OK && c->pass_end)
		st = reseal_parked(s);
	for (size_t i = 0; i < c->parks && st == ST_OK; i++)
		st = seal_parked(s, c->park[i].seq, c->park[i].box, 0);
	return st;
}

static enum status
put_seen(struct state *s, uint64_t on_h)
{
	uint32_t today = (uint32_t)(on_h / 24);
	enum status st = ST_OK;

	for (size_t i = 0; i < s->change.seens && st == ST_OK; i++)
		st = store_seen_put(s->store, today, s->change.seen[i]);
	if (st == ST_OK && s->is_listed && s->purged_day != today)
		st = store_seen_purge(s->store, today);
	if (st == ST_OK && on_h != s->on_h)
		st = store_meta_put(s->store, "on_h", on_h);
	return st;
}

static enum status
put_recovery(struct state *s)
{
	enum status st = ST_OK;

	for (size_t i = 0; i < s->change.copies && st == ST_OK; i++) {
		const struct recovery_change *c = &s->change.copy[i];

		st = c->len > 0 ? store_recovery_put(s->store, c->kind, c->id, c->blob, c->len)
				: store_recovery_drop(s->store, c->kind, c->id);
	}
	return st;
}

/* Step 2. */
static enum status
transact(struct state *s, const struct anchor_slot *slot, uint64_t on_h)
{
	enum status st;

	if ((st = store_begin(s->store)) != ST_OK)
		return st;
	if (needs_root(s) &&
	    ((st = put_journal(s)) != ST_OK || (st = put_tree(s, &slot->a)) != ST_OK))
		return st;
	if (needs_anchor(s) && (st = anchor_join(s->anchor, slot)) != ST_OK)
		return st;
	if ((st = put_recovery(s)) != ST_OK || (st = put_parked(s)) != ST_OK ||
	    (st = put_seen(s, on_h)) != ST_OK)
		return st;
	return store_commit(s->store);
}

/* The root as it will be, but for its children and its mac. */
static void
make_next(struct state *s, uint64_t awake_h)
{
	const struct changes *c = &s->change;

	s->next = s->root;
	if (!needs_root(s))
		return;
	s->next.awake_h = awake_h;
	s->next.journal.first = c->first;
	memcpy(s->next.journal.link_before, c->link_before, sizeof(c->link_before));
	s->next.journal.count = c->count;
	memcpy(s->next.journal.link, c->link, sizeof(c->link));
	if (c->has_posture)
		s->next.posture = c->posture;
	if (c->pass_end)
		entropy_fill(s->next.k_p.b, sizeof(s->next.k_p.b));
	if (needs_anchor(s))
		s->next.gen++;
}

/* Everything is durable: what was next is now. */
static void
take_over(struct state *s, const struct key32 *a, uint64_t on_h)
{
	if (needs_anchor(s)) {
		s->anchor_slot = anchor_next(s->anchor, s->anchor_slot);
		s->a = *a;
		if (anchor_zeroes_when_idle(s->anchor))
			s->is_old_slot_live = !s->is_new;
	}
	if (needs_root(s))
		s->is_trim_due = s->is_new = 0;
	if (s->is_listed)
		s->purged_day = on_h / 24;
	s->on_h = on_h;
	s->root = s->next;
	state_clear_changes(s);
}

/* Step 4, where it is not for later. */
static enum status
zero_old(struct state *s)
{
	if (!needs_anchor(s) || s->is_new || !anchor_zeroes_at_once(s->anchor))
		return ST_OK;
	return anchor_zero(s->anchor, s->anchor_slot);
}

/* Steps 1, 2 and 4; 3, the acknowledgement, may come after all of them. */
static enum status
write_out(struct state *s, struct anchor_slot *slot, uint64_t on_h)
{
	enum status st;

	slot->a = s->a;
	slot->gen = s->next.gen;
	if (needs_anchor(s)) {
		entropy_fill(slot->a.b, sizeof(slot->a.b));
		st = anchor_write(s->anchor, anchor_next(s->anchor, s->anchor_slot), slot);
		if (st != ST_OK)
			return st;
	}
	if ((st = transact(s, slot, on_h)) != ST_OK)
		return st;
	return zero_old(s);
}

enum status
state_commit(struct state *s, uint64_t on_h, uint64_t awake_h)
{
	struct anchor_slot slot;
	enum status st;

	if (s->is_broken)
		return ST_IO;
	if (!change_pending(s))
		return ST_OK;
	if (needs_root(s) && !s->is_armed)
		return ST_NOT_ALLOWED;
	assert(!s->is_new || needs_anchor(s));
	make_next(s, awake_h);
	st = write_out(s, &slot, on_h);
	if (st == ST_OK) {
		take_over(s, &slot.a, on_h);
	} else {
		s->is_broken = 1;
		state_end_run(s);
		if (status_class(st) != SC_STOP)
			st = ST_IO; /* whatever it was, the process must end */
	}
	sodium_memzero(&s->next, sizeof(s->next));
	sodium_memzero(&slot, sizeof(slot));
	return st;
}

/* --- idle --- */

int
state_wants_idle(const struct state *s)
{
	return s->is_old_slot_live || store_wal_pages(s->store) >= STATE_IDLE_PAGES;
}

enum status
state_idle(struct state *s)
{
	enum status st = ST_OK;

	if (s->is_broken)
		return ST_IO;
	if (s->is_old_slot_live && (st = anchor_zero_others(s->anchor, s->anchor_slot)) == ST_OK)
		s->is_old_slot_live = 0;
	if (st == ST_OK && store_wal_pages(s->store) >= STATE_IDLE_PAGES)
		st = store_checkpoint(s->store);
	if (st != ST_OK)
		s->is_broken = 1;
	return st;
}

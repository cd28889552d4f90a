/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state: making, opening, reading, checking. */
#include "gateway/core/state.h"

#include "gateway/common/entropy.h"
#include "gateway/core/state_impl.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- making and opening --- */

static struct state *
make_state(struct store *store, struct anchor *anchor)
{
	struct state *s = sodium_malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->store = store;
	s->anchor = anchor;
	s->purged_day = UINT64_MAX;
	return s;
}

void
state_free(struct state *s)
{
	if (s == NULL)
		return;
	free(s->change.event);
	sodium_free(s->change.slot);
	free(s->change.seen);
	free(s->change.park);
	free(s->change.unpark);
	free(s->change.copy);
	sodium_free(s); /* wipes */
}

/* Numbers that lie beside the tree. */
static enum status
read_counters(struct state *s)
{
	enum status st = store_meta_get(s->store, "on_h", &s->on_h);

	if (st == ST_UNKNOWN)
		st = ST_OK; /* none yet: 0 */
	return st == ST_OK ? store_parked_seq(s->store, &s->park_next) : st;
}

static enum status
fill_new(struct state *s, const struct ring_list *list, uint8_t posture)
{
	struct anchor_content c;
	enum status st;

	if ((st = anchor_read(s->anchor, &c)) != ST_OK)
		return st;
	st = c.w_valid ? ST_OK : ST_ANCHOR;
	for (unsigned i = 0; i < c.slots; i++)
		if (c.slot_valid[i])
			st = ST_ANCHOR;
	if (st != ST_OK)
		goto done;
	s->w = c.w;
	s->is_new = 1;
	s->anchor_slot = anchor_before_first(s->anchor);
	entropy_fill(s->root.incarnation, sizeof(s->root.incarnation));
	entropy_fill(s->root.k_seen.b, sizeof(s->root.k_seen.b));
	entropy_fill(s->root.k_p.b, sizeof(s->root.k_p.b));
	s->root.journal.first = 1;
	s->root.posture = posture;
	if ((st = ring_list_hash(list, s->root.ring_hash)) == ST_OK)
		st = read_counters(s);
done:
	sodium_memzero(&c, sizeof(c));
	return st;
}

enum status
state_create(struct store *store, struct anchor *anchor, const struct ring_wraps *wraps,
    const struct ring_list *list, uint8_t posture, struct state **out)
{
	struct state *s = make_state(store, anchor);
	enum status st;

	if (s == NULL)
		return ST_MEMORY;
	if ((st = fill_new(s, list, posture)) != ST_OK) {
		state_free(s);
		return st;
	}
	state_clear_changes(s);
	s->change.ring = *list;
	s->change.wraps = *wraps;
	s->change.has_ring = s->change.has_wraps = 1;
	*out = s;
	return ST_OK;
}

/* One child's plain octets, checked against its link. */
static enum status
open_child(struct state *s, const struct tree_link *link, uint32_t node, uint8_t *plain, size_t len)
{
	uint8_t hash[32];
	enum status st;
	size_t have;

	st = store_node_get(s->store, node, s->blob, sizeof(s->blob), &have);
	if (st == ST_UNKNOWN || st == ST_TOO_LONG || (st == ST_OK && have != len + TREE_EXTRA))
		return ST_CHANGED;
	if (st != ST_OK)
		return st;
	tree_hash(s->blob, have, hash);
	if (memcmp(hash, link->hash, sizeof(hash)) != 0 ||
	    tree_open(&link->key, node, s->blob, have, plain) != ST_OK)
		return ST_CHANGED;
	return ST_OK;
}

static enum status
open_node(struct state *s, unsigned i, struct tree_node *out)
{
	enum status st = open_child(s, &s->root.child[i], TREE_NODE_0 + i, s->plain, TREE_NODE_LEN);

	if (st == ST_OK && tree_node_read(s->plain, out) != ST_OK)
		st = ST_CHANGED;
	sodium_memzero(s->plain, TREE_NODE_LEN);
	return st;
}

/* LOCKED goes on with a damaged tree: it parks. state_verify() says what is wrong. */
static enum status
load_nodes(struct state *s)
{
	for (unsigned i = 0; i < TREE_WIDTH; i++) {
		enum status st;

		if (tree_is_absent(&s->root.child[i]))
			continue;
		st = open_node(s, i, &s->node[i]);
		if (st == ST_CHANGED)
			s->bad_nodes |= UINT32_C(1) << i;
		else if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

/* The slot whose A opens the root; where several do, the one whose gen is the root's. */
static enum status
choose_slot(struct state *s, const struct anchor_content *c)
{
	size_t len;
	int found = 0;
	enum status st = store_node_get(s->store, TREE_ROOT, s->blob, sizeof(s->blob), &len);

	if (st == ST_UNKNOWN)
		return ST_INCOMPLETE;
	if (st != ST_OK && st != ST_TOO_LONG)
		return st;
	if (st == ST_TOO_LONG || len != TREE_ROOT_LEN + TREE_EXTRA)
		return ST_DAMAGED;
	for (unsigned i = 0; i < c->slots; i++) {
		if (!c->slot_valid[i] || (found && c->slot[i].gen != s->root.gen) ||
		    tree_open(&c->slot[i].a, TREE_ROOT, s->blob, len, s->plain) != ST_OK)
			continue;
		if (tree_root_read(s->plain, &s->root) != ST_OK)
			return ST_DAMAGED;
		s->a = c->slot[i].a;
		s->anchor_slot = i;
		found = 1;
	}
	sodium_memzero(s->plain, TREE_ROOT_LEN);
	if (!found)
		return c->is_blank ? ST_WIPED : ST_ANCHOR;
	return c->w_valid ? ST_OK : ST_ANCHOR;
}

static enum status
fill_existing(struct state *s)
{
	struct anchor_content c;
	enum status st;

	if ((st = store_checkpoint(s->store)) != ST_OK ||
	    (st = anchor_read(s->anchor, &c)) != ST_OK)
		return st;
	st = choose_slot(s, &c);
	s->w = c.w;
	s->is_old_slot_live = 1; /* or torn: it is zeroed when idle */
	sodium_memzero(&c, sizeof(c));
	if (st == ST_OK)
		st = load_nodes(s);
	if (st == ST_OK)
		st = read_counters(s);
	return st;
}

enum status
state_open(struct store *store, struct anchor *anchor, struct state **out)
{
	struct state *s = make_state(store, anchor);
	enum status st;

	if (s == NULL)
		return ST_MEMORY;
	if ((st = fill_existing(s)) != ST_OK) {
		state_free(s);
		return st;
	}
	state_clear_changes(s);
	*out = s;
	return ST_OK;
}

/* --- reading --- */

const struct tree_root *
state_root(const struct state *s)
{
	return &s->root;
}

const uint8_t *
state_wipe_secret(const struct state *s)
{
	return s->w.b;
}

uint64_t
state_on_h(const struct state *s)
{
	return s->on_h;
}

uint64_t
state_next_seq(const struct state *s)
{
	return s->change.first + s->change.count;
}

void
state_listed(struct state *s)
{
	s->is_listed = 1;
}

enum status
state_wraps(struct state *s, struct ring_wraps *out)
{
	enum status st;

	if (s->change.has_wraps) {
		*out = s->change.wraps;
		return ST_OK;
	}
	st = open_child(s, &s->root.child[WRAPS_LINK], TREE_WRAPS, s->plain, RING_WRAPS_LEN);
	if (st == ST_OK && ring_wraps_read(s->plain, out) != ST_OK)
		st = ST_CHANGED;
	sodium_memzero(s->plain, RING_WRAPS_LEN);
	return st;
}

struct slot_change *
state_slot_change(const struct state *s, uint16_t slot)
{
	for (size_t i = 0; i < s->change.slots; i++)
		if (s->change.slot[i].slot == slot)
			return &s->change.slot[i];
	return NULL;
}

static const struct tree_link *
leaf_link(const struct state *s, uint16_t slot)
{
	return &s->node[node_index(slot)].child[slot % TREE_WIDTH];
}

size_t
state_slots(const struct state *s, uint16_t out[SLOT_MAX])
{
	size_t n = 0;

	for (uint16_t slot = 0; slot < SLOT_MAX; slot++)
		if (!tree_is_absent(leaf_link(s, slot)) || state_slot_change(s, slot) != NULL)
			out[n++] = slot;
	return n;
}

static enum status
open_leaf(struct state *s, uint16_t slot, struct ratchet *out)
{
	enum status st = open_child(
	    s, leaf_link(s, slot), (uint32_t)TREE_LEAF_0 + slot, s->plain, RATCHET_LEAF_LEN);

	if (st == ST_OK && ratchet_leaf_read(s->plain, out) != ST_OK)
		st = ST_CHANGED;
	sodium_memzero(s->plain, RATCHET_LEAF_LEN);
	return st;
}

enum status
state_slot(struct state *s, uint16_t slot, struct ratchet *out)
{
	const struct slot_change *change = state_slot_change(s, slot);

	if (slot >= SLOT_MAX)
		return ST_UNKNOWN;
	if (change != NULL) {
		*out = change->next;
		return ST_OK;
	}
	if (s->bad_nodes >> node_index(slot) & 1)
		return ST_CHANGED;
	if (tree_is_absent(leaf_link(s, slot)))
		return ST_UNKNOWN;
	return open_leaf(s, slot, out);
}

enum status
state_seen(struct state *s, const uint8_t hash[16], int *has)
{
	for (size_t i = 0; i < s->change.seens; i++)
		if (memcmp(s->change.seen[i], hash, SEEN_HASH_LEN) == 0) {
			*has = 1;
			return ST_OK;
		}
	return store_seen_has(s->store, hash, has);
}

/* --- checking --- */

/* What was found, as words: "the root; slot 17". */
struct findings {
	enum status st;
	char *words;
	size_t len, used;
};

__attribute__((format(printf, 3, 4))) static void
find(struct findings *f, enum status st, const char *what, ...)
{
	size_t start = f->used, at;
	va_list args;
	int n;

	if (st == ST_OK)
		return;
	if (st != ST_CHANGED || f->st == ST_OK)
		f->st = st; /* a medium that fails is graver than a change */
	if (start > 0)
		(void)snprintf(f->words + start, f->len - start, "; "); /* cut: seen below */
	at = start + strlen(f->words + start);
	va_start(args, what);
	n = vsnprintf(f->words + at, f->len - at, what, args);
	va_end(args);
	if (n > 0 && (size_t)n < f->len - at)
		f->used = at + (size_t)n;
	else
		f->words[start] = '\0'; /* no room: what is there stays whole */
}

static int
is_readable(const struct findings *f)
{
	return f->st == ST_OK || f->st == ST_CHANGED;
}

static void
verify_node(struct state *s, unsigned i, struct findings *f)
{
	struct ratchet leaf;

	if (tree_is_absent(&s->root.child[i]))
		return;
	find(f, open_node(s, i, &s->node[i]), "node %u of the state", i);
	if (!is_readable(f) || s->bad_nodes >> i & 1)
		return;
	for (unsigned place = 0; place < TREE_WIDTH && is_readable(f); place++) {
		uint16_t slot = (uint16_t)(i * TREE_WIDTH + place);

		if (!tree_is_absent(leaf_link(s, slot)))
			find(f, open_leaf(s, slot, &leaf), "the keys of slot %u", slot);
	}
	sodium_memzero(&leaf, sizeof(leaf));
}

enum status
state_verify(struct state *s, const struct key32 *kh, const uint8_t ring_hash[32], char *words,
    size_t words_len)
{
	struct findings f = {.st = ST_OK, .words = words, .len = words_len};
	struct ring_wraps wraps;

	assert(words_len > 0);
	words[0] = '\0';
	find(&f, tree_root_check(&s->root, kh), "the root of the state");
	find(&f, memcmp(ring_hash, s->root.ring_hash, 32) == 0 ? ST_OK : ST_CHANGED,
	    "the list of who may open it");
	find(&f, state_wraps(s, &wraps), "the wrapped keys");
	for (unsigned i = 0; i < TREE_WIDTH && is_readable(&f); i++)
		verify_node(s, i, &f);
	return f.st;
}

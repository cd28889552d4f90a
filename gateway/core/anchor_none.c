/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No anchor: W and A as two rows of the store's table `state`, beside the tree that A opens. They
 * move with the store's transaction, so steps 1 and 4 of a commit have nothing to do.
 */
#include "gateway/core/anchor_impl.h"
#include "gateway/core/store.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct none_anchor {
	struct anchor base;
	struct store *store; /* the caller's */
	struct key32 w;      /* of a new one, until its row is written */
	int is_new;
};

static struct none_anchor *
own_struct(struct anchor *anchor)
{
	return (struct none_anchor *)anchor; /* its first member */
}

/* is_there: 0 if there is no such row, or one of another length. */
static enum status
read_row(struct store *store, uint32_t node, uint8_t *cell, size_t len, int *is_there)
{
	size_t have = 0;
	enum status st = store_node_get(store, node, cell, len, &have);

	*is_there = st == ST_OK && have == len;
	return st == ST_UNKNOWN || st == ST_TOO_LONG ? ST_OK : st;
}

static enum status
read_rows(struct anchor *anchor, struct anchor_content *out)
{
	struct none_anchor *a = own_struct(anchor);
	uint8_t cell[ANCHOR_SLOT_LEN];
	int has_w = 0, has_a = 0;
	enum status st;

	if (a->is_new) {
		out->w = a->w;
		out->w_valid = 1;
		return ST_OK;
	}
	if ((st = read_row(a->store, STORE_NODE_W, cell, ANCHOR_W_LEN, &has_w)) == ST_OK) {
		out->w_valid = has_w && anchor_w_read(cell, &out->w) == ST_OK;
		st = read_row(a->store, STORE_NODE_A, cell, ANCHOR_SLOT_LEN, &has_a);
	}
	if (st == ST_OK)
		out->slot_valid[0] = has_a && anchor_slot_read(cell, &out->slot[0]) == ST_OK;
	out->is_blank = !has_w && !has_a;
	sodium_memzero(cell, sizeof(cell));
	return st;
}

static enum status
write_rows(struct anchor *anchor, const struct anchor_slot *content)
{
	struct none_anchor *a = own_struct(anchor);
	uint8_t cell[ANCHOR_SLOT_LEN];
	enum status st;

	anchor_slot_write(content, cell);
	st = store_node_put(a->store, STORE_NODE_A, cell, ANCHOR_SLOT_LEN);
	if (st == ST_OK && a->is_new) {
		anchor_w_write(&a->w, cell);
		st = store_node_put(a->store, STORE_NODE_W, cell, ANCHOR_W_LEN);
		a->is_new = 0; /* a commit that fails ends the process */
	}
	sodium_memzero(cell, sizeof(cell));
	return st;
}

static enum status
write_nothing(struct anchor *anchor, unsigned slot, const struct anchor_slot *content)
{
	(void)anchor;
	(void)slot;
	(void)content;
	return ST_OK;
}

static enum status
zero_nothing(struct anchor *anchor, unsigned slot)
{
	(void)anchor;
	(void)slot;
	return ST_OK;
}

static void
close_none(struct anchor *anchor)
{
	sodium_memzero(own_struct(anchor), sizeof(struct none_anchor));
	free(anchor);
}

static const struct anchor_ops none_ops = {.name = "none",
    .zeroing = ZERO_NEVER,
    .close = close_none,
    .read = read_rows,
    .write = write_nothing,
    .join = write_rows,
    .zero = zero_nothing,
    .zero_others = zero_nothing};

static struct none_anchor *
make_anchor(struct store *store)
{
	struct none_anchor *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->base = (struct anchor){.ops = &none_ops, .slots = 1, .step = 1};
	a->store = store;
	return a;
}

enum status
anchor_none_create(struct store *store, const struct key32 *w, struct anchor **out)
{
	struct none_anchor *a = make_anchor(store);

	if (a == NULL)
		return ST_MEMORY;
	a->w = *w;
	a->is_new = 1;
	*out = &a->base;
	return ST_OK;
}

enum status
anchor_none_open(struct store *store, struct anchor **out)
{
	struct none_anchor *a = make_anchor(store);

	if (a == NULL)
		return ST_MEMORY;
	*out = &a->base;
	return ST_OK;
}

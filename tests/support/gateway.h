/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway in a folder, as far as store, anchor and state go, with every secret at hand: DIR/box
 * holds the store, DIR/anchor the anchor. For tests that link the core's objects.
 */
#ifndef TESTS_SUPPORT_GATEWAY_H
#define TESTS_SUPPORT_GATEWAY_H

#include "gateway/core/ring_change.h"
#include "gateway/core/state.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#include <sodium.h>

#define GATEWAY_EPOCH (16 * 680)

/* What the coordinator has, and what a thief has not. */
struct gateway_keys {
	struct key32 w, pw, sk_i, sk_d, sk_c, sk_v, k_h;
	struct ring_list list;
	struct ring_wraps wraps;
};

struct gateway {
	char dir[80];
	struct store *store;
	struct anchor *anchor;
	struct state *state;
};

static inline void
gateway_path(const struct gateway *g, const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", g->dir, name);
}

static inline void
gateway_keys_make(struct gateway_keys *k)
{
	uint8_t nonce[RING_NONCE_LEN];
	struct ring_secrets secrets = {.month_count = 1};
	struct key32 kek;

	memset(k, 0, sizeof(*k));
	randombytes_buf(&k->w, 6 * sizeof(k->w));
	randombytes_buf(nonce, sizeof(nonce));
	ring_head_key(&k->sk_d, &k->k_h);
	ring_public_x25519(&k->sk_i, &k->list.pk_i);
	ring_public_ed25519(&k->sk_d, &k->list.pk_d);
	k->list.coordinator_count = k->list.vault_count = 1;
	k->list.coordinator[0] =
	    (struct ring_coordinator){.id = 1, .argon_memory = 8192, .argon_passes = 1};
	ring_public_x25519(&k->sk_c, &k->list.coordinator[0].pk_c);
	k->list.vault[0].epoch = GATEWAY_EPOCH;
	ring_public_x25519(&k->sk_v, &k->list.vault[0].pk_v);
	CHECK_EQ(ring_list_sign(&k->list, &k->sk_d), ST_OK);
	ring_kek(&k->pw, k->w.b, &kek);
	k->wraps.coordinator_count = 1;
	k->wraps.coordinator[0].id = 1;
	ring_box_seal(&kek, nonce, &k->sk_c, &k->list, k->wraps.coordinator[0].box);
	secrets.sk_i = k->sk_i;
	secrets.sk_d = k->sk_d;
	secrets.month[0].epoch = GATEWAY_EPOCH;
	secrets.month[0].sk_v = k->sk_v;
	CHECK_EQ(ring_wraps_fill(&k->wraps, &k->list, &secrets), ST_OK);
}

static inline void
gateway_arm(struct gateway *g, const struct gateway_keys *k)
{
	state_arm(g->state, &k->k_h, GATEWAY_EPOCH, k->list.vault[0].pk_v.b);
}

/* One event. Opens the run with its statement where there is none. */
static inline uint64_t
gateway_event(struct gateway *g, uint8_t type, const uint8_t *body, size_t len)
{
	uint8_t statement[RUN_STATEMENT_LEN];
	uint64_t seq = 0;

	if (!state_run_open(g->state)) {
		state_run_statement(g->state, statement);
		CHECK_EQ(change_event(g->state, 9, 1, statement, sizeof(statement), &seq), ST_OK);
	}
	CHECK_EQ(change_event(g->state, type, 1, body, len, &seq), ST_OK);
	return seq;
}

/* An empty folder DIR becomes a gateway, armed. */
static inline void
gateway_make(struct gateway *g, const char *dir, const struct gateway_keys *k)
{
	char path[128];

	memset(g, 0, sizeof(*g));
	(void)snprintf(g->dir, sizeof(g->dir), "%s", dir);
	gateway_path(g, "box", path);
	(void)mkdir(path, 0700);
	CHECK_EQ(store_create(path, &g->store), ST_OK);
	gateway_path(g, "anchor", path);
	CHECK_EQ(anchor_file_create(path, &k->w, &g->anchor), ST_OK);
	CHECK_EQ(state_create(g->store, g->anchor, &k->wraps, &k->list, 0, &g->state), ST_OK);
	gateway_arm(g, k);
	(void)gateway_event(g, 7, (const uint8_t *)"m", 1);
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

static inline void
gateway_close(struct gateway *g)
{
	state_free(g->state);
	anchor_close(g->anchor);
	store_close(g->store);
	g->state = NULL;
	g->anchor = NULL;
	g->store = NULL;
}

/* Open what lies in DIR, LOCKED; nothing is closed. On failure everything is closed. */
static inline enum status
gateway_open(struct gateway *g, const char *dir)
{
	char path[128];
	enum status st;

	memset(g, 0, sizeof(*g));
	(void)snprintf(g->dir, sizeof(g->dir), "%s", dir);
	gateway_path(g, "box", path);
	if ((st = store_open(path, &g->store)) == ST_OK) {
		gateway_path(g, "anchor", path);
		st = anchor_file_open(path, &g->anchor);
	}
	if (st == ST_OK)
		st = state_open(g->store, g->anchor, &g->state);
	if (st != ST_OK)
		gateway_close(g);
	return st;
}

/* As after a power cut that lost nothing: no clean close is needed for what was committed. */
static inline void
gateway_reopen(struct gateway *g)
{
	char dir[80];

	memcpy(dir, g->dir, sizeof(dir));
	gateway_close(g);
	CHECK_EQ(gateway_open(g, dir), ST_OK);
}

/* Copy the whole gateway as a thief would, running or not. */
static inline void
gateway_copy(const char *from, const char *to)
{
	char a[128], b[128];

	(void)snprintf(a, sizeof(a), "%s/box", from);
	(void)snprintf(b, sizeof(b), "%s/box", to);
	(void)mkdir(b, 0700);
	folder_copy(a, b);
	(void)snprintf(a, sizeof(a), "%s/anchor", from);
	(void)snprintf(b, sizeof(b), "%s/anchor", to);
	file_copy(a, b);
}

static inline void
gateway_remove(const char *dir)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/box", dir);
	folder_remove(path);
	folder_empty(dir);
}

#endif

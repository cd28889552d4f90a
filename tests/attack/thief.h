/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the holder of a LOCKED gateway can do with its files and its anchor, and no passphrase: open
 * the root and the tree with the anchor's A, read and write every table, and seal what he changed
 * under keys of his own, up to the root under A. He has no K_H, so no mac of his is right.
 */
#ifndef TESTS_ATTACK_THIEF_H
#define TESTS_ATTACK_THIEF_H

#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "crypto/anchor.h"
#include "crypto/ratchet_leaf.h"
#include "crypto/ring.h"
#include "crypto/tree.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/rig.h"

struct thief {
	sqlite3 *db;
	uint8_t *anchor;
	struct key32 a;
	struct tree_root root;
	struct ring_list list;
};

static inline void
thief_sql(struct thief *t, const char *sql)
{
	if (!CHECK_EQ(sqlite3_exec(t->db, sql, NULL, NULL, NULL), SQLITE_OK))
		printf("    %s: %s\n", sql, sqlite3_errmsg(t->db));
}

/* One blob by a number: SELECT ... WHERE x = ?1. Its length, 0 without one. */
static inline size_t
thief_blob(struct thief *t, const char *sql, int64_t number, uint8_t *out, size_t cap)
{
	sqlite3_stmt *s;
	size_t len = 0;

	CHECK_EQ(sqlite3_prepare_v2(t->db, sql, -1, &s, NULL), SQLITE_OK);
	(void)sqlite3_bind_int64(s, 1, number);
	if (sqlite3_step(s) == SQLITE_ROW) {
		len = (size_t)sqlite3_column_bytes(s, 0);
		CHECK(len <= cap);
		memcpy(out, sqlite3_column_blob(s, 0), len < cap ? len : cap);
	}
	(void)sqlite3_finalize(s);
	return len;
}

static inline int64_t
thief_number(struct thief *t, const char *sql)
{
	sqlite3_stmt *s;
	int64_t number = -1;

	CHECK_EQ(sqlite3_prepare_v2(t->db, sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		number = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return number;
}

/* Write one blob: ... ?1 the number, ?2 the blob. */
static inline void
thief_put(struct thief *t, const char *sql, int64_t number, const uint8_t *blob, size_t len)
{
	sqlite3_stmt *s;

	CHECK_EQ(sqlite3_prepare_v2(t->db, sql, -1, &s, NULL), SQLITE_OK);
	(void)sqlite3_bind_int64(s, 1, number);
	(void)sqlite3_bind_blob64(s, 2, blob, len, SQLITE_TRANSIENT);
	CHECK_EQ(sqlite3_step(s), SQLITE_DONE);
	(void)sqlite3_finalize(s);
}

#define THIEF_PUT_NODE "INSERT OR REPLACE INTO state(node, blob) VALUES(?1, ?2)"

/* Open one node of the tree. Its plain length, 0: it does not open. */
static inline size_t
thief_open(struct thief *t, const struct key32 *key, uint32_t node, uint8_t *plain)
{
	uint8_t blob[RATCHET_LEAF_LEN + TREE_EXTRA];
	size_t len =
	    thief_blob(t, "SELECT blob FROM state WHERE node = ?1", node, blob, sizeof(blob));

	if (len <= TREE_EXTRA || tree_open(key, node, blob, len, plain) != ST_OK)
		return 0;
	return len - TREE_EXTRA;
}

/* Seal one node under a key of his own, and make its parent's link right. */
static inline void
thief_seal(struct thief *t, uint32_t node, const uint8_t *plain, size_t len, struct tree_link *link)
{
	uint8_t blob[RATCHET_LEAF_LEN + TREE_EXTRA], nonce[TREE_NONCE_LEN];

	randombytes_buf(nonce, sizeof(nonce));
	randombytes_buf(&link->key, sizeof(link->key));
	tree_seal(&link->key, nonce, node, plain, len, blob);
	tree_hash(blob, len + TREE_EXTRA, link->hash);
	thief_put(t, THIEF_PUT_NODE, node, blob, len + TREE_EXTRA);
}

/* The root as he wants it, under the A that is in the anchor. */
static inline void
thief_seal_root(struct thief *t)
{
	uint8_t plain[TREE_ROOT_LEN], blob[TREE_ROOT_LEN + TREE_EXTRA], nonce[TREE_NONCE_LEN];

	tree_root_write(&t->root, plain);
	randombytes_buf(nonce, sizeof(nonce));
	tree_seal(&t->a, nonce, TREE_ROOT, plain, sizeof(plain), blob);
	thief_put(t, THIEF_PUT_NODE, TREE_ROOT, blob, sizeof(blob));
}

/* The files of a gateway that nobody has open. */
static inline void
thief_enter(struct thief *t, const struct rig *r)
{
	uint8_t plain[TREE_ROOT_LEN], list[RING_LIST_MAX];
	struct anchor_slot slot;
	char path[CONF_PATH_MAX + 16];
	size_t len;

	memset(t, 0, sizeof(*t));
	(void)snprintf(path, sizeof(path), "%s/tocsin.db", r->conf.state_dir);
	CHECK_EQ(sqlite3_open(path, &t->db), SQLITE_OK);
	thief_sql(t, "PRAGMA locking_mode=EXCLUSIVE");
	t->anchor = file_octets(r->conf.anchor, &len);
	CHECK_EQ(len, 3 * 4096);
	for (size_t at = 4096; at <= 8192; at += 4096)
		if (anchor_slot_read(t->anchor + at, &slot) == ST_OK) {
			uint8_t blob[TREE_ROOT_LEN + TREE_EXTRA];

			len = thief_blob(t, "SELECT blob FROM state WHERE node = ?1", TREE_ROOT,
			    blob, sizeof(blob));
			if (tree_open(&slot.a, TREE_ROOT, blob, len, plain) != ST_OK)
				continue;
			t->a = slot.a;
			CHECK_EQ(tree_root_read(plain, &t->root), ST_OK);
		}
	CHECK(t->root.journal.count > 0); /* A opens the root */
	len = thief_blob(t, "SELECT list FROM ring WHERE id = ?1", 1, list, sizeof(list));
	CHECK_EQ(ring_list_read(list, len, &t->list), ST_OK);
}

static inline void
thief_leave(struct thief *t)
{
	CHECK_EQ(sqlite3_close(t->db), SQLITE_OK);
	free(t->anchor);
	memset(t, 0, sizeof(*t));
}

/* A slot's leaf as he wants it: leaf, node and root rewritten. */
static inline void
thief_slot(struct thief *t, uint16_t slot, const struct ratchet *r)
{
	uint8_t leaf[RATCHET_LEAF_LEN], plain[TREE_NODE_LEN];
	unsigned n = slot / TREE_WIDTH;
	struct tree_node node;

	CHECK_EQ(thief_open(t, &t->root.child[n].key, TREE_NODE_0 + n, plain), TREE_NODE_LEN);
	CHECK_EQ(tree_node_read(plain, &node), ST_OK);
	ratchet_leaf_write(r, leaf);
	thief_seal(
	    t, (uint32_t)TREE_LEAF_0 + slot, leaf, sizeof(leaf), &node.child[slot % TREE_WIDTH]);
	tree_node_write(&node, plain);
	thief_seal(t, TREE_NODE_0 + n, plain, sizeof(plain), &t->root.child[n]);
	thief_seal_root(t);
}

#endif

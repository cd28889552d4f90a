/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state tree: root, up to 32 nodes, up to 32 slots each; the ring's wraps are one more child of
 * the root. Each blob has a fresh random key, which its parent holds beside the blob's hash; the
 * root's key is A, in the anchor. So without A every older copy is noise.
 *
 *   blob = nonce 24 | XChaCha20-Poly1305( key, plain, ad "EW1-node" || node ), node as u64 LE
 *   hash = BLAKE2b-256( blob )
 *
 * Numbers: root 0, nodes 1 .. 32, wraps 33, leaves 64 + slot; slot = 32 * (node - 1) + place.
 * A link of zeros is an absent child.
 *
 * Octets of a node, TREE_NODE_LEN: version 8 = 1 | 32 links of key 32 | hash 32
 * Octets of the root, TREE_ROOT_LEN, integers u64 little endian:
 *   version 8 = 1 | incarnation 8 | gen 8 | awake_h 8 | 33 links of 64: nodes 1 .. 32, wraps
 *   | first seq kept 8 | link before it 32 | count 8 | link 32 | K_seen 32 | K_P 32
 *   | hash of the ring list 32 | posture 8 | mac 32
 * mac = BLAKE2b-256( key K_H, "EW1-root" || everything before )
 */
#ifndef CRYPTO_TREE_H
#define CRYPTO_TREE_H

#include "crypto/secret.h"
#include "schemas/status.h"

#include <stddef.h>
#include <stdint.h>

#define TREE_WIDTH 32    /* nodes of a root, slots of a node */
#define TREE_CHILDREN 33 /* of the root: the nodes, and the wraps */
#define TREE_NONCE_LEN 24
#define TREE_EXTRA 40 /* a blob is so much longer than its plain octets */
#define TREE_NODE_LEN (8 + TREE_WIDTH * 64)
#define TREE_ROOT_LEN (4 * 8 + TREE_CHILDREN * 64 + 8 + 32 + 8 + 32 + 3 * 32 + 8 + 32)

enum { TREE_ROOT = 0, TREE_NODE_0 = 1, TREE_WRAPS = 33, TREE_LEAF_0 = 64 };

/* A child: its key and its blob's hash; all zero: there is none. */
struct tree_link {
	struct key32 key;
	uint8_t hash[32];
};

/* Wipe it. */
struct tree_node {
	struct tree_link child[TREE_WIDTH];
};

/* Wipe it. */
struct tree_root {
	uint8_t incarnation[8];
	uint64_t gen;
	uint64_t awake_h; /* hours ARMED or OPEN */
	struct tree_link child[TREE_CHILDREN];
	struct {
		uint64_t first; /* first seq kept */
		uint64_t count; /* the next seq is first + count */
		uint8_t link_before[32];
		uint8_t link[32];
	} journal;
	struct key32 k_seen;
	struct key32 k_p;
	uint8_t ring_hash[32];
	uint8_t posture; /* 0 protected */
	uint8_t mac[32];
};

int tree_is_absent(const struct tree_link *link);

void tree_node_write(const struct tree_node *node, uint8_t out[TREE_NODE_LEN]);
/* out: only on ST_OK. ST_OK, ST_VERSION, ST_DAMAGED (not what tree_node_write writes). */
enum status tree_node_read(const uint8_t in[TREE_NODE_LEN], struct tree_node *out) MUST_USE;

/* With the mac that it holds. */
void tree_root_write(const struct tree_root *root, uint8_t out[TREE_ROOT_LEN]);
/* The mac is not checked here. out: only on ST_OK. ST_OK, ST_VERSION, ST_DAMAGED. */
enum status tree_root_read(const uint8_t in[TREE_ROOT_LEN], struct tree_root *out) MUST_USE;

/* Set root->mac. */
void tree_root_sign(struct tree_root *root, const struct key32 *k_h);
/* ST_OK, ST_CHANGED. */
enum status tree_root_check(const struct tree_root *root, const struct key32 *k_h) MUST_USE;

/* blob: len + TREE_EXTRA octets. nonce: fresh random octets. */
void tree_seal(const struct key32 *key, const uint8_t nonce[TREE_NONCE_LEN], uint32_t node,
    const uint8_t *plain, size_t len, uint8_t *blob);
/* plain: blob_len - TREE_EXTRA octets, zeroed on failure. ST_OK, ST_FORGED (also: too short). */
enum status tree_open(const struct key32 *key, uint32_t node, const uint8_t *blob, size_t blob_len,
    uint8_t *plain) MUST_USE;
void tree_hash(const uint8_t *blob, size_t blob_len, uint8_t hash[32]);

#endif

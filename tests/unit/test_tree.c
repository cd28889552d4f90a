/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state tree's blobs, nodes and root against libsodium called straight from store.md. */
#include "crypto/tree.h"
#include "tests/support/check.h"

#include <sodium.h>

static void
test_seal(void)
{
	uint8_t nonce[TREE_NONCE_LEN], plain[100], back[100], ad[16] = "EW1-node";
	uint8_t blob[sizeof(plain) + TREE_EXTRA], want[sizeof(blob)], hash[32], want_hash[32];
	struct key32 key, other;

	randombytes_buf(&key, sizeof(key));
	randombytes_buf(&other, sizeof(other));
	randombytes_buf(nonce, sizeof(nonce));
	randombytes_buf(plain, sizeof(plain));
	tree_seal(&key, nonce, 0x1234, plain, sizeof(plain), blob);
	ad[8] = 0x34;
	ad[9] = 0x12;
	memcpy(want, nonce, sizeof(nonce));
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    want + sizeof(nonce), NULL, plain, sizeof(plain), ad, sizeof(ad), NULL, nonce, key.b);
	CHECK_MEM(blob, want, sizeof(blob));
	tree_hash(blob, sizeof(blob), hash);
	crypto_generichash(want_hash, 32, blob, sizeof(blob), NULL, 0);
	CHECK_MEM(hash, want_hash, 32);
	CHECK_EQ(tree_open(&key, 0x1234, blob, sizeof(blob), back), ST_OK);
	CHECK_MEM(back, plain, sizeof(plain));
	CHECK_EQ(tree_open(&key, 0x1235, blob, sizeof(blob), back), ST_FORGED);
	CHECK_EQ(tree_open(&other, 0x1234, blob, sizeof(blob), back), ST_FORGED);
	CHECK_EQ(tree_open(&key, 0x1234, blob, TREE_EXTRA - 1, back), ST_FORGED);
	for (size_t bit = 0; bit < 8 * sizeof(blob); bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(tree_open(&key, 0x1234, blob, sizeof(blob), back), ST_FORGED);
		CHECK(sodium_is_zero(back, sizeof(back)));
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_node(void)
{
	uint8_t octets[TREE_NODE_LEN], again[TREE_NODE_LEN];
	struct tree_node node, back;

	randombytes_buf(&node, sizeof(node));
	memset(&node.child[31], 0, sizeof(node.child[31]));
	tree_node_write(&node, octets);
	CHECK_MEM(octets + 8, node.child[0].key.b, 32);
	CHECK_MEM(octets + 8 + 3 * 64 + 32, node.child[3].hash, 32);
	CHECK_EQ(tree_node_read(octets, &back), ST_OK);
	tree_node_write(&back, again);
	CHECK_MEM(again, octets, sizeof(octets));
	CHECK(tree_is_absent(&back.child[31]));
	CHECK(!tree_is_absent(&back.child[30]));
	octets[0] = 9;
	CHECK_EQ(tree_node_read(octets, &back), ST_VERSION);
	octets[0] = 1;
	octets[3] = 9;
	CHECK_EQ(tree_node_read(octets, &back), ST_DAMAGED);
}

static void
test_root(void)
{
	uint8_t octets[TREE_ROOT_LEN], again[TREE_ROOT_LEN], in[8 + TREE_ROOT_LEN], mac[32];
	struct tree_root root, back;
	struct key32 k_h, other;

	randombytes_buf(&root, sizeof(root));
	randombytes_buf(&k_h, sizeof(k_h));
	randombytes_buf(&other, sizeof(other));
	root.gen = 0x0807060504030201;
	tree_root_sign(&root, &k_h);
	tree_root_write(&root, octets);
	CHECK_MEM(octets, "\1\0\0\0\0\0\0\0", 8);
	CHECK_MEM(octets + 16, "\1\2\3\4\5\6\7\10", 8);
	CHECK_EQ(octets[TREE_ROOT_LEN - 40], root.posture);
	memcpy(in, "EW1-root", 8);
	memcpy(in + 8, octets, TREE_ROOT_LEN - 32);
	crypto_generichash(mac, 32, in, 8 + TREE_ROOT_LEN - 32, k_h.b, 32);
	CHECK_MEM(octets + TREE_ROOT_LEN - 32, mac, 32);
	CHECK_EQ(tree_root_read(octets, &back), ST_OK);
	tree_root_write(&back, again);
	CHECK_MEM(again, octets, sizeof(octets));
	CHECK_EQ(tree_root_check(&back, &k_h), ST_OK);
	CHECK_EQ(tree_root_check(&back, &other), ST_CHANGED);
	for (size_t i = 0; i < sizeof(octets); i++) {
		octets[i] ^= 4;
		CHECK(tree_root_read(octets, &back) != ST_OK ||
		      tree_root_check(&back, &k_h) == ST_CHANGED);
		octets[i] ^= 4;
	}
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_seal();
	test_node();
	test_root();
	return check_done();
}

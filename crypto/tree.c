/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/tree.h"

#include "crypto/octets.h"

#include <assert.h>
#include <sodium.h>

#define VERSION 1
#define MAC_AT (TREE_ROOT_LEN - 32)
#define AD_LEN 16

_Static_assert(TREE_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(TREE_EXTRA == TREE_NONCE_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES, "extra");

int
tree_is_absent(const struct tree_link *link)
{
	return sodium_is_zero(link->hash, sizeof(link->hash)) &&
	       sodium_is_zero(link->key.b, sizeof(link->key.b));
}

static void
put_links(uint8_t **at, const struct tree_link *link, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_octets(at, link[i].key.b, sizeof(link[i].key.b));
		put_octets(at, link[i].hash, sizeof(link[i].hash));
	}
}

static void
take_links(const uint8_t **at, struct tree_link *link, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		take_octets(at, link[i].key.b, sizeof(link[i].key.b));
		take_octets(at, link[i].hash, sizeof(link[i].hash));
	}
}

void
tree_node_write(const struct tree_node *node, uint8_t out[TREE_NODE_LEN])
{
	uint8_t *at = out;

	put_le(&at, VERSION, 8);
	put_links(&at, node->child, TREE_WIDTH);
	assert(at == out + TREE_NODE_LEN);
}

enum status
tree_node_read(const uint8_t in[TREE_NODE_LEN], struct tree_node *out)
{
	const uint8_t *at = in;

	if (in[0] != VERSION)
		return ST_VERSION;
	if (take_le(&at, 8) != VERSION)
		return ST_DAMAGED;
	take_links(&at, out->child, TREE_WIDTH);
	return ST_OK;
}

void
tree_root_write(const struct tree_root *root, uint8_t out[TREE_ROOT_LEN])
{
	uint8_t *at = out;

	put_le(&at, VERSION, 8);
	put_octets(&at, root->incarnation, sizeof(root->incarnation));
	put_le(&at, root->gen, 8);
	put_le(&at, root->awake_h, 8);
	put_links(&at, root->child, TREE_CHILDREN);
	put_le(&at, root->journal.first, 8);
	put_octets(&at, root->journal.link_before, 32);
	put_le(&at, root->journal.count, 8);
	put_octets(&at, root->journal.link, 32);
	put_octets(&at, root->k_seen.b, 32);
	put_octets(&at, root->k_p.b, 32);
	put_octets(&at, root->ring_hash, 32);
	put_le(&at, root->posture, 8);
	put_octets(&at, root->mac, 32);
	assert(at == out + TREE_ROOT_LEN);
}

enum status
tree_root_read(const uint8_t in[TREE_ROOT_LEN], struct tree_root *out)
{
	const uint8_t *at = in, *posture_at = in + MAC_AT - 8;
	uint64_t posture = take_le(&posture_at, 8);

	if (in[0] != VERSION)
		return ST_VERSION;
	if (take_le(&at, 8) != VERSION || posture > UINT8_MAX)
		return ST_DAMAGED;
	take_octets(&at, out->incarnation, sizeof(out->incarnation));
	out->gen = take_le(&at, 8);
	out->awake_h = take_le(&at, 8);
	take_links(&at, out->child, TREE_CHILDREN);
	out->journal.first = take_le(&at, 8);
	take_octets(&at, out->journal.link_before, 32);
	out->journal.count = take_le(&at, 8);
	take_octets(&at, out->journal.link, 32);
	take_octets(&at, out->k_seen.b, 32);
	take_octets(&at, out->k_p.b, 32);
	take_octets(&at, out->ring_hash, 32);
	out->posture = (uint8_t)take_le(&at, 8);
	take_octets(&at, out->mac, 32);
	return ST_OK;
}

static void
root_mac(const struct tree_root *root, const struct key32 *k_h, uint8_t mac[32])
{
	static const uint8_t context[8] = {'E', 'W', '1', '-', 'r', 'o', 'o', 't'};
	uint8_t octets[TREE_ROOT_LEN];
	crypto_generichash_state h;

	tree_root_write(root, octets);
	/* none of these can fail: the lengths are fixed */
	(void)crypto_generichash_init(&h, k_h->b, sizeof(k_h->b), 32);
	(void)crypto_generichash_update(&h, context, sizeof(context));
	(void)crypto_generichash_update(&h, octets, MAC_AT);
	(void)crypto_generichash_final(&h, mac, 32);
	sodium_memzero(&h, sizeof(h));
	sodium_memzero(octets, sizeof(octets));
}

void
tree_root_sign(struct tree_root *root, const struct key32 *k_h)
{
	uint8_t mac[32];

	root_mac(root, k_h, mac);
	memcpy(root->mac, mac, sizeof(mac));
}

enum status
tree_root_check(const struct tree_root *root, const struct key32 *k_h)
{
	uint8_t mac[32];
	int rc;

	root_mac(root, k_h, mac);
	rc = sodium_memcmp(mac, root->mac, sizeof(mac));
	sodium_memzero(mac, sizeof(mac));
	return rc == 0 ? ST_OK : ST_CHANGED;
}

static void
node_ad(uint32_t node, uint8_t ad[AD_LEN])
{
	uint8_t *at = ad;

	put_octets(&at, "EW1-node", 8);
	put_le(&at, node, 8);
}

void
tree_seal(const struct key32 *key, const uint8_t nonce[TREE_NONCE_LEN], uint32_t node,
    const uint8_t *plain, size_t len, uint8_t *blob)
{
	uint8_t ad[AD_LEN];

	node_ad(node, ad);
	memcpy(blob, nonce, TREE_NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    blob + TREE_NONCE_LEN, NULL, plain, len, ad, sizeof(ad), NULL, nonce, key->b);
}

enum status
tree_open(
    const struct key32 *key, uint32_t node, const uint8_t *blob, size_t blob_len, uint8_t *plain)
{
	uint8_t ad[AD_LEN];

	if (blob_len < TREE_EXTRA)
		return ST_FORGED;
	node_ad(node, ad);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, blob + TREE_NONCE_LEN,
		blob_len - TREE_NONCE_LEN, ad, sizeof(ad), blob, key->b) == 0)
		return ST_OK;
	sodium_memzero(plain, blob_len - TREE_EXTRA);
	return ST_FORGED;
}

void
tree_hash(const uint8_t *blob, size_t blob_len, uint8_t hash[32])
{
	(void)crypto_generichash(hash, 32, blob, blob_len, NULL, 0); /* fixed length: cannot fail */
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/ring.h"

#include "crypto/octets.h"

#include <sodium.h>

#define LIST_VERSION 1
#define SIGN_CONTEXT_LEN 8
#define HEAD_LEN (1 + 3 * 32)
#define COORDINATOR_LEN 64
#define VAULT_LEN 34

_Static_assert(RING_SIGNATURE_LEN == crypto_sign_BYTES, "signature");

void
ring_public_x25519(const struct key32 *sk, struct public32 *pk)
{
	(void)crypto_scalarmult_base(pk->b, sk->b); /* a clamped scalar never gives the identity */
}

/* libsodium's function from a seed makes a key pair and is among the names that this library does
 * without: this is its definition (RFC 8032, 5.1.5). */
void
ring_public_ed25519(const struct key32 *seed, struct public32 *pk)
{
	uint8_t h[crypto_hash_sha512_BYTES];

	(void)crypto_hash_sha512(h, seed->b, sizeof(seed->b));
	(void)crypto_scalarmult_ed25519_base(pk->b, h); /* clamps, so it cannot fail */
	sodium_memzero(h, sizeof(h));
}

static int
is_coordinator_valid(const struct ring_coordinator *c)
{
	return c->id != 0 && c->argon_passes >= RING_PASSES_MIN &&
	       c->argon_passes <= RING_PASSES_MAX && c->argon_memory >= RING_MEMORY_MIN &&
	       c->argon_memory <= RING_MEMORY_MAX;
}

static int
is_list_valid(const struct ring_list *list)
{
	if (list->coordinator_count < 1 || list->coordinator_count > RING_COORDINATORS_MAX ||
	    list->vault_count < 1 || list->vault_count > RING_VAULTS_MAX)
		return 0;
	for (size_t i = 0; i < list->coordinator_count; i++) {
		if (!is_coordinator_valid(&list->coordinator[i]))
			return 0;
		if (i > 0 && list->coordinator[i].id <= list->coordinator[i - 1].id)
			return 0;
	}
	for (size_t i = 1; i < list->vault_count; i++)
		if (list->vault[i].epoch <= list->vault[i - 1].epoch)
			return 0;
	return 1;
}

enum status
ring_list_write(const struct ring_list *list, uint8_t out[RING_LIST_MAX], size_t *len)
{
	uint8_t *at = out;

	if (!is_list_valid(list))
		return ST_RANGE;
	put_le(&at, LIST_VERSION, 1);
	put_octets(&at, list->pk_i.b, 32);
	put_octets(&at, list->pk_d.b, 32);
	put_octets(&at, list->pk_r.b, 32);
	put_le(&at, list->coordinator_count, 1);
	for (size_t i = 0; i < list->coordinator_count; i++) {
		put_le(&at, list->coordinator[i].id, 4);
		put_octets(&at, list->coordinator[i].pk_c.b, 32);
		put_octets(&at, list->coordinator[i].salt, RING_SALT_LEN);
		put_le(&at, list->coordinator[i].argon_memory, 8);
		put_le(&at, list->coordinator[i].argon_passes, 4);
	}
	put_le(&at, list->vault_count, 1);
	for (size_t i = 0; i < list->vault_count; i++) {
		put_le(&at, list->vault[i].epoch, 2);
		put_octets(&at, list->vault[i].pk_v.b, 32);
	}
	put_le(&at, 0, 1); /* hubs */
	put_octets(&at, list->signature, RING_SIGNATURE_LEN);
	*len = (size_t)(at - out);
	return ST_OK;
}

/* One counted group of entries: its count, if that many entries of each octets fit before end. */
static enum status
take_count(const uint8_t **at, const uint8_t *end, size_t each, size_t max, uint8_t *count)
{
	if (*at == end)
		return ST_DAMAGED;
	*count = (uint8_t)take_le(at, 1);
	if (*count > max || (size_t)(end - *at) < *count * each)
		return ST_DAMAGED;
	return ST_OK;
}

static void
take_coordinators(const uint8_t **at, struct ring_list *list)
{
	for (size_t i = 0; i < list->coordinator_count; i++) {
		struct ring_coordinator *c = &list->coordinator[i];

		c->id = (uint32_t)take_le(at, 4);
		take_octets(at, c->pk_c.b, 32);
		take_octets(at, c->salt, RING_SALT_LEN);
		c->argon_memory = take_le(at, 8);
		c->argon_passes = (uint32_t)take_le(at, 4);
	}
}

static enum status
take_list(const uint8_t *octets, const uint8_t *end, struct ring_list *list)
{
	const uint8_t *at = octets + 1;
	uint8_t hubs;

	take_octets(&at, list->pk_i.b, 32);
	take_octets(&at, list->pk_d.b, 32);
	take_octets(&at, list->pk_r.b, 32);
	if (take_count(&at, end, COORDINATOR_LEN, RING_COORDINATORS_MAX,
		&list->coordinator_count) != ST_OK)
		return ST_DAMAGED;
	take_coordinators(&at, list);
	if (take_count(&at, end, VAULT_LEN, RING_VAULTS_MAX, &list->vault_count) != ST_OK)
		return ST_DAMAGED;
	for (size_t i = 0; i < list->vault_count; i++) {
		list->vault[i].epoch = (uint16_t)take_le(&at, 2);
		take_octets(&at, list->vault[i].pk_v.b, 32);
	}
	if (take_count(&at, end, 0, 0, &hubs) != ST_OK || end - at != RING_SIGNATURE_LEN)
		return ST_DAMAGED;
	take_octets(&at, list->signature, RING_SIGNATURE_LEN);
	return is_list_valid(list) ? ST_OK : ST_DAMAGED;
}

enum status
ring_list_read(const uint8_t *octets, size_t len, struct ring_list *out)
{
	struct ring_list list;
	enum status st;

	if (len < 1)
		return ST_DAMAGED;
	if (octets[0] != LIST_VERSION)
		return ST_VERSION;
	if (len < HEAD_LEN)
		return ST_DAMAGED;
	memset(&list, 0, sizeof(list));
	if ((st = take_list(octets, octets + len, &list)) == ST_OK)
		*out = list;
	return st;
}

const struct ring_vault *
ring_vault_for(const struct ring_list *list, unsigned month)
{
	const struct ring_vault *found = &list->vault[0];

	for (size_t i = 1; i < list->vault_count; i++)
		if (list->vault[i].epoch / 16 <= month)
			found = &list->vault[i]; /* they ascend */
	return found;
}

/* What the signature covers; returns its length, 0 if the list is not valid. */
static size_t
signed_part(const struct ring_list *list, uint8_t out[SIGN_CONTEXT_LEN + RING_LIST_MAX])
{
	uint8_t *at = out;
	size_t len;

	put_octets(&at, "EW1-list", SIGN_CONTEXT_LEN);
	if (ring_list_write(list, at, &len) != ST_OK)
		return 0;
	return SIGN_CONTEXT_LEN + len - RING_SIGNATURE_LEN;
}

void
ring_sign(const struct key32 *seed, const uint8_t *octets, size_t len,
    uint8_t signature[RING_SIGNATURE_LEN])
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES]; /* seed and public key, as libsodium has it */
	struct public32 pk;

	ring_public_ed25519(seed, &pk);
	memcpy(sk, seed->b, sizeof(seed->b));
	memcpy(sk + sizeof(seed->b), pk.b, sizeof(pk.b));
	(void)crypto_sign_detached(signature, NULL, octets, len, sk); /* cannot fail */
	sodium_memzero(sk, sizeof(sk));
}

enum status
ring_list_sign(struct ring_list *list, const struct key32 *sk_d)
{
	uint8_t part[SIGN_CONTEXT_LEN + RING_LIST_MAX];
	struct public32 pk;
	size_t len;

	ring_public_ed25519(sk_d, &pk);
	if (memcmp(pk.b, list->pk_d.b, sizeof(pk.b)) != 0 || (len = signed_part(list, part)) == 0)
		return ST_RANGE;
	ring_sign(sk_d, part, len, list->signature);
	return ST_OK;
}

enum status
ring_list_verify(const struct ring_list *list)
{
	uint8_t part[SIGN_CONTEXT_LEN + RING_LIST_MAX];
	size_t len = signed_part(list, part);

	if (len == 0 || crypto_sign_verify_detached(list->signature, part, len, list->pk_d.b) != 0)
		return ST_FORGED;
	return ST_OK;
}

enum status
ring_list_hash(const struct ring_list *list, uint8_t hash[32])
{
	uint8_t octets[RING_LIST_MAX];
	size_t len;

	if (ring_list_write(list, octets, &len) != ST_OK)
		return ST_RANGE;
	(void)crypto_generichash(hash, 32, octets, len, NULL, 0); /* cannot fail: fixed length */
	return ST_OK;
}

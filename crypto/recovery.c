/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/recovery.h"

#include "crypto/base32.h"
#include "crypto/octets.h"
#include "crypto/ring.h"
#include "crypto/sealed_box.h"

#include <assert.h>
#include <sodium.h>

#define VERSION 1
#define CHECK_LEN 4
#define MAC_LEN 32
#define KEYS_LEN 64
#define MONTH_LEN 32

_Static_assert(BASE32_CHARS(RECOVERY_OCTETS) == RECOVERY_CHARS, "the key on paper");
_Static_assert(RECOVERY_CONTENT_MAX + MAC_LEN + SEALED_BOX_EXTRA <= RECOVERY_BLOB_MAX, "a row");

/* --- the key on paper --- */

/* BLAKE2b-128( context of 8 || octets ), of which `len` octets are taken. */
static void
short_hash(const char *context, const uint8_t *octets, size_t octets_len, uint8_t *out, size_t len)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	crypto_generichash_state h;

	/* none of these can fail: the lengths are fixed */
	(void)crypto_generichash_init(&h, NULL, 0, sizeof(hash));
	(void)crypto_generichash_update(&h, (const uint8_t *)context, 8);
	(void)crypto_generichash_update(&h, octets, octets_len);
	(void)crypto_generichash_final(&h, hash, sizeof(hash));
	memcpy(out, hash, len);
	sodium_memzero(&h, sizeof(h)); /* it may have held sk_R */
}

void
recovery_kid(const struct public32 *pk_d, uint8_t kid[KID_LEN])
{
	short_hash("EW1-sign", pk_d->b, sizeof(pk_d->b), kid, KID_LEN);
}

void
recovery_key_write(const struct recovery_key *key, char text[RECOVERY_CHARS + 1])
{
	uint8_t octets[RECOVERY_OCTETS], *at = octets;

	put_le(&at, VERSION, 1);
	put_octets(&at, key->sk_r.b, sizeof(key->sk_r.b));
	put_octets(&at, key->gwid, sizeof(key->gwid));
	put_octets(&at, key->kid, sizeof(key->kid));
	short_hash("EW1-rkey", octets, sizeof(octets) - CHECK_LEN, at, CHECK_LEN);
	base32_encode(octets, sizeof(octets), text);
	sodium_memzero(octets, sizeof(octets));
}

enum status
recovery_key_read(const char *text, size_t len, struct recovery_key *key)
{
	uint8_t octets[RECOVERY_OCTETS], check[CHECK_LEN];
	const uint8_t *at = octets + 1;
	enum status st = ST_OK;

	if (base32_decode(text, len, octets, sizeof(octets)) != ST_OK)
		st = ST_SYNTAX;
	else if (octets[0] != VERSION)
		st = ST_VERSION;
	if (st == ST_OK) {
		short_hash("EW1-rkey", octets, sizeof(octets) - CHECK_LEN, check, sizeof(check));
		if (sodium_memcmp(check, octets + sizeof(octets) - CHECK_LEN, CHECK_LEN) != 0)
			st = ST_CHECK;
	}
	if (st == ST_OK) {
		take_octets(&at, key->sk_r.b, sizeof(key->sk_r.b));
		take_octets(&at, key->gwid, sizeof(key->gwid));
		take_octets(&at, key->kid, sizeof(key->kid));
	}
	sodium_memzero(octets, sizeof(octets));
	return st;
}

/* --- the content of a slot's copy --- */

void
recovery_slot_write(const struct recovery_slot *slot, uint8_t out[RECOVERY_CONTENT_MAX])
{
	const size_t name_len = strnlen(slot->pseudonym, sizeof(slot->pseudonym) - 1);
	uint8_t *at = out;

	memset(out, 0, RECOVERY_CONTENT_MAX);
	put_le(&at, slot->generation, 1);
	put_octets(&at, slot->pk_m.b, sizeof(slot->pk_m.b));
	memcpy(at, slot->pseudonym, name_len);
	at += PSEUDONYM_MAX;
	put_octets(&at, slot->chain, sizeof(slot->chain));
}

enum status
recovery_slot_read(const uint8_t in[RECOVERY_CONTENT_MAX], struct recovery_slot *out)
{
	struct recovery_slot slot;
	const uint8_t *at = in;
	enum status st = ST_DAMAGED;
	size_t name_len;

	memset(&slot, 0, sizeof(slot));
	slot.generation = (uint8_t)take_le(&at, 1);
	take_octets(&at, slot.pk_m.b, sizeof(slot.pk_m.b));
	take_octets(&at, slot.pseudonym, sizeof(slot.pseudonym));
	take_octets(&at, slot.chain, sizeof(slot.chain));
	name_len = strnlen(slot.pseudonym, sizeof(slot.pseudonym));
	if (slot.generation <= RECOVERY_CHAINS && name_len > 0 &&
	    name_len < sizeof(slot.pseudonym) &&
	    octets_are_zero(
		(const uint8_t *)slot.pseudonym + name_len, sizeof(slot.pseudonym) - name_len))
		st = ST_OK;
	if (st == ST_OK)
		*out = slot;
	sodium_memzero(&slot, sizeof(slot));
	return st;
}

/* --- copies --- */

static size_t
content_len(enum recovery_kind kind)
{
	switch (kind) {
	case RECOVERY_KEYS:
		return KEYS_LEN;
	case RECOVERY_MONTH:
		return MONTH_LEN;
	case RECOVERY_SLOT:
		return RECOVERY_CONTENT_MAX;
	}
	return 0;
}

static void
copy_mac(const struct key32 *k_h, enum recovery_kind kind, uint64_t id, const uint8_t *content,
    size_t len, uint8_t mac[MAC_LEN])
{
	uint8_t head[8 + 8 + 8], *at = head;
	crypto_generichash_state h;

	put_octets(&at, "EW1-recv", 8);
	put_le(&at, kind, 8);
	put_le(&at, id, 8);
	/* none of these can fail: the lengths are fixed */
	(void)crypto_generichash_init(&h, k_h->b, sizeof(k_h->b), MAC_LEN);
	(void)crypto_generichash_update(&h, head, sizeof(head));
	(void)crypto_generichash_update(&h, content, len);
	(void)crypto_generichash_final(&h, mac, MAC_LEN);
	sodium_memzero(&h, sizeof(h));
}

enum status
recovery_seal(const struct public32 *pk_r, const struct key32 *eph, const struct key32 *k_h,
    enum recovery_kind kind, uint64_t id, const uint8_t *content, size_t len,
    uint8_t blob[RECOVERY_BLOB_MAX], size_t *blob_len)
{
	uint8_t plain[RECOVERY_CONTENT_MAX + MAC_LEN];
	enum status st;

	assert(len > 0 && len == content_len(kind));
	memcpy(plain, content, len);
	copy_mac(k_h, kind, id, content, len, plain + len);
	st = sealed_box_seal(pk_r, eph, plain, len + MAC_LEN, blob);
	*blob_len = len + MAC_LEN + SEALED_BOX_EXTRA;
	sodium_memzero(plain, sizeof(plain));
	return st;
}

enum status
recovery_open(const struct key32 *sk_r, const struct key32 *k_h, enum recovery_kind kind,
    uint64_t id, const uint8_t *blob, size_t blob_len, uint8_t *content, size_t len)
{
	uint8_t plain[RECOVERY_CONTENT_MAX + MAC_LEN], mac[MAC_LEN];
	struct public32 pk_r;
	struct key32 sk_d, own;
	enum status st = ST_FORGED;

	assert(k_h != NULL || kind == RECOVERY_KEYS);
	memset(content, 0, len);
	if (len == 0 || len != content_len(kind) || blob_len != len + MAC_LEN + SEALED_BOX_EXTRA)
		return ST_DAMAGED;
	ring_public_x25519(sk_r, &pk_r);
	if (sealed_box_open(&pk_r, sk_r, blob, blob_len, plain) != ST_OK)
		return ST_FORGED;
	if (k_h == NULL) {
		memcpy(sk_d.b, plain + 32, sizeof(sk_d.b));
		ring_head_key(&sk_d, &own);
		sodium_memzero(&sk_d, sizeof(sk_d));
	} else
		own = *k_h;
	copy_mac(&own, kind, id, plain, len, mac);
	if (sodium_memcmp(mac, plain + len, MAC_LEN) == 0)
		st = ST_OK;
	if (st == ST_OK)
		memcpy(content, plain, len);
	sodium_memzero(&own, sizeof(own));
	sodium_memzero(plain, sizeof(plain));
	sodium_memzero(mac, sizeof(mac));
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring's wraps, and what a passphrase opens with them. */
#include "crypto/kdf.h"
#include "crypto/octets.h"
#include "crypto/ring.h"
#include "crypto/sealed_box.h"

#include <assert.h>
#include <sodium.h>

#define WRAPS_VERSION 1
#define HEAD_LEN 8
#define COORDINATOR_LEN (4 + RING_BOX_LEN + 2 * RING_WRAP_LEN)
#define MONTH_LEN (2 + RING_COORDINATORS_MAX * RING_WRAP_LEN)
#define COORDINATORS_AT HEAD_LEN
#define MONTHS_AT (COORDINATORS_AT + RING_COORDINATORS_MAX * COORDINATOR_LEN)
#define END_AT (MONTHS_AT + RING_MONTHS_MAX * MONTH_LEN)

_Static_assert(MONTHS_AT == 2152 && END_AT == 7288, "the header's table");
_Static_assert(RING_WRAP_LEN == 32 + SEALED_BOX_EXTRA, "wrap");
_Static_assert(RING_NONCE_LEN == crypto_secretbox_NONCEBYTES, "nonce");
_Static_assert(RING_BOX_LEN == RING_NONCE_LEN + crypto_secretbox_MACBYTES + 64, "box");

/* --- the wraps' octets --- */

static int
are_wraps_valid(const struct ring_wraps *w)
{
	if (w->coordinator_count < 1 || w->coordinator_count > RING_COORDINATORS_MAX ||
	    w->month_count < 1 || w->month_count > RING_MONTHS_MAX || w->coordinator[0].id == 0)
		return 0;
	for (size_t i = 1; i < w->coordinator_count; i++)
		if (w->coordinator[i].id <= w->coordinator[i - 1].id)
			return 0;
	for (size_t i = 1; i < w->month_count; i++)
		if (w->month[i].epoch <= w->month[i - 1].epoch)
			return 0;
	return 1;
}

void
ring_wraps_write(const struct ring_wraps *wraps, uint8_t out[RING_WRAPS_LEN])
{
	uint8_t *at = out;

	assert(are_wraps_valid(wraps));
	memset(out, 0, RING_WRAPS_LEN);
	put_le(&at, WRAPS_VERSION, 1);
	put_le(&at, wraps->coordinator_count, 1);
	put_le(&at, wraps->month_count, 1);
	at = out + COORDINATORS_AT;
	for (size_t i = 0; i < wraps->coordinator_count; i++) {
		put_le(&at, wraps->coordinator[i].id, 4);
		put_octets(&at, wraps->coordinator[i].box, RING_BOX_LEN);
		put_octets(&at, wraps->coordinator[i].sk_i, RING_WRAP_LEN);
		put_octets(&at, wraps->coordinator[i].sk_d, RING_WRAP_LEN);
	}
	for (size_t i = 0; i < wraps->month_count; i++) {
		at = out + MONTHS_AT + i * MONTH_LEN;
		put_le(&at, wraps->month[i].epoch, 2);
		put_octets(&at, wraps->month[i].sk_v, wraps->coordinator_count * RING_WRAP_LEN);
	}
}

static void
take_wraps(const uint8_t *in, struct ring_wraps *w)
{
	const uint8_t *at = in + COORDINATORS_AT;

	for (size_t i = 0; i < w->coordinator_count; i++) {
		w->coordinator[i].id = (uint32_t)take_le(&at, 4);
		take_octets(&at, w->coordinator[i].box, RING_BOX_LEN);
		take_octets(&at, w->coordinator[i].sk_i, RING_WRAP_LEN);
		take_octets(&at, w->coordinator[i].sk_d, RING_WRAP_LEN);
	}
	for (size_t i = 0; i < w->month_count; i++) {
		at = in + MONTHS_AT + i * MONTH_LEN;
		w->month[i].epoch = (uint16_t)take_le(&at, 2);
		take_octets(&at, w->month[i].sk_v, w->coordinator_count * RING_WRAP_LEN);
	}
}

enum status
ring_wraps_read(const uint8_t in[RING_WRAPS_LEN], struct ring_wraps *out)
{
	struct ring_wraps wraps;
	uint8_t again[RING_WRAPS_LEN];

	if (in[0] != WRAPS_VERSION)
		return ST_VERSION;
	memset(&wraps, 0, sizeof(wraps));
	wraps.coordinator_count = in[1];
	wraps.month_count = in[2];
	if (in[1] > RING_COORDINATORS_MAX || in[2] > RING_MONTHS_MAX)
		return ST_DAMAGED;
	take_wraps(in, &wraps);
	if (!are_wraps_valid(&wraps))
		return ST_DAMAGED;
	ring_wraps_write(&wraps, again); /* what is not in use must be zero */
	if (memcmp(again, in, sizeof(again)) != 0)
		return ST_DAMAGED;
	*out = wraps;
	return ST_OK;
}

/* --- locks --- */

void
ring_kek(const struct key32 *pw, const uint8_t w[32], struct key32 *kek)
{
	static const uint8_t context[7] = {'E', 'W', '1', '-', 'k', 'e', 'k'};
	crypto_generichash_state h;

	/* none of these can fail: the lengths are fixed */
	(void)crypto_generichash_init(&h, pw->b, sizeof(pw->b), sizeof(kek->b));
	(void)crypto_generichash_update(&h, context, sizeof(context));
	(void)crypto_generichash_update(&h, w, 32);
	(void)crypto_generichash_final(&h, kek->b, sizeof(kek->b));
	sodium_memzero(&h, sizeof(h));
}

/* What a box says beside sk_C: whose gateway it belongs to. */
static void
identity_hash(const struct ring_list *list, uint8_t hash[32])
{
	uint8_t octets[8 + 32 + 32], *at = octets;

	put_octets(&at, "EW1-ring", 8);
	put_octets(&at, list->pk_i.b, 32);
	put_octets(&at, list->pk_d.b, 32);
	(void)crypto_generichash(hash, 32, octets, sizeof(octets), NULL, 0);
}

void
ring_box_seal(const struct key32 *kek, const uint8_t nonce[RING_NONCE_LEN],
    const struct key32 *sk_c, const struct ring_list *list, uint8_t box[RING_BOX_LEN])
{
	uint8_t plain[64];

	memcpy(plain, sk_c->b, 32);
	identity_hash(list, plain + 32);
	memcpy(box, nonce, RING_NONCE_LEN);
	(void)crypto_secretbox_easy(box + RING_NONCE_LEN, plain, sizeof(plain), nonce, kek->b);
	sodium_memzero(plain, sizeof(plain));
}

enum status
ring_wrap(const struct public32 *pk_c, const struct key32 *eph, const struct key32 *secret,
    uint8_t wrap[RING_WRAP_LEN])
{
	return sealed_box_seal(pk_c, eph, secret->b, sizeof(secret->b), wrap);
}

void
ring_head_key(const struct key32 *sk_d, struct key32 *k_h)
{
	kdf_key(sk_d, 1, "EW1-head", k_h);
}

static const struct ring_coordinator *
coordinator_of(const struct ring_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->coordinator_count; i++)
		if (list->coordinator[i].id == id)
			return &list->coordinator[i];
	return NULL;
}

static const struct ring_vault *
vault_of(const struct ring_list *list, uint16_t epoch)
{
	for (size_t i = 0; i < list->vault_count; i++)
		if (list->vault[i].epoch == epoch)
			return &list->vault[i];
	return NULL;
}

/* sk_C, checked against the list. */
static enum status
open_box(const struct key32 *kek, const uint8_t box[RING_BOX_LEN], const struct ring_list *list,
    const struct public32 *pk_c, struct key32 *sk_c)
{
	uint8_t plain[64], hash[32];
	struct public32 pk;
	enum status st = ST_CHANGED;

	if (crypto_secretbox_open_easy(
		plain, box + RING_NONCE_LEN, RING_BOX_LEN - RING_NONCE_LEN, box, kek->b) != 0)
		return ST_PASSPHRASE;
	memcpy(sk_c->b, plain, 32);
	identity_hash(list, hash);
	ring_public_x25519(sk_c, &pk);
	if (memcmp(hash, plain + 32, 32) == 0 && memcmp(pk.b, pk_c->b, 32) == 0)
		st = ST_OK;
	sodium_memzero(plain, sizeof(plain));
	return st;
}

typedef void public_fn(const struct key32 *sk, struct public32 *pk);

/* One wrapped secret, checked against its public key. */
static enum status
unwrap(const struct public32 *pk_c, const struct key32 *sk_c, const uint8_t wrap[RING_WRAP_LEN],
    public_fn *make_public, const struct public32 *want, struct key32 *out)
{
	struct public32 got;

	if (sealed_box_open(pk_c, sk_c, wrap, RING_WRAP_LEN, out->b) != ST_OK)
		return ST_CHANGED;
	make_public(out, &got);
	return memcmp(got.b, want->b, sizeof(got.b)) == 0 ? ST_OK : ST_CHANGED;
}

static enum status
unwrap_all(const struct ring_list *list, const struct ring_wraps *w, size_t who,
    const struct public32 *pk_c, const struct key32 *sk_c, struct ring_secrets *out)
{
	const struct ring_vault *vault;

	if (unwrap(pk_c, sk_c, w->coordinator[who].sk_i, ring_public_x25519, &list->pk_i,
		&out->sk_i) != ST_OK ||
	    unwrap(pk_c, sk_c, w->coordinator[who].sk_d, ring_public_ed25519, &list->pk_d,
		&out->sk_d) != ST_OK)
		return ST_CHANGED;
	ring_head_key(&out->sk_d, &out->k_h);
	for (size_t i = 0; i < w->month_count; i++) {
		if ((vault = vault_of(list, w->month[i].epoch)) == NULL ||
		    unwrap(pk_c, sk_c, w->month[i].sk_v[who], ring_public_x25519, &vault->pk_v,
			&out->month[i].sk_v) != ST_OK)
			return ST_CHANGED;
		out->month[i].epoch = w->month[i].epoch;
	}
	out->month_count = w->month_count;
	return ST_OK;
}

enum status
ring_unlock(const struct key32 *kek, uint32_t id, const struct ring_list *list,
    const struct ring_wraps *wraps, struct ring_secrets *out)
{
	const struct ring_coordinator *c = coordinator_of(list, id);
	struct key32 sk_c;
	enum status st;
	size_t who = 0;

	memset(out, 0, sizeof(*out));
	while (who < wraps->coordinator_count && wraps->coordinator[who].id != id)
		who++;
	if (c == NULL || who == wraps->coordinator_count)
		return ST_UNKNOWN;
	st = open_box(kek, wraps->coordinator[who].box, list, &c->pk_c, &sk_c);
	if (st == ST_OK)
		st = unwrap_all(list, wraps, who, &c->pk_c, &sk_c, out);
	sodium_memzero(&sk_c, sizeof(sk_c));
	if (st != ST_OK)
		sodium_memzero(out, sizeof(*out));
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passphrases open. */
#include "crypto/kdf.h"
#include "crypto/octets.h"
#include "crypto/ring.h"
#include "crypto/sealed_box.h"

#include <sodium.h>

_Static_assert(RING_WRAP_LEN == 32 + SEALED_BOX_EXTRA, "wrap");
_Static_assert(RING_NONCE_LEN == crypto_secretbox_NONCEBYTES, "nonce");
_Static_assert(RING_BOX_LEN == RING_NONCE_LEN + crypto_secretbox_MACBYTES + 64, "box");

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
ring_wrap(const struct public32 *pk, const struct key32 *eph, const struct key32 *secret,
    uint8_t wrap[RING_WRAP_LEN])
{
	return sealed_box_seal(pk, eph, secret->b, sizeof(secret->b), wrap);
}

enum status
ring_pair(const struct public32 *pk_i, const struct public32 *pk_j, const struct key32 eph[2],
    const struct key32 *secret, uint8_t pair[RING_PAIR_LEN])
{
	uint8_t inner[RING_WRAP_LEN];

	if (ring_wrap(pk_i, &eph[0], secret, inner) != ST_OK)
		return ST_RANGE;
	return sealed_box_seal(pk_j, &eph[1], inner, sizeof(inner), pair);
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

static size_t
place_of(const struct ring_wraps *w, uint32_t id)
{
	size_t who = 0;

	while (who < w->coordinator_count && w->coordinator[who].id != id)
		who++;
	return who;
}

enum status
ring_box_open(const struct key32 *kek, uint32_t id, const struct ring_list *list,
    const struct ring_wraps *wraps, struct ring_key *out)
{
	const struct ring_coordinator *c = coordinator_of(list, id);
	size_t who = place_of(wraps, id);
	enum status st;

	memset(out, 0, sizeof(*out));
	if (c == NULL || who == wraps->coordinator_count)
		return ST_UNKNOWN;
	st = open_box(kek, wraps->coordinator[who].box, list, &c->pk_c, &out->sk_c);
	if (st == ST_OK)
		out->id = id;
	else
		sodium_memzero(out, sizeof(*out));
	return st;
}

/* The wraps of one holder of everything: a coordinator of version 1, or the unlock key. */
struct holder {
	const struct public32 *pk;
	const struct key32 *sk;
	const uint8_t *sk_i, *sk_d;
	const uint8_t *sk_v[RING_VAULTS_MAX];
};

static enum status
unwrap_all(const struct ring_list *list, const struct ring_wraps *w, const struct holder *h,
    struct ring_secrets *out)
{
	const struct ring_vault *vault;

	if (unwrap(h->pk, h->sk, h->sk_i, ring_public_x25519, &list->pk_i, &out->sk_i) != ST_OK ||
	    unwrap(h->pk, h->sk, h->sk_d, ring_public_ed25519, &list->pk_d, &out->sk_d) != ST_OK)
		return ST_CHANGED;
	ring_head_key(&out->sk_d, &out->k_h);
	for (size_t i = 0; i < w->epoch_count; i++) {
		if ((vault = vault_of(list, w->epoch[i].epoch)) == NULL ||
		    unwrap(h->pk, h->sk, h->sk_v[i], ring_public_x25519, &vault->pk_v,
			&out->month[i].sk_v) != ST_OK)
			return ST_CHANGED;
		out->month[i].epoch = w->epoch[i].epoch;
	}
	out->month_count = w->epoch_count;
	return ST_OK;
}

static enum status
unlock_version_1(const struct ring_list *list, const struct ring_wraps *w, size_t who,
    const struct public32 *pk_c, const struct key32 *sk_c, struct ring_secrets *out)
{
	struct holder h = {
	    .pk = pk_c, .sk = sk_c, .sk_i = w->one.sk_i[who], .sk_d = w->one.sk_d[who]};

	for (size_t i = 0; i < w->epoch_count; i++)
		h.sk_v[i] = w->one.sk_v[i][who];
	return unwrap_all(list, w, &h, out);
}

/* sk_U from the wrap of two; b stands behind a. */
static enum status
unwrap_pair(const struct ring_list *list, const struct ring_wraps *w, const struct ring_key *a,
    const struct ring_key *b, struct key32 *sk_u)
{
	const struct ring_coordinator *ca = coordinator_of(list, a->id);
	const struct ring_coordinator *cb = coordinator_of(list, b->id);
	uint8_t inner[RING_WRAP_LEN];
	size_t place =
	    ring_pair_place(place_of(w, a->id), place_of(w, b->id), w->coordinator_count);

	if (sealed_box_open(&cb->pk_c, &b->sk_c, w->pair[place], RING_PAIR_LEN, inner) != ST_OK)
		return ST_CHANGED;
	return unwrap(&ca->pk_c, &a->sk_c, inner, ring_public_x25519, &w->pk_u, sk_u);
}

static enum status
unlock_version_2(const struct ring_key *key, size_t count, const struct ring_list *list,
    const struct ring_wraps *w, struct ring_secrets *out)
{
	const struct ring_coordinator *c = coordinator_of(list, key[0].id);
	struct key32 sk_u;
	struct holder h = {.pk = &w->pk_u, .sk = &sk_u, .sk_i = w->sk_i, .sk_d = w->sk_d};
	enum status st;

	if (!w->is_two_person)
		st = unwrap(&c->pk_c, &key[0].sk_c, w->coordinator[place_of(w, c->id)].sk_u,
		    ring_public_x25519, &w->pk_u, &sk_u);
	else if (count < 2 || key[0].id == key[1].id)
		return ST_INCOMPLETE;
	else if (key[0].id < key[1].id)
		st = unwrap_pair(list, w, &key[0], &key[1], &sk_u);
	else
		st = unwrap_pair(list, w, &key[1], &key[0], &sk_u);
	for (size_t i = 0; i < w->epoch_count; i++)
		h.sk_v[i] = w->epoch[i].sk_v;
	if (st == ST_OK)
		st = unwrap_all(list, w, &h, out);
	sodium_memzero(&sk_u, sizeof(sk_u));
	return st;
}

enum status
ring_unlock(const struct ring_key *key, size_t count, const struct ring_list *list,
    const struct ring_wraps *wraps, struct ring_secrets *out)
{
	const struct ring_coordinator *c;
	enum status st;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count; i++)
		if (coordinator_of(list, key[i].id) == NULL ||
		    place_of(wraps, key[i].id) == wraps->coordinator_count)
			return ST_UNKNOWN;
	if (wraps->version == 1) {
		c = coordinator_of(list, key[0].id);
		st = unlock_version_1(
		    list, wraps, place_of(wraps, c->id), &c->pk_c, &key[0].sk_c, out);
	} else
		st = unlock_version_2(key, count, list, wraps, out);
	if (st != ST_OK)
		sodium_memzero(out, sizeof(*out));
	return st;
}

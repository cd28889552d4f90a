/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/envelope_x.h"

#include "crypto/kdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define TAG_LEN crypto_aead_chacha20poly1305_ietf_ABYTES
#define E_LEN crypto_scalarmult_BYTES
#define INNER_LEN (E_LEN + ENVELOPE_X_PLAIN_LEN + TAG_LEN)
#define AD_LABEL_LEN 4
#define AD_OUTER_LEN (AD_LABEL_LEN + GWID_LEN + HINT_X_LEN)

static const uint8_t inner_label[AD_LABEL_LEN] = {'E', 'W', '1', 'I'};
static const uint8_t outer_label[AD_LABEL_LEN] = {'E', 'W', '1', 'X'};
_Static_assert(HINT_X_LEN + INNER_LEN + TAG_LEN == EW1_X_WIRE_LEN, "wire");

/* Every key is used for one text, so the nonce need not differ (ew1.md, "Nonces"). */
static const uint8_t zero_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

/* What goes into a message's inner key. */
struct shared {
	struct key32 es, ss;
	struct public32 e;
};

enum status
envelope_x_static(const struct key32 *sk, const struct public32 *pk, struct key32 *ss)
{
	if (crypto_scalarmult(ss->b, sk->b, pk->b) == 0)
		return ST_OK;
	sodium_memzero(ss, sizeof(*ss));
	return ST_RANGE;
}

/* Ki = BLAKE2b-256(key MKi, "EW1X-key" || es || ss || e || pk_m || pk_i) */
static void
inner_key(const struct key32 *mki, const struct shared *s, const struct public32 *pk_m,
    const struct public32 *pk_i, struct key32 *ki)
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, mki->b, sizeof(mki->b), sizeof(ki->b));
	(void)crypto_generichash_update(&state, (const uint8_t *)"EW1X-key", 8);
	(void)crypto_generichash_update(&state, s->es.b, sizeof(s->es.b));
	(void)crypto_generichash_update(&state, s->ss.b, sizeof(s->ss.b));
	(void)crypto_generichash_update(&state, s->e.b, sizeof(s->e.b));
	(void)crypto_generichash_update(&state, pk_m->b, sizeof(pk_m->b));
	(void)crypto_generichash_update(&state, pk_i->b, sizeof(pk_i->b));
	(void)crypto_generichash_final(&state, ki->b, sizeof(ki->b)); /* all fail on sizes only */
	sodium_memzero(&state, sizeof(state));
}

/* esk = BLAKE2b-256(key MKi, "EW1X-eph" || random || plain) */
static void
ephemeral_key(const struct key32 *mki, const uint8_t random[ENVELOPE_X_RANDOM_LEN],
    const uint8_t plain[ENVELOPE_X_PLAIN_LEN], struct key32 *esk)
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, mki->b, sizeof(mki->b), sizeof(esk->b));
	(void)crypto_generichash_update(&state, (const uint8_t *)"EW1X-eph", 8);
	(void)crypto_generichash_update(&state, random, ENVELOPE_X_RANDOM_LEN);
	(void)crypto_generichash_update(&state, plain, ENVELOPE_X_PLAIN_LEN);
	(void)crypto_generichash_final(&state, esk->b, sizeof(esk->b)); /* as above */
	sodium_memzero(&state, sizeof(state));
}

static void
outer_ad(const uint8_t gwid[GWID_LEN], const uint8_t hint[HINT_X_LEN], uint8_t ad[AD_OUTER_LEN])
{
	memcpy(ad, outer_label, AD_LABEL_LEN);
	memcpy(ad + AD_LABEL_LEN, gwid, GWID_LEN);
	memcpy(ad + AD_LABEL_LEN + GWID_LEN, hint, HINT_X_LEN);
}

/* The AEAD of both layers: out = ciphertext and tag. */
static void
seal_layer(const struct key32 *key, const void *ad, size_t ad_len, const uint8_t *in, size_t len,
    uint8_t *out)
{
	int rc = crypto_aead_chacha20poly1305_ietf_encrypt(
	    out, NULL, in, len, ad, ad_len, NULL, zero_nonce, key->b);

	assert(rc == 0); /* fails only on lengths beyond 256 GB */
}

/* len counts the tag. out holds nothing of the text unless this is true. */
static bool
open_layer(const struct key32 *key, const void *ad, size_t ad_len, const uint8_t *in, size_t len,
    uint8_t *out)
{
	return crypto_aead_chacha20poly1305_ietf_decrypt(
		   out, NULL, NULL, in, len, ad, ad_len, zero_nonce, key->b) == 0;
}

/* inner = e || AEAD(Ki, plain) */
static enum status
seal_inner(const struct envelope_x_sender *sender, const struct key32 *mki,
    const uint8_t random[ENVELOPE_X_RANDOM_LEN], const uint8_t plain[ENVELOPE_X_PLAIN_LEN],
    uint8_t inner[INNER_LEN])
{
	struct key32 esk, ki = {{0}};
	struct shared s;
	enum status st;
	int rc;

	memset(&s, 0, sizeof(s));
	ephemeral_key(mki, random, plain, &esk);
	rc = crypto_scalarmult_base(s.e.b, esk.b);
	assert(rc == 0); /* no clamped multiple of the base point is zero */
	if ((st = envelope_x_static(&esk, &sender->pk_i, &s.es)) != ST_OK)
		goto done;
	if ((st = envelope_x_static(&sender->sk_m, &sender->pk_i, &s.ss)) != ST_OK)
		goto done;
	inner_key(mki, &s, &sender->pk_m, &sender->pk_i, &ki);
	memcpy(inner, s.e.b, E_LEN);
	seal_layer(&ki, inner_label, AD_LABEL_LEN, plain, ENVELOPE_X_PLAIN_LEN, inner + E_LEN);
done:
	sodium_memzero(&esk, sizeof(esk));
	sodium_memzero(&ki, sizeof(ki));
	sodium_memzero(&s, sizeof(s));
	return st;
}

enum status
envelope_x_seal(const struct envelope_x_sender *sender, const struct message_keys *keys,
    const uint8_t random[ENVELOPE_X_RANDOM_LEN], const uint8_t plain[ENVELOPE_X_PLAIN_LEN],
    uint8_t wire[EW1_X_WIRE_LEN])
{
	uint8_t inner[INNER_LEN], ad[AD_OUTER_LEN];
	struct key32 mko, mki;
	enum status st;

	kdf_key(&keys->mx, 1, "EW1outer", &mko);
	kdf_key(&keys->mx, 1, "EW1inner", &mki);
	if ((st = seal_inner(sender, &mki, random, plain, inner)) == ST_OK) {
		outer_ad(sender->gwid, keys->hx, ad);
		memcpy(wire, keys->hx, HINT_X_LEN);
		seal_layer(&mko, ad, sizeof(ad), inner, sizeof(inner), wire + HINT_X_LEN);
	} else {
		memset(wire, 0, EW1_X_WIRE_LEN);
	}
	sodium_memzero(inner, sizeof(inner));
	sodium_memzero(&mko, sizeof(mko));
	sodium_memzero(&mki, sizeof(mki));
	return st;
}

static enum status
open_inner(const struct envelope_x_receiver *receiver, const struct key32 *mki,
    const uint8_t inner[INNER_LEN], uint8_t plain[ENVELOPE_X_PLAIN_LEN])
{
	uint8_t text[ENVELOPE_X_PLAIN_LEN];
	enum status st = ST_FORGED;
	struct key32 ki = {{0}};
	struct shared s;

	memcpy(s.e.b, inner, E_LEN);
	s.ss = receiver->ss;
	if (envelope_x_static(&receiver->sk_i, &s.e, &s.es) != ST_OK)
		goto done;
	inner_key(mki, &s, &receiver->pk_m, &receiver->pk_i, &ki);
	if (open_layer(&ki, inner_label, AD_LABEL_LEN, inner + E_LEN, INNER_LEN - E_LEN, text)) {
		memcpy(plain, text, sizeof(text));
		st = ST_OK;
	}
done:
	sodium_memzero(text, sizeof(text));
	sodium_memzero(&ki, sizeof(ki));
	sodium_memzero(&s, sizeof(s));
	return st;
}

enum status
envelope_x_open(const struct envelope_x_receiver *receiver, const struct message_keys *keys,
    const uint8_t wire[EW1_X_WIRE_LEN], uint8_t plain[ENVELOPE_X_PLAIN_LEN])
{
	uint8_t inner[INNER_LEN], ad[AD_OUTER_LEN];
	enum status st = ST_FORGED;
	struct key32 mko, mki;

	if (sodium_memcmp(wire, keys->hx, HINT_X_LEN) != 0)
		return ST_FORGED;
	kdf_key(&keys->mx, 1, "EW1outer", &mko);
	kdf_key(&keys->mx, 1, "EW1inner", &mki);
	outer_ad(receiver->gwid, keys->hx, ad);
	if (open_layer(&mko, ad, sizeof(ad), wire + HINT_X_LEN, INNER_LEN + TAG_LEN, inner))
		st = open_inner(receiver, &mki, inner, plain);
	sodium_memzero(inner, sizeof(inner));
	sodium_memzero(&mko, sizeof(mko));
	sodium_memzero(&mki, sizeof(mki));
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not open, in the manner of Wycheproof; what must is tests/vectors/test_ew1.c. */
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include "crypto/kdf.h"

#include <sodium.h>

static struct message_keys
keys_of(uint32_t n)
{
	const struct ratchet r = ew1_ratchet();
	struct message_keys keys;

	CHECK_EQ(ratchet_keys(&r, n, &keys), ST_OK);
	return keys;
}

/* Must be refused and write nothing. */
static void
refused(const struct envelope_x_receiver *receiver, const struct message_keys *keys,
    const uint8_t wire[EW1_X_WIRE_LEN])
{
	uint8_t plain[ENVELOPE_X_PLAIN_LEN], before[ENVELOPE_X_PLAIN_LEN];

	memset(plain, 0x5a, sizeof(plain));
	memcpy(before, plain, sizeof(before));
	CHECK_EQ(envelope_x_open(receiver, keys, wire, plain), ST_FORGED);
	CHECK_MEM(plain, before, sizeof(plain));
}

static void
every_flipped_bit_is_refused(void)
{
	const struct envelope_x_receiver receiver = ew1_receiver();
	uint8_t wire[EW1_X_WIRE_LEN];

	for (unsigned i = 0; i < VECTOR_COUNT; i++) {
		const struct message_keys keys = keys_of(vectors[i].n);

		memcpy(wire, vectors[i].x_wire, sizeof(wire));
		for (size_t bit = 0; bit < 8 * sizeof(wire); bit++) {
			wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
			refused(&receiver, &keys, wire);
			wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void
other_keys_are_refused(void)
{
	const struct message_keys keys = keys_of(0);
	struct message_keys other;
	struct envelope_x_receiver r;

	for (uint32_t n = 1; n < EW1_WINDOW; n++) {
		r = ew1_receiver();
		other = keys_of(n);
		refused(&r, &other, vectors[0].x_wire);
		memcpy(other.hx, keys.hx, sizeof(other.hx)); /* even were the hints alike */
		refused(&r, &other, vectors[0].x_wire);
	}
	for (size_t i = 0; i < GWID_LEN; i++) {
		r = ew1_receiver();
		r.gwid[i] ^= 1;
		refused(&r, &keys, vectors[0].x_wire);
	}
	r = ew1_receiver();
	r.sk_i.b[3] ^= 1;
	refused(&r, &keys, vectors[0].x_wire);
	r = ew1_receiver();
	r.ss.b[3] ^= 1;
	refused(&r, &keys, vectors[0].x_wire);
	r = ew1_receiver();
	r.pk_m.b[3] ^= 1;
	refused(&r, &keys, vectors[0].x_wire);
	r = ew1_receiver();
	r.pk_i.b[3] ^= 1;
	refused(&r, &keys, vectors[0].x_wire);
}

/* A wire whose outer layer is genuine, around whatever inner octets: what the holder of a copied
 * ratchet can make. */
static void
wrap(const struct message_keys *keys, const uint8_t inner[74], uint8_t wire[EW1_X_WIRE_LEN])
{
	static const uint8_t nonce[12];
	uint8_t ad[4 + GWID_LEN + HINT_X_LEN] = "EW1X";
	struct key32 mko;

	kdf_key(&keys->mx, 1, "EW1outer", &mko);
	memcpy(ad + 4, vector_gwid, GWID_LEN);
	memcpy(ad + 4 + GWID_LEN, keys->hx, HINT_X_LEN);
	memcpy(wire, keys->hx, HINT_X_LEN);
	CHECK_EQ(crypto_aead_chacha20poly1305_ietf_encrypt(
		     wire + HINT_X_LEN, NULL, inner, 74, ad, sizeof(ad), NULL, nonce, mko.b),
	    0);
}

static void
unwrap(const struct message_keys *keys, const uint8_t wire[EW1_X_WIRE_LEN], uint8_t inner[74])
{
	static const uint8_t nonce[12];
	uint8_t ad[4 + GWID_LEN + HINT_X_LEN] = "EW1X";
	struct key32 mko;

	kdf_key(&keys->mx, 1, "EW1outer", &mko);
	memcpy(ad + 4, vector_gwid, GWID_LEN);
	memcpy(ad + 4 + GWID_LEN, keys->hx, HINT_X_LEN);
	CHECK_EQ(crypto_aead_chacha20poly1305_ietf_decrypt(inner, NULL, NULL, wire + HINT_X_LEN,
		     EW1_X_WIRE_LEN - HINT_X_LEN, ad, sizeof(ad), nonce, mko.b),
	    0);
}

/* The eight u-coordinates of low order that X25519 must refuse, with and without the top bit. */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
    "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
    "d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};
#define LOW_ORDER_COUNT (sizeof(low_order) / sizeof(low_order[0]))

/* The first seven are canonical or the field's edge; the rest need only fail to authenticate. */
#define LOW_ORDER_CERTAIN 7

static struct public32
low_order_key(size_t i)
{
	struct public32 pk;

	CHECK_EQ(sodium_hex2bin(pk.b, 32, low_order[i], 64, NULL, NULL, NULL), 0);
	return pk;
}

/* The strongest forgery: genuine outer layer, e of low order, and an inner key computed for the
 * all-zero es that follows, with the true ss. */
static void
low_order_e_is_refused(void)
{
	static const uint8_t nonce[12];
	const struct envelope_x_receiver receiver = ew1_receiver();
	const struct message_keys keys = keys_of(0);
	uint8_t inner[74], wire[EW1_X_WIRE_LEN], hashed[8 + 5 * 32] = "EW1X-key";
	struct key32 mki, ki;

	kdf_key(&keys.mx, 1, "EW1inner", &mki);
	for (size_t i = 0; i < LOW_ORDER_COUNT; i++) {
		const struct public32 e = low_order_key(i);

		memset(hashed + 8, 0, 32);
		memcpy(hashed + 40, receiver.ss.b, 32);
		memcpy(hashed + 72, e.b, 32);
		memcpy(hashed + 104, vector_pk_m, 32);
		memcpy(hashed + 136, vector_pk_i, 32);
		CHECK_EQ(crypto_generichash(ki.b, 32, hashed, sizeof(hashed), mki.b, 32), 0);
		memcpy(inner, e.b, 32);
		CHECK_EQ(
		    crypto_aead_chacha20poly1305_ietf_encrypt(inner + 32, NULL,
			vectors[0].plaintext, 26, (const uint8_t *)"EW1I", 4, NULL, nonce, ki.b),
		    0);
		wrap(&keys, inner, wire);
		refused(&receiver, &keys, wire);
	}
}

/* Whoever holds the ratchet but not the intake key can change the inner layer, and gains nothing.
 */
static void
inner_layer_stands_alone(void)
{
	const struct envelope_x_receiver receiver = ew1_receiver();
	const struct message_keys keys = keys_of(1);
	uint8_t inner[74], wire[EW1_X_WIRE_LEN], plain[ENVELOPE_X_PLAIN_LEN];

	unwrap(&keys, vectors[1].x_wire, inner);
	for (size_t bit = 0; bit < 8 * sizeof(inner); bit++) {
		inner[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wrap(&keys, inner, wire);
		refused(&receiver, &keys, wire);
		inner[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wrap(&keys, inner, wire);
	CHECK_EQ(envelope_x_open(&receiver, &keys, wire, plain), ST_OK); /* the tool works */
	memset(inner + 32, 0, 42);
	wrap(&keys, inner, wire);
	refused(&receiver, &keys, wire);
}

static void
low_order_intake_key_seals_nothing(void)
{
	static const uint8_t zeros[EW1_X_WIRE_LEN];
	const struct message_keys keys = keys_of(0);
	struct envelope_x_sender sender = ew1_sender();
	uint8_t wire[EW1_X_WIRE_LEN];
	struct key32 ss;

	for (size_t i = 0; i < LOW_ORDER_CERTAIN; i++) {
		sender.pk_i = low_order_key(i);
		memset(wire, 0x5a, sizeof(wire));
		CHECK_EQ(envelope_x_seal(
			     &sender, &keys, vectors[0].eph_random, vectors[0].plaintext, wire),
		    ST_RANGE);
		CHECK_MEM(wire, zeros, sizeof(wire));
		CHECK_EQ(envelope_x_static(&sender.sk_m, &sender.pk_i, &ss), ST_RANGE);
		CHECK_MEM(ss.b, zeros, sizeof(ss.b));
	}
}

/* Both sides reach one ss. A repeated state and repeated randomness still hide another report. */
static void
sealing_is_hedged(void)
{
	const struct envelope_x_sender sender = ew1_sender();
	const struct envelope_x_receiver receiver = ew1_receiver();
	const struct message_keys keys = keys_of(0);
	uint8_t plain[ENVELOPE_X_PLAIN_LEN] = {0}, a[EW1_X_WIRE_LEN], b[EW1_X_WIRE_LEN];
	struct key32 ss;

	CHECK_EQ(envelope_x_static(&sender.sk_m, &sender.pk_i, &ss), ST_OK);
	CHECK_MEM(ss.b, receiver.ss.b, sizeof(ss.b));
	CHECK_EQ(envelope_x_seal(&sender, &keys, vectors[0].eph_random, plain, a), ST_OK);
	plain[25] ^= 1;
	CHECK_EQ(envelope_x_seal(&sender, &keys, vectors[0].eph_random, plain, b), ST_OK);
	CHECK(memcmp(a + 5, b + 5, 32) != 0); /* another e */
	CHECK_EQ(envelope_x_open(&receiver, &keys, b, plain), ST_OK);
	CHECK_EQ(plain[25], 1);
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	every_flipped_bit_is_refused();
	other_keys_are_refused();
	low_order_e_is_refused();
	inner_layer_stands_alone();
	low_order_intake_key_seals_nothing();
	sealing_is_hedged();
	return check_done();
}

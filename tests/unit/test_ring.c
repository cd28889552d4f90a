/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring. The oracle is libsodium itself (key pairs from seeds, box_seal, generichash, secretbox)
 * called here in the plainest way, and every change of one octet, which must be refused.
 */
#include "crypto/ring.h"
#include "crypto/sealed_box.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct key32 sk_i, sk_d, sk_c[2], sk_v[3], pw[2];
static const uint8_t w[32] = {7};
static struct ring_list list;
static struct ring_wraps wraps;

static struct key32
random_key(void)
{
	struct key32 k;

	randombytes_buf(k.b, sizeof(k.b));
	return k;
}

static void
make_list(void)
{
	memset(&list, 0, sizeof(list));
	ring_public_x25519(&sk_i, &list.pk_i);
	ring_public_ed25519(&sk_d, &list.pk_d);
	list.coordinator_count = 2;
	list.vault_count = 3;
	for (uint8_t i = 0; i < 2; i++) {
		list.coordinator[i].id = 1 + 4 * i;
		ring_public_x25519(&sk_c[i], &list.coordinator[i].pk_c);
		memset(list.coordinator[i].salt, 0x40 + i, RING_SALT_LEN);
		list.coordinator[i].argon_memory = 8192u << i;
		list.coordinator[i].argon_passes = 3;
	}
	for (uint8_t i = 0; i < 3; i++) {
		list.vault[i].epoch = (uint16_t)(16 * (660 + i));
		ring_public_x25519(&sk_v[i], &list.vault[i].pk_v);
	}
	CHECK_EQ(ring_list_sign(&list, &sk_d), ST_OK);
}

static void
make_wraps(void)
{
	struct key32 kek, eph;
	uint8_t nonce[RING_NONCE_LEN] = {1};

	memset(&wraps, 0, sizeof(wraps));
	wraps.coordinator_count = 2;
	wraps.month_count = 2;
	for (size_t i = 0; i < 2; i++) {
		const struct public32 *pk = &list.coordinator[i].pk_c;

		wraps.coordinator[i].id = list.coordinator[i].id;
		ring_kek(&pw[i], w, &kek);
		ring_box_seal(&kek, nonce, &sk_c[i], &list, wraps.coordinator[i].box);
		eph = random_key();
		CHECK_EQ(ring_wrap(pk, &eph, &sk_i, wraps.coordinator[i].sk_i), ST_OK);
		eph = random_key();
		CHECK_EQ(ring_wrap(pk, &eph, &sk_d, wraps.coordinator[i].sk_d), ST_OK);
		for (size_t m = 0; m < 2; m++) {
			eph = random_key();
			wraps.month[m].epoch = list.vault[m].epoch;
			CHECK_EQ(ring_wrap(pk, &eph, &sk_v[m], wraps.month[m].sk_v[i]), ST_OK);
		}
	}
}

static void
test_sealed_box(void)
{
	uint8_t msg[100], box[sizeof(msg) + SEALED_BOX_EXTRA], out[sizeof(msg)];
	struct key32 sk = random_key(), eph = random_key();
	struct public32 pk, low = {{0}};

	randombytes_buf(msg, sizeof(msg));
	ring_public_x25519(&sk, &pk);
	CHECK_EQ(sealed_box_seal(&pk, &eph, msg, sizeof(msg), box), ST_OK);
	CHECK_EQ(crypto_box_seal_open(out, box, sizeof(box), pk.b, sk.b), 0);
	CHECK_MEM(out, msg, sizeof(msg));
	CHECK_EQ(crypto_box_seal(box, msg, sizeof(msg), pk.b), 0);
	memset(out, 0, sizeof(out));
	CHECK_EQ(sealed_box_open(&pk, &sk, box, sizeof(box), out), ST_OK);
	CHECK_MEM(out, msg, sizeof(msg));
	for (size_t i = 0; i < sizeof(box); i++) {
		box[i] ^= 1;
		CHECK_EQ(sealed_box_open(&pk, &sk, box, sizeof(box), out), ST_FORGED);
		box[i] ^= 1;
	}
	CHECK(sodium_is_zero(out, sizeof(out)));
	CHECK_EQ(sealed_box_open(&pk, &sk, box, SEALED_BOX_EXTRA - 1, out), ST_FORGED);
	CHECK_EQ(sealed_box_seal(&low, &eph, msg, sizeof(msg), box), ST_RANGE);
	CHECK(sodium_is_zero(box, sizeof(box)));
}

static void
test_public_halves(void)
{
	uint8_t pk[32], sk[64];
	struct public32 got;

	for (int i = 0; i < 20; i++) {
		struct key32 seed = random_key();

		CHECK_EQ(crypto_sign_seed_keypair(pk, sk, seed.b), 0);
		ring_public_ed25519(&seed, &got);
		CHECK_MEM(got.b, pk, 32);
		CHECK_EQ(crypto_scalarmult_base(pk, seed.b), 0);
		ring_public_x25519(&seed, &got);
		CHECK_MEM(got.b, pk, 32);
	}
}

static void
test_list_octets(void)
{
	uint8_t octets[RING_LIST_MAX + 1], again[RING_LIST_MAX], hash[32], want[32];
	struct ring_list back;
	size_t len, len2;

	CHECK_EQ(ring_list_write(&list, octets, &len), ST_OK);
	CHECK_EQ(len, 1 + 96 + 1 + 2 * 64 + 1 + 3 * 34 + 1 + 64);
	CHECK_EQ(ring_list_read(octets, len, &back), ST_OK);
	CHECK_EQ(ring_list_verify(&back), ST_OK);
	CHECK_EQ(ring_list_write(&back, again, &len2), ST_OK);
	CHECK_EQ(len2, len);
	CHECK_MEM(again, octets, len);
	CHECK_EQ(ring_list_hash(&list, hash), ST_OK);
	crypto_generichash(want, 32, octets, len, NULL, 0);
	CHECK_MEM(hash, want, 32);
	for (size_t cut = 0; cut < len; cut++)
		CHECK(ring_list_read(octets, cut, &back) != ST_OK);
	octets[len] = 0;
	CHECK_EQ(ring_list_read(octets, len + 1, &back), ST_DAMAGED);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(ring_list_read(octets, len, &back) != ST_OK ||
		      ring_list_verify(&back) == ST_FORGED);
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	octets[0] = 2;
	CHECK_EQ(ring_list_read(octets, len, &back), ST_VERSION);
}

/* Everything that a list may not say. */
static void
test_list_refused(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
	} rows[] = {
	    {"no coordinator", offsetof(struct ring_list, coordinator_count), 0},
	    {"nine coordinators", offsetof(struct ring_list, coordinator_count), 9},
	    {"no vault", offsetof(struct ring_list, vault_count), 0},
	    {"17 vaults", offsetof(struct ring_list, vault_count), 17},
	    {"id 0", offsetof(struct ring_list, coordinator[0].id), 0},
	    {"same id twice", offsetof(struct ring_list, coordinator[1].id), 1},
	    {"no passes", offsetof(struct ring_list, coordinator[0].argon_passes), 0},
	    {"too little memory", offsetof(struct ring_list, coordinator[0].argon_memory) + 1, 0},
	    {"too much memory", offsetof(struct ring_list, coordinator[0].argon_memory) + 5, 1},
	};
	uint8_t octets[RING_LIST_MAX], hash[32];
	struct ring_list bad;
	size_t len;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("%s", rows[i].what);
		bad = list;
		((uint8_t *)&bad)[rows[i].at] = rows[i].value;
		if (!CHECK(ring_list_write(&bad, octets, &len) == ST_RANGE) ||
		    !CHECK(ring_list_sign(&bad, &sk_d) == ST_RANGE) ||
		    !CHECK(ring_list_verify(&bad) == ST_FORGED) ||
		    !CHECK(ring_list_hash(&bad, hash) == ST_RANGE))
			printf("    %s\n", rows[i].what);
	}
	bad = list;
	bad.vault[2].epoch = bad.vault[1].epoch;
	CHECK_EQ(ring_list_write(&bad, octets, &len), ST_RANGE);
	CHECK_EQ(ring_list_sign(&bad, &sk_i), ST_RANGE); /* another's key */
}

static void
test_wraps_octets(void)
{
	uint8_t octets[RING_WRAPS_LEN], again[RING_WRAPS_LEN];
	struct ring_wraps back;
	unsigned other = 0;

	ring_wraps_write(&wraps, octets);
	CHECK_EQ(ring_wraps_read(octets, &back), ST_OK);
	ring_wraps_write(&back, again);
	CHECK_MEM(again, octets, sizeof(octets));
	for (size_t i = 0; i < sizeof(octets); i++) {
		octets[i] ^= 0x10;
		if (ring_wraps_read(octets, &back) == ST_OK) {
			ring_wraps_write(&back, again);
			CHECK_MEM(again, octets, sizeof(octets)); /* canonical, but another */
			other++;
		}
		octets[i] ^= 0x10;
	}
	/* ids, boxes, wraps and epochs in use are the tree's to protect, not this reader's */
	CHECK(other <= 2 * 268 + 2 * (2 + 2 * 80));
}

static void
test_unlock(void)
{
	struct ring_secrets s;
	struct key32 kek, want;
	uint8_t formula[7 + 32] = "EW1-kek";

	memcpy(formula + 7, w, 32);
	for (size_t i = 0; i < 2; i++) {
		ring_kek(&pw[i], w, &kek);
		crypto_generichash(want.b, 32, formula, sizeof(formula), pw[i].b, 32);
		CHECK_MEM(kek.b, want.b, 32);
		CHECK_EQ(ring_unlock(&kek, list.coordinator[i].id, &list, &wraps, &s), ST_OK);
		CHECK_MEM(s.sk_i.b, sk_i.b, 32);
		CHECK_MEM(s.sk_d.b, sk_d.b, 32);
		CHECK_EQ(s.month_count, 2);
		CHECK_EQ(s.month[1].epoch, list.vault[1].epoch);
		CHECK_MEM(s.month[0].sk_v.b, sk_v[0].b, 32);
		CHECK_MEM(s.month[1].sk_v.b, sk_v[1].b, 32);
		crypto_kdf_derive_from_key(want.b, 32, 1, "EW1-head", sk_d.b);
		CHECK_MEM(s.k_h.b, want.b, 32);
		CHECK_EQ(
		    ring_unlock(&kek, list.coordinator[!i].id, &list, &wraps, &s), ST_PASSPHRASE);
		CHECK(sodium_is_zero((const uint8_t *)&s, sizeof(s)));
	}
	CHECK_EQ(ring_unlock(&kek, 2, &list, &wraps, &s), ST_UNKNOWN);
	ring_kek(&pw[0], (const uint8_t[32]){8}, &kek);
	CHECK_EQ(ring_unlock(&kek, 1, &list, &wraps, &s), ST_PASSPHRASE); /* another W */
}

/* A list or wraps that a thief changed: the passphrase is right, and nothing comes out. */
static void
test_unlock_changed(void)
{
	struct ring_wraps bad_wraps;
	struct ring_secrets s;
	struct ring_list bad;
	struct key32 kek, other = random_key(), eph = random_key();

	ring_kek(&pw[0], w, &kek);
	for (int row = 0; row < 6; row++) {
		bad = list;
		bad_wraps = wraps;
		if (row == 0)
			ring_public_x25519(&other, &bad.pk_i);
		else if (row == 1)
			ring_public_ed25519(&other, &bad.pk_d);
		else if (row == 2)
			ring_public_x25519(&other, &bad.coordinator[0].pk_c);
		else if (row == 3)
			ring_public_x25519(&other, &bad.vault[1].pk_v);
		else if (row == 4)
			bad.vault[1].epoch++;
		else
			CHECK_EQ(ring_wrap(&list.coordinator[0].pk_c, &eph, &other,
				     bad_wraps.coordinator[0].sk_i),
			    ST_OK);
		CHECK_EQ(ring_unlock(&kek, 1, &bad, &bad_wraps, &s), ST_CHANGED);
		CHECK(sodium_is_zero((const uint8_t *)&s, sizeof(s)));
	}
	for (size_t i = 0; i < RING_BOX_LEN; i++) {
		bad_wraps = wraps;
		bad_wraps.coordinator[0].box[i] ^= 0x80;
		CHECK_EQ(ring_unlock(&kek, 1, &list, &bad_wraps, &s), ST_PASSPHRASE);
	}
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	sk_i = random_key();
	sk_d = random_key();
	for (size_t i = 0; i < 2; i++) {
		sk_c[i] = random_key();
		pw[i] = random_key();
	}
	for (size_t i = 0; i < 3; i++)
		sk_v[i] = random_key();
	test_sealed_box();
	test_public_halves();
	make_list();
	make_wraps();
	test_list_octets();
	test_list_refused();
	test_wraps_octets();
	test_unlock();
	test_unlock_changed();
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring. The oracle is libsodium itself (key pairs from seeds, generichash, kdf) called here in
 * the plainest way, and every change of one octet, which must be refused.
 */
#include "crypto/ring.h"
#include "crypto/sealed_box.h"
#include "tests/support/check.h"

#include <sodium.h>

#define PEOPLE 3

static struct key32 sk_i, sk_d, sk_c[PEOPLE], sk_v[3], sk_u, pw[PEOPLE];
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
	list.coordinator_count = PEOPLE;
	list.vault_count = 3;
	for (uint8_t i = 0; i < PEOPLE; i++) {
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
wrap(const struct public32 *pk, const struct key32 *secret, uint8_t out[RING_WRAP_LEN])
{
	struct key32 eph = random_key();

	CHECK_EQ(ring_wrap(pk, &eph, secret, out), ST_OK);
}

/* The ids and boxes alone. */
static void
make_boxes(void)
{
	uint8_t nonce[RING_NONCE_LEN] = {1};
	struct key32 kek;

	memset(&wraps, 0, sizeof(wraps));
	wraps.coordinator_count = PEOPLE;
	for (size_t i = 0; i < PEOPLE; i++) {
		wraps.coordinator[i].id = list.coordinator[i].id;
		ring_kek(&pw[i], w, &kek);
		ring_box_seal(&kek, nonce, &sk_c[i], &list, wraps.coordinator[i].box);
	}
}

static void
make_wraps(int two)
{
	struct key32 eph[2];

	make_boxes();
	wraps.version = 2;
	wraps.epoch_count = 2;
	wraps.is_two_person = (uint8_t)two;
	ring_public_x25519(&sk_u, &wraps.pk_u);
	for (size_t i = 0; i < PEOPLE; i++) {
		if (!two)
			wrap(&list.coordinator[i].pk_c, &sk_u, wraps.coordinator[i].sk_u);
		for (size_t j = i + 1; two && j < PEOPLE; j++) {
			eph[0] = random_key();
			eph[1] = random_key();
			CHECK_EQ(ring_pair(&list.coordinator[i].pk_c, &list.coordinator[j].pk_c,
				     eph, &sk_u, wraps.pair[ring_pair_place(i, j, PEOPLE)]),
			    ST_OK);
		}
	}
	wrap(&wraps.pk_u, &sk_i, wraps.sk_i);
	wrap(&wraps.pk_u, &sk_d, wraps.sk_d);
	for (size_t m = 0; m < 2; m++) {
		wraps.epoch[m].epoch = list.vault[m].epoch;
		wrap(&wraps.pk_u, &sk_v[m], wraps.epoch[m].sk_v);
	}
}

/* As the first release wrote them: the header's second table, by hand. */
static void
make_wraps_1(uint8_t octets[RING_WRAPS_LEN])
{
	make_boxes();
	memset(octets, 0, RING_WRAPS_LEN);
	octets[0] = 1;
	octets[1] = PEOPLE;
	octets[2] = 2;
	for (size_t i = 0; i < PEOPLE; i++) {
		const struct public32 *pk = &list.coordinator[i].pk_c;
		uint8_t *entry = octets + 8 + 268 * i;

		entry[0] = (uint8_t)wraps.coordinator[i].id;
		memcpy(entry + 4, wraps.coordinator[i].box, RING_BOX_LEN);
		wrap(pk, &sk_i, entry + 108);
		wrap(pk, &sk_d, entry + 188);
		for (size_t m = 0; m < 2; m++) {
			entry = octets + 2152 + 642 * m;
			entry[0] = (uint8_t)list.vault[m].epoch;
			entry[1] = (uint8_t)(list.vault[m].epoch >> 8);
			wrap(pk, &sk_v[m], entry + 2 + 80 * i);
		}
	}
}

/* One passphrase: the box, then everything. */
static enum status
unlock(size_t who, struct ring_secrets *s)
{
	struct ring_key key;
	struct key32 kek;
	enum status st;

	memset(s, 0, sizeof(*s));
	ring_kek(&pw[who], w, &kek);
	st = ring_box_open(&kek, list.coordinator[who].id, &list, &wraps, &key);
	return st == ST_OK ? ring_unlock(&key, 1, &list, &wraps, s) : st;
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
	CHECK_EQ(len, 1 + 96 + 1 + PEOPLE * 64 + 1 + 3 * 34 + 1 + 64);
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
	    {"35 vaults", offsetof(struct ring_list, vault_count), 35},
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
test_pairs(void)
{
	for (size_t count = 2; count <= RING_COORDINATORS_MAX; count++) {
		size_t place = 0;

		for (size_t i = 0; i < count; i++)
			for (size_t j = i + 1; j < count; j++)
				CHECK_EQ(ring_pair_place(i, j, count), place++);
		CHECK(place <= RING_PAIRS_MAX);
	}
}

/* How many octets can be changed into wraps that read, of how many that are in use. */
static unsigned
changeable(uint8_t octets[RING_WRAPS_LEN])
{
	struct ring_wraps back;
	unsigned other = 0;

	for (size_t i = 0; i < RING_WRAPS_LEN; i++) {
		octets[i] ^= 0x10;
		other += ring_wraps_read(octets, &back) == ST_OK;
		octets[i] ^= 0x10;
	}
	return other;
}

static void
test_wraps_octets(void)
{
	uint8_t octets[RING_WRAPS_LEN], again[RING_WRAPS_LEN];
	struct ring_wraps back;
	unsigned loose;

	for (int two = 0; two < 2; two++) {
		make_wraps(two);
		ring_wraps_write(&wraps, octets);
		CHECK_EQ(ring_wraps_read(octets, &back), ST_OK);
		CHECK_EQ(back.is_two_person, two);
		ring_wraps_write(&back, again);
		CHECK_MEM(again, octets, sizeof(octets));
		/* ids, boxes, wraps and epochs in use are the tree's to protect, not this
		 * reader's; three ids and two epochs must also ascend */
		loose = PEOPLE * (two ? 104 : 184) + (two ? 3 * 128 : 0) + 192 + 2 * 80;
		CHECK(changeable(octets) >= loose);
		CHECK(changeable(octets) <= loose + PEOPLE * 4 + 2 * 2);
	}
	make_wraps_1(octets);
	CHECK_EQ(ring_wraps_read(octets, &back), ST_OK);
	CHECK(changeable(octets) <= PEOPLE * 268 + 2 * (2 + PEOPLE * 80));
	octets[0] = 3;
	CHECK_EQ(ring_wraps_read(octets, &back), ST_VERSION);
	make_wraps(1);
	ring_wraps_write(&wraps, octets);
	octets[1] = 1; /* the rule, with one coordinator */
	CHECK_EQ(ring_wraps_read(octets, &back), ST_DAMAGED);
}

static void
is_everything(const struct ring_secrets *s)
{
	struct key32 want;

	CHECK_MEM(s->sk_i.b, sk_i.b, 32);
	CHECK_MEM(s->sk_d.b, sk_d.b, 32);
	CHECK_EQ(s->month_count, 2);
	CHECK_EQ(s->month[1].epoch, list.vault[1].epoch);
	CHECK_MEM(s->month[0].sk_v.b, sk_v[0].b, 32);
	CHECK_MEM(s->month[1].sk_v.b, sk_v[1].b, 32);
	crypto_kdf_derive_from_key(want.b, 32, 1, "EW1-head", sk_d.b);
	CHECK_MEM(s->k_h.b, want.b, 32);
}

static void
test_unlock(void)
{
	uint8_t formula[7 + 32] = "EW1-kek", octets[RING_WRAPS_LEN];
	struct ring_key key;
	struct ring_secrets s;
	struct key32 kek, want;

	make_wraps(0);
	memcpy(formula + 7, w, 32);
	for (int version = 2; version >= 1; version--) {
		for (size_t i = 0; i < PEOPLE; i++) {
			ring_kek(&pw[i], w, &kek);
			crypto_generichash(want.b, 32, formula, sizeof(formula), pw[i].b, 32);
			CHECK_MEM(kek.b, want.b, 32);
			CHECK_EQ(unlock(i, &s), ST_OK);
			is_everything(&s);
			CHECK_EQ(ring_box_open(&kek, list.coordinator[(i + 1) % PEOPLE].id, &list,
				     &wraps, &key),
			    ST_PASSPHRASE);
			CHECK(sodium_is_zero((const uint8_t *)&key, sizeof(key)));
		}
		make_wraps_1(octets);
		CHECK_EQ(ring_wraps_read(octets, &wraps), ST_OK);
	}
	CHECK_EQ(ring_box_open(&kek, 2, &list, &wraps, &key), ST_UNKNOWN);
	ring_kek(&pw[0], (const uint8_t[32]){8}, &kek);
	CHECK_EQ(ring_box_open(&kek, 1, &list, &wraps, &key), ST_PASSPHRASE); /* another W */
}

static void
test_two_persons(void)
{
	struct ring_key key[PEOPLE], both[2];
	struct ring_secrets s;
	struct key32 kek;

	make_wraps(1);
	for (size_t i = 0; i < PEOPLE; i++) {
		ring_kek(&pw[i], w, &kek);
		CHECK_EQ(
		    ring_box_open(&kek, list.coordinator[i].id, &list, &wraps, &key[i]), ST_OK);
	}
	for (size_t i = 0; i < PEOPLE; i++)
		for (size_t j = 0; j < PEOPLE; j++) {
			both[0] = key[i];
			both[1] = key[j];
			CHECK_EQ(ring_unlock(both, 2, &list, &wraps, &s),
			    i == j ? ST_INCOMPLETE : ST_OK);
			if (i != j)
				is_everything(&s);
			both[1].sk_c = random_key();
			if (i != j)
				CHECK_EQ(ring_unlock(both, 2, &list, &wraps, &s), ST_CHANGED);
			CHECK(sodium_is_zero((const uint8_t *)&s, sizeof(s)));
		}
	CHECK_EQ(ring_unlock(key, 1, &list, &wraps, &s), ST_INCOMPLETE);
	/* One person's key opens no wrap of the whole node. */
	for (size_t i = 0; i < PEOPLE; i++)
		for (size_t p = 0; p < RING_PAIRS_MAX; p++) {
			uint8_t out[RING_PAIR_LEN], inner[RING_WRAP_LEN];
			const struct public32 *pk = &list.coordinator[i].pk_c;

			if (sealed_box_open(pk, &key[i].sk_c, wraps.pair[p], RING_PAIR_LEN, out) !=
			    ST_OK)
				continue;
			memcpy(inner, out, sizeof(inner));
			CHECK_EQ(sealed_box_open(pk, &key[i].sk_c, inner, sizeof(inner), out),
			    ST_FORGED);
		}
	make_wraps(0); /* without the rule the second one does no harm */
	CHECK_EQ(ring_unlock(key, 2, &list, &wraps, &s), ST_OK);
	both[1].id = 77;
	CHECK_EQ(ring_unlock(both, 2, &list, &wraps, &s), ST_UNKNOWN);
}

/* A list or wraps that a thief changed: the passphrase is right, and nothing comes out. */
static void
test_unlock_changed(void)
{
	const struct ring_list kept = list;
	struct ring_secrets s;
	struct key32 other = random_key();
	uint8_t octets[RING_WRAPS_LEN];

	for (int row = 0; row < 16; row++) {
		if (row < 8)
			make_wraps(0);
		else {
			make_wraps_1(octets);
			CHECK_EQ(ring_wraps_read(octets, &wraps), ST_OK);
		}
		list = kept;
		switch (row % 8) {
		case 0:
			ring_public_x25519(&other, &list.pk_i);
			break;
		case 1:
			ring_public_ed25519(&other, &list.pk_d);
			break;
		case 2:
			ring_public_x25519(&other, &list.coordinator[0].pk_c);
			break;
		case 3:
			ring_public_x25519(&other, &list.vault[1].pk_v);
			break;
		case 4:
			list.vault[1].epoch++;
			break;
		case 5:
			if (row < 8)
				wrap(&wraps.pk_u, &other, wraps.sk_i);
			wrap(&list.coordinator[0].pk_c, &other, wraps.one.sk_i[0]);
			break;
		case 6: /* an unlock key of his own */
			wrap(&list.coordinator[0].pk_c, &other, wraps.coordinator[0].sk_u);
			wraps.one.sk_d[0][0] ^= 1;
			break;
		case 7:
			ring_public_x25519(&other, &wraps.pk_u);
			wrap(&list.coordinator[0].pk_c, &other, wraps.coordinator[0].sk_u);
			wraps.one.sk_v[0][0][79] ^= 1;
			break;
		}
		CHECK_EQ(unlock(0, &s), ST_CHANGED);
		CHECK(sodium_is_zero((const uint8_t *)&s, sizeof(s)));
	}
	list = kept;
	for (size_t i = 0; i < RING_BOX_LEN; i++) {
		make_wraps(0);
		wraps.coordinator[0].box[i] ^= 0x80;
		CHECK_EQ(unlock(0, &s), ST_PASSPHRASE);
	}
}

static void
test_vault_for(void)
{
	const struct ring_vault *first = &list.vault[0];

	CHECK(ring_vault_for(&list, 3) == first); /* all are later */
	CHECK(ring_vault_for(&list, 660) == first);
	CHECK(ring_vault_for(&list, 661) == first + 1);
	CHECK(ring_vault_for(&list, 4000) == first + 2);
	list.vault[2].epoch = 16 * 661 + 1; /* renewed */
	CHECK(ring_vault_for(&list, 661) == first + 2);
	CHECK(ring_vault_for(&list, 660) == first);
	list.vault[2].epoch = 16 * 662;
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	sk_i = random_key();
	sk_d = random_key();
	sk_u = random_key();
	for (size_t i = 0; i < PEOPLE; i++) {
		sk_c[i] = random_key();
		pw[i] = random_key();
	}
	for (size_t i = 0; i < 3; i++)
		sk_v[i] = random_key();
	test_public_halves();
	make_list();
	test_vault_for();
	test_pairs();
	test_list_octets();
	test_list_refused();
	test_wraps_octets();
	test_unlock();
	test_two_persons();
	test_unlock_changed();
	return check_done();
}

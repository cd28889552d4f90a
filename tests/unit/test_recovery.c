/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recovery key and its copies. The oracle is libsodium called in the plainest way, and every
 * change of one octet or character, which must be refused.
 */
#include "crypto/base32.h"
#include "crypto/recovery.h"
#include "crypto/ring.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct recovery_key key;
static struct public32 pk_r;
static struct key32 k_h, sk_d;

static struct key32
random_key(void)
{
	struct key32 k;

	randombytes_buf(k.b, sizeof(k.b));
	return k;
}

static void
test_on_paper(void)
{
	char text[RECOVERY_CHARS + 1], typed[2 * RECOVERY_CHARS + 2];
	uint8_t octets[RECOVERY_OCTETS], hash[16], formula[8 + 49] = "EW1-rkey";
	struct recovery_key back, untouched;
	size_t n = 0;

	recovery_key_write(&key, text);
	CHECK_EQ(strlen(text), RECOVERY_CHARS);
	CHECK_EQ(base32_decode(text, RECOVERY_CHARS, octets, sizeof(octets)), ST_OK);
	CHECK_EQ(octets[0], 1);
	CHECK_MEM(octets + 1, &key, 48);
	memcpy(formula + 8, octets, 49);
	crypto_generichash(hash, sizeof(hash), formula, sizeof(formula), NULL, 0);
	CHECK_MEM(octets + 49, hash, 4);
	CHECK_EQ(recovery_key_read(text, RECOVERY_CHARS, &back), ST_OK);
	CHECK_MEM(&back, &key, sizeof(key));

	/* As a person types it: groups, lines, small letters. */
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i % 5 == 0)
			typed[n++] = "\n -"[i % 3];
		typed[n++] = (char)(text[i] >= 'A' ? text[i] + 32 : text[i]);
	}
	CHECK_EQ(recovery_key_read(typed, n, &back), ST_OK);
	CHECK_MEM(&back, &key, sizeof(key));

	memset(&back, 0x5a, sizeof(back));
	untouched = back;
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		char was = text[i];

		text[i] = was == '7' ? '8' : '7';
		CHECK(recovery_key_read(text, RECOVERY_CHARS, &back) != ST_OK);
		text[i] = '*';
		CHECK_EQ(recovery_key_read(text, RECOVERY_CHARS, &back), ST_SYNTAX);
		text[i] = was;
		CHECK_EQ(recovery_key_read(text, i, &back), ST_SYNTAX);
	}
	memcpy(typed, text, RECOVERY_CHARS);
	typed[RECOVERY_CHARS] = '0';
	CHECK_EQ(recovery_key_read(typed, RECOVERY_CHARS + 1, &back), ST_SYNTAX);
	octets[0] = 2;
	base32_encode(octets, sizeof(octets), text);
	CHECK_EQ(recovery_key_read(text, RECOVERY_CHARS, &back), ST_VERSION);
	octets[0] = 1;
	octets[20] ^= 1;
	base32_encode(octets, sizeof(octets), text);
	CHECK_EQ(recovery_key_read(text, RECOVERY_CHARS, &back), ST_CHECK);
	CHECK_MEM(&back, &untouched, sizeof(back));
}

static void
test_kid(void)
{
	uint8_t formula[8 + 32] = "EW1-sign", hash[16], kid[KID_LEN];
	struct public32 pk_d;

	ring_public_ed25519(&sk_d, &pk_d);
	memcpy(formula + 8, pk_d.b, 32);
	crypto_generichash(hash, sizeof(hash), formula, sizeof(formula), NULL, 0);
	recovery_kid(&pk_d, kid);
	CHECK_MEM(kid, hash, sizeof(kid));
}

static void
test_slot(void)
{
	struct recovery_slot slot = {.generation = 1, .pseudonym = "Baobab 7"}, back, untouched;
	uint8_t octets[RECOVERY_CONTENT_MAX];

	randombytes_buf(slot.pk_m.b, 32);
	slot.chain[1] = random_key();
	slot.chain[2] = random_key();
	recovery_slot_write(&slot, octets);
	CHECK_EQ(octets[0], 1);
	CHECK_MEM(octets + 1, slot.pk_m.b, 32);
	CHECK_MEM(octets + 33, "Baobab 7\0", 9);
	CHECK_MEM(octets + 65, slot.chain, 96);
	CHECK_EQ(recovery_slot_read(octets, &back), ST_OK);
	CHECK_MEM(&back, &slot, sizeof(slot));
	memset(&back, 0x5a, sizeof(back));
	untouched = back;
	octets[0] = 4; /* there are generations 0 to 3 */
	CHECK_EQ(recovery_slot_read(octets, &back), ST_DAMAGED);
	octets[0] = 1;
	octets[33 + 20] = 'x'; /* behind the name's end */
	CHECK_EQ(recovery_slot_read(octets, &back), ST_DAMAGED);
	memset(octets + 33, 'x', 32); /* no end */
	CHECK_EQ(recovery_slot_read(octets, &back), ST_DAMAGED);
	memset(octets + 33, 0, 32); /* no name */
	CHECK_EQ(recovery_slot_read(octets, &back), ST_DAMAGED);
	CHECK_MEM(&back, &untouched, sizeof(back));
}

/* The header's formula, with libsodium's own sealed box. */
static size_t
seal_by_hand(uint64_t kind, uint64_t id, const uint8_t *content, size_t len, uint8_t *blob)
{
	uint8_t formula[24 + RECOVERY_CONTENT_MAX] = "EW1-recv", plain[RECOVERY_CONTENT_MAX + 32];

	for (size_t i = 0; i < 8; i++) {
		formula[8 + i] = (uint8_t)(kind >> 8 * i);
		formula[16 + i] = (uint8_t)(id >> 8 * i);
	}
	memcpy(formula + 24, content, len);
	memcpy(plain, content, len);
	crypto_generichash(plain + len, 32, formula, 24 + len, k_h.b, 32);
	CHECK_EQ(crypto_box_seal(blob, plain, len + 32, pk_r.b), 0);
	return len + 32 + 48;
}

/* Another's key, another device's, another row's place, another length, a bit. */
static void
check_refused(enum recovery_kind kind, uint64_t id, uint8_t *blob, size_t blob_len, size_t len)
{
	const struct key32 other = random_key();
	uint8_t out[RECOVERY_CONTENT_MAX];

	CHECK_EQ(recovery_open(&other, &k_h, kind, id, blob, blob_len, out, len), ST_FORGED);
	CHECK_EQ(recovery_open(&key.sk_r, &other, kind, id, blob, blob_len, out, len), ST_FORGED);
	CHECK_EQ(recovery_open(&key.sk_r, &k_h, kind, id + 1, blob, blob_len, out, len), ST_FORGED);
	CHECK_EQ(
	    recovery_open(&key.sk_r, &k_h, kind, id, blob, blob_len - 1, out, len), ST_DAMAGED);
	CHECK_EQ(
	    recovery_open(&key.sk_r, &k_h, kind, id, blob, blob_len, out, len - 1), ST_DAMAGED);
	for (size_t k = 0; k < blob_len; k++) {
		blob[k] ^= 4;
		CHECK_EQ(
		    recovery_open(&key.sk_r, &k_h, kind, id, blob, blob_len, out, len), ST_FORGED);
		blob[k] ^= 4;
	}
	CHECK(sodium_is_zero(out, len));
}

static void
test_copies(void)
{
	static const struct {
		enum recovery_kind kind;
		uint64_t id;
		size_t len;
	} rows[] = {
	    {RECOVERY_KEYS, 0, 64}, {RECOVERY_MONTH, 16 * 23, 32}, {RECOVERY_SLOT, 1023, 161}};
	uint8_t content[RECOVERY_CONTENT_MAX], out[RECOVERY_CONTENT_MAX], blob[RECOVERY_BLOB_MAX];
	struct key32 eph = random_key(), other = random_key();
	struct public32 low = {{0}};
	size_t blob_len;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const enum recovery_kind kind = rows[i].kind;
		const size_t len = rows[i].len;

		randombytes_buf(content, sizeof(content));
		if (kind == RECOVERY_KEYS)
			memcpy(content + 32, sk_d.b, 32);
		CHECK_EQ(recovery_seal(
			     &pk_r, &eph, &k_h, kind, rows[i].id, content, len, blob, &blob_len),
		    ST_OK);
		CHECK_EQ(blob_len, len + 80);
		CHECK_EQ(recovery_open(&key.sk_r, &k_h, kind, rows[i].id, blob, blob_len, out, len),
		    ST_OK);
		CHECK_MEM(out, content, len);
		blob_len = seal_by_hand(kind, rows[i].id, content, len, blob);
		CHECK_EQ(recovery_open(&key.sk_r, kind == RECOVERY_KEYS ? NULL : &k_h, kind,
			     rows[i].id, blob, blob_len, out, len),
		    ST_OK);
		CHECK_MEM(out, content, len);
		check_refused(kind, rows[i].id, blob, blob_len, len);
		CHECK_EQ(recovery_seal(
			     &low, &eph, &k_h, kind, rows[i].id, content, len, blob, &blob_len),
		    ST_RANGE);
	}
	/* Who has merely pk_R has no K_H, and seals keys of his own: the mac fits them, so it is
	 * the kid on paper that they do not fit. Other rows he cannot make. */
	blob_len = seal_by_hand(RECOVERY_SLOT, 5, content, 161, blob);
	CHECK_EQ(recovery_open(&key.sk_r, &other, RECOVERY_SLOT, 5, blob, blob_len, out, 161),
	    ST_FORGED);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	randombytes_buf(&key, sizeof(key));
	sk_d = random_key();
	ring_public_x25519(&key.sk_r, &pk_r);
	ring_head_key(&sk_d, &k_h);
	test_on_paper();
	test_kid();
	test_slot();
	test_copies();
	return check_done();
}

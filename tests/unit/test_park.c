/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parked rows: both layers against libsodium, and every malformed plain text refused. */
#include "crypto/park.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct parked
example(void)
{
	struct parked p = {.kind = PARKED_TEXT, .form = 1, .trust = 2, .text_len = 320};

	p.udh_len = 104;
	p.arrival_s = 1790000000;
	p.stamp_s = INT64_MIN;
	randombytes_buf(p.text, p.text_len);
	randombytes_buf(p.udh, p.udh_len);
	return p;
}

static void
test_plain(void)
{
	uint8_t plain[PARK_PLAIN_LEN], again[PARK_PLAIN_LEN];
	struct parked p = example(), back;

	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_MEM(plain, "\1\1\1\2\100\1\150\0", 8);
	CHECK_MEM(plain + 16, "\0\0\0\0\0\0\0\200", 8);
	CHECK_MEM(plain + 24, p.udh, 104);
	CHECK_MEM(plain + 128, p.text, 320);
	CHECK_EQ(parked_read(plain, &back), ST_OK);
	CHECK_EQ(back.arrival_s, p.arrival_s);
	CHECK_EQ(back.stamp_s, INT64_MIN);
	CHECK_EQ(parked_write(&back, again), ST_OK);
	CHECK_MEM(again, plain, sizeof(plain));

	p = (struct parked){.kind = PARKED_REFUSED, .arrival_s = -5};
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_EQ(parked_read(plain, &back), ST_OK);
	CHECK_EQ(back.kind, PARKED_REFUSED);
	CHECK_EQ(back.arrival_s, -5);
}

static struct parked
example_with(enum parked_kind kind)
{
	struct parked p = {.kind = kind, .text_len = 320, .udh_len = 72};

	p.awake_h = 0x0102030405060708;
	memcpy(p.sender, "+254700000009\0behind the end", sizeof("+254700000009"));
	memset(p.text, 'T', p.text_len);
	memset(p.udh, 'U', p.udh_len);
	return p;
}

static void
test_with_sender(enum parked_kind kind)
{
	uint8_t plain[PARK_PLAIN_LEN];
	struct parked p = example_with(kind), back;

	p.sender[15] = 'x'; /* behind its end */
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_EQ(plain[1], kind);
	CHECK_MEM(plain + 24, "\x08\7\6\5\4\3\2\1\15+254700000009\0\0\0\0\0\0\0\0\0\0UU", 34);
	CHECK_MEM(plain + 56 + 71, "UT", 2);
	CHECK_EQ(parked_read(plain, &back), ST_OK);
	CHECK_EQ(back.awake_h, p.awake_h);
	CHECK_STR(back.sender, "+254700000009");
	CHECK_MEM(back.text, p.text, 320);
	CHECK_MEM(back.udh, p.udh, 72);
	p.udh_len = 73;
	CHECK_EQ(parked_write(&p, plain), ST_TOO_LONG);
	memset(p.sender, 'x', sizeof(p.sender));
	p.udh_len = 72;
	CHECK_EQ(parked_write(&p, plain), ST_RANGE);
	p.sender[23] = '\0';
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_EQ(parked_read(plain, &back), ST_OK);
	CHECK_EQ(strlen(back.sender), 23);
}

static void
test_with_sender_refused(enum parked_kind kind)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
	} rows[] = {
	    {"longer than the sender", 32, 14},
	    {"shorter than the sender", 32, 12},
	    {"longer than there is room", 32, 24},
	    {"a zero inside", 34, 0},
	    {"octets behind the sender", 55, 1},
	    {"kind of a text with a sender", 1, 1},
	    {"UDH too long", 6, 93},
	};
	struct parked p = example_with(kind), back;
	uint8_t plain[PARK_PLAIN_LEN], bad[PARK_PLAIN_LEN];

	p.text_len = 300;
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(bad, plain, sizeof(bad));
		bad[rows[i].at] = rows[i].value;
		if (!CHECK(parked_read(bad, &back) == ST_DAMAGED))
			printf("    %s\n", rows[i].what);
	}
}

static void
test_refused(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		enum status want;
	} rows[] = {
	    {"version", 0, 2, ST_VERSION},
	    {"kind 0", 1, 0, ST_DAMAGED},
	    {"kind 5", 1, 5, ST_DAMAGED},
	    {"no room for a part", 1, 3, ST_DAMAGED},
	    {"no room for a sender", 1, 4, ST_DAMAGED},
	    {"refused with a text", 1, 2, ST_DAMAGED},
	    {"text too long", 4, 0x41, ST_DAMAGED},
	    {"far too long", 5, 2, ST_DAMAGED},
	    {"UDH too long", 6, 141, ST_DAMAGED},
	    {"both too long", 6, 105, ST_DAMAGED},
	    {"octet 7", 7, 1, ST_DAMAGED},
	    {"octets behind the text", 6, 103, ST_DAMAGED},
	};
	struct parked p = example(), back;
	uint8_t plain[PARK_PLAIN_LEN], bad[PARK_PLAIN_LEN];

	p.text[319] = 1; /* so that it shows as padding */
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(bad, plain, sizeof(bad));
		bad[rows[i].at] = rows[i].value;
		if (!CHECK(parked_read(bad, &back) == rows[i].want))
			printf("    %s\n", rows[i].what);
	}
	p.udh_len = 105;
	CHECK_EQ(parked_write(&p, plain), ST_TOO_LONG);
	CHECK(sodium_is_zero(plain, sizeof(plain)));
	p.udh_len = 0;
	p.text_len = 321;
	CHECK_EQ(parked_write(&p, plain), ST_TOO_LONG);
	p.text_len = 1;
	p.kind = PARKED_REFUSED;
	CHECK_EQ(parked_write(&p, plain), ST_RANGE);
	p.kind = 5;
	CHECK_EQ(parked_write(&p, plain), ST_RANGE);
}

static void
test_layers(void)
{
	uint8_t plain[PARK_PLAIN_LEN], box[PARK_BOX_LEN], blob[536], want[536], out[PARK_BOX_LEN];
	uint8_t nonce[24], ad[16] = "EW1-park\x39\x05";
	struct key32 sk_i, eph, k_p, other;
	struct public32 pk_i;

	randombytes_buf(&sk_i, sizeof(sk_i));
	randombytes_buf(&eph, sizeof(eph));
	randombytes_buf(&k_p, sizeof(k_p));
	randombytes_buf(&other, sizeof(other));
	randombytes_buf(plain, sizeof(plain));
	randombytes_buf(nonce, sizeof(nonce));
	crypto_scalarmult_base(pk_i.b, sk_i.b);
	CHECK_EQ(park_box_seal(&pk_i, &eph, plain, box), ST_OK);
	CHECK_EQ(crypto_box_seal_open(out, box, sizeof(box), pk_i.b, sk_i.b), 0);
	CHECK_MEM(out, plain, sizeof(plain));
	park_seal(&k_p, nonce, 1337, box, blob);
	memcpy(want, nonce, 24);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    want + 24, NULL, box, sizeof(box), ad, sizeof(ad), NULL, nonce, k_p.b);
	CHECK_MEM(blob, want, sizeof(blob));
	CHECK_EQ(park_open(&k_p, 1337, blob, out), ST_OK);
	CHECK_MEM(out, box, sizeof(box));
	CHECK_EQ(park_open(&k_p, 1338, blob, out), ST_FORGED);
	CHECK_EQ(park_open(&other, 1337, blob, out), ST_FORGED);
	for (size_t bit = 0; bit < 8 * sizeof(blob); bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(park_open(&k_p, 1337, blob, out), ST_FORGED);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_EQ(park_box_open(&pk_i, &sk_i, box, plain), ST_OK);
	CHECK_EQ(park_box_open(&pk_i, &other, box, plain), ST_FORGED);
	CHECK(sodium_is_zero(plain, sizeof(plain)));
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_plain();
	test_refused();
	test_with_sender(PARKED_PART);
	test_with_sender(PARKED_FROM);
	test_with_sender_refused(PARKED_PART);
	test_with_sender_refused(PARKED_FROM);
	test_layers();
	return check_done();
}

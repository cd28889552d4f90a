/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's keys, seals and links against a second computation written straight from store.md.
 */
#include "crypto/journal.h"
#include "tests/support/check.h"

#include <sodium.h>

#define RUN_ID UINT64_C(0x0102030405060708)
#define FIRST UINT64_C(1000)

static size_t
le(uint8_t *at, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(v >> 8 * i);
	return 8;
}

/* The blob of event j, from K_0, without crypto/. */
static void
expect_blob(const uint8_t k_0[32], uint64_t j, const uint8_t plain[240], uint8_t blob[256])
{
	uint8_t k[32], rk[32], ad[32] = "EW1-jrnl", nonce[12] = {0};

	memcpy(k, k_0, 32);
	for (uint64_t i = 0; i < j; i++) {
		uint8_t next[32];

		crypto_kdf_derive_from_key(next, 32, 1, "EW1-jrnl", k);
		memcpy(k, next, 32);
	}
	crypto_kdf_derive_from_key(rk, 32, 2, "EW1-jrnl", k);
	le(ad + 8, RUN_ID);
	le(ad + 16, j);
	le(ad + 24, FIRST + j);
	crypto_aead_chacha20poly1305_ietf_encrypt(
	    blob, NULL, plain, 240, ad, sizeof(ad), NULL, nonce, rk);
}

static struct journal_event
event_of(unsigned j)
{
	struct journal_event e = {.type = (uint8_t)(1 + j % 200), .version = 3};

	e.len = (uint16_t)(j * 29 % (EVENT_BODY_MAX + 1));
	for (size_t i = 0; i < e.len; i++)
		e.body[i] = (uint8_t)(i * 7 + j);
	return e;
}

static void
test_seal(void)
{
	struct key32 k_0;
	struct journal_run writer, reader;
	struct journal_event e, back;
	uint8_t blob[256], want[256], plain[240];

	randombytes_buf(k_0.b, 32);
	journal_start(&writer, &k_0, RUN_ID, FIRST);
	journal_start(&reader, &k_0, RUN_ID, FIRST);
	for (unsigned j = 0; j < 300; j++) {
		e = event_of(j);
		journal_seal(&writer, &e, blob);
		memset(plain, 0, sizeof(plain));
		plain[0] = e.type;
		plain[1] = e.version;
		plain[2] = (uint8_t)e.len;
		plain[3] = (uint8_t)(e.len >> 8);
		memcpy(plain + 4, e.body, e.len);
		expect_blob(k_0.b, j, plain, want);
		CHECK_MEM(blob, want, sizeof(blob));
		CHECK_EQ(journal_open(&reader, blob, &back), ST_OK);
		CHECK_EQ(back.type, e.type);
		CHECK_EQ(back.version, e.version);
		CHECK_EQ(back.len, e.len);
		CHECK_MEM(back.body, e.body, sizeof(e.body));
	}
	CHECK_EQ(writer.j, 300);
}

/* What the writer holds after an event opens nothing that lies behind it. */
static void
test_forward_only(void)
{
	struct journal_run run, thief;
	struct journal_event e, back;
	uint8_t blob[8][256];
	struct key32 k_0;

	randombytes_buf(k_0.b, 32);
	journal_start(&run, &k_0, RUN_ID, FIRST);
	for (unsigned j = 0; j < 8; j++) {
		e = event_of(j);
		journal_seal(&run, &e, blob[j]);
		CHECK(memcmp(run.key.b, k_0.b, 32) != 0);
	}
	for (unsigned j = 0; j < 8; j++)
		for (uint64_t as = 0; as < 8; as++) {
			thief = run; /* K_8, under any number */
			thief.j = as;
			CHECK_EQ(journal_open(&thief, blob[j], &back), ST_FORGED);
		}
	journal_start(&run, &k_0, RUN_ID, FIRST); /* rows 0 to 4 are lost */
	journal_skip(&run, 5);
	CHECK_EQ(journal_open(&run, blob[5], &back), ST_OK);
	CHECK_EQ(journal_open(&run, blob[7], &back), ST_FORGED); /* in the place of 6 */
	CHECK_EQ(journal_open(&run, blob[7], &back), ST_OK);     /* and the rest stays readable */
}

static void
test_bit_flips(void)
{
	struct journal_run run, reader;
	struct journal_event e = event_of(4), back;
	uint8_t blob[256];
	struct key32 k_0;

	randombytes_buf(k_0.b, 32);
	journal_start(&run, &k_0, RUN_ID, FIRST);
	journal_seal(&run, &e, blob);
	for (size_t bit = 0; bit < 8 * sizeof(blob); bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		journal_start(&reader, &k_0, RUN_ID, FIRST);
		CHECK_EQ(journal_open(&reader, blob, &back), ST_FORGED);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	journal_start(&reader, &k_0, RUN_ID + 1, FIRST);
	CHECK_EQ(journal_open(&reader, blob, &back), ST_FORGED);
	journal_start(&reader, &k_0, RUN_ID, FIRST + 1);
	CHECK_EQ(journal_open(&reader, blob, &back), ST_FORGED);
}

/* Sealed right, and yet no event: each is refused, and the next one opens. */
static void
test_not_an_event(void)
{
	static const struct {
		const char *what;
		uint8_t plain[240];
	} rows[] = {
	    {"type 0", {0, 1, 0, 0}},
	    {"too long", {1, 1, 237, 0}},
	    {"much too long", {1, 1, 0, 1}},
	    {"octets behind the body", {1, 1, 2, 0, 9, 9, 9}},
	};
	struct journal_run reader;
	struct journal_event back;
	uint8_t blob[256];
	struct key32 k_0;

	randombytes_buf(k_0.b, 32);
	journal_start(&reader, &k_0, RUN_ID, FIRST);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_blob(k_0.b, i, rows[i].plain, blob);
		if (!CHECK(journal_open(&reader, blob, &back) == ST_DAMAGED))
			printf("    %s\n", rows[i].what);
	}
}

static void
test_links(void)
{
	uint8_t link[32] = {0}, want[32] = {0}, blob[256], run_blob[80], in[128];
	size_t len;

	randombytes_buf(blob, sizeof(blob));
	randombytes_buf(run_blob, sizeof(run_blob));

	journal_link_run(link, 5, 10593, 77, run_blob);
	memcpy(in, want, 32);
	memcpy(in + 32, "run", 3);
	len = 35;
	len += le(in + len, 5);
	len += le(in + len, 10593);
	len += le(in + len, 77);
	crypto_generichash(in + len, 32, run_blob, sizeof(run_blob), NULL, 0);
	crypto_generichash(want, 32, in, len + 32, NULL, 0);
	CHECK_MEM(link, want, 32);

	journal_link_event(link, 77, 5, blob);
	memcpy(in, want, 32);
	len = 32;
	len += le(in + len, 77);
	len += le(in + len, 5);
	crypto_generichash(in + len, 32, blob, sizeof(blob), NULL, 0);
	crypto_generichash(want, 32, in, len + 32, NULL, 0);
	CHECK_MEM(link, want, 32);
}

static void
test_run(void)
{
	struct key32 sk_v, k_0, eph, k_h, back;
	uint8_t blob[80], proof[32], want[32], link[32], in[128];
	struct public32 pk_v;
	size_t len = 7;

	randombytes_buf(sk_v.b, 32);
	randombytes_buf(k_0.b, 32);
	randombytes_buf(eph.b, 32);
	randombytes_buf(k_h.b, 32);
	randombytes_buf(link, 32);
	crypto_scalarmult_base(pk_v.b, sk_v.b);
	CHECK_EQ(journal_run_seal(&pk_v, &eph, &k_0, blob), ST_OK);
	CHECK_EQ(journal_run_open(&pk_v, &sk_v, blob, &back), ST_OK);
	CHECK_MEM(back.b, k_0.b, 32);
	blob[40] ^= 1;
	CHECK_EQ(journal_run_open(&pk_v, &sk_v, blob, &back), ST_FORGED);
	CHECK(sodium_is_zero(back.b, 32));

	journal_run_proof(&k_h, 5, 10593, 77, &k_0, link, proof);
	memcpy(in, "EW1-run", 7);
	len += le(in + len, 5);
	len += le(in + len, 10593);
	len += le(in + len, 77);
	memcpy(in + len, k_0.b, 32);
	memcpy(in + len + 32, link, 32);
	crypto_generichash(want, 32, in, len + 64, k_h.b, 32);
	CHECK_MEM(proof, want, 32);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_seal();
	test_forward_only();
	test_bit_flips();
	test_not_an_event();
	test_links();
	test_run();
	return check_done();
}

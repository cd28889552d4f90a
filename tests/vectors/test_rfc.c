/* SPDX-License-Identifier: GPL-2.0-or-later */
/* That the installed library computes what the RFCs print. */
#include "tests/support/check.h"

#include <sodium.h>

static void
unhex(const char *hex, uint8_t *out, size_t len)
{
	size_t got = 0;

	CHECK_EQ(sodium_hex2bin(out, len, hex, strlen(hex), NULL, &got, NULL), 0);
	CHECK_EQ(got, len);
}

/* RFC 7748 5.2: two products, and the iteration after 1 and 1,000 rounds. */
static void
x25519(void)
{
	static const struct {
		const char *scalar, *u, *product;
	} rows[] = {
	    {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
	    {"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
	};
	uint8_t k[32] = {9}, u[32] = {9}, product[32], want[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unhex(rows[i].scalar, k, 32);
		unhex(rows[i].u, u, 32);
		unhex(rows[i].product, want, 32);
		CHECK_EQ(crypto_scalarmult(product, k, u), 0);
		CHECK_MEM(product, want, 32);
	}
	memset(k, 0, sizeof(k));
	k[0] = 9;
	memcpy(u, k, sizeof(u));
	for (int i = 1; i <= 1000; i++) {
		CHECK_EQ(crypto_scalarmult(product, k, u), 0);
		memcpy(u, k, sizeof(u));
		memcpy(k, product, sizeof(k));
		if (i == 1)
			unhex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
			    want, 32);
		else
			unhex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
			    want, 32);
		if (i == 1 || i == 1000)
			CHECK_MEM(k, want, 32);
	}
}

/* RFC 8439 2.8.2 */
static void
chacha20_poly1305(void)
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
				   "only one tip for the future, sunscreen would be it.";
	uint8_t key[32], nonce[12], ad[12], out[sizeof(text) - 1 + 16], want[sizeof(out)];
	unsigned long long len = 0;

	unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", key, 32);
	unhex("070000004041424344454647", nonce, 12);
	unhex("50515253c0c1c2c3c4c5c6c7", ad, 12);
	unhex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	      "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	      "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	      "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
	      "0691",
	    want, sizeof(want));
	CHECK_EQ(crypto_aead_chacha20poly1305_ietf_encrypt(
		     out, &len, (const uint8_t *)text, sizeof(text) - 1, ad, 12, NULL, nonce, key),
	    0);
	CHECK_EQ(len, sizeof(want));
	CHECK_MEM(out, want, sizeof(want));
}

/* RFC 7693 appendix A is of BLAKE2b-512("abc"). */
static void
blake2b(void)
{
	uint8_t out[64], want[64];

	unhex("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
	    want, sizeof(want));
	CHECK_EQ(crypto_generichash(out, sizeof(out), (const uint8_t *)"abc", 3, NULL, 0), 0);
	CHECK_MEM(out, want, sizeof(want));
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	x25519();
	chacha20_poly1305();
	blake2b();
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sealed box. The oracle is libsodium's own, and every change of one octet is refused. */
#include "crypto/ring.h"
#include "crypto/sealed_box.h"
#include "tests/support/check.h"

#include <sodium.h>

static void
test_sealed_box(void)
{
	uint8_t msg[100], box[sizeof(msg) + SEALED_BOX_EXTRA], out[sizeof(msg)];
	struct key32 sk, eph;
	struct public32 pk, low = {{0}};

	randombytes_buf(&sk, sizeof(sk));
	randombytes_buf(&eph, sizeof(eph));
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

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_sealed_box();
	return check_done();
}

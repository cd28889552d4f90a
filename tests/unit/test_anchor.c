/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The anchor's cells: the CRC's published check value, and every torn or zeroed cell refused. */
#include "crypto/anchor.h"
#include "tests/support/check.h"

#include <sodium.h>

static void
test_crc(void)
{
	CHECK(anchor_crc32((const uint8_t *)"123456789", 9) == UINT32_C(0xcbf43926));
	CHECK(anchor_crc32(NULL, 0) == 0);
}

static void
test_slot(void)
{
	struct anchor_slot slot = {.gen = UINT64_C(0x0807060504030201)}, back;
	uint8_t cell[ANCHOR_SLOT_LEN], torn[ANCHOR_SLOT_LEN];

	randombytes_buf(slot.a.b, 32);
	anchor_slot_write(&slot, cell);
	CHECK_MEM(cell, slot.a.b, 32);
	CHECK_MEM(cell + 32, "\1\2\3\4\5\6\7\10", 8);
	CHECK_EQ(anchor_slot_read(cell, &back), ST_OK);
	CHECK_MEM(back.a.b, slot.a.b, 32);
	CHECK(back.gen == slot.gen);
	for (size_t bit = 0; bit < 8 * sizeof(cell); bit++) {
		cell[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(anchor_slot_read(cell, &back), ST_CHECK);
		cell[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(sodium_is_zero(back.a.b, 32) && back.gen == 0);
	for (size_t cut = 0; cut < sizeof(cell); cut++) { /* written up to there, zeros behind */
		memset(torn, 0, sizeof(torn));
		memcpy(torn, cell, cut);
		if (memcmp(torn, cell, sizeof(cell)) != 0)
			CHECK_EQ(anchor_slot_read(torn, &back), ST_CHECK);
	}
}

static void
test_w(void)
{
	uint8_t cell[ANCHOR_W_LEN];
	struct key32 w, back;

	randombytes_buf(&w, sizeof(w));
	anchor_w_write(&w, cell);
	CHECK_EQ(anchor_w_read(cell, &back), ST_OK);
	CHECK_MEM(back.b, w.b, 32);
	for (size_t bit = 0; bit < 8 * sizeof(cell); bit++) {
		cell[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(anchor_w_read(cell, &back), ST_CHECK);
		cell[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memset(cell, 0, sizeof(cell));
	CHECK_EQ(anchor_w_read(cell, &back), ST_CHECK);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_crc();
	test_slot();
	test_w();
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/anchor.h"

#include "crypto/octets.h"

#include <sodium.h>

/* Bit by bit: a few dozen octets a commit need no table. */
uint32_t
anchor_crc32(const uint8_t *in, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= in[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & (0 - (crc & 1)));
	}
	return ~crc;
}

static void
put_crc(uint8_t *cell, size_t len)
{
	uint8_t *at = cell + len;

	put_le(&at, anchor_crc32(cell, len), 4);
}

static int
is_crc_right(const uint8_t *cell, size_t len)
{
	const uint8_t *at = cell + len;

	return take_le(&at, 4) == anchor_crc32(cell, len);
}

void
anchor_slot_write(const struct anchor_slot *slot, uint8_t out[ANCHOR_SLOT_LEN])
{
	uint8_t *at = out;

	put_octets(&at, slot->a.b, sizeof(slot->a.b));
	put_le(&at, slot->gen, 8);
	put_crc(out, ANCHOR_SLOT_LEN - 4);
}

enum status
anchor_slot_read(const uint8_t in[ANCHOR_SLOT_LEN], struct anchor_slot *slot)
{
	const uint8_t *at = in;

	sodium_memzero(slot, sizeof(*slot));
	if (!is_crc_right(in, ANCHOR_SLOT_LEN - 4))
		return ST_CHECK;
	take_octets(&at, slot->a.b, sizeof(slot->a.b));
	slot->gen = take_le(&at, 8);
	return ST_OK;
}

void
anchor_w_write(const struct key32 *w, uint8_t out[ANCHOR_W_LEN])
{
	uint8_t *at = out;

	put_octets(&at, w->b, sizeof(w->b));
	put_crc(out, ANCHOR_W_LEN - 4);
}

enum status
anchor_w_read(const uint8_t in[ANCHOR_W_LEN], struct key32 *w)
{
	sodium_memzero(w, sizeof(*w));
	if (!is_crc_right(in, ANCHOR_W_LEN - 4))
		return ST_CHECK;
	memcpy(w->b, in, sizeof(w->b));
	return ST_OK;
}

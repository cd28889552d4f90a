/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The octets of the anchor's two kinds of cell: the wipe secret W, and a slot that holds the root's
 * key A. A cell whose CRC-32 (IEEE 802.3) does not match, as one of zeros, is empty.
 *
 *   slot: A 32 | gen 8 | CRC 4      W: W 32 | CRC 4      integers little endian; the CRC is of
 *   everything before it
 */
#ifndef CRYPTO_ANCHOR_H
#define CRYPTO_ANCHOR_H

#include "crypto/secret.h"
#include "schemas/status.h"

#include <stddef.h>
#include <stdint.h>

#define ANCHOR_SLOT_LEN 44
#define ANCHOR_W_LEN 36

/* Wipe it. */
struct anchor_slot {
	struct key32 a;
	uint64_t gen;
};

void anchor_slot_write(const struct anchor_slot *slot, uint8_t out[ANCHOR_SLOT_LEN]);
/* slot: zeroed on failure. ST_OK, ST_CHECK (empty or torn). */
enum status anchor_slot_read(const uint8_t in[ANCHOR_SLOT_LEN], struct anchor_slot *slot) MUST_USE;

void anchor_w_write(const struct key32 *w, uint8_t out[ANCHOR_W_LEN]);
/* w: zeroed on failure. ST_OK, ST_CHECK. */
enum status anchor_w_read(const uint8_t in[ANCHOR_W_LEN], struct key32 *w) MUST_USE;

/* CRC-32 as in IEEE 802.3, zlib and PNG: "123456789" gives 0xcbf43926. */
uint32_t anchor_crc32(const uint8_t *in, size_t len);

#endif

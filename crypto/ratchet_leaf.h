/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A slot's ratchet as the octets of its leaf in the state tree, before the tree seals them. The
 * length never changes, so a leaf tells nothing of what it holds. Integers are little endian.
 *
 *   0      1  layout, 1
 *   1      1  state: 1 live, 2 revoked
 *   2      1  generation, 0 to 3			revoked: zero
 *   3      1  count of skipped numbers, 0 to 64	revoked: zero
 * live:
 *   4      4  n
 *   8     32  CK_n
 *   40    32  the waiting next chain's CK_0, or zeros
 *   72    32  pk_m
 *   104 5376  64 entries of 84, ascending by n, those not in use zero:
 *		 n 4, on_h 4, MX 32, MS 32, HX 5, HS 4, ack 3
 *   5480 3360  reserved for one sheet of 20 strips of 168: zero
 *   8840 1360  reserved: zero
 * revoked:
 *   4      4  on_h of the revocation
 *   8      2  count of hints, 0 to 320
 *   10     6  zero
 *   16  1600  320 hints of 5, those not in use zero
 *   1616 8584  zero
 */
#ifndef CRYPTO_RATCHET_LEAF_H
#define CRYPTO_RATCHET_LEAF_H

#include "crypto/ratchet.h"

#define RATCHET_LEAF_LEN 10200

void ratchet_leaf_write(const struct ratchet *r, uint8_t leaf[RATCHET_LEAF_LEN]);

/*
 * Read what ratchet_leaf_write wrote.  out  written only on ST_OK.
 * ST_OK, ST_DAMAGED (anything that ratchet_leaf_write never writes).
 */
enum status ratchet_leaf_read(const uint8_t leaf[RATCHET_LEAF_LEN], struct ratchet *out) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsodium's sealed box (crypto_box_seal), with the ephemeral secret as an argument: whoever holds
 * pk can seal, only the holder of sk opens. Opens in any program that has crypto_box_seal_open.
 *
 *   out = epk 32 | XSalsa20-Poly1305( msg ) with the key X25519(eph, pk) and the nonce
 *         BLAKE2b-192( epk || pk )
 */
#ifndef CRYPTO_SEALED_BOX_H
#define CRYPTO_SEALED_BOX_H

#include "crypto/secret.h"
#include "schemas/status.h"

#include <stddef.h>
#include <stdint.h>

#define SEALED_BOX_EXTRA 48 /* a box is so much longer than what it holds */

/*
 * Seal len octets.
 *   eph  32 fresh random octets, used for nothing else; the caller wipes them.
 *   out  len + SEALED_BOX_EXTRA octets; zeroed on failure.
 * ST_OK, ST_RANGE (pk is of low order: anyone could open it).
 */
enum status sealed_box_seal(const struct public32 *pk, const struct key32 *eph, const uint8_t *msg,
    size_t len, uint8_t *out) MUST_USE;

/*
 * Open a box of box_len octets.
 *   out  box_len - SEALED_BOX_EXTRA octets; zeroed on failure.
 * ST_OK, ST_FORGED (also: too short).
 */
enum status sealed_box_open(const struct public32 *pk, const struct key32 *sk, const uint8_t *box,
    size_t box_len, uint8_t *out) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deriving one key from another: libsodium's crypto_kdf_derive_from_key, which is BLAKE2b with
 * the id (u64, little endian) as salt and the eight-character context as personal string.
 * libsodium's other key derivations (HKDF) are in its own module.
 */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include "crypto/secret.h"

#include <stdint.h>

#define KDF_CONTEXT_LEN 8
#define KDF_SHORT_LEN 16 /* the shortest key that the function gives */

/* context has KDF_CONTEXT_LEN characters. key and out may be the same object. */
void kdf_key(const struct key32 *key, uint64_t id, const char *context, struct key32 *out);

/* The same at 16 octets: another function of the inputs, not the first half of kdf_key. */
void kdf_short(
    const struct key32 *key, uint64_t id, const char *context, uint8_t out[KDF_SHORT_LEN]);

#endif

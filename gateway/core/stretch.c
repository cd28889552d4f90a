/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/stretch.h"

#include <sodium.h>

enum status
stretch_passphrase(const char *octets, size_t len, const uint8_t salt[RING_SALT_LEN],
    uint64_t memory, uint32_t passes, struct key32 *out)
{
	_Static_assert(RING_SALT_LEN == crypto_pwhash_SALTBYTES, "the salt of Argon2id");

	sodium_memzero(out, sizeof(*out));
	if (memory < STRETCH_MEMORY_MIN || memory > STRETCH_MEMORY_MAX ||
	    passes < STRETCH_PASSES_MIN || passes > STRETCH_PASSES_MAX)
		return ST_RANGE;
	if (crypto_pwhash(out->b, sizeof(out->b), octets, len, salt, passes, (size_t)memory,
		crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ST_MEMORY;
	return ST_OK;
}

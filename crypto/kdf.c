/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/kdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(KDF_CONTEXT_LEN == crypto_kdf_CONTEXTBYTES, "context");
_Static_assert(KDF_SHORT_LEN == crypto_kdf_BYTES_MIN, "short key");
_Static_assert(sizeof(struct key32) == crypto_kdf_KEYBYTES, "key");

void
kdf_key(const struct key32 *key, uint64_t id, const char *context, struct key32 *out)
{
	struct key32 derived; /* so that out may be key */
	int rc;

	assert(strlen(context) == KDF_CONTEXT_LEN);
	rc = crypto_kdf_derive_from_key(derived.b, sizeof(derived.b), id, context, key->b);
	assert(rc == 0); /* fails only on a length that is constant here */
	*out = derived;
	sodium_memzero(&derived, sizeof(derived));
}

void
kdf_short(const struct key32 *key, uint64_t id, const char *context, uint8_t out[KDF_SHORT_LEN])
{
	int rc;

	assert(strlen(context) == KDF_CONTEXT_LEN);
	rc = crypto_kdf_derive_from_key(out, KDF_SHORT_LEN, id, context, key->b);
	assert(rc == 0);
}

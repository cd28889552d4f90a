/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/sealed_box.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SEALED_BOX_EXTRA == crypto_box_SEALBYTES, "box");

enum status
sealed_box_seal(const struct public32 *pk, const struct key32 *eph, const uint8_t *msg, size_t len,
    uint8_t *out)
{
	uint8_t nonce[crypto_box_NONCEBYTES];
	crypto_generichash_state h;

	if (crypto_scalarmult_base(out, eph->b) != 0)
		goto fail;
	(void)crypto_generichash_init(&h, NULL, 0, sizeof(nonce)); /* cannot fail: fixed length */
	(void)crypto_generichash_update(&h, out, sizeof(pk->b));
	(void)crypto_generichash_update(&h, pk->b, sizeof(pk->b));
	(void)crypto_generichash_final(&h, nonce, sizeof(nonce));
	if (crypto_box_easy(out + sizeof(pk->b), msg, len, nonce, pk->b, eph->b) != 0)
		goto fail;
	return ST_OK;
fail:
	memset(out, 0, len + SEALED_BOX_EXTRA);
	return ST_RANGE;
}

enum status
sealed_box_open(const struct public32 *pk, const struct key32 *sk, const uint8_t *box,
    size_t box_len, uint8_t *out)
{
	if (box_len < SEALED_BOX_EXTRA)
		return ST_FORGED;
	if (crypto_box_seal_open(out, box, box_len, pk->b, sk->b) == 0)
		return ST_OK;
	sodium_memzero(out, box_len - SEALED_BOX_EXTRA);
	return ST_FORGED;
}

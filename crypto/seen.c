/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/seen.h"

#include "crypto/octets.h"

#include <sodium.h>

enum { DELIVERY = 0, CONTENT = 1 };

_Static_assert(SEEN_HASH_LEN == crypto_generichash_BYTES_MIN, "hash");

/* None of libsodium's calls below can fail: the lengths are fixed. */
static void
begin(crypto_generichash_state *h, const struct key32 *k_seen, uint8_t what)
{
	(void)crypto_generichash_init(h, k_seen->b, sizeof(k_seen->b), SEEN_HASH_LEN);
	(void)crypto_generichash_update(h, &what, 1);
}

static void
add_number(crypto_generichash_state *h, uint64_t number)
{
	uint8_t octets[8], *at = octets;

	put_le(&at, number, sizeof(octets));
	(void)crypto_generichash_update(h, octets, sizeof(octets));
}

static void
add_counted(crypto_generichash_state *h, struct seen_octets part)
{
	add_number(h, part.len);
	(void)crypto_generichash_update(h, part.at, part.len);
}

static void
finish(crypto_generichash_state *h, uint8_t hash[SEEN_HASH_LEN])
{
	(void)crypto_generichash_final(h, hash, SEEN_HASH_LEN);
	sodium_memzero(h, sizeof(*h));
}

void
seen_delivery(const struct key32 *k_seen, int64_t stamp_s, struct seen_octets udh,
    struct seen_octets text, struct seen_octets sender, uint8_t hash[SEEN_HASH_LEN])
{
	crypto_generichash_state h;

	begin(&h, k_seen, DELIVERY);
	add_number(&h, (uint64_t)stamp_s);
	add_counted(&h, udh);
	add_counted(&h, text);
	add_counted(&h, sender);
	finish(&h, hash);
}

void
seen_content(const struct key32 *k_seen, struct seen_octets text, uint8_t hash[SEEN_HASH_LEN])
{
	crypto_generichash_state h;

	begin(&h, k_seen, CONTENT);
	(void)crypto_generichash_update(&h, text.at, text.len);
	finish(&h, hash);
}

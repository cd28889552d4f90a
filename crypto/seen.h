/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a text is recognised by when it comes again: 16 octets under K_seen, which tell nothing to
 * who has not the key. Integers are u64, little endian.
 *
 *   delivery: BLAKE2b-128( key K_seen, 0 || stamp || length of UDH || UDH || length of text || text
 *             || length of sender || sender )              the 0 is one octet
 *   content:  BLAKE2b-128( key K_seen, 1 || text )         the 1 is one octet
 */
#ifndef CRYPTO_SEEN_H
#define CRYPTO_SEEN_H

#include "crypto/secret.h"

#include <stddef.h>
#include <stdint.h>

#define SEEN_HASH_LEN 16

/* Octets that somebody else owns. */
struct seen_octets {
	const uint8_t *at;
	size_t len;
};

/* The same text, delivered twice. sender: empty but in posture `open`. */
void seen_delivery(const struct key32 *k_seen, int64_t stamp_s, struct seen_octets udh,
    struct seen_octets text, struct seen_octets sender, uint8_t hash[SEEN_HASH_LEN]);

/* The same content, sent twice: text is normalised by the caller. */
void seen_content(const struct key32 *k_seen, struct seen_octets text, uint8_t hash[SEEN_HASH_LEN]);

#endif

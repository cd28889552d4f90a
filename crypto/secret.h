/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of things that are wiped: so that a key is never just an array of octets.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdint.h>

/* A secret key or a secret shared value. Whoever holds one wipes it (sodium_memzero) on every
 * exit, and compares two only with sodium_memcmp. */
struct key32 {
	uint8_t b[32];
};

/* A public X25519 key: a type of its own, so that it is never passed where a secret belongs. */
struct public32 {
	uint8_t b[32];
};

#endif

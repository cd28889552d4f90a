/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Laying octets out in order: each function moves *at on by len. Integers are little endian. The
 * caller has checked that there is room.
 */
#ifndef CRYPTO_OCTETS_H
#define CRYPTO_OCTETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void
put_octets(uint8_t **at, const void *from, size_t len)
{
	memcpy(*at, from, len);
	*at += len;
}

static inline void
put_le(uint8_t **at, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*(*at)++ = (uint8_t)(value >> 8 * i);
}

static inline void
take_octets(const uint8_t **at, void *to, size_t len)
{
	memcpy(to, *at, len);
	*at += len;
}

static inline uint64_t
take_le(const uint8_t **at, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value |= (uint64_t) * (*at)++ << 8 * i;
	return value;
}

/* Are they all zero? Not in constant time: for padding, not for secrets. */
static inline int
octets_are_zero(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != 0)
			return 0;
	return 1;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Base32 for texts that people, keyboards and relays handle: Douglas Crockford's alphabet, most
 * significant bit first (schemas/wire/ew1.md). A reader takes either case, O for 0, I and L for
 * 1, and skips space, CR, LF, tab, '-', '.' and ','; anything else, U too, is ST_SYNTAX.
 */
#ifndef CRYPTO_BASE32_H
#define CRYPTO_BASE32_H

#include "schemas/status.h"

#include <stddef.h>
#include <stdint.h>

/* How many symbols stand for so many octets. */
#define BASE32_CHARS(octets) (((octets)*8 + 4) / 5)

/* Write BASE32_CHARS(len) symbols and a closing zero to out. */
void base32_encode(const uint8_t *in, size_t len, char *out);

/*
 * Bring a text to its canonical form: upper case symbols alone.
 *   text   text_len octets; borrowed, need not end in a zero.
 *   out    room for out_cap symbols; no closing zero. Octets beyond *count, or all on failure,
 *	    are undefined.
 *   count  how many symbols there are; written only on ST_OK.
 * ST_OK, ST_SYNTAX (a character outside the alphabet), ST_TOO_LONG (more than out_cap symbols).
 */
enum status base32_normalise(
    const char *text, size_t text_len, char *out, size_t out_cap, size_t *count) MUST_USE;

/*
 * Read exactly out_len octets.
 *   out  undefined on failure, as it may hold a part of the text.
 * ST_OK, ST_SYNTAX (a character outside the alphabet, or a set bit in the padding),
 * ST_INCOMPLETE and ST_TOO_LONG (not BASE32_CHARS(out_len) symbols).
 */
enum status base32_decode(const char *text, size_t text_len, uint8_t *out, size_t out_len) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/base32.h"

#include <string.h>

#define SKIP (-1)
#define BAD (-2)

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* No table indexed by the character: an enrolment text is secret, and a table is a cache line. */
static int
in_range(int c, int low, int high)
{
	return c >= low && c <= high;
}

/* The value 0 to 31 of one character, SKIP or BAD. */
static int
symbol(char character)
{
	int c = (unsigned char)character;

	if (in_range(c, 'a', 'z'))
		c -= 'a' - 'A';
	if (in_range(c, '0', '9'))
		return c - '0';
	if (c == 'O')
		return 0;
	if (c == 'I' || c == 'L')
		return 1;
	if (in_range(c, 'A', 'Z') && c != 'U') /* the alphabet leaves out I, L, O and U */
		return c - 'A' + 10 - (c > 'I') - (c > 'L') - (c > 'O') - (c > 'U');
	if (c == ' ' || c == '\r' || c == '\n' || c == '\t' || c == '-' || c == '.' || c == ',')
		return SKIP;
	return BAD;
}

void
base32_encode(const uint8_t *in, size_t len, char *out)
{
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < len; i++) {
		held = held << 8 | in[i];
		bits += 8;
		for (; bits >= 5; bits -= 5)
			*out++ = alphabet[held >> (bits - 5) & 31];
		held &= (1u << bits) - 1;
	}
	if (bits > 0)
		*out++ = alphabet[held << (5 - bits) & 31];
	*out = '\0';
}

enum status
base32_normalise(const char *text, size_t text_len, char *out, size_t out_cap, size_t *count)
{
	size_t n = 0;

	for (size_t i = 0; i < text_len; i++) {
		int value = symbol(text[i]);

		if (value == BAD)
			return ST_SYNTAX;
		if (value == SKIP)
			continue;
		if (n == out_cap)
			return ST_TOO_LONG;
		out[n++] = alphabet[value];
	}
	*count = n;
	return ST_OK;
}

enum status
base32_decode(const char *text, size_t text_len, uint8_t *out, size_t out_len)
{
	const size_t want = BASE32_CHARS(out_len);
	unsigned held = 0, bits = 0;
	size_t symbols = 0, n = 0;

	for (size_t i = 0; i < text_len; i++) {
		int value = symbol(text[i]);

		if (value == BAD)
			return ST_SYNTAX;
		if (value == SKIP)
			continue;
		if (symbols++ == want)
			return ST_TOO_LONG;
		held = held << 5 | (unsigned)value;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(held >> bits);
			held &= (1u << bits) - 1;
		}
	}
	if (symbols < want)
		return ST_INCOMPLETE;
	return held == 0 ? ST_OK : ST_SYNTAX;
}

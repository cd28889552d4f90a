/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/note.h"

#include <string.h>

const char note_alphabet[65] = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			       "!\"#%&'()*+,-./:;<=>?$@_[]|~";

_Static_assert(NOTE_CHARS * 6 == NOTE_LEN * 8, "the characters fill the note");

/* The number of a character, -1 if the alphabet lacks it. */
static int
symbol(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	at = c == '\0' ? NULL : strchr(note_alphabet, c);
	return at == NULL ? -1 : (int)(at - note_alphabet);
}

enum status
note_pack(const char *text, size_t len, uint8_t out[NOTE_LEN], size_t *bad_at)
{
	uint8_t packed[NOTE_LEN] = {0};

	for (size_t i = 0; i < len && i < NOTE_CHARS; i++) {
		int value = symbol(text[i]);

		if (value < 0) {
			*bad_at = i;
			return ST_SYNTAX;
		}
		for (size_t bit = 0; bit < 6; bit++)
			if (value >> (5 - bit) & 1)
				packed[(i * 6 + bit) / 8] |= (uint8_t)(128 >> (i * 6 + bit) % 8);
	}
	if (len > NOTE_CHARS)
		return ST_TOO_LONG;
	memcpy(out, packed, NOTE_LEN);
	return ST_OK;
}

void
note_unpack(const uint8_t in[NOTE_LEN], char out[NOTE_CHARS + 1])
{
	for (size_t i = 0; i < NOTE_LEN; i += 3) {
		uint32_t four = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

		for (unsigned shift = 24; shift > 0; out++)
			*out = note_alphabet[four >> (shift -= 6) & 63];
	}
	*out = '\0';
}

static size_t
ref_chars(const struct record *r)
{
	const struct relation_rule *rule = relation_rule(r->relation);

	return rule != NULL && rule->refers ? 2 : 0;
}

size_t
note_room(const struct record *r)
{
	return NOTE_CHARS - ref_chars(r) - (r->target ? NOTE_TARGET_CHARS : 0);
}

enum status
note_write(const struct record *r, const struct note *n, uint8_t out[NOTE_LEN], size_t *bad_at)
{
	size_t len = strnlen(n->text, sizeof(n->text)), at = 0;
	char text[NOTE_CHARS];
	enum status st;

	if (len > note_room(r))
		return ST_TOO_LONG;
	if (ref_chars(r)) {
		text[at++] = note_alphabet[n->ref / 64 % 64];
		text[at++] = note_alphabet[n->ref % 64];
	}
	if (r->target) {
		if (symbol(n->target[0]) < 0 || symbol(n->target[1]) < 0)
			return ST_RANGE;
		memcpy(text + at, n->target, NOTE_TARGET_CHARS);
		at += NOTE_TARGET_CHARS;
	}
	memcpy(text + at, n->text, len);
	if ((st = note_pack(text, at + len, out, bad_at)) == ST_SYNTAX)
		*bad_at -= at;
	return st;
}

void
note_read(const struct record *r, const uint8_t in[NOTE_LEN], struct note *out)
{
	char text[NOTE_CHARS + 1];
	size_t at = 0, len = NOTE_CHARS;

	memset(out, 0, sizeof(*out));
	note_unpack(in, text);
	if (ref_chars(r)) {
		out->ref = (uint16_t)(symbol(text[0]) * 64 + symbol(text[1]));
		at = 2;
	}
	if (r->target) {
		memcpy(out->target, text + at, NOTE_TARGET_CHARS);
		at += NOTE_TARGET_CHARS;
	}
	while (len > at && text[len - 1] == ' ')
		len--;
	memcpy(out->text, text + at, len - at);
}

bool
note_resolve(uint16_t ref, uint64_t n, uint64_t *meant)
{
	uint64_t back =
	    (n - ref) % NOTE_REF_MOD; /* the modulus divides 2^64: wrapping is harmless */

	if (back == 0)
		back = NOTE_REF_MOD;
	if (back > n)
		return false;
	*meant = n - back;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/pdu_text.h"

#include <stdbool.h>
#include <string.h>

#include "reporting/report/gsm7.h"

#define TYPE_MASK 0x70 /* type of number */
#define TYPE_INTERNATIONAL 0x10
#define TYPE_ALPHANUMERIC 0x50
#define STRAY_ESCAPE 0x00B9
#define REPLACEMENT 0xFFFD

struct writer {
	uint8_t *out;
	size_t cap, len;
	bool is_full;
};

static void
put_octet(struct writer *w, unsigned octet)
{
	if (w->len == w->cap)
		w->is_full = true;
	else
		w->out[w->len++] = (uint8_t)octet;
}

static void
put(struct writer *w, uint32_t c)
{
	if (c < 0x80) {
		put_octet(w, c);
		return;
	}
	if (c < 0x800) {
		put_octet(w, 0xC0 | c >> 6);
	} else {
		if (c < 0x10000) {
			put_octet(w, 0xE0 | c >> 12);
		} else {
			put_octet(w, 0xF0 | c >> 18);
			put_octet(w, 0x80 | (c >> 12 & 0x3F));
		}
		put_octet(w, 0x80 | (c >> 6 & 0x3F));
	}
	put_octet(w, 0x80 | (c & 0x3F));
}

static size_t
written(const struct writer *w)
{
	return w->is_full ? SIZE_MAX : w->len;
}

static uint8_t
septet_at(const uint8_t *ud, size_t index)
{
	size_t bit = index * 7, shift = bit % 8;
	unsigned both = (unsigned)ud[bit / 8] >> shift;

	if (shift > 1)
		both |= (unsigned)ud[bit / 8 + 1] << (8 - shift);
	return (uint8_t)(both & 0x7F);
}

size_t
pdu_text_septets(const uint8_t *ud, size_t skip, size_t count, uint8_t *out, size_t cap)
{
	struct writer w = {out, cap, 0, false};
	size_t end = skip + count;

	for (size_t i = skip; i < end; i++) {
		uint8_t code = septet_at(ud, i), next = 0;

		if (code != GSM7_ESCAPE) {
			put(&w, gsm7_character(code, false));
			continue;
		}
		if (i + 1 < end)
			next = septet_at(ud, i + 1);
		if (i + 1 < end && gsm7_character(next, true) != gsm7_character(next, false)) {
			put(&w, gsm7_character(next, true));
			i++;
		} else {
			put(&w, STRAY_ESCAPE);
		}
	}
	return written(&w);
}

static uint32_t
unit_at(const uint8_t *ud, size_t len, size_t at)
{
	return at + 2 <= len ? (uint32_t)ud[at] << 8 | ud[at + 1] : 0;
}

size_t
pdu_text_ucs2(const uint8_t *ud, size_t len, uint8_t *out, size_t cap)
{
	struct writer w = {out, cap, 0, false};
	uint32_t unit, next;

	for (size_t at = 0; (unit = unit_at(ud, len, at)) != 0; at += 2) {
		if (unit == 1 || unit == '~') {
			put(&w, '~');
			if (unit == '~')
				put(&w, '~');
			continue;
		}
		if (unit < 0xD800 || unit > 0xDBFF) {
			put(&w, unit);
			continue;
		}
		next = unit_at(ud, len, at + 2);
		if (next >= 0xDC00 && next <= 0xDFFF) {
			put(&w, 0x10000 + ((unit & 0x3FF) << 10) + (next & 0x3FF));
			at += 2;
		} else {
			put(&w, next == 0 ? REPLACEMENT : unit);
		}
	}
	return written(&w);
}

void
pdu_text_number(uint8_t type, const uint8_t *octets, size_t digits, char out[NUMBER_MAX])
{
	static const char signs[] = "0123456789*#abc"; /* 3GPP TS 23.040 9.1.2.3 */
	struct writer w = {(uint8_t *)out, NUMBER_MAX - 1, 0, false};
	uint8_t letter;

	memset(out, 0, NUMBER_MAX);
	if ((type & TYPE_MASK) == TYPE_ALPHANUMERIC) {
		for (size_t i = 0; i < digits * 4 / 7 && (letter = septet_at(octets, i)) != 0; i++)
			put_octet(&w, letter);
		return;
	}
	if ((type & TYPE_MASK) == TYPE_INTERNATIONAL && digits > 0)
		put_octet(&w, '+');
	for (size_t i = 0; i < digits; i++) {
		unsigned nibble = i % 2 == 0 ? octets[i / 2] & 0x0F : octets[i / 2] >> 4;

		if (nibble < sizeof(signs) - 1)
			put_octet(&w, (unsigned char)signs[nibble]);
	}
}

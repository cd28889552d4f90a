/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/gsm7.h"

#include <assert.h>
#include <utf8proc.h>

#define CODES 128

/* 3GPP TS 23.038 6.2.1, row by row of eight codes. The escape stands as a space. */
static const uint16_t alphabet[CODES] = {
    0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, /* @ £ $ ¥ è é ù ì */
    0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5, /* ò Ç LF Ø ø CR Å å */
    0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, /* Δ _ Φ Γ Λ Ω Π Ψ */
    0x03A3, 0x0398, 0x039E, 0x0020, 0x00C6, 0x00E6, 0x00DF, 0x00C9, /* Σ Θ Ξ ESC Æ æ ß É */
    0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027, /* SP ! " # ¤ % & ' */
    0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F, /* ( ) * + , - . / */
    0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, /* 0 to 7 */
    0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F, /* 8 9 : ; < = > ? */
    0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047, /* ¡ A to G */
    0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F, /* H to O */
    0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057, /* P to W */
    0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7, /* X Y Z Ä Ö Ñ Ü § */
    0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, /* ¿ a to g */
    0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F, /* h to o */
    0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077, /* p to w */
    0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0, /* x y z ä ö ñ ü à */
};

/* 3GPP TS 23.038 6.2.1.1; its page break is a form feed. */
static const struct {
	uint8_t code;
	uint16_t character;
} extension[] = {
    {0x0A, 0x000C}, {0x14, 0x005E}, /* ^ */
    {0x28, 0x007B},                 /* { */
    {0x29, 0x007D},                 /* } */
    {0x2F, 0x005C},                 /* \ */
    {0x3C, 0x005B},                 /* [ */
    {0x3D, 0x007E},                 /* ~ */
    {0x3E, 0x005D},                 /* ] */
    {0x40, 0x007C},                 /* | */
    {0x65, 0x20AC},                 /* € */
};
#define EXTENSIONS (sizeof(extension) / sizeof(extension[0]))

uint32_t
gsm7_character(uint8_t code, bool extended)
{
	assert(code < CODES);
	for (size_t i = 0; extended && i < EXTENSIONS; i++)
		if (extension[i].code == code)
			return extension[i].character;
	return alphabet[code];
}

size_t
gsm7_to_utf8(const uint8_t *septets, size_t count, uint8_t *out, size_t cap)
{
	utf8proc_uint8_t one[4];
	size_t len = 0, width;

	for (size_t i = 0; i < count; i++) {
		bool extended = septets[i] == GSM7_ESCAPE && i + 1 < count;

		i += extended;
		width = (size_t)utf8proc_encode_char(
		    (utf8proc_int32_t)gsm7_character(septets[i], extended), one);
		if (width > cap - len)
			return SIZE_MAX;
		for (size_t j = 0; j < width; j++)
			out[len++] = one[j];
	}
	return len;
}

/* Of one character: 1, 2 with an escape, 0 if neither table has it. */
static unsigned
septets_of(utf8proc_int32_t character)
{
	for (size_t code = 0; code < CODES; code++)
		if (alphabet[code] == character && code != GSM7_ESCAPE)
			return 1;
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (extension[i].character == character)
			return 2;
	return 0;
}

/* Both counts in one pass; septets is SIZE_MAX if a character is in neither table. */
static enum status
count_units(const uint8_t *text, size_t len, size_t *septets, size_t *utf16)
{
	utf8proc_int32_t character;
	utf8proc_ssize_t width;
	unsigned here;

	*septets = *utf16 = 0;
	for (size_t at = 0; at < len; at += (size_t)width) {
		width = utf8proc_iterate(text + at, (utf8proc_ssize_t)(len - at), &character);
		if (width <= 0 || character == 0)
			return ST_SYNTAX;
		*utf16 += character > 0xFFFF ? 2 : 1;
		if ((here = septets_of(character)) == 0)
			*septets = SIZE_MAX;
		else if (*septets != SIZE_MAX)
			*septets += here;
	}
	return ST_OK;
}

enum status
gsm7_septets(const uint8_t *text, size_t len, size_t *septets)
{
	size_t count, utf16;
	enum status st;

	if ((st = count_units(text, len, &count, &utf16)) != ST_OK)
		return st;
	if (count == SIZE_MAX)
		return ST_UNKNOWN;
	*septets = count;
	return ST_OK;
}

enum status
sms_fits(const uint8_t *text, size_t len, unsigned *units, unsigned *room, bool *is_ucs2)
{
	size_t septets, utf16, count;
	enum status st;

	if ((st = count_units(text, len, &septets, &utf16)) != ST_OK)
		return st;
	*is_ucs2 = septets == SIZE_MAX;
	count = *is_ucs2 ? utf16 : septets;
	*units = count > UINT32_MAX ? UINT32_MAX : (unsigned)count;
	*room = *is_ucs2 ? UCS2_ROOM : GSM7_ROOM;
	return count > *room ? ST_TOO_LONG : ST_OK;
}

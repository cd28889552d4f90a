/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/base32.h"
#include "tests/support/check.h"

#define DECODED_MAX 8

static const struct {
	const char *text;
	size_t out_len;
	enum status want;
	const char *octets; /* of out_len, only if ST_OK */
} decodings[] = {
    {"", 0, ST_OK, ""},
    {"00", 1, ST_OK, "\x00"},
    {"ZW", 1, ST_OK, "\xff"},
    {"zw", 1, ST_OK, "\xff"},
    {"ZZ", 1, ST_SYNTAX, NULL}, /* padding bits set */
    {"ZX", 1, ST_SYNTAX, NULL},
    {"0", 1, ST_INCOMPLETE, NULL},
    {"000", 1, ST_TOO_LONG, NULL},
    {"0 ", 1, ST_INCOMPLETE, NULL},
    {"ABCDEFGH", 5, ST_OK, "\x52\xd8\xd7\x3e\x11"},
    {"abcdefgh", 5, ST_OK, "\x52\xd8\xd7\x3e\x11"},
    {" A-B.C,D\tE\rF\nG H ", 5, ST_OK, "\x52\xd8\xd7\x3e\x11"},
    {"OoIiLl01", 5, ST_OK, "\x00\x02\x10\x84\x01"},
    {"JKMNPQRS", 5, ST_OK, "\x94\xe9\x5b\x5f\x19"},
    {"TVWXYZ00", 5, ST_OK, "\xd6\xf9\xdf\x7c\x00"},
    {"ABCDEFGU", 5, ST_SYNTAX, NULL},
    {"ABCDEFG*", 5, ST_SYNTAX, NULL},
    {"ABCDEFG_", 5, ST_SYNTAX, NULL},
    {"ABCDEFG:", 5, ST_SYNTAX, NULL},
    {"ABCDEFG/", 5, ST_SYNTAX, NULL},
    {"ABCDEFG@", 5, ST_SYNTAX, NULL},
    {"ABCDEFG[", 5, ST_SYNTAX, NULL},
    {"ABCDEFG`", 5, ST_SYNTAX, NULL},
    {"ABCDEFG{", 5, ST_SYNTAX, NULL},
    {"ABCDEFG\v", 5, ST_SYNTAX, NULL},
    {"ABCDEFG\xc3\xa9", 5, ST_SYNTAX, NULL},
    {"ABCDEFGHU", 5, ST_SYNTAX, NULL}, /* a bad character is named even beyond the end */
    {"ABCDEFGHA", 5, ST_TOO_LONG, NULL},
};

static void
decodes(void)
{
	for (size_t i = 0; i < sizeof(decodings) / sizeof(decodings[0]); i++) {
		uint8_t out[DECODED_MAX] = {0};
		const char *text = decodings[i].text;

		ROW("decodings[%zu]", i);
		CHECK_EQ(base32_decode(text, strlen(text), out, decodings[i].out_len),
		    decodings[i].want);
		if (decodings[i].octets != NULL)
			CHECK_MEM(out, decodings[i].octets, decodings[i].out_len);
	}
}

static void
zero_octet_is_no_end(void)
{
	uint8_t out[1];

	CHECK_EQ(base32_decode("0\0000", 3, out, 1), ST_SYNTAX);
	CHECK_EQ(base32_decode("000000", 2, out, 1), ST_OK); /* reads no further than told */
}

static void
round_trips(void)
{
	uint8_t in[100], out[100];
	char text[BASE32_CHARS(100) + 1];
	uint32_t seed = 1;

	for (size_t len = 0; len <= sizeof(in); len++) {
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = (uint8_t)(seed >> 24);
		}
		base32_encode(in, len, text);
		CHECK_EQ(strlen(text), BASE32_CHARS(len));
		CHECK_EQ(base32_decode(text, strlen(text), out, len), ST_OK);
		CHECK_MEM(in, out, len);
	}
	CHECK_EQ(BASE32_CHARS(95), 152);
	CHECK_EQ(BASE32_CHARS(80), 128);
	CHECK_EQ(BASE32_CHARS(25), 40);
}

static void
normalises(void)
{
	static const struct {
		const char *text, *want;
		enum status st;
	} rows[] = {
	    {"", "", ST_OK},
	    {" \r\n\t-.,", "", ST_OK},
	    {"oO0 iIlL1", "00011111", ST_OK},
	    {"abc-xyz", "ABCXYZ", ST_OK},
	    {"u", NULL, ST_SYNTAX},
	    {"12345678", "12345678", ST_OK},
	    {"1234 5678 ", "12345678", ST_OK},
	    {"123456789", NULL, ST_TOO_LONG},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[9] = "";
		size_t count = 99;

		CHECK_EQ(base32_normalise(rows[i].text, strlen(rows[i].text), out, 8, &count),
		    rows[i].st);
		if (rows[i].st != ST_OK) {
			CHECK_EQ(count, 99);
			continue;
		}
		CHECK_EQ(count, strlen(rows[i].want));
		CHECK_MEM(out, rows[i].want, count);
	}
}

int
main(void)
{
	decodes();
	zero_octet_is_no_end();
	round_trips();
	normalises();
	return check_done();
}

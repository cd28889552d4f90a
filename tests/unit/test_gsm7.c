/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/gsm7.h"
#include "tests/support/check.h"

/* The tables of 3GPP TS 23.038 6.2.1, typed once more as a person reads them, row by row. The
 * escape is shown as a space. */
static const char basic[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
			    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extended[] = "\f^{}\\[~]|€";
static const uint8_t extended_codes[] = {
    0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65};

static void
test_tables(void)
{
	uint8_t all[128], pairs[2 * sizeof(extended_codes)], out[512];
	size_t len;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	all[GSM7_ESCAPE] = 0x20; /* by itself it would change its neighbour */
	len = gsm7_to_utf8(all, sizeof(all), out, sizeof(out));
	CHECK_EQ(len, sizeof(basic) - 1);
	CHECK_MEM(out, basic, sizeof(basic) - 1);
	for (size_t i = 0; i < sizeof(extended_codes); i++) {
		pairs[2 * i] = GSM7_ESCAPE;
		pairs[2 * i + 1] = extended_codes[i];
	}
	len = gsm7_to_utf8(pairs, sizeof(pairs), out, sizeof(out));
	CHECK_EQ(len, sizeof(extended) - 1);
	CHECK_MEM(out, extended, sizeof(extended) - 1);
}

static void
test_escapes(void)
{
	static const uint8_t free_code[] = {GSM7_ESCAPE, 'a', 'b'}, last[] = {'a', GSM7_ESCAPE},
			     twice[] = {GSM7_ESCAPE, GSM7_ESCAPE, 'a'};
	uint8_t out[16];

	CHECK_EQ(gsm7_to_utf8(free_code, 3, out, sizeof(out)), 2);
	CHECK_MEM(out, "ab", 2);
	CHECK_EQ(gsm7_to_utf8(last, 2, out, sizeof(out)), 2);
	CHECK_MEM(out, "a ", 2);
	CHECK_EQ(gsm7_to_utf8(twice, 3, out, sizeof(out)), 2);
	CHECK_MEM(out, " a", 2);
	CHECK_EQ(gsm7_to_utf8(last, 2, out, 1), SIZE_MAX);
	CHECK_EQ(gsm7_to_utf8(last, 0, out, 0), 0);
}

static void
test_septets(void)
{
	static const struct {
		const char *text;
		enum status st;
		size_t septets;
	} rows[] = {
	    {"", ST_OK, 0},
	    {"hello", ST_OK, 5},
	    {"{[€]}", ST_OK, 10},
	    {"à\fΔ", ST_OK, 4},
	    {"`", ST_UNKNOWN, 0},
	    {"ç", ST_UNKNOWN, 0}, /* only the capital is there */
	    {"\x1B", ST_UNKNOWN, 0},
	    {"سلام", ST_UNKNOWN, 0},
	    {"a\xC3", ST_SYNTAX, 0},
	    {"\xED\xA0\x80", ST_SYNTAX, 0}, /* half a pair */
	    {"\xC0\x80", ST_SYNTAX, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t septets = 0;

		ROW("%zu", i);
		CHECK_EQ(
		    gsm7_septets((const uint8_t *)rows[i].text, strlen(rows[i].text), &septets),
		    rows[i].st);
		CHECK_EQ(septets, rows[i].septets);
	}
	CHECK_EQ(gsm7_septets((const uint8_t *)"a\0b", 3, &(size_t){0}), ST_SYNTAX);
}

/* `times` times the same text: the last that fits and the first that does not. */
static void
check_room(
    const char *one, size_t times, unsigned units, unsigned room, int is_ucs2, enum status st)
{
	uint8_t text[1024];
	size_t width = strlen(one);
	unsigned got_units = 0, got_room = 0;
	bool got_ucs2 = !is_ucs2;

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * width, one, width);
	CHECK_EQ(sms_fits(text, times * width, &got_units, &got_room, &got_ucs2), st);
	CHECK_EQ(got_units, units);
	CHECK_EQ(got_room, room);
	CHECK_EQ(got_ucs2, is_ucs2);
}

static void
test_room(void)
{
	check_room("a", 0, 0, 160, 0, ST_OK);
	check_room("a", 160, 160, 160, 0, ST_OK);
	check_room("a", 161, 161, 160, 0, ST_TOO_LONG);
	check_room("€", 80, 160, 160, 0, ST_OK);
	check_room("€", 81, 162, 160, 0, ST_TOO_LONG);
	check_room("ب", 70, 70, 70, 1, ST_OK);
	check_room("ب", 71, 71, 70, 1, ST_TOO_LONG);
	check_room("😀", 35, 70, 70, 1, ST_OK);
	check_room("😀", 36, 72, 70, 1, ST_TOO_LONG);
	check_room("aب", 35, 70, 70, 1, ST_OK);
	check_room("بa", 36, 72, 70, 1, ST_TOO_LONG);
	CHECK_EQ(sms_fits((const uint8_t *)"\xFF", 1, &(unsigned){0}, &(unsigned){0}, &(bool){0}),
	    ST_SYNTAX);
}

int
main(void)
{
	test_tables();
	test_escapes();
	test_septets();
	test_room();
	return check_done();
}

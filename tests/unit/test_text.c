/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/text.h"
#include "tests/support/check.h"

#include <utf8proc.h>

static char symbols[TEXT_SYMBOLS_MAX + 1];
static size_t count;

static enum text_class
classify(const char *text)
{
	return text_classify(text, strlen(text), symbols, &count);
}

/* Lengths: n symbols of base32, and n digits. */
static void
test_lengths(void)
{
	char letters[201] = {0}, digits[201] = {0};

	for (size_t n = 0; n <= 200; n++) {
		enum text_class base32 = n == 152             ? TEXT_X
					 : n >= 39 && n <= 41 ? TEXT_S
							      : TEXT_OTHER;
		enum text_class paper = n >= 23 && n <= 25 ? TEXT_P6 : n == 20 ? TEXT_P5 : base32;

		CHECK_EQ(classify(letters), base32);
		CHECK_EQ(count, base32 == TEXT_OTHER ? 0 : n);
		CHECK_EQ(strlen(symbols), count);
		CHECK_EQ(classify(digits), paper);
		CHECK_EQ(count, paper == TEXT_OTHER ? 0 : n);
		if (n < 200) {
			letters[n] = 'Z';
			digits[n] = (char)('0' + n % 10);
		}
	}
}

/* Each ASCII character in the middle of an S text: kept, read as another, dropped or refused. */
static void
test_tolerance(void)
{
	static const char from[] = "abcdefghjkmnpqrstvwxyzoOiIlL",
			  to[] = "ABCDEFGHJKMNPQRSTVWXYZ001111";
	static const char same[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", drop[] = " \r\n\t-.,";
	char text[41];

	for (int c = 1; c < 128; c++) {
		const char *at = strchr(from, c);

		memset(text, '7', 40);
		text[40] = '\0';
		text[20] = (char)c;
		if (strchr(drop, c) != NULL) {
			CHECK_EQ(classify(text), TEXT_S);
			CHECK_EQ(count, 39);
		} else if (at == NULL && strchr(same, c) == NULL) {
			CHECK_EQ(classify(text), TEXT_OTHER);
		} else {
			CHECK_EQ(classify(text), TEXT_S);
			CHECK_EQ(symbols[20], at != NULL ? to[at - from] : c);
		}
	}
}

static void
test_rows(void)
{
	static const struct {
		const char *text;
		enum text_class class;
		const char *symbols;
	} rows[] = {
	    {"6706 6103 7703 5978 0918 8872", TEXT_P6, "670661037703597809188872"},
	    {"6706-6103-7703\n5978.0918,8872", TEXT_P6, "670661037703597809188872"},
	    {"67O6 6I03 77o3 S978 09l8 8872", TEXT_P6, "670661037703597809188872"},
	    {"6706 6103 7703 5978 0918", TEXT_P5, "67066103770359780918"},
	    {"6706 6103 7703 5978 091", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 09187", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 0918 88", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 0918 887", TEXT_P6, "67066103770359780918887"},
	    {"6706 6103 7703 5978 0918 A872", TEXT_OTHER, ""},
	    /* Arabic-Indic, Extended Arabic-Indic, Bengali, full width */
	    {"\u0666\u0667\u0660\u0666 \u0666\u0661\u0660\u0663 \u0667\u0667\u0660\u0663 "
	     "\u0665\u0669\u0667\u0668 \u0660\u0669\u0661\u0668",
		TEXT_P5, "67066103770359780918"},
	    {"\u06F6\u06F7\u06F0\u06F6 \u06F6\u06F1\u06F0\u06F3 \u06F7\u06F7\u06F0\u06F3 "
	     "\u06F5\u06F9\u06F7\u06F8 \u06F0\u06F9\u06F1\u06F8",
		TEXT_P5, "67066103770359780918"},
	    {"\u09EC\u09ED\u09E6\u09EC \u09EC\u09E7\u09E6\u09E9 \u09ED\u09ED\u09E6\u09E9 "
	     "\u09EB\u09EF\u09ED\u09EE \u09E6\u09EF\u09E7\u09EE",
		TEXT_P5, "67066103770359780918"},
	    {"\uFF16\uFF17\uFF10\uFF16\u3000\uFF16\uFF11\uFF10\uFF13 \uFF17\uFF17\uFF10\uFF13 "
	     "\uFF15\uFF19\uFF17\uFF18 \uFF10\uFF19\uFF11\uFF18",
		TEXT_P5, "67066103770359780918"},
	    /* invisible: byte order mark, joiner, bidi marks, no-break blank, variation selector */
	    {"\uFEFF6706\u200D6103\u200F7703\u202A5978\u202C\u00A00918\uFE0F", TEXT_P5,
		"67066103770359780918"},
	    {"\uFF21\uFF42\uFF4F0123456789012345678901234567890123456", TEXT_S,
		"AB00123456789012345678901234567890123456"},
	    {"12 in the market, three dead", TEXT_OTHER, ""},
	    {"", TEXT_OTHER, ""},
	    /* bad UTF-8: cut, stray, overlong, surrogate, too large */
	    {"6706 6103 7703 5978 0918\xC3", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 0918\x80", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 091\xC0\xB8", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 0918\xED\xA0\x80", TEXT_OTHER, ""},
	    {"6706 6103 7703 5978 0918\xF5\x80\x80\x80", TEXT_OTHER, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_EQ(classify(rows[i].text), rows[i].class);
		CHECK_STR(symbols, rows[i].symbols);
		CHECK_EQ(count, strlen(rows[i].symbols));
	}
	CHECK_EQ(text_classify("6706610377035978\0"
			       "0918",
		     21, symbols, &count),
	    TEXT_OTHER);
}

/* Zeros of the digit scripts, from the Unicode Character Database. */
static void
test_digits(void)
{
	static const int zeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66,
	    0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
	    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
	    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x11066, 0x110F0, 0x11136,
	    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x16A60,
	    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950,
	    0x1FBF0};
	unsigned digits = 0;

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		for (int d = 0; d < 10; d++)
			CHECK_EQ(text_fold_digit(zeros[i] + d), '0' + d);
	for (int c = 0; c <= 0x10FFFF; c++) {
		if (utf8proc_category(c) == UTF8PROC_CATEGORY_ND)
			digits++;
		else
			CHECK(text_fold_digit(c) == c);
	}
	CHECK_EQ(digits % 10, 0);
	CHECK_EQ(text_fold_digit(-1), -1);
	CHECK_EQ(text_fold_digit(0x110000), 0x110000);
}

static void
test_sealed_like(void)
{
	static const char run[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefgh";
	char text[200];
	int len;

	CHECK_EQ(text_sealed_like(run, 40), 40);
	CHECK_EQ(text_sealed_like(run, 39), 0);
	CHECK_EQ(text_sealed_like("", 0), 0);
	len = snprintf(text, sizeof(text), "from Alder: %s 12", run); /* all of it is counted */
	CHECK_EQ(text_sealed_like(text, (size_t)len), 51);
	len = snprintf(text, sizeof(text), "%.39s-%.39s", run, run);
	CHECK_EQ(text_sealed_like(text, (size_t)len), 0);
}

int
main(void)
{
	test_sealed_like();
	test_lengths();
	test_tolerance();
	test_rows();
	test_digits();
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "gateway/control/date.h"
#include "gateway/control/json.h"
#include "gateway/control/show.h"
#include "tests/support/check.h"

static const struct {
	const char *octets;
	size_t len;
	const char *visible, *json;
} texts[] = {
    {"plain", 5, "plain", "plain"},
    {"", 0, "", ""},
    {"a\"b\\c", 5, "a\"b\\c", "a\\\"b\\\\c"},
    {"\x1b[31mred\r\n\t\0x", 13, "\\x1b[31mred\\x0d\\x0a\\x09\\x00x",
	"\\u001b[31mred\\u000d\\u000a\\u0009\\u0000x"},
    {"\x7f", 1, "\\x7f", "\\u007f"},
    {"\xc2\x85", 2, "\\u0085", "\xc2\x85"},
    {"\xe2\x80\xae"
     "evil",
	7, "\\u202eevil",
	"\xe2\x80\xae"
	"evil"},
    {"\xe2\x81\xa6\xe2\x80\xa8", 6, "\\u2066\\u2028", "\xe2\x81\xa6\\u2028"},
    {"\xd8\xa7\xd9\x84\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", 12,
	"\xd8\xa7\xd9\x84\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
	"\xd8\xa7\xd9\x84\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85"},
    {"\xff\xfe", 2, "\\xff\\xfe", "\\ufffd\\ufffd"},
    {"\xc3", 1, "\\xc3", "\\ufffd"},
    {"\xed\xa0\x80", 3, "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd"},
    {"\xc0\xaf", 2, "\\xc0\\xaf", "\\ufffd\\ufffd"},
    {"\xf0\x9f\x8c\x8d", 4, "\xf0\x9f\x8c\x8d", "\xf0\x9f\x8c\x8d"},
};

static void
test_texts(void)
{
	char visible[200], want[220], *made = NULL;
	size_t size;
	struct json j;
	FILE *out;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CHECK_EQ(show_visible(visible, sizeof(visible), texts[i].octets, texts[i].len),
		    strlen(texts[i].visible));
		CHECK_STR(visible, texts[i].visible);
		CHECK((out = open_memstream(&made, &size)) != NULL);
		json_begin(&j, out);
		json_octets(&j, "t", texts[i].octets, texts[i].len);
		json_end(&j);
		(void)fclose(out);
		(void)snprintf(want, sizeof(want), "{\"t\":\"%s\"}\n", texts[i].json);
		CHECK_STR(made, want);
		free(made);
	}
}

/* Never a cut character, never too long. */
static void
test_visible_cut(void)
{
	static const char text[] = "a\xc3\xa4\x1b\xe2\x82\xac";
	char out[20];

	for (size_t cap = 1; cap < sizeof(out); cap++) {
		size_t len = show_visible(out, cap, text, sizeof(text) - 1);

		CHECK(len < cap && strlen(out) == len);
		CHECK(strncmp("a\xc3\xa4\\x1b\xe2\x82\xac", out, len) == 0);
		CHECK(len != 2 && len != 4 && len != 5 && len != 6 && len != 8 && len != 9);
	}
}

static void
test_json_shapes(void)
{
	char *made = NULL;
	size_t size;
	struct json j;
	FILE *out = open_memstream(&made, &size);

	json_begin(&j, out);
	json_number(&j, "n", INT64_MIN);
	json_flag(&j, "f", true);
	json_null(&j, "z");
	json_time(&j, "t", 1763704861);
	json_time(&j, "u", INT64_MIN);
	json_hex(&j, "h", "\0\xff", 2);
	json_list(&j, "l");
	json_item(&j, "a");
	json_item(&j, "b\"");
	json_list_end(&j);
	json_list(&j, "e");
	json_list_end(&j);
	json_text(&j, "x", "y");
	json_end(&j);
	(void)fclose(out);
	CHECK_STR(made, "{\"n\":-9223372036854775808,\"f\":true,\"z\":null,"
			"\"t\":\"2025-11-21T06:01:01Z\",\"u\":null,\"h\":\"00ff\","
			"\"l\":[\"a\",\"b\\\"\"],\"e\":[],\"x\":\"y\"}\n");
	free(made);
}

static void
test_table(void)
{
	struct show_column c[] = {{"seq", 4, 6, true, 0}, {"name", 5, 20, false, 0},
	    {"n", 2, 2, true, 0}, {"", 3, 9, false, 0}};
	static const char *const rows[][4] = {
	    {"1", "amina", "7", "note"},
	    {"12345678", "a name that is far too long", NULL, NULL},
	    {NULL, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "", "x"},
	};
	char *made = NULL;
	size_t size;
	FILE *out = open_memstream(&made, &size);

	show_fit(c, 4, 17);
	CHECK_EQ(c[0].width, 4);
	CHECK_EQ(c[1].width, 5);
	show_fit(c, 4, 22);
	CHECK_EQ(c[0].width + c[1].width + c[2].width + c[3].width + 3, 22);
	show_fit(c, 4, 400);
	CHECK_EQ(c[1].width, 20);
	show_fit(c, 4, 20);
	show_titles(out, c, 4);
	for (size_t i = 0; i < 3; i++)
		show_row(out, c, 4, rows[i]);
	(void)fclose(out);
	CHECK_STR(made,
	    "  seq name    n\n    1 amina   7 note\n1234\xe2\x80\xa6 a nam\xe2\x80\xa6\n"
	    "      \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e    x\n");
	free(made);
}

static void
test_times(void)
{
	static const struct {
		int64_t s;
		const char *want;
	} cases[] = {{0, "0 s"}, {119, "119 s"}, {120, "2 min"}, {7199, "119 min"}, {7200, "2 h"},
	    {86400 * 2 - 1, "47 h"}, {86400 * 2, "2 days"}, {-1, "-"}};
	char out[SHOW_TIME_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		show_duration(out, cases[i].s);
		CHECK_STR(out, cases[i].want);
	}
	show_time(out, 1763704861);
	CHECK_STR(out, "2025-11-21 06:01");
	show_time(out, INT64_MIN);
	CHECK_STR(out, "-");
	show_time(out, INT64_MAX);
	CHECK_STR(out, "-");
	show_time_about(out, 1763704861, TRUST_CONFIRMED);
	CHECK_STR(out, "2025-11-21 06:01");
	show_time_about(out, 1763704861, TRUST_CENTRE);
	CHECK_STR(out, "2025-11-21 06:01");
	show_time_about(out, 1763704861, TRUST_MACHINE);
	CHECK_STR(out, "about 2025-11-21 06:01");
	show_time_about(out, 1763704861, TRUST_NONE);
	CHECK_STR(out, "-");
	show_time_about(out, INT64_MIN, TRUST_MACHINE);
	CHECK_STR(out, "-");
}

static void
test_dates(void)
{
	static const struct {
		const char *text;
		int64_t want; /* 0: no date */
	} cases[] = {{"2025-11-21T06:01", 1763704860}, {"2025-11-21 06:01", 1763704860},
	    {"2028-02-29T23:59", 1835481540}, {"2025-02-29T06:01", 0}, {"2025-13-01T06:01", 0},
	    {"2025-00-01T06:01", 0}, {"2025-11-00T06:01", 0}, {"2025-11-31T06:01", 0},
	    {"2025-11-21T24:00", 0}, {"2025-11-21T06:60", 0}, {"2025-11-21", 0},
	    {"2025-11-21T06:01Z", 0}, {"2025-11-21T06:0", 0}, {" 2025-11-21T06:01", 0},
	    {"2025-11-21T-6:01", 0}, {"", 0}, {"y", 0}, {"21.11.2025 06:01", 0}};
	int64_t got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_EQ(date_read(cases[i].text, &got), cases[i].want != 0);
		if (cases[i].want != 0)
			CHECK_EQ(got, cases[i].want);
	}
}

static void
test_wrapped(void)
{
	char *made = NULL;
	size_t size;
	FILE *out = open_memstream(&made, &size);

	show_wrapped(out, "| ", "abcdefgh\xe6\x97\xa5\xe6\x9c\xac", 7);
	show_wrapped(out, "| ", "", 7);
	show_wrapped(out, "", "ab cde fgh", 7);
	(void)fclose(out);
	CHECK_STR(made, "| abcde\n| fgh\xe6\x97\xa5\n| \xe6\x9c\xac\n| \nab cde\nfgh\n");
	free(made);
}

int
main(void)
{
	test_texts();
	test_visible_cut();
	test_json_shapes();
	test_table();
	test_times();
	test_dates();
	test_wrapped();
	return check_done();
}

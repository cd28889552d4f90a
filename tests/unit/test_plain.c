/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain grammar's table of words, its bounds, its calendar and its candidates. */
#include "reporting/report/damm.h"
#include "reporting/report/plain_parts.h"
#include "tests/support/plain_row.h"

static struct plain plain;
static struct plain_setting with = {.arrived = 66158};

static void
parse(const char *text)
{
	plain_parse(text, strlen(text), &with, &plain);
}

/* Each word stands in the table as it is folded, and is found. */
static void
test_words(void)
{
	static const struct {
		enum meaning meaning;
		const char *word;
	} words[] = {
#define X(meaning, language, word) {MEANS_##meaning, word},
#include "schemas/report/plain_words.def"
#undef X
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ROW("word %s", words[i].word);
		CHECK(plain_cut(words[i].word, strlen(words[i].word), &plain));
		CHECK_EQ(plain.tokens, 1);
		CHECK_EQ(plain.folded_len, strlen(words[i].word));
		CHECK_MEM(plain.folded, words[i].word, plain.folded_len);
		if (strcmp(words[i].word, "a") != 0) /* the French word needs its accent */
			CHECK_EQ(plain_meaning(&plain.token[0]), words[i].meaning);
	}
}

static void
test_bounds(void)
{
	static char text[LONG_TEXT_MAX + 2];

	memset(text, ' ', sizeof(text));
	memcpy(text, "KIL 101", 7);
	plain_parse(text, LONG_TEXT_MAX, &with, &plain);
	CHECK_EQ(plain.outcome, PLAIN_REPORTS);
	plain_parse(text, LONG_TEXT_MAX + 1, &with, &plain);
	CHECK_EQ(plain.outcome, PLAIN_UNREADABLE);
	CHECK_EQ(plain.why, PLAIN_WHY_TOO_LONG);
	for (unsigned i = 0; i < PLAIN_TOKENS_MAX + 2; i++)
		memcpy(text + 2 * i, "x ", 2);
	memcpy(text, "KIL 101 ", 8); /* two tokens where four stood */
	plain_parse(text, 2 * (PLAIN_TOKENS_MAX + 2), &with, &plain);
	CHECK_EQ(plain.tokens, PLAIN_TOKENS_MAX);
	CHECK_EQ(plain.outcome, PLAIN_REPORTS);
	memcpy(text, "KIL 1 1 ", 8);
	plain_parse(text, 2 * (PLAIN_TOKENS_MAX + 2), &with, &plain);
	CHECK_EQ(plain.why, PLAIN_WHY_TOO_LONG);
	plain_parse("", 0, &with, &plain);
	CHECK_EQ(plain.why, PLAIN_WHY_EMPTY);
}

static void
test_calendar(void)
{
	static const struct {
		const char *digits;
		int32_t today, day; /* as year, month, day in one number; day 0: there is none */
	} days[] = {
	    {"9", 20260301, 20260219}, /* no 29 February */
	    {"29", 20260301, 20260129},
	    {"31", 20260501, 20260331},
	    {"2902", 20270101, 20240229},
	    {"0101", 20260101, 20260101},
	    {"3112", 20260101, 20251231},
	    {"290228", 20260101, 20280229},
	    {"290227", 20260101, 0},
	    {"00", 20260101, 0},
	    {"32", 20260101, 0},
	    {"1213", 20260101, 0},
	    {"123", 20260101, 0},
	    {"31122054", 20260101, 20541231},
	};

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		int32_t t = days[i].today, d = days[i].day;
		int32_t got = plain_day_of(days[i].digits, (unsigned)strlen(days[i].digits),
		    plain_days(t / 10000, t / 100 % 100, t % 100));

		ROW("day %s", days[i].digits);
		CHECK_EQ(got, d == 0 ? DAY_NONE : plain_days(d / 10000, d / 100 % 100, d % 100));
	}
	for (int32_t day = 0; day < 31000; day++) {
		int y, m, d;

		plain_civil(day, &y, &m, &d);
		CHECK(plain_days(y, m, d) == day);
	}
}

/* No slip of one digit in a kind's three is ever read as another kind. */
static void
test_slips(void)
{
	char text[16];

	for (unsigned i = 0; i < row_book.kinds; i++)
		for (int at = 0; at < 3; at++)
			for (char digit = '0'; digit <= '9'; digit++) {
				damm_code(row_book.kind[i].code, text);
				if (text[at] == digit)
					continue;
				text[at] = digit;
				memcpy(text + 3, " 101", 5);
				parse(text);
				CHECK(plain.outcome != PLAIN_REPORTS ||
				      plain.report[0].record.relation == RELATION_HEARTBEAT);
				CHECK(plain.reports == 0 || plain.report[0].record.kind == 0 ||
				      plain.report[0].open);
			}
}

/* No slip of one letter is ever stored as the kind that it is near. */
static void
test_near(void)
{
	char text[16] = "KIL 101";

	for (unsigned i = 0; i < row_book.kinds; i++)
		for (int at = 0; at < MNEMONIC_LEN; at++)
			for (char c = 'A'; c <= 'Z'; c++) {
				memcpy(text, row_book.kind[i].mnemonic, MNEMONIC_LEN);
				text[at] = c;
				text[MNEMONIC_LEN] = '\0';
				if (codebook_kind_by_mnemonic(&row_book, text) != NULL)
					continue;
				text[MNEMONIC_LEN] = ' ';
				parse(text);
				CHECK(plain.reports == 0 || plain.report[0].record.kind == 0 ||
				      plain.report[0].open);
				CHECK(plain.report[0].candidate == 0 || plain.report[0].open);
			}
}

/* What check.h calls improbable is read. */
static void
test_improbable(void)
{
	parse("KIL 101 d271126 n5000");
	CHECK_EQ(plain.outcome, PLAIN_REPORTS);
	CHECK_EQ(plain.report[0].record.affected, affected_encode(5000));
	CHECK(plain.report[0].record.event > with.arrived);
}

int
main(void)
{
	row_load();
	with.book = &row_book;
	with.places = &row_places;
	test_words();
	test_bounds();
	test_calendar();
	test_slips();
	test_near();
	test_improbable();
	return check_done();
}

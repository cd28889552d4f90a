/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/answer_words.h"

#include "reporting/report/answer_text.h"
#include "reporting/report/gsm7.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#ifndef ANSWERS_DEF /* a test tries another table */
#define ANSWERS_DEF "schemas/report/answers.def"
#endif
#define LATIN_END 0x250
#define LATIN_MORE 0x1E00 /* to 0x1EFF */
#define LATIN_MORE_END 0x1F00

static const char *const codes[ANSWER_LANGUAGES] = {"en", "fr", "sw", "ar"};

static const char *const rows[][ANSWER_LANGUAGES] = {
#define X(name, en, fr, sw, ar) {en, fr, sw, ar},
#include ANSWERS_DEF
};

static const unsigned lines[] = {
#define X(name, en, fr, sw, ar) __LINE__,
#include ANSWERS_DEF
};

unsigned
answer_line(enum answer_row row)
{
	return lines[row];
}

const char *
answer_language(unsigned i)
{
	return i < ANSWER_LANGUAGES ? codes[i] : NULL;
}

const char *
answer_words(const char *language, enum answer_row row)
{
	for (unsigned i = 1; i < ANSWER_LANGUAGES; i++)
		if (strcmp(codes[i], language) == 0)
			return rows[row][i];
	return rows[row][0];
}

const char *
answer_neutral(const char *language)
{
	return answer_words(language, ANSWER_NEUTRAL);
}

static bool
is_latin(utf8proc_int32_t c)
{
	return (c >= 128 && c < LATIN_END) || (c >= LATIN_MORE && c < LATIN_MORE_END);
}

/* What SMS has for a character, ended; false: nothing but the character itself. */
static bool
plainer(utf8proc_int32_t c, char out[4])
{
	static const struct {
		utf8proc_int32_t c;
		const char *text;
	} others[] = {
	    {0x152, "OE"},
	    {0x153, "oe"},
	    {0xA0, " "},
	    {0xAB, "\""},
	    {0xB0, "o"},
	    {0xBB, "\""},
	    {0x2013, "-"},
	    {0x2018, "'"},
	    {0x2019, "'"},
	    {0x201C, "\""},
	    {0x201D, "\""},
	    {0x2026, "..."},
	};
	utf8proc_int32_t parts[8];
	int boundclass = 0;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].c == c) {
			(void)snprintf(out, 4, "%s", others[i].text);
			return true;
		}
	if (!is_latin(c) ||
	    utf8proc_decompose_char(c, parts, 8, UTF8PROC_DECOMPOSE, &boundclass) < 2 ||
	    parts[0] >= 128)
		return false;
	out[0] = (char)parts[0];
	out[1] = '\0';
	return true;
}

static void
put(struct answer_text *t, const char *octets, size_t len)
{
	if (len >= ANSWER_DRAFT_MAX - t->len)
		return; /* far beyond one SMS */
	memcpy(t->text + t->len, octets, len);
	t->len += len;
	t->text[t->len] = '\0';
}

static void
put_words(struct answer_text *t, const char *words, size_t len)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t width;
	char other[4];
	size_t septets;

	for (size_t at = 0; at < len; at += (size_t)width) {
		width = utf8proc_iterate(
		    (const utf8proc_uint8_t *)words + at, (utf8proc_ssize_t)(len - at), &c);
		if (width <= 0)
			return;
		if (utf8proc_category(c) == UTF8PROC_CATEGORY_CC)
			continue;
		if (c >= 128 &&
		    gsm7_septets((const uint8_t *)words + at, (size_t)width, &septets) != ST_OK &&
		    plainer(c, other))
			put(t, other, strlen(other));
		else
			put(t, words + at, (size_t)width);
	}
}

void
answer_put(struct answer_text *t, const char *words)
{
	put_words(t, words, strlen(words));
}

void
answer_row_with(
    const char *language, enum answer_row row, const char *what, char out[ANSWER_PART_MAX])
{
	const char *words = answer_words(language, row), *at = strchr(words, '#');

	if (at == NULL || what == NULL)
		(void)snprintf(out, ANSWER_PART_MAX, "%s", words);
	else
		(void)snprintf(
		    out, ANSWER_PART_MAX, "%.*s%s%s", (int)(at - words), words, what, at + 1);
}

void
answer_put_row(struct answer_text *t, const char *language, enum answer_row row, const char *what)
{
	const char *words = answer_words(language, row), *at = strchr(words, '#');

	if (at == NULL) {
		answer_put(t, words);
		return;
	}
	put_words(t, words, (size_t)(at - words));
	answer_put(t, what);
	answer_put(t, at + 1);
}

unsigned
answer_over(const struct answer_text *t)
{
	unsigned units = 0, room = 0;
	bool is_ucs2;

	switch (sms_fits((const uint8_t *)t->text, t->len, &units, &room, &is_ucs2)) {
	case ST_OK:
		return 0;
	case ST_TOO_LONG:
		return units - room;
	default:
		return UCS2_ROOM; /* no text of a book is like this */
	}
}

enum answer_row
answer_question(enum plain_why why)
{
	switch (why) {
	case PLAIN_WHY_EMPTY:
	case PLAIN_WHY_NO_KIND:
	case PLAIN_WHY_KIND_MISSING:
		return ANSWER_ASK_KIND;
	case PLAIN_WHY_PLACE_MISSING:
	case PLAIN_WHY_PLACE_UNKNOWN:
		return ANSWER_ASK_PLACE;
	case PLAIN_WHY_DAY:
	case PLAIN_WHY_HOUR:
		return ANSWER_ASK_DAY;
	case PLAIN_WHY_KIND_OR_PEOPLE:
	case PLAIN_WHY_THOUSANDS:
		return ANSWER_ASK_PEOPLE;
	case PLAIN_WHY_RECEIPT_MISSING:
	case PLAIN_WHY_RELATION_MISSING:
		return ANSWER_ASK_WHICH;
	case PLAIN_WHY_NOTHING:
		return ANSWER_ASK_WHAT;
	case PLAIN_WHY_TOO_LONG:
	case PLAIN_WHY_TOO_MANY:
		return ANSWER_ASK_REST;
	default:
		return ANSWER_ASK_UNCLEAR;
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/card.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define INDENT_MAX 7 /* "31 KIL " */

struct card {
	const struct codebook *book;
	const char *language;
	card_line_fn *line;
	void *context;
};

/* The octets of one character and its columns; what is not UTF-8 counts as one of each. */
static size_t
step(const char *text, unsigned *columns)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);

	*columns = len > 0 ? (unsigned)utf8proc_charwidth(c) : 1;
	return len > 0 ? (size_t)len : 1;
}

unsigned
card_columns(const char *text)
{
	unsigned sum = 0, columns;

	while (*text != '\0') {
		text += step(text, &columns);
		sum += columns;
	}
	return sum;
}

/* How many octets of text go on a line of `room` columns: up to a blank if there is one. */
static size_t
fit(const char *text, unsigned room)
{
	size_t at = 0, blank = 0, len;
	unsigned used = 0, columns;

	while (text[at] != '\0') {
		len = step(text + at, &columns);
		if (used + columns > room)
			return blank != 0 ? blank : at;
		if (text[at] == ' ')
			blank = at;
		used += columns;
		at += len;
	}
	return at;
}

/* `first` stands before the text, blanks of the same width before the lines that follow. */
static void
wrap(const struct card *card, const char *first, const char *text)
{
	unsigned indent = card_columns(first);
	char line[CARD_LINE_MAX];

	assert(indent <= INDENT_MAX);
	do {
		size_t len = fit(text, CARD_COLUMNS - indent);

		(void)snprintf(line, sizeof(line), "%s%.*s", first, (int)len, text); /* fits */
		card->line(card->context, line);
		text += len;
		text += strspn(text, " ");
		first = &"       "[INDENT_MAX - indent];
	} while (*text != '\0');
}

static void
heading(const struct card *card, const char *text)
{
	card->line(card->context, "");
	card->line(card->context, text);
}

static const char *
words(const struct card *card, const struct wording *w)
{
	return codebook_words(card->book, w, card->language);
}

static void
write_kinds(const struct card *card)
{
	char first[16];

	for (unsigned i = 0; i < card->book->kinds; i++) {
		const struct kind *k = &card->book->kind[i];

		(void)snprintf(first, sizeof(first), "%02u %s ", k->code, k->mnemonic); /* fits */
		wrap(card, first, words(card, &k->label));
		wrap(card, "   ", words(card, &k->hint));
	}
}

static void
write_steps(const struct card *card, const struct step *steps, unsigned count)
{
	char first[16];

	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(first, sizeof(first), "%3u ", steps[i].code); /* fits */
		wrap(card, first, words(card, &steps[i].label));
	}
}

static void
write_actors(const struct card *card)
{
	char first[16];

	for (unsigned i = 0; i < card->book->actors; i++) {
		const struct actor *a = &card->book->actor[i];

		(void)snprintf(first, sizeof(first), "%3u ", a->code); /* fits */
		wrap(card, first, words(card, &a->label));
	}
}

void
card_write(const struct codebook *b, const char *language, card_line_fn *line, void *context)
{
	const struct card card = {b, language, line, context};
	char version[CARD_LINE_MAX];

	wrap(&card, "", words(&card, &b->title));
	(void)snprintf(version, sizeof(version), "%s %u", codebook_text(b, b->id),
	    (unsigned)b->version); /* fits */
	wrap(&card, "", version);
	heading(&card, "WHAT");
	write_kinds(&card);
	heading(&card, "HOW BAD");
	write_steps(&card, b->severity, b->severities);
	heading(&card, "HOW SURE");
	write_steps(&card, b->certainty, b->certainties);
	heading(&card, "WHO");
	write_actors(&card);
}

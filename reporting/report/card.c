/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/card.h"
#include "reporting/report/damm.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define INDENT_MAX 8           /* "317 KIL " */
#define ISOLATE "\xE2\x81\xA8" /* U+2068 */
#define ISOLATE_END "\xE2\x81\xA9"

struct card {
	const struct codebook *book;
	const char *language;
	const char *before, *after; /* the words, if they are written from right to left */
	card_line_fn *line;
	void *context;
};

const char *
card_word(enum card_word word, const char *language)
{
	static const struct {
		const char *en, *fr, *sw, *ar;
	} words[CARD_WORDS] = {
#define X(name, en, fr, sw, ar) {en, fr, sw, ar},
#include "schemas/codebook/card_words.def"
#undef X
	};

	if (strcmp(language, "fr") == 0)
		return words[word].fr;
	if (strcmp(language, "sw") == 0)
		return words[word].sw;
	if (strcmp(language, "ar") == 0)
		return words[word].ar;
	return words[word].en;
}

bool
card_is_leftward(const char *language)
{
	static const char *const leftward[] = {
	    "ar", "fa", "ur", "ps", "he", "yi", "ku", "ckb", "sd", "ug", "dv", "syr", "nqo", "prs"};

	for (size_t i = 0; i < sizeof(leftward) / sizeof(leftward[0]); i++)
		if (strcmp(leftward[i], language) == 0)
			return true;
	return false;
}

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

		(void)snprintf(line, sizeof(line), "%s%s%.*s%s", first, card->before, (int)len,
		    text, card->after); /* fits */
		card->line(card->context, line);
		text += len;
		text += strspn(text, " ");
		first = &"        "[INDENT_MAX - indent];
	} while (*text != '\0');
}

static void
heading(const struct card *card, enum card_word word)
{
	card->line(card->context, "");
	wrap(card, "", card_word(word, card->language));
}

static const char *
words(const struct card *card, const struct wording *w)
{
	return codebook_words(card->book, w, card->language);
}

static void
write_kind(const struct card *card, const struct kind *k)
{
	char first[16], code[4];

	damm_code(k->code, code);
	(void)snprintf(first, sizeof(first), "%s%c%s ", code, k->grave ? '!' : ' ', k->mnemonic);
	wrap(card, first, words(card, &k->label));
	wrap(card, "    ", words(card, &k->hint));
}

static void
write_kinds(const struct card *card)
{
	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		bool any = false;

		for (unsigned i = 0; i < card->book->kinds; i++) {
			if (card->book->kind[i].class != class)
				continue;
			if (!any)
				heading(card, (enum card_word) class);
			any = true;
			write_kind(card, &card->book->kind[i]);
		}
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

static void
write_targets(const struct card *card)
{
	char first[16];

	for (unsigned i = 0; i < card->book->targets; i++) {
		const struct target *t = &card->book->target[i];

		(void)snprintf(first, sizeof(first), " %s ", t->code); /* fits */
		wrap(card, first, words(card, &t->label));
	}
}

/* Its name and version, and what the marks mean. */
static void
write_head(const struct card *card)
{
	const struct codebook *b = card->book;
	const int language = languages_find(&b->languages, card->language);
	char line[CARD_LINE_MAX];

	wrap(card, "", words(card, &b->title));
	(void)snprintf(line, sizeof(line), "%s %u", codebook_text(b, b->id), (unsigned)b->version);
	card->line(card->context, line);
	if (b->languages.drafts >> language & 1)
		wrap(card, "", card_word(CARD_DRAFT, card->language));
	wrap(card, "! ", card_word(CARD_GRAVE, card->language));
	wrap(card, "", card_word(CARD_DIGITS, card->language));
}

void
card_write(const struct codebook *b, const char *language, card_line_fn *line, void *context)
{
	struct card card = {b, language, "", "", line, context};

	if (languages_find(&b->languages, language) < 0)
		card.language = b->languages.code[0];
	if (card_is_leftward(card.language)) {
		card.before = ISOLATE;
		card.after = ISOLATE_END;
	}
	write_head(&card);
	write_kinds(&card);
	heading(&card, CARD_HOW_BAD);
	write_steps(&card, b->severity, b->severities);
	heading(&card, CARD_HOW_SURE);
	write_steps(&card, b->certainty, b->certainties);
	heading(&card, CARD_WHO);
	write_actors(&card);
	if (b->targets > 0)
		heading(&card, CARD_WHOM);
	write_targets(&card);
}

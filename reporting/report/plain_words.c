/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a word can be: one of the table, letters of a kind or near them, the label of a place. */
#include "reporting/report/plain_parts.h"

#include "reporting/report/damm.h"

#include <string.h>
#include <utf8proc.h>

#define LABEL_WORDS_MAX 6

static const struct {
	uint8_t meaning, len;
	const char *word;
} words[] = {
#define X(meaning, language, word) {MEANS_##meaning, sizeof(word) - 1, word},
#include "schemas/report/plain_words.def"
#undef X
};

enum meaning
plain_meaning(const struct plain_token *t)
{
	return (enum meaning)t->meaning;
}

/* French words that are others without their accent: "à", and "tué", which is no Tuesday. */
static enum meaning
accented(enum meaning meaning, const struct plain_token *t)
{
	bool has_accent = (t->marks & MARK_FOREIGN) != 0;

	if (meaning == MEANS_TO && t->folded == 1 && !has_accent)
		return MEANINGS;
	return meaning == MEANS_EITHER && has_accent ? MEANS_PEOPLE : meaning;
}

static enum meaning
find_word(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].len == len && words[i].word[0] == text[0] &&
		    memcmp(words[i].word, text, len) == 0)
			return (enum meaning)words[i].meaning;
	return MEANINGS;
}

enum meaning
plain_find_meaning(const struct plain *p, const struct plain_token *t)
{
	static const char waw[] = "و";
	const char *text = p->folded + t->at;
	enum meaning meaning = find_word(text, t->folded);

	if (meaning == MEANINGS && t->folded > sizeof(waw) - 1 &&
	    memcmp(text, waw, sizeof(waw) - 1) == 0 &&
	    (meaning = find_word(text + sizeof(waw) - 1, t->folded - (sizeof(waw) - 1))) ==
		MEANS_TO)
		return MEANINGS; /* a governor */
	return accented(meaning, t);
}

/* Letters that look like a Latin capital when they are capitals. */
static const struct {
	uint16_t letter;
	char capital;
} alike[] = {
    {0x430, 'A'},
    {0x432, 'B'},
    {0x435, 'E'},
    {0x43A, 'K'},
    {0x43C, 'M'},
    {0x43D, 'H'},
    {0x43E, 'O'},
    {0x440, 'P'},
    {0x441, 'C'},
    {0x442, 'T'},
    {0x443, 'Y'},
    {0x445, 'X'},
    {0x455, 'S'},
    {0x456, 'I'},
    {0x458, 'J'},
    {0x3B1, 'A'},
    {0x3B2, 'B'},
    {0x3B5, 'E'},
    {0x3B6, 'Z'},
    {0x3B7, 'H'},
    {0x3B9, 'I'},
    {0x3BA, 'K'},
    {0x3BC, 'M'},
    {0x3BD, 'N'},
    {0x3BF, 'O'},
    {0x3C1, 'P'},
    {0x3C4, 'T'},
    {0x3C5, 'Y'},
    {0x3C7, 'X'},
};

static char
capital(int32_t c, bool *foreign)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	*foreign = true;
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (alike[i].letter == c)
			return alike[i].capital;
	return '\0';
}

bool
plain_capitals(
    const struct plain *p, const struct plain_token *t, char *out, unsigned room, bool *is_alike)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t step;
	unsigned n = 0;

	*is_alike = false;
	for (unsigned at = 0; at < t->folded; at += (unsigned)step) {
		step = utf8proc_iterate((const utf8proc_uint8_t *)p->folded + t->at + at,
		    (utf8proc_ssize_t)(t->folded - at), &c);
		if (step <= 0 || n == room || (out[n++] = capital(c, is_alike)) == '\0')
			return false;
	}
	out[n] = '\0';
	return true;
}

/* The characters of b, less the one at `skip`, are a; both of `len` and len + 1. */
static bool
is_one_less(const char *a, const char *b, unsigned len)
{
	unsigned i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return memcmp(a + i, b + i + 1, len - i) == 0;
}

static bool
is_near(const char *typed, const char *letters, unsigned len)
{
	unsigned wrong = 0, at[MNEMONIC_LEN] = {0};

	if (len == MNEMONIC_LEN - 1)
		return is_one_less(typed, letters, len);
	if (len == MNEMONIC_LEN + 1)
		return is_one_less(letters, typed, MNEMONIC_LEN);
	for (unsigned i = 0; i < MNEMONIC_LEN; i++)
		if (typed[i] != letters[i])
			at[wrong++] = i;
	return wrong == 1 || (wrong == 2 && at[1] == at[0] + 1 && typed[at[0]] == letters[at[1]] &&
				 typed[at[1]] == letters[at[0]]);
}

unsigned
plain_near(const struct codebook *book, const char *letters, unsigned len)
{
	unsigned found = 0;

	if (len < MNEMONIC_LEN - 1 || len > MNEMONIC_LEN + 1)
		return 0;
	for (unsigned i = 0; i < book->kinds; i++) {
		if (!is_near(letters, book->kind[i].mnemonic, len))
			continue;
		if (found != 0)
			return 0;
		found = book->kind[i].code;
	}
	return found;
}

unsigned
plain_nears(const struct codebook *book, const char *letters)
{
	unsigned found = 0;

	for (unsigned i = 0; i < book->kinds; i++)
		found += is_near(letters, book->kind[i].mnemonic, MNEMONIC_LEN);
	return found;
}

unsigned
plain_near_digits(const struct codebook *book, const char *digits, unsigned len)
{
	unsigned found = 0;
	char code[4];

	if (len == 2) {
		unsigned n = (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');

		return codebook_kind(book, n) != NULL ? n : 0;
	}
	if (len != 3)
		return 0;
	for (unsigned i = 0; i < book->kinds; i++) {
		damm_code(book->kind[i].code, code);
		if (!is_near(digits, code, len))
			continue;
		if (found != 0)
			return 0;
		found = book->kind[i].code;
	}
	return found;
}

/* How much of a label the folded letters and digits of `text` (len octets) spell; blanks and signs
 * of the label do not count. true: all of it. */
static bool
is_label(const char *label, const char *text, size_t len)
{
	utf8proc_int32_t c, folded[32];
	utf8proc_uint8_t octets[4];
	size_t at = 0, all = strlen(label);

	for (size_t k = 0; k < all;) {
		utf8proc_ssize_t step = utf8proc_iterate(
		    (const utf8proc_uint8_t *)label + k, (utf8proc_ssize_t)(all - k), &c);
		int n;

		if (step <= 0)
			return false;
		k += (size_t)step;
		n = plain_fold(c, folded);
		for (int i = 0; i < n; i++) {
			utf8proc_ssize_t width;

			if (folded[i] < 128 && !(folded[i] >= 'a' && folded[i] <= 'z') &&
			    !(folded[i] >= '0' && folded[i] <= '9'))
				continue;
			width = utf8proc_encode_char(folded[i], octets);
			if (at + (size_t)width > len ||
			    memcmp(text + at, octets, (size_t)width) != 0)
				return false;
			at += (size_t)width;
		}
	}
	return at == len && len > 0;
}

static unsigned
find_label(const struct reading *g, const char *text, size_t len)
{
	const struct places *places = g->with->places;
	unsigned id = 0;

	for (unsigned i = 0; i < places->count; i++)
		for (unsigned l = 0; l < places->languages.count; l++) {
			if (!is_label(places_text(places, places->place[i].label.in[l]), text, len))
				continue;
			if (id != 0 && id != places->place[i].id)
				return 0; /* two places share it */
			id = places->place[i].id;
		}
	return id;
}

unsigned
plain_place_label(const struct reading *g, unsigned i, uint16_t *id)
{
	const struct plain *p = g->p;
	unsigned found = 0;
	size_t len = 0;

	for (unsigned k = i; k < p->tokens && k < i + LABEL_WORDS_MAX; k++) {
		const struct plain_token *t = &p->token[k];
		unsigned place;

		if ((t->type != TOKEN_WORD && t->type != TOKEN_NUMBER) ||
		    (k > i && (t->before & BETWEEN_STRONG) != 0))
			break;
		len += t->folded; /* they lie one behind the other */
		if ((place = find_label(g, p->folded + p->token[i].at, len)) != 0) {
			*id = (uint16_t)place;
			found = k - i + 1; /* the longest counts */
		}
	}
	return found;
}

static unsigned
find_kind_label(const struct codebook *book, const char *text, size_t len)
{
	for (unsigned i = 0; i < book->kinds; i++)
		for (unsigned l = 0; l < book->languages.count; l++)
			if (is_label(codebook_text(book, book->kind[i].label.in[l]), text, len))
				return book->kind[i].code;
	return 0;
}

unsigned
plain_kind_label(const struct reading *g, unsigned i, unsigned *code)
{
	const struct plain *p = g->p;
	size_t len = 0;

	for (unsigned k = i; k + 1 < p->tokens && k < i + LABEL_WORDS_MAX; k++) {
		if (p->token[k].type != TOKEN_WORD)
			break;
		len += p->token[k].folded;
		if (p->token[k + 1].type == TOKEN_NUMBER &&
		    (*code = find_kind_label(g->with->book, p->folded + p->token[i].at, len)) != 0)
			return k - i + 1;
	}
	return 0;
}

bool
plain_is_word(const struct reading *g, unsigned i, int away, const char *word)
{
	const struct plain_token *t = i == 0 && away < 0 ? NULL : plain_peek(g, i + (unsigned)away);

	return t != NULL && plain_is(t, TOKEN_WORD) && t->folded == strlen(word) &&
	       memcmp(g->p->folded + t->at, word, t->folded) == 0;
}

bool
plain_is_meaning(const struct reading *g, unsigned i, int away, enum meaning meaning)
{
	const struct plain_token *t = i == 0 && away < 0 ? NULL : plain_peek(g, i + (unsigned)away);

	return t != NULL && plain_is(t, TOKEN_WORD) && plain_meaning(t) == meaning;
}

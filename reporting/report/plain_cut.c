/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From octets to tokens: folding, separators, signs, and digits that were typed as letters. */
#include "reporting/report/plain_parts.h"

#include "reporting/report/text.h"

#include <string.h>
#include <utf8proc.h>

#define COMBINING_MIN 10 /* classes below are nuktas and viramas, which make other letters */
#define DIGITS_MAX 9

enum class {
	CLASS_DIGIT,
	CLASS_LETTER,
	CLASS_SEPARATOR,
	CLASS_SIGN,
	CLASS_NUMERAL, /* a number that is no decimal digit */
	CLASS_OTHER
};

/* A text while it is cut. */
struct cutting {
	struct plain *p;
	struct plain_token *open; /* the run that goes on; NULL: none */
	uint16_t from, end;       /* octets of the character at hand */
	uint16_t before;          /* separators since the last token */
	uint8_t seps;
	uint8_t pending; /* marks that wait for a number */
	uint16_t pending_from;
	bool signed_last; /* the last token is a number with a sign glued behind */
	bool full;
};

static const struct {
	int32_t from, to;
} variants[] = {
    {0x0643, 0x06A9},
    {0x0649, 0x06CC},
    {0x064A, 0x06CC},
    {0x0629, 0x0647}, /* Arabic, Persian */
    {0x061F, '?'},
    {0x060C, ','},
    {0x061B, ';'},
    {0x066B, ','},
    {0x066C, ','},
    {0x06D4, '.'},
    {0x0964, '.'},
    {0x0965, '.'},
    {0x1361, ' '},
    {0x1362, '.'},
    {0x1363, ','},
    {0x1364, ';'},
    {0x1365, ':'},
    {0x1366, ':'},
    {0x2044, '/'},
    {0x2212, '-'},
    {0x2248, '~'},
    {0x00B0, '.'}, /* "n°3" */
    {0x00B1, '~'},
    {0x2264, '<'},
    {0x2265, '>'},
    {0x223C, '~'},
    {0x2028, '\n'},
    {0x2029, '\n'},
    {0x85, '\n'},
};

static int32_t
variant(int32_t c)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (variants[i].from == c)
			return variants[i].to;
	return c;
}

int
plain_fold(int32_t c, int32_t out[32])
{
	int boundclass = 0, kept = 0;
	utf8proc_ssize_t n;

	if (c < 128) {
		out[0] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
		return 1;
	}
	if (variant(c) != c) {
		out[0] = variant(c);
		return 1;
	}
	n = utf8proc_decompose_char(
	    c, out, 32, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, &boundclass);
	if (n < 0 || n > 32)
		n = 0;
	for (int i = 0; i < (int)n; i++) {
		const utf8proc_property_t *property = utf8proc_get_property(out[i]);

		if (property->combining_class >= COMBINING_MIN || property->ignorable ||
		    property->category == UTF8PROC_CATEGORY_CF || out[i] == 0x0640 /* tatweel */)
			continue;
		out[kept++] = property->category == UTF8PROC_CATEGORY_PD
				  ? '-'
				  : variant(text_fold_digit(out[i]));
	}
	return kept;
}

static enum separator
separator(int32_t c)
{
	static const char *const characters[SEPARATORS] = {
#define PLAIN_SEPARATOR(name, characters) characters,
#include "schemas/report/plain.def"
	};

	if (c > 0 && c < 128)
		for (int i = 0; i < SEPARATORS; i++)
			if (strchr(characters[i], c) != NULL)
				return (enum separator)i;
	if (c >= 128 && utf8proc_category(c) == UTF8PROC_CATEGORY_ZS)
		return SEPARATOR_BLANK;
	return SEPARATOR_OTHER;
}

static enum class classify(int32_t c) {
	if (c < 128){if (c >= '0' && c <= '9') return CLASS_DIGIT;
		     if (c >= 'a' && c <= 'z') return CLASS_LETTER;
		     return c == '&'                              ? CLASS_OTHER
			    : c > 0 && strchr("?+~<>", c) != NULL ? CLASS_SIGN
								  : CLASS_SEPARATOR;}
switch (utf8proc_category(c))
{
case UTF8PROC_CATEGORY_LU:
case UTF8PROC_CATEGORY_LL:
case UTF8PROC_CATEGORY_LT:
case UTF8PROC_CATEGORY_LM:
case UTF8PROC_CATEGORY_LO:
case UTF8PROC_CATEGORY_MN:
case UTF8PROC_CATEGORY_MC:
case UTF8PROC_CATEGORY_ME:
	return CLASS_LETTER;
case UTF8PROC_CATEGORY_NL:
case UTF8PROC_CATEGORY_NO:
	return CLASS_NUMERAL;
case UTF8PROC_CATEGORY_SM:
case UTF8PROC_CATEGORY_SC:
case UTF8PROC_CATEGORY_SK:
case UTF8PROC_CATEGORY_SO:
case UTF8PROC_CATEGORY_CO:
case UTF8PROC_CATEGORY_CN:
	return CLASS_OTHER;
default:
	return CLASS_SEPARATOR;
}
}

static struct plain_token *
start(struct cutting *c, enum token_type type)
{
	struct plain_token *t;

	if (c->p->tokens == PLAIN_TOKENS_MAX) {
		c->full = true;
		c->open = NULL;
		return NULL;
	}
	t = &c->p->token[c->p->tokens++];
	*t = (struct plain_token){
	    .from = c->from,
	    .len = (uint16_t)(c->end - c->from),
	    .type = (uint8_t)type,
	    .report = PLAIN_REPORTS_MAX,
	    .before = c->before,
	    .seps = c->seps,
	    .at = (uint16_t)c->p->folded_len,
	};
	c->before = 0;
	c->seps = 0;
	c->signed_last = false;
	return t;
}

/* A sign that no number follows is a token of its own. */
static void
settle(struct cutting *c)
{
	uint16_t from = c->from, end = c->end;

	if (c->pending == 0)
		return;
	c->from = c->pending_from;
	c->end = c->pending_from + 1;
	(void)start(c, TOKEN_SIGN); /* a full list is seen by the caller */
	c->pending = 0;
	c->from = from;
	c->end = end;
}

static void
put(struct cutting *c, int32_t folded)
{
	utf8proc_uint8_t octets[4];
	utf8proc_ssize_t n = utf8proc_encode_char(folded, octets);

	if (c->open == NULL)
		return;
	if (c->p->folded_len + (size_t)n > PLAIN_FOLDED_MAX) {
		c->full = true;
		return;
	}
	memcpy(c->p->folded + c->p->folded_len, octets, (size_t)n);
	c->p->folded_len += (size_t)n;
	c->open->folded = (uint16_t)(c->p->folded_len - c->open->at);
	c->open->len = (uint16_t)(c->end - c->open->from);
}

static void
take_digit(struct cutting *c, int32_t folded, bool bad)
{
	bool glued = c->signed_last && c->before == 0;

	if (c->open == NULL || c->open->type != TOKEN_NUMBER) {
		uint8_t marks = c->pending;
		uint16_t from = c->from;

		if (glued)
			c->p->token[c->p->tokens - 1].marks |= MARK_BAD;
		if (marks != 0)
			c->from = c->pending_from;
		c->pending = 0;
		if ((c->open = start(c, TOKEN_NUMBER)) != NULL)
			c->open->marks = (uint8_t)(marks | (glued ? MARK_BAD : 0) |
						   (marks != 0 ? MARK_PREFIX : 0));
		c->from = from;
	}
	if (bad && c->open != NULL)
		c->open->marks |= MARK_BAD;
	put(c, folded);
}

static void
take_letter(struct cutting *c, int32_t folded, int32_t raw)
{
	if (c->open == NULL || c->open->type != TOKEN_WORD) {
		settle(c);
		if ((c->open = start(c, TOKEN_WORD)) != NULL)
			c->open->marks = MARK_LETTERS;
	}
	if (c->open != NULL && (raw >= 128 || strchr("OoIl", (int)raw) == NULL))
		c->open->marks &= (uint8_t)~MARK_LETTERS;
	if (c->open != NULL && raw >= 128)
		c->open->marks |= MARK_FOREIGN;
	put(c, folded);
}

static void
take_separator(struct cutting *c, int32_t folded)
{
	if ((c->pending & MARK_LEAST) != 0 && c->pending_from + 1 == c->from)
		settle(c); /* a plus that stands alone says nothing of the next number */
	c->open = NULL;
	c->before |= (uint16_t)(1u << separator(folded));
	if (c->seps < UINT8_MAX)
		c->seps++;
}

static void
take_question(struct cutting *c)
{
	struct plain_token *last = c->p->tokens > 0 ? &c->p->token[c->p->tokens - 1] : NULL;

	if (c->open != NULL && c->open->type == TOKEN_NUMBER) {
		c->open->marks |= MARK_DOUBT;
		c->open->len = (uint16_t)(c->end - c->open->from);
		c->open = NULL;
		c->signed_last = true;
		return;
	}
	if (last != NULL && last->type == TOKEN_UNKNOWN && last->from + last->len == c->from) {
		last->len = (uint16_t)(c->end - last->from); /* "???" */
		return;
	}
	if (last != NULL && c->before == 0 &&
	    (last->type != TOKEN_WORD || last->folded > 1)) { /* the end of a sentence */
		take_separator(c, '!');
		return;
	}
	settle(c);
	c->open = NULL;
	(void)start(c, TOKEN_UNKNOWN); /* as above */
}

static void
take_sign(struct cutting *c, int32_t folded)
{
	uint8_t mark = folded == '~' ? MARK_ABOUT : folded == '<' ? MARK_MOST : MARK_LEAST;

	if (folded == '?') {
		take_question(c);
		return;
	}
	if (c->open != NULL && c->open->type == TOKEN_NUMBER) {
		c->open->marks |= mark;
		c->open->len = (uint16_t)(c->end - c->open->from);
		c->open = NULL;
		c->signed_last = true;
		return;
	}
	settle(c);
	c->open = NULL;
	c->pending = mark;
	c->pending_from = c->from;
}

static void
take(struct cutting *c, int32_t folded, int32_t raw)
{
	switch (classify(folded)) {
	case CLASS_DIGIT:
		take_digit(c, folded, false);
		break;
	case CLASS_NUMERAL:
		take_digit(c, '0', true);
		break;
	case CLASS_LETTER:
		take_letter(c, folded, raw);
		break;
	case CLASS_SIGN:
		take_sign(c, folded);
		break;
	case CLASS_SEPARATOR:
		take_separator(c, folded);
		break;
	case CLASS_OTHER:
		settle(c);
		c->open = NULL;
		(void)start(c, TOKEN_SIGN); /* as above */
		break;
	}
}

/* Read letters as the digits that they look like, where they stand within a number. */
static void
repair(struct plain *p)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->tokens; i++) {
		struct plain_token *t = &p->token[i], *last = kept > 0 ? &p->token[kept - 1] : NULL;
		bool joins = last != NULL && t->before == 0 && last->marks == 0 &&
			     last->type == TOKEN_NUMBER && (t->marks & MARK_PREFIX) == 0;
		bool number_follows = i + 1 < p->tokens && t[1].before == 0 &&
				      t[1].type == TOKEN_NUMBER && (t[1].marks & MARK_PREFIX) == 0;

		if (t->type == TOKEN_WORD && t->marks == MARK_LETTERS &&
		    (joins || number_follows)) {
			for (unsigned k = 0; k < t->folded; k++)
				p->folded[t->at + k] = p->folded[t->at + k] == 'o' ? '0' : '1';
			t->type = TOKEN_NUMBER;
			t->marks = 0;
			t->repaired = true;
		}
		if (joins && t->type == TOKEN_NUMBER && (t->repaired || last->repaired)) {
			last->len = (uint16_t)(t->from + t->len - last->from);
			last->folded = (uint16_t)(last->folded + t->folded);
			last->marks |= t->marks;
			last->repaired = true;
			continue;
		}
		p->token[kept++] = *t;
	}
	p->tokens = kept;
}

static void
evaluate(struct plain *p)
{
	for (unsigned i = 0; i < p->tokens; i++) {
		struct plain_token *t = &p->token[i];

		t->meaning = (uint8_t)(t->type == TOKEN_WORD ? plain_find_meaning(p, t) : MEANINGS);
		if (t->type != TOKEN_NUMBER)
			continue;
		t->digits = (uint8_t)(t->folded < UINT8_MAX ? t->folded : UINT8_MAX);
		for (unsigned k = 0; k < t->folded && k < DIGITS_MAX; k++)
			t->value = t->value * 10 + (uint32_t)(p->folded[t->at + k] - '0');
	}
}

static bool
is_raised(int32_t c)
{
	return c == 0xB2 || c == 0xB3 || c == 0xB9 || (c >= 0x2070 && c <= 0x2089);
}

bool
plain_cut(const char *text, size_t len, struct plain *p)
{
	struct cutting c = {.p = p};
	utf8proc_int32_t code_point, folded[32];
	utf8proc_ssize_t step;

	p->tokens = 0;
	p->folded_len = 0;
	p->why = PLAIN_WHY_TOO_LONG;
	if (len > LONG_TEXT_MAX)
		return false;
	for (size_t at = 0; at < len && !c.full; at += (size_t)step) {
		int n;

		step = utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &code_point);
		if (step <= 0) {
			p->why = PLAIN_WHY_NOT_TEXT;
			p->tokens = 0;
			return false;
		}
		c.from = (uint16_t)at;
		c.end = (uint16_t)(at + (size_t)step);
		n = plain_fold(code_point, folded);
		if (n > 0 && code_point >= 0x2150 && classify(folded[0]) == CLASS_LETTER &&
		    utf8proc_category(code_point) == UTF8PROC_CATEGORY_NL)
			folded[0] = code_point; /* a Roman numeral is no word */
		if (n > 0 && is_raised(code_point) && c.open != NULL &&
		    c.open->type == TOKEN_NUMBER)
			folded[0] = code_point; /* a power is no digit */
		for (int i = 0; i < n; i++)
			take(&c, folded[i], code_point);
	}
	settle(&c);
	if (c.full) {
		p->tokens = 0;
		return false;
	}
	repair(p);
	evaluate(p);
	p->why = p->tokens > 0 ? PLAIN_WHY_NONE : PLAIN_WHY_EMPTY;
	return p->tokens > 0;
}

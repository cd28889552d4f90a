/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a number is: kind, receipt, people, a date or a time of several, or the next field's. */
#include "reporting/report/plain_parts.h"

#include <string.h>

#define KIND_DIGITS 3
#define YEAR_FIRST 2025
#define YEAR_LAST 2054

/* Is b a number that one such separator joins to the token in front? */
static bool
is_joined(const struct plain_token *b, unsigned separator)
{
	return plain_is(b, TOKEN_NUMBER) && b->before == separator && b->seps == 1;
}

/* How many numbers one separator other than a blank joins, the first being i; 1 if it stands
 * alone, or within such a chain. */
static unsigned
chain(const struct reading *g, unsigned i)
{
	const struct plain_token *b = plain_peek(g, i + 1);
	unsigned n = 1;

	if (!plain_is(b, TOKEN_NUMBER) || b->seps != 1 || b->before == BETWEEN_BLANK)
		return 1;
	if (i > 0 && g->p->token[i - 1].type == TOKEN_NUMBER &&
	    is_joined(&g->p->token[i], b->before))
		return 1;
	while (is_joined(plain_peek(g, i + n), b->before))
		n++;
	return n;
}

bool
plain_range(const struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = plain_peek(g, i + 1);

	if (!plain_is(b, TOKEN_NUMBER) || b->value < a->value)
		return false;
	if (b->before == BETWEEN_DOT && b->seps > 1)
		return true;
	return b->before == BETWEEN_DASH && chain(g, i) == 2;
}

/* Does the message use this separator, alone, between other tokens too? */
static bool
is_used_elsewhere(const struct reading *g, unsigned i, unsigned separator)
{
	for (unsigned k = 1; k < g->p->tokens; k++)
		if (k != i && g->p->token[k].before == separator)
			return true;
	return false;
}

/* Is a dash what stands between a word and a number in this message? */
static bool
is_dashed(const struct reading *g)
{
	for (unsigned k = 1; k < g->p->tokens; k++)
		if (g->p->token[k].before == BETWEEN_DASH && g->p->token[k - 1].type == TOKEN_WORD)
			return true;
	return false;
}

static void
ask_all(struct reading *g, unsigned i, unsigned count, enum plain_why why)
{
	for (unsigned k = 0; k < count; k++)
		plain_ask(g, i + k, why, 0);
}

bool
plain_ask_pair(struct reading *g, unsigned i)
{
	const struct plain_token *b = plain_peek(g, i + 1);

	if (chain(g, i) != 2)
		return false;
	if (b->before == BETWEEN_DASH && !is_dashed(g)) {
		ask_all(g, i, 2, PLAIN_WHY_AMBIGUOUS);
		return true;
	}
	if ((b->before & (BETWEEN_COMMA | BETWEEN_DOT | BETWEEN_OTHER)) == 0 || b->digits != 3 ||
	    is_used_elsewhere(g, i + 1, b->before))
		return false;
	ask_all(g, i, 2, PLAIN_WHY_THOUSANDS);
	return true;
}

static bool
take_date(struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i];
	bool year_first = a->digits == 4;
	uint32_t year = year_first ? a->value : a[2].value;
	uint32_t day = year_first ? a[2].value : a->value;
	unsigned short_digits = year_first ? a[2].digits : a->digits;

	if (!year_first && a[2].digits == 2)
		year += YEAR_FIRST / 100 * 100;
	if (year < YEAR_FIRST || year > YEAR_LAST || short_digits > 2 || a[1].digits > 2 ||
	    ((a->marks | a[1].marks | a[2].marks) != 0))
		return false;
	if ((g->given & 1u << PLAIN_DAY) != 0) {
		ask_all(g, i, 3, PLAIN_WHY_REPEATED);
		return true;
	}
	g->given |= 1u << PLAIN_DAY;
	g->day = plain_date((int)year, (int)a[1].value, (int)day);
	g->day_token = (uint16_t)i;
	for (unsigned k = 0; k < 3; k++)
		plain_use(g, i + k, PLAIN_DAY);
	if (g->day == DAY_NONE)
		ask_all(g, i, 3, PLAIN_WHY_DAY);
	return true;
}

/* Hour and minute of two tokens, the second at i + behind. */
static void
set_time(struct reading *g, unsigned i, unsigned behind)
{
	struct plain_token *t = &g->p->token[i];
	uint32_t minute = t[behind].value;

	if (minute > 59 || t->value > 23) {
		ask_all(g, i, behind + 1, PLAIN_WHY_HOUR);
		return;
	}
	t->value = t->value * 100 + minute;
	t->digits = 4;
	plain_set(g, PLAIN_HOUR, i);
	for (unsigned k = 1; k <= behind; k++) {
		if (t->use == PLAIN_ASKED)
			plain_ask(g, i + k, (enum plain_why)t->why, 0);
		else
			plain_use(g, i + k, PLAIN_HOUR);
	}
}

/* Two numbers and what one separator may mean between them. */
static bool
take_pair(struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = a + 1;

	switch (b->before) {
	case BETWEEN_DASH:
		if (!plain_range(g, i) || a->value == b->value)
			return false;
		if (is_dashed(g))
			ask_all(g, i, 2, PLAIN_WHY_AMBIGUOUS);
		else
			plain_set_range(g, i, i + 1);
		return true;
	case BETWEEN_COLON:
		if (a->digits > 2 || b->digits != 2 || is_used_elsewhere(g, i + 1, BETWEEN_COLON))
			return false;
		set_time(g, i, 1);
		return true;
	case BETWEEN_SLASH:
	case BETWEEN_DOT:
		if (is_used_elsewhere(g, i + 1, b->before))
			return false;
		ask_all(g, i, 2, PLAIN_WHY_AMBIGUOUS);
		return true;
	case BETWEEN_COMMA:
	case BETWEEN_OTHER:
		if (b->digits != 3 || a->digits > 3 || a->value == 0 ||
		    is_used_elsewhere(g, i + 1, b->before))
			return false;
		ask_all(g, i, 2, PLAIN_WHY_THOUSANDS);
		return true;
	default:
		return false;
	}
}

/* "3 - 5" may be a range or two fields; "3..5" and "3 to 5" are ranges. */
static bool
take_loose_range(struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = plain_peek(g, i + 1);
	const struct plain_token *c = plain_peek(g, i + 2);

	if (plain_is(b, TOKEN_WORD) && plain_is(c, TOKEN_NUMBER) && c->value > a->value &&
	    plain_meaning(g->p, b) == MEANS_TO) {
		plain_set_range(g, i, i + 2);
		if (a->use == PLAIN_USED)
			plain_use(g, i + 1, PLAIN_AFFECTED);
		return true;
	}
	if (!plain_is(b, TOKEN_NUMBER) || b->value <= a->value)
		return false;
	if (b->before == BETWEEN_DOT && b->seps > 1) {
		plain_set_range(g, i, i + 1);
		return true;
	}
	if (b->before != (BETWEEN_BLANK | BETWEEN_DASH) || is_used_elsewhere(g, i + 1, b->before))
		return false;
	ask_all(g, i, 2, PLAIN_WHY_AMBIGUOUS);
	return true;
}

static bool
take_joined(struct reading *g, unsigned i)
{
	unsigned joined;

	if (plain_at_place(g))
		return false;
	if (take_loose_range(g, i))
		return true;
	joined = chain(g, i);
	if (joined == 3 &&
	    (g->p->token[i + 1].before & (BETWEEN_DASH | BETWEEN_SLASH | BETWEEN_DOT)) != 0)
		return take_date(g, i);
	return joined == 2 && take_pair(g, i);
}

static bool
is_ordinal(const struct plain *p, const struct plain_token *t)
{
	static const char *const endings[] = {"st", "nd", "rd", "th", "er", "eme"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strlen(endings[i]) == t->folded &&
		    memcmp(p->folded + t->at, endings[i], t->folded) == 0)
			return true;
	return false;
}

/* "3d5n2s": each number has its tag behind it. Returns how many tokens that are; 0: it is not so.
 */
static unsigned
suffixed(const struct reading *g, unsigned i)
{
	unsigned n = 0;

	for (;;) {
		const struct plain_token *number = plain_peek(g, i + n), *tag;

		if (!plain_is(number, TOKEN_NUMBER) || (n > 0 && number->before != 0))
			return n;
		tag = plain_peek(g, i + n + 1);
		if (!plain_is(tag, TOKEN_WORD) || tag->before != 0 ||
		    plain_field_of_tag(g, tag) == PLAIN_FIELDS)
			return 0;
		n += 2;
	}
}

/* Letters glued behind the number. */
static bool
take_glued(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *word = t + 1;
	const struct plain_token *minutes = plain_peek(g, i + 2);
	enum plain_field tag;
	unsigned n;
	char letters[MNEMONIC_LEN + 1];
	bool alike;

	if (i + 1 == g->p->tokens || word->type != TOKEN_WORD || word->before != 0)
		return false;
	tag = plain_field_of_tag(g, word);
	if (tag == PLAIN_HOUR && t->digits <= 2 && plain_is(minutes, TOKEN_NUMBER) &&
	    minutes->before == 0 && minutes->digits == 2) {
		set_time(g, i, 2);
		return true;
	}
	if (is_ordinal(g->p, word)) {
		plain_set(g, PLAIN_DAY, i);
		plain_use(g, i + 1, PLAIN_DAY);
		return true;
	}
	n = suffixed(g, i);
	for (unsigned k = 0; k < n; k += 2) {
		enum plain_field field = plain_field_of_tag(g, &g->p->token[i + k + 1]);

		plain_set(g, field, i + k);
		plain_use(g, i + k + 1, field);
	}
	if (n > 0)
		return true;
	if (tag != PLAIN_FIELDS || plain_meaning(g->p, word) != MEANINGS || word->folded == 4 ||
	    (plain_capitals(g->p, word, letters, MNEMONIC_LEN, &alike) &&
		plain_kind_of_letters(g->with->book, letters) != 0))
		return false;
	plain_ask(g, i, PLAIN_WHY_UNIT, 0);
	return true;
}

/* The field that this number would get. */
static enum plain_field
upcoming(const struct reading *g)
{
	unsigned skip = g->waiting;

	for (unsigned turn = 1; turn <= PLAIN_FIELDS; turn++)
		for (unsigned f = 0; f < PLAIN_FIELDS; f++)
			if (plain_fields[f].turn == turn && (g->given & 1u << f) == 0 &&
			    skip-- == 0)
				return (enum plain_field)f;
	return PLAIN_FIELDS;
}

/* Does the number begin another report, or may it? */
static bool
take_next_kind(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);
	unsigned code = plain_kind_of_digits(g, t);
	enum plain_field field = upcoming(g);
	bool apart = plain_is_apart(g, i);

	if (plain_at_place(g))
		return false;
	if (code != 0 && (apart || (field != PLAIN_AFFECTED && field != PLAIN_ACTOR))) {
		plain_take_kind(g, i, code);
		return true;
	}
	if (code != 0 && plain_is(next, TOKEN_NUMBER)) {
		plain_ask(g, i, PLAIN_WHY_KIND_OR_PEOPLE, code);
		return true;
	}
	if (!apart || t->digits < 2 || t->digits > KIND_DIGITS || t->marks != 0 ||
	    !plain_is(next, TOKEN_NUMBER))
		return false;
	plain_ask_kind(g, i, PLAIN_WHY_KIND_CHECK,
	    plain_near_digits(g->with->book, g->p->folded + t->at, t->digits));
	return true;
}

/* "WAS 101": letters near a kind's, and the number behind may be their place. */
static bool
is_behind_slip(const struct reading *g, unsigned i)
{
	char letters[MNEMONIC_LEN + 1];
	bool alike;

	return i > 0 && g->p->token[i - 1].type == TOKEN_WORD &&
	       g->p->token[i - 1].use != PLAIN_ASKED &&
	       plain_capitals(g->p, &g->p->token[i - 1], letters, MNEMONIC_LEN, &alike) &&
	       strlen(letters) == MNEMONIC_LEN && plain_nears(g->with->book, letters) > 0;
}

/* A number before any report. */
static void
take_first(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];
	const char *digits = g->p->folded + t->at;
	unsigned code = plain_kind_of_digits(g, t);
	struct plain_token three = *t;

	if (code != 0 && is_behind_slip(g, i)) {
		plain_ask_kind(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		return;
	}
	if (code != 0) {
		plain_take_kind(g, i, code);
		return;
	}
	if (t->digits == KIND_DIGITS && t->value == 0 && t->marks == 0) {
		if (plain_begin(g, i, RELATION_HEARTBEAT))
			plain_use(g, i, PLAIN_RELATION);
		return;
	}
	if ((t->digits == KIND_DIGITS || (t->digits == 2 && i == 0)) &&
	    plain_is_value(plain_peek(g, i + 1))) {
		plain_ask_kind(g, i, PLAIN_WHY_KIND_CHECK,
		    plain_near_digits(g->with->book, digits, t->digits));
		return;
	}
	if (i == 0 && t->digits > KIND_DIGITS && t->digits <= 8) { /* is its place glued to it? */
		three.digits = KIND_DIGITS;
		three.value = (uint32_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 +
					 (digits[2] - '0'));
		if ((code = plain_kind_of_digits(g, &three)) != 0) {
			plain_ask_kind(g, i, PLAIN_WHY_KIND_CHECK, code);
			return;
		}
	}
	plain_ignore(g, i, PLAIN_WHY_STRAY);
}

static bool
is_people(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);

	return (t->marks & MARKS_PEOPLE) != 0 || g->quantity != 0 ||
	       (plain_is(next, TOKEN_WORD) && plain_meaning(g->p, next) == MEANS_PEOPLE);
}

static bool
needs_receipt(const struct reading *g)
{
	return relation_rule(g->r->record.relation)->refers &&
	       (g->given & (1u << PLAIN_RECEIPT | 1u << PLAIN_KIND)) == 0 && g->waiting == 0;
}

void
plain_take_number(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	if (g->r == NULL) {
		take_first(g, i);
		return;
	}
	if (!relation_rule(g->r->record.relation)->counts) {
		unsigned code = plain_kind_of_digits(g, t);

		if (code != 0)
			plain_take_kind(g, i, code);
		else
			plain_ignore(g, i, PLAIN_WHY_NO_FIELDS);
		return;
	}
	if (take_glued(g, i))
		return;
	if (needs_receipt(g)) {
		plain_set(g, PLAIN_RECEIPT, i);
		return;
	}
	if (plain_waits(g) && plain_kind_of_digits(g, t) != 0) {
		plain_take_kind(g, i, plain_kind_of_digits(g, t));
		return;
	}
	if (take_joined(g, i)) {
		if ((g->given & 1u << PLAIN_AFFECTED) != 0)
			g->people_token = (uint16_t)i;
		return;
	}
	if (is_people(g, i)) {
		plain_set(g, PLAIN_AFFECTED, i);
		g->people_token = (uint16_t)i;
	} else if (!take_next_kind(g, i)) {
		plain_wait(g, i);
	}
}

void
plain_take_unknown(struct reading *g, unsigned i)
{
	if (g->r == NULL)
		plain_ignore(g, i, PLAIN_WHY_SIGN);
	else if (!relation_rule(g->r->record.relation)->counts)
		plain_ignore(g, i, PLAIN_WHY_NO_FIELDS);
	else if (i + 1 == g->p->tokens && plain_at_place(g) && g->r->record.kind == 0)
		plain_ignore(g, i, PLAIN_WHY_SIGN);
	else
		plain_wait(g, i);
}

void
plain_take_sign(struct reading *g, unsigned i)
{
	if (g->r != NULL && i > 0 && g->p->token[i - 1].type == TOKEN_NUMBER &&
	    plain_is(plain_peek(g, i + 1), TOKEN_NUMBER))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "5 + 3" */
	else
		plain_ignore(g, i, PLAIN_WHY_SIGN);
}

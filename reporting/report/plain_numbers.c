/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a number is: kind, receipt, people, or the next field's. */
#include "reporting/report/plain_parts.h"

#include <string.h>

#define KIND_DIGITS 3
#define EMOJI_LEN 4 /* octets: no sign of arithmetic or of money has so many */

static bool
is_among(const struct plain *p, const struct plain_token *t, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count && plain_is(t, TOKEN_WORD); i++)
		if (strlen(list[i]) == t->folded &&
		    memcmp(p->folded + t->at, list[i], t->folded) == 0)
			return true;
	return false;
}

bool
plain_is_ordinal(const struct reading *g, unsigned i)
{
	static const char *const endings[] = {"st", "nd", "rd", "th", "er", "eme"};
	const struct plain_token *t = plain_peek(g, i + 1);

	return t != NULL && t->before == 0 &&
	       is_among(g->p, t, endings, sizeof(endings) / sizeof(endings[0]));
}

unsigned
plain_month_behind(const struct reading *g, unsigned i)
{
	static const char *const links[] = {"of", "de", "d"};
	unsigned k = i + 1 + plain_is_ordinal(g, i);
	const struct plain_token *t = plain_peek(g, k);

	if (is_among(g->p, t, links, sizeof(links) / sizeof(links[0])))
		t = plain_peek(g, ++k);
	return plain_is(t, TOKEN_WORD) && plain_meaning(t) >= MEANS_JANUARY &&
		       plain_meaning(t) < MEANS_JANUARY + 12
		   ? k
		   : 0;
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
		plain_set_time(g, i, 2);
		return true;
	}
	if (plain_is_ordinal(g, i)) {
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
	if (tag != PLAIN_FIELDS || plain_meaning(word) != MEANINGS || word->folded == 4 ||
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

/* "KIL 013 101": the same kind in letters and digits. */
static bool
take_kind_again(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	if (g->r->record.kind == 0 || plain_kind_of_digits(g, t) != g->r->record.kind ||
	    !plain_is(plain_peek(g, i + 1), TOKEN_NUMBER) ||
	    places_find(g->with->places, t->value) != NULL)
		return false;
	plain_use(g, i, PLAIN_KIND);
	return true;
}

/* "1. KIL", and then "2. BUR": the report's number in a list. */
static bool
take_list_number(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);
	char letters[MNEMONIC_LEN + 1];
	bool alike;

	if (next == NULL || t->marks != 0 || t->digits > 2 || t->value != g->p->reports + 1 ||
	    (next->before & (BETWEEN_DOT | BETWEEN_OTHER | BETWEEN_COLON | BETWEEN_DASH)) == 0 ||
	    t->before == next->before || (i > 0 && g->p->token[0].why != PLAIN_WHY_LIST))
		return false;
	if (plain_is(next, TOKEN_WORD)
		? !plain_capitals(g->p, next, letters, MNEMONIC_LEN, &alike) ||
		      plain_kind_of_letters(g->with->book, letters) == 0
		: plain_kind_of_digits(g, next) == 0 || (i > 0 && !plain_is_apart(g, i)))
		return false;
	plain_ignore(g, i, PLAIN_WHY_LIST);
	return true;
}

/* Does the number begin another report, or may it? */
static bool
take_next_kind(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);
	unsigned code = plain_kind_of_digits(g, t);
	enum plain_field field = upcoming(g);
	bool apart = plain_is_apart(g, i);
	bool is_coded = g->p->token[g->start].type == TOKEN_NUMBER; /* the kind before was */

	if (plain_at_place(g))
		return take_kind_again(g, i);
	if (code != 0 &&
	    ((apart && is_coded) || (field != PLAIN_AFFECTED && field != PLAIN_ACTOR))) {
		plain_finish(g); /* what is open may be so because this is no kind */
		if (g->r->open)
			plain_ask_kind(g, i, PLAIN_WHY_AMBIGUOUS, code);
		else
			plain_take_kind(g, i, code);
		return true;
	}
	if (code != 0 && plain_is(next, TOKEN_NUMBER)) {
		plain_ask(g, i, PLAIN_WHY_KIND_OR_PEOPLE, code);
		return true;
	}
	if (!apart || !is_coded || t->digits < 2 || t->digits > KIND_DIGITS || t->marks != 0 ||
	    !plain_is(next, TOKEN_NUMBER))
		return false;
	plain_ask_kind(g, i, PLAIN_WHY_KIND_CHECK,
	    plain_near_digits(g->with->book, g->p->folded + t->at, t->digits));
	return true;
}

/* "Killing 101", "WAS 101": behind a word that is not in the table the number may be its place. */
static bool
is_behind_slip(const struct reading *g, unsigned i)
{
	char letters[MNEMONIC_LEN + 1];
	bool alike;

	for (unsigned k = 0; k < i; k++) {
		const struct plain_token *t = &g->p->token[k];

		if (t->type == TOKEN_WORD && t->use == PLAIN_IGNORED &&
		    (plain_meaning(t) == MEANINGS ||
			(k + 1 == i && plain_capitals(g->p, t, letters, MNEMONIC_LEN, &alike) &&
			    strlen(letters) == MNEMONIC_LEN &&
			    plain_nears(g->with->book, letters) > 0)))
			return true;
	}
	return false;
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
		plain_ask_kind(g, i, PLAIN_WHY_AMBIGUOUS, code);
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
is_amount(const struct plain_token *t)
{
	return plain_is(t, TOKEN_NUMBER) ||
	       (plain_is(t, TOKEN_WORD) &&
		   (plain_meaning(t) == MEANS_NUMERAL ||
		       (plain_meaning(t) >= MEANS_ABOUT && plain_meaning(t) <= MEANS_MANY)));
}

/* "101 dead 3": the word belongs to the number behind it. */
static bool
is_place_of(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *people = plain_peek(g, i + 3);

	return plain_at_place(g) && t->digits > 2 && t->marks == 0 &&
	       is_amount(plain_peek(g, i + 2)) &&
	       !(plain_is(people, TOKEN_WORD) && plain_meaning(people) == MEANS_PEOPLE &&
		   people->before == BETWEEN_BLANK) &&
	       places_find(g->with->places, t->value) != NULL;
}

static bool
is_people(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);

	return (t->marks & MARKS_PEOPLE) != 0 || g->quantity != 0 ||
	       (plain_is(next, TOKEN_WORD) && plain_meaning(next) == MEANS_PEOPLE &&
		   !is_place_of(g, i));
}

/* "thursday 19": the day again, or a number of people? "3 days": no day of the month. */
static bool
is_dated(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);
	int year, month, day;

	if (plain_is(next, TOKEN_WORD) && plain_meaning(next) == MEANS_TIME_UNIT)
		return !plain_at_place(g) || t->digits <= 2; /* "101 saa 8" */
	if (plain_is_year(g, i))
		return true; /* "20 nov 26" */
	if (g->day == DAY_NONE || g->day_token + 1u != i || plain_is_date(g, i) ||
	    g->p->token[g->day_token].type != TOKEN_WORD || t->digits > 2)
		return false;
	plain_civil(g->day, &year, &month, &day);
	return t->value == (uint32_t)day;
}

/* "3 and 2": no two fields stand like that. */
static bool
is_list(const struct reading *g, unsigned i)
{
	return i > 2 &&
	       (plain_is_meaning(g, i, -1, MEANS_FILLER) ||
		   plain_is_meaning(g, i, -1, MEANS_AND)) &&
	       g->waiting > 0 && g->wait[g->waiting - 1] == i - 2 && !plain_is_place(g, i - 2);
}

/* "update: 7 dead" gives no receipt. */
static bool
needs_receipt(const struct reading *g, unsigned i)
{
	return relation_rule(g->r->record.relation)->refers &&
	       (g->given & (1u << PLAIN_RECEIPT | 1u << PLAIN_KIND)) == 0 && g->waiting == 0 &&
	       g->people_token == NO_TOKEN && !is_people(g, i);
}

/* "Upper Alder 101": the place's label and its number; "3 dead 12": either may be the place. */
static bool
take_place_again(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *other = plain_peek(g, i + 2);

	if (i > 0 && g->p->token[i - 1].type == TOKEN_WORD &&
	    g->p->token[i - 1].use == PLAIN_USED && g->p->token[i - 1].field == PLAIN_PLACE &&
	    t->digits > 2 && t->marks == 0 && t->value == g->r->record.place) {
		plain_use(g, i, PLAIN_PLACE);
		return true;
	}
	if (!plain_at_place(g) || t->digits > 2 || !plain_is_meaning(g, i, 1, MEANS_PEOPLE) ||
	    !plain_is(other, TOKEN_NUMBER) || other->digits > 2 || plain_is_apart(g, i + 2) ||
	    plain_is_meaning(g, i + 2, 1, MEANS_PEOPLE))
		return false;
	plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
	return true;
}

/* A number beside a sign of life. */
static void
take_beside_life(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	if (t->digits == KIND_DIGITS && plain_is_value(plain_peek(g, i + 1)))
		take_first(g, i);
	else if (plain_is_meaning(g, i, 1, MEANINGS) && t[1].folded > 1)
		plain_ask(g, i, PLAIN_WHY_NO_FIELDS, 0); /* "ok 5 houses burnt" */
	else
		plain_ignore(g, i, PLAIN_WHY_NO_FIELDS);
}

void
plain_take_number(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	if (take_list_number(g, i))
		return;
	if (g->r == NULL) {
		take_first(g, i);
		return;
	}
	if (plain_is_silent(g)) {
		take_beside_life(g, i);
		return;
	}
	if (plain_month_behind(g, i) != 0 && !plain_at_place(g) && !needs_receipt(g, i) &&
	    plain_take_month(g, i, plain_month_behind(g, i), plain_month_behind(g, i)))
		return;
	if ((plain_is_word(g, i, 1, "am") || plain_is_word(g, i, 1, "pm")) && t->digits <= 2 &&
	    !plain_at_place(g)) {
		plain_set(g, PLAIN_HOUR, i); /* the word behind it turns it */
		return;
	}
	if (take_glued(g, i) || take_place_again(g, i))
		return;
	if (needs_receipt(g, i)) {
		plain_set(g, PLAIN_RECEIPT, i);
		return;
	}
	if (plain_waits(g) && plain_kind_of_digits(g, t) != 0) {
		plain_take_kind(g, i, plain_kind_of_digits(g, t));
		return;
	}
	if (is_dated(g, i)) {
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		return;
	}
	if (plain_take_joined(g, i)) {
		if ((g->given & 1u << PLAIN_AFFECTED) != 0)
			g->people_token = (uint16_t)i;
		return;
	}
	if (is_people(g, i)) {
		plain_set(g, PLAIN_AFFECTED, i);
		g->people_token = (uint16_t)i;
	} else if (is_list(g, i)) {
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
	} else if (!take_next_kind(g, i)) {
		plain_wait(g, i);
	}
}

void
plain_take_unknown(struct reading *g, unsigned i)
{
	if (g->r == NULL)
		plain_ignore(g, i, PLAIN_WHY_SIGN);
	else if (plain_is_silent(g))
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
	    g->p->token[i].len < EMOJI_LEN && plain_is(plain_peek(g, i + 1), TOKEN_NUMBER))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "5 + 3" */
	else
		plain_ignore(g, i, PLAIN_WHY_SIGN);
}

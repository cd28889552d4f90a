/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a word says: a kind, a tag, a place, or a meaning of the table. */
#include "reporting/report/plain_parts.h"

#include <string.h>

/* The token behind i that is no filler; its index. */
static unsigned
after_fillers(const struct reading *g, unsigned i)
{
	const struct plain_token *t;

	while (plain_is(t = plain_peek(g, ++i), TOKEN_WORD)) {
		enum meaning m = plain_meaning(t);

		if (!plain_is_filler(m) && m != MEANS_TO && m != MEANS_PEOPLE && m != MEANS_ABOUT)
			break;
	}
	return i;
}

static void
take_relation(struct reading *g, unsigned i, enum relation relation)
{
	bool first = g->p->reports == 0;

	if (plain_is_no_act(g, i, relation)) {
		plain_ignore(g, i, PLAIN_WHY_WORD);
		return;
	}
	if (relation == RELATION_DRILL && g->r != NULL && g->r->record.kind != 0 &&
	    !plain_is_apart(g, i)) {
		if ((g->r->record.relation != RELATION_NEW &&
			g->r->record.relation != RELATION_DRILL) ||
		    !plain_ends_report(g, i))
			plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		else
			plain_use(g, i, PLAIN_RELATION);
		if (g->r->record.relation == RELATION_NEW && g->p->token[i].use == PLAIN_USED)
			g->r->record.relation = RELATION_DRILL;
		return;
	}
	if (!relation_rule(relation)->counts && g->r != NULL) {
		plain_ignore(g, i, PLAIN_WHY_WORD);
		return;
	}
	if (g->r != NULL && g->r->record.relation == relation && plain_waits(g) &&
	    (g->given & 1u << PLAIN_RECEIPT) == 0) {
		plain_use(g, i, PLAIN_RELATION); /* "cancel delete 12" */
		return;
	}
	if (!plain_begin(g, i, relation))
		return;
	g->given |= 1u << PLAIN_RELATION;
	plain_use(g, i, PLAIN_RELATION);
	if (relation == RELATION_DRILL && plain_is_after(g, i))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "after the test KIL 101" */
	if (relation == RELATION_DRILL && first)
		g->drill_all = true;
}

/* Is the last number that waits in front of word i, with nothing but fillers between? */
static bool
is_behind(const struct reading *g, unsigned i)
{
	while (--i > g->wait[g->waiting - 1])
		if (!plain_is_filler(plain_meaning(&g->p->token[i])) &&
		    plain_meaning(&g->p->token[i]) != MEANS_TO) /* "3 or more" */
			return false;
	return g->p->token[i].type == TOKEN_NUMBER;
}

/* "2 more" than were told before; "2 or more" is an amount. */
static bool
is_added(const struct reading *g, unsigned i)
{
	return g->p->token[i - 1].type == TOKEN_NUMBER &&
	       (plain_is_word(g, i, 0, "more") || plain_is_word(g, i, 0, "over") ||
		   plain_is_word(g, i, 0, "less") || plain_is_word(g, i, 0, "zaidi"));
}

/* Words of amount belong to the next number, and make it a number of people; but "about 18h" tells
 * nothing about people. */
static void
take_quantity(struct reading *g, unsigned i, unsigned marks)
{
	const unsigned at = after_fillers(g, i);
	const struct plain_token *next = plain_peek(g, at);
	bool many = plain_is(next, TOKEN_WORD) && plain_meaning(next) == MEANS_MANY;

	if (g->r == NULL || (marks == MARK_ABOUT && plain_is_of_time(g, at))) {
		plain_ignore(g, i, PLAIN_WHY_WORD);
		return;
	}
	if (plain_is_of_time(g, at)) {
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		return;
	}
	if (!plain_is(next, TOKEN_NUMBER) && !many && g->waiting > 0 && is_behind(g, i) &&
	    !is_added(g, i)) {
		unsigned number = g->wait[--g->waiting]; /* "3 or more" */

		g->quantity |= (uint8_t)marks;
		plain_set(g, PLAIN_AFFECTED, number);
		plain_use(g, i, PLAIN_AFFECTED);
		return;
	}
	if (!plain_is(next, TOKEN_NUMBER) && !many) {
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		return;
	}
	g->quantity |= (uint8_t)marks;
	plain_use(g, i, PLAIN_AFFECTED);
}

static void
take_people(struct reading *g, unsigned i)
{
	const struct plain_token *next = plain_peek(g, i + 1);

	if (g->r != NULL && plain_is(next, TOKEN_NUMBER) && !plain_is_apart(g, i + 1) &&
	    (i == 0 || g->p->token[i - 1].type != TOKEN_NUMBER || plain_is_place(g, i - 1))) {
		g->quantity |= MARK_PREFIX; /* "watu 3" */
		plain_use(g, i, PLAIN_AFFECTED);
		return;
	}
	if (g->r != NULL && i > 0 && g->p->token[i - 1].use == PLAIN_USED &&
	    g->p->token[i - 1].field == PLAIN_AFFECTED)
		plain_use(g, i, PLAIN_AFFECTED);
	else if (plain_is_loose_tag(g, i))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "il y a 3 morts" */
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
}

/* "up to 10", "jusqu'à 10": not the number itself. */
static void
take_to(struct reading *g, unsigned i)
{
	unsigned at = after_fillers(g, i);

	if (g->r != NULL && !plain_at_place(g) && plain_is(plain_peek(g, at), TOKEN_NUMBER) &&
	    !plain_is_of_time(g, at) && !plain_is_apart(g, at))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
}

/* "no" changes what the rest says, unless it is "no 12". */
static void
take_not(struct reading *g, unsigned i)
{
	if (plain_is(plain_peek(g, i + 1), TOKEN_NUMBER) && g->r != NULL &&
	    relation_rule(g->r->record.relation)->refers)
		plain_ignore(g, i, PLAIN_WHY_WORD);
	else
		plain_ask(g, i, PLAIN_WHY_NEGATION, 0);
}

/* "salama" is a sign of life, "salama 12" an all-clear, and in front of a report a greeting. */
static void
take_safe(struct reading *g, unsigned i)
{
	bool numbered = plain_is(plain_peek(g, i + 1), TOKEN_NUMBER);

	if (plain_next_number(g, 0) == g->p->tokens)
		take_relation(g, i, RELATION_HEARTBEAT);
	else if (numbered && (g->r == NULL || plain_is_apart(g, i)))
		take_relation(g, i, RELATION_ALL_CLEAR);
	else if (numbered)
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
}

/* French: the least of more is the most. "au maximum" stays what it is. */
static bool
is_turned(const struct reading *g, unsigned i)
{
	return plain_is_word(g, i, -1, "au") &&
	       (plain_is_word(g, i, 0, "plus") || plain_is_word(g, i, 0, "moins"));
}

static bool
take_meaning(struct reading *g, unsigned i)
{
	static const enum relation relations[] = {RELATION_CORRECTION, RELATION_FOLLOW_UP,
	    RELATION_CANCEL, RELATION_ALL_CLEAR, RELATION_HEARTBEAT, RELATION_DRILL, RELATION_COVER,
	    RELATION_PLACE_CONFIRM};
	enum meaning meaning = plain_meaning(&g->p->token[i]);

	if (meaning == MEANINGS)
		return false;
	if (meaning <= MEANS_PLACE_CONFIRM) {
		take_relation(g, i, relations[meaning]);
		return true;
	}
	if (g->r == NULL && ((meaning >= MEANS_TODAY && meaning <= MEANS_SATURDAY) ||
				meaning == MEANS_MANY || meaning == MEANS_NUMERAL)) {
		plain_ignore(g, i, PLAIN_WHY_STRAY); /* "yesterday KIL 101 3" */
		return true;
	}
	if (plain_take_day_word(g, i, meaning))
		return true;
	if (meaning >= MEANS_JANUARY && meaning < MEANS_JANUARY + 12) {
		plain_take_month_word(g, i);
		return true;
	}
	switch (meaning) {
	case MEANS_ABOUT:
		take_quantity(g, i, MARK_ABOUT);
		return true;
	case MEANS_AT_LEAST: /* "au plus" is at most, "au moins" at least */
		take_quantity(g, i, is_turned(g, i) ? MARK_MOST : MARK_LEAST);
		return true;
	case MEANS_AT_MOST:
		take_quantity(g, i, is_turned(g, i) ? MARK_LEAST : MARK_MOST);
		return true;
	case MEANS_MANY:
		if (plain_is_word(g, i, -1, "how"))
			plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "how many: 3" */
		else
			plain_set_many(g, i, 0);
		return true;
	case MEANS_PEOPLE:
		take_people(g, i);
		return true;
	case MEANS_TO:
		take_to(g, i);
		return true;
	case MEANS_SAFE:
		take_safe(g, i);
		return true;
	case MEANS_NOT:
		take_not(g, i);
		return true;
	default:
		return plain_take_other(g, i, meaning);
	}
}

/* Is a word glued behind the token at i? */
static bool
is_glued(const struct reading *g, unsigned i)
{
	const struct plain_token *word = plain_peek(g, i + 1);

	return plain_is(word, TOKEN_WORD) && word->before == 0;
}

/* A letter in front of a value. */
static bool
take_tag(struct reading *g, unsigned i)
{
	enum plain_field field = plain_field_of_tag(g, &g->p->token[i]);
	const struct plain_token *next = plain_peek(g, i + 1);
	enum meaning meaning;

	if (field == PLAIN_FIELDS || g->r == NULL || next == NULL || plain_is_strong(next))
		return false;
	if (field == PLAIN_AFFECTED && plain_is(next, TOKEN_NUMBER) && plain_range(g, i + 1)) {
		plain_use(g, i, field);
		plain_set_range(g, i + 1, i + 2);
		return true;
	}
	if (field == PLAIN_AFFECTED && plain_is(next, TOKEN_NUMBER) && plain_ask_pair(g, i + 1)) {
		plain_use(g, i, field);
		return true;
	}
	if (next->before != 0 && is_glued(g, i + 1))
		return false; /* "a 18h" */
	if (field == PLAIN_AFFECTED && (next->before & BETWEEN_DOT) != 0 &&
	    relation_rule(g->r->record.relation)->refers && (g->given & 1u << PLAIN_RECEIPT) == 0) {
		plain_ignore(g, i, PLAIN_WHY_WORD); /* "annuler n° 12" */
		return true;
	}
	if (plain_is_value(next)) {
		plain_use(g, i, field);
		if (!plain_is(next, TOKEN_NUMBER) || !plain_take_tagged(g, field, i + 1))
			plain_set(g, field, i + 1);
		return true;
	}
	if (next->type != TOKEN_WORD)
		return false;
	meaning = plain_meaning(next);
	if ((field == PLAIN_DAY && meaning >= MEANS_TODAY && meaning <= MEANS_SATURDAY) ||
	    (field == PLAIN_AFFECTED && meaning >= MEANS_ABOUT && meaning <= MEANS_MANY)) {
		plain_use(g, i, field);
		return true; /* the word says it */
	}
	return false;
}

static bool
take_letters(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];
	char letters[MNEMONIC_LEN + 1];
	unsigned code;
	bool alike;

	if (!plain_capitals(g->p, t, letters, MNEMONIC_LEN, &alike) ||
	    (code = plain_kind_of_letters(g->with->book, letters)) == 0)
		return false;
	g->p->token[i].repaired = alike;
	plain_take_kind(g, i, code);
	return true;
}

/* "KILp101": a kind and the tag of the number that is glued to it. */
static bool
take_glued(struct reading *g, unsigned i)
{
	struct plain_token *t = &g->p->token[i];
	const struct plain_token *next = plain_peek(g, i + 1);
	struct plain_token tag = *t;
	char letters[MNEMONIC_LEN + 2];
	enum plain_field field;
	unsigned code;
	bool alike;

	if (t->folded != MNEMONIC_LEN + 1 || (t->marks & MARK_FOREIGN) != 0 ||
	    !plain_is(next, TOKEN_NUMBER) || next->before != 0 ||
	    !plain_capitals(g->p, t, letters, MNEMONIC_LEN + 1, &alike))
		return false;
	letters[MNEMONIC_LEN] = '\0';
	tag.at = (uint16_t)(t->at + MNEMONIC_LEN);
	tag.folded = 1;
	field = plain_field_of_tag(g, &tag);
	if ((code = plain_kind_of_letters(g->with->book, letters)) == 0 || field == PLAIN_FIELDS)
		return false;
	plain_take_kind(g, i, code);
	if (g->r != NULL)
		plain_set(g, field, i + 1);
	return true;
}

/* Is a kind likely to be meant where this word stands? */
static bool
may_be_kind(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);
	bool values = plain_is_value(next) && !plain_is_strong(next);

	if (plain_waits(g) || g->r == NULL || plain_is_silent(g) || plain_is_apart(g, i))
		return values || (g->p->tokens == 1 && t->folded == MNEMONIC_LEN);
	return values && !plain_at_place(g) &&
	       (plain_is(plain_peek(g, i + 2), TOKEN_NUMBER) || t->before != 0) &&
	       t->folded >= MNEMONIC_LEN;
}

/* A sentence may hold a word that is near a kind: then two numbers must follow, as in a report. */
static bool
is_talk(const struct reading *g, unsigned i)
{
	for (unsigned k = 0; k < i && g->r == NULL; k++)
		if (!plain_is_filler(plain_meaning(&g->p->token[k])))
			return !plain_is_value(plain_peek(g, i + 2));
	return false;
}

static bool
take_near(struct reading *g, unsigned i)
{
	char letters[MNEMONIC_LEN + 2];
	unsigned candidate = 0, len;
	bool alike;

	if (!may_be_kind(g, i) || is_talk(g, i))
		return false;
	if (plain_capitals(g->p, &g->p->token[i], letters, MNEMONIC_LEN + 1, &alike) &&
	    (len = (unsigned)strlen(letters)) > 1)
		candidate = plain_near(g->with->book, letters, len);
	if (candidate != 0)
		plain_ask_kind(g, i, PLAIN_WHY_KIND_NEAR, candidate);
	else if (g->r != NULL && !plain_is_apart(g, i) && !plain_waits(g))
		return false;
	else if (g->r == NULL && g->p->token[i].folded > MNEMONIC_LEN + 1)
		return false; /* "Hello 12": the number is asked about */
	else
		plain_ask_kind(g, i, PLAIN_WHY_KIND_UNKNOWN, 0);
	return true;
}

/* A kind's label is read by people, not typed by rule: it is asked about. */
static bool
take_kind_label(struct reading *g, unsigned i)
{
	unsigned count, code;

	if ((g->r != NULL && !plain_waits(g) && !plain_is_silent(g)) ||
	    (count = plain_kind_label(g, i, &code)) == 0)
		return false;
	plain_ask_kind(g, i, PLAIN_WHY_KIND_LABEL, code);
	for (unsigned k = i + 1; k < i + count; k++)
		plain_ask(g, k, PLAIN_WHY_KIND_LABEL, code);
	return true;
}

static bool
take_label(struct reading *g, unsigned i)
{
	unsigned count;
	uint16_t id;

	if (plain_is_elsewhere(g, i, &count)) {
		for (unsigned k = i; k < i + count; k++)
			plain_ask(g, k, PLAIN_WHY_AMBIGUOUS, 0);
		return true;
	}
	if (g->r == NULL || !plain_at_place(g) || !relation_rule(g->r->record.relation)->counts ||
	    (count = plain_place_label(g, i, &id)) == 0)
		return false;
	g->given |= 1u << PLAIN_PLACE;
	g->r->record.place = id;
	for (unsigned k = i; k < i + count; k++)
		plain_use(g, k, PLAIN_PLACE);
	return true;
}

/* A word beside a sign of life. */
static void
take_beside_life(struct reading *g, unsigned i)
{
	enum meaning meaning = plain_meaning(&g->p->token[i]);

	if (take_letters(g, i) ||
	    ((meaning <= MEANS_PLACE_CONFIRM || meaning == MEANS_NOT) && take_meaning(g, i)))
		return;
	if (plain_tells_more(g, i))
		plain_ask(g, i, PLAIN_WHY_NO_FIELDS, 0);
	else if (meaning != MEANINGS || !take_near(g, i))
		plain_ignore(g, i, PLAIN_WHY_NO_FIELDS);
}

void
plain_take_word(struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1);

	if (plain_is_silent(g)) {
		take_beside_life(g, i);
		return;
	}
	if (take_glued(g, i) || take_letters(g, i) || take_tag(g, i) || take_label(g, i) ||
	    take_meaning(g, i) || take_kind_label(g, i) || take_near(g, i))
		return;
	if (g->r != NULL && plain_at_place(g) && plain_is(next, TOKEN_NUMBER) && next->digits <= 2)
		plain_ask(g, i, PLAIN_WHY_PLACE_UNKNOWN, 0); /* the number may not be the place */
	else if (g->r != NULL && plain_is(next, TOKEN_NUMBER) && next->before == 0)
		plain_ask(g, i, PLAIN_WHY_UNIT, 0);
	else if (g->r != NULL && plain_is(next, TOKEN_NUMBER) && t->folded == 1 &&
		 plain_is_of_time(g, i + 1))
		plain_ignore(g, i, PLAIN_WHY_WORD); /* "a 18h" */
	else if (g->r != NULL && plain_is(next, TOKEN_NUMBER) && !plain_is_apart(g, i + 1) &&
		 relation_rule(g->r->record.relation)->counts && !plain_at_place(g))
		plain_ask(g, i, PLAIN_WHY_BEFORE, 0);
	else if (g->r != NULL && (t->marks & MARK_LETTERS) != 0 && i > 0 &&
		 g->p->token[i - 1].type == TOKEN_NUMBER && (next == NULL || plain_is_value(next)))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* a zero or a one may be meant */
	else if (g->r != NULL && plain_is_counted(g, i))
		plain_ask(g, i, PLAIN_WHY_UNIT, 0);
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
}

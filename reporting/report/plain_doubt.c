/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of which the word beside them may say something else than their turn or letter does. */
#include "reporting/report/plain_parts.h"

#define LABEL_REACH 24u  /* tokens of a report within which another place is looked for */
#define LIFE_WORDS_MAX 2 /* words of no meaning beside a sign of life, as in "i am ok boss" */

bool
plain_is_loose_tag(const struct reading *g, unsigned i)
{
	const struct plain_token *number, *tag;

	if (i < 2)
		return false;
	number = &g->p->token[i - 1];
	tag = &g->p->token[i - 2];
	return number->type == TOKEN_NUMBER && number->use == PLAIN_USED && number->before != 0 &&
	       number->field != PLAIN_PLACE && number->field != PLAIN_AFFECTED &&
	       tag->type == TOKEN_WORD && tag->use == PLAIN_USED && tag->field == number->field &&
	       plain_field_of_tag(g, tag) == (enum plain_field)number->field;
}

bool
plain_is_place(const struct reading *g, unsigned i)
{
	return (g->given & 1u << PLAIN_PLACE) == 0 && g->waiting == 1 && g->wait[0] == i;
}

bool
plain_is_counted(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i], *next = plain_peek(g, i + 1), *number;

	if (i > 1 && plain_is_meaning(g, i, -1, MEANS_TO))
		i--; /* "3 or so" */
	if (i > 2 && plain_is_ordinal(g, i - 2) && g->p->token[i - 1].use == PLAIN_USED &&
	    t->before == BETWEEN_BLANK)
		return true; /* "3rd time" */
	if (i == 0 || (number = &g->p->token[i - 1])->type != TOKEN_NUMBER)
		return false;
	if (t->before == 0)
		return true;
	if ((t->before & ~(unsigned)BETWEEN_BLANK) != 0)
		return false; /* "3. Amina" */
	if (t->folded == 1 && next != NULL && (next->before & BETWEEN_OTHER) != 0)
		return false; /* "b) BUR" */
	if (g->waiting > 0 && g->wait[g->waiting - 1] == i - 1)
		return !plain_is_place(g, i - 1);
	if (number->use == PLAIN_USED && number->report == g->number &&
	    number->field == PLAIN_AFFECTED && g->people_token != NO_TOKEN)
		return i < 2 || plain_meaning(&g->p->token[i - 2]) != MEANS_PEOPLE;
	return plain_is_loose_tag(g, i);
}

/* "KIL 101 3 drill", and not "rapid test positive". */
bool
plain_ends_report(const struct reading *g, unsigned i)
{
	const struct plain_token *next = plain_peek(g, i + 1), *last = &g->p->token[i - 1];

	return (next == NULL || plain_is_strong(next)) &&
	       (last->type != TOKEN_WORD || last->use == PLAIN_USED ||
		   plain_is_filler(plain_meaning(last)) || plain_meaning(last) == MEANS_NOT ||
		   last->folded == 1);
}

/* "ok, 3 people killed": beside a sign of life, what nobody would say of herself alone. */
bool
plain_tells_more(const struct reading *g, unsigned i)
{
	enum meaning meaning = plain_meaning(&g->p->token[i]);
	unsigned unknown = meaning == MEANINGS;

	for (unsigned k = 0; k < i; k++)
		unknown +=
		    g->p->token[k].type == TOKEN_WORD && plain_meaning(&g->p->token[k]) == MEANINGS;
	return meaning == MEANS_PEOPLE || meaning == MEANS_MANY || meaning == MEANS_NUMERAL ||
	       (meaning == MEANINGS && unknown > LIFE_WORDS_MAX);
}

unsigned
plain_next_number(const struct reading *g, unsigned i)
{
	while (i < g->p->tokens && g->p->token[i].type != TOKEN_NUMBER)
		i++;
	return i;
}

/* "all ok here": no place is meant. */
static bool
is_mere_here(const struct reading *g, unsigned i)
{
	bool alive = false;
	uint16_t id;

	if (plain_next_number(g, 0) < g->p->tokens)
		return false;
	for (unsigned k = 0; k < g->p->tokens; k++) {
		enum meaning meaning = plain_meaning(&g->p->token[k]);

		alive = alive || meaning == MEANS_HEARTBEAT || meaning == MEANS_SAFE;
		if (k > i && plain_place_label(g, k, &id) != 0)
			return false;
	}
	return alive;
}

/* "cancel 12, it was wrong": nothing more is to be corrected. */
static bool
is_mere_reason(const struct reading *g, unsigned i)
{
	return g->r != NULL && g->r->record.relation == RELATION_CANCEL &&
	       (g->given & 1u << PLAIN_RECEIPT) != 0 && plain_next_number(g, i) == g->p->tokens;
}

bool
plain_is_no_act(const struct reading *g, unsigned i, enum relation relation)
{
	return (relation == RELATION_PLACE_CONFIRM && is_mere_here(g, i)) ||
	       (relation == RELATION_CORRECTION && is_mere_reason(g, i));
}

bool
plain_is_of_time(const struct reading *g, unsigned i)
{
	const struct plain_token *behind = plain_peek(g, i + 1);
	enum meaning meaning;

	if (!plain_is(plain_peek(g, i), TOKEN_NUMBER) || behind == NULL)
		return false;
	if (behind->type == TOKEN_NUMBER)
		return behind->before == BETWEEN_COLON && behind->digits == 2;
	if (behind->type != TOKEN_WORD)
		return false;
	meaning = plain_meaning(behind);
	return (behind->before == 0 && plain_field_of_tag(g, behind) == PLAIN_HOUR) ||
	       (meaning >= MEANS_JANUARY && meaning < MEANS_JANUARY + 12);
}

static bool
is_within(const struct places *places, unsigned id, unsigned whole)
{
	for (const struct place *place; id != 0; id = place->parent)
		if (id == whole || (place = places_find(places, id)) == NULL)
			return id == whole;
	return false;
}

bool
plain_is_elsewhere(const struct reading *g, unsigned i, unsigned *count)
{
	const struct plain_setting *with = g->with;
	const struct plain_token *number;
	unsigned given;
	uint16_t id;

	if (g->r == NULL || plain_at_place(g) || i > g->start + LABEL_REACH ||
	    plain_meaning(&g->p->token[i]) != MEANINGS ||
	    (*count = plain_place_label(g, i, &id)) < 2)
		return false; /* one word, as "market", may be no name */
	given = g->r->record.place;
	if (given == 0 && g->waiting > 0 && (g->given & 1u << PLAIN_PLACE) == 0) {
		number = &g->p->token[g->wait[0]];
		given = with->own != NULL && number->digits <= 2 ? with->own[number->value]
								 : number->value;
	}
	return given != 0 && !is_within(with->places, id, given) &&
	       !is_within(with->places, given, id);
}

/* "101 and 102", "today at 8": between other fields such words change nothing. */
static bool
may_join(const struct reading *g, unsigned i)
{
	const struct plain_token *last = i > 0 ? &g->p->token[i - 1] : NULL;
	const struct plain_token *next = plain_peek(g, i + 1), *behind = plain_peek(g, i + 2);

	if (g->r == NULL || g->r->open || last == NULL || !plain_is(next, TOKEN_NUMBER) ||
	    plain_is_of_time(g, i + 1) ||
	    (plain_is(behind, TOKEN_WORD) && behind->before == 0)) /* "at 2pm" */
		return false;
	if (plain_meaning(&g->p->token[i]) == MEANS_AT)
		return !plain_at_place(g);
	return plain_is_place(g, i - 1) || (last->use == PLAIN_USED && last->field == PLAIN_PLACE);
}

bool
plain_is_after(const struct reading *g, unsigned i)
{
	while (i > 0 && plain_is_meaning(g, i, -1, MEANS_FILLER))
		i--;
	return plain_is_meaning(g, i, -1, MEANS_OTHER_DAY);
}

/* A word that is asked about where it may change what a number beside it says. */
static enum plain_why
why_asked(const struct reading *g, unsigned i, enum meaning meaning)
{
	switch (meaning) {
	case MEANS_NUMERAL:
		return g->r != NULL ? PLAIN_WHY_NUMBER : PLAIN_WHY_NONE;
	case MEANS_EITHER:
		return g->r != NULL ? PLAIN_WHY_AMBIGUOUS : PLAIN_WHY_NONE;
	case MEANS_TIME_UNIT:
		if (g->r != NULL && plain_is(plain_peek(g, i + 1), TOKEN_NUMBER))
			return PLAIN_WHY_BEFORE; /* "siku 3" */
		/* "il y a 3 jours" */
		return plain_is_loose_tag(g, i) ? PLAIN_WHY_AMBIGUOUS : PLAIN_WHY_NONE;
	case MEANS_AND:
	case MEANS_AT:
		return may_join(g, i) ? PLAIN_WHY_AMBIGUOUS : PLAIN_WHY_NONE;
	default:
		return PLAIN_WHY_NONE;
	}
}

bool
plain_take_other(struct reading *g, unsigned i, enum meaning meaning)
{
	enum plain_why why = why_asked(g, i, meaning);

	if (meaning == MEANS_OTHER_DAY)
		return false;
	if (meaning == MEANS_TIME_UNIT && g->r != NULL && plain_take_half_day(g, i))
		return true;
	if (meaning == MEANS_DAYTIME && (i == 0 || g->p->token[i - 1].use != PLAIN_USED ||
					    g->p->token[i - 1].field != PLAIN_DAY))
		return false; /* as "hier soir" has it */
	if (why != PLAIN_WHY_NONE)
		plain_ask(g, i, why, 0);
	else if (meaning == MEANS_NOT_KNOWN && g->r != NULL)
		plain_wait(g, i);
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
	if (meaning == MEANS_NOT_KNOWN)
		g->p->token[i].type = TOKEN_UNKNOWN;
	return true;
}

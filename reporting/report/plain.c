/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From tokens to reports: where each begins, and which field each token names. */
#include "reporting/report/plain.h"

#include "reporting/report/damm.h"
#include "reporting/report/plain_parts.h"

#include <assert.h>
#include <string.h>

#define KIND_DIGITS 3

static const char *const whys[PLAIN_WHYS] = {
#define PLAIN_WHY(name, words) words,
#include "schemas/report/plain.def"
};

const char *
plain_why_words(enum plain_why why)
{
	assert(why < PLAIN_WHYS);
	return whys[why];
}

const char *
plain_field_words(enum plain_field field)
{
	assert(field < PLAIN_FIELDS);
	return plain_fields[field].words;
}

/* NULL behind the last one. */
const struct plain_token *
plain_peek(const struct reading *g, unsigned i)
{
	return i < g->p->tokens ? &g->p->token[i] : NULL;
}

bool
plain_is(const struct plain_token *t, enum token_type type)
{
	return t != NULL && t->type == type;
}

bool
plain_is_value(const struct plain_token *t)
{
	return plain_is(t, TOKEN_NUMBER) || plain_is(t, TOKEN_UNKNOWN);
}

bool
plain_is_strong(const struct plain_token *t)
{
	return (t->before & BETWEEN_STRONG) != 0;
}

static int
strength(const struct plain_token *t)
{
	return plain_is_strong(t)                 ? 3
	       : (t->before & BETWEEN_BLANK) != 0 ? 2
	       : t->before != 0                   ? 1
						  : 0;
}

bool
plain_is_apart(const struct reading *g, unsigned i)
{
	int apart, within = 0;

	if (g->r == NULL || i <= g->start + 1u)
		return false;
	apart = strength(&g->p->token[i]);
	for (unsigned k = g->start + 1u; k < i; k++)
		if (strength(&g->p->token[k]) > within)
			within = strength(&g->p->token[k]);
	return apart > (within == 0 ? 2 : within) || (apart == 2 && within == 1);
}

bool
plain_is_silent(const struct reading *g)
{
	return g->r != NULL && !relation_rule(g->r->record.relation)->counts;
}

bool
plain_at_place(const struct reading *g)
{
	return (g->given & 1u << PLAIN_PLACE) == 0 && g->waiting == 0;
}

/* A sign of life is one only if it is all that the message says. */
static void
take_back(struct reading *g)
{
	for (unsigned i = 0; i < g->p->tokens; i++) {
		struct plain_token *t = &g->p->token[i];

		if (t->use == PLAIN_USED && t->report == g->number)
			plain_ignore(g, i, PLAIN_WHY_NO_FIELDS);
		if (t->use == PLAIN_ASKED && t->report == g->number)
			t->report = PLAIN_REPORTS_MAX;
	}
	g->p->reports--;
	g->r = NULL;
}

/* false: there is no room for one more; the token is asked about. */
bool
plain_begin(struct reading *g, unsigned i, enum relation relation)
{
	struct plain *p = g->p;

	plain_finish(g);
	if (g->r != NULL && !relation_rule(g->r->record.relation)->counts)
		take_back(g);
	if (p->reports == PLAIN_REPORTS_MAX) {
		plain_ask(g, i, PLAIN_WHY_TOO_MANY, 0);
		g->full = true;
		return false;
	}
	g->number = p->reports;
	g->r = &p->report[p->reports++];
	*g->r = (struct plain_report){.upper = AFFECTED_NONE};
	record_init(&g->r->record, codebook_schema(g->with->book));
	g->r->record.relation =
	    g->drill_all && relation == RELATION_NEW ? RELATION_DRILL : relation;
	if (!relation_rule(relation)->counts)
		g->r->record.schema = 0;
	g->given = 0;
	g->waiting = 0;
	g->start = (uint16_t)i;
	g->day = DAY_NONE;
	g->minute = -1;
	g->quantity = 0;
	g->people_token = NO_TOKEN;
	return true;
}

/* Does a kind belong to the report that a word began? */
bool
plain_waits(const struct reading *g)
{
	return g->r != NULL && g->r->record.kind == 0 && (g->given & 1u << PLAIN_KIND) == 0 &&
	       g->waiting == 0 && relation_rule(g->r->record.relation)->counts &&
	       g->r->record.relation != RELATION_NEW &&
	       g->r->record.relation != RELATION_PLACE_CONFIRM;
}

static bool
open_kind(struct reading *g, unsigned i)
{
	bool ends = plain_waits(g) && plain_is_apart(g, i) &&
		    g->r->record.relation != RELATION_CORRECTION &&
		    g->r->record.relation != RELATION_FOLLOW_UP; /* "CANCEL 12; KIL 101" */

	if ((ends || !plain_waits(g)) && !plain_begin(g, i, RELATION_NEW))
		return false;
	g->given |= 1u << PLAIN_KIND;
	return true;
}

void
plain_take_kind(struct reading *g, unsigned i, unsigned code)
{
	const struct retired *old = codebook_retired(g->with->book, code);

	if (!open_kind(g, i))
		return;
	if (old != NULL) {
		plain_ask(g, i, PLAIN_WHY_KIND_RETIRED, old->successor);
		return;
	}
	g->r->record.kind = code;
	plain_use(g, i, PLAIN_KIND);
}

void
plain_ask_kind(struct reading *g, unsigned i, enum plain_why why, unsigned candidate)
{
	if (open_kind(g, i))
		plain_ask(g, i, why, candidate);
}

/* Code of the kind that these letters name, of a retired one too; 0 none. */
unsigned
plain_kind_of_letters(const struct codebook *book, const char *letters)
{
	const struct kind *kind = codebook_kind_by_mnemonic(book, letters);
	const struct retired *old = codebook_retired_by_mnemonic(book, letters);

	if (kind != NULL)
		return kind->code;
	return old != NULL ? old->code : 0;
}

/* Code of the kind that three digits name; 0 none, and none if anything is beside them. */
unsigned
plain_kind_of_digits(const struct reading *g, const struct plain_token *t)
{
	const struct codebook *book = g->with->book;
	unsigned code = t->value / 10;
	char digits[KIND_DIGITS + 1];

	if (t->digits != KIND_DIGITS || t->marks != 0)
		return 0;
	memcpy(digits, g->p->folded + t->at, KIND_DIGITS);
	digits[KIND_DIGITS] = '\0';
	if (!damm_is_sound(digits))
		return 0;
	return codebook_kind(book, code) != NULL || codebook_retired(book, code) != NULL ? code : 0;
}

enum plain_field
plain_field_of_tag(const struct reading *g, const struct plain_token *t)
{
	bool alike;
	char letter[2];

	if (plain_capitals(g->p, t, letter, 1, &alike) &&
	    ((t->marks & MARK_FOREIGN) == 0 || t->folded > 1))
		for (unsigned f = 0; f < PLAIN_FIELDS; f++)
			if (plain_fields[f].tag != 0 &&
			    plain_fields[f].tag - 'a' + 'A' == letter[0])
				return (enum plain_field)f;
	return PLAIN_FIELDS;
}

void
plain_wait(struct reading *g, unsigned i)
{
	if (g->waiting == PLAIN_FIELDS) {
		plain_ask(g, i, PLAIN_WHY_EXTRA, 0);
		return;
	}
	g->wait[g->waiting++] = (uint16_t)i;
}

/* What the tokens say together. */
static void
conclude(struct reading *g)
{
	struct plain *p = g->p;
	bool asked = false;

	for (unsigned i = 0; i < p->tokens; i++) {
		struct plain_token *t = &p->token[i];

		assert(t->use != PLAIN_FRESH);
		if (p->reports == 0)
			plain_ignore(g, i, (enum plain_why)t->why);
		else if (t->use == PLAIN_IGNORED && t->why == PLAIN_WHY_STRAY &&
			 (t->type != TOKEN_WORD ||
			     relation_rule(p->report[0].record.relation)->counts))
			t->use = PLAIN_ASKED; /* a number is never dropped beside a report */
		if (t->use == PLAIN_ASKED && t->report == PLAIN_REPORTS_MAX) {
			t->report = 0; /* what stands in front may change the first */
			p->report[0].why = p->report[0].open ? p->report[0].why : t->why;
			p->report[0].open = true;
		}
		if (t->use == PLAIN_ASKED && !asked) {
			asked = true;
			p->why = (enum plain_why)t->why;
		}
	}
	for (unsigned i = 0; i < p->reports && !asked; i++)
		if ((asked = p->report[i].open))
			p->why = (enum plain_why)p->report[i].why;
	p->outcome = p->reports == 0 ? PLAIN_UNREADABLE : asked ? PLAIN_QUESTION : PLAIN_REPORTS;
	if (p->reports == 0)
		p->why = PLAIN_WHY_NO_KIND;
}

/* An answer that came back: no part of it is read. */
static bool
refuse_answer(const char *text, struct plain *p)
{
	if (memchr(text, PLAIN_ANSWER_SIGN, p->token[0].from) == NULL)
		return false;
	for (unsigned i = 0; i < p->tokens; i++) {
		p->token[i].use = PLAIN_IGNORED;
		p->token[i].why = PLAIN_WHY_ANSWER;
	}
	p->why = PLAIN_WHY_ANSWER;
	return true;
}

void
plain_parse(const char *text, size_t len, const struct plain_setting *with, struct plain *out)
{
	struct reading g = {
	    .with = with, .p = out, .day = DAY_NONE, .minute = -1, .people_token = NO_TOKEN};

	out->reports = 0;
	out->outcome = PLAIN_UNREADABLE;
	if (!plain_cut(text, len, out) || refuse_answer(text, out))
		return;
	for (unsigned i = 0; i < out->tokens; i++) {
		if (out->token[i].use != PLAIN_FRESH)
			continue;
		if (g.full) {
			plain_ask(&g, i, PLAIN_WHY_TOO_MANY, 0);
			continue;
		}
		switch (out->token[i].type) {
		case TOKEN_WORD:
			plain_take_word(&g, i);
			break;
		case TOKEN_NUMBER:
			plain_take_number(&g, i);
			break;
		case TOKEN_UNKNOWN:
			plain_take_unknown(&g, i);
			break;
		default:
			plain_take_sign(&g, i);
			break;
		}
	}
	plain_finish(&g);
	conclude(&g);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the fields of one report, and whether it is whole. */
#include "reporting/report/plain_parts.h"

#include "reporting/report/check.h"

#include <string.h>

const struct field_rule plain_fields[PLAIN_FIELDS] = {
#define PLAIN_FIELD(name, tag, place, digits, low, high, words) \
	[PLAIN_##name] = {tag, place, digits, low, high, words},
#include "schemas/report/plain.def"
};

void
plain_use(struct reading *g, unsigned i, enum plain_field field)
{
	struct plain_token *t = &g->p->token[i];

	t->use = PLAIN_USED;
	t->field = (uint8_t)field;
	t->report = g->r == NULL ? PLAIN_REPORTS_MAX : (uint8_t)g->number;
	if (t->repaired && g->r != NULL)
		g->r->repaired = true;
}

void
plain_ignore(struct reading *g, unsigned i, enum plain_why why)
{
	struct plain_token *t = &g->p->token[i];

	t->use = PLAIN_IGNORED;
	t->why = (uint8_t)why;
	t->report = PLAIN_REPORTS_MAX;
}

/* A question to the report, not to one token. */
static void
open_report(struct reading *g, enum plain_why why, unsigned candidate)
{
	if (g->r == NULL || g->r->open)
		return;
	g->r->open = true;
	g->r->why = (uint8_t)why;
	g->r->candidate = (uint8_t)candidate;
}

void
plain_ask(struct reading *g, unsigned i, enum plain_why why, unsigned candidate)
{
	struct plain_token *t = &g->p->token[i];

	t->use = PLAIN_ASKED;
	t->why = (uint8_t)why;
	t->candidate = (uint8_t)candidate;
	t->report = g->r == NULL ? PLAIN_REPORTS_MAX : (uint8_t)g->number;
	open_report(g, why, candidate);
}

/* Is the field still free? It is not free any more after this. */
static bool
claim(struct reading *g, enum plain_field field, unsigned i)
{
	if ((g->given & 1u << field) != 0) {
		plain_ask(g, i, PLAIN_WHY_REPEATED, 0);
		return false;
	}
	g->given |= 1u << field;
	plain_use(g, i, field);
	return true;
}

static enum plain_why
put_place(struct reading *g, const struct plain_token *t)
{
	const struct plain_setting *with = g->with;
	unsigned id = t->value;

	if (with->own != NULL && t->digits <= 2)
		id = with->own[t->value];
	if (id == 0 || places_find(with->places, id) == NULL)
		return PLAIN_WHY_PLACE_UNKNOWN;
	g->r->record.place = id;
	return PLAIN_WHY_NONE;
}

static enum plain_why
put_day(struct reading *g, const struct plain_token *t)
{
	int32_t today = plain_today(g->with);

	if (plain_day_needs_clock(t->digits) && today == DAY_NONE)
		return PLAIN_WHY_NO_CLOCK;
	g->day = plain_day_of(g->p->folded + t->at, t->digits, today);
	return g->day == DAY_NONE ? PLAIN_WHY_DAY : PLAIN_WHY_NONE;
}

static enum plain_why
put_hour(struct reading *g, const struct plain_token *t)
{
	unsigned hour = t->digits <= 2 ? t->value : t->value / 100;
	unsigned minute = t->digits <= 2 ? 0 : t->value % 100;

	if (hour > 23 || minute > 59)
		return PLAIN_WHY_HOUR;
	g->minute = (int16_t)(hour * 60 + minute);
	return PLAIN_WHY_NONE;
}

static enum quantity
quantity_of(unsigned marks)
{
	return (marks & (MARK_ABOUT | MARK_DOUBT)) != 0 ? QUANTITY_ABOUT
	       : (marks & MARK_LEAST) != 0              ? QUANTITY_AT_LEAST
	       : (marks & MARK_MOST) != 0               ? QUANTITY_AT_MOST
							: QUANTITY_EXACT;
}

static enum plain_why
put_affected(struct reading *g, const struct plain_token *t)
{
	unsigned marks = t->marks | g->quantity;

	g->quantity = 0;
	g->r->record.affected = affected_encode(t->value);
	g->r->record.quantity = quantity_of(marks);
	return PLAIN_WHY_NONE;
}

static enum plain_why
put_step(struct reading *g, enum plain_field field, uint32_t value)
{
	const struct codebook *book = g->with->book;

	switch (field) {
	case PLAIN_SEVERITY:
		if (value != 0 && book->severities != 0 && codebook_severity(book, value) == NULL)
			return PLAIN_WHY_SEVERITY_UNKNOWN;
		g->r->record.severity = value;
		return PLAIN_WHY_NONE;
	case PLAIN_CERTAINTY:
		if (value != 0 && codebook_certainty(book, value) == NULL)
			return PLAIN_WHY_CERTAINTY_UNKNOWN;
		g->r->record.certainty = value;
		return PLAIN_WHY_NONE;
	case PLAIN_ACTOR:
		if (value != 0 && codebook_actor(book, value) == NULL)
			return PLAIN_WHY_ACTOR_UNKNOWN;
		g->r->record.actor = value;
		return PLAIN_WHY_NONE;
	default:
		return PLAIN_WHY_NUMBER;
	}
}

static enum plain_why
put_number(struct reading *g, enum plain_field field, const struct plain_token *t)
{
	const struct field_rule *rule = &plain_fields[field];

	if ((t->marks & MARK_BAD) != 0 || (t->marks & ~MARK_PREFIX && field != PLAIN_AFFECTED))
		return PLAIN_WHY_NUMBER;
	if (t->digits > rule->digits || t->value < rule->low || t->value > rule->high)
		return field == PLAIN_DAY    ? PLAIN_WHY_DAY
		       : field == PLAIN_HOUR ? PLAIN_WHY_HOUR
					     : PLAIN_WHY_RANGE;
	switch (field) {
	case PLAIN_PLACE:
		return put_place(g, t);
	case PLAIN_DAY:
		return put_day(g, t);
	case PLAIN_HOUR:
		return put_hour(g, t);
	case PLAIN_AFFECTED:
		return put_affected(g, t);
	case PLAIN_RECEIPT:
		if (!relation_rule(g->r->record.relation)->refers)
			return PLAIN_WHY_RELATION_MISSING;
		g->r->refers = t->value;
		return PLAIN_WHY_NONE;
	default:
		return put_step(g, field, t->value);
	}
}

/* Put a number or a question mark into a field that it has claimed. */
static void
fill(struct reading *g, enum plain_field field, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];
	enum plain_why why;

	if (t->type == TOKEN_UNKNOWN) {
		if (field == PLAIN_RECEIPT)
			plain_ask(g, i, PLAIN_WHY_RECEIPT_MISSING, 0);
		return;
	}
	why = put_number(g, field, t);
	if (why == PLAIN_WHY_NO_CLOCK)
		plain_ignore(g, i, why);
	else if (why != PLAIN_WHY_NONE)
		plain_ask(g, i, why, 0);
	if (field == PLAIN_DAY)
		g->day_token = (uint16_t)i;
	if (field == PLAIN_HOUR)
		g->hour_token = (uint16_t)i;
}

void
plain_set(struct reading *g, enum plain_field field, unsigned i)
{
	if (claim(g, field, i))
		fill(g, field, i);
}

void
plain_set_range(struct reading *g, unsigned low, unsigned high)
{
	const struct plain_token *a = &g->p->token[low], *b = &g->p->token[high];

	plain_set(g, PLAIN_AFFECTED, low);
	if (a->use != PLAIN_USED) {
		plain_ask(g, high, (enum plain_why)a->why, 0);
		return;
	}
	plain_use(g, high, PLAIN_AFFECTED);
	if (b->digits > plain_fields[PLAIN_AFFECTED].digits || b->value < a->value ||
	    ((a->marks | b->marks) & ~MARK_PREFIX & ~MARK_ABOUT) != 0) {
		plain_ask(g, high, PLAIN_WHY_NUMBER, 0);
		return;
	}
	g->r->record.quantity = QUANTITY_AT_LEAST;
	g->r->upper = affected_encode(b->value);
}

void
plain_set_many(struct reading *g, unsigned i, unsigned marks)
{
	if (!claim(g, PLAIN_AFFECTED, i))
		return;
	g->r->record.affected = AFFECTED_MANY;
	g->r->record.quantity = quantity_of(marks | g->quantity);
	g->quantity = 0;
}

/* The field whose turn it is; PLAIN_FIELDS: none is left. */
static enum plain_field
next_field(unsigned turn)
{
	for (unsigned f = 0; f < PLAIN_FIELDS; f++)
		if (plain_fields[f].turn == turn)
			return (enum plain_field)f;
	return PLAIN_FIELDS;
}

/* A number without a tag is day of the month or its last digit, never a longer form. */
static bool
is_day(const struct plain_token *t)
{
	return t->type == TOKEN_UNKNOWN || t->digits <= 2;
}

/* "KIL 101 102 yesterday": directly behind the place, and a place too. */
static bool
may_be_place(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	return i > 0 && t->type == TOKEN_NUMBER && t->digits >= 3 && t[-1].use == PLAIN_USED &&
	       t[-1].field == PLAIN_PLACE && places_find(g->with->places, t->value) != NULL;
}

/* "here they shoot, at 101" confirms no place. */
static bool
is_parted(const struct reading *g, unsigned i)
{
	for (unsigned k = g->start + 1u; k < i; k++)
		if (g->p->token[k].type == TOKEN_WORD && g->p->token[k].use == PLAIN_IGNORED &&
		    plain_meaning(&g->p->token[k]) == MEANINGS)
			return g->r->record.relation == RELATION_PLACE_CONFIRM;
	return false;
}

/* "3 killed injured 2", "3 injured 2": what the word counts may be this number. */
static bool
may_be_counted(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];

	return t->type == TOKEN_NUMBER && (t->before & ~(unsigned)BETWEEN_BLANK) == 0 &&
	       plain_is_meaning(g, i, -1, MEANS_PEOPLE);
}

static void
fill_waiting(struct reading *g)
{
	enum plain_field field = PLAIN_FIELDS;
	unsigned turn = 0;

	for (unsigned k = 0; k < g->waiting; k++) {
		unsigned i = g->wait[k];

		do
			field = next_field(++turn);
		while (field != PLAIN_FIELDS && (g->given & 1u << field) != 0);
		if (field == PLAIN_FIELDS ||
		    (g->r->record.relation == RELATION_PLACE_CONFIRM && field != PLAIN_PLACE)) {
			plain_ask(g, i, PLAIN_WHY_EXTRA, 0);
		} else if (field == PLAIN_DAY && !is_day(&g->p->token[i])) {
			g->given |= 1u << field;
			plain_ask(g, i, PLAIN_WHY_DAY, 0);
		} else if (field == PLAIN_DAY && i > g->people_token &&
			   g->p->token[i].type == TOKEN_NUMBER && g->p->token[i].digits == 1) {
			g->given |= 1u << field;
			plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* or how bad it is */
		} else if ((field == PLAIN_AFFECTED && may_be_place(g, i)) ||
			   (field == PLAIN_SEVERITY && may_be_counted(g, i)) || is_parted(g, i)) {
			g->given |= 1u << field;
			plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
		} else {
			plain_set(g, field, i);
		}
	}
	g->waiting = 0;
}

static void
fill_event(struct reading *g)
{
	struct record *r = &g->r->record;
	bool timed = g->minute >= 0 && plain_today(g->with) == DAY_NONE && g->day == DAY_NONE;

	if (timed)
		plain_ignore(g, g->hour_token, PLAIN_WHY_NO_CLOCK);
	if (g->day == DAY_NONE && (g->minute < 0 || timed))
		return;
	r->event = plain_event(g);
	r->lag = record_lag(r->event, g->with->arrived);
	if (r->event == RECORD_EVENT_NONE)
		plain_ask(g, g->day != DAY_NONE ? g->day_token : g->hour_token, PLAIN_WHY_DAY, 0);
}

static bool
has_fields(const struct reading *g)
{
	unsigned fields = g->given & ~(1u << PLAIN_RECEIPT | 1u << PLAIN_RELATION);

	return fields != 0 || g->waiting != 0;
}

static enum plain_why
fault_why(enum record_fault fault)
{
	switch (fault) {
	case FAULT_NONE:
		return PLAIN_WHY_NONE;
	case FAULT_KIND_MISSING:
		return PLAIN_WHY_KIND_MISSING;
	case FAULT_KIND_RETIRED:
		return PLAIN_WHY_KIND_RETIRED;
	case FAULT_PLACE_MISSING:
		return PLAIN_WHY_PLACE_MISSING;
	case FAULT_PLACE_UNKNOWN:
		return PLAIN_WHY_PLACE_UNKNOWN;
	case FAULT_ACTOR_UNKNOWN:
		return PLAIN_WHY_ACTOR_UNKNOWN;
	case FAULT_CERTAINTY_UNKNOWN:
		return PLAIN_WHY_CERTAINTY_UNKNOWN;
	default:
		return PLAIN_WHY_KIND_UNKNOWN;
	}
}

/* Nothing that a correction could change: "n?" cannot be told from not given. */
static bool
is_empty(const struct record *r)
{
	return r->kind == 0 && r->place == 0 && r->event == RECORD_EVENT_NONE &&
	       r->affected == AFFECTED_NONE && r->severity == 0 && r->certainty == 0 &&
	       r->actor == 0;
}

void
plain_finish(struct reading *g)
{
	const struct relation_rule *rule;
	enum record_fault fault;
	struct plain_report *r = g->r;
	bool needs_kind;

	if (r == NULL)
		return;
	rule = relation_rule(r->record.relation);
	/* Numbers without a kind would be read by their turn alone. */
	needs_kind = rule->counts && r->record.kind == 0 && has_fields(g) &&
		     r->record.relation != RELATION_PLACE_CONFIRM;
	for (unsigned k = 0; needs_kind && !r->open && k < g->waiting; k++)
		plain_ask(g, g->wait[k], PLAIN_WHY_KIND_MISSING, 0);
	if (needs_kind && r->open && g->waiting > 0 && g->p->token[g->wait[0]].use == PLAIN_ASKED)
		for (unsigned k = 0; k < g->waiting; k++)
			plain_ask(g, g->wait[k], PLAIN_WHY_KIND_MISSING, 0);
	else
		fill_waiting(g);
	g->waiting = 0;
	fill_event(g);
	if (rule->refers && r->refers == 0)
		open_report(g, PLAIN_WHY_RECEIPT_MISSING, 0);
	if ((r->record.relation == RELATION_CORRECTION ||
		r->record.relation == RELATION_FOLLOW_UP) &&
	    is_empty(&r->record))
		open_report(g, PLAIN_WHY_NOTHING, 0);
	if (rule->refers && r->refers != 0 && r->record.kind == 0 && r->record.place == 0)
		return; /* as the report that is meant */
	if (record_check(&r->record, g->with->book, g->with->places, &fault) != ST_OK &&
	    !(rule->refers && fault == FAULT_PLACE_MISSING))
		open_report(g, fault_why(fault), 0);
}

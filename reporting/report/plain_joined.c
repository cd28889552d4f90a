/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that a separator joins: a range, a date, a time, a thousand, or none of them. */
#include "reporting/report/plain_parts.h"

#define BETWEEN_JOINING \
	(BETWEEN_COMMA | BETWEEN_DOT | BETWEEN_COLON | BETWEEN_SLASH | BETWEEN_DASH | BETWEEN_OTHER)
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
is_used_outside(const struct reading *g, unsigned i, unsigned count, unsigned separator)
{
	for (unsigned k = 1; k < g->p->tokens; k++)
		if ((k < i || k >= i + count) && g->p->token[k].before == separator)
			return true;
	return false;
}

static bool
is_used_elsewhere(const struct reading *g, unsigned i, unsigned separator)
{
	return is_used_outside(g, i, 1, separator);
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
void
plain_set_time(struct reading *g, unsigned i, unsigned behind)
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
		plain_set_time(g, i, 1);
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

/* "3 - 5" may be a range or two fields; "3..5", "3 to 5" and "3 or 5" are ranges, "5 or 3" is none.
 */
static bool
take_loose_range(struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = plain_peek(g, i + 1);
	const struct plain_token *c = plain_peek(g, i + 2);

	if (plain_is(b, TOKEN_WORD) && plain_is(c, TOKEN_NUMBER) && plain_meaning(b) == MEANS_TO) {
		if (c->value <= a->value) {
			ask_all(g, i, 3, PLAIN_WHY_AMBIGUOUS);
			return true;
		}
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

/* "3-5 Nov", "3 to 5 days": a range of days. */
static bool
ask_range_of_days(struct reading *g, unsigned i)
{
	const struct plain_token *b = plain_peek(g, i + 1), *unit;
	unsigned count = plain_is(b, TOKEN_WORD) && plain_meaning(b) == MEANS_TO ? 3 : 2;
	enum meaning meaning;

	if (!plain_is(plain_peek(g, i + count - 1), TOKEN_NUMBER) ||
	    (count == 2 && (b->before & (BETWEEN_DASH | BETWEEN_DOT)) == 0) ||
	    !plain_is(unit = plain_peek(g, i + count), TOKEN_WORD))
		return false;
	meaning = plain_meaning(unit);
	if (meaning != MEANS_TIME_UNIT &&
	    (meaning < MEANS_JANUARY || meaning >= MEANS_JANUARY + 12))
		return false;
	ask_all(g, i, count + 1, PLAIN_WHY_AMBIGUOUS);
	return true;
}

bool
plain_take_tagged(struct reading *g, enum plain_field field, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = a + 1;
	unsigned joined = chain(g, i);

	if (joined == 1 || field == PLAIN_PLACE || (b->before & BETWEEN_JOINING) == 0 ||
	    is_used_outside(g, i + 1, joined - 1, b->before))
		return false;
	if (field == PLAIN_DAY && joined == 3 && take_date(g, i))
		return true;
	if (field == PLAIN_HOUR && joined == 2 && a->digits <= 2 && b->digits == 2 &&
	    (b->before & (BETWEEN_COLON | BETWEEN_DOT)) != 0) {
		plain_set_time(g, i, 1);
		return true;
	}
	g->given |= 1u << field;
	ask_all(g, i, joined, PLAIN_WHY_AMBIGUOUS);
	return true;
}

/* "1 200 people": a thousand as French writes it, or a day. */
static bool
take_blank_thousand(struct reading *g, unsigned i)
{
	const struct plain_token *a = &g->p->token[i], *b = plain_peek(g, i + 1);
	const struct plain_token *people = plain_peek(g, i + 2);

	if (!is_joined(b, BETWEEN_BLANK) || b->digits != 3 || a->digits > 3 || a->value == 0 ||
	    a->marks != 0 || b->marks != 0 || !plain_is(people, TOKEN_WORD) ||
	    plain_meaning(people) != MEANS_PEOPLE)
		return false;
	ask_all(g, i, 2, PLAIN_WHY_THOUSANDS);
	return true;
}

bool
plain_take_joined(struct reading *g, unsigned i)
{
	unsigned joined;

	if (plain_at_place(g))
		return false;
	if (ask_range_of_days(g, i) || take_loose_range(g, i) || take_blank_thousand(g, i))
		return true;
	joined = chain(g, i);
	if (joined == 3 &&
	    (g->p->token[i + 1].before & (BETWEEN_DASH | BETWEEN_SLASH | BETWEEN_DOT)) != 0)
		return take_date(g, i);
	return joined == 2 && take_pair(g, i);
}

bool
plain_take_month(struct reading *g, unsigned day, unsigned month, unsigned last)
{
	const struct plain_token *d = &g->p->token[day], *year = plain_peek(g, last + 1);
	int number = (int)plain_meaning(&g->p->token[month]) - MEANS_JANUARY + 1;
	int32_t today = plain_today(g->with);
	bool has_year = plain_is(year, TOKEN_NUMBER) && year->digits == 4 &&
			year->value >= YEAR_FIRST && year->value <= YEAR_LAST;
	unsigned first = day < month ? day : month;
	char digits[4];

	if (number < 1 || number > 12 || d->digits > 2 || d->marks != 0)
		return false;
	if (has_year)
		last++;
	if ((g->given & 1u << PLAIN_DAY) != 0 || (!has_year && today == DAY_NONE)) {
		ask_all(g, first, last - first + 1,
		    today == DAY_NONE ? PLAIN_WHY_NO_CLOCK : PLAIN_WHY_REPEATED);
		return true;
	}
	digits[0] = (char)('0' + d->value / 10);
	digits[1] = (char)('0' + d->value % 10);
	digits[2] = (char)('0' + number / 10);
	digits[3] = (char)('0' + number % 10);
	g->given |= 1u << PLAIN_DAY;
	g->day = has_year ? plain_date((int)year->value, number, (int)d->value)
			  : plain_day_of(digits, sizeof(digits), today);
	g->day_token = (uint16_t)last;
	for (unsigned k = first; k <= last; k++)
		plain_use(g, k, PLAIN_DAY);
	if (g->day == DAY_NONE)
		ask_all(g, first, last - first + 1, PLAIN_WHY_DAY);
	return true;
}

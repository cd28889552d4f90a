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

/* Does a day that was given say the same, or the weekday of it? */
static bool
is_same_day(const struct reading *g, int32_t day)
{
	enum meaning meaning = plain_meaning(&g->p->token[g->day_token]);

	return g->day != DAY_NONE && day != DAY_NONE &&
	       (g->day == day || (meaning >= MEANS_SUNDAY && meaning <= MEANS_SATURDAY &&
				     (g->day - day) % 7 == 0));
}

/* The day that the tokens first to last say. */
static void
put_date(struct reading *g, unsigned first, unsigned last, int32_t day)
{
	bool repeated = (g->given & 1u << PLAIN_DAY) != 0 && !is_same_day(g, day);

	if (repeated || day == DAY_NONE) {
		g->given |= 1u << PLAIN_DAY;
		ask_all(g, first, last - first + 1, repeated ? PLAIN_WHY_REPEATED : PLAIN_WHY_DAY);
		return;
	}
	g->given |= 1u << PLAIN_DAY;
	g->day = day;
	g->day_token = (uint16_t)last;
	for (unsigned k = first; k <= last; k++)
		plain_use(g, k, PLAIN_DAY);
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
	put_date(g, i, i + 2, plain_date((int)year, (int)a[1].value, (int)day));
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
plain_is_date(const struct reading *g, unsigned i)
{
	return chain(g, i) == 3 &&
	       (g->p->token[i + 1].before & (BETWEEN_DASH | BETWEEN_SLASH | BETWEEN_DOT)) != 0;
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
	if (plain_is_date(g, i))
		return take_date(g, i);
	return joined == 2 && take_pair(g, i);
}

/* The year that token i is, behind a month; 0 none. Two digits are one if the same separator, but
 * no blank, stands in front of both. */
static int
year_behind(const struct reading *g, unsigned month, unsigned i)
{
	const struct plain_token *t = plain_peek(g, i);
	uint32_t year;

	if (!plain_is(t, TOKEN_NUMBER) || t->marks != 0)
		return 0;
	year = t->digits == 2 && month < i && t->before != BETWEEN_BLANK && t->seps <= 1 &&
		       t->before == g->p->token[month].before
		   ? YEAR_FIRST / 100 * 100 + t->value
	       : t->digits == 4 ? t->value
				: 0;
	return year >= YEAR_FIRST && year <= YEAR_LAST ? (int)year : 0;
}

bool
plain_is_year(const struct reading *g, unsigned i)
{
	const struct plain_token *t = &g->p->token[i];
	int year, month, day;

	if (i == 0 || t->digits != 2 || (g->given & 1u << PLAIN_DAY) == 0 ||
	    g->day_token + 1u != i || plain_today(g->with) == DAY_NONE ||
	    plain_is_meaning(g, i, 1, MEANS_PEOPLE) ||
	    !(g->p->token[i - 1].meaning >= MEANS_JANUARY &&
		g->p->token[i - 1].meaning < MEANS_JANUARY + 12))
		return false;
	plain_civil(plain_today(g->with), &year, &month, &day);
	return t->value == (uint32_t)year % 100;
}

bool
plain_take_month(struct reading *g, unsigned day, unsigned month, unsigned last)
{
	const struct plain_token *d = &g->p->token[day];
	int number = (int)plain_meaning(&g->p->token[month]) - MEANS_JANUARY + 1;
	int32_t today = plain_today(g->with);
	int in_year = year_behind(g, day < month ? month : last + 1, last + 1);
	unsigned first = day < month ? day : month;
	char digits[4];

	if (number < 1 || number > 12 || d->digits > 2 || d->marks != 0)
		return false;
	last += in_year != 0;
	if (in_year == 0 && today == DAY_NONE) {
		ask_all(g, first, last - first + 1, PLAIN_WHY_NO_CLOCK);
		return true;
	}
	digits[0] = (char)('0' + d->value / 10);
	digits[1] = (char)('0' + d->value % 10);
	digits[2] = (char)('0' + number / 10);
	digits[3] = (char)('0' + number % 10);
	put_date(g, first, last,
	    in_year != 0 ? plain_date(in_year, number, (int)d->value)
			 : plain_day_of(digits, sizeof(digits), today));
	return true;
}

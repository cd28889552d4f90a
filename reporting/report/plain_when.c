/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Days as people type them: always the latest that is not after the arrival. */
#include "reporting/report/plain_parts.h"

#define DAY_S 86400
#define MINUTE_S 60
#define NOON 720
#define CENTURY 2000
#define FOUR_YEARS 1462

/* H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": an era has 400 years, a year begins
 * in March. */
int32_t
plain_days(int year, int month, int day)
{
	int y = year - (month <= 2), era = y / 400, in_era = y - era * 400;
	int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

void
plain_civil(int32_t days, int *year, int *month, int *day)
{
	int z = days + 719468, era = z / 146097, in_era = z - era * 146097;
	int y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;

	*day = in_year - (153 * m + 2) / 5 + 1;
	*month = m + (m < 10 ? 3 : -9);
	*year = y + era * 400 + (*month <= 2);
}

int32_t
plain_today(const struct plain_setting *with)
{
	if (with->arrived >= RECORD_EVENT_NONE)
		return DAY_NONE;
	return (
	    int32_t)((record_unix(with->arrived) + with->places->offset_min * MINUTE_S) / DAY_S);
}

bool
plain_day_needs_clock(unsigned len)
{
	return len < 6;
}

static int
pair(const char *digits)
{
	return (digits[0] - '0') * 10 + digits[1] - '0';
}

int32_t
plain_date(int year, int month, int day)
{
	int y, m, d;
	int32_t days;

	if (month < 1 || month > 12 || day < 1 || day > 31)
		return DAY_NONE;
	days = plain_days(year, month, day);
	plain_civil(days, &y, &m, &d);
	return y == year && m == month && d == day ? days : DAY_NONE;
}

int32_t
plain_day_of(const char *digits, unsigned len, int32_t today)
{
	int year, month, day;

	if (len == 6)
		return plain_date(CENTURY + pair(digits + 4), pair(digits + 2), pair(digits));
	if (len == 8)
		return plain_date(
		    pair(digits + 4) * 100 + pair(digits + 6), pair(digits + 2), pair(digits));
	if (len != 1 && len != 2 && len != 4)
		return DAY_NONE;
	for (int32_t back = 0; back < FOUR_YEARS; back++) {
		plain_civil(today - back, &year, &month, &day);
		if (len == 1 ? day % 10 == digits[0] - '0'
			     : day == pair(digits) && (len == 2 || month == pair(digits + 2)))
			return today - back;
	}
	return DAY_NONE;
}

uint32_t
plain_event(const struct reading *g)
{
	int64_t offset_s = (int64_t)g->with->places->offset_min * MINUTE_S;
	int32_t today = plain_today(g->with), day = g->day;
	int64_t at;
	uint32_t quarter;

	if (day == DAY_NONE && (today == DAY_NONE || g->minute < 0))
		return RECORD_EVENT_NONE;
	if (day == DAY_NONE) { /* a time alone: today's, or yesterday's */
		at = (int64_t)today * DAY_S + g->minute * MINUTE_S - offset_s;
		quarter = record_quarter(at);
		return quarter <= g->with->arrived ? quarter : record_quarter(at - DAY_S);
	}
	at = (int64_t)day * DAY_S + (g->minute < 0 ? NOON : g->minute) * MINUTE_S - offset_s;
	quarter = record_quarter(at);
	/* A day without a time is its noon; of today nothing later than now is meant. */
	if (g->minute < 0 && day == today && quarter > g->with->arrived)
		return g->with->arrived;
	return quarter;
}

bool
plain_take_day_word(struct reading *g, unsigned i, enum meaning meaning)
{
	int32_t today = plain_today(g->with);
	bool other = false;
	int back;

	if (meaning < MEANS_TODAY || meaning > MEANS_SATURDAY || g->r == NULL)
		return false;
	if (today == DAY_NONE) {
		g->given |= 1u << PLAIN_DAY;
		plain_ignore(g, i, PLAIN_WHY_NO_CLOCK);
		return true;
	}
	if ((g->given & 1u << PLAIN_DAY) != 0) {
		plain_ask(g, i, PLAIN_WHY_REPEATED, 0);
		return true;
	}
	/* "avant-hier"; but "next friday" may be any. */
	if (meaning == MEANS_YESTERDAY && plain_is_meaning(g, i, -1, MEANS_OTHER_DAY)) {
		meaning = MEANS_TWO_DAYS_AGO;
		plain_use(g, i - 1, PLAIN_DAY);
	} else if (plain_is_meaning(g, i, -1, MEANS_OTHER_DAY) ||
		   plain_is_meaning(g, i, 1, MEANS_OTHER_DAY))
		other = true;
	/* 1970-01-01 was a Thursday. */
	back = meaning <= MEANS_TWO_DAYS_AGO
		   ? (int)meaning - MEANS_TODAY
		   : (int)((today + 4 - ((int)meaning - MEANS_SUNDAY)) % 7);
	g->given |= 1u << PLAIN_DAY;
	g->day = today - back;
	g->day_token = (uint16_t)i;
	plain_use(g, i, PLAIN_DAY);
	if (other)
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0);
	return true;
}

/* A month's word: of the day behind it, or of none. */
void
plain_take_month_word(struct reading *g, unsigned i)
{
	const struct plain_token *next = plain_peek(g, i + 1);
	unsigned last = i + 1 + plain_is_ordinal(g, i + 1);
	bool of_people = plain_is_meaning(g, i, 2, MEANS_PEOPLE);

	if (g->r != NULL && !of_people && plain_is(next, TOKEN_NUMBER) &&
	    plain_take_month(g, i + 1, i, last))
		return;
	if (g->r != NULL &&
	    (plain_is(next, TOKEN_NUMBER) || plain_is_meaning(g, i, 1, MEANS_PEOPLE) ||
		(i > 0 && g->p->token[i - 1].type == TOKEN_NUMBER)))
		plain_ask(g, i, PLAIN_WHY_AMBIGUOUS, 0); /* "march 20 people", "sept morts" */
	else
		plain_ignore(g, i, PLAIN_WHY_WORD);
}

/* The twelve-hour clock, behind an hour that is read or that word i - 1 is. */
bool
plain_take_half_day(struct reading *g, unsigned i)
{
	bool pm = plain_is_word(g, i, 0, "pm");
	const struct plain_token *last = i > 0 ? &g->p->token[i - 1] : NULL;

	if ((!pm && !plain_is_word(g, i, 0, "am")) || last == NULL || last->use != PLAIN_USED ||
	    last->field != PLAIN_HOUR || g->minute < 0)
		return false;
	if (g->minute < 60 || g->minute >= 13 * 60) {
		plain_ask(g, i, PLAIN_WHY_HOUR, 0);
		return true;
	}
	g->minute = (int16_t)(g->minute % NOON + (pm ? NOON : 0));
	plain_use(g, i, PLAIN_HOUR);
	return true;
}

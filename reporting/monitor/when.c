/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/when.h"

#include "reporting/report/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define AGO_DIGITS_MAX 4
#define MINUTE_S 60

/* Exactly so many digits. */
static bool
take_digits(const char **text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool
take_char(const char **text, const char *any_of)
{
	if (**text == '\0' || strchr(any_of, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

static enum status
in_record(int64_t unix_s, uint32_t *quarter)
{
	uint32_t q = record_quarter(unix_s);

	if (q == RECORD_EVENT_NONE)
		return ST_RANGE;
	*quarter = q;
	return ST_OK;
}

/* What stands after the minus. */
static enum status
parse_ago(const char *text, int64_t now, uint32_t *quarter)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t value = 0;
	int digits = 0;

	for (; *text >= '0' && *text <= '9' && digits < AGO_DIGITS_MAX; text++, digits++)
		value = value * 10 + (*text - '0');
	if (digits == 0 || text[0] == '\0' || text[1] != '\0')
		return ST_SYNTAX;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (*text == units[i].unit)
			return in_record(now - value * units[i].seconds, quarter);
	return ST_SYNTAX;
}

static enum status
parse_date(const char *text, int offset_min, uint32_t *quarter)
{
	struct tm given = {0}, normal;
	int year, month;
	time_t local;

	if (!take_digits(&text, 4, &year) || !take_char(&text, "-") ||
	    !take_digits(&text, 2, &month) || !take_char(&text, "-") ||
	    !take_digits(&text, 2, &given.tm_mday) || !take_char(&text, " T") ||
	    !take_digits(&text, 2, &given.tm_hour) || !take_char(&text, ":") ||
	    !take_digits(&text, 2, &given.tm_min) || *text != '\0')
		return ST_SYNTAX;
	given.tm_year = year - 1900;
	given.tm_mon = month - 1;
	normal = given;
	local = timegm(&normal);
	if (normal.tm_year != given.tm_year || normal.tm_mon != given.tm_mon ||
	    normal.tm_mday != given.tm_mday || normal.tm_hour != given.tm_hour ||
	    normal.tm_min != given.tm_min)
		return ST_RANGE; /* the 31st of February, 24:61 */
	return in_record((int64_t)local - offset_min * MINUTE_S, quarter);
}

enum status
when_parse(const char *text, int64_t now, int offset_min, uint32_t *quarter)
{
	if (strcmp(text, "unknown") == 0) {
		*quarter = RECORD_EVENT_NONE;
		return ST_OK;
	}
	if (strcmp(text, "now") == 0)
		return in_record(now, quarter);
	if (text[0] == '-')
		return parse_ago(text + 1, now, quarter);
	return parse_date(text, offset_min, quarter);
}

void
when_write(int64_t unix_s, int offset_min, char text[WHEN_TEXT_LEN])
{
	time_t local = (time_t)(unix_s + offset_min * MINUTE_S);
	struct tm tm = {0};

	if (gmtime_r(&local, &tm) == NULL ||
	    strftime(text, WHEN_TEXT_LEN, "%Y-%m-%d %H:%M", &tm) == 0)
		(void)snprintf(text, WHEN_TEXT_LEN, "?"); /* outside the years promised */
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/control/cmd.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define DAY_S 86400
#define TRIES 3
#define LINE_CAP 64

static bool
digits(const char **at, unsigned count, int *out)
{
	*out = 0;
	for (unsigned i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + (**at - '0');
	}
	return true;
}

static bool
mark(const char **at, const char *any)
{
	return **at != '\0' && strchr(any, *(*at)++) != NULL;
}

bool
date_read(const char *text, int64_t *out)
{
	struct tm tm = {0}, back;
	time_t t;

	if (!digits(&text, 4, &tm.tm_year) || !mark(&text, "-") || !digits(&text, 2, &tm.tm_mon) ||
	    !mark(&text, "-") || !digits(&text, 2, &tm.tm_mday) || !mark(&text, "T ") ||
	    !digits(&text, 2, &tm.tm_hour) || !mark(&text, ":") || !digits(&text, 2, &tm.tm_min) ||
	    *text != '\0')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	t = timegm(&back); /* 31 February becomes March: then it was no date */
	if (t == -1 || back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday ||
	    back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min)
		return false;
	*out = t;
	return true;
}

/* One line without its newline; what does not fit is thrown away. false: the end. */
static bool
line_of(char line[LINE_CAP])
{
	size_t len;
	int c;

	(void)fflush(stdout);
	if (fgets(line, LINE_CAP, stdin) == NULL)
		return false;
	len = strlen(line);
	if (len > 0 && line[len - 1] == '\n')
		line[len - 1] = '\0';
	else
		while ((c = getchar()) != '\n' && c != EOF)
			;
	return true;
}

static bool
is_word(const char *line, const char *letter, const char *word)
{
	return strcmp(line, letter) == 0 || strcmp(line, word) == 0;
}

static void
put_question(const struct msg_status *s)
{
	char now[SHOW_TIME_MAX];

	show_time(now, s->clock_s);
	if (s->clock_trust == TRUST_NONE) {
		printf("The gateway does not know the date: it cannot be before %s UTC.\n"
		       "Type the right date and time in UTC, such as 2026-11-21 14:03, or Enter to "
		       "go on without: ",
		    now);
		return;
	}
	printf("The gateway believes that it is %s UTC, %s.\n"
	       "Is that right? [y/N, or type the right date and time in UTC] ",
	    now,
	    s->clock_trust == TRUST_MACHINE ? "by this machine's clock"
					    : "by the stamps of the texts that came");
}

/* A date far from what is believed is more often mistyped than not. */
static bool
is_meant(const struct msg_status *s, int64_t typed_s)
{
	int64_t away_s = typed_s - s->clock_s;
	char line[LINE_CAP], shown[SHOW_TIME_MAX], far[SHOW_TIME_MAX];

	if (s->clock_trust == TRUST_NONE || (away_s <= DAY_S && away_s >= -DAY_S))
		return true;
	show_time(shown, typed_s);
	show_duration(far, away_s < 0 ? -away_s : away_s);
	printf(
	    "%s UTC is %s %s. Is it right? [y/N] ", shown, far, away_s < 0 ? "earlier" : "later");
	return line_of(line) && is_word(line, "y", "yes");
}

static int
ask_person(const struct msg_status *s, int64_t *out)
{
	char line[LINE_CAP];

	for (int i = 0; i < TRIES; i++) {
		put_question(s);
		if (!line_of(line) || line[0] == '\0' || is_word(line, "n", "no")) {
			puts("Not confirmed: the gateway goes on with what it knows.");
			return 0;
		}
		if (s->clock_trust != TRUST_NONE && is_word(line, "y", "yes")) {
			*out = s->clock_s;
			return 0;
		}
		if (!date_read(line, out))
			puts("That is no answer: write a date and time as 2026-11-21 14:03, y or "
			     "n.");
		else if (is_meant(s, *out))
			return 0;
		*out = INT64_MIN;
	}
	return cmd_fail(EXIT_REFUSED, "no date was understood: nothing was done");
}

int
date_get(const struct date_source *s, struct client *c, bool may_ask, int64_t *out)
{
	struct msg_status status;
	int code;

	*out = INT64_MIN;
	if (s->date != NULL && !date_read(s->date, out))
		return cmd_fail(
		    EXIT_USAGE, "--date must be a date and time in UTC, such as 2026-11-21T14:03");
	if (s->date == NULL && s->is_sure)
		return cmd_fail(EXIT_USAGE, "--date-is-sure says something about --date: give it");
	if (s->date != NULL || !may_ask || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return 0;
	if ((code = client_status(c, &status)) != 0)
		return code;
	return status.clock_how != 0 ? 0 : ask_person(&status, out);
}

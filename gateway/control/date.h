/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The coordinator's word for the date: --date, or a question at the terminal. All in UTC.
 */
#ifndef GATEWAY_CONTROL_DATE_H
#define GATEWAY_CONTROL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/control/client.h"

struct date_source {
	const char *date; /* NULL: not given */
	bool is_sure;
};

/* The two rows of a command's table of options. */
#define DATE_OPTIONS(source) \
	{"date", OPTION_TEXT, &(source).date, 0, 0, NULL, "YYYY-MM-DDTHH:MM", \
	    "confirm this date and time, in UTC"}, \
	{ \
		"date-is-sure", OPTION_FLAG, &(source).is_sure, 0, 0, NULL, NULL, \
		    "... also if it is earlier than what was received" \
	}

/* "2026-11-21T14:03" or with a blank: seconds UTC in *out. false: it is no such date. */
bool date_read(const char *text, int64_t *out);

/*
 * Get it. Without --date a person is asked what core's clock says, if may_ask, standard input and
 * output are a terminal and the clock is not confirmed. *out: seconds UTC; INT64_MIN: nothing is
 * confirmed. 0, or the exit code after words.
 */
int date_get(const struct date_source *s, struct client *c, bool may_ask, int64_t *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was typed after `report`, before anything is looked up.
 */
#ifndef REPORTING_MONITOR_REQUEST_H
#define REPORTING_MONITOR_REQUEST_H

#include <stdbool.h>

/* Words as typed; NULL where an option was not given. Borrowed from argv. */
struct request {
	const char *kind, *place;
	const char *when, *severity, *certainty, *affected, *actor, *target, *note;
	const char *relation, *refers, *lang;
	const char *text; /* a plain coded text in place of kind, place and fields */
	bool yes;         /* what is not read of it was seen */
	bool about, at_least, at_most, duress;
};

/* argv[0] is the subcommand's name. Returns 0, or what say_usage returned. */
int request_parse(int argc, char **argv, struct request *out);

#endif

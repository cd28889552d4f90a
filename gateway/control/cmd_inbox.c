/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin inbox`: what arrived, the newest first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/date.h"
#include "gateway/control/inbox_row.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "schemas/exit.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 100000
#define DAY_S 86400
#define DAY_TEXT_LEN 10 /* "2026-11-21" */

enum which { WHICH_ALL, WHICH_REPORTS, WHICH_UNREADABLE, WHICH_EVERYTHING };

struct inbox {
	struct inbox_table table;
	struct msg_inbox ask; /* before, limit, which and counts are set for each page */
	struct msg_inbox_counts fit;
	uint64_t limit, before, severity, certainty;
	const char *kind, *place, *monitor, *since, *until;
	bool as_json, unreadable, reports, everything, grave, duress, only_counts, counted;
	uint64_t shown;
};

static void
on_row(struct inbox *in, struct msg_inbox_row *row)
{
	inbox_row_end_texts(row);
	if (in->as_json)
		inbox_row_json(row);
	else
		inbox_row_print(&in->table, row);
	in->shown++;
	in->before = row->seq;
}

/* One page of at most what core gives; *full says whether there may be more. */
static int
one_page(struct client *c, struct inbox *in, bool *full)
{
	struct client_rows awaited = {MSG_INBOX_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message ask, answer;
	uint64_t rows = 0;
	int code;

	ipc_begin(&ask, MSG_INBOX);
	ask.body.INBOX = in->ask;
	ask.body.INBOX.before = in->before;
	ask.body.INBOX.limit = in->only_counts ? 1 : (uint32_t)(in->limit - in->shown);
	ask.body.INBOX.which = in->unreadable   ? WHICH_UNREADABLE
			       : in->reports    ? WHICH_REPORTS
			       : in->everything ? WHICH_EVERYTHING
						: WHICH_ALL;
	ask.body.INBOX.counts = !in->counted;
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	if (code == 0 && answer.head.type == MSG_INBOX_COUNTS) {
		in->fit = answer.body.INBOX_COUNTS;
		in->counted = true;
		code = client_next(c, &answer, CLIENT_WAIT_S);
	}
	while (client_row(c, &awaited, &answer, &code)) {
		if (!in->only_counts)
			on_row(in, &answer.body.INBOX_ROW);
		rows++;
	}
	*full = code == 0 && rows > 0 && rows >= answer.body.RESULT.value;
	ipc_wipe(&answer);
	return code;
}

/* How many fit, in words. */
static void
print_counts(const struct inbox *in)
{
	const struct msg_inbox_counts *fit = &in->fit;
	char line[320];
	int len;

	len = snprintf(line, sizeof(line),
	    "In all %" PRIu64 ": %" PRIu64 " reports, of which %" PRIu64 " count, %" PRIu64
	    " of them grave; %" PRIu64 " unreadable; %" PRIu64 " under duress.",
	    fit->all, fit->reports, fit->counted, fit->grave, fit->unreadable, fit->duress);
	if (fit->drills > 0)
		len += snprintf(
		    line + len, sizeof(line) - (size_t)len, " Drills: %" PRIu64 ".", fit->drills);
	if (fit->untimed > 0)
		(void)snprintf(line + len, sizeof(line) - (size_t)len,
		    " Left out: %" PRIu64 " that came while the clock was not set.", fit->untimed);
	show_wrapped(stdout, "", line, in->table.width);
}

static void
print_counts_json(const struct inbox *in)
{
	const struct msg_inbox_counts *fit = &in->fit;
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "all", (int64_t)fit->all);
	json_number(&j, "reports", (int64_t)fit->reports);
	json_number(&j, "unreadable", (int64_t)fit->unreadable);
	json_number(&j, "counted", (int64_t)fit->counted);
	json_number(&j, "grave", (int64_t)fit->grave);
	json_number(&j, "duress", (int64_t)fit->duress);
	json_number(&j, "drills", (int64_t)fit->drills);
	json_number(&j, "untimed", (int64_t)fit->untimed);
	json_end(&j);
}

static int
show_inbox(struct client *c, struct inbox *in)
{
	bool full = true;
	int code = 0;

	if (in->only_counts) {
		if ((code = one_page(c, in, &full)) == 0)
			(in->as_json ? print_counts_json : print_counts)(in);
		return code;
	}
	while (code == 0 && full && in->shown < in->limit)
		code = one_page(c, in, &full);
	if (code != 0 || in->as_json)
		return code;
	if (in->shown == 0)
		puts("Nothing here.");
	else if (in->shown >= in->limit)
		printf("Older ones: tocsin inbox --before %" PRIu64 "\n", in->before);
	if (in->counted)
		print_counts(in);
	return 0;
}

/* --- what is asked for --- */

static int
take_name(const char *option, const char *name, char *into, size_t cap)
{
	if (name == NULL)
		return 0;
	if (name[0] == '\0' || strlen(name) >= cap)
		return cmd_fail(
		    EXIT_USAGE, "--%s needs a name of 1 to %zu octets", option, cap - 1);
	memcpy(into, name, strlen(name) + 1);
	return 0;
}

/* The first second of a day, UTC. */
static int
take_day(const char *option, const char *day, int64_t *into)
{
	char text[DAY_TEXT_LEN + sizeof("T00:00")];

	if (day == NULL)
		return 0;
	(void)snprintf(text, sizeof(text), "%sT00:00", day);
	if (strlen(day) != DAY_TEXT_LEN || !date_read(text, into) || *into <= 0)
		return cmd_fail(
		    EXIT_USAGE, "--%s needs a day as 2026-11-21, which is meant in UTC", option);
	return 0;
}

static int
take_filters(struct inbox *in)
{
	int code;

	if (in->reports + in->unreadable + in->everything > 1)
		return cmd_fail(EXIT_USAGE, "give one of --reports, --unreadable and --everything");
	in->ask.severity = (uint32_t)in->severity;
	in->ask.certainty = (uint32_t)in->certainty;
	in->ask.grave = in->grave;
	in->ask.duress = in->duress;
	if ((code = take_name("kind", in->kind, in->ask.kind, sizeof(in->ask.kind))) != 0 ||
	    (code = take_name("place", in->place, in->ask.place, sizeof(in->ask.place))) != 0 ||
	    (code = take_name("monitor", in->monitor, in->ask.monitor, sizeof(in->ask.monitor))) !=
		0 ||
	    (code = take_day("since", in->since, &in->ask.since_s)) != 0 ||
	    (code = take_day("until", in->until, &in->ask.until_s)) != 0)
		return code;
	if (in->until != NULL)
		in->ask.until_s += DAY_S; /* that day is meant too */
	if (in->until != NULL && in->ask.until_s <= in->ask.since_s)
		return cmd_fail(EXIT_USAGE, "--until must not be earlier than --since");
	return 0;
}

int
cmd_inbox(int argc, char **argv)
{
	struct inbox in = {.limit = LIMIT_DEFAULT};
	const struct option_row rows[] = {
	    {"limit", OPTION_NUMBER, &in.limit, 1, LIMIT_MAX, NULL, "N",
		"at most so many, default 50"},
	    {"before", OPTION_NUMBER, &in.before, 1, INT64_MAX, NULL, "SEQ",
		"only older ones than SEQ"},
	    {"reports", OPTION_FLAG, &in.reports, 0, 0, NULL, NULL, "only reports"},
	    {"unreadable", OPTION_FLAG, &in.unreadable, 0, 0, NULL, NULL,
		"only what could not be read, with the reason"},
	    {"everything", OPTION_FLAG, &in.everything, 0, 0, NULL, NULL,
		"signs of life too, which the roster sums up"},
	    {"kind", OPTION_TEXT, &in.kind, 0, 0, NULL, "KIND",
		"only of this kind: number, three letters or name"},
	    {"place", OPTION_TEXT, &in.place, 0, 0, NULL, "PLACE",
		"only there and in what lies in it: number or name"},
	    {"severity", OPTION_NUMBER, &in.severity, 1, LADDER_MAX, NULL, "N",
		"only of severity N and more"},
	    {"certainty", OPTION_NUMBER, &in.certainty, 1, LADDER_MAX, NULL, "N",
		"only of certainty N and more"},
	    {"grave", OPTION_FLAG, &in.grave, 0, 0, NULL, NULL,
		"only of kinds that the codebook calls grave"},
	    {"duress", OPTION_FLAG, &in.duress, 0, 0, NULL, NULL, "only written under duress"},
	    {"monitor", OPTION_TEXT, &in.monitor, 0, 0, NULL, "PSEUDONYM", "only from her"},
	    {"since", OPTION_TEXT, &in.since, 0, 0, NULL, "DAY",
		"only arrived on DAY or later, as 2026-11-21, UTC"},
	    {"until", OPTION_TEXT, &in.until, 0, 0, NULL, "DAY", "only arrived on DAY or earlier"},
	    {"counts", OPTION_FLAG, &in.only_counts, 0, 0, NULL, NULL, "only how many there are"},
	    {"json", OPTION_FLAG, &in.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {
	    "tocsin inbox [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	if ((code = take_filters(&in)) != 0)
		return code;
	if ((code = client_open(&c)) != 0)
		return code;
	inbox_table_init(&in.table);
	code = show_inbox(&c, &in);
	client_close(&c);
	return code;
}

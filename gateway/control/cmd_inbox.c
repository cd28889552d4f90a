/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin inbox`: what arrived, the newest first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/inbox_row.h"
#include "gateway/control/options.h"
#include "schemas/exit.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 100000

enum which { WHICH_ALL, WHICH_REPORTS, WHICH_UNREADABLE };

struct inbox {
	struct inbox_table table;
	uint64_t limit, before;
	bool as_json, unreadable, reports;
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
	struct ipc_message ask, answer;
	uint64_t left = in->limit - in->shown, rows = 0;
	int code;

	ipc_begin(&ask, MSG_INBOX);
	ask.body.INBOX.before = in->before;
	ask.body.INBOX.limit = (uint32_t)left;
	ask.body.INBOX.which = in->unreadable ? WHICH_UNREADABLE
			       : in->reports  ? WHICH_REPORTS
					      : WHICH_ALL;
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	while (code == 0 && answer.head.type == MSG_INBOX_ROW) {
		on_row(in, &answer.body.INBOX_ROW);
		rows++;
		code = client_next(c, &answer, CLIENT_WAIT_S);
	}
	if (code == 0 && answer.head.type != MSG_RESULT)
		code = client_puzzled();
	*full = code == 0 && rows > 0 && rows >= answer.body.RESULT.value;
	ipc_wipe(&answer);
	return code;
}

static int
show_inbox(struct client *c, struct inbox *in)
{
	bool full = true;
	int code = 0;

	while (code == 0 && full && in->shown < in->limit)
		code = one_page(c, in, &full);
	if (code != 0 || in->as_json)
		return code;
	if (in->shown == 0)
		puts("Nothing here.");
	else if (in->shown == in->limit)
		printf("Older ones: tocsin inbox --before %" PRIu64 "\n", in->before);
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
	    {"json", OPTION_FLAG, &in.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {
	    "tocsin inbox [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	if (in.reports && in.unreadable)
		return cmd_fail(EXIT_USAGE, "give --reports or --unreadable, not both");
	if ((code = client_open(&c)) != 0)
		return code;
	inbox_table_init(&in.table);
	code = show_inbox(&c, &in);
	client_close(&c);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin journal verify`: is the whole journal still what was written? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define FAULTS_SHOWN 1000 /* each 50 cost one more reading */

struct verify {
	bool as_json;
	const char *held; /* a head from before, or NULL */
	uint64_t shown;
	struct msg_journal journal;
};

static void
show_fault(struct verify *v, struct msg_fault_row *row)
{
	char words[4 * sizeof(row->words)];
	struct json j;

	row->words[sizeof(row->words) - 1] = '\0';
	v->shown++;
	if (v->as_json) {
		json_begin(&j, stdout);
		json_number(&j, "seq", (int64_t)row->seq);
		json_text(&j, "fault", row->words);
		json_end(&j);
		return;
	}
	(void)show_visible(words, sizeof(words), row->words, strlen(row->words));
	show_wrapped(stdout, "  ", words, show_columns());
}

/* One page of faults; *more says whether there are others behind it. */
static int
one_page(struct client *c, struct verify *v, bool *more)
{
	struct client_rows awaited = {
	    MSG_FAULT_ROW, MSG_JOURNAL_VERIFIED, CLIENT_WAIT_LONG_S, false};
	struct ipc_message ask, answer;
	uint64_t before = v->shown;
	int code;

	ipc_begin(&ask, MSG_JOURNAL_VERIFY);
	ask.body.JOURNAL_VERIFY.after = v->shown;
	ask.body.JOURNAL_VERIFY.limit = FAULTS_SHOWN;
	if (v->held != NULL)
		(void)snprintf(ask.body.JOURNAL_VERIFY.held, sizeof(ask.body.JOURNAL_VERIFY.held),
		    "%s", v->held);
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	while (client_row(c, &awaited, &answer, &code))
		show_fault(v, &answer.body.FAULT_ROW);
	if (code == 0)
		v->journal = answer.body.JOURNAL_VERIFIED;
	v->journal.head[JOURNAL_HEAD_MAX - 1] = '\0';
	*more = v->shown > before && v->shown < v->journal.faults && v->shown < FAULTS_SHOWN;
	return code;
}

static void
show_json(const struct verify *v)
{
	const struct msg_journal *found = &v->journal;
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "first", (int64_t)found->first);
	json_number(&j, "rows", (int64_t)found->rows);
	json_number(&j, "read", (int64_t)found->read);
	json_number(&j, "events", (int64_t)found->events);
	json_number(&j, "runs", (int64_t)found->runs);
	json_number(&j, "faults", (int64_t)found->faults);
	if (found->faults == 0)
		json_text(&j, "head", found->head);
	else
		json_null(&j, "head");
	if (v->held != NULL)
		json_number(&j, "held", (int64_t)found->held);
	json_end(&j);
}

static void
show_words(const struct verify *v)
{
	const struct msg_journal *found = &v->journal;

	if (v->shown < found->faults)
		printf("  and %" PRIu64 " more\n", found->faults - v->shown);
	printf("%" PRIu64 " rows from row %" PRIu64 " on, in %" PRIu64 " runs; %" PRIu64
	       " of them were read, %" PRIu64 " events\n",
	    found->rows, found->first, found->runs, found->read, found->events);
	if (v->held != NULL && found->held != 0)
		printf("It holds the head that you gave, behind row %" PRIu64 ".\n", found->held);
	else if (v->held != NULL)
		printf(
		    "WRONG  it does not hold the head that you gave: an older copy was put "
		    "back,\nor rows were changed since, or these are another gateway's words.\n");
	if (found->faults == 0)
		printf(
		    "The journal is what this gateway wrote.\n"
		    "Its head:  %s\n"
		    "Keep these eight words elsewhere: 'tocsin journal verify --held' says later\n"
		    "whether an older copy of the whole gateway was put back.\n",
		    found->head);
	else
		printf("WRONG  the journal is not what was written: %" PRIu64 " faults, named "
		       "above.\nWhat is not named there is read and believed as before.\n",
		    found->faults);
}

static int
verify(bool as_json, const char *held)
{
	struct verify v = {.as_json = as_json, .held = held};
	struct client c;
	bool more = true;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	while (code == 0 && more)
		code = one_page(&c, &v, &more);
	client_close(&c);
	if (code != 0)
		return code;
	if (as_json)
		show_json(&v);
	else
		show_words(&v);
	return v.journal.faults == 0 && (held == NULL || v.journal.held != 0) ? 0
									      : EXIT_UNREACHABLE;
}

int
cmd_journal(int argc, char **argv)
{
	const char *held = NULL;
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL,
		"one JSON object a line: each fault, then the whole"},
	    {"held", OPTION_TEXT, &held, 0, 0, NULL, "\"EIGHT WORDS\"",
		"does the journal hold the head that was shown before?"},
	};
	const struct options o = {
	    "tocsin journal verify [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 1};
	const char *what;
	int code;

	if (!options_read(&o, argc, argv, &what, &code))
		return code;
	if (strcmp(what, "verify") != 0)
		return cmd_fail(EXIT_USAGE, "usage: %s", o.usage);
	return verify(as_json, held);
}

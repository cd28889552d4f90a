/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin report`: what somebody told a coordinator, as a plain coded text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/inbox_row.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "reporting/report/check.h"
#include "reporting/report/plain.h"
#include "schemas/exit.h"

#define ARGUMENTS_MAX 16
#define NOTE_READ_MAX 128
#define SHOWN_MAX 512
#define MINUTE_S 60
#define REFERS_TO_NONE UINT32_MAX /* the number is missing */

static const char nothing[] = "nothing was written down";

struct report {
	const char *text_file, *note_file;
	bool note, yes, anyway;
	struct msg_report_text ask;
	struct msg_report_read read;
	uint32_t shown;    /* reports */
	uint32_t doubtful; /* values that are improbable */
};

static bool
read_wishes(int argc, char **argv, struct report *r, int *code)
{
	const struct option_row rows[] = {
	    {"text-file", OPTION_TEXT, &r->text_file, 0, 0, NULL, "FILE",
		"read the text from a file, - for standard input"},
	    {"note", OPTION_FLAG, &r->note, 0, 0, NULL, NULL, "ask for a note of 20 characters"},
	    {"note-file", OPTION_TEXT, &r->note_file, 0, 0, NULL, "FILE",
		"read the note from a file, - for standard input"},
	    {"yes", OPTION_FLAG, &r->yes, 0, 0, NULL, NULL, "do not ask before it is written down"},
	    {"anyway", OPTION_FLAG, &r->anyway, 0, 0, NULL, NULL,
		"with --yes: also if a part was not read, or a value is improbable"},
	};
	const struct options o = {"tocsin report [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]),
	    OPERANDS_UP_TO(ARGUMENTS_MAX)};
	const char *arguments[ARGUMENTS_MAX] = {NULL};

	if (!options_read(&o, argc, argv, arguments, code))
		return false;
	*code = 0;
	if (arguments[0] != NULL)
		*code = cmd_fail(EXIT_USAGE,
		    "other programs can read an argument, and the shell keeps it: type the text "
		    "when you are asked, or give --text-file");
	else if (r->note && r->note_file != NULL)
		*code = cmd_fail(EXIT_USAGE, "give --note or --note-file, not both");
	else if (r->text_file != NULL && r->note_file != NULL && strcmp(r->text_file, "-") == 0 &&
		 strcmp(r->note_file, "-") == 0)
		*code = cmd_fail(EXIT_USAGE,
		    "standard input can hold the text or the note, not both: give a file for one "
		    "of them");
	else if (r->anyway && !r->yes)
		*code = cmd_fail(EXIT_USAGE, "--anyway belongs to --yes: without it you are asked");
	return *code == 0;
}

/* cap: of `into`, with its zero. */
static int
get(const char *prompt, const char *option, const char *file, char *into, size_t cap)
{
	return file != NULL ? typed_file(file, into, cap) : typed_line(prompt, option, into, cap);
}

static int
get_words(struct report *r)
{
	static char text[LONG_TEXT_MAX + 1];
	char note[NOTE_READ_MAX];
	int code = get("Report: ", "--text-file", r->text_file, text, sizeof(text));

	if (code == 0) {
		r->ask.text_len = (uint32_t)strlen(text);
		memcpy(r->ask.text, text, r->ask.text_len);
	}
	explicit_bzero(text, sizeof(text));
	if (code != 0 || (!r->note && r->note_file == NULL))
		return code;
	code = get("Note (20 characters): ", "--note-file", r->note_file, note, sizeof(note));
	if (code == 0 && strlen(note) > NOTE_CHARS)
		code = cmd_fail(
		    EXIT_REFUSED, "a note has at most %d characters: %s", NOTE_CHARS, nothing);
	else if (code == 0)
		memcpy(r->ask.note, note, strlen(note) + 1);
	explicit_bzero(note, sizeof(note));
	return code;
}

/* --- what was understood --- */

static void
show_label(const char *head, const char *label, uint32_t number)
{
	char visible[SHOWN_MAX], line[SHOWN_MAX + 16];

	if (number == 0)
		return;
	(void)show_visible(visible, sizeof(visible), label, strlen(label));
	(void)snprintf(line, sizeof(line), "%" PRIu32 " %s", number, visible);
	show_item(head, line);
	explicit_bzero(visible, sizeof(visible));
	explicit_bzero(line, sizeof(line));
}

static void
show_when(const struct report *r, int64_t event_s)
{
	char local[SHOW_TIME_MAX], utc[SHOW_TIME_MAX], line[2 * SHOW_TIME_MAX + 32];

	if (event_s == INT64_MIN) {
		show_item("  when      ", "not given");
		return;
	}
	show_time(local, event_s + (int64_t)r->read.offset_min * MINUTE_S);
	show_time(utc, event_s);
	(void)snprintf(line, sizeof(line), "%s local time (%s UTC)", local, utc);
	show_item("  when      ", line);
}

static void
show_report(struct report *r, const struct msg_inbox_row *row)
{
	const struct relation_rule *rule = relation_rule(row->relation);
	char line[SHOWN_MAX];

	printf("Report %" PRIu32 " of %" PRIu32 "\n", ++r->shown, r->read.reports);
	if (rule != NULL && row->relation != RELATION_NEW) {
		if (rule->refers && row->refers != REFERS_TO_NONE)
			(void)snprintf(
			    line, sizeof(line), "%s of number %" PRIu32, rule->word, row->refers);
		else
			(void)snprintf(line, sizeof(line), "%s", rule->word);
		show_item("  this is   ", line);
	}
	show_label("  what      ", row->kind_label, row->kind);
	show_label("  where     ", row->place_label, row->place);
	show_when(r, row->event_s);
	inbox_row_affected(row, line, sizeof(line));
	if (strcmp(line, "-") != 0)
		show_item("  people    ", line);
	(void)snprintf(line, sizeof(line), "%" PRIu32, row->severity);
	if (row->severity != 0)
		show_item("  how bad   ", line);
	(void)snprintf(line, sizeof(line), "%" PRIu32, row->certainty);
	if (row->certainty != 0)
		show_item("  how sure  ", line);
	show_label("  by        ", row->actor_label, row->actor);
	(void)show_visible(line, sizeof(line), row->note, strlen(row->note));
	if (line[0] != '\0')
		show_item("  note      ", line);
	for (unsigned bit = 0; bit < REVIEW_COUNT; bit++)
		if (row->review >> bit & 1) {
			show_item("  look twice: ", record_review_words((enum record_review)bit));
			r->doubtful++;
		}
	explicit_bzero(line, sizeof(line));
}

static void
show_part(const struct report *r, const struct msg_report_part *part)
{
	char visible[SHOWN_MAX], line[2 * SHOWN_MAX];
	const char *why = part->why < PLAIN_WHYS ? plain_why_words((enum plain_why)part->why) : "";

	if ((size_t)part->from + part->len > r->ask.text_len)
		return;
	(void)show_visible(visible, sizeof(visible), r->ask.text + part->from, part->len);
	if (part->use == PLAIN_USED)
		(void)snprintf(line, sizeof(line),
		    "'%s' was read with letters as the digits or letters they look like", visible);
	else if (part->candidate[0] != '\0')
		(void)snprintf(line, sizeof(line), "'%s': %s; did you mean %.*s?", visible, why,
		    (int)sizeof(part->candidate), part->candidate);
	else
		(void)snprintf(line, sizeof(line), "'%s' was not read: %s", visible, why);
	show_item("  ", line);
	explicit_bzero(visible, sizeof(visible));
	explicit_bzero(line, sizeof(line));
}

static void
show_parts(const struct report *r)
{
	const struct msg_report_read *read = &r->read;

	if (read->parts > 0)
		puts("Not all of it was read as it stands:");
	for (uint32_t i = 0; i < read->parts && i < REPORT_PARTS_MAX; i++)
		show_part(r, &read->part[i]);
	if (read->parts > REPORT_PARTS_MAX)
		printf("  and %" PRIu32 " more\n", read->parts - REPORT_PARTS_MAX);
}

/* A dry run: core says what it would store, and nothing is stored. */
static int
look(struct report *r, struct client *c)
{
	struct client_rows awaited = {MSG_INBOX_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_REPORT_TEXT);
	ask.body.REPORT_TEXT = r->ask;
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_S);
	if (code == 0 && answer.head.type == MSG_REPORT_READ) {
		r->read = answer.body.REPORT_READ;
		code = client_next(c, &answer, CLIENT_WAIT_S);
	}
	while (client_row(c, &awaited, &answer, &code)) {
		inbox_row_end_texts(&answer.body.INBOX_ROW);
		show_report(r, &answer.body.INBOX_ROW);
	}
	ipc_wipe(&answer);
	show_parts(r);
	(void)fflush(stdout);
	return code;
}

static int
confirm(const struct report *r)
{
	if (!r->yes)
		return typed_yes("Write it down? (y/n) ", nothing);
	if ((r->read.parts > 0 || r->doubtful > 0) && !r->anyway)
		return cmd_fail(EXIT_REFUSED,
		    "a part was not read as it stands, or is improbable: %s; write the text anew, "
		    "or add --anyway if what was read is what you mean",
		    nothing);
	return 0;
}

static int
store(struct report *r, struct client *c)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_REPORT_TEXT);
	ask.body.REPORT_TEXT = r->ask;
	ask.body.REPORT_TEXT.store = 1;
	memcpy(ask.body.REPORT_TEXT.seen, r->read.seen, sizeof(r->read.seen));
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_S);
	if (code == 0 && answer.head.type != MSG_RESULT)
		return client_puzzled();
	if (code != 0)
		return code;
	if (r->read.reports == 1)
		cmd_say("Written down as number %" PRIu32 ": 'tocsin inbox' shows it.",
		    answer.body.RESULT.value);
	else
		cmd_say("Written down as number %" PRIu32 ", with its %" PRIu32
			" reports: 'tocsin inbox' shows them.",
		    answer.body.RESULT.value, r->read.reports);
	return 0;
}

int
cmd_report(int argc, char **argv)
{
	static struct report r;
	struct client c;
	int code;

	if (!read_wishes(argc, argv, &r, &code))
		return code;
	if ((code = client_is_open()) == 0)
		code = get_words(&r);
	/* a connection for each request: core closes one that is silent while she thinks */
	if (code == 0 && (code = client_open(&c)) == 0) {
		code = look(&r, &c);
		client_close(&c);
	}
	if (code == 0 && (code = confirm(&r)) == 0 && (code = client_open(&c)) == 0) {
		code = store(&r, &c);
		client_close(&c);
	}
	explicit_bzero(&r, sizeof(r));
	return code;
}

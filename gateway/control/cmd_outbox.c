/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin outbox`: texts on their way out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 100000
#define CELL_MAX 256
#define SHOWN_MAX (SMS_TEXT_MAX * 6 + 1)
#define INDENT "        "

#define KIND_ANSWER 2

enum { ACT_CANCEL = 1, ACT_REPEAT };
enum { C_NUMBER, C_STATE, C_SINCE, C_TO, C_COUNT };

static const struct show_column layout[C_COUNT] = {
    [C_NUMBER] = {"no", 5, 8, true, 0},
    [C_STATE] = {"state", 28, 28, false, 0},
    [C_SINCE] = {"since (UTC)", 22, 22, false, 0},
    [C_TO] = {"to", 16, 39, false, 0},
};

/* For scripts; by enum outbox_state. */
static const char *const state_names[] = {[OUTBOX_QUEUED] = "queued",
    [OUTBOX_SENDING] = "sending",
    [OUTBOX_SENT] = "sent",
    [OUTBOX_DELIVERED] = "delivered",
    [OUTBOX_FAILED] = "failed",
    [OUTBOX_EXPIRED] = "expired",
    [OUTBOX_CANCELLED] = "cancelled",
    [OUTBOX_UNKNOWN] = "unknown"};

/* For people. */
static const char *const state_words[] = {[OUTBOX_QUEUED] = "waits",
    [OUTBOX_SENDING] = "being sent",
    [OUTBOX_SENT] = "sent: the network took it",
    [OUTBOX_DELIVERED] = "delivered to her phone",
    [OUTBOX_FAILED] = "failed",
    [OUTBOX_EXPIRED] = "expired: it waited for a day",
    [OUTBOX_CANCELLED] = "cancelled",
    [OUTBOX_UNKNOWN] = "unknown: it may have left"};
#define STATES (sizeof(state_names) / sizeof(state_names[0]))

static const char *
of_state(const char *const names[STATES], uint32_t state)
{
	return state < STATES && names[state] != NULL ? names[state] : "?";
}

struct outbox {
	struct show_column columns[C_COUNT];
	size_t width;
	uint64_t limit, before, shown;
	bool as_json;
};

static void
print_json(const struct msg_outbox_row *row)
{
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "number", (int64_t)row->number);
	json_text(&j, "kind", row->kind == KIND_ANSWER ? "answer" : "text");
	json_text(&j, "state", of_state(state_names, row->state));
	json_number(&j, "code", row->code);
	json_time(&j, "queued", row->queued_s);
	json_time(&j, "since", row->state_s);
	json_text(&j, "time_known_by", show_trust(row->trust));
	if (row->pseudonym[0] != '\0')
		json_text(&j, "to", row->pseudonym);
	else
		json_null(&j, "to");
	json_flag(&j, "may_repeat", row->may_repeat != 0);
	json_octets(&j, "text", row->text, row->text_len);
	json_end(&j);
}

static void
words_of(const struct msg_outbox_row *row, char words[CELL_MAX])
{
	if (row->state == OUTBOX_FAILED && row->code != 0)
		(void)snprintf(words, CELL_MAX, "failed: network code %u", row->code);
	else
		(void)snprintf(words, CELL_MAX, "%s", of_state(state_words, row->state));
}

/* Whom it is for, and whether it answers a text of hers. */
static void
to_whom(const struct msg_outbox_row *row, char to[CELL_MAX])
{
	size_t len;

	(void)show_visible(to, CELL_MAX, row->pseudonym, strlen(row->pseudonym));
	if (to[0] == '\0')
		(void)snprintf(to, CELL_MAX, "a number");
	len = strlen(to);
	if (row->kind == KIND_ANSWER)
		(void)snprintf(to + len, CELL_MAX - len, ", answer");
}

static void
print_row(struct outbox *o, const struct msg_outbox_row *row)
{
	char number[24], state[CELL_MAX], since[SHOW_TIME_MAX], to[CELL_MAX], text[SHOWN_MAX];
	char line[SHOWN_MAX + CELL_MAX];
	const char *cells[C_COUNT] = {number, state, since, to};

	(void)snprintf(number, sizeof(number), "%" PRIu64, row->number);
	words_of(row, state);
	show_time_about(since, row->state_s, row->trust);
	to_whom(row, to);
	(void)show_visible(text, sizeof(text), row->text, row->text_len);
	if (o->width >= show_least(o->columns, C_COUNT)) {
		if (o->shown == 0)
			show_titles(stdout, o->columns, C_COUNT);
		show_row(stdout, o->columns, C_COUNT, cells);
	} else {
		(void)snprintf(
		    line, sizeof(line), "%s to %s: %s, since %s UTC", number, to, state, since);
		show_wrapped(stdout, "", line, o->width);
	}
	show_wrapped(stdout, INDENT, text, o->width);
}

static void
end_texts(struct msg_outbox_row *row)
{
	row->pseudonym[sizeof(row->pseudonym) - 1] = '\0';
	if (row->text_len > sizeof(row->text))
		row->text_len = sizeof(row->text);
}

/* One page of at most what core gives; *full says whether there may be more. */
static int
one_page(struct client *c, struct outbox *o, bool *full)
{
	struct client_rows awaited = {MSG_OUTBOX_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message ask, answer;
	uint64_t rows = 0;
	int code;

	ipc_begin(&ask, MSG_OUTBOX);
	ask.body.OUTBOX.before = o->before;
	ask.body.OUTBOX.limit = (uint32_t)(o->limit - o->shown);
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	while (client_row(c, &awaited, &answer, &code)) {
		struct msg_outbox_row *row = &answer.body.OUTBOX_ROW;

		end_texts(row);
		if (o->as_json)
			print_json(row);
		else
			print_row(o, row);
		o->shown++;
		o->before = row->number;
		rows++;
	}
	*full = code == 0 && rows > 0 && rows >= answer.body.RESULT.value;
	ipc_wipe(&answer);
	return code;
}

static int
list(int argc, char **argv)
{
	struct outbox o = {.limit = LIMIT_DEFAULT};
	const struct option_row rows[] = {
	    {"limit", OPTION_NUMBER, &o.limit, 1, LIMIT_MAX, NULL, "N",
		"at most so many, default 50"},
	    {"before", OPTION_NUMBER, &o.before, 1, INT64_MAX, NULL, "NO",
		"only older ones than NO"},
	    {"json", OPTION_FLAG, &o.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options options = {
	    "tocsin outbox [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	bool full = true;
	struct client c;
	int code;

	if (!options_read(&options, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	memcpy(o.columns, layout, sizeof(layout));
	o.width = show_columns();
	show_fit(o.columns, C_COUNT, o.width);
	while (code == 0 && full && o.shown < o.limit)
		code = one_page(&c, &o, &full);
	client_close(&c);
	if (code == 0 && o.shown == 0 && !o.as_json)
		puts("Nothing was sent from here yet: see 'tocsin send --help'.");
	return code;
}

/* --- acts --- */

static bool
read_number(const char *typed, uint64_t *number, int *code)
{
	char *end = NULL;

	*number = typed == NULL ? 0 : strtoull(typed, &end, 10);
	if (typed != NULL && typed[0] >= '0' && typed[0] <= '9' && *end == '\0' &&
	    *number <= INT64_MAX)
		return true;
	*code = cmd_fail(EXIT_USAGE, "give a number that 'tocsin outbox' shows");
	return false;
}

static int
cancel(int argc, char **argv)
{
	const struct options o = {"tocsin outbox cancel NO", NULL, 0, 1};
	const char *typed = NULL;
	struct ipc_message ask;
	uint64_t number;
	int code;

	if (!options_read(&o, argc, argv, &typed, &code) || !read_number(typed, &number, &code))
		return code;
	ipc_begin(&ask, MSG_OUTBOX_ACT);
	ask.body.OUTBOX_ACT.number = number;
	ask.body.OUTBOX_ACT.act = ACT_CANCEL;
	return client_tell(&ask, CLIENT_WAIT_S, "Cancelled: it did not leave.");
}

/* The text of that number. 0, or the exit code after words. */
static int
get_row(uint64_t number, struct msg_outbox_row *row)
{
	struct ipc_message ask, answer;
	struct client c;
	int code;

	memset(row, 0, sizeof(*row));
	if ((code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_OUTBOX);
	ask.body.OUTBOX.before = number + 1;
	ask.body.OUTBOX.limit = 1;
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	if (code == 0 && answer.head.type == MSG_OUTBOX_ROW) {
		*row = answer.body.OUTBOX_ROW;
		end_texts(row);
		code = client_next(&c, &answer, CLIENT_WAIT_S);
	}
	if (code == 0 && answer.head.type != MSG_RESULT)
		code = client_puzzled();
	client_close(&c);
	ipc_wipe(&answer);
	if (code == 0 && row->number != number)
		code = cmd_fail(EXIT_REFUSED, "there is no such text: see 'tocsin outbox'");
	return code;
}

static int
confirm_repeat(const struct msg_outbox_row *row, const char *to)
{
	char shown[SHOWN_MAX];

	(void)show_visible(shown, sizeof(shown), row->pseudonym, strlen(row->pseudonym));
	if (to[0] != '\0')
		(void)snprintf(shown, sizeof(shown), "%s", to);
	show_item("To:    ", shown);
	(void)show_visible(shown, sizeof(shown), row->text, row->text_len);
	show_item("Text:  ", shown);
	explicit_bzero(shown, sizeof(shown));
	if (row->state == OUTBOX_UNKNOWN)
		cmd_say("It is not known whether it left the first time: she may get it twice.");
	(void)fflush(stdout);
	return typed_yes("Send it again? (y/n) ", "nothing was sent");
}

static int
send_again(uint64_t number, const char to[NUMBER_MAX])
{
	struct ipc_message ask;

	ipc_begin(&ask, MSG_OUTBOX_ACT);
	ask.body.OUTBOX_ACT.number = number;
	ask.body.OUTBOX_ACT.act = ACT_REPEAT;
	memcpy(ask.body.OUTBOX_ACT.to, to, NUMBER_MAX);
	return client_queue(&ask);
}

static int
repeat(int argc, char **argv)
{
	bool ask_number = false, yes = false;
	const char *file = NULL, *typed = NULL;
	const struct option_row rows[] = {
	    {"number", OPTION_FLAG, &ask_number, 0, 0, NULL, NULL,
		"ask for the phone number; it is kept nowhere"},
	    {"number-file", OPTION_TEXT, &file, 0, 0, NULL, "FILE",
		"read the number from a file, - for standard input"},
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "do not ask before it is sent"},
	};
	const struct options o = {
	    "tocsin outbox repeat [OPTIONS] NO", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct msg_outbox_row row;
	char to[NUMBER_MAX] = "";
	uint64_t number;
	int code;

	if (!options_read(&o, argc, argv, &typed, &code) || !read_number(typed, &number, &code) ||
	    (code = get_row(number, &row)) != 0)
		return code;
	if (row.kind == KIND_ANSWER)
		code = cmd_fail(EXIT_REFUSED,
		    "that was an answer, and its number is gone: write to her with 'tocsin send'");
	else if (ask_number || file != NULL)
		code = typed_number(file, to);
	else if (!row.may_repeat)
		code = cmd_fail(
		    EXIT_REFUSED, "its number is kept nowhere: give --number, and type it again");
	if (code == 0 && !yes)
		code = confirm_repeat(&row, to);
	if (code == 0)
		code = send_again(number, to);
	explicit_bzero(to, sizeof(to));
	explicit_bzero(&row, sizeof(row));
	return code;
}

int
cmd_outbox(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "cancel") == 0)
		return cancel(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "repeat") == 0)
		return repeat(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs(
		    "usage: tocsin outbox [--limit N] [--before NO] [--json]\n"
		    "       tocsin outbox cancel NO\n"
		    "       tocsin outbox repeat [--number | --number-file FILE] [--yes] NO\n\n"
		    "  cancel       do not send a text that still waits\n"
		    "  repeat       send the same text once more\n"
		    "  NO           the number in the list's first column\n"
		    "  --limit N    at most so many, default 50\n"
		    "  --before NO  only older ones than NO\n"
		    "  --json       one JSON object a line\n",
		    stdout);
		return 0;
	}
	return list(argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin plain`: who may text without a cipher, by a written decision. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/chosen.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define SHOWN_MAX 512
#define USAGE \
	"tocsin plain [--json]\n" \
	"       tocsin plain allow [--reason-file FILE] [--number-file FILE] [--yes] PSEUDONYM\n" \
	"       tocsin plain forbid PSEUDONYM"
#define PLAIN_ANYONE 1 /* of the words of plain-texts in schemas/store/choices.def */

static const char allowing_means[] =
    "A plain text has no cipher: the operator reads it, and sees that she writes to this gateway. "
    "Nothing proves that she sent it: the operator, or who has her SIM card, can text in her name, "
    "and so can who forges her number. While the gateway is ARMED or OPEN her number is in its "
    "memory, and it stays in the sealed journal. In posture protected she is never answered. Her "
    "reports are marked PLAIN. Allow it only where she cannot have a device for sealed texts.";
static const char unchanged[] = "nothing was changed";

struct plain {
	const char *pseudonym, *reason_file, *number_file;
	bool yes;
};

/* --- who may --- */

struct list {
	bool as_json;
	unsigned count;
};

static void
on_row(const struct msg_roster_row *row, void *arg)
{
	char line[SHOWN_MAX];
	struct list *list = arg;
	struct json j;

	if (row->revoked || !row->plain)
		return;
	list->count++;
	if (list->as_json) {
		json_begin(&j, stdout);
		json_text(&j, "pseudonym", row->pseudonym);
		json_text(&j, "reason", row->plain_reason);
		json_end(&j);
		return;
	}
	(void)show_visible(line, sizeof(line), row->pseudonym, strlen(row->pseudonym));
	show_wrapped(stdout, "", line, show_columns());
	(void)show_visible(line, sizeof(line), row->plain_reason, strlen(row->plain_reason));
	show_wrapped(stdout, "        ", line, show_columns());
}

static int
list(int argc, char **argv)
{
	struct list list = {false, 0};
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &list.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {USAGE, rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct msg_setting_is whose;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) ||
	    (code = chosen_ask(SETTING_PLAIN, SETTING_TELL, NULL, &whose)) != 0 ||
	    (code = client_open(&c)) != 0)
		return code;
	code = people_each(&c, "", on_row, &list);
	client_close(&c);
	if (code != 0 || list.as_json)
		return code;
	if (whose.value == PLAIN_ANYONE)
		cmd_say("This network reads plain texts from anyone: 'tocsin setting' tells and "
			"changes it.");
	else if (list.count == 0)
		cmd_say("No monitor may text plain by a decision of her own: see 'tocsin plain "
			"--help'.");
	return code;
}

/* --- a decision --- */

static int
get_reason(const struct plain *p, char reason[REASON_MAX])
{
	char line[4 * REASON_MAX];
	int code = p->reason_file != NULL ? typed_file(p->reason_file, line, sizeof(line))
					  : typed_line("Why? (kept in the journal; no names) ",
						"--reason-file", line, sizeof(line));

	if (code == 0 && strlen(line) >= REASON_MAX)
		code = cmd_fail(
		    EXIT_REFUSED, "a reason has at most %d octets: %s", REASON_MAX - 1, unchanged);
	else if (code == 0 && line[0] == '\0')
		code = cmd_fail(EXIT_REFUSED, "without a reason %s", unchanged);
	else if (code == 0)
		memcpy(reason, line, strlen(line) + 1);
	explicit_bzero(line, sizeof(line));
	return code;
}

static int
ask_allow(const struct plain *p, const struct msg_roster_row *row, struct msg_plain_allow *ask)
{
	int code = get_reason(p, ask->reason);

	if (code == 0 && p->number_file == NULL && row->number_kept)
		cmd_say("The number that is kept of her is the one that she texts from.");
	else if (code == 0)
		code = typed_number(p->number_file, ask->number);
	if (code == 0 && !p->yes) {
		(void)fflush(stdout);
		code = typed_yes("May she text plain? (y/n) ", unchanged);
	}
	return code;
}

static int
allow(int argc, char **argv)
{
	struct plain p = {.pseudonym = NULL};
	const struct option_row rows[] = {
	    {"reason-file", OPTION_TEXT, &p.reason_file, 0, 0, NULL, "FILE",
		"read the reason from a file, - for standard input"},
	    {"number-file", OPTION_TEXT, &p.number_file, 0, 0, NULL, "FILE",
		"read the number that she texts from, where another or none is kept"},
	    {"yes", OPTION_FLAG, &p.yes, 0, 0, NULL, NULL, "do not ask"},
	};
	const struct options o = {
	    "tocsin plain allow [OPTIONS] PSEUDONYM", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct msg_roster_row row;
	struct ipc_message ask;
	int code;

	if (!options_read(&o, argc, argv, &p.pseudonym, &code))
		return code;
	if (p.reason_file != NULL && p.number_file != NULL && strcmp(p.reason_file, "-") == 0 &&
	    strcmp(p.number_file, "-") == 0)
		return cmd_fail(EXIT_USAGE,
		    "standard input can hold the reason or the number, not both: give a file for "
		    "one of them");
	if ((code = people_find(p.pseudonym, &row)) != 0)
		return code;
	if (row.plain) {
		cmd_say("%s may text plain already: %s. For another number or reason, forbid it "
			"first.",
		    p.pseudonym, unchanged);
		return 0;
	}
	if ((code = people_numbers_kept(
		 "nothing was changed: a plain text is known by its number alone")) != 0)
		return code;
	cmd_say("%s", allowing_means);
	(void)fflush(stdout);
	ipc_begin(&ask, MSG_PLAIN_ALLOW);
	ask.body.PLAIN_ALLOW.allowed = 1;
	if ((code = people_name(ask.body.PLAIN_ALLOW.pseudonym, p.pseudonym)) == 0 &&
	    (code = ask_allow(&p, &row, &ask.body.PLAIN_ALLOW)) == 0)
		code = people_tell(
		    &ask, p.pseudonym, "may text plain now: 'tocsin plain' lists who may.");
	ipc_wipe(&ask);
	return code;
}

static int
forbid(int argc, char **argv)
{
	struct plain p = {.pseudonym = NULL};
	const struct options o = {"tocsin plain forbid PSEUDONYM", NULL, 0, 1};
	struct ipc_message ask;
	int code;

	if (!options_read(&o, argc, argv, &p.pseudonym, &code))
		return code;
	ipc_begin(&ask, MSG_PLAIN_ALLOW);
	if ((code = people_name(ask.body.PLAIN_ALLOW.pseudonym, p.pseudonym)) != 0)
		return code;
	return people_tell(&ask, p.pseudonym,
	    "may no longer text plain. Her number is no longer used; in the sealed journal it "
	    "stays until its month is erased.");
}

int
cmd_plain(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "allow") == 0)
		return allow(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "forbid") == 0)
		return forbid(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs("usage: " USAGE "\n", stdout);
		show_wrapped(stdout, "  ", allowing_means, show_columns());
		return 0;
	}
	return list(argc, argv);
}

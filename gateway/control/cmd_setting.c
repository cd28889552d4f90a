/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin setting`: what this network chose that protects, or weakens. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

static const char keeping_means[] =
    "With keep-numbers on, 'tocsin enrol --number' writes a monitor's phone number into the sealed "
    "journal, so that you can write to her first. Whoever seizes this gateway and gets a "
    "passphrase, or the recovery key and a backup, then holds the phone numbers of these monitors, "
    "and with a number the operator tells where its owner is. As long as it is off, nothing here "
    "says who your monitors are.";
static const char dropping_means[] =
    "Numbers that were kept are no longer used, and switching it on again brings none back. In the "
    "sealed journal they stay until their months are erased, see 'tocsin retention', and so they "
    "do "
    "in backups made until then.";

/* Ask for one, or change it. *value: in force afterwards. */
static int
ask_setting(enum setting_key key, uint32_t change, uint32_t *value)
{
	struct ipc_message ask, answer;
	int code;

	*value = 0;
	ipc_begin(&ask, MSG_SETTING);
	ask.body.SETTING.key = key;
	ask.body.SETTING.value = change;
	if ((code = client_ask_once(&ask, CLIENT_WAIT_S, &answer)) == 0)
		*value = answer.body.RESULT.value;
	return code;
}

static int
list(int argc, char **argv)
{
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object"},
	};
	const struct options o = {
	    "tocsin setting [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	uint32_t posture, keeps;
	struct json j;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) ||
	    (code = ask_setting(SETTING_POSTURE, SETTING_TELL, &posture)) != 0 ||
	    (code = ask_setting(SETTING_KEEP_NUMBERS, SETTING_TELL, &keeps)) != 0)
		return code;
	if (as_json) {
		json_begin(&j, stdout);
		json_text(&j, "posture", posture == 0 ? "protected" : "open");
		json_flag(&j, "keep_numbers", keeps != 0);
		json_end(&j);
		return 0;
	}
	show_item("posture       ", posture == 0 ? "protected: senders' numbers are kept nowhere"
						 : "open: senders' numbers are kept");
	show_item("keep-numbers  ", keeps == 0
					? "off: no monitor's number is kept"
					: "on: 'tocsin enrol --number' keeps a monitor's number");
	return 0;
}

static int
keep_numbers(int argc, char **argv)
{
	bool yes = false;
	const char *wish = NULL;
	const struct option_row rows[] = {
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "do not ask"},
	};
	const struct options o = {"tocsin setting keep-numbers [OPTIONS] on|off", rows,
	    sizeof(rows) / sizeof(rows[0]), 1};
	uint32_t value, now;
	int code;

	if (!options_read(&o, argc, argv, &wish, &code))
		return code;
	if (strcmp(wish, "on") != 0 && strcmp(wish, "off") != 0)
		return cmd_fail(EXIT_USAGE, "keep-numbers is on or off");
	value = strcmp(wish, "on") == 0;
	if ((code = ask_setting(SETTING_KEEP_NUMBERS, SETTING_TELL, &now)) != 0)
		return code;
	if (now == value) {
		cmd_say("keep-numbers is %s already.", wish);
		return 0;
	}
	cmd_say("%s", value ? keeping_means : dropping_means);
	(void)fflush(stdout);
	if (!yes && (code = typed_yes("Go on? (y/n) ", "nothing was changed")) != 0)
		return code;
	if ((code = ask_setting(SETTING_KEEP_NUMBERS, value, &now)) == 0)
		cmd_say("keep-numbers is %s now.", now != 0 ? "on" : "off");
	return code;
}

int
cmd_setting(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "keep-numbers") == 0)
		return keep_numbers(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs("usage: tocsin setting [--json]\n"
			    "       tocsin setting keep-numbers [--yes] on|off\n",
		    stdout);
		show_wrapped(stdout, "  ", keeping_means, show_columns());
		return 0;
	}
	return list(argc, argv);
}

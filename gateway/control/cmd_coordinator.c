/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin coordinator`: who may open the gateway. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/secret.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define CELL_MAX 256
#define NAME_LINE_MAX (PSEUDONYM_MAX + 2)

static int
begin(struct ipc_message *ask, enum coordinator_act act, const char *name)
{
	ipc_begin(ask, MSG_COORDINATOR);
	ask->body.COORDINATOR.act = act;
	return name == NULL ? 0 : people_name(ask->body.COORDINATOR.name, name);
}

/* She types the name: nothing is done by a slip of the finger. */
static bool
is_confirmed(const char *name, const char *what)
{
	char line[NAME_LINE_MAX];
	size_t len;

	cmd_say("%s", what);
	printf("Type her name to go on: ");
	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	len = strcspn(line, "\n");
	line[len] = '\0';
	return strcmp(line, name) == 0;
}

static int
add(int argc, char **argv)
{
	struct secret_source source = {{NULL, NULL}, 0, false};
	const struct option_row rows[] = {SECRET_OPTIONS(source)};
	const struct options o = {
	    "tocsin coordinator add [OPTIONS] NAME", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask;
	struct passphrase p;
	const char *name;
	int code;

	if (!options_read(&o, argc, argv, &name, &code) ||
	    (code = begin(&ask, COORDINATOR_ADD, name)) != 0 || (code = client_is_open()) != 0 ||
	    (code = secret_choose(&source, "Her new passphrase, which she types herself: ", &p)) !=
		0)
		return code;
	secret_send(&p, &ask.body.COORDINATOR.passphrase);
	return client_tell(
	    &ask, CLIENT_WAIT_LONG_S, "Added: she opens the gateway with her own passphrase.");
}

static int
drop(int argc, char **argv)
{
	bool yes = false;
	const struct option_row rows[] = {
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "do not ask"},
	};
	const struct options o = {
	    "tocsin coordinator remove [OPTIONS] NAME", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask;
	const char *name;
	int code;

	if (!options_read(&o, argc, argv, &name, &code) ||
	    (code = begin(&ask, COORDINATOR_REMOVE, name)) != 0 || (code = client_is_open()) != 0)
		return code;
	if (!yes && !is_confirmed(name, "Her passphrase will open this gateway no more."))
		return cmd_fail(EXIT_REFUSED, "not confirmed: nobody was removed");
	return client_tell(&ask, CLIENT_WAIT_LONG_S, "Removed.");
}

static int
change_passphrase(int argc, char **argv)
{
	struct secret_source source = {{NULL, NULL}, 0, false}, old = {{NULL, NULL}, 0, false};
	bool lost = false;
	const struct option_row rows[] = {SECRET_OPTIONS(source),
	    {"old-passphrase-file", OPTION_TEXTS, old.file, 0, 1, NULL, "FILE",
		"read her present passphrase from a file"},
	    {"lost", OPTION_FLAG, &lost, 0, 0, NULL, NULL,
		"she lost her present one: another coordinator vouches for her"}};
	const struct options o = {
	    "tocsin coordinator passwd [OPTIONS] NAME", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask;
	struct passphrase p;
	const char *name;
	int code;

	if (!options_read(&o, argc, argv, &name, &code) ||
	    (code = begin(&ask, COORDINATOR_PASSPHRASE, name)) != 0 ||
	    (code = client_is_open()) != 0)
		return code;
	ask.body.COORDINATOR.is_lost = lost;
	if (lost && source.file[0] == NULL && !source.fd_given &&
	    !is_confirmed(name, "She gets a new passphrase; her lost one opens nothing more."))
		return cmd_fail(EXIT_REFUSED, "not confirmed: nothing was changed");
	if (!lost) {
		if ((code = secret_get(&old, "Her present passphrase: ", &p)) != 0)
			return code;
		secret_send(&p, &ask.body.COORDINATOR.old);
	}
	if ((code = secret_choose(&source, "Her new passphrase, which she types herself: ", &p)) !=
	    0) {
		ipc_wipe(&ask);
		return code;
	}
	secret_send(&p, &ask.body.COORDINATOR.passphrase);
	return client_tell(&ask, CLIENT_WAIT_LONG_S,
	    "Her new passphrase is in force, and the old one opens nothing more.");
}

static int
two_person(int argc, char **argv)
{
	const struct options o = {"tocsin coordinator two-person on|off", NULL, 0, 1};
	struct ipc_message ask;
	const char *word;
	int code;

	if (!options_read(&o, argc, argv, &word, &code))
		return code;
	if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
		return cmd_fail(EXIT_USAGE, "say on or off: 'tocsin coordinator two-person on'");
	code =
	    begin(&ask, strcmp(word, "on") == 0 ? COORDINATOR_TWO_ON : COORDINATOR_TWO_OFF, NULL);
	return code != 0 ? code
			 : client_tell(&ask, CLIENT_WAIT_LONG_S,
			       "The two-person rule is off: one passphrase opens.");
}

/* --- list --- */

enum { C_NAME, C_SINCE, C_PASSPHRASE, C_COUNT };

static void
print_row(const struct msg_coordinator_row *row, bool first)
{
	static struct show_column columns[C_COUNT] = {
	    [C_NAME] = {"coordinator", 11, 31, false, 0},
	    [C_SINCE] = {"since (UTC)", 11, 16, false, 0},
	    [C_PASSPHRASE] = {"new passphrase", 14, 16, false, 0},
	};
	char name[CELL_MAX], since[SHOW_TIME_MAX] = "init", passphrase[SHOW_TIME_MAX] = "-";
	const char *cells[C_COUNT] = {name, since, passphrase};

	(void)show_visible(name, sizeof(name), row->name, strlen(row->name));
	if (row->since_s != INT64_MIN)
		show_time(since, row->since_s);
	if (row->passphrase_s != INT64_MIN)
		show_time(passphrase, row->passphrase_s);
	if (first) {
		show_fit(columns, C_COUNT, show_columns());
		show_titles(stdout, columns, C_COUNT);
	}
	show_row(stdout, columns, C_COUNT, cells);
}

static void
print_json(const struct msg_coordinator_row *row)
{
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "id", row->id);
	json_text(&j, "name", row->name);
	json_time(&j, "since", row->since_s);
	json_time(&j, "passphrase", row->passphrase_s);
	json_end(&j);
}

static int
list(int argc, char **argv)
{
	bool as_json = false, first = true;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {
	    "tocsin coordinator list [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client_rows awaited = {MSG_COORDINATOR_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message ask, answer;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_COORDINATORS);
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	while (client_row(&c, &awaited, &answer, &code)) {
		struct msg_coordinator_row *row = &answer.body.COORDINATOR_ROW;

		row->name[sizeof(row->name) - 1] = '\0';
		if (as_json)
			print_json(row);
		else
			print_row(row, first);
		first = false;
	}
	client_close(&c);
	if (code == 0 && !as_json && answer.body.RESULT.value == 1)
		puts("Two of them must open the gateway together.");
	return code;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} acts[] = {
    {"add", add},
    {"remove", drop},
    {"passwd", change_passphrase},
    {"list", list},
    {"two-person", two_person},
};

static int
help(FILE *out, int code)
{
	(void)fputs("usage: tocsin coordinator list [--json]\n"
		    "       tocsin coordinator add NAME\n"
		    "       tocsin coordinator remove [--yes] NAME\n"
		    "       tocsin coordinator passwd [--lost] NAME\n"
		    "       tocsin coordinator two-person on|off\n",
	    out);
	return code;
}

int
cmd_coordinator(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[1], acts[i].name) == 0)
			return acts[i].run(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return help(stdout, 0);
	return help(stderr, EXIT_USAGE);
}

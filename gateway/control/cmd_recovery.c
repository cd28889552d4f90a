/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin recovery-key` and `tocsin recover`. */
#include <stdio.h>
#include <string.h>

#include "gateway/common/fileio.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/recovery_sheet.h"
#include "gateway/control/recovery_typed.h"
#include "gateway/control/secret.h"
#include "schemas/exit.h"

/* --- tocsin recovery-key --- */

static int
hand_out(struct msg_recovery_key *key, const char *path)
{
	int code;

	key->text[sizeof(key->text) - 1] = '\0';
	if ((code = recovery_sheet(key->text, path)) != 0)
		return code;
	if (key->replaced)
		cmd_note("The recovery key before it opens nothing that is stored from now on. A "
			 "backup made before still needs it: make a new backup, then destroy the "
			 "old paper.");
	if (key->slots > 0)
		cmd_note("%u %s enrolled before this key, which does not hold the next keys of "
			 "%s: enrol anew when there is time.",
		    key->slots, key->slots == 1 ? "monitor was" : "monitors were",
		    key->slots == 1 ? "that one" : "those");
	return 0;
}

static bool
is_confirmed(void)
{
	char line[16];

	cmd_note("There is a recovery key already. A new one makes it worthless for what comes, "
		 "and the spare keys of monitors enrolled so far are lost to it.");
	(void)fputs("Type yes to go on: ", stderr);
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

static int
make_key(struct client *c, const char *path, bool yes)
{
	struct ipc_message ask, answer;
	struct msg_status status;
	int code;

	if ((code = client_status(c, &status)) != 0)
		return code;
	if (status.recovery_key && !yes && !is_confirmed())
		return cmd_fail(EXIT_REFUSED, "not confirmed: the recovery key stays as it is");
	if (path != NULL && (code = recovery_sheet_try(path)) != 0)
		return code;
	ipc_begin(&ask, MSG_RECOVERY_KEY);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) == 0)
		code = answer.head.type == MSG_RECOVERY_KEY_IS
			   ? hand_out(&answer.body.RECOVERY_KEY_IS, path)
			   : client_puzzled();
	ipc_wipe(&answer);
	return code;
}

int
cmd_recovery_key(int argc, char **argv)
{
	const char *path = NULL;
	bool yes = false;
	const struct option_row rows[] = {
	    {"out", OPTION_TEXT, &path, 0, 0, NULL, "FILE", "write it to a new file, mode 0600"},
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "replace one without asking"},
	};
	const struct options o = {
	    "tocsin recovery-key [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_is_open()) != 0 ||
	    (code = client_open(&c)) != 0)
		return code;
	code = make_key(&c, path, yes);
	client_close(&c);
	return code;
}

/* --- tocsin recover --- */

static int
get_key(const char *file, struct msg_recover *out)
{
	struct recovery_typed key;
	int code = recovery_typed_get(file, &key);

	if (code == 0) {
		memcpy(out->key, key.octets, key.len);
		out->key_len = (uint32_t)key.len;
	}
	explicit_bzero(&key, sizeof(key));
	return code;
}

/* Before anything is typed: there is a gateway to give it to, and it wants it. */
static int
refuse_open(void)
{
	struct msg_status status;
	int code = client_status_once(&status);

	if (code == 0 && status.state == IN_OPEN)
		return cmd_fail(EXIT_REFUSED, "the gateway is OPEN already: 'tocsin coordinator "
					      "passwd --lost NAME' gives a new "
					      "passphrase; or 'tocsin lock', and again");
	return code;
}

int
cmd_recover(int argc, char **argv)
{
	struct secret_source source = {{NULL, NULL}, 0, false};
	const char *file = NULL, *name;
	const struct option_row rows[] = {SECRET_OPTIONS(source), RECOVERY_OPTION(file)};
	const struct options o = {
	    "tocsin recover [OPTIONS] NAME", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask;
	struct passphrase p;
	int code;

	if (!options_read(&o, argc, argv, &name, &code))
		return code;
	ipc_begin(&ask, MSG_RECOVER);
	if ((code = people_name(ask.body.RECOVER.name, name)) != 0 || (code = refuse_open()) != 0)
		return code;
	if ((code = get_key(file, &ask.body.RECOVER)) == 0)
		code = secret_choose(&source, "New passphrase of this coordinator: ", &p);
	if (code != 0) {
		ipc_wipe(&ask);
		return code;
	}
	secret_send(&p, &ask.body.RECOVER.passphrase);
	return client_tell(
	    &ask, CLIENT_WAIT_LONG_S, "The gateway is OPEN, and the new passphrase is in force.");
}

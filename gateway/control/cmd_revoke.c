/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin revoke`: for good. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "schemas/exit.h"

static bool
is_confirmed(const char *pseudonym)
{
	char line[16];

	printf("Nothing from %s will be accepted any more. This cannot be undone.\n"
	       "Type yes to go on: ",
	    pseudonym);
	(void)fflush(stdout);
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

int
cmd_revoke(int argc, char **argv)
{
	bool yes = false;
	const struct option_row rows[] = {
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "do not ask"},
	};
	const struct options o = {
	    "tocsin revoke [OPTIONS] PSEUDONYM", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask, answer;
	const char *pseudonym;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, &pseudonym, &code))
		return code;
	ipc_begin(&ask, MSG_REVOKE);
	if ((code = people_name(ask.body.REVOKE.pseudonym, pseudonym)) != 0)
		return code;
	if ((code = client_open(&c)) != 0)
		return code;
	client_close(&c); /* there is somebody to tell it to; core waits for no typing */
	if (!yes && !is_confirmed(pseudonym))
		return cmd_fail(EXIT_REFUSED, "not confirmed: nobody was revoked");
	if ((code = client_open(&c)) != 0)
		return code;
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	client_close(&c);
	if (code == 0 && answer.head.type != MSG_RESULT)
		return client_puzzled();
	if (code == 0)
		printf("Revoked: %s.\n", pseudonym);
	return code;
}

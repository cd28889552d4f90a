/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin renew`: a monitor's next chain, from the copy that the recovery key opens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/recovery_typed.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define NAME_SHOWN_MAX (PSEUDONYM_MAX * 4 + 1)

struct renewal {
	struct recovery_typed key;
	unsigned waiting; /* how many have a chain that waits now */
};

static int
say_none(const char *name, const struct msg_renewed *r)
{
	if (r->spares_why == SPARES_USED)
		return cmd_fail(EXIT_REFUSED, "%s: her last chain is in use: enrol her anew", name);
	return cmd_fail(EXIT_REFUSED,
	    "%s: enrolled before the recovery key was made, so she has no spare chain: enrol her "
	    "anew",
	    name);
}

static int
say_renewed(const char *pseudonym, const struct msg_renewed *r)
{
	char name[NAME_SHOWN_MAX];

	(void)show_visible(name, sizeof(name), pseudonym, strlen(pseudonym));
	if (r->chain == 0)
		return say_none(name, r);
	cmd_say("%s: chain %u waits for her%s; %u spare left. Tell her: before the next message "
		"run 'tocsin-compose next-chain %u'.",
	    name, r->chain, r->was_there ? ", as it did before" : "", r->spares, r->chain);
	return 0;
}

static int
renew_one(struct client *c, const char *pseudonym, void *arg)
{
	struct renewal *renewal = arg;
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_RENEW);
	if ((code = people_name(ask.body.RENEW.pseudonym, pseudonym)) != 0)
		return code;
	ask.body.RENEW.len = (uint32_t)renewal->key.len;
	memcpy(ask.body.RENEW.key, renewal->key.octets, renewal->key.len);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) != 0)
		return code;
	if (answer.head.type != MSG_RENEWED)
		return client_puzzled();
	renewal->waiting += answer.body.RENEWED.chain != 0;
	return say_renewed(pseudonym, &answer.body.RENEWED);
}

static int
renew(const char *const *names, bool all, const char *key_file)
{
	static struct renewal renewal;
	struct client c;
	int code;

	if ((code = client_is_open()) != 0)
		return code;
	if ((code = recovery_typed_get(key_file, &renewal.key)) == 0 &&
	    (code = client_open(&c)) == 0) {
		code = people_named(&c, names, all, renew_one, &renewal);
		client_close(&c);
	}
	explicit_bzero(&renewal.key, sizeof(renewal.key));
	if (renewal.waiting > 0)
		cmd_say("What they send before that is read as always; what they send after it "
			"opens the new chain, and the old one is destroyed. Put the recovery key "
			"back to where it is kept: it is not stored here.");
	return code;
}

int
cmd_renew(int argc, char **argv)
{
	bool all = false;
	const char *key_file = NULL, **names;
	const struct option_row rows[] = {
	    {"all", OPTION_FLAG, &all, 0, 0, NULL, NULL, "every active monitor"},
	    RECOVERY_OPTION(key_file),
	};
	const struct options o = {"tocsin renew [OPTIONS] PSEUDONYM ... | --all", rows,
	    sizeof(rows) / sizeof(rows[0]), OPERANDS_UP_TO(argc)};
	int code;

	if ((names = calloc((size_t)argc + 1, sizeof(*names))) == NULL)
		return cmd_fail(EXIT_REFUSED, "no memory is left");
	if (options_read(&o, argc, argv, names, &code)) {
		if (all == (names[0] != NULL))
			code = cmd_fail(
			    EXIT_USAGE, "name the monitors to renew, or say --all for all of them");
		else
			code = renew(names, all, key_file);
	}
	free(names);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin vet`: the mark of a monitor whom a coordinator vouches for. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define QUESTION_MAX 200

static const char vetting_means[] =
    "Vet her only if you know who she is, or somebody whom you trust does, and she is no one's "
    "tool. From 30 days after the mark's date on, her reports may count when reports are held "
    "against each other and released.";
static const char withdrawing_means[] =
    "Her reports will be received and shown as before, but no longer count when reports are held "
    "against each other and released. If you vet her again, the 30 days begin anew.";

struct vet {
	const char *pseudonym;
	bool withdraw, yes;
};

/* By what date does the mark stand? It counts from there on, so that it must be right. */
static int
ask_date(const struct vet *v)
{
	char question[QUESTION_MAX], when[SHOW_TIME_MAX];
	struct msg_status status;
	int code = client_status_once(&status);

	if (code != 0)
		return code;
	if (status.clock_trust == TRUST_NONE)
		return cmd_fail(EXIT_REFUSED,
		    "the gateway does not know the date, and the mark counts from its date on: "
		    "give 'tocsin unlock' the right one first; nothing was changed");
	show_time(when, status.clock_s);
	if (status.clock_trust == TRUST_CONFIRMED || status.clock_trust == TRUST_CENTRE) {
		cmd_say("The mark will have the date %.10s.", when);
		return v->yes ? 0 : typed_yes("Vet her? (y/n) ", "nothing was changed");
	}
	if (v->yes)
		return cmd_fail(EXIT_REFUSED,
		    "only this machine's clock says that today is %.10s, and the mark counts from "
		    "its date on: confirm the date with 'tocsin unlock', or leave out --yes; "
		    "nothing was changed",
		    when);
	(void)snprintf(question, sizeof(question),
	    "Only this machine's clock says that today is %.10s.\n"
	    "Is that right, and shall she be vetted with this date? (y/n) ",
	    when);
	return typed_yes(question, "nothing was changed; 'tocsin unlock' takes the right date");
}

static int
tell(const struct vet *v)
{
	struct ipc_message ask;
	int code;

	ipc_begin(&ask, MSG_VET);
	if ((code = people_name(ask.body.VET.pseudonym, v->pseudonym)) != 0)
		return code;
	ask.body.VET.vetted = !v->withdraw;
	return people_tell(&ask, v->pseudonym,
	    v->withdraw ? "is no longer vetted." : "is vetted: 'tocsin roster' shows since when.");
}

int
cmd_vet(int argc, char **argv)
{
	struct vet v = {.pseudonym = NULL};
	const struct option_row rows[] = {
	    {"withdraw", OPTION_FLAG, &v.withdraw, 0, 0, NULL, NULL, "take the mark from her"},
	    {"yes", OPTION_FLAG, &v.yes, 0, 0, NULL, NULL, "do not ask"},
	};
	const struct options o = {
	    "tocsin vet [OPTIONS] PSEUDONYM", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct msg_roster_row row;
	char since[SHOW_TIME_MAX];
	int code;

	if (!options_read(&o, argc, argv, &v.pseudonym, &code) ||
	    (code = people_find(v.pseudonym, &row)) != 0)
		return code;
	if (row.vetted == !v.withdraw) {
		show_time(since, row.vetted_s);
		if (v.withdraw)
			cmd_say("%s is not vetted: nothing was changed.", v.pseudonym);
		else
			cmd_say("%s is vetted already, since %.10s: nothing was changed.",
			    v.pseudonym, since);
		return 0;
	}
	cmd_say("%s", v.withdraw ? withdrawing_means : vetting_means);
	(void)fflush(stdout);
	if (!v.withdraw)
		code = ask_date(&v);
	else if (!v.yes)
		code = typed_yes("Withdraw the mark? (y/n) ", "nothing was changed");
	return code == 0 ? tell(&v) : code;
}

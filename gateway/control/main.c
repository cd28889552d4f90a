/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin: the coordinator's and installer's command. Everything it can do is one row below.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/sandbox.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
    {"init", cmd_init, "make a new gateway: settings, sealed store, anchor, passphrase"},
    {"check", cmd_check, "look whether everything that a gateway needs is in place"},
    {"status", cmd_status, "show the gateway's state and what is wrong"},
    {"modem", cmd_modem, "show each modem and its SIM card; list it, sweep it, ask its credit"},
    {"unlock", cmd_unlock, "open the gateway with the passphrase, to read and to act"},
    {"arm", cmd_arm, "let it read what arrives, without opening what is stored"},
    {"close", cmd_close, "end reading: from OPEN back to ARMED"},
    {"lock", cmd_lock, "lock it: it receives, and reads nothing"},
    {"coordinator", cmd_coordinator, "show, add or remove who may open it; two-person rule"},
    {"recovery-key", cmd_recovery_key, "make the key for lost passphrases, to be kept on paper"},
    {"recover", cmd_recover, "open the gateway with the recovery key, and set a passphrase"},
    {"enrol", cmd_enrol, "enrol a monitor and print the secret text for her device, once"},
    {"revoke", cmd_revoke, "accept nothing from a monitor any more"},
    {"vet", cmd_vet, "mark a monitor whom you know, so that her reports may count for more"},
    {"plain", cmd_plain, "show, allow or forbid that a monitor texts without a cipher"},
    {"own-places", cmd_own_places, "show or set a monitor's own two-digit numbers for places"},
    {"inbox", cmd_inbox, "show what arrived, the newest first"},
    {"report", cmd_report, "write down a report yourself: somebody walked in, or called"},
    {"roster", cmd_roster, "show the monitors and when each was heard last"},
    {"send", cmd_send, "send a text to a monitor"},
    {"outbox", cmd_outbox, "show what was sent and what became of it; cancel or repeat a text"},
    {"setting", cmd_setting,
	"show or change the posture and its parts: what is kept, read, answered"},
    {"backup", cmd_backup, "write a backup that only the recovery key opens, and read it back"},
    {"restore", cmd_restore, "make a gateway from a backup, with the recovery key"},
    {"renew", cmd_renew, "let a monitor go on to her next chain, with the recovery key"},
    {"deep-scan", cmd_deep_scan, "find the texts of a phone that ran past its window"},
    {"journal", cmd_journal, "read the whole journal anew, and say what is wrong in it"},
    {"retention", cmd_retention, "show the months that are stored, read or erase old ones"},
    {"codebook", cmd_codebook, "check, join, compare, print and activate codebooks"},
    {"wipe", cmd_wipe, "destroy the keys of this gateway, at once and for ever"},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
help(FILE *out, int code)
{
	(void)fputs("usage: tocsin [-c CONF] COMMAND [OPTIONS]\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		(void)fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
	(void)fputs("\n'tocsin COMMAND --help' tells a command's options.\n", out);
	return code;
}

/* A list cut short must not pass for a whole one. */
static int
finish(int code)
{
	if (code != 0 || (fflush(stdout) == 0 && !ferror(stdout)))
		return code;
	return cmd_fail(EXIT_REFUSED,
	    "not all of the output could be written: see where it goes, and ask again");
}

int
main(int argc, char **argv)
{
	const char *conf = NULL;
	int c;

	(void)signal(SIGPIPE, SIG_IGN); /* writing to a closed pipe fails instead */
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return help(stdout, 0);
	while ((c = getopt(argc, argv, "+c:h")) != -1) {
		if (c == 'h')
			return help(stdout, 0);
		if (c != 'c')
			return help(stderr, EXIT_USAGE);
		conf = optarg;
	}
	if (optind == argc)
		return help(stderr, EXIT_USAGE);
	if (strcmp(argv[optind], "help") == 0)
		return help(stdout, 0);
	cmd_begin(argv[0], conf);
	if (sandbox_basic() != ST_OK)
		return cmd_fail(
		    EXIT_REFUSED, "this kernel lacks prctl(2) settings that tocsin needs");
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[optind], commands[i].name) == 0)
			return finish(commands[i].run(argc - optind, argv + optind));
	return cmd_fail(
	    EXIT_USAGE, "there is no command \"%s\": 'tocsin --help' tells them", argv[optind]);
}

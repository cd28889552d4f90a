/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `tocsin wipe`: the panic. A running tocsind does it (SIGUSR1), so that core's memory goes too;
 * where there is none, or it does not act in time, tocsin-core -w does it from here.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/fileio.h"
#include "gateway/common/program.h"
#include "gateway/common/sandbox.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "schemas/exit.h"

#define WORD "WIPE"
#define TOCSIND_MS 2000    /* it kills a core that hangs after 300 */
#define OVERWRITE_MS 30000 /* for a WAL on a slow card, where the store is its own anchor */
#define STEP_MS 2
#define CORE_ENDS_MS 200 /* when its tocsind was killed */
#define EXIT_NOT_EXECUTED 127

static const char *const before[] = {
    [ANCHOR_FILE] =
	"This overwrites the keys in the anchor's file with zeros and ends the gateway. No "
	"passphrase opens its reports then; nobody can undo it. Flash (a memory card, a USB "
	"stick) may keep old octets where only a laboratory finds them.",
    [ANCHOR_EEPROM] =
	"This erases the keys in the anchor's EEPROM, in place, and ends the gateway. No "
	"passphrase opens its reports then; nobody can undo it.",
    [ANCHOR_NONE] =
	"This gateway has no anchor: its keys lie on the card itself, which may keep what is "
	"deleted. This deletes them and ends the gateway; nobody can undo it. It achieves "
	"little: a passphrase is still needed to read the reports, and might suffice.",
};

static const char *const after[] = {
    [ANCHOR_FILE] =
	"The keys in the anchor are zeros: with what the files hold now, no passphrase opens "
	"anything. On flash this is best effort: who takes the medium apart may find old keys, "
	"and needs a passphrase too. Destroy the anchor's medium if you can.",
    [ANCHOR_EEPROM] =
	"The keys in the EEPROM were erased in place: what is on the card is noise, even to who "
	"has every passphrase. Only who copied card and EEPROM together before has more.",
    [ANCHOR_NONE] =
	"The keys on the card were deleted and overwritten, as far as the card obeys. Old "
	"octets may be found on it, and then a passphrase opens everything: destroy the card.",
};

/* --- the word --- */

static int
ask_word(uint32_t kind)
{
	char line[16];

	cmd_say("%s", before[kind]);
	printf("Type %s to do it: ", WORD);
	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) != NULL && strcmp(line, WORD "\n") == 0)
		return 0;
	return cmd_fail(EXIT_REFUSED, "the word %s was not given: nothing was wiped", WORD);
}

/* --- how it is done --- */

/* A decimal number in a small file of run_dir; 0: none. */
static int
number_in(const struct conf *conf, const char *name)
{
	char path[CONF_PATH_MAX + 16];
	uint8_t text[16];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", conf->run_dir, name);
	if (fileio_read(path, text, sizeof(text) - 1, &len) != ST_OK)
		return 0;
	text[len] = '\0';
	return (int)strtol((const char *)text, NULL, 10);
}

/*
 * How tocsind says that it ended: EXIT_WIPED or EXIT_NOT_WIPED. 0: there is none; or it did not
 * act, and was killed: then core, which ends with it, cannot be asked to wipe its memory.
 */
static int
wipe_by_tocsind(const struct conf *conf, bool *killed)
{
	char path[CONF_PATH_MAX + 16];
	int64_t until = clock_boot_ms();
	int pid, fault;

	if (!client_is_running(conf) || (pid = number_in(conf, PID_FILE_NAME)) <= 1)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/" FAULT_FILE_NAME, conf->run_dir);
	(void)unlink(path); /* what it said before is not the answer */
	if (kill(pid, SIGUSR1) == -1)
		return 0;
	until += conf->anchor_kind == ANCHOR_NONE ? OVERWRITE_MS : TOCSIND_MS;
	while (clock_boot_ms() < until) {
		fault = number_in(conf, FAULT_FILE_NAME);
		if (fault == EXIT_WIPED || fault == EXIT_NOT_WIPED)
			return fault;
		(void)poll(NULL, 0, STEP_MS);
	}
	*killed = kill(pid, SIGKILL) == 0;
	(void)poll(NULL, 0, CORE_ENDS_MS);
	return 0;
}

/* What tocsin-core -w ends with; EXIT_NOT_WIPED if it cannot be run. */
static int
wipe_by_core(void)
{
	char path[CONF_PATH_MAX];
	char *const argv[] = {(char *)(uintptr_t) "tocsin-core", (char *)(uintptr_t) "-c",
	    (char *)(uintptr_t)cmd_settings(), (char *)(uintptr_t) "-w", NULL};
	int wait_status;
	pid_t pid;

	if (program_find(cmd_program(), "tocsin-core", path, sizeof(path)) != ST_OK)
		return cmd_fail(
		    EXIT_NOT_WIPED, "cannot find %s: the installation is not complete", path);
	if ((pid = fork()) == 0) {
		sandbox_close_above(STDERR_FILENO);
		(void)execv(path, argv);
		_exit(EXIT_NOT_EXECUTED);
	}
	if (pid == -1 || waitpid(pid, &wait_status, 0) != pid || !WIFEXITED(wait_status))
		return EXIT_NOT_WIPED;
	return WEXITSTATUS(wait_status);
}

/* --- what it came to --- */

static void
say_done(const struct conf *conf, int64_t took_ms)
{
	printf("Wiped in %lld ms.\n", (long long)took_ms);
	cmd_say("%s", after[conf->anchor_kind]);
	cmd_say("A backup opens with its recovery key alone, which is kept elsewhere. What the "
		"operator and the SIM know of who sent texts is untouched.");
	client_say_anew(stdout, conf);
}

static int
refuse_nothing(const struct conf *conf)
{
	struct stat sb;

	if (conf->anchor_kind != ANCHOR_NONE && lstat(conf->anchor, &sb) == -1)
		return cmd_fail(EXIT_REFUSED,
		    "there is no anchor at %s (%s): nothing was wiped. If it lies on a medium that "
		    "is unplugged, destroy that medium",
		    conf->anchor, strerror(errno));
	return 0;
}

int
cmd_wipe(int argc, char **argv)
{
	const struct options o = {"tocsin wipe", NULL, 0, 0};
	char fault[CONF_FAULT_MAX];
	struct conf conf;
	bool killed = false;
	int64_t begin;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	if (conf_read(cmd_settings(), &conf, fault) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "%s", fault);
	if ((code = refuse_nothing(&conf)) != 0 || (code = ask_word(conf.anchor_kind)) != 0)
		return code;
	begin = clock_boot_ms();
	if ((code = wipe_by_tocsind(&conf, &killed)) != EXIT_WIPED)
		code = wipe_by_core();
	if (code != EXIT_WIPED)
		return cmd_fail(EXIT_REFUSED,
		    "NOT WIPED: the anchor could not be overwritten. Destroy by hand the medium "
		    "that holds %s",
		    conf.anchor_kind == ANCHOR_NONE ? conf.state_dir : conf.anchor);
	say_done(&conf, clock_boot_ms() - begin);
	if (killed)
		return cmd_fail(EXIT_UNREACHABLE,
		    "tocsind did not answer and was killed: switch the machine off now, for its "
		    "memory may hold keys still");
	return 0;
}

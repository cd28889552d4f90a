/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin restore`: a gateway from a backup, or from its own journal, with the recovery key. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/init_choose.h"
#include "gateway/control/init_core.h"
#include "gateway/control/init_make.h"
#include "gateway/control/init_plan.h"
#include "gateway/control/recovery_sheet.h"
#include "gateway/control/recovery_typed.h"
#include "schemas/exit.h"

#define POLL_DEFAULT_S 300
#define OLD ".old"

/* Large: not on the stack. */
static struct {
	struct plan plan;
	struct conf conf;
	char settings[PLAN_SETTINGS_MAX];
	char old_state[CONF_PATH_MAX + sizeof(OLD)], old_anchor[CONF_PATH_MAX + sizeof(OLD)];
} work;

static void
say_restored(const struct msg_restored *r)
{
	printf("\nRestored: %" PRIu64 " rows of the journal", r->rows);
	if (r->missing > 0)
		printf(", %" PRIu64 " are missing", r->missing);
	puts(".");
	if (r->faults > 0)
		printf(
		    "%" PRIu64 " faults were found in it; the first: %s.\n", r->faults, r->fault);
	if (r->live > 0)
		cmd_say("%u monitor%s for the first message of a new chain: tell each to switch to "
			"it (tocsin-compose next-chain). What is sent before that is not read.",
		    r->live, r->live == 1 ? " waits" : "s wait");
	if (r->anew > 0)
		cmd_say("%u monitor%s no spare chain and %s closed: enrol anew, under other "
			"pseudonyms.",
		    r->anew, r->anew == 1 ? " has" : "s have", r->anew == 1 ? "is" : "are");
	cmd_say("This is a new incarnation: hubs must confirm it. The old recovery key opens "
		"nothing that is written from now on; the new one follows, once.");
	puts("");
}

static void
say_next(void)
{
	const char *conf = work.plan.settings;

	(void)fflush(stdout);
	(void)fprintf(stderr,
	    "\nNext:\n  tocsind -c %s\n  tocsin -c %s unlock\n  tocsin -c %s roster\n"
	    "  tocsin -c %s backup FOLDER\n",
	    conf, conf, conf, conf);
}

/* The secrets that both roads need, and the conversation. */
static int
restore_with(struct birth *b, int (*make)(const struct birth *))
{
	struct passphrase passphrase;
	struct recovery_typed key;
	struct msg_restored restored = {0};
	int code;

	if ((code = recovery_typed_get(work.plan.recovery_file, &key)) != 0)
		return code;
	if ((code = init_choose_passphrase(&work.plan, &passphrase)) == 0) {
		b->passphrase = &passphrase;
		b->key = &key;
		b->restored = &restored;
		if ((code = make(b)) == 0) {
			say_restored(&restored);
			if ((code = recovery_sheet(restored.text, NULL)) == 0)
				say_next();
		}
		sodium_memzero(&restored, sizeof(restored));
		passphrase_wipe(&passphrase);
	}
	b->passphrase = NULL;
	b->key = NULL;
	b->restored = NULL;
	sodium_memzero(&key, sizeof(key));
	return code;
}

/* --- a new box --- */

static int
restore_file(struct birth *b)
{
	struct stat sb;
	int code;

	if (access(work.plan.settings, F_OK) == 0)
		return cmd_fail(EXIT_REFUSED,
		    "%s exists already: there is a gateway here; use another folder, or -c",
		    work.plan.settings);
	if ((b->backup = open(work.plan.file, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return cmd_fail(EXIT_REFUSED, "the backup %s cannot be opened: %s", work.plan.file,
		    strerror(errno));
	if (fstat(b->backup, &sb) == -1 || !S_ISREG(sb.st_mode)) {
		(void)close(b->backup); /* read-only */
		return cmd_fail(EXIT_REFUSED,
		    "%s is no file: name the backup itself, as FOLDER/tocsin-...backup",
		    work.plan.file);
	}
	if ((code = plan_answers(&work.plan)) == 0 &&
	    (code = make_conf(b, &work.conf, work.settings)) == 0 &&
	    (code = make_refuse_existing(&work.conf, work.plan.settings)) == 0) {
		init_choose_cost(&work.plan);
		if ((code = make_conf(b, &work.conf, work.settings)) == 0) /* with the cost */
			code = restore_with(b, make_gateway);
	}
	(void)close(b->backup); /* read-only */
	return code;
}

/* --- our own old store --- */

/* The old store and anchor go beside, and come back if nothing was made. */
static int
make_anew(const struct birth *b)
{
	const struct conf *c = b->conf;
	bool has_anchor = false;
	int code;

	if (access(work.old_state, F_OK) == 0 || access(work.old_anchor, F_OK) == 0)
		return cmd_fail(EXIT_REFUSED,
		    "%s or %s is there already, from an earlier restore: move it away",
		    work.old_state, work.old_anchor);
	if (rename(c->state_dir, work.old_state) == -1)
		return cmd_fail(EXIT_REFUSED, "the folder %s cannot be renamed: %s", c->state_dir,
		    strerror(errno));
	if (c->anchor_kind == ANCHOR_FILE)
		has_anchor = rename(c->anchor, work.old_anchor) == 0; /* gone: that is why */
	code = make_state_folder(c);
	if (code == 0)
		code = init_core(b);
	if (code == 0) {
		cmd_say("The old store lies in %s%s%s. Texts that waited there unread are not "
			"brought over. When all is well, destroy it.",
		    work.old_state, has_anchor ? ", the old anchor in " : "",
		    has_anchor ? work.old_anchor : "");
		return 0;
	}
	(void)rmdir(c->state_dir); /* empty again */
	if (rename(work.old_state, c->state_dir) == -1)
		(void)cmd_fail(code, "the old store still lies in %s", work.old_state);
	if (c->anchor_kind == ANCHOR_FILE)
		(void)rename(work.old_anchor, c->anchor); /* likewise */
	return code;
}

static int
restore_own(struct birth *b)
{
	char fault[CONF_FAULT_MAX];

	if (conf_read(work.plan.settings, &work.conf, fault) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "%s", fault);
	if (client_is_running(&work.conf))
		return cmd_fail(EXIT_REFUSED, "the gateway runs: end tocsind first");
	work.plan.argon_memory = work.conf.argon2_memory_mib;
	work.plan.argon_passes = work.conf.argon2_passes;
	init_choose_cost(&work.plan);
	(void)snprintf(work.old_state, sizeof(work.old_state), "%s%s", work.conf.state_dir, OLD);
	(void)snprintf(work.old_anchor, sizeof(work.old_anchor), "%s%s", work.conf.anchor, OLD);
	b->backup = -1;
	return restore_with(b, make_anew);
}

/* How many operands there are depends on it, so it is looked for first. */
static bool
has_own(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--own") == 0)
			return true;
	return false;
}

int
cmd_restore(int argc, char **argv)
{
	struct birth b = {.plan = &work.plan, .conf = &work.conf, .settings = work.settings};
	bool go_on;
	int code;

	memset(&work, 0, sizeof(work));
	work.plan.restores = true;
	work.plan.own = has_own(argc, argv);
	work.plan.settings = work.plan.own || cmd_settings_given() ? cmd_settings() : "tocsin.conf";
	work.plan.poll_s = POLL_DEFAULT_S;
	work.plan.cost = (struct cost){COST_MEMORY_MIN, COST_PASSES_MIN, 0};
	if (sodium_init() == -1)
		return cmd_fail(EXIT_REFUSED, "libsodium cannot be used on this machine");
	code = plan_options(&work.plan, argc, argv, &go_on);
	if (!go_on)
		return code;
	return work.plan.own ? restore_own(&b) : restore_file(&b);
}

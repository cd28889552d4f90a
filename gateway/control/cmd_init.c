/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin init`: asks, checks, and only then makes. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/init_choose.h"
#include "gateway/control/init_make.h"
#include "gateway/control/init_plan.h"
#include "schemas/exit.h"

#define POLL_DEFAULT_S 300

/* Large: not on the stack. */
static struct {
	struct plan plan;
	struct conf conf;
	struct book_file codebook, places;
	char settings[PLAN_SETTINGS_MAX];
} work;

static void
say_made(void)
{
	const struct conf *c = &work.conf;
	const char *conf = work.plan.settings;

	printf(
	    "\nMade:\n  settings  %s\n  store     %s (sealed)\n  anchor    %s\n  modem     %s%s\n",
	    conf, c->state_dir,
	    c->anchor_kind == ANCHOR_NONE ? "none: for a trial only, deletion is not erasure"
					  : c->anchor,
	    c->modem[0].device,
	    strcmp(c->modem[0].model, "dummy") == 0
		? " (Gammu's dummy device: a trial without modem)"
		: "");
	printf("\nNext:\n"
	       "  tocsind -c %s                 start the gateway\n"
	       "  tocsin -c %s unlock           open it with the passphrase\n"
	       "  tocsin -c %s recovery-key     make the key for a lost passphrase, on paper\n"
	       "  tocsin -c %s enrol --pseudonym NAME --place ID\n",
	    conf, conf, conf, conf);
}

static int
prepare(struct birth *b)
{
	int code;

	if ((code = make_conf(b, &work.conf, work.settings)) != 0 ||
	    (code = make_refuse_existing(&work.conf, work.plan.settings)) != 0 ||
	    (code = books_load(work.plan.answer[PLAN_CODEBOOK], BOOK_CODEBOOK, &work.codebook)) !=
		0 ||
	    (code = books_load(work.plan.answer[PLAN_PLACES], BOOK_PLACES, &work.places)) != 0)
		return code;
	init_choose_cost(&work.plan);
	return make_conf(b, &work.conf, work.settings); /* with the cost */
}

/* A gateway is here already; perhaps one that was wiped. */
static int
refuse_settings(const char *path)
{
	char fault[CONF_FAULT_MAX];

	if (conf_read(path, &work.conf, fault) == ST_OK && make_is_wiped(&work.conf)) {
		(void)cmd_fail(EXIT_REFUSED, "the gateway of %s was wiped", path);
		client_say_anew(stderr, &work.conf);
		return EXIT_REFUSED;
	}
	return cmd_fail(EXIT_REFUSED,
	    "%s exists already: there is a gateway here; use another folder, or -c", path);
}

int
cmd_init(int argc, char **argv)
{
	struct birth b = {.plan = &work.plan,
	    .conf = &work.conf,
	    .settings = work.settings,
	    .codebook = &work.codebook,
	    .places = &work.places};
	struct passphrase passphrase;
	bool go_on;
	int code;

	memset(&work, 0, sizeof(work));
	work.plan.settings = cmd_settings_given() ? cmd_settings() : "tocsin.conf";
	work.plan.poll_s = POLL_DEFAULT_S;
	work.plan.cost = (struct cost){COST_MEMORY_MIN, COST_PASSES_MIN, 0};
	if (sodium_init() == -1)
		return cmd_fail(EXIT_REFUSED, "libsodium cannot be used on this machine");
	code = plan_options(&work.plan, argc, argv, &go_on);
	if (!go_on)
		return code;
	if (access(work.plan.settings, F_OK) == 0)
		return refuse_settings(work.plan.settings);
	if ((code = plan_answers(&work.plan)) != 0 || (code = prepare(&b)) != 0 ||
	    (code = init_choose_passphrase(&work.plan, &passphrase)) != 0)
		return code;
	b.passphrase = &passphrase;
	if ((code = make_gateway(&b)) == 0)
		say_made();
	passphrase_wipe(&passphrase);
	return code;
}

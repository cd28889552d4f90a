/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A power cut at each sync of the commit that makes a waiting chain the live one: nothing of it is
 * there or all of it, and the message counts once.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/chains_rig.h"
#include "tests/support/sync_cut.h"

static void
open_anew(void)
{
	CHECK_EQ(session_start(s, &rig.conf, words), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
}

/* Deliver in a process that dies at the at-th sync of it. 0: it lived. */
static int
deliver_and_die(const char *text, unsigned at)
{
	int status = 0;
	pid_t pid;

	session_end(s);
	(void)fflush(NULL);
	if ((pid = fork()) == 0) {
		open_anew();
		syncs = 0;
		dies_at = at;
		deliver(text);
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	open_anew();
	return WEXITSTATUS(status);
}

static void
test_power_cut(struct phone *p)
{
	char text[EW1_X_CHARS + 1], other[EW1_X_CHARS + 1];
	struct msg_renewed out;
	unsigned at = 1;
	struct ratchet r;
	uint64_t ref;
	int died;

	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 4);
	reports(p, other);
	rig_next_chain(p);
	reports(p, text);
	for (ref = refs; (died = deliver_and_die(text, at)) != 0 && at < 10; at++) {
		CHECK_EQ(died, SYNC_CUT);
		r = leaf(p);
		/* before: nothing of it; after: all of it */
		CHECK_EQ(r.generation, ratchet_is_waiting(&r) ? 2 : 3);
		CHECK_EQ(r.n, 1);
		if (r.generation == 3)
			break;
		CHECK(ratchet_is_waiting(&r));
	}
	CHECK_EQ(at, 2); /* at the anchor's sync nothing of it; at the journal's it is written */
	refs = ref;      /* the modem hands it over again: it was not acknowledged */
	deliver(text);
	r = leaf(p);
	CHECK_EQ(r.generation, 3);
	CHECK_EQ(r.n, 1);
	refs = ref + 1;
	deliver(other);
	is_newest(p, 0, 0, 0);
	roster_is(p, 4, 0, 0, SPARES_USED);
	CHECK_EQ(roster_row.messages, 3); /* once */
	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 0);
	CHECK_EQ(out.spares_why, SPARES_USED);
}

/* The monitor goes on to her next chain, and her first message of it activates it. */
static void
next_chain(struct phone *p)
{
	char text[EW1_X_CHARS + 1];
	struct msg_renewed out;

	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	rig_next_chain(p);
	reports(p, text);
	deliver(text);
	CHECK_EQ(leaf(p).generation, p->generation);
}

int
main(void)
{
	struct phone *p;

	rig_create(&rig, "chains-cut");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	rig_recovery_key(&rig, typed);
	p = rig_enrol(&rig, "anna");
	rig_copy_chains(&rig, p);
	next_chain(p);
	next_chain(p);
	test_power_cut(p); /* of chain 4, her last */
	rig_remove(&rig);
	return check_done();
}

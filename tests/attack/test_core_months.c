/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Months: when an epoch moves and when it does not; bases whole, cut and damaged. With a clock of
 * its own, and syncs that a child process does not live through.
 */
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/core/backup.h"
#include "gateway/core/base.h"
#include "gateway/core/epochs.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/restore.h"
#include "gateway/core/retention.h"
#include "gateway/core/rights.h"
#include "gateway/core/session_unlock.h"
#include "tests/attack/months.h"
#include "tests/support/sync_cut.h"

static unsigned
month(void)
{
	return epoch_month(rig.session.epoch);
}

/* --- epochs --- */

static void
test_epochs(void)
{
	unsigned before;

	begin("epochs", 0, NULL);
	before = month();
	/* no clock is confirmed: two senders' stamps of a year later, and the machine's clock with
	 * them, move nothing */
	pass_days(20);
	wall_s += 365 * 86400;
	unlock();
	reports(20);
	CHECK(session_quarter(&rig.session) > 96 * 365);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	unlock();
	CHECK_EQ(month(), before);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(month(), before);
	unlock();
	CHECK_EQ(month(), before);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM base"), 1); /* of its first opening */
	wall_s -= 365 * 86400;
	/* confirmed: from ARMED, by opening; the keys ahead are there */
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	session_date(&rig.session, wall_s, 1); /* the coordinator is sure, against the stamps */
	unlock();
	CHECK(session_clock_confirmed(&rig.session));
	CHECK_EQ(month(), before + 1);
	CHECK_EQ(month(), epochs_month(session_quarter(&rig.session)));
	CHECK_EQ(rig.session.ring.vault[rig.session.ring.vault_count - 1].epoch / 16, month() + 3);
	CHECK_EQ(rig_number(&rig, "SELECT max(trust) FROM base"), TRUST_CONFIRMED);
	/* far ahead: the month's keys are made first; by arming there is none yet */
	before = month();
	pass_days(200);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(month(), before + 3);
	unlock();
	CHECK_EQ(month(), epochs_month(session_quarter(&rig.session)));
	CHECK(month() >= before + 6);
	/* never back */
	before = month();
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	wall_s -= 200 * 86400;
	rig_restart(&rig);
	unlock();
	CHECK_EQ(month(), before);
	CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
	rig_remove(&rig);
}

/* --- bases --- */

/* A first opening of a month in a process that ends at its n-th sync. Nonzero: it lived. */
static int
open_until(unsigned n)
{
	char words[SESSION_WORDS_MAX];
	int wait_status = 0;
	pid_t child = fork();

	if (child == 0) {
		dies_at = syncs + n;
		if (session_start(&rig.session, &rig.conf, words) != ST_OK ||
		    rig_unlock(&rig, IN_OPEN) != ST_OK)
			_exit(1);
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &wait_status, 0), child);
	CHECK(WIFEXITED(wait_status));
	CHECK(WEXITSTATUS(wait_status) == 0 || WEXITSTATUS(wait_status) == SYNC_CUT);
	return WEXITSTATUS(wait_status) == 0;
}

static void
test_cut(void)
{
	char kept[300], name[PSEUDONYM_MAX], words[SESSION_WORDS_MAX];
	int lived = 0;

	begin("cut", 1, NULL);
	for (unsigned i = 0; i < 120; i++) { /* a base of two commits */
		(void)snprintf(name, sizeof(name), "many %u", i);
		(void)rig_enrol(&rig, name);
	}
	reports(20);
	pass_days(31);
	session_end(&rig.session);
	(void)snprintf(kept, sizeof(kept), "%s.kept", rig.dir);
	copy_folder(rig.dir, kept);
	for (unsigned n = 1; !lived && n < 40; n++) {
		lived = open_until(n);
		CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
		unlock();
		CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM base"), 2);
		CHECK_EQ(rig_number(&rig, "SELECT max(items) FROM base"),
		    rig_number(&rig, "SELECT 2 * count(*) + 4"
				     " FROM monitor"));
		CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
		session_end(&rig.session);
		copy_folder(kept, rig.dir);
	}
	CHECK(lived);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	rig_remove(&rig);
	(void)snprintf(words, sizeof(words), "rm -rf '%.200s'", kept);
	CHECK_EQ(system(words), 0);
}

static void
test_damaged(void)
{
	uint64_t first[6], base;
	char sql[200], words[200];

	begin("damaged", 1, NULL);
	live(6, first);
	unlock();
	base = (uint64_t)rig_number(&rig, "SELECT seq FROM origin");
	CHECK(base > first[2] && base < first[4]); /* 70 to 100 days ago */
	CHECK_EQ(rig_number(&rig, "SELECT min(seq) > (SELECT seq FROM origin) FROM message"), 1);
	CHECK_EQ(rig_number(&rig, "SELECT sum(count) FROM counted"), 180);
	CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), 180);
	CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
	CHECK_EQ(session_fold_view(&rig.session, 1), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message"), 180);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM origin"), 0);
	/* a row before the base that is not opened: its number is said all the same */
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	(void)snprintf(sql, sizeof(sql), "UPDATE journal SET blob = zeroblob(256) WHERE seq = %llu",
	    (unsigned long long)first[1] + 3);
	rig_on_disk(&rig, sql);
	unlock();
	CHECK_EQ(rig_number(&rig, "SELECT seq FROM origin"), (int64_t)base);
	CHECK_EQ(view_faults(rig.session.view, words, sizeof(words)), 1);
	(void)snprintf(sql, sizeof(sql), "row %llu was changed", (unsigned long long)first[1] + 3);
	CHECK(strstr(words, sql) != NULL);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	/* a row of the base itself: the one of the month before serves */
	(void)snprintf(sql, sizeof(sql), "UPDATE journal SET blob = zeroblob(256) WHERE seq = %llu",
	    (unsigned long long)base + 5);
	rig_on_disk(&rig, sql);
	unlock();
	CHECK(rig_number(&rig, "SELECT seq FROM origin") < (int64_t)base);
	CHECK(rig_number(&rig, "SELECT seq FROM origin") > (int64_t)first[1]);
	CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), 180);
	CHECK(rig.session.facts->book != NULL && rig.session.facts->places != NULL);
	rig_remove(&rig);
}

int
main(void)
{
	test_epochs();
	test_damaged();
	test_cut();
	return check_done();
}

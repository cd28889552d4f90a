/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thief had the folder for an hour, and planted rows in it. What does a restore make of them,
 * from that folder and from a backup that was written with them? It goes on, it believes none of
 * them, and the gateway that comes of it lives.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/core/backup.h"
#include "gateway/core/events.h"
#include "gateway/core/fold.h"
#include "gateway/core/intake.h"
#include "gateway/core/restore.h"
#include "gateway/core/rights.h"
#include "gateway/core/stretch.h"
#include "tests/attack/thief.h"

#define REPORTS 8

static struct rig rig, again;
static struct recovery_key key;
static uint64_t report; /* the row of the third last one: two more stand in its run */

static void
deliver(struct phone *p, uint64_t ref)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(p, 11, 101, "NOTE", text);
	sms = rig_sms(text, ref);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

/* Two monitors and their reports in two runs; LOCKED, and nobody has it open. */
static void
make_gateway(void)
{
	struct msg_recovery_key made;
	char words[SESSION_WORDS_MAX];

	rig_create(&rig, "planted");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rights_recovery_key(&rig.session, &made, words), ST_OK);
	CHECK_EQ(recovery_key_read(made.text, strlen(made.text), &key), ST_OK);
	(void)rig_enrol(&rig, "one");
	(void)rig_enrol(&rig, "two");
	for (uint64_t i = 0; i < REPORTS; i++) {
		deliver(&rig.phone[i % 2], i + 1);
		if (i == REPORTS / 2) {
			rig_restart(&rig);
			CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		}
	}
	report = state_next_seq(rig.session.state) - 3;
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	session_end(&rig.session);
}

/* From a backup, or with fd -1 from a copy of the folder as it is. */
static enum status
restore(int fd, struct msg_restored *out)
{
	char words[SESSION_WORDS_MAX] = "", command[3000];
	enum status st;

	rig_beside(&again, &rig);
	(void)snprintf(command, sizeof(command), "cp -r '%s' '%s" RESTORE_OLD "'",
	    rig.conf.state_dir, again.conf.state_dir);
	CHECK_EQ(system(command), 0);
	st = rig_restore(&again, fd, &key, out, words);
	if (st != ST_OK)
		printf("    %s\n", words);
	return st;
}

/* A run of his own from `first` on, one row of which stands at seq: `len` octets of X. */
static void
plant(struct thief *t, uint64_t first, uint64_t seq, uint8_t type, size_t len)
{
	struct journal_event event = {.type = type, .version = 1, .len = (uint16_t)len};
	uint8_t row[JOURNAL_RUN_BLOB_LEN], blob[EVENT_BLOB_LEN];
	const struct ring_vault *vault = &t->list.vault[0];
	struct journal_run run;
	struct key32 k_0, eph;
	char sql[160];

	randombytes_buf(&k_0, sizeof(k_0));
	randombytes_buf(&eph, sizeof(eph));
	CHECK_EQ(journal_run_seal(&vault->pk_v, &eph, &k_0, row), ST_OK);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR REPLACE INTO run(id, epoch, first, blob) VALUES(?1, %u, ?1, ?2)",
	    vault->epoch);
	thief_put(t, sql, (int64_t)first, row, sizeof(row));
	(void)snprintf(sql, sizeof(sql), "DELETE FROM journal WHERE seq = %" PRIu64, first);
	thief_sql(t, sql); /* without a first event there is no statement to be wrong */
	journal_start(&run, &k_0, first, first);
	journal_skip(&run, seq - first);
	memset(event.body, 'X', len);
	journal_seal(&run, &event, blob);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR REPLACE INTO journal(seq, run, blob) VALUES(?1, %" PRIu64 ", ?2)", first);
	thief_put(t, sql, (int64_t)seq, blob, sizeof(blob));
}

/* `more` of his own does not go on in an event of ours. */
static void
test_event_goes_on_in_its_run_alone(void)
{
	struct thief t;
	char words[SESSION_WORDS_MAX], sql[200];
	uint8_t kept[2][EVENT_BLOB_LEN];
	uint64_t first;

	thief_enter(&t, &rig);
	first = t.root.journal.first;
	/* opened, ring, setting, codebook ... : the setting goes, the codebook goes on in his. */
	thief_blob(&t, "SELECT blob FROM journal WHERE seq = ?1", (int64_t)first + 2, kept[0], 256);
	thief_blob(&t, "SELECT blob FROM journal WHERE seq = ?1", (int64_t)first + 4, kept[1], 256);
	plant(&t, first + 2, first + 4, EVENT_MORE, EVENT_BODY_MAX);
	thief_leave(&t);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(
	    rig_number(&rig, "SELECT count(*) FROM book WHERE instr(octets, X'5858585858') > 0"),
	    0);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM book"), 1); /* the places */
	session_end(&rig.session);
	thief_enter(&t, &rig); /* as it was */
	(void)snprintf(sql, sizeof(sql), "DELETE FROM run WHERE id = %" PRIu64, first + 2);
	thief_sql(&t, sql);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR REPLACE INTO journal(seq, run, blob) VALUES(?1, %" PRIu64 ", ?2)", first);
	thief_put(&t, sql, (int64_t)first + 2, kept[0], 256);
	thief_put(&t, sql, (int64_t)first + 4, kept[1], 256);
	thief_leave(&t);
}

/* Rows of `recovery` that are none: backups and another recovery key can be made all the same. */
static void
test_copies_that_are_none(void)
{
	struct thief t;
	struct msg_recovery_key made;
	struct backup_head head;
	char words[SESSION_WORDS_MAX], path[300];
	int fd;

	thief_enter(&t, &rig);
	thief_sql(&t, "INSERT INTO recovery VALUES(9, 1, X'00'), (0, 0, X'00'), (2, -3, X'00'),"
		      " (3, -1, randomblob(241)), (1, 7, randomblob(144));"
		      "WITH RECURSIVE n(i) AS (VALUES(2000) UNION ALL SELECT i + 1 FROM n"
		      " WHERE i < 6000) INSERT INTO recovery SELECT 3, i, X'00' FROM n");
	thief_leave(&t);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)snprintf(path, sizeof(path), "%s/copy.backup", rig.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd != -1);
	CHECK_EQ(backup_write(&rig.session, fd, &head, words), ST_OK);
	CHECK_EQ(head.copies, 1 + rig.session.ring.vault_count + 2);
	(void)close(fd);
	CHECK_EQ(rights_recovery_key(&rig.session, &made, words), ST_OK);
	CHECK_EQ(recovery_key_read(made.text, strlen(made.text), &key), ST_OK);
	CHECK(!change_pending(rig.session.state));
	CHECK_EQ(rig.session.waiting_count, 0);
	session_end(&rig.session);
}

/* One row far behind, and one before: the next number of the new journal is not pushed up to where
 * no fold reads it any more. */
static void
test_rows_far_away(void)
{
	struct msg_restored out;
	struct thief t;

	thief_enter(&t, &rig);
	thief_sql(&t,
	    "INSERT INTO journal SELECT 268435455, max(run), randomblob(256) FROM journal;"
	    "INSERT INTO journal SELECT 1000000000000, max(run), randomblob(256)"
	    " FROM journal");
	thief_leave(&t);
	CHECK_EQ(restore(-1, &out), ST_OK);
	CHECK_EQ(out.missing, 0);
	CHECK(state_root(again.session.state)->journal.count < 1000);
	CHECK_EQ(rig_unlock(&again, IN_OPEN), ST_OK);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), REPORTS);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM fault"), 0);
	session_end(&again.session);
	thief_enter(&t, &rig);
	thief_sql(&t, "DELETE FROM journal WHERE seq >= 268435455");
	thief_leave(&t);
}

/* A headless run among the rows of ours: from the folder and from a backup of it, ours go on. */
static void
test_run_among_ours(void)
{
	struct msg_restored out;
	struct backup_head head;
	struct thief t;
	char words[SESSION_WORDS_MAX], path[300];
	int fd;

	thief_enter(&t, &rig);
	plant(&t, report - 1, report, EVENT_REFUSED, 0);
	thief_leave(&t);
	CHECK_EQ(restore(-1, &out), ST_OK);
	CHECK(out.faults > 0);
	CHECK_EQ(out.live, 0); /* their copies went with the key before */
	CHECK_EQ(rig_unlock(&again, IN_OPEN), ST_OK);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM monitor"), 2);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), REPORTS - 1);
	session_end(&again.session);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)snprintf(path, sizeof(path), "%s/copy.backup", rig.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK_EQ(backup_write(&rig.session, fd, &head, words), ST_OK);
	CHECK_EQ(restore(fd, &out), ST_OK);
	CHECK(out.faults > 0);
	CHECK_EQ(rig_unlock(&again, IN_OPEN), ST_OK);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), REPORTS - 1);
	(void)close(fd);
	session_end(&again.session);
}

int
main(void)
{
	make_gateway();
	test_event_goes_on_in_its_run_alone();
	test_copies_that_are_none();
	test_rows_far_away();
	test_run_among_ours();
	rig_remove(&rig);
	return check_done();
}

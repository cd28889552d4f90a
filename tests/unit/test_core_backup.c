/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup and what comes back of it: the same rows under the same numbers, the monitors' next
 * chains, a new incarnation; and that nothing comes back for another key, from a changed file, or
 * half.
 */
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/recovery.h"
#include "gateway/core/backup.h"
#include "gateway/core/intake.h"
#include "gateway/core/restore.h"
#include "gateway/core/rights.h"
#include "gateway/core/stretch.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

#define REPORTS 12

static struct rig rig;
static struct rig again; /* the restored one */
static struct recovery_key key, wrong;
static char path[300];
static uint64_t refs;

static void
deliver(struct rig *r, struct phone *p, const char *note)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(p, 11, 101, note, text);
	sms = rig_sms(text, ++refs);
	CHECK_EQ(intake_batch(&r->session, UINT32_MAX, &sms, 1), ST_OK);
}

static void
choose(const struct event_setting *e)
{
	CHECK_EQ(session_choose(&rig.session, e), ST_OK);
}

/* One monitor before the recovery key, two after it, reports of each, one revoked. And posture
 * `open`, with words of its own. */
static void
make_gateway(void)
{
	struct msg_recovery_key made;
	char words[SESSION_WORDS_MAX];

	rig_create(&rig, "backup");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "before");
	CHECK_EQ(rights_recovery_key(&rig.session, &made, words), ST_OK);
	CHECK_EQ(recovery_key_read(made.text, strlen(made.text), &key), ST_OK);
	choose(&(struct event_setting){.key = SETTING_POSTURE, .value = POLICY_OPEN});
	choose(&(struct event_setting){.key = SETTING_NEUTRAL, .text = "Thank you."});
	(void)rig_enrol(&rig, "after");
	(void)rig_enrol(&rig, "other");
	for (int i = 0; i < REPORTS; i++)
		deliver(&rig, &rig.phone[i % 3], "NOTE");
	wrong = key;
	randombytes_buf(&wrong.sk_r, sizeof(wrong.sk_r));
}

static int
open_backup(int flags)
{
	(void)snprintf(path, sizeof(path), "%s/copy.backup", rig.dir);
	return open(path, flags | O_CLOEXEC, 0600);
}

static void
test_backup_says_what_it_holds(void)
{
	struct backup_head head, read;
	const struct backup_sink none = {NULL, NULL, NULL, NULL, NULL};
	char words[SESSION_WORDS_MAX];
	int fd = open_backup(O_RDWR | O_CREAT | O_TRUNC);

	CHECK(fd != -1);
	CHECK_EQ(backup_write(&rig.session, fd, &head, words), ST_OK);
	CHECK_EQ(head.rows, state_root(rig.session.state)->journal.count);
	CHECK_EQ(backup_read(fd, &read, &none), ST_OK);
	CHECK(memcmp(&read.link, state_root(rig.session.state)->journal.link, 32) == 0);
	CHECK_EQ(read.copies, 1 + rig.session.ring.vault_count + 2);
	(void)close(fd);
}

/* Every octet counts: a changed one is found, wherever it stands, and so is a cut. */
static void
test_every_octet_is_checked(void)
{
	const struct backup_sink none = {NULL, NULL, NULL, NULL, NULL};
	struct backup_head head;
	int fd = open_backup(O_RDWR), found = 0, tried = 0;
	off_t end = lseek(fd, 0, SEEK_END);
	uint8_t octet;

	for (off_t at = 0; at < end; at += 1 + at / 64) {
		CHECK_EQ(pread(fd, &octet, 1, at), 1);
		octet ^= 1;
		CHECK_EQ(pwrite(fd, &octet, 1, at), 1);
		found += backup_read(fd, &head, &none) != ST_OK;
		tried++;
		octet ^= 1;
		CHECK_EQ(pwrite(fd, &octet, 1, at), 1);
	}
	CHECK_EQ(found, tried);
	CHECK_EQ(ftruncate(fd, end - 1), 0);
	CHECK(backup_read(fd, &head, &none) != ST_OK);
	CHECK_EQ(ftruncate(fd, end), 0); /* the last octet is a zero now */
	(void)close(fd);
	test_backup_says_what_it_holds(); /* and whole again */
}

static enum status
restore(const struct recovery_key *with, int fd, struct msg_restored *out)
{
	char words[SESSION_WORDS_MAX];
	enum status st = rig_restore(&again, fd, with, out, words);

	if (st != ST_OK)
		CHECK(words[0] != '\0');
	return st;
}

static void
test_another_key_restores_nothing(void)
{
	struct msg_restored out;
	struct recovery_key other_gateway = key;
	int fd = open_backup(O_RDONLY);

	rig_beside(&again, &rig);
	CHECK_EQ(restore(&wrong, fd, &out), ST_PASSPHRASE);
	other_gateway.kid[0] ^= 1;
	CHECK_EQ(restore(&other_gateway, fd, &out), ST_FORGED);
	CHECK_EQ(again.session.at, IN_NEW);
	CHECK(!store_exists(again.conf.state_dir));
	CHECK_EQ(access(again.conf.anchor, F_OK), -1);
	(void)close(fd);
}

static void
test_restore(void)
{
	struct msg_restored out;
	struct recovery_key fresh;
	int fd = open_backup(O_RDONLY);

	CHECK_EQ(restore(&key, fd, &out), ST_OK);
	CHECK_EQ(out.rows, state_root(rig.session.state)->journal.count);
	CHECK_EQ(out.missing, 0);
	CHECK_EQ(out.faults, 0);
	CHECK_EQ(out.live, 2);
	CHECK_EQ(out.anew, 1);
	CHECK_EQ(again.session.at, IN_LOCKED);
	CHECK_EQ(recovery_key_read(out.text, strlen(out.text), &fresh), ST_OK);
	CHECK(memcmp(fresh.gwid, key.gwid, sizeof(key.gwid)) == 0); /* the phones know it */
	CHECK(memcmp(fresh.kid, key.kid, sizeof(key.kid)) != 0);
	CHECK(memcmp(state_root(again.session.state)->incarnation,
		  state_root(rig.session.state)->incarnation, 8) != 0);
	(void)close(fd);
}

static void
test_restored_reads_the_same(void)
{
	static const char *const same[] = {"SELECT count(*) FROM message",
	    "SELECT sum(seq * kind) FROM report", "SELECT count(*) FROM report WHERE note = 'NOTE'",
	    "SELECT sum(seq) FROM monitor", "SELECT count(*) FROM book",
	    "SELECT count(*) FROM fault"};

	struct policy policy;

	rig_restart(&again); /* it stands by its files alone */
	CHECK_EQ(state_root(again.session.state)->posture, POLICY_OPEN);
	CHECK_EQ(rig_unlock(&again, IN_OPEN), ST_OK);
	session_policy(&again.session, &policy);
	CHECK_EQ(policy.posture, POLICY_OPEN);
	CHECK_STR(policy.neutral, "Thank you.");
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		CHECK_EQ(rig_number(&again, same[i]), rig_number(&rig, same[i]));
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM fault"), 0);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM monitor WHERE revoked IS NULL"), 2);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM monitor WHERE waiting = 1"), 2);
}

/* The live chain is not restored: what was sent on it, before or after, opens nothing. */
static void
test_next_chain_alone_is_heard(void)
{
	struct phone *p = &rig.phone[1];
	int64_t reports = rig_number(&again, "SELECT count(*) FROM report");

	deliver(&again, p, "OLD CHAIN");
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), reports);
	rig_next_chain(p);
	deliver(&again, p, "NEXT CHAIN");
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), reports + 1);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM monitor WHERE waiting = 1"), 1);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report WHERE note = 'NEXT CHAIN'"), 1);
}

/* The restored gateway makes backups that the new key opens. */
static void
test_backup_of_the_restored(void)
{
	struct backup_head head;
	char words[SESSION_WORDS_MAX];
	int fd = open_backup(O_RDWR | O_CREAT | O_TRUNC);

	CHECK_EQ(backup_write(&again.session, fd, &head, words), ST_OK);
	CHECK_EQ(head.rows, state_root(again.session.state)->journal.count);
	(void)close(fd);
}

/* A row that is gone stays gone, and says so; the rest comes back. */
static void
test_own_journal_with_a_hole(void)
{
	struct msg_restored out;
	char command[3000];
	sqlite3 *db;

	session_end(&again.session);
	rig_beside(&again, &rig);
	session_end(&rig.session);
	(void)snprintf(command, sizeof(command), "cp -r '%s' '%s" RESTORE_OLD "'",
	    rig.conf.state_dir, again.conf.state_dir);
	CHECK_EQ(system(command), 0);
	(void)snprintf(command, sizeof(command), "file:%s" RESTORE_OLD "/tocsin.db?psow=0",
	    again.conf.state_dir);
	CHECK_EQ(sqlite3_open_v2(command, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL),
	    SQLITE_OK);
	CHECK_EQ(
	    sqlite3_exec(db, "DELETE FROM journal WHERE seq = (SELECT max(seq) - 2 FROM journal)",
		NULL, NULL, NULL),
	    SQLITE_OK);
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
	CHECK_EQ(restore(&key, -1, &out), ST_OK);
	CHECK_EQ(out.missing, 1);
	CHECK_EQ(out.faults, 1);
	CHECK_EQ(rig_unlock(&again, IN_OPEN), ST_OK);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM report"), REPORTS - 1);
	CHECK_EQ(rig_number(&again, "SELECT count(*) FROM fault"), 1);
}

int
main(void)
{
	make_gateway();
	test_backup_says_what_it_holds();
	test_every_octet_is_checked();
	test_another_key_restores_nothing();
	test_restore();
	test_restored_reads_the_same();
	test_next_chain_alone_is_heard();
	test_backup_of_the_restored();
	test_own_journal_with_a_hole();
	session_end(&again.session);
	rig_remove(&rig);
	return check_done();
}

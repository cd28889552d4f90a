/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store or an anchor that is not what it must be: the start fails with words that say what to do,
 * a file that is no database is left as it is, and with the right files all is as before.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/rig.h"

static struct rig rig;
static char db[CONF_PATH_MAX + 16], wal[CONF_PATH_MAX + 16];

static void
cut_to_nothing(void)
{
	CHECK_EQ(truncate(db, 0), 0);
	CHECK_EQ(unlink(wal), 0);
}

static void
cut_to_a_page(void)
{
	CHECK_EQ(truncate(db, 4096), 0);
	CHECK_EQ(unlink(wal), 0);
}

static void
garbage(void)
{
	static uint8_t octets[16384];

	memset(octets, 'x', sizeof(octets));
	file_write(db, octets, sizeof(octets));
	CHECK_EQ(unlink(wal), 0);
}

static void
foreign(void)
{
	sqlite3 *other;

	CHECK_EQ(unlink(db) | unlink(wal), 0);
	CHECK_EQ(sqlite3_open(db, &other), SQLITE_OK);
	CHECK_EQ(
	    sqlite3_exec(other, "CREATE TABLE t(x); INSERT INTO t VALUES(1)", NULL, NULL, NULL),
	    SQLITE_OK);
	CHECK_EQ(sqlite3_close(other), SQLITE_OK);
}

static void
newer(void)
{
	sqlite3 *other;

	CHECK_EQ(sqlite3_open(db, &other), SQLITE_OK);
	CHECK_EQ(sqlite3_exec(other, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ(sqlite3_close(other), SQLITE_OK);
}

static void
anchor_gone(void)
{
	CHECK_EQ(unlink(rig.conf.anchor), 0);
}

static void
anchor_open_to_all(void)
{
	CHECK_EQ(chmod(rig.conf.anchor, 0644), 0);
}

static void
anchor_cut(void)
{
	CHECK_EQ(truncate(rig.conf.anchor, 4096), 0);
}

static void
anchor_of_another(void)
{
	size_t len;
	uint8_t *octets = file_octets(rig.conf.anchor, &len);

	/* Its W and slots are sound, and the keys are not these: both slots moved by one. */
	for (size_t at = 4096; at <= 8192; at += 4096)
		memset(octets + at, 0, 64);
	file_write(rig.conf.anchor, octets, len);
	(void)chmod(rig.conf.anchor, 0600);
	free(octets);
}

static const struct {
	const char *name;
	void (*hurt)(void);
	const char *words;
} cases[] = {
    {"cut to nothing", cut_to_nothing, "never made to its end"},
    {"cut to a page", cut_to_a_page, "its disk is sound"},
    {"garbage", garbage, "damaged, or no store of a gateway"},
    {"another program's", foreign, "damaged, or no store of a gateway"},
    {"a newer version's", newer, "newer version"},
    {"no anchor", anchor_gone, "tocsin check"},
    {"an anchor open to all", anchor_open_to_all, "open to other users"},
    {"a cut anchor", anchor_cut, "kind or size"},
    {"an empty anchor", anchor_of_another, "anchor"},
};

int
main(void)
{
	char words[SESSION_WORDS_MAX], keep_db[300], keep_wal[300], keep_anchor[300];
	uint8_t *before, *after;
	size_t before_len, after_len;

	rig_create(&rig, "start");
	session_end(&rig.session);
	(void)snprintf(db, sizeof(db), "%s/tocsin.db", rig.conf.state_dir);
	(void)snprintf(wal, sizeof(wal), "%s/tocsin.db-wal", rig.conf.state_dir);
	(void)snprintf(keep_db, sizeof(keep_db), "%s/keep-db", rig.dir);
	(void)snprintf(keep_wal, sizeof(keep_wal), "%s/keep-wal", rig.dir);
	(void)snprintf(keep_anchor, sizeof(keep_anchor), "%s/keep-anchor", rig.dir);
	file_copy(db, keep_db);
	file_copy(wal, keep_wal);
	file_copy(rig.conf.anchor, keep_anchor);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum status st;

		file_copy(keep_db, db);
		file_copy(keep_wal, wal);
		file_copy(keep_anchor, rig.conf.anchor);
		cases[i].hurt();
		before = file_octets(db, &before_len);
		st = session_start(&rig.session, &rig.conf, words);
		session_end(&rig.session);
		if (!CHECK(st != ST_OK && strstr(words, cases[i].words) != NULL))
			printf("    %s: %d \"%s\"\n", cases[i].name, (int)st, words);
		after = file_octets(db, &after_len);
		if (cases[i].hurt == garbage || cases[i].hurt == cut_to_a_page) {
			CHECK_EQ(after_len, before_len);
			CHECK_MEM(after, before, before_len);
		}
		free(before);
		free(after);
	}
	file_copy(keep_db, db);
	file_copy(keep_wal, wal);
	file_copy(keep_anchor, rig.conf.anchor);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK); /* and as it was */
	CHECK_EQ(rig.session.at, IN_LOCKED);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No file is opened while 100,000 rows of the view are made, sorted, grouped and indexed: what a
 * sort spills would be reports in the clear on the disk. SQLite's own open(2) is counted, in the
 * VFS that the view would use; a database that may have temporary files, sorted in the same way,
 * shows that they would be seen.
 */
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "gateway/core/events.h"
#include "gateway/core/store.h"
#include "gateway/core/view.h"
#include "tests/support/check.h"

#define ROWS 100000

static unsigned long opened;
static int (*real_open)(const char *, int, int);

static int
counting_open(const char *path, int flags, int mode)
{
	if ((flags & O_ACCMODE) != O_RDONLY) /* the seed of SQLite's random numbers is read */
		opened++;
	return real_open(path, flags, mode);
}

static void
watch_opens(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr was = vfs->xGetSystemCall(vfs, "open");

	memcpy(&real_open, &was, sizeof(was));
	CHECK_EQ(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)counting_open), SQLITE_OK);
}

static void
fill(struct view *v)
{
	struct event_received e = {.source = SOURCE_SMS,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_PLAIN,
	    .raw_len = 160};
	uint8_t body[EVENT_RECEIVED_MAX];

	for (uint32_t i = 0; i < ROWS; i++) {
		struct view_event ev = {
		    i + 1, EVENT_RECEIVED, (uint8_t)event_version(EVENT_RECEIVED), 1, body, 0};

		e.arrival = i * 7919 % ROWS;
		randombytes_buf(e.raw, e.raw_len);
		ev.len = event_received_encode(&e, body, sizeof(body));
		if (view_apply(v, &ev) != ST_OK)
			CHECK(0);
	}
}

/* The rows that came. */
static unsigned long
run(sqlite3 *db, const char *sql)
{
	unsigned long rows = 0;
	sqlite3_stmt *s;

	if (!CHECK_EQ(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK))
		printf("    %s: %s\n", sql, sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW)
		rows++;
	CHECK_EQ(sqlite3_finalize(s), SQLITE_OK);
	return rows;
}

static const char *const sorts[] = {"SELECT * FROM message ORDER BY raw",
    "SELECT arrival, raw FROM message ORDER BY arrival DESC, raw",
    "SELECT raw, count(*) FROM message GROUP BY raw ORDER BY count(*), raw",
    "SELECT DISTINCT raw FROM message UNION SELECT raw FROM message ORDER BY 1"};

static enum status
count_row(void *arg, const struct msg_inbox_row *row)
{
	(void)row;
	++*(unsigned *)arg;
	return ST_OK;
}

static void
test_view(void)
{
	const struct msg_inbox ask = {.limit = 50};
	const struct view_names names = {.book = NULL};
	unsigned long before = opened;
	unsigned shown = 0;
	struct view *v;

	CHECK_EQ(view_new(&v), ST_OK);
	fill(v);
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		CHECK_EQ(run(view_db(v), sorts[i]), ROWS);
	CHECK_EQ(run(view_db(v), "CREATE INDEX by_raw ON message(raw)"), 0);
	CHECK_EQ(run(view_db(v), "CREATE TEMP TABLE t AS SELECT * FROM message ORDER BY raw"), 0);
	CHECK_EQ(view_inbox(v, &names, &ask, count_row, &shown), ST_OK);
	CHECK_EQ(shown, 50);
	view_free(v);
	CHECK_EQ(opened - before, 0);
	printf("the view, %d rows: %lu files opened\n", ROWS, opened - before);
}

/* The same sort where temporary files may be. */
static void
test_the_count(void)
{
	unsigned long before = opened;
	sqlite3 *db;

	CHECK_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
	CHECK_EQ(run(db, "PRAGMA temp_store=FILE"), 0);
	CHECK_EQ(run(db, "CREATE TABLE message(seq INTEGER PRIMARY KEY, raw BLOB)"), 0);
	CHECK_EQ(
	    run(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)"
		    " INSERT INTO message SELECT i, randomblob(160) FROM n"),
	    0);
	CHECK_EQ(run(db, sorts[0]), ROWS);
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
	CHECK(opened > before);
	printf("a database that may have temporary files: %lu\n", opened - before);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(store_library_init(), ST_OK);
	watch_opens();
	test_view();
	test_the_count();
	return check_done();
}

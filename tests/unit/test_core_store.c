/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's tables, what a commit costs, and how its failures show. A shim VFS counts syncs and
 * lets them fail; a second, plain connection reads what lies on disk.
 */
#include "gateway/core/store_sql.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/shim_vfs.h"

static char dir[64];

static struct store *
fresh(void)
{
	struct store *st = NULL;

	folder_empty(dir);
	CHECK_EQ(store_create(dir, &st), ST_OK);
	return st;
}

static struct store *
again(struct store *st)
{
	store_close(st);
	st = NULL;
	CHECK_EQ(store_open(dir, &st), ST_OK);
	CHECK_EQ(store_checkpoint(st), ST_OK);
	return st;
}

static off_t
size_of(const char *name)
{
	char path[128];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &sb) == 0 ? sb.st_size : -1;
}

static void
test_create(void)
{
	struct store *st = fresh();
	off_t db = size_of("tocsin.db"), wal = size_of("tocsin.db-wal");
	struct store *second = NULL;

	CHECK(store_exists(dir));
	CHECK(wal >= 8000 * (4096 + 24) + 32);
	CHECK(db < 100 * 4096); /* the WAL grew, the database did not */
	CHECK_EQ(size_of("tocsin.db-shm"), -1);
	CHECK_EQ(store_create(dir, &second), ST_EXISTS);
	st = again(st);
	CHECK_EQ(size_of("tocsin.db-wal"), wal); /* kept over a clean close */
	CHECK_EQ(size_of("tocsin.db"), db);
	for (int i = 0; i < 10000; i++) {
		CHECK_EQ(store_begin(st), ST_OK);
		CHECK_EQ(store_meta_put(st, "on_h", (uint64_t)i), ST_OK);
		CHECK_EQ(store_commit(st), ST_OK);
	}
	CHECK(store_wal_pages(st) < 8000);
	CHECK_EQ(size_of("tocsin.db-wal"), wal); /* begun again from its start, not grown */
	store_close(st);
	folder_empty(dir);
	CHECK(!store_exists(dir));
	CHECK_EQ(store_open(dir, &second), ST_IO);
}

/* A folder whose name is a trap for a URI. */
static void
test_odd_path(void)
{
	char odd[128], file[160];
	struct store *st = NULL;

	(void)snprintf(odd, sizeof(odd), "%s/a b%%41?psow=1&x#y", dir);
	folder_empty(dir);
	CHECK_EQ(mkdir(odd, 0700), 0);
	CHECK_EQ(store_create(odd, &st), ST_OK);
	store_close(st);
	(void)snprintf(file, sizeof(file), "%s/tocsin.db", odd);
	CHECK_EQ(access(file, F_OK), 0);
	folder_remove(odd);
}

static void
test_small_tables(void)
{
	uint8_t blob[10240], got[10240];
	struct store *st = fresh();
	uint64_t value;
	size_t len;

	memset(blob, 0xa5, sizeof(blob));
	CHECK_EQ(store_begin(st), ST_OK);
	CHECK_EQ(store_node_put(st, 64, blob, sizeof(blob)), ST_OK);
	CHECK_EQ(store_node_put(st, 64, blob, 5), ST_OK);
	CHECK_EQ(store_node_put(st, 65, blob, sizeof(blob)), ST_OK);
	CHECK_EQ(store_ring_put(st, blob, 3), ST_OK);
	CHECK_EQ(store_ring_put(st, blob, 300), ST_OK);
	CHECK_EQ(store_meta_put(st, "on_h", 7), ST_OK);
	CHECK_EQ(store_meta_put(st, "on_h", 8), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK);
	st = again(st);
	CHECK_EQ(store_node_get(st, 64, got, sizeof(got), &len), ST_OK);
	CHECK_EQ(len, 5);
	CHECK_EQ(store_node_get(st, 65, got, 10239, &len), ST_TOO_LONG);
	CHECK_EQ(store_node_get(st, 65, got, sizeof(got), &len), ST_OK);
	CHECK_MEM(got, blob, sizeof(blob));
	CHECK_EQ(store_node_get(st, 66, got, sizeof(got), &len), ST_UNKNOWN);
	CHECK_EQ(store_ring_get(st, got, sizeof(got), &len), ST_OK);
	CHECK_EQ(len, 300);
	CHECK_EQ(store_meta_get(st, "on_h", &value), ST_OK);
	CHECK_EQ(value, 8);
	CHECK_EQ(store_meta_get(st, "off_h", &value), ST_UNKNOWN);
	store_close(st);
}

static void
test_parked(void)
{
	struct store *st = fresh();
	uint8_t blob[536] = {1}, got[536];
	uint64_t next, count;
	int64_t seq;
	size_t len;

	CHECK_EQ(store_parked_seq(st, &next), ST_OK);
	CHECK_EQ(next, 1);
	CHECK_EQ(store_begin(st), ST_OK);
	for (uint64_t i = 1; i <= 5; i++)
		CHECK_EQ(store_park(st, i, blob, sizeof(blob)), ST_OK);
	blob[0] = 2;
	CHECK_EQ(store_park_replace(st, 3, blob, sizeof(blob)), ST_OK);
	CHECK_EQ(store_unpark(st, 5), ST_OK);
	CHECK_EQ(store_unpark(st, 1), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK);
	st = again(st);
	CHECK_EQ(store_parked_count(st, &count), ST_OK);
	CHECK_EQ(count, 3);
	CHECK_EQ(store_parked_next(st, NULL, &seq, got, sizeof(got), &len), ST_OK);
	CHECK_EQ(seq, 2);
	CHECK_EQ(store_parked_next(st, &seq, &seq, got, sizeof(got), &len), ST_OK);
	CHECK_EQ(got[0], 2);
	CHECK_EQ(seq, 3);
	seq = 4;
	CHECK_EQ(store_parked_next(st, &seq, &seq, got, sizeof(got), &len), ST_UNKNOWN);
	CHECK_EQ(store_parked_seq(st, &next), ST_OK);
	CHECK_EQ(next, 6); /* 5 is gone, and is never used again */
	store_close(st);
}

/* Numbers that nobody of ours gives: they are read, and stand in nobody's way. */
static void
test_parked_planted(void)
{
	static const int64_t planted[] = {
	    INT64_MIN, -1, 0, 8, INT64_C(1) << 62, (INT64_C(1) << 62) + 1, INT64_MAX};
	struct store *st = fresh();
	uint8_t got[536];
	uint64_t next, seen = 0;
	const int64_t *after = NULL;
	int64_t seq;
	sqlite3_stmt *s;
	enum status status;
	size_t len;

	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		CHECK_EQ(sqlite3_prepare_v2(
			     st->db, "INSERT INTO parked VALUES(?1, zeroblob(600))", -1, &s, NULL),
		    SQLITE_OK);
		(void)sqlite3_bind_int64(s, 1, planted[i]);
		CHECK_EQ(sqlite3_step(s), SQLITE_DONE);
		CHECK_EQ(sqlite3_finalize(s), SQLITE_OK);
	}
	CHECK_EQ(store_parked_seq(st, &next), ST_OK);
	CHECK_EQ(next, 9);
	next = INT64_C(1) << 62;
	CHECK_EQ(store_parked_free(st, &next), ST_OK);
	CHECK_EQ(next, (UINT64_C(1) << 62) + 2);
	while (
	    (status = store_parked_next(st, after, &seq, got, sizeof(got), &len)) == ST_TOO_LONG) {
		after = &seq;
		seen++;
		CHECK_EQ(store_unpark(st, seq), ST_OK);
	}
	CHECK_EQ(status, ST_UNKNOWN);
	CHECK_EQ(seen, sizeof(planted) / sizeof(planted[0]));
	CHECK_EQ(store_parked_seq(st, &next), ST_OK);
	CHECK_EQ(next, 9);
	store_close(st);
}

static enum status
count_event(void *arg, const struct store_event *ev, int odd)
{
	uint64_t *sum = arg;

	sum[0]++;
	sum[1] += ev->seq;
	sum[2] += (uint64_t)odd;
	return ev->seq == 9 ? ST_FULL : ST_OK;
}

static enum status
count_run(void *arg, const struct store_run *run, int odd)
{
	uint64_t *sum = arg;

	sum[0]++;
	sum[1] += run->first;
	sum[2] += (uint64_t)odd;
	return ST_OK;
}

/* What a thief could write with any SQLite. */
static void
tamper(const char *sql)
{
	char path[128];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/tocsin.db", dir);
	CHECK_EQ(sqlite3_open(path, &db), SQLITE_OK);
	CHECK_EQ(sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
}

static void
test_journal(void)
{
	struct store *st = fresh();
	struct store_event ev = {.run = 1};
	struct store_run run = {.id = 1, .first = 1, .epoch = 65535};
	uint64_t sum[3] = {0};

	CHECK_EQ(store_begin(st), ST_OK);
	CHECK_EQ(store_run_put(st, &run), ST_OK);
	for (ev.seq = 1; ev.seq <= 8; ev.seq++)
		CHECK_EQ(store_event_put(st, &ev), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK);
	store_close(st);
	tamper("INSERT INTO journal VALUES(-1, 1, zeroblob(256)), (9, 1, zeroblob(256));"
	       "UPDATE journal SET blob = zeroblob(255) WHERE seq = 3;"
	       "INSERT INTO run VALUES(-5, 1, 3, zeroblob(80)), (3, 70000, 3, zeroblob(80)),"
	       " (12, 1, 5, zeroblob(80)), (4, 1, 9, zeroblob(80))");
	CHECK_EQ(store_open(dir, &st), ST_OK);
	CHECK_EQ(store_events(st, 1, count_event, sum), ST_FULL); /* the callback's word */
	CHECK_EQ(sum[0], 9);
	CHECK_EQ(sum[1], 45);
	CHECK_EQ(sum[2], 1);
	CHECK_EQ(store_begin(st), ST_OK);
	CHECK_EQ(store_trim(st, 1, 9), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK);
	memset(sum, 0, sizeof(sum));
	CHECK_EQ(store_events(st, 0, count_event, sum), ST_OK);
	CHECK_EQ(sum[0], 8);
	memset(sum, 0, sizeof(sum));
	CHECK_EQ(store_runs(st, count_run, sum), ST_OK);
	CHECK_EQ(sum[0], 2); /* ours, and one planted inside: its link names it */
	CHECK_EQ(sum[2], 1); /* with an epoch that does not fit */
	CHECK_EQ(store_begin(st), ST_OK);
	ev.seq = 5;
	CHECK_EQ(store_event_put(st, &ev), ST_DAMAGED); /* its place is taken */
	store_close(st);
}

static void
test_seen(void)
{
	static const struct {
		uint32_t day;
		uint8_t h;
	} rows[] = {{0, 1}, {3, 2}, {13, 3}, {14, 4}, {14, 1}, {20, 5}};
	static const struct {
		uint32_t today;
		uint8_t left[6]; /* of h 1..5 */
	} purges[] = {{13, {1, 1, 1, 1, 1}}, {14, {1, 1, 1, 1, 1}}, {16, {1, 1, 1, 1, 1}},
	    {17, {1, 0, 1, 1, 1}}, {27, {1, 0, 0, 1, 1}}, {28, {0, 0, 0, 0, 1}}};
	struct store *st = fresh();
	uint8_t h[16] = {0};
	int has = 7;

	CHECK_EQ(store_seen_has(st, h, &has), ST_OK);
	CHECK_EQ(has, 0);
	CHECK_EQ(store_begin(st), ST_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		h[0] = rows[i].h;
		CHECK_EQ(store_seen_put(st, rows[i].day, h), ST_OK);
		CHECK_EQ(store_seen_put(st, rows[i].day, h), ST_OK);
	}
	CHECK_EQ(store_commit(st), ST_OK);
	for (size_t i = 0; i < sizeof(purges) / sizeof(purges[0]); i++) {
		CHECK_EQ(store_seen_purge(st, purges[i].today), ST_OK);
		for (uint8_t k = 0; k < 5; k++) {
			h[0] = k + 1;
			CHECK_EQ(store_seen_has(st, h, &has), ST_OK);
			if (!CHECK(has == purges[i].left[k]))
				printf("    today %u, h %d\n", purges[i].today, k + 1);
		}
	}
	store_close(st);
}

/* One transaction is one flush of the WAL, and nothing else. */
static void
test_flushes(void)
{
	struct store *st = fresh();
	uint8_t blob[536] = {0};

	CHECK_EQ(store_begin(st), ST_OK);
	CHECK_EQ(store_meta_put(st, "on_h", 1), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK); /* the first also syncs the WAL's new header */
	memset(&shim, 0, sizeof(shim));
	for (uint64_t i = 1; i <= 50; i++) {
		CHECK_EQ(store_begin(st), ST_OK);
		CHECK_EQ(store_park(st, i, blob, sizeof(blob)), ST_OK);
		CHECK_EQ(store_meta_put(st, "on_h", i), ST_OK);
		CHECK_EQ(store_commit(st), ST_OK);
	}
	CHECK_EQ(shim.wal_syncs, 50);
	CHECK_EQ(shim.db_syncs, 0);
	CHECK_EQ(shim.db_octets, 0);
	CHECK_EQ(store_checkpoint(st), ST_OK);
	CHECK_EQ(store_wal_pages(st), 0);
	CHECK(shim.db_syncs >= 1);
	store_close(st);
}

/* A failed sync or write at any place: never ST_OK, and a sync's failure says so. */
static void
test_failures(void)
{
	uint8_t blob[536] = {0};
	enum status st;
	struct store *s;

	for (unsigned n = 1; n <= 2; n++) {
		s = fresh();
		memset(&shim, 0, sizeof(shim));
		shim.fail_sync_in = n;
		st = ST_OK;
		for (uint64_t i = 1; i <= 3 && st == ST_OK; i++)
			if ((st = store_begin(s)) == ST_OK &&
			    (st = store_park(s, i, blob, sizeof(blob))) == ST_OK)
				st = store_commit(s);
		CHECK_EQ(st, ST_SYNC);
		store_close(s);
	}
	for (unsigned n = 1; n <= 3; n++) { /* in the checkpoint: WAL, database */
		s = fresh();
		CHECK_EQ(store_begin(s), ST_OK);
		CHECK_EQ(store_park(s, 1, blob, sizeof(blob)), ST_OK);
		CHECK_EQ(store_commit(s), ST_OK);
		memset(&shim, 0, sizeof(shim));
		shim.fail_sync_in = n;
		st = store_checkpoint(s);
		CHECK_EQ(st, shim.fail_sync_in == 0 ? ST_SYNC : ST_OK);
		shim.fail_sync_in = 0;
		store_close(s);
	}
	s = fresh();
	memset(&shim, 0, sizeof(shim));
	shim.fail_write_in = 1;
	CHECK_EQ(store_begin(s), ST_OK);
	CHECK_EQ(store_park(s, 1, blob, sizeof(blob)), ST_OK);
	CHECK_EQ(store_commit(s), ST_IO);
	store_close(s);
}

static void
test_damage(void)
{
	struct store *st = fresh();
	char path[128];
	uint8_t *octets;
	size_t len;

	store_close(st);
	tamper("PRAGMA user_version = 99");
	CHECK_EQ(store_open(dir, &st), ST_VERSION);
	tamper("PRAGMA user_version = 0");
	CHECK_EQ(store_open(dir, &st), ST_INCOMPLETE);
	tamper("PRAGMA user_version = 1; PRAGMA application_id = 5");
	CHECK_EQ(store_open(dir, &st), ST_DAMAGED);
	st = fresh();
	store_close(st);
	tamper("CREATE TRIGGER swallow BEFORE INSERT ON parked BEGIN SELECT RAISE(IGNORE); END");
	CHECK_EQ(store_open(dir, &st), ST_DAMAGED);
	tamper("DROP TRIGGER swallow; CREATE INDEX added ON journal(run)");
	CHECK_EQ(store_open(dir, &st), ST_DAMAGED);
	tamper("DROP INDEX added");
	CHECK_EQ(store_open(dir, &st), ST_OK); /* ours again */
	store_close(st);
	tamper("DROP TABLE seen");
	CHECK_EQ(store_open(dir, &st), ST_DAMAGED);
	folder_empty(dir);
	(void)snprintf(path, sizeof(path), "%s/tocsin.db", dir);
	file_write(path,
	    (const uint8_t *)"not a database at all, but long enough to look at......"
			     "................................................",
	    100);
	CHECK_EQ(store_open(dir, &st), ST_DAMAGED);
	st = fresh();
	CHECK_EQ(store_begin(st), ST_OK);
	for (uint32_t i = 0; i < 40; i++)
		CHECK_EQ(store_node_put(st, i, (const uint8_t[2000]){1}, 2000), ST_OK);
	CHECK_EQ(store_commit(st), ST_OK);
	CHECK_EQ(store_checkpoint(st), ST_OK);
	store_close(st);
	octets = file_octets(path, &len);
	memset(octets + 12 * 4096, 0xff, 4096);
	file_write(path, octets, len);
	free(octets);
	(void)snprintf(path, sizeof(path), "%s/tocsin.db-wal", dir);
	CHECK_EQ(unlink(path), 0); /* it still held that page */
	st = NULL;
	CHECK(store_open(dir, &st) != ST_OK);
	CHECK(st == NULL);
}

int
main(void)
{
	CHECK_EQ(store_library_init(), ST_OK);
	shim_register();
	folder_make(dir);
	test_create();
	test_odd_path();
	test_small_tables();
	test_parked();
	test_parked_planted();
	test_journal();
	test_seen();
	test_flushes();
	test_failures();
	test_damage();
	folder_remove(dir);
	return check_done();
}

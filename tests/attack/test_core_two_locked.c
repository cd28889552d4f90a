/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two LOCKED gateways, copies of one folder, are fed texts at the same times with different
 * contents. A thief who has both may learn nothing from the difference: their stores differ only
 * inside sealed blobs of equal length and in `seen`. Every table is compared, every other
 * difference is listed.
 */
#include "crypto/seen.h"
#include "tests/support/gateway.h"

#include <sqlite3.h>

#define TEXTS 60

static char master[64], dir[2][64];
static struct gateway_keys keys;

/* --- the comparison: knows no table by name but the two exceptions --- */

struct pair {
	sqlite3 *db[2];
	unsigned listed;
	int is_quiet;
};

static void
list(struct pair *p, const char *table, const char *what, long long row)
{
	p->listed++;
	if (!p->is_quiet)
		printf("    differs: %s, %s, row %lld\n", table, what, row);
}

/* A sealed blob: another content is allowed, another length is not. */
static int
is_sealed(const char *table, const char *column)
{
	return strcmp(table, "parked") == 0 && strcmp(column, "blob") == 0;
}

static int
is_same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	int len = sqlite3_column_bytes(a, column);

	if (sqlite3_column_type(a, column) != sqlite3_column_type(b, column) ||
	    len != sqlite3_column_bytes(b, column))
		return 0;
	if (sqlite3_column_type(a, column) == SQLITE_INTEGER)
		return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
	return len == 0 || memcmp(sqlite3_column_blob(a, column), sqlite3_column_blob(b, column),
			       (size_t)len) == 0;
}

static void
compare_row(struct pair *p, const char *table, sqlite3_stmt *s[2], long long row)
{
	for (int i = 0; i < sqlite3_column_count(s[0]); i++) {
		const char *column = sqlite3_column_name(s[0], i);

		if (is_sealed(table, column)) {
			if (sqlite3_column_bytes(s[0], i) != sqlite3_column_bytes(s[1], i))
				list(p, table, "a sealed blob's length", row);
		} else if (!is_same_value(s[0], s[1], i)) {
			list(p, table, column, row);
		}
	}
}

/* Row by row in the table's own order. */
static void
compare_table(struct pair *p, const char *table)
{
	sqlite3_stmt *s[2] = {NULL, NULL};
	char sql[128];
	int rc[2] = {SQLITE_ROW, SQLITE_ROW};

	(void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sqlite3_prepare_v2(p->db[i], sql, -1, &s[i], NULL), SQLITE_OK);
	for (long long row = 0; rc[0] == SQLITE_ROW && rc[1] == SQLITE_ROW; row++) {
		rc[0] = sqlite3_step(s[0]);
		rc[1] = sqlite3_step(s[1]);
		if (rc[0] != rc[1])
			list(p, table, "the number of rows", row);
		else if (rc[0] == SQLITE_ROW && strcmp(table, "seen") != 0)
			compare_row(p, table, s, row);
	}
	for (int i = 0; i < 2; i++)
		(void)sqlite3_finalize(s[i]);
}

static void
compare_pragmas(struct pair *p)
{
	static const char *const names[] = {"PRAGMA user_version", "PRAGMA application_id",
	    "PRAGMA schema_version", "PRAGMA freelist_count", "PRAGMA encoding", "PRAGMA page_size",
	    "PRAGMA auto_vacuum"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sqlite3_stmt *s[2];

		for (int k = 0; k < 2; k++) {
			CHECK_EQ(
			    sqlite3_prepare_v2(p->db[k], names[i], -1, &s[k], NULL), SQLITE_OK);
			CHECK_EQ(sqlite3_step(s[k]), SQLITE_ROW);
		}
		if (!is_same_value(s[0], s[1], 0))
			list(p, names[i], "value", 0);
		for (int k = 0; k < 2; k++)
			(void)sqlite3_finalize(s[k]);
	}
}

static unsigned
differences(int is_quiet)
{
	struct pair p = {.is_quiet = is_quiet};
	sqlite3_stmt *s;
	char path[256];
	unsigned tables = 0;

	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/box/tocsin.db", dir[i]);
		CHECK_EQ(sqlite3_open(path, &p.db[i]), SQLITE_OK);
		CHECK_EQ(sqlite3_exec(p.db[i], "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL),
		    SQLITE_OK);
	}
	compare_pragmas(&p);
	compare_table(&p, "sqlite_schema");
	CHECK_EQ(sqlite3_prepare_v2(
		     p.db[0], "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &s, NULL),
	    SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		compare_table(&p, (const char *)sqlite3_column_text(s, 0));
		tables++;
	}
	(void)sqlite3_finalize(s);
	CHECK(tables >= 7);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sqlite3_close(p.db[i]), SQLITE_OK);
	return p.listed;
}

/* --- feeding --- */

/* The same time, another text: of every length, with and without a UDH, a refused unlock, and parts
 * of a long message with senders of every length. */
static void
feed(struct gateway *g, int which, unsigned i)
{
	struct parked p = {.kind = PARKED_TEXT, .arrival_s = 1790000000 + 900 * i};
	uint8_t plain[PARK_PLAIN_LEN], hash[SEEN_HASH_LEN];
	struct seen_octets none = {NULL, 0};

	p.stamp_s = p.arrival_s - 30;
	if (which == 0) {
		p.text_len = 152;
		memset(p.text, 'A' + (int)(i % 26), p.text_len);
	} else if (i % 7 == 3) {
		p.kind = PARKED_REFUSED;
	} else if (i % 7 == 5) {
		p.kind = PARKED_PART;
		p.awake_h = i;
		memset(p.sender, '5', i % NUMBER_MAX);
		memcpy(p.udh, (const uint8_t[]){5, 0, 3, (uint8_t)i, 2, 1}, 6);
		p.udh_len = 6;
		p.text_len = (uint16_t)(i * 5 % (SMS_TEXT_MAX + 1));
		randombytes_buf(p.text, p.text_len);
	} else {
		p.text_len = (uint16_t)(i * 5 % (SMS_TEXT_MAX + 1));
		p.udh_len = i % 3 == 0 ? 6 : 0;
		randombytes_buf(p.text, p.text_len);
	}
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_EQ(change_park(g->state, keys.list.pk_i.b, plain, NULL), ST_OK);
	seen_delivery(&state_root(g->state)->k_seen, p.stamp_s,
	    (struct seen_octets){p.udh, p.udh_len}, (struct seen_octets){p.text, p.text_len}, none,
	    hash);
	CHECK_EQ(change_seen(g->state, hash), ST_OK);
}

static void
live(int which)
{
	struct gateway g;

	CHECK_EQ(gateway_open(&g, dir[which]), ST_OK);
	for (unsigned i = 0; i < TEXTS; i++) {
		feed(&g, which, i);
		CHECK_EQ(state_commit(g.state, 5 + i, 1), ST_OK);
		if (i % 10 == 0)
			CHECK_EQ(state_idle(g.state), ST_OK);
		if (i == TEXTS / 2)
			gateway_reopen(&g);
	}
	gateway_close(&g);
}

static void
compare_anchors(void)
{
	uint8_t *octets[2];
	size_t len[2];
	char path[256];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/anchor", dir[i]);
		octets[i] = file_octets(path, &len[i]);
	}
	CHECK(len[0] == len[1] && len[0] == 3 * 4096);
	CHECK_MEM(octets[0], octets[1], len[0]); /* LOCKED moves nothing */
	free(octets[0]);
	free(octets[1]);
}

static void
compare_sizes(void)
{
	static const char *const names[] = {"box/tocsin.db-wal"};
	struct stat sb[2];
	char path[256];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir[i], names[0]);
		CHECK_EQ(stat(path, &sb[i]), 0);
	}
	CHECK_EQ(sb[0].st_size, sb[1].st_size);
}

/* The comparison itself must see what a careless change would leak. */
static void
test_the_comparison(void)
{
	static const char *const leaks[] = {
	    "UPDATE parked SET blob = zeroblob(535) WHERE seq = 3",
	    "INSERT INTO meta VALUES('refused', 9)",
	    "UPDATE state SET blob = zeroblob(2400) WHERE node = 0",
	    "CREATE TABLE number(n)",
	    "DELETE FROM seen WHERE h = (SELECT h FROM seen LIMIT 1)",
	};
	char path[256];
	sqlite3 *db;

	for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
		gateway_copy(dir[0], dir[1]);
		(void)snprintf(path, sizeof(path), "%s/box/tocsin.db", dir[1]);
		CHECK_EQ(sqlite3_open(path, &db), SQLITE_OK);
		CHECK_EQ(
		    sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
		CHECK_EQ(sqlite3_exec(db, leaks[i], NULL, NULL, NULL), SQLITE_OK);
		CHECK_EQ(sqlite3_close(db), SQLITE_OK);
		if (!CHECK(differences(1) > 0))
			printf("    unseen: %s\n", leaks[i]);
	}
}

int
main(void)
{
	struct gateway g;

	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(store_library_init(), ST_OK);
	folder_make(master);
	folder_make(dir[0]);
	folder_make(dir[1]);
	gateway_keys_make(&keys);
	gateway_make(&g, master, &keys);
	state_lock(g.state);
	CHECK_EQ(state_idle(g.state), ST_OK);
	gateway_close(&g);
	for (int i = 0; i < 2; i++) {
		gateway_copy(master, dir[i]);
		live(i);
	}
	compare_anchors();
	compare_sizes();
	CHECK_EQ(differences(0), 0);
	test_the_comparison();
	for (int i = 0; i < 2; i++) {
		gateway_remove(dir[i]);
		(void)rmdir(dir[i]);
	}
	gateway_remove(master);
	(void)rmdir(master);
	return check_done();
}

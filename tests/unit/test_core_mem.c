/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite's allocator gives nothing back unwiped: free(3) itself is wrapped here, and looks at each
 * octet that it gets, on a plain free, on growth, and through SQLite as a whole.
 */
#include "gateway/core/mem.h"
#include "gateway/core/store.h"
#include "tests/support/check.h"

#include <malloc.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

static int is_watching;
static unsigned frees, unwiped;

void __real_free(void *p);
void __wrap_free(void *p);

void
__wrap_free(void *p)
{
	if (is_watching && p != NULL) {
		frees++;
		unwiped += !sodium_is_zero(p, malloc_usable_size(p));
	}
	__real_free(p);
}

static void
test_methods(void)
{
	static const int sizes[][2] = {
	    {8, 16}, {100, 5000}, {5000, 100}, {70000, 900000}, {24, 25}, {4096, 4096}};
	size_t used = mem_used();
	uint8_t *p;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int keep = sizes[i][0] < sizes[i][1] ? sizes[i][0] : sizes[i][1], right = 1;

		p = sqlite3_malloc(sizes[i][0]);
		CHECK(p != NULL && mem_used() >= used + (size_t)sizes[i][0]);
		memset(p, 0x5a, (size_t)sizes[i][0]);
		is_watching = 1;
		p = sqlite3_realloc(p, sizes[i][1]);
		is_watching = 0;
		for (int k = 0; k < keep; k++)
			right &= p[k] == 0x5a;
		CHECK(right);
		memset(p, 0x5a, (size_t)sizes[i][1]);
		is_watching = 1;
		sqlite3_free(p);
		is_watching = 0;
	}
	CHECK(frees >= 6 + 3);
	CHECK_EQ(unwiped, 0);
	CHECK_EQ(mem_used(), used);
	sqlite3_free(NULL);
}

static void
test_view(void)
{
	sqlite3 *db;

	frees = unwiped = 0;
	is_watching = 1;
	CHECK_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
	CHECK_EQ(
	    sqlite3_exec(db,
		"CREATE TABLE t(a); CREATE INDEX i ON t(a);"
		"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000)"
		" INSERT INTO t SELECT printf('canary %d', x) FROM n;"
		"DELETE FROM t WHERE rowid % 3 = 0; SELECT * FROM t ORDER BY a DESC",
		NULL, NULL, NULL),
	    SQLITE_OK);
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
	is_watching = 0;
	CHECK(frees > 100);
	CHECK_EQ(unwiped, 0);
	mem_trim();
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(store_library_init(), ST_OK);
	CHECK_EQ(mem_library_init(), ST_MEMORY); /* too late */
	test_methods();
	test_view();
	CHECK_EQ(mem_lock_all(), mem_is_locked());
	return check_done();
}

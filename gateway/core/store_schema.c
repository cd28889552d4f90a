/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the schema on disk ours, and nothing else? A trigger that a thief adds could swallow a row
 * between INSERT and COMMIT without any statement failing.
 */
#include "gateway/core/store_sql.h"

#include <string.h>

static const char all[] =
    "SELECT group_concat(type || x'1f' || name || x'1f' || tbl_name || x'1f' || coalesce(sql, ''),"
    " x'1e') FROM (SELECT * FROM sqlite_schema ORDER BY type, name)";

/* The one row of `all`; NULL if there is none. */
static sqlite3_stmt *
read_schema(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, all, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		return s;
	(void)sqlite3_finalize(s); /* repeats the error */
	return NULL;
}

static int
is_same(sqlite3_stmt *a, sqlite3_stmt *b)
{
	const char *x = (const char *)sqlite3_column_text(a, 0);
	const char *y = (const char *)sqlite3_column_text(b, 0);

	return x != NULL && y != NULL && strcmp(x, y) == 0;
}

enum status
store_schema_check(sqlite3 *db, const char *const *migrations, size_t count)
{
	sqlite3 *ours = NULL;
	sqlite3_stmt *a = NULL, *b = NULL;
	int rc =
	    sqlite3_open_v2(":memory:", &ours, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	enum status st;

	for (size_t i = 0; rc == SQLITE_OK && i < count; i++)
		rc = sqlite3_exec(ours, migrations[i], NULL, NULL, NULL);
	st = store_status(rc);
	if (st == ST_OK && ((a = read_schema(db)) == NULL || (b = read_schema(ours)) == NULL))
		st = ST_IO;
	if (st == ST_OK && !is_same(a, b))
		st = ST_DAMAGED;
	(void)sqlite3_finalize(a); /* both were stepped to their row, and no further */
	(void)sqlite3_finalize(b);
	(void)sqlite3_close(ours);
	return st;
}

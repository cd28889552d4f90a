/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's rows for the recovery key. */
#include "gateway/core/store_sql.h"

/* Neither bind can fail: the indices are constants of this file, and nothing is copied. */
static sqlite3_stmt *
row_of(struct store *st, enum store_sql which, unsigned kind, uint64_t id)
{
	sqlite3_stmt *s = st->stmt[which];

	(void)sqlite3_bind_int64(s, 1, kind);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)id);
	return s;
}

enum status
store_recovery_put(struct store *st, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	sqlite3_stmt *s = row_of(st, SQL_RECOVERY_PUT, kind, id);
	enum status result;

	(void)sqlite3_bind_blob64(s, 3, blob, len, SQLITE_STATIC);
	result = store_run_statement(s);
	(void)sqlite3_clear_bindings(s); /* cannot fail */
	return result;
}

enum status
store_recovery_get(
    struct store *st, unsigned kind, uint64_t id, uint8_t *out, size_t cap, size_t *len)
{
	sqlite3_stmt *s = row_of(st, SQL_RECOVERY_GET, kind, id);
	int rc = sqlite3_step(s);
	enum status result = rc == SQLITE_DONE ? ST_UNKNOWN : store_status(rc);

	if (result == ST_OK)
		result = store_take_blob(s, 0, out, cap, len);
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

enum status
store_recovery_drop(struct store *st, unsigned kind, uint64_t id)
{
	return store_run_statement(row_of(st, SQL_RECOVERY_DROP, kind, id));
}

enum status
store_recovery_all(struct store *st, store_recovery_fn *fn, void *arg)
{
	sqlite3_stmt *s = st->stmt[SQL_RECOVERY_ALL];
	uint8_t blob[RECOVERY_BLOB_MAX];
	enum status result = ST_OK;
	size_t len;
	int rc;

	while (result == ST_OK && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if ((result = store_status(rc)) != ST_OK)
			break;
		if (store_take_blob(s, 2, blob, sizeof(blob), &len) != ST_OK)
			len = 0;
		result = fn(arg, (unsigned)sqlite3_column_int64(s, 0),
		    (uint64_t)sqlite3_column_int64(s, 1), blob, len);
	}
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

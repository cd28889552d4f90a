/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by store*.c alone: the connection and its prepared statements. */
#ifndef GATEWAY_CORE_STORE_SQL_H
#define GATEWAY_CORE_STORE_SQL_H

#include "gateway/core/store.h"

#include <sqlite3.h>

enum store_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_NODE_PUT,
	SQL_NODE_GET,
	SQL_RING_PUT,
	SQL_RING_GET,
	SQL_PARK,
	SQL_PARK_REPLACE,
	SQL_UNPARK,
	SQL_PARKED_FIRST,
	SQL_PARKED_NEXT,
	SQL_PARKED_COUNT,
	SQL_PARKED_LAST,
	SQL_PARKED_HAS,
	SQL_RUN_PUT,
	SQL_RUNS,
	SQL_EVENT_PUT,
	SQL_EVENTS,
	SQL_OUTSIDE,
	SQL_TRIM_EVENTS,
	SQL_TRIM_RUNS,
	SQL_SEEN_HAS,
	SQL_SEEN_PUT,
	SQL_SEEN_PURGE,
	SQL_META_PUT,
	SQL_META_RAISE,
	SQL_META_GET,
	SQL_RECOVERY_PUT,
	SQL_RECOVERY_GET,
	SQL_RECOVERY_DROP,
	SQL_RECOVERY_ALL,
	SQL_COUNT
};

extern const char *const store_statements[SQL_COUNT];

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_COUNT];
	unsigned wal_pages;
};

/* What an SQLite result means, a failure that only the log saw included. */
enum status store_status(int rc) MUST_USE;

/* Compare the schema with the one that the migrations make. ST_OK, ST_DAMAGED, ST_IO, ST_MEMORY. */
enum status store_schema_check(sqlite3 *db, const char *const *migrations, size_t count) MUST_USE;

/* Step a statement that returns no row, and reset it. */
enum status store_run_statement(sqlite3_stmt *stmt) MUST_USE;

/* Copy the blob of column 0 of a row that was stepped to. ST_OK, ST_TOO_LONG. */
enum status store_take_blob(
    sqlite3_stmt *stmt, int column, uint8_t *out, size_t cap, size_t *len) MUST_USE;

#endif

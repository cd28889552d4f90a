/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's rows. A statement that failed is not tried again, and the transaction it belongs to
 * is never committed: its caller ends the process. */
#include "gateway/core/store_sql.h"

#include <assert.h>
#include <string.h>

#define PARKED_SEQ_END (INT64_C(1) << 62) /* nobody parks so many */

/* Neither bind can fail: the indices are constants of this file, and nothing is copied. */
static void
bind_number(sqlite3_stmt *s, int at, uint64_t value)
{
	assert(value <= INT64_MAX);
	(void)sqlite3_bind_int64(s, at, (sqlite3_int64)value);
}

static void
bind_signed(sqlite3_stmt *s, int at, int64_t value)
{
	(void)sqlite3_bind_int64(s, at, value);
}

static void
bind_blob(sqlite3_stmt *s, int at, const uint8_t *blob, size_t len)
{
	(void)sqlite3_bind_blob64(s, at, blob, len, SQLITE_STATIC);
}

/* Run, and let go of what was bound: it may be a secret's memory that ends. */
static enum status
run_bound(sqlite3_stmt *s)
{
	enum status st = store_run_statement(s);

	(void)sqlite3_clear_bindings(s); /* cannot fail */
	return st;
}

/* The first row's column 0 as a blob. */
static enum status
get_blob(sqlite3_stmt *s, uint8_t *out, size_t cap, size_t *len)
{
	int rc = sqlite3_step(s);
	enum status st = rc == SQLITE_DONE ? ST_UNKNOWN : store_status(rc);

	if (st == ST_OK)
		st = store_take_blob(s, 0, out, cap, len);
	(void)sqlite3_reset(s); /* repeats the same result */
	return st;
}

enum status
store_take_blob(sqlite3_stmt *stmt, int column, uint8_t *out, size_t cap, size_t *len)
{
	const void *blob = sqlite3_column_blob(stmt, column);
	size_t have = (size_t)sqlite3_column_bytes(stmt, column);

	if (have > cap)
		return ST_TOO_LONG;
	if (blob == NULL && have > 0)
		return ST_MEMORY;
	if (have > 0)
		memcpy(out, blob, have);
	*len = have;
	return ST_OK;
}

/* The first row's column 0 as a number. */
static enum status
get_number(sqlite3_stmt *s, uint64_t *out)
{
	int rc = sqlite3_step(s);
	enum status st = rc == SQLITE_DONE ? ST_UNKNOWN : store_status(rc);

	if (st == ST_OK && sqlite3_column_int64(s, 0) < 0)
		st = ST_DAMAGED;
	if (st == ST_OK)
		*out = (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s); /* repeats the same result */
	return st;
}

/* --- state, ring --- */

enum status
store_node_put(struct store *st, uint32_t node, const uint8_t *blob, size_t len)
{
	sqlite3_stmt *s = st->stmt[SQL_NODE_PUT];

	bind_number(s, 1, node);
	bind_blob(s, 2, blob, len);
	return run_bound(s);
}

enum status
store_node_get(struct store *st, uint32_t node, uint8_t *out, size_t cap, size_t *len)
{
	bind_number(st->stmt[SQL_NODE_GET], 1, node);
	return get_blob(st->stmt[SQL_NODE_GET], out, cap, len);
}

enum status
store_ring_put(struct store *st, const uint8_t *octets, size_t len)
{
	bind_blob(st->stmt[SQL_RING_PUT], 1, octets, len);
	return run_bound(st->stmt[SQL_RING_PUT]);
}

enum status
store_ring_get(struct store *st, uint8_t *out, size_t cap, size_t *len)
{
	return get_blob(st->stmt[SQL_RING_GET], out, cap, len);
}

/* --- parked --- */

enum status
store_park(struct store *st, uint64_t seq, const uint8_t *blob, size_t len)
{
	sqlite3_stmt *s = st->stmt[SQL_PARK];

	bind_number(s, 1, seq);
	bind_blob(s, 2, blob, len);
	return run_bound(s);
}

enum status
store_park_replace(struct store *st, uint64_t seq, const uint8_t *blob, size_t len)
{
	sqlite3_stmt *s = st->stmt[SQL_PARK_REPLACE];

	bind_number(s, 1, seq);
	bind_blob(s, 2, blob, len);
	return run_bound(s);
}

/* The row that goes may be the last one: its number is kept, so that it is never used again. */
enum status
store_unpark(struct store *st, int64_t seq)
{
	sqlite3_stmt *raise = st->stmt[SQL_META_RAISE];
	enum status result = ST_OK;

	if (seq > 0 && seq < PARKED_SEQ_END) {
		(void)sqlite3_bind_text(raise, 1, "parked_seq", -1, SQLITE_STATIC);
		bind_signed(raise, 2, seq);
		result = run_bound(raise);
	}
	if (result != ST_OK)
		return result;
	bind_signed(st->stmt[SQL_UNPARK], 1, seq);
	return run_bound(st->stmt[SQL_UNPARK]);
}

enum status
store_parked_next(
    struct store *st, const int64_t *after, int64_t *seq, uint8_t *blob, size_t cap, size_t *len)
{
	sqlite3_stmt *s = st->stmt[after == NULL ? SQL_PARKED_FIRST : SQL_PARKED_NEXT];
	enum status result;
	int rc;

	if (after != NULL)
		bind_signed(s, 1, *after);
	rc = sqlite3_step(s);
	result = rc == SQLITE_DONE ? ST_UNKNOWN : store_status(rc);
	if (result == ST_OK) {
		*seq = sqlite3_column_int64(s, 0);
		result = store_take_blob(s, 1, blob, cap, len);
	}
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

enum status
store_parked_count(struct store *st, uint64_t *count)
{
	return get_number(st->stmt[SQL_PARKED_COUNT], count);
}

enum status
store_parked_seq(struct store *st, uint64_t *next)
{
	uint64_t last;
	enum status result;

	bind_signed(st->stmt[SQL_PARKED_LAST], 1, PARKED_SEQ_END);
	if ((result = get_number(st->stmt[SQL_PARKED_LAST], &last)) == ST_OK)
		*next = last + 1;
	return result;
}

enum status
store_parked_free(struct store *st, uint64_t *seq)
{
	sqlite3_stmt *s = st->stmt[SQL_PARKED_HAS];
	enum status result;
	uint64_t one;

	do {
		bind_number(s, 1, *seq);
		if ((result = get_number(s, &one)) == ST_OK)
			++*seq;
	} while (result == ST_OK);
	return result == ST_UNKNOWN ? ST_OK : result;
}

/* --- run, journal --- */

enum status
store_run_put(struct store *st, const struct store_run *run)
{
	sqlite3_stmt *s = st->stmt[SQL_RUN_PUT];

	bind_number(s, 1, run->id);
	bind_number(s, 2, run->epoch);
	bind_number(s, 3, run->first);
	bind_blob(s, 4, run->blob, sizeof(run->blob));
	return run_bound(s);
}

enum status
store_event_put(struct store *st, const struct store_event *ev)
{
	sqlite3_stmt *s = st->stmt[SQL_EVENT_PUT];

	bind_number(s, 1, ev->seq);
	bind_number(s, 2, ev->run);
	bind_blob(s, 3, ev->blob, sizeof(ev->blob));
	return run_bound(s);
}

/* A blob of exactly len octets, or zeros and 1. */
static int
take_exact(sqlite3_stmt *s, int column, uint8_t *out, size_t len)
{
	size_t have = 0;

	if (store_take_blob(s, column, out, len, &have) == ST_OK && have == len)
		return 0;
	memset(out, 0, len);
	return 1;
}

enum status
store_runs(struct store *st, store_run_fn *fn, void *arg)
{
	sqlite3_stmt *s = st->stmt[SQL_RUNS];
	enum status result = ST_OK;
	struct store_run run;
	int rc, odd;

	while (result == ST_OK && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if ((result = store_status(rc)) != ST_OK)
			break;
		run.id = (uint64_t)sqlite3_column_int64(s, 0);
		run.epoch = (uint16_t)sqlite3_column_int64(s, 1);
		run.first = (uint64_t)sqlite3_column_int64(s, 2);
		odd = take_exact(s, 3, run.blob, sizeof(run.blob));
		odd |= sqlite3_column_int64(s, 1) != run.epoch;
		result = fn(arg, &run, odd);
	}
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

enum status
store_events(struct store *st, uint64_t from, store_event_fn *fn, void *arg)
{
	sqlite3_stmt *s = st->stmt[SQL_EVENTS];
	enum status result = ST_OK;
	struct store_event ev;
	int rc, odd;

	bind_number(s, 1, from);
	while (result == ST_OK && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if ((result = store_status(rc)) != ST_OK)
			break;
		ev.seq = (uint64_t)sqlite3_column_int64(s, 0);
		ev.run = (uint64_t)sqlite3_column_int64(s, 1);
		odd = take_exact(s, 2, ev.blob, sizeof(ev.blob));
		result = fn(arg, &ev, odd);
	}
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

enum status
store_outside(struct store *st, uint64_t first, uint64_t next, struct store_outside *out)
{
	sqlite3_stmt *s = st->stmt[SQL_OUTSIDE];
	enum status result;

	bind_number(s, 1, first);
	bind_number(s, 2, next);
	result = store_status(sqlite3_step(s)); /* an aggregate: there is a row */
	if (result == ST_OK) {
		out->count = (uint64_t)sqlite3_column_int64(s, 0);
		out->first = sqlite3_column_int64(s, 1);
	}
	(void)sqlite3_reset(s); /* repeats the same result */
	return result;
}

enum status
store_trim(struct store *st, uint64_t first, uint64_t next)
{
	static const enum store_sql trims[] = {SQL_TRIM_EVENTS, SQL_TRIM_RUNS};
	enum status result = ST_OK;

	for (size_t i = 0; i < 2 && result == ST_OK; i++) {
		bind_number(st->stmt[trims[i]], 1, first);
		bind_number(st->stmt[trims[i]], 2, next);
		result = run_bound(st->stmt[trims[i]]);
	}
	return result;
}

/* --- seen, meta --- */

enum status
store_seen_has(struct store *st, const uint8_t hash[16], int *has)
{
	sqlite3_stmt *s = st->stmt[SQL_SEEN_HAS];
	enum status result;
	int rc;

	bind_blob(s, 1, hash, 16);
	rc = sqlite3_step(s);
	if ((result = store_status(rc)) == ST_OK)
		*has = rc == SQLITE_ROW;
	(void)sqlite3_reset(s);          /* repeats the same result */
	(void)sqlite3_clear_bindings(s); /* cannot fail */
	return result;
}

enum status
store_seen_put(struct store *st, uint32_t today, const uint8_t hash[16])
{
	sqlite3_stmt *s = st->stmt[SQL_SEEN_PUT];

	bind_number(s, 1, today);
	bind_blob(s, 2, hash, 16);
	return run_bound(s);
}

enum status
store_seen_purge(struct store *st, uint32_t today)
{
	if (today < SEEN_DAYS)
		return ST_OK;
	bind_number(st->stmt[SQL_SEEN_PURGE], 1, today - SEEN_DAYS + 1);
	return run_bound(st->stmt[SQL_SEEN_PURGE]);
}

enum status
store_meta_put(struct store *st, const char *key, uint64_t value)
{
	sqlite3_stmt *s = st->stmt[SQL_META_PUT];

	(void)sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	bind_number(s, 2, value);
	return run_bound(s);
}

enum status
store_meta_get(struct store *st, const char *key, uint64_t *value)
{
	sqlite3_stmt *s = st->stmt[SQL_META_GET];
	enum status result;

	(void)sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	result = get_number(s, value);
	(void)sqlite3_clear_bindings(s); /* cannot fail */
	return result;
}

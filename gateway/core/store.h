/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sealed store on disk: SQLite, opened by one process, exactly as the field rules say (URI with
 * psow=0, EXCLUSIVE before WAL, synchronous EXTRA, own wal hook, sizes kept). It knows tables and
 * octets, no key and no meaning. sqlite3.h is in store*.c and view*.c alone.
 *
 * Statuses of every function that can touch the disk: ST_OK; ST_IO (any storage error: IOERR, FULL,
 * CORRUPT, a COMMIT that returned anything but OK, a failure that only SQLite's log told); ST_SYNC
 * (a sync failed); ST_DAMAGED (the file is not a store, or a row that nobody of ours wrote stands
 * where one of ours belongs); ST_MEMORY. After any of them but ST_OK the caller acknowledges
 * nothing and exits.
 */
#ifndef GATEWAY_CORE_STORE_H
#define GATEWAY_CORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/status.h"

struct store;

/* One time in a process, before anything else of SQLite: our allocator, single thread, log hook. */
enum status store_library_init(void) MUST_USE;

int store_exists(const char *dir);
/* DIR/tocsin.db. ST_CONFIG (the path is too long), ST_AGAIN (another process has it) too; create:
 * ST_EXISTS; open: ST_INCOMPLETE (its making was cut short), ST_VERSION (a newer one). create makes
 * the file, runs all migrations and sizes the WAL; open checks journal_mode, quick_check and the
 * schema version, and migrates older ones. */
enum status store_create(const char *dir, struct store **out) MUST_USE;
enum status store_open(const char *dir, struct store **out) MUST_USE;
void store_close(struct store *st);

/*
 * Delete the wraps and the two rows of an anchor of the kind none from the store in DIR, which
 * nobody may have open, so that their octets are overwritten in the database and in the WAL.
 * ST_UNKNOWN (there is no store), ST_CONFIG, ST_AGAIN (another process has it) too.
 */
enum status store_wipe(const char *dir) MUST_USE;

/* Step 0, and when idle; store_commit() does it at 8000 pages. */
enum status store_checkpoint(struct store *st) MUST_USE;
/* Pages in the WAL since the last complete checkpoint. */
unsigned store_wal_pages(const struct store *st);

enum status store_begin(struct store *st) MUST_USE;
enum status store_commit(struct store *st) MUST_USE;

/* state(node, blob). get: ST_UNKNOWN if there is none, ST_TOO_LONG if it is longer than cap. */
enum status store_node_put(
    struct store *st, uint32_t node, const uint8_t *blob, size_t len) MUST_USE;
enum status store_node_get(
    struct store *st, uint32_t node, uint8_t *out, size_t cap, size_t *len) MUST_USE;

/* Two rows of `state` that are no part of the tree: the anchor of the kind none. */
#define STORE_NODE_W 34
#define STORE_NODE_A 35

/* ring: one row, the signed list. */
enum status store_ring_put(struct store *st, const uint8_t *octets, size_t len) MUST_USE;
enum status store_ring_get(struct store *st, uint8_t *out, size_t cap, size_t *len) MUST_USE;

/* parked(seq, blob): seq ascending is the order of arrival, never used again. Ours begin at 1;
 * whoever planted others may have taken any number, a negative one too. */
enum status store_park(struct store *st, uint64_t seq, const uint8_t *blob, size_t len) MUST_USE;
enum status store_park_replace(
    struct store *st, uint64_t seq, const uint8_t *blob, size_t len) MUST_USE;
enum status store_unpark(struct store *st, int64_t seq) MUST_USE;
/* The first row with seq > *after (NULL: of all; it may be seq). ST_UNKNOWN: none. ST_TOO_LONG:
 * *seq is written. */
enum status store_parked_next(struct store *st, const int64_t *after, int64_t *seq, uint8_t *blob,
    size_t cap, size_t *len) MUST_USE;
enum status store_parked_count(struct store *st, uint64_t *count) MUST_USE;
/* A seq larger than any that was ever parked. Numbers that only a planted row can have are left
 * out, so one of them may stand in the way: ask store_parked_free() before each use. */
enum status store_parked_seq(struct store *st, uint64_t *next) MUST_USE;
/* *seq, or the next number behind it that no row has. */
enum status store_parked_free(struct store *st, uint64_t *seq) MUST_USE;

/* run(id, epoch, first, blob), journal(seq, run, blob). */
struct store_run {
	uint64_t id, first;
	uint16_t epoch;
	uint8_t blob[80];
};
struct store_event {
	uint64_t seq, run;
	uint8_t blob[EVENT_BLOB_LEN];
};
enum status store_run_put(struct store *st, const struct store_run *run) MUST_USE;
enum status store_event_put(struct store *st, const struct store_event *ev) MUST_USE;
/* In ascending order; the callback's status other than ST_OK ends the walk and is returned.
 * A row whose blob has another length comes with `odd` set and a zeroed blob. */
typedef enum status store_run_fn(void *arg, const struct store_run *run, int odd);
typedef enum status store_event_fn(void *arg, const struct store_event *ev, int odd);
enum status store_runs(struct store *st, store_run_fn *fn, void *arg) MUST_USE;
enum status store_events(struct store *st, uint64_t from, store_event_fn *fn, void *arg) MUST_USE;
/* How many rows of the journal have seq < first or >= next, and the smallest seq among them. */
struct store_outside {
	uint64_t count;
	int64_t first;
};
enum status store_outside(
    struct store *st, uint64_t first, uint64_t next, struct store_outside *out) MUST_USE;
/* Delete rows that the root does not know: seq < first or >= next, and runs that begin outside or
 * whose id is not their first seq. */
enum status store_trim(struct store *st, uint64_t first, uint64_t next) MUST_USE;

/* seen(day, h). has: in any day that was not purged yet, for the purge waits for a full listing. */
enum status store_seen_has(struct store *st, const uint8_t hash[16], int *has) MUST_USE;
enum status store_seen_put(struct store *st, uint32_t today, const uint8_t hash[16]) MUST_USE;
/* Keep today and the SEEN_DAYS - 1 before it. */
enum status store_seen_purge(struct store *st, uint32_t today) MUST_USE;

/* meta(key, value): small numbers that row counts tell anyway. ST_UNKNOWN if there is none. */
enum status store_meta_put(struct store *st, const char *key, uint64_t value) MUST_USE;
enum status store_meta_get(struct store *st, const char *key, uint64_t *value) MUST_USE;

/* recovery(kind, id, blob): copies for the recovery key (crypto/recovery.h). drop: also where there
 * is none. get: ST_UNKNOWN if there is none, ST_TOO_LONG if it is longer than cap. */
enum status store_recovery_put(
    struct store *st, unsigned kind, uint64_t id, const uint8_t *blob, size_t len) MUST_USE;
enum status store_recovery_get(
    struct store *st, unsigned kind, uint64_t id, uint8_t *out, size_t cap, size_t *len) MUST_USE;
enum status store_recovery_drop(struct store *st, unsigned kind, uint64_t id) MUST_USE;
/* By kind, then id; the callback's status other than ST_OK ends the walk and is returned. Rows of
 * another length than RECOVERY_BLOB_MAX allows come with len 0; those of a kind or id that no copy
 * has were planted (no hash holds this table), and are left out. */
typedef enum status store_recovery_fn(
    void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len);
enum status store_recovery_all(struct store *st, store_recovery_fn *fn, void *arg) MUST_USE;

#endif

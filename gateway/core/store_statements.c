/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every statement of the store; prepared once, at its opening. */
#include "gateway/core/store_sql.h"

const char *const store_statements[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_NODE_PUT] = "INSERT INTO state(node, blob) VALUES(?1, ?2)"
		     " ON CONFLICT(node) DO UPDATE SET blob = excluded.blob",
    [SQL_NODE_GET] = "SELECT blob FROM state WHERE node = ?1",
    [SQL_RING_PUT] = "INSERT INTO ring(id, list) VALUES(1, ?1)"
		     " ON CONFLICT(id) DO UPDATE SET list = excluded.list",
    [SQL_RING_GET] = "SELECT list FROM ring WHERE id = 1",
    [SQL_PARK] = "INSERT INTO parked(seq, blob) VALUES(?1, ?2)",
    [SQL_PARK_REPLACE] = "UPDATE parked SET blob = ?2 WHERE seq = ?1",
    [SQL_UNPARK] = "DELETE FROM parked WHERE seq = ?1",
    [SQL_PARKED_FIRST] = "SELECT seq, blob FROM parked ORDER BY seq LIMIT 1",
    [SQL_PARKED_NEXT] = "SELECT seq, blob FROM parked WHERE seq > ?1 ORDER BY seq LIMIT 1",
    [SQL_PARKED_COUNT] = "SELECT count(*) FROM parked",
    [SQL_PARKED_LAST] = "SELECT max(coalesce((SELECT max(seq) FROM parked WHERE seq < ?1), 0), 0,"
			" coalesce((SELECT value FROM meta WHERE key = 'parked_seq'"
			" AND value < ?1), 0))",
    [SQL_PARKED_HAS] = "SELECT 1 FROM parked WHERE seq = ?1",
    [SQL_RUN_PUT] = "INSERT INTO run(id, epoch, first, blob) VALUES(?1, ?2, ?3, ?4)",
    [SQL_RUNS] = "SELECT id, epoch, first, blob FROM run ORDER BY id",
    [SQL_EVENT_PUT] = "INSERT INTO journal(seq, run, blob) VALUES(?1, ?2, ?3)",
    [SQL_EVENTS] = "SELECT seq, run, blob FROM journal WHERE seq >= ?1 ORDER BY seq",
    [SQL_OUTSIDE] = "SELECT count(*), min(seq) FROM journal WHERE seq < ?1 OR seq >= ?2",
    [SQL_TRIM_EVENTS] = "DELETE FROM journal WHERE seq < ?1 OR seq >= ?2",
    [SQL_TRIM_RUNS] = "DELETE FROM run WHERE first < ?1 OR first >= ?2 OR id != first",
    /* One look into each day there is, for the key begins with the day. */
    [SQL_SEEN_HAS] = "WITH RECURSIVE d(day) AS (SELECT min(day) FROM seen UNION ALL"
		     " SELECT (SELECT min(day) FROM seen WHERE day > d.day) FROM d"
		     " WHERE d.day IS NOT NULL)"
		     " SELECT 1 FROM d CROSS JOIN seen ON seen.day = d.day AND seen.h = ?1",
    [SQL_SEEN_PUT] = "INSERT OR IGNORE INTO seen(day, h) VALUES(?1, ?2)",
    [SQL_SEEN_PURGE] = "DELETE FROM seen WHERE day < ?1",
    [SQL_META_PUT] = "INSERT INTO meta(key, value) VALUES(?1, ?2)"
		     " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
    [SQL_META_RAISE] = "INSERT INTO meta(key, value) VALUES(?1, ?2)"
		       " ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)",
    [SQL_META_GET] = "SELECT value FROM meta WHERE key = ?1",
    [SQL_RECOVERY_PUT] = "INSERT OR REPLACE INTO recovery(kind, id, blob) VALUES(?1, ?2, ?3)",
    [SQL_RECOVERY_GET] = "SELECT blob FROM recovery WHERE kind = ?1 AND id = ?2",
    [SQL_RECOVERY_DROP] = "DELETE FROM recovery WHERE kind = ?1 AND id = ?2",
    [SQL_RECOVERY_ALL] =
	"SELECT kind, id, blob FROM recovery WHERE (kind = 1 AND id = 0)"
	" OR (kind = 2 AND id BETWEEN 0 AND 65535) OR (kind = 3 AND id BETWEEN 0 AND 1023)"
	" ORDER BY kind, id",
};

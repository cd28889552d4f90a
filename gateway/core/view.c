/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/mem.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"
#include "sql_view.h"

static const char *const statements[SQL_STATEMENTS] = {
    [SQL_MESSAGE] =
	"INSERT INTO message(seq, proven, arrival, trust, source, class, form, slot, monitor,"
	" generation, n, outcome, fault, review, raw) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
	" ?15, ?9, ?10, ?11, ?12, ?13, ?14)",
    [SQL_REPORT] =
	"INSERT INTO report(id, seq, part, schema, kind, severity, certainty, place, event, lag,"
	" affected, upper, actor, relation, duress, quantity, refers, target, note)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
	" ?19)",
    [SQL_LATEST] = "SELECT max(seq), iif(revoked IS NULL, generation, 255) FROM monitor"
		   " WHERE slot = ?1",
    [SQL_HEARD] =
	"UPDATE monitor SET messages = messages + ?4, chain_messages = chain_messages + ?6,"
	" highest = iif(?6 > 0, max(coalesce(highest, ?2), ?2), highest),"
	" last = max(coalesce(last, ?3), ?3),"
	" last_trust = iif(coalesce(last, ?3) <= ?3, ?5, last_trust)"
	" WHERE slot = ?1 AND revoked IS NULL",
    [SQL_SAID] = "UPDATE monitor SET said_place = ?2, said = ?3, said_trust = ?4"
		 " WHERE slot = ?1 AND revoked IS NULL AND coalesce(said, 0) <= ?3",
    [SQL_MONITOR] =
	"INSERT INTO monitor(seq, slot, generation, pseudonym, language, place, household,"
	" rhythm_days, heartbeat, enrolled, number)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [SQL_REVOKE] =
	"UPDATE monitor SET revoked = ?2, number = NULL WHERE slot = ?1 AND revoked IS NULL",
    [SQL_BOOK] = "INSERT INTO book(seq, which, version, hash, octets) VALUES(?1, ?2, ?3, ?4, ?5)",
    [SQL_SETTING] = "INSERT OR REPLACE INTO setting(key, value, seq, text)"
		    " VALUES(?1, ?2, ?3, ?4)",
    [SQL_VETTED] = "INSERT OR REPLACE INTO vetted(monitor, seq, at, trust, vetted)"
		   " SELECT seq, ?2, ?3, ?4, ?5 FROM monitor WHERE slot = ?1 AND revoked IS NULL",
    [SQL_PLAIN] = "INSERT OR REPLACE INTO plain(monitor, seq, at, allowed, number, reason)"
		  " SELECT seq, ?2, ?3, ?4, ?5, ?6 FROM monitor"
		  " WHERE slot = ?1 AND revoked IS NULL",
    [SQL_OWN] = "INSERT OR REPLACE INTO own(monitor, seq, at, count, places)"
		" SELECT seq, ?2, ?3, ?4, ?5 FROM monitor WHERE slot = ?1 AND revoked IS NULL",
    [SQL_PLAIN_GONE] = "DELETE FROM plain WHERE monitor ="
		       " (SELECT seq FROM monitor WHERE slot = ?1 AND revoked IS NULL)",
    [SQL_OWN_GONE] = "DELETE FROM own WHERE monitor ="
		     " (SELECT seq FROM monitor WHERE slot = ?1 AND revoked IS NULL)",
    [SQL_OWN_OF] = "SELECT o.places FROM monitor m LEFT JOIN own o ON o.monitor = m.seq"
		   " WHERE m.slot = ?1 AND m.revoked IS NULL",
    [SQL_NUMBERS] =
	"SELECT * FROM (SELECT m.slot, coalesce(iif(p.allowed, p.number, NULL), m.number) AS n,"
	" coalesce(p.allowed, 0) FROM monitor m LEFT JOIN plain p ON p.monitor = m.seq"
	" WHERE m.revoked IS NULL ORDER BY m.slot) WHERE n NOT NULL",
    [SQL_MARK] = "INSERT INTO mark(seq, type, hour, cause) VALUES(?1, ?2, ?3, ?4)",
    [SQL_RIGHT] = "INSERT INTO rights(seq, type, act, id, name, at)"
		  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_COORDINATOR_ADD] = "INSERT INTO coordinator(id, name, since) VALUES(?1, ?2, ?3)",
    [SQL_COORDINATOR_REMOVE] = "INSERT INTO coordinator(id, name, removed) VALUES(?1, ?2, ?3)"
			       " ON CONFLICT(id) DO UPDATE SET removed = ?3 WHERE removed IS NULL",
    [SQL_COORDINATOR_ALL_GONE] = "UPDATE coordinator SET removed = ?1 WHERE removed IS NULL",
    [SQL_COORDINATOR_ONLY] =
	"INSERT INTO coordinator(id, name, since) VALUES(?1, ?2, ?3) ON CONFLICT(id)"
	" DO UPDATE SET name = ?2, since = ?3, passphrase = NULL, removed = NULL",
    [SQL_COORDINATOR_PASSPHRASE] =
	"INSERT INTO coordinator(id, name, passphrase) VALUES(?1, ?2, ?3)"
	" ON CONFLICT(id) DO UPDATE SET passphrase = ?3 WHERE removed IS NULL",
    [SQL_COORDINATOR_GET] = "SELECT name, since, passphrase FROM coordinator WHERE id = ?1",
    [SQL_COORDINATOR_LAST] = "SELECT max(id) FROM coordinator",
    [SQL_FAULT] = "INSERT INTO fault(seq, words) VALUES(?1, ?2)",
    [SQL_FAULTS] = "SELECT words FROM fault ORDER BY id LIMIT 1",
    [SQL_BACKUP] = "INSERT INTO backup(seq, at, next) VALUES(?1, ?2, ?3)",
    [SQL_BACKUPS_PAST] = "DELETE FROM backup",
    [SQL_BACKUP_LAST] = "SELECT at FROM backup ORDER BY seq DESC LIMIT 1",
    [SQL_SAVE] = "SAVEPOINT one",
    [SQL_KEEP] = "RELEASE one",
    [SQL_UNDO] = "ROLLBACK TO one",
    [SQL_BEGIN] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_INBOX] =
	"SELECT m.seq, m.arrival, m.outcome, m.fault, m.slot, m.n, m.review, m.raw, o.pseudonym,"
	" r.kind, r.severity, r.certainty, r.place, r.event, r.lag, r.affected, r.actor,"
	" r.relation, r.duress, r.quantity, r.refers, r.target, r.note, m.proven, m.trust, "
	"m.generation, r.schema, m.source, m.class, r.upper, o.place"
	" FROM message m LEFT JOIN report r ON r.id = ?2"
	" LEFT JOIN monitor o ON o.seq = m.monitor"
	" WHERE m.seq = ?1",
    [SQL_MEANT] = "SELECT event, affected, quantity, upper, actor FROM report WHERE id = ?1",
    [SQL_ROSTER] =
	"SELECT m.slot, m.place, m.household, m.rhythm_days, m.revoked, m.messages, m.highest,"
	" m.enrolled, m.last, m.pseudonym, m.language, m.seq, m.chain_messages, m.lost,"
	" m.generation, m.waiting, m.last_trust, m.number NOT NULL OR p.number NOT NULL,"
	" m.said_place, m.said, v.vetted, v.at, p.allowed, p.reason, o.count"
	" FROM monitor m LEFT JOIN vetted v ON v.monitor = m.seq"
	" LEFT JOIN plain p ON p.monitor = m.seq LEFT JOIN own o ON o.monitor = m.seq"
	" WHERE (?1 = '' OR m.pseudonym = ?1) AND m.seq > ?2 ORDER BY m.seq LIMIT ?3",
    [SQL_SLOT_OF] = "SELECT slot FROM monitor WHERE pseudonym = ?1 AND revoked IS NULL",
    [SQL_LISTED] =
	"SELECT seq, arrival, trust, outcome, monitor, generation, n, proven, class, source"
	" FROM message WHERE seq > ?1 ORDER BY seq",
    [SQL_LISTED_REPORTS] = "SELECT id, kind, severity, certainty, place, duress, relation, refers"
			   " FROM report WHERE id >= ?1 ORDER BY id",
    [SQL_WHO] = "SELECT seq FROM monitor WHERE pseudonym = ?1 COLLATE NOCASE",
    [SQL_REFUSED] =
	"SELECT sum(n), max(hour) FROM (SELECT count(*) AS n, max(hour) AS hour FROM mark"
	" WHERE type = 12 AND seq > coalesce((SELECT seq FROM origin), 0)"
	" UNION ALL SELECT refused, refused_hour FROM origin)",
    [SQL_BOOK_PAST] = "UPDATE book SET octets = zeroblob(0) WHERE which = 1 AND seq <"
		      " (SELECT max(seq) FROM book WHERE which = 1)",
    [SQL_BASE] = "INSERT INTO base(seq, epoch, at, trust, items) VALUES(?1, ?2, ?3, ?4, ?5)",
    [SQL_BASES] = "SELECT seq FROM base ORDER BY seq",
    [SQL_BASE_OF] = "SELECT max(trust) FROM base WHERE epoch = ?1",
    [SQL_ORIGIN] = "INSERT INTO origin(seq) VALUES(?1)",
    [SQL_ORIGIN_REFUSED] = "UPDATE origin SET refused = ?1, refused_hour = ?2",
    [SQL_COUNTERS] =
	"UPDATE monitor SET revoked = ?2, messages = ?3, highest = ?4, last = ?5, last_trust = ?6,"
	" chain_messages = ?7, lost = ?8, waiting = ?9, said_place = ?10, said = ?11,"
	" said_trust = ?12 WHERE seq = ?1",
    [SQL_TALLY] = "INSERT INTO tally(week, kind, place, count) VALUES(?1, ?2, ?3, ?4)",
    [SQL_JOIN] = "UPDATE message SET monitor = (SELECT max(o.seq) FROM monitor o"
		 " WHERE o.slot = message.slot AND o.seq < message.seq) WHERE seq < ?1",
    [SQL_DROPPED] = "INSERT INTO dropped(seq, at, epoch, first) VALUES(?1, ?2, ?3, ?4)",
    [SQL_CARRY_SETTING] = "SELECT seq, key, value, text FROM setting ORDER BY seq",
    [SQL_CARRY_BOOK] = "SELECT seq, which, version, hash, octets FROM book ORDER BY seq",
    [SQL_CARRY_MONITOR] =
	"SELECT seq, slot, generation, pseudonym, language, place, household, rhythm_days,"
	" heartbeat, enrolled, revoked, messages, highest, last, last_trust, chain_messages, lost,"
	" waiting, number, said_place, said, said_trust FROM monitor ORDER BY seq",
    [SQL_CARRY_VETTED] = "SELECT seq, at, trust, vetted FROM vetted WHERE monitor = ?1",
    [SQL_CARRY_PLAIN] = "SELECT seq, at, allowed, number, reason FROM plain WHERE monitor = ?1",
    [SQL_CARRY_OWN] = "SELECT seq, at, places FROM own WHERE monitor = ?1",
    [SQL_CARRY_RIGHT] = "SELECT seq, type, act, id, name, at FROM rights ORDER BY seq",
    [SQL_CARRY_BACKUP] = "SELECT seq, at, next FROM backup ORDER BY seq DESC LIMIT 1",
    [SQL_CARRY_TALLY] = "SELECT week, kind, place, count FROM counted WHERE week >= ?1",
    [SQL_RENEW] = "UPDATE monitor SET waiting = ?2 WHERE slot = ?1 AND revoked IS NULL"
		  " AND coalesce(waiting, generation) < ?2",
    [SQL_SWITCH] =
	"UPDATE monitor SET lost = lost + max(coalesce(highest + 1, 0) - chain_messages, 0),"
	" chain_messages = 0, highest = NULL, waiting = NULL, generation = ?2"
	" WHERE slot = ?1 AND revoked IS NULL AND generation < ?2",
    [SQL_FOUND] =
	"UPDATE message SET outcome = 14, raw = zeroblob(0) WHERE seq = ?1 AND outcome = 3",
    [SQL_QUEUED] = "INSERT INTO outbox(seq, at, trust, slot, kind, again, text)"
		   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_SENT] = "UPDATE outbox SET state = ?2, code = ?3, state_at = ?4, state_trust = ?5"
		 " WHERE seq = ?1 AND (state IS NULL OR (state = 3 AND ?2 IN (4, 5)))",
    [SQL_OUTBOX] =
	"SELECT o.seq, o.at, o.trust, o.slot, o.text, o.state, o.code, o.state_at, o.state_trust,"
	" m.pseudonym, m.revoked IS NULL AND m.number NOT NULL AND o.kind = 1, o.kind FROM outbox o"
	" LEFT JOIN monitor m ON m.seq = (SELECT max(p.seq) FROM monitor p"
	" WHERE p.slot = o.slot AND p.seq < o.seq)"
	" WHERE o.seq BETWEEN ?1 AND ?2 ORDER BY o.seq DESC LIMIT ?3",
    [SQL_NUMBER_OF] = "SELECT number FROM monitor WHERE slot = ?1 AND revoked IS NULL",
    [SQL_WRITERS] =
	"SELECT o.seq, o.pseudonym, l.seq, l.schema FROM monitor o LEFT JOIN"
	" (SELECT m.monitor AS monitor, max(m.seq) AS seq, r.schema AS schema FROM message m"
	" JOIN report r ON r.seq = m.seq WHERE r.kind > 0 AND m.outcome <> 13 AND m.class = 1"
	" AND r.relation NOT IN (5, 7, 8)"
	" GROUP BY m.monitor) l ON l.monitor = o.seq WHERE o.revoked IS NULL ORDER BY o.seq",
    [SQL_NUMBERS_GO] = "UPDATE monitor SET number = NULL WHERE number NOT NULL",
    [SQL_PLAIN_NUMBERS_GO] = "UPDATE plain SET number = NULL WHERE number NOT NULL",
    [SQL_UNOPENED] = "SELECT seq, arrival, trust, raw FROM message"
		     " WHERE seq BETWEEN ?1 AND ?2 AND class = 1 AND outcome = 3 ORDER BY seq",
};

sqlite3 *
view_db(struct view *v)
{
	return v->db;
}

sqlite3_stmt *
view_statement(struct view *v, enum view_statement which)
{
	sqlite3_stmt *s = v->stmt[which];

	(void)sqlite3_reset(s); /* repeats the last error, which was handled */
	return s;
}

int
view_run(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s); /* what was bound may go */
	return rc;
}

enum status
view_new(struct view **out)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return ST_MEMORY;
	if (sqlite3_open_v2(":memory:", &v->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(v->db,
		"PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON;",
		NULL, NULL, NULL) != SQLITE_OK ||
	    view_acts_offer(v) != ST_OK ||
	    sqlite3_exec(v->db, sql_view, NULL, NULL, NULL) != SQLITE_OK)
		goto failed;
	for (size_t i = 0; i < SQL_STATEMENTS; i++)
		if (sqlite3_prepare_v3(v->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
			&v->stmt[i], NULL) != SQLITE_OK)
			goto failed;
	view_list_watch(v);
	*out = v;
	return ST_OK;
failed:
	assert(
	    sqlite3_errcode(v->db) == SQLITE_NOMEM); /* our own SQL: anything else is a mistake */
	view_free(v);
	return ST_MEMORY;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < SQL_STATEMENTS; i++)
		(void)sqlite3_finalize(v->stmt[i]); /* repeats an error that was handled */
	view_list_free(v);
	(void)sqlite3_close(v->db);
	sodium_memzero(v, sizeof(*v)); /* who was heard, and how often */
	free(v);
	mem_trim();
}

/* Inside the savepoint. words gets the reason when it is not SQLITE_DONE. */
static int
apply_inside(struct view *v, const struct view_event *ev, char *words, size_t words_len)
{
	view_applier *apply = view_applier_of(ev->type);
	int rc;

	if (apply == NULL || ev->version > event_version(ev->type)) {
		(void)snprintf(words, words_len,
		    "event %llu is of type %u version %u, which this program does not know: kept, "
		    "unread",
		    (unsigned long long)ev->seq, ev->type, ev->version);
		return VIEW_DAMAGED;
	}
	if (!ev->proven && ev->type != EVENT_RECEIVED) {
		(void)snprintf(words, words_len, "event %llu stands in a damaged run: not applied",
		    (unsigned long long)ev->seq);
		return VIEW_DAMAGED;
	}
	rc = apply(v, ev);
	if (rc == VIEW_DAMAGED)
		(void)snprintf(words, words_len, "event %llu does not read as an event of its type",
		    (unsigned long long)ev->seq);
	else if (rc != SQLITE_DONE)
		(void)snprintf(words, words_len, "event %llu breaks a rule of the view: %s",
		    (unsigned long long)ev->seq, sqlite3_errmsg(v->db));
	return rc;
}

static void
undo(struct view *v)
{
	(void)view_run(view_statement(v, SQL_UNDO)); /* in memory: cannot fail */
	(void)view_run(view_statement(v, SQL_KEEP));
}

/* A message: it comes by the hundred thousand, and a savepoint costs as much as its rows. */
static enum status
apply_message(struct view *v, const struct view_event *ev)
{
	char words[200];
	int rc = apply_inside(v, ev, words, sizeof(words));

	if (rc == SQLITE_DONE && !v->folding)
		rc = view_heard_flush(v);
	if (rc == SQLITE_DONE)
		return ST_OK;
	return rc == SQLITE_NOMEM ? ST_MEMORY : view_fault(v, ev->seq, words);
}

/* Marks come with each of a thousand runs, and know nothing of monitors. */
static int
leaves_monitors_alone(unsigned type)
{
	return type == EVENT_ARMED || type == EVENT_OPENED || type == EVENT_LOCKED ||
	       type == EVENT_REFUSED || type == EVENT_CLOCK || type == EVENT_QUEUED ||
	       type == EVENT_SENT;
}

enum status
view_apply(struct view *v, const struct view_event *ev)
{
	char words[200];
	int rc;

	if (ev->type == EVENT_RECEIVED)
		return apply_message(v, ev);
	if (!leaves_monitors_alone(ev->type) && view_heard_flush(v) != SQLITE_DONE)
		return ST_MEMORY;
	if (view_run(view_statement(v, SQL_SAVE)) != SQLITE_DONE)
		return ST_MEMORY;
	rc = apply_inside(v, ev, words, sizeof(words));
	if (rc == SQLITE_DONE)
		return view_run(view_statement(v, SQL_KEEP)) == SQLITE_DONE ? ST_OK : ST_MEMORY;
	undo(v);
	if (rc == SQLITE_NOMEM)
		return ST_MEMORY;
	return view_fault(v, ev->seq, words);
}

enum status
view_fold_begin(struct view *v)
{
	v->folding = 1;
	return view_run(view_statement(v, SQL_BEGIN)) == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

enum status
view_fold_end(struct view *v)
{
	v->folding = 0;
	if (view_heard_flush(v) != SQLITE_DONE)
		return ST_MEMORY;
	if (view_run(view_statement(v, SQL_COMMIT)) != SQLITE_DONE)
		return ST_MEMORY;
	return view_list_refresh(v);
}

enum status
view_try(struct view *v, const struct view_event *ev, char *words, size_t words_len)
{
	int rc;

	if (view_run(view_statement(v, SQL_SAVE)) != SQLITE_DONE)
		return ST_MEMORY;
	rc = apply_inside(v, ev, words, words_len);
	undo(v);
	memset(v->heard, 0, sizeof(v->heard)); /* of what was only tried */
	v->heard_some = 0;
	if (rc == SQLITE_DONE)
		return ST_OK;
	if (rc == SQLITE_NOMEM)
		return ST_MEMORY;
	return rc == VIEW_DAMAGED                 ? ST_DAMAGED
	       : (rc & 0xff) == SQLITE_CONSTRAINT ? ST_EXISTS
						  : ST_RANGE;
}

enum status
view_fault(struct view *v, uint64_t seq, const char *words)
{
	sqlite3_stmt *s = view_statement(v, SQL_FAULT);

	v->faults++;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	(void)sqlite3_bind_text(s, 2, words, -1, SQLITE_TRANSIENT);
	return view_run(s) == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

uint64_t
view_faults(struct view *v, char *words, size_t words_len)
{
	sqlite3_stmt *s = view_statement(v, SQL_FAULTS);

	if (words_len > 0)
		words[0] = '\0';
	if (sqlite3_step(s) == SQLITE_ROW)
		(void)snprintf(words, words_len, "%s", (const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_reset(s);
	return v->faults;
}

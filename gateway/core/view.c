/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/mem.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/note.h"
#include "reporting/report/record.h"
#include "sql_view.h"

static const char *const statements[SQL_STATEMENTS] = {
    [SQL_MESSAGE] =
	"INSERT INTO message(seq, proven, arrival, trust, source, class, form, slot, monitor,"
	" generation, n, outcome, fault, review, raw) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
	" (SELECT max(seq) FROM monitor WHERE slot = ?8), ?9, ?10, ?11, ?12, ?13, ?14)",
    [SQL_REPORT] =
	"INSERT INTO report(seq, schema, kind, severity, certainty, place, event, lag, affected,"
	" actor, relation, duress, quantity, refers, target, note)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [SQL_HEARD] =
	"UPDATE monitor SET messages = messages + 1, highest = max(coalesce(highest, ?2), ?2),"
	" last = max(coalesce(last, ?3), ?3) WHERE slot = ?1 AND revoked IS NULL",
    [SQL_MONITOR] =
	"INSERT INTO monitor(seq, slot, generation, pseudonym, language, place, household,"
	" rhythm_days, heartbeat, enrolled) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SQL_REVOKE] = "UPDATE monitor SET revoked = ?2 WHERE slot = ?1 AND revoked IS NULL",
    [SQL_BOOK] = "INSERT INTO book(seq, which, version, hash) VALUES(?1, ?2, ?3, ?4)",
    [SQL_SETTING] = "INSERT OR REPLACE INTO setting(key, value, seq) VALUES(?1, ?2, ?3)",
    [SQL_MARK] = "INSERT INTO mark(seq, type, hour, cause) VALUES(?1, ?2, ?3, ?4)",
    [SQL_FAULT] = "INSERT INTO fault(seq, words) VALUES(?1, ?2)",
    [SQL_FAULTS] = "SELECT words FROM fault ORDER BY id LIMIT 1",
    [SQL_SAVE] = "SAVEPOINT one",
    [SQL_KEEP] = "RELEASE one",
    [SQL_UNDO] = "ROLLBACK TO one",
    [SQL_INBOX] =
	"SELECT m.seq, m.arrival, m.outcome, m.fault, m.slot, m.n, m.review, m.raw, o.pseudonym,"
	" r.kind, r.severity, r.certainty, r.place, r.event, r.lag, r.affected, r.actor,"
	" r.relation, r.duress, r.quantity, r.refers, r.target, r.note, m.proven, m.trust"
	" FROM message m LEFT JOIN report r ON r.seq = m.seq"
	" LEFT JOIN monitor o ON o.seq = m.monitor"
	" WHERE m.seq < ?1 AND (?2 = 0 OR (?2 = 1) = (m.outcome = 1))"
	" ORDER BY m.seq DESC LIMIT ?3",
    [SQL_ROSTER] =
	"SELECT slot, place, household, rhythm_days, revoked, messages, highest, enrolled, last,"
	" pseudonym, language, seq FROM monitor"
	" WHERE (?1 = '' OR pseudonym = ?1) AND seq > ?2 ORDER BY seq LIMIT ?3",
    [SQL_SLOT_OF] = "SELECT slot FROM monitor WHERE pseudonym = ?1 AND revoked IS NULL",
    [SQL_UNREAD] = "SELECT count(*) FROM message WHERE outcome <> 1",
    [SQL_REFUSED] = "SELECT count(*), max(hour) FROM mark WHERE type = 12",
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
	(void)sqlite3_clear_bindings(s);
	return s;
}

int
view_run(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s);
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
	    sqlite3_exec(v->db, sql_view, NULL, NULL, NULL) != SQLITE_OK)
		goto failed;
	for (size_t i = 0; i < SQL_STATEMENTS; i++)
		if (sqlite3_prepare_v3(v->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
			&v->stmt[i], NULL) != SQLITE_OK)
			goto failed;
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
	(void)sqlite3_close(v->db);
	free(v);
	mem_trim();
}

/* Each apply_ function: SQLITE_DONE, or SQLITE_CONSTRAINT and the like; DAMAGED_BODY. */
#define DAMAGED_BODY (-1)

static int
apply_report(struct view *v, uint64_t seq, const struct event_received *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_REPORT);
	struct record r;
	struct note note;

	if (record_unpack(e->record, &r) != ST_OK)
		return DAMAGED_BODY;
	note_read(&r, e->note, &note);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	const uint32_t columns[] = {r.schema, r.kind, r.severity, r.certainty, r.place, r.event,
	    r.lag, r.affected, r.actor, r.relation, r.duress, r.quantity, note.ref};
	for (int i = 0; i < (int)(sizeof(columns) / sizeof(columns[0])); i++)
		(void)sqlite3_bind_int64(s, i + 2, columns[i]);
	if (r.event == RECORD_EVENT_NONE)
		(void)sqlite3_bind_null(s, 7);
	if (!relation_rule(r.relation)->refers)
		(void)sqlite3_bind_null(s, 14);
	(void)sqlite3_bind_text(s, 15, note.target, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(s, 16, note.text, -1, SQLITE_TRANSIENT);
	return view_run(s);
}

static int
apply_heard(struct view *v, const struct event_received *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_HEARD);

	(void)sqlite3_bind_int64(s, 1, e->slot);
	(void)sqlite3_bind_int64(s, 2, e->n);
	(void)sqlite3_bind_int64(s, 3, e->arrival);
	return view_run(s);
}

static int
apply_received(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MESSAGE);
	struct event_received e;
	int rc;

	if (event_received_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	const int64_t columns[] = {(int64_t)ev->seq, ev->proven, e.arrival, e.trust, e.source,
	    e.class, e.form, e.slot, e.generation, e.n, e.outcome, e.fault, e.review};
	for (int i = 0; i < (int)(sizeof(columns) / sizeof(columns[0])); i++)
		(void)sqlite3_bind_int64(s, i + 1, columns[i]);
	if (e.slot == EVENT_SLOT_NONE)
		(void)sqlite3_bind_null(s, 8);
	(void)sqlite3_bind_blob(s, 14, e.raw, e.raw_len, SQLITE_STATIC);
	if (e.raw_len == 0)
		(void)sqlite3_bind_zeroblob(s, 14, 0);
	rc = view_run(s);
	(void)sqlite3_clear_bindings(s); /* e goes */
	if (rc == SQLITE_DONE && e.has_record)
		rc = apply_report(v, ev->seq, &e);
	if (rc == SQLITE_DONE && e.slot != EVENT_SLOT_NONE && e.has_record)
		rc = apply_heard(v, &e);
	return rc;
}

static int
apply_enrolled(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MONITOR);
	struct event_enrolled e;

	if (event_enrolled_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, e.slot);
	(void)sqlite3_bind_int(s, 3, e.generation);
	(void)sqlite3_bind_text(s, 4, e.pseudonym, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(s, 5, e.language, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int(s, 6, e.place);
	(void)sqlite3_bind_int(s, 7, e.household);
	(void)sqlite3_bind_int(s, 8, e.rhythm_days);
	(void)sqlite3_bind_int(s, 9, e.heartbeat);
	(void)sqlite3_bind_int64(s, 10, e.at);
	return view_run(s);
}

static int
apply_revoked(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_REVOKE);
	struct event_revoked e;
	int rc;

	if (event_revoked_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	(void)sqlite3_bind_int(s, 1, e.slot);
	(void)sqlite3_bind_int64(s, 2, e.at);
	rc = view_run(s);
	return rc == SQLITE_DONE && sqlite3_changes(v->db) != 1 ? SQLITE_CONSTRAINT : rc;
}

static int
apply_book(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_BOOK);
	struct event_book e;

	if (event_book_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type == EVENT_PLACES);
	(void)sqlite3_bind_int64(s, 3, e.version);
	(void)sqlite3_bind_blob(s, 4, e.hash, sizeof(e.hash), SQLITE_TRANSIENT);
	return view_run(s);
}

static int
apply_setting(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_SETTING);
	struct event_setting e;

	if (event_setting_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	(void)sqlite3_bind_int(s, 1, e.key);
	(void)sqlite3_bind_int64(s, 2, e.value);
	(void)sqlite3_bind_int64(s, 3, (sqlite3_int64)ev->seq);
	return view_run(s);
}

static int
apply_mark(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MARK);
	struct event_mark e;

	if (event_mark_decode(ev->body, ev->len, &e) != ST_OK)
		return DAMAGED_BODY;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type);
	(void)sqlite3_bind_int64(s, 3, e.hour);
	(void)sqlite3_bind_int(s, 4, e.cause);
	return view_run(s);
}

/* The ring is checked where the secrets are: the view keeps nothing of it. */
static int
apply_nothing(struct view *v, const struct view_event *ev)
{
	(void)v;
	return ev->len == EVENT_RING_LEN ? SQLITE_DONE : DAMAGED_BODY;
}

static const struct {
	uint8_t type;
	int (*apply)(struct view *, const struct view_event *);
} appliers[] = {
    {EVENT_RECEIVED, apply_received},
    {EVENT_ENROLLED, apply_enrolled},
    {EVENT_REVOKED, apply_revoked},
    {EVENT_CODEBOOK, apply_book},
    {EVENT_PLACES, apply_book},
    {EVENT_SETTING, apply_setting},
    {EVENT_RING, apply_nothing},
    {EVENT_ARMED, apply_mark},
    {EVENT_OPENED, apply_mark},
    {EVENT_LOCKED, apply_mark},
    {EVENT_REFUSED, apply_mark},
};

/* Inside the savepoint. words gets the reason when it is not SQLITE_DONE. */
static int
apply_inside(struct view *v, const struct view_event *ev, char *words, size_t words_len)
{
	int rc = DAMAGED_BODY;
	size_t i;

	for (i = 0; i < sizeof(appliers) / sizeof(appliers[0]); i++)
		if (appliers[i].type == ev->type)
			break;
	if (i == sizeof(appliers) / sizeof(appliers[0]) || ev->version > event_version(ev->type)) {
		(void)snprintf(words, words_len,
		    "event %llu is of type %u version %u, which this program does not know: kept, "
		    "unread",
		    (unsigned long long)ev->seq, ev->type, ev->version);
		return DAMAGED_BODY;
	}
	if (!ev->proven && ev->type != EVENT_RECEIVED) {
		(void)snprintf(words, words_len, "event %llu stands in a damaged run: not applied",
		    (unsigned long long)ev->seq);
		return DAMAGED_BODY;
	}
	rc = appliers[i].apply(v, ev);
	if (rc == DAMAGED_BODY)
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

enum status
view_apply(struct view *v, const struct view_event *ev)
{
	char words[200];
	int rc;

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
view_try(struct view *v, const struct view_event *ev, char *words, size_t words_len)
{
	int rc;

	if (view_run(view_statement(v, SQL_SAVE)) != SQLITE_DONE)
		return ST_MEMORY;
	rc = apply_inside(v, ev, words, words_len);
	undo(v);
	if (rc == SQLITE_DONE)
		return ST_OK;
	if (rc == SQLITE_NOMEM)
		return ST_MEMORY;
	return rc == DAMAGED_BODY                 ? ST_DAMAGED
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

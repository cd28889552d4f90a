/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each event changes in the view. */
#include "gateway/core/view_apply.h"

#include <sodium.h>

#include "gateway/core/events.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/note.h"
#include "reporting/report/record.h"

static int
apply_report(struct view *v, uint64_t seq, const struct event_report *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_REPORT);
	struct record r;
	struct note note;

	if (record_unpack(e->record, &r) != ST_OK)
		return VIEW_DAMAGED;
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
	(void)sqlite3_bind_text(s, 15, note.target, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 16, note.text, -1, SQLITE_STATIC);
	return view_run(s);
}

static int
apply_received(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MESSAGE);
	struct event_received e;
	uint64_t monitor;
	int rc;

	v->half = 0;
	if (event_received_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	const int64_t columns[] = {(int64_t)ev->seq, ev->proven, e.arrival, e.trust, e.source,
	    e.class, e.form, e.slot, e.generation, e.n, e.outcome, e.fault, e.review};
	for (int i = 0; i < (int)(sizeof(columns) / sizeof(columns[0])); i++)
		(void)sqlite3_bind_int64(s, i + 1, columns[i]);
	if (e.slot == EVENT_SLOT_NONE)
		(void)sqlite3_bind_null(s, 8);
	else if ((rc = view_heard_monitor(v, e.slot, &monitor)) == SQLITE_ROW)
		(void)sqlite3_bind_int64(s, 15, (sqlite3_int64)monitor);
	else if (rc != SQLITE_DONE)
		return rc;
	(void)sqlite3_bind_blob(s, 14, e.raw, e.raw_len, SQLITE_STATIC);
	if (e.raw_len == 0)
		(void)sqlite3_bind_zeroblob(s, 14, 0);
	rc = view_run(s);
	if (rc == SQLITE_DONE && e.reports > 0) {
		rc = apply_report(v, ev->seq, &e.report[0]);
		v->half = rc != SQLITE_DONE;
	}
	if (!ev->proven) /* it is shown, and moves nobody */
		return rc;
	if (rc == SQLITE_DONE && e.generation > 0 && event_received_opened(&e))
		rc = view_heard_switch(v, e.slot, e.generation);
	if (rc == SQLITE_DONE && e.slot != EVENT_SLOT_NONE && e.reports > 0)
		view_heard_note(v, &e);
	return rc;
}

static int
apply_enrolled(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MONITOR);
	struct event_enrolled e;
	int rc;

	if (event_enrolled_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
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
	if (e.number[0] != '\0')
		(void)sqlite3_bind_text(s, 11, e.number, -1, SQLITE_STATIC);
	rc = view_run(s);
	sodium_memzero(&e, sizeof(e));
	return rc;
}

static int
apply_revoked(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_REVOKE);
	struct event_revoked e;
	int rc;

	if (event_revoked_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
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
	int rc;

	if (event_book_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type == EVENT_PLACES);
	(void)sqlite3_bind_int64(s, 3, e.version);
	(void)sqlite3_bind_blob(s, 4, e.hash, sizeof(e.hash), SQLITE_TRANSIENT);
	(void)sqlite3_bind_zeroblob(s, 5, 0);
	if (e.len > 0)
		(void)sqlite3_bind_blob64(s, 5, e.octets, e.len, SQLITE_STATIC);
	rc = view_run(s);
	(void)sqlite3_clear_bindings(s); /* the body goes */
	if (rc != SQLITE_DONE || ev->type == EVENT_CODEBOOK)
		return rc; /* a codebook decodes for ever */
	return view_run(view_statement(v, SQL_BOOK_PAST));
}

static int
apply_setting(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_SETTING);
	struct event_setting e;
	int rc;

	if (event_setting_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int(s, 1, e.key);
	(void)sqlite3_bind_int64(s, 2, e.value);
	(void)sqlite3_bind_int64(s, 3, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_text(s, 4, e.text, -1, SQLITE_TRANSIENT);
	if ((rc = view_run(s)) != SQLITE_DONE)
		return rc;
	return e.key == SETTING_KEEP_NUMBERS || e.key == SETTING_POSTURE ? view_settle_numbers(v)
									 : rc;
}

static int
apply_mark(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MARK);
	struct event_mark e;

	if (event_mark_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type);
	(void)sqlite3_bind_int64(s, 3, e.hour);
	(void)sqlite3_bind_int(s, 4, e.cause);
	return view_run(s);
}

/* Among the marks, with how it was confirmed as cause. */
static int
apply_clock(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_MARK);
	struct event_clock e;

	if (event_clock_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type);
	(void)sqlite3_bind_int64(s, 3, e.at / 4);
	(void)sqlite3_bind_int(s, 4, e.how);
	return view_run(s);
}

/* The ring is checked where the secrets are: the view keeps nothing of it. */
static int
apply_nothing(struct view *v, const struct view_event *ev)
{
	(void)v;
	return ev->len == EVENT_RING_LEN ? SQLITE_DONE : VIEW_DAMAGED;
}

static const struct {
	uint8_t type;
	view_applier *apply;
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
    {EVENT_QUEUED, view_apply_queued},
    {EVENT_SENT, view_apply_sent},
    {EVENT_BACKED_UP, view_apply_backed_up},
    {EVENT_CARRIED, view_apply_carried},
    {EVENT_DROPPED, view_apply_dropped},
    {EVENT_COORDINATOR, view_apply_coordinator},
    {EVENT_RECOVERED, view_apply_recovered},
    {EVENT_CLOCK, apply_clock},
    {EVENT_RENEWED, view_apply_renewed},
    {EVENT_SCANNED, view_apply_scanned},
};

view_applier *
view_applier_of(unsigned type)
{
	for (size_t i = 0; i < sizeof(appliers) / sizeof(appliers[0]); i++)
		if (appliers[i].type == type)
			return appliers[i].apply;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each event changes in the view. */
#include "gateway/core/view_apply.h"

#include <sodium.h>

#include "gateway/core/events.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/note.h"
#include "reporting/report/record.h"

/* The number of the message that a report means; VIEW_REFERS_NONE. */
static uint64_t
refers(const struct event_received *e, const struct event_report *report, const struct record *r,
    const struct note *note)
{
	uint64_t meant;

	if (!relation_rule(r->relation)->refers)
		return VIEW_REFERS_NONE;
	if (e->class == 0)
		return report->refers == 0 ? VIEW_REFERS_NONE : report->refers;
	return note_resolve(note->ref, e->n, &meant) ? meant : VIEW_REFERS_NONE;
}

static int
apply_report(struct view *v, uint64_t seq, const struct event_received *e, unsigned part,
    const struct record *r)
{
	sqlite3_stmt *s = view_statement(v, SQL_REPORT);
	const struct event_report *report = &e->report[part];
	struct note note;
	uint64_t meant;

	note_read(r, report->note, &note);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq * VIEW_PARTS + part);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)seq);
	const uint32_t columns[] = {part, r->schema, r->kind, r->severity, r->certainty, r->place,
	    r->event, r->lag, r->affected, report->upper, r->actor, r->relation, r->duress,
	    r->quantity};
	for (int i = 0; i < (int)(sizeof(columns) / sizeof(columns[0])); i++)
		(void)sqlite3_bind_int64(s, i + 3, columns[i]);
	if (r->event == RECORD_EVENT_NONE)
		(void)sqlite3_bind_null(s, 9);
	if ((meant = refers(e, report, r, &note)) != VIEW_REFERS_NONE)
		(void)sqlite3_bind_int64(s, 17, (sqlite3_int64)meant);
	(void)sqlite3_bind_text(s, 18, note.target, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 19, note.text, -1, SQLITE_STATIC);
	return view_run(s);
}

static int
apply_message(struct view *v, const struct view_event *ev, const struct event_received *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_MESSAGE);
	const int64_t columns[] = {(int64_t)ev->seq, ev->proven, e->arrival, e->trust, e->source,
	    e->class, e->form, e->slot, e->generation, e->n, e->outcome, e->fault, e->review};
	uint64_t monitor;
	int rc;

	for (int i = 0; i < (int)(sizeof(columns) / sizeof(columns[0])); i++)
		(void)sqlite3_bind_int64(s, i + 1, columns[i]);
	if (e->slot == EVENT_SLOT_NONE)
		(void)sqlite3_bind_null(s, 8);
	else if ((rc = view_heard_monitor(v, e->slot, &monitor)) == SQLITE_ROW)
		(void)sqlite3_bind_int64(s, 15, (sqlite3_int64)monitor);
	else if (rc != SQLITE_DONE)
		return rc;
	(void)sqlite3_bind_blob(s, 14, e->raw, e->raw_len, SQLITE_STATIC);
	if (e->raw_len == 0)
		(void)sqlite3_bind_zeroblob(s, 14, 0);
	return view_run(s);
}

/* Nothing but its seq can break a rule once its records are read. */
static int
apply_received(struct view *v, const struct view_event *ev)
{
	struct event_received e;
	struct record r[REPORTS_MAX];
	int rc;

	if (event_received_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	for (unsigned i = 0; i < e.reports; i++)
		if (record_unpack(e.report[i].record, &r[i]) != ST_OK)
			return VIEW_DAMAGED;
	rc = apply_message(v, ev, &e);
	for (unsigned i = 0; i < e.reports && rc == SQLITE_DONE; i++)
		rc = apply_report(v, ev->seq, &e, i, &r[i]);
	if (!ev->proven) /* it is shown, and moves nobody */
		return rc;
	if (rc == SQLITE_DONE && e.generation > 0 && event_received_opened(&e))
		rc = view_heard_switch(v, e.slot, e.generation);
	if (rc == SQLITE_DONE && e.slot != EVENT_SLOT_NONE && e.reports > 0)
		view_heard_note(v, &e);
	for (unsigned i = 0; i < e.reports && rc == SQLITE_DONE; i++)
		if (r[i].relation == RELATION_PLACE_CONFIRM && r[i].place != 0 &&
		    e.outcome == OUTCOME_ACCEPTED)
			rc = view_heard_said(v, &e, (uint16_t)r[i].place);
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
	if ((rc = view_monitor_goes(v, e.slot)) != SQLITE_DONE)
		return rc;
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
    {EVENT_VETTED, view_apply_vetted},
    {EVENT_PLAIN_ALLOWED, view_apply_plain_allowed},
    {EVENT_OWN_PLACES, view_apply_own_places},
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Coordinators in the view. */
#include <stdio.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"
#include "schemas/messages.h"

static int
note_right(struct view *v, const struct view_event *ev, unsigned act, uint32_t id, const char *name,
    uint32_t at)
{
	sqlite3_stmt *s = view_statement(v, SQL_RIGHT);

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int(s, 2, ev->type);
	(void)sqlite3_bind_int(s, 3, (int)act);
	(void)sqlite3_bind_int64(s, 4, id);
	(void)sqlite3_bind_text(s, 5, name, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(s, 6, at);
	return view_run(s);
}

static int
apply_person(struct view *v, enum view_statement which, const struct event_coordinator *e)
{
	sqlite3_stmt *s = view_statement(v, which);
	int rc;

	(void)sqlite3_bind_int64(s, 1, e->id);
	(void)sqlite3_bind_text(s, 2, e->name, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(s, 3, e->at);
	rc = view_run(s);
	return rc == SQLITE_DONE && sqlite3_changes(v->db) != 1 ? SQLITE_CONSTRAINT : rc;
}

int
view_apply_coordinator(struct view *v, const struct view_event *ev)
{
	struct event_coordinator e;
	int rc = SQLITE_DONE;

	if (event_coordinator_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	if (e.act == COORDINATOR_ADD)
		rc = apply_person(v, SQL_COORDINATOR_ADD, &e);
	else if (e.act == COORDINATOR_REMOVE)
		rc = apply_person(v, SQL_COORDINATOR_REMOVE, &e);
	else if (e.act == COORDINATOR_PASSPHRASE)
		rc = apply_person(v, SQL_COORDINATOR_PASSPHRASE, &e);
	return rc == SQLITE_DONE ? note_right(v, ev, e.act, e.id, e.name, e.at) : rc;
}

/* Restored: those before are gone. */
static int
start_anew(struct view *v, const struct event_recovered *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_COORDINATOR_ALL_GONE);
	int rc;

	(void)sqlite3_bind_int64(s, 1, e->at);
	if ((rc = view_run(s)) != SQLITE_DONE)
		return rc;
	/* An old backup says nothing of the new incarnation. */
	if ((rc = view_run(view_statement(v, SQL_BACKUPS_PAST))) != SQLITE_DONE)
		return rc;
	s = view_statement(v, SQL_COORDINATOR_ONLY);
	(void)sqlite3_bind_int64(s, 1, e->id);
	(void)sqlite3_bind_text(s, 2, e->name, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(s, 3, e->at);
	return view_run(s);
}

int
view_apply_recovered(struct view *v, const struct view_event *ev)
{
	struct event_recovered e;
	int rc;

	if (event_recovered_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	if (e.how == RECOVERED_RESTORED && (rc = start_anew(v, &e)) != SQLITE_DONE)
		return rc;
	return note_right(v, ev, e.how, e.id, e.name, e.at);
}

static uint32_t
quarter(sqlite3_stmt *s, int column)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return EVENT_QUARTER_NONE;
	return (uint32_t)sqlite3_column_int64(s, column);
}

enum status
view_coordinator(struct view *v, uint32_t id, struct view_coordinator *out)
{
	sqlite3_stmt *s = view_statement(v, SQL_COORDINATOR_GET);
	int rc;

	memset(out, 0, sizeof(*out));
	out->since = out->passphrase = EVENT_QUARTER_NONE;
	(void)sqlite3_bind_int64(s, 1, id);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		(void)snprintf(
		    out->name, sizeof(out->name), "%s", (const char *)sqlite3_column_text(s, 0));
		out->since = quarter(s, 1);
		out->passphrase = quarter(s, 2);
	} else if (id == COORDINATOR_FIRST)
		(void)snprintf(out->name, sizeof(out->name), "%s", COORDINATOR_FIRST_NAME);
	else /* her event is damaged: she may open the gateway all the same */
		(void)snprintf(out->name, sizeof(out->name), "number %u", id);
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

uint32_t
view_coordinator_last(struct view *v)
{
	sqlite3_stmt *s = view_statement(v, SQL_COORDINATOR_LAST);
	uint32_t last = 0;

	if (sqlite3_step(s) == SQLITE_ROW)
		last = (uint32_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return last < COORDINATOR_FIRST ? COORDINATOR_FIRST : last;
}

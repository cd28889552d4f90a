/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What coordinators decided about monitors, and the numbers by which these are known, in the view.
 */
#include <sodium.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"

#define OWN_LEN 3 /* in the blob: her number 1, place 2, as in the event */

/* Was it about somebody? */
static int
run_for_monitor(struct view *v, sqlite3_stmt *s)
{
	int rc = view_run(s);

	return rc == SQLITE_DONE && sqlite3_changes(v->db) != 1 ? SQLITE_CONSTRAINT : rc;
}

int
view_apply_vetted(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_VETTED);
	struct event_vetted e;

	if (event_vetted_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int(s, 1, e.slot);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 3, e.at);
	(void)sqlite3_bind_int(s, 4, e.trust);
	(void)sqlite3_bind_int(s, 5, e.vetted);
	return run_for_monitor(v, s);
}

int
view_apply_plain_allowed(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_PLAIN);
	struct event_plain_allowed e;
	int rc;

	if (event_plain_allowed_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int(s, 1, e.slot);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 3, e.at);
	(void)sqlite3_bind_int(s, 4, e.allowed);
	if (e.number[0] != '\0')
		(void)sqlite3_bind_text(s, 5, e.number, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 6, e.reason, -1, SQLITE_STATIC);
	rc = run_for_monitor(v, s);
	sodium_memzero(&e, sizeof(e));
	return rc;
}

int
view_apply_own_places(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_OWN);
	struct event_own_places e;
	uint8_t list[OWN_MAX * OWN_LEN];
	int count = 0;

	if (event_own_places_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	for (unsigned i = 0; i < OWN_MAX; i++) {
		uint8_t *at = list + (size_t)count * OWN_LEN;

		if (e.place[i] == 0)
			continue;
		at[0] = (uint8_t)i;
		at[1] = (uint8_t)e.place[i];
		at[2] = (uint8_t)(e.place[i] >> 8);
		count++;
	}
	(void)sqlite3_bind_int(s, 1, e.slot);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 3, e.at);
	(void)sqlite3_bind_int(s, 4, count);
	(void)sqlite3_bind_blob(s, 5, list, count * OWN_LEN, SQLITE_STATIC);
	return run_for_monitor(v, s);
}

int
view_monitor_goes(struct view *v, uint16_t slot)
{
	sqlite3_stmt *s = view_statement(v, SQL_PLAIN_GONE);
	int rc;

	(void)sqlite3_bind_int(s, 1, slot);
	if ((rc = view_run(s)) != SQLITE_DONE)
		return rc;
	s = view_statement(v, SQL_OWN_GONE);
	(void)sqlite3_bind_int(s, 1, slot);
	return view_run(s);
}

void
view_read_own(sqlite3_stmt *s, int column, uint16_t place[OWN_MAX])
{
	const uint8_t *list = sqlite3_column_blob(s, column);
	int len = sqlite3_column_bytes(s, column);

	memset(place, 0, OWN_MAX * sizeof(*place));
	for (int i = 0; i + OWN_LEN <= len; i += OWN_LEN)
		if (list[i] < OWN_MAX)
			place[list[i]] = (uint16_t)(list[i + 1] | list[i + 2] << 8);
}

enum status
view_own_places(struct view *v, uint16_t slot, uint16_t place[OWN_MAX])
{
	sqlite3_stmt *s = view_statement(v, SQL_OWN_OF);
	int rc;

	memset(place, 0, OWN_MAX * sizeof(*place));
	(void)sqlite3_bind_int(s, 1, slot);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW)
		view_read_own(s, 0, place);
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW ? ST_OK : rc == SQLITE_DONE ? ST_UNKNOWN : ST_MEMORY;
}

enum status
view_numbers(struct view *v, view_number_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_NUMBERS);
	enum status st = ST_OK;
	int rc;

	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK)
		st = fn(arg, (uint16_t)sqlite3_column_int(s, 0),
		    (const char *)sqlite3_column_text(s, 1), sqlite3_column_int(s, 2));
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

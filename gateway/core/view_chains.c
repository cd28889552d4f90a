/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of the monitors' chains, and of the texts that a deep scan may still open. */
#include "gateway/core/events.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"

int
view_switch(struct view *v, uint16_t slot, uint8_t generation)
{
	sqlite3_stmt *s = view_statement(v, SQL_SWITCH);

	(void)sqlite3_bind_int(s, 1, slot);
	(void)sqlite3_bind_int(s, 2, generation);
	return view_run(s);
}

int
view_apply_renewed(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_RENEW);
	struct event_renewed e;
	int rc;

	if (event_renewed_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int(s, 1, e.slot);
	(void)sqlite3_bind_int(s, 2, e.generation);
	rc = view_run(s);
	return rc == SQLITE_DONE && sqlite3_changes(v->db) != 1 ? SQLITE_CONSTRAINT : rc;
}

/* The text may be gone with its month, or stand in a damaged row: its report is here all the same.
 */
int
view_apply_scanned(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_FOUND);
	struct event_scanned e;

	if (event_scanned_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e.text_seq);
	return view_run(s);
}

enum status
view_unopened(struct view *v, uint64_t first, uint64_t last, view_text_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_UNOPENED);
	struct view_text text;
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)first);
	(void)sqlite3_bind_int64(s, 2, last > INT64_MAX ? INT64_MAX : (sqlite3_int64)last);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK) {
		text.seq = (uint64_t)sqlite3_column_int64(s, 0);
		text.arrival = (uint32_t)sqlite3_column_int64(s, 1);
		text.trust = (uint8_t)sqlite3_column_int(s, 2);
		text.octets = sqlite3_column_blob(s, 3);
		text.len = (size_t)sqlite3_column_bytes(s, 3);
		st = fn(arg, &text);
	}
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

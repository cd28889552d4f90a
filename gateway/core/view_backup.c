/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backups that were written, and what came back from one. */
#include "gateway/core/events.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/record.h"

int
view_apply_backed_up(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_BACKUP);
	struct event_backed_up e;

	if (event_backed_up_decode(ev->body, ev->len, &e) != ST_OK || e.next > ev->seq)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 2, e.at);
	(void)sqlite3_bind_int64(s, 3, (sqlite3_int64)e.next);
	return view_run(s);
}

int64_t
view_backup_last(struct view *v)
{
	sqlite3_stmt *s = view_statement(v, SQL_BACKUP_LAST);
	int64_t at = INT64_MIN;

	if (sqlite3_step(s) == SQLITE_ROW)
		at = record_unix((uint32_t)sqlite3_column_int64(s, 0));
	(void)sqlite3_reset(s);
	return at;
}

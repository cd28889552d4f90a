/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: the view's statements, prepared once.
 */
#ifndef GATEWAY_CORE_VIEW_SQL_H
#define GATEWAY_CORE_VIEW_SQL_H

#include <sqlite3.h>

#include "gateway/core/view.h"

enum view_statement {
	SQL_MESSAGE,
	SQL_REPORT,
	SQL_HEARD,
	SQL_MONITOR,
	SQL_REVOKE,
	SQL_BOOK,
	SQL_SETTING,
	SQL_MARK,
	SQL_FAULT,
	SQL_FAULTS,
	SQL_SAVE,
	SQL_KEEP,
	SQL_UNDO,
	SQL_INBOX,
	SQL_ROSTER,
	SQL_SLOT_OF,
	SQL_UNREAD,
	SQL_REFUSED,
	SQL_RENEW,
	SQL_SWITCH,
	SQL_FOUND,
	SQL_UNOPENED,
	SQL_STATEMENTS
};

struct view {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_STATEMENTS];
	uint64_t faults;
};

/* A prepared statement, reset and without values. */
sqlite3_stmt *view_statement(struct view *v, enum view_statement which);
/* Run one that gives no rows. SQLite's result: SQLITE_DONE, SQLITE_CONSTRAINT, SQLITE_NOMEM. */
int view_run(sqlite3_stmt *s);

#endif

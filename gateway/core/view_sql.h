/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: the view's statements, prepared once.
 */
#ifndef GATEWAY_CORE_VIEW_SQL_H
#define GATEWAY_CORE_VIEW_SQL_H

#include <sqlite3.h>

#include "gateway/core/view.h"
#include "gateway/core/view_heard.h"
#include "gateway/core/view_list.h"
#include "schemas/limits.h"

enum view_statement {
	SQL_MESSAGE,
	SQL_REPORT,
	SQL_LATEST,
	SQL_HEARD,
	SQL_SAID,
	SQL_MONITOR,
	SQL_REVOKE,
	SQL_BOOK,
	SQL_SETTING,
	SQL_VETTED,
	SQL_PLAIN,
	SQL_OWN,
	SQL_PLAIN_GONE,
	SQL_OWN_GONE,
	SQL_OWN_OF,
	SQL_NUMBERS,
	SQL_MARK,
	SQL_RIGHT,
	SQL_COORDINATOR_ADD,
	SQL_COORDINATOR_REMOVE,
	SQL_COORDINATOR_ALL_GONE,
	SQL_COORDINATOR_ONLY,
	SQL_COORDINATOR_PASSPHRASE,
	SQL_COORDINATOR_GET,
	SQL_COORDINATOR_LAST,
	SQL_FAULT,
	SQL_FAULTS,
	SQL_BACKUP,
	SQL_BACKUP_LAST,
	SQL_BACKUPS_PAST,
	SQL_SAVE,
	SQL_KEEP,
	SQL_UNDO,
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_INBOX,
	SQL_MEANT,
	SQL_ROSTER,
	SQL_SLOT_OF,
	SQL_LISTED,
	SQL_LISTED_REPORTS,
	SQL_WHO,
	SQL_REFUSED,
	SQL_BOOK_PAST,
	SQL_BASE,
	SQL_BASES,
	SQL_BASE_OF,
	SQL_ORIGIN,
	SQL_ORIGIN_REFUSED,
	SQL_COUNTERS,
	SQL_TALLY,
	SQL_JOIN,
	SQL_DROPPED,
	SQL_CARRY_SETTING,
	SQL_CARRY_BOOK,
	SQL_CARRY_MONITOR,
	SQL_CARRY_VETTED,
	SQL_CARRY_PLAIN,
	SQL_CARRY_OWN,
	SQL_CARRY_RIGHT,
	SQL_CARRY_TALLY,
	SQL_CARRY_BACKUP,
	SQL_RENEW,
	SQL_SWITCH,
	SQL_FOUND,
	SQL_UNOPENED,
	SQL_QUEUED,
	SQL_SENT,
	SQL_OUTBOX,
	SQL_NUMBER_OF,
	SQL_NUMBERS_GO,
	SQL_PLAIN_NUMBERS_GO,
	SQL_WRITERS,
	SQL_STATEMENTS
};

#define VIEW_PARTS 16 /* a report's id is its seq times this, and its part */

struct view {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_STATEMENTS];
	uint64_t faults;
	int folding;    /* between view_fold_begin and view_fold_end */
	int heard_some; /* anything in `heard` */
	struct view_heard heard[SLOT_MAX];
	struct view_list list;
	uint64_t from; /* seq of the base that it is folded from; 0: of none */
	struct {       /* the base whose items come now; seq 0: none */
		uint64_t seq;
		uint32_t at, items;
		uint16_t epoch;
		uint8_t trust;
	} carried;
};

/* A prepared statement, reset. One that is not for view_run() keeps its last values: bind all. */
sqlite3_stmt *view_statement(struct view *v, enum view_statement which);
/* Run one that gives no rows; afterwards it has no values. SQLite's result: SQLITE_DONE,
 * SQLITE_CONSTRAINT, SQLITE_NOMEM. */
int view_run(sqlite3_stmt *s);

/* A column of own.places, by her numbers. */
void view_read_own(sqlite3_stmt *s, int column, uint16_t place[OWN_MAX]);

/* Hand on one entry of the list. ST_OK, ST_MEMORY, or the callback's status. */
enum status view_inbox_row(struct view *v, const struct view_names *names,
    const struct view_entry *e, view_inbox_fn *fn, void *arg) MUST_USE;

#endif

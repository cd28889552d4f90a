/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who writes with which codebook. */
#include <sodium.h>
#include <stdio.h>

#include "gateway/core/view_sql.h"

enum status
view_writers(struct view *v, view_writer_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_WRITERS);
	enum status st = ST_OK;
	int rc = SQLITE_DONE;

	while (st == ST_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct view_writer w = {.enrolled_seq = (uint64_t)sqlite3_column_int64(s, 0),
		    .report_seq = (uint64_t)sqlite3_column_int64(s, 2),
		    .schema = (uint8_t)sqlite3_column_int(s, 3)};

		(void)snprintf(w.pseudonym, sizeof(w.pseudonym), "%s",
		    (const char *)sqlite3_column_text(s, 1));
		st = fn(arg, &w);
		sodium_memzero(&w, sizeof(w));
	}
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sqlite3.h>

#include "gateway/core/view_sql.h"

enum status
view_numbers(struct view *v, view_number_fn *fn, void *arg)
{
	sqlite3_stmt *s;
	int rc;

	if (sqlite3_prepare_v2(v->db,
		"SELECT slot, number FROM monitor WHERE revoked IS NULL AND number NOT NULL", -1,
		&s, NULL) != SQLITE_OK)
		return ST_MEMORY;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		(void)!fn(arg, (uint16_t)sqlite3_column_int(s, 0),
		    (const char *)sqlite3_column_text(s, 1), 0);
	(void)sqlite3_finalize(s);
	return rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

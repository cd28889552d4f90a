/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_list.h"

#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/view_sql.h"

#define FIRST_CAP 1024

void
view_list_free(struct view *v)
{
	sqlite3_free(v->list.entry);
	memset(&v->list, 0, sizeof(v->list));
}

static enum status
make_room(struct view_list *l)
{
	size_t cap = l->cap == 0 ? FIRST_CAP : l->cap + l->cap / 2;
	void *grown;

	if (l->count < l->cap)
		return ST_OK;
	if ((grown = sqlite3_realloc64(l->entry, cap * sizeof(*l->entry))) == NULL)
		return ST_MEMORY;
	l->entry = grown;
	l->cap = cap;
	return ST_OK;
}

/* Columns as in SQL_LISTED; those of a report are NULL, which reads as 0, where there is none. */
static void
read_entry(sqlite3_stmt *s, struct view_entry *e)
{
	int outcome = sqlite3_column_int(s, 3);

	e->seq = (uint64_t)sqlite3_column_int64(s, 0);
	e->arrival = (uint32_t)sqlite3_column_int64(s, 1);
	e->timed = sqlite3_column_int(s, 2) != TRUST_NONE;
	e->readable = outcome == OUTCOME_ACCEPTED;
	e->unreadable = outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_FOUND;
	e->monitor = (uint64_t)sqlite3_column_int64(s, 4);
	e->kind = (uint8_t)sqlite3_column_int(s, 5);
	e->severity = (uint8_t)sqlite3_column_int(s, 6);
	e->certainty = (uint8_t)sqlite3_column_int(s, 7);
	e->place = (uint16_t)sqlite3_column_int(s, 8);
	e->duress = (uint8_t)sqlite3_column_int(s, 9);
}

enum status
view_list_refresh(struct view *v)
{
	struct view_list *l = &v->list;
	sqlite3_stmt *s = view_statement(v, SQL_LISTED);
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int64(
	    s, 1, l->count == 0 ? -1 : (sqlite3_int64)l->entry[l->count - 1].seq);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && (st = make_room(l)) == ST_OK)
		read_entry(s, &l->entry[l->count++]);
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

/* New rows come behind the last one and are read when they are asked for; everything else that
 * happens to a message or its report makes the list anew. */
static void
on_change(void *arg, int what, const char *base, const char *table, sqlite3_int64 seq)
{
	struct view *v = arg;

	(void)base;
	if (v->list.count == 0 ||
	    (what == SQLITE_INSERT && (uint64_t)seq > v->list.entry[v->list.count - 1].seq))
		return;
	if (strcmp(table, "message") == 0 || strcmp(table, "report") == 0)
		v->list.count = 0;
}

void
view_list_watch(struct view *v)
{
	(void)sqlite3_update_hook(v->db, on_change, v);
}

size_t
view_list_at(const struct view_list *l, uint64_t seq)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->entry[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

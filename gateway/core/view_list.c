/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_list.h"

#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/record.h"

#define FIRST_CAP 1024

void
view_list_free(struct view *v)
{
	sqlite3_free(v->list.entry);
	sqlite3_free(v->list.marks.mark);
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

/* Columns as in SQL_LISTED. */
static void
read_message(sqlite3_stmt *s, struct view_entry *e)
{
	int outcome = sqlite3_column_int(s, 3);

	memset(e, 0, sizeof(*e));
	e->seq = (uint64_t)sqlite3_column_int64(s, 0);
	e->arrival = (uint32_t)sqlite3_column_int64(s, 1);
	e->timed = sqlite3_column_int(s, 2) != TRUST_NONE;
	e->readable = outcome == OUTCOME_ACCEPTED;
	e->unreadable = outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_FOUND;
	e->monitor = (uint64_t)sqlite3_column_int64(s, 4); /* NULL reads as 0 */
	e->generation = (uint8_t)sqlite3_column_int(s, 5);
	e->n = (uint32_t)sqlite3_column_int64(s, 6);
	e->proven = sqlite3_column_int(s, 7) != 0;
	e->by = sqlite3_column_int(s, 9) == SOURCE_COORDINATOR ? BY_COORDINATOR
		: sqlite3_column_int(s, 8) == 0                ? BY_PLAIN
							       : BY_CHAIN;
	e->refers = VIEW_REFERS_NONE;
}

/* Columns as in SQL_LISTED_REPORTS. */
static void
read_report(sqlite3_stmt *s, struct view_entry *e)
{
	e->report = 1;
	e->part = (uint8_t)(sqlite3_column_int64(s, 0) % VIEW_PARTS);
	e->kind = (uint8_t)sqlite3_column_int(s, 1);
	e->severity = (uint8_t)sqlite3_column_int(s, 2);
	e->certainty = (uint8_t)sqlite3_column_int(s, 3);
	e->place = (uint16_t)sqlite3_column_int(s, 4);
	e->duress = sqlite3_column_int(s, 5) != 0;
	e->relation = (uint8_t)sqlite3_column_int(s, 6);
	if (sqlite3_column_type(s, 7) != SQLITE_NULL)
		e->refers = (uint64_t)sqlite3_column_int64(s, 7);
	e->quiet = e->readable && !relation_rule(e->relation)->counts;
}

/* Both tables side by side: a message, then what it reports. */
static enum status
read_rows(struct view_list *l, sqlite3_stmt *messages, sqlite3_stmt *reports)
{
	int report = sqlite3_step(reports), message;
	enum status st;

	while ((message = sqlite3_step(messages)) == SQLITE_ROW) {
		const sqlite3_int64 seq = sqlite3_column_int64(messages, 0);
		struct view_entry e;

		read_message(messages, &e);
		do {
			if ((st = make_room(l)) != ST_OK)
				return st;
			l->entry[l->count] = e;
			if (report == SQLITE_ROW &&
			    sqlite3_column_int64(reports, 0) / VIEW_PARTS == seq) {
				read_report(reports, &l->entry[l->count]);
				report = sqlite3_step(reports);
			}
			l->count++;
		} while (
		    report == SQLITE_ROW && sqlite3_column_int64(reports, 0) / VIEW_PARTS == seq);
	}
	return message == SQLITE_DONE && report == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

enum status
view_list_refresh(struct view *v)
{
	struct view_list *l = &v->list;
	sqlite3_stmt *messages = view_statement(v, SQL_LISTED);
	sqlite3_stmt *reports = view_statement(v, SQL_LISTED_REPORTS);
	const sqlite3_int64 last = l->count == 0 ? -1 : (sqlite3_int64)l->entry[l->count - 1].seq;
	const size_t before = l->count;
	enum status st;

	(void)sqlite3_bind_int64(messages, 1, last);
	(void)sqlite3_bind_int64(reports, 1, (last + 1) * VIEW_PARTS);
	st = read_rows(l, messages, reports);
	(void)sqlite3_reset(messages);
	(void)sqlite3_reset(reports);
	if (st != ST_OK)
		l->count = l->marks.count = 0;
	else if (l->count != before || !l->resolved)
		st = view_acts_resolve(v);
	return st;
}

/* New rows come behind the last one and are read when they are asked for; everything else that
 * happens to a message or its report makes the list anew. A base parts what was together. */
static void
on_change(void *arg, int what, const char *base, const char *table, sqlite3_int64 id)
{
	struct view *v = arg;
	uint64_t seq = (uint64_t)id;

	(void)base;
	if (strcmp(table, "base") == 0)
		v->list.resolved = 0;
	if (strcmp(table, "report") == 0)
		seq /= VIEW_PARTS;
	else if (strcmp(table, "message") != 0)
		return;
	if (v->list.count == 0 ||
	    (what == SQLITE_INSERT && seq > v->list.entry[v->list.count - 1].seq))
		return;
	v->list.count = v->list.marks.count = 0;
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

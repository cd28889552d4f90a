/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_heard.h"

#include <string.h>

#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"

int
view_heard_monitor(struct view *v, uint16_t slot, uint64_t *monitor)
{
	struct view_heard *h = &v->heard[slot % SLOT_MAX];
	sqlite3_stmt *s;
	int rc;

	if (slot >= SLOT_MAX)
		return SQLITE_DONE; /* no writer of ours makes it */
	if (!h->known) {
		s = view_statement(v, SQL_LATEST);
		(void)sqlite3_bind_int64(s, 1, slot);
		if ((rc = sqlite3_step(s)) == SQLITE_ROW) {
			h->monitor = (uint64_t)sqlite3_column_int64(s, 0); /* NULL gives 0 */
			h->generation = (uint8_t)sqlite3_column_int(s, 1);
		}
		(void)sqlite3_reset(s);
		if (rc != SQLITE_ROW)
			return rc;
		h->known = 1;
		v->heard_some = 1;
	}
	*monitor = h->monitor;
	return h->monitor == 0 ? SQLITE_DONE : SQLITE_ROW;
}

int
view_heard_switch(struct view *v, uint16_t slot, uint8_t generation)
{
	uint64_t monitor;
	int rc = view_heard_monitor(v, slot, &monitor);

	if (rc != SQLITE_ROW)
		return rc;
	if (v->heard[slot].generation >= generation)
		return SQLITE_DONE;
	rc = view_heard_flush(v);
	return rc == SQLITE_DONE ? view_switch(v, slot, generation) : rc;
}

void
view_heard_note(struct view *v, const struct event_received *e)
{
	struct view_heard *h = &v->heard[e->slot % SLOT_MAX];

	if (e->slot >= SLOT_MAX)
		return;
	if (e->class != 0 && (h->chain_messages++ == 0 || e->n > h->highest))
		h->highest = e->n;
	if (h->messages == 0 || e->arrival >= h->last) {
		h->last = e->arrival;
		h->trust = e->trust;
	}
	h->messages++;
	v->heard_some = 1;
}

int
view_heard_said(struct view *v, const struct event_received *e, uint16_t place)
{
	sqlite3_stmt *s = view_statement(v, SQL_SAID);

	if (e->slot >= SLOT_MAX)
		return SQLITE_DONE;
	(void)sqlite3_bind_int(s, 1, e->slot);
	(void)sqlite3_bind_int(s, 2, place);
	(void)sqlite3_bind_int64(s, 3, e->arrival);
	(void)sqlite3_bind_int(s, 4, e->trust);
	return view_run(s);
}

static int
flush_one(struct view *v, uint16_t slot)
{
	const struct view_heard *h = &v->heard[slot];
	sqlite3_stmt *s = view_statement(v, SQL_HEARD);

	(void)sqlite3_bind_int64(s, 1, slot);
	(void)sqlite3_bind_int64(s, 2, h->highest);
	(void)sqlite3_bind_int64(s, 3, h->last);
	(void)sqlite3_bind_int64(s, 4, h->messages);
	(void)sqlite3_bind_int(s, 5, h->trust);
	(void)sqlite3_bind_int64(s, 6, h->chain_messages);
	return view_run(s);
}

int
view_heard_flush(struct view *v)
{
	int rc = SQLITE_DONE;

	if (!v->heard_some)
		return rc;
	for (unsigned slot = 0; slot < SLOT_MAX && rc == SQLITE_DONE; slot++)
		if (v->heard[slot].messages > 0)
			rc = flush_one(v, (uint16_t)slot);
	memset(v->heard, 0, sizeof(v->heard));
	v->heard_some = 0;
	return rc;
}

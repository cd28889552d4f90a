/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which acts there are, and in what order they can be resolved. */
#include <stdlib.h>
#include <string.h>

#include "gateway/core/view_acts_impl.h"
#include "reporting/report/record.h"

#define FIRST_CAP 64

uint64_t
acts_number_of(const struct view_entry *e)
{
	return e->by == BY_CHAIN ? e->n : e->seq * VIEW_PARTS + e->part;
}

static int
is_act(const struct view_entry *e)
{
	return e->report && e->readable && e->proven &&
	       (e->relation == RELATION_CORRECTION || e->relation == RELATION_FOLLOW_UP ||
		   e->relation == RELATION_CANCEL || e->relation == RELATION_ALL_CLEAR);
}

uint32_t
acts_segment_of(const struct resolver *r, uint64_t seq)
{
	size_t low = 0, high = r->bases;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->base[middle] < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

enum status
acts_read_bases(struct view *v, struct resolver *r)
{
	sqlite3_stmt *s = view_statement(v, SQL_BASES);
	size_t cap = 0;
	int rc;

	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (r->bases == cap) {
			uint64_t *grown;

			cap = cap == 0 ? FIRST_CAP : cap * 2;
			grown = sqlite3_realloc64(r->base, cap * sizeof(*grown));
			if (grown == NULL)
				break;
			r->base = grown;
		}
		r->base[r->bases++] = (uint64_t)sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	return rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

enum status
acts_mark_entry(struct view_list *l, uint32_t entry, uint32_t *index)
{
	struct view_marks *m = &l->marks;
	size_t cap = m->cap == 0 ? FIRST_CAP : m->cap * 2;
	void *grown;

	if (l->entry[entry].mark != 0) {
		*index = l->entry[entry].mark - 1;
		return ST_OK;
	}
	if (m->count == m->cap) {
		if ((grown = sqlite3_realloc64(m->mark, cap * sizeof(*m->mark))) == NULL)
			return ST_MEMORY;
		m->mark = grown;
		m->cap = cap;
	}
	*index = (uint32_t)m->count++;
	memset(&m->mark[*index], 0, sizeof(*m->mark));
	m->mark[*index].entry = entry;
	l->entry[entry].mark = *index + 1;
	return ST_OK;
}

void
acts_forget_marks(struct view_list *l)
{
	for (size_t i = 0; i < l->marks.count; i++) {
		const struct view_mark *m = &l->marks.mark[i];
		struct view_entry *e = &l->entry[m->entry];

		e->mark = 0;
		if (!m->is_act)
			continue;
		e->kind = m->kind;
		e->place = m->place;
		e->severity = m->severity;
		e->certainty = m->certainty;
	}
	l->marks.count = 0;
}

static enum status
take_act(struct resolver *r, uint32_t entry)
{
	struct act *a = &r->act[r->acts];
	const struct view_entry *e = &r->l->entry[entry];
	struct view_mark *m;
	enum status st;

	memset(a, 0, sizeof(*a));
	if ((st = acts_mark_entry(r->l, entry, &a->mark)) != ST_OK)
		return st;
	a->monitor = e->monitor;
	a->refers = e->refers;
	a->number = acts_number_of(e);
	a->entry = entry;
	a->segment = acts_segment_of(r, e->seq);
	a->by = e->by;
	a->generation = e->by == BY_CHAIN ? e->generation : 0;
	a->relation = e->relation;
	a->kind = e->by == BY_CHAIN ? 0 : e->kind;
	a->stranger = e->by == BY_PLAIN && e->monitor == 0;
	a->is_last = 1;
	m = &r->l->marks.mark[a->mark];
	m->is_act = 1;
	m->kind = e->kind;
	m->place = e->place;
	m->severity = e->severity;
	m->certainty = e->certainty;
	r->acts++;
	return ST_OK;
}

enum status
acts_take_all(struct resolver *r)
{
	const struct view_list *l = r->l;
	size_t count = 0;
	enum status st = ST_OK;

	for (size_t i = 0; i < l->count; i++)
		count += (size_t)is_act(&l->entry[i]);
	if (count == 0)
		return ST_OK;
	for (r->buckets = 16; r->buckets < 2 * count; r->buckets *= 2)
		;
	r->act = sqlite3_malloc64(count * sizeof(*r->act));
	r->bucket = sqlite3_malloc64(r->buckets * sizeof(*r->bucket));
	if (r->act == NULL || r->bucket == NULL)
		return ST_MEMORY;
	memset(r->bucket, 0, r->buckets * sizeof(*r->bucket));
	for (size_t i = 0; i < l->count && st == ST_OK; i++)
		if (is_act(&l->entry[i]))
			st = take_act(r, (uint32_t)i);
	return st;
}

/* --- in the order in which they can be resolved --- */

#define COMPARE(field) \
	if (a->field != b->field) \
	return a->field < b->field ? -1 : 1

/* What is meant is before what means it. */
static int
by_number(const void *one, const void *other)
{
	const struct act *a = one, *b = other;

	COMPARE(number);
	COMPARE(entry);
	return 0;
}

/* Those that mean one report are together. */
static int
by_meant(const void *one, const void *other)
{
	const struct act *a = one, *b = other;

	COMPARE(by);
	COMPARE(monitor);
	COMPARE(generation);
	COMPARE(refers);
	COMPARE(segment);
	COMPARE(kind);
	return by_number(one, other);
}

static int
is_same_text(const struct act *a, const struct act *b)
{
	return a->by == b->by && a->monitor == b->monitor && a->generation == b->generation &&
	       a->refers == b->refers && a->segment == b->segment;
}

/* Acts on a report that never came: its newest correction stands for it, unless it is cancelled. */
static void
settle_group(struct act *a, size_t count)
{
	uint8_t all_gone = 0;

	if (a->refers == VIEW_REFERS_NONE)
		return;
	for (size_t i = 0; i < count; i++)
		all_gone |= a[i].relation == RELATION_CANCEL && a[i].kind == 0;
	for (size_t from = 0, end; from < count; from = end) {
		struct act *last = NULL;
		uint8_t gone = all_gone;

		for (end = from; end < count && a[end].kind == a[from].kind; end++) {
			gone |= a[end].relation == RELATION_CANCEL;
			if (a[end].relation == RELATION_CORRECTION)
				last = &a[end];
		}
		for (size_t i = from; i < end; i++)
			a[i].is_last =
			    !gone && (a[i].relation == RELATION_FOLLOW_UP || &a[i] == last);
	}
}

void
acts_settle_groups(struct resolver *r)
{
	qsort(r->act, r->acts, sizeof(*r->act), by_meant);
	for (size_t from = 0, end; from < r->acts; from = end) {
		for (end = from; end < r->acts && is_same_text(&r->act[from], &r->act[end]); end++)
			;
		settle_group(&r->act[from], end - from);
	}
	qsort(r->act, r->acts, sizeof(*r->act), by_number);
}

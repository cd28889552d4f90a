/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_acts_impl.h"

#include <stdlib.h>
#include <string.h>

#include "reporting/report/record.h"

const struct view_mark *
view_mark_of(const struct view_list *l, const struct view_entry *e)
{
	return e->mark == 0 ? NULL : &l->marks.mark[e->mark - 1];
}

/* --- what they mean --- */

static size_t
bucket_of(const struct resolver *r, uint64_t monitor, uint8_t generation, uint64_t refers)
{
	uint64_t h = (monitor * 4 + generation) * 0x9E3779B97F4A7C15u + refers;

	h *= 0x9E3779B97F4A7C15u;
	return (size_t)(h >> 32) & (r->buckets - 1);
}

static void
find_in_chains(struct resolver *r)
{
	for (size_t i = 0; i < r->acts; i++) {
		struct act *a = &r->act[i];
		uint32_t *head = &r->bucket[bucket_of(r, a->monitor, a->generation, a->refers)];

		if (a->by != BY_CHAIN || a->monitor == 0 || a->refers == VIEW_REFERS_NONE)
			continue;
		a->next = *head;
		*head = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < r->l->count; i++) {
		const struct view_entry *e = &r->l->entry[i];
		uint32_t at;

		if (e->by != BY_CHAIN || !e->report || !e->readable || !e->proven)
			continue;
		at = r->bucket[bucket_of(r, e->monitor, e->generation, e->n)];
		for (; at != 0; at = r->act[at - 1].next) {
			const struct act *a = &r->act[at - 1];
			struct view_mark *m = &r->l->marks.mark[a->mark];

			if (a->monitor == e->monitor && a->generation == e->generation &&
			    a->refers == e->n) {
				m->first = (uint32_t)i + 1;
				m->parts = 1;
			}
		}
	}
}

/* By the number of its text, which was there before. */
static void
find_text(struct resolver *r, struct act *a)
{
	const struct view_list *l = r->l;
	struct view_mark *m = &l->marks.mark[a->mark];
	size_t at = view_list_at(l, a->refers);
	const struct view_entry *e = &l->entry[at];

	if (a->refers >= l->entry[a->entry].seq || at == l->count || e->seq != a->refers)
		return;
	if (e->by != a->by || (a->by == BY_PLAIN && e->monitor != a->monitor)) {
		a->stranger |= acts_segment_of(r, e->seq) == a->segment;
		return;
	}
	if (a->stranger || !e->report || !e->readable || !e->proven)
		return;
	m->first = (uint32_t)at + 1;
	while (at + m->parts < l->count && l->entry[at + m->parts].seq == e->seq)
		m->parts++;
}

static void
find_all(struct resolver *r)
{
	find_in_chains(r);
	for (size_t i = 0; i < r->acts; i++)
		if (r->act[i].by != BY_CHAIN && r->act[i].refers != VIEW_REFERS_NONE)
			find_text(r, &r->act[i]);
}

/* --- what they do --- */

static void
keep_newest(const struct view_list *l, uint32_t *which, uint32_t entry)
{
	if (*which == 0 || acts_number_of(&l->entry[*which - 1]) < acts_number_of(&l->entry[entry]))
		*which = entry + 1;
}

static enum status
do_to(struct resolver *r, const struct act *a, uint32_t target)
{
	struct view_list *l = r->l;
	struct view_mark *m;
	uint32_t index;
	enum status st = acts_mark_entry(l, target, &index);
	int is_here = acts_segment_of(r, l->entry[target].seq) == a->segment;

	if (st != ST_OK)
		return st;
	m = &l->marks.mark[index];
	switch (a->relation) {
	case RELATION_CORRECTION:
		keep_newest(l, &m->corrected, a->entry);
		if (is_here)
			keep_newest(l, &m->corrected_here, a->entry);
		break;
	case RELATION_CANCEL:
		keep_newest(l, &m->cancelled, a->entry);
		m->cancelled_here |= is_here;
		break;
	case RELATION_ALL_CLEAR:
		keep_newest(l, &m->cleared, a->entry);
		break;
	default:
		m->follow_ups++;
	}
	return ST_OK;
}

/* The only report of the text, those of the kind that it names, or all of them. */
static int
does_mean(const struct act *a, const struct view_entry *e, uint32_t parts)
{
	return parts == 1 || e->kind == a->kind ||
	       (a->kind == 0 && a->relation != RELATION_CORRECTION);
}

/* A correction means one report. */
static enum status
do_act(struct resolver *r, const struct act *a)
{
	const struct view_list *l = r->l;
	const uint32_t first = l->marks.mark[a->mark].first - 1,
		       parts = l->marks.mark[a->mark].parts;
	const struct view_entry *e = &l->entry[first];
	uint32_t meant = 0, hits = 0;
	enum status st = ST_OK;

	if (l->marks.mark[a->mark].first == 0)
		return ST_OK;
	for (uint32_t i = 0; i < parts; i++)
		if (does_mean(a, &e[i], parts)) {
			hits++;
			meant = first + i + 1;
		}
	l->marks.mark[a->mark].meant = hits == 1 ? meant : 0;
	if (a->relation == RELATION_CORRECTION && hits > 1)
		return ST_OK;
	for (uint32_t i = 0; i < parts && st == ST_OK; i++)
		if (does_mean(a, &e[i], parts))
			st = do_to(r, a, first + i);
	return st;
}

/* --- what is shown, and what is counted --- */

static void
show_act(const struct view_list *l, const struct act *a, const struct view_mark *m)
{
	struct view_entry *e = &l->entry[a->entry];
	const struct view_entry *of = m->meant == 0 ? e : &l->entry[m->meant - 1];

	if (e->kind == 0)
		e->kind = of->kind;
	if (e->place == 0)
		e->place = of->place;
	if (a->relation != RELATION_CORRECTION)
		return;
	if (e->severity == 0)
		e->severity = of->severity;
	if (e->certainty == 0)
		e->certainty = of->certainty;
}

static void
count_act(const struct resolver *r, const struct act *a)
{
	const struct view_list *l = r->l;
	struct view_mark *m = &l->marks.mark[a->mark];
	const struct view_entry *of = m->meant == 0 ? NULL : &l->entry[m->meant - 1];
	const struct view_mark *other = of == NULL ? NULL : view_mark_of(l, of);
	int is_here = m->first != 0 && acts_segment_of(r, l->entry[m->first - 1].seq) == a->segment;

	m->counts_kind = m->kind;
	m->counts_place = m->place;
	if (a->relation == RELATION_CANCEL || a->relation == RELATION_ALL_CLEAR || a->stranger)
		return;
	if (!is_here) {
		m->stands = a->is_last;
		return;
	}
	if (a->relation == RELATION_FOLLOW_UP || other == NULL ||
	    other->corrected_here != a->entry + 1 || other->cancelled_here)
		return;
	m->stands = other->is_act ? other->stands : of->relation == RELATION_NEW;
	if (m->kind == 0)
		m->counts_kind = other->is_act ? other->counts_kind : of->kind;
	if (m->place == 0)
		m->counts_place = other->is_act ? other->counts_place : of->place;
}

static enum status
resolve(struct resolver *r)
{
	enum status st = ST_OK;

	acts_settle_groups(r);
	find_all(r);
	for (size_t i = 0; i < r->acts && st == ST_OK; i++)
		st = do_act(r, &r->act[i]);
	for (size_t i = 0; i < r->acts && st == ST_OK; i++) {
		show_act(r->l, &r->act[i], &r->l->marks.mark[r->act[i].mark]);
		count_act(r, &r->act[i]);
	}
	return st;
}

enum status
view_acts_resolve(struct view *v)
{
	struct resolver r = {.l = &v->list};
	enum status st;

	acts_forget_marks(r.l);
	r.l->resolved = 0;
	if ((st = acts_read_bases(v, &r)) == ST_OK)
		st = acts_take_all(&r);
	if (st == ST_OK && r.acts > 0)
		st = resolve(&r);
	sqlite3_free(r.act);
	sqlite3_free(r.bucket);
	sqlite3_free(r.base);
	r.l->resolved = st == ST_OK;
	return st;
}

/* --- the counts --- */

int
view_counts_as(
    const struct view_list *l, const struct view_entry *e, uint8_t *kind, uint16_t *place)
{
	const struct view_mark *m = view_mark_of(l, e);
	const int acts = m != NULL && m->is_act;

	*kind = acts ? m->counts_kind : e->kind;
	*place = acts ? m->counts_place : e->place;
	if (!e->report || !e->readable || !e->proven ||
	    (m != NULL && (m->cancelled_here || m->corrected_here != 0)))
		return 0;
	return acts ? m->stands : e->relation == RELATION_NEW;
}

static void
counts_as(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct view *v = sqlite3_user_data(context);
	const struct view_list *l = &v->list;
	const uint64_t seq = (uint64_t)sqlite3_value_int64(argv[0]);
	size_t at;
	uint16_t place;
	uint8_t kind;

	(void)argc;
	if (view_list_refresh(v) != ST_OK) {
		sqlite3_result_error_nomem(context);
		return;
	}
	at = view_list_at(l, seq) + (size_t)sqlite3_value_int(argv[1]);
	if (at < l->count && l->entry[at].seq == seq &&
	    view_counts_as(l, &l->entry[at], &kind, &place))
		sqlite3_result_int(context, kind << 16 | place);
}

enum status
view_acts_offer(struct view *v)
{
	return sqlite3_create_function_v2(v->db, "counts_as", 2, SQLITE_UTF8 | SQLITE_INNOCUOUS, v,
		   counts_as, NULL, NULL, NULL) == SQLITE_OK
		   ? ST_OK
		   : ST_MEMORY;
}

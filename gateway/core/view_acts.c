/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_acts.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/view_sql.h"
#include "reporting/report/record.h"

#define FIRST_CAP 64

struct act {
	uint64_t monitor, refers;
	uint64_t number;        /* of its message: later ones of the same writer have larger ones */
	uint32_t entry, mark;   /* indices */
	uint32_t segment, next; /* whole bases before it; the next act in its bucket, plus 1 */
	uint8_t by, generation, relation;
	uint8_t kind;     /* by which reports of one text are told apart; of a chain 0 */
	uint8_t stranger; /* nobody can tell whose it is, or it is about another's */
	uint8_t is_last;  /* of a report that is not here: its newest correction, and no cancel */
};

struct resolver {
	struct view_list *l;
	struct act *act;
	size_t acts;
	uint64_t *base;
	size_t bases;
	uint32_t *bucket; /* of acts in chains by what they mean: index plus 1 */
	size_t buckets;   /* a power of two */
};

/* --- what is there --- */

static uint64_t
number_of(const struct view_entry *e)
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

static uint32_t
segment_of(const struct resolver *r, uint64_t seq)
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

static enum status
read_bases(struct view *v, struct resolver *r)
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

const struct view_mark *
view_mark_of(const struct view_list *l, const struct view_entry *e)
{
	return e->mark == 0 ? NULL : &l->marks.mark[e->mark - 1];
}

/* The mark of an entry, a new one if it had none; its index. */
static enum status
mark_entry(struct view_list *l, uint32_t entry, uint32_t *index)
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

/* As the table has it again. */
static void
forget_marks(struct view_list *l)
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
	if ((st = mark_entry(r->l, entry, &a->mark)) != ST_OK)
		return st;
	a->monitor = e->monitor;
	a->refers = e->refers;
	a->number = number_of(e);
	a->entry = entry;
	a->segment = segment_of(r, e->seq);
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

static enum status
take_acts(struct resolver *r)
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

static void
settle_groups(struct resolver *r)
{
	qsort(r->act, r->acts, sizeof(*r->act), by_meant);
	for (size_t from = 0, end; from < r->acts; from = end) {
		for (end = from; end < r->acts && is_same_text(&r->act[from], &r->act[end]); end++)
			;
		settle_group(&r->act[from], end - from);
	}
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
		a->stranger |= segment_of(r, e->seq) == a->segment;
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
	if (*which == 0 || number_of(&l->entry[*which - 1]) < number_of(&l->entry[entry]))
		*which = entry + 1;
}

static enum status
do_to(struct resolver *r, const struct act *a, uint32_t target)
{
	struct view_list *l = r->l;
	struct view_mark *m;
	uint32_t index;
	enum status st = mark_entry(l, target, &index);
	int is_here = segment_of(r, l->entry[target].seq) == a->segment;

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

/* The one report of the text, those of the kind that it names, or all; a correction means one. */
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
		if (parts == 1 || e[i].kind == a->kind ||
		    (a->kind == 0 && a->relation != RELATION_CORRECTION)) {
			hits++;
			meant = first + i + 1;
		}
	l->marks.mark[a->mark].meant = hits == 1 ? meant : 0;
	if (a->relation == RELATION_CORRECTION && hits > 1)
		return ST_OK;
	for (uint32_t i = 0; i < parts && st == ST_OK; i++)
		if (parts == 1 || e[i].kind == a->kind ||
		    (a->kind == 0 && a->relation != RELATION_CORRECTION))
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
	int is_here = m->first != 0 && segment_of(r, l->entry[m->first - 1].seq) == a->segment;

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

	settle_groups(r);
	qsort(r->act, r->acts, sizeof(*r->act), by_number);
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

	forget_marks(r.l);
	r.l->resolved = 0;
	if ((st = read_bases(v, &r)) == ST_OK)
		st = take_acts(&r);
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

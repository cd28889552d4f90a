/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/fold.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/journal.h"
#include "gateway/core/events.h"
#include "gateway/core/run_proof.h"

/* RUN_BEFORE: it begins before what is folded, and only its links are computed. */
enum run_trust { RUN_WAITS, RUN_BEFORE, RUN_UNOPENED, RUN_UNPROVEN, RUN_PLANTED, RUN_PROVEN };

/* A run's row, and how far it was read. Each is entered by the first row of the journal that names
 * it, and keeps its own place: one that was planted among the rows of another takes none of them.
 */
struct walk_run {
	struct store_run row;
	enum run_trust trust;
	struct key32 k_0;
	struct journal_run run;
	uint8_t link_before[32]; /* as computed */
	uint64_t opened;         /* rows */
};

/* Why rows were not read: one, many. */
enum why { WHY_NO_RUN, WHY_MOVED, WHY_CHANGED, WHY_RUN, WHY_LOOSE };
static const char *const why_words[][2] = {
    [WHY_NO_RUN] = {"belongs to no run", "belong to no run"},
    [WHY_MOVED] = {"was moved, or has a wrong length", "were moved, or have a wrong length"},
    [WHY_CHANGED] = {"was changed or damaged: it does not open",
	"were changed or damaged: they do not open"},
    [WHY_RUN] = {"belongs to a run that is not read", "belong to a run that is not read"},
    [WHY_LOOSE] = {"goes on from an event that is not there",
	"go on from events that are not there"},
};

struct walk {
	struct fold *f;
	struct walk_run *runs; /* ascending */
	size_t run_count, run_cap;
	uint64_t runs_outside, run_outside; /* how many, and the first one's id */
	uint64_t expect;                    /* seq of the next row */
	uint64_t end;                       /* one behind the last */
	uint8_t link[32];
	int gap; /* something was named since the last link that fitted */
	/* rows one after another that were not read for the same reason */
	uint64_t bad_first, bad_count;
	enum why bad_why;
	/* an event whose `more` may still come */
	uint64_t seq;
	uint8_t type, version, proven;
	const struct store_run *event_run;
	size_t len;
	uint8_t body[EVENT_LONG_MAX];
};

/* Name what breaks no link by itself. */
static enum status __attribute__((format(printf, 3, 4)))
name(struct walk *w, uint64_t seq, const char *fmt, ...)
{
	char words[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return w->f->fault(w->f->arg, seq, words);
}

#define NAME_FAULT(w, ...) ((w)->gap = 1, name(w, __VA_ARGS__))

typedef unsigned long long ull;

/* --- events --- */

/* The event collected so far is whole: hand it on. */
static enum status
hand_on(struct walk *w)
{
	struct view_event ev = {w->seq, w->type, w->version, w->proven, w->body, w->len};
	enum status st = ST_OK;

	w->f->run = w->event_run;
	if (w->type != 0)
		st = w->f->event(w->f->arg, &ev);
	w->type = 0;
	w->len = 0;
	return st;
}

/* A row is not there to be read. Did an event go on in it? */
static enum status
cut_short(struct walk *w)
{
	enum status st = ST_OK;

	if (w->type != 0)
		st = NAME_FAULT(w, w->seq, "the event of row %llu may be cut short: it is not read",
		    (ull)w->seq);
	w->type = 0;
	w->len = 0;
	return st;
}

/* Name the unread rows collected so far. */
static enum status
name_unread(struct walk *w)
{
	uint64_t first = w->bad_first, count = w->bad_count;

	w->bad_count = 0;
	if (count == 0)
		return ST_OK;
	if (count == 1)
		return NAME_FAULT(w, first, "row %llu %s", (ull)first, why_words[w->bad_why][0]);
	return NAME_FAULT(w, first, "rows %llu to %llu %s", (ull)first, (ull)(first + count - 1),
	    why_words[w->bad_why][1]);
}

static enum status
leave_unread(struct walk *w, uint64_t seq, enum why why)
{
	enum status st;

	w->gap = 1;
	if ((st = cut_short(w)) != ST_OK)
		return st;
	if (w->bad_count > 0 && why == w->bad_why && seq == w->bad_first + w->bad_count) {
		w->bad_count++;
		return ST_OK;
	}
	st = name_unread(w);
	w->bad_first = seq;
	w->bad_count = 1;
	w->bad_why = why;
	return st;
}

/* One row's event. One that does not fill its row has no `more` behind it; and one of ours goes on
 * in no other run, for whoever has pk_V makes rows of a run that nobody proves. */
static enum status
take_event(
    struct walk *w, uint64_t seq, const struct journal_event *event, const struct walk_run *r)
{
	enum status st = ST_OK;

	if (event->type == EVENT_MORE) {
		if (w->type == 0 || w->event_run != &r->row ||
		    event->len > sizeof(w->body) - w->len)
			return leave_unread(w, seq, WHY_LOOSE);
	} else if ((st = hand_on(w)) == ST_OK) {
		w->seq = seq;
		w->type = event->type;
		w->version = event->version;
		w->proven = r->trust == RUN_PROVEN;
		w->event_run = &r->row;
	}
	if (st != ST_OK || (st = name_unread(w)) != ST_OK)
		return st;
	memcpy(w->body + w->len, event->body, event->len);
	w->len += event->len;
	return event->len < EVENT_BODY_MAX ? hand_on(w) : ST_OK;
}

/* --- runs --- */

static enum status
collect_run(void *arg, const struct store_run *run, int odd)
{
	struct walk *w = arg;
	struct walk_run *grown;

	/* A run's id is its first seq: a planted one can neither come before ours nor push ours
	 * out. */
	if (odd || run->id != run->first || run->first < w->expect || run->first >= w->end) {
		if (w->runs_outside++ == 0)
			w->run_outside = run->id;
		return ST_OK;
	}
	if (w->run_count == w->run_cap) {
		w->run_cap = w->run_cap == 0 ? 64 : w->run_cap * 2;
		if ((grown = realloc(w->runs, w->run_cap * sizeof(*grown))) == NULL)
			return ST_MEMORY; /* no key is in it yet */
		w->runs = grown;
	}
	memset(&w->runs[w->run_count], 0, sizeof(w->runs[0]));
	w->runs[w->run_count++].row = *run;
	return ST_OK;
}

static int
compare_run(const void *key, const void *element)
{
	uint64_t id = *(const uint64_t *)key, other = ((const struct walk_run *)element)->row.id;

	return (id > other) - (id < other);
}

/* NULL: there is no such run. */
static struct walk_run *
find_run(const struct walk *w, uint64_t id)
{
	if (w->run_count == 0)
		return NULL;
	return bsearch(&id, w->runs, w->run_count, sizeof(w->runs[0]), compare_run);
}

static void
link_run(struct walk *w, const struct store_run *run)
{
	journal_link_run(w->link, run->id, run->epoch, run->first, run->blob);
}

static enum status
enter_run(struct walk *w, struct walk_run *r)
{
	enum status st = ST_OK;

	memcpy(r->link_before, w->link, sizeof(w->link));
	link_run(w, &r->row);
	if (r->row.first < w->f->from) {
		r->trust = RUN_BEFORE;
		return ST_OK;
	}
	r->trust = RUN_UNPROVEN;
	if (run_open(w->f->ring, w->f->secrets, &r->row, &r->k_0) != ST_OK) {
		r->trust = RUN_UNOPENED;
		st = NAME_FAULT(w, r->row.first,
		    "run %llu, from row %llu on, does not open: damaged or planted", (ull)r->row.id,
		    (ull)r->row.first);
	}
	journal_start(&r->run, &r->k_0, r->row.id, r->row.first);
	return st;
}

static enum status
refuse_run(struct walk *w, struct walk_run *r, const char *words)
{
	r->trust = RUN_PLANTED;
	return name(w, r->row.first, "run %llu, from row %llu on, %s: it is not read",
	    (ull)r->row.id, (ull)r->row.first, words);
}

/* The statement of a run's first event, against what was computed. */
static enum status
prove_run(struct walk *w, struct walk_run *r, const struct journal_event *event)
{
	uint8_t stated[JOURNAL_LINK_LEN];
	int was_named = w->gap;
	enum status st;

	st = run_prove(w->f->secrets, w->f->rows_alone ? NULL : w->f->root->incarnation, &r->row,
	    &r->k_0, event, stated);
	if (st == ST_INCOMPLETE)
		return refuse_run(w, r, "begins with no statement");
	if (st != ST_OK)
		return refuse_run(w, r, "was not written by this gateway");
	r->trust = RUN_PROVEN;
	w->f->runs++;
	if (r->row.epoch > w->f->epoch)
		w->f->epoch = r->row.epoch; /* only of our own runs, and only forward */
	w->gap = 0;
	if (memcmp(stated, r->link_before, sizeof(r->link_before)) == 0 ||
	    (w->f->rows_alone && r == w->runs))
		return ST_OK;
	/* Go on from what this run states, so that the next link can be checked again. */
	memcpy(w->link, stated, sizeof(w->link));
	link_run(w, &r->row);
	if (r->row.first == w->f->from)
		w->f->is_head_changed = 1;
	if (was_named)
		return ST_OK; /* the cause */
	return name(w, r->row.first, "the rows before row %llu are not those that were written",
	    (ull)r->row.first);
}

/* --- rows --- */

/* A row of a run that is ours stands where another run says that it begins. */
static enum status
refuse_run_at(struct walk *w, uint64_t seq)
{
	struct walk_run *r = find_run(w, seq);

	if (r == NULL || r->trust != RUN_WAITS)
		return ST_OK;
	return refuse_run(w, r, "begins at a row of another run");
}

/* What one row says, once its place is known to be right. */
static enum status
read_row(struct walk *w, struct walk_run *r, const struct store_event *row)
{
	struct journal_event event;
	enum status st;

	if (r->trust == RUN_BEFORE)
		return row->seq < w->f->from ? name_unread(w)
					     : leave_unread(w, row->seq, WHY_MOVED);
	if (r->trust == RUN_UNOPENED || r->trust == RUN_PLANTED)
		return leave_unread(w, row->seq, WHY_RUN);
	journal_skip(&r->run, row->seq - r->row.first);
	if (journal_open(&r->run, row->blob, &event) != ST_OK)
		return leave_unread(w, row->seq, WHY_CHANGED);
	r->opened++;
	w->f->rows++;
	st = ST_OK;
	if (row->seq == r->row.first)
		st = prove_run(w, r, &event);
	else if (r->trust == RUN_PROVEN)
		st = refuse_run_at(w, row->seq);
	if (st == ST_OK && r->trust == RUN_PLANTED)
		st = leave_unread(w, row->seq, WHY_RUN);
	else if (st == ST_OK)
		st = take_event(w, row->seq, &event, r);
	sodium_memzero(&event, sizeof(event));
	return st;
}

static enum status
missing_rows(struct walk *w, uint64_t upto)
{
	uint64_t from = w->expect;
	enum status st = ST_OK;

	w->expect = upto;
	if (upto <= from)
		return ST_OK;
	if ((st = cut_short(w)) != ST_OK || (st = name_unread(w)) != ST_OK)
		return st;
	if (upto == from + 1)
		return NAME_FAULT(w, from, "row %llu is missing", (ull)from);
	return NAME_FAULT(w, from, "rows %llu to %llu are missing", (ull)from, (ull)(upto - 1));
}

static enum status
walk_row(void *arg, const struct store_event *row, int odd)
{
	struct walk *w = arg;
	struct walk_run *r;
	enum status st;

	if (row->seq >= w->end)
		return ST_OK; /* counted with the rows outside */
	if ((st = missing_rows(w, row->seq)) != ST_OK)
		return st;
	w->expect = row->seq + 1;
	r = find_run(w, row->run);
	if (r != NULL && r->row.first <= row->seq && r->trust == RUN_WAITS)
		st = enter_run(w, r);
	if (st != ST_OK)
		return st;
	if (odd || (r != NULL && r->row.first > row->seq))
		st = leave_unread(w, row->seq, WHY_MOVED);
	else if (r == NULL)
		st = leave_unread(w, row->seq, WHY_NO_RUN);
	else
		st = read_row(w, r, row);
	journal_link_event(w->link, row->seq, row->run, row->blob);
	if (w->f->sought != NULL && memcmp(w->link, w->f->sought, FOLD_SOUGHT_LEN) == 0)
		w->f->sought_at = row->seq;
	return st;
}

/* --- the whole --- */

static enum status
name_outside(struct walk *w)
{
	struct store_outside out;
	enum status st = store_outside(w->f->store, w->f->root->journal.first, w->end, &out);

	if (st == ST_OK && out.count > 0)
		st = name(w, (uint64_t)out.first,
		    "%llu rows lie before or behind what the root knows, the first of them row "
		    "%lld: not read",
		    (ull)out.count, (long long)out.first);
	if (st == ST_OK && w->runs_outside > 0)
		st = name(w, w->run_outside,
		    "%llu runs lie outside what the root knows, the first of them run %lld: not "
		    "read",
		    (ull)w->runs_outside, (long long)w->run_outside);
	return st;
}

/* Runs that no row named, and runs whose own row must have been changed. */
static enum status
name_runs(struct walk *w)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < w->run_count; i++) {
		const struct walk_run *r = &w->runs[i];

		if (r->trust == RUN_WAITS)
			st = name(w, r->row.first, "run %llu has no row: damaged or planted",
			    (ull)r->row.id);
		else if (r->trust == RUN_UNPROVEN && r->opened == 0)
			st = name(w, r->row.first,
			    "run %llu, from row %llu on, was changed or planted: none of its rows "
			    "opens",
			    (ull)r->row.id, (ull)r->row.first);
	}
	return st;
}

static enum status
walk_end(struct walk *w)
{
	enum status st = missing_rows(w, w->end);

	if (st == ST_OK)
		st = hand_on(w);
	if (st == ST_OK)
		st = name_unread(w);
	if (st == ST_OK && !w->gap && !w->f->rows_alone &&
	    memcmp(w->link, w->f->root->journal.link, sizeof(w->link)) != 0)
		st = name(w, w->end, "the last rows are not those that were written");
	if (st == ST_OK)
		st = name_runs(w);
	return st == ST_OK ? name_outside(w) : st;
}

enum status
fold_journal(struct fold *f)
{
	struct walk *w;
	enum status st;

	/* A root with a wrong mac is folded too, for reading: whoever made it may have written
	 * numbers that no walk ends at. */
	if (f->root->journal.first > FOLD_ROWS_MAX || f->root->journal.count > FOLD_ROWS_MAX)
		return f->fault(
		    f->arg, 0, "the root does not say which rows there are: none is read");
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return ST_MEMORY;
	w->f = f;
	w->expect = f->root->journal.first;
	w->end = f->root->journal.first + f->root->journal.count;
	memcpy(w->link, f->root->journal.link_before, sizeof(w->link));
	st = store_runs(f->store, collect_run, w);
	if (st == ST_OK)
		st = store_events(f->store, f->root->journal.first, walk_row, w);
	if (st == ST_OK)
		st = walk_end(w);
	if (w->runs != NULL)
		sodium_memzero(w->runs, w->run_count * sizeof(w->runs[0]));
	free(w->runs);
	sodium_memzero(w, sizeof(*w));
	free(w);
	return st;
}

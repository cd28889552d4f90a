/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/restore_journal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/base.h"
#include "gateway/core/events.h"
#include "gateway/core/fold.h"

#define ROWS_A_COMMIT 1000

struct writing {
	struct restore_journal *j;
	struct fold fold;
	struct base_runs runs; /* the old ones */
	uint64_t *last;        /* of each: the last row that names it */
	uint64_t run;          /* id of the one under way, the same in both states; 0: none yet */
	int is_proven;         /* that run */
	uint64_t base;         /* seq of the base that stands for dropped months; 0: none */
	size_t uncommitted;    /* rows */
	uint8_t *body;         /* EVENT_LONG_MAX */
};

static enum status
commit(struct writing *w)
{
	w->uncommitted = 0;
	return state_commit(w->j->state, 0, 0);
}

static const struct public32 *
month_key(const struct ring_list *list, uint16_t epoch)
{
	for (size_t i = 0; i < list->vault_count; i++)
		if (list->vault[i].epoch == epoch)
			return &list->vault[i].pk_v;
	return NULL;
}

/* Only now, with its first event: a run that holds nothing is not written. */
static enum status
begin(struct writing *w, uint8_t statement[RUN_STATEMENT_LEN])
{
	struct restore_journal *j = w->j;
	const struct store_run *run = w->fold.run;
	const struct public32 *pk = month_key(&j->src->list, run->epoch);
	enum status st = ST_OK;

	if (pk == NULL)
		return ST_DAMAGED;                           /* not reached: its K_0 was opened */
	if (w->uncommitted > 0 && (st = commit(w)) != ST_OK) /* the run before it */
		return st;
	state_arm(j->state, j->k_h, run->epoch, pk->b);
	if ((st = change_skip(j->state, run->first)) != ST_OK)
		return st;
	state_run_statement(j->state, statement);
	w->run = run->id;
	return ST_OK;
}

/* The new incarnation's statement, where the old one's stood. ST_DAMAGED: it had none. */
static enum status
restate(struct writing *w, size_t len, const uint8_t statement[RUN_STATEMENT_LEN])
{
	struct event_mark mark;

	if (event_mark_decode(w->body, len, &mark) != ST_OK || !mark.has_statement)
		return ST_DAMAGED;
	memcpy(mark.statement, statement, RUN_STATEMENT_LEN);
	(void)event_mark_encode(&mark, w->body, EVENT_LONG_MAX);
	return ST_OK;
}

/* --- runs that lie among each other --- */

/* The old run of that id; runs.count: none. */
static size_t
place_of(const struct writing *w, uint64_t id)
{
	size_t low = 0, high = w->runs.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->runs.run[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < w->runs.count && w->runs.run[low].id == id ? low : w->runs.count;
}

static enum status
note_last(void *arg, const struct store_event *row, int odd)
{
	struct writing *w = arg;
	size_t at = place_of(w, row->run);

	(void)odd;
	if (at < w->runs.count)
		w->last[at] = row->seq;
	return ST_OK;
}

static enum status
find_last_rows(struct writing *w)
{
	const struct fold *f = &w->fold;
	const struct base_journal journal = {f->store, f->root, f->ring, f->secrets, f->rows_alone};
	enum status st = base_runs_read(&journal, &w->runs);

	if (st != ST_OK)
		return st;
	if ((w->last = calloc(w->runs.count + 1, sizeof(*w->last))) == NULL)
		return ST_MEMORY;
	return store_events(f->store, f->root->journal.first, note_last, w);
}

/* A run is written once, from its first row to its last. One that nobody proves (whoever has pk_V
 * may have planted it) does not end another of ours, and none is begun before what is written. */
static int
is_among_others(const struct writing *w, const struct view_event *ev)
{
	if (w->fold.run->first < state_next_seq(w->j->state))
		return 1;
	return !ev->proven && w->is_proven && w->last[place_of(w, w->run)] > ev->seq;
}

/* --- events --- */

static enum status
note_fault(void *arg, uint64_t seq, const char *words)
{
	struct restore_journal *j = ((struct writing *)arg)->j;

	(void)seq;
	if (j->faults++ == 0)
		(void)snprintf(j->first_fault, sizeof(j->first_fault), "%s", words);
	return ST_OK;
}

static enum status
write_event(void *arg, const struct view_event *ev)
{
	struct writing *w = arg;
	struct restore_journal *j = w->j;
	uint8_t statement[RUN_STATEMENT_LEN];
	uint64_t seq, before;
	enum status st = ST_OK;

	if (w->run != w->fold.run->id) {
		if (is_among_others(w, ev))
			return note_fault(
			    w, ev->seq, "a run lies among another's rows: it is left out");
		if ((st = begin(w, statement)) != ST_OK)
			return st;
		w->is_proven = ev->proven;
	}
	memcpy(w->body, ev->body, ev->len);
	if (ev->seq == w->fold.run->first && restate(w, ev->len, statement) != ST_OK)
		return ST_OK; /* not reached: the fold proved it by its statement */
	if ((st = change_skip(j->state, ev->seq)) != ST_OK)
		return st;
	before = state_next_seq(j->state);
	st = change_event(j->state, ev->type, ev->version, w->body, ev->len, &seq);
	if (st == ST_OK && (ev->seq > w->base || !base_holds(ev->type)))
		st = view_apply(j->view, ev);
	w->uncommitted += (size_t)(state_next_seq(j->state) - before);
	j->rows += state_next_seq(j->state) - before;
	if (st == ST_OK && w->uncommitted >= ROWS_A_COMMIT)
		st = commit(w);
	return st;
}

/* Old months were dropped: who was enrolled in them, the oldest base says. */
static enum status
begin_with_base(struct writing *w)
{
	const struct fold *f = &w->fold;
	const struct base_journal journal = {f->store, f->root, f->ring, f->secrets, f->rows_alone};
	struct base base;
	enum status st = base_oldest(&journal, &base);

	if (st == ST_OK && base.seq != 0)
		view_from_base(w->j->view, base.seq);
	w->base = base.seq;
	return st;
}

/* Where only the rows say which there are, those behind the last that opened are unknown. */
static uint64_t
count_missing(const struct writing *w)
{
	const struct restore_journal *j = w->j;
	uint64_t first = state_root(j->state)->journal.first;

	return (j->src->knows_root ? j->src->root.journal.count
				   : state_next_seq(j->state) - first) -
	       j->rows;
}

enum status
restore_journal(struct restore_journal *j)
{
	struct restore_source *src = j->src;
	struct writing w = {.j = j,
	    .body = malloc(EVENT_LONG_MAX),
	    .fold = {.store = src->store,
		.root = &src->root,
		.rows_alone = !src->knows_root,
		.ring = &src->list,
		.secrets = &src->secrets,
		.event = write_event,
		.fault = note_fault,
		.arg = &w}};
	uint64_t end = src->root.journal.first + src->root.journal.count;
	enum status st = ST_OK;

	if (w.body == NULL)
		return ST_MEMORY;
	/* Where only the rows say it, nobody knows whether any were dropped. */
	if (src->root.journal.first > 1 || !src->knows_root)
		st = begin_with_base(&w);
	if (st == ST_OK)
		st = find_last_rows(&w);
	if (st == ST_OK)
		st = fold_journal(&w.fold);
	j->epoch = w.fold.epoch;
	if (st == ST_OK && j->rows == 0)
		st = ST_INCOMPLETE;
	if (st == ST_OK)
		st = commit(&w);
	/* The numbers of rows that were lost at the end are not given again. */
	if (st == ST_OK && src->knows_root && end > state_next_seq(j->state))
		st = change_skip(j->state, end);
	if (st == ST_OK)
		j->missing = count_missing(&w);
	base_runs_free(&w.runs);
	free(w.last);
	sodium_memzero(w.body, EVENT_LONG_MAX);
	free(w.body);
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/fold.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/journal.h"
#include "gateway/core/events.h"

#define ROWS_MAX (UINT64_C(1) << 28) /* 64 GiB: more than any journal has */

enum run_trust { RUN_UNOPENED, RUN_UNPROVEN, RUN_PLANTED, RUN_PROVEN };

struct walk {
	struct fold *f;
	struct store_run *runs;
	size_t run_count, run_cap;
	size_t next_run;        /* index of the first one that was not entered */
	struct journal_run run; /* the one under way */
	struct key32 k_0;
	uint16_t epoch;
	uint8_t link_before[32]; /* of the run under way, as computed */
	enum run_trust trust;
	int first_seen;  /* its first event was looked at */
	uint64_t expect; /* seq of the next row */
	uint64_t end;    /* one behind the last */
	uint8_t link[32];
	int gap; /* something was named since the last link that fitted */
	/* an event whose `more` may still come */
	uint64_t seq;
	uint8_t type, version;
	size_t len;
	uint8_t body[EVENT_LONG_MAX];
};

static enum status __attribute__((format(printf, 3, 4)))
name_fault(struct walk *w, uint64_t seq, const char *fmt, ...)
{
	char words[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	w->gap = 1;
	return w->f->fault(w->f->arg, seq, words);
}

/* The event collected so far is whole: hand it on. */
static enum status
hand_on(struct walk *w)
{
	struct view_event ev = {
	    w->seq, w->type, w->version, w->trust == RUN_PROVEN, w->body, w->len};
	enum status st = ST_OK;

	if (w->type != 0)
		st = w->f->event(w->f->arg, &ev);
	w->type = 0;
	w->len = 0;
	return st;
}

static enum status
collect_run(void *arg, const struct store_run *run, int odd)
{
	struct walk *w = arg;
	struct store_run *grown;

	/* A run's id is its first seq: a planted one can neither come before ours nor push ours
	 * out. */
	if (odd || run->id != run->first || run->first < w->expect || run->first >= w->end)
		return name_fault(w, run->first,
		    "run %llu lies outside what the root knows: it is not read",
		    (unsigned long long)run->id);
	if (w->run_count > 0 && (run->id <= w->runs[w->run_count - 1].id ||
				    run->first <= w->runs[w->run_count - 1].first))
		return name_fault(w, run->first, "run %llu is out of order: it is not read",
		    (unsigned long long)run->id);
	if (w->run_count == w->run_cap) {
		w->run_cap = w->run_cap == 0 ? 64 : w->run_cap * 2;
		if ((grown = realloc(w->runs, w->run_cap * sizeof(*grown))) == NULL)
			return ST_MEMORY;
		w->runs = grown;
	}
	w->runs[w->run_count++] = *run;
	return ST_OK;
}

static const struct public32 *
vault_public(const struct ring_list *ring, uint16_t epoch)
{
	for (size_t i = 0; i < ring->vault_count; i++)
		if (ring->vault[i].epoch == epoch)
			return &ring->vault[i].pk_v;
	return NULL;
}

static const struct key32 *
vault_secret(const struct ring_secrets *secrets, uint16_t epoch)
{
	for (size_t i = 0; i < secrets->month_count; i++)
		if (secrets->month[i].epoch == epoch)
			return &secrets->month[i].sk_v;
	return NULL;
}

static enum status
enter_run(struct walk *w)
{
	const struct store_run *run = &w->runs[w->next_run++];
	const struct public32 *pk = vault_public(w->f->ring, run->epoch);
	const struct key32 *sk = vault_secret(w->f->secrets, run->epoch);
	enum status st = hand_on(w);

	if (st != ST_OK)
		return st;
	w->epoch = run->epoch;
	memcpy(w->link_before, w->link, sizeof(w->link));
	journal_link_run(w->link, run->id, run->epoch, run->first, run->blob);
	w->first_seen = 0;
	w->trust = RUN_UNPROVEN;
	if (pk == NULL || sk == NULL || journal_run_open(pk, sk, run->blob, &w->k_0) != ST_OK) {
		w->trust = RUN_UNOPENED;
		memset(&w->k_0, 0, sizeof(w->k_0));
		st = name_fault(w, run->first,
		    "run %llu, from row %llu on, does not open: damaged or planted",
		    (unsigned long long)run->id, (unsigned long long)run->first);
	}
	journal_start(&w->run, &w->k_0, run->id, run->first);
	if (st == ST_OK && w->f->run != NULL)
		st = w->f->run(w->f->arg, run);
	return st;
}

/* The statement of a run's first event, against what was computed. */
static enum status
prove_run(struct walk *w, const struct journal_event *event)
{
	struct event_mark mark;
	uint8_t proof[32];
	const uint8_t *stated;

	if (event_mark_decode(event->body, event->len, &mark) != ST_OK || !mark.has_statement ||
	    (event->type != EVENT_ARMED && event->type != EVENT_OPENED)) {
		w->trust = RUN_PLANTED;
		return name_fault(w, w->run.first,
		    "run %llu begins with no statement: it is not ours",
		    (unsigned long long)w->run.id);
	}
	stated = mark.statement + 8;
	journal_run_proof(
	    &w->f->secrets->k_h, w->run.id, w->epoch, w->run.first, &w->k_0, stated, proof);
	if ((!w->f->rows_alone && memcmp(mark.statement, w->f->root->incarnation, 8) != 0) ||
	    sodium_memcmp(proof, mark.statement + 40, sizeof(proof)) != 0) {
		w->trust = RUN_PLANTED;
		return name_fault(w, w->run.first,
		    "run %llu, from row %llu on, was not written by this gateway: it is not read",
		    (unsigned long long)w->run.id, (unsigned long long)w->run.first);
	}
	w->trust = RUN_PROVEN;
	if (w->epoch > w->f->epoch)
		w->f->epoch = w->epoch; /* only of our own runs, and only forward */
	if (memcmp(stated, w->link_before, sizeof(w->link_before)) == 0) {
		w->gap = 0;
		return ST_OK;
	}
	/* Go on from what this run states, so that the next link can be checked again. */
	memcpy(w->link, stated, sizeof(w->link));
	for (size_t i = 0; i < w->run_count; i++)
		if (w->runs[i].id == w->run.id)
			journal_link_run(w->link, w->runs[i].id, w->runs[i].epoch, w->runs[i].first,
			    w->runs[i].blob);
	if (w->gap) {
		w->gap = 0; /* its cause was named */
		return ST_OK;
	}
	return name_fault(w, w->run.first,
	    "the rows before row %llu are not those that were written",
	    (unsigned long long)w->run.first);
}

static enum status
take_event(struct walk *w, uint64_t seq, const struct journal_event *event)
{
	enum status st;

	if (event->type == EVENT_MORE) {
		if (w->type == 0 || event->len > sizeof(w->body) - w->len)
			return name_fault(w, seq,
			    "row %llu goes on from an event that is not there",
			    (unsigned long long)seq);
		memcpy(w->body + w->len, event->body, event->len);
		w->len += event->len;
		return ST_OK;
	}
	if ((st = hand_on(w)) != ST_OK)
		return st;
	w->seq = seq;
	w->type = event->type;
	w->version = event->version;
	w->len = event->len;
	memcpy(w->body, event->body, event->len);
	return ST_OK;
}

/* What one row says, once its place is known to be right. */
static enum status
read_row(struct walk *w, const struct store_event *row)
{
	struct journal_event event;
	enum status st;

	st = journal_open(&w->run, row->blob, &event);
	if (w->trust == RUN_UNOPENED || w->trust == RUN_PLANTED)
		return ST_OK; /* named with its run */
	if (st != ST_OK) {
		w->type = 0;
		w->first_seen = 1;
		return name_fault(w, row->seq, "row %llu was changed or damaged: it does not open",
		    (unsigned long long)row->seq);
	}
	if (row->seq == w->run.first)
		st = prove_run(w, &event);
	w->first_seen = 1;
	if (st == ST_OK && w->trust != RUN_PLANTED)
		st = take_event(w, row->seq, &event);
	sodium_memzero(&event, sizeof(event));
	return st;
}

static enum status
missing_rows(struct walk *w, uint64_t upto)
{
	enum status st = ST_OK;

	if (upto > w->expect) {
		w->type = 0;
		st = name_fault(w, w->expect, "rows %llu to %llu are missing",
		    (unsigned long long)w->expect, (unsigned long long)(upto - 1));
	}
	w->expect = upto;
	return st;
}

/* Enter every run that begins at or before seq, naming what is missing on the way. */
static enum status
enter_runs(struct walk *w, uint64_t seq)
{
	enum status st = ST_OK;

	while (st == ST_OK && w->next_run < w->run_count && w->runs[w->next_run].first <= seq) {
		st = missing_rows(w, w->runs[w->next_run].first);
		if (st == ST_OK)
			st = enter_run(w);
	}
	return st;
}

static enum status
walk_row(void *arg, const struct store_event *row, int odd)
{
	struct walk *w = arg;
	enum status st;

	if (row->seq >= w->end)
		return name_fault(w, row->seq,
		    "row %llu lies behind what the root knows: it is not read",
		    (unsigned long long)row->seq);
	if ((st = enter_runs(w, row->seq)) != ST_OK)
		return st;
	if ((st = missing_rows(w, row->seq)) != ST_OK)
		return st;
	w->expect = row->seq + 1;
	journal_link_event(w->link, row->seq, row->run, row->blob);
	if (w->next_run == 0)
		return name_fault(
		    w, row->seq, "row %llu belongs to no run", (unsigned long long)row->seq);
	if (odd || row->run != w->run.id) {
		w->type = 0;
		return name_fault(w, row->seq, "row %llu was moved, or has a wrong length",
		    (unsigned long long)row->seq);
	}
	journal_skip(&w->run, row->seq - w->run.first);
	return read_row(w, row);
}

static enum status
walk_end(struct walk *w)
{
	enum status st = enter_runs(w, w->end - 1);

	if (st == ST_OK)
		st = missing_rows(w, w->end);
	if (st == ST_OK)
		st = hand_on(w);
	if (st == ST_OK && !w->gap && !w->f->rows_alone &&
	    memcmp(w->link, w->f->root->journal.link, sizeof(w->link)) != 0)
		st = name_fault(w, w->end, "the last rows are not those that were written");
	return st;
}

enum status
fold_journal(struct fold *f)
{
	struct walk *w;
	enum status st;

	/* A root with a wrong mac is folded too, for reading: whoever made it may have written
	 * numbers that no walk ends at. */
	if (f->root->journal.first > ROWS_MAX || f->root->journal.count > ROWS_MAX)
		return f->fault(
		    f->arg, 0, "the root does not say which rows there are: none is read");
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return ST_MEMORY;
	w->f = f;
	w->expect = f->root->journal.first;
	w->end = f->root->journal.first + f->root->journal.count;
	memcpy(w->link, f->root->journal.link_before, sizeof(w->link));
	st = store_runs(f->store, collect_run, w);
	w->gap = 0; /* runs outside take nothing away from those inside */
	if (st == ST_OK)
		st = store_events(f->store, f->root->journal.first, walk_row, w);
	if (st == ST_OK && w->end > f->root->journal.first)
		st = walk_end(w);
	free(w->runs);
	sodium_memzero(w, sizeof(*w));
	free(w);
	return st;
}

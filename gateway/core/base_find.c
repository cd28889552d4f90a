/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding bases in the journal. */
#include "gateway/core/base.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/journal.h"
#include "gateway/core/events_carried.h"
#include "gateway/core/run_proof.h"

#define ST_ENOUGH ST_CLOSED /* ends a walk over rows */

/* --- runs --- */

struct collect {
	struct base_runs *out;
	uint64_t first, end;
};

static enum status
collect_run(void *arg, const struct store_run *run, int odd)
{
	struct collect *c = arg;
	struct base_runs *r = c->out;
	struct store_run *grown;

	if (odd || run->id != run->first || run->first < c->first || run->first >= c->end)
		return ST_OK; /* the fold names it */
	if (r->count == r->room) {
		r->room = r->room == 0 ? 64 : r->room * 2;
		if ((grown = realloc(r->run, r->room * sizeof(*grown))) == NULL)
			return ST_MEMORY;
		r->run = grown;
	}
	r->run[r->count++] = *run;
	return ST_OK;
}

struct base_journal
base_journal_of(const struct session *s)
{
	return (struct base_journal){s->store, state_root(s->state), &s->ring, &s->keys->ring, 0};
}

enum status
base_runs_read(const struct base_journal *j, struct base_runs *out)
{
	const struct tree_root *root = j->root;
	struct collect c = {out, root->journal.first, root->journal.first + root->journal.count};

	memset(out, 0, sizeof(*out));
	return store_runs(j->store, collect_run, &c);
}

void
base_runs_free(struct base_runs *runs)
{
	free(runs->run);
	memset(runs, 0, sizeof(*runs));
}

/* --- one run's first rows --- */

struct reading {
	const struct base_journal *j;
	const struct store_run *row;
	struct journal_run run;
	struct key32 k_0;
	uint64_t next;
	int only_first;
	struct event_mark mark;
	uint8_t link_before[JOURNAL_LINK_LEN];
	int is_proven;
	struct base base; /* seq 0: this run has none */
	uint32_t items;
	int is_whole;
};

static enum status
first_row(struct reading *r, const struct journal_event *event)
{
	if (run_prove(r->j->secrets, r->j->rows_alone ? NULL : r->j->root->incarnation, r->row,
		&r->k_0, event, r->link_before) != ST_OK ||
	    event_mark_decode(event->body, event->len, &r->mark) != ST_OK)
		return ST_ENOUGH;
	r->is_proven = 1;
	return r->only_first || event->type != EVENT_OPENED ? ST_ENOUGH : ST_OK;
}

/* Only BEGIN and END are read: of the rest each row must be there and open. */
static enum status
item_row(struct reading *r, uint64_t seq, const struct journal_event *event)
{
	struct event_carried e;

	if (event->type == EVENT_MORE && r->items > 0)
		return ST_OK;
	if (event->type != EVENT_CARRIED || event->version > event_version(EVENT_CARRIED) ||
	    event->len == 0)
		return ST_ENOUGH;
	if (r->base.seq != 0 && event->body[0] != CARRIED_END) {
		r->items++;
		return event->body[0] == CARRIED_BEGIN ? ST_ENOUGH : ST_OK;
	}
	if (event_carried_decode(event->body, event->len, &e) != ST_OK)
		return ST_ENOUGH;
	if (r->base.seq == 0) {
		if (e.item != CARRIED_BEGIN || e.epoch != r->row->epoch)
			return ST_ENOUGH;
		r->base = (struct base){.seq = seq,
		    .run = r->row->first,
		    .at = e.at,
		    .epoch = e.epoch,
		    .trust = e.trust};
		return ST_OK;
	}
	r->is_whole = e.count == r->items;
	r->base.rows = seq + 1 - r->base.seq;
	return ST_ENOUGH;
}

static enum status
read_row(void *arg, const struct store_event *row, int odd)
{
	struct reading *r = arg;
	struct journal_event event;
	enum status st;

	if (odd || row->seq != r->next || row->run != r->row->id ||
	    journal_open(&r->run, row->blob, &event) != ST_OK)
		return ST_ENOUGH;
	r->next++;
	st = row->seq == r->row->first ? first_row(r, &event) : item_row(r, row->seq, &event);
	sodium_memzero(&event, sizeof(event));
	return st;
}

static enum status
read_run(
    const struct base_journal *j, const struct store_run *row, int only_first, struct reading *r)
{
	enum status st;

	memset(r, 0, sizeof(*r));
	r->j = j;
	r->row = row;
	r->next = row->first;
	r->only_first = only_first;
	if (run_open(j->ring, j->secrets, row, &r->k_0) != ST_OK)
		return ST_OK;
	journal_start(&r->run, &r->k_0, row->id, row->first);
	st = store_events(j->store, row->first, read_row, r);
	sodium_memzero(&r->run, sizeof(r->run));
	sodium_memzero(&r->k_0, sizeof(r->k_0));
	return st == ST_ENOUGH ? ST_OK : st;
}

enum status
base_run_begin(const struct base_journal *j, const struct store_run *run, uint32_t *hour,
    uint8_t link_before[JOURNAL_LINK_LEN])
{
	struct reading r;
	enum status st = read_run(j, run, 1, &r);

	if (st == ST_OK && !r.is_proven)
		st = ST_UNKNOWN;
	if (st != ST_OK)
		return st;
	*hour = r.mark.hour;
	memcpy(link_before, r.link_before, JOURNAL_LINK_LEN);
	return ST_OK;
}

/* --- bases --- */

int
base_is_old(const struct base *b, uint32_t now)
{
	return b->trust >= TRUST_CONFIRMED && now >= b->at && now - b->at >= BASE_OLD_QUARTERS;
}

/* The first whole base among runs [from, upto), which are of one epoch; one whose date was
 * confirmed goes before. */
static enum status
base_among(const struct base_journal *j, const struct base_runs *runs, size_t from, size_t upto,
    struct base *out)
{
	struct reading r;
	enum status st = ST_OK;

	out->seq = 0;
	for (size_t i = from; st == ST_OK && i < upto; i++) {
		st = read_run(j, &runs->run[i], 0, &r);
		if (!r.is_whole || (out->seq != 0 && r.base.trust < TRUST_CONFIRMED))
			continue;
		*out = r.base;
		if (out->trust >= TRUST_CONFIRMED)
			break;
	}
	return st;
}

/* The runs of one epoch stand together, for it moves forward only: [*from, upto) of that before. */
static void
epoch_before(const struct base_runs *runs, size_t *from, size_t upto)
{
	*from = upto;
	while (*from > 0 && runs->run[*from - 1].epoch == runs->run[upto - 1].epoch)
		--*from;
}

enum status
base_each(const struct base_journal *j, const struct base_runs *runs, base_fn *fn, void *arg)
{
	struct base b;
	enum status st = ST_OK;

	for (size_t from = 0, upto = 0; st == ST_OK && from < runs->count; from = upto) {
		while (upto < runs->count && runs->run[upto].epoch == runs->run[from].epoch)
			upto++;
		st = base_among(j, runs, from, upto, &b);
		if (st == ST_OK && b.seq != 0)
			st = fn(arg, &b);
	}
	return st;
}

/* Without a confirmed clock the newest base says how late it is at least. */
static enum status
newest_old(struct session *s, const struct base_runs *runs, struct base *out)
{
	const struct base_journal j = base_journal_of(s);
	uint32_t now = session_clock_confirmed(s) ? session_quarter(s) : 0;
	enum status st = ST_OK;
	size_t upto = runs->count, from;
	struct base b;

	/* While there is but one epoch its base is of its beginning: nothing is gained. */
	if (upto == 0 || runs->run[0].epoch == runs->run[upto - 1].epoch)
		return ST_OK;
	for (; st == ST_OK && upto > 0; upto = from) {
		epoch_before(runs, &from, upto);
		if ((st = base_among(&j, runs, from, upto, &b)) != ST_OK || b.seq == 0)
			continue;
		if (now == 0 && b.trust >= TRUST_CONFIRMED)
			now = b.at;
		if (!base_is_old(&b, now))
			continue;
		*out = b;
		break;
	}
	return st;
}

static enum status
take_first(void *arg, const struct base *b)
{
	*(struct base *)arg = *b;
	return ST_ENOUGH;
}

enum status
base_oldest(const struct base_journal *j, struct base *out)
{
	struct base_runs runs;
	enum status st = base_runs_read(j, &runs);

	memset(out, 0, sizeof(*out));
	if (st == ST_OK)
		st = base_each(j, &runs, take_first, out);
	base_runs_free(&runs);
	return st == ST_ENOUGH ? ST_OK : st;
}

enum status
base_choose(struct session *s, int all, struct base *out, uint64_t *from)
{
	const struct base_journal j = base_journal_of(s);
	struct base_runs runs;
	enum status st = base_runs_read(&j, &runs);

	memset(out, 0, sizeof(*out));
	*from = 0;
	if (st == ST_OK && !all)
		st = newest_old(s, &runs, out);
	base_runs_free(&runs);
	if (out->seq != 0)
		*from = out->run;
	else if (st == ST_OK && j.root->journal.first > 1)
		st = base_oldest(&j, out);
	return st;
}

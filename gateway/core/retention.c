/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/retention.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/core/base.h"
#include "gateway/core/epochs.h"
#include "gateway/core/events_carried.h"
#include "gateway/core/ring_change.h"
#include "gateway/core/session_unlock.h"
#include "gateway/core/words.h"

const char *
retention_words(enum retention_why why)
{
	switch (why) {
	case RETENTION_CLOCK:
		return "the date is not confirmed: unlock again and say yes to it, then it is seen";
	case RETENTION_RECENT:
		return "this month and the four before it are kept";
	case RETENTION_NO_BASE:
		return "what must be kept of it was not written 70 days ago yet";
	case RETENTION_EARLIER:
		return "an earlier one stays, and the oldest go first";
	default:
		return "";
	}
}

/* --- what there is --- */

struct listing {
	struct session *s;
	struct base_journal journal;
	struct base_runs runs;
	struct retention_month *out;
	size_t count, max;
	unsigned base_month; /* the last month with a base that is old enough */
	int has_base;
};

static struct retention_month *
find_month(struct listing *l, unsigned month)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->out[i].month == month)
			return &l->out[i];
	return NULL;
}

/* A month begins with its first run. Runs that do not prove themselves are damaged or planted, and
 * go with the month before them. */
static enum status
add_run(struct listing *l, const struct store_run *run)
{
	unsigned month = epoch_month(run->epoch);
	uint8_t link[JOURNAL_LINK_LEN];
	uint32_t hour;
	enum status st;

	st = base_run_begin(&l->journal, run, &hour, link);
	if (st != ST_OK || (l->count > 0 && l->out[l->count - 1].month >= month))
		return st == ST_UNKNOWN ? ST_OK : st;
	if (l->count == l->max)
		return ST_FULL;
	if (l->count > 0) {
		l->out[l->count - 1].to_hour = hour;
		memcpy(l->out[l->count - 1].link_behind, link, sizeof(link));
	}
	l->out[l->count++] =
	    (struct retention_month){.month = month, .first = run->first, .from_hour = hour};
	return ST_OK;
}

static enum status
make_months(struct listing *l)
{
	const struct tree_root *root = state_root(l->s->state);
	uint64_t end = root->journal.first + root->journal.count;
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < l->runs.count; i++)
		st = add_run(l, &l->runs.run[i]);
	if (l->count == 0)
		return st;
	l->out[0].first = root->journal.first;
	l->out[l->count - 1].to_hour = session_quarter(l->s) / 4;
	for (size_t i = 0; i < l->count; i++)
		l->out[i].rows = (i + 1 < l->count ? l->out[i + 1].first : end) - l->out[i].first;
	return st;
}

static enum status
note_base(void *arg, const struct base *b)
{
	struct listing *l = arg;
	struct retention_month *m = find_month(l, epoch_month(b->epoch));

	if (m != NULL)
		m->has_base = 1;
	if (base_is_old(b, session_quarter(l->s))) {
		l->base_month = epoch_month(b->epoch);
		l->has_base = 1;
	}
	return ST_OK;
}

static void
judge_months(struct listing *l)
{
	unsigned now = epochs_month(session_quarter(l->s));
	int stays = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct retention_month *m = &l->out[i];

		if (stays)
			m->why = RETENTION_EARLIER;
		else if (!session_clock_confirmed(l->s))
			m->why = RETENTION_CLOCK;
		else if (m->month + RETENTION_MONTHS >= now || i + 1 == l->count)
			m->why = RETENTION_RECENT;
		else if (!l->has_base || l->base_month <= m->month)
			m->why = RETENTION_NO_BASE;
		stays = m->why != RETENTION_GOES;
	}
}

enum status
retention_list(struct session *s, struct retention_month *out, size_t max, size_t *count)
{
	struct listing l = {.s = s, .journal = base_journal_of(s), .out = out, .max = max};
	enum status st = base_runs_read(&l.journal, &l.runs);

	if (st == ST_OK)
		st = make_months(&l);
	if (st == ST_OK)
		st = base_each(&l.journal, &l.runs, note_base, &l);
	if (st == ST_OK)
		judge_months(&l);
	*count = l.count;
	base_runs_free(&l.runs);
	return st;
}

/* --- dropping --- */

/* The months' keys, of every serial. */
static enum status
drop_keys(const struct session *s, struct ring_change *change, unsigned month)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < s->ring.vault_count; i++)
		if (epoch_month(s->ring.vault[i].epoch) <= month)
			st = ring_change_drop_epoch(change, s->ring.vault[i].epoch);
	return st;
}

static enum status
collect(struct session *s, struct ring_change *change, const struct retention_month *last)
{
	const struct event_dropped e = {.at = session_quarter(s),
	    .epoch = (uint16_t)(last->month * EPOCH_SERIALS + EPOCH_SERIALS - 1),
	    .first = last->first + last->rows};
	uint8_t body[EVENT_DROPPED_LEN];
	enum status st = drop_keys(s, change, last->month);

	if (st == ST_OK)
		st = ring_change_collect(s, change);
	if (st != ST_OK)
		return st; /* nothing was collected */
	if ((st = change_forget(s->state, e.first, last->link_behind)) == ST_OK)
		st = session_append(
		    s, EVENT_DROPPED, body, event_dropped_encode(&e, body, sizeof(body)), NULL);
	return st == ST_OK || status_class(st) == SC_STOP ? st : ST_IO;
}

/* In one commit, after which the anchor's old slot, which still opens the old keys, goes at once;
 * and what the view holds of those months goes with it. */
static enum status
drop(struct session *s, const struct retention_month *last)
{
	struct ring_change *change;
	enum status st = ring_change_begin(s, &change);

	if (st != ST_OK)
		return st;
	st = collect(s, change, last);
	if (st == ST_OK)
		st = session_commit(s);
	if (st == ST_OK) {
		ring_change_taken(s, change);
		st = state_idle(s->state);
	}
	ring_change_free(change);
	if (st == ST_OK && s->view_first < last->first + last->rows)
		st = session_fold_view(s, 0);
	return st;
}

enum status
retention_drop(struct session *s, unsigned month, char words[SESSION_WORDS_MAX])
{
	struct retention_month *months = calloc(RETENTION_LISTED_MAX, sizeof(*months));
	enum status st = ST_MEMORY;
	size_t count = 0, i = 0;

	if (months != NULL)
		st = retention_list(s, months, RETENTION_LISTED_MAX, &count);
	while (i < count && months[i].month != month)
		i++;
	if (st == ST_OK && i == count)
		st =
		    say(words, ST_UNKNOWN, "the journal has no such month: see 'tocsin retention'");
	else if (st == ST_OK && months[i].why != RETENTION_GOES)
		st = say(words, ST_NOT_ALLOWED, "%s", retention_words(months[i].why));
	else if (st == ST_OK)
		st = drop(s, &months[i]);
	free(months);
	return st;
}

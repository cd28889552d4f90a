/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/epochs.h"

#include <time.h>

#include "gateway/common/status.h"
#include "gateway/core/ring_change.h"
#include "reporting/report/record.h"

unsigned
epochs_month(uint32_t quarter)
{
	time_t at = (time_t)record_unix(quarter);
	struct tm tm;

	(void)gmtime_r(&at, &tm);
	return (unsigned)((tm.tm_year - 125) * 12 + tm.tm_mon);
}

/* The month up to which a run may go now. */
static unsigned
month_now(const struct session *s)
{
	unsigned last = epoch_month(s->epoch), now;

	if (!session_clock_confirmed(s))
		return last;
	now = epochs_month(session_quarter(s));
	return now > last ? now : last;
}

const struct public32 *
epochs_choose(struct session *s)
{
	const struct ring_vault *vault = ring_vault_for(&s->ring, month_now(s));

	s->epoch = vault->epoch;
	return &vault->pk_v;
}

static int
has_month(const struct ring_list *ring, unsigned month)
{
	for (size_t i = 0; i < ring->vault_count; i++)
		if (epoch_month(ring->vault[i].epoch) == month)
			return 1;
	return 0;
}

static int
is_ahead(const struct session *s, unsigned month)
{
	for (unsigned i = 0; i <= MONTHS_AHEAD; i++)
		if (!has_month(&s->ring, month + i))
			return 0;
	return 1;
}

enum status
epochs_ahead(struct session *s)
{
	unsigned month = month_now(s);
	struct ring_change *change;
	enum status st;

	if (is_ahead(s, month))
		return ST_OK;
	if ((st = ring_change_begin(s, &change)) != ST_OK)
		return st;
	if ((st = ring_change_months(change, month)) == ST_FULL) {
		ring_change_free(change);
		return ST_OK; /* the newest that exists goes on until old months are dropped */
	}
	if (st == ST_OK)
		st = ring_change_collect(s, change);
	if (st == ST_OK && (st = session_commit(s)) == ST_OK)
		ring_change_taken(s, change);
	ring_change_free(change);
	return st == ST_OK || status_class(st) == SC_STOP ? st : ST_IO;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/modem_impl.h"

#define SIGHTINGS 2
#define SIGHTINGS_HOPELESS 24 /* two hours of the slow poll: it may have been a passing refusal */

void
doubt_begin(struct modem *m)
{
	for (size_t i = 0; i < m->doubts_used; i++)
		m->doubts[i].seen_now = false;
}

void
doubt_seen(struct modem *m, int location)
{
	for (size_t i = 0; i < m->doubts_used; i++)
		if (m->doubts[i].location == location) {
			m->doubts[i].seen_now = true;
			m->doubts[i].sightings++;
			return;
		}
	if (m->doubts_used < DOUBTS_MAX) /* more wait until some of these are gone */
		m->doubts[m->doubts_used++] = (struct doubt){location, 1, true, false, false};
}

/* One that can be read now, or is gone, is no doubt any more. */
void
doubt_end(struct modem *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->doubts_used; i++)
		if (m->doubts[i].seen_now)
			m->doubts[kept++] = m->doubts[i];
	m->doubts_used = kept;
}

bool
doubt_is_fresh(const struct modem *m)
{
	for (size_t i = 0; i < m->doubts_used; i++)
		if (!m->doubts[i].hopeless && !m->doubts[i].is_own &&
		    m->doubts[i].sightings < SIGHTINGS)
			return true;
	return false;
}

bool
doubt_is_due(const struct doubt *d)
{
	return !d->is_own && d->sightings >= (d->hopeless ? SIGHTINGS_HOPELESS : SIGHTINGS);
}

bool
doubt_is_ripe(const struct modem *m)
{
	for (size_t i = 0; i < m->doubts_used; i++)
		if (doubt_is_due(&m->doubts[i]))
			return true;
	return false;
}

struct doubt_count
doubt_count(const struct modem *m)
{
	struct doubt_count count = {0, 0};

	for (size_t i = 0; i < m->doubts_used; i++) {
		count.hopeless += m->doubts[i].hopeless;
		count.own += m->doubts[i].is_own;
	}
	return count;
}

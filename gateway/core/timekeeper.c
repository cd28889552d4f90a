/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/timekeeper.h"

#include <string.h>

#include "reporting/report/record.h"

#define NONE INT64_MIN
#define AGREE_MS \
	((int64_t)3600 * 1000) /* the machine's clock above the stamps: they tell the time */

/* Times from outside are held to what the format of a report knows: no sum overflows then. */
static int
is_possible(int64_t utc_s)
{
	return record_quarter(utc_s) != RECORD_EVENT_NONE;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
offset_of(int64_t utc_s, int64_t boot_ms)
{
	return utc_s * 1000 - boot_ms;
}

void
timekeeper_start(struct timekeeper *t, const struct moment *now)
{
	memset(t, 0, sizeof(*t));
	t->built_ms = offset_of(TIMEKEEPER_BUILT_S, now->boot_ms);
	t->record_ms = t->stamps_ms = NONE;
}

void
timekeeper_record(struct timekeeper *t, const struct moment *now, int64_t record_s)
{
	if (is_possible(record_s))
		t->record_ms = later(t->record_ms, offset_of(record_s, now->boot_ms));
}

/* Without the stamps: the lower bound, and what the machine says if that is believable. */
static int64_t
without_stamps(const struct timekeeper *t, const struct moment *now, enum trust *trust)
{
	int64_t floor_ms = later(t->built_ms, t->record_ms), machine_ms;

	*trust = TRUST_NONE;
	if (!is_possible(now->wall_s))
		return floor_ms;
	machine_ms = offset_of(now->wall_s, now->boot_ms);
	if (machine_ms < floor_ms)
		return floor_ms;
	*trust = TRUST_MACHINE;
	return machine_ms;
}

/* Of each monitor's highest stamp the two highest. */
static void
remember(struct timekeeper *t, uint16_t slot, int64_t offset_ms)
{
	unsigned at = t->heard_count > 0 && t->heard[0].slot == slot ? 0 : 1;

	if (t->heard_count == 0 || (at == 1 && offset_ms > t->heard[0].offset_ms)) {
		t->heard[1] = t->heard[0];
		t->heard_count += t->heard_count < 2;
		at = 0;
	} else if (at < t->heard_count) {
		offset_ms = later(offset_ms, t->heard[at].offset_ms);
		if (offset_ms == t->heard[at].offset_ms)
			return;
	} else {
		t->heard_count = 2;
	}
	t->heard[at].slot = slot;
	t->heard[at].offset_ms = offset_ms;
}

void
timekeeper_heard(struct timekeeper *t, const struct moment *now, uint16_t slot, int64_t stamp_s)
{
	enum trust trust;
	int64_t base_ms;

	if (!is_possible(stamp_s))
		return;
	remember(t, slot, offset_of(stamp_s, now->boot_ms));
	/* Not the stamps taken before: one monitor alone would climb on her own. */
	base_ms = without_stamps(t, now, &trust);
	if (t->heard_count == 2) {
		t->stamps_ms = later(t->stamps_ms, t->heard[1].offset_ms);
		base_ms = later(base_ms, t->heard[1].offset_ms);
	}
	if (t->heard[0].offset_ms <= base_ms + TIMEKEEPER_JUMP_MS)
		t->stamps_ms = t->heard[0].offset_ms; /* the highest of all */
}

static enum trust
believed(const struct timekeeper *t, const struct moment *now, int64_t *offset_ms)
{
	enum trust trust;

	if (t->how != 0) {
		*offset_ms = t->confirmed_ms;
		return TRUST_CONFIRMED;
	}
	*offset_ms = without_stamps(t, now, &trust);
	if (t->stamps_ms == NONE || t->stamps_ms < *offset_ms - AGREE_MS)
		return trust;
	*offset_ms = later(*offset_ms, t->stamps_ms);
	return TRUST_CENTRE;
}

enum trust
timekeeper_now(const struct timekeeper *t, const struct moment *now, int64_t *utc_s)
{
	int64_t offset_ms;
	enum trust trust = believed(t, now, &offset_ms);

	*utc_s = (offset_ms + now->boot_ms) / 1000;
	return trust;
}

int64_t
timekeeper_floor(const struct timekeeper *t, const struct moment *now)
{
	return (later(later(t->built_ms, t->record_ms), t->stamps_ms) + now->boot_ms) / 1000;
}

enum clock_how
timekeeper_how(const struct timekeeper *t)
{
	return t->how;
}

void
timekeeper_look(struct timekeeper *t, const struct moment *now)
{
	if (!now->is_synchronised || t->how == CLOCK_COORDINATOR || !is_possible(now->wall_s))
		return;
	if (t->how == 0 && now->wall_s < timekeeper_floor(t, now) - TIMEKEEPER_AGREE_S)
		return; /* a network that says what cannot be is no witness */
	t->how = CLOCK_NETWORK;
	t->confirmed_ms = offset_of(now->wall_s, now->boot_ms);
}

/* More than a year above everything that is known, the machine's clock too? */
static int
is_far_ahead(const struct timekeeper *t, const struct moment *now, int64_t given_s)
{
	return given_s > timekeeper_floor(t, now) + TIMEKEEPER_AHEAD_S &&
	       (!is_possible(now->wall_s) || given_s > now->wall_s + TIMEKEEPER_AGREE_S);
}

enum status
timekeeper_confirm(struct timekeeper *t, const struct moment *now, int64_t given_s, int is_sure)
{
	int64_t offset_ms, away_ms;
	enum trust trust;

	if (!is_possible(given_s) || given_s < TIMEKEEPER_BUILT_S)
		return ST_RANGE;
	if (!is_sure && (given_s < timekeeper_floor(t, now) - TIMEKEEPER_AGREE_S ||
			    is_far_ahead(t, now, given_s)))
		return ST_RANGE;
	away_ms = offset_of(given_s, now->boot_ms);
	if (is_sure && away_ms < t->record_ms)
		t->record_ms = NONE;
	if (is_sure) {
		t->heard_count = 0;
		t->stamps_ms = NONE;
	}
	trust = believed(t, now, &offset_ms);
	away_ms -= offset_ms;
	if (trust == TRUST_NONE || away_ms < -1000 * TIMEKEEPER_AGREE_S ||
	    away_ms > 1000 * TIMEKEEPER_AGREE_S)
		offset_ms += away_ms;
	else if (t->how == CLOCK_NETWORK)
		return ST_OK; /* it agrees, and goes on by itself */
	t->how = CLOCK_COORDINATOR;
	t->confirmed_ms = offset_ms;
	return ST_OK;
}

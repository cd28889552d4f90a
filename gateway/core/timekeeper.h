/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time is it, on a machine whose clock may be wrong or missing? Pure: it is told what the
 * clocks say. Everything is kept as an offset, UTC less the time since boot, so that time goes on
 * by the boot clock alone, whatever happens to the machine's clock.
 *
 * Lower bounds of the present:
 *   - the date of this program, and the newest record of the journal that was surely timed;
 *   - each service-centre stamp: a centre stamps a text when it accepts it, so it arrives later.
 *     It counts as far as two monitors' stamps go, and one monitor's up to 36 hours above that and
 *     above what is believed without stamps. A stamp whose sender is no monitor never counts, and
 *     none moves the clock back.
 * The machine's clock is believed if it is above these bounds. A confirmed clock is moved by none
 * of them: the network's, as long as no coordinator gave a date; hers until the process ends.
 */
#ifndef GATEWAY_CORE_TIMEKEEPER_H
#define GATEWAY_CORE_TIMEKEEPER_H

#include <stdint.h>

#include "schemas/messages.h"
#include "schemas/status.h"

/* No clock that says an earlier time is right. Moved with each release, to the day of its entry in
 * the change log; a constant, so that the same source makes the same program. */
#define TIMEKEEPER_BUILT_S 1793491200 /* 2026-11-01T00:00Z */

#define TIMEKEEPER_JUMP_MS ((int64_t)36 * 3600 * 1000)
#define TIMEKEEPER_AGREE_S (15 * 60) /* a date is given to the minute, and typing takes time */
#define TIMEKEEPER_AHEAD_S ((int64_t)400 * 24 * 3600) /* a mistyped year is more */

/* What the machine says at one moment: clock.h. */
struct moment {
	int64_t boot_ms;
	int64_t wall_s;
	int is_synchronised;
};

/* Only timekeeper_ functions look inside. */
struct timekeeper {
	int64_t built_ms;  /* all _ms: offsets */
	int64_t record_ms; /* INT64_MIN: none */
	int64_t stamps_ms; /* as far as the stamps are believed; INT64_MIN: none */
	struct {
		int64_t offset_ms;
		uint16_t slot;
	} heard[2]; /* each monitor's highest stamp: the two highest of all */
	unsigned heard_count;
	enum clock_how how; /* 0: not confirmed */
	int64_t confirmed_ms;
};

void timekeeper_start(struct timekeeper *t, const struct moment *now);

/* The newest time of the journal that was surely known, seconds UTC. */
void timekeeper_record(struct timekeeper *t, const struct moment *now, int64_t record_s);

/* A text of a monitor arrived now, or before, with this stamp: seconds UTC, INT64_MIN: none. */
void timekeeper_heard(
    struct timekeeper *t, const struct moment *now, uint16_t slot, int64_t stamp_s);

/* To be called now and then: takes the network's time while the machine has it. */
void timekeeper_look(struct timekeeper *t, const struct moment *now);

/*
 * A coordinator's word for the date. It confirms what is believed if that is within 15 minutes of
 * it, else it sets the clock. What a date too far ahead does cannot be undone: epochs only go
 * forward, and no month is old enough to be dropped before it.
 *   is_sure  also against the journal and the stamps, which are forgotten then, and more than
 *            TIMEKEEPER_AHEAD_S above the bounds where the machine's clock does not say so too;
 *            never against TIMEKEEPER_BUILT_S
 * ST_OK; ST_RANGE (beyond the bounds, or what a report can say): nothing changed.
 */
enum status timekeeper_confirm(
    struct timekeeper *t, const struct moment *now, int64_t given_s, int is_sure) MUST_USE;

/* How it was confirmed; 0: it is not. */
enum clock_how timekeeper_how(const struct timekeeper *t);

/* What is believed, seconds UTC, and how sure it is. With TRUST_NONE it is a lower bound. */
enum trust timekeeper_now(
    const struct timekeeper *t, const struct moment *now, int64_t *utc_s) MUST_USE;

/* The lower bound, seconds UTC: no date before it is taken from a coordinator who is not sure. */
int64_t timekeeper_floor(const struct timekeeper *t, const struct moment *now);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time it is: named cases, then many random histories beside a slow account of the same rules.
 */
#include <time.h>

#include "gateway/core/timekeeper.h"
#include "tests/support/check.h"

#define HOUR 3600
#define DAY (24 * HOUR)
#define TODAY (TIMEKEEPER_BUILT_S + 100 * (int64_t)DAY)

static struct timekeeper t;
static struct moment now; /* as the machine says */

/* Switched on `boot_ms` ago, with a machine's clock that says wall_s. */
static void
start(int64_t boot_ms, int64_t wall_s)
{
	now = (struct moment){boot_ms, wall_s, 0};
	timekeeper_start(&t, &now);
}

static void
pass(int64_t seconds)
{
	now.boot_ms += 1000 * seconds;
	now.wall_s += seconds;
}

static void
is(int64_t utc_s, enum trust trust)
{
	int64_t believed_s;

	CHECK_EQ(timekeeper_now(&t, &now, &believed_s), trust);
	CHECK_EQ(believed_s, utc_s);
}

static void
test_machine(void)
{
	start(5000, 0); /* never set */
	is(TIMEKEEPER_BUILT_S, TRUST_NONE);
	pass(DAY);
	is(TIMEKEEPER_BUILT_S + DAY, TRUST_NONE);
	now.wall_s = TIMEKEEPER_BUILT_S + DAY - 1; /* before the bound */
	is(TIMEKEEPER_BUILT_S + DAY, TRUST_NONE);
	now.wall_s = TODAY;
	is(TODAY, TRUST_MACHINE);
	now.wall_s = INT64_MAX;
	is(TIMEKEEPER_BUILT_S + DAY, TRUST_NONE);
	now.wall_s = INT64_MIN;
	is(TIMEKEEPER_BUILT_S + DAY, TRUST_NONE);
	CHECK_EQ(timekeeper_how(&t), 0);
}

/* The newest record of the journal: a clock that was saved for nothing. */
static void
test_reboot(void)
{
	start(60000, 0);
	timekeeper_record(&t, &now, TODAY);
	is(TODAY, TRUST_NONE);
	pass(HOUR);
	timekeeper_record(&t, &now, TODAY - DAY); /* an older one */
	is(TODAY + HOUR, TRUST_NONE);
	now.wall_s = TODAY + HOUR - 1;
	is(TODAY + HOUR, TRUST_NONE);
	now.wall_s = TODAY + 20 * DAY;
	is(TODAY + 20 * DAY, TRUST_MACHINE);
	timekeeper_record(&t, &now, INT64_MAX);
	timekeeper_record(&t, &now, 0);
	CHECK_EQ(timekeeper_floor(&t, &now), TODAY + HOUR);
}

/* Switched off for twenty days, with a clock that stood still meanwhile. */
static void
test_twenty_days_off(void)
{
	start(60000, TODAY - 20 * DAY);
	is(TODAY - 20 * DAY, TRUST_MACHINE);
	/* The backlog first: stamped while it was off, in no order. */
	timekeeper_heard(&t, &now, 1, TODAY - 15 * DAY);
	timekeeper_heard(&t, &now, 1, TODAY - 19 * DAY);
	is(TODAY - 20 * DAY, TRUST_MACHINE); /* one monitor's */
	timekeeper_heard(&t, &now, 2, TODAY - 17 * DAY);
	is(TODAY - 17 * DAY, TRUST_CENTRE);
	timekeeper_heard(&t, &now, 2, TODAY - 10 * DAY);
	is(TODAY - 15 * DAY, TRUST_CENTRE); /* as far as both go */
	/* Then what is new. */
	pass(HOUR);
	timekeeper_heard(&t, &now, 1, TODAY);
	is(TODAY - 10 * DAY + HOUR, TRUST_CENTRE);
	timekeeper_heard(&t, &now, 2, TODAY - 60);
	is(TODAY, TRUST_CENTRE);
	/* Delivered late: it moves nothing. */
	pass(HOUR);
	timekeeper_heard(&t, &now, 3, TODAY - 2 * DAY);
	is(TODAY + HOUR, TRUST_CENTRE);
	CHECK_EQ(timekeeper_floor(&t, &now), TODAY + HOUR);
}

static void
test_jumps(void)
{
	start(60000, TODAY);
	timekeeper_heard(&t, &now, 1, TODAY + 37 * HOUR);
	is(TODAY, TRUST_MACHINE);
	start(60000, TODAY);
	timekeeper_heard(&t, &now, 1, TODAY + 35 * HOUR);
	is(TODAY + 35 * HOUR, TRUST_CENTRE);
	timekeeper_heard(&t, &now, 1, TODAY + 70 * HOUR); /* no creeping: still one monitor */
	is(TODAY + 35 * HOUR, TRUST_CENTRE);              /* nor back */
	timekeeper_heard(&t, &now, 2, TODAY + 35 * HOUR);
	is(TODAY + 70 * HOUR, TRUST_CENTRE);
}

/* One service centre a year ahead: nobody believes it, and the others are heard meanwhile. */
static void
test_year_ahead(void)
{
	start(60000, 0);
	timekeeper_heard(&t, &now, 1, TODAY + 365 * DAY);
	is(TIMEKEEPER_BUILT_S, TRUST_NONE);
	timekeeper_heard(&t, &now, 2, TODAY);
	is(TODAY, TRUST_CENTRE);
	pass(DAY);
	timekeeper_heard(&t, &now, 1, TODAY + 366 * DAY);
	timekeeper_heard(&t, &now, 3, TODAY + DAY + 600);
	is(TODAY + DAY + 600, TRUST_CENTRE);
	timekeeper_heard(&t, &now, 3, INT64_MAX);
	timekeeper_heard(&t, &now, 4, INT64_MIN);
	is(TODAY + DAY + 600, TRUST_CENTRE);
	CHECK_EQ(timekeeper_how(&t), 0);
}

/* The machine's clock above the stamps: close to them it is right, else nobody knows. */
static void
test_machine_above(void)
{
	start(60000, TODAY);
	timekeeper_heard(&t, &now, 1, TODAY - 30);
	is(TODAY, TRUST_CENTRE);
	now.wall_s = TODAY + 2 * HOUR;
	is(TODAY + 2 * HOUR, TRUST_MACHINE);
	now.wall_s = TODAY - 2 * HOUR; /* set back: the stamps stay */
	is(TODAY - 30, TRUST_CENTRE);
}

static void
test_network(void)
{
	start(60000, TODAY);
	now.is_synchronised = 1;
	timekeeper_record(&t, &now, TODAY + DAY);
	timekeeper_look(&t, &now); /* below the bound: no witness */
	CHECK_EQ(timekeeper_how(&t), 0);
	now.wall_s = TODAY + 2 * DAY;
	timekeeper_look(&t, &now);
	CHECK_EQ(timekeeper_how(&t), CLOCK_NETWORK);
	is(TODAY + 2 * DAY, TRUST_CONFIRMED);
	now.is_synchronised = 0;
	pass(DAY);
	now.wall_s = 0; /* whatever becomes of the machine's clock */
	timekeeper_look(&t, &now);
	is(TODAY + 3 * DAY, TRUST_CONFIRMED);
	for (uint16_t slot = 0; slot < 3; slot++) /* stamps move no confirmed clock */
		timekeeper_heard(&t, &now, slot, TODAY + 365 * DAY);
	is(TODAY + 3 * DAY, TRUST_CONFIRMED);
	/* Her date agrees, and the network's goes on; another one is hers, and stays. */
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 3 * DAY, 1), ST_OK);
	CHECK_EQ(timekeeper_how(&t), CLOCK_NETWORK);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 4 * DAY, 1), ST_OK);
	now.is_synchronised = 1;
	now.wall_s = TODAY;
	timekeeper_look(&t, &now);
	CHECK_EQ(timekeeper_how(&t), CLOCK_COORDINATOR);
	is(TODAY + 4 * DAY, TRUST_CONFIRMED);
}

static void
test_coordinator(void)
{
	start(60000, TODAY);
	timekeeper_record(&t, &now, TODAY - DAY);
	/* A yes to what was shown some minutes ago. */
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY - 14 * 60, 0), ST_OK);
	is(TODAY, TRUST_CONFIRMED);
	/* Another date. */
	start(60000, TODAY);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 16 * 60, 0), ST_OK);
	is(TODAY + 16 * 60, TRUST_CONFIRMED);
	/* What cannot be. */
	start(60000, TODAY);
	timekeeper_record(&t, &now, TODAY - DAY);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY - 2 * DAY, 0), ST_RANGE);
	CHECK_EQ(timekeeper_confirm(&t, &now, TIMEKEEPER_BUILT_S - 1, 1), ST_RANGE);
	CHECK_EQ(timekeeper_confirm(&t, &now, INT64_MAX, 1), ST_RANGE);
	CHECK_EQ(timekeeper_confirm(&t, &now, INT64_MIN, 1), ST_RANGE);
	is(TODAY, TRUST_MACHINE);
	/* Two monitors' service centres were a year ahead: she is sure, and they are forgotten. */
	timekeeper_heard(&t, &now, 1, TODAY + 365 * DAY);
	timekeeper_heard(&t, &now, 2, TODAY + 365 * DAY);
	is(TODAY + 365 * DAY, TRUST_CENTRE);
	CHECK_EQ(timekeeper_how(&t), 0);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY - 2 * DAY, 0), ST_RANGE);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY - 2 * DAY, 1), ST_OK);
	is(TODAY - 2 * DAY, TRUST_CONFIRMED);
	CHECK_EQ(timekeeper_floor(&t, &now), TIMEKEEPER_BUILT_S);
	/* And once more: she had mistyped. */
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY, 0), ST_OK);
	is(TODAY, TRUST_CONFIRMED);
}

/* A mistyped year would move the epochs for ever. */
static void
test_far_ahead(void)
{
	start(60000, TODAY);
	timekeeper_record(&t, &now, TODAY - DAY);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 400 * DAY, 0), ST_RANGE);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 3650 * DAY, 0), ST_RANGE);
	is(TODAY, TRUST_MACHINE);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 398 * DAY, 0), ST_OK);
	start(60000, TODAY + 3650 * DAY); /* the machine's clock says so too */
	timekeeper_record(&t, &now, TODAY - DAY);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 3650 * DAY, 0), ST_OK);
	start(60000, TODAY);
	timekeeper_record(&t, &now, TODAY - DAY);
	CHECK_EQ(timekeeper_confirm(&t, &now, TODAY + 3650 * DAY, 1), ST_OK);
	is(TODAY + 3650 * DAY, TRUST_CONFIRMED);
}

/* --- random histories --- */

#define SLOTS 6

static uint64_t draw_state = 1;

static unsigned
draw(unsigned below)
{
	draw_state = draw_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(draw_state >> 33) % below;
}

/* The rule of the stamps, said slowly: is `offset` supported? */
static int
is_supported(const int64_t highest[SLOTS], int64_t offset, int64_t base)
{
	int at_it = 0;

	for (int i = 0; i < SLOTS; i++)
		at_it += highest[i] >= offset;
	if (at_it >= 2)
		return 1;
	if (at_it == 0)
		return 0;
	if (offset <= base + TIMEKEEPER_JUMP_MS)
		return 1;
	for (int i = 0; i < SLOTS; i++)
		if (highest[i] < offset && highest[i] != INT64_MIN &&
		    offset <= highest[i] + TIMEKEEPER_JUMP_MS)
			return 1;
	return 0;
}

static int64_t
offset_without_stamps(enum trust *trust)
{
	struct timekeeper without = t;
	int64_t base_s;

	without.heard_count = 0;
	without.stamps_ms = INT64_MIN;
	*trust = timekeeper_now(&without, &now, &base_s);
	return base_s * 1000 - now.boot_ms;
}

static int64_t
best_supported(const int64_t highest[SLOTS])
{
	enum trust trust;
	int64_t base = offset_without_stamps(&trust), best = INT64_MIN;

	for (int i = 0; i < SLOTS; i++)
		if (highest[i] > best && is_supported(highest, highest[i], base))
			best = highest[i];
	return best;
}

static void
check_against(int64_t best)
{
	enum trust trust;
	int64_t base = offset_without_stamps(&trust), believed_s;

	if (best > base) {
		CHECK_EQ(timekeeper_now(&t, &now, &believed_s), TRUST_CENTRE);
		CHECK_EQ(believed_s, (best + now.boot_ms) / 1000);
	} else {
		CHECK(timekeeper_now(&t, &now, &believed_s) >= trust);
		CHECK_EQ(believed_s, (base + now.boot_ms) / 1000);
	}
}

/* All boot times are whole seconds here, so that seconds tell offsets exactly. */
static void
test_histories(void)
{
	for (int h = 0; h < 3000 && checks_failed == 0; h++) {
		int64_t highest[SLOTS], best = INT64_MIN, before_s, after_s;

		for (int i = 0; i < SLOTS; i++)
			highest[i] = INT64_MIN;
		start(1000 * (int64_t)draw(1000), draw(3) ? TODAY - draw(40 * DAY) : 0);
		if (draw(2))
			timekeeper_record(&t, &now, TODAY - draw(60 * DAY));
		for (int i = 0; i < 40 && checks_failed == 0; i++) {
			unsigned slot = draw(SLOTS);
			int64_t stamp_s = TODAY - draw(3 * DAY) + (draw(9) ? 0 : 365 * DAY), mine;

			pass(draw(10) ? draw(HOUR) : 0);
			CHECK(timekeeper_now(&t, &now, &before_s) <= TRUST_CENTRE);
			timekeeper_heard(&t, &now, (uint16_t)slot, stamp_s);
			CHECK(timekeeper_now(&t, &now, &after_s) <= TRUST_CENTRE);
			CHECK(after_s >= before_s); /* no stamp moves it back, and none confirms */
			CHECK_EQ(timekeeper_how(&t), 0);
			mine = stamp_s * 1000 - now.boot_ms;
			highest[slot] = mine > highest[slot] ? mine : highest[slot];
			mine = best_supported(highest);
			best = mine > best ? mine : best;
			check_against(best);
			if (draw(20) == 0)
				now.wall_s = TODAY - draw(40 * DAY);
		}
	}
}

/* The program's date is that of the newest release in the change log, and has passed. */
static void
test_built(void)
{
	FILE *log = fopen(PROJECT_DIR "/CHANGELOG.md", "r");
	struct tm tm = {0};
	char line[256] = "";
	int dated;

	CHECK(time(NULL) > TIMEKEEPER_BUILT_S);
	if (!CHECK(log != NULL))
		return;
	while (strncmp(line, "## ", 3) != 0 && fgets(line, sizeof(line), log) != NULL)
		;
	CHECK_EQ(fclose(log), 0);
	dated = sscanf(line, "## %*[0-9.], %d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) == 3;
	CHECK(dated || strstr(line, "not released") != NULL);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (dated)
		CHECK_EQ(TIMEKEEPER_BUILT_S, timegm(&tm));
}

int
main(void)
{
	test_built();
	test_machine();
	test_reboot();
	test_twenty_days_off();
	test_jumps();
	test_year_ahead();
	test_machine_above();
	test_network();
	test_coordinator();
	test_far_ahead();
	test_histories();
	return check_done();
}

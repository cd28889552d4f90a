/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waiting chains cost the hint table, and what a deep scan costs.
 *
 *	bench_chains [ROUNDS]
 *
 * Prints one line a figure: name, median over the rounds, unit, mark.
 */
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/deep_scan.h"
#include "gateway/core/hints.h"
#include "gateway/core/intake.h"
#include "tests/support/rig.h"

#define ROUNDS_MAX 31
#define LOST_TEXTS 2000

static double
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
figure(const char *name, double *values, unsigned rounds, const char *unit, double mark)
{
	double value;

	qsort(values, rounds, sizeof(*values), by_size);
	value = values[rounds / 2];
	if (mark == 0)
		printf("%-52s %10.2f %-12s -\n", name, value, unit);
	else
		printf("%-52s %10.2f %-12s <= %.1f %s\n", name, value, unit, mark,
		    value <= mark ? "" : "MISS");
}

/* --- the hint table --- */

static void
bench_hints(unsigned slots, int waiting, unsigned rounds)
{
	static struct ratchet r[SLOT_MAX];
	double build[ROUNDS_MAX], kib[ROUNDS_MAX], switches[ROUNDS_MAX];
	const struct public32 pk = {{9}};
	struct ratchet live, next;
	struct hints *h;
	struct key32 ck;
	char name[64];

	for (unsigned k = 0; k < rounds; k++) {
		size_t before = mallinfo2().uordblks;

		for (unsigned i = 0; i < slots; i++) {
			randombytes_buf(&ck, sizeof(ck));
			ratchet_start(&r[i], 0, &ck, &pk);
			if (waiting)
				randombytes_buf(&r[i].next_ck, sizeof(r[i].next_ck));
		}
		build[k] = now_ms();
		if (hints_new(&h) != ST_OK)
			exit(2);
		for (unsigned i = 0; i < slots; i++)
			if (hints_set(h, (uint16_t)i, &r[i]) != ST_OK)
				exit(2);
		build[k] = now_ms() - build[k];
		kib[k] = (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / 1024;
		switches[k] = now_ms();
		if (waiting && (ratchet_switch(&r[0], &live) != ST_OK ||
				   ratchet_spend(&live, 0, 1, &next) != ST_OK ||
				   hints_set(h, 0, &next) != ST_OK))
			exit(2);
		switches[k] = now_ms() - switches[k];
		hints_free(h);
	}
	(void)snprintf(name, sizeof(name), "hint table of %u slots%s, built", slots,
	    waiting ? ", each with a waiting chain" : "");
	figure(name, build, rounds, "ms", 0);
	figure("  its memory", kib, rounds, "KiB", 0);
	if (waiting)
		figure("  one slot's switch", switches, rounds, "ms", 0);
}

/* --- the deep scan --- */

static void
bench_scan(unsigned rounds)
{
	double one[ROUNDS_MAX], all[ROUNDS_MAX];
	char text[EW1_X_CHARS + 1], words[SESSION_WORDS_MAX];
	static struct rig rig;
	struct msg_deep_scan ask;
	struct msg_scanned out;

	rig_create(&rig, "bench");
	if (rig_unlock(&rig, IN_OPEN) != ST_OK)
		exit(2);
	(void)rig_enrol(&rig, "bench");
	for (uint64_t i = 0; i < LOST_TEXTS; i++) {
		struct msg_sms sms;

		for (size_t c = 0; c < EW1_X_CHARS; c++)
			text[c] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[randombytes_uniform(32)];
		text[EW1_X_CHARS] = '\0';
		sms = rig_sms(text, i);
		if (intake_batch(&rig.session, UINT32_MAX, &sms, 1) != ST_OK)
			exit(2);
	}
	for (unsigned k = 0; k < rounds; k++) {
		double begin = now_ms();

		memset(&ask, 0, sizeof(ask));
		memcpy(ask.pseudonym, "bench", sizeof("bench"));
		ask.count = DEEP_SCAN_SLICE;
		one[k] = 0;
		for (unsigned i = 0; i < EW1_SCAN_MAX / DEEP_SCAN_SLICE; i++) {
			double slice = now_ms();

			if (deep_scan(&rig.session, &ask, &out, words) != ST_OK || out.found > 0)
				exit(2);
			slice = now_ms() - slice;
			one[k] = slice > one[k] ? slice : one[k];
			ask.from = out.next;
		}
		all[k] = now_ms() - begin;
	}
	figure("deep scan of one slot among 2,000 texts", all, rounds, "ms", 0);
	figure("  its longest slice: how long the modem waits", one, rounds, "ms", 0);
	rig_remove(&rig);
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;

	if (sodium_init() == -1)
		return 2;
	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 5;
	for (unsigned slots = 64; slots <= SLOT_MAX; slots *= 16) {
		bench_hints(slots, 0, rounds);
		bench_hints(slots, 1, rounds);
	}
	bench_scan(rounds);
	return 0;
}

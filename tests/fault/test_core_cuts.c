/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power cuts: the real intake, session and store live through some days on a disk that records;
 * then, for every entry of the record, what a cut just after it could have left is opened again by
 * the same code and judged (oracle.h).
 *
 *	test_core_cuts [IMAGES [SEED [ANCHOR [first]]]]
 *
 * ANCHOR is file, eeprom or none; first: end at the first image that is not well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/status.h"
#include "tests/fault/day.h"
#include "tests/fault/image.h"
#include "tests/fault/oracle.h"
#include "tests/fault/world.h"

enum { PART_INIT, PART_DAYS, PART_GROW, PART_IDLE, PART_FULL, PARTS };

/* The share of the images in percent. While it only grows nothing is cut. */
static const unsigned share[PARTS] = {2, 95, 0, 2, 1};

static uint64_t draws;
static struct disk base; /* what there was before */

static void
must(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	printf("while recording: %s: %s\nFAILED\n", what, status_words(st));
	exit(1);
}

/* --- what is recorded --- */

static void
texts(unsigned sealed, unsigned plain)
{
	for (unsigned i = 0; i < sealed; i++) {
		size_t who = world_draw(&draws, 3);

		if (world_draw(&draws, 8) == 0)
			day_lost(who);
		day_report(who);
	}
	for (unsigned i = 0; i < plain; i++)
		day_plain();
	must(day_deliver(), "texts");
}

/* The process is killed in the middle of one lone text, and comes back without a power cut: what it
 * wrote is in the page cache alone. at_sync: just before that file's sync; else at the in-th write.
 */
static void
killed(enum disk_name at_sync, unsigned in)
{
	enum core_state was = day.rig.session.at;

	day_report(world_draw(&draws, 3));
	if (at_sync < DISK_FILES)
		disk_kill_at_sync(at_sync);
	else
		disk_kill(in);
	(void)day_deliver(); /* it may have ended before the kill came */
	day_stop();
	(void)disk_revive();
	must(day_start(), "start after a kill");
	must(day_idle(), "idle after a kill");
	must(day_deliver(), "texts after a kill");
	if (was != IN_LOCKED)
		must(day_unlock(was), "unlock after a kill");
}

/* Parts of the long messages that a turn has: places and how many of them. */
static void
parts(unsigned reference, unsigned from, unsigned to, unsigned total)
{
	for (unsigned place = from; place <= to; place++)
		day_part_of(reference, place, total);
	must(day_deliver(), "parts");
}

static void
day_in_the_open(void)
{
	must(day_unlock(IN_OPEN), "unlock");
	texts(1, 0);
	texts(0, 1);
	texts(1, 0);
	must(day_enrol(), "enrol");
	must(day_idle(), "idle");
	must(day_posture(POLICY_OPEN), "posture open");
	texts(1, 0);
	must(day_posture(POLICY_PROTECTED), "posture protected");
	parts(1, 1, 1, 3);
	parts(2, 1, 2, 2);
	texts(12, 3);
	parts(3, 2, 3, 3);
	killed(DISK_WAL, 0);
	parts(1, 2, 3, 3);
	must(day_revoke(day.people - 1), "revoke");
	day_report(day.people - 1);
	must(day_deliver(), "a revoked phone's text");
}

static void
day_armed(unsigned kill_in)
{
	must(day_close(), "close");
	texts(1, 0);
	must(day_idle(), "idle");
	texts(1, 0);
	texts(20, 4);
	parts(4, 2, 2, 2);
	killed(DISK_WAL, 0);
	parts(3, 1, 1, 3);
	texts(1, 0);
	parts(5, 1, 1, 2);
	killed(DISK_FILES, kill_in);
	killed(DISK_ANCHOR, 0);
}

static void
day_locked(unsigned kill_in)
{
	must(day_lock(), "lock");
	texts(1, 0);
	texts(1, 1);
	must(day_wrong_passphrase(), "a wrong passphrase");
	killed(DISK_WAL, 0);
	texts(8, 2);
	parts(4, 1, 1, 2);
	parts(6, 1, 1, 2);
	killed(DISK_FILES, kill_in);
	must(day_unlock(IN_ARMED), "arm");
	parts(6, 2, 2, 2);
	texts(1, 0);
	day_stop();
	must(day_start(), "restart");
	texts(1, 0);
	parts(5, 2, 2, 2);
}

static void
grow(unsigned pages, unsigned sealed)
{
	day_part(PART_GROW);
	while (store_wal_pages(day.rig.session.store) < pages)
		texts(sealed, 0);
}

/* The largest batch, a checkpoint when idle, and what a WAL that begins anew
 * overwrites. */
static void
idle_checkpoint(void)
{
	must(day_unlock(IN_ARMED), "arm");
	grow(STATE_IDLE_PAGES - 150, 16);
	day_part(PART_IDLE);
	texts(200, 56);
	while (store_wal_pages(day.rig.session.store) < STATE_IDLE_PAGES)
		texts(16, 0);
	must(day_idle(), "idle checkpoint");
	texts(1, 0);
	texts(4, 1);
	must(day_idle(), "idle");
}

/* The one of a full WAL (8,000 pages), in the middle of a commit. */
static void
full_checkpoint(void)
{
	grow(7985, 1);
	day_part(PART_FULL);
	while (store_wal_pages(day.rig.session.store) > 0)
		texts(1, 0);
	texts(1, 0);
	texts(3, 1);
	must(day_idle(), "idle");
}

static void
record(unsigned turns)
{
	day_begin();
	disk_keep_pages();
	disk_copy(&base, &disk);
	disk_recording = 1;
	must(day_start(), "start");
	must(day_create(), "create");
	day_part(PART_DAYS);
	must(day_unlock(IN_OPEN), "unlock");
	for (int i = 0; i < 3; i++)
		must(day_enrol(), "enrol");
	for (unsigned turn = 0; turn < turns; turn++) {
		day_in_the_open();
		day_armed(2 + 9 * turn);
		day_locked(1 + 6 * turn);
	}
	idle_checkpoint();
	full_checkpoint();
	disk_recording = 0;
	day_stop();
	disk_keep_pages(); /* what the log refers to is its own; what follows is images */
}

/* --- what is counted --- */

struct tally {
	unsigned long images, lost, doubled, keys, unopenable;
};

/* One worker's, in memory that the first process reads too. */
struct result {
	struct tally table[IMAGE_MODES][STATE_COUNT];
	unsigned long images, bad, inside[PARTS];
};
static struct result *result; /* of each worker */
static unsigned workers, worker;
static int end_at_first;

static void
count(struct tally *t, unsigned verdict)
{
	t->images++;
	t->lost += (verdict & BAD_LOST) != 0;
	t->doubled += (verdict & BAD_DOUBLED) != 0;
	t->keys += (verdict & BAD_KEYS) != 0;
	t->unopenable += (verdict & BAD_UNOPENABLE) != 0;
}

static void
add(struct tally *sum, const struct tally *t)
{
	sum->images += t->images;
	sum->lost += t->lost;
	sum->doubled += t->doubled;
	sum->keys += t->keys;
	sum->unopenable += t->unopenable;
}

static void
print_row(const char *image, const char *state, const struct tally *t)
{
	printf("%-14s %-7s %9lu %9lu %9lu %12lu %10lu\n", image, state, t->images, t->lost,
	    t->doubled, t->keys, t->unopenable);
}

/* What all workers found together; is it well? */
static int
report(void)
{
	struct tally sum = {0};
	unsigned long bad = 0, inside[PARTS] = {0};

	printf("%-14s %-7s %9s %9s %9s %12s %10s\n", "image", "state", "images", "lost", "doubled",
	    "ahead/behind", "unopenable");
	for (unsigned m = 0; m < IMAGE_MODES; m++)
		for (unsigned s = 0; s < STATE_COUNT; s++) {
			struct tally t = {0};

			for (unsigned w = 0; w < workers; w++)
				add(&t, &result[w].table[m][s]);
			print_row(image_names[m], day_states[s], &t);
			add(&sum, &t);
		}
	print_row("all", "", &sum);
	for (unsigned w = 0; w < workers; w++) {
		bad += result[w].bad;
		for (unsigned p = 0; p < PARTS; p++)
			inside[p] += result[w].inside[p];
	}
	printf("inside a checkpoint: %lu at a start, %lu when idle, %lu of a full WAL\n",
	    inside[PART_DAYS], inside[PART_IDLE], inside[PART_FULL]);
	if (inside[PART_DAYS] == 0 || inside[PART_IDLE] == 0 || inside[PART_FULL] == 0) {
		printf("no image was cut inside a checkpoint of some kind\n");
		return 0;
	}
	return bad == 0 && sum.images > 0;
}

static void
judge(size_t k, enum image_mode mode, uint64_t seed)
{
	unsigned state = disk_ops[k].label & 15, verdict;
	char words[ORACLE_WORDS];

	image_make(mode, seed);
	verdict = day.created > k ? oracle_unborn(words) : oracle(k, seed >> 3, words);
	count(&result[worker].table[mode][state], verdict);
	result[worker].images++;
	if (verdict == 0)
		return;
	if (result[worker].bad++ < 10)
		printf("entry %zu of %zu, %s, %s, seed %llu: %s\n", k, disk_op_count,
		    image_names[mode], day_states[state], (unsigned long long)seed, words);
	if (end_at_first) {
		(void)fflush(stdout);
		_exit(1);
	}
}

/* --- where it is cut --- */

/* Each entry of the part gets its share of the images, each worker its share of these. */
static void
cut_part(unsigned part, unsigned long images)
{
	size_t points = 0, seen = 0;
	int is_inside = 0;

	for (size_t k = 0; k < disk_op_count; k++)
		points += disk_ops[k].label >> 4 == part;
	if (points == 0)
		return;
	image_begin(&base);
	for (size_t k = 0; k < disk_op_count; k++) {
		const struct disk_op *op = &disk_ops[k];
		unsigned long i, to;

		image_advance(k);
		if (op->file == DISK_DB && op->type != OP_MARK)
			is_inside = op->type == OP_WRITE;
		if (op->label >> 4 != part)
			continue;
		to = images * (seen + 1) / points;
		for (i = images * seen++ / points; i < to; i++) {
			uint64_t draw = world_draw(&draws, 1U << 30);

			if (i % workers != worker)
				continue;
			/* Each mode in turn, so that each has the same number. */
			judge(k, (enum image_mode)(i % IMAGE_MODES), draw);
			result[worker].inside[part] += is_inside;
		}
	}
}

static int
work(unsigned long images)
{
	int status, is_well = 1;

	(void)fflush(stdout);
	for (worker = 0; worker < workers; worker++) {
		pid_t pid = fork();

		if (pid == -1)
			exit(2);
		if (pid == 0) {
			for (unsigned part = 0; part < PARTS; part++)
				cut_part(part, images * share[part] / 100);
			(void)fflush(stdout);
			_exit(0);
		}
	}
	for (unsigned w = 0; w < workers; w++)
		is_well &= wait(&status) != -1 && status == 0;
	return is_well;
}

int
main(int argc, char **argv)
{
	unsigned long images = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	unsigned turns = images > 20000 ? 3 : 1;
	int is_well;

	if (argc > 3 && day_anchor(argv[3]) != ST_OK)
		return 2;
	end_at_first = argc > 4 && strcmp(argv[4], "first") == 0;
	workers = (unsigned)get_nprocs();
	result = mmap(NULL, workers * sizeof(*result), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		return 2;
	draws = seed;
	world_seed(seed);
	record(turns);
	printf("%zu entries, %zu texts, %zu people, seed %llu\n", disk_op_count, day.texts,
	    day.people, (unsigned long long)seed);
	is_well = work(images);
	if (!report())
		is_well = 0;
	puts(is_well ? "passed" : "FAILED");
	return is_well ? 0 : 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failing storage: each kind of error at each n-th call, once and for ever, the anchor's included.
 * The policy is: stop. The call in which it happens says so, with a status that ends the process
 * (ST_SYNC where a sync failed, for then only a restart of the machine helps), nothing is written
 * after it, nothing acknowledged; and then everything is there: for a process that starts again,
 * and after power cuts on top, where what a failed sync left out is never written.
 *
 *	test_core_errors [STEP [ANCHOR]]	of kinds with many calls each STEP-th alone
 */
#include <stdarg.h>
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

#define MANY 60 /* calls; of more only each STEP-th fails */

static const char *const fault_names[FAULT_COUNT] = {[FAULT_WRITE_EIO] = "write EIO",
    [FAULT_WRITE_FULL] = "write ENOSPC",
    [FAULT_WRITE_SHORT] = "write short",
    [FAULT_SYNC] = "sync EIO",
    [FAULT_READ] = "read EIO",
    [FAULT_READ_OTHER] = "anchor reads other",
    [FAULT_TRUNCATE] = "truncate EIO",
    [FAULT_OPEN] = "open EIO",
    [FAULT_UNLINK] = "unlink EIO"};

/* --- what is done --- */

static void
must(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	printf("before any error: %s: %s\nFAILED\n", what, status_words(st));
	exit(1);
}

static enum status
lone(void)
{
	day_report(0);
	return day_deliver();
}

static enum status
batch(void)
{
	for (size_t i = 0; i < 5; i++)
		day_report(i % 2);
	day_lost(1);
	day_plain();
	return day_deliver();
}

static enum status
arm(void)
{
	return day_unlock(IN_ARMED);
}

static enum status
open_up(void)
{
	return day_unlock(IN_OPEN);
}

static enum status
revoke_one(void)
{
	return day_revoke(day.people - 1);
}

static enum status
go_public(void)
{
	return day_posture(POLICY_OPEN);
}

static enum status
protect(void)
{
	return day_posture(POLICY_PROTECTED);
}

static enum status
restart(void)
{
	day_stop();
	return day_start();
}

typedef enum status step_fn(void);

static step_fn *const days[] = {day_start, lone, batch, day_wrong_passphrase, day_idle, arm, lone,
    batch, day_idle, open_up, lone, day_enrol, batch, revoke_one, go_public, lone, protect,
    day_idle, day_close, lone, day_lock, lone, restart, open_up, lone, day_idle, NULL};
static step_fn *const when_full[] = {lone, lone, lone, lone, batch, day_idle, NULL};
static step_fn *const when_idle[] = {day_idle, lone, batch, day_idle, NULL};
static step_fn *const init[] = {day_start, day_create, restart, open_up, NULL};

static void
grow(unsigned pages)
{
	must(day_unlock(IN_ARMED), "arm");
	while (store_wal_pages(day.rig.session.store) < pages) {
		day_report(0);
		must(day_deliver(), "grow");
	}
}

static void
grow_idle(void)
{
	grow(STATE_IDLE_PAGES);
}

static void
grow_full(void)
{
	grow(7960);
}

static const struct scenario {
	const char *name;
	void (*before)(void);
	step_fn *const *steps;
	int is_born, is_running;
} scenarios[] = {{"days", NULL, days, 1, 0}, {"checkpoint when idle", grow_idle, when_idle, 1, 1},
    {"checkpoint of a full WAL", grow_full, when_full, 1, 1}, {"init", NULL, init, 0, 0}};
#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

/* --- one case --- */

struct result {
	unsigned long cases, images, bad[FAULT_COUNT], stops[FAULT_COUNT];
	unsigned calls[FAULT_COUNT];
};
static struct result *result; /* shared by all processes */
static struct disk base;

struct a_case {
	const struct scenario *scenario;
	enum disk_fault fault;
	unsigned n;
	int for_ever;
};

__attribute__((format(printf, 2, 3))) static void
bad(const struct a_case *c, const char *words, ...)
{
	char line[300];
	va_list args;

	va_start(args, words);
	(void)vsnprintf(line, sizeof(line), words, args);
	va_end(args);
	printf("%s, %s, call %u%s: %s\n", c->scenario->name, fault_names[c->fault], c->n,
	    c->for_ever ? " and all later" : "", line);
	(void)fflush(stdout);
	__atomic_fetch_add(&result->bad[c->fault], 1, __ATOMIC_RELAXED);
	_exit(1);
}

/* Where another way is open to the code: the anchor's second descriptor is a wish, and a slot that
 * is not the live one may read as anything. Whatever starts so is judged all the same. */
static int
may_go_on(const struct a_case *c, step_fn *step)
{
	return (step == day_start || step == restart || step == day_create) &&
	       (c->fault == FAULT_OPEN || c->fault == FAULT_READ || c->fault == FAULT_READ_OTHER);
}

static void
check_stop(const struct a_case *c, step_fn *step, enum status st)
{
	if (step == day_create)
		return; /* init ends as a whole, with the words of its command */
	if (status_class(st) != SC_STOP)
		bad(c, "'%s' does not end the process", status_words(st));
	if (c->fault == FAULT_SYNC && st != ST_SYNC)
		bad(c, "a failed sync gave '%s'", status_words(st));
	for (size_t i = disk_failed_at(); i < disk_op_count; i++)
		if (disk_ops[i].type != OP_MARK && disk_ops[i].type != OP_SYNC_FAILED &&
		    (i > disk_failed_at() || c->fault != FAULT_WRITE_SHORT))
			bad(c, "after the error something was written to file %u",
			    disk_ops[i].file);
}

/* Run until a step fails; gives whether the error came at all. */
static int
run_steps(const struct a_case *c)
{
	int has_failed = 0;

	for (step_fn *const *step = c->scenario->steps; *step != NULL; step++) {
		enum status st;

		disk_forget_failures();
		st = (*step)();
		has_failed |= disk_failures() > 0;

		if (st != ST_OK && !has_failed)
			bad(c, "step %zd fails without an error: %s", step - c->scenario->steps,
			    status_words(st));
		if (st != ST_OK) {
			check_stop(c, *step, st);
			return 1;
		}
		if (disk_failures() > 0 && !may_go_on(c, *step))
			bad(c, "step %zd went on", step - c->scenario->steps);
	}
	return has_failed;
}

static void
judge(const struct a_case *c, const char *how, size_t k, uint64_t seed)
{
	char words[ORACLE_WORDS];
	unsigned verdict = day.created == NEVER ? oracle_unborn(words) : oracle(k, seed, words);

	__atomic_fetch_add(&result->images, 1, __ATOMIC_RELAXED);
	if (verdict != 0)
		bad(c, "%s: %s", how, words);
}

/* tocsind starts core again while the medium still fails (after ST_SYNC it would not). */
static void
start_again(const struct a_case *c)
{
	unsigned before = disk_failures();

	if (day_start() == ST_OK && day.created != NEVER && day_deliver() == ST_OK &&
	    disk_failures() > before && !may_go_on(c, day_start))
		bad(c, "a second process acknowledges on a failing medium");
	day_stop();
}

static void
run_case(const struct a_case *c)
{
	size_t last, cuts = c->fault == FAULT_SYNC ? 2 * IMAGE_MODES : 2;

	disk_fail(c->fault, c->n, c->for_ever);
	if (!run_steps(c))
		_exit(0);
	last = disk_op_count;
	__atomic_fetch_add(&result->stops[c->fault], 1, __ATOMIC_RELAXED);
	day_stop();
	if (disk_op_count != last)
		bad(c, "the end of the process wrote something");
	if (c->for_ever && c->fault != FAULT_SYNC)
		start_again(c);
	last = disk_op_count;
	disk_fail(FAULT_NONE, 0, 0);
	if (c->fault != FAULT_SYNC)
		judge(c, "started again", last, c->n);
	image_begin(&base);
	image_advance(last);
	for (size_t i = 0; i < cuts; i++) {
		enum image_mode mode = (enum image_mode)((c->n + i) % IMAGE_MODES);

		image_make(mode, c->n * 1000 + i);
		judge(c, image_names[mode], last, c->n + i);
	}
	_exit(0);
}

/* --- all cases --- */

/* In a process of its own, so that each begins where the scenario does. */
static int
in_child(const struct a_case *c)
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == -1)
		exit(2);
	if (pid == 0)
		run_case(c);
	if (waitpid(pid, &status, 0) == -1)
		exit(2);
	__atomic_fetch_add(&result->cases, 1, __ATOMIC_RELAXED);
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status) == 0;
	printf("%s, %s, call %u: the process broke down\n", c->scenario->name,
	    fault_names[c->fault], c->n);
	__atomic_fetch_add(&result->bad[c->fault], 1, __ATOMIC_RELAXED);
	return 0;
}

/* How many calls of each kind there are, when none fails. */
static void
count_calls(const struct scenario *scenario)
{
	const struct a_case c = {.scenario = scenario};
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		disk_count_calls();
		(void)run_steps(&c);
		for (unsigned f = 0; f < FAULT_COUNT; f++)
			result->calls[f] = disk_calls((enum disk_fault)f);
		_exit(0);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || status != 0)
		exit(1);
}

static unsigned
next_call(unsigned n, unsigned calls, unsigned step)
{
	if (calls <= MANY)
		return n + 1;
	return n + step + (n > 1000 ? n / 4 : 0); /* init writes the whole WAL once */
}

static void
work(const struct scenario *scenario, unsigned step, unsigned worker, unsigned workers)
{
	unsigned index = 0;

	for (unsigned f = FAULT_NONE + 1; f < FAULT_COUNT; f++)
		for (unsigned n = 1; n <= result->calls[f];
		     n = next_call(n, result->calls[f], step))
			for (int for_ever = 0; for_ever < 2; for_ever++) {
				const struct a_case c = {scenario, (enum disk_fault)f, n, for_ever};

				if (index++ % workers == worker)
					(void)in_child(&c);
			}
}

/* A gateway with two monitors, stopped; or nothing at all. */
static void
prepare(const struct scenario *scenario)
{
	day_begin();
	disk_recording = 1;
	if (scenario->is_born) {
		must(day_start(), "start");
		must(day_create(), "create");
		must(day_unlock(IN_OPEN), "unlock");
		must(day_enrol(), "enrol");
		must(day_enrol(), "enrol");
		must(day_enrol(), "enrol");
		day_stop();
	}
	if (scenario->is_running)
		must(day_start(), "start");
	if (scenario->before != NULL)
		scenario->before();
	disk_keep_pages();
	disk_copy(&base, &disk);
	day_rebase();
}

static void
run_scenario(const struct scenario *scenario, unsigned step)
{
	unsigned workers = (unsigned)get_nprocs();
	int status;

	prepare(scenario);
	count_calls(scenario);
	(void)fflush(stdout);
	for (unsigned w = 0; w < workers; w++) {
		pid_t pid = fork();

		if (pid == -1)
			exit(2);
		if (pid == 0) {
			work(scenario, step, w, workers);
			(void)fflush(stdout);
			_exit(0);
		}
	}
	while (wait(&status) != -1)
		if (status != 0)
			exit(2);
	day_stop();
}

static unsigned long
report(const struct scenario *scenario)
{
	unsigned long all_bad = 0;

	printf("%s\n  %-20s %8s %8s %8s\n", scenario->name, "", "calls", "stops", "bad");
	for (unsigned f = FAULT_NONE + 1; f < FAULT_COUNT; f++) {
		printf("  %-20s %8u %8lu %8lu\n", fault_names[f], result->calls[f],
		    result->stops[f], result->bad[f]);
		all_bad += result->bad[f];
	}
	printf("  %lu cases, %lu disks judged\n", result->cases, result->images);
	return all_bad;
}

int
main(int argc, char **argv)
{
	unsigned step = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	unsigned long all_bad = 0, images = 0;

	result =
	    mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED || step == 0)
		return 2;
	for (size_t i = 0; i < SCENARIOS; i++) {
		memset(result, 0, sizeof(*result));
		world_seed(i + 1);
		run_scenario(&scenarios[i], step);
		all_bad += report(&scenarios[i]);
		images += result->images;
	}
	puts(all_bad == 0 && images > 0 ? "passed" : "FAILED");
	return all_bad == 0 && images > 0 ? 0 : 1;
}

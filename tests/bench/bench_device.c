/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reaches the medium: flushes and octets of the block device that $TMPDIR lies on, for a lone
 * report, batches, a parked text and an act; with the anchor on that device and elsewhere. The
 * device's own counters are read, so the file system's journal and the store's checkpoints count.
 * After each commit comes what core does when two seconds were idle, unless it says otherwise.
 *
 *	bench_device STAT FOLDER [ROUNDS]     STAT: /sys/block/NAME/stat, FOLDER: on another medium
 *	bench_device --fill MONITORS EVENTS   makes a gateway in $TMPDIR and says where
 *
 * Prints one line a figure: name, median over the rounds, unit, mark.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/core/intake.h"
#include "gateway/core/stretch.h"
#include "tests/support/rig.h"

#define MONITORS 64
#define ROUNDS_MAX 31
#define SECTOR 512

static struct rig rig;
static const char *stat_path, *elsewhere;
static unsigned rounds = 5;

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_device: %s failed\n", what);
	exit(2);
}

/* --- the counters --- */

struct count {
	double flushes, octets;
};

/* Documentation/block/stat.rst: the 7th field is sectors written, the 16th flushes. */
static struct count
look(void)
{
	unsigned long long field[17] = {0};
	FILE *f = fopen(stat_path, "r");
	int n = 0;

	must(f != NULL, "reading the device's counters");
	while (n < 17 && fscanf(f, "%llu", &field[n]) == 1)
		n++;
	(void)fclose(f);
	must(n >= 16, "finding the device's count of flushes");
	return (struct count){(double)field[15], (double)field[6] * SECTOR};
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_size);
	return values[count / 2];
}

static void
figure(const char *name, double value, const char *unit, double mark)
{
	if (mark == 0) /* measured, without a mark to reach */
		printf("%-52s %10.2f %-12s -\n", name, value, unit);
	else
		printf("%-52s %10.2f %-12s <= %.1f %s\n", name, value, unit, mark,
		    value <= mark ? "" : "MISS");
}

/* --- what is measured --- */

struct work {
	const char *name;
	void (*once)(size_t texts);
	size_t texts;       /* of one time */
	size_t times;       /* of one round: enough for the checkpoints that fall into it */
	int is_idle_after;  /* two idle seconds after each */
	double flushes, kb; /* marks of one time, and of one text; 0: none */
};

static void
idle(void)
{
	if (state_wants_idle(rig.session.state))
		must(state_idle(rig.session.state) == ST_OK, "idling");
}

static void
take_texts(size_t texts)
{
	static struct msg_sms sms[BATCH_MAX];
	static uint64_t refs = 1;
	char text[EW1_X_CHARS + 1];

	for (size_t i = 0; i < texts; i++) {
		rig_report(&rig.phone[refs % rig.phones], 1, 1, "BENCH", text);
		sms[i] = rig_sms(text, refs++);
	}
	must(intake_batch(&rig.session, UINT32_MAX, sms, texts) == ST_OK, "taking texts");
}

static void
one_act(size_t texts)
{
	struct event_setting setting = {.key = SETTING_POSTURE, .value = 0};
	uint8_t body[EVENT_SETTING_MAX];
	size_t len = event_setting_encode(&setting, body, sizeof(body));

	(void)texts;
	must(session_append(&rig.session, EVENT_SETTING, body, len, NULL) == ST_OK &&
		 session_commit(&rig.session) == ST_OK,
	    "an act");
}

static void
measure(const struct work *w, const char *where)
{
	double flushes[ROUNDS_MAX], octets[ROUNDS_MAX];
	char name[96];

	for (unsigned i = 0; i < rounds; i++) {
		struct count begin = look(), end;

		for (size_t k = 0; k < w->times; k++) {
			w->once(w->texts);
			if (w->is_idle_after)
				idle();
		}
		end = look();
		flushes[i] = (end.flushes - begin.flushes) / (double)w->times;
		octets[i] = (end.octets - begin.octets) / (double)(w->times * w->texts) / 1000;
	}
	(void)snprintf(name, sizeof(name), "%s, %s", w->name, where);
	figure(name, median(flushes, rounds), "flushes", w->flushes);
	(void)snprintf(name, sizeof(name), "  to the device%s", w->texts > 1 ? ", a report" : "");
	figure(name, median(octets, rounds), "kB", w->kb);
}

/* --- the gateways --- */

static void
open_gateway(size_t monitors)
{
	char name[PSEUDONYM_MAX];

	rig_create(&rig, "device");
	must(rig_unlock(&rig, IN_OPEN) == ST_OK, "unlocking");
	for (size_t i = 0; i < monitors; i++) {
		(void)snprintf(name, sizeof(name), "bench %zu", i);
		(void)rig_enrol(&rig, name);
	}
}

/* The anchor's file to another medium; then LOCKED, as after a start. */
static void
move_anchor(void)
{
	char command[4 * CONF_PATH_MAX], to[CONF_PATH_MAX];

	session_end(&rig.session);
	(void)snprintf(to, sizeof(to), "%s/anchor.bin", elsewhere);
	(void)snprintf(command, sizeof(command), "cp -p '%s' '%s' && rm '%s'", rig.conf.anchor, to,
	    rig.conf.anchor);
	must(system(command) == 0, "moving the anchor");
	(void)snprintf(rig.conf.anchor, sizeof(rig.conf.anchor), "%s", to);
	rig_restart(&rig);
}

enum at { HERE, ELSEWHERE };

/* What is measured, each on a gateway of its own: what `seen` holds of a day makes a text dearer.
 */
static const struct {
	struct work work;
	enum at anchor;
	enum core_state state;
} cases[] = {
    {{"one report ARMED", take_texts, 1, 900, 1, 1.1, 48}, ELSEWHERE, IN_ARMED},
    {{"one report ARMED", take_texts, 1, 900, 1, 3.1, 56}, HERE, IN_ARMED},
    {{"a batch of 10", take_texts, 10, 300, 0, 2.2, 0}, HERE, IN_ARMED},
    {{"a batch of 10, then idle", take_texts, 10, 300, 1, 3.2, 0}, HERE, IN_ARMED},
    {{"a batch of 100", take_texts, 100, 60, 0, 2.2, 0}, HERE, IN_ARMED},
    {{"a batch of 100, then idle", take_texts, 100, 60, 1, 3.2, 0}, HERE, IN_ARMED},
    {{"one text parked LOCKED", take_texts, 1, 2000, 1, 1.1, 24}, HERE, IN_LOCKED},
    {{"one act", one_act, 1, 2100, 1, 1.1, 0}, HERE, IN_OPEN},
};

static void
bench(size_t i)
{
	open_gateway(MONITORS);
	must(session_lock(&rig.session, CAUSE_COMMAND) == ST_OK, "locking");
	if (cases[i].anchor == ELSEWHERE)
		move_anchor();
	if (cases[i].state != IN_LOCKED)
		must(rig_unlock(&rig, cases[i].state) == ST_OK, "unlocking");
	idle();
	measure(
	    &cases[i].work, cases[i].anchor == HERE ? "anchor on the card" : "anchor elsewhere");
	rig_remove(&rig);
}

/* For who measures memory and time of the real programs with it. */
static int
fill(size_t monitors, uint64_t events)
{
	open_gateway(monitors);
	while (state_root(rig.session.state)->journal.count < events)
		take_texts(BATCH_MAX);
	must(session_lock(&rig.session, CAUSE_COMMAND) == ST_OK, "locking");
	idle();
	session_end(&rig.session);
	puts(rig.dir);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--fill") == 0)
		return fill(strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	if (argc < 3) {
		(void)fprintf(stderr, "usage: bench_device STAT FOLDER [ROUNDS]\n"
				      "       bench_device --fill MONITORS EVENTS\n");
		return 2;
	}
	stat_path = argv[1];
	elsewhere = argv[2];
	if (argc > 3 && atoi(argv[3]) > 0 && atoi(argv[3]) <= ROUNDS_MAX)
		rounds = (unsigned)atoi(argv[3]);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		bench(i);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What years of reports cost the coordinator: a journal of so many events, written by core's own
 * writer in many runs, is opened; then pages of the inbox are asked for as the command does,
 * through a socket. Of ten messages one is about an earlier one. Real files, real syncs; only the
 * sealing and opening of each text is left out.
 *
 *	bench_view [ROUNDS [EVENTS...]]
 *
 * Opening is measured without Argon2id, and in a process of its own that has not written the
 * journal, so that its memory is that of a core that opens and reads.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/core/requests.h"
#include "gateway/core/session_unlock.h"
#include "gateway/core/stretch.h"
#include "reporting/report/note.h"
#include "tests/bench/figures.h"
#include "tests/support/rig.h"

#define ROUNDS_MAX 31
#define MONITORS 64
#define RUN_EVENTS 70 /* 60 runs a month, 100,000 events in two years */
#define PAGE_ROWS 50
#define WIPING_HEAP "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"

/* Processor time of this process. */
static double
busy_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double stretch_s, stretch_busy_s;

enum status __real_stretch_passphrase(const char *octets, size_t len,
    const uint8_t salt[RING_SALT_LEN], uint64_t memory, uint32_t passes, struct key32 *out);
enum status __wrap_stretch_passphrase(const char *octets, size_t len,
    const uint8_t salt[RING_SALT_LEN], uint64_t memory, uint32_t passes, struct key32 *out);

/* Core's Argon2id comes through here: timed. */
enum status
__wrap_stretch_passphrase(const char *octets, size_t len, const uint8_t salt[RING_SALT_LEN],
    uint64_t memory, uint32_t passes, struct key32 *out)
{
	double begin = now_s(), busy = busy_s();
	enum status st = __real_stretch_passphrase(octets, len, salt, memory, passes, out);

	stretch_s += now_s() - begin;
	stretch_busy_s += busy_s() - busy;
	return st;
}

static struct rig rig;

static void
must(enum status st)
{
	if (st != ST_OK) {
		(void)fprintf(stderr, "bench_view: status %d\n", st);
		exit(2);
	}
}

static unsigned
draw(unsigned below)
{
	static unsigned long long state = 7;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

/* --- a journal --- */

static void
draw_report(struct event_received *e)
{
	const struct codebook *book = rig.session.facts->book;
	const struct places *places = rig.session.facts->places;
	struct note note = {0};
	struct record r;
	size_t bad_at;

	record_init(&r, 1);
	r.kind = book->kind[draw(book->kinds)].code;
	r.place = places->place[draw(places->count)].id;
	r.severity = draw(6);
	r.certainty = draw(6);
	r.actor = draw(2) ? book->actor[draw(book->actors)].code : 0;
	r.affected = draw(40);
	r.duress = draw(500) == 0;
	r.event = e->arrival - draw(100);
	r.lag = draw(90);
	if (e->n > 5 && draw(10) == 0) { /* about one of her last ones */
		r.relation = 1 + draw(4);
		note.ref = (uint16_t)((e->n - 1 - draw(5)) % NOTE_REF_MOD);
	}
	if (draw(5) < 2)
		(void)snprintf(note.text, sizeof(note.text), "%u AT BRIDGE", draw(1000));
	must(record_pack(&r, e->report[0].record));
	must(note_write(&r, &note, e->report[0].note, &bad_at));
	e->reports = 1;
	e->report[0].upper = AFFECTED_NONE;
}

/* As intake writes it: of 20 one that could not be read. */
static void
append_received(uint32_t arrival)
{
	static uint32_t sent[MONITORS];
	uint8_t body[EVENT_RECEIVED_MAX];
	struct event_received e = {.arrival = arrival,
	    .trust = TRUST_MACHINE,
	    .source = SOURCE_SMS,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_ACCEPTED};
	unsigned who = draw(MONITORS);

	if (draw(20) == 0) {
		e.outcome = 2 + draw(3);
		e.raw_len = (uint16_t)(1 + draw(160));
		for (size_t i = 0; i < e.raw_len; i++)
			e.raw[i] = (uint8_t)('a' + draw(26));
	} else {
		e.class = 1;
		e.slot = rig.phone[who].slot;
		e.n = sent[who]++;
		draw_report(&e);
	}
	must(session_append(&rig.session, EVENT_RECEIVED, body,
	    event_received_encode(&e, body, sizeof(body)), NULL));
}

/* End the run as a restart of core does: the next event begins another. */
static void
next_run(void)
{
	struct session *s = &rig.session;

	state_arm(s->state, &s->keys->ring.k_h, s->epoch, s->ring.vault[0].pk_v.b);
	must(session_mark(s, EVENT_ARMED, CAUSE_COMMAND, 1));
}

static void
write_journal(uint64_t events)
{
	uint32_t arrival = 9000;
	char name[PSEUDONYM_MAX];

	must(rig_unlock(&rig, IN_OPEN));
	for (unsigned i = 0; i < MONITORS; i++) {
		(void)snprintf(name, sizeof(name), "bench %u", i);
		(void)rig_enrol(&rig, name);
	}
	must(session_close(&rig.session, CAUSE_COMMAND));
	while (state_root(rig.session.state)->journal.count < events) {
		next_run();
		for (unsigned i = 1; i < RUN_EVENTS; i++) {
			arrival += draw(10) == 0;
			append_received(arrival);
		}
		must(session_commit(&rig.session));
	}
	must(session_lock(&rig.session, CAUSE_COMMAND));
	session_end(&rig.session);
}

/* --- what is measured, in a process of its own --- */

static double
own_mib(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kib = 0;
	char line[128];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Pss: %lu kB", &kib) == 1)
			break;
	if (f == NULL || fclose(f) != 0 || kib == 0)
		exit(2);
	return (double)kib / 1024;
}

static void
bench_open(const char *events, unsigned rounds, double mark_ms, double mark_mib)
{
	double ms[ROUNDS_MAX], busy[ROUNDS_MAX], mib[ROUNDS_MAX];
	char name[64];

	for (unsigned i = 0; i < rounds; i++) {
		double begin = now_s();

		busy[i] = busy_s();
		stretch_s = stretch_busy_s = 0;
		must(rig_unlock(&rig, IN_OPEN));
		ms[i] = (now_s() - begin - stretch_s) * 1000;
		busy[i] = (busy_s() - busy[i] - stretch_busy_s) * 1000;
		mib[i] = own_mib();
		if (rig.session.fault[0] != '\0') {
			(void)fprintf(stderr, "bench_view: %s\n", rig.session.fault);
			exit(2);
		}
		if (i + 1 < rounds)
			must(session_lock(&rig.session, CAUSE_COMMAND));
	}
	(void)snprintf(name, sizeof(name), "opening, Argon2id apart, events: %s", events);
	figure(name, median(ms, rounds), "ms", mark_ms, 0);
	figure("  its processor time", median(busy, rounds), "ms", 0, 0);
	(void)snprintf(name, sizeof(name), "core OPEN, proportional set, events: %s", events);
	figure(name, median(mib, rounds), "MiB", mark_mib, 0);
}

/* Core's part of one page: from the request to the last row in the socket. */
static double
page_ms(const struct msg_inbox *page, unsigned *rows)
{
	struct requests r = {.session = &rig.session};
	struct ipc_message ask, answer;
	double took;
	int pair[2];

	must(ipc_pair(pair));
	must(ipc_nonblocking(pair[0]));
	ipc_begin(&ask, MSG_INBOX);
	ask.body.INBOX = *page;
	took = now_s();
	must(requests_answer(&r, pair[0], &ask));
	took = now_s() - took;
	must(ipc_receive(pair[1], IPC_CORE, IPC_CONTROL, &answer, NULL));
	if (answer.head.type != MSG_INBOX_COUNTS)
		exit(2);
	for (*rows = 0;; (*rows)++) {
		must(ipc_receive(pair[1], IPC_CORE, IPC_CONTROL, &answer, NULL));
		if (answer.head.type != MSG_INBOX_ROW)
			break;
	}
	if (answer.head.type != MSG_RESULT || answer.body.RESULT.status != ST_OK)
		exit(2);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return took * 1000;
}

struct page {
	const char *name;
	struct msg_inbox ask;
};

static double
bench_page(const char *events, unsigned rounds, const struct page *page)
{
	double ms[ROUNDS_MAX];
	unsigned rows = 0;
	char name[64];

	for (unsigned i = 0; i < rounds; i++)
		ms[i] = page_ms(&page->ask, &rows);
	(void)snprintf(name, sizeof(name), "  %s: %u rows of %s", page->name, rows, events);
	figure(name, median(ms, rounds), "ms", 0, 0);
	return median(ms, rounds);
}

static void
bench_pages(const char *events, unsigned rounds, double mark_ms)
{
	const uint64_t count = strtoull(events, NULL, 10);
	const int64_t middle = record_unix(9000 + (uint32_t)(count / 20));
	const struct page pages[] = {
	    {"newest", {.limit = PAGE_ROWS, .counts = 1}},
	    {"from the middle", {.limit = PAGE_ROWS, .counts = 1, .before = count / 2}},
	    {"unreadable", {.limit = PAGE_ROWS, .counts = 1, .which = 2}},
	    {"one kind", {.limit = PAGE_ROWS, .counts = 1, .kind = "KIL"}},
	    {"a place and below it", {.limit = PAGE_ROWS, .counts = 1, .place = "1"}},
	    {"one monitor", {.limit = PAGE_ROWS, .counts = 1, .monitor = "BENCH 7"}},
	    {"severe and sure", {.limit = PAGE_ROWS, .counts = 1, .severity = 5, .certainty = 5}},
	    {"grave, a week", {.limit = PAGE_ROWS,
				  .counts = 1,
				  .grave = 1,
				  .since_s = middle,
				  .until_s = middle + 7 * 86400}},
	    {"duress", {.limit = PAGE_ROWS, .counts = 1, .duress = 1}},
	    {"every filter, none fits", {.limit = PAGE_ROWS,
					    .counts = 1,
					    .which = 1,
					    .kind = "KIL",
					    .place = "1",
					    .monitor = "bench 7",
					    .severity = 5,
					    .certainty = 5,
					    .grave = 1,
					    .duress = 1,
					    .since_s = record_unix(1),
					    .until_s = record_unix(2)}},
	};
	double slowest = 0, ms;
	char name[64];

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if ((ms = bench_page(events, rounds, &pages[i])) > slowest)
			slowest = ms;
	(void)snprintf(name, sizeof(name), "slowest page of %d, events: %s", PAGE_ROWS, events);
	figure(name, slowest, "ms", mark_ms, 0);
}

/* bench_view --open DIR ROUNDS EVENTS */
static int
measure(char **argv)
{
	const uint64_t events = strtoull(argv[4], NULL, 10);
	const unsigned rounds = (unsigned)atoi(argv[3]);
	char fault[CONF_FAULT_MAX], words[SESSION_WORDS_MAX], text[512];
	double per = (double)events / 100000;

	(void)snprintf(text, sizeof(text), "%s/tocsin.conf", argv[2]);
	if (sodium_init() == -1)
		return 2;
	must(store_library_init());
	must(conf_parse(text, "", 0, &rig.conf, fault));
	must(session_start(&rig.session, &rig.conf, words));
	/* 800 ms and 48 MiB at 100,000, and linear; below, what does not grow counts too. */
	bench_open(argv[4], rounds, 800 * per + (per < 1 ? 20 : 0), 48 * per + (per < 1 ? 10 : 0));
	bench_pages(argv[4], rounds, events <= 100000 ? 10 : 20);
	session_end(&rig.session);
	return 0;
}

static void
run_measure(const char *self, unsigned rounds, const char *events)
{
	char rounds_text[16];
	int wait_status;
	pid_t pid;

	(void)snprintf(rounds_text, sizeof(rounds_text), "%u", rounds);
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		/* As tocsind starts core: its heap wipes what is freed. */
		(void)setenv("GLIBC_TUNABLES", WIPING_HEAP, 1);
		(void)execl(
		    "/proc/self/exe", self, "--open", rig.dir, rounds_text, events, (char *)NULL);
		_exit(2);
	}
	if (pid == -1 || waitpid(pid, &wait_status, 0) != pid || wait_status != 0)
		exit(2);
}

int
main(int argc, char **argv)
{
	static const char *const sizes[] = {"10000", "100000", "300000"};
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	size_t count = argc > 2 ? (size_t)(argc - 2) : sizeof(sizes) / sizeof(sizes[0]);

	if (argc == 5 && strcmp(argv[1], "--open") == 0)
		return measure(argv);
	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 5;
	for (size_t i = 0; i < count; i++) {
		const char *events = argc > 2 ? argv[2 + i] : sizes[i];

		rig_create(&rig, "view");
		write_journal(strtoull(events, NULL, 10));
		run_measure(argv[0], rounds, events);
		rig_remove(&rig);
	}
	return 0;
}

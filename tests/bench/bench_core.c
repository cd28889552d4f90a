/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one message costs core: a process of its own hands texts over as tocsin-modem does, through
 * the same socket and messages, and takes the time until they are acknowledged, which is after
 * their commit. Real files, real syncs.
 *
 *	bench_core [ROUNDS]
 *
 * Prints one line a figure: name, median over the rounds, unit, mark.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "gateway/core/channel.h"
#include "gateway/core/people.h"
#include "tests/bench/figures.h"
#include "tests/support/rig.h"

#define BACKLOG 2048
#define LONE 100
#define ROUNDS_MAX 31

int fdatasync(int fd);
int fsync(int fd);

static unsigned long syncs;
static double sync_s;

/* SQLite and the anchor come through here: counted and timed. */
static int
counted(long call, int fd)
{
	double begin = now_s();
	int result = (int)syscall(call, fd);

	syncs++;
	sync_s += now_s() - begin;
	return result;
}

int
fdatasync(int fd)
{
	return counted(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return counted(SYS_fsync, fd);
}

static struct rig rig;
static struct channel channel;

/* --- the other process --- */

struct feed {
	size_t count;
	struct msg_sms *sms;
};

static void
send_or_die(int fd, const struct ipc_message *m)
{
	if (ipc_send(fd, m, -1) != ST_OK)
		_exit(3);
}

/* Hand everything over; exit once all is acknowledged. */
static void
feed_process(int fd, const struct feed *f)
{
	struct ipc_message m;
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		ipc_begin(&m, MSG_SMS_HANDED);
		m.body.SMS_HANDED = f->sms[i];
		send_or_die(fd, &m);
	}
	ipc_begin(&m, MSG_LISTED);
	m.body.LISTED.handed = (uint32_t)f->count;
	send_or_die(fd, &m);
	while (kept < f->count && ipc_receive(fd, IPC_CORE, IPC_MODEM, &m, NULL) == ST_OK)
		kept += m.body.SMS_KEPT.count;
	_exit(kept == f->count ? 0 : 4);
}

/* Core's side until the other process has its acknowledgements. Seconds from its first message. */
static double
take_all(const struct feed *f)
{
	int pair[2], waits = 0, wait_status;
	struct pollfd polled;
	uint64_t want = rig.session.kept + f->count;
	double begin;
	pid_t pid;

	if (ipc_pair(pair) != ST_OK || ipc_nonblocking(pair[0]) != ST_OK)
		exit(2);
	begin = now_s();
	if ((pid = fork()) == 0)
		feed_process(pair[1], f);
	(void)close(pair[1]);
	if (channel_open(&channel, pair[0]) != ST_OK)
		exit(2);
	polled = (struct pollfd){pair[0], POLLIN, 0};
	while (rig.session.kept < want) {
		enum status st;

		if (poll(&polled, 1, waits ? CHANNEL_PAUSE_MS : -1) == 0) {
			st = channel_take(&channel);
			waits = 0;
		} else {
			st = channel_read(&channel, &waits);
		}
		if (st != ST_OK && (st != ST_CLOSED || rig.session.kept < want))
			exit(2); /* closed once it has its acknowledgements: as it should */
	}
	(void)waitpid(pid, &wait_status, 0);
	begin = now_s() - begin;
	channel_close(&channel);
	if (wait_status != 0)
		exit(2);
	return begin;
}

/* --- figures --- */

static struct feed
make_feed(size_t count, size_t phones)
{
	static uint64_t refs = 1;
	struct feed f = {count, calloc(count, sizeof(*f.sms))};
	char text[EW1_X_CHARS + 1];

	if (f.sms == NULL)
		exit(2);
	for (size_t i = 0; i < count; i++) {
		rig_report(&rig.phone[i % phones], 1, 1, "BENCH", text);
		f.sms[i] = rig_sms(text, refs++);
	}
	return f;
}

static void
bench_backlog(size_t phones, unsigned rounds)
{
	double rate[ROUNDS_MAX];
	unsigned long before = syncs;
	char name[64];

	for (unsigned i = 0; i < rounds; i++) {
		struct feed f = make_feed(BACKLOG, phones);

		rate[i] = BACKLOG / take_all(&f);
		free(f.sms);
	}
	(void)snprintf(name, sizeof(name), "X in a backlog, monitors: %zu", phones);
	figure(name, median(rate, rounds), "messages/s", 2000, 1);
	(void)snprintf(name, sizeof(name), "syncs a batch of %d, monitors: %zu", BATCH_MAX, phones);
	figure(name, (double)(syncs - before) / (rounds * (double)BACKLOG / BATCH_MAX), "syncs",
	    2.2, 0);
}

static void
bench_lone(unsigned rounds)
{
	double ms[ROUNDS_MAX], synced[ROUNDS_MAX];

	for (unsigned i = 0; i < rounds; i++) {
		double took[LONE];
		unsigned long before = syncs;

		for (size_t k = 0; k < LONE; k++) {
			struct feed f = make_feed(1, rig.phones);

			sync_s = 0;
			took[k] = take_all(&f) - sync_s;
			free(f.sms);
		}
		ms[i] = median(took, LONE) * 1000;
		synced[i] = (double)(syncs - before) / LONE;
	}
	figure("a lone X, hand-over to acknowledged, syncs apart", median(ms, rounds), "ms", 10, 0);
	figure("its syncs (anchor and store)", median(synced, rounds), "syncs", 2.2, 0);
}

static void
bench_parked(unsigned rounds)
{
	double rate[ROUNDS_MAX], read_s[ROUNDS_MAX];

	for (unsigned i = 0; i < rounds; i++) {
		struct feed f = make_feed(BACKLOG, rig.phones);

		if (session_lock(&rig.session, CAUSE_COMMAND) != ST_OK)
			exit(2);
		rate[i] = BACKLOG / take_all(&f);
		read_s[i] = now_s();
		if (rig_unlock(&rig, IN_ARMED) != ST_OK)
			exit(2);
		read_s[i] = BACKLOG / (now_s() - read_s[i]);
		free(f.sms);
	}
	figure("X parked while LOCKED, in a backlog", median(rate, rounds), "messages/s", 2000, 1);
	figure("parked X read at arming, Argon2id included", median(read_s, rounds), "messages/s",
	    0, 1);
}

/* A gateway of its own for each number of monitors, ARMED. */
static void
open_bench(unsigned phones)
{
	char name[PSEUDONYM_MAX];

	rig_create(&rig, "bench");
	channel.session = &rig.session;
	if (rig_unlock(&rig, IN_OPEN) != ST_OK)
		exit(2);
	for (unsigned i = 0; i < phones; i++) {
		(void)snprintf(name, sizeof(name), "bench %u", i);
		(void)rig_enrol(&rig, name);
	}
	if (session_close(&rig.session, CAUSE_COMMAND) != ST_OK)
		exit(2);
}

int
main(int argc, char **argv)
{
	static const unsigned monitors[] = {1, 16, 64};
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;

	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 5;
	for (size_t i = 0; i < sizeof(monitors) / sizeof(monitors[0]); i++) {
		open_bench(monitors[i]);
		bench_backlog(monitors[i], rounds);
		rig_remove(&rig);
	}
	open_bench(16);
	bench_lone(rounds);
	bench_parked(rounds);
	rig_remove(&rig);
	return 0;
}

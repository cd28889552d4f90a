/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/loop.h"
#include "tests/support/check.h"

static int64_t now_ms = 1000;

int64_t
clock_boot_ms(void)
{
	return now_ms;
}

int64_t
clock_wall_s(void)
{
	return 0;
}

int
clock_is_synchronised(void)
{
	return 0;
}

static char letter_a = 'a', letter_b = 'b', letter_B = 'B', letter_c = 'c', letter_r = 'r';
static char order[64];
static size_t ordered;

static void
note(struct loop *loop, void *arg)
{
	(void)loop;
	order[ordered++] = *(const char *)arg;
}

static struct loop_timer again;

static void
repeat(struct loop *loop, void *arg)
{
	note(loop, arg);
	CHECK_EQ(loop_timer_set(loop, &again, now_ms, repeat, arg), ST_OK);
}

static void
test_timers(void)
{
	struct loop_timer a = {0}, b = {0}, c = {0};
	struct loop loop;

	CHECK_EQ(loop_init(&loop), ST_OK);
	CHECK_EQ(loop_timer_set(&loop, &a, 3000, note, &letter_a), ST_OK);
	CHECK_EQ(loop_timer_set(&loop, &b, 2000, note, &letter_b), ST_OK);
	CHECK_EQ(loop_timer_set(&loop, &c, 2500, note, &letter_c), ST_OK);
	CHECK_EQ(loop_step(&loop, false), ST_OK);
	CHECK_EQ(ordered, 0);
	now_ms = 2000;
	CHECK_EQ(loop_step(&loop, false), ST_OK);
	CHECK_EQ(ordered, 1);
	CHECK_EQ(loop_timer_set(&loop, &c, 9000, note, &letter_c), ST_OK); /* moved */
	now_ms = 4000; /* as behind a long sleep of the machine */
	CHECK_EQ(loop_timer_set(&loop, &b, 3500, note, &letter_B), ST_OK);
	CHECK_EQ(loop_step(&loop, false), ST_OK);
	order[ordered] = '\0';
	CHECK_STR(order, "baB");
	loop_timer_stop(&loop, &c);
	loop_timer_stop(&loop, &c);
	now_ms = 10000;
	CHECK_EQ(loop_step(&loop, false), ST_OK);
	CHECK_EQ(ordered, 3);
	CHECK(!a.set && !b.set && !c.set);
	CHECK_EQ(loop_timer_set(&loop, &again, now_ms, repeat, &letter_r), ST_OK);
	CHECK_EQ(loop_step(&loop, false), ST_OK); /* does not run for ever */
	CHECK_EQ(ordered, 4);
	loop_timer_stop(&loop, &again);
	loop_done(&loop);
}

static void
test_timer_table(void)
{
	struct loop_timer timers[LOOP_TIMERS_MAX + 1] = {{0}};
	struct loop loop;

	CHECK_EQ(loop_init(&loop), ST_OK);
	for (size_t i = 0; i <= LOOP_TIMERS_MAX; i++)
		CHECK_EQ(loop_timer_set(&loop, &timers[i], 0, note, &letter_r),
		    i < LOOP_TIMERS_MAX ? ST_OK : ST_FULL);
	loop_done(&loop);
}

/* The alarm wakes a loop that waits: the fake clock moves when the loop asks. */
static void
wake(struct loop *loop, void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void
test_alarm(void)
{
	struct loop_timer t = {0};
	struct loop loop;

	CHECK_EQ(loop_init(&loop), ST_OK);
	CHECK_EQ(loop_timer_set(&loop, &t, now_ms + 20, wake, NULL), ST_OK);
	CHECK_EQ(loop_step(&loop, true), ST_OK); /* about 20 ms of the kernel's time */
	CHECK(!loop.stopping);
	now_ms += 20;
	CHECK_EQ(loop_run(&loop), ST_OK);
	CHECK(loop.stopping);
	loop_done(&loop);
}

struct pipes {
	int fd[3][2];
	unsigned calls[3];
};

/* The first one ready removes the second and puts another pipe in the third's place. */
static void
on_pipe(struct loop *loop, int fd, short events, void *arg)
{
	struct pipes *p = arg;

	CHECK(events & POLLIN);
	for (unsigned i = 0; i < 3; i++)
		p->calls[i] += p->fd[i][0] == fd;
	if (fd == p->fd[0][0]) {
		loop_remove(loop, p->fd[1][0]);
		loop_remove(loop, p->fd[2][0]);
		CHECK_EQ(loop_add(loop, p->fd[2][0], POLLIN, on_pipe, arg), ST_OK);
	}
}

static void
test_descriptors(void)
{
	struct pipes p = {0};
	struct loop loop;

	CHECK_EQ(loop_init(&loop), ST_OK);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(pipe(p.fd[i]) == 0);
		CHECK_EQ(loop_add(&loop, p.fd[i][0], POLLIN, on_pipe, &p), ST_OK);
		CHECK(write(p.fd[i][1], "x", 1) == 1);
	}
	CHECK_EQ(loop_step(&loop, true), ST_OK);
	CHECK_EQ(p.calls[0], 1);
	CHECK_EQ(p.calls[1], 0);
	CHECK_EQ(p.calls[2], 0); /* new since the poll: its turn is the next round */
	loop_watch(&loop, p.fd[0][0], 0);
	CHECK_EQ(loop_step(&loop, true), ST_OK);
	CHECK_EQ(p.calls[0], 1);
	CHECK_EQ(p.calls[2], 1);
	for (int fd = 1000; fd < 1000 + LOOP_FDS_MAX; fd++)
		CHECK_EQ(loop_add(&loop, fd, 0, on_pipe, &p),
		    fd < 1000 + LOOP_FDS_MAX - 2 ? ST_OK : ST_FULL);
	for (unsigned i = 0; i < 3; i++) {
		close(p.fd[i][0]);
		close(p.fd[i][1]);
	}
	loop_done(&loop);
}

static int signals_seen;

static void
on_signal(struct loop *loop, int signo, void *arg)
{
	(void)arg;
	signals_seen = signals_seen * 100 + signo;
	loop_stop(loop);
}

static void
test_signals(void)
{
	struct loop loop;

	CHECK_EQ(loop_init(&loop), ST_OK);
	CHECK_EQ(loop_signals(&loop, on_signal, NULL), ST_OK);
	CHECK(raise(SIGTERM) == 0);
	CHECK_EQ(loop_run(&loop), ST_OK);
	CHECK_EQ(signals_seen, SIGTERM);
	CHECK(raise(SIGPIPE) == 0); /* ignored */
	loop_done(&loop);
	loop_signals_default();
}

int
main(void)
{
	test_timers();
	test_timer_table();
	test_alarm();
	test_descriptors();
	test_signals();
	return check_done();
}

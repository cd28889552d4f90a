/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gateway/common/clock.h"

static const int signals_taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1};

enum status
loop_init(struct loop *loop)
{
	memset(loop, 0, sizeof(*loop));
	loop->signal_fd = -1;
	loop->alarm_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	return loop->alarm_fd == -1 ? ST_IO : ST_OK;
}

void
loop_done(struct loop *loop)
{
	(void)close(loop->alarm_fd); /* no data in either */
	if (loop->signal_fd != -1)
		(void)close(loop->signal_fd);
	memset(loop, 0, sizeof(*loop));
	loop->alarm_fd = loop->signal_fd = -1;
}

static struct loop_fd *
find_fd(struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->fds_used; i++)
		if (loop->fds[i].fd == fd)
			return &loop->fds[i];
	return NULL;
}

enum status
loop_add(struct loop *loop, int fd, short events, loop_fd_fn *fn, void *arg)
{
	struct loop_fd *slot;

	assert(fd >= 0);
	if ((slot = find_fd(loop, fd)) == NULL && (slot = find_fd(loop, -1)) == NULL) {
		if (loop->fds_used == LOOP_FDS_MAX)
			return ST_FULL;
		slot = &loop->fds[loop->fds_used++];
	}
	*slot = (struct loop_fd){fd, events, true, fn, arg};
	return ST_OK;
}

void
loop_watch(struct loop *loop, int fd, short events)
{
	struct loop_fd *slot = find_fd(loop, fd);

	assert(slot != NULL);
	slot->events = events;
}

void
loop_remove(struct loop *loop, int fd)
{
	struct loop_fd *slot;

	if (fd >= 0 && (slot = find_fd(loop, fd)) != NULL)
		*slot = (struct loop_fd){-1, 0, false, NULL, NULL};
}

enum status
loop_timer_set(struct loop *loop, struct loop_timer *t, int64_t at_ms, loop_timer_fn *fn, void *arg)
{
	if (!t->set) {
		if (loop->timers_used == LOOP_TIMERS_MAX)
			return ST_FULL;
		loop->timers[loop->timers_used++] = t;
	}
	*t = (struct loop_timer){at_ms, fn, arg, true};
	return ST_OK;
}

void
loop_timer_stop(struct loop *loop, struct loop_timer *t)
{
	if (!t->set)
		return;
	t->set = false;
	for (size_t i = 0; i < loop->timers_used; i++)
		if (loop->timers[i] == t) {
			loop->timers[i] = loop->timers[--loop->timers_used];
			return;
		}
	assert(0 && "a timer that is set stands in the table");
}

enum status
loop_signals(struct loop *loop, loop_signal_fn *fn, void *arg)
{
	sigset_t set;

	(void)sigemptyset(&set); /* cannot fail */
	for (size_t i = 0; i < sizeof(signals_taken) / sizeof(signals_taken[0]); i++)
		(void)sigaddset(&set, signals_taken[i]); /* valid signals */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return ST_IO;
	loop->signal_fn = fn;
	loop->signal_arg = arg;
	loop->signal_fd = signalfd(loop->signal_fd, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return loop->signal_fd == -1 ? ST_IO : ST_OK;
}

void
loop_signals_default(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* neither can fail with these arguments */
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

/* The timer that is due first, NULL if none is set. */
static struct loop_timer *
first_timer(const struct loop *loop)
{
	struct loop_timer *first = NULL;

	for (size_t i = 0; i < loop->timers_used; i++)
		if (first == NULL || loop->timers[i]->at_ms < first->at_ms)
			first = loop->timers[i];
	return first;
}

/* At most one call per timer that was there: one that sets itself again cannot starve the rest. */
static void
run_timers(struct loop *loop)
{
	int64_t now_ms = clock_boot_ms();
	struct loop_timer *t;

	for (size_t left = loop->timers_used; left > 0; left--) {
		if ((t = first_timer(loop)) == NULL || t->at_ms > now_ms)
			return;
		loop_timer_stop(loop, t);
		t->fn(loop, t->arg);
	}
}

/* Relative, because a test's clock is not the kernel's. Zero would switch the timer off. */
static enum status
set_alarm(struct loop *loop)
{
	const struct loop_timer *t = first_timer(loop);
	struct itimerspec spec;
	int64_t wait_ms;

	memset(&spec, 0, sizeof(spec));
	if (t != NULL) {
		wait_ms = t->at_ms - clock_boot_ms();
		if (wait_ms < 1)
			wait_ms = 1;
		spec.it_value.tv_sec = wait_ms / 1000;
		spec.it_value.tv_nsec = wait_ms % 1000 * 1000000;
	}
	return timerfd_settime(loop->alarm_fd, 0, &spec, NULL) == 0 ? ST_OK : ST_IO;
}

static void
read_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info))
		loop->signal_fn(loop, (int)info.ssi_signo, loop->signal_arg);
}

/* Slots never move; one that a callback freed or gave to another descriptor is passed over. */
static void
call_ready(struct loop *loop, const struct pollfd *polled, size_t count)
{
	struct loop_fd *slot;

	for (size_t i = 0; i < count; i++) {
		slot = &loop->fds[i];
		if (polled[i].revents != 0 && slot->fd == polled[i].fd && !slot->fresh)
			slot->fn(loop, slot->fd, polled[i].revents, slot->arg);
	}
}

enum status
loop_step(struct loop *loop, bool may_wait)
{
	struct pollfd polled[LOOP_FDS_MAX + 2];
	size_t count;
	uint64_t ticks;
	int ready;

	run_timers(loop);
	if (loop->stopping)
		return ST_OK;
	count = loop->fds_used;
	for (size_t i = 0; i < count; i++) {
		polled[i] = (struct pollfd){loop->fds[i].fd, loop->fds[i].events, 0};
		loop->fds[i].fresh = false;
	}
	polled[count] = (struct pollfd){loop->alarm_fd, POLLIN, 0};
	polled[count + 1] = (struct pollfd){loop->signal_fd, POLLIN, 0};
	if (set_alarm(loop) != ST_OK)
		return ST_IO;
	ready = poll(polled, (nfds_t)count + 2, may_wait ? -1 : 0);
	if (ready == -1)
		return errno == EINTR ? ST_OK : ST_IO;
	(void)!read(loop->alarm_fd, &ticks, sizeof(ticks)); /* the clock says what is due */
	if (polled[count + 1].revents != 0)
		read_signals(loop);
	call_ready(loop, polled, count);
	return ST_OK;
}

enum status
loop_run(struct loop *loop)
{
	enum status st = ST_OK;

	while (st == ST_OK && !loop->stopping)
		st = loop_step(loop, true);
	return st;
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

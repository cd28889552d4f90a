/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A single-threaded poll loop: descriptors, timers on clock_boot_ms (sleep of the machine counts),
 * signals. Fixed tables, no heap. It sleeps until something is due: idle means no wake-up at all.
 */
#ifndef GATEWAY_COMMON_LOOP_H
#define GATEWAY_COMMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

#define LOOP_FDS_MAX 64
#define LOOP_TIMERS_MAX 32

struct loop;

/* events: POLLIN, POLLOUT, POLLHUP ... as poll(2) gave them. */
typedef void loop_fd_fn(struct loop *loop, int fd, short events, void *arg);
typedef void loop_timer_fn(struct loop *loop, void *arg);
typedef void loop_signal_fn(struct loop *loop, int signo, void *arg);

/* Caller's memory; lives as long as it is set. */
struct loop_timer {
	int64_t at_ms; /* on clock_boot_ms */
	loop_timer_fn *fn;
	void *arg;
	bool set;
};

struct loop_fd {
	int fd; /* -1: free */
	short events;
	bool fresh; /* added after the last poll(2), whose answer is not about it */
	loop_fd_fn *fn;
	void *arg;
};

struct loop {
	struct loop_fd fds[LOOP_FDS_MAX];
	size_t fds_used;
	struct loop_timer *timers[LOOP_TIMERS_MAX];
	size_t timers_used;
	int alarm_fd;  /* timerfd, CLOCK_BOOTTIME */
	int signal_fd; /* -1: none asked for */
	loop_signal_fn *signal_fn;
	void *signal_arg;
	bool stopping;
};

/* ST_OK, ST_IO. After it loop_done is due. */
enum status loop_init(struct loop *loop) MUST_USE;
void loop_done(struct loop *loop);

/*
 * Call fn whenever fd has one of `events` (POLLIN, POLLOUT, 0 for hang-up alone), POLLHUP or
 * POLLERR. fd stays the caller's. Adding one that is there replaces it. ST_OK, ST_FULL.
 */
enum status loop_add(struct loop *loop, int fd, short events, loop_fd_fn *fn, void *arg) MUST_USE;

/* Change the events of one that is there. */
void loop_watch(struct loop *loop, int fd, short events);

/* Forget fd (before it is closed); fn is not called any more, not even in this round. */
void loop_remove(struct loop *loop, int fd);

/* Call fn once, at at_ms or soon after. Setting one that is set moves it. ST_OK, ST_FULL. */
enum status loop_timer_set(
    struct loop *loop, struct loop_timer *t, int64_t at_ms, loop_timer_fn *fn, void *arg) MUST_USE;
void loop_timer_stop(struct loop *loop, struct loop_timer *t);

/*
 * From now on SIGTERM, SIGINT, SIGHUP, SIGCHLD and SIGUSR1 are blocked and come to fn; SIGPIPE is
 * ignored. A child that is to be executed calls loop_signals_default first. ST_OK, ST_IO.
 */
enum status loop_signals(struct loop *loop, loop_signal_fn *fn, void *arg) MUST_USE;
void loop_signals_default(void);

/* Until loop_stop. ST_OK, ST_IO. */
enum status loop_run(struct loop *loop) MUST_USE;
void loop_stop(struct loop *loop);

/*
 * One round: run what is due, wait (not at all unless may_wait), call what is ready.
 * For loop_run and for tests. ST_OK, ST_IO.
 */
enum status loop_step(struct loop *loop, bool may_wait) MUST_USE;

#endif

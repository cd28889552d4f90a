/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/tocsind_role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/sandbox.h"
#include "schemas/exit.h"

#define EXIT_NOT_EXECUTED 127
#define ROLE_SECOND_FD 4 /* CORE_CONTROL_FD, MODEM_PIN_FD */
#define HIGH_FD 10       /* above every descriptor that a role finds open */

/* What happened to it; the field may be of LOG_KIND_END. */
static void
role_log(const struct role *r, enum log_event event, struct log_field what)
{
	struct log_field fields[4] = {LOG_ROLE(r->id)};
	size_t count = 1;

	if (what.kind != LOG_KIND_END)
		fields[count++] = what;
	if (r->modem != 0)
		fields[count++] = LOG_MODEM(r->modem);
	log_write(event, fields); /* ended by the zeros behind them */
}

/* Put a descriptor at its place, without the flag that closes it. */
static bool
place_fd(int fd, int place)
{
	return dup2(fd, place) == place;
}

/* In the child: descriptors 0 to 4 as a role finds them. */
static bool
place_all(int channel, int second)
{
	int null_fd;

	if ((channel = fcntl(channel, F_DUPFD_CLOEXEC, HIGH_FD)) == -1)
		return false;
	if (second != -1 && (second = fcntl(second, F_DUPFD_CLOEXEC, HIGH_FD)) == -1)
		return false;
	if ((null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	if (!place_fd(null_fd, STDIN_FILENO) || !place_fd(channel, ROLE_CHANNEL_FD))
		return false;
	if (second != -1 && !place_fd(second, ROLE_SECOND_FD))
		return false;
	sandbox_close_above(second != -1 ? ROLE_SECOND_FD : ROLE_CHANNEL_FD);
	return true;
}

/*
 * What core frees is overwritten by glibc: also what its libraries read into the heap and cannot
 * be asked to wipe, as libconfig the codebook. Without the per-thread cache, which is not.
 */
#define WIPING_HEAP "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"

/* In the child. Its own session: Ctrl-C at a terminal is for tocsind, which stops in order. */
static void
become(const struct role *r, const char *path, char *const argv[], int channel, int second,
    pid_t parent)
{
	loop_signals_default();
	(void)setsid(); /* a fresh child leads no group */
	if (sandbox_die_with_parent(parent) == ST_OK && place_all(channel, second) &&
	    (r->id != LOG_ROLE_CORE || setenv("GLIBC_TUNABLES", WIPING_HEAP, 1) == 0))
		(void)execv(path, argv);
	role_log(r, EV_ROLE_NOT_STARTED, LOG_ERRNO(errno));
	_exit(EXIT_NOT_EXECUTED);
}

enum status
role_start(struct role *r, const char *path, char *const argv[], int channel, int second)
{
	pid_t parent = getpid(), pid;

	r->started_ms = clock_boot_ms();
	if ((pid = fork()) == -1) {
		role_log(r, EV_ROLE_NOT_STARTED, LOG_ERRNO(errno));
		return ST_AGAIN;
	}
	if (pid == 0)
		become(r, path, argv, channel, second, parent);
	r->pid = pid;
	r->told_to_stop = false;
	role_log(r, EV_ROLE_STARTED, (struct log_field){LOG_KIND_END, 0});
	return ST_OK;
}

static bool
is_lasting(int code)
{
	return code == EXIT_CONFIG || code == EXIT_CHANGED || code == EXIT_NOT_EXECUTED;
}

static int64_t
next_pause_ms(const struct role *r, int64_t lived_ms, int code)
{
	if (is_lasting(code))
		return ROLE_PAUSE_LAST_MS; /* a person must do something first */
	if (r->pause_ms == 0 || lived_ms >= ROLE_PAUSE_LAST_MS)
		return ROLE_PAUSE_FIRST_MS;
	if (r->pause_ms >= ROLE_PAUSE_LAST_MS / 2)
		return ROLE_PAUSE_LAST_MS;
	return r->pause_ms * 2;
}

void
role_ended(struct role *r, int wait_status, struct role_end *end)
{
	end->lived_ms = clock_boot_ms() - r->started_ms;
	end->told_to_stop = r->told_to_stop;
	end->code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
	end->signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	r->pid = 0;
	if (r->told_to_stop)
		return; /* nothing unforeseen */
	role_log(
	    r, EV_ROLE_ENDED, end->signal != 0 ? LOG_SIGNAL(end->signal) : LOG_EXIT(end->code));
}

void
role_back_off(struct role *r, const struct role_end *end)
{
	r->pause_ms = end->told_to_stop ? 0 : next_pause_ms(r, end->lived_ms, end->code);
	r->next_ms = clock_boot_ms() + r->pause_ms;
}

static void
on_late(struct loop *loop, void *arg)
{
	struct role *r = arg;

	(void)loop;
	if (r->pid == 0)
		return;
	role_log(r, EV_ROLE_KILLED, (struct log_field){LOG_KIND_END, 0});
	(void)kill(r->pid, SIGKILL); /* our own child, not yet waited for */
}

void
role_stop(struct role *r, struct loop *loop)
{
	if (r->pid == 0 || r->told_to_stop)
		return;
	r->told_to_stop = true;
	(void)kill(r->pid, SIGTERM); /* our own child, not yet waited for */
	if (loop_timer_set(loop, &r->kill, clock_boot_ms() + ROLE_STOP_MS, on_late, r) != ST_OK)
		(void)kill(r->pid, SIGKILL); /* no timer left: do not wait */
}

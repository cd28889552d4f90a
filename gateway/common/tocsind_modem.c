/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/tocsind_modem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/ipc.h"
#include "gateway/common/log.h"
#include "gateway/common/sandbox.h"
#include "schemas/exit.h"

#define SETTLE_MS 300      /* udev gives a new device its rights; a file gets its last octets */
#define CYCLE_MAX_MS 20000 /* for the power-cycle program */
#define ARGS_MAX 20
#define WORD(words) ((char *)(uintptr_t)(words)) /* execv(3) does not write to it */

static void on_start(struct loop *loop, void *arg);

/* Call on_start when so much time has passed. */
static void
start_in(struct modem_keeper *m, int64_t pause_ms)
{
	m->role.next_ms = clock_boot_ms() + pause_ms;
	if (loop_timer_set(m->all->loop, &m->role.start, m->role.next_ms, on_start, m) != ST_OK)
		log_event(EV_ROLE_NOT_STARTED, LOG_ROLE(LOG_ROLE_MODEM), LOG_MODEM(m->number + 1),
		    LOG_STATUS(ST_FULL));
}

static void
tell_gone(const struct modem_keeper *m)
{
	struct ipc_message message;
	enum status st;

	if (m->all->core_fd == -1 || !m->was_there)
		return;
	ipc_begin(&message, MSG_MODEM_GONE);
	message.body.MODEM_GONE = m->gone;
	message.body.MODEM_GONE.modem = m->number;
	message.body.MODEM_GONE.power_cycled = m->policy.power_cycled;
	st = ipc_send(m->all->core_fd, &message, -1);
	(void)st; /* a core that is stuck or gone: `status` says so */
}

/* ---- what ends a pause early ---- */

static void
watch_end(struct modem_keeper *m)
{
	if (m->watch_fd == -1)
		return;
	loop_remove(m->all->loop, m->watch_fd);
	(void)close(m->watch_fd); /* nothing to lose */
	m->watch_fd = -1;
}

/* Set the watches, then look: so nothing comes between. */
static void
watch_look_again(struct modem_keeper *m)
{
	struct watch_stamp now;

	if (m->watch_fd != -1) {
		watch_drain(m->watch_fd);
		watch_path(m->watch_fd, m->conf->device, false);
		if (m->plan.needs_pin)
			watch_path(m->watch_fd, m->conf->pin_file, true);
	}
	watch_look(m->conf->device, &now);
	if (!watch_same(&now, &m->device)) {
		m->device = now;
		if (now.there) {
			modem_policy_replugged(&m->policy);
			m->plan.power_cycle = false;
			start_in(m, SETTLE_MS);
		}
	}
	watch_look(m->conf->pin_file, &now);
	if (m->plan.needs_pin && !watch_same(&now, &m->pin)) {
		m->pin = now;
		start_in(m, SETTLE_MS);
	}
}

static void
on_watch(struct loop *loop, int fd, short events, void *arg)
{
	(void)loop;
	(void)fd;
	(void)events;
	watch_look_again(arg);
}

/* Without it there is the pause alone. */
static void
watch_begin(struct modem_keeper *m)
{
	if (m->watch_fd == -1 && watch_open(&m->watch_fd) != ST_OK)
		return;
	if (loop_add(m->all->loop, m->watch_fd, POLLIN, on_watch, m) != ST_OK)
		watch_end(m);
	watch_look_again(m);
}

/* ---- the power ---- */

static void
on_cycle_late(struct loop *loop, void *arg)
{
	const struct modem_keeper *m = arg;

	(void)loop;
	if (m->cycle != 0)
		(void)kill(-m->cycle, SIGKILL); /* our own child's group, not yet waited for */
}

/* In the child. It says nothing into the log, which holds events alone: its exit code is there. */
static void
become_cycle(const struct modem_keeper *m)
{
	char *const argv[] = {m->conf->power_cycle, m->conf->device, NULL};
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	loop_signals_default();
	(void)setsid(); /* a fresh child leads no group */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null_fd == -1 || dup2(null_fd, fd) != fd)
			_exit(EXIT_CONFIG);
	sandbox_close_above(STDERR_FILENO);
	(void)execv(m->conf->power_cycle, argv);
	_exit(127);
}

static void
cycle_start(struct modem_keeper *m)
{
	pid_t pid = fork();

	m->plan.power_cycle = false;
	if (pid == 0)
		become_cycle(m);
	if (pid == -1) {
		start_in(m, SETTLE_MS);
		return;
	}
	m->cycle = pid;
	log_event(EV_POWER_CYCLE, LOG_MODEM(m->number + 1));
	if (loop_timer_set(m->all->loop, &m->cycle_late, clock_boot_ms() + CYCLE_MAX_MS,
		on_cycle_late, m) != ST_OK)
		on_cycle_late(m->all->loop, m);
}

static void
cycle_ended(struct modem_keeper *m, int wait_status)
{
	m->cycle = 0;
	loop_timer_stop(m->all->loop, &m->cycle_late);
	modem_policy_cycled(&m->policy, clock_boot_ms());
	if (WIFEXITED(wait_status))
		log_event(
		    EV_POWER_CYCLED, LOG_MODEM(m->number + 1), LOG_EXIT(WEXITSTATUS(wait_status)));
	else
		log_event(
		    EV_POWER_CYCLED, LOG_MODEM(m->number + 1), LOG_SIGNAL(WTERMSIG(wait_status)));
	tell_gone(m);
	start_in(m, SETTLE_MS);
}

/* ---- a start ---- */

/* The file with the PIN, for this process's child. -1: there is none, or it is not to be trusted;
 * a SIM that asks for no PIN is used all the same. */
static int
open_pin(const struct modem_keeper *m)
{
	struct stat sb;
	int fd;

	if (m->conf->pin_file[0] == '\0')
		return -1;
	fd = open(m->conf->pin_file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd != -1 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) && sb.st_uid == geteuid() &&
	    (sb.st_mode & 077) == 0)
		return fd;
	log_event(EV_PIN_FILE_BAD, LOG_MODEM(m->number + 1));
	if (fd != -1)
		(void)close(fd); /* nothing was written */
	return -1;
}

/* The arguments of tocsin-modem. poll_s: room for a number. */
static void
fill_args(const struct modem_keeper *m, bool has_pin, char poll_s[16], char *argv[ARGS_MAX])
{
	static const char *const sweeps[] = {"off", "nightly", "batch"};
	size_t n = 0;

	(void)snprintf(poll_s, 16, "%u", m->conf->poll_s);
	argv[n++] = WORD("tocsin-modem");
	argv[n++] = WORD("-d");
	argv[n++] = m->conf->device;
	argv[n++] = WORD("-C");
	argv[n++] = m->conf->connection;
	argv[n++] = WORD("-m");
	argv[n++] = m->conf->model;
	argv[n++] = WORD("-p");
	argv[n++] = poll_s;
	argv[n++] = WORD("-w");
	argv[n++] = WORD(sweeps[m->conf->sweep]);
	if (m->conf->credit_ussd[0] != '\0') {
		argv[n++] = WORD("-u");
		argv[n++] = m->conf->credit_ussd;
	}
	if (has_pin)
		argv[n++] = WORD("-P");
	if (m->plan.rescue)
		argv[n++] = WORD("-R");
	if (m->all->conf->log_level == CONF_LOG_DEBUG)
		argv[n++] = WORD("-v");
	argv[n] = NULL;
}

/* Give core the other end of the modem's channel, then start the modem. */
static enum status
connect_modem(struct modem_keeper *m, int core_end, int modem_end)
{
	char poll_s[16], *argv[ARGS_MAX];
	struct ipc_message message;
	enum status st;
	int pin_fd;

	ipc_begin(&message, MSG_MODEM_CHANNEL);
	message.body.MODEM_CHANNEL.modem = m->number;
	if ((st = ipc_send(m->all->core_fd, &message, core_end)) != ST_OK)
		return st; /* core has ended, or is stuck */
	pin_fd = open_pin(m);
	fill_args(m, pin_fd != -1, poll_s, argv);
	st = role_start(&m->role, m->all->program, argv, modem_end, pin_fd);
	if (pin_fd != -1)
		(void)close(pin_fd); /* the modem has its own */
	return st;
}

static void plan_next(struct modem_keeper *m, const struct role_end *end);

static void
start_now(struct modem_keeper *m)
{
	const struct role_end failed = {.code = -1};
	enum status st;
	int pair[2];

	if ((st = ipc_pair(pair)) == ST_OK) {
		st = connect_modem(m, pair[0], pair[1]);
		(void)close(pair[0]); /* core has its own */
		(void)close(pair[1]); /* the modem has its own */
	}
	if (st != ST_OK)
		plan_next(m, &failed); /* as if it had ended at once */
}

/* The pause is over. */
static void
on_start(struct loop *loop, void *arg)
{
	struct modem_keeper *m = arg;

	(void)loop;
	if (m->all->halted || m->all->core_fd == -1 || m->role.pid != 0 || m->cycle != 0)
		return; /* modems_start(), or whatever ends, comes back to it */
	if (m->plan.needs_device) {
		watch_begin(m);
		if (!m->device.there && modem_policy_cycles_again(&m->policy, clock_boot_ms())) {
			cycle_start(m);
			return;
		}
		if (!m->device.there) {
			start_in(m, MODEM_NET_MS);
			return;
		}
	}
	watch_end(m);
	if (m->plan.power_cycle)
		cycle_start(m);
	else
		start_now(m);
}

/* ---- an end ---- */

static void
log_wait(const struct modem_keeper *m)
{
	if (m->plan.needs_pin)
		log_event(EV_PIN_AWAITED, LOG_MODEM(m->number + 1));
	else if (m->plan.needs_device && !m->device.there)
		log_event(EV_MODEM_AWAITED, LOG_MODEM(m->number + 1));
	else if (m->plan.pause_ms != 0)
		log_event(EV_ROLE_AGAIN, LOG_ROLE(LOG_ROLE_MODEM), LOG_MS(m->plan.pause_ms),
		    LOG_MODEM(m->number + 1));
}

static void
plan_next(struct modem_keeper *m, const struct role_end *end)
{
	const struct modem_end what = {end->code, end->signal, end->told_to_stop,
	    m->conf->power_cycle[0] != '\0', clock_boot_ms()};

	modem_policy_ended(&m->policy, &what, &m->plan);
	if (m->all->halted || m->all->core_fd == -1)
		return;
	watch_look(m->conf->device, &m->device);
	watch_look(m->conf->pin_file, &m->pin);
	log_wait(m);
	start_in(m, m->plan.pause_ms);
	if (m->plan.pause_ms >= SETTLE_MS)
		watch_begin(m);
}

static void
modem_ended(struct modem_keeper *m, int wait_status)
{
	struct role_end end;

	loop_timer_stop(m->all->loop, &m->role.kill);
	role_ended(&m->role, wait_status, &end);
	m->was_there = true;
	m->gone.exit = end.told_to_stop ? 0 : end.code;
	m->gone.signal = end.told_to_stop ? 0 : end.signal;
	plan_next(m, &end);
	tell_gone(m);
}

/* ---- for tocsind ---- */

void
modems_begin(struct modems *ms, struct loop *loop, struct conf *conf, const char *program)
{
	memset(ms, 0, sizeof(*ms));
	ms->loop = loop;
	ms->conf = conf;
	ms->program = program;
	ms->core_fd = -1;
	for (unsigned i = 0; i < MODEMS_MAX; i++) {
		struct modem_keeper *m = &ms->modem[i];

		m->all = ms;
		m->number = i;
		m->conf = &conf->modem[i];
		m->role.id = LOG_ROLE_MODEM;
		m->role.modem = i + 1;
		m->watch_fd = -1;
	}
}

void
modems_start(struct modems *ms, int core_fd)
{
	ms->core_fd = core_fd;
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		struct modem_keeper *m = &ms->modem[i];

		if (m->conf->device[0] == '\0' || ms->halted)
			continue;
		tell_gone(m);
		if (m->role.pid == 0 && m->cycle == 0)
			start_in(m, 0);
	}
}

void
modems_core_ended(struct modems *ms)
{
	ms->core_fd = -1;
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		loop_timer_stop(ms->loop, &ms->modem[i].role.start);
		watch_end(&ms->modem[i]);
		role_stop(&ms->modem[i].role, ms->loop);
	}
}

void
modems_halt(struct modems *ms)
{
	ms->halted = true;
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		loop_timer_stop(ms->loop, &ms->modem[i].role.start);
		watch_end(&ms->modem[i]);
	}
}

bool
modems_stop(struct modems *ms)
{
	bool any = false;

	for (size_t i = 0; i < MODEMS_MAX; i++) {
		role_stop(&ms->modem[i].role, ms->loop);
		any = any || ms->modem[i].role.pid != 0;
	}
	return !any;
}

bool
modems_reap(struct modems *ms, pid_t pid, int wait_status)
{
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		struct modem_keeper *m = &ms->modem[i];

		if (pid == m->role.pid)
			modem_ended(m, wait_status);
		else if (pid == m->cycle)
			cycle_ended(m, wait_status);
		else
			continue;
		return true;
	}
	return false;
}

void
modems_answered(struct modems *ms, uint32_t modem)
{
	if (modem < MODEMS_MAX)
		modem_policy_answered(&ms->modem[modem].policy);
}

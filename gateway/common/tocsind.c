/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsind: starts the other processes of a gateway, gives them their descriptors, starts them
 * again when they end. It reads no message and holds no key. Its two promises beside that: after
 * a failed sync it never starts core again (EXIT_SYNC), because only a restarted machine reads
 * the storage instead of its own memory of it; and on SIGUSR1 the anchor is wiped, whether core
 * runs, hangs or is not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/conf.h"
#include "gateway/common/fileio.h"
#include "gateway/common/ipc.h"
#include "gateway/common/log.h"
#include "gateway/common/loop.h"
#include "gateway/common/program.h"
#include "gateway/common/sandbox.h"
#include "gateway/common/tocsind_modem.h"
#include "gateway/common/tocsind_role.h"
#include "schemas/exit.h"

#define LOCK_WAIT_MS 2000
#define LOCK_STEP_MS 50
#define WIPE_WAIT_MS 300 /* for core to do it itself, before it is killed */

struct keeper {
	struct loop loop;
	struct conf conf;
	const char *conf_path;
	char core_path[CONF_PATH_MAX], modem_path[CONF_PATH_MAX];
	struct role core;
	struct modems modems;
	struct role wiper; /* tocsin-core -w, for a core that could not wipe itself */
	struct loop_timer late;
	int lock_fd;    /* the folder run_dir, locked as long as tocsind lives */
	int control_fd; /* the listening socket, kept so that core can come and go */
	int core_fd;    /* this end of core's channel; -1: core does not run */
	bool stopping;
	bool wiping;
	bool down; /* a sync failed, or it was wiped: nothing is started any more */
};

/* For `tocsin status`, which cannot ask a core that does not run. 0: nothing is wrong. */
static void
note_fault(const struct keeper *k, int code)
{
	int fd;

	(void)unlinkat(k->lock_fd, FAULT_FILE_NAME, 0); /* mostly there is none */
	if (code != EXIT_STORAGE && code != EXIT_SYNC && code != EXIT_CONFIG &&
	    code != EXIT_CHANGED && code != EXIT_WIPED && code != EXIT_NOT_WIPED)
		return;
	fd = openat(k->lock_fd, FAULT_FILE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return; /* the log has said it */
	(void)dprintf(fd, "%d\n", code);
	(void)close(fd); /* as above */
}

static void start_core(struct loop *loop, void *arg);

/* Start it when its pause is over. */
static void
plan(struct keeper *k, struct role *r, loop_timer_fn *fn)
{
	if (k->stopping || k->wiping || k->down || r->pid != 0 || r->start.set)
		return;
	if (r->pause_ms != 0)
		log_event(EV_ROLE_AGAIN, LOG_ROLE(r->id), LOG_MS(r->pause_ms));
	if (loop_timer_set(&k->loop, &r->start, r->next_ms, fn, k) != ST_OK)
		log_event(EV_ROLE_NOT_STARTED, LOG_ROLE(r->id), LOG_STATUS(ST_FULL));
}

/* It could not even be made: as if it had ended at once. */
static void
plan_after_failure(struct keeper *k, struct role *r, loop_timer_fn *fn)
{
	struct role_end end;

	r->started_ms = clock_boot_ms(); /* not the life of the process before */
	role_ended(r, 0, &end);
	role_back_off(r, &end);
	plan(k, r, fn);
}

static void
on_core(struct loop *loop, int fd, short events, void *arg)
{
	struct keeper *k = arg;
	struct ipc_message m;
	enum status st = ipc_receive(fd, IPC_CORE, IPC_TOCSIND, &m, NULL);

	(void)events;
	if (st == ST_OK)
		modems_answered(&k->modems, m.body.MODEM_ANSWERED.modem);
	else if (st != ST_AGAIN)
		loop_remove(loop, fd); /* it ends; reap() sees to the rest */
}

/* What it says only makes a hung modem's next start the wiser. */
static void
hear_core(struct keeper *k)
{
	if (loop_add(&k->loop, k->core_fd, POLLIN, on_core, k) != ST_OK)
		log_event(EV_ROLE_NOT_STARTED, LOG_ROLE(LOG_ROLE_CORE), LOG_STATUS(ST_FULL));
}

static void
start_core(struct loop *loop, void *arg)
{
	struct keeper *k = arg;
	char *const argv[] = {(char *)(uintptr_t) "tocsin-core", (char *)(uintptr_t) "-c",
	    (char *)(uintptr_t)k->conf_path, NULL};
	int pair[2];

	(void)loop;
	note_fault(k, 0);
	if (ipc_pair(pair) != ST_OK) {
		plan_after_failure(k, &k->core, start_core);
		return;
	}
	if (role_start(&k->core, k->core_path, argv, pair[1], k->control_fd) == ST_OK &&
	    ipc_nonblocking(pair[0]) == ST_OK) {
		k->core_fd = pair[0];
		hear_core(k);
		modems_start(&k->modems, k->core_fd);
	} else {
		(void)close(pair[0]); /* nothing was sent; core, if it runs, ends for it */
		if (k->core.pid == 0)
			plan_after_failure(k, &k->core, start_core);
	}
	(void)close(pair[1]); /* core has its own */
}

/* Nothing is started any more, and commands are refused, not kept waiting. */
static void
go_down(struct keeper *k)
{
	k->down = true;
	modems_halt(&k->modems);
	if (k->control_fd != -1)
		(void)close(k->control_fd); /* a socket: nothing to lose */
	k->control_fd = -1;
}

static void
wipe_ended(struct keeper *k, int code)
{
	k->wiping = false;
	note_fault(k, code == EXIT_WIPED ? EXIT_WIPED : EXIT_NOT_WIPED);
	if (code == EXIT_WIPED)
		log_event(EV_WIPED);
	else
		log_event(EV_WIPE_FAILED); /* another SIGUSR1 tries again */
	go_down(k);
}

/* Core is not there, or not any more. */
static void
wipe_without_core(struct keeper *k)
{
	char *const argv[] = {(char *)(uintptr_t) "tocsin-core", (char *)(uintptr_t) "-c",
	    (char *)(uintptr_t)k->conf_path, (char *)(uintptr_t) "-w", NULL};
	int pair[2];

	if (ipc_pair(pair) != ST_OK) {
		wipe_ended(k, EXIT_NOT_WIPED);
		return;
	}
	if (role_start(&k->wiper, k->core_path, argv, pair[1], -1) != ST_OK)
		wipe_ended(k, EXIT_NOT_WIPED);
	(void)close(pair[0]); /* a role has a channel; this one does not use it */
	(void)close(pair[1]);
}

static void
on_wipe_late(struct loop *loop, void *arg)
{
	struct keeper *k = arg;

	(void)loop;
	if (!k->wiping || k->core.pid == 0)
		return;
	log_event(EV_ROLE_KILLED, LOG_ROLE(LOG_ROLE_CORE));
	(void)kill(k->core.pid, SIGKILL); /* our own child, not yet waited for */
}

/* Core wipes the anchor and its memory, and ends; else reap() has it done without core. */
static void
wipe(struct keeper *k)
{
	if (k->wiping)
		return;
	k->wiping = true;
	log_event(EV_WIPE_ASKED);
	loop_timer_stop(&k->loop, &k->core.start);
	modems_halt(&k->modems);
	if (k->core.pid == 0) {
		wipe_without_core(k);
		return;
	}
	(void)kill(k->core.pid, SIGUSR1); /* our own child, not yet waited for */
	if (loop_timer_set(&k->loop, &k->late, clock_boot_ms() + WIPE_WAIT_MS, on_wipe_late, k) !=
	    ST_OK)
		on_wipe_late(&k->loop, k);
}

static void
core_ended(struct keeper *k, const struct role_end *end)
{
	if (k->core_fd != -1) {
		loop_remove(&k->loop, k->core_fd);
		(void)close(k->core_fd); /* nobody reads what is in it */
	}
	k->core_fd = -1;
	note_fault(k, end->code);
	modems_core_ended(&k->modems);
	role_back_off(&k->core, end);
	if (end->code == EXIT_WIPED)
		wipe_ended(k, end->code); /* just now, or it was found so at the start */
	else if (k->wiping)
		wipe_without_core(k);
	else if (end->code == EXIT_SYNC && !k->down) {
		log_event(EV_RESTART_MACHINE);
		go_down(k);
	}
	plan(k, &k->core, start_core);
}

/* Stop what still runs, the modems first; with nothing left, end. */
static void
stop_next(struct keeper *k)
{
	if (!modems_stop(&k->modems))
		return;
	if (k->core.pid != 0)
		role_stop(&k->core, &k->loop);
	else if (k->wiper.pid == 0) /* it ends by itself */
		loop_stop(&k->loop);
}

static void
reap(struct keeper *k)
{
	struct role_end end;
	int wait_status;
	struct role *r;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (modems_reap(&k->modems, pid, wait_status))
			continue;
		r = pid == k->core.pid ? &k->core : pid == k->wiper.pid ? &k->wiper : NULL;
		if (r == NULL)
			continue;
		loop_timer_stop(&k->loop, &r->kill);
		role_ended(r, wait_status, &end);
		if (r == &k->core)
			core_ended(k, &end);
		else
			wipe_ended(k, end.code);
	}
	if (k->stopping)
		stop_next(k);
}

static void
on_signal(struct loop *loop, int signo, void *arg)
{
	struct keeper *k = arg;

	if (signo == SIGCHLD) {
		reap(k);
		return;
	}
	if (signo == SIGUSR1) {
		wipe(k);
		return;
	}
	if (k->stopping)
		return;
	k->stopping = true;
	loop_timer_stop(loop, &k->core.start);
	modems_halt(&k->modems);
	stop_next(k);
}

/* ---- before the loop ---- */

static int
say(const char *words, const char *what, int code)
{
	(void)fprintf(stderr, "tocsind: %s%s\n", words, what);
	return code;
}

/*
 * The lock falls with the process, however it ends. But a role that was forked and not yet executed
 * when its tocsind was killed holds it too, for the moment until it ends: so wait for a while.
 */
static bool
take_lock(int fd)
{
	for (int64_t until_ms = clock_boot_ms() + LOCK_WAIT_MS;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (clock_boot_ms() >= until_ms)
			return false;
		(void)poll(NULL, 0, LOCK_STEP_MS);
	}
}

/* For who wants to send a signal. It means something only while the lock is held. */
static void
note_pid(const struct keeper *k)
{
	int fd = openat(
	    k->lock_fd, PID_FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return; /* `tocsin wipe` then does without tocsind */
	(void)dprintf(fd, "%d\n", (int)getpid());
	(void)close(fd); /* as above */
}

/* The folder and its lock. */
static int
take_run_dir(struct keeper *k)
{
	const char *path = k->conf.run_dir;

	switch (fileio_folder(path, NULL)) {
	case ST_OK:
		break;
	case ST_NOT_ALLOWED:
		return say("run_dir must belong to this user alone: chmod 700 ", path, EXIT_CONFIG);
	default:
		return say("cannot make the folder of run_dir: ", path, EXIT_CONFIG);
	}
	if ((k->lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return say("cannot open the folder of run_dir: ", path, EXIT_CONFIG);
	if (!take_lock(k->lock_fd))
		return say("a tocsind runs here already; stop it first, or use another run_dir: ",
		    path, EXIT_REFUSED);
	note_pid(k);
	if (ipc_listen(path, CONTROL_SOCKET_NAME, &k->control_fd) != ST_OK)
		return say("cannot make the control socket in ", path, EXIT_CONFIG);
	return EXIT_DONE;
}

static int
find_programs(struct keeper *k, const char *argv0)
{
	if (program_find(argv0, "tocsin-core", k->core_path, sizeof(k->core_path)) != ST_OK)
		return say("cannot find ", k->core_path, EXIT_CONFIG);
	if (program_find(argv0, "tocsin-modem", k->modem_path, sizeof(k->modem_path)) != ST_OK)
		return say("cannot find ", k->modem_path, EXIT_CONFIG);
	return EXIT_DONE;
}

static int
run(struct keeper *k)
{
	enum status st;

	if (loop_init(&k->loop) != ST_OK)
		return say("no timers on this machine", "", EXIT_CONFIG);
	modems_begin(&k->modems, &k->loop, &k->conf, k->modem_path);
	if ((st = loop_signals(&k->loop, on_signal, k)) == ST_OK) {
		log_event(EV_STARTED);
		start_core(&k->loop, k);
		st = loop_run(&k->loop);
		(void)unlinkat(
		    k->lock_fd, CONTROL_SOCKET_NAME, 0); /* one left behind harms nobody */
		(void)unlinkat(k->lock_fd, PID_FILE_NAME, 0);
		log_event(EV_STOPPED, LOG_STATUS(st));
	}
	loop_done(&k->loop);
	return st == ST_OK ? EXIT_DONE : EXIT_STORAGE;
}

static int
usage(void)
{
	return say("usage: tocsind [-n] [-c CONF]", "", EXIT_USAGE);
}

int
main(int argc, char **argv)
{
	static struct keeper k = {.core = {.id = LOG_ROLE_CORE}, .wiper = {.id = LOG_ROLE_CORE}};
	char fault[CONF_FAULT_MAX];
	bool only_check = false;
	int c, code;

	k.lock_fd = k.control_fd = k.core_fd = -1;
	k.conf_path = program_settings();
	while ((c = getopt(argc, argv, "c:n")) != -1) {
		if (c == 'c')
			k.conf_path = optarg;
		else if (c == 'n')
			only_check = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	if (conf_read(k.conf_path, &k.conf, fault) != ST_OK)
		return say("", fault, EXIT_CONFIG);
	if (only_check)
		return say("these settings are in order: ", k.conf_path, EXIT_DONE);
	log_begin("tocsind", k.conf.log_level == CONF_LOG_DEBUG ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (sandbox_basic() != ST_OK)
		return say(
		    "this kernel lacks prctl(2) settings that tocsind needs", "", EXIT_CONFIG);
	if ((code = find_programs(&k, argv[0])) != EXIT_DONE ||
	    (code = take_run_dir(&k)) != EXIT_DONE)
		return code;
	return run(&k);
}

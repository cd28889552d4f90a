/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin-core: reads and writes its state folder and talks to the others; no network, no tty.
 *
 *	tocsin-core -c SETTINGS         fd 3: channel to tocsind, fd 4: listening control socket
 *	tocsin-core -c SETTINGS -i      fd 3: channel to `tocsin init`
 *	tocsin-core -c SETTINGS -w      wipes the anchor and ends, whoever else owns it
 */
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/conf.h"
#include "gateway/common/ipc.h"
#include "gateway/common/log.h"
#include "gateway/common/loop.h"
#include "gateway/common/sandbox.h"
#include "gateway/common/sandbox_enter.h"
#include "gateway/common/status.h"
#include "gateway/core/anchor.h"
#include "gateway/core/answers.h"
#include "gateway/core/mem.h"
#include "gateway/core/modems.h"
#include "gateway/core/outbox.h"
#include "gateway/core/requests.h"
#include "gateway/core/session.h"
#include "gateway/core/store.h"
#include "schemas/exit.h"

#define CLIENTS_MAX 8

/* Everything that this process is. */
static struct core {
	struct loop loop;
	struct conf conf;
	struct session session;
	struct modems modems;
	struct outbox *outbox;   /* NULL: no memory for it */
	struct answers *answers; /* likewise */
	struct requests requests;
	struct loop_timer tick;
	int clients;
	enum status end; /* why the loop was left; ST_OK: told to */
} core;

static int
exit_code(enum status st)
{
	switch (st) {
	case ST_OK:
		return EXIT_DONE;
	case ST_SYNC:
		return EXIT_SYNC;
	case ST_CONFIG:
	case ST_VERSION:
	case ST_INCOMPLETE:
		return EXIT_CONFIG;
	case ST_CHANGED:
	case ST_ANCHOR:
	case ST_DAMAGED:
		return EXIT_CHANGED;
	case ST_WIPED:
		return EXIT_WIPED;
	case ST_MEMORY:
		return EXIT_MEMORY;
	default:
		return EXIT_STORAGE;
	}
}

/* Leave the loop at once when the state is in doubt. */
static int
is_fatal(enum status st)
{
	if (status_class(st) != SC_STOP)
		return 0;
	core.end = st;
	loop_stop(&core.loop);
	return 1;
}

static void
on_tick(struct loop *loop, void *arg)
{
	int64_t next_ms, outbox_ms = INT64_MAX;
	struct outbox *o = core.session.outbox;

	(void)arg;
	/* What time gives up may free the road, and what leaves has a time-out of its own. */
	if (is_fatal(session_tick(&core.session, &next_ms)) ||
	    (o != NULL && is_fatal(outbox_tick(o, &outbox_ms))) ||
	    is_fatal(modems_send(&core.modems)) ||
	    (o != NULL && is_fatal(outbox_tick(o, &outbox_ms))))
		return;
	if (outbox_ms < next_ms)
		next_ms = outbox_ms;
	if (next_ms == INT64_MAX)
		loop_timer_stop(loop, &core.tick);
	else
		(void)is_fatal(loop_timer_set(loop, &core.tick, next_ms, on_tick, NULL));
}

/* After anything that may have moved a time-out. */
static void
set_tick(void)
{
	on_tick(&core.loop, NULL);
}

/* --- the modems --- */

static void
after_modem(enum status st)
{
	if (!is_fatal(st))
		set_tick();
}

static void
on_tocsind(struct loop *loop, int fd, short events, void *arg)
{
	struct ipc_message m;
	int passed = -1;
	enum status st = ipc_receive(fd, IPC_TOCSIND, IPC_CORE, &m, &passed);

	(void)events;
	(void)arg;
	if (st == ST_AGAIN)
		return;
	if (st != ST_OK) {
		loop_stop(loop); /* tocsind is gone: so are we */
		return;
	}
	after_modem(modems_take(&core.modems, &m, passed));
}

/* --- the commands --- */

static void
client_gone(struct loop *loop, int fd)
{
	loop_remove(loop, fd);
	(void)close(fd); /* a socket: nothing to lose */
	core.clients--;
}

static void
close_passed(void)
{
	if (core.requests.passed != -1)
		(void)close(core.requests.passed); /* what was written to it is synced */
	core.requests.passed = -1;
}

static void
on_client(struct loop *loop, int fd, short events, void *arg)
{
	struct ipc_message ask;
	int *passed = &core.requests.passed;
	enum status st = ipc_receive(fd, IPC_CONTROL, IPC_CORE, &ask, passed);

	(void)events;
	(void)arg;
	if (st == ST_AGAIN)
		return;
	if (st == ST_OK)
		st = requests_answer(&core.requests, fd, &ask);
	close_passed();
	if (is_fatal(st))
		return;
	if (st != ST_OK)
		client_gone(loop, fd);
	set_tick();
}

static void
on_control(struct loop *loop, int listener, short events, void *arg)
{
	int fd;

	(void)events;
	(void)arg;
	if (ipc_accept(listener, &fd) != ST_OK)
		return;
	if (core.clients == CLIENTS_MAX || loop_add(loop, fd, POLLIN, on_client, NULL) != ST_OK) {
		(void)close(fd); /* too many at once: the command says so */
		return;
	}
	core.clients++;
}

/* What the wipe came to, as the exit code; the words are for who reads standard error. */
static int
wipe_code(enum status st)
{
	if (st == ST_OK)
		return EXIT_WIPED;
	(void)fprintf(stderr, "tocsin-core: %s\n",
	    st == ST_UNKNOWN ? "there is no anchor to wipe"
			     : "the anchor could not be overwritten: destroy it by hand");
	return st == ST_UNKNOWN ? EXIT_CONFIG : EXIT_NOT_WIPED;
}

/*
 * The panic. First the anchor, then what is in memory, then the end, from where we stand: the loop
 * must not reach a text that waits, or a commit would write another key. A store that is its own
 * anchor must be closed first.
 */
static void
wipe_and_end(void)
{
	enum status st;

	if (core.conf.anchor_kind == ANCHOR_NONE)
		session_end(&core.session);
	st = anchor_wipe(&core.conf);
	session_end(&core.session);
	requests_done(&core.requests);
	answers_free(core.answers);
	outbox_free(core.outbox);
	modems_wipe(&core.modems);
	sodium_memzero(&core, sizeof(core));
	_exit(wipe_code(st));
}

static void
on_signal(struct loop *loop, int signo, void *arg)
{
	(void)arg;
	if (signo == SIGUSR1)
		wipe_and_end();
	loop_stop(loop); /* what is committed is durable, and the rest is still in the modem */
}

/* --- the two ways to run --- */

static enum status
run_daemon(void)
{
	enum status st;

	core.outbox = outbox_new(&core.session);
	core.answers = answers_new(&core.session);
	if ((st = loop_signals(&core.loop, on_signal, NULL)) != ST_OK ||
	    (st = ipc_nonblocking(ROLE_CHANNEL_FD)) != ST_OK ||
	    (st = ipc_nonblocking(CORE_CONTROL_FD)) != ST_OK ||
	    (st = loop_add(&core.loop, ROLE_CHANNEL_FD, POLLIN, on_tocsind, NULL)) != ST_OK ||
	    (st = loop_add(&core.loop, CORE_CONTROL_FD, POLLIN, on_control, NULL)) != ST_OK)
		return st;
	log_event(EV_STORE_READY, LOG_STATE(core.session.at));
	if (core.conf.weaker[0] != '\0')
		log_event(EV_SETTINGS_WEAKER);
	set_tick();
	return loop_run(&core.loop);
}

/* One client, whose channel is fd 3, until it goes. */
static enum status
run_init(void)
{
	struct ipc_message ask;
	enum status st;

	while ((st = ipc_receive(ROLE_CHANNEL_FD, IPC_CONTROL, IPC_CORE, &ask,
		    &core.requests.passed)) == ST_OK) {
		st = requests_answer(&core.requests, ROLE_CHANNEL_FD, &ask);
		close_passed();
		if (st != ST_OK)
			break;
	}
	return st == ST_CLOSED ? ST_OK : st;
}

static enum status
enter_sandbox(enum sandbox_role role)
{
	const struct sandbox_paths paths = {.state_dir = core.conf.state_dir,
	    .anchor = core.conf.anchor_kind == ANCHOR_NONE ? NULL : core.conf.anchor};

	return sandbox_enter(role, &paths) == ST_OK ? ST_OK : ST_CONFIG;
}

/* For a core that does not run, or does not hear. */
static int
run_wipe(const char *settings)
{
	char fault[CONF_FAULT_MAX];

	if (conf_read(settings, &core.conf, fault) != ST_OK) {
		(void)fprintf(stderr, "tocsin-core: %s\n", fault);
		return EXIT_CONFIG;
	}
	if (store_library_init() != ST_OK)
		return EXIT_MEMORY;
	if (enter_sandbox(SANDBOX_WIPE) != ST_OK)
		(void)fputs("tocsin-core: it is wiped all the same\n", stderr);
	return wipe_code(anchor_wipe(&core.conf));
}

static int
usage(void)
{
	(void)fprintf(stderr, "usage: tocsin-core -c SETTINGS [-i | -w]\n"
			      "It is started by tocsind, or by 'tocsin init'.\n");
	return EXIT_CONFIG;
}

static enum status
start(const char *settings)
{
	char fault[CONF_FAULT_MAX], words[SESSION_WORDS_MAX];
	enum status st;

	if (conf_read(settings, &core.conf, fault) != ST_OK) {
		(void)fprintf(stderr, "tocsin-core: %s\n", fault);
		return ST_CONFIG;
	}
	log_begin("tocsin-core",
	    core.conf.log_level == CONF_LOG_DEBUG ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	(void)mem_lock_all(); /* status tells whether it could */
	if ((st = store_library_init()) != ST_OK || (st = loop_init(&core.loop)) != ST_OK)
		return st;
	if ((st = session_start(&core.session, &core.conf, words)) != ST_OK)
		(void)fprintf(stderr, "tocsin-core: %s\n", words);
	return st;
}

int
main(int argc, char **argv)
{
	const char *settings = NULL;
	int option, init = 0, wipe = 0;
	enum status st;

	while ((option = getopt(argc, argv, "c:iw")) != -1) {
		if (option == 'c')
			settings = optarg;
		else if (option == 'i')
			init = 1;
		else if (option == 'w')
			wipe = 1;
		else
			return usage();
	}
	if (settings == NULL || optind != argc)
		return usage();
	sandbox_close_above(wipe ? STDERR_FILENO : init ? ROLE_CHANNEL_FD : CORE_CONTROL_FD);
	if (sandbox_basic() != ST_OK || sodium_init() == -1)
		return EXIT_CONFIG;
	if (wipe)
		return run_wipe(settings);
	core.requests.passed = -1;
	core.requests.session = &core.session;
	core.requests.modems = &core.modems;
	modems_begin(&core.modems, &core.session, &core.loop, ROLE_CHANNEL_FD, after_modem);
	if ((st = start(settings)) == ST_OK)
		st = enter_sandbox(init ? SANDBOX_INIT : SANDBOX_CORE);
	if (st == ST_OK)
		st = init ? run_init() : run_daemon();
	if (st == ST_OK)
		st = core.end;
	if (st == ST_OK)
		st = session_rest(&core.session);
	if (st != ST_OK)
		log_event(EV_STORE_FAILED, LOG_STATUS(st));
	requests_done(&core.requests);
	session_end(&core.session);
	answers_free(core.answers);
	outbox_free(core.outbox);
	modems_wipe(&core.modems);
	loop_done(&core.loop);
	return exit_code(st);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of the commands: a fake core, which is a child that listens on run/control and gives
 * each request to a function, and a way to run a command as a process with its output caught. All
 * in a folder of its own with the settings t.conf. One file of a program includes it.
 */
#ifndef TESTS_SUPPORT_FAKE_CORE_H
#define TESTS_SUPPORT_FAKE_CORE_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/common/ipc.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#define OUT_MAX 65536
static char out[OUT_MAX], err[OUT_MAX]; /* of the command run last */

/* ---- the fake core ---- */

typedef void answer_fn(int fd, const struct ipc_message *ask);
static pid_t core;

static void
send_message(int fd, const struct ipc_message *m)
{
	if (ipc_send(fd, m, -1) != ST_OK)
		_exit(9);
}

static void
send_result(int fd, enum status st, uint32_t value, const char *words)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_RESULT);
	m.body.RESULT.status = st;
	m.body.RESULT.value = value;
	(void)snprintf(m.body.RESULT.words, sizeof(m.body.RESULT.words), "%s", words);
	send_message(fd, &m);
}

static void
serve(int listener, answer_fn *answer)
{
	struct pollfd polled = {listener, POLLIN, 0};
	struct ipc_message ask;
	int fd;

	for (;;) {
		if (poll(&polled, 1, -1) != 1 || ipc_accept(listener, &fd) != ST_OK)
			continue;
		(void)fcntl(fd, F_SETFL, 0);
		while (ipc_receive(fd, IPC_CONTROL, IPC_CORE, &ask, NULL) == ST_OK)
			answer(fd, &ask);
		(void)close(fd);
	}
}

static void
start_core(answer_fn *answer)
{
	int listener = -1;

	CHECK_EQ(ipc_listen("run", CONTROL_SOCKET_NAME, &listener), ST_OK);
	(void)fflush(stdout);
	if ((core = fork()) == 0)
		serve(listener, answer);
	(void)close(listener);
}

static void
stop_core(void)
{
	CHECK(kill(core, SIGKILL) == 0 && waitpid(core, NULL, 0) == core);
}

/* ---- a command, its output caught ---- */

static void
read_back(const char *path, char *text)
{
	size_t len = 0;

	CHECK_EQ(fileio_read(path, (uint8_t *)text, OUT_MAX - 1, &len), ST_OK);
	text[len] = '\0';
}

/* words: the command and its arguments, parted by spaces. */
static int
run(int (*command)(int, char **), const char *words)
{
	char copy[1024], *argv[24];
	int argc = 0, wait_status = -1;
	pid_t pid;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	for (char *at = strtok(copy, " "); at != NULL; at = strtok(NULL, " "))
		argv[argc++] = at;
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (freopen("out", "w", stdout) == NULL || freopen("err", "w", stderr) == NULL ||
		    freopen("in", "r", stdin) == NULL)
			_exit(99);
		exit(command(argc, argv)); /* flushes */
	}
	CHECK(waitpid(pid, &wait_status, 0) == pid);
	read_back("out", out);
	read_back("err", err);
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fchmod(fileno(f), 0600) == 0 && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* ---- both ends of a test ---- */

static char base[64];

static void
begin_commands(void)
{
	folder_enter(base);
	CHECK(mkdir("run", 0700) == 0);
	put("in", "");
	put("t.conf", "run_dir = \"run\";");
	cmd_begin("tocsin", "t.conf");
}

/* made: what the test itself made, NULL behind the last; the commands left nothing else. */
static int
end_commands(const char *const *made)
{
	static const char *const always[] = {
	    "in", "out", "err", "t.conf", "run/control", "run", NULL};

	for (; *made != NULL; made++)
		CHECK(remove(*made) == 0);
	for (made = always; *made != NULL; made++)
		CHECK(remove(*made) == 0);
	CHECK(chdir("/") == 0 && rmdir(base) == 0);
	return check_done();
}

/* ---- what is looked at ---- */

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

#define CHECK_HAS(text, part) \
	do { \
		if (!check_that( \
			strstr(text, part) != NULL, __FILE__, __LINE__, #text " has " #part)) \
			printf("    %s\n", text); \
	} while (0)

#endif

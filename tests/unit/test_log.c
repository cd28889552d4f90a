/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/common/log.h"
#include "tests/support/check.h"

/* What log_event writes to standard error, and errno behind it. */
static size_t
caught(char *out, size_t cap, enum log_level level)
{
	int pipe_fd[2], kept = dup(STDERR_FILENO);
	ssize_t got;

	if (pipe(pipe_fd) == -1 || kept == -1)
		abort();
	log_begin("tocsin-test", level);
	(void)dup2(pipe_fd[1], STDERR_FILENO);
	(void)close(pipe_fd[1]);
	errno = EDOM;
	log_event(EV_LISTED, LOG_COUNT(3), LOG_STATUS(ST_FULL));
	CHECK_EQ(errno, EDOM);
	(void)dup2(kept, STDERR_FILENO);
	(void)close(kept);
	got = read(pipe_fd[0], out, cap - 1);
	(void)close(pipe_fd[0]);
	out[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

static void
test_write(void)
{
	char line[600];

	CHECK(caught(line, sizeof(line), LOG_LEVEL_DEBUG) > 0);
	CHECK_STR(line, "tocsin-test: debug: LISTED the modem was listed to its end count=3"
			" status=FULL\n");
	CHECK_EQ(caught(line, sizeof(line), LOG_LEVEL_INFO), 0);
}

static void
test_fields(void)
{
	static const struct log_field all[] = {{LOG_KIND_COUNT, 1}, {LOG_KIND_STATUS, ST_SYNTAX},
	    {LOG_KIND_ROLE, LOG_ROLE_MODEM}, {LOG_KIND_EXIT, 10}, {LOG_KIND_SIGNAL, 9},
	    {LOG_KIND_ERRNO, 28}, {LOG_KIND_STATE, 4}, {LOG_KIND_MS, 60000}, {LOG_KIND_END, 0}};
	static const struct log_field none[] = {{LOG_KIND_END, 0}};
	char line[400];
	size_t len;

	len = log_line(line, sizeof(line), "p", EV_ROLE_ENDED, all);
	CHECK_EQ(len, strlen(line));
	CHECK_STR(line, "p: warning: ROLE_ENDED a process ended count=1 status=SYNTAX role=modem"
			" exit=10 signal=9 errno=28 state=4 ms=60000\n");
	len = log_line(line, sizeof(line), "p", EV_STARTED, none);
	CHECK_EQ(len, strlen(line));
	CHECK_STR(line, "p: info: STARTED the gateway started\n");
}

/* However short the room, one whole line with its newline, inside it. */
static void
test_cut(void)
{
	static const struct log_field some[] = {
	    {LOG_KIND_COUNT, INT64_MAX}, {LOG_KIND_MS, INT64_MIN}, {LOG_KIND_END, 0}};
	char line[128];
	size_t len;

	for (size_t cap = 2; cap < sizeof(line); cap++) {
		memset(line, 'x', sizeof(line));
		len = log_line(line, cap, "program", EV_STARTED, some);
		CHECK_EQ(len, strlen(line));
		CHECK(len < cap);
		CHECK(strchr(line, '\n') == line + strlen(line) - 1);
	}
}

int
main(void)
{
	test_write();
	test_fields();
	test_cut();
	return check_done();
}

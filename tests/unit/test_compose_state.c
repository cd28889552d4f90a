/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The composer's state: no number twice, whatever dies when. The calls that make a state durable
 * are replaced here, so that the program can end before or after each, or see it fail. What is in
 * the file: test_compose_state_octets.c.
 */
#include "reporting/monitor/session.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_LEN (EW1_X_CHARS + 1)
#define DIED 77

enum moment { NEVER, BEFORE, AFTER, FAILS };

/* What happens at the count-th call from now. */
static struct {
	enum moment moment;
	unsigned count, made;
	char trace[64];
} plan;

static void
plan_for(enum moment moment, unsigned count)
{
	memset(&plan, 0, sizeof(plan));
	plan.moment = moment;
	plan.count = count;
}

/* Called before; says whether the call shall fail. */
static int
call_begins(char letter)
{
	if (plan.made < sizeof(plan.trace) - 1)
		plan.trace[plan.made] = letter;
	plan.made++;
	if (plan.made == plan.count && plan.moment == BEFORE)
		_exit(DIED);
	return plan.made == plan.count && plan.moment == FAILS;
}

static void
call_ended(void)
{
	if (plan.made == plan.count && plan.moment == AFTER)
		_exit(DIED);
}

/* The interposed calls: w write to a file, p to standard output, s sync, r rename. */
ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t rc;

	if (call_begins(fd == STDOUT_FILENO ? 'p' : 'w')) {
		errno = ENOSPC;
		return -1;
	}
	rc = syscall(SYS_write, fd, data, len);
	call_ended();
	return rc;
}

int
fsync(int fd)
{
	int rc;

	if (call_begins('s')) {
		errno = EIO;
		return -1;
	}
	rc = (int)syscall(SYS_fsync, fd);
	call_ended();
	return rc;
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	int rc;

	if (call_begins('r')) {
		errno = EIO;
		return -1;
	}
	rc = (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
	call_ended();
	return rc;
}

static char folder[] = "/tmp/tocsin-compose-XXXXXX";
static char path[64], beside[64];

static void
fresh_state(void)
{
	const struct enrolment e = ew1_enrolment();
	struct session s;

	plan_for(NEVER, 0);
	(void)unlink(path); /* may not be there */
	(void)unlink(beside);
	CHECK_EQ(session_create(path, &e, &s), 0);
	session_close(&s);
}

/* One use of the program. Returns its exit code. */
static int
send_one(void)
{
	const uint8_t plain[ENVELOPE_X_PLAIN_LEN] = {0};
	struct compose_message message;
	struct session s;
	int rc;

	if ((rc = session_open(path, &s)) != 0)
		return rc;
	rc = session_seal(&s, plain, &message);
	session_close(&s);
	return rc != 0 ? rc : session_show(&message);
}

static uint32_t
next_number(void)
{
	uint32_t n = UINT32_MAX;
	struct session s;

	if (CHECK(session_open(path, &s) == 0)) {
		n = s.state.n;
		session_close(&s);
	}
	return n;
}

/* send_one in a process of its own; what it showed, or nothing, in line. Returns its exit code. */
static int
send_in_child(char line[LINE_LEN])
{
	int ends[2], status = 0;
	size_t have = 0;
	ssize_t got;
	pid_t pid;

	CHECK_EQ(pipe(ends), 0);
	(void)fflush(NULL); /* so that the child has nothing to print twice */
	if ((pid = fork()) == 0) {
		(void)dup2(ends[1], STDOUT_FILENO); /* a failure shows as a missing line */
		_exit(send_one());
	}
	CHECK(pid > 0);
	(void)close(ends[1]); /* ours: the child's goes with it */
	memset(line, 0, LINE_LEN);
	while ((got = read(ends[0], line + have, LINE_LEN - have)) > 0)
		have += (size_t)got;
	(void)close(ends[0]); /* read-only */
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The number whose hint the line carries, walked from the chain's start. */
static uint32_t
number_of(const char line[LINE_LEN])
{
	const struct envelope_x_receiver receiver = ew1_receiver();
	const struct ratchet r = ew1_ratchet();
	uint8_t wire[EW1_X_WIRE_LEN], plain[ENVELOPE_X_PLAIN_LEN];
	struct message_keys keys;

	CHECK_EQ(line[EW1_X_CHARS], '\n');
	CHECK_EQ(base32_decode(line, EW1_X_CHARS, wire, sizeof(wire)), ST_OK);
	for (uint32_t n = 0; n < EW1_WINDOW; n++) {
		CHECK_EQ(ratchet_keys(&r, n, &keys), ST_OK);
		if (envelope_x_open(&receiver, &keys, wire, plain) == ST_OK)
			return n;
	}
	CHECK(!"a message that the gateway opens");
	return UINT32_MAX;
}

static void
messages_are_numbered(void)
{
	char line[LINE_LEN];
	struct stat sb;

	fresh_state();
	for (uint32_t n = 0; n < 5; n++) {
		CHECK_EQ(send_in_child(line), 0);
		CHECK_EQ(number_of(line), n);
		CHECK_EQ(next_number(), n + 1);
		CHECK_EQ(stat(path, &sb), 0);
		CHECK_EQ(sb.st_mode & 07777, 0600);
		CHECK_EQ(sb.st_size, COMPOSE_STATE_LEN);
		CHECK_EQ(access(beside, F_OK), -1);
	}
}

/* Written and synced, renamed, the folder synced, and only then shown. */
static void
durable_before_shown(void)
{
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);

	fresh_state();
	CHECK(out != -1 && null != -1);
	(void)fflush(NULL); /* nothing of the harness's into /dev/null */
	(void)dup2(null, STDOUT_FILENO);
	plan_for(NEVER, 0);
	CHECK_EQ(send_one(), 0);
	(void)dup2(out, STDOUT_FILENO);
	CHECK_STR(plan.trace, "wsrsp");
	(void)close(out);
	(void)close(null);
}

static void
death_at_each_call(enum moment moment)
{
	uint32_t shown_up_to = 0; /* numbers below were shown or skipped */
	char line[LINE_LEN];
	unsigned count = 0;
	int rc = DIED;

	fresh_state();
	for (count = 1; rc == DIED; count++) {
		plan_for(moment, count);
		rc = send_in_child(line);
		plan_for(NEVER, 0);
		if (line[0] != '\0') {
			uint32_t n = number_of(line);

			CHECK(n >= shown_up_to); /* never one that was shown */
			shown_up_to = n + 1;
		}
		CHECK(next_number() >= shown_up_to);
		CHECK_EQ(send_in_child(line), 0); /* and it goes on */
		CHECK(number_of(line) >= shown_up_to);
		shown_up_to = number_of(line) + 1;
	}
	CHECK_EQ(rc, 0);
	CHECK_EQ(count, 7); /* all five calls were tried, the sixth time it lived */
}

static void
failure_of_each_call(void)
{
	static const struct {
		unsigned call;
		uint32_t spent; /* afterwards */
	} rows[] = {{1, 0}, {2, 0}, {3, 0}, {4, 1}, {5, 1}};
	char line[LINE_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fresh_state();
		plan_for(FAILS, rows[i].call);
		CHECK_EQ(send_in_child(line), 1);
		CHECK_EQ(line[0], '\0'); /* nothing that is not durable was shown */
		plan_for(NEVER, 0);
		CHECK_EQ(next_number(), rows[i].spent);
		CHECK_EQ(access(beside, F_OK), -1);
		CHECK_EQ(send_in_child(line), 0);
		CHECK_EQ(number_of(line), rows[i].spent);
	}
}

/* What a crash left beside does not stop the next one, even if it cannot be a state. */
static void
leftovers_do_not_matter(void)
{
	char line[LINE_LEN];
	int fd;

	fresh_state();
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd != -1);
	(void)close(fd);
	CHECK_EQ(send_in_child(line), 0);
	CHECK_EQ(symlink("/etc/passwd", beside), 0);
	CHECK_EQ(send_in_child(line), 0);
	CHECK_EQ(number_of(line), 1);
}

static void
many_at_once(void)
{
	enum { PROGRAMS = 8, EACH = 10 };
	static char all[PROGRAMS * EACH * LINE_LEN];
	static int seen[EW1_WINDOW];
	size_t have = 0;
	ssize_t got;
	int ends[2];

	fresh_state();
	CHECK_EQ(pipe(ends), 0);
	(void)fflush(NULL); /* so that no child prints it again */
	for (int i = 0; i < PROGRAMS; i++) {
		if (fork() != 0)
			continue;
		(void)dup2(ends[1], STDOUT_FILENO); /* a failure shows as missing lines */
		for (int k = 0; k < EACH; k++)
			if (send_one() != 0)
				_exit(1);
		_exit(0);
	}
	(void)close(ends[1]); /* ours */
	while ((got = read(ends[0], all + have, sizeof(all) - have)) > 0)
		have += (size_t)got;
	(void)close(ends[0]); /* read-only */
	for (int i = 0, status; i < PROGRAMS; i++)
		CHECK(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK_EQ(have, sizeof(all));
	for (size_t at = 0; at < have; at += LINE_LEN) {
		uint32_t n = number_of(all + at);

		if (CHECK(n < PROGRAMS * EACH))
			CHECK_EQ(seen[n]++, 0);
	}
	CHECK_EQ(next_number(), PROGRAMS * EACH);
}

static int
open_state(void)
{
	struct session s;
	int rc = session_open(path, &s);

	if (rc == 0)
		session_close(&s);
	return rc;
}

static void
bad_files_are_refused(void)
{
	const struct enrolment e = ew1_enrolment();
	struct session s;
	char before[COMPOSE_STATE_LEN], after[COMPOSE_STATE_LEN];
	int fd;

	fresh_state();
	fd = open(path, O_RDWR);
	CHECK_EQ(pread(fd, before, sizeof(before), 0), COMPOSE_STATE_LEN);
	CHECK_EQ(session_create(path, &e, &s), 1); /* never overwritten */
	CHECK_EQ(pread(fd, after, sizeof(after), 0), COMPOSE_STATE_LEN);
	CHECK_MEM(before, after, sizeof(after));
	CHECK_EQ(chmod(path, 0640), 0);
	CHECK_EQ(open_state(), 1);
	CHECK_EQ(chmod(path, 0600), 0);
	CHECK_EQ(open_state(), 0);
	CHECK_EQ(ftruncate(fd, COMPOSE_STATE_LEN - 1), 0);
	CHECK_EQ(open_state(), 1);
	CHECK_EQ(pwrite(fd, before, sizeof(before), 0), COMPOSE_STATE_LEN);
	CHECK_EQ(open_state(), 0);
	CHECK_EQ(pwrite(fd, before, 1, COMPOSE_STATE_LEN), 1);
	CHECK_EQ(open_state(), 1);
	CHECK_EQ(ftruncate(fd, 0), 0);
	CHECK_EQ(open_state(), 1);
	(void)close(fd);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(open_state(), 1);
	CHECK_EQ(mkfifo(path, 0600), 0);
	CHECK_EQ(open_state(), 1); /* and does not wait for a writer */
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(symlink("/etc/hostname", path), 0);
	CHECK_EQ(open_state(), 1);
	CHECK_EQ(session_create(path, &e, &s), 1);
	CHECK_EQ(session_forget(path), 1);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(session_create("/tmp/no-such-folder-of-tocsin/state", &e, &s), 1);
	CHECK_EQ(session_create("/tmp/", &e, &s), 2);
}

static void
forgetting(void)
{
	static const uint8_t zeros[COMPOSE_STATE_LEN];
	uint8_t left[COMPOSE_STATE_LEN];
	int fd;

	fresh_state();
	CHECK_EQ(link(path, beside), 0); /* as if a crash had left it */
	fd = open(path, O_RDONLY);
	CHECK_EQ(session_forget(path), 0);
	CHECK_EQ(pread(fd, left, sizeof(left), 0), COMPOSE_STATE_LEN);
	CHECK_MEM(left, zeros, sizeof(left));
	(void)close(fd);
	CHECK_EQ(access(path, F_OK), -1);
	CHECK_EQ(access(beside, F_OK), -1);
	CHECK_EQ(session_forget(path), 1);
}

int
main(void)
{
	if (sodium_init() == -1 || mkdtemp(folder) == NULL ||
	    freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	(void)snprintf(beside, sizeof(beside), "%s/state.new", folder);
	messages_are_numbered();
	durable_before_shown();
	death_at_each_call(BEFORE);
	death_at_each_call(AFTER);
	failure_of_each_call();
	leftovers_do_not_matter();
	many_at_once();
	bad_files_are_refused();
	forgetting();
	(void)unlink(path);
	CHECK_EQ(rmdir(folder), 0); /* nothing was left behind */
	return check_done();
}

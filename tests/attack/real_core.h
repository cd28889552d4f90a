/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real tocsin-core process, with the test as its tocsind, its modem and its coordinator; and what
 * a thief takes of it: a copy of its files, and its memory.
 */
#ifndef TESTS_ATTACK_REAL_CORE_H
#define TESTS_ATTACK_REAL_CORE_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "schemas/exit.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/rig.h"

struct real_core {
	pid_t pid;
	int tocsind, modem, control;
};

static inline void
core_child(int channel, int listener, const char *settings)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if ((channel = fcntl(channel, F_DUPFD, 10)) == -1 ||
	    (listener = fcntl(listener, F_DUPFD, 10)) == -1 ||
	    dup2(channel, ROLE_CHANNEL_FD) == -1 || dup2(listener, CORE_CONTROL_FD) == -1)
		_exit(126);
	execl(CORE_PROGRAM, "tocsin-core", "-c", settings, (char *)NULL);
	_exit(127);
}

/* In the rig's folder, with this settings file; the rig's own session has ended. */
static inline void
core_start(struct real_core *c, const struct rig *r, const char *text)
{
	char settings[300], run[300];
	struct ipc_message m;
	int channel[2], modem[2], listener = -1;

	(void)snprintf(settings, sizeof(settings), "%s/tocsin.conf", r->dir);
	file_write(settings, (const uint8_t *)text, strlen(text));
	(void)snprintf(run, sizeof(run), "%s/run", r->dir);
	(void)mkdir(run, 0700);
	CHECK_EQ(ipc_listen(run, CONTROL_SOCKET_NAME, &listener), ST_OK);
	CHECK_EQ(ipc_pair(channel), ST_OK);
	CHECK_EQ(ipc_pair(modem), ST_OK);
	(void)fflush(stdout);
	if ((c->pid = fork()) == 0)
		core_child(channel[1], listener, settings);
	(void)close(channel[1]);
	(void)close(listener);
	c->tocsind = channel[0];
	c->modem = modem[0];
	ipc_begin(&m, MSG_MODEM_CHANNEL);
	CHECK_EQ(ipc_send(c->tocsind, &m, modem[1]), ST_OK);
	(void)close(modem[1]);
	CHECK_EQ(ipc_connect(run, CONTROL_SOCKET_NAME, &c->control), ST_OK);
}

static inline void
core_stop(struct real_core *c)
{
	int how = 0;

	(void)close(c->control);
	(void)close(c->modem);
	(void)close(c->tocsind); /* it ends when its tocsind is gone */
	CHECK_EQ(waitpid(c->pid, &how, 0), c->pid);
	CHECK(WIFEXITED(how) && WEXITSTATUS(how) == EXIT_DONE);
}

/* One request, and its last answer, which is RESULT or of type `last`. Rows are left out. */
static inline void
core_ask(struct real_core *c, struct ipc_message *m, enum message_type last)
{
	CHECK_EQ(ipc_send(c->control, m, -1), ST_OK);
	do
		if (!CHECK_EQ(ipc_receive(c->control, IPC_CORE, IPC_CONTROL, m, NULL), ST_OK))
			return;
	while (m->head.type != MSG_RESULT && m->head.type != (uint32_t)last);
	if (m->head.type == MSG_RESULT && !CHECK_EQ(m->body.RESULT.status, ST_OK))
		printf("    %s\n", m->body.RESULT.words);
}

/* UNLOCK, ARM: with the passphrase. Others have no body, or a simple one. */
static inline void
core_request(struct ipc_message *out, enum message_type type)
{
	ipc_begin(out, type);
	if (type == MSG_UNLOCK || type == MSG_ARM) {
		out->body.UNLOCK.passphrase.len = strlen(RIG_PASSPHRASE);
		memcpy(out->body.UNLOCK.passphrase.octets, RIG_PASSPHRASE, strlen(RIG_PASSPHRASE));
		out->body.UNLOCK.date_s = INT64_MIN;
	}
	if (type == MSG_INBOX)
		out->body.INBOX.limit = 50;
}

static inline void
core_tell(struct real_core *c, enum message_type type)
{
	struct ipc_message m;

	core_request(&m, type);
	core_ask(c, &m, MSG_RESULT);
}

/* One text; back when it is durable. */
static inline void
core_deliver(struct real_core *c, const char *text, uint64_t ref)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_SMS_HANDED);
	m.body.SMS_HANDED = rig_sms(text, ref);
	CHECK_EQ(ipc_send(c->modem, &m, -1), ST_OK);
	ipc_begin(&m, MSG_LISTED);
	m.body.LISTED.handed = 1;
	CHECK_EQ(ipc_send(c->modem, &m, -1), ST_OK);
	CHECK_EQ(ipc_receive(c->modem, IPC_CORE, IPC_MODEM, &m, NULL), ST_OK);
	CHECK(m.head.type == MSG_SMS_KEPT && m.body.SMS_KEPT.count == 1);
	CHECK_EQ(m.body.SMS_KEPT.ref[0], ref);
}

/* --- memory --- */

struct memory {
	uint8_t *octets;
	size_t len, room;
	int is_readable;
};

static inline void
memory_add(struct memory *m, int fd, unsigned long begin, unsigned long end)
{
	size_t len = end - begin;
	ssize_t got;

	if (m->len + len > m->room) {
		m->room = (m->len + len) * 2;
		if ((m->octets = realloc(m->octets, m->room)) == NULL)
			abort();
	}
	got = pread(fd, m->octets + m->len, len, (off_t)begin);
	if (got > 0) { /* guard pages and the kernel's own cannot be read */
		m->len += (size_t)got;
		m->is_readable = 1;
	}
}

/* A sanitizer keeps what was freed, and maps terabytes. */
#ifdef __SANITIZE_ADDRESS__
#define KEEPS_FREED 1
#else
#define KEEPS_FREED 0
#endif

/* Everything writable of a process, one piece behind the other. */
static inline void
memory_take(struct memory *m, pid_t pid)
{
	unsigned long begin, end;
	char path[64], line[512], mode[8];
	FILE *maps;
	int fd;

	memset(m, 0, sizeof(*m));
	if (KEEPS_FREED)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%ld/mem", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/%ld/maps", (long)pid);
	maps = fopen(path, "r");
	while (maps != NULL && fd != -1 && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &begin, &end, mode) == 3 &&
		    strncmp(mode, "rw", 2) == 0)
			memory_add(m, fd, begin, end);
	if (maps != NULL)
		(void)fclose(maps);
	if (fd != -1)
		(void)close(fd);
}

#endif

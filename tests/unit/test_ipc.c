/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "tests/support/check.h"

static const struct row {
	enum message_type type;
	enum ipc_end from, to;
	size_t len;
} rows[] = {
#define X(name, from, to, states, type) {MSG_##name, IPC_##from, IPC_##to, sizeof(type)},
#include "schemas/messages.def"
#undef X
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static unsigned
open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* Every message passes between its two ends and in no other direction. */
static void
test_directions(void)
{
	struct ipc_message sent, got;
	int fd[2];

	CHECK_EQ(ipc_pair(fd), ST_OK);
	for (size_t i = 0; i < ROWS; i++)
		for (int from = IPC_MODEM; from <= IPC_CONTROL; from++)
			for (int to = IPC_MODEM; to <= IPC_CONTROL; to++) {
				bool fits = from == (int)rows[i].from && to == (int)rows[i].to;

				ipc_begin(&sent, rows[i].type);
				memset(&sent.body, 0x5a, rows[i].len);
				CHECK_EQ(ipc_send(fd[0], &sent, -1), ST_OK);
				CHECK_EQ(ipc_receive(fd[1], (enum ipc_end)from, (enum ipc_end)to,
					     &got, NULL),
				    fits ? ST_OK : ST_SYNTAX);
				if (fits)
					CHECK_MEM(&got, &sent, sizeof(sent.head) + rows[i].len);
			}
	close(fd[0]);
	CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_MODEM, &got, NULL), ST_CLOSED);
	ipc_begin(&sent, MSG_LISTED);
	CHECK_EQ(ipc_send(fd[1], &sent, -1), ST_CLOSED);
	close(fd[1]);
}

/* Wrong lengths, types and heads; the channel itself is left to the caller to close. */
static void
test_refusals(void)
{
	static const struct {
		uint32_t type, len;
		size_t sent;
	} cases[] = {
	    {MSG_LISTED, sizeof(struct msg_listed), sizeof(struct message_head)},
	    {MSG_LISTED, sizeof(struct msg_listed), 8 + sizeof(struct msg_listed) - 1},
	    {MSG_LISTED, sizeof(struct msg_listed), 8 + sizeof(struct msg_listed) + 1},
	    {MSG_LISTED, sizeof(struct msg_listed) - 1, 8 + sizeof(struct msg_listed) - 1},
	    {MSG_LISTED, UINT32_MAX, 8 + sizeof(struct msg_listed)},
	    {MSG_NONE, 8, 16},
	    {MSG_COUNT, 8, 16},
	    {UINT32_MAX, 8, 16},
	    {MSG_LISTED, sizeof(struct msg_listed), 1},
	    {MSG_LISTED, sizeof(struct msg_listed), sizeof(struct ipc_message) + 64},
	};
	static uint8_t octets[sizeof(struct ipc_message) + 64];
	struct message_head head;
	struct ipc_message got;
	int fd[2];

	CHECK_EQ(ipc_pair(fd), ST_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		head = (struct message_head){cases[i].type, cases[i].len};
		memcpy(octets, &head, sizeof(head));
		CHECK(send(fd[0], octets, cases[i].sent, 0) == (ssize_t)cases[i].sent);
		CHECK_EQ(ipc_receive(fd[1], IPC_MODEM, IPC_CORE, &got, NULL), ST_SYNTAX);
		CHECK_EQ(got.head.type, 0);
	}
	CHECK_EQ(ipc_nonblocking(fd[1]), ST_OK);
	CHECK_EQ(ipc_receive(fd[1], IPC_MODEM, IPC_CORE, &got, NULL), ST_AGAIN);
	close(fd[0]);
	close(fd[1]);
}

static void
test_full(void)
{
	struct ipc_message m;
	enum status st = ST_OK;
	int fd[2];

	CHECK_EQ(ipc_pair(fd), ST_OK);
	CHECK_EQ(ipc_nonblocking(fd[0]), ST_OK);
	ipc_begin(&m, MSG_SMS_KEPT);
	for (unsigned i = 0; st == ST_OK && i < 100000; i++)
		st = ipc_send(fd[0], &m, -1);
	CHECK_EQ(st, ST_AGAIN);
	close(fd[0]);
	close(fd[1]);
}

static void
test_descriptors(void)
{
	struct ipc_message m, got;
	int fd[2], pair[2], passed = -1;
	unsigned before = open_descriptors();

	CHECK_EQ(ipc_pair(fd), ST_OK);
	CHECK_EQ(ipc_pair(pair), ST_OK);
	ipc_begin(&m, MSG_MODEM_CHANNEL);
	CHECK_EQ(ipc_send(fd[0], &m, pair[0]), ST_OK);
	CHECK_EQ(ipc_receive(fd[1], IPC_TOCSIND, IPC_CORE, &got, &passed), ST_OK);
	CHECK(passed >= 0 && (fcntl(passed, F_GETFD) & FD_CLOEXEC));
	ipc_begin(&m, MSG_LISTED);
	CHECK_EQ(ipc_send(passed, &m, -1), ST_OK);
	CHECK_EQ(ipc_receive(pair[1], IPC_MODEM, IPC_CORE, &got, NULL), ST_OK);
	close(passed);

	ipc_begin(&m, MSG_MODEM_CHANNEL); /* without one: the caller sees -1 */
	CHECK_EQ(ipc_send(fd[0], &m, -1), ST_OK);
	CHECK_EQ(ipc_receive(fd[1], IPC_TOCSIND, IPC_CORE, &got, &passed), ST_OK);
	CHECK_EQ(passed, -1);
	CHECK_EQ(ipc_send(fd[0], &m, pair[0]), ST_OK); /* where none is wanted */
	CHECK_EQ(ipc_receive(fd[1], IPC_TOCSIND, IPC_CORE, &got, NULL), ST_SYNTAX);
	CHECK_EQ(ipc_send(fd[0], &m, pair[0]), ST_OK); /* from the wrong side */
	CHECK_EQ(ipc_receive(fd[1], IPC_CONTROL, IPC_CORE, &got, &passed), ST_SYNTAX);
	close(fd[0]);
	close(fd[1]);
	close(pair[0]);
	close(pair[1]);
	CHECK_EQ(open_descriptors(), before);
}

/* Two descriptors in one message: refused, and neither stays open here. */
static void
test_two_descriptors(void)
{
	union {
		struct cmsghdr header;
		char octets[CMSG_SPACE(2 * sizeof(int))];
	} room;
	unsigned before = open_descriptors();
	struct ipc_message m;
	struct iovec iov = {&m, sizeof(m.head) + sizeof(struct msg_none)};
	struct msghdr msg = {
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof(room)};
	int fd[2], two[2] = {0, 0}, passed = -1;

	memset(&room, 0, sizeof(room));
	room.header.cmsg_level = SOL_SOCKET;
	room.header.cmsg_type = SCM_RIGHTS;
	room.header.cmsg_len = CMSG_LEN(sizeof(two));
	CHECK_EQ(ipc_pair(fd), ST_OK);
	memcpy(CMSG_DATA(&room.header), (int[]){fd[0], fd[1]}, sizeof(two));
	ipc_begin(&m, MSG_MODEM_CHANNEL);
	CHECK(sendmsg(fd[0], &msg, 0) > 0);
	CHECK_EQ(ipc_receive(fd[1], IPC_TOCSIND, IPC_CORE, &m, &passed), ST_SYNTAX);
	CHECK_EQ(passed, -1);
	close(fd[0]);
	close(fd[1]);
	CHECK_EQ(open_descriptors(), before);
}

/* In a folder whose path is far longer than an address may be. */
static void
test_control_socket(void)
{
	char base[] = "/tmp/tocsin-ipc-XXXXXX", command[128];
	struct ipc_message m, got;
	int listener, client, server, home = open(".", O_RDONLY | O_DIRECTORY);
	struct stat sb;

	CHECK(mkdtemp(base) != NULL && chdir(base) == 0);
	for (int i = 0; i < 12; i++)
		CHECK(mkdir("a-folder-with-a-long-name", 0700) == 0 &&
		      chdir("a-folder-with-a-long-name") == 0);
	CHECK(mkdir("run", 0755) == 0 && chmod("run", 0755) == 0);
	CHECK_EQ(ipc_listen("run", "control", &listener), ST_CONFIG);
	CHECK_EQ(ipc_listen("none", "control", &listener), ST_CONFIG);
	CHECK(chmod("run", 0700) == 0);
	CHECK_EQ(ipc_connect("run", "control", &client), ST_CLOSED);
	CHECK_EQ(ipc_connect("none", "control", &client), ST_CLOSED);
	CHECK_EQ(ipc_listen("run", "control", &listener), ST_OK);
	CHECK(stat("run/control", &sb) == 0 && (sb.st_mode & 07777) == 0600);
	CHECK_EQ(ipc_accept(listener, &server), ST_AGAIN);
	CHECK_EQ(ipc_connect("run", "control", &client), ST_OK);
	CHECK_EQ(ipc_accept(listener, &server), ST_OK);
	CHECK(ipc_peer_is_ours(server));
	ipc_begin(&m, MSG_STATUS);
	CHECK_EQ(ipc_send(client, &m, -1), ST_OK);
	CHECK_EQ(ipc_receive(server, IPC_CONTROL, IPC_CORE, &got, NULL), ST_OK);
	CHECK_EQ(ipc_receive(server, IPC_CONTROL, IPC_CORE, &got, NULL), ST_AGAIN);
	close(server);
	close(client);
	close(listener);
	CHECK_EQ(ipc_connect("run", "control", &client), ST_CLOSED); /* left behind */
	CHECK_EQ(ipc_listen("run", "control", &listener), ST_OK);    /* and replaced */
	close(listener);
	CHECK(fchdir(home) == 0);
	close(home);
	(void)snprintf(command, sizeof(command), "rm -rf %s", base);
	CHECK(system(command) == 0);
}

int
main(void)
{
	test_directions();
	test_refusals();
	test_full();
	test_descriptors();
	test_two_descriptors();
	test_control_socket();
	return check_done();
}

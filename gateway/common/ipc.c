/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/ipc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The states that are given as words in the table. */
static const struct {
	const char *name;
	size_t len;
	enum ipc_end from, to;
	unsigned states;
} messages[MSG_COUNT] = {
#define X(name, from, to, states, type) \
	[MSG_##name] = {#name, sizeof(type), IPC_##from, IPC_##to, states},
#include "schemas/messages.def"
#undef X
};

void
ipc_begin(struct ipc_message *m, enum message_type type)
{
	assert(type > MSG_NONE && type < MSG_COUNT);
	memset(m, 0, sizeof(*m));
	m->head.type = type;
	m->head.len = (uint32_t)messages[type].len;
}

void
ipc_wipe(struct ipc_message *m)
{
	explicit_bzero(m, sizeof(*m));
}

unsigned
ipc_states(enum message_type type)
{
	assert(type > MSG_NONE && type < MSG_COUNT);
	return messages[type].states;
}

const char *
ipc_name(enum message_type type)
{
	assert(type > MSG_NONE && type < MSG_COUNT);
	return messages[type].name;
}

static enum status
errno_status(void)
{
	switch (errno) {
	case EAGAIN:
		return ST_AGAIN;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return ST_CLOSED;
	default:
		return ST_IO;
	}
}

/* Room for one descriptor, aligned as the kernel wants it. */
union control_room {
	struct cmsghdr header;
	char octets[CMSG_SPACE(sizeof(int))];
};

enum status
ipc_send(int fd, const struct ipc_message *m, int pass)
{
	union control_room room;
	struct iovec iov[2];
	struct msghdr msg;
	struct cmsghdr *c;
	ssize_t sent;

	assert(m->head.type > MSG_NONE && m->head.type < MSG_COUNT);
	assert(m->head.len == messages[m->head.type].len);
	memset(&msg, 0, sizeof(msg));
	iov[0].iov_base = (void *)(uintptr_t)&m->head;
	iov[0].iov_len = sizeof(m->head);
	iov[1].iov_base = (void *)(uintptr_t)&m->body;
	iov[1].iov_len = m->head.len;
	msg.msg_iov = iov;
	msg.msg_iovlen = 2;
	if (pass != -1) {
		memset(&room, 0, sizeof(room));
		msg.msg_control = room.octets;
		msg.msg_controllen = sizeof(room.octets);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof(pass));
	}
	do {
		sent = sendmsg(fd, &msg, MSG_NOSIGNAL);
	} while (sent == -1 && errno == EINTR);
	return sent == -1 ? errno_status() : ST_OK; /* a datagram goes whole or not at all */
}

/* The descriptor that came, or -1. There is room for one: the kernel closed any others. */
static int
take_descriptor(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static bool
fits_table(const struct ipc_message *m, size_t got, enum ipc_end from, enum ipc_end me)
{
	uint32_t type = m->head.type;

	return got >= sizeof(m->head) && type > MSG_NONE && type < MSG_COUNT &&
	       messages[type].from == from && messages[type].to == me &&
	       m->head.len == messages[type].len && got == sizeof(m->head) + m->head.len;
}

enum status
ipc_receive(int fd, enum ipc_end from, enum ipc_end me, struct ipc_message *m, int *passed)
{
	union control_room room;
	struct iovec iov[2] = {{&m->head, sizeof(m->head)}, {&m->body, sizeof(m->body)}};
	struct msghdr msg;
	int came;
	ssize_t got;
	bool fits;

	memset(&msg, 0, sizeof(msg));
	memset(m, 0, sizeof(*m));
	msg.msg_iov = iov;
	msg.msg_iovlen = 2;
	msg.msg_control = room.octets;
	msg.msg_controllen = CMSG_LEN(sizeof(int)); /* CMSG_SPACE would hold two */
	do {
		got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	} while (got == -1 && errno == EINTR);
	if (got == -1)
		return errno_status();
	came = take_descriptor(&msg);
	fits = !(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) && (passed != NULL || came == -1);
	if (got > 0 && fits && fits_table(m, (size_t)got, from, me)) {
		if (passed != NULL)
			*passed = came;
		return ST_OK;
	}
	if (came != -1)
		(void)close(came); /* refused: nothing was written to it */
	ipc_wipe(m);
	return got == 0 ? ST_CLOSED : ST_SYNTAX;
}

enum status
ipc_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == 0 ? ST_OK : ST_IO;
}

enum status
ipc_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return ST_IO;
	return ST_OK;
}

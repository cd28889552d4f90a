/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of schemas/messages.def over SOCK_SEQPACKET sockets. What is received is checked
 * against the table before anybody sees it: type, exact size, who may send it to whom. Whether it
 * is allowed in the present state is core's to say (ipc_states).
 */
#ifndef GATEWAY_COMMON_IPC_H
#define GATEWAY_COMMON_IPC_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/messages.h"
#include "schemas/status.h"

/* The columns `from` and `to`. */
enum ipc_end { IPC_MODEM, IPC_CORE, IPC_TOCSIND, IPC_CONTROL };

/* A member for each message, named as it is: m.body.STATUS_REPLY.parked. */
union ipc_body {
#define X(name, from, to, states, type) type name;
#include "schemas/messages.def"
#undef X
};

struct ipc_message {
	struct message_head head;
	union ipc_body body;
};

/* Begin a message: type and length set, the whole body zero. */
void ipc_begin(struct ipc_message *m, enum message_type type);

/* Overwrite all of it, in a way that no compiler leaves out. */
void ipc_wipe(struct ipc_message *m);

/* The table: in which states of core (enum core_state), and the name. */
unsigned ipc_states(enum message_type type);
const char *ipc_name(enum message_type type);

/*
 * Send one message.
 *   fd    SOCK_SEQPACKET, blocking or not.
 *   m     as ipc_begin left it, with the body filled in; the caller wipes secrets afterwards.
 *   pass  a descriptor that goes with it, or -1; stays the caller's.
 * ST_OK; ST_AGAIN (not blocking, and full: nothing was sent), ST_CLOSED, ST_IO.
 */
enum status ipc_send(int fd, const struct ipc_message *m, int pass) MUST_USE;

/*
 * Receive one message.
 *   from, me  only rows of the table with these two columns are accepted.
 *   m         written whole on ST_OK, wiped on failure.
 *   passed    a descriptor that came with it (CLOEXEC, now the caller's) or -1. NULL: a message
 *             that brings one is nonsense. Descriptors of a refused message are closed.
 * ST_OK; ST_AGAIN (not blocking, or a time limit, and nothing there), ST_CLOSED, ST_SYNTAX (drop
 * the connection), ST_IO.
 */
enum status ipc_receive(
    int fd, enum ipc_end from, enum ipc_end me, struct ipc_message *m, int *passed) MUST_USE;

/* Two ends of a channel, both CLOEXEC and blocking. ST_OK, ST_IO. */
enum status ipc_pair(int fd[2]) MUST_USE;

/* ST_OK, ST_IO. */
enum status ipc_nonblocking(int fd) MUST_USE;

/*
 * Listen on the socket `name` in the folder run_dir, which must be this user's and closed to
 * others (0700). A socket left behind is replaced: hold the folder's lock first. Works for
 * folders of any depth and from a working folder whose parents are unreadable.
 *   fd  written on ST_OK: CLOEXEC, not blocking; the socket has mode 0600.
 * ST_OK; ST_CONFIG (the folder is missing, another's, or open to others), ST_IO.
 */
enum status ipc_listen(const char *run_dir, const char *name, int *fd) MUST_USE;

/*
 * Connect to it. fd is CLOEXEC and blocking; the other side's user was checked to be this one, or
 * root; for root, the one whom run_dir belongs to. ST_OK; ST_CLOSED (nobody listens, or no such
 * socket), ST_NOT_ALLOWED, ST_IO.
 */
enum status ipc_connect(const char *run_dir, const char *name, int *fd) MUST_USE;

/*
 * Accept one connection: CLOEXEC, not blocking, from this user or root.
 * ST_OK; ST_AGAIN (none waits), ST_NOT_ALLOWED (another user: closed again), ST_IO.
 */
enum status ipc_accept(int listener, int *fd) MUST_USE;

/* True if the process at the other end runs as this user or as root. */
bool ipc_peer_is_ours(int fd);

#endif

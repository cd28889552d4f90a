/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket. A Unix socket's address holds at most 107 octets, which a folder deep in a
 * home has long used up; so the folder is opened and the address is /proc/self/fd/N/NAME.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/common/ipc.h"

#define BACKLOG 8

static enum status
address_in(int folder, const char *name, struct sockaddr_un *address)
{
	int len;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	len = snprintf(
	    address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", folder, name);
	return len > 0 && (size_t)len < sizeof(address->sun_path) ? ST_OK : ST_CONFIG;
}

static int
folder_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int
socket_new(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

static enum status
folder_is_private(int folder)
{
	struct stat sb;

	if (fstat(folder, &sb) == -1)
		return ST_IO;
	return sb.st_uid == geteuid() && (sb.st_mode & 077) == 0 ? ST_OK : ST_CONFIG;
}

/* Bind and listen; the folder's mode keeps others out before and after fchmodat. */
static enum status
bind_in(int folder, const char *name, int fd)
{
	struct sockaddr_un address;
	enum status st;

	if ((st = address_in(folder, name, &address)) != ST_OK)
		return st;
	if (unlinkat(folder, name, 0) == -1 && errno != ENOENT)
		return ST_IO;
	if (bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) == -1 ||
	    fchmodat(folder, name, 0600, 0) == -1 || listen(fd, BACKLOG) == -1)
		return ST_IO;
	return ipc_nonblocking(fd);
}

enum status
ipc_listen(const char *run_dir, const char *name, int *fd)
{
	enum status st = ST_IO;
	int folder, made = -1;

	if ((folder = folder_open(run_dir)) == -1)
		return ST_CONFIG;
	if ((st = folder_is_private(folder)) != ST_OK)
		goto done;
	if ((made = socket_new()) == -1)
		st = ST_IO;
	else
		st = bind_in(folder, name, made);
done:
	(void)close(folder); /* opened as a path only */
	if (st == ST_OK)
		*fd = made;
	else if (made != -1)
		(void)close(made); /* carries nothing yet */
	return st;
}

/* True if the process at the other end runs as this user, or as root. */
static bool
peer_is(int fd, uid_t uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 || len != sizeof(peer))
		return false;
	return peer.uid == uid || peer.uid == 0;
}

/* Who may answer: this user; to root, the one whom the folder belongs to. */
static enum status
connect_in(int folder, const char *name, int fd)
{
	struct sockaddr_un address;
	struct stat sb;
	enum status st;

	if ((st = address_in(folder, name, &address)) != ST_OK)
		return st;
	if (fstat(folder, &sb) == -1)
		return ST_IO;
	if (connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)) == -1)
		return errno == EACCES || errno == EPERM ? ST_NOT_ALLOWED : ST_CLOSED;
	return peer_is(fd, geteuid() == 0 ? sb.st_uid : geteuid()) ? ST_OK : ST_NOT_ALLOWED;
}

enum status
ipc_connect(const char *run_dir, const char *name, int *fd)
{
	enum status st = ST_IO;
	int folder, made;

	if ((folder = folder_open(run_dir)) == -1)
		return errno == EACCES ? ST_NOT_ALLOWED : ST_CLOSED;
	if ((made = socket_new()) != -1)
		st = connect_in(folder, name, made);
	(void)close(folder); /* opened as a path only */
	if (st == ST_OK)
		*fd = made;
	else if (made != -1)
		(void)close(made); /* carries nothing yet */
	return st;
}

bool
ipc_peer_is_ours(int fd)
{
	return peer_is(fd, geteuid());
}

enum status
ipc_accept(int listener, int *fd)
{
	int made;

	do {
		made = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (made == -1 && errno == EINTR);
	if (made == -1)
		return errno == EAGAIN || errno == ECONNABORTED ? ST_AGAIN : ST_IO;
	if (!ipc_peer_is_ours(made)) {
		(void)close(made); /* carries nothing yet */
		return ST_NOT_ALLOWED;
	}
	*fd = made;
	return ST_OK;
}

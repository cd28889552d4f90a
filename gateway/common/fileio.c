/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LEN 1280

enum status
fileio_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return ST_UNKNOWN;
	case EACCES:
	case EPERM:
	case EROFS:
		return ST_NOT_ALLOWED;
	case EEXIST:
		return ST_EXISTS;
	case ELOOP:
		return ST_SYNTAX;
	case ENOSPC:
	case EDQUOT:
		return ST_FULL;
	case ENAMETOOLONG:
		return ST_TOO_LONG;
	default:
		return ST_IO;
	}
}

ssize_t
fileio_read_fd(int fd, uint8_t *out, size_t cap)
{
	size_t have = 0;
	ssize_t got;

	while (have < cap) {
		got = read(fd, out + have, cap - have);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static enum status
read_open(int fd, uint8_t *out, size_t cap, size_t *len)
{
	struct stat sb;
	uint8_t more;
	ssize_t got;

	if (fstat(fd, &sb) == -1)
		return ST_IO;
	if (!S_ISREG(sb.st_mode))
		return ST_SYNTAX;
	if (sb.st_size > 0 && (uintmax_t)sb.st_size > cap)
		return ST_TOO_LONG;
	if ((got = fileio_read_fd(fd, out, cap)) == -1)
		return ST_IO;
	if ((size_t)got == cap && fileio_read_fd(fd, &more, 1) != 0)
		return ST_TOO_LONG; /* it grew meanwhile */
	*len = (size_t)got;
	return ST_OK;
}

enum status
fileio_read(const char *path, uint8_t *out, size_t cap, size_t *len)
{
	enum status st;
	int fd;

	/* Not blocking, so that opening a FIFO by mistake does not wait for its writer. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)) == -1)
		return fileio_errno();
	if ((st = read_open(fd, out, cap, len)) != ST_OK)
		explicit_bzero(out, cap);
	(void)close(fd); /* read-only: nothing to lose */
	return st;
}

enum status
fileio_write_fd(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	ssize_t put;

	while (len > 0) {
		put = write(fd, at, len);
		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return fileio_errno();
		at += put;
		len -= (size_t)put;
	}
	return fsync(fd) == 0 ? ST_OK : ST_SYNC;
}

/* Written, synced and closed, or gone again. */
static enum status
write_beside(const char *path, const void *data, size_t len, mode_t mode)
{
	enum status st;
	int fd;

	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)) == -1)
		return fileio_errno();
	st = fileio_write_fd(fd, data, len);
	if (close(fd) == -1 && st == ST_OK)
		st = ST_IO;
	if (st != ST_OK)
		(void)unlink(path); /* what failed is reported already */
	return st;
}

static enum status
rename_new(const char *from, const char *to)
{
	struct stat sb;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return ST_OK;
	if (errno != EINVAL)
		return fileio_errno();
	/* A file system without RENAME_NOREPLACE. */
	if (lstat(to, &sb) == 0)
		return ST_EXISTS;
	return rename(from, to) == 0 ? ST_OK : fileio_errno();
}

/* Make the names in the folder that holds `path` durable. */
static enum status
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_LEN] = ".";
	enum status st = ST_OK;
	int fd;

	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return ST_IO;
	if (fsync(fd) == -1 && errno != EINVAL) /* some file systems have no such thing */
		st = ST_SYNC;
	(void)close(fd); /* read-only: nothing to lose */
	return st;
}

enum status
fileio_create(const char *path, const void *data, size_t len, mode_t mode)
{
	char beside[PATH_LEN];
	enum status st;
	struct stat sb;
	int used;

	used = snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)getpid());
	if (used < 0 || (size_t)used >= sizeof(beside))
		return ST_TOO_LONG;
	if (lstat(path, &sb) == 0)
		return ST_EXISTS; /* before anything is written; rename_new looks again */
	if ((st = write_beside(beside, data, len, mode)) != ST_OK)
		return st;
	if ((st = rename_new(beside, path)) != ST_OK) {
		(void)unlink(beside); /* what failed is reported already */
		return st;
	}
	return sync_folder_of(path);
}

enum status
fileio_folder(const char *path, int *made)
{
	struct stat sb;

	if (made != NULL)
		*made = 0;
	if (mkdir(path, 0700) == 0) {
		if (made != NULL)
			*made = 1;
		return sync_folder_of(path);
	}
	if (errno != EEXIST)
		return fileio_errno();
	if (stat(path, &sb) == -1)
		return fileio_errno();
	if (!S_ISDIR(sb.st_mode))
		return ST_SYNTAX;
	return sb.st_uid == geteuid() && (sb.st_mode & 077) == 0 ? ST_OK : ST_NOT_ALLOWED;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/state_file.h"

#include "gateway/common/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BESIDE ".new"

/* Split path into its folder and its name. */
static enum status
split(const char *path, char folder[PATH_MAX], struct state_file *f)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	if (*name == '\0')
		return ST_SYNTAX;
	if (strlen(name) + sizeof(BESIDE) > sizeof(f->name) || strlen(path) >= PATH_MAX)
		return ST_TOO_LONG;
	(void)snprintf(f->name, sizeof(f->name), "%s", name); /* both fit, as checked */
	(void)snprintf(f->beside, sizeof(f->beside), "%.*s" BESIDE,
	    (int)(sizeof(f->beside) - sizeof(BESIDE)), name);
	if (slash == NULL)
		(void)snprintf(folder, PATH_MAX, ".");
	else
		(void)snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path + 1), path);
	return ST_OK;
}

enum status
state_file_lock(const char *path, struct state_file *out)
{
	char folder[PATH_MAX];
	struct state_file f;
	enum status st;
	int rc;

	if ((st = split(path, folder, &f)) != ST_OK)
		return st;
	if ((f.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return fileio_errno();
	do
		rc = flock(f.folder, LOCK_EX);
	while (rc == -1 && errno == EINTR);
	if (rc == -1) {
		(void)close(f.folder); /* read-only: nothing to lose */
		return ST_IO;
	}
	*out = f;
	return ST_OK;
}

void
state_file_unlock(struct state_file *f)
{
	(void)close(f->folder); /* read-only; the lock goes with it */
	f->folder = -1;
}

/* Open our own private regular file. */
static enum status
open_own(const struct state_file *f, const char *name, int flags, int *out)
{
	enum status st = ST_OK;
	struct stat sb;
	int fd;

	/* Not blocking, so that a FIFO in its place does not wait for a writer. */
	fd = openat(f->folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return fileio_errno();
	if (fstat(fd, &sb) == -1)
		st = ST_IO;
	else if (!S_ISREG(sb.st_mode))
		st = ST_SYNTAX;
	else if (sb.st_uid != geteuid() || (sb.st_mode & 077) != 0)
		st = ST_NOT_ALLOWED;
	if (st == ST_OK)
		*out = fd;
	else
		(void)close(fd); /* nothing was written */
	return st;
}

enum status
state_file_load(const struct state_file *f, struct compose_state *out)
{
	uint8_t file[COMPOSE_STATE_LEN + 1]; /* one more, to see that it ends */
	enum status st;
	ssize_t got;
	int fd = -1;

	if ((st = open_own(f, f->name, O_RDONLY, &fd)) != ST_OK)
		return st;
	got = fileio_read_fd(fd, file, sizeof(file));
	if (got == -1)
		st = ST_IO;
	else
		st = compose_state_read(file, (size_t)got, out);
	explicit_bzero(file, sizeof(file));
	(void)close(fd); /* read-only: nothing to lose */
	return st;
}

/* Write the state beside its place; what a crash left there goes first. */
static enum status
write_beside(const struct state_file *f, const struct compose_state *s)
{
	uint8_t file[COMPOSE_STATE_LEN];
	enum status st;
	int fd;

	if (unlinkat(f->folder, f->beside, 0) == -1 && errno != ENOENT)
		return fileio_errno();
	fd = openat(
	    f->folder, f->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return fileio_errno();
	compose_state_write(s, file);
	st = fileio_write_fd(fd, file, sizeof(file));
	explicit_bzero(file, sizeof(file));
	if (close(fd) == -1 && st == ST_OK)
		st = ST_IO;
	if (st != ST_OK)
		(void)unlinkat(f->folder, f->beside, 0); /* what failed is reported already */
	return st;
}

static enum status
move_into_place(const struct state_file *f)
{
	if (renameat(f->folder, f->beside, f->folder, f->name) == -1) {
		enum status st = fileio_errno();

		(void)unlinkat(f->folder, f->beside, 0); /* what failed is reported already */
		return st;
	}
	return fsync(f->folder) == 0 ? ST_OK : ST_SYNC;
}

enum status
state_file_replace(const struct state_file *f, const struct compose_state *s)
{
	enum status st;

	if ((st = write_beside(f, s)) != ST_OK)
		return st;
	return move_into_place(f);
}

enum status
state_file_create(const struct state_file *f, const struct compose_state *s)
{
	struct stat sb;

	/* Under the lock nobody of ours makes it between this look and the renaming. */
	if (fstatat(f->folder, f->name, &sb, AT_SYMLINK_NOFOLLOW) == 0)
		return ST_EXISTS;
	if (errno != ENOENT)
		return fileio_errno();
	return state_file_replace(f, s);
}

static enum status
wipe(const struct state_file *f, const char *name)
{
	static const uint8_t zeros[COMPOSE_STATE_LEN];
	enum status st;
	int fd = -1;

	if ((st = open_own(f, name, O_WRONLY, &fd)) != ST_OK)
		return st;
	st = fileio_write_fd(fd, zeros, sizeof(zeros));
	if (close(fd) == -1 && st == ST_OK)
		st = ST_IO;
	if (unlinkat(f->folder, name, 0) == -1)
		return fileio_errno();
	return st;
}

enum status
state_file_forget(const struct state_file *f)
{
	enum status beside = wipe(f, f->beside), st = wipe(f, f->name);

	if (st == ST_OK && beside != ST_OK && beside != ST_UNKNOWN)
		st = beside;
	if (st == ST_OK && fsync(f->folder) == -1)
		st = ST_SYNC;
	return st;
}

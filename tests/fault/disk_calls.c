/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls of anchor_file.c and store.c, which the link wraps (CMakeLists.txt): what names
 * a file of the disk in memory goes there, everything else to the system.
 */
#include "tests/fault/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FD_FIRST 100000 /* no real descriptor is so high */
#define FDS 64
#define FOLDER DISK_FILES /* what stands in the table for the folder itself */

static char mounted[256];
static struct {
	int used;
	unsigned file;
} fds[FDS];

int __real_open64(const char *path, int flags, ...);
int __real_close(int fd);
ssize_t __real_pread64(int fd, void *to, size_t len, off_t at);
ssize_t __real_pwrite64(int fd, const void *from, size_t len, off_t at);
off_t __real_lseek64(int fd, off_t at, int from);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_fstat64(int fd, struct stat *sb);
int __real_lstat64(const char *path, struct stat *sb);
int __real_flock(int fd, int what);
int __real_unlink(const char *path);
int __real_posix_fadvise64(int fd, off_t at, off_t len, int advice);

int __wrap_open64(const char *path, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_pread64(int fd, void *to, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *from, size_t len, off_t at);
off_t __wrap_lseek64(int fd, off_t at, int from);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fstat64(int fd, struct stat *sb);
int __wrap_lstat64(const char *path, struct stat *sb);
int __wrap_flock(int fd, int what);
int __wrap_unlink(const char *path);
int __wrap_posix_fadvise64(int fd, off_t at, off_t len, int advice);

void
disk_mount(const char *folder)
{
	(void)snprintf(mounted, sizeof(mounted), "%s", folder);
}

int
disk_is_folder(const char *path)
{
	return mounted[0] != '\0' && strncmp(path, mounted, strlen(mounted)) == 0;
}

unsigned
disk_file_of(const char *path)
{
	static const char *const names[DISK_FILES] = {
	    "tocsin.db", "tocsin.db-wal", "tocsin.db-journal", "anchor.bin"};
	const char *slash = strrchr(path, '/');

	for (unsigned f = 0; disk_is_folder(path) && slash != NULL && f < DISK_FILES; f++)
		if (strcmp(slash + 1, names[f]) == 0)
			return f;
	return DISK_FILES;
}

static int
fail(int rc)
{
	if (rc >= 0)
		return rc;
	errno = -rc;
	return -1;
}

static int
is_ours(int fd)
{
	return fd >= FD_FIRST && fd < FD_FIRST + FDS && fds[fd - FD_FIRST].used;
}

static unsigned
file_of(int fd)
{
	return fds[fd - FD_FIRST].file;
}

static int
open_ours(unsigned file, int flags)
{
	int rc;

	if (file < DISK_FILES) {
		if ((rc = disk_open()) != 0)
			return rc;
		if (disk.file[file].exists && (flags & O_EXCL))
			return -EEXIST;
		if (!disk.file[file].exists && !(flags & O_CREAT))
			return -ENOENT;
		if (!disk.file[file].exists && (rc = disk_create(file)) != 0)
			return rc;
	}
	for (int i = 0; i < FDS; i++)
		if (!fds[i].used) {
			fds[i].used = 1;
			fds[i].file = file;
			return FD_FIRST + i;
		}
	return -EMFILE;
}

int
__wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	if (disk_file_of(path) < DISK_FILES)
		return fail(open_ours(disk_file_of(path), flags));
	if (disk_is_folder(path) && (flags & O_DIRECTORY))
		return fail(open_ours(FOLDER, flags));
	if (!(flags & O_CREAT))
		return __real_open64(path, flags);
	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return __real_open64(path, flags, mode);
}

int
__wrap_close(int fd)
{
	if (!is_ours(fd))
		return __real_close(fd);
	fds[fd - FD_FIRST].used = 0;
	return 0;
}

ssize_t
__wrap_pread64(int fd, void *to, size_t len, off_t at)
{
	if (!is_ours(fd))
		return __real_pread64(fd, to, len, at);
	return fail(disk_read(file_of(fd), to, len, (uint64_t)at));
}

ssize_t
__wrap_pwrite64(int fd, const void *from, size_t len, off_t at)
{
	int rc;

	if (!is_ours(fd))
		return __real_pwrite64(fd, from, len, at);
	rc = disk_write(file_of(fd), from, len, (uint64_t)at);
	return rc == 0 ? (ssize_t)len : fail(rc);
}

/* Asked for a file's size alone. */
off_t
__wrap_lseek64(int fd, off_t at, int from)
{
	if (!is_ours(fd))
		return __real_lseek64(fd, at, from);
	if (file_of(fd) == FOLDER || from != SEEK_END || at != 0)
		return fail(-EINVAL);
	return (off_t)disk.file[file_of(fd)].size;
}

int
__wrap_fsync(int fd)
{
	if (!is_ours(fd))
		return __real_fsync(fd);
	return fail(file_of(fd) == FOLDER ? disk_dirsync() : disk_sync(file_of(fd)));
}

int
__wrap_fdatasync(int fd)
{
	return is_ours(fd) ? fail(disk_sync(file_of(fd))) : __real_fdatasync(fd);
}

static int
describe(unsigned file, struct stat *sb)
{
	memset(sb, 0, sizeof(*sb));
	if (file == FOLDER || !disk.file[file].exists)
		return fail(-ENOENT);
	sb->st_mode = S_IFREG | 0600;
	sb->st_size = (off_t)disk.file[file].size;
	sb->st_ino = file + 1;
	return 0;
}

int
__wrap_fstat64(int fd, struct stat *sb)
{
	return is_ours(fd) ? describe(file_of(fd), sb) : __real_fstat64(fd, sb);
}

int
__wrap_lstat64(const char *path, struct stat *sb)
{
	unsigned file = disk_file_of(path);

	return file < DISK_FILES ? describe(file, sb) : __real_lstat64(path, sb);
}

int
__wrap_flock(int fd, int what)
{
	return is_ours(fd) ? 0 : __real_flock(fd, what);
}

int
__wrap_unlink(const char *path)
{
	unsigned file = disk_file_of(path);

	return file < DISK_FILES ? fail(disk_unlink(file)) : __real_unlink(path);
}

int
__wrap_posix_fadvise64(int fd, off_t at, off_t len, int advice)
{
	return is_ours(fd) ? 0 : __real_posix_fadvise64(fd, at, len, advice);
}

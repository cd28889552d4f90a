/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/sandbox_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h of Linux 6.15, the same numbers on every architecture. */
#define CALL_CREATE 444
#define CALL_ADD 445
#define CALL_RESTRICT 446
#define ASK_VERSION 1U
#define RULE_PATH 1

#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_DIR (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR (UINT64_C(1) << 7)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_FIRST ((UINT64_C(1) << 13) - 1) /* all of version 1 */
#define FS_REFER (UINT64_C(1) << 13)       /* version 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)    /* 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15)   /* 5 */
#define NET_TCP UINT64_C(3)                /* 4: bind, connect */
#define SCOPE_ALL UINT64_C(3)              /* 6: abstract sockets, signals */

struct ruleset {
	uint64_t fs, net, scoped;
};

struct rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

int
landlock_version(void)
{
	long version = syscall(CALL_CREATE, NULL, 0, ASK_VERSION);

	return version > 0 ? (int)version : 0;
}

/* What is forbidden where nothing allows it. */
static struct ruleset
everything(int version)
{
	struct ruleset all = {FS_FIRST, 0, 0};

	if (version >= 2)
		all.fs |= FS_REFER;
	if (version >= 3)
		all.fs |= FS_TRUNCATE;
	if (version >= 4)
		all.net = NET_TCP;
	if (version >= 5)
		all.fs |= FS_IOCTL_DEV;
	if (version >= 6)
		all.scoped = SCOPE_ALL;
	return all;
}

/* An older kernel takes only the members that it knows. */
static size_t
size_for(int version)
{
	return version >= 6   ? sizeof(struct ruleset)
	       : version >= 4 ? offsetof(struct ruleset, scoped)
			      : offsetof(struct ruleset, net);
}

static uint64_t
rights(enum landlock_use use, mode_t mode)
{
	uint64_t file = FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV;
	uint64_t folder = file | FS_TRUNCATE | FS_READ_DIR | FS_MAKE_REG | FS_REMOVE_FILE;

	if (!S_ISDIR(mode))
		return file; /* the kernel refuses a folder's rights for a file */
	return use == LANDLOCK_TREE ? folder | FS_MAKE_DIR | FS_REMOVE_DIR : folder;
}

static enum status
allow(int ruleset, const struct landlock_path *p, uint64_t known)
{
	struct rule rule = {0, -1};
	enum status st = ST_IO;
	struct stat sb;

	if ((rule.fd = open(p->path, O_PATH | O_CLOEXEC)) == -1)
		return ST_OK; /* what is not there needs no leave */
	if (fstat(rule.fd, &sb) == 0 && (p->use == LANDLOCK_FILE) == !S_ISDIR(sb.st_mode)) {
		rule.allowed = rights(p->use, sb.st_mode) & known;
		if (syscall(CALL_ADD, ruleset, RULE_PATH, &rule, 0) == 0)
			st = ST_OK;
	} else {
		errno = EINVAL;
	}
	(void)close(rule.fd); /* no data in it */
	return st;
}

enum status
landlock_enter(int version, const struct landlock_path *paths, size_t count)
{
	const struct ruleset all = everything(version);
	enum status st = ST_OK;
	int fd;

	if (version == 0)
		return ST_OK;
	if ((fd = (int)syscall(CALL_CREATE, &all, size_for(version), 0)) == -1)
		return ST_IO;
	for (size_t i = 0; i < count && st == ST_OK; i++)
		if (paths[i].path != NULL)
			st = allow(fd, &paths[i], all.fs);
	if (st == ST_OK && syscall(CALL_RESTRICT, fd, 0) == -1)
		st = ST_IO;
	(void)close(fd); /* no data in it */
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power that is cut at a sync: the anchor's and SQLite's come through here, and the dies_at-th ends
 * the process. One file of a program includes it.
 */
#ifndef TESTS_SUPPORT_SYNC_CUT_H
#define TESTS_SUPPORT_SYNC_CUT_H

#include <sys/syscall.h>
#include <unistd.h>

#define SYNC_CUT 77 /* the exit code */

static unsigned syncs, dies_at; /* 0: never */
int fdatasync(int fd);
int fsync(int fd);

static int
sync_or_die(long call, int fd)
{
	if (++syncs == dies_at)
		_exit(SYNC_CUT);
	return (int)syscall(call, fd);
}

int
fdatasync(int fd)
{
	return sync_or_die(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return sync_or_die(SYS_fsync, fd);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/sandbox.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum status
sandbox_basic(void)
{
	const struct rlimit none = {0, 0};

	(void)umask(077); /* cannot fail */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return ST_IO;
	if (setrlimit(RLIMIT_CORE, &none) == -1)
		return ST_IO;
#ifndef TOCSIN_TRACEABLE
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return ST_IO;
#endif
	return ST_OK;
}

enum status
sandbox_die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == -1)
		return ST_IO;
	return getppid() == parent ? ST_OK : ST_CLOSED; /* it may have gone before the prctl */
}

void
sandbox_close_above(int fd)
{
	long last;

	if (close_range((unsigned)fd + 1, ~0U, 0) == 0)
		return;
	/* Before Linux 5.9, or where a filter forbids it. */
	if ((last = sysconf(_SC_OPEN_MAX)) == -1)
		last = 65536;
	for (long i = fd + 1; i < last; i++)
		(void)close((int)i); /* most are not open */
}

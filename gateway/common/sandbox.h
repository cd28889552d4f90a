/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every process takes from itself at its start.
 */
#ifndef GATEWAY_COMMON_SANDBOX_H
#define GATEWAY_COMMON_SANDBOX_H

#include <sys/types.h>

#include "schemas/status.h"

/*
 * No new privileges, no core dumps (RLIMIT_CORE 0), not dumpable, so that nobody but root reads
 * this process's memory (a build with TOCSIN_TRACEABLE leaves that one out), umask 077.
 * ST_OK, ST_IO.
 */
enum status sandbox_basic(void) MUST_USE;

/*
 * End this process with SIGTERM when its parent ends.
 *   parent  the parent's id, taken before fork: if it is gone already, ST_CLOSED.
 */
enum status sandbox_die_with_parent(pid_t parent) MUST_USE;

/* Close every descriptor above fd. */
void sandbox_close_above(int fd);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of sandbox_calls.def as a filter for the kernel. */
#ifndef GATEWAY_COMMON_SANDBOX_FILTER_H
#define GATEWAY_COMMON_SANDBOX_FILTER_H

#include <seccomp.h>
#include <stdint.h>

#include "schemas/status.h"

/* Whose list: a bit each. */
enum sandbox_list {
	LIST_TTY = 1,   /* a modem on a tty */
	LIST_DUMMY = 2, /* libGammu's dummy modem in a folder */
	LIST_CORE = 4,
	LIST_INIT = 8, /* core, while it makes a gateway */
};

/*
 * Build a list's filter.
 *   arch  SCMP_ARCH_NATIVE, or another one, to look at what would be loaded there.
 * ST_OK: *out is the caller's, to seccomp_load() and seccomp_release(); ST_IO, errno set.
 */
enum status sandbox_filter(enum sandbox_list list, uint32_t arch, scmp_filter_ctx *out) MUST_USE;

#endif

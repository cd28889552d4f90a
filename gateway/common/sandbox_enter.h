/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a role's set-up: from here on the process can only do what its role is for. seccomp
 * allows the system calls of sandbox_calls.def and no others; Landlock, where the kernel has it,
 * allows the paths given here and no others. Descriptors that are open stay usable, and what is
 * left cannot be undone. Decisions: docs/decisions/0044 and 0045.
 */
#ifndef GATEWAY_COMMON_SANDBOX_ENTER_H
#define GATEWAY_COMMON_SANDBOX_ENTER_H

#include "schemas/status.h"

enum sandbox_role {
	SANDBOX_MODEM, /* `device`: a tty, or the folder of libGammu's dummy */
	SANDBOX_CORE,  /* `state_dir` and `anchor`, both of which are there */
	SANDBOX_INIT,  /* core -i: as SANDBOX_CORE, both yet to be made in their folders */
	SANDBOX_WIPE,  /* core -w: as SANDBOX_CORE; says nothing in the log */
};

/* Borrowed for the call; NULL: none. A link stands for what it leads to now. What is not there is
 * left out: it cannot be opened later either. */
struct sandbox_paths {
	const char *device, *state_dir, *anchor;
};

/*
 * Needs sandbox_basic() before it, and everything that other files are needed for: the settings,
 * the locale. Logs which Landlock it found, or why it failed. In a build with TOCSIN_TRACEABLE it
 * does nothing.
 * ST_OK, with or without Landlock; ST_IO: without seccomp, or one of the two failed half-way: the
 * caller must not go on.
 */
enum status sandbox_enter(enum sandbox_role role, const struct sandbox_paths *paths) MUST_USE;

#endif

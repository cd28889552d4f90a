/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock by its system calls: Debian 12's headers know less of it than kernels do. */
#ifndef GATEWAY_COMMON_SANDBOX_LANDLOCK_H
#define GATEWAY_COMMON_SANDBOX_LANDLOCK_H

#include <stddef.h>

#include "schemas/status.h"

enum landlock_use {
	LANDLOCK_FILE,   /* of a file or device: read, write, its ioctls */
	LANDLOCK_FOLDER, /* of a folder: the same, and files made, listed, truncated, removed */
	LANDLOCK_TREE,   /* and folders made and removed */
};

struct landlock_path {
	const char *path; /* NULL: none. A last component that is a link is followed */
	enum landlock_use use;
};

/* The version of Landlock that this kernel has; 0: none, or it is switched off. */
int landlock_version(void);

/*
 * Forbid every file but these, listening and connecting by TCP, signals and abstract sockets
 * beyond this process, each as far as this version knows it. Needs no new privileges.
 * ST_OK, also for version 0, which does nothing; ST_IO, errno set.
 */
enum status landlock_enter(int version, const struct landlock_path *paths, size_t count) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a file or a device without looking for it again and again: the folders that a path
 * leads through tell when something in them appears, goes or changes.
 */
#ifndef GATEWAY_COMMON_TOCSIND_WATCH_H
#define GATEWAY_COMMON_TOCSIND_WATCH_H

#include <stdbool.h>
#include <sys/stat.h>

#include "schemas/status.h"

/* What stood at a path: compare two of them with watch_same(). */
struct watch_stamp {
	bool there; /* links are followed */
	dev_t dev, rdev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

void watch_look(const char *path, struct watch_stamp *out);
bool watch_same(const struct watch_stamp *a, const struct watch_stamp *b);

/* A new descriptor that becomes readable when something happens; close it to end. ST_OK, ST_IO. */
enum status watch_open(int *fd) MUST_USE;

/*
 * Watch where this path leads: the nearest folder above it that there is, and, where it is a
 * symbolic link, the same for its target. Call it again after each event, and look at the path
 * after each call: a folder may have come meanwhile.
 *   is_file  tell of its content too. Not for a device: every write to /dev/null would wake us.
 */
void watch_path(int fd, const char *path, bool is_file);

/* Read and forget what happened. */
void watch_drain(int fd);

#endif

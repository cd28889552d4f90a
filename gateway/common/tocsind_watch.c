/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/tocsind_watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "gateway/common/conf.h"

#define LINKS_MAX 4
#define EVENTS \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | \
	    IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD)

void
watch_look(const char *path, struct watch_stamp *out)
{
	struct stat sb;

	memset(out, 0, sizeof(*out));
	if (stat(path, &sb) == -1)
		return;
	out->there = true;
	out->dev = sb.st_dev;
	out->rdev = sb.st_rdev;
	out->ino = sb.st_ino;
	out->size = S_ISREG(sb.st_mode) ? sb.st_size : 0;
	out->changed = sb.st_ctim;
}

bool
watch_same(const struct watch_stamp *a, const struct watch_stamp *b)
{
	return a->there == b->there && a->dev == b->dev && a->rdev == b->rdev && a->ino == b->ino &&
	       a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

enum status
watch_open(int *fd)
{
	*fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return *fd == -1 ? ST_IO : ST_OK;
}

/* Cut off the last part: "/a/b" to "/a", "a" to ".". False if there was none. */
static bool
go_up(char path[CONF_PATH_MAX])
{
	char *slash = strrchr(path, '/');

	if (slash == path) {
		if (path[1] == '\0')
			return false;
		path[1] = '\0';
	} else if (slash != NULL)
		*slash = '\0';
	else if (strcmp(path, ".") == 0)
		return false;
	else
		memcpy(path, ".", 2);
	return true;
}

static void
watch_above(int fd, const char *path, uint32_t events)
{
	char folder[CONF_PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%s", path); /* as long as any setting */
	while (go_up(folder))
		if (inotify_add_watch(fd, folder, events) != -1 ||
		    (errno != ENOENT && errno != ENOTDIR))
			return; /* one that may not be watched: the caller's net remains */
}

/* The target of a link, as a path from here. False: it is none. */
static bool
follow(const char *path, char out[CONF_PATH_MAX])
{
	char target[CONF_PATH_MAX], folder[CONF_PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	int made;

	if (len <= 0)
		return false;
	target[len] = '\0';
	(void)snprintf(folder, sizeof(folder), "%s", path);
	if (target[0] == '/' || !go_up(folder))
		made = snprintf(out, CONF_PATH_MAX, "%s", target);
	else
		made = snprintf(out, CONF_PATH_MAX, "%s/%s", folder, target);
	return made > 0 && made < CONF_PATH_MAX;
}

void
watch_path(int fd, const char *path, bool is_file)
{
	const uint32_t events = is_file ? EVENTS | IN_CLOSE_WRITE : EVENTS;
	char at[CONF_PATH_MAX], next[CONF_PATH_MAX];

	(void)snprintf(at, sizeof(at), "%s", path);
	watch_above(fd, at, events);
	for (int links = 0; links < LINKS_MAX && follow(at, next); links++) {
		memcpy(at, next, sizeof(at));
		watch_above(fd, at, events);
	}
}

void
watch_drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		; /* what matters is looked at, not told */
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/sandbox_enter.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gateway/common/log.h"
#include "gateway/common/sandbox_filter.h"
#include "gateway/common/sandbox_landlock.h"

#ifdef TOCSIN_TRACEABLE

enum status
sandbox_enter(enum sandbox_role role, const struct sandbox_paths *paths)
{
	(void)role;
	(void)paths;
	return ST_OK;
}

#else

#define PATHS_MAX 2

/* Everything that sandbox_enter() works out before it closes anything. */
struct plan {
	enum sandbox_list list;
	struct landlock_path paths[PATHS_MAX];
	char around[PATHS_MAX][PATH_MAX]; /* folders of files that are yet to be made */
};

static int
is_folder(const char *path)
{
	struct stat sb;

	return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/* The folder that `path` lies in, or NULL. */
static const char *
folder_of(const char *path, char copy[PATH_MAX])
{
	if (path == NULL || strlen(path) >= PATH_MAX)
		return NULL;
	memcpy(copy, path, strlen(path) + 1);
	return dirname(copy);
}

static void
make_plan(enum sandbox_role role, const struct sandbox_paths *p, struct plan *out)
{
	struct landlock_path *way = out->paths;

	memset(out, 0, sizeof(*out));
	switch (role) {
	case SANDBOX_MODEM:
		out->list = is_folder(p->device) ? LIST_DUMMY : LIST_TTY;
		way[0] = (struct landlock_path){
		    p->device, out->list == LIST_DUMMY ? LANDLOCK_TREE : LANDLOCK_FILE};
		break;
	case SANDBOX_INIT:
		out->list = LIST_INIT;
		way[0] =
		    (struct landlock_path){folder_of(p->state_dir, out->around[0]), LANDLOCK_TREE};
		way[1] =
		    (struct landlock_path){folder_of(p->anchor, out->around[1]), LANDLOCK_FOLDER};
		break;
	default:
		out->list = LIST_CORE;
		way[0] = (struct landlock_path){p->state_dir, LANDLOCK_FOLDER};
		way[1] = (struct landlock_path){p->anchor, LANDLOCK_FILE};
		break;
	}
}

static enum status
enter_filter(enum sandbox_list list)
{
	scmp_filter_ctx filter;
	int error;

	if (sandbox_filter(list, SCMP_ARCH_NATIVE, &filter) != ST_OK)
		return ST_IO;
	error = seccomp_load(filter);
	seccomp_release(filter);
	errno = -error;
	return error == 0 ? ST_OK : ST_IO;
}

/* Landlock first: the filter forbids its calls. */
enum status
sandbox_enter(enum sandbox_role role, const struct sandbox_paths *paths)
{
	int version = landlock_version();
	struct plan plan;

	make_plan(role, paths, &plan);
	tzset(); /* reads /etc/localtime, which the C library looks for at any time later */
	if (landlock_enter(version, plan.paths, PATHS_MAX) != ST_OK ||
	    enter_filter(plan.list) != ST_OK) {
		log_event(EV_SANDBOX_FAILED, LOG_ERRNO(errno));
		return ST_IO;
	}
	if (role != SANDBOX_MODEM && role != SANDBOX_CORE)
		return ST_OK; /* under the eyes of a person, who has other things to read */
	if (version == 0)
		log_event(EV_SANDBOX_NO_LANDLOCK);
	else
		log_event(EV_SANDBOXED, LOG_LANDLOCK(version));
	return ST_OK;
}

#endif

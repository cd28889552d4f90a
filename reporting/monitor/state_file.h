/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state on disk: one program at a time, replaced whole or not at all.
 *
 * The lock is on the folder, because the file itself is replaced at each message and a lock would
 * stay with the old one. Everything is done below the folder's descriptor.
 */
#ifndef REPORTING_MONITOR_STATE_FILE_H
#define REPORTING_MONITOR_STATE_FILE_H

#include "reporting/monitor/compose_state.h"

#include <limits.h>

struct state_file {
	int folder;
	char name[NAME_MAX + 1];
	char beside[NAME_MAX + 1]; /* the name under which the next state is written */
};

/*
 * Lock; waits while another program has it.
 *   out  written only on ST_OK: then state_file_unlock.
 * ST_OK, ST_UNKNOWN (no such folder), ST_NOT_ALLOWED, ST_TOO_LONG (the name), ST_SYNTAX (a path
 * that ends in a slash), ST_IO.
 */
enum status state_file_lock(const char *path, struct state_file *out) MUST_USE;

void state_file_unlock(struct state_file *f);

/*
 * out  written only on ST_OK.
 * ST_OK, ST_UNKNOWN (there is none), ST_NOT_ALLOWED (another's, or open to others), ST_SYNTAX (a
 * link, no regular file, or not such a file), ST_VERSION, ST_DAMAGED, ST_IO.
 */
enum status state_file_load(const struct state_file *f, struct compose_state *out) MUST_USE;

/*
 * Write the first state. The file is there, durable, or is not there.
 * ST_OK, ST_EXISTS, ST_NOT_ALLOWED, ST_FULL, ST_IO, ST_SYNC (it may be there or not).
 */
enum status state_file_create(const struct state_file *f, const struct compose_state *s) MUST_USE;

/* Put the next state in the place of the last. Statuses as create, but for ST_EXISTS. */
enum status state_file_replace(const struct state_file *f, const struct compose_state *s) MUST_USE;

/*
 * Overwrite with zeros, sync, remove; also what a crash left beside it. On flash the old octets may
 * survive.
 * ST_OK, ST_UNKNOWN (there was none), ST_SYNTAX (a link or no regular file), ST_NOT_ALLOWED, ST_IO.
 */
enum status state_file_forget(const struct state_file *f) MUST_USE;

#endif

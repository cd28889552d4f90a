/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process that tocsind keeps: how it is started, how it ended, when it is started again.
 */
#ifndef GATEWAY_COMMON_TOCSIND_ROLE_H
#define GATEWAY_COMMON_TOCSIND_ROLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/common/log.h"
#include "gateway/common/loop.h"
#include "schemas/status.h"

#define ROLE_PAUSE_FIRST_MS 100
#define ROLE_PAUSE_LAST_MS 60000 /* also the life after which core counts as sound */
#define ROLE_STOP_MS 5000        /* from SIGTERM to SIGKILL */

struct role {
	enum log_role id;
	unsigned modem; /* which one, from 1; 0: no modem */
	pid_t pid;      /* 0: not running */
	int64_t started_ms;
	int64_t pause_ms; /* before the next start; 0: none yet */
	int64_t next_ms;  /* not started again before this */
	bool told_to_stop;
	struct loop_timer start, kill;
};

/* How a role ended. */
struct role_end {
	int code;   /* its exit code, or -1 */
	int signal; /* the signal that ended it, or 0 */
	bool told_to_stop;
	int64_t lived_ms;
};

/*
 * Start it.
 *   path, argv  as execv(3) takes them
 *   channel     becomes descriptor 3; stays the caller's
 *   second      becomes descriptor 4, or -1: none
 * Standard input is /dev/null; everything above is closed; it ends when this process ends.
 * ST_OK; ST_AGAIN (no process could be made).
 */
enum status role_start(
    struct role *r, const char *path, char *const argv[], int channel, int second) MUST_USE;

/* It ended: log it, unless it was told to. */
void role_ended(struct role *r, int wait_status, struct role_end *end);

/* Say in next_ms when it may start again: with a back-off that begins anew after a life of
 * ROLE_PAUSE_LAST_MS. Not for a modem, whose life says nothing: modem_policy.h. */
void role_back_off(struct role *r, const struct role_end *end);

/* SIGTERM now, SIGKILL after ROLE_STOP_MS unless it ends. Nothing if it does not run. */
void role_stop(struct role *r, struct loop *loop);

#endif

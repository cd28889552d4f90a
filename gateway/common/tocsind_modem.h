/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modems' side of tocsind: a process for each, started, watched for and started again by
 * itself (modem_policy.h), and the program that cuts a hung modem's power.
 *
 *	waits ──► runs ──► waits            its device, the PIN's file or a pause
 *	  └──► power cycle ──► waits
 */
#ifndef GATEWAY_COMMON_TOCSIND_MODEM_H
#define GATEWAY_COMMON_TOCSIND_MODEM_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/common/conf.h"
#include "gateway/common/loop.h"
#include "gateway/common/modem_policy.h"
#include "gateway/common/tocsind_role.h"
#include "gateway/common/tocsind_watch.h"
#include "schemas/limits.h"
#include "schemas/messages.h"

struct modems;

struct modem_keeper {
	struct modems *all;
	unsigned number; /* 0 to MODEMS_MAX - 1 */
	struct conf_modem *conf;
	struct role role;
	struct modem_policy policy;
	struct modem_plan plan;         /* for the next start */
	struct msg_modem_gone gone;     /* how its last process ended */
	bool was_there;                 /* a process has ended: `gone` says something */
	struct watch_stamp device, pin; /* as they were when it ended */
	int watch_fd;                   /* -1: none */
	pid_t cycle;                    /* the power-cycle program; 0: it does not run */
	struct loop_timer cycle_late;
};

struct modems {
	struct loop *loop;
	const struct conf *conf;
	const char *program; /* tocsin-modem */
	int core_fd;         /* -1: core does not run */
	bool halted;
	struct modem_keeper modem[MODEMS_MAX];
};

/* Everything is borrowed and outlives it. */
void modems_begin(struct modems *ms, struct loop *loop, struct conf *conf, const char *program);

/* Core runs and reads core_fd: start those that can be. */
void modems_start(struct modems *ms, int core_fd);

/* Core has ended: so do they, for their channels lead nowhere. */
void modems_core_ended(struct modems *ms);

/* Nothing is started any more; what runs goes on. */
void modems_halt(struct modems *ms);

/* Stop them all. True: none runs any more. */
bool modems_stop(struct modems *ms);

/* A process has ended: was it one of theirs? */
bool modems_reap(struct modems *ms, pid_t pid, int wait_status);

/* Core says that this one has been listed to its end. */
void modems_answered(struct modems *ms, uint32_t modem);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `tocsin init` is to make: from options, and at a terminal from answers.
 */
#ifndef GATEWAY_CONTROL_INIT_PLAN_H
#define GATEWAY_CONTROL_INIT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/control/init_cost.h"
#include "gateway/control/secret.h"

#define PLAN_ANSWER_MAX 900
#define PLAN_SETTINGS_MAX 8192

enum plan_answer {
	PLAN_STATE_DIR,
	PLAN_DEVICE,
	PLAN_CONNECTION,
	PLAN_MODEL,
	PLAN_ANCHOR,
	PLAN_CODEBOOK,
	PLAN_PLACES,
	PLAN_POSTURE,
	PLAN_ANSWERS
};

struct plan {
	const char *settings; /* path of the file to be made */
	const char *given[PLAN_ANSWERS];
	char answer[PLAN_ANSWERS][PLAN_ANSWER_MAX];
	struct secret_source secret;
	uint64_t argon_memory, argon_passes; /* 0: measure */
	uint64_t poll_s;
	bool yes; /* ask nothing but the passphrase */
	/* `tocsin restore` */
	bool restores, own;
	const char *file;          /* the backup */
	const char *recovery_file; /* of the recovery key; NULL: the terminal */
	struct cost cost;
};

/* Read the options. 0 and go on if *go_on, else the exit code. */
int plan_options(struct plan *p, int argc, char **argv, bool *go_on);

/*
 * Fill in every answer: given, asked for (at a terminal, unless p->yes), or the default. 0, or the
 * exit code after words.
 */
int plan_answers(struct plan *p);

/*
 * The text of the settings file.
 *   out  PLAN_SETTINGS_MAX octets.
 * Its length, or 0 if an answer cannot stand in a settings file.
 */
size_t plan_settings_text(const struct plan *p, char out[PLAN_SETTINGS_MAX]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The making of a gateway, whole or not at all: what was made is remembered, and taken away again
 * when a later step fails. SIGINT, SIGTERM and SIGHUP wait until it is done.
 */
#ifndef GATEWAY_CONTROL_INIT_MAKE_H
#define GATEWAY_CONTROL_INIT_MAKE_H

#include <stdbool.h>

#include "gateway/common/conf.h"
#include "gateway/common/passphrase.h"
#include "gateway/control/books.h"
#include "gateway/control/init_plan.h"
#include "gateway/control/recovery_typed.h"
#include "schemas/messages.h"

struct birth {
	const struct plan *plan;
	const struct conf *conf; /* what the settings will say */
	const char *settings;    /* their text */
	size_t settings_len;
	const struct book_file *codebook, *places;
	const struct passphrase *passphrase;
	/* `tocsin restore`: instead of the books */
	const struct recovery_typed *key; /* NULL: init */
	int backup;                       /* its descriptor, or -1: the old store */
	struct msg_restored *restored;
};

/*
 * The settings as they will be, read back: so the answers are checked as the file would be.
 *   settings  PLAN_SETTINGS_MAX octets; b->settings, and b->settings_len is set.
 * 0, or EXIT_REFUSED after words.
 */
int make_conf(struct birth *b, struct conf *conf, char *settings);

/* The folder of the store, empty, open to nobody else. 0, or EXIT_REFUSED after words. */
int make_state_folder(const struct conf *conf);

/* Before anything is asked: is there a gateway here already? 0, or EXIT_REFUSED after words. */
int make_refuse_existing(const struct conf *conf, const char *settings);

/* Does the anchor that the settings name hold zeros, as after a wipe? */
bool make_is_wiped(const struct conf *conf);

/* 0, or the exit code after words; then nothing was left behind. */
int make_gateway(const struct birth *b);

#endif

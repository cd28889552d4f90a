/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modems of core: a channel to each one's process, which tocsind hands over, what is known of
 * them, and the texts of the outbox on their way to them.
 */
#ifndef GATEWAY_CORE_MODEMS_H
#define GATEWAY_CORE_MODEMS_H

#include "gateway/core/channel.h"
#include "schemas/limits.h"

/* Called after anything happened on a channel. st: ST_OK, or SC_STOP. */
typedef void modems_after_fn(enum status st);

struct modems {
	struct session *session;
	struct loop *loop;
	modems_after_fn *after;
	int tocsind_fd;
	struct channel channel[MODEMS_MAX];
};

/* Everything is borrowed and outlives it. */
void modems_begin(struct modems *ms, struct session *s, struct loop *loop, int tocsind_fd,
    modems_after_fn *after);

/* A message of tocsind, and the descriptor that came with it (taken), or -1. ST_OK, SC_STOP. */
enum status modems_take(struct modems *ms, const struct ipc_message *m, int passed) MUST_USE;

/* Give the modems what the outbox has for them. ST_OK, SC_STOP. */
enum status modems_send(struct modems *ms) MUST_USE;

/* Ask one of them, or each (modem UINT32_MAX), to do something out of turn: how many were asked. */
unsigned modems_ask(struct modems *ms, uint32_t modem, enum modem_act act);

/* Is it in the settings? */
int modems_has(const struct modems *ms, unsigned modem);

/* What is known of one of them. */
void modems_row(const struct modems *ms, unsigned modem, struct msg_modem_row *out);

/* For `status`: is each of them connected; seconds since each was listed, the longest, -1: one was
 * not listed yet; slots that could not be read. */
void modems_status(const struct modems *ms, struct msg_status *out);

/* Wipe what came from outside. For the end. */
void modems_wipe(struct modems *ms);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command's conversation with core over the control socket.
 */
#ifndef GATEWAY_CONTROL_CLIENT_H
#define GATEWAY_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stdio.h>

#include "gateway/common/conf.h"
#include "gateway/common/ipc.h"

#define CLIENT_WAIT_S 20       /* for an answer */
#define CLIENT_WAIT_LONG_S 300 /* for one that tries a passphrase or opens the store */

struct client {
	struct conf conf;
	int fd;
};

/*
 * Read the settings and connect. 0, or the exit code after words on standard error that say what
 * to do. After 0 client_close is due.
 */
int client_open(struct client *c);
void client_close(struct client *c);

/*
 * Send `ask` and wipe it; receive the first answer. 0, or the exit code after words: the gateway
 * does not answer, or its answer is RESULT with a status other than ST_OK.
 */
int client_ask(struct client *c, struct ipc_message *ask, struct ipc_message *answer, int wait_s);

/* The same with a descriptor that goes with it, or -1; it stays the caller's. */
int client_ask_with(
    struct client *c, struct ipc_message *ask, int pass, struct ipc_message *answer, int wait_s);

/* Receive one more answer. As client_ask. */
int client_next(struct client *c, struct ipc_message *answer, int wait_s);

/* What core answers row by row: any number of `row`, then one `last`. */
struct client_rows {
	enum message_type row, last;
	int wait_s; /* for each answer behind the first */
	bool begun; /* client_row's own: false at first */
};

/*
 * The next row, if there is one. From the first answer on, which client_ask or client_next has put
 * into `answer` and its outcome into `code`:
 *	while (client_row(c, &rows, &answer, &code))
 *		...
 * False: with 0 in `code`, `answer` is the last one; otherwise it is the exit code after words.
 */
bool client_row(struct client *c, struct client_rows *rows, struct ipc_message *answer, int *code);

/* What the gateway says of itself. Its texts are ended. 0, or the exit code after words. */
int client_status(struct client *c, struct msg_status *out);

/* The same on a connection of its own: core waits for no typing. */
int client_status_once(struct msg_status *out);

/* Before anything secret is typed: is it there, and OPEN? 0, or the exit code after words. */
int client_is_open(void);

/*
 * One request on a connection of its own: connect, send `ask` and wipe it, take core's RESULT.
 *   answer  written only on 0.
 * 0, or the exit code after words.
 */
int client_ask_once(struct ipc_message *ask, int wait_s, struct ipc_message *answer);

/*
 * For a command that is one request: connect, send `ask` and wipe it, say core's words or `done`.
 * 0, or the exit code after words.
 */
int client_tell(struct ipc_message *ask, int wait_s, const char *done);

/* The same for a text to be sent: says its number in the outbox. */
int client_queue(struct ipc_message *ask);

/* An answer of a type that does not belong here: words and the exit code. */
int client_puzzled(void);

/*
 * The exit code and words for a core that cannot be reached: `tocsind` does not run, or core does
 * not, and why. For `status` and whoever else connects.
 */
int client_unreachable(const struct conf *conf);

/* How to begin anew after a wipe: what to delete, by its path. */
void client_say_anew(FILE *out, const struct conf *conf);

/* Whether a tocsind runs with these settings, be its core there or not. */
bool client_is_running(const struct conf *conf);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One use of the state: locked and loaded, at most one message sealed and made durable, unlocked,
 * and only then shown.
 */
#ifndef REPORTING_MONITOR_SESSION_H
#define REPORTING_MONITOR_SESSION_H

#include "reporting/monitor/state_file.h"

struct session {
	const char *path; /* borrowed */
	struct state_file file;
	struct compose_state state;
};

/* Lock and load, and say why not. Returns 0 or an exit code; if 0, session_close ends it. */
int session_open(const char *path, struct session *s);

/* Make the first state. Otherwise as session_open. */
int session_create(const char *path, const struct enrolment *e, struct session *s);

/*
 * Spend the next number on a report and make that durable. Moves s->state on.
 *   out  what may now be shown; written only on success.
 * Returns 0 or an exit code, saying why.
 */
int session_seal(
    struct session *s, const uint8_t plain[ENVELOPE_X_PLAIN_LEN], struct compose_message *out);

/*
 * Go on to the next chain and make that durable. Moves s->state on.
 * Returns 0 or an exit code, saying why.
 */
int session_next_chain(struct session *s);

/*
 * Her own number, 0 to 99, means this place from now on; 0: none. Made durable; moves s->state on.
 * Returns 0 or an exit code, saying why.
 */
int session_set_own(struct session *s, unsigned number, uint16_t place);

/* Unlock and wipe. */
void session_close(struct session *s);

/* Overwrite and remove the state. Returns 0 or an exit code. */
int session_forget(const char *path);

/* Write the 152 characters and a line end to standard output. Returns 0 or an exit code, saying
 * that the number is spent. */
int session_show(const struct compose_message *message);

#endif

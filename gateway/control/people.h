/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The roster as commands need it.
 */
#ifndef GATEWAY_CONTROL_PEOPLE_H
#define GATEWAY_CONTROL_PEOPLE_H

#include "gateway/control/client.h"

typedef void people_fn(const struct msg_roster_row *row, void *arg);

/*
 * Call fn for each row, page by page.
 *   pseudonym  empty: all.
 * 0, or the exit code after words.
 */
int people_each(struct client *c, const char *pseudonym, people_fn *fn, void *arg);

/* The row of one active monitor, before anything is asked about her. Connects and closes. 0, or the
 * exit code after words. */
int people_find(const char *pseudonym, struct msg_roster_row *row);

/* Does this gateway keep phone numbers? Before one is typed. 0, or the exit code after words: it
 * does not, `nothing` says what was not done. */
int people_numbers_kept(const char *nothing);

/*
 * Whom a command is about: its operands, or with --all every active monitor of the roster.
 *   names  argc pointers, NULL behind the last operand (options.h).
 * fn returns 0, or an exit code: the others follow all the same, and the highest is returned.
 */
typedef int people_named_fn(struct client *c, const char *pseudonym, void *arg);
int people_named(
    struct client *c, const char *const *names, bool all, people_named_fn *fn, void *arg);

/* Send a decision about her, wipe it, and say that she `done`; or core's words, where it changed
 * nothing. 0, or the exit code after words. */
int people_tell(struct ipc_message *ask, const char *pseudonym, const char *done);

/* What is kept or shown must be no phone number: does this look like one? */
bool people_is_phone_number(const char *pseudonym);

/* Put a pseudonym into a message. 0, or EXIT_USAGE after words: empty, or too long. */
int people_name(char out[PSEUDONYM_MAX], const char *pseudonym);

#endif

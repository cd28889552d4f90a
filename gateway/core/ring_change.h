/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of the ring while OPEN: who may open the gateway, with which months, and the copies for
 * the recovery key. Begin, say what changes (any number of the functions below), collect, commit,
 * taken; free in any case. Nothing is durable before the commit, and nothing in the session changes
 * before ring_change_taken().
 */
#ifndef GATEWAY_CORE_RING_CHANGE_H
#define GATEWAY_CORE_RING_CHANGE_H

#include <stdint.h>

#include "gateway/core/session.h"
#include "schemas/status.h"

struct ring_change;

/*
 * Everything of the wraps but the coordinators' ids and boxes and the rule, which are there: an
 * unlock key made anew and wrapped to the list's coordinators, and the secrets sealed to it. No
 * older copy of the wraps opens these. ST_OK, ST_RANGE (a public key of low order).
 */
enum status ring_wraps_fill(struct ring_wraps *wraps, const struct ring_list *list,
    const struct ring_secrets *secrets) MUST_USE;

/* Vault keys are made so many months ahead. */
#define MONTHS_AHEAD 3

/* The ring as it is. ST_OK, ST_NOT_ALLOWED (not OPEN, or read only), ST_MEMORY. */
enum status ring_change_begin(struct session *s, struct ring_change **out) MUST_USE;
/* Wipes. NULL does nothing. */
void ring_change_free(struct ring_change *c);

/* --- months --- */

/* Vault keys for month (months since January 2025) and MONTHS_AHEAD more, where the list has none.
 * ST_OK, ST_FULL (the list or the wraps have no room: the oldest months must go first). */
enum status ring_change_months(struct ring_change *c, unsigned month) MUST_USE;
/* New keys, serial + 1, for the month of `epoch` and every later one: what a removed coordinator
 * copied opens nothing new. Keys of epochs that no run of the journal uses go. The run under way
 * must end with the commit: session_next_run(). ST_OK, ST_FULL (also: 16 times in one month). */
enum status ring_change_renew_months(struct ring_change *c, uint16_t epoch) MUST_USE;
/* The key of one epoch goes: list, wraps and recovery copy. ST_OK, ST_UNKNOWN. */
enum status ring_change_drop_epoch(struct ring_change *c, uint16_t epoch) MUST_USE;

/* --- coordinators --- */

/* A passphrase for the coordinator `id`: one of the list, or a new one with a larger id than any.
 * Argon2id's costs are the largest of the list. Takes the time and memory of one stretching.
 * ST_OK, ST_FULL (eight coordinators), ST_INCOMPLETE (an empty passphrase), ST_MEMORY. */
enum status ring_change_passphrase(
    struct ring_change *c, uint32_t id, const struct msg_passphrase *passphrase) MUST_USE;
/* ST_OK, ST_UNKNOWN, ST_NOT_ALLOWED (the last one, or the last but one under the two-person rule).
 */
enum status ring_change_remove(struct ring_change *c, uint32_t id) MUST_USE;
/* Two passphrases or one? ST_OK, ST_NOT_ALLOWED (on, with one coordinator alone). */
enum status ring_change_two_person(struct ring_change *c, int on) MUST_USE;

/* --- the recovery key --- */

/* pk_R: another, or the first. The copies of keys and months are for it from here on. */
void ring_change_recovery_key(struct ring_change *c, const struct public32 *pk_r);

/* --- the end --- */

/* Sign the list, make wraps and recovery copies, append the `ring` event; all of it enters with the
 * session's next commit. ST_OK; ST_RANGE (the list may not be so, or has no key of the run under
 * way), ST_FULL: nothing is collected any more, of the caller neither; ST_MEMORY: the process must
 * end. */
enum status ring_change_collect(struct session *s, struct ring_change *c) MUST_USE;
/* After the commit: the session's list and keys are these. */
void ring_change_taken(struct session *s, struct ring_change *c);

#endif

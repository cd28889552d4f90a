/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may open the gateway: coordinators and their passphrases, the two-person rule, the recovery
 * key. Each act changes the ring (ring_change.h), appends its event and is durable, or is refused
 * with words for the coordinator and changes nothing.
 */
#ifndef GATEWAY_CORE_RIGHTS_H
#define GATEWAY_CORE_RIGHTS_H

#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/*
 * OPEN: add or remove a coordinator, give one another passphrase, switch the two-person rule. After
 * a removal, and with the rule, the months' keys are new and another run has begun: no copy made
 * before opens what comes, but for sk_I, which stays.
 * words: what to know, also after ST_OK. ST_OK; ST_SYNTAX (the name), ST_EXISTS, ST_UNKNOWN,
 * ST_FULL, ST_INCOMPLETE, ST_NOT_ALLOWED, ST_RANGE; ST_AGAIN (no memory for a passphrase, nothing
 * was done); ST_PASSPHRASE (the old one is wrong: noted as a `refused` event); or SC_STOP.
 */
enum status rights_act(
    struct session *s, const struct msg_coordinator *ask, char words[SESSION_WORDS_MAX]) MUST_USE;

/* OPEN: make the recovery key, or another in its place, whose copies of monitors' keys then go.
 * out: wiped by the caller. */
enum status rights_recovery_key(
    struct session *s, struct msg_recovery_key *out, char words[SESSION_WORDS_MAX]) MUST_USE;

/*
 * LOCKED or ARMED to OPEN with the recovery key, and a passphrase for a coordinator. ST_OK (words:
 * what to know; read_only as in session_unlock); ST_SYNTAX and the like (mistyped, nothing noted);
 * ST_PASSPHRASE (another's key: noted as a `refused` event); ST_INCOMPLETE (there is none, or
 * copies are missing); once it is OPEN, as rights_act; or SC_STOP.
 */
enum status rights_recover(
    struct session *s, const struct msg_recover *ask, char words[SESSION_WORDS_MAX]) MUST_USE;

#endif

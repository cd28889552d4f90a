/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monitor's spare chains: K_1 to K_3 of her enrolment, which lie here only in a copy sealed to
 * the recovery key, until the holder of that key brings the next one into her slot's leaf. There it
 * waits; the first message of it that opens makes it the live one (gateway/core/intake_read.h).
 */
#ifndef GATEWAY_CORE_CHAINS_H
#define GATEWAY_CORE_CHAINS_H

#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/*
 * Let her next chain wait. Event, leaf, and the copy sealed anew without that chain are one commit:
 * so the copies hold only chains that were never in use and are in no leaf. The session is OPEN.
 *   out    chain 0: she has no spare chain, spares_why says why; nothing was changed then, nor if
 *	    one waits already.
 *   words  on failure what to do, for a person.
 * ST_OK; ST_SYNTAX, ST_CHECK, ST_VERSION, ST_FORGED (the key that was typed), ST_UNKNOWN (no such
 * monitor), ST_NOT_ALLOWED (her copy was changed), or SC_STOP.
 */
enum status chains_renew(struct session *s, const struct msg_renew *ask, struct msg_renewed *out,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/* Fill spares and spares_why of a row whose other fields are there. ST_OK, or SC_STOP. */
enum status chains_spares(struct session *s, struct msg_roster_row *row) MUST_USE;

#endif

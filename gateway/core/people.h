/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A coordinator's acts on monitors. Each is tried on the view before it is written, and is durable
 * when its function returns ST_OK.
 */
#ifndef GATEWAY_CORE_PEOPLE_H
#define GATEWAY_CORE_PEOPLE_H

#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/*
 *   out    the slot, and the enrolment text: secret; the caller wipes it.
 *   words  on failure what to do, for a person.
 * ST_OK, ST_SYNTAX, ST_RANGE, ST_UNKNOWN (place), ST_EXISTS (pseudonym), ST_FULL, or SC_STOP.
 */
enum status people_enrol(struct session *s, const struct msg_enrol *ask, struct msg_enrolled *out,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/* ST_OK, ST_UNKNOWN, or SC_STOP. */
enum status people_revoke(
    struct session *s, const char *pseudonym, char words[SESSION_WORDS_MAX]) MUST_USE;

/* Is it printable UTF-8 without control characters and without blanks around it, and ended? */
int people_is_name(const char *text, size_t cap);

#endif

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

/*
 * What a coordinator decides about an active monitor (people_decide.c). What holds already is no
 * event: words say so, and *changed is 0. All give ST_UNKNOWN where no active monitor has the
 * pseudonym; pseudonyms are ended.
 */
/* The vetting mark. ST_OK; ST_INCOMPLETE: there is no date that it could stand with; SC_STOP. */
enum status people_vet(struct session *s, const struct msg_vet *ask, uint32_t *changed,
    char words[SESSION_WORDS_MAX]) MUST_USE;
/* Whether she may text plain. ST_OK; ST_NOT_ALLOWED (numbers are not kept here); ST_SYNTAX (the
 * reason), ST_RANGE (the number), ST_INCOMPLETE (there is none), ST_EXISTS (another monitor texts
 * from it); SC_STOP. */
enum status people_plain_allow(struct session *s, const struct msg_plain_allow *ask,
    uint32_t *changed, char words[SESSION_WORDS_MAX]) MUST_USE;
/* Her own numbers for places; out: those that hold afterwards. ST_OK; ST_RANGE (a place that is
 * not there); ST_INCOMPLETE (there is no places file); SC_STOP. */
enum status people_own_places(struct session *s, const struct msg_own_places *ask,
    struct msg_own_places *out, char words[SESSION_WORDS_MAX]) MUST_USE;

/* The slot of the active monitor of that pseudonym. ST_OK, ST_UNKNOWN with words, or SC_STOP. */
enum status people_slot(struct session *s, const char *pseudonym, uint16_t *slot,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/* For people*.c: would the view take it as the next event? As view_try(). */
enum status people_try(struct session *s, enum event_type type, const uint8_t *body, size_t len,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/* Is it printable UTF-8 without control characters and without blanks around it, and ended? */
int people_is_name(const char *text, size_t cap);

#endif

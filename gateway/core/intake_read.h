/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one text, ARMED or OPEN: what it is, who sent it, what it says; ends in exactly one
 * `received` event. For intake.c.
 */
#ifndef GATEWAY_CORE_INTAKE_READ_H
#define GATEWAY_CORE_INTAKE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/seen.h"
#include "gateway/core/answers.h"
#include "gateway/core/parts.h"
#include "gateway/core/session.h"
#include "reporting/report/text.h"
#include "schemas/status.h"

/* One text as it arrived, from the modem or from `parked`, or put together. text, udh and sender
 * are borrowed. */
struct arrival {
	uint32_t quarter;   /* quarter hours since 2025-01-01T00:00Z */
	uint8_t trust;      /* enum trust */
	uint8_t form;       /* enum sms_form */
	uint8_t was_parked; /* its time is the one that it was parked with */
	int64_t stamp_s;
	const uint8_t *text, *udh; /* text: at most LONG_TEXT_MAX */
	size_t text_len, udh_len;
	const char *sender;    /* ended; NULL: not known, or not wanted */
	unsigned modem;        /* that it came through; UINT32_MAX: not known */
	int64_t came_s;        /* seconds UTC; INT64_MIN: not known */
	uint8_t is_incomplete; /* put together of less than all parts */
	enum text_class class; /* from here on: arrival_classify() */
	char symbols[TEXT_SYMBOLS_MAX + 1];
	size_t symbol_count;
	enum part_is is_part;
	struct part part;
	uint8_t has_content; /* its hash in `seen` */
	uint8_t content[SEEN_HASH_LEN];
};

void arrival_classify(struct arrival *a);
/* Whom an answer to it goes to. */
struct answers_to arrival_answer_to(const struct arrival *a);

/* Collects the event and, if it was a monitor's, the slot's next state. ST_OK or SC_STOP. A plain
 * text that its sender sent again collects nothing, and is counted in s->doubled. */
enum status intake_read(struct session *s, const struct arrival *a) MUST_USE;

/* A parked row that does not open: an event with that outcome. */
enum status intake_damaged(struct session *s) MUST_USE;

/* --- parts of it, for a deep scan --- */

/* Open a profile X text as a slot's, with the keys of one number. ST_OK (plain is written),
 * ST_FORGED. */
enum status intake_open(struct session *s, uint16_t slot, const struct message_keys *keys,
    const uint8_t wire[EW1_X_WIRE_LEN], uint8_t plain[ENVELOPE_X_PLAIN_LEN]) MUST_USE;

/* What does it say? Fills record, outcome, fault and review of e, whose arrival and trust are set.
 * Nothing here can refuse the message: it was opened, and is kept. */
void intake_judge(const struct session *s, struct event_received *e, const uint8_t *plain);

/* Collect e. seq may be NULL. As session_append. */
enum status intake_append(
    struct session *s, const struct event_received *e, uint64_t *seq) MUST_USE;

#endif

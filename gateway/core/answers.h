/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a monitor gets back (docs/decisions/0060-answers.md): nothing, one neutral text, the ack
 * code of her message, or in posture `open` what was understood of a plain text. Answers leave
 * through the outbox. In `protected` the answer to a report, to its duplicate, to a text that
 * opened and was refused and to one under duress is the same, the code apart, and waits as long.
 *
 * Nobody is answered who cannot be meant: senders of letters, short numbers, whoever sends our own
 * words back, an unknown sender more than once a day, a known one more than ANSWERS_AN_HOUR times
 * an hour; nor anybody beyond the day's limit, or while LOCKED.
 *
 * Everything here is in memory alone, in sodium_malloc'd pages; a number only until its answer has
 * gone.
 */
#ifndef GATEWAY_CORE_ANSWERS_H
#define GATEWAY_CORE_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/seen.h"
#include "gateway/core/events.h"
#include "reporting/report/plain.h"
#include "schemas/status.h"

#define ANSWERS_SENDER_DIGITS 7    /* a number with fewer is an operator's or another robot's */
#define ANSWERS_AN_HOUR 12         /* to one sender */
#define ANSWERS_HOURS 24           /* so long a duplicate is answered as its first one was */
#define ANSWERS_REMEMBERED 2048    /* texts at most */
#define ANSWERS_DELAY_MIN_MS 20000 /* after the batch came, drawn evenly */
#define ANSWERS_DELAY_MAX_MS 40000

struct session;
struct answers;

/* NULL: no memory. The session is borrowed, and points to it from then on. */
struct answers *answers_new(struct session *s);
void answers_free(struct answers *a);
/* Before the session is locked: everything is wiped. */
void answers_lock(struct answers *a);

/*
 * A batch came: the answers to its texts are due so long after now. Before anything of it is looked
 * at; without it each text counts from when it is handed in here.
 */
void answers_begin(struct answers *a);

/* Whom an answer would go to. Borrowed. */
struct answers_to {
	const char *sender; /* ended; NULL or empty: it is not known, and nobody is answered */
	unsigned modem;     /* which it came through; UINT32_MAX: any will do */
	int64_t arrived_s; /* seconds UTC; INT64_MIN: not known, which means just now, unless it was
			      parked; older than OUTBOX_HOURS: no answer */
};

/* One text that was read, with its event appended, not yet committed. */
struct answers_text {
	struct answers_to to;
	const struct event_received *event;
	uint64_t seq;              /* of it */
	const uint8_t *content;    /* its SEEN_HASH_LEN octets in `seen`; NULL: it has none */
	const uint8_t *ack;        /* EW1_ACK_LEN octets, of what opened; NULL: it has none */
	const struct plain *plain; /* of a plain text, with what it was read from; or NULL */
	const char *text;
	size_t text_len;
};

/*
 * Answer it, if it is to be answered: collects the `queued` event; the answer leaves only after
 * answers_committed(). ST_OK whether or not it is answered; SC_STOP.
 */
enum status answers_read(struct answers *a, const struct answers_text *text) MUST_USE;
/* A text whose content was seen before. As answers_read. */
enum status answers_duplicate(
    struct answers *a, const struct answers_to *to, const uint8_t content[SEEN_HASH_LEN]) MUST_USE;
/*
 * A plain text: is it what the same sender sent less than PLAIN_AGAIN_S ago? Then it was answered
 * as that one was, and is not to be stored again. ST_EXISTS: it is; ST_OK: it is not; SC_STOP.
 */
#define PLAIN_AGAIN_S 7200
enum status answers_plain_again(
    struct answers *a, const struct answers_to *to, const char *text, size_t len) MUST_USE;

/* The batch is durable: what it collected may leave. */
void answers_committed(struct answers *a);

#endif

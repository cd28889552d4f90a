/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts on their way out, in core's memory: at most OUTBOX_MAX of coordinators and, in room of
 * their own, OUTBOX_ANSWERS_MAX answers to texts that came; one in flight per modem. Each is an
 * event when it is queued and one whenever it comes to something (schemas/store/events.md); its
 * number is the seq of its `queued` event. A phone number is in memory alone, and wiped when the
 * text has left, failed or is given up; the journal holds it nowhere but in `enrolled`, where the
 * network chose so.
 *
 *	queued ─► sending ─► sent ─► delivered        by a status report
 *	   │         │         └───► failed           likewise
 *	   │         ├───► failed                     refused: it did not leave
 *	   │         └───► unknown                    the modem or its process stopped: only a
 *	   │                                          person repeats it
 *	   ├───► expired                              OUTBOX_HOURS
 *	   └───► cancelled                            by a person, by the lock, or by another choice
 *
 * What a coordinator wrote goes before answers, for people wait for it. An answer leaves in the
 * order of its due time, wants no status report, and is never repeated: its number is gone, from
 * here too as soon as a modem has it.
 *
 * After a restart or a lock nothing is sent of what waited: the view says of a `queued` event
 * without an end that it is unknown, and a coordinator may repeat it.
 */
#ifndef GATEWAY_CORE_OUTBOX_H
#define GATEWAY_CORE_OUTBOX_H

#include <stdint.h>

#include "gateway/core/words.h"
#include "schemas/messages.h"
#include "schemas/status.h"

#define OUTBOX_MAX 64
#define OUTBOX_ANSWERS_MAX 256
#define OUTBOX_HOURS 24    /* then what waits expires */
#define OUTBOX_REPORT_H 72 /* so long a status report is waited for */

struct session;
struct outbox;

/* NULL: no memory. The session is borrowed. */
struct outbox *outbox_new(struct session *s);
void outbox_free(struct outbox *o);

/*
 * Queue one text: its `queued` event is durable when this returns ST_OK.
 *   in      as a coordinator asked for it; the caller wipes it
 *   number  gets its number
 *   words   on failure, for a person
 * ST_OK; ST_UNKNOWN (no such monitor, or no number of hers is kept), ST_RANGE (the number or the
 * text cannot be sent), ST_TOO_LONG (more than one SMS), ST_FULL (the queue, or today's limit),
 * ST_NOT_ALLOWED; SC_STOP.
 */
enum status outbox_queue(struct outbox *o, const struct msg_send_text *in, uint64_t *number,
    char words[SESSION_WORDS_MAX]) MUST_USE;
enum status outbox_cancel(
    struct outbox *o, uint64_t number, char words[SESSION_WORDS_MAX]) MUST_USE;
/* `to`: the number typed anew, or empty where hers is kept. As outbox_queue. */
enum status outbox_repeat(struct outbox *o, uint64_t number, const char *to, uint64_t *again,
    char words[SESSION_WORDS_MAX]) MUST_USE;

/* An answer. All is borrowed. */
struct outbox_reply {
	uint16_t slot;    /* whom it is for; EVENT_SLOT_NONE: nobody known */
	unsigned modem;   /* UINT32_MAX: any will do */
	const char *to;   /* her number, as number_read() gives it, ended */
	const char *text; /* ended */
	int64_t due_ms;   /* it leaves then at the earliest; both on clock_boot_ms */
	int64_t ends_ms;  /* and expires then */
};
/*
 * Collect an answer with its `queued` event, for the commit of the batch that it answers: it may
 * leave only after outbox_answers_committed().
 * ST_OK; ST_FULL (no room, or today's limit), ST_NOT_ALLOWED (not in this state), ST_RANGE (the
 * text is not one SMS); SC_STOP. But for ST_OK nothing is collected.
 */
enum status outbox_answer(struct outbox *o, const struct outbox_reply *in) MUST_USE;
/* Their batch is durable. */
void outbox_answers_committed(struct outbox *o);
/* It is not, and never will be. */
void outbox_answers_drop(struct outbox *o);
/*
 * Collect the ends of those that wait, for the commit of what the network chose otherwise, and wipe
 * them; one in flight goes on. ST_OK, SC_STOP.
 */
enum status outbox_answers_cancel(struct outbox *o) MUST_USE;

/*
 * Is there something that this modem may send now (none in flight there, within the rate; the day's
 * limit is kept where it is queued)? ST_OK: out is to be sent, and wiped by the caller; ST_AGAIN:
 * nothing.
 */
enum status outbox_next(struct outbox *o, unsigned modem, struct msg_send *out) MUST_USE;
/* What the modem answered, or a status report told. ST_OK (also for one that is nobody's), SC_STOP.
 */
enum status outbox_sent(struct outbox *o, unsigned modem, const struct msg_sent *m) MUST_USE;
enum status outbox_report(struct outbox *o, unsigned modem, const struct msg_report *m) MUST_USE;
/* Its process ended: what was in flight there is unknown. ST_OK, SC_STOP. */
enum status outbox_modem_gone(struct outbox *o, unsigned modem) MUST_USE;
/* Before the session is locked: what waits is cancelled, what is in flight unknown; all wiped.
 * ST_OK, SC_STOP. */
enum status outbox_lock(struct outbox *o) MUST_USE;
/* What time does. *next_ms: when to call again, on clock_boot_ms; INT64_MAX: not before something
 * happens. ST_OK, SC_STOP. */
enum status outbox_tick(struct outbox *o, int64_t *next_ms) MUST_USE;

/* The state of one that is still here, OUTBOX_QUEUED or OUTBOX_SENDING; 0: it is not. */
enum outbox_state outbox_live(const struct outbox *o, uint64_t number);

#endif

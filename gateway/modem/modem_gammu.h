/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only door to libGammu: one modem, one thread, its results as enum status. Each call of the
 * library stands under an alarm: one that does not come back in time ends the process by SIGALRM,
 * and tocsind starts another. Nothing is lost by that, because a text is deleted only after core
 * has kept it. The bounds are such that a modem that falls silent in the middle of a call, the
 * process that finds it silent, and its power cycle take less than a minute together.
 *
 * Numbers stay in the library's own structs, which are wiped as soon as what they hold was handed
 * on; a text and a status report give theirs out, and link_door() lets a text's go no further
 * unless it is wanted (schemas/messages.h).
 */
#ifndef GATEWAY_MODEM_MODEM_GAMMU_H
#define GATEWAY_MODEM_MODEM_GAMMU_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/messages.h"
#include "schemas/status.h"

#define MODEM_CALL_S 20
#define MODEM_LIST_S 30 /* a storage with 200 texts, slowly */
#define MODEM_INIT_S 35 /* some 25 commands, and 4 s of the library's own pauses */
#define MODEM_SENT_S 60 /* until the network has taken a text, or has not */
#define MODEM_USSD_S 30

/* What the listing found next. */
enum modem_found {
	FOUND_TEXTS,      /* one slot of the inbox with `parts` texts */
	FOUND_REPORT,     /* one slot with a status report */
	FOUND_OTHER,      /* a slot that is not of the inbox, or holds nothing that arrived */
	FOUND_UNREADABLE, /* a slot that the library cannot decode; it stays where it is */
	FOUND_END,        /* nothing more */
};

struct modem_slot {
	int location;   /* as modem_gammu_delete wants it; from 100000: of the phone */
	unsigned parts; /* mostly 1; one slot of the dummy device may hold up to 50 */
};

/*
 * Connect.
 *   device, connection, model  as libGammu's manual has them; borrowed.
 * ST_OK; ST_CLOSED: there is no such device; ST_DEVICE, ST_MEMORY. After ST_OK modem_gammu_close is
 * due.
 */
enum status modem_gammu_open(
    const char *device, const char *connection, const char *model) MUST_USE;
void modem_gammu_close(void);

/* What the SIM waits for. */
enum modem_sim { SIM_READY, SIM_WANTS_PIN, SIM_WANTS_MORE /* PUK, another code */ };

/* ST_OK; ST_AGAIN: the SIM is busy, or the modem does not say; ST_DEVICE. */
enum status modem_gammu_sim(enum modem_sim *sim) MUST_USE;
/* ST_OK; ST_PASSPHRASE: refused; ST_DEVICE: not known whether it was. */
enum status modem_gammu_enter_pin(const char *pin) MUST_USE;

/* Slots of each storage, 0: there is none. ST_OK; ST_AGAIN: not now; ST_DEVICE. */
enum status modem_gammu_sizes(uint32_t *sim, uint32_t *phone) MUST_USE;

/* Ask to be told of new messages. ST_OK; ST_UNKNOWN: this modem does not tell; ST_DEVICE. */
enum status modem_gammu_hints_on(void) MUST_USE;

/* Take what the modem says by itself, without waiting. Octets read; 0: none. */
int modem_gammu_read(void);

/* Since the last call: was a new message announced? modem_gammu_hint: one was, past the library. */
bool modem_gammu_hinted(void);
void modem_gammu_hint(void);
/* Did a status report come past the storage? Gives one at a time. */
bool modem_gammu_report_came(struct msg_report *out);

/*
 * List one slot further; with start the listing begins anew.
 *   found  written on ST_OK; slot written with all but FOUND_END.
 * ST_OK; ST_UNKNOWN: the library cannot list this modem as it is; ST_DEVICE: it does not answer.
 */
enum status modem_gammu_next(bool start, enum modem_found *found, struct modem_slot *slot) MUST_USE;

/*
 * One text of the slot found last.
 *   out  written whole on ST_OK but for ref, which is 0.
 * ST_OK; ST_TOO_LONG: no SMS is so long; the slot is to be treated as unreadable.
 */
enum status modem_gammu_text(unsigned part, struct msg_sms *out) MUST_USE;

/* The report of a slot found last as FOUND_REPORT; ref is 0. Wipe it. */
void modem_gammu_report(struct msg_report *out);

/* Wipe what the library's struct holds of the slot found last; the listing can still go on. */
void modem_gammu_forget(void);

/* What the slot found last holds, in a number: before a delete it is looked whether it still does.
 */
uint64_t modem_gammu_print(void);

/*
 * Delete one slot, if it still holds what it held when it was listed. The library looks, because it
 * may give slots of an older listing after one that failed; the delete itself goes past it, because
 * the library waits no longer than 5 s for it and then mistakes the late answer.
 *   print  of modem_gammu_print, when it was handed over
 *   tty    past the library; -1: the dummy device
 * ST_OK (also: it was empty); ST_CHANGED: it holds something else, ST_NOT_ALLOWED: refused, both:
 * nothing was deleted; ST_AGAIN: the outcome is not known, never repeat it, list again; ST_DEVICE:
 * the modem does not answer; ST_UNPLUGGED.
 */
enum status modem_gammu_delete(int location, uint64_t print, int tty) MUST_USE;

/*
 * Send one text, and wait for what becomes of it.
 *   tty   to wait at, or -1: the library waits.
 *   sent  written whole. After SEND_UNKNOWN a late answer may still come: connect anew before the
 *         next one.
 */
void modem_gammu_send(const struct msg_send *text, int tty, struct msg_sent *sent);

/* Ask the network and wait for its answer. out is written whole. ST_OK, ST_DEVICE. */
enum status modem_gammu_ask_credit(const char *ussd, int tty, struct msg_credit *out) MUST_USE;
/* Did the network say something unasked, while modem_gammu_read took what came? */
bool modem_gammu_credit_came(struct msg_credit *out);

#endif

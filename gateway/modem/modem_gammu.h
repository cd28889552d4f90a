/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only door to libGammu: one modem, one thread, its results as enum status. Each call of the
 * library stands under an alarm: a call that does not come back within MODEM_CALL_S seconds ends
 * the process by SIGALRM, and tocsind starts another. Nothing is lost by that, because a text is
 * deleted only after core has kept it.
 *
 * The sender's number stays in the library's own struct, which modem_gammu_next wipes before it
 * reads on; no function gives it out.
 */
#ifndef GATEWAY_MODEM_MODEM_GAMMU_H
#define GATEWAY_MODEM_MODEM_GAMMU_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/messages.h"
#include "schemas/status.h"

#define MODEM_CALL_S 45 /* the library's own longest wait for a listing is 20 s a command */
#define MODEM_INIT_S 90

/* What the listing found next. */
enum modem_found {
	FOUND_TEXTS,      /* one slot of the inbox with `parts` texts */
	FOUND_OTHER,      /* a slot that is not of the inbox, or holds no arrived text */
	FOUND_UNREADABLE, /* a slot that the library cannot decode; it stays where it is */
	FOUND_END,        /* nothing more */
};

struct modem_slot {
	int location;   /* as modem_gammu_delete wants it */
	unsigned parts; /* mostly 1; one slot of the dummy device may hold up to 50 */
};

/*
 * Connect.
 *   device, connection, model  as libGammu's manual has them; borrowed.
 * ST_OK; ST_DEVICE, ST_MEMORY. After ST_OK modem_gammu_close is due.
 */
enum status modem_gammu_open(
    const char *device, const char *connection, const char *model) MUST_USE;
void modem_gammu_close(void);

/*
 * List one slot further; with start the listing begins anew.
 *   found  written on ST_OK; slot written with FOUND_TEXTS.
 * ST_OK; ST_DEVICE: the modem does not answer, or the listing cannot go on.
 */
enum status modem_gammu_next(bool start, enum modem_found *found, struct modem_slot *slot) MUST_USE;

/*
 * One text of the slot found last.
 *   out  written whole on ST_OK but for ref, which is 0.
 * ST_OK; ST_TOO_LONG: no SMS is so long; the slot is to be treated as unreadable.
 */
enum status modem_gammu_text(unsigned part, struct msg_sms *out) MUST_USE;

/* Wipe what the library's struct holds of the slot found last; the listing can still go on. */
void modem_gammu_forget(void);

/*
 * Delete one slot. ST_OK (also: it was empty); ST_DEVICE: the outcome is not known. Never repeat
 * it then: list again.
 */
enum status modem_gammu_delete(int location) MUST_USE;

#endif

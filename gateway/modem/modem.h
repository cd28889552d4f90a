/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin-modem can talk to one modem and to core, and do nothing else. It lists the modem to its
 * end, hands each text to core, waits until core says which are durable, deletes exactly those,
 * and lists again until nothing is left; then it sleeps for poll_s.
 *
 *	text in slot ── SMS_HANDED(ref) ─► core commits ── SMS_KEPT(ref) ─► slot deleted
 *
 * Why nothing is lost: a slot is deleted only for a ref that core has kept, and a ref is good for
 * one listing only (it holds the listing's number). A slot that was emptied and filled again by
 * the network is found by a later listing, under another ref; a late answer to an earlier listing
 * names no slot any more. Before a delete it is looked whether the slot still holds what was handed
 * over (docs/decisions/0034-looked-at-before-deleted.md). A delete whose outcome is unknown is
 * not repeated: the next listing shows what is there.
 */
#ifndef GATEWAY_MODEM_MODEM_H
#define GATEWAY_MODEM_MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/status.h"

enum modem_sweep { SWEEP_OFF, SWEEP_NIGHTLY, SWEEP_BATCH }; /* as in settings.def */

struct modem_options {
	const char *device, *connection, *model; /* as libGammu has them */
	const char *credit_ussd; /* "*144#"; empty: the credit cannot be asked for */
	uint32_t poll_s;         /* seconds between two listings */
	enum modem_sweep sweep;
	int channel; /* to core; stays the caller's */
	int pin_fd;  /* the file with the SIM's PIN (gateway/modem/pin.h), or -1 */
	bool rescue; /* the process before this one was ended by a signal: first take everything
			by the raw road, past the library */
};

/*
 * Connect and serve until the channel closes.
 * ST_OK: it closed; ST_DEVICE: the modem does not answer; ST_UNPLUGGED; ST_PIN; ST_MEMORY;
 * ST_CONFIG: its device may not be opened, or another program holds it;
 * ST_SYNTAX: core sent nonsense; ST_IO.
 */
enum status modem_run(const struct modem_options *options) MUST_USE;

#endif

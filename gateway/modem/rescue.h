/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots of the modem past libGammu, over the raw descriptor of at.h: for slots that the library
 * cannot read or cannot delete, and for all of them after a text ended the library itself.
 *
 *	rescue_begin ─► rescue_list / rescue_read / rescue_delete ─► rescue_end
 *
 * The library remembers which storage it selected and does not look again: rescue_end selects that
 * one again, and is due after every rescue_begin that gave ST_OK.
 */
#ifndef GATEWAY_MODEM_RESCUE_H
#define GATEWAY_MODEM_RESCUE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/modem/pdu.h"
#include "schemas/status.h"

enum rescue_memory { RESCUE_SM, RESCUE_ME }; /* SIM, phone */

/* The library's location of a slot: SIM: index; phone: index + this. */
#define RESCUE_ME_LOCATION 100000

struct rescue {
	int fd;
	bool is_gone;        /* unplugged: nothing more is sent */
	bool hint;           /* a new message was announced since rescue_begin: list again */
	int selected;        /* enum rescue_memory, or -1 */
	uint32_t used, size; /* slots of the selected storage, as it said when it was selected */
	char before[2][8];   /* what was selected for reading and for writing; empty: not known */
};

enum rescue_kind {
	RESCUE_EMPTY,   /* there is nothing in that slot */
	RESCUE_REFUSED, /* the modem does not give it: `code` */
	RESCUE_ARRIVED, /* a text, a report or an undecodable one: pdu says which */
	RESCUE_OWN,     /* a text stored to be sent; never handed over */
};

struct rescue_found {
	enum rescue_kind kind;
	enum rescue_memory memory;
	uint32_t index;
	int code;              /* of REFUSED: +CMS ERROR, or -1 */
	bool is_unsent;        /* of OWN: stored, not sent */
	bool is_whole;         /* of ARRIVED: as long as the head before it says */
	struct pdu pdu;        /* of ARRIVED; wipe it */
	char hex[2 * 176 + 1]; /* of OWN: its PDU, cut if longer; for the sweep to know its own */
};

/*
 * Echo on, remember what storage is selected, PDU mode.
 * ST_OK; ST_UNKNOWN: this modem does not speak these commands; ST_DEVICE, ST_CLOSED as at.h.
 */
enum status rescue_begin(struct rescue *r, int fd) MUST_USE;

/* Select what was selected before. ST_OK; ST_DEVICE (also: it refused), ST_CLOSED. */
enum status rescue_end(struct rescue *r) MUST_USE;

/*
 * Select a storage; the functions below do it by themselves. ST_OK: used and size are of now;
 * ST_UNKNOWN: there is no such storage; ST_DEVICE, ST_CLOSED.
 */
enum status rescue_select(struct rescue *r, enum rescue_memory memory) MUST_USE;

/*
 * Read one slot.
 *   found  written whole on ST_OK; wipe it.
 * ST_OK, also for an empty slot and a refusal; ST_UNKNOWN: no such storage; ST_DEVICE, ST_CLOSED.
 */
enum status rescue_read(struct rescue *r, enum rescue_memory memory, uint32_t index,
    struct rescue_found *found) MUST_USE;

/*
 * List one storage, up to RESCUE_LIST_MAX slots.
 *   on_found  gets each, never EMPTY or REFUSED; found is wiped after it. It must not send to
 *             the modem. A false ends it: the rest of the answer is read and thrown away.
 * It selects the storage anew, so that used and size are of the time before it.
 * ST_OK: read to its end; ST_FULL: to the bound, or on_found ended it; ST_UNKNOWN: no such
 * storage, or the modem refused; ST_DEVICE, ST_CLOSED.
 */
#define RESCUE_LIST_MAX 4096
enum status rescue_list(struct rescue *r, enum rescue_memory memory,
    bool (*on_found)(const struct rescue_found *found, void *arg), void *arg) MUST_USE;

/*
 * Delete one slot. ST_OK; ST_NOT_ALLOWED: the modem refused, nothing changed; ST_UNKNOWN: no such
 * storage; ST_DEVICE: the outcome is not known. Never repeat it then: list again. ST_CLOSED.
 */
enum status rescue_delete(struct rescue *r, enum rescue_memory memory, uint32_t index) MUST_USE;

void rescue_wipe(struct rescue_found *found);

#endif

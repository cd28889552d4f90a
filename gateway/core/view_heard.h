/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: who is behind a slot, and what was heard of her, gathered in memory while a
 * journal is folded. Two statements for each of 100,000 messages become a few for each monitor.
 */
#ifndef GATEWAY_CORE_VIEW_HEARD_H
#define GATEWAY_CORE_VIEW_HEARD_H

#include <stdint.h>

#include "gateway/core/events.h"
#include "gateway/core/view.h"

struct view_heard {
	uint64_t monitor; /* seq of the latest `enrolled` event of the slot, 0: none */
	/* Not in the table yet; these and trust if messages > 0 */
	uint32_t messages, last;
	uint32_t chain_messages, highest; /* those of her chain, the latter if there are any */
	uint8_t trust;                    /* how `last` is known */
	uint8_t known;                    /* monitor and generation were looked up */
	uint8_t generation;               /* of her live chain; 255: revoked */
};

/* SQLITE_ROW and *monitor; SQLITE_DONE: nobody ever had that slot; SQLITE_NOMEM. */
int view_heard_monitor(struct view *v, uint16_t slot, uint64_t *monitor);
/* A message of that slot opened under that chain: if it is a later one than hers was, hers it is.
 * SQLITE_DONE, SQLITE_NOMEM. */
int view_heard_switch(struct view *v, uint16_t slot, uint8_t generation);
/* A message of that slot with a report. */
void view_heard_note(struct view *v, const struct event_received *e);
/* She called that place hers. SQLITE_DONE, SQLITE_NOMEM. */
int view_heard_said(struct view *v, const struct event_received *e, uint16_t place);
/* Bring the table up to date and forget who is behind which slot: before anything but a message
 * is applied, and before the table is read. SQLITE_DONE, SQLITE_NOMEM. */
int view_heard_flush(struct view *v);

#endif

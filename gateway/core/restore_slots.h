/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each monitor's next spare chain, live in the restored gateway. For restore*.c alone. */
#ifndef GATEWAY_CORE_RESTORE_SLOTS_H
#define GATEWAY_CORE_RESTORE_SLOTS_H

#include "gateway/core/restore_source.h"

struct restore_slots {
	const struct restore_source *src;
	const struct ring_secrets *secrets; /* the new incarnation's */
	const struct public32 *pk_r;        /* likewise */
	uint32_t live, anew;
};

/*
 * For each active monitor of the session's view: the chain after the live one, as a live slot at
 * its number 0, and her copy sealed anew; who has none is revoked. Collected for the next commit.
 * ST_OK, ST_FULL, ST_MEMORY.
 */
enum status restore_slots(struct session *s, struct restore_slots *slots) MUST_USE;

#endif

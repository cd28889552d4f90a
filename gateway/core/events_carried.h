/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of `carried` and `dropped`: as events.h. */
#ifndef GATEWAY_CORE_EVENTS_CARRIED_H
#define GATEWAY_CORE_EVENTS_CARRIED_H

#include "gateway/core/events.h"

/*
 * One item of a base. A base is BEGIN, items in the order in which they are to be applied, END; it
 * stands whole in one run, from that run's second row on. Fields of the item's kind alone count.
 */
enum carried_item {
	CARRIED_BEGIN = 1,
	CARRIED_EVENT,   /* an earlier event whose effect still holds, with its seq */
	CARRIED_MONITOR, /* what came of a monitor since her `enrolled` event, which stands before
			  */
	CARRIED_REFUSED, /* passphrases that opened nothing */
	CARRIED_TALLY,   /* reports of one week that count */
	CARRIED_END
};
#define CARRIED_TALLIES_MAX 33 /* they fill one row of the journal */
struct event_carried {
	uint8_t item;          /* enum carried_item */
	uint16_t epoch;        /* BEGIN */
	uint32_t at;           /* BEGIN: quarter hours */
	uint8_t trust;         /* BEGIN: enum trust of `at` */
	uint64_t seq;          /* EVENT; MONITOR: of the `enrolled` event */
	uint8_t type, version; /* EVENT; never CARRIED or MORE */
	const uint8_t *body;   /* EVENT: points into what was decoded */
	size_t len;            /* EVENT */
	uint32_t revoked;      /* MONITOR: quarter hours; EVENT_QUARTER_NONE: active */
	uint32_t messages, chain_messages, lost; /* MONITOR */
	uint8_t last_trust;                      /* MONITOR: enum trust of `last` */
	uint8_t waiting;                         /* MONITOR: generation, or 0 */
	uint32_t highest;                        /* MONITOR: largest n; UINT32_MAX: none yet */
	uint16_t said_place;                     /* MONITOR: that she last called hers; 0: none */
	uint32_t said;                           /* MONITOR: quarter hours, if there is one */
	uint8_t said_trust;                      /* MONITOR: enum trust of `said` */
	uint32_t last;   /* MONITOR: quarter hours, or NONE; REFUSED: hour */
	uint32_t count;  /* REFUSED: how many; END: items between BEGIN and END */
	uint16_t week;   /* TALLY: view_week() */
	uint8_t tallies; /* TALLY: 1 to CARRIED_TALLIES_MAX */
	struct carried_tally {
		uint8_t kind;
		uint16_t place;
		uint32_t count;
	} tally[CARRIED_TALLIES_MAX];
};
#define EVENT_CARRIED_MAX EVENT_LONG_MAX
size_t event_carried_encode(const struct event_carried *e, uint8_t *out, size_t cap);
enum status event_carried_decode(const uint8_t *in, size_t len, struct event_carried *out) MUST_USE;

struct event_dropped {
	uint32_t at;    /* quarter hours */
	uint16_t epoch; /* everything up to this one went */
	uint64_t first; /* the first row kept */
};
#define EVENT_DROPPED_LEN 14
size_t event_dropped_encode(const struct event_dropped *e, uint8_t *out, size_t cap);
enum status event_dropped_decode(const uint8_t *in, size_t len, struct event_dropped *out) MUST_USE;

#endif

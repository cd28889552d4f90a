/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which parts of long messages belong together, in memory while ARMED or OPEN: by sender, reference
 * and number of parts, with stamps that lie a day apart at most. No text and no number is held
 * here: a part is the seq of its row in `parked`, or the text of the batch under way; a sender is
 * a hash under a key of this arming.
 */
#ifndef GATEWAY_CORE_PARTS_H
#define GATEWAY_CORE_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* What a header says of concatenation (3GPP TS 23.040 9.2.3.24.1, .8). Of several elements the last
 * one counts. */
struct part {
	uint16_t reference;
	uint8_t is_16; /* the reference has 16 bits */
	uint8_t place, total;
};
enum part_is {
	PART_NONE,     /* not a part, or the only one: an ordinary text */
	PART_VALID,    /* *out is written */
	PART_NO_PLACE, /* place 0, or behind the last one */
	PART_TOO_LONG, /* of more parts than SMS_PARTS_MAX */
};
enum part_is part_of(const uint8_t *udh, size_t len, struct part *out);

struct parts;

struct parts_member {
	uint64_t seq;                /* of its row; 0: it has none */
	const struct msg_sms *fresh; /* handed over in the batch under way, and not parked yet */
	uint8_t content[16];
};

/* One long message. */
struct parts_group {
	uint64_t born;    /* in order of their first parts; 0: not in use */
	uint64_t awake_h; /* of its oldest part */
	int64_t stamp_min, stamp_max;
	uint8_t sender[16];
	struct part part; /* place is of no meaning */
	uint8_t have;     /* how many of them */
	struct parts_member member[SMS_PARTS_MAX];
};

/* One part that came. Borrowed for the call, but for fresh: until it is parked or dropped. */
struct parts_item {
	struct part part;
	const char *sender; /* ended */
	const uint8_t *text;
	size_t text_len;
	int64_t stamp_s;
	uint64_t awake_h;
	uint64_t seq;                /* of its row, or 0 and */
	const struct msg_sms *fresh; /* where it stands */
};

/* ST_OK, ST_MEMORY. */
enum status parts_new(struct parts **out) MUST_USE;
/* Wipes it. NULL does nothing. */
void parts_free(struct parts *p);

enum parts_added {
	PARTS_WAIT,     /* for others */
	PARTS_COMPLETE, /* *group is whole: take it, then parts_drop() */
	PARTS_DOUBLE,   /* the same words stand in that place already: not added */
};
/* A place that is taken by other words begins another group. */
enum parts_added parts_add(
    struct parts *p, const struct parts_item *item, struct parts_group **group);
void parts_drop(struct parts *p, struct parts_group *g);

/* The oldest group of the sender of `last`, to be given up because there are more than
 * PART_GROUPS_A_SENDER of it, or the oldest of all, because there are more than PART_GROUPS_MAX:
 * after each parts_add() that waits, with its group. NULL: none. */
struct parts_group *parts_excess(struct parts *p, const struct parts_group *last);
/* One whose oldest part came PART_HOURS ago. NULL: none. */
struct parts_group *parts_due(struct parts *p, uint64_t awake_h);
/* When the next one will be, in awake_h; UINT64_MAX: nothing waits. */
uint64_t parts_due_h(const struct parts *p);

/* How many parts wait. */
size_t parts_count(const struct parts *p);
/* The groups, in no order, those not in use too: PARTS_SLOTS of them. */
#define PARTS_SLOTS (PART_GROUPS_MAX + 1)
struct parts_group *parts_groups(struct parts *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of what coordinators decide about one monitor. */
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/events_pen.h"

size_t
event_vetted_encode(const struct event_vetted *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->trust, 1);
	put_le(&p, e->slot, 2);
	put_le(&p, e->vetted, 1);
	return p.len;
}

enum status
event_vetted_decode(const uint8_t *in, size_t len, struct event_vetted *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->at = (uint32_t)take_le(&e, 4);
	out->trust = (uint8_t)take_le(&e, 1);
	out->slot = (uint16_t)take_le(&e, 2);
	out->vetted = (uint8_t)take_le(&e, 1);
	if (out->slot >= SLOT_MAX || out->vetted > 1)
		return ST_DAMAGED;
	return taken(&e);
}

size_t
event_plain_allowed_encode(const struct event_plain_allowed *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	put_le(&p, e->allowed, 1);
	put_text(&p, e->number, sizeof(e->number));
	put_text(&p, e->reason, sizeof(e->reason));
	return p.len;
}

enum status
event_plain_allowed_decode(const uint8_t *in, size_t len, struct event_plain_allowed *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	out->allowed = (uint8_t)take_le(&e, 1);
	take_text(&e, out->number, sizeof(out->number));
	take_text(&e, out->reason, sizeof(out->reason));
	if (out->slot >= SLOT_MAX || out->allowed > 1)
		return ST_DAMAGED;
	return taken(&e);
}

size_t
event_own_places_encode(const struct event_own_places *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};
	unsigned count = 0;

	for (unsigned i = 0; i < OWN_MAX; i++)
		count += e->place[i] != 0;
	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	put_le(&p, count, 1);
	for (unsigned i = 0; i < OWN_MAX; i++)
		if (e->place[i] != 0) {
			put_le(&p, i, 1);
			put_le(&p, e->place[i], 2);
		}
	return p.len;
}

enum status
event_own_places_decode(const uint8_t *in, size_t len, struct event_own_places *out)
{
	struct eye e = {in, len, 0};
	unsigned count, next = 0;

	memset(out, 0, sizeof(*out));
	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	count = (unsigned)take_le(&e, 1);
	if (out->slot >= SLOT_MAX || count > OWN_MAX)
		return ST_DAMAGED;
	for (; count > 0; count--) { /* in the order of her numbers */
		const unsigned number = (unsigned)take_le(&e, 1);

		if (number < next || number >= OWN_MAX)
			return ST_DAMAGED;
		out->place[number] = (uint16_t)take_le(&e, 2);
		if (out->place[number] == 0)
			return ST_DAMAGED;
		next = number + 1;
	}
	return taken(&e);
}

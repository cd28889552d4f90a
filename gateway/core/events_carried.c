/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of `carried` and `dropped`. */
#include "gateway/core/events_carried.h"

#include <string.h>

#include "gateway/core/events_pen.h"

static void
put_tallies(struct pen *p, const struct event_carried *e)
{
	put_le(p, e->week, 2);
	put_le(p, e->tallies, 1);
	for (size_t i = 0; i < e->tallies; i++) {
		put_le(p, e->tally[i].kind, 1);
		put_le(p, e->tally[i].place, 2);
		put_le(p, e->tally[i].count, 4);
	}
}

size_t
event_carried_encode(const struct event_carried *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->item, 1);
	switch (e->item) {
	case CARRIED_BEGIN:
		put_le(&p, e->epoch, 2);
		put_le(&p, e->at, 4);
		put_le(&p, e->trust, 1);
		break;
	case CARRIED_EVENT:
		put_le(&p, e->seq, 8);
		put_le(&p, e->type, 1);
		put_le(&p, e->version, 1);
		put(&p, e->body, e->len);
		break;
	case CARRIED_MONITOR:
		put_le(&p, e->seq, 8);
		put_le(&p, e->revoked, 4);
		put_le(&p, e->messages, 4);
		put_le(&p, e->highest, 4);
		put_le(&p, e->last, 4);
		put_le(&p, e->last_trust, 1);
		put_le(&p, e->chain_messages, 4);
		put_le(&p, e->lost, 4);
		put_le(&p, e->waiting, 1);
		put_le(&p, e->said_place, 2);
		put_le(&p, e->said, 4);
		put_le(&p, e->said_trust, 1);
		break;
	case CARRIED_REFUSED:
		put_le(&p, e->count, 4);
		put_le(&p, e->last, 4);
		break;
	case CARRIED_TALLY:
		put_tallies(&p, e);
		break;
	default:
		put_le(&p, e->count, 4);
	}
	return p.len;
}

static void
take_tallies(struct eye *e, struct event_carried *out)
{
	out->week = (uint16_t)take_le(e, 2);
	out->tallies = (uint8_t)take_le(e, 1);
	if (out->tallies == 0 || out->tallies > CARRIED_TALLIES_MAX) {
		e->bad = 1;
		return;
	}
	for (size_t i = 0; i < out->tallies; i++) {
		out->tally[i].kind = (uint8_t)take_le(e, 1);
		out->tally[i].place = (uint16_t)take_le(e, 2);
		out->tally[i].count = (uint32_t)take_le(e, 4);
		if (out->tally[i].count == 0)
			e->bad = 1;
	}
}

static void
take_event_in(struct eye *e, struct event_carried *out)
{
	out->seq = take_le(e, 8);
	out->type = (uint8_t)take_le(e, 1);
	out->version = (uint8_t)take_le(e, 1);
	out->body = e->in;
	out->len = e->left;
	e->left = 0;
	if (out->seq > INT64_MAX || out->type == EVENT_CARRIED || out->type == EVENT_MORE)
		e->bad = 1;
}

enum status
event_carried_decode(const uint8_t *in, size_t len, struct event_carried *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->item = (uint8_t)take_le(&e, 1);
	switch (out->item) {
	case CARRIED_BEGIN:
		out->epoch = (uint16_t)take_le(&e, 2);
		out->at = (uint32_t)take_le(&e, 4);
		out->trust = (uint8_t)take_le(&e, 1);
		break;
	case CARRIED_EVENT:
		take_event_in(&e, out);
		break;
	case CARRIED_MONITOR:
		out->seq = take_le(&e, 8);
		out->revoked = (uint32_t)take_le(&e, 4);
		out->messages = (uint32_t)take_le(&e, 4);
		out->highest = (uint32_t)take_le(&e, 4);
		out->last = (uint32_t)take_le(&e, 4);
		out->last_trust = (uint8_t)take_le(&e, 1);
		out->chain_messages = (uint32_t)take_le(&e, 4);
		out->lost = (uint32_t)take_le(&e, 4);
		out->waiting = (uint8_t)take_le(&e, 1);
		if (e.left > 0) { /* version 1 ends here */
			out->said_place = (uint16_t)take_le(&e, 2);
			out->said = (uint32_t)take_le(&e, 4);
			out->said_trust = (uint8_t)take_le(&e, 1);
		}
		if (out->seq > INT64_MAX)
			return ST_DAMAGED;
		break;
	case CARRIED_REFUSED:
		out->count = (uint32_t)take_le(&e, 4);
		out->last = (uint32_t)take_le(&e, 4);
		break;
	case CARRIED_TALLY:
		take_tallies(&e, out);
		break;
	case CARRIED_END:
		out->count = (uint32_t)take_le(&e, 4);
		break;
	default:
		return ST_DAMAGED;
	}
	return taken(&e);
}

size_t
event_dropped_encode(const struct event_dropped *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->epoch, 2);
	put_le(&p, e->first, 8);
	return p.len;
}

enum status
event_dropped_decode(const uint8_t *in, size_t len, struct event_dropped *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->epoch = (uint16_t)take_le(&e, 2);
	out->first = take_le(&e, 8);
	return out->first > INT64_MAX ? ST_DAMAGED : taken(&e);
}

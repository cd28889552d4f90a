/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of events about texts on their way out. */
#include "gateway/core/events.h"
#include "gateway/core/events_pen.h"

size_t
event_queued_encode(const struct event_queued *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->trust, 1);
	put_le(&p, e->slot, 2);
	put_le(&p, e->kind, 1);
	put_le(&p, e->again, 8);
	put_le(&p, e->text_len, 2);
	put(&p, e->text, e->text_len);
	return p.len;
}

enum status
event_queued_decode(const uint8_t *in, size_t len, struct event_queued *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->at = (uint32_t)take_le(&e, 4);
	out->trust = (uint8_t)take_le(&e, 1);
	out->slot = (uint16_t)take_le(&e, 2);
	out->kind = (uint8_t)take_le(&e, 1);
	out->again = take_le(&e, 8);
	out->text_len = (uint16_t)take_le(&e, 2);
	if (out->text_len == 0 || out->text_len > sizeof(out->text))
		return ST_DAMAGED;
	take(&e, out->text, out->text_len);
	if (out->trust > TRUST_CONFIRMED ||
	    (out->kind != QUEUED_COORDINATOR && out->kind != QUEUED_ANSWER) ||
	    (out->kind == QUEUED_ANSWER && out->again != 0) ||
	    (out->slot >= SLOT_MAX && out->slot != EVENT_SLOT_NONE))
		return ST_DAMAGED;
	return taken(&e);
}

size_t
event_sent_encode(const struct event_sent *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->trust, 1);
	put_le(&p, e->ref, 8);
	put_le(&p, e->state, 1);
	put_le(&p, e->code, 2);
	return p.len;
}

enum status
event_sent_decode(const uint8_t *in, size_t len, struct event_sent *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->trust = (uint8_t)take_le(&e, 1);
	out->ref = take_le(&e, 8);
	out->state = (uint8_t)take_le(&e, 1);
	out->code = (uint16_t)take_le(&e, 2);
	if (out->trust > TRUST_CONFIRMED || out->ref == 0 || out->state < OUTBOX_SENT ||
	    out->state > OUTBOX_UNKNOWN || (out->code != 0 && out->state != OUTBOX_FAILED))
		return ST_DAMAGED;
	return taken(&e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of the events about a slot's chains. */
#include "gateway/core/events.h"

#include "crypto/ratchet.h"
#include "gateway/core/events_pen.h"
#include "reporting/report/text.h"

int
event_received_opened(const struct event_received *e)
{
	/* a plain text names whose number it came from, and spent nothing */
	return e->slot != EVENT_SLOT_NONE && e->class != TEXT_OTHER &&
	       (e->outcome == OUTCOME_ACCEPTED || e->outcome == OUTCOME_REFUSED ||
		   e->outcome == OUTCOME_NO_BOOK);
}

size_t
event_renewed_encode(const struct event_renewed *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	put_le(&p, e->generation, 1);
	return p.len;
}

enum status
event_renewed_decode(const uint8_t *in, size_t len, struct event_renewed *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	out->generation = (uint8_t)take_le(&e, 1);
	if (out->slot >= SLOT_MAX || out->generation == 0 ||
	    out->generation > RATCHET_GENERATION_MAX)
		return ST_DAMAGED;
	return taken(&e);
}

size_t
event_scanned_encode(const struct event_scanned *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	put_le(&p, e->generation, 1);
	put_le(&p, e->from_n, 4);
	put_le(&p, e->n, 4);
	put_le(&p, e->text_seq, 8);
	put_le(&p, e->report_seq, 8);
	return p.len;
}

enum status
event_scanned_decode(const uint8_t *in, size_t len, struct event_scanned *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	out->generation = (uint8_t)take_le(&e, 1);
	out->from_n = (uint32_t)take_le(&e, 4);
	out->n = (uint32_t)take_le(&e, 4);
	out->text_seq = take_le(&e, 8);
	out->report_seq = take_le(&e, 8);
	if (out->slot >= SLOT_MAX || out->generation > RATCHET_GENERATION_MAX ||
	    out->report_seq <= out->text_seq)
		return ST_DAMAGED;
	return taken(&e);
}

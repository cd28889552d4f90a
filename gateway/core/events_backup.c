/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/events.h"
#include "gateway/core/events_pen.h"

size_t
event_backed_up_encode(const struct event_backed_up *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->next, 8);
	put(&p, e->link, sizeof(e->link));
	return p.len;
}

enum status
event_backed_up_decode(const uint8_t *in, size_t len, struct event_backed_up *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->next = take_le(&e, 8);
	take(&e, out->link, sizeof(out->link));
	return taken(&e);
}

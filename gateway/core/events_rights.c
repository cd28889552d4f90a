/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of events about who may open the gateway. */
#include "gateway/core/events.h"
#include "gateway/core/events_pen.h"
#include "schemas/messages.h"

size_t
event_coordinator_encode(const struct event_coordinator *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->act, 1);
	put_le(&p, e->id, 4);
	put_text(&p, e->name, sizeof(e->name));
	return p.len;
}

/* An act on nobody has no id and no name; every other one has both. */
enum status
event_coordinator_decode(const uint8_t *in, size_t len, struct event_coordinator *out)
{
	struct eye e = {in, len, 0};
	int is_on_nobody;

	out->at = (uint32_t)take_le(&e, 4);
	out->act = (uint8_t)take_le(&e, 1);
	out->id = (uint32_t)take_le(&e, 4);
	take_text(&e, out->name, sizeof(out->name));
	if (out->act < COORDINATOR_ADD || out->act > COORDINATOR_RECOVERY_KEY)
		return ST_DAMAGED;
	is_on_nobody = out->act >= COORDINATOR_TWO_ON;
	if ((out->id == 0) != is_on_nobody || (out->name[0] == '\0') != is_on_nobody)
		return ST_DAMAGED;
	return taken(&e);
}

size_t
event_recovered_encode(const struct event_recovered *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->how, 1);
	put_le(&p, e->id, 4);
	put_text(&p, e->name, sizeof(e->name));
	return p.len;
}

enum status
event_recovered_decode(const uint8_t *in, size_t len, struct event_recovered *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->how = (uint8_t)take_le(&e, 1);
	out->id = (uint32_t)take_le(&e, 4);
	take_text(&e, out->name, sizeof(out->name));
	if ((out->how != RECOVERED_PASSPHRASE && out->how != RECOVERED_RESTORED) || out->id == 0 ||
	    out->name[0] == '\0')
		return ST_DAMAGED;
	return taken(&e);
}

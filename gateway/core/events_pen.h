/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the bodies of events are written and read, octet by octet: for events*.c alone. */
#ifndef GATEWAY_CORE_EVENTS_PEN_H
#define GATEWAY_CORE_EVENTS_PEN_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "schemas/status.h"

/* Octets going out or coming in. A reader that runs over its end stays `bad`. */
struct pen {
	uint8_t *out;
	size_t len, cap;
};
struct eye {
	const uint8_t *in;
	size_t left;
	int bad;
};

static inline void
put(struct pen *p, const void *octets, size_t len)
{
	assert(len <= p->cap - p->len);
	if (len > 0)
		memcpy(p->out + p->len, octets, len);
	p->len += len;
}

static inline void
put_le(struct pen *p, uint64_t value, size_t octets)
{
	uint8_t le[8];

	for (size_t i = 0; i < octets; i++)
		le[i] = (uint8_t)(value >> (8 * i));
	put(p, le, octets);
}

/* A text of at most 255 octets, its length first. */
static inline void
put_text(struct pen *p, const char *text, size_t cap)
{
	size_t len = strnlen(text, cap - 1);

	put_le(p, len, 1);
	put(p, text, len);
}

static inline void
take(struct eye *e, void *out, size_t len)
{
	if (e->bad || len > e->left) {
		e->bad = 1;
		memset(out, 0, len);
		return;
	}
	memcpy(out, e->in, len);
	e->in += len;
	e->left -= len;
}

static inline uint64_t
take_le(struct eye *e, size_t octets)
{
	uint8_t le[8] = {0};
	uint64_t value = 0;

	take(e, le, octets);
	for (size_t i = 0; i < octets; i++)
		value |= (uint64_t)le[i] << (8 * i);
	return value;
}

static inline void
take_text(struct eye *e, char *out, size_t cap)
{
	size_t len = (size_t)take_le(e, 1);

	if (len >= cap)
		e->bad = 1;
	memset(out, 0, cap);
	if (!e->bad)
		take(e, out, len);
	if (strlen(out) != len)
		e->bad = 1;
}

static inline enum status
taken(const struct eye *e)
{
	return e->bad || e->left != 0 ? ST_DAMAGED : ST_OK;
}

#endif

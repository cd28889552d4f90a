/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/ratchet.h"

#include "crypto/kdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define CONTEXT "EW1ratch"

enum { ID_STEP = 1, ID_HX = 2, ID_MX = 3, ID_HS = 4, ID_MS = 5, ID_ACK = 6 };

/* The first out_len octets of a 16-octet derivation. */
static void
derive_part(const struct key32 *ck, uint64_t id, uint8_t *out, size_t out_len)
{
	uint8_t whole[KDF_SHORT_LEN];

	kdf_short(ck, id, CONTEXT, whole);
	memcpy(out, whole, out_len);
	sodium_memzero(whole, sizeof(whole));
}

void
ratchet_message_keys(const struct key32 *ck, struct message_keys *out)
{
	derive_part(ck, ID_HX, out->hx, sizeof(out->hx));
	kdf_key(ck, ID_MX, CONTEXT, &out->mx);
	derive_part(ck, ID_HS, out->hs, sizeof(out->hs));
	kdf_key(ck, ID_MS, CONTEXT, &out->ms);
	derive_part(ck, ID_ACK, out->ack, sizeof(out->ack));
}

void
ratchet_hint_x(const struct key32 *ck, uint8_t hx[HINT_X_LEN])
{
	derive_part(ck, ID_HX, hx, HINT_X_LEN);
}

void
ratchet_step(struct key32 *ck)
{
	kdf_key(ck, ID_STEP, CONTEXT, ck);
}

void
ratchet_start(
    struct ratchet *r, unsigned generation, const struct key32 *ck, const struct public32 *pk_m)
{
	assert(generation <= RATCHET_GENERATION_MAX);
	memset(r, 0, sizeof(*r));
	r->state = RATCHET_LIVE;
	r->generation = (uint8_t)generation;
	r->ck = *ck;
	r->pk_m = *pk_m;
}

/* Where n stands among the skipped numbers, or -1. */
static int
find_skipped(const struct ratchet *r, uint32_t n)
{
	for (int i = 0; i < r->skipped_count; i++)
		if (r->skipped[i].n == n)
			return i;
	return -1;
}

/* Whether n is open. ahead: how many numbers are, from r->n on. *at is its place among the skipped,
 * or -1 in the window. */
static enum status
locate(const struct ratchet *r, uint32_t n, uint32_t ahead, int *at)
{
	*at = -1;
	if (r->state != RATCHET_LIVE)
		return ST_NOT_ALLOWED;
	if (n < r->n)
		return (*at = find_skipped(r, n)) >= 0 ? ST_OK : ST_REPLAY;
	return n - r->n < ahead && n < RATCHET_N_MAX ? ST_OK : ST_RANGE;
}

enum status
ratchet_keys(const struct ratchet *r, uint32_t n, struct message_keys *out)
{
	struct key32 ck;
	enum status st;
	int at;

	if ((st = locate(r, n, EW1_WINDOW, &at)) != ST_OK)
		return st;
	if (at >= 0) {
		*out = r->skipped[at].keys;
		return ST_OK;
	}
	ck = r->ck;
	for (uint32_t i = r->n; i < n; i++)
		ratchet_step(&ck);
	ratchet_message_keys(&ck, out);
	sodium_memzero(&ck, sizeof(ck));
	return ST_OK;
}

/* Remove count entries from place at on, closing the gap and wiping what it leaves. */
static void
remove_skipped(struct ratchet *r, unsigned at, unsigned count)
{
	unsigned left = r->skipped_count - at - count;

	memmove(&r->skipped[at], &r->skipped[at + count], left * sizeof(r->skipped[0]));
	sodium_memzero(&r->skipped[at + left], count * sizeof(r->skipped[0]));
	r->skipped_count = (uint8_t)(at + left);
}

/* Pass over the number in order; the lowest skipped one makes room. */
static void
skip_one(struct ratchet *r, uint32_t on_h)
{
	struct ratchet_skipped *entry;

	if (r->skipped_count == EW1_SKIPPED_MAX)
		remove_skipped(r, 0, 1);
	entry = &r->skipped[r->skipped_count++];
	entry->n = r->n;
	entry->on_h = on_h;
	ratchet_message_keys(&r->ck, &entry->keys);
	ratchet_step(&r->ck);
	r->n++;
}

static enum status
spend(const struct ratchet *old, uint32_t n, uint32_t ahead, uint32_t on_h, struct ratchet *next)
{
	enum status st;
	int at;

	if ((st = locate(old, n, ahead, &at)) != ST_OK)
		return st;
	*next = *old;
	if (at >= 0) {
		remove_skipped(next, (unsigned)at, 1);
		return ST_OK;
	}
	if (n - next->n >= EW1_SKIPPED_MAX) /* none of the old ones would keep its place */
		remove_skipped(next, 0, next->skipped_count);
	for (; n - next->n > EW1_SKIPPED_MAX; next->n++)
		ratchet_step(&next->ck);
	while (next->n < n)
		skip_one(next, on_h);
	ratchet_step(&next->ck);
	next->n++;
	return ST_OK;
}

enum status
ratchet_spend(const struct ratchet *old, uint32_t n, uint32_t on_h, struct ratchet *next)
{
	return spend(old, n, EW1_WINDOW, on_h, next);
}

enum status
ratchet_spend_far(const struct ratchet *old, uint32_t n, uint32_t on_h, struct ratchet *next)
{
	return spend(old, n, EW1_SCAN_MAX, on_h, next);
}

bool
ratchet_is_waiting(const struct ratchet *r)
{
	return r->state == RATCHET_LIVE && !sodium_is_zero(r->next_ck.b, sizeof(r->next_ck.b));
}

enum status
ratchet_await(const struct ratchet *old, const struct key32 *ck, struct ratchet *next)
{
	assert(!sodium_is_zero(ck->b, sizeof(ck->b))); /* it would be none */
	if (old->state != RATCHET_LIVE)
		return ST_NOT_ALLOWED;
	if (ratchet_is_waiting(old))
		return ST_EXISTS;
	if (old->generation >= RATCHET_GENERATION_MAX)
		return ST_FULL;
	*next = *old;
	next->next_ck = *ck;
	return ST_OK;
}

enum status
ratchet_switch(const struct ratchet *old, struct ratchet *next)
{
	if (!ratchet_is_waiting(old) || old->generation >= RATCHET_GENERATION_MAX)
		return ST_UNKNOWN;
	ratchet_start(next, old->generation + 1u, &old->next_ck, &old->pk_m);
	return ST_OK;
}

/* A clock that went back makes nothing older. */
static bool
is_expired(uint32_t since_h, uint32_t on_h)
{
	return on_h >= since_h && on_h - since_h >= EW1_SKIPPED_HOURS;
}

unsigned
ratchet_expire(struct ratchet *r, uint32_t on_h)
{
	unsigned gone = 0;

	if (r->state == RATCHET_REVOKED) {
		if (!is_expired(r->revoked_on_h, on_h))
			return 0;
		gone = r->hint_count;
		sodium_memzero(r->hints, sizeof(r->hints));
		r->hint_count = 0;
		return gone;
	}
	for (unsigned i = 0; i < r->skipped_count;) {
		if (!is_expired(r->skipped[i].on_h, on_h)) {
			i++;
			continue;
		}
		remove_skipped(r, i, 1);
		gone++;
	}
	return gone;
}

void
ratchet_revoke(const struct ratchet *old, uint32_t on_h, struct ratchet *next)
{
	struct ratchet_window w;

	if (old->state == RATCHET_REVOKED) {
		*next = *old;
		return;
	}
	memset(next, 0, sizeof(*next));
	next->state = RATCHET_REVOKED;
	next->revoked_on_h = on_h;
	ratchet_window_fill(old, &w);
	memcpy(next->hints, w.hx, sizeof(w.hx));
	next->hint_count = EW1_WINDOW;
	for (unsigned i = 0; i < old->skipped_count; i++)
		memcpy(next->hints[next->hint_count++], old->skipped[i].keys.hx, HINT_X_LEN);
	sodium_memzero(&w, sizeof(w));
}

/* The hints of numbers place ... 255 of the window, from the chain key at its end. */
static void
fill_from(struct ratchet_window *w, unsigned place)
{
	for (unsigned i = place; i < EW1_WINDOW; i++) {
		derive_part(&w->end_ck, ID_HX, w->hx[i], HINT_X_LEN);
		ratchet_step(&w->end_ck);
	}
}

void
ratchet_window_fill(const struct ratchet *r, struct ratchet_window *out)
{
	assert(r->state == RATCHET_LIVE);
	out->first = r->n;
	out->end_ck = r->ck;
	fill_from(out, 0);
}

enum status
ratchet_window_advance_to(struct ratchet_window *w, uint32_t n)
{
	uint32_t by = n - w->first;

	if (n < w->first || n > RATCHET_N_MAX)
		return ST_RANGE;
	w->first = n;
	for (; by > EW1_WINDOW; by--)
		ratchet_step(&w->end_ck);
	memmove(w->hx, w->hx + by, (EW1_WINDOW - by) * sizeof(w->hx[0]));
	fill_from(w, EW1_WINDOW - by);
	return ST_OK;
}

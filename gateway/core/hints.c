/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open addressing with linear probing; a removed entry closes the gap behind it, so a lookup ends
 * at the first free place. Hints are pseudorandom, so their own octets are the hash.
 */
#include "gateway/core/hints.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/limits.h"

struct entry {
	uint8_t hx[HINT_X_LEN];
	uint8_t used, revoked, waiting;
	uint16_t slot;
	uint32_t n;
};

struct slot_hints {
	int live;
	uint8_t generation;
	struct ratchet_window window;
	int waits;
	uint8_t waiting[EW1_WAITING][HINT_X_LEN];
	size_t skipped;
	struct {
		uint32_t n;
		uint8_t hx[HINT_X_LEN];
	} old[EW1_SKIPPED_MAX];
};

struct hints {
	struct entry *table;
	size_t size, used; /* size is a power of two, at most three quarters full */
	struct slot_hints *slot[SLOT_MAX];
};

#define SIZE_FIRST 1024

static size_t
place_of(const struct hints *h, const uint8_t hx[HINT_X_LEN])
{
	uint32_t v;

	memcpy(&v, hx, sizeof(v));
	return v & (h->size - 1);
}

static void
put_entry(struct hints *h, const struct entry *e)
{
	size_t i = place_of(h, e->hx);

	while (h->table[i].used)
		i = (i + 1) & (h->size - 1);
	h->table[i] = *e;
	h->used++;
}

static enum status
make_room(struct hints *h, size_t more)
{
	struct hints bigger = {.size = h->size};

	while ((h->used + more) * 4 > bigger.size * 3)
		bigger.size *= 2;
	if (bigger.size == h->size)
		return ST_OK;
	if ((bigger.table = calloc(bigger.size, sizeof(*bigger.table))) == NULL)
		return ST_MEMORY;
	for (size_t i = 0; i < h->size; i++)
		if (h->table[i].used)
			put_entry(&bigger, &h->table[i]);
	sodium_memzero(h->table, h->size * sizeof(*h->table));
	free(h->table);
	h->table = bigger.table;
	h->size = bigger.size;
	return ST_OK;
}

enum of_chain { OF_LIVE, OF_WAITING, OF_REVOKED };

static void
add(struct hints *h, uint16_t slot, uint32_t n, enum of_chain chain, const uint8_t hx[HINT_X_LEN])
{
	struct entry e = {.used = 1,
	    .revoked = chain == OF_REVOKED,
	    .waiting = chain == OF_WAITING,
	    .slot = slot,
	    .n = n};

	memcpy(e.hx, hx, HINT_X_LEN);
	put_entry(h, &e);
}

static int
is_entry(const struct entry *e, uint16_t slot, uint32_t n, enum of_chain chain,
    const uint8_t hx[HINT_X_LEN])
{
	return e->slot == slot && e->n == n && e->waiting == (chain == OF_WAITING) &&
	       memcmp(e->hx, hx, HINT_X_LEN) == 0;
}

static void
drop(struct hints *h, uint16_t slot, uint32_t n, enum of_chain chain, const uint8_t hx[HINT_X_LEN])
{
	size_t mask = h->size - 1, i = place_of(h, hx), hole;

	while (h->table[i].used && !is_entry(&h->table[i], slot, n, chain, hx))
		i = (i + 1) & mask;
	assert(h->table[i].used);
	for (hole = i; h->table[i = (i + 1) & mask].used;) {
		size_t home = place_of(h, h->table[i].hx);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			h->table[hole] = h->table[i];
			hole = i;
		}
	}
	memset(&h->table[hole], 0, sizeof(h->table[hole]));
	h->used--;
}

enum status
hints_new(struct hints **out)
{
	struct hints *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return ST_MEMORY;
	h->size = SIZE_FIRST;
	if ((h->table = calloc(h->size, sizeof(*h->table))) == NULL) {
		free(h);
		return ST_MEMORY;
	}
	*out = h;
	return ST_OK;
}

void
hints_free(struct hints *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < SLOT_MAX; i++)
		if (h->slot[i] != NULL) {
			sodium_memzero(h->slot[i], sizeof(*h->slot[i]));
			free(h->slot[i]);
		}
	sodium_memzero(h->table, h->size * sizeof(*h->table));
	free(h->table);
	free(h);
}

static void
drop_skipped(struct hints *h, uint16_t slot)
{
	struct slot_hints *s = h->slot[slot];

	for (size_t i = 0; i < s->skipped; i++)
		drop(h, slot, s->old[i].n, OF_LIVE, s->old[i].hx);
	s->skipped = 0;
}

static void
drop_window(struct hints *h, uint16_t slot, uint32_t from, uint32_t to)
{
	struct slot_hints *s = h->slot[slot];

	for (uint32_t n = from; n < to; n++)
		drop(h, slot, n, OF_LIVE, s->window.hx[n - s->window.first]);
}

static void
drop_waiting(struct hints *h, uint16_t slot)
{
	struct slot_hints *s = h->slot[slot];

	for (uint32_t n = 0; s->waits && n < EW1_WAITING; n++)
		drop(h, slot, n, OF_WAITING, s->waiting[n]);
	s->waits = 0;
}

static void
add_skipped(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s = h->slot[slot];

	for (size_t i = 0; i < r->skipped_count; i++) {
		s->old[i].n = r->skipped[i].n;
		memcpy(s->old[i].hx, r->skipped[i].keys.hx, HINT_X_LEN);
		add(h, slot, s->old[i].n, OF_LIVE, s->old[i].hx);
	}
	s->skipped = r->skipped_count;
}

/* The window of a chain that is new here. */
static void
add_window(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s = h->slot[slot];

	ratchet_window_fill(r, &s->window);
	for (uint32_t i = 0; i < EW1_WINDOW; i++)
		add(h, slot, s->window.first + i, OF_LIVE, s->window.hx[i]);
	s->generation = r->generation;
	s->live = 1;
}

/* Its window begins at a higher number now. */
static void
move_window(struct hints *h, uint16_t slot, uint32_t n)
{
	struct slot_hints *s = h->slot[slot];
	uint32_t old_end = s->window.first + EW1_WINDOW;
	uint32_t gone = n < old_end ? n : old_end;
	enum status st;

	drop_window(h, slot, s->window.first, gone);
	st = ratchet_window_advance_to(&s->window, n);
	assert(st == ST_OK); /* a window moves forward only */
	for (uint32_t i = n < old_end ? old_end : n; i < n + EW1_WINDOW; i++)
		add(h, slot, i, OF_LIVE, s->window.hx[i - n]);
}

static void
drop_live(struct hints *h, uint16_t slot)
{
	struct slot_hints *s = h->slot[slot];

	if (s->live)
		drop_window(h, slot, s->window.first, s->window.first + EW1_WINDOW);
	s->live = 0;
}

static void
set_live(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s = h->slot[slot];

	if (s->live && s->generation != r->generation)
		drop_live(h, slot);
	if (!s->live)
		add_window(h, slot, r);
	else if (r->n != s->window.first)
		move_window(h, slot, r->n);
	add_skipped(h, slot, r);
}

static void
set_waiting(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s = h->slot[slot];
	struct key32 ck = r->next_ck;

	if (!ratchet_is_waiting(r)) {
		drop_waiting(h, slot);
		return;
	}
	for (uint32_t n = 0; !s->waits && n < EW1_WAITING; n++) { /* it does not change */
		ratchet_hint_x(&ck, s->waiting[n]);
		ratchet_step(&ck);
		add(h, slot, n, OF_WAITING, s->waiting[n]);
	}
	s->waits = 1;
	sodium_memzero(&ck, sizeof(ck));
}

static void
set_revoked(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s = h->slot[slot];

	drop_live(h, slot);
	drop_waiting(h, slot);
	sodium_memzero(s, sizeof(*s));
	for (size_t i = 0; i < r->hint_count; i++)
		add(h, slot, 0, OF_REVOKED, r->hints[i]);
}

enum status
hints_set(struct hints *h, uint16_t slot, const struct ratchet *r)
{
	struct slot_hints *s;
	enum status st;

	assert(slot < SLOT_MAX);
	if ((st = make_room(h, (size_t)EW1_WINDOW + EW1_WAITING + EW1_SKIPPED_MAX)) != ST_OK)
		return st;
	if (h->slot[slot] == NULL && (h->slot[slot] = calloc(1, sizeof(*s))) == NULL)
		return ST_MEMORY;
	s = h->slot[slot];
	drop_skipped(h, slot);
	if (r->state != RATCHET_LIVE) {
		set_revoked(h, slot, r);
		return ST_OK;
	}
	if (s->generation != r->generation)
		drop_waiting(h, slot); /* it is the live one now, or was passed by */
	set_live(h, slot, r);
	set_waiting(h, slot, r);
	return ST_OK;
}

size_t
hints_find(const struct hints *h, const uint8_t hx[HINT_X_LEN], struct hint_match *out, size_t cap)
{
	size_t count = 0;

	for (size_t i = place_of(h, hx); h->table[i].used; i = (i + 1) & (h->size - 1)) {
		const struct entry *e = &h->table[i];

		if (memcmp(e->hx, hx, HINT_X_LEN) != 0)
			continue;
		if (count < cap)
			out[count] = (struct hint_match){e->n, e->slot, e->revoked, e->waiting};
		count++;
	}
	return count < cap ? count : cap;
}

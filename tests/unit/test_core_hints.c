/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hint table against a model that knows only the slots' ratchets: after every change each hint
 * of every chain means exactly what the model says, and a hint that nobody has means nothing.
 */
#include <sodium.h>
#include <stdlib.h>

#include "gateway/core/hints.h"
#include "tests/support/check.h"

#define SLOTS 5

static struct ratchet slot[SLOTS];
static struct hints *hints;
static unsigned long long draw_state = 7;

static unsigned
draw(unsigned below)
{
	draw_state = draw_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(draw_state >> 33) % below;
}

static void
set(unsigned i, const struct ratchet *r)
{
	slot[i] = *r;
	CHECK_EQ(hints_set(hints, (uint16_t)(i * 200), r), ST_OK);
}

static void
means(unsigned i, const uint8_t hx[HINT_X_LEN], uint32_t n, int revoked, int waiting)
{
	struct hint_match m[4];
	size_t count = hints_find(hints, hx, m, 4);

	if (!CHECK_EQ(count, 1))
		return;
	CHECK_EQ(m[0].slot, i * 200);
	CHECK_EQ(m[0].revoked, revoked);
	CHECK_EQ(m[0].waiting, waiting);
	CHECK_EQ(m[0].n, n);
}

static void
means_nothing(const struct key32 *ck)
{
	uint8_t hx[HINT_X_LEN];
	struct hint_match m[4];

	ratchet_hint_x(ck, hx);
	CHECK_EQ(hints_find(hints, hx, m, 4), 0);
}

static void
agrees(void)
{
	struct ratchet_window w;
	struct ratchet next;

	for (unsigned i = 0; i < SLOTS; i++) {
		const struct ratchet *r = &slot[i];

		for (unsigned k = 0; k < r->hint_count; k++)
			means(i, r->hints[k], 0, 1, 0);
		if (r->state != RATCHET_LIVE)
			continue;
		ratchet_window_fill(r, &w);
		for (unsigned k = 0; k < EW1_WINDOW; k++)
			means(i, w.hx[k], r->n + k, 0, 0);
		means_nothing(&w.end_ck); /* the number behind the window */
		for (unsigned k = 0; k < r->skipped_count; k++)
			means(i, r->skipped[k].keys.hx, r->skipped[k].n, 0, 0);
		if (ratchet_switch(r, &next) != ST_OK)
			continue;
		for (unsigned k = 0; k < EW1_WAITING; k++) {
			uint8_t hx[HINT_X_LEN];

			ratchet_hint_x(&next.ck, hx);
			means(i, hx, k, 0, 1);
			ratchet_step(&next.ck);
		}
		means_nothing(&next.ck);
	}
}

static void
start(unsigned i)
{
	const struct public32 pk = {{9}};
	struct ratchet r;
	struct key32 ck;

	randombytes_buf(&ck, sizeof(ck));
	ratchet_start(&r, 0, &ck, &pk);
	set(i, &r);
}

static void
act(unsigned i)
{
	struct ratchet next, old = slot[i], live;
	struct key32 ck;

	memset(&next, 0, sizeof(next));
	switch (draw(6)) {
	case 0:
		randombytes_buf(&ck, sizeof(ck));
		if (ratchet_await(&old, &ck, &next) == ST_OK)
			set(i, &next);
		break;
	case 1:
		if (ratchet_switch(&old, &live) != ST_OK)
			break;
		CHECK_EQ(ratchet_spend(&live, draw(EW1_WINDOW), 1, &next), ST_OK);
		set(i, &next);
		means_nothing(&old.ck);
		if (old.skipped_count > 0) {
			struct hint_match m[4];

			CHECK_EQ(hints_find(hints, old.skipped[0].keys.hx, m, 4), 0);
		}
		break;
	case 2:
		CHECK_EQ(ratchet_spend_far(&old, old.n + draw(1000), 1, &next), ST_OK);
		set(i, &next);
		break;
	default:
		CHECK_EQ(ratchet_spend(&old, old.n + draw(EW1_WINDOW), 1, &next), ST_OK);
		set(i, &next);
	}
}

int
main(void)
{
	struct ratchet revoked;

	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(hints_new(&hints), ST_OK);
	for (unsigned i = 0; i < SLOTS; i++)
		start(i);
	agrees();
	for (unsigned round = 0; round < 120 && checks_failed == 0; round++) {
		act(draw(SLOTS));
		agrees();
	}
	for (unsigned i = 0; i < SLOTS; i += 2) { /* with whatever waits */
		memset(&revoked, 0, sizeof(revoked));
		ratchet_revoke(&slot[i], 2, &revoked);
		set(i, &revoked);
		agrees();
	}
	hints_free(hints);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chain that waits beside the live one, the switch to it, and the far jump of a deep scan. */
#include "crypto/ratchet.h"
#include "crypto/ratchet_leaf.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <sodium.h>

/* Is this secret anywhere in the state's leaf? */
static int
holds(const struct ratchet *r, const struct key32 *secret)
{
	static uint8_t leaf[RATCHET_LEAF_LEN];

	ratchet_leaf_write(r, leaf);
	for (size_t i = 0; i + sizeof(secret->b) <= sizeof(leaf); i++)
		if (memcmp(leaf + i, secret->b, sizeof(secret->b)) == 0)
			return 1;
	return 0;
}

static void
waits_and_switches(void)
{
	const struct key32 spare = ew1_key(vector_m);
	struct ratchet old = ew1_ratchet(), waiting, live, none;
	struct message_keys keys, want;
	struct key32 old_ck;

	CHECK(!ratchet_is_waiting(&old));
	CHECK_EQ(ratchet_switch(&old, &live), ST_UNKNOWN);
	CHECK_EQ(ratchet_spend(&old, 5, 1, &live), ST_OK); /* with five skipped ones */
	old = live;
	old_ck = old.ck;
	CHECK_EQ(ratchet_await(&old, &spare, &waiting), ST_OK);
	CHECK(ratchet_is_waiting(&waiting));
	CHECK_EQ(waiting.generation, old.generation);
	CHECK_EQ(waiting.n, 6);
	CHECK_EQ(ratchet_await(&waiting, &spare, &none), ST_EXISTS);
	/* a message of the old chain still opens, and leaves the other waiting */
	CHECK_EQ(ratchet_keys(&waiting, 3, &keys), ST_OK);
	CHECK_EQ(ratchet_spend(&waiting, 8, 2, &live), ST_OK);
	CHECK(ratchet_is_waiting(&live));

	CHECK_EQ(ratchet_switch(&waiting, &live), ST_OK);
	CHECK_EQ(live.generation, old.generation + 1);
	CHECK_EQ(live.n, 0);
	CHECK_EQ(live.skipped_count, 0);
	CHECK(!ratchet_is_waiting(&live));
	CHECK_MEM(live.pk_m.b, old.pk_m.b, sizeof(live.pk_m.b));
	CHECK_EQ(ratchet_keys(&live, 0, &keys), ST_OK);
	ratchet_message_keys(&spare, &want);
	CHECK_MEM(&keys, &want, sizeof(keys));
	/* nothing of the old chain is left in it, nor of the spent number */
	CHECK(holds(&waiting, &old_ck) && holds(&waiting, &old.skipped[2].keys.mx));
	CHECK(!holds(&live, &old_ck));
	for (unsigned i = 0; i < old.skipped_count; i++)
		CHECK(!holds(&live, &old.skipped[i].keys.mx));
	CHECK_EQ(ratchet_spend(&live, 0, 3, &none), ST_OK);
	CHECK(!holds(&none, &spare));
}

static void
no_more_chains(void)
{
	const struct key32 spare = ew1_key(vector_m);
	struct ratchet r = ew1_ratchet(), next;

	r.generation = RATCHET_GENERATION_MAX;
	CHECK_EQ(ratchet_await(&r, &spare, &next), ST_FULL);
	r.next_ck = spare; /* as no writer of ours leaves it */
	CHECK_EQ(ratchet_switch(&r, &next), ST_UNKNOWN);
	r = ew1_ratchet();
	CHECK_EQ(ratchet_await(&r, &spare, &next), ST_OK);
	ratchet_revoke(&next, 1, &r);
	CHECK_EQ(ratchet_await(&r, &spare, &next), ST_NOT_ALLOWED);
	CHECK(!ratchet_is_waiting(&r));
	CHECK(!holds(&r, &spare));
}

/* The state is what passing over one number after the other would have made of it. */
static void
far_is_many_near_ones(void)
{
	static const uint32_t to[] = {0, 1, 63, 64, 65, 200, 255, 256, 300, 1000, EW1_SCAN_MAX - 1};
	struct ratchet old = ew1_ratchet(), start, slow, fast;

	CHECK_EQ(ratchet_spend(&old, 40, 1, &start), ST_OK); /* 40 skipped ones */
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		uint32_t n = start.n + to[i], next;
		struct key32 ck = start.ck;

		memset(&slow, 0, sizeof(slow));
		slow = start;
		for (next = start.n; next < n; next++) { /* by hand */
			struct ratchet_skipped entry = {.n = next, .on_h = 9};

			ratchet_message_keys(&ck, &entry.keys);
			ratchet_step(&ck);
			if (slow.skipped_count == EW1_SKIPPED_MAX) {
				memmove(slow.skipped, slow.skipped + 1,
				    (EW1_SKIPPED_MAX - 1) * sizeof(slow.skipped[0]));
				slow.skipped_count--;
			}
			slow.skipped[slow.skipped_count++] = entry;
		}
		ratchet_step(&ck);
		CHECK_EQ(ratchet_spend_far(&start, n, 9, &fast), ST_OK);
		CHECK_EQ(fast.n, n + 1);
		CHECK_MEM(fast.ck.b, ck.b, sizeof(ck.b));
		CHECK_EQ(fast.skipped_count, slow.skipped_count);
		for (unsigned k = 0; k < slow.skipped_count; k++) {
			CHECK_EQ(fast.skipped[k].n, slow.skipped[k].n);
			CHECK_EQ(fast.skipped[k].on_h, slow.skipped[k].on_h);
			CHECK_MEM(&fast.skipped[k].keys, &slow.skipped[k].keys,
			    sizeof(slow.skipped[k].keys));
		}
	}
	CHECK_EQ(ratchet_spend_far(&start, start.n + EW1_SCAN_MAX, 9, &fast), ST_RANGE);
	CHECK_EQ(ratchet_spend(&start, start.n + EW1_WINDOW, 9, &fast), ST_RANGE);
}

static void
hint_alone(void)
{
	const struct key32 ck = ew1_key(vector_k0);
	struct message_keys keys;
	uint8_t hx[HINT_X_LEN];

	ratchet_message_keys(&ck, &keys);
	ratchet_hint_x(&ck, hx);
	CHECK_MEM(hx, keys.hx, sizeof(hx));
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	waits_and_switches();
	no_more_chains();
	far_is_many_near_ones();
	hint_alone();
	return check_done();
}

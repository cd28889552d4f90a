/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/ratchet.h"
#include "crypto/ratchet_leaf.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <sodium.h>

/* The oracle: the chain walked from its start. */
static struct message_keys
true_keys(uint32_t n)
{
	struct key32 ck = ew1_key(vector_k0);
	struct message_keys keys;

	while (n-- > 0)
		ratchet_step(&ck);
	memset(&keys, 0, sizeof(keys));
	ratchet_message_keys(&ck, &keys);
	return keys;
}

static struct ratchet
spent(struct ratchet r, uint32_t n, uint32_t on_h)
{
	struct ratchet next;

	CHECK_EQ(ratchet_spend(&r, n, on_h, &next), ST_OK);
	return next;
}

static void
is_open(const struct ratchet *r, uint32_t n)
{
	struct message_keys got, want = true_keys(n);

	memset(&got, 0, sizeof(got));
	CHECK_EQ(ratchet_keys(r, n, &got), ST_OK);
	CHECK_MEM(&got, &want, sizeof(got));
}

/* Refused by keys and by spend, and nothing written. */
static void
is_closed(const struct ratchet *r, uint32_t n, enum status why)
{
	struct message_keys keys, keys_before;
	struct ratchet next, before;

	memset(&keys, 0x5a, sizeof(keys));
	memset(&next, 0x5a, sizeof(next));
	keys_before = keys;
	before = next;
	CHECK_EQ(ratchet_keys(r, n, &keys), why);
	CHECK_EQ(ratchet_spend(r, n, 0, &next), why);
	CHECK_MEM(&keys, &keys_before, sizeof(keys));
	CHECK_MEM(&next, &before, sizeof(next));
}

/* Whether a secret is anywhere in a state's octets. */
static int
holds(const struct ratchet *r, const struct key32 *secret)
{
	const uint8_t *octets = (const uint8_t *)r;

	for (size_t i = 0; i + sizeof(secret->b) <= sizeof(*r); i++)
		if (memcmp(octets + i, secret->b, sizeof(secret->b)) == 0)
			return 1;
	return 0;
}

static void
window_edges(void)
{
	struct ratchet r = ew1_ratchet();

	is_open(&r, 0);
	is_open(&r, 255);
	is_closed(&r, 256, ST_RANGE);
	is_closed(&r, UINT32_MAX, ST_RANGE);
	r = spent(r, 0, 0);
	is_closed(&r, 0, ST_REPLAY);
	is_open(&r, 256);
	is_closed(&r, 257, ST_RANGE);
	r = spent(r, 256, 0);
	CHECK_EQ(r.n, 257);
	CHECK_EQ(r.skipped_count, 64);
	is_closed(&r, 256, ST_REPLAY);
	is_open(&r, 512);
	is_closed(&r, 513, ST_RANGE);
}

static void
last_numbers(void)
{
	struct ratchet r = ew1_ratchet(), next;

	r.n = RATCHET_N_MAX - 1;
	next = spent(r, RATCHET_N_MAX - 1, 0);
	CHECK_EQ(next.n, RATCHET_N_MAX);
	CHECK_EQ(ratchet_spend(&next, RATCHET_N_MAX, 0, &r), ST_RANGE);
	CHECK_EQ(ratchet_spend(&next, UINT32_MAX, 0, &r), ST_RANGE);
}

static void
out_of_order(void)
{
	static const uint32_t order[] = {5, 0, 3, 9, 1, 8, 2, 4, 7, 6};
	struct ratchet r = ew1_ratchet();

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		is_open(&r, order[i]);
		r = spent(r, order[i], 0);
		for (size_t j = 0; j <= i; j++)
			is_closed(&r, order[j], ST_REPLAY);
		for (size_t j = i + 1; j < sizeof(order) / sizeof(order[0]); j++)
			is_open(&r, order[j]);
	}
	CHECK_EQ(r.n, 10);
	CHECK_EQ(r.skipped_count, 0);
}

static void
keeps_the_64_highest(void)
{
	struct ratchet r = spent(ew1_ratchet(), 100, 0);

	CHECK_EQ(r.skipped_count, 64);
	is_closed(&r, 35, ST_REPLAY);
	is_open(&r, 36);
	is_open(&r, 99);
	r = spent(r, 50, 0);
	CHECK_EQ(r.skipped_count, 63);
	r = spent(r, 103, 0); /* passes over 101 and 102 */
	CHECK_EQ(r.skipped_count, 64);
	is_closed(&r, 36, ST_REPLAY);
	is_open(&r, 37);
	is_open(&r, 102);
}

/* What a thief of the next state must not find. */
static void
spent_keys_are_gone(void)
{
	struct ratchet r = ew1_ratchet();
	struct key32 ck = ew1_key(vector_k0);
	struct message_keys keys;

	r = spent(r, 70, 0);
	for (uint32_t n = 0; n <= 70; n++) {
		keys = true_keys(n);
		CHECK(!holds(&r, &ck)); /* no chain key that came before */
		CHECK_EQ(holds(&r, &keys.mx), n >= 6 && n < 70);
		CHECK_EQ(holds(&r, &keys.ms), n >= 6 && n < 70);
		ratchet_step(&ck);
	}
	CHECK(holds(&r, &ck));
	for (uint32_t n = 6; n < 70; n += 7) {
		keys = true_keys(n);
		r = spent(r, n, 0);
		CHECK(!holds(&r, &keys.mx));
		CHECK(!holds(&r, &keys.ms));
	}
}

static void
expiry(void)
{
	struct ratchet r = spent(ew1_ratchet(), 2, 100); /* passes over 0 and 1 at hour 100 */

	r = spent(r, 4, 200);               /* and 3 at hour 200 */
	CHECK_EQ(ratchet_expire(&r, 0), 0); /* the count of hours was lost: nothing grows older */
	CHECK_EQ(ratchet_expire(&r, 100 + EW1_SKIPPED_HOURS - 1), 0);
	is_open(&r, 0);
	CHECK_EQ(ratchet_expire(&r, 100 + EW1_SKIPPED_HOURS), 2);
	is_closed(&r, 0, ST_REPLAY);
	is_closed(&r, 1, ST_REPLAY);
	is_open(&r, 3);
	CHECK_EQ(ratchet_expire(&r, UINT32_MAX), 1);
	CHECK_EQ(r.skipped_count, 0);
	is_open(&r, 5);
}

static void
revocation(void)
{
	struct ratchet old = spent(ew1_ratchet(), 3, 10), r, again;
	struct message_keys keys;

	memset(&r, 0, sizeof(r));
	ratchet_revoke(&old, 1000, &r);
	CHECK_EQ(r.state, RATCHET_REVOKED);
	CHECK_EQ(r.hint_count, EW1_WINDOW + 3);
	for (uint32_t n = 0; n < 4 + EW1_WINDOW; n++) {
		int seen = 0;

		keys = true_keys(n);
		for (unsigned i = 0; i < r.hint_count; i++)
			seen |= memcmp(r.hints[i], keys.hx, HINT_X_LEN) == 0;
		CHECK_EQ(seen, n != 3); /* 3 was spent */
		CHECK(!holds(&r, &keys.mx) && !holds(&r, &keys.ms));
		is_closed(&r, n, ST_NOT_ALLOWED);
	}
	CHECK(!holds(&r, &old.ck));
	memset(&again, 0, sizeof(again));
	ratchet_revoke(&r, 2000, &again);
	CHECK_EQ(again.revoked_on_h, 1000);
	CHECK_EQ(again.hint_count, EW1_WINDOW + 3);
	CHECK_EQ(ratchet_expire(&r, 1000 + EW1_SKIPPED_HOURS - 1), 0);
	CHECK_EQ(ratchet_expire(&r, 1000 + EW1_SKIPPED_HOURS), EW1_WINDOW + 3);
	CHECK_EQ(r.hint_count, 0);
}

static void
window_agrees(const struct ratchet_window *w)
{
	struct key32 ck = ew1_key(vector_k0);
	struct message_keys keys;

	for (uint32_t n = 0; n < w->first + EW1_WINDOW; n++) {
		ratchet_message_keys(&ck, &keys);
		if (n >= w->first)
			CHECK_MEM(w->hx[n - w->first], keys.hx, HINT_X_LEN);
		ratchet_step(&ck);
	}
	CHECK_MEM(w->end_ck.b, ck.b, sizeof(ck.b));
}

static void
window_advances(void)
{
	static const uint32_t to[] = {0, 1, 2, 3, 100, 355, 356, 612, 900, 2000};
	const struct ratchet r = ew1_ratchet();
	struct ratchet_window w;

	ratchet_window_fill(&r, &w);
	window_agrees(&w);
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		CHECK_EQ(ratchet_window_advance_to(&w, to[i]), ST_OK);
		CHECK_EQ(w.first, to[i]);
		window_agrees(&w);
	}
	CHECK_EQ(ratchet_window_advance_to(&w, 1999), ST_RANGE);
	CHECK_EQ(ratchet_window_advance_to(&w, UINT32_MAX), ST_RANGE);
	window_agrees(&w);
}

/* A thousand messages, some lost, some late, against a model that only knows which are open. */
static void
random_schedule(void)
{
	static uint8_t done[6000];
	struct ratchet r = ew1_ratchet(), next;
	uint32_t seed = 7, high = 0;

	for (int i = 0; i < 1000; i++) {
		uint32_t n;
		enum status st;

		seed = seed * 1664525u + 1013904223u;
		n = seed >> 16 & 7 ? high + (seed >> 24) % 6
				   : high - (high ? (seed >> 24) % high : 0);
		st = ratchet_spend(&r, n, 0, &next);
		if (done[n])
			CHECK_EQ(st, ST_REPLAY);
		else
			CHECK(st == ST_OK || (n < high && st == ST_REPLAY));
		if (st != ST_OK)
			continue;
		done[n] = 1;
		r = next;
		high = r.n;
		CHECK(r.skipped_count <= EW1_SKIPPED_MAX);
		for (unsigned k = 0; k < r.skipped_count; k++)
			CHECK(!done[r.skipped[k].n] && r.skipped[k].n < r.n);
	}
}

static void
leaf_round_trips(const struct ratchet *r)
{
	static uint8_t leaf[RATCHET_LEAF_LEN], again[RATCHET_LEAF_LEN];
	struct ratchet back;

	memset(leaf, 0x5a, sizeof(leaf));
	ratchet_leaf_write(r, leaf);
	memset(&back, 0x5a, sizeof(back));
	CHECK_EQ(ratchet_leaf_read(leaf, &back), ST_OK);
	CHECK_MEM(&back, r, sizeof(back));
	ratchet_leaf_write(&back, again);
	CHECK_MEM(again, leaf, sizeof(leaf));
}

static void
leaves_round_trip(void)
{
	struct ratchet r = ew1_ratchet(), revoked;
	const struct key32 spare = ew1_key(vector_m);

	leaf_round_trips(&r);
	r.next_ck = spare;
	r.generation = 3;
	leaf_round_trips(&r);
	r = spent(r, 5, 77);
	r = spent(r, 2, 78);
	leaf_round_trips(&r);
	r = spent(r, 200, UINT32_MAX);
	leaf_round_trips(&r);
	memset(&revoked, 0, sizeof(revoked));
	ratchet_revoke(&r, 4711, &revoked);
	leaf_round_trips(&revoked);
	CHECK_EQ(ratchet_expire(&revoked, UINT32_MAX), EW1_WINDOW + 64);
	leaf_round_trips(&revoked);
}

static void
damaged_leaves(void)
{
	static const struct {
		size_t at;
		uint8_t octet;
		const char *what;
	} rows[] = {
	    {0, 0, "layout"},
	    {0, 2, "layout"},
	    {1, 0, "state"},
	    {1, 2, "state: live octets in a revoked leaf"},
	    {1, 3, "state"},
	    {2, 4, "generation"},
	    {3, 65, "count"},
	    {3, 255, "count"},
	    {3, 3, "a count below the entries that stand there"},
	    {3, 5, "a count above them: n 0 again is not ascending"},
	    {4, 3, "n below a skipped one"},
	    {104, 1, "entries not ascending"},
	    {104 + 4 * 84, 1, "an unused entry"},
	    {5480, 1, "the sheet"},
	    {8839, 1, "the sheet"},
	    {8840, 1, "reserved"},
	    {10199, 1, "reserved"},
	};
	static uint8_t leaf[RATCHET_LEAF_LEN];
	const struct ratchet r = spent(ew1_ratchet(), 4, 1);
	struct ratchet out, before;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ratchet_leaf_write(&r, leaf);
		CHECK(leaf[rows[i].at] != rows[i].octet);
		leaf[rows[i].at] = rows[i].octet;
		memset(&out, 0x5a, sizeof(out));
		before = out;
		if (!CHECK(ratchet_leaf_read(leaf, &out) == ST_DAMAGED))
			printf("    %s\n", rows[i].what);
		CHECK_MEM(&out, &before, sizeof(out));
	}
	ratchet_leaf_write(&r, leaf);
	memset(leaf + 4, 0xff, 4); /* n beyond the last number */
	CHECK_EQ(ratchet_leaf_read(leaf, &out), ST_DAMAGED);
	memset(leaf, 0, sizeof(leaf));
	CHECK_EQ(ratchet_leaf_read(leaf, &out), ST_DAMAGED);
}

static void
damaged_revoked_leaves(void)
{
	static const size_t at[] = {2, 3, 10, 15, 16 + 320 * 5, 10199};
	static uint8_t leaf[RATCHET_LEAF_LEN];
	const struct ratchet r = ew1_ratchet();
	struct ratchet revoked, out;

	ratchet_revoke(&r, 1, &revoked);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		ratchet_leaf_write(&revoked, leaf);
		leaf[at[i]] = 1;
		CHECK_EQ(ratchet_leaf_read(leaf, &out), ST_DAMAGED);
	}
	ratchet_leaf_write(&revoked, leaf);
	leaf[8] = 321 & 255;
	leaf[9] = 321 >> 8;
	CHECK_EQ(ratchet_leaf_read(leaf, &out), ST_DAMAGED);
	leaf[8] = leaf[9] = 0; /* no hints, yet octets where they would be */
	CHECK_EQ(ratchet_leaf_read(leaf, &out), ST_DAMAGED);
}

/* A forged text moves no state: the road of a text through keys, envelope and spend. */
static void
forgeries_move_nothing(void)
{
	const struct envelope_x_receiver receiver = ew1_receiver();
	struct ratchet r = ew1_ratchet(), before = r;
	uint8_t wire[EW1_X_WIRE_LEN], plain[ENVELOPE_X_PLAIN_LEN];
	struct message_keys keys;

	memcpy(wire, vectors[1].x_wire, sizeof(wire));
	for (size_t bit = 40; bit < 8 * sizeof(wire); bit++) {
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(ratchet_keys(&r, 1, &keys), ST_OK);
		CHECK_EQ(envelope_x_open(&receiver, &keys, wire, plain), ST_FORGED);
		CHECK_MEM(&r, &before, sizeof(r));
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	r = spent(r, 1, 0);
	CHECK_EQ(ratchet_keys(&r, 1, &keys), ST_REPLAY);
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	window_edges();
	last_numbers();
	out_of_order();
	keeps_the_64_highest();
	spent_keys_are_gone();
	expiry();
	revocation();
	window_advances();
	random_schedule();
	leaves_round_trip();
	damaged_leaves();
	damaged_revoked_leaves();
	forgeries_move_nothing();
	return check_done();
}

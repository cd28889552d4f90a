/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the state allows LOCKED, what each kind of commit costs, and its bounds. */
#include "tests/support/state_model.h"

static void
test_locked(void)
{
	uint8_t plain[PARK_PLAIN_LEN] = {0}, h[16] = {0}, before[64], after[64];
	struct ratchet r = {.state = RATCHET_LIVE};
	struct anchor_content c;
	struct gateway g;
	uint64_t seq;
	size_t len;

	fresh(&g);
	gateway_reopen(&g);
	CHECK_EQ(change_event(g.state, EVENT_SETTING, 1, h, 1, &seq), ST_NOT_ALLOWED);
	CHECK_EQ(change_slot(g.state, 1, &r), ST_NOT_ALLOWED);
	CHECK_EQ(change_unpark(g.state, 1), ST_NOT_ALLOWED);
	CHECK_EQ(change_ring(g.state, &keys.list), ST_NOT_ALLOWED);
	CHECK(!change_pending(g.state));
	CHECK_EQ(state_idle(g.state), ST_OK);
	CHECK_EQ(store_node_get(g.store, 0, g.state->blob, sizeof(g.state->blob), &len), ST_OK);
	memcpy(before, g.state->blob, sizeof(before));
	memset(&shim, 0, sizeof(shim));
	unsigned long syncs = anchor_syncs(g.anchor);

	for (int i = 0; i < 20; i++) {
		CHECK_EQ(change_park(g.state, keys.list.pk_i.b, plain, NULL), ST_OK);
		h[1] = (uint8_t)i;
		CHECK_EQ(change_seen(g.state, h), ST_OK);
		CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	}
	CHECK_EQ(shim.wal_syncs, 20 + 1); /* and one for the WAL's header, begun again at opening */
	CHECK_EQ(anchor_syncs(g.anchor), syncs);
	CHECK_EQ(store_node_get(g.store, 0, g.state->blob, sizeof(g.state->blob), &len), ST_OK);
	memcpy(after, g.state->blob, sizeof(after));
	CHECK_MEM(after, before, sizeof(after)); /* the root was not touched */
	CHECK_EQ(anchor_read(g.anchor, &c), ST_OK);
	CHECK(c.slot_valid[0] + c.slot_valid[1] == 1);
	printf("one text parked LOCKED: %lu octets\n", shim.wal_octets / 20);
	gateway_close(&g);
}

static void
costs(const char *what, unsigned count, unsigned long anchor)
{
	printf("%s: %.2f + %.2f flushes, %lu octets\n", what, shim.wal_syncs / (double)count,
	    (double)anchor / count, shim.wal_octets / count);
}

static void
test_costs(void)
{
	struct gateway g;
	struct ratchet r;
	uint8_t body[200] = {1}, h[16] = {2};

	fresh(&g);
	memset(&r, 0, sizeof(r));
	ratchet_start(&r, 0, &keys.w, &keys.list.pk_i);
	for (uint16_t i = 0; i < 64; i++)
		CHECK_EQ(change_slot(g.state, i * 16, &r), ST_OK);
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	CHECK_EQ(store_checkpoint(g.store), ST_OK);
	(void)gateway_event(&g, EVENT_SETTING, body, 1); /* the WAL's header */
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);

	memset(&shim, 0, sizeof(shim));
	unsigned long syncs = anchor_syncs(g.anchor);

	for (uint16_t i = 0; i < 20; i++) {
		(void)gateway_event(&g, EVENT_RECEIVED, body, sizeof(body));
		CHECK_EQ(change_slot(g.state, i * 16, &r), ST_OK);
		randombytes_buf(h, sizeof(h));
		CHECK_EQ(change_seen(g.state, h), ST_OK);
		CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	}
	CHECK_EQ(shim.wal_syncs, 20);
	CHECK_EQ(anchor_syncs(g.anchor), syncs + 20);
	CHECK_EQ(shim.db_syncs, 0);
	CHECK(shim.wal_octets / 20 <= 48000);
	costs("one report", 20, 20);

	memset(&shim, 0, sizeof(shim));
	syncs = anchor_syncs(g.anchor);
	uint64_t gen = state_root(g.state)->gen;

	for (int i = 0; i < 20; i++) {
		(void)gateway_event(&g, EVENT_SETTING, body, sizeof(body));
		CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	}
	CHECK_EQ(shim.wal_syncs, 20);
	CHECK_EQ(anchor_syncs(g.anchor), syncs);
	CHECK_EQ(state_root(g.state)->gen, gen);
	costs("one act", 20, 0);
	gateway_close(&g);
}

/* A batch of 256 from 256 slots, and what is too much. */
static void
test_bounds(void)
{
	static uint8_t body[EVENT_LONG_MAX + 1];
	const uint64_t rows = (EVENT_LONG_MAX + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX;
	struct gateway g;
	struct ratchet r;
	uint8_t h[16] = {0};
	uint64_t seq, count;

	fresh(&g);
	memset(&r, 0, sizeof(r));
	ratchet_start(&r, 0, &keys.w, &keys.list.pk_i);
	for (uint16_t i = 0; i < 256; i++) {
		(void)gateway_event(&g, EVENT_RECEIVED, body, 300);
		CHECK_EQ(change_slot(g.state, i, &r), ST_OK);
		memcpy(h, &i, sizeof(i));
		CHECK_EQ(change_seen(g.state, h), ST_OK);
	}
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	CHECK_EQ(change_slot(g.state, SLOT_MAX, &r), ST_FULL);
	CHECK_EQ(change_event(g.state, EVENT_CODEBOOK, 1, body, sizeof(body), &seq), ST_TOO_LONG);
	count = state_next_seq(g.state);
	for (int i = 0; i < 2; i++) /* three are more than one commit holds */
		CHECK_EQ(
		    change_event(g.state, EVENT_CODEBOOK, 1, body, EVENT_LONG_MAX, &seq), ST_OK);
	CHECK_EQ(state_next_seq(g.state), count + 2 * rows);
	CHECK_EQ(change_event(g.state, EVENT_CODEBOOK, 1, body, EVENT_LONG_MAX, &seq), ST_FULL);
	CHECK_EQ(state_next_seq(g.state), count + 2 * rows); /* nothing of it */
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	gateway_reopen(&g);
	read_journal(&g);
	gateway_close(&g);
}

/* The key that the writer holds opens nothing that it has written. */
static void
test_writer_key(void)
{
	struct journal_run thief;
	struct journal_event e;
	struct gateway g;

	fresh(&g);
	for (int i = 0; i < 5; i++)
		(void)gateway_event(&g, EVENT_SETTING, (const uint8_t *)"x", 1);
	for (size_t i = 0; i < g.state->change.events; i++)
		for (uint64_t j = 0; j < 10; j++) {
			thief = g.state->run;
			thief.j = j;
			CHECK_EQ(
			    journal_open(&thief, g.state->change.event[i].blob, &e), ST_FORGED);
		}
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	state_lock(g.state);
	CHECK(sodium_is_zero((const uint8_t *)&g.state->run, sizeof(g.state->run)));
	CHECK(sodium_is_zero(g.state->k_h.b, 32));
	gateway_close(&g);
}

static void
test_seen_days(void)
{
	struct gateway g;
	uint8_t h[16], plain[PARK_PLAIN_LEN] = {0};
	int has;

	fresh(&g);
	seen_hash(1, h);
	CHECK_EQ(change_seen(g.state, h), ST_OK);
	CHECK_EQ(state_seen(g.state, h, &has), ST_OK);
	CHECK_EQ(has, 1); /* collected just now */
	CHECK_EQ(state_commit(g.state, 10, 1), ST_OK);
	CHECK_EQ(state_on_h(g.state), 10);
	gateway_reopen(&g);
	CHECK_EQ(state_on_h(g.state), 10);
	for (int listed = 0; listed < 2; listed++) {
		if (listed)
			state_listed(g.state);
		CHECK_EQ(change_park(g.state, keys.list.pk_i.b, plain, NULL), ST_OK);
		CHECK_EQ(state_commit(g.state, 14 * 24, 1), ST_OK);
		CHECK_EQ(state_seen(g.state, h, &has), ST_OK);
		CHECK_EQ(has, !listed); /* never before the first full listing */
	}
	gateway_close(&g);
}

static void
test_incomplete(void)
{
	struct gateway g;
	char path[128];

	fresh(&g);
	gateway_close(&g);
	gateway_remove(base);
	memset(&g, 0, sizeof(g));
	(void)snprintf(g.dir, sizeof(g.dir), "%s", base);
	gateway_path(&g, "box", path);
	(void)mkdir(path, 0700);
	CHECK_EQ(store_create(path, &g.store), ST_OK);
	gateway_path(&g, "anchor", path);
	CHECK_EQ(anchor_file_create(path, &keys.w, &g.anchor), ST_OK);
	CHECK_EQ(state_create(g.store, g.anchor, &keys.wraps, &keys.list, 0, &g.state), ST_OK);
	CHECK_EQ(state_commit(g.state, 1, 1), ST_NOT_ALLOWED); /* not armed */
	gateway_close(&g);
	CHECK_EQ(gateway_open(&g, base), ST_INCOMPLETE);
}

int
main(void)
{
	state_test_begin();
	test_locked();
	test_costs();
	test_bounds();
	test_writer_key();
	test_seen_days();
	test_incomplete();
	return state_test_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of the state: plain arrays that the same changes are made to, and a comparison of a
 * gateway with it: slots, journal (opened with the vault's key, each link and proof computed
 * again), seen, parked.
 */
#ifndef TESTS_SUPPORT_STATE_MODEL_H
#define TESTS_SUPPORT_STATE_MODEL_H

#include "gateway/core/events.h"
#include "gateway/core/state_impl.h"
#include "tests/support/gateway.h"
#include "tests/support/shim_vfs.h"

#define MODEL_EVENTS 6000
#define MODEL_PARKED 400

static char base[64], other[64];
static struct gateway_keys keys;
static uint32_t seed;

static inline uint32_t
dice(uint32_t sides)
{
	uint8_t s[randombytes_SEEDBYTES] = {0};
	uint32_t v;

	seed++;
	memcpy(s, &seed, sizeof(seed));
	randombytes_buf_deterministic(&v, sizeof(v), s);
	return v % sides;
}

/* --- the model --- */

struct model {
	struct {
		uint8_t type, fill;
		uint16_t len;
	} event[MODEL_EVENTS];
	size_t events;
	struct ratchet slot[SLOT_MAX];
	uint8_t has_slot[SLOT_MAX];
	uint8_t seen[256];
	struct {
		int64_t seq;
		uint8_t fill;
	} parked[MODEL_PARKED];
	size_t parks;
};
static struct model model;

static inline void
seen_hash(unsigned i, uint8_t h[16])
{
	memset(h, 0, 16);
	h[0] = (uint8_t)i;
}

/* --- reading the journal as a coordinator would --- */

struct reader {
	const struct tree_root *root;
	struct store_run runs[2000];
	size_t run_count, at;
	struct journal_run run;
	uint8_t link[32];
	uint64_t next;
	size_t events;
	struct {
		struct journal_event e;
	} row[MODEL_EVENTS * 2];
};
static struct reader reader;

static inline enum status
take_run(void *arg, const struct store_run *run, int odd)
{
	struct reader *r = arg;

	CHECK_EQ(odd, 0);
	r->runs[r->run_count++] = *run;
	return ST_OK;
}

/* A run's first event: what it states must be what the reader computes. */
static inline void
check_statement(struct reader *r, const struct key32 *k_0, const struct journal_event *e)
{
	const struct store_run *run = &r->runs[r->at];
	uint8_t proof[32];

	journal_run_proof(&keys.k_h, run->id, run->epoch, run->first, k_0, e->body + 8, proof);
	CHECK_EQ(e->len, RUN_STATEMENT_LEN);
	CHECK_MEM(e->body, r->root->incarnation, 8);
	CHECK_MEM(e->body + 40, proof, 32);
}

static inline enum status
take_event(void *arg, const struct store_event *ev, int odd)
{
	struct reader *r = arg;
	struct journal_event *e = &r->row[r->events++].e;
	uint8_t link_before[32];
	struct key32 k_0;
	int is_first = r->at + 1 <= r->run_count && r->runs[r->at].first == ev->seq;

	CHECK_EQ(odd, 0);
	CHECK_EQ(ev->seq, r->next++);
	memcpy(link_before, r->link, 32);
	if (is_first) {
		const struct store_run *run = &r->runs[r->at];

		CHECK_EQ(
		    journal_run_open(&keys.list.vault[0].pk_v, &keys.sk_v, run->blob, &k_0), ST_OK);
		journal_start(&r->run, &k_0, run->id, run->first);
		journal_link_run(r->link, run->id, run->epoch, run->first, run->blob);
	}
	CHECK_EQ(ev->run, r->run.id);
	CHECK_EQ(journal_open(&r->run, ev->blob, e), ST_OK);
	journal_link_event(r->link, ev->seq, ev->run, ev->blob);
	if (is_first) {
		CHECK_MEM(e->body + 8, link_before, 32);
		check_statement(r, &k_0, e);
		r->at++;
	}
	return ST_OK;
}

static inline void
read_journal(struct gateway *g)
{
	memset(&reader, 0, sizeof(reader));
	reader.root = state_root(g->state);
	reader.next = reader.root->journal.first;
	CHECK_EQ(store_runs(g->store, take_run, &reader), ST_OK);
	CHECK_EQ(store_events(g->store, 0, take_event, &reader), ST_OK);
	CHECK_EQ(reader.events, reader.root->journal.count);
	CHECK_MEM(reader.link, reader.root->journal.link, 32);
	CHECK_EQ(reader.at, reader.run_count);
}

/* --- comparing --- */

static inline void
compare_journal(struct gateway *g, const struct model *m)
{
	size_t row = 0;

	read_journal(g);
	for (size_t i = 0; i < m->events; i++) {
		size_t left = m->event[i].len, part;
		uint8_t type = m->event[i].type;

		while (row < reader.events && reader.row[row].e.type == EVENT_ARMED)
			row++; /* a run's beginning: checked as it was read */
		do {
			const struct journal_event *e = &reader.row[row++].e;

			part = left < EVENT_BODY_MAX ? left : EVENT_BODY_MAX;
			CHECK_EQ(e->type, type);
			CHECK_EQ(e->len, part);
			CHECK(part == 0 || (e->body[0] == m->event[i].fill &&
					       e->body[part - 1] == m->event[i].fill));
			type = EVENT_MORE;
			left -= part;
		} while (left > 0);
	}
	while (row < reader.events && reader.row[row].e.type == EVENT_ARMED)
		row++;
	CHECK_EQ(row, reader.events);
}

static inline void
compare_slots(struct gateway *g, const struct model *m)
{
	uint8_t want[RATCHET_LEAF_LEN], have[RATCHET_LEAF_LEN];
	uint16_t slots[SLOT_MAX];
	size_t n = 0, count = state_slots(g->state, slots);
	struct ratchet r;

	for (uint16_t i = 0; i < SLOT_MAX; i++) {
		if (!m->has_slot[i])
			continue;
		CHECK(n < count && slots[n++] == i);
		CHECK_EQ(state_slot(g->state, i, &r), ST_OK);
		ratchet_leaf_write(&r, have);
		ratchet_leaf_write(&m->slot[i], want);
		CHECK_MEM(have, want, sizeof(want));
	}
	CHECK_EQ(n, count);
}

static inline void
compare_parked(struct gateway *g, const struct model *m)
{
	uint8_t blob[PARK_BLOB_LEN], box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	const int64_t *after = NULL;
	int64_t seq;
	size_t n = 0, len;

	while (store_parked_next(g->store, after, &seq, blob, sizeof(blob), &len) == ST_OK) {
		after = &seq;
		CHECK(n < m->parks && m->parked[n].seq == seq);
		CHECK_EQ(park_open(&state_root(g->state)->k_p, (uint64_t)seq, blob, box), ST_OK);
		CHECK_EQ(park_box_open(&keys.list.pk_i, &keys.sk_i, box, plain), ST_OK);
		CHECK_EQ(plain[24], m->parked[n++].fill);
	}
	CHECK_EQ(n, m->parks);
}

static inline void
compare(struct gateway *g, const struct model *m)
{
	uint8_t hash[32], h[16];
	char words[200];
	int has;

	CHECK_EQ(ring_list_hash(&keys.list, hash), ST_OK);
	CHECK_EQ(state_verify(g->state, &keys.k_h, hash, words, sizeof(words)), ST_OK);
	CHECK_STR(words, "");
	CHECK_MEM(state_wipe_secret(g->state), keys.w.b, 32);
	compare_slots(g, m);
	compare_parked(g, m);
	compare_journal(g, m);
	for (unsigned i = 0; i < 256; i++) {
		seen_hash(i, h);
		CHECK_EQ(state_seen(g->state, h, &has), ST_OK);
		CHECK_EQ(has, m->seen[i]);
	}
}

/* --- random changes, on both sides --- */

static inline void
do_event(struct gateway *g, struct model *m)
{
	uint8_t body[1000], fill = (uint8_t)dice(256);
	size_t len = dice(4) == 0 ? dice(sizeof(body)) : dice(237);

	memset(body, fill, sizeof(body));
	m->event[m->events].type = EVENT_RECEIVED;
	m->event[m->events].fill = fill;
	m->event[m->events++].len = (uint16_t)len;
	(void)gateway_event(g, EVENT_RECEIVED, body, len);
}

static inline void
do_slot(struct gateway *g, struct model *m)
{
	uint16_t slot = (uint16_t)(dice(3) * 300 + dice(6)); /* three nodes */
	struct public32 pk;
	struct key32 ck;
	struct ratchet next;

	if (m->has_slot[slot] && dice(10) > 0) {
		if (ratchet_spend(&m->slot[slot], m->slot[slot].n + dice(3), 5, &next) != ST_OK)
			return; /* revoked */
	} else if (m->has_slot[slot]) {
		ratchet_revoke(&m->slot[slot], 5, &next);
	} else {
		randombytes_buf(&pk, sizeof(pk));
		randombytes_buf(&ck, sizeof(ck));
		memset(&next, 0, sizeof(next));
		ratchet_start(&next, 0, &ck, &pk);
	}
	CHECK_EQ(change_slot(g->state, slot, &next), ST_OK);
	m->slot[slot] = next;
	m->has_slot[slot] = 1;
}

static inline void
do_seen(struct gateway *g, struct model *m)
{
	unsigned i = dice(256);
	uint8_t h[16];

	seen_hash(i, h);
	CHECK_EQ(change_seen(g->state, h), ST_OK);
	m->seen[i] = 1;
}

static int64_t park_seq;

static inline void
do_park(struct gateway *g, struct model *m)
{
	uint8_t plain[PARK_PLAIN_LEN] = {0};

	if (m->parks == MODEL_PARKED)
		return;
	plain[24] = (uint8_t)dice(256);
	CHECK_EQ(change_park(g->state, keys.list.pk_i.b, plain, NULL), ST_OK);
	m->parked[m->parks].seq = ++park_seq;
	m->parked[m->parks++].fill = plain[24];
}

/* A row that is already durable, as the caller's pass would take it. */
static inline void
do_unpark(struct gateway *g, struct model *m, size_t durable)
{
	size_t i;

	if (durable == 0)
		return;
	i = dice((uint32_t)durable);
	CHECK_EQ(change_unpark(g->state, m->parked[i].seq), ST_OK);
	memmove(&m->parked[i], &m->parked[i + 1], (m->parks - i - 1) * sizeof(m->parked[0]));
	m->parks--;
}

static inline void
change_locked(struct gateway *g, struct model *m)
{
	for (uint32_t n = dice(4); n > 0; n--)
		do_park(g, m);
	for (uint32_t n = dice(4); n > 0; n--)
		do_seen(g, m);
}

static inline void
change_armed(struct gateway *g, struct model *m)
{
	size_t durable = m->parks;

	for (uint32_t n = dice(5); n > 0; n--)
		do_event(g, m);
	for (uint32_t n = dice(4); n > 0; n--)
		do_slot(g, m);
	for (uint32_t n = dice(3); n > 0; n--)
		do_seen(g, m);
	if (dice(3) == 0)
		do_unpark(g, m, durable);
	if (dice(4) == 0)
		change_pass_end(g->state);
	if (dice(4) == 0)
		do_park(g, m);
}

static inline void
fresh(struct gateway *g)
{
	gateway_remove(base);
	gateway_make(g, base, &keys);
	memset(&model, 0, sizeof(model));
	model.event[0].type = EVENT_SETTING; /* what gateway_make() wrote */
	model.event[0].fill = 'm';
	model.event[0].len = 1;
	model.events = 1;
	park_seq = 0;
}

/* Both ends of a test. */
static inline void
state_test_begin(void)
{
	if (sodium_init() < 0)
		abort();
	CHECK_EQ(store_library_init(), ST_OK);
	shim_register();
	folder_make(base);
	folder_make(other);
	gateway_keys_make(&keys);
}

static inline int
state_test_done(void)
{
	gateway_remove(base);
	gateway_remove(other);
	(void)rmdir(base);
	(void)rmdir(other);
	return check_done();
}

#endif

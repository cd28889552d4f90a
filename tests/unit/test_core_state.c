/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state. The oracle is a model that applies the same changes to plain arrays; after each of
 * many random commits the gateway is closed as a power cut would, opened again, and compared with
 * it: slots, journal (opened with the vault's key, each link and proof recomputed), seen, parked.
 * Then cuts between the steps of a commit, tampering, failing media, and what each kind of commit
 * costs.
 */
#include "gateway/core/events.h"
#include "gateway/core/state_impl.h"
#include "tests/support/gateway.h"
#include "tests/support/shim_vfs.h"

#define MODEL_EVENTS 6000
#define MODEL_PARKED 400

static char base[64], other[64];
static struct gateway_keys keys;
static uint32_t seed;

static uint32_t
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
		uint64_t seq;
		uint8_t fill;
	} parked[MODEL_PARKED];
	size_t parks;
};
static struct model model, saved;

static void
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

static enum status
take_run(void *arg, const struct store_run *run, int odd)
{
	struct reader *r = arg;

	CHECK_EQ(odd, 0);
	r->runs[r->run_count++] = *run;
	return ST_OK;
}

/* A run's first event: what it states must be what the reader computes. */
static void
check_statement(struct reader *r, const struct key32 *k_0, const struct journal_event *e)
{
	const struct store_run *run = &r->runs[r->at];
	uint8_t proof[32];

	journal_run_proof(&keys.k_h, run->id, run->epoch, run->first, k_0, e->body + 8, proof);
	CHECK_EQ(e->len, RUN_STATEMENT_LEN);
	CHECK_MEM(e->body, r->root->incarnation, 8);
	CHECK_MEM(e->body + 40, proof, 32);
}

static enum status
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

static void
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

static void
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

static void
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

static void
compare_parked(struct gateway *g, const struct model *m)
{
	uint8_t blob[PARK_BLOB_LEN], box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	uint64_t seq = 0;
	size_t n = 0, len;

	while (store_parked_next(g->store, seq, &seq, blob, sizeof(blob), &len) == ST_OK) {
		CHECK(n < m->parks && m->parked[n].seq == seq);
		CHECK_EQ(park_open(&state_root(g->state)->k_p, seq, blob, box), ST_OK);
		CHECK_EQ(park_box_open(&keys.list.pk_i, &keys.sk_i, box, plain), ST_OK);
		CHECK_EQ(plain[24], m->parked[n++].fill);
	}
	CHECK_EQ(n, m->parks);
}

static void
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

static void
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

static void
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

static void
do_seen(struct gateway *g, struct model *m)
{
	unsigned i = dice(256);
	uint8_t h[16];

	seen_hash(i, h);
	CHECK_EQ(change_seen(g->state, h), ST_OK);
	m->seen[i] = 1;
}

static uint64_t park_seq;

static void
do_park(struct gateway *g, struct model *m)
{
	uint8_t plain[PARK_PLAIN_LEN] = {0};

	if (m->parks == MODEL_PARKED)
		return;
	plain[24] = (uint8_t)dice(256);
	CHECK_EQ(change_park(g->state, keys.list.pk_i.b, plain), ST_OK);
	m->parked[m->parks].seq = ++park_seq;
	m->parked[m->parks++].fill = plain[24];
}

/* A row that is already durable, as the caller's pass would take it. */
static void
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

static void
change_locked(struct gateway *g, struct model *m)
{
	for (uint32_t n = dice(4); n > 0; n--)
		do_park(g, m);
	for (uint32_t n = dice(4); n > 0; n--)
		do_seen(g, m);
}

static void
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

static void
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

static void
test_random(void)
{
	struct gateway g;

	fresh(&g);
	for (int i = 0; i < 150; i++) {
		if (dice(3) == 0) { /* as after a power cut */
			gateway_reopen(&g);
			if (dice(2) == 0)
				gateway_arm(&g, &keys);
		} else if (dice(6) == 0) {
			state_lock(g.state);
			gateway_arm(&g, &keys);
		}
		saved = model;
		if (g.state->is_armed)
			change_armed(&g, &model);
		else
			change_locked(&g, &model);
		if (dice(8) == 0) { /* refused by a rule before the first write */
			change_drop(g.state);
			model = saved;
			park_seq = g.state->park_next - 1;
			CHECK(!change_pending(g.state));
		}
		CHECK_EQ(state_commit(g.state, 30, (uint64_t)i), ST_OK);
		CHECK(!change_pending(g.state));
		if (dice(5) == 0)
			CHECK_EQ(state_idle(g.state), ST_OK);
		if (dice(5) == 0)
			CHECK_EQ(store_checkpoint(g.store), ST_OK);
		gateway_copy(base, other); /* the files as they lie now */
		struct gateway copy;

		if (CHECK(gateway_open(&copy, other) == ST_OK))
			compare(&copy, &model);
		gateway_close(&copy);
		if (checks_failed > 20)
			break;
	}
	compare(&g, &model);
	gateway_close(&g);
}

/* --- cuts between the steps of a commit --- */

static void
message(struct gateway *g, struct model *m)
{
	do_event(g, m);
	while (!m->has_slot[0] && !m->has_slot[300] && !m->has_slot[600])
		do_slot(g, m);
	do_slot(g, m);
	do_seen(g, m);
}

static void
copy_of(const char *from, const char *to, const char *name)
{
	char a[128], b[128];

	(void)snprintf(a, sizeof(a), "%s/%s", from, name);
	(void)snprintf(b, sizeof(b), "%s/%s", to, name);
	if (strcmp(name, "box") == 0)
		folder_copy(a, b);
	else
		file_copy(a, b);
}

static void
test_cuts(void)
{
	struct gateway g, cut;
	struct anchor_content c;
	uint64_t gen;

	fresh(&g);
	message(&g, &model);
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	gen = state_root(g.state)->gen;
	gateway_copy(base, other);
	saved = model;
	message(&g, &model);
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	CHECK_EQ(state_root(g.state)->gen, gen + 1);
	CHECK_EQ(anchor_read(g.anchor, &c), ST_OK);
	CHECK(c.slot_valid[0] && c.slot_valid[1]); /* the old one waits for idle */

	copy_of(base, other, "anchor"); /* cut after step 1: A' is there, the root is not */
	CHECK_EQ(gateway_open(&cut, other), ST_OK);
	CHECK_EQ(state_root(cut.state)->gen, gen);
	compare(&cut, &saved);
	gateway_arm(&cut, &keys); /* and it goes on */
	message(&cut, &saved);
	CHECK_EQ(state_commit(cut.state, 1, 1), ST_OK);
	gateway_reopen(&cut);
	compare(&cut, &saved);
	gateway_close(&cut);

	gateway_copy(base, other); /* cut after step 2 */
	CHECK_EQ(gateway_open(&cut, other), ST_OK);
	CHECK_EQ(state_root(cut.state)->gen, gen + 1);
	compare(&cut, &model);
	CHECK(state_wants_idle(cut.state));
	CHECK_EQ(state_idle(cut.state), ST_OK);
	CHECK(!state_wants_idle(cut.state));
	CHECK_EQ(anchor_read(cut.anchor, &c), ST_OK);
	CHECK(c.slot_valid[0] + c.slot_valid[1] == 1);
	gateway_reopen(&cut);
	compare(&cut, &model);
	CHECK_EQ(anchor_zero(cut.anchor, 0), ST_OK);
	CHECK_EQ(anchor_zero(cut.anchor, 1), ST_OK);
	gateway_close(&cut);
	CHECK_EQ(gateway_open(&cut, other), ST_ANCHOR); /* never guess */
	gateway_close(&g);
}

/* Every write and every sync of a commit fails once: what opens afterwards is the old state or the
 * new one, whole; and the state that saw the failure does nothing more. */
static void
test_failing_medium(void)
{
	struct gateway g, cut;
	enum status st;

	for (int kind = 0; kind < 2; kind++) {
		for (unsigned n = 1;; n++) {
			fresh(&g);
					message(&g, &model);
			CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
			saved = model;
			message(&g, &model);
			memset(&shim, 0, sizeof(shim));
			*(kind == 0 ? &shim.fail_write_in : &shim.fail_sync_in) = n;
			st = state_commit(g.state, 1, 1);
			shim.fail_write_in = shim.fail_sync_in = 0;
			if (st == ST_OK)
				break;
			CHECK_EQ(st, kind == 0 ? ST_IO : ST_SYNC);
			CHECK_EQ(state_commit(g.state, 1, 1), ST_IO);
			CHECK_EQ(state_idle(g.state), ST_IO);
			gateway_copy(base, other);
			CHECK_EQ(gateway_open(&cut, other), ST_OK);
			compare(&cut,
			    state_root(cut.state)->journal.count == g.state->root.journal.count
				? &saved
				: &model);
			gateway_close(&cut);
			gateway_close(&g);
		}
		gateway_close(&g);
	}
}

/* --- tampering --- */

static void
sql(const char *text)
{
	char path[128];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/box/tocsin.db", other);
	CHECK_EQ(sqlite3_open(path, &db), SQLITE_OK);
	CHECK_EQ(sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	if (!CHECK(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK))
		printf("    %s: %s\n", text, sqlite3_errmsg(db));
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
}

static const struct {
	const char *sql;
	const char *words;
} tampers[] = {
    {"UPDATE state SET blob = zeroblob(10240) WHERE node = 64", "the keys of slot 0"},
    {"UPDATE state SET blob = zeroblob(10239) WHERE node = 64", "the keys of slot 0"},
    {"DELETE FROM state WHERE node = 64", "the keys of slot 0"},
    {"UPDATE state SET blob = (SELECT blob FROM old.state WHERE node = 64) WHERE node = 64",
	"the keys of slot 0"},
    {"UPDATE state SET blob = (SELECT blob FROM old.state WHERE node = 1) WHERE node = 1",
	"node 0 of the state"},
    {"DELETE FROM state WHERE node = 1", "node 0 of the state"},
    {"DELETE FROM state WHERE node IN (1, 33)", "the wrapped keys; node 0 of the state"},
    {"UPDATE state SET blob = zeroblob(8192) WHERE node = 33", "the wrapped keys"},
};

static void
attach_and(const char *text)
{
	char all[512];

	(void)snprintf(all, sizeof(all), "ATTACH '%s/old.db' AS old; %s", other, text);
	sql(all);
}

static void
test_tampered(void)
{
	struct gateway g, cut;
	uint8_t hash[32];
	char words[200], path[128];
	struct ratchet r;

	fresh(&g);
	for (int i = 0; i < 2; i++) {
		struct public32 pk = {{9}};
		struct key32 ck = {{(uint8_t)i}};

		memset(&r, 0, sizeof(r));
		ratchet_start(&r, 0, &ck, &pk);
		CHECK_EQ(change_slot(g.state, 0, &r), ST_OK);
		CHECK_EQ(change_slot(g.state, 40, &r), ST_OK);
		CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
		CHECK_EQ(store_checkpoint(g.store), ST_OK);
		(void)snprintf(path, sizeof(path), "%s/box/tocsin.db", base);
		if (i == 0)
			file_copy(path, "old-state.db");
	}
	gateway_close(&g);
	CHECK_EQ(ring_list_hash(&keys.list, hash), ST_OK);
	for (size_t i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
		gateway_copy(base, other);
		(void)snprintf(path, sizeof(path), "%s/old.db", other);
		file_copy("old-state.db", path);
		attach_and(tampers[i].sql);
		if (!CHECK(gateway_open(&cut, other) == ST_OK)) /* LOCKED still parks */
			continue;
		CHECK_EQ(
		    state_verify(cut.state, &keys.k_h, hash, words, sizeof(words)), ST_CHANGED);
		CHECK_STR(words, tampers[i].words);
		CHECK_EQ(state_verify(cut.state, &keys.k_h, hash, words, 8), ST_CHANGED);
		CHECK(strlen(words) < 8);
		CHECK_EQ(state_slot(cut.state, 40, &r), ST_OK);
		gateway_close(&cut);
	}
	(void)unlink("old-state.db");
}

/* Card and anchor copied, and a root made by who had A but not K_H. */
static void
test_forged_root(void)
{
	struct tree_root root;
	struct key32 wrong = {{1}};
	uint8_t plain[TREE_ROOT_LEN], nonce[TREE_NONCE_LEN] = {3}, hash[32];
	struct gateway g;
	char words[200];

	fresh(&g);
	CHECK_EQ(ring_list_hash(&keys.list, hash), ST_OK);
	root = *state_root(g.state);
	root.posture = 2;
	tree_root_sign(&root, &wrong);
	tree_root_write(&root, plain);
	tree_seal(&g.state->a, nonce, TREE_ROOT, plain, sizeof(plain), g.state->blob);
	CHECK_EQ(
	    store_node_put(g.store, TREE_ROOT, g.state->blob, sizeof(plain) + TREE_EXTRA), ST_OK);
	gateway_reopen(&g);
	CHECK_EQ(state_root(g.state)->posture, 2);
	CHECK_EQ(state_verify(g.state, &keys.k_h, hash, words, sizeof(words)), ST_CHANGED);
	CHECK_STR(words, "the root of the state");
	hash[0] ^= 1;
	CHECK_EQ(state_verify(g.state, &keys.k_h, hash, words, sizeof(words)), ST_CHANGED);
	CHECK_STR(words, "the root of the state; the list of who may open it");
	gateway_close(&g);
}

/* Rows that the root does not know, in every place that ours will need. */
static void
test_planted_rows(void)
{
	struct gateway g;

	fresh(&g);
	gateway_close(&g);
	gateway_copy(base, other);
	sql("INSERT INTO journal VALUES(3, 3, zeroblob(256)), (4, 3, zeroblob(256)),"
	    " (0, 3, zeroblob(256)); INSERT INTO run VALUES(3, 1, 3, zeroblob(80))");
	CHECK_EQ(gateway_open(&g, other), ST_OK);
	CHECK_EQ(state_next_seq(g.state), 3);
	gateway_arm(&g, &keys);
	do_event(&g, &model);
	CHECK_EQ(state_next_seq(g.state),
	    3 + 1 + (model.event[1].len + 235) / 236 + (model.event[1].len == 0));
	CHECK_EQ(state_commit(g.state, 1, 1), ST_OK);
	gateway_reopen(&g);
	compare(&g, &model);
	gateway_close(&g);
}

/* --- rules --- */

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
		CHECK_EQ(change_park(g.state, keys.list.pk_i.b, plain), ST_OK);
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
	for (int i = 0; i < 7; i++)
		CHECK_EQ(
		    change_event(g.state, EVENT_CODEBOOK, 1, body, EVENT_LONG_MAX, &seq), ST_OK);
	CHECK_EQ(state_next_seq(g.state), count + 7 * rows);
	CHECK_EQ(change_event(g.state, EVENT_CODEBOOK, 1, body, EVENT_LONG_MAX, &seq), ST_FULL);
	CHECK_EQ(state_next_seq(g.state), count + 7 * rows); /* nothing of it */
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
		CHECK_EQ(change_park(g.state, keys.list.pk_i.b, plain), ST_OK);
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
	CHECK_EQ(anchor_create(path, &keys.w, &g.anchor), ST_OK);
	CHECK_EQ(state_create(g.store, g.anchor, &keys.wraps, &keys.list, 0, &g.state), ST_OK);
	CHECK_EQ(state_commit(g.state, 1, 1), ST_NOT_ALLOWED); /* not armed */
	gateway_close(&g);
	CHECK_EQ(gateway_open(&g, base), ST_INCOMPLETE);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(store_library_init(), ST_OK);
	shim_register();
	folder_make(base);
	folder_make(other);
	gateway_keys_make(&keys);
	test_random();
	test_cuts();
	test_failing_medium();
	test_tampered();
	test_forged_root();
	test_planted_rows();
	test_locked();
	test_costs();
	test_bounds();
	test_writer_key();
	test_seen_days();
	test_incomplete();
	gateway_remove(base);
	gateway_remove(other);
	(void)rmdir(base);
	(void)rmdir(other);
	return check_done();
}

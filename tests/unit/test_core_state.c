/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state against a model: after each of many random commits its files are copied as a power cut
 * would leave them, opened, and compared. Then cuts between the steps of a commit, failing media,
 * and what a thief may have changed.
 */
#include "tests/support/state_model.h"

static struct model saved; /* the model as it was before a commit */

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
			park_seq = (int64_t)g.state->park_next - 1;
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

int
main(void)
{
	state_test_begin();
	test_random();
	test_cuts();
	test_failing_medium();
	test_tampered();
	test_forged_root();
	test_planted_rows();
	return state_test_done();
}

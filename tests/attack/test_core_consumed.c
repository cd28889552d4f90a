/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is consumed is gone, and so is a chain that a slot has left, with the keys that it had kept.
 * A thief with every file of a gateway (the WAL's dead frames and free pages too), with sk_I and
 * with the anchor as it is now, searches every octet of them: he finds no key of a message that was
 * read, nor of a chain that its slot has left, and opens no parked row that a finished pass took.
 * Given also a copy of the anchor from before, the same search finds both; so it is the anchor that
 * erases, and the search works.
 *
 * He tries each octet's place as the begin of a root, a node, a leaf or a parked row, under every
 * key he has found so far; leaves without their seal, for a torn one would serve him too.
 */
#include "tests/support/gateway.h"

#define SLOTS 2
#define MESSAGES 4
#define PARKED 3
#define KEYS_MAX 64
#define LEAF_HEAD 144 /* crypto/ratchet_leaf.h */

static char dir[64];
static struct gateway_keys keys;

/* What must not be found. */
static struct key32 consumed[SLOTS * MESSAGES * 3 + 5];
static size_t consumed_count;
static size_t old_chain; /* from here on: what the left chain still had */

struct text {
	uint8_t *octets;
	size_t len;
};

struct loot {
	struct text file[3];
	struct key32 a[4], k_p[KEYS_MAX], leaf[KEYS_MAX];
	struct tree_link node[KEYS_MAX]; /* key, and its number in hash[0] */
	size_t as, k_ps, leaves, nodes;
	unsigned roots, message_keys, chain_keys, parked_texts;
};

/* --- the gateway's life --- */

static void
consume(struct gateway *g, uint16_t slot, struct ratchet *r)
{
	uint8_t body[60] = {1};
	struct message_keys mk;
	struct ratchet next;

	consumed[consumed_count++] = r->ck;
	CHECK_EQ(ratchet_keys(r, r->n, &mk), ST_OK);
	consumed[consumed_count++] = mk.mx;
	consumed[consumed_count++] = mk.ms;
	CHECK_EQ(ratchet_spend(r, r->n, 1, &next), ST_OK);
	*r = next;
	(void)gateway_event(g, 2, body, sizeof(body));
	CHECK_EQ(change_slot(g->state, slot, r), ST_OK);
}

/* One number is passed over, so that its keys are kept. */
static void
skip(struct gateway *g, uint16_t slot, struct ratchet *r)
{
	struct ratchet next;

	CHECK_EQ(ratchet_spend(r, r->n + 1, 1, &next), ST_OK);
	*r = next;
	CHECK_EQ(change_slot(g->state, slot, r), ST_OK);
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

static void
await(struct gateway *g, uint16_t slot, struct ratchet *r)
{
	struct ratchet next;
	struct key32 ck;

	randombytes_buf(&ck, sizeof(ck));
	CHECK_EQ(ratchet_await(r, &ck, &next), ST_OK);
	*r = next;
	CHECK_EQ(change_slot(g->state, slot, r), ST_OK);
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

/* The first message of the waiting chain: it is spent, and the old chain goes with its keys. */
static void
switch_chain(struct gateway *g, uint16_t slot, struct ratchet *r)
{
	struct ratchet next;

	CHECK_EQ(r->skipped_count, 1);
	CHECK_EQ(ratchet_switch(r, &next), ST_OK);
	consume(g, slot, &next);
	old_chain = consumed_count;
	consumed[consumed_count++] = r->ck;
	consumed[consumed_count++] = r->skipped[0].keys.mx;
	*r = next;
}

static void
live(struct gateway *g)
{
	uint8_t plain[PARK_PLAIN_LEN];
	struct public32 pk = {{9}};
	struct ratchet r[SLOTS];
	struct key32 ck;

	gateway_make(g, dir, &keys);
	for (uint16_t i = 0; i < SLOTS; i++) {
		randombytes_buf(&ck, sizeof(ck));
		memset(&r[i], 0, sizeof(r[i]));
		ratchet_start(&r[i], 0, &ck, &pk);
		CHECK_EQ(change_slot(g->state, (uint16_t)(i * 40), &r[i]), ST_OK);
	}
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
	gateway_reopen(g);
	for (uint8_t i = 1; i <= PARKED; i++) {
		memset(plain, 0x50 + i, sizeof(plain));
		CHECK_EQ(change_park(g->state, keys.list.pk_i.b, plain, NULL), ST_OK);
		CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
	}
	CHECK_EQ(store_checkpoint(g->store), ST_OK);
	gateway_arm(g, &keys);
	for (uint16_t m = 0; m < MESSAGES; m++)
		for (uint16_t i = 0; i < SLOTS; i++) {
			if (m == MESSAGES - 1 && i == SLOTS - 1) {
				skip(g, (uint16_t)(i * 40), &r[i]);
				await(g, (uint16_t)(i * 40), &r[i]);
				switch_chain(g, (uint16_t)(i * 40), &r[i]);
			} else {
				consume(g, (uint16_t)(i * 40), &r[i]);
			}
			if (m == MESSAGES - 1 && i == SLOTS - 1) { /* the last takes rows 1 and 2 */
				CHECK_EQ(change_unpark(g->state, 1), ST_OK);
				CHECK_EQ(change_unpark(g->state, 2), ST_OK);
				change_pass_end(g->state);
			}
			CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
		}
	(void)gateway_event(g, 7, (const uint8_t *)"x", 1); /* and an act keeps A */
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

/* --- the thief --- */

static void
take_files(struct loot *l)
{
	static const char *const names[3] = {"box/tocsin.db", "box/tocsin.db-wal", "anchor"};
	char path[256];

	memset(l, 0, sizeof(*l));
	for (int i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		l->file[i].octets = file_octets(path, &l->file[i].len);
		CHECK(l->file[i].octets != NULL);
	}
}

static void
take_anchor(struct loot *l, const struct text *anchor)
{
	struct anchor_slot slot;

	for (size_t at = 4096; at <= 8192; at += 4096)
		if (anchor_slot_read(anchor->octets + at, &slot) == ST_OK)
			l->a[l->as++] = slot.a;
}

static void
add_key(struct key32 *array, size_t *count, const struct key32 *key)
{
	for (size_t i = 0; i < *count; i++)
		if (memcmp(&array[i], key, sizeof(*key)) == 0)
			return;
	CHECK(*count < KEYS_MAX);
	if (*count < KEYS_MAX)
		array[(*count)++] = *key;
}

/* Calls try() for each place where len octets could begin: each begins with a random nonce. */
static void
each_place(struct loot *l, size_t len, void (*try)(struct loot *, const uint8_t *))
{
	for (int i = 0; i < 3; i++)
		for (size_t at = 0; at + len <= l->file[i].len; at++)
			if (memcmp(l->file[i].octets + at, "\0\0\0\0\0\0", 6) != 0)
				try(l, l->file[i].octets + at);
}

static void
try_root(struct loot *l, const uint8_t *at)
{
	uint8_t plain[TREE_ROOT_LEN];
	struct tree_root root;

	for (size_t i = 0; i < l->as; i++) {
		if (tree_open(&l->a[i], TREE_ROOT, at, TREE_ROOT_LEN + TREE_EXTRA, plain) !=
			ST_OK ||
		    tree_root_read(plain, &root) != ST_OK)
			continue;
		l->roots++;
		add_key(l->k_p, &l->k_ps, &root.k_p);
		for (uint8_t n = 0; n < TREE_WIDTH; n++) {
			if (tree_is_absent(&root.child[n]) || l->nodes == KEYS_MAX)
				continue;
			l->node[l->nodes] = root.child[n];
			l->node[l->nodes++].hash[0] = n;
		}
	}
}

static void
try_node(struct loot *l, const uint8_t *at)
{
	uint8_t plain[TREE_NODE_LEN];
	struct tree_node node;

	for (size_t i = 0; i < l->nodes; i++) {
		uint32_t number = TREE_NODE_0 + l->node[i].hash[0];

		if (tree_open(&l->node[i].key, number, at, TREE_NODE_LEN + TREE_EXTRA, plain) !=
			ST_OK ||
		    tree_node_read(plain, &node) != ST_OK)
			continue;
		for (size_t p = 0; p < TREE_WIDTH; p++)
			if (!tree_is_absent(&node.child[p]))
				add_key(l->leaf, &l->leaves, &node.child[p].key);
	}
}

static void
is_consumed(struct loot *l, const struct key32 *key)
{
	for (size_t i = 0; i < consumed_count; i++)
		if (memcmp(&consumed[i], key, 32) == 0) {
			l->message_keys++;
			l->chain_keys += i >= old_chain;
		}
}

/* Is it, or does it lead to, a consumed key? Forward is the only way it leads. */
static void
leads_to_consumed(struct loot *l, const struct key32 *ck)
{
	struct key32 k = *ck;
	struct message_keys mk;

	for (int step = 0; step < 3 * MESSAGES; step++) {
		ratchet_message_keys(&k, &mk);
		is_consumed(l, &k);
		is_consumed(l, &mk.mx);
		ratchet_step(&k);
	}
}

/* The head of a leaf, up to its first kept key: XChaCha20 from block 1 on, the seal not asked for.
 */
static void
try_leaf(struct loot *l, const uint8_t *at)
{
	uint8_t head[LEAF_HEAD];
	struct key32 key;

	for (size_t i = 0; i < l->leaves; i++) {
		(void)crypto_stream_xchacha20_xor_ic(
		    head, at + TREE_NONCE_LEN, sizeof(head), at, 1, l->leaf[i].b);
		if (head[0] != 1 || head[1] != RATCHET_LIVE || head[2] > RATCHET_GENERATION_MAX)
			continue;
		memcpy(key.b, head + 8, 32); /* CK_n, the waiting chain's, the kept MX */
		leads_to_consumed(l, &key);
		memcpy(key.b, head + 40, 32);
		leads_to_consumed(l, &key);
		memcpy(key.b, head + 112, 32);
		is_consumed(l, &key);
	}
}

static void
try_parked(struct loot *l, const uint8_t *at)
{
	uint8_t box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];

	for (size_t i = 0; i < l->k_ps; i++)
		for (uint64_t seq = 1; seq <= PARKED; seq++)
			if (park_open(&l->k_p[i], seq, at, box) == ST_OK &&
			    park_box_open(&keys.list.pk_i, &keys.sk_i, box, plain) == ST_OK &&
			    plain[0] != 0x50 + PARKED)
				l->parked_texts++;
}

static void
search(struct loot *l)
{
	each_place(l, TREE_ROOT_LEN + TREE_EXTRA, try_root);
	each_place(l, TREE_NODE_LEN + TREE_EXTRA, try_node);
	each_place(l, TREE_NONCE_LEN + LEAF_HEAD, try_leaf);
	each_place(l, PARK_BLOB_LEN, try_parked);
}

/* No consumed key lies anywhere in clear. */
static void
search_plain(const struct loot *l)
{
	for (int i = 0; i < 3; i++)
		for (size_t k = 0; k < consumed_count; k++)
			CHECK(memmem(l->file[i].octets, l->file[i].len, consumed[k].b, 32) == NULL);
}

static void
report(const char *who, const struct loot *l)
{
	printf("%s: %u roots, %zu K_P, %zu leaf keys; consumed: %u message keys, %u of the left "
	       "chain, %u parked texts\n",
	    who, l->roots, l->k_ps, l->leaves, l->message_keys, l->chain_keys, l->parked_texts);
}

int
main(void)
{
	struct text before, now;
	struct gateway g;
	struct loot l;
	char path[256];

	if (sodium_init() < 0)
		return 1;
	CHECK_EQ(store_library_init(), ST_OK);
	folder_make(dir);
	gateway_keys_make(&keys);
	live(&g);
	gateway_path(&g, "anchor", path);
	before.octets = file_octets(path, &before.len); /* holds A, and the one before it */
	CHECK_EQ(state_idle(g.state), ST_OK);
	now.octets = file_octets(path, &now.len);

	take_files(&l);
	take_anchor(&l, &now);
	CHECK_EQ(l.as, 1);
	search(&l);
	search_plain(&l);
	report("the anchor as it is now", &l);
	CHECK(l.roots >= 1 && l.leaves == SLOTS); /* the search works */
	CHECK_EQ(l.message_keys, 0);
	CHECK_EQ(l.parked_texts, 0);

	l.as = l.k_ps = l.leaves = l.nodes = 0;
	l.roots = l.message_keys = l.chain_keys = l.parked_texts = 0;
	take_anchor(&l, &before);
	CHECK_EQ(l.as, 2);
	search(&l);
	report("with the anchor of before", &l);
	CHECK(l.message_keys > 0);
	CHECK(l.chain_keys > 0);
	CHECK(l.parked_texts > 0);

	gateway_close(&g);
	for (int i = 0; i < 3; i++)
		free(l.file[i].octets);
	free(before.octets);
	free(now.octets);
	gateway_remove(dir);
	(void)rmdir(dir);
	return check_done();
}

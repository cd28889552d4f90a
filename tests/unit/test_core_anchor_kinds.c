/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Store and each kind of anchor together: every commit opens again, a cut at any octet of the
 * EEPROM's two writes leaves exactly one generation, and what the wipe of each kind leaves.
 */
#include "gateway/core/anchor.h"
#include "tests/support/gateway.h"

#define CELL 64
#define CHIP 4096

static char dir[64], later[64], path[160];
static struct gateway_keys keys;
static struct conf conf;

static const char *const kinds[] = {"file", "eeprom", "none"};

static void
make_chip(void)
{
	static uint8_t ones[CHIP];

	memset(ones, 0xff, sizeof(ones));
	file_write(conf.anchor, ones, sizeof(ones));
	CHECK_EQ(chmod(conf.anchor, 0600), 0);
}

static void
name_parts(const char *in, enum anchor_kind kind)
{
	conf.anchor_kind = kind;
	(void)snprintf(conf.state_dir, sizeof(conf.state_dir), "%s/box", in);
	(void)snprintf(conf.anchor, sizeof(conf.anchor), "%s/anchor", in);
}

static void
make(struct gateway *g, enum anchor_kind kind)
{
	memset(g, 0, sizeof(*g));
	gateway_remove(dir);
	name_parts(dir, kind);
	CHECK_EQ(mkdir(conf.state_dir, 0700), 0);
	if (kind == ANCHOR_EEPROM)
		make_chip();
	CHECK_EQ(store_create(conf.state_dir, &g->store), ST_OK);
	CHECK_EQ(anchor_create(&conf, g->store, &keys.w, &g->anchor), ST_OK);
	CHECK_STR(anchor_kind_name(g->anchor), kinds[kind]);
	CHECK_EQ(state_create(g->store, g->anchor, &keys.wraps, &keys.list, 0, &g->state), ST_OK);
	gateway_arm(g, &keys);
	(void)gateway_event(g, 7, (const uint8_t *)"m", 1);
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

static enum status
open_it(struct gateway *g)
{
	enum status st;

	memset(g, 0, sizeof(*g));
	if ((st = store_open(conf.state_dir, &g->store)) == ST_OK)
		st = anchor_open(&conf, g->store, &g->anchor);
	if (st == ST_OK)
		st = state_open(g->store, g->anchor, &g->state);
	if (st != ST_OK)
		gateway_close(g);
	return st;
}

static void
commit_slot(struct gateway *g, uint16_t slot)
{
	struct ratchet r;

	memset(&r, 0, sizeof(r));
	ratchet_start(&r, 0, &keys.w, &keys.list.pk_i);
	(void)gateway_event(g, 7, (const uint8_t *)"s", 1);
	CHECK_EQ(change_slot(g->state, slot, &r), ST_OK);
	CHECK_EQ(state_commit(g->state, 1, 1), ST_OK);
}

/* How many slots of the anchor hold something. */
static unsigned
live_slots(struct gateway *g)
{
	struct anchor_content c;
	unsigned live = 0;

	CHECK_EQ(anchor_read(g->anchor, &c), ST_OK);
	for (unsigned i = 0; i < c.slots; i++)
		live += (unsigned)c.slot_valid[i];
	sodium_memzero(&c, sizeof(c));
	return live;
}

/* Many commits, opened again after each: the generation is the last one's. */
static void
test_commits(enum anchor_kind kind)
{
	struct gateway g;
	uint64_t gen;

	make(&g, kind);
	for (uint16_t i = 0; i < 30; i++) {
		gen = state_root(g.state)->gen;
		commit_slot(&g, i);
		CHECK_EQ(state_root(g.state)->gen, gen + 1);
		CHECK_EQ(live_slots(&g), kind == ANCHOR_FILE ? 2 : 1);
		if (kind != ANCHOR_FILE)
			CHECK(!state_wants_idle(g.state) || i % 3 == 0);
		if (i % 3 != 2)
			continue;
		gateway_close(&g);
		CHECK_EQ(open_it(&g), ST_OK);
		CHECK_EQ(state_root(g.state)->gen, gen + 1);
		CHECK_MEM(state_wipe_secret(g.state), keys.w.b, 32);
		CHECK_EQ(state_idle(g.state), ST_OK);
		CHECK_EQ(live_slots(&g), 1);
		gateway_arm(&g, &keys);
	}
	gateway_close(&g);
}

/* --- cuts --- */

/* The store of this generation opens with these octets of the chip, and idling leaves one slot. */
static void
opens_as(const char *in, const uint8_t chip[CHIP], uint64_t gen)
{
	struct gateway g;

	name_parts(in, ANCHOR_EEPROM);
	file_write(conf.anchor, chip, CHIP);
	CHECK_EQ(chmod(conf.anchor, 0600), 0);
	if (!CHECK_EQ(open_it(&g), ST_OK))
		return;
	CHECK_EQ(state_root(g.state)->gen, gen);
	CHECK_EQ(state_idle(g.state), ST_OK);
	CHECK_EQ(live_slots(&g), 1);
	gateway_close(&g);
}

static size_t
first_difference(const uint8_t *a, const uint8_t *b, size_t from)
{
	for (size_t i = from; i < CHIP; i++)
		if (a[i] != b[i])
			return i / CELL * CELL;
	return CHIP;
}

static void
test_cuts(void)
{
	uint8_t *before, *after, chip[CHIP];
	size_t len, a, b, fresh, old;
	struct gateway g;
	uint64_t gen;

	make(&g, ANCHOR_EEPROM);
	commit_slot(&g, 1);
	gen = state_root(g.state)->gen;
	gateway_close(&g);
	gateway_copy(dir, later);
	before = file_octets(conf.anchor, &len);
	name_parts(later, ANCHOR_EEPROM);
	CHECK_EQ(open_it(&g), ST_OK);
	gateway_arm(&g, &keys);
	commit_slot(&g, 2);
	gateway_close(&g);
	after = file_octets(conf.anchor, &len);
	a = first_difference(before, after, 0);
	b = first_difference(before, after, a + CELL);
	CHECK(a < CHIP && b < CHIP && first_difference(before, after, b + CELL) == CHIP);
	fresh = sodium_is_zero(after + a, CELL) ? b : a;
	old = a + b - fresh;
	CHECK(sodium_is_zero(before + fresh, CELL) && sodium_is_zero(after + old, CELL));
	memcpy(chip, before, CHIP);
	for (size_t k = 0; k <= CELL; k++) { /* in step 1, and between 1 and 2 */
		ROW("step 1, octet %zu", k);
		memcpy(chip + fresh, after + fresh, k);
		opens_as(dir, chip, gen);
	}
	for (size_t k = 0; k <= CELL; k++) { /* between 2 and 4, and in step 4 */
		ROW("step 4, octet %zu", k);
		memcpy(chip + old, after + old, k);
		opens_as(later, chip, gen + 1);
	}
	name_parts(dir, ANCHOR_EEPROM);
	file_write(conf.anchor, after, CHIP);
	CHECK_EQ(open_it(&g), ST_ANCHOR); /* the older card opens with it no more */
	free(before);
	free(after);
}

/* --- the wipe --- */

static const char *const files[] = {"anchor", "box/tocsin.db", "box/tocsin.db-wal"};

/* In how many of the files these octets stand. */
static unsigned
places_of(const uint8_t *what, size_t what_len)
{
	unsigned found = 0;

	for (unsigned i = 0; i < 3; i++) {
		uint8_t *octets;
		size_t len;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		if ((octets = file_octets(path, &len)) == NULL)
			continue;
		found += memmem(octets, len, what, what_len) != NULL;
		free(octets);
	}
	return found;
}

/* Keys of two generations and pieces of the wraps, as the files hold them. */
struct loot {
	uint8_t a[2][32], wraps[8192];
};

static void
take(struct gateway *g, struct loot *l, unsigned which)
{
	struct anchor_content c;
	size_t len;

	CHECK_EQ(anchor_read(g->anchor, &c), ST_OK);
	for (unsigned i = 0; i < c.slots; i++)
		if (c.slot_valid[i] && c.slot[i].gen == state_root(g->state)->gen)
			memcpy(l->a[which], c.slot[i].a.b, 32);
	CHECK_EQ(store_node_get(g->store, 33, l->wraps, sizeof(l->wraps), &len), ST_OK);
	sodium_memzero(&c, sizeof(c));
}

static void
test_wipe(enum anchor_kind kind)
{
	static struct loot l;
	struct gateway g;
	int none = kind == ANCHOR_NONE;

	make(&g, kind);
	commit_slot(&g, 1);
	take(&g, &l, 0);
	CHECK_EQ(store_checkpoint(g.store), ST_OK);
	commit_slot(&g, 2);
	take(&g, &l, 1);
	gateway_close(&g);
	CHECK(places_of(keys.w.b, 32) >= 1);
	CHECK_EQ(places_of(l.a[0], 32) > 0, kind != ANCHOR_EEPROM); /* a file: not idle yet */
	CHECK(places_of(l.a[1], 32) >= 1);
	CHECK(places_of(l.wraps + 100, 64) >= 1 && places_of(l.wraps + 6000, 64) >= 1);
	CHECK_EQ(anchor_wipe(&conf), ST_OK);
	CHECK_EQ(places_of(keys.w.b, 32), 0);
	CHECK_EQ(places_of(l.a[0], 32), 0);
	CHECK_EQ(places_of(l.a[1], 32), 0);
	CHECK_EQ(places_of(l.wraps + 100, 64) == 0, none);
	CHECK_EQ(places_of(l.wraps + 6000, 64) == 0, none);
	CHECK_EQ(open_it(&g), ST_WIPED);
	CHECK_EQ(anchor_wipe(&conf), ST_OK); /* again does no harm */
	CHECK_EQ(open_it(&g), ST_WIPED);
	gateway_remove(dir);
	CHECK_EQ(anchor_wipe(&conf), ST_UNKNOWN);
}

/* A store that somebody holds, and an anchor that is something else, are not said to be wiped. */
static void
test_wipe_refused(void)
{
	static const uint8_t much[3 * 4096 + 1];
	struct gateway g;

	make(&g, ANCHOR_NONE);
	CHECK(anchor_wipe(&conf) != ST_OK);
	gateway_close(&g);
	CHECK_EQ(open_it(&g), ST_OK);
	gateway_close(&g);
	name_parts(dir, ANCHOR_FILE);
	file_write(conf.anchor, much, sizeof(much));
	CHECK_EQ(anchor_wipe(&conf), ST_CONFIG);
	CHECK_EQ(unlink(conf.anchor), 0);
	CHECK_EQ(mkdir(conf.anchor, 0700), 0);
	CHECK_EQ(anchor_wipe(&conf), ST_CONFIG);
	CHECK_EQ(rmdir(conf.anchor), 0);
}

int
main(void)
{
	if (sodium_init() < 0 || store_library_init() != ST_OK)
		return 1;
	folder_make(dir);
	folder_make(later);
	gateway_keys_make(&keys);
	for (enum anchor_kind kind = ANCHOR_FILE; kind <= ANCHOR_NONE; kind++) {
		test_commits(kind);
		test_wipe(kind);
	}
	test_wipe_refused();
	test_cuts();
	gateway_remove(dir);
	gateway_remove(later);
	folder_remove(dir);
	folder_remove(later);
	return check_done();
}

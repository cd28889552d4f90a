/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The anchor in an EEPROM: what it refuses, how its slots are worn, and a cut at every octet. */
#include "gateway/core/anchor.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

#define PAGE 256 /* the largest of such chips */
#define CELL 64

static char dir[64], path[128];
static struct key32 w;

static void
put_octets_at(off_t at, const uint8_t *octets, size_t len)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd != -1 && pwrite(fd, octets, len, at) == (ssize_t)len);
	CHECK_EQ(close(fd), 0);
}

/* As it comes from the factory. */
static void
make_chip(size_t size, mode_t mode)
{
	uint8_t ones[PAGE];
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd != -1 && close(fd) == 0);
	memset(ones, 0xff, sizeof(ones));
	for (size_t at = 0; at < size; at += PAGE)
		put_octets_at((off_t)at, ones, size - at < PAGE ? size - at : PAGE);
	CHECK_EQ(chmod(path, mode), 0);
}

static off_t
place_of(unsigned slot)
{
	return PAGE + (off_t)slot * CELL;
}

static void
test_sizes(void)
{
	static const struct {
		size_t size;
		mode_t mode;
		enum status want;
		unsigned slots;
	} cases[] = {
	    {0, 0600, ST_CONFIG, 0},
	    {256, 0600, ST_CONFIG, 0},
	    {831, 0600, ST_CONFIG, 0},
	    {832, 0600, ST_OK, 9},
	    {959, 0600, ST_OK, 9},
	    {1024, 0600, ST_OK, 11},
	    {4096, 0600, ST_OK, 59},
	    {32768, 0600, ST_OK, 63},
	    {4096, 0640, ST_CONFIG, 0},
	    {4096, 0606, ST_CONFIG, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct anchor *a = NULL;
		struct anchor_content c;

		ROW("%zu octets, mode %o", cases[i].size, (unsigned)cases[i].mode);
		make_chip(cases[i].size, cases[i].mode);
		CHECK_EQ(anchor_eeprom_create(path, &w, &a), cases[i].want);
		if (a == NULL)
			continue;
		CHECK_EQ(anchor_read(a, &c), ST_OK);
		CHECK_EQ(c.slots, cases[i].slots);
		CHECK(c.w_valid && !c.is_blank);
		anchor_close(a);
	}
}

static void
test_refused(void)
{
	struct anchor *a = NULL, *second = NULL;
	char other[160];

	(void)unlink(path);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_CONFIG); /* none is made */
	CHECK_EQ(anchor_eeprom_open(path, &a), ST_CONFIG);
	CHECK_EQ(anchor_eeprom_open(dir, &a), ST_CONFIG);
	make_chip(4096, 0600);
	(void)snprintf(other, sizeof(other), "%s/link", dir);
	CHECK_EQ(symlink("chip", other), 0);
	CHECK_EQ(anchor_eeprom_open(other, &a), ST_CONFIG);
	put_octets_at(1000, (const uint8_t *)"x", 1);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_EXISTS); /* somebody's */
	make_chip(4096, 0600);
	put_octets_at(4095, (const uint8_t *)"x", 1); /* behind the last slot */
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_OK);
	CHECK_EQ(anchor_eeprom_open(path, &second), ST_AGAIN); /* owned */
	anchor_close(a);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_EXISTS);
	CHECK_EQ(anchor_eeprom_open(path, &a), ST_OK);
	anchor_close(a);
	CHECK_EQ(unlink(other), 0);
}

/* Each slot in its turn, never two neighbours in one page; W's page is never written. */
static void
test_wear(void)
{
	struct anchor_slot slot = {.gen = 1};
	struct anchor_content c;
	struct anchor *a = NULL;
	unsigned used[ANCHOR_SLOTS_MAX] = {0}, at, before;
	uint8_t *first, *octets;
	size_t len;

	make_chip(4096, 0600);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_OK);
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	first = file_octets(path, &len);
	at = anchor_before_first(a);
	for (unsigned i = 0; i < 3 * c.slots; i++, slot.gen++) {
		before = at;
		at = anchor_next(a, at);
		used[at]++;
		CHECK(place_of(at) / PAGE != place_of(before) / PAGE);
		randombytes_buf(slot.a.b, 32);
		CHECK_EQ(anchor_write(a, at, &slot), ST_OK);
		CHECK_EQ(anchor_zero(a, before), ST_OK);
		CHECK_EQ(anchor_read(a, &c), ST_OK);
		for (unsigned k = 0; k < c.slots; k++)
			CHECK_EQ(c.slot_valid[k], k == at);
		CHECK_MEM(c.slot[at].a.b, slot.a.b, 32);
	}
	for (unsigned k = 0; k < c.slots; k++)
		CHECK_EQ(used[k], 3);
	octets = file_octets(path, &len);
	CHECK_MEM(octets, first, PAGE);
	CHECK_MEM(octets, w.b, 32);
	CHECK(sodium_is_zero(octets + 36, CELL - 36));
	CHECK_MEM(octets + place_of(c.slots), first + place_of(c.slots),
	    4096 - (size_t)place_of(c.slots)); /* what is not ours */
	free(first);
	free(octets);
	anchor_close(a);
}

/* What is readable: W, and how many slots, the one of `gen` with this A among them. */
static unsigned
readable(uint64_t gen, const struct key32 *key)
{
	struct anchor_content c;
	struct anchor *a = NULL;
	unsigned valid = 0, found = 0;

	CHECK_EQ(anchor_eeprom_open(path, &a), ST_OK);
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	CHECK(c.w_valid);
	CHECK_MEM(c.w.b, w.b, 32);
	for (unsigned k = 0; k < c.slots; k++) {
		valid += (unsigned)c.slot_valid[k];
		found += c.slot_valid[k] && c.slot[k].gen == gen &&
			 memcmp(c.slot[k].a.b, key->b, 32) == 0;
	}
	CHECK_EQ(found, 1);
	anchor_close(a);
	return valid;
}

/*
 * Octets of a slot as a cut leaves them: `now` up to the k-th, and then `before`; or the other way
 * round. 1 if what lies there then is the whole slot that is meant.
 */
static unsigned
tear(unsigned slot, const uint8_t before[CELL], const uint8_t now[CELL], unsigned k, int backwards,
    const uint8_t whole[CELL])
{
	uint8_t torn[CELL];

	memcpy(torn, backwards ? now : before, CELL);
	memcpy(torn, backwards ? before : now, k);
	put_octets_at(place_of(slot), torn, CELL);
	return memcmp(torn, whole, ANCHOR_SLOT_LEN) == 0;
}

static void
test_torn(void)
{
	struct anchor_slot slot = {.gen = 7}, next = {.gen = 8};
	uint8_t zeros[CELL] = {0}, old_cell[CELL] = {0}, new_cell[CELL] = {0}, page[PAGE];
	struct anchor *a = NULL;
	unsigned at, to;

	make_chip(4096, 0600);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_OK);
	randombytes_buf(slot.a.b, 32);
	randombytes_buf(next.a.b, 32);
	anchor_slot_write(&slot, old_cell);
	anchor_slot_write(&next, new_cell);
	at = anchor_next(a, anchor_before_first(a));
	to = anchor_next(a, at);
	CHECK_EQ(anchor_write(a, at, &slot), ST_OK);
	anchor_close(a);
	for (int backwards = 0; backwards < 2; backwards++) {
		for (unsigned k = 0; k <= CELL; k++) { /* step 1 */
			unsigned whole = tear(to, zeros, new_cell, k, backwards, new_cell);

			ROW("step 1, octet %u%s", k, backwards ? ", backwards" : "");
			CHECK_EQ(readable(7, &slot.a), 1 + whole);
		}
		put_octets_at(place_of(to), new_cell, CELL);
		for (unsigned k = 0; k <= CELL; k++) { /* step 4 */
			unsigned whole = tear(at, old_cell, zeros, k, backwards, old_cell);

			ROW("step 4, octet %u%s", k, backwards ? ", backwards" : "");
			CHECK_EQ(readable(8, &next.a), 1 + whole);
		}
		put_octets_at(place_of(at), old_cell, CELL);
	}
	randombytes_buf(page, sizeof(page)); /* a chip that rewrites pages */
	put_octets_at(place_of(to) / PAGE * PAGE, page, PAGE);
	CHECK_EQ(readable(7, &slot.a), 1);
}

/* What cuts left behind goes, once, and what is zeros is not written again. */
static void
test_zero_others(void)
{
	struct anchor_slot slot = {.gen = 3};
	struct anchor_content c;
	struct anchor *a = NULL;
	unsigned long syncs;

	make_chip(1024, 0600);
	CHECK_EQ(anchor_eeprom_create(path, &w, &a), ST_OK);
	for (unsigned k = 0; k < 4; k++)
		CHECK_EQ(anchor_write(a, 2 * k, &slot), ST_OK);
	put_octets_at(place_of(10), (const uint8_t *)"torn", 4);
	syncs = anchor_syncs(a);
	CHECK_EQ(anchor_zero_others(a, 2), ST_OK);
	CHECK_EQ(anchor_syncs(a), syncs + 4);
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	for (unsigned k = 0; k < c.slots; k++)
		CHECK_EQ(c.slot_valid[k], k == 2);
	CHECK_EQ(anchor_zero_others(a, 2), ST_OK);
	CHECK_EQ(anchor_syncs(a), syncs + 4);
	anchor_close(a);
}

/* The wipe asks no owner. */
static void
test_wipe(void)
{
	struct conf conf = {.anchor_kind = ANCHOR_EEPROM};
	struct anchor_slot slot = {.gen = 3};
	struct anchor_content c;
	struct anchor *a = NULL;
	uint8_t *octets;
	size_t len;

	(void)snprintf(conf.anchor, sizeof(conf.anchor), "%s", path);
	make_chip(1000, 0600);
	CHECK_EQ(anchor_create(&conf, NULL, &w, &a), ST_OK);
	CHECK_EQ(anchor_write(a, 1, &slot), ST_OK);
	CHECK_EQ(anchor_write(a, 5, &slot), ST_OK);
	CHECK_EQ(anchor_wipe(&conf), ST_OK);
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	CHECK(c.is_blank && !c.w_valid && !c.slot_valid[1] && !c.slot_valid[5]);
	anchor_close(a);
	octets = file_octets(path, &len);
	CHECK(sodium_is_zero(octets, CELL) && sodium_is_zero(octets + PAGE, 11 * CELL));
	CHECK_EQ(octets[999], 0xff); /* not ours */
	free(octets);
	CHECK_EQ(anchor_wipe(&conf), ST_OK);
	CHECK_EQ(anchor_create(&conf, NULL, &w, &a), ST_OK); /* blank again */
	anchor_close(a);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(anchor_wipe(&conf), ST_UNKNOWN);
	make_chip(256, 0600);
	CHECK_EQ(anchor_wipe(&conf), ST_CONFIG);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	randombytes_buf(&w, sizeof(w));
	folder_make(dir);
	(void)snprintf(path, sizeof(path), "%s/chip", dir);
	test_sizes();
	test_refused();
	test_wear();
	test_torn();
	test_zero_others();
	test_wipe();
	folder_remove(dir);
	return check_done();
}

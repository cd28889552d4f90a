/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fault/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const image_names[IMAGE_MODES] = {
    "all landed", "synced only", "4K subset", "torn 512", "torn, garbage", "other order"};

struct pending {
	size_t op;
	int is_limbo; /* a sync of it failed */
};

static struct disk platter; /* what is durable */
static uint8_t is_own[DISK_FILES][DISK_PAGES];
static struct pending *pending;
static size_t pending_count, pending_room, next_op;

static int
is_name(const struct disk_op *op)
{
	return op->type == OP_CREATE || op->type == OP_UNLINK;
}

static const struct disk_op *
op_of(size_t i)
{
	return &disk_ops[pending[i].op];
}

/* --- the platter --- */

static uint8_t *
own_page(unsigned file, size_t page)
{
	uint8_t *copy;

	if (is_own[file][page])
		return platter.file[file].page[page];
	if ((copy = calloc(1, DISK_PAGE)) == NULL)
		exit(2);
	if (platter.file[file].page[page] != NULL)
		memcpy(copy, platter.file[file].page[page], DISK_PAGE);
	is_own[file][page] = 1;
	return platter.file[file].page[page] = copy;
}

static void
drop_pages(unsigned file, size_t from)
{
	struct disk_file *f = &platter.file[file];

	for (size_t p = from; p < DISK_PAGES; p++) {
		if (is_own[file][p])
			free(f->page[p]);
		is_own[file][p] = 0;
		f->page[p] = NULL;
	}
}

static void
land(const struct disk_op *op)
{
	struct disk_file *f = &platter.file[op->file];
	size_t pages;

	switch (op->type) {
	case OP_CREATE:
		f->exists = 1;
		break;
	case OP_UNLINK:
		f->exists = 0;
		f->size = 0;
		drop_pages(op->file, 0);
		break;
	case OP_TRUNCATE:
		pages = (size_t)((op->at + DISK_PAGE - 1) / DISK_PAGE);
		drop_pages(op->file, pages);
		if (op->at % DISK_PAGE != 0 && f->page[pages - 1] != NULL)
			memset(own_page(op->file, pages - 1) + op->at % DISK_PAGE, 0,
			    DISK_PAGE - op->at % DISK_PAGE);
		f->size = op->at;
		break;
	default:
		for (size_t done = 0; done < op->len;) {
			size_t in = (op->at + done) % DISK_PAGE;
			size_t part =
			    DISK_PAGE - in < op->len - done ? DISK_PAGE - in : op->len - done;

			memcpy(own_page(op->file, (size_t)((op->at + done) / DISK_PAGE)) + in,
			    op->data + done, part);
			done += part;
		}
		if (op->at + op->len > f->size)
			f->size = op->at + op->len;
	}
}

/* Do both write to one page? Then the later sync carries the earlier one's octets too. */
static int
share_page(const struct disk_op *a, const struct disk_op *b)
{
	return a->type == OP_WRITE && b->type == OP_WRITE && a->len > 0 && b->len > 0 &&
	       a->at / DISK_PAGE <= (b->at + b->len - 1) / DISK_PAGE &&
	       b->at / DISK_PAGE <= (a->at + a->len - 1) / DISK_PAGE;
}

static int
is_rewritten(size_t i)
{
	for (size_t j = i + 1; j < pending_count; j++)
		if (!pending[j].is_limbo && op_of(j)->file == op_of(i)->file &&
		    share_page(op_of(i), op_of(j)))
			return 1;
	return 0;
}

/* Of the first `count` pending entries those of other files; how many they are. */
static size_t
without_file(unsigned file, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		if (op_of(i)->file != file)
			pending[left++] = pending[i];
	return left;
}

/* A sync of this file: its octets and all names are durable. DISK_FILES: names alone. */
static void
sync_of(unsigned file)
{
	uint8_t *lands = calloc(pending_count + 1, 1);
	size_t left = 0;

	if (lands == NULL)
		exit(2);
	for (size_t i = 0; i < pending_count; i++)
		lands[i] = is_name(op_of(i)) ||
			   (op_of(i)->file == file && (!pending[i].is_limbo || is_rewritten(i)));
	for (size_t i = 0; i < pending_count; i++) {
		if (lands[i])
			land(op_of(i));
		else
			pending[left++] = pending[i];
		if (lands[i] && op_of(i)->type == OP_UNLINK)
			left = without_file(op_of(i)->file, left);
	}
	pending_count = left;
	free(lands);
}

static void
add(size_t op)
{
	if (pending_count == pending_room) {
		pending_room = pending_room == 0 ? 1024 : pending_room * 2;
		if ((pending = realloc(pending, pending_room * sizeof(*pending))) == NULL)
			exit(2);
	}
	pending[pending_count++] = (struct pending){op, 0};
}

void
image_begin(const struct disk *base)
{
	for (unsigned f = 0; f < DISK_FILES; f++)
		drop_pages(f, 0);
	disk_copy(&platter, base);
	pending_count = 0;
	next_op = 0;
}

void
image_advance(size_t k)
{
	for (; next_op <= k && next_op < disk_op_count; next_op++) {
		const struct disk_op *op = &disk_ops[next_op];

		switch (op->type) {
		case OP_MARK:
			break;
		case OP_SYNC:
		case OP_DIRSYNC:
			sync_of(op->file);
			break;
		case OP_SYNC_FAILED:
			for (size_t i = 0; i < pending_count; i++)
				if (op_of(i)->file == op->file)
					pending[i].is_limbo = 1;
			break;
		default:
			add(next_op);
		}
	}
}

/* --- an image --- */

static uint64_t
mix(uint64_t seed, uint64_t a, uint64_t b)
{
	uint64_t z = seed + a * 0x9e3779b97f4a7c15ULL + b * 0xbf58476d1ce4e5b9ULL + 1;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#define UNIT_SIZE UINT64_MAX        /* the size's place among the units of a file */
#define UNIT_FILE (UINT64_MAX - 1)  /* the file as a whole */
#define UNIT_NAMES (UINT64_MAX - 2) /* of all files */

/* How many of the pending writes of a file reached this unit? None, all, or any beginning. */
static size_t
reached(enum image_mode mode, uint64_t seed, unsigned file, uint64_t unit, size_t all)
{
	uint64_t r;

	if (mode == IMAGE_ALL || mode == IMAGE_SYNCED)
		return mode == IMAGE_ALL ? all : 0;
	if (mode == IMAGE_ORDER && unit != UNIT_NAMES)
		unit = UNIT_FILE;
	r = mix(seed, file, unit);
	switch (r & 3) {
	case 0:
		return 0;
	case 1:
		return all;
	default:
		return (size_t)((r >> 2) % (all + 1));
	}
}

/* Names in their order; gives the number of the entry from which on a file's octets count. */
static void
make_names(enum image_mode mode, uint64_t seed, size_t since[DISK_FILES])
{
	size_t all = 0, left;

	for (size_t i = 0; i < pending_count; i++)
		all += (size_t)is_name(op_of(i));
	left = reached(mode, seed, DISK_FILES, UNIT_NAMES, all);
	for (size_t i = 0; i < pending_count && left > 0; i++) {
		const struct disk_op *op = op_of(i);

		if (!is_name(op))
			continue;
		left--;
		disk.file[op->file].exists = op->type == OP_CREATE;
		if (op->type == OP_UNLINK) {
			disk_cut(&disk.file[op->file], 0);
			since[op->file] = i;
		}
	}
}

static void
make_write(
    enum image_mode mode, uint64_t seed, const struct disk_op *op, size_t ordinal, size_t all)
{
	const struct disk_unit *units = &disk_unit[op->file];
	size_t unit = mode == IMAGE_PAGES ? units->page : units->torn, part;

	for (size_t done = 0; done < op->len; done += part) {
		uint64_t at = op->at + done;

		part =
		    unit - at % unit < op->len - done ? (size_t)(unit - at % unit) : op->len - done;
		if (ordinal < reached(mode, seed, op->file, at / unit, all))
			disk_put(&disk.file[op->file], op->data + done, part, at);
	}
}

static void
make_file(enum image_mode mode, uint64_t seed, unsigned file, size_t since)
{
	uint64_t size = disk.file[file].size;
	size_t all = 0, ordinal = 0, sizes;

	for (size_t i = since; i < pending_count; i++)
		all += op_of(i)->file == file && !is_name(op_of(i));
	if (all == 0)
		return;
	sizes = reached(mode, seed, file, UNIT_SIZE, all);
	for (size_t i = since; i < pending_count; i++) {
		const struct disk_op *op = op_of(i);

		if (op->file != file || is_name(op))
			continue;
		if (op->type == OP_WRITE)
			make_write(mode, seed, op, ordinal, all);
		if (ordinal < sizes && op->type == OP_TRUNCATE) {
			disk_cut(&disk.file[file], op->at);
			size = op->at;
		} else if (ordinal < sizes && op->at + op->len > size) {
			size = op->at + op->len;
		}
		ordinal++;
	}
	disk_cut(&disk.file[file], size);
}

static void
make_garbage(uint64_t seed)
{
	uint8_t noise[DISK_PAGE];
	size_t writes = 0, pick;

	for (size_t i = 0; i < pending_count; i++)
		writes += op_of(i)->type == OP_WRITE;
	if (writes == 0)
		return;
	pick = (size_t)(mix(seed, 11, 13) % writes);
	for (size_t i = 0; i < pending_count; i++) {
		const struct disk_op *op = op_of(i);
		struct disk_file *f = &disk.file[op->file];
		size_t len = disk_unit[op->file].noise;
		uint64_t at;

		if (op->type != OP_WRITE || pick-- > 0)
			continue;
		at = (op->at + mix(seed, 17, 19) % op->len) / len * len;
		for (size_t o = 0; o < len; o++)
			noise[o] = (uint8_t)mix(seed, 23, o);
		if (at < f->size)
			disk_put(f, noise, f->size - at < len ? (size_t)(f->size - at) : len, at);
		return;
	}
}

void
image_make(enum image_mode mode, uint64_t seed)
{
	size_t since[DISK_FILES] = {0};

	disk_fresh_pages();
	disk_copy(&disk, &platter);
	make_names(mode, seed, since);
	for (unsigned f = 0; f < DISK_FILES; f++)
		make_file(mode, seed, f, since[f]);
	if (mode == IMAGE_GARBAGE)
		make_garbage(seed);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fault/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_PAGES 65536 /* written between two disk_fresh_pages() */

struct disk disk;
struct disk_unit disk_unit[DISK_FILES] = {{DISK_PAGE, DISK_SECTOR, DISK_SECTOR},
    {DISK_PAGE, DISK_SECTOR, DISK_SECTOR}, {DISK_PAGE, DISK_SECTOR, DISK_SECTOR},
    {DISK_PAGE, DISK_SECTOR, DISK_SECTOR}};
struct disk_op *disk_ops;
size_t disk_op_count;
int disk_recording;
uint8_t disk_label;

static size_t op_room;
static uint8_t *arena;
static size_t arena_used;

static struct {
	enum disk_fault fault;
	unsigned in, failures;
	size_t failed_at; /* entries of the log when the first did */
	int for_ever;
	unsigned calls[FAULT_COUNT];
	unsigned kill_in;      /* 0: not at all */
	unsigned kill_at_sync; /* of this file; DISK_FILES: none */
	int is_dead;
} wrong = {.kill_at_sync = DISK_FILES};

/* --- pages --- */

static void *
must_have(void *p)
{
	if (p == NULL || p == MAP_FAILED) {
		(void)fprintf(stderr, "disk: no memory is left\n");
		exit(2);
	}
	return p;
}

static uint8_t *
new_page(void)
{
	if (arena == NULL)
		arena = must_have(mmap(NULL, (size_t)ARENA_PAGES * DISK_PAGE,
		    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
	if (arena_used == ARENA_PAGES) {
		(void)fprintf(stderr, "disk: more was written than the test foresaw\n");
		exit(2);
	}
	return arena + arena_used++ * DISK_PAGE;
}

static int
is_new(const uint8_t *page)
{
	return arena != NULL && page >= arena && page < arena + arena_used * DISK_PAGE;
}

void
disk_fresh_pages(void)
{
	arena_used = 0;
}

void
disk_keep_pages(void)
{
	arena = NULL; /* never given back: the next one is another */
	arena_used = 0;
}

void
disk_copy(struct disk *to, const struct disk *from)
{
	for (unsigned f = 0; f < DISK_FILES; f++) {
		size_t pages = (from->file[f].size + DISK_PAGE - 1) / DISK_PAGE;
		size_t had = (to->file[f].size + DISK_PAGE - 1) / DISK_PAGE;

		memcpy(to->file[f].page, from->file[f].page, pages * sizeof(uint8_t *));
		if (had > pages)
			memset(to->file[f].page + pages, 0, (had - pages) * sizeof(uint8_t *));
		to->file[f].exists = from->file[f].exists;
		to->file[f].size = from->file[f].size;
	}
}

void
disk_units(enum disk_name file, unsigned torn, unsigned noise, unsigned page)
{
	disk_unit[file] = (struct disk_unit){page, torn, noise};
}

/* --- the log --- */

static struct disk_op *
log_op(enum disk_op_type type, unsigned file)
{
	struct disk_op *op;

	if (disk_op_count == op_room) {
		op_room = op_room == 0 ? 4096 : op_room * 2;
		disk_ops = must_have(realloc(disk_ops, op_room * sizeof(*disk_ops)));
	}
	op = &disk_ops[disk_op_count++];
	memset(op, 0, sizeof(*op));
	op->type = (uint8_t)type;
	op->file = (uint8_t)file;
	op->label = disk_label;
	return op;
}

void
disk_log_clear(void)
{
	for (size_t i = 0; i < disk_op_count; i++)
		free(disk_ops[i].data);
	disk_op_count = 0;
}

size_t
disk_mark(void)
{
	(void)log_op(OP_MARK, DISK_FILES);
	return disk_op_count - 1;
}

/* --- what goes wrong --- */

void
disk_fail(enum disk_fault fault, unsigned in, int for_ever)
{
	wrong.fault = fault;
	wrong.in = in;
	wrong.for_ever = for_ever;
	wrong.failures = 0;
}

unsigned
disk_failures(void)
{
	return wrong.failures;
}

size_t
disk_failed_at(void)
{
	return wrong.failed_at;
}

void
disk_forget_failures(void)
{
	wrong.failures = 0;
}

void
disk_count_calls(void)
{
	memset(wrong.calls, 0, sizeof(wrong.calls));
}

unsigned
disk_calls(enum disk_fault fault)
{
	return wrong.calls[fault];
}

static int
is_due(enum disk_fault fault)
{
	wrong.calls[fault]++;
	if (wrong.fault != fault || wrong.in == 0)
		return 0;
	if (wrong.in > 1) {
		wrong.in--;
		return 0;
	}
	wrong.in = wrong.for_ever ? 1 : 0;
	if (wrong.failures++ == 0)
		wrong.failed_at = disk_op_count;
	return 1;
}

void
disk_kill(unsigned in)
{
	wrong.kill_in = in;
}

void
disk_kill_at_sync(enum disk_name file)
{
	wrong.kill_at_sync = file;
}

int
disk_revive(void)
{
	int was_dead = wrong.is_dead;

	wrong.is_dead = 0;
	wrong.kill_in = 0;
	wrong.kill_at_sync = DISK_FILES;
	return was_dead;
}

/* Is the process dead, or does it end here? */
static int
is_dead(void)
{
	if (wrong.kill_in > 0 && --wrong.kill_in == 0)
		wrong.is_dead = 1;
	return wrong.is_dead;
}

/* --- operations --- */

int
disk_open(void)
{
	return wrong.is_dead || is_due(FAULT_OPEN) ? -EIO : 0;
}

int
disk_create(unsigned file)
{
	if (is_dead())
		return -EIO;
	disk.file[file].exists = 1;
	if (disk_recording)
		(void)log_op(OP_CREATE, file);
	return 0;
}

int
disk_read(unsigned file, void *to, size_t len, uint64_t at)
{
	struct disk_file *f = &disk.file[file];
	uint8_t *out = to;
	size_t have, done;

	if (wrong.is_dead || is_due(FAULT_READ))
		return -EIO;
	memset(out, 0, len);
	have = at >= f->size ? 0 : f->size - at < len ? (size_t)(f->size - at) : len;
	for (done = 0; done < have;) {
		size_t page = (size_t)((at + done) / DISK_PAGE), in = (at + done) % DISK_PAGE;
		size_t part = DISK_PAGE - in < have - done ? DISK_PAGE - in : have - done;

		if (f->page[page] != NULL)
			memcpy(out + done, f->page[page] + in, part);
		done += part;
	}
	if (file == DISK_ANCHOR && is_due(FAULT_READ_OTHER) && have > 0)
		out[have / 2] ^= 1;
	return (int)have;
}

void
disk_put(struct disk_file *f, const uint8_t *from, size_t len, uint64_t at)
{
	if (at + len > (uint64_t)DISK_PAGES * DISK_PAGE)
		exit(2);
	for (size_t done = 0; done < len;) {
		size_t page = (size_t)((at + done) / DISK_PAGE), in = (at + done) % DISK_PAGE;
		size_t part = DISK_PAGE - in < len - done ? DISK_PAGE - in : len - done;

		if (!is_new(f->page[page])) {
			uint8_t *copy = new_page();

			if (f->page[page] != NULL)
				memcpy(copy, f->page[page], DISK_PAGE);
			else
				memset(copy, 0, DISK_PAGE);
			f->page[page] = copy;
		}
		memcpy(f->page[page] + in, from + done, part);
		done += part;
	}
	if (at + len > f->size)
		f->size = at + len;
}

static void
do_write(unsigned file, const void *from, size_t len, uint64_t at)
{
	struct disk_op *op;

	disk_put(&disk.file[file], from, len, at);
	if (!disk_recording)
		return;
	op = log_op(OP_WRITE, file);
	op->at = at;
	op->len = (uint32_t)len;
	op->data = must_have(malloc(len));
	memcpy(op->data, from, len);
}

int
disk_write(unsigned file, const void *from, size_t len, uint64_t at)
{
	if (is_dead() || is_due(FAULT_WRITE_EIO))
		return -EIO;
	if (is_due(FAULT_WRITE_FULL))
		return -ENOSPC;
	if (is_due(FAULT_WRITE_SHORT)) {
		do_write(file, from, len / 2, at);
		return -ENOSPC;
	}
	do_write(file, from, len, at);
	return 0;
}

void
disk_cut(struct disk_file *f, uint64_t size)
{
	static const uint8_t zeros[DISK_PAGE];
	size_t in = size % DISK_PAGE;

	if (size < f->size) {
		if (in != 0 && f->page[size / DISK_PAGE] != NULL)
			disk_put(f, zeros, DISK_PAGE - in, size);
		for (size_t p = (size_t)((size + DISK_PAGE - 1) / DISK_PAGE);
		     p < DISK_PAGES && p * DISK_PAGE < f->size; p++)
			f->page[p] = NULL;
	}
	f->size = size;
}

int
disk_truncate(unsigned file, uint64_t size)
{
	if (is_dead() || is_due(FAULT_TRUNCATE))
		return -EIO;
	disk_cut(&disk.file[file], size);
	if (disk_recording)
		log_op(OP_TRUNCATE, file)->at = size;
	return 0;
}

int
disk_sync(unsigned file)
{
	if (wrong.kill_at_sync == file)
		wrong.is_dead = 1;
	if (is_dead())
		return -EIO;
	if (is_due(FAULT_SYNC)) {
		if (disk_recording)
			(void)log_op(OP_SYNC_FAILED, file);
		return -EIO;
	}
	if (disk_recording)
		(void)log_op(OP_SYNC, file);
	return 0;
}

int
disk_dirsync(void)
{
	if (is_dead() || is_due(FAULT_SYNC))
		return -EIO;
	if (disk_recording)
		(void)log_op(OP_DIRSYNC, DISK_FILES);
	return 0;
}

int
disk_unlink(unsigned file)
{
	struct disk_file *f = &disk.file[file];

	if (is_dead() || is_due(FAULT_UNLINK))
		return -EIO;
	if (!f->exists)
		return -ENOENT;
	f->exists = 0;
	memset(f->page, 0, (f->size + DISK_PAGE - 1) / DISK_PAGE * sizeof(f->page[0]));
	f->size = 0;
	if (disk_recording)
		(void)log_op(OP_UNLINK, file);
	return 0;
}

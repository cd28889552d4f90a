/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The anchor in an EEPROM, or whatever else the kernel shows as a small file of octets: sysfs's
 * eeprom of an I2C chip, an nvmem file, a FRAM.
 *
 * W lies alone in the first 256 octets; slots of 64 octets follow, an odd number of them. A write
 * of one octet may rewrite its whole page inside the chip, and a cut tear all of it; pages have 256
 * octets at most. So the next slot is four further in the ring: never in a page with the one in
 * use, and, their number being odd, each comes in its turn.
 */
#include "gateway/core/anchor_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CELL 64
#define PAGE_MAX 256
#define STEP (PAGE_MAX / CELL)
#define SLOTS_MIN (2 * STEP + 1) /* fewer, and the step back would be shorter than STEP */

_Static_assert(ANCHOR_SLOTS_MAX % 2 == 1 && ANCHOR_SLOTS_MAX >= SLOTS_MIN, "slots");

struct eeprom_anchor {
	struct anchor base;
	int fd;
	uint8_t cell[CELL]; /* work; zero between calls */
};

static struct eeprom_anchor *
own_struct(struct anchor *anchor)
{
	return (struct eeprom_anchor *)anchor; /* its first member */
}

static off_t
place_of(unsigned slot)
{
	return PAGE_MAX + (off_t)slot * CELL;
}

/* --- cells --- */

/* A driver may move fewer octets at once. */
static enum status
read_cell(struct eeprom_anchor *a, off_t at)
{
	size_t done = 0;

	while (done < CELL) {
		ssize_t n = pread(a->fd, a->cell + done, CELL - done, at + (off_t)done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return ST_IO;
		done += (size_t)n;
	}
	return ST_OK;
}

static enum status
write_cell(struct eeprom_anchor *a, off_t at, const uint8_t cell[CELL])
{
	size_t done = 0;

	while (done < CELL) {
		ssize_t n = pwrite(a->fd, cell + done, CELL - done, at + (off_t)done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return ST_IO;
		done += (size_t)n;
	}
	return ST_OK;
}

/* A chip's write has ended when it returns, and its driver may know no sync. */
static enum status
sync_all(struct eeprom_anchor *a)
{
	a->base.syncs++;
	return fdatasync(a->fd) == 0 || errno == EINVAL ? ST_OK : ST_SYNC;
}

/* Write, sync, read back. */
static enum status
put_cell(struct eeprom_anchor *a, off_t at, const uint8_t *octets, size_t len)
{
	uint8_t cell[CELL] = {0};
	enum status st;

	if (len > 0)
		memcpy(cell, octets, len);
	if ((st = write_cell(a, at, cell)) == ST_OK && (st = sync_all(a)) == ST_OK)
		st = read_cell(a, at);
	if (st == ST_OK && sodium_memcmp(a->cell, cell, CELL) != 0)
		st = ST_IO;
	sodium_memzero(a->cell, CELL);
	sodium_memzero(cell, sizeof(cell));
	return st;
}

static enum status
write_slot(struct anchor *anchor, unsigned slot, const struct anchor_slot *content)
{
	uint8_t cell[ANCHOR_SLOT_LEN];
	enum status st;

	anchor_slot_write(content, cell);
	st = put_cell(own_struct(anchor), place_of(slot), cell, sizeof(cell));
	sodium_memzero(cell, sizeof(cell));
	return st;
}

static enum status
zero_slot(struct anchor *anchor, unsigned slot)
{
	return put_cell(own_struct(anchor), place_of(slot), NULL, 0);
}

/* Only what holds something: each write wears. */
static enum status
zero_others(struct anchor *anchor, unsigned keep)
{
	struct eeprom_anchor *a = own_struct(anchor);
	enum status st = ST_OK;

	for (unsigned slot = 0; slot < a->base.slots && st == ST_OK; slot++) {
		if (slot == keep || (st = read_cell(a, place_of(slot))) != ST_OK ||
		    sodium_is_zero(a->cell, CELL))
			continue;
		st = zero_slot(anchor, slot);
	}
	sodium_memzero(a->cell, CELL);
	return st;
}

static enum status
read_cells(struct anchor *anchor, struct anchor_content *out)
{
	struct eeprom_anchor *a = own_struct(anchor);
	enum status st;

	if ((st = read_cell(a, 0)) != ST_OK)
		goto done;
	out->w_valid = anchor_w_read(a->cell, &out->w) == ST_OK;
	out->is_blank = sodium_is_zero(a->cell, CELL);
	for (unsigned slot = 0; slot < a->base.slots; slot++) {
		if ((st = read_cell(a, place_of(slot))) != ST_OK)
			goto done;
		out->slot_valid[slot] = anchor_slot_read(a->cell, &out->slot[slot]) == ST_OK;
		out->is_blank = out->is_blank && sodium_is_zero(a->cell, CELL);
	}
done:
	sodium_memzero(a->cell, CELL);
	return st;
}

static void
close_eeprom(struct anchor *anchor)
{
	struct eeprom_anchor *a = own_struct(anchor);

	if (a->fd != -1)
		(void)close(a->fd); /* synced with each write */
	free(a);
}

static const struct anchor_ops eeprom_ops = {.name = "eeprom",
    .zeroing = ZERO_AT_ONCE,
    .close = close_eeprom,
    .read = read_cells,
    .write = write_slot,
    .zero = zero_slot,
    .zero_others = zero_others};

/* --- making and opening --- */

/* How many slots it has room for; 0: too few. */
static unsigned
slots_in(off_t size)
{
	off_t slots = size < PAGE_MAX ? 0 : (size - PAGE_MAX) / CELL;

	if (slots >= ANCHOR_SLOTS_MAX)
		return ANCHOR_SLOTS_MAX;
	if (slots % 2 == 0)
		slots--; /* odd */
	return slots < SLOTS_MIN ? 0 : (unsigned)slots;
}

/* ST_UNKNOWN: nothing is there. */
static enum status
open_eeprom(const char *path, int is_ours, struct eeprom_anchor **out)
{
	struct eeprom_anchor *a = calloc(1, sizeof(*a));
	enum status st = ST_CONFIG;
	struct stat sb;

	if (a == NULL)
		return ST_MEMORY;
	a->base = (struct anchor){.ops = &eeprom_ops, .step = STEP};
	if ((a->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1) {
		st = errno == ENOENT ? ST_UNKNOWN : ST_CONFIG;
		goto failed;
	}
	if (fstat(a->fd, &sb) == -1 ||
	    !(S_ISREG(sb.st_mode) || S_ISCHR(sb.st_mode) || S_ISBLK(sb.st_mode)))
		goto failed;
	if ((a->base.slots = slots_in(lseek(a->fd, 0, SEEK_END))) == 0)
		goto failed;
	if (is_ours && sb.st_mode & 077)
		goto failed;
	if (is_ours && flock(a->fd, LOCK_EX | LOCK_NB) == -1) {
		st = errno == EWOULDBLOCK ? ST_AGAIN : ST_CONFIG;
		goto failed;
	}
	*out = a;
	return ST_OK;
failed:
	close_eeprom(&a->base);
	return st;
}

/* Nothing but zeros, or ones as it comes from the factory, where the anchor will lie? */
static enum status
refuse_used(struct eeprom_anchor *a)
{
	enum status st = ST_OK;

	for (off_t at = 0; at < place_of(a->base.slots) && st == ST_OK; at += CELL) {
		st = read_cell(a, at);
		for (unsigned i = 0; i < CELL && st == ST_OK; i++)
			if (a->cell[i] != 0 && a->cell[i] != 0xff)
				st = ST_EXISTS;
	}
	sodium_memzero(a->cell, CELL);
	return st;
}

/* W first: without it no passphrase opens anything. Slots that are zeros already are left. */
static enum status
zero_all(struct eeprom_anchor *a)
{
	enum status st = put_cell(a, 0, NULL, 0);

	return st == ST_OK ? zero_others(&a->base, a->base.slots) : st;
}

enum status
anchor_eeprom_create(const char *path, const struct key32 *w, struct anchor **out)
{
	struct eeprom_anchor *a;
	uint8_t cell[ANCHOR_W_LEN];
	enum status st = open_eeprom(path, 1, &a);

	if (st != ST_OK)
		return st == ST_UNKNOWN ? ST_CONFIG : st;
	anchor_w_write(w, cell);
	if ((st = refuse_used(a)) == ST_OK && (st = zero_all(a)) == ST_OK)
		st = put_cell(a, 0, cell, sizeof(cell));
	sodium_memzero(cell, sizeof(cell));
	if (st == ST_OK)
		*out = &a->base;
	else
		close_eeprom(&a->base);
	return st;
}

enum status
anchor_eeprom_open(const char *path, struct anchor **out)
{
	struct eeprom_anchor *a;
	enum status st = open_eeprom(path, 1, &a);

	if (st != ST_OK)
		return st == ST_UNKNOWN ? ST_CONFIG : st;
	*out = &a->base;
	return ST_OK;
}

enum status
anchor_eeprom_wipe(const char *path)
{
	struct eeprom_anchor *a;
	enum status st = open_eeprom(path, 0, &a);

	if (st != ST_OK)
		return st;
	st = zero_all(a);
	close_eeprom(&a->base);
	return st;
}

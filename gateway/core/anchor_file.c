/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The anchor as a file. */
#include "gateway/core/anchor_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096
#define SLOTS 2
#define BLOCKS (1 + SLOTS) /* W, slot 0, slot 1 */

struct file_anchor {
	struct anchor base;
	int fd;
	int direct_fd;  /* O_DIRECT, or -1 where the file system has none */
	uint8_t *block; /* one, aligned for O_DIRECT; zero between calls */
};

static struct file_anchor *
own_struct(struct anchor *anchor)
{
	return (struct file_anchor *)anchor; /* its first member */
}

static unsigned
block_of(unsigned slot)
{
	assert(slot < SLOTS);
	return 1 + slot;
}

static void
close_file(struct anchor *anchor)
{
	struct file_anchor *a = own_struct(anchor);

	if (a->direct_fd != -1)
		(void)close(a->direct_fd); /* read-only: nothing to lose */
	if (a->fd != -1)
		(void)close(a->fd); /* synced with each write */
	free(a->block);
	free(a);
}

/* --- blocks --- */

static enum status
read_block(int fd, unsigned which, uint8_t *block)
{
	ssize_t n;

	do {
		n = pread(fd, block, BLOCK, (off_t)which * BLOCK);
	} while (n == -1 && errno == EINTR);
	return n == BLOCK ? ST_OK : ST_IO;
}

static enum status
write_block(int fd, unsigned which, const uint8_t *block)
{
	ssize_t n;

	do {
		n = pwrite(fd, block, BLOCK, (off_t)which * BLOCK);
	} while (n == -1 && errno == EINTR);
	return n == BLOCK ? ST_OK : ST_IO; /* a short write of one block is a full medium */
}

/* What the medium holds now. Without O_DIRECT the page cache is asked to let go first. */
static enum status
read_back(struct file_anchor *anchor, unsigned which)
{
	memset(anchor->block, 0, BLOCK);
	if (anchor->direct_fd != -1)
		return read_block(anchor->direct_fd, which, anchor->block);
	(void)posix_fadvise(
	    anchor->fd, (off_t)which * BLOCK, BLOCK, POSIX_FADV_DONTNEED); /* a wish */
	return read_block(anchor->fd, which, anchor->block);
}

/* Write a cell and zeros to the block's end, sync, read back. */
static enum status
put_cell(struct file_anchor *anchor, unsigned which, const uint8_t *cell, size_t len)
{
	enum status st;

	memset(anchor->block, 0, BLOCK);
	memcpy(anchor->block, cell, len);
	if ((st = write_block(anchor->fd, which, anchor->block)) != ST_OK)
		goto done;
	anchor->base.syncs++;
	st = ST_SYNC;
	if (fdatasync(anchor->fd) != 0)
		goto done;
	if ((st = read_back(anchor, which)) != ST_OK)
		goto done;
	if (sodium_memcmp(anchor->block, cell, len) != 0 ||
	    !sodium_is_zero(anchor->block + len, BLOCK - len))
		st = ST_IO;
done:
	sodium_memzero(anchor->block, BLOCK);
	return st;
}

static enum status
write_slot(struct anchor *anchor, unsigned slot, const struct anchor_slot *content)
{
	uint8_t cell[ANCHOR_SLOT_LEN];
	enum status st;

	anchor_slot_write(content, cell);
	st = put_cell(own_struct(anchor), block_of(slot), cell, sizeof(cell));
	sodium_memzero(cell, sizeof(cell));
	return st;
}

static enum status
zero_slot(struct anchor *anchor, unsigned slot)
{
	static const uint8_t cell[ANCHOR_SLOT_LEN];

	return put_cell(own_struct(anchor), block_of(slot), cell, sizeof(cell));
}

static enum status
zero_other(struct anchor *anchor, unsigned keep)
{
	return zero_slot(anchor, !keep);
}

static enum status
read_cells(struct anchor *anchor, struct anchor_content *out)
{
	struct file_anchor *a = own_struct(anchor);
	enum status st;

	if ((st = read_block(a->fd, 0, a->block)) != ST_OK)
		goto done;
	out->w_valid = anchor_w_read(a->block, &out->w) == ST_OK;
	out->is_blank = sodium_is_zero(a->block, BLOCK);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if ((st = read_block(a->fd, block_of(slot), a->block)) != ST_OK)
			goto done;
		out->slot_valid[slot] = anchor_slot_read(a->block, &out->slot[slot]) == ST_OK;
		out->is_blank = out->is_blank && sodium_is_zero(a->block, BLOCK);
	}
done:
	sodium_memzero(a->block, BLOCK);
	return st;
}

static const struct anchor_ops file_ops = {.name = "file",
    .zeroing = ZERO_WHEN_IDLE,
    .close = close_file,
    .read = read_cells,
    .write = write_slot,
    .zero = zero_slot,
    .zero_others = zero_other};

/* --- making and opening --- */

static struct file_anchor *
make_anchor(void)
{
	struct file_anchor *anchor = calloc(1, sizeof(*anchor));
	void *block;

	if (anchor == NULL)
		return NULL;
	anchor->base = (struct anchor){.ops = &file_ops, .slots = SLOTS, .step = 1};
	anchor->fd = anchor->direct_fd = -1;
	if (posix_memalign(&block, BLOCK, BLOCK) != 0) {
		close_file(&anchor->base);
		return NULL;
	}
	memset(block, 0, BLOCK);
	anchor->block = block;
	return anchor;
}

static enum status
sync_folder(const char *path)
{
	char copy[PATH_MAX];
	enum status st = ST_SYNC;
	int fd;

	if (strlen(path) >= sizeof(copy))
		return ST_CONFIG;
	memcpy(copy, path, strlen(path) + 1);
	if ((fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return ST_IO;
	if (fsync(fd) == 0)
		st = ST_OK;
	(void)close(fd); /* a folder: nothing to lose */
	return st;
}

/* The same file once more, past the page cache. Some file systems have no O_DIRECT: -1. */
static int
open_direct(const char *path, const struct stat *same)
{
	struct stat sb;
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1)
		return -1;
	if (fstat(fd, &sb) == 0 && sb.st_dev == same->st_dev && sb.st_ino == same->st_ino)
		return fd;
	(void)close(fd); /* read-only */
	return -1;
}

/* Some say yes to the flag and no to the read: then as without. */
static void
take_direct(struct file_anchor *anchor, const char *path, const struct stat *same)
{
	anchor->direct_fd = open_direct(path, same);
	if (anchor->direct_fd != -1 && read_block(anchor->direct_fd, 0, anchor->block) != ST_OK) {
		(void)close(anchor->direct_fd); /* read-only */
		anchor->direct_fd = -1;
	}
	sodium_memzero(anchor->block, BLOCK);
}

/* Is it an anchor's file, ours alone? */
static enum status
own(struct file_anchor *anchor, const char *path)
{
	struct stat sb;

	if (fstat(anchor->fd, &sb) == -1)
		return ST_IO;
	if (!S_ISREG(sb.st_mode) || sb.st_mode & 077 || sb.st_size != BLOCKS * BLOCK)
		return ST_CONFIG;
	if (flock(anchor->fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? ST_AGAIN : ST_CONFIG;
	take_direct(anchor, path, &sb);
	return ST_OK;
}

static enum status
write_new(struct file_anchor *anchor, const char *path, const struct key32 *w)
{
	uint8_t cell[ANCHOR_W_LEN];
	enum status st = ST_OK;

	for (unsigned which = 0; which < BLOCKS && st == ST_OK; which++)
		st = write_block(anchor->fd, which, anchor->block); /* zeros */
	if (st == ST_OK && fsync(anchor->fd) != 0)
		st = ST_SYNC;
	if (st == ST_OK)
		st = sync_folder(path);
	if (st == ST_OK)
		st = own(anchor, path);
	if (st != ST_OK)
		return st;
	anchor_w_write(w, cell);
	st = put_cell(anchor, 0, cell, sizeof(cell));
	sodium_memzero(cell, sizeof(cell));
	return st;
}

enum status
anchor_file_create(const char *path, const struct key32 *w, struct anchor **out)
{
	struct file_anchor *anchor = make_anchor();
	enum status st;

	if (anchor == NULL)
		return ST_MEMORY;
	anchor->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (anchor->fd == -1) {
		st = errno == EEXIST ? ST_EXISTS : ST_IO;
		close_file(&anchor->base);
		return st;
	}
	if ((st = write_new(anchor, path, w)) == ST_OK) {
		*out = &anchor->base;
		return ST_OK;
	}
	(void)unlink(path); /* half made: it holds nothing yet */
	close_file(&anchor->base);
	return st;
}

enum status
anchor_file_open(const char *path, struct anchor **out)
{
	struct file_anchor *anchor = make_anchor();
	enum status st = ST_CONFIG;

	if (anchor == NULL)
		return ST_MEMORY;
	anchor->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (anchor->fd != -1)
		st = own(anchor, path);
	if (st == ST_OK)
		*out = &anchor->base;
	else
		close_file(&anchor->base);
	return st;
}

/* --- the wipe --- */

static enum status
zero_all(struct file_anchor *a)
{
	enum status st = ST_OK;

	for (unsigned which = 0; which < BLOCKS && st == ST_OK; which++)
		st = write_block(a->fd, which, a->block); /* zeros, W first */
	if (st == ST_OK && fdatasync(a->fd) != 0)
		st = ST_SYNC;
	for (unsigned which = 0; which < BLOCKS && st == ST_OK; which++) {
		st = read_back(a, which);
		if (st == ST_OK && !sodium_is_zero(a->block, BLOCK))
			st = ST_IO;
	}
	sodium_memzero(a->block, BLOCK);
	return st;
}

enum status
anchor_file_wipe(const char *path)
{
	struct file_anchor *a = make_anchor();
	struct stat sb;
	enum status st;

	if (a == NULL)
		return ST_MEMORY;
	if ((a->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1)
		st = errno == ENOENT ? ST_UNKNOWN : ST_CONFIG;
	else if (fstat(a->fd, &sb) == -1)
		st = ST_IO;
	else if (!S_ISREG(sb.st_mode) || sb.st_size > BLOCKS * BLOCK)
		st = ST_CONFIG;
	else {
		take_direct(a, path, &sb);
		st = zero_all(a);
	}
	close_file(&a->base);
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk in memory under the real store and the real anchor, which records what is asked of it.
 *
 * SQLite comes here through a VFS (disk_vfs.c), anchor_file.c and store.c through the system calls
 * that the link wraps (disk_calls.c). Every operation that changes the medium is one entry of the
 * log, both files in one order; so is each mark of the test's own ("acknowledged from here on").
 * image.h makes of the log what a power cut could have left.
 *
 * The same disk lets the n-th call of a kind fail, once or for ever, and can end a process in the
 * middle of what it does: from then on nothing that it asks for happens.
 */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <stddef.h>
#include <stdint.h>

#define DISK_PAGE 4096
#define DISK_SECTOR 512
#define DISK_PAGES 16384 /* of one file */

enum disk_name { DISK_DB, DISK_WAL, DISK_JOURNAL, DISK_ANCHOR, DISK_FILES };

struct disk_file {
	int exists;
	uint64_t size;
	uint8_t *page[DISK_PAGES]; /* NULL: zeros */
};

/* What can be read now: a process's view, the page cache included. */
struct disk {
	struct disk_file file[DISK_FILES];
};
extern struct disk disk;

/* What the medium of a file keeps whole in an image, in octets that divide DISK_PAGE: when pages
 * are written back in any order, when a write is torn, when it leaves noise. DISK_PAGE, DISK_SECTOR
 * and DISK_SECTOR unless it is said here. */
struct disk_unit {
	unsigned page, torn, noise;
};
extern struct disk_unit disk_unit[DISK_FILES];
void disk_units(enum disk_name file, unsigned torn, unsigned noise, unsigned page);

/* Copy the page tables, not the pages. */
void disk_copy(struct disk *to, const struct disk *from);
/* Pages of `disk` that are written from now on are new ones; those of before stay as they are, and
 * pages that were new before are given up. */
void disk_fresh_pages(void);
/* The disk as it is becomes what later copies may rely on for ever. */
void disk_keep_pages(void);

/* Octets into a file of `disk`, and its new size: what lies behind the end is gone, and reads as
 * zeros when the file grows again. No log, no fault. */
void disk_put(struct disk_file *f, const uint8_t *from, size_t len, uint64_t at);
void disk_cut(struct disk_file *f, uint64_t size);

/* --- the log --- */

enum disk_op_type {
	OP_CREATE,
	OP_WRITE,
	OP_TRUNCATE,
	OP_SYNC,
	OP_SYNC_FAILED,
	OP_DIRSYNC,
	OP_UNLINK,
	OP_MARK
};

struct disk_op {
	uint8_t type, file;
	uint8_t label; /* disk_label when it was recorded */
	uint32_t len;
	uint64_t at; /* offset, or the new size */
	uint8_t *data;
};
extern struct disk_op *disk_ops;
extern size_t disk_op_count;
extern int disk_recording;
extern uint8_t disk_label;

/* Forget the log. */
void disk_log_clear(void);
/* One entry of no effect; its index. */
size_t disk_mark(void);

/* --- what goes wrong --- */

enum disk_fault {
	FAULT_NONE,
	FAULT_WRITE_EIO,
	FAULT_WRITE_FULL,
	FAULT_WRITE_SHORT, /* half of it, then no room */
	FAULT_SYNC,
	FAULT_READ,
	FAULT_READ_OTHER, /* the anchor alone: it reads back other octets */
	FAULT_TRUNCATE,
	FAULT_OPEN,
	FAULT_UNLINK,
	FAULT_COUNT
};
/* The in-th call of that kind from now, and, if for_ever, each later one. */
void disk_fail(enum disk_fault fault, unsigned in, int for_ever);
/* How many calls failed since disk_fail() or disk_forget_failures(). */
unsigned disk_failures(void);
void disk_forget_failures(void);
/* How many entries the log had when the first of them failed. */
size_t disk_failed_at(void);
/* Calls of that kind since disk_count_calls(). */
void disk_count_calls(void);
unsigned disk_calls(enum disk_fault fault);

/* The process ends at the in-th write or sync from now, which does not happen any more. */
void disk_kill(unsigned in);
/* The same at the next sync of that file. */
void disk_kill_at_sync(enum disk_name file);
/* Did it? Then another process may begin. */
int disk_revive(void);

/* --- for disk_vfs.c and disk_calls.c: 0, or an errno negated --- */

int disk_create(unsigned file);
int disk_open(void);
/* How many octets there were, the rest zeroed. */
int disk_read(unsigned file, void *to, size_t len, uint64_t at);
int disk_write(unsigned file, const void *from, size_t len, uint64_t at);
int disk_truncate(unsigned file, uint64_t size);
int disk_sync(unsigned file);
int disk_dirsync(void);
int disk_unlink(unsigned file);

/* Which file a path names; DISK_FILES: none of ours. */
unsigned disk_file_of(const char *path);
/* Every path that begins so is on this disk. */
void disk_mount(const char *folder);
int disk_is_folder(const char *path);
/* After store_library_init(), before any store. */
void disk_vfs_register(void);

#endif

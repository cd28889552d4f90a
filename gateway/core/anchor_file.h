/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The anchor as a file: W and two slots, each alone in a block of 4 kB, so that rewriting one never
 * moves another. One process owns it (flock). Best kept on another medium than the store.
 *
 * Statuses: ST_IO (the medium failed, or read back other octets than were written), ST_SYNC (a sync
 * failed), ST_CONFIG (no such file, a link, not a regular file of the right size, readable by
 * others, or owned by another process), ST_MEMORY. After ST_IO or ST_SYNC the caller ends.
 */
#ifndef GATEWAY_CORE_ANCHOR_FILE_H
#define GATEWAY_CORE_ANCHOR_FILE_H

#include "crypto/anchor.h"
#include "crypto/secret.h"
#include "schemas/status.h"

#include <stdint.h>

#define ANCHOR_SLOTS 2

struct anchor;

/* What the file holds. Wipe it. */
struct anchor_content {
	struct key32 w;
	int w_valid;
	struct anchor_slot slot[ANCHOR_SLOTS];
	int slot_valid[ANCHOR_SLOTS];
};

/* Make PATH, all zeros, mode 0600, synced with its folder, and own it. W is written here.
 * ST_EXISTS too. */
enum status anchor_create(const char *path, const struct key32 *w, struct anchor **out) MUST_USE;

enum status anchor_open(const char *path, struct anchor **out) MUST_USE;
/* anchor_close(NULL) does nothing. */
void anchor_close(struct anchor *anchor);

/* out is zeroed on failure. ST_OK, ST_IO. */
enum status anchor_read(struct anchor *anchor, struct anchor_content *out) MUST_USE;

/* Write one slot, sync, read it back from the medium (O_DIRECT where the file system has it). */
enum status anchor_write(
    struct anchor *anchor, unsigned slot, const struct anchor_slot *content) MUST_USE;
/* Zero one slot; sync, read back. */
enum status anchor_zero(struct anchor *anchor, unsigned slot) MUST_USE;

/* How many syncs this process asked for, for the accounts of what a report costs. */
unsigned long anchor_syncs(const struct anchor *anchor);

#endif

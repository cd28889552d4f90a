/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The anchor: W, and slots that hold A, the key of the tree's root. One slot is in use; a new A is
 * written to the next one, and the old one is zeroed once the new one counts (state.h has the
 * order). Three kinds, laid out in schemas/store/store.md:
 *
 *   file    W and two slots, each alone in a block of 4 kB. One process owns it (flock). The old
 *           slot is zeroed by the next commit, when idle, or with a good end. Best kept on another
 *           medium.
 *   eeprom  W and a ring of slots in what the kernel shows as an EEPROM's octets, for wear. The old
 *           slot is zeroed with the commit. One process owns it likewise.
 *   none    W and A lie in the store itself and move with its transaction. For a trial: nothing
 * that was deleted is out of reach of who has the card and a passphrase.
 *
 * Statuses: ST_IO (the medium failed, or read back other octets than were written), ST_SYNC (a sync
 * failed), ST_CONFIG (no such file, a link, not of the right sort or size, or open to others),
 * ST_AGAIN (owned by another process), ST_MEMORY; of the kind none those of store.h. After ST_IO or
 * ST_SYNC the caller ends.
 */
#ifndef GATEWAY_CORE_ANCHOR_H
#define GATEWAY_CORE_ANCHOR_H

#include "crypto/anchor.h"
#include "crypto/secret.h"
#include "gateway/common/conf.h"
#include "schemas/status.h"

#include <stdint.h>

#define ANCHOR_SLOTS_MAX 63

struct anchor;
struct store;

/* What the anchor holds. Wipe it. */
struct anchor_content {
	struct key32 w;
	int w_valid;
	int is_blank;   /* no octet of any cell is set: it was wiped, or never used */
	unsigned slots; /* how many it has */
	struct anchor_slot slot[ANCHOR_SLOTS_MAX];
	int slot_valid[ANCHOR_SLOTS_MAX];
};

/*
 * Make the anchor that the settings name, and own it; W is written, all slots are empty. The store
 * is used by the kind none alone, which writes W with the first anchor_join(), and must outlive it.
 * ST_EXISTS too: a file is there, an EEPROM holds something. ST_CONFIG: an EEPROM is missing, too
 * small or open to others.
 */
enum status anchor_create(const struct conf *conf, struct store *store, const struct key32 *w,
    struct anchor **out) MUST_USE;
enum status anchor_open(const struct conf *conf, struct store *store, struct anchor **out) MUST_USE;
/* Take away again what anchor_create() made, after anchor_close(). Best effort. */
void anchor_unmake(const struct conf *conf);
/* anchor_close(NULL) does nothing. */
void anchor_close(struct anchor *anchor);

/* The same for one kind and a path. */
enum status anchor_file_create(
    const char *path, const struct key32 *w, struct anchor **out) MUST_USE;
enum status anchor_file_open(const char *path, struct anchor **out) MUST_USE;
enum status anchor_eeprom_create(
    const char *path, const struct key32 *w, struct anchor **out) MUST_USE;
enum status anchor_eeprom_open(const char *path, struct anchor **out) MUST_USE;
enum status anchor_none_create(
    struct store *store, const struct key32 *w, struct anchor **out) MUST_USE;
enum status anchor_none_open(struct store *store, struct anchor **out) MUST_USE;

/* "file", "eeprom" or "none". */
const char *anchor_kind_name(const struct anchor *anchor);

/* out is zeroed on failure. ST_OK, ST_IO. */
enum status anchor_read(struct anchor *anchor, struct anchor_content *out) MUST_USE;

/* The slot that the next A goes to, and the one before the first. */
unsigned anchor_next(const struct anchor *anchor, unsigned slot);
unsigned anchor_before_first(const struct anchor *anchor);

/* Step 1: write one slot, sync, read it back from the medium. Nothing for the kind none. */
enum status anchor_write(
    struct anchor *anchor, unsigned slot, const struct anchor_slot *content) MUST_USE;
/* In step 2's transaction: the kind none writes A here. Nothing for the others. */
enum status anchor_join(struct anchor *anchor, const struct anchor_slot *content) MUST_USE;
/* Step 4. Is it done at once, or when idle? */
int anchor_zeroes_at_once(const struct anchor *anchor);
int anchor_zeroes_when_idle(const struct anchor *anchor);
/* Zero one slot; sync, read back. Nothing for the kind none. */
enum status anchor_zero(struct anchor *anchor, unsigned slot) MUST_USE;
/* Zero every slot but this one: what a cut left behind. */
enum status anchor_zero_others(struct anchor *anchor, unsigned keep) MUST_USE;

/* How many syncs this process asked for, for the accounts of what a report costs. */
unsigned long anchor_syncs(const struct anchor *anchor);

/*
 * Zero W, every slot and their CRC, whoever owns the anchor, and read back. For the kind none,
 * whose store nobody may have open: delete W, A and the wraps from it, and overwrite its WAL.
 * ST_OK; ST_UNKNOWN (there is no anchor at that path, or no store), ST_CONFIG (it is something
 * else), ST_IO, ST_SYNC, ST_MEMORY: then what it holds is not certain.
 */
enum status anchor_wipe(const struct conf *conf) MUST_USE;

#endif

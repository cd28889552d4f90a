/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's state: the sealed tree, the anchor, the journal's head and its writing key, and
 * the one road by which any of it changes.
 *
 * A change is collected in memory with the change_ functions, which touch nothing on disk, and is
 * made durable by state_commit(), in the order of the store's design:
 *   1. if a slot changed: A' and gen + 1 into the anchor slot not in use, sync, read back;
 *   2. one SQLite transaction: run and journal rows, changed leaves, their nodes and the root under
 *      fresh keys (the root under A'; under the old A where no slot changed), seen, parked rows;
 *   3. the caller acknowledges;
 *   4. the old anchor slot is zeroed: in an EEPROM at once; in a file by the next commit's step 1,
 *      or by state_idle().
 * Where the store is its own anchor (the kind none), A' is written in step 2, and 1 and 4 fall
 * away. A commit that returns anything but ST_OK leaves memory and disk in doubt: the caller
 * touches nothing more and ends the process (ST_SYNC: and the machine must be restarted).
 *
 * Secrets held here live in sodium_malloc'd memory and are wiped by state_lock() and state_free().
 */
#ifndef GATEWAY_CORE_STATE_H
#define GATEWAY_CORE_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/journal.h"
#include "crypto/park.h"
#include "crypto/ratchet.h"
#include "crypto/ring.h"
#include "crypto/tree.h"
#include "gateway/core/anchor.h"
#include "gateway/core/store.h"
#include "schemas/limits.h"
#include "schemas/status.h"

struct state;

/*
 * Make the state of a new gateway, in memory: a root with fresh keys, no slot. The store must be
 * empty and the anchor new. `wraps` and `list` (signed) are copied. The first state_commit() makes
 * all of it durable; it needs state_arm() first. ST_OK, ST_RANGE (the list is not valid), ST_ANCHOR
 * (the anchor has no W, or is in use), ST_IO, ST_MEMORY.
 */
enum status state_create(struct store *store, struct anchor *anchor, const struct ring_wraps *wraps,
    const struct ring_list *list, uint8_t posture, struct state **out) MUST_USE;

/*
 * Open an existing state as LOCKED. Step 0 first: one checkpoint, its result checked. Then the
 * anchor slot whose A opens the root is chosen (gen inside decides a tie).
 * ST_OK, ST_ANCHOR (none opens it, or W is gone), ST_WIPED (nothing at all is in the anchor),
 * ST_INCOMPLETE (its making was cut short: there is no root), ST_DAMAGED, ST_IO, ST_SYNC,
 * ST_MEMORY.
 */
enum status state_open(struct store *store, struct anchor *anchor, struct state **out) MUST_USE;
/* state_free(NULL) does nothing. Store and anchor stay the caller's. */
void state_free(struct state *s);

/* The root as last committed, but for its keys' use: borrowed until the next commit. */
const struct tree_root *state_root(const struct state *s);

/* W of the anchor, 32 octets, borrowed. */
const uint8_t *state_wipe_secret(const struct state *s);

/* The wraps node (secretboxes, wraps). ST_OK, ST_CHANGED (hash or seal does not match), ST_IO. */
enum status state_wraps(struct state *s, struct ring_wraps *out) MUST_USE;

/*
 * Check everything that a thief could have changed while LOCKED: the root's mac under K_H, the
 * ring list's hash, every node's and leaf's hash and seal. `words` gets what was found.
 * ST_OK, ST_CHANGED, ST_IO.
 */
enum status state_verify(struct state *s, const struct key32 *kh, const uint8_t ring_hash[32],
    char *words, size_t words_len) MUST_USE;

/* The slots in use, in order of number: fills at most SLOT_MAX numbers, returns how many. */
size_t state_slots(const struct state *s, uint16_t out[SLOT_MAX]);

/* One slot's ratchet from its leaf (also one changed but not yet committed). ST_OK, ST_UNKNOWN,
 * ST_CHANGED, ST_IO. */
enum status state_slot(struct state *s, uint16_t slot, struct ratchet *out) MUST_USE;

/* Arm the writer: from here on change_event() may be called. A fresh run with a fresh K_0 begins
 * with the next event; its row and link enter with the same commit. */
void state_arm(struct state *s, const struct key32 *kh, uint16_t epoch, const uint8_t pk_v[32]);
/* Wipe K_j and K_H, and forget what was collected. The state is LOCKED again. */
void state_lock(struct state *s);
/* Is a run under way, with at least one event? */
int state_run_open(const struct state *s);

/*
 * What a run's first event must state: incarnation 8 | link before the run's row 32 | proof 32,
 * where proof = BLAKE2b-256( key K_H, "EW1-run" || id || epoch || first || K_0 || link before )
 * (u64 LE; journal_run_proof() in crypto/journal.h). K_H is known only ARMED and OPEN, so nobody
 * who has merely pk_V can plant a run, and a damaged row leaves the rest of its run believable.
 * Begins the next run (fresh K_0, its id and first seq) if none is open: the next change_event()
 * is then its first. Call only when no event of the run was collected yet. Needs state_arm().
 */
void state_run_statement(struct state *s, uint8_t out[RUN_STATEMENT_LEN]);

/* The seq that the next change_event() will get. */
uint64_t state_next_seq(const struct state *s);

/* Was this text taken before: in the store, or collected just now? ST_OK, ST_IO and the like. */
enum status state_seen(struct state *s, const uint8_t hash[16], int *has) MUST_USE;

/* The modem was listed to its end for the first time since the start: from here on a commit may
 * forget what was seen long ago, once a day. */
void state_listed(struct state *s);

/* Hours switched on as the last commit wrote them; 0 for a new gateway. */
uint64_t state_on_h(const struct state *s);

/*
 * Collect. Nothing is written to the disk. Order of events is the order of calls.
 *
 * - change_event: seals one event (and its `more`), gives the seq of its first row. Body of at most
 *   EVENT_LONG_MAX octets. ST_OK, ST_TOO_LONG, ST_FULL, ST_NOT_ALLOWED (not armed).
 * - change_skip: only for a journal that is written anew: the next event gets this seq, and the
 *   numbers before it stay without a row; in a new state it is the first one kept. ST_RANGE.
 * - change_slot: the slot's next ratchet; a number not in use makes a new slot. ST_OK, ST_FULL.
 * - change_seen: one entry of `seen`.
 * - change_park: one parked text (LOCKED), part or refused unlock, sealed here to pk_i. seq: its
 *   row's; may be NULL.
 * - change_unpark: one parked row consumed.
 * - change_pass_end: the pass over parked ends: K_P is fresh, the rows that stay are sealed anew.
 * - change_ring: another signed list. ST_OK, ST_RANGE.
 * - change_wraps: other wraps. Copied.
 * - change_posture: what the root says of the posture.
 * - change_recovery: one copy for the recovery key; len 0: that copy goes. ST_OK, ST_TOO_LONG.
 * - change_forget: the rows before `first` go, which begins a run; link_before is the link before
 *   that run's row. ST_OK, ST_RANGE (not later than what is kept, or not written yet).
 *
 * All but change_seen and change_park need state_arm(): ST_NOT_ALLOWED, or asserted. ST_MEMORY too,
 * and ST_FULL when far more is collected than one batch makes: nothing of that call is collected.
 */
enum status change_event(struct state *s, uint8_t type, uint8_t version, const uint8_t *body,
    size_t len, uint64_t *seq) MUST_USE;
enum status change_skip(struct state *s, uint64_t seq) MUST_USE;
enum status change_slot(struct state *s, uint16_t slot, const struct ratchet *next) MUST_USE;
enum status change_seen(struct state *s, const uint8_t hash[16]) MUST_USE;
enum status change_park(struct state *s, const uint8_t pk_i[32],
    const uint8_t plain[PARK_PLAIN_LEN], uint64_t *seq) MUST_USE;
enum status change_unpark(struct state *s, int64_t seq) MUST_USE;
void change_pass_end(struct state *s);
enum status change_ring(struct state *s, const struct ring_list *list) MUST_USE;
void change_wraps(struct state *s, const struct ring_wraps *wraps);
void change_posture(struct state *s, uint8_t posture);
enum status change_recovery(
    struct state *s, unsigned kind, uint64_t id, const uint8_t *blob, size_t len) MUST_USE;
enum status change_forget(
    struct state *s, uint64_t first, const uint8_t link_before[JOURNAL_LINK_LEN]) MUST_USE;
int change_pending(const struct state *s);
/* Forget what was collected. If events were among it the run ends: the next event opens a new one.
 */
void change_drop(struct state *s);

/* Make it durable; with nothing collected it does nothing. on_h: hours switched on, all in all;
 * awake_h: hours ARMED or OPEN.
 * ST_OK, or the process must end (see above). ST_NOT_ALLOWED: not armed, nothing was touched. */
enum status state_commit(struct state *s, uint64_t on_h, uint64_t awake_h) MUST_USE;

/* After two idle seconds: zero the old anchor slot; checkpoint if the WAL is three quarters full,
 * so that the one of a full WAL (8,000 pages) seldom falls into a batch. (Not sooner: each
 * checkpoint copies leaves back and syncs, and is a chance for a card that lies about its syncs.)
 * ST_OK, ST_IO, ST_SYNC as for a commit. */
#define STATE_IDLE_PAGES 6000
enum status state_idle(struct state *s) MUST_USE;
int state_wants_idle(const struct state *s);

#endif

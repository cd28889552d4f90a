/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by state*.c alone. */
#ifndef GATEWAY_CORE_STATE_IMPL_H
#define GATEWAY_CORE_STATE_IMPL_H

#include "crypto/journal.h"
#include "crypto/park.h"
#include "crypto/ratchet_leaf.h"
#include "crypto/ring.h"
#include "crypto/seen.h"
#include "crypto/tree.h"
#include "gateway/core/state.h"

#define LEAF_BLOB_LEN (RATCHET_LEAF_LEN + TREE_EXTRA)
#define WRAPS_LINK 32 /* the wraps' place among the root's children */
/* The most of each that one commit may hold. A batch of 256 texts makes 256 slots, 512 rows of seen
 * and 512 events; a codebook and a places file make 975. */
#define EVENTS_MAX 2048
#define SEEN_MAX 1024
#define PARK_MAX 1024
#define COPIES_MAX 2048 /* each slot, each month, and the keys */

_Static_assert(LEAF_BLOB_LEN == 10240, "leaf");

struct slot_change {
	struct ratchet next;
	uint16_t slot;
};

struct park_change {
	uint64_t seq;
	uint8_t box[PARK_BOX_LEN];
};

/* One copy for the recovery key; len 0: it goes. */
struct recovery_change {
	unsigned kind;
	uint64_t id;
	size_t len;
	uint8_t blob[RECOVERY_BLOB_MAX];
};

/* What was collected and is not durable yet. Each array grows by doubling. */
struct changes {
	struct store_event *event; /* sealed */
	struct slot_change *slot;  /* secret: sodium_malloc'd */
	uint8_t (*seen)[SEEN_HASH_LEN];
	struct park_change *park; /* sealed to the intake key */
	int64_t *unpark;
	struct recovery_change *copy;
	size_t events, slots, seens, parks, unparks, copies;
	size_t event_room, slot_room, seen_room, park_room, unpark_room, copy_room;
	struct store_run run;
	int has_run; /* the run's row is new */
	int has_ring, has_wraps, has_posture, pass_end;
	uint8_t posture;
	int forgets; /* rows before `first` go */
	struct ring_list ring;
	struct ring_wraps wraps;
	uint8_t link[JOURNAL_LINK_LEN]; /* the journal's, with these events */
	uint64_t first, count;
	uint8_t link_before[JOURNAL_LINK_LEN]; /* before the run of `first` */
};

struct state {
	struct store *store;
	struct anchor *anchor;
	struct key32 w;
	struct key32 a; /* opens the root */
	unsigned anchor_slot;
	int is_old_slot_live; /* another slot may hold something */
	int is_new;           /* never committed */
	int is_broken;        /* a commit failed: nothing goes on */
	int is_listed;
	int is_trim_due;
	uint64_t on_h, park_next;
	uint64_t purged_day; /* UINT64_MAX: not since the start */

	struct tree_root root, next;
	struct tree_node node[TREE_WIDTH];
	uint32_t bad_nodes; /* bit i: node i did not open at the start */

	int is_armed;
	struct key32 k_h;
	uint16_t epoch;
	struct public32 pk_v;
	int is_run_open, is_run_written; /* written: its row was collected, or is durable */
	struct journal_run run;

	struct changes change;
	uint8_t plain[RATCHET_LEAF_LEN]; /* work; zero between calls */
	uint8_t blob[LEAF_BLOB_LEN];
};

/* Wipe the run's key: the next event begins another run. */
void state_end_run(struct state *s);

/* Back to nothing collected, arrays kept. */
void state_clear_changes(struct state *s);

/* A slot's change, or NULL. */
struct slot_change *state_slot_change(const struct state *s, uint16_t slot);

static inline unsigned
node_index(uint16_t slot)
{
	return slot / TREE_WIDTH;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a restored gateway comes from: sealed rows in a store, and what the recovery key opens of
 * them. For restore*.c alone.
 */
#ifndef GATEWAY_CORE_RESTORE_SOURCE_H
#define GATEWAY_CORE_RESTORE_SOURCE_H

#include "crypto/ring.h"
#include "crypto/tree.h"
#include "gateway/core/restore.h"
#include "gateway/core/store.h"

#define SOURCE_SLOTS_MAX SLOT_MAX

/* Secret: sodium_malloc'd. */
struct restore_source {
	struct store *store;
	char dir[CONF_PATH_MAX + 16];
	int is_copy; /* dir is ours: it goes */
	struct ring_list list;
	struct tree_root root; /* of the journal alone */
	int knows_root;        /* 0: only the rows themselves say which there are */
	struct ring_secrets secrets;
	size_t slots;
	struct {
		uint16_t slot;
		struct recovery_slot copy;
	} slot[SOURCE_SLOTS_MAX];
};

/*
 * Fill it from ask. Statuses as session_restore. What was opened is the caller's to close, also
 * after a failure.
 */
enum status restore_source_open(struct restore_source *src, const struct session *s,
    const struct restore_ask *ask, char words[SESSION_WORDS_MAX]) MUST_USE;
/* Closes the store; a copy's files go. Wipes nothing. */
void restore_source_close(struct restore_source *src);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway from a backup, or from its own journal when nothing else of it can be trusted, with the
 * recovery key: a new incarnation. The intake key stays, since the phones know it; device key,
 * root, passphrase, anchor and recovery key are new. The journal is written anew row by row under
 * the same numbers, as the new incarnation's own; rows that are missing or do not open stay
 * missing. Live chains are never restored: each monitor's next spare chain is.
 */
#ifndef GATEWAY_CORE_RESTORE_H
#define GATEWAY_CORE_RESTORE_H

#include <stdint.h>

#include "crypto/recovery.h"
#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* Folders beside state_dir: where a backup's rows lie while they are read, and where the command
 * puts the old store. */
#define RESTORE_WORK ".restore"
#define RESTORE_OLD ".old"

struct restore_ask {
	int fd; /* a backup, or -1: the old store in state_dir + RESTORE_OLD */
	const struct recovery_key *key;
	const struct msg_passphrase *passphrase; /* the new first coordinator's */
	uint64_t argon_memory;
	uint32_t argon_passes;
};

/*
 * NEW to LOCKED. On failure nothing is left on disk but an anchor that was there before.
 *   out    what came back; its text is the new recovery key: secret, the caller wipes it.
 *   words  on failure what to do, for a person.
 * ST_OK; ST_EXISTS, ST_PASSPHRASE (the recovery key does not open it), ST_FORGED (another
 * gateway's, or made up), ST_VERSION, ST_DAMAGED, ST_CHECK, ST_CLOSED (the medium), ST_INCOMPLETE,
 * or SC_STOP.
 */
enum status session_restore(struct session *s, const struct restore_ask *ask,
    struct msg_restored *out, char words[SESSION_WORDS_MAX]) MUST_USE;

#endif

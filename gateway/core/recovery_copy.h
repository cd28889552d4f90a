/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One copy for the recovery key (crypto/recovery.h), collected for the next commit. */
#ifndef GATEWAY_CORE_RECOVERY_COPY_H
#define GATEWAY_CORE_RECOVERY_COPY_H

#include "crypto/recovery.h"
#include "gateway/core/state.h"

/* content: len octets, the caller's to wipe. ST_OK, ST_RANGE (pk_r of low order), ST_FULL,
 * ST_MEMORY, ST_NOT_ALLOWED. */
enum status recovery_copy(struct state *state, const struct public32 *pk_r, const struct key32 *k_h,
    enum recovery_kind kind, uint64_t id, const uint8_t *content, size_t len) MUST_USE;

/* Why a recovery key that was typed could not be read (recovery_key_read), for the coordinator. */
const char *recovery_key_words(enum status st);

#endif

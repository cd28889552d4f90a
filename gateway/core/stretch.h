/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Argon2id: a passphrase to the 32 octets that open a coordinator's secretbox. The one use of
 * libsodium in core that takes memory by the hundred MiB.
 */
#ifndef GATEWAY_CORE_STRETCH_H
#define GATEWAY_CORE_STRETCH_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/ring.h"
#include "crypto/secret.h"
#include "schemas/status.h"

/* The floor, for a new passphrase and for what a stored list may ask; the ceiling bounds what a
 * changed list could make core do. */
#define STRETCH_MEMORY_MIN ((uint64_t)64 << 20)
#define STRETCH_MEMORY_MAX ((uint64_t)1024 << 20)
#define STRETCH_PASSES_MIN 3
#define STRETCH_PASSES_MAX 32

/*
 *   out  zeroed on failure.
 * ST_OK, ST_RANGE (memory or passes outside the bounds), ST_MEMORY.
 */
enum status stretch_passphrase(const char *octets, size_t len, const uint8_t salt[RING_SALT_LEN],
    uint64_t memory, uint32_t passes, struct key32 *out) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which (slot, n) can a hint mean? A table of every live X hint, in memory while ARMED or OPEN:
 * each live slot's window of 256 numbers and its skipped ones, the first 256 of the chain that
 * waits beside it, and the hints that a revoked slot left. Two slots may share a hint: every match
 * is tried.
 */
#ifndef GATEWAY_CORE_HINTS_H
#define GATEWAY_CORE_HINTS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/ratchet.h"
#include "crypto/secret.h"
#include "schemas/status.h"

struct hints;

struct hint_match {
	uint32_t n;
	uint16_t slot;
	uint8_t revoked; /* n says nothing then */
	uint8_t waiting; /* n is a number of the waiting chain */
};

enum status hints_new(struct hints **out) MUST_USE;
/* Wipes and frees. NULL does nothing. */
void hints_free(struct hints *h);

/* Put a slot's hints in, in place of those it had: after opening its leaf, and after every change
 * of it. Costs what changed. ST_OK, ST_MEMORY. */
enum status hints_set(struct hints *h, uint16_t slot, const struct ratchet *r) MUST_USE;

/* At most cap matches; returns how many there are. */
size_t hints_find(
    const struct hints *h, const uint8_t hx[HINT_X_LEN], struct hint_match *out, size_t cap);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal's rows: sealed forward, chained, all of one length (schemas/store/store.md).
 *
 *   rk = kdf( 32, 2, "EW1-jrnl", K_j )      K_j+1 = kdf( 32, 1, "EW1-jrnl", K_j )
 *   blob = ChaCha20-Poly1305-IETF( rk, nonce 0, plain 240, ad "EW1-jrnl" || run || j || seq )
 *   plain = type 1 | version 1 | length 2 | body of at most 236 | zeros
 *   link = BLAKE2b-256( link || seq || run || BLAKE2b-256( blob ) )           an event's row
 *   link = BLAKE2b-256( link || "run" || id || epoch || first || BLAKE2b-256( blob ) )  a run's row
 * All integers in formulas are u64, little endian. K_j is replaced before its blob leaves.
 */
#ifndef CRYPTO_JOURNAL_H
#define CRYPTO_JOURNAL_H

#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdint.h>

#define JOURNAL_RUN_BLOB_LEN 80
#define JOURNAL_LINK_LEN 32
#define JOURNAL_PROOF_LEN 32
/* What a run's first event states: incarnation | link before the run's row | proof. */
#define RUN_STATEMENT_LEN (8 + JOURNAL_LINK_LEN + JOURNAL_PROOF_LEN)

/* One run, at its next event: to write, or to read. Wipe it. */
struct journal_run {
	struct key32 key; /* K_j */
	uint64_t id;
	uint64_t first; /* seq of event 0 */
	uint64_t j;
};

/* One row's content. Wipe it. */
struct journal_event {
	uint8_t type; /* schemas/store/events.def; never 0 */
	uint8_t version;
	uint16_t len;
	uint8_t body[EVENT_BODY_MAX];
};

/* K_0: 32 fresh random octets; the caller wipes them. */
void journal_start(struct journal_run *run, const struct key32 *k_0, uint64_t id, uint64_t first);

/* A run's row: K_0 for whoever has the month's vault key. ST_OK, ST_RANGE (pk_v of low order). */
enum status journal_run_seal(const struct public32 *pk_v, const struct key32 *eph,
    const struct key32 *k_0, uint8_t blob[JOURNAL_RUN_BLOB_LEN]) MUST_USE;

/* k_0 is zeroed on failure. ST_OK, ST_FORGED. */
enum status journal_run_open(const struct public32 *pk_v, const struct key32 *sk_v,
    const uint8_t blob[JOURNAL_RUN_BLOB_LEN], struct key32 *k_0) MUST_USE;

/*
 * What shows that a run was begun by who had K_H, hence ARMED or OPEN:
 *   proof = BLAKE2b-256( key K_H, "EW1-run" || id || epoch || first || K_0 || link before )
 * where the link is the one before the run's row. Compare with sodium_memcmp.
 */
void journal_run_proof(const struct key32 *k_h, uint64_t id, uint16_t epoch, uint64_t first,
    const struct key32 *k_0, const uint8_t link_before[JOURNAL_LINK_LEN],
    uint8_t proof[JOURNAL_PROOF_LEN]);

/* Seal the run's next event and move the run on. Asserts type != 0 and len <= EVENT_BODY_MAX. */
void journal_seal(
    struct journal_run *run, const struct journal_event *event, uint8_t blob[EVENT_BLOB_LEN]);

/*
 * Open the run's next event and move the run on, also past one that does not open.
 *   event  written only on ST_OK.
 * ST_OK, ST_FORGED, ST_DAMAGED (sealed right, but not an event).
 */
enum status journal_open(struct journal_run *run, const uint8_t blob[EVENT_BLOB_LEN],
    struct journal_event *event) MUST_USE;

/* Move the run on to event j past rows that are missing; j not before run->j (asserted). The caller
 * bounds j: each step is one hash. */
void journal_skip(struct journal_run *run, uint64_t j);

/* The link after one more row, in place. */
void journal_link_event(
    uint8_t link[JOURNAL_LINK_LEN], uint64_t seq, uint64_t run, const uint8_t blob[EVENT_BLOB_LEN]);
void journal_link_run(uint8_t link[JOURNAL_LINK_LEN], uint64_t id, uint16_t epoch, uint64_t first,
    const uint8_t blob[JOURNAL_RUN_BLOB_LEN]);

#endif

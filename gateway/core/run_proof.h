/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a run of the journal ours? (schemas/store/store.md, run and journal) Pure. */
#ifndef GATEWAY_CORE_RUN_PROOF_H
#define GATEWAY_CORE_RUN_PROOF_H

#include "crypto/journal.h"
#include "crypto/ring.h"
#include "gateway/core/store.h"
#include "schemas/status.h"

/* K_0 of a run's row, with its month's keys. ST_OK, ST_UNKNOWN (the ring has no such month),
 * ST_FORGED (does not open). k_0 is zeroed on failure; the caller wipes it. */
enum status run_open(const struct ring_list *ring, const struct ring_secrets *secrets,
    const struct store_run *run, struct key32 *k_0) MUST_USE;

/*
 * Does its first event, opened with k_0, prove it?
 *   incarnation  NULL: whichever it states.
 *   link_before  the link before the run's row, as the event states it; only on ST_OK.
 * ST_OK, ST_INCOMPLETE (there is no statement), ST_FORGED.
 */
enum status run_prove(const struct ring_secrets *secrets, const uint8_t incarnation[8],
    const struct store_run *run, const struct key32 *k_0, const struct journal_event *first,
    uint8_t link_before[JOURNAL_LINK_LEN]) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backup's file: sealed rows, and a head and an end that say which. It holds no state of a
 * slot, no wrap, nothing parked, no anchor: it opens only with the recovery key.
 *
 *   head 192 | ring list | copies | runs | rows | end 96           integers little endian
 *   head:  "TOCSINB1" | made 4, quarter hours since 2025 | zero 4 | gwid 8 | kid 8
 *	    | incarnation 8 | first seq kept 8 | count 8 | link before it 32 | link 32
 *	    | hash of the ring list 32 | octets of the ring list 4 | copies 4 | runs 8 | rows 8
 *	    | zero 16
 *   copy:  kind 2 | octets of the blob 2 | zero 4 | id 8 | blob
 *   run:   id 8 | first 8 | epoch 2 | zero 6 | blob 80
 *   row:   seq 8 | run 8 | blob 256
 *   end:   hash 32 = BLAKE2b-256( everything before )
 *	    | signature 64 = Ed25519( sk_D, "EW1-bkup" || hash )
 */
#ifndef CRYPTO_BACKUP_H
#define CRYPTO_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/journal.h"
#include "crypto/recovery.h"
#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#define BACKUP_HEAD_LEN 192
#define BACKUP_COPY_HEAD_LEN 16
#define BACKUP_RUN_LEN (24 + JOURNAL_RUN_BLOB_LEN)
#define BACKUP_ROW_LEN (16 + EVENT_BLOB_LEN)
#define BACKUP_END_LEN 96

struct backup_head {
	uint32_t made;
	uint8_t gwid[8];
	uint8_t kid[KID_LEN];
	uint8_t incarnation[8];
	uint64_t first, count;
	uint8_t link_before[JOURNAL_LINK_LEN];
	uint8_t link[JOURNAL_LINK_LEN];
	uint8_t ring_hash[32];
	uint32_t list_len, copies;
	uint64_t runs, rows;
};

void backup_head_write(const struct backup_head *head, uint8_t out[BACKUP_HEAD_LEN]);
/* ST_OK, ST_VERSION (no backup, or a later version's), ST_DAMAGED. out: only on ST_OK. */
enum status backup_head_read(const uint8_t in[BACKUP_HEAD_LEN], struct backup_head *out) MUST_USE;

/* The head of one copy; its blob follows. */
void backup_copy_write(unsigned kind, uint64_t id, size_t len, uint8_t out[BACKUP_COPY_HEAD_LEN]);
/* ST_OK, ST_DAMAGED (a kind or a length that nobody writes). */
enum status backup_copy_read(
    const uint8_t in[BACKUP_COPY_HEAD_LEN], unsigned *kind, uint64_t *id, size_t *len) MUST_USE;

/* A run's row, and an event's. blob: JOURNAL_RUN_BLOB_LEN, EVENT_BLOB_LEN octets. A run that nobody
 * writes: ST_DAMAGED. */
void backup_run_write(
    uint64_t id, uint64_t first, uint16_t epoch, const uint8_t *blob, uint8_t out[BACKUP_RUN_LEN]);
enum status backup_run_read(const uint8_t in[BACKUP_RUN_LEN], uint64_t *id, uint64_t *first,
    uint16_t *epoch, uint8_t *blob) MUST_USE;
void backup_row_write(uint64_t seq, uint64_t run, const uint8_t *blob, uint8_t out[BACKUP_ROW_LEN]);
void backup_row_read(const uint8_t in[BACKUP_ROW_LEN], uint64_t *seq, uint64_t *run, uint8_t *blob);

/* The end, over the hash of everything before. seed: of sk_D. */
void backup_end_write(
    const uint8_t hash[32], const struct key32 *seed, uint8_t out[BACKUP_END_LEN]);
/* ST_OK, ST_CHECK (an octet before it was changed), ST_FORGED (the signature is not pk_d's). */
enum status backup_end_check(
    const uint8_t in[BACKUP_END_LEN], const uint8_t hash[32], const struct public32 *pk_d) MUST_USE;

#endif

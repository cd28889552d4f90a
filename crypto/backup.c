/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/backup.h"

#include <sodium.h>

#include "crypto/octets.h"
#include "crypto/ring.h"

static const char magic[8] = {'T', 'O', 'C', 'S', 'I', 'N', 'B', '1'};

#define ZERO_LEN 16 /* at the end of the head */
#define CONTEXT_LEN 8
#define SEQ_END (UINT64_C(1) << 62) /* no journal grows so long */

void
backup_head_write(const struct backup_head *head, uint8_t out[BACKUP_HEAD_LEN])
{
	uint8_t *at = out;

	put_octets(&at, magic, sizeof(magic));
	put_le(&at, head->made, 4);
	put_le(&at, 0, 4);
	put_octets(&at, head->gwid, sizeof(head->gwid));
	put_octets(&at, head->kid, sizeof(head->kid));
	put_octets(&at, head->incarnation, sizeof(head->incarnation));
	put_le(&at, head->first, 8);
	put_le(&at, head->count, 8);
	put_octets(&at, head->link_before, sizeof(head->link_before));
	put_octets(&at, head->link, sizeof(head->link));
	put_octets(&at, head->ring_hash, sizeof(head->ring_hash));
	put_le(&at, head->list_len, 4);
	put_le(&at, head->copies, 4);
	put_le(&at, head->runs, 8);
	put_le(&at, head->rows, 8);
	memset(at, 0, ZERO_LEN);
}

static int
is_head_sound(const struct backup_head *h)
{
	return h->first >= 1 && h->first < SEQ_END && h->count < SEQ_END && h->rows <= h->count &&
	       h->runs <= h->rows && h->list_len <= RING_LIST_MAX && h->copies <= UINT16_MAX;
}

enum status
backup_head_read(const uint8_t in[BACKUP_HEAD_LEN], struct backup_head *out)
{
	const uint8_t *at = in + sizeof(magic);
	struct backup_head h;

	if (memcmp(in, magic, sizeof(magic)) != 0)
		return ST_VERSION;
	h.made = (uint32_t)take_le(&at, 4);
	if (take_le(&at, 4) != 0)
		return ST_DAMAGED;
	take_octets(&at, h.gwid, sizeof(h.gwid));
	take_octets(&at, h.kid, sizeof(h.kid));
	take_octets(&at, h.incarnation, sizeof(h.incarnation));
	h.first = take_le(&at, 8);
	h.count = take_le(&at, 8);
	take_octets(&at, h.link_before, sizeof(h.link_before));
	take_octets(&at, h.link, sizeof(h.link));
	take_octets(&at, h.ring_hash, sizeof(h.ring_hash));
	h.list_len = (uint32_t)take_le(&at, 4);
	h.copies = (uint32_t)take_le(&at, 4);
	h.runs = take_le(&at, 8);
	h.rows = take_le(&at, 8);
	if (!octets_are_zero(at, ZERO_LEN) || !is_head_sound(&h))
		return ST_DAMAGED;
	*out = h;
	return ST_OK;
}

void
backup_copy_write(unsigned kind, uint64_t id, size_t len, uint8_t out[BACKUP_COPY_HEAD_LEN])
{
	uint8_t *at = out;

	put_le(&at, kind, 2);
	put_le(&at, len, 2);
	put_le(&at, 0, 4);
	put_le(&at, id, 8);
}

enum status
backup_copy_read(const uint8_t in[BACKUP_COPY_HEAD_LEN], unsigned *kind, uint64_t *id, size_t *len)
{
	const uint8_t *at = in;
	unsigned zero;

	*kind = (unsigned)take_le(&at, 2);
	*len = (size_t)take_le(&at, 2);
	zero = (unsigned)take_le(&at, 4);
	*id = take_le(&at, 8);
	if (zero != 0 || *kind < RECOVERY_KEYS || *kind > RECOVERY_SLOT || *len == 0 ||
	    *len > RECOVERY_BLOB_MAX || *id >= SEQ_END)
		return ST_DAMAGED;
	return ST_OK;
}

void
backup_run_write(
    uint64_t id, uint64_t first, uint16_t epoch, const uint8_t *blob, uint8_t out[BACKUP_RUN_LEN])
{
	uint8_t *at = out;

	put_le(&at, id, 8);
	put_le(&at, first, 8);
	put_le(&at, epoch, 2);
	put_le(&at, 0, 6);
	put_octets(&at, blob, JOURNAL_RUN_BLOB_LEN);
}

enum status
backup_run_read(
    const uint8_t in[BACKUP_RUN_LEN], uint64_t *id, uint64_t *first, uint16_t *epoch, uint8_t *blob)
{
	const uint8_t *at = in;
	uint64_t zero;

	*id = take_le(&at, 8);
	*first = take_le(&at, 8);
	*epoch = (uint16_t)take_le(&at, 2);
	zero = take_le(&at, 6);
	take_octets(&at, blob, JOURNAL_RUN_BLOB_LEN);
	return zero == 0 && *id != 0 && *id < SEQ_END && *first < SEQ_END ? ST_OK : ST_DAMAGED;
}

void
backup_row_write(uint64_t seq, uint64_t run, const uint8_t *blob, uint8_t out[BACKUP_ROW_LEN])
{
	uint8_t *at = out;

	put_le(&at, seq, 8);
	put_le(&at, run, 8);
	put_octets(&at, blob, EVENT_BLOB_LEN);
}

void
backup_row_read(const uint8_t in[BACKUP_ROW_LEN], uint64_t *seq, uint64_t *run, uint8_t *blob)
{
	const uint8_t *at = in;

	*seq = take_le(&at, 8);
	*run = take_le(&at, 8);
	take_octets(&at, blob, EVENT_BLOB_LEN);
}

static void
signed_part(const uint8_t hash[32], uint8_t out[CONTEXT_LEN + 32])
{
	uint8_t *at = out;

	put_octets(&at, "EW1-bkup", CONTEXT_LEN);
	put_octets(&at, hash, 32);
}

void
backup_end_write(const uint8_t hash[32], const struct key32 *seed, uint8_t out[BACKUP_END_LEN])
{
	uint8_t part[CONTEXT_LEN + 32];
	uint8_t *at = out;

	signed_part(hash, part);
	put_octets(&at, hash, 32);
	ring_sign(seed, part, sizeof(part), at);
}

enum status
backup_end_check(
    const uint8_t in[BACKUP_END_LEN], const uint8_t hash[32], const struct public32 *pk_d)
{
	uint8_t part[CONTEXT_LEN + 32];

	if (memcmp(in, hash, 32) != 0)
		return ST_CHECK;
	signed_part(hash, part);
	return crypto_sign_verify_detached(in + 32, part, sizeof(part), pk_d->b) == 0 ? ST_OK
										      : ST_FORGED;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/ratchet_leaf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define LAYOUT 1
#define ENTRY_LEN 84
#define HINTS_MAX (EW1_WINDOW + EW1_SKIPPED_MAX)

enum { AT_LAYOUT = 0, AT_STATE = 1, AT_GENERATION = 2, AT_COUNT = 3 };
enum { AT_N = 4, AT_CK = 8, AT_NEXT_CK = 40, AT_PK_M = 72, AT_SKIPPED = 104 };
enum { AT_ON_H = 4, AT_HINT_COUNT = 8, AT_HINTS = 16 };
enum { IN_N = 0, IN_ON_H = 4, IN_MX = 8, IN_MS = 40, IN_HX = 72, IN_HS = 77, IN_ACK = 81 };

_Static_assert(IN_ACK + EW1_ACK_LEN == ENTRY_LEN, "entry");
_Static_assert(AT_SKIPPED + EW1_SKIPPED_MAX * ENTRY_LEN == 5480, "the header's table");

static void
put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t
get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void
write_entry(const struct ratchet_skipped *entry, uint8_t *at)
{
	put_u32(at + IN_N, entry->n);
	put_u32(at + IN_ON_H, entry->on_h);
	memcpy(at + IN_MX, entry->keys.mx.b, sizeof(entry->keys.mx.b));
	memcpy(at + IN_MS, entry->keys.ms.b, sizeof(entry->keys.ms.b));
	memcpy(at + IN_HX, entry->keys.hx, sizeof(entry->keys.hx));
	memcpy(at + IN_HS, entry->keys.hs, sizeof(entry->keys.hs));
	memcpy(at + IN_ACK, entry->keys.ack, sizeof(entry->keys.ack));
}

static void
read_entry(const uint8_t *at, struct ratchet_skipped *entry)
{
	entry->n = get_u32(at + IN_N);
	entry->on_h = get_u32(at + IN_ON_H);
	memcpy(entry->keys.mx.b, at + IN_MX, sizeof(entry->keys.mx.b));
	memcpy(entry->keys.ms.b, at + IN_MS, sizeof(entry->keys.ms.b));
	memcpy(entry->keys.hx, at + IN_HX, sizeof(entry->keys.hx));
	memcpy(entry->keys.hs, at + IN_HS, sizeof(entry->keys.hs));
	memcpy(entry->keys.ack, at + IN_ACK, sizeof(entry->keys.ack));
}

void
ratchet_leaf_write(const struct ratchet *r, uint8_t leaf[RATCHET_LEAF_LEN])
{
	memset(leaf, 0, RATCHET_LEAF_LEN);
	leaf[AT_LAYOUT] = LAYOUT;
	leaf[AT_STATE] = (uint8_t)r->state;
	if (r->state == RATCHET_REVOKED) {
		assert(r->hint_count <= HINTS_MAX);
		put_u32(leaf + AT_ON_H, r->revoked_on_h);
		leaf[AT_HINT_COUNT] = (uint8_t)r->hint_count;
		leaf[AT_HINT_COUNT + 1] = (uint8_t)(r->hint_count >> 8);
		memcpy(leaf + AT_HINTS, r->hints, (size_t)r->hint_count * HINT_X_LEN);
		return;
	}
	assert(r->state == RATCHET_LIVE && r->skipped_count <= EW1_SKIPPED_MAX);
	leaf[AT_GENERATION] = r->generation;
	leaf[AT_COUNT] = r->skipped_count;
	put_u32(leaf + AT_N, r->n);
	memcpy(leaf + AT_CK, r->ck.b, sizeof(r->ck.b));
	memcpy(leaf + AT_NEXT_CK, r->next_ck.b, sizeof(r->next_ck.b));
	memcpy(leaf + AT_PK_M, r->pk_m.b, sizeof(r->pk_m.b));
	for (size_t i = 0; i < r->skipped_count; i++)
		write_entry(&r->skipped[i], leaf + AT_SKIPPED + i * ENTRY_LEN);
}

static enum status
read_live(const uint8_t *leaf, struct ratchet *r)
{
	r->state = RATCHET_LIVE;
	r->generation = leaf[AT_GENERATION];
	r->skipped_count = leaf[AT_COUNT];
	r->n = get_u32(leaf + AT_N);
	if (r->generation > RATCHET_GENERATION_MAX || r->skipped_count > EW1_SKIPPED_MAX ||
	    r->n > RATCHET_N_MAX)
		return ST_DAMAGED;
	memcpy(r->ck.b, leaf + AT_CK, sizeof(r->ck.b));
	memcpy(r->next_ck.b, leaf + AT_NEXT_CK, sizeof(r->next_ck.b));
	memcpy(r->pk_m.b, leaf + AT_PK_M, sizeof(r->pk_m.b));
	for (size_t i = 0; i < r->skipped_count; i++) {
		read_entry(leaf + AT_SKIPPED + i * ENTRY_LEN, &r->skipped[i]);
		if (r->skipped[i].n >= r->n || (i > 0 && r->skipped[i].n <= r->skipped[i - 1].n))
			return ST_DAMAGED;
	}
	return ST_OK;
}

static enum status
read_revoked(const uint8_t *leaf, struct ratchet *r)
{
	r->state = RATCHET_REVOKED;
	r->revoked_on_h = get_u32(leaf + AT_ON_H);
	r->hint_count = (uint16_t)(leaf[AT_HINT_COUNT] | leaf[AT_HINT_COUNT + 1] << 8);
	if (r->hint_count > HINTS_MAX)
		return ST_DAMAGED;
	memcpy(r->hints, leaf + AT_HINTS, (size_t)r->hint_count * HINT_X_LEN);
	return ST_OK;
}

/*
 * Whatever was read is written again and must give the same octets: so every reserved or unused
 * octet is zero, without a second list of where they are.
 */
enum status
ratchet_leaf_read(const uint8_t leaf[RATCHET_LEAF_LEN], struct ratchet *out)
{
	uint8_t again[RATCHET_LEAF_LEN];
	enum status st = ST_DAMAGED;
	struct ratchet r;

	memset(&r, 0, sizeof(r));
	if (leaf[AT_LAYOUT] == LAYOUT && leaf[AT_STATE] == RATCHET_LIVE)
		st = read_live(leaf, &r);
	else if (leaf[AT_LAYOUT] == LAYOUT && leaf[AT_STATE] == RATCHET_REVOKED)
		st = read_revoked(leaf, &r);
	if (st == ST_OK) {
		ratchet_leaf_write(&r, again);
		if (sodium_memcmp(again, leaf, sizeof(again)) != 0)
			st = ST_DAMAGED;
		sodium_memzero(again, sizeof(again));
	}
	if (st == ST_OK)
		*out = r;
	sodium_memzero(&r, sizeof(r));
	return st;
}

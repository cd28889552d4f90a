/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octets of the ring's wraps. */
#include "crypto/octets.h"
#include "crypto/ring.h"

#include <assert.h>

#define WRAPS_VERSION 2
#define HEAD_LEN 8
#define COORDINATOR_LEN (4 + RING_BOX_LEN + RING_WRAP_LEN)
#define EPOCH_LEN (2 + RING_WRAP_LEN)
#define PAIRS_AT (HEAD_LEN + RING_COORDINATORS_MAX * COORDINATOR_LEN)
#define UNLOCK_AT (PAIRS_AT + RING_PAIRS_MAX * RING_PAIR_LEN)
#define EPOCHS_AT (UNLOCK_AT + 32 + 2 * RING_WRAP_LEN)
#define END_AT (EPOCHS_AT + RING_VAULTS_MAX * EPOCH_LEN)

#define COORDINATOR_1_LEN (4 + RING_BOX_LEN + 2 * RING_WRAP_LEN)
#define MONTH_1_LEN (2 + RING_COORDINATORS_MAX * RING_WRAP_LEN)
#define MONTHS_1_AT (HEAD_LEN + RING_COORDINATORS_MAX * COORDINATOR_1_LEN)
#define END_1_AT (MONTHS_1_AT + RING_1_MONTHS_MAX * MONTH_1_LEN)

_Static_assert(PAIRS_AT == 1512 && UNLOCK_AT == 5096 && EPOCHS_AT == 5288 && END_AT == 8076 &&
		   MONTHS_1_AT == 2152 && END_1_AT == 7288,
    "the header's tables");

size_t
ring_pair_place(size_t i, size_t j, size_t count)
{
	assert(i < j && j < count && count <= RING_COORDINATORS_MAX);
	return i * (2 * count - i - 1) / 2 + j - i - 1;
}

static int
are_wraps_valid(const struct ring_wraps *w)
{
	if (w->coordinator_count < 1 || w->coordinator_count > RING_COORDINATORS_MAX ||
	    w->epoch_count < 1 || w->epoch_count > RING_VAULTS_MAX || w->coordinator[0].id == 0 ||
	    w->is_two_person > 1 || (w->is_two_person && w->coordinator_count < 2))
		return 0;
	for (size_t i = 1; i < w->coordinator_count; i++)
		if (w->coordinator[i].id <= w->coordinator[i - 1].id)
			return 0;
	for (size_t i = 1; i < w->epoch_count; i++)
		if (w->epoch[i].epoch <= w->epoch[i - 1].epoch)
			return 0;
	return 1;
}

static size_t
pair_count(const struct ring_wraps *w)
{
	return w->is_two_person ? w->coordinator_count * (w->coordinator_count - 1u) / 2 : 0;
}

void
ring_wraps_write(const struct ring_wraps *wraps, uint8_t out[RING_WRAPS_LEN])
{
	uint8_t *at = out;

	assert(wraps->version == WRAPS_VERSION && are_wraps_valid(wraps));
	memset(out, 0, RING_WRAPS_LEN);
	put_le(&at, WRAPS_VERSION, 1);
	put_le(&at, wraps->coordinator_count, 1);
	put_le(&at, wraps->epoch_count, 1);
	put_le(&at, wraps->is_two_person, 1);
	at = out + HEAD_LEN;
	for (size_t i = 0; i < wraps->coordinator_count; i++) {
		put_le(&at, wraps->coordinator[i].id, 4);
		put_octets(&at, wraps->coordinator[i].box, RING_BOX_LEN);
		if (wraps->is_two_person)
			at += RING_WRAP_LEN; /* nobody alone */
		else
			put_octets(&at, wraps->coordinator[i].sk_u, RING_WRAP_LEN);
	}
	at = out + PAIRS_AT;
	put_octets(&at, wraps->pair, pair_count(wraps) * RING_PAIR_LEN);
	at = out + UNLOCK_AT;
	put_octets(&at, wraps->pk_u.b, 32);
	put_octets(&at, wraps->sk_i, RING_WRAP_LEN);
	put_octets(&at, wraps->sk_d, RING_WRAP_LEN);
	for (size_t i = 0; i < wraps->epoch_count; i++) {
		put_le(&at, wraps->epoch[i].epoch, 2);
		put_octets(&at, wraps->epoch[i].sk_v, RING_WRAP_LEN);
	}
}

/* The counts are within the struct's bounds. */
static void
take_wraps(const uint8_t *in, struct ring_wraps *w)
{
	const uint8_t *at = in + HEAD_LEN;

	for (size_t i = 0; i < w->coordinator_count; i++) {
		w->coordinator[i].id = (uint32_t)take_le(&at, 4);
		take_octets(&at, w->coordinator[i].box, RING_BOX_LEN);
		take_octets(&at, w->coordinator[i].sk_u, RING_WRAP_LEN);
	}
	at = in + PAIRS_AT;
	take_octets(&at, w->pair, pair_count(w) * RING_PAIR_LEN);
	at = in + UNLOCK_AT;
	take_octets(&at, w->pk_u.b, 32);
	take_octets(&at, w->sk_i, RING_WRAP_LEN);
	take_octets(&at, w->sk_d, RING_WRAP_LEN);
	for (size_t i = 0; i < w->epoch_count; i++) {
		w->epoch[i].epoch = (uint16_t)take_le(&at, 2);
		take_octets(&at, w->epoch[i].sk_v, RING_WRAP_LEN);
	}
}

static enum status
read_2(const uint8_t in[RING_WRAPS_LEN], struct ring_wraps *w)
{
	uint8_t again[RING_WRAPS_LEN];

	w->is_two_person = in[3];
	if (in[1] > RING_COORDINATORS_MAX || in[2] > RING_VAULTS_MAX)
		return ST_DAMAGED;
	take_wraps(in, w);
	if (!are_wraps_valid(w))
		return ST_DAMAGED;
	ring_wraps_write(w, again); /* what is not in use must be zero */
	return memcmp(again, in, sizeof(again)) == 0 ? ST_OK : ST_DAMAGED;
}

/* The months of version 1 behind those in use, and in each the wraps behind those in use. */
static int
is_rest_1_zero(const uint8_t in[RING_WRAPS_LEN], size_t coordinators, size_t months)
{
	const size_t used = 2 + coordinators * RING_WRAP_LEN;

	for (size_t i = 0; i < months; i++)
		if (!octets_are_zero(in + MONTHS_1_AT + i * MONTH_1_LEN + used, MONTH_1_LEN - used))
			return 0;
	return octets_are_zero(in + 3, HEAD_LEN - 3) &&
	       octets_are_zero(in + HEAD_LEN + coordinators * COORDINATOR_1_LEN,
		   (RING_COORDINATORS_MAX - coordinators) * COORDINATOR_1_LEN) &&
	       octets_are_zero(in + MONTHS_1_AT + months * MONTH_1_LEN,
		   RING_WRAPS_LEN - MONTHS_1_AT - months * MONTH_1_LEN);
}

static enum status
read_1(const uint8_t in[RING_WRAPS_LEN], struct ring_wraps *w)
{
	const uint8_t *at = in + HEAD_LEN;

	if (in[1] > RING_COORDINATORS_MAX || in[2] > RING_1_MONTHS_MAX)
		return ST_DAMAGED;
	for (size_t i = 0; i < w->coordinator_count; i++) {
		w->coordinator[i].id = (uint32_t)take_le(&at, 4);
		take_octets(&at, w->coordinator[i].box, RING_BOX_LEN);
		take_octets(&at, w->one.sk_i[i], RING_WRAP_LEN);
		take_octets(&at, w->one.sk_d[i], RING_WRAP_LEN);
	}
	for (size_t i = 0; i < w->epoch_count; i++) {
		at = in + MONTHS_1_AT + i * MONTH_1_LEN;
		w->epoch[i].epoch = (uint16_t)take_le(&at, 2);
		take_octets(&at, w->one.sk_v[i], w->coordinator_count * (size_t)RING_WRAP_LEN);
	}
	return are_wraps_valid(w) && is_rest_1_zero(in, in[1], in[2]) ? ST_OK : ST_DAMAGED;
}

enum status
ring_wraps_read(const uint8_t in[RING_WRAPS_LEN], struct ring_wraps *out)
{
	struct ring_wraps wraps;
	enum status st;

	memset(&wraps, 0, sizeof(wraps));
	wraps.version = in[0];
	wraps.coordinator_count = in[1];
	wraps.epoch_count = in[2];
	if (in[0] == WRAPS_VERSION)
		st = read_2(in, &wraps);
	else
		st = in[0] == 1 ? read_1(in, &wraps) : ST_VERSION;
	if (st == ST_OK)
		*out = wraps;
	return st;
}

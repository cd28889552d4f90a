/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The octets of the composer's state: what is written is read again, every changed bit and every
 * octet that is never written is refused, and the last number is the last.
 */
#include "reporting/monitor/compose_state.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <sodium.h>

static void
octets_round_trip(void)
{
	const struct enrolment e = ew1_enrolment();
	uint8_t file[COMPOSE_STATE_LEN];
	struct compose_state s, back;

	compose_state_start(&e, &s);
	CHECK_MEM(s.ck.b, vector_k0, sizeof(vector_k0));
	CHECK_MEM(s.sk_m.b, vector_sk_m, sizeof(vector_sk_m));
	s.n = 0x01020304;
	s.generation = 2;
	s.ack_codes = s.profile_s = true;
	for (unsigned i = 0; i < OWN_MAX; i++)
		s.own[i] = (uint16_t)(65535 - 613 * i);
	compose_state_write(&s, file);
	memset(&back, 0, sizeof(back));
	CHECK_EQ(compose_state_read(file, sizeof(file), &back), ST_OK);
	CHECK_EQ(back.n, s.n);
	CHECK_EQ(back.generation, s.generation);
	CHECK_EQ(back.ack_codes + back.profile_s, 2);
	CHECK_EQ(back.codebook, s.codebook);
	CHECK_EQ(back.heartbeat_day, s.heartbeat_day);
	CHECK_MEM(back.gwid, s.gwid, sizeof(s.gwid));
	CHECK_MEM(&back.pk_i, &s.pk_i, sizeof(s.pk_i));
	CHECK_MEM(&back.sk_m, &s.sk_m, sizeof(s.sk_m));
	CHECK_MEM(&back.ck, &s.ck, sizeof(s.ck));
	CHECK_MEM(back.spare, s.spare, sizeof(s.spare));
	CHECK_MEM(back.own, s.own, sizeof(s.own));
	for (size_t bit = 0; bit < 8 * sizeof(file); bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(compose_state_read(file, sizeof(file), &back),
		    bit < 64 ? ST_SYNTAX : ST_DAMAGED);
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* A later layout, or octets that this one never writes, under a check that is right. */
static void
fields_are_checked(void)
{
	static const struct {
		size_t at;
		uint8_t octet;
		enum status want;
	} rows[] = {
	    {8, 3, ST_VERSION},
	    {8, 1, ST_DAMAGED}, /* as long as layout 2 */
	    {9, 4, ST_DAMAGED},
	    {10, 16, ST_DAMAGED},
	    {11, 8, ST_DAMAGED},
	    {12, 4, ST_DAMAGED},
	    {13, 1, ST_DAMAGED},
	    {15, 1, ST_DAMAGED},
	    {220, 1, ST_DAMAGED},
	    {424, 1, ST_DAMAGED},
	    {479, 1, ST_DAMAGED},
	    {11, 7, ST_OK},
	};
	const struct enrolment e = ew1_enrolment();
	uint8_t file[COMPOSE_STATE_LEN];
	struct compose_state s, back;

	compose_state_start(&e, &s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		compose_state_write(&s, file);
		file[rows[i].at] = rows[i].octet;
		CHECK_EQ(crypto_generichash(file + 480, 32, file, 480, NULL, 0), 0);
		CHECK_EQ(compose_state_read(file, sizeof(file), &back), rows[i].want);
	}
}

/* What an earlier program wrote: 256 octets, and no list. */
static void
layout_1_is_read(void)
{
	const struct enrolment e = ew1_enrolment();
	uint8_t file[COMPOSE_STATE_LEN], old[COMPOSE_STATE_OLD_LEN];
	struct compose_state s, back;

	compose_state_start(&e, &s);
	s.n = 77;
	compose_state_write(&s, file);
	memcpy(old, file, 224);
	old[8] = 1;
	CHECK_EQ(crypto_generichash(old + 224, 32, old, 224, NULL, 0), 0);
	memset(&back, 0x5a, sizeof(back));
	CHECK_EQ(compose_state_read(old, sizeof(old), &back), ST_OK);
	CHECK_EQ(back.n, 77);
	CHECK_MEM(&back.ck, &s.ck, sizeof(s.ck));
	CHECK_MEM(back.spare, s.spare, sizeof(s.spare));
	CHECK(!compose_state_has_own(&back));
	compose_state_write(&back, file); /* from then on as layout 2 */
	CHECK_EQ(compose_state_read(file, sizeof(file), &s), ST_OK);
	CHECK_EQ(s.n, 77);
	for (size_t bit = 0; bit < 8 * sizeof(old); bit++) {
		old[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_EQ(
		    compose_state_read(old, sizeof(old), &back), bit < 64 ? ST_SYNTAX : ST_DAMAGED);
		old[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_EQ(compose_state_read(old, sizeof(old) - 1, &back), ST_DAMAGED);
	old[8] = 2;
	CHECK_EQ(crypto_generichash(old + 224, 32, old, 224, NULL, 0), 0);
	CHECK_EQ(compose_state_read(old, sizeof(old), &back), ST_DAMAGED);
}

static void
last_number(void)
{
	const uint8_t plain[ENVELOPE_X_PLAIN_LEN] = {0}, random[ENVELOPE_X_RANDOM_LEN] = {0};
	const struct enrolment e = ew1_enrolment();
	struct compose_message message;
	struct compose_state s, next;

	compose_state_start(&e, &s);
	s.n = RATCHET_N_MAX - 1;
	CHECK_EQ(compose_state_seal(&s, plain, random, &next, &message), ST_OK);
	CHECK_EQ(next.n, RATCHET_N_MAX);
	CHECK_EQ(compose_state_seal(&next, plain, random, &s, &message), ST_FULL);
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	octets_round_trip();
	fields_are_checked();
	layout_1_is_read();
	last_number();
	return check_done();
}

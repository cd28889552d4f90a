/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code against schemas/wire/vectors/ew1-vectors.json, octet for octet, both ways. */
#include "crypto/base32.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <sodium.h>

static void
enrolment_agrees(void)
{
	struct enrolment_keys keys;
	struct enrolment e;
	char text[EW1_ENROL_CHARS + 1];

	CHECK_EQ(enrolment_read(vector_text, strlen(vector_text), &e), ST_OK);
	CHECK_MEM(e.gwid, vector_gwid, sizeof(vector_gwid));
	CHECK_MEM(e.pk_i.b, vector_pk_i, sizeof(vector_pk_i));
	CHECK_MEM(e.m.b, vector_m, sizeof(vector_m));
	CHECK_EQ(e.ack_codes | e.profile_s << 1, vector_flags[0]);
	CHECK_EQ(e.codebook << 4 | e.heartbeat_day << 1, vector_parameters[0]);
	CHECK_EQ(vector_parameters[1], 0);
	memset(e.gwid, 0, sizeof(e.gwid)); /* the writer computes it */
	enrolment_write(&e, text);
	CHECK_STR(text, vector_text);

	enrolment_derive(&e.m, &keys);
	CHECK_MEM(keys.sk_m.b, vector_sk_m, sizeof(vector_sk_m));
	CHECK_MEM(keys.pk_m.b, vector_pk_m, sizeof(vector_pk_m));
	CHECK_MEM(keys.chain[0].b, vector_k0, sizeof(vector_k0));
	CHECK(memcmp(keys.chain[1].b, keys.chain[2].b, 32) != 0);
	CHECK(memcmp(keys.chain[2].b, keys.chain[3].b, 32) != 0);
}

static void
keys_agree(const struct vector_message *v, const struct key32 *ck)
{
	struct message_keys keys;

	CHECK_MEM(ck->b, v->chain_key, sizeof(v->chain_key));
	ratchet_message_keys(ck, &keys);
	CHECK_MEM(keys.mx.b, v->mk_x, sizeof(v->mk_x));
	CHECK_MEM(keys.ms.b, v->mk_s, sizeof(v->mk_s));
	CHECK_MEM(keys.ack, v->ack, sizeof(v->ack));
	CHECK_MEM(keys.hx, v->x_wire, HINT_X_LEN);
	CHECK_MEM(keys.hs, v->s_wire, HINT_S_LEN);
}

static void
envelope_agrees(const struct vector_message *v, const struct message_keys *keys)
{
	const struct envelope_x_sender sender = ew1_sender();
	const struct envelope_x_receiver receiver = ew1_receiver();
	uint8_t wire[EW1_X_WIRE_LEN], plain[ENVELOPE_X_PLAIN_LEN];
	char text[EW1_X_CHARS + 1];

	CHECK_EQ(envelope_x_seal(&sender, keys, v->eph_random, v->plaintext, wire), ST_OK);
	CHECK_MEM(wire, v->x_wire, sizeof(wire));
	base32_encode(wire, sizeof(wire), text);
	CHECK_STR(text, v->x_sms);
	memset(wire, 0, sizeof(wire));
	CHECK_EQ(base32_decode(v->x_sms, strlen(v->x_sms), wire, sizeof(wire)), ST_OK);
	CHECK_EQ(envelope_x_open(&receiver, keys, wire, plain), ST_OK);
	CHECK_MEM(plain, v->plaintext, sizeof(plain));
}

static void
messages_agree(void)
{
	struct ratchet r = ew1_ratchet(), next;
	struct key32 ck = ew1_key(vector_k0);
	struct message_keys keys;
	uint8_t s_wire[25];

	for (unsigned i = 0; i < VECTOR_COUNT; i++) {
		const struct vector_message *v = &vectors[i];

		keys_agree(v, &ck);
		ratchet_step(&ck);
		CHECK_EQ(ratchet_keys(&r, v->n, &keys), ST_OK);
		envelope_agrees(v, &keys);
		CHECK_EQ(base32_decode(v->s_sms, EW1_S_CHARS, s_wire, sizeof(s_wire)), ST_OK);
		CHECK_MEM(s_wire, v->s_wire, sizeof(s_wire));
		CHECK_EQ(ratchet_spend(&r, v->n, 0, &next), ST_OK);
		r = next;
	}
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	enrolment_agrees();
	messages_agree();
	return check_done();
}

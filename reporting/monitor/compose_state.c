/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/compose_state.h"

#include "crypto/ratchet.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define LAYOUT_OLD 1
#define LAYOUT 2
#define CHECK_LEN 32

enum {
	AT_LAYOUT = 8,
	AT_FLAGS = 9,
	AT_CODEBOOK = 10,
	AT_HEARTBEAT = 11,
	AT_GENERATION = 12,
	AT_N = 16,
	AT_GWID = 20,
	AT_PK_I = 28,
	AT_SK_M = 60,
	AT_CK = 92,
	AT_SPARE = 124,
	AT_OWN = 224
};
_Static_assert(AT_OWN + CHECK_LEN == COMPOSE_STATE_OLD_LEN, "layout 1");
_Static_assert(AT_OWN + 2 * OWN_MAX <= COMPOSE_STATE_LEN - CHECK_LEN, "layout 2");

static const uint8_t magic[AT_LAYOUT] = {'T', 'O', 'C', 'S', 'I', 'N', 'm', 'c'};

void
compose_state_start(const struct enrolment *e, struct compose_state *out)
{
	struct enrolment_keys keys;

	enrolment_derive(&e->m, &keys);
	memset(out, 0, sizeof(*out));
	out->ack_codes = e->ack_codes;
	out->profile_s = e->profile_s;
	out->codebook = e->codebook;
	out->heartbeat_day = e->heartbeat_day;
	memcpy(out->gwid, e->gwid, sizeof(out->gwid));
	out->pk_i = e->pk_i;
	out->sk_m = keys.sk_m;
	out->ck = keys.chain[0];
	for (size_t i = 0; i < COMPOSE_SPARES; i++)
		out->spare[i] = keys.chain[i + 1];
	sodium_memzero(&keys, sizeof(keys));
}

static void
check_of(const uint8_t *file, size_t len, uint8_t check[CHECK_LEN])
{
	int rc = crypto_generichash(check, CHECK_LEN, file, len - CHECK_LEN, NULL, 0);

	assert(rc == 0); /* fails only on sizes, constant here */
}

/* In the layout of this length. */
static void
write_as(const struct compose_state *s, size_t len, uint8_t *file)
{
	memset(file, 0, len);
	memcpy(file, magic, sizeof(magic));
	file[AT_LAYOUT] = len == COMPOSE_STATE_LEN ? LAYOUT : LAYOUT_OLD;
	file[AT_FLAGS] = (uint8_t)(s->ack_codes | s->profile_s << 1);
	file[AT_CODEBOOK] = s->codebook;
	file[AT_HEARTBEAT] = s->heartbeat_day;
	file[AT_GENERATION] = s->generation;
	for (int i = 0; i < 4; i++)
		file[AT_N + i] = (uint8_t)(s->n >> 8 * i);
	memcpy(file + AT_GWID, s->gwid, sizeof(s->gwid));
	memcpy(file + AT_PK_I, s->pk_i.b, sizeof(s->pk_i.b));
	memcpy(file + AT_SK_M, s->sk_m.b, sizeof(s->sk_m.b));
	memcpy(file + AT_CK, s->ck.b, sizeof(s->ck.b));
	for (size_t i = 0; i < COMPOSE_SPARES; i++)
		memcpy(file + AT_SPARE + 32 * i, s->spare[i].b, sizeof(s->spare[i].b));
	for (size_t i = 0; i < OWN_MAX && len == COMPOSE_STATE_LEN; i++) {
		file[AT_OWN + 2 * i] = (uint8_t)s->own[i];
		file[AT_OWN + 2 * i + 1] = (uint8_t)(s->own[i] >> 8);
	}
	check_of(file, len, file + len - CHECK_LEN);
}

void
compose_state_write(const struct compose_state *s, uint8_t file[COMPOSE_STATE_LEN])
{
	write_as(s, COMPOSE_STATE_LEN, file);
}

static enum status
read_fields(const uint8_t *file, size_t len, struct compose_state *s)
{
	s->ack_codes = file[AT_FLAGS] & 1;
	s->profile_s = file[AT_FLAGS] >> 1 & 1;
	s->codebook = file[AT_CODEBOOK];
	s->heartbeat_day = file[AT_HEARTBEAT];
	s->generation = file[AT_GENERATION];
	for (int i = 0; i < 4; i++)
		s->n |= (uint32_t)file[AT_N + i] << 8 * i;
	memcpy(s->gwid, file + AT_GWID, sizeof(s->gwid));
	memcpy(s->pk_i.b, file + AT_PK_I, sizeof(s->pk_i.b));
	memcpy(s->sk_m.b, file + AT_SK_M, sizeof(s->sk_m.b));
	memcpy(s->ck.b, file + AT_CK, sizeof(s->ck.b));
	for (size_t i = 0; i < COMPOSE_SPARES; i++)
		memcpy(s->spare[i].b, file + AT_SPARE + 32 * i, sizeof(s->spare[i].b));
	for (size_t i = 0; i < OWN_MAX && len == COMPOSE_STATE_LEN; i++)
		s->own[i] = (uint16_t)(file[AT_OWN + 2 * i] | file[AT_OWN + 2 * i + 1] << 8);
	if (s->codebook > 15 || s->heartbeat_day > 7 || s->generation > RATCHET_GENERATION_MAX ||
	    s->n > RATCHET_N_MAX)
		return ST_DAMAGED;
	return ST_OK;
}

enum status
compose_state_read(const uint8_t *file, size_t len, struct compose_state *out)
{
	uint8_t check[CHECK_LEN], again[COMPOSE_STATE_LEN];
	struct compose_state s;
	enum status st;

	if (len != COMPOSE_STATE_LEN && len != COMPOSE_STATE_OLD_LEN)
		return ST_DAMAGED;
	if (memcmp(file, magic, sizeof(magic)) != 0)
		return ST_SYNTAX;
	check_of(file, len, check);
	if (sodium_memcmp(check, file + len - CHECK_LEN, CHECK_LEN) != 0)
		return ST_DAMAGED;
	if (file[AT_LAYOUT] > LAYOUT)
		return ST_VERSION;
	memset(&s, 0, sizeof(s));
	if ((st = read_fields(file, len, &s)) == ST_OK) {
		write_as(&s, len, again); /* so that what is reserved is zero */
		if (sodium_memcmp(again, file, len) != 0)
			st = ST_DAMAGED;
		sodium_memzero(again, sizeof(again));
	}
	if (st == ST_OK)
		*out = s;
	sodium_memzero(&s, sizeof(s));
	return st;
}

bool
compose_state_has_own(const struct compose_state *s)
{
	bool has = false;

	for (size_t i = 0; i < OWN_MAX; i++)
		has = has || s->own[i] != 0;
	return has;
}

static enum status
seal(const struct compose_state *s, const struct message_keys *keys,
    const uint8_t plain[ENVELOPE_X_PLAIN_LEN], const uint8_t random[ENVELOPE_X_RANDOM_LEN],
    uint8_t wire[EW1_X_WIRE_LEN])
{
	struct envelope_x_sender sender = {.pk_i = s->pk_i, .sk_m = s->sk_m};
	enum status st;
	int rc;

	memcpy(sender.gwid, s->gwid, sizeof(sender.gwid));
	rc = crypto_scalarmult_base(sender.pk_m.b, s->sk_m.b);
	assert(rc == 0); /* no clamped multiple of the base point is zero */
	st = envelope_x_seal(&sender, keys, random, plain, wire);
	sodium_memzero(&sender, sizeof(sender));
	return st;
}

enum status
compose_state_seal(const struct compose_state *old, const uint8_t plain[ENVELOPE_X_PLAIN_LEN],
    const uint8_t random[ENVELOPE_X_RANDOM_LEN], struct compose_state *next,
    struct compose_message *out)
{
	uint8_t wire[EW1_X_WIRE_LEN];
	struct message_keys keys;
	enum status st;

	if (old->n >= RATCHET_N_MAX)
		return ST_FULL;
	ratchet_message_keys(&old->ck, &keys);
	if ((st = seal(old, &keys, plain, random, wire)) == ST_OK) {
		*next = *old;
		ratchet_step(&next->ck);
		next->n++;
		out->n = old->n;
		out->generation = old->generation;
		base32_encode(wire, sizeof(wire), out->text);
		base32_encode(keys.ack, sizeof(keys.ack), out->ack);
	}
	sodium_memzero(&keys, sizeof(keys));
	return st;
}

enum status
compose_state_next_chain(const struct compose_state *old, struct compose_state *next)
{
	const unsigned g = old->generation;

	if (g >= COMPOSE_SPARES || sodium_is_zero(old->spare[g].b, sizeof(old->spare[g].b)))
		return ST_FULL;
	*next = *old;
	next->ck = old->spare[g];
	sodium_memzero(next->spare, (g + 1) * sizeof(next->spare[0]));
	next->generation = (uint8_t)(g + 1);
	next->n = 0;
	return ST_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/enrolment.h"

#include "crypto/base32.h"
#include "crypto/kdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define CONTEXT "EW1-root"
#define PREFIX_LEN 4
#define VERSION 1
#define CHECK_LEN 4
#define HASH_LEN 16

/* Where the fields stand in the 80 octets. */
enum {
	AT_VERSION = 0,
	AT_FLAGS = 1,
	AT_PARAMETERS = 2,
	AT_GWID = 4,
	AT_PK_I = 12,
	AT_M = 44,
	AT_CHECK = 76
};
_Static_assert(AT_CHECK + CHECK_LEN == EW1_ENROL_LEN, "fields");
_Static_assert(BASE32_CHARS(EW1_ENROL_LEN) + PREFIX_LEN == EW1_ENROL_CHARS, "text");

static const char prefix[PREFIX_LEN] = {'E', 'W', '1', ':'};

#define FLAG_ACK 1u
#define FLAG_S 2u
#define FLAGS_KNOWN (FLAG_ACK | FLAG_S)
#define PARAMETERS_KNOWN 0xFE00u /* codebook 4 bits, heartbeat 3 bits, the rest zero */

/* BLAKE2b-128(label || in). The label has eight characters. */
static void
labelled_hash(const char *label, const uint8_t *in, size_t len, uint8_t out[HASH_LEN])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, HASH_LEN); /* these fail on bad sizes only */
	(void)crypto_generichash_update(&state, (const uint8_t *)label, 8);
	(void)crypto_generichash_update(&state, in, len);
	(void)crypto_generichash_final(&state, out, HASH_LEN);
	sodium_memzero(&state, sizeof(state));
}

static void
check_of(const uint8_t octets[EW1_ENROL_LEN], uint8_t check[CHECK_LEN])
{
	uint8_t hash[HASH_LEN];

	labelled_hash("EW1-enrl", octets, AT_CHECK, hash);
	memcpy(check, hash, CHECK_LEN);
	sodium_memzero(hash, sizeof(hash));
}

void
gwid_of(const struct public32 *pk_i, uint8_t gwid[GWID_LEN])
{
	uint8_t hash[HASH_LEN];

	labelled_hash("EW1-gwid", pk_i->b, sizeof(pk_i->b), hash);
	memcpy(gwid, hash, GWID_LEN);
}

void
enrolment_write(const struct enrolment *e, char text[EW1_ENROL_CHARS + 1])
{
	uint8_t octets[EW1_ENROL_LEN] = {0};

	assert(e->codebook < 16 && e->heartbeat_day <= 7);
	octets[AT_VERSION] = VERSION;
	octets[AT_FLAGS] = (uint8_t)((e->ack_codes ? FLAG_ACK : 0) | (e->profile_s ? FLAG_S : 0));
	octets[AT_PARAMETERS] = (uint8_t)(e->codebook << 4 | e->heartbeat_day << 1);
	gwid_of(&e->pk_i, octets + AT_GWID);
	memcpy(octets + AT_PK_I, e->pk_i.b, sizeof(e->pk_i.b));
	memcpy(octets + AT_M, e->m.b, sizeof(e->m.b));
	check_of(octets, octets + AT_CHECK);
	memcpy(text, prefix, PREFIX_LEN);
	base32_encode(octets, sizeof(octets), text + PREFIX_LEN);
	sodium_memzero(octets, sizeof(octets));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Pass over "EW1:", in either case and with blanks before each character. */
static enum status
take_prefix(const char **text, size_t *len)
{
	static const char accepted[PREFIX_LEN][6] = {"Ee", "Ww", "1IiLl", ":"};
	size_t at = 0;

	for (size_t i = 0; i < PREFIX_LEN; i++) {
		while (at < *len && is_blank((*text)[at]))
			at++;
		if (at == *len)
			return i == 0 ? ST_INCOMPLETE : ST_SYNTAX;
		if ((*text)[at] == '\0' || strchr(accepted[i], (*text)[at]) == NULL)
			return ST_SYNTAX;
		at++;
	}
	*text += at;
	*len -= at;
	return ST_OK;
}

/* Whether X25519 with this public key can give a secret at all. The scalar is any clamped one. */
static bool
is_usable(const struct public32 *pk)
{
	static const uint8_t any[32] = {[0] = 8, [31] = 64};
	uint8_t shared[32];

	return crypto_scalarmult(shared, any, pk->b) == 0;
}

static enum status
read_octets(const uint8_t octets[EW1_ENROL_LEN], struct enrolment *e)
{
	const unsigned flags = octets[AT_FLAGS];
	const unsigned parameters =
	    (unsigned)octets[AT_PARAMETERS] << 8 | octets[AT_PARAMETERS + 1];
	uint8_t gwid[GWID_LEN], check[CHECK_LEN];

	check_of(octets, check);
	if (sodium_memcmp(check, octets + AT_CHECK, CHECK_LEN) != 0)
		return ST_CHECK;
	if (octets[AT_VERSION] != VERSION)
		return ST_VERSION;
	if (flags & ~FLAGS_KNOWN || parameters & ~PARAMETERS_KNOWN)
		return ST_UNKNOWN;
	e->ack_codes = flags & FLAG_ACK;
	e->profile_s = flags & FLAG_S;
	e->codebook = (uint8_t)(parameters >> 12);
	e->heartbeat_day = parameters >> 9 & 7;
	memcpy(e->gwid, octets + AT_GWID, GWID_LEN);
	memcpy(e->pk_i.b, octets + AT_PK_I, sizeof(e->pk_i.b));
	memcpy(e->m.b, octets + AT_M, sizeof(e->m.b));
	gwid_of(&e->pk_i, gwid);
	if (memcmp(gwid, e->gwid, GWID_LEN) != 0)
		return ST_FORGED;
	return is_usable(&e->pk_i) ? ST_OK : ST_RANGE;
}

enum status
enrolment_read(const char *text, size_t len, struct enrolment *out)
{
	uint8_t octets[EW1_ENROL_LEN];
	struct enrolment e = {0};
	enum status st;

	if ((st = take_prefix(&text, &len)) != ST_OK)
		return st;
	if ((st = base32_decode(text, len, octets, sizeof(octets))) == ST_OK)
		st = read_octets(octets, &e);
	if (st == ST_OK)
		*out = e;
	sodium_memzero(octets, sizeof(octets));
	sodium_memzero(&e, sizeof(e));
	return st;
}

void
enrolment_derive(const struct key32 *m, struct enrolment_keys *out)
{
	int rc;

	kdf_key(m, 1, CONTEXT, &out->sk_m);
	rc = crypto_scalarmult_base(out->pk_m.b, out->sk_m.b);
	assert(rc == 0); /* the base point has no low-order multiple of a clamped scalar */
	for (unsigned g = 0; g < ENROLMENT_CHAINS; g++)
		kdf_key(m, 16 + g, CONTEXT, &out->chain[g]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/park.h"

#include "crypto/octets.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1
#define HEAD_LEN 24
#define AD_LEN 16
#define SENDER_LEN (NUMBER_MAX - 1)

_Static_assert(HEAD_LEN + PARK_ROOM == PARK_PLAIN_LEN, "plain");
_Static_assert(PARK_BLOB_LEN == 536, "blob");
_Static_assert(PARK_PART_ROOM == 392, "part");
_Static_assert(PARK_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(
    PARK_BLOB_LEN == PARK_NONCE_LEN + PARK_BOX_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "blob");

static int
has_sender(const struct parked *p)
{
	return p->kind == PARKED_PART || p->kind == PARKED_FROM;
}

static int
is_kind_valid(const struct parked *p)
{
	return p->kind == PARKED_TEXT || has_sender(p) ||
	       (p->kind == PARKED_REFUSED && p->text_len == 0 && p->udh_len == 0);
}

static int
has_room(const struct parked *p)
{
	return p->text_len <= SMS_TEXT_MAX && p->udh_len <= SMS_UDH_MAX &&
	       p->text_len + p->udh_len <= (has_sender(p) ? PARK_PART_ROOM : PARK_ROOM);
}

static void
put_sender(uint8_t **at, const struct parked *p)
{
	const size_t len = strlen(p->sender);

	put_le(at, p->awake_h, 8);
	put_le(at, len, 1);
	put_octets(at, p->sender, SENDER_LEN);
	memset(*at - SENDER_LEN + len, 0, SENDER_LEN - len); /* nothing behind its end */
}

static enum status
take_sender(const uint8_t **at, struct parked *p)
{
	size_t len;

	p->awake_h = take_le(at, 8);
	len = (size_t)take_le(at, 1);
	take_octets(at, p->sender, SENDER_LEN);
	if (len > SENDER_LEN || strlen(p->sender) != len ||
	    !octets_are_zero((const uint8_t *)p->sender + len, SENDER_LEN - len))
		return ST_DAMAGED;
	return ST_OK;
}

enum status
parked_write(const struct parked *p, uint8_t plain[PARK_PLAIN_LEN])
{
	uint8_t *at = plain;

	memset(plain, 0, PARK_PLAIN_LEN);
	if (!has_room(p))
		return ST_TOO_LONG;
	if (!is_kind_valid(p) || memchr(p->sender, '\0', NUMBER_MAX) == NULL)
		return ST_RANGE;
	put_le(&at, VERSION, 1);
	put_le(&at, p->kind, 1);
	put_le(&at, p->form, 1);
	put_le(&at, p->trust, 1);
	put_le(&at, p->text_len, 2);
	put_le(&at, p->udh_len, 1);
	put_le(&at, 0, 1);
	put_le(&at, (uint64_t)p->arrival_s, 8);
	put_le(&at, (uint64_t)p->stamp_s, 8);
	if (has_sender(p))
		put_sender(&at, p);
	put_octets(&at, p->udh, p->udh_len);
	put_octets(&at, p->text, p->text_len);
	return ST_OK;
}

enum status
parked_read(const uint8_t plain[PARK_PLAIN_LEN], struct parked *out)
{
	const uint8_t *at = plain;
	enum status st = ST_DAMAGED;
	struct parked p;

	if (plain[0] != VERSION)
		return ST_VERSION;
	memset(&p, 0, sizeof(p));
	at++;
	p.kind = (uint8_t)take_le(&at, 1);
	p.form = (uint8_t)take_le(&at, 1);
	p.trust = (uint8_t)take_le(&at, 1);
	p.text_len = (uint16_t)take_le(&at, 2);
	p.udh_len = (uint8_t)take_le(&at, 1);
	if (take_le(&at, 1) != 0 || !has_room(&p) || !is_kind_valid(&p))
		goto done;
	p.arrival_s = (int64_t)take_le(&at, 8);
	p.stamp_s = (int64_t)take_le(&at, 8);
	if (has_sender(&p) && take_sender(&at, &p) != ST_OK)
		goto done;
	take_octets(&at, p.udh, p.udh_len);
	take_octets(&at, p.text, p.text_len);
	if (!octets_are_zero(at, (size_t)(plain + PARK_PLAIN_LEN - at)))
		goto done;
	*out = p;
	st = ST_OK;
done:
	sodium_memzero(&p, sizeof(p));
	return st;
}

enum status
park_box_seal(const struct public32 *pk_i, const struct key32 *eph,
    const uint8_t plain[PARK_PLAIN_LEN], uint8_t box[PARK_BOX_LEN])
{
	return sealed_box_seal(pk_i, eph, plain, PARK_PLAIN_LEN, box);
}

enum status
park_box_open(const struct public32 *pk_i, const struct key32 *sk_i,
    const uint8_t box[PARK_BOX_LEN], uint8_t plain[PARK_PLAIN_LEN])
{
	return sealed_box_open(pk_i, sk_i, box, PARK_BOX_LEN, plain);
}

static void
row_ad(uint64_t seq, uint8_t ad[AD_LEN])
{
	uint8_t *at = ad;

	put_octets(&at, "EW1-park", 8);
	put_le(&at, seq, 8);
}

void
park_seal(const struct key32 *k_p, const uint8_t nonce[PARK_NONCE_LEN], uint64_t seq,
    const uint8_t box[PARK_BOX_LEN], uint8_t blob[PARK_BLOB_LEN])
{
	uint8_t ad[AD_LEN];

	row_ad(seq, ad);
	memcpy(blob, nonce, PARK_NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    blob + PARK_NONCE_LEN, NULL, box, PARK_BOX_LEN, ad, sizeof(ad), NULL, nonce, k_p->b);
}

enum status
park_open(const struct key32 *k_p, uint64_t seq, const uint8_t blob[PARK_BLOB_LEN],
    uint8_t box[PARK_BOX_LEN])
{
	uint8_t ad[AD_LEN];

	row_ad(seq, ad);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(box, NULL, NULL, blob + PARK_NONCE_LEN,
		PARK_BLOB_LEN - PARK_NONCE_LEN, ad, sizeof(ad), blob, k_p->b) == 0)
		return ST_OK;
	sodium_memzero(box, PARK_BOX_LEN);
	return ST_FORGED;
}

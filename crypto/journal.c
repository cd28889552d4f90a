/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/journal.h"

#include "crypto/kdf.h"
#include "crypto/octets.h"
#include "crypto/sealed_box.h"

#include <assert.h>
#include <sodium.h>

#define CONTEXT "EW1-jrnl"
#define CONTEXT_LEN 8
#define HEAD_LEN 4

_Static_assert(JOURNAL_RUN_BLOB_LEN == 32 + SEALED_BOX_EXTRA, "run");
_Static_assert(EVENT_PLAIN_LEN == HEAD_LEN + EVENT_BODY_MAX, "event");
_Static_assert(
    EVENT_BLOB_LEN == EVENT_PLAIN_LEN + crypto_aead_chacha20poly1305_ietf_ABYTES, "blob");

/* A row's key is used once, so its nonce can be constant. */
static const uint8_t nonce_zero[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

void
journal_start(struct journal_run *run, const struct key32 *k_0, uint64_t id, uint64_t first)
{
	run->key = *k_0;
	run->id = id;
	run->first = first;
	run->j = 0;
}

enum status
journal_run_seal(const struct public32 *pk_v, const struct key32 *eph, const struct key32 *k_0,
    uint8_t blob[JOURNAL_RUN_BLOB_LEN])
{
	return sealed_box_seal(pk_v, eph, k_0->b, sizeof(k_0->b), blob);
}

enum status
journal_run_open(const struct public32 *pk_v, const struct key32 *sk_v,
    const uint8_t blob[JOURNAL_RUN_BLOB_LEN], struct key32 *k_0)
{
	return sealed_box_open(pk_v, sk_v, blob, JOURNAL_RUN_BLOB_LEN, k_0->b);
}

void
journal_run_proof(const struct key32 *k_h, uint64_t id, uint16_t epoch, uint64_t first,
    const struct key32 *k_0, const uint8_t link_before[JOURNAL_LINK_LEN],
    uint8_t proof[JOURNAL_PROOF_LEN])
{
	uint8_t octets[7 + 3 * 8 + 32 + 32], *at = octets;

	put_octets(&at, "EW1-run", 7);
	put_le(&at, id, 8);
	put_le(&at, epoch, 8);
	put_le(&at, first, 8);
	put_octets(&at, k_0->b, 32);
	put_octets(&at, link_before, JOURNAL_LINK_LEN);
	(void)crypto_generichash(
	    proof, JOURNAL_PROOF_LEN, octets, sizeof(octets), k_h->b, sizeof(k_h->b));
	sodium_memzero(octets, sizeof(octets));
}

/* The row's key and what its seal binds; the run is moved on. */
static void
row_key(struct journal_run *run, struct key32 *rk, uint8_t ad[CONTEXT_LEN + 24])
{
	uint8_t *at = ad;

	put_octets(&at, CONTEXT, CONTEXT_LEN);
	put_le(&at, run->id, 8);
	put_le(&at, run->j, 8);
	put_le(&at, run->first + run->j, 8);
	kdf_key(&run->key, 2, CONTEXT, rk);
	kdf_key(&run->key, 1, CONTEXT, &run->key);
	run->j++;
}

void
journal_seal(
    struct journal_run *run, const struct journal_event *event, uint8_t blob[EVENT_BLOB_LEN])
{
	uint8_t plain[EVENT_PLAIN_LEN] = {0}, ad[CONTEXT_LEN + 24], *at = plain;
	struct key32 rk;

	assert(event->type != 0 && event->len <= EVENT_BODY_MAX);
	put_le(&at, event->type, 1);
	put_le(&at, event->version, 1);
	put_le(&at, event->len, 2);
	put_octets(&at, event->body, event->len);
	row_key(run, &rk, ad);
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(
	    blob, NULL, plain, sizeof(plain), ad, sizeof(ad), NULL, nonce_zero, rk.b);
	sodium_memzero(&rk, sizeof(rk));
	sodium_memzero(plain, sizeof(plain));
}

static enum status
take_event(const uint8_t plain[EVENT_PLAIN_LEN], struct journal_event *event)
{
	const uint8_t *at = plain;
	uint8_t type = (uint8_t)take_le(&at, 1), version = (uint8_t)take_le(&at, 1);
	uint16_t len = (uint16_t)take_le(&at, 2);

	if (type == 0 || len > EVENT_BODY_MAX || !octets_are_zero(at + len, EVENT_BODY_MAX - len))
		return ST_DAMAGED;
	event->type = type;
	event->version = version;
	event->len = len;
	take_octets(&at, event->body, EVENT_BODY_MAX);
	return ST_OK;
}

enum status
journal_open(
    struct journal_run *run, const uint8_t blob[EVENT_BLOB_LEN], struct journal_event *event)
{
	uint8_t plain[EVENT_PLAIN_LEN], ad[CONTEXT_LEN + 24];
	enum status st = ST_FORGED;
	struct key32 rk;

	row_key(run, &rk, ad);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(
		plain, NULL, NULL, blob, EVENT_BLOB_LEN, ad, sizeof(ad), nonce_zero, rk.b) == 0)
		st = take_event(plain, event);
	sodium_memzero(&rk, sizeof(rk));
	sodium_memzero(plain, sizeof(plain));
	return st;
}

void
journal_skip(struct journal_run *run, uint64_t j)
{
	assert(j >= run->j);
	for (; run->j < j; run->j++)
		kdf_key(&run->key, 1, CONTEXT, &run->key);
}

void
journal_link_event(
    uint8_t link[JOURNAL_LINK_LEN], uint64_t seq, uint64_t run, const uint8_t blob[EVENT_BLOB_LEN])
{
	uint8_t octets[32 + 8 + 8 + 32], *at = octets;

	put_octets(&at, link, JOURNAL_LINK_LEN);
	put_le(&at, seq, 8);
	put_le(&at, run, 8);
	(void)crypto_generichash(at, 32, blob, EVENT_BLOB_LEN, NULL, 0);
	(void)crypto_generichash(link, 32, octets, sizeof(octets), NULL, 0);
}

void
journal_link_run(uint8_t link[JOURNAL_LINK_LEN], uint64_t id, uint16_t epoch, uint64_t first,
    const uint8_t blob[JOURNAL_RUN_BLOB_LEN])
{
	uint8_t octets[32 + 3 + 3 * 8 + 32], *at = octets;

	put_octets(&at, link, JOURNAL_LINK_LEN);
	put_octets(&at, "run", 3);
	put_le(&at, id, 8);
	put_le(&at, epoch, 8);
	put_le(&at, first, 8);
	(void)crypto_generichash(at, 32, blob, JOURNAL_RUN_BLOB_LEN, NULL, 0);
	(void)crypto_generichash(link, 32, octets, sizeof(octets), NULL, 0);
}

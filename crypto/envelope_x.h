/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profile X, one report in one SMS (schemas/wire/ew1.md):
 *   hint 5 | AEAD_outer( e 32 | AEAD_inner( report and note 26 ) 16 ) 16
 * The outer layer has a key of the ratchet alone; the inner one mixes in X25519 of a fresh key e
 * and of the monitor's static key with the gateway's intake key. So neither the ratchet's keys
 * without the intake key, nor the intake key without the ratchet's, open or make a message.
 */
#ifndef CRYPTO_ENVELOPE_X_H
#define CRYPTO_ENVELOPE_X_H

#include "crypto/enrolment.h"
#include "crypto/ratchet.h"
#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdint.h>

#define ENVELOPE_X_PLAIN_LEN (RECORD_LEN + NOTE_LEN)
#define ENVELOPE_X_RANDOM_LEN 32

/* Who sends, to whom. Holds sk_m: wipe it. */
struct envelope_x_sender {
	uint8_t gwid[GWID_LEN];
	struct public32 pk_i; /* the gateway's intake key */
	struct key32 sk_m;    /* the monitor's static key */
	struct public32 pk_m;
};

/* Who receives, from whom. Holds secrets: wipe it. */
struct envelope_x_receiver {
	uint8_t gwid[GWID_LEN];
	struct key32 sk_i;
	struct public32 pk_i;
	struct key32 ss; /* envelope_x_static(sk_i, pk_m): once per slot */
	struct public32 pk_m;
};

/*
 * What both sides share without a message: X25519(sk, pk). ss is zeroed on failure.
 * ST_OK, ST_RANGE (pk is of low order: the result would be all zero).
 */
enum status envelope_x_static(
    const struct key32 *sk, const struct public32 *pk, struct key32 *ss) MUST_USE;

/*
 * Seal one report under the keys of one number, which the caller spends before it shows the wire.
 *   random  32 fresh random octets. If they ever repeat, only equal reports under equal keys look
 *	     alike: the ephemeral key hangs on the key and the report too.
 *   wire    zeroed on failure.
 * ST_OK, ST_RANGE (pk_i is of low order).
 */
enum status envelope_x_seal(const struct envelope_x_sender *sender, const struct message_keys *keys,
    const uint8_t random[ENVELOPE_X_RANDOM_LEN], const uint8_t plain[ENVELOPE_X_PLAIN_LEN],
    uint8_t wire[EW1_X_WIRE_LEN]) MUST_USE;

/*
 * Open one report with the keys of the number that its hint names.
 *   plain  written only on ST_OK.
 * ST_OK, ST_FORGED (the hint is another number's, or either layer does not verify).
 */
enum status envelope_x_open(const struct envelope_x_receiver *receiver,
    const struct message_keys *keys, const uint8_t wire[EW1_X_WIRE_LEN],
    uint8_t plain[ENVELOPE_X_PLAIN_LEN]) MUST_USE;

#endif

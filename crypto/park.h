/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What arrives while nobody can read it: parked, sealed to the intake key, and once more under K_P,
 * which the root holds and replaces when a pass over the parked rows ends.
 *
 *   box  = sealed box to pk_I of PARK_PLAIN_LEN octets
 *   blob = nonce 24 | XChaCha20-Poly1305( K_P, box, ad "EW1-park" || seq ), seq as u64 LE
 *
 * Octets of the plain text, integers little endian:
 *   0   1  version = 1
 *   1   1  kind, enum parked_kind
 *   2   1  form, enum sms_form of schemas/messages.h; as given
 *   3   1  trust of the arrival time, as given
 *   4   2  length of the text
 *   6   1  length of the UDH
 *   7   1  zero
 *   8   8  arrival, seconds UTC, rounded as given, two's complement
 *   16  8  the service centre's stamp, likewise; INT64_MIN: none
 *   24 424 UDH, text, zeros
 * of a part of a long message, and of a text that is kept with its sender's number:
 *   24  8  awake_h when it came: hours ARMED or OPEN, as the root counts them
 *   32  1  octets of the sender, at most 23
 *   33  23 the sender in UTF-8, zeros
 *   56 392 UDH, text, zeros
 */
#ifndef CRYPTO_PARK_H
#define CRYPTO_PARK_H

#include "crypto/sealed_box.h"
#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdint.h>

#define PARK_NONCE_LEN 24
#define PARK_BOX_LEN (PARK_PLAIN_LEN + SEALED_BOX_EXTRA)
#define PARK_BLOB_LEN (PARK_NONCE_LEN + PARK_BOX_LEN + 16)
#define PARK_ROOM 424 /* octets of UDH and text together; no real SMS has more than 320 */
#define PARK_PART_ROOM (PARK_ROOM - 8 - NUMBER_MAX) /* the same of one with a sender */

enum parked_kind {
	PARKED_TEXT = 1,    /* one complete text */
	PARKED_REFUSED = 2, /* a passphrase that opened nothing: only the time counts, no text */
	PARKED_PART = 3,    /* one part of a long message, in every state */
	PARKED_FROM = 4,    /* one complete text with its sender: in posture `open` alone */
};

/* Wipe it. */
struct parked {
	uint8_t kind;
	uint8_t form;
	uint8_t trust;
	uint8_t udh_len;
	uint16_t text_len;
	int64_t arrival_s;
	int64_t stamp_s;
	uint8_t text[SMS_TEXT_MAX];
	uint8_t udh[SMS_UDH_MAX];
	uint64_t awake_h;        /* of PARKED_PART and PARKED_FROM, else 0 */
	char sender[NUMBER_MAX]; /* likewise, ended; else empty */
};

/* plain: zeroed on failure. ST_OK, ST_TOO_LONG (text, UDH or both), ST_RANGE (kind; a refused
 * unlock with a text; a sender that is not ended). What only these two have is left out of others.
 */
enum status parked_write(const struct parked *p, uint8_t plain[PARK_PLAIN_LEN]) MUST_USE;
/* out: only on ST_OK. ST_OK, ST_VERSION, ST_DAMAGED (not what parked_write writes). */
enum status parked_read(const uint8_t plain[PARK_PLAIN_LEN], struct parked *out) MUST_USE;

/* The inner layer. ST_OK, ST_RANGE as sealed_box_seal. */
enum status park_box_seal(const struct public32 *pk_i, const struct key32 *eph,
    const uint8_t plain[PARK_PLAIN_LEN], uint8_t box[PARK_BOX_LEN]) MUST_USE;
/* plain: zeroed on failure. ST_OK, ST_FORGED. */
enum status park_box_open(const struct public32 *pk_i, const struct key32 *sk_i,
    const uint8_t box[PARK_BOX_LEN], uint8_t plain[PARK_PLAIN_LEN]) MUST_USE;

/* The outer layer, alone: at the end of a pass the rows that stay get a new one. */
void park_seal(const struct key32 *k_p, const uint8_t nonce[PARK_NONCE_LEN], uint64_t seq,
    const uint8_t box[PARK_BOX_LEN], uint8_t blob[PARK_BLOB_LEN]);
/* box: zeroed on failure. ST_OK, ST_FORGED. */
enum status park_open(const struct key32 *k_p, uint64_t seq, const uint8_t blob[PARK_BLOB_LEN],
    uint8_t box[PARK_BOX_LEN]) MUST_USE;

#endif

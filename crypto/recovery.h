/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies for the recovery key sk_R, which is printed once and kept elsewhere.
 *
 *   blob = box_seal( pk_R, content || mac )
 *   mac  = BLAKE2b-256( key K_H, "EW1-recv" || kind || id || content )      integers u64, LE
 * so that nobody who has merely pk_R can plant one. Rows of `recovery`, and their content:
 *   kind 1 keys   id 0       sk_I 32 | seed of sk_D 32
 *   kind 2 month  id epoch   sk_V 32
 *   kind 3 slot   id slot    generation 1 | pk_m 32 | pseudonym 32, zero filled
 *			      | K_1 32 | K_2 32 | K_3 32: zeros up to that generation
 * The generation of kind 3 is the highest whose chain has left the copy for the slot's leaf: it is
 * live, or past, or waits for its monitor's switch (docs/decisions/0029-spare-chains.md).
 *
 * The recovery key on paper: base32 (most significant bit first, 85 characters) of
 *   version 1 = 1 | sk_R 32 | gwid 8 | kid 8 | check 4
 * kid = first 8 octets of BLAKE2b-128( "EW1-sign" || pk_D ); check = first 4 octets of
 * BLAKE2b-128( "EW1-rkey" || the 49 octets before it ). gwid and kid say whose copies it opens: a
 * backup that a thief made up, with a device key of his own, does not fit them.
 */
#ifndef CRYPTO_RECOVERY_H
#define CRYPTO_RECOVERY_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#define RECOVERY_OCTETS (1 + 32 + 8 + 8 + 4)
#define RECOVERY_CHARS 85
#define RECOVERY_CHAINS 3 /* K_1 to K_3 */
#define RECOVERY_CONTENT_MAX (1 + 32 + PSEUDONYM_MAX + RECOVERY_CHAINS * 32)
#define KID_LEN 8

enum recovery_kind { RECOVERY_KEYS = 1, RECOVERY_MONTH = 2, RECOVERY_SLOT = 3 };

/* What is printed. Wipe it. */
struct recovery_key {
	struct key32 sk_r;
	uint8_t gwid[8];
	uint8_t kid[KID_LEN];
};

void recovery_kid(const struct public32 *pk_d, uint8_t kid[KID_LEN]);

/* The 85 characters, and a closing zero; the caller groups them for the eye. */
void recovery_key_write(const struct recovery_key *key, char text[RECOVERY_CHARS + 1]);
/* Reads what a person typed: base32 as crypto/base32.h folds it, blanks and dashes anywhere.
 * ST_OK, ST_SYNTAX (a character, the length), ST_VERSION, ST_CHECK. key: only on ST_OK. */
enum status recovery_key_read(const char *text, size_t len, struct recovery_key *key) MUST_USE;

/* Content of kind 3. Wipe it. */
struct recovery_slot {
	uint8_t generation; /* of the last chain that left the copy; 0 to 3 */
	struct public32 pk_m;
	char pseudonym[PSEUDONYM_MAX];
	struct key32 chain[RECOVERY_CHAINS]; /* chain[g - 1] is K_g; zeros: not there */
};
void recovery_slot_write(const struct recovery_slot *slot, uint8_t out[RECOVERY_CONTENT_MAX]);
enum status recovery_slot_read(
    const uint8_t in[RECOVERY_CONTENT_MAX], struct recovery_slot *out) MUST_USE;

/*
 * One copy. eph: fresh random octets. blob: len + 32 + 48 octets; *blob_len is set.
 * ST_OK, ST_RANGE (pk_r of low order).
 */
enum status recovery_seal(const struct public32 *pk_r, const struct key32 *eph,
    const struct key32 *k_h, enum recovery_kind kind, uint64_t id, const uint8_t *content,
    size_t len, uint8_t blob[RECOVERY_BLOB_MAX], size_t *blob_len) MUST_USE;

/*
 * Open one. k_h NULL: kind 1 alone, whose seed of sk_D gives K_H itself.
 *   content  zeroed on failure; len is what the kind has.
 * ST_OK, ST_FORGED (does not open, or its mac does not fit), ST_DAMAGED (its length).
 */
enum status recovery_open(const struct key32 *sk_r, const struct key32 *k_h,
    enum recovery_kind kind, uint64_t id, const uint8_t *blob, size_t blob_len, uint8_t *content,
    size_t len) MUST_USE;

#endif

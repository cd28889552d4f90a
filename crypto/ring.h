/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring: whose passphrases open a gateway, and for what.
 *
 * The list is public and signed by the device key sk_D. The wraps lie in the state tree, so that a
 * removed one becomes noise. From a passphrase's Argon2id result pw (made elsewhere: it allocates):
 *
 *   KEK = BLAKE2b-256( key pw, "EW1-kek" || W )
 *   box = secretbox( KEK, sk_C || BLAKE2b-256( "EW1-ring" || pk_I || pk_D ) )
 *   K_H = kdf( 32, 1, "EW1-head", seed of sk_D )
 *
 * Each writing of the wraps makes an unlock key sk_U anew, which is kept nowhere else: wrapped to
 * each coordinator, or under the two-person rule to each two of them. sk_I, the seed of sk_D and
 * each epoch's sk_V are sealed to pk_U.
 *
 * Octets of the list, integers little endian:
 *   version 1 = 1 | pk_I 32 | pk_D 32 | pk_R 32 or zeros
 *   | count 1 of coordinators, 1 to 8; each: id 4, ascending from 1 up | pk_C 32 | salt 16
 *       | Argon2id memory in octets 8 | passes 4
 *   | count 1 of vaults, 1 to 34; each: epoch 2, ascending | pk_V 32
 *   | count 1 of hubs = 0 | signature 64 by sk_D of "EW1-list" || everything before
 *
 * Octets of the wraps, always RING_WRAPS_LEN:
 *   0     1  version = 2
 *   1     1  count of coordinators, 1 to 8
 *   2     1  count of epochs, 1 to 34
 *   3     1  two-person rule: 0 no, 1 yes (then at least two coordinators)
 *   4     4  zero
 *   8     1504  8 entries of 188: id 4, ascending | box 104 | box_seal( pk_C, sk_U ) 80,
 *               zeros under the two-person rule
 *   1512  3584  28 of 128, under the two-person rule alone: for each two coordinators at the
 *               places i < j, in the order (0,1) (0,2) .. (1,2) ..,
 *               box_seal( pk_Cj, box_seal( pk_Ci, sk_U ) )
 *   5096  32    pk_U
 *   5128  80    box_seal( pk_U, sk_I )
 *   5208  80    box_seal( pk_U, seed of sk_D )
 *   5288  2788  34 entries of 82: epoch 2, ascending | box_seal( pk_U, sk_V ) 80
 *   8076  76    zero
 * Entries that are not in use are zero.
 *
 * Version 1, of the first release, is read but not written:
 *   0     1  version = 1 | 1 count of coordinators, 1 to 8 | 1 count of months, 1 to 8 | 5 zero
 *   8  2144  8 entries of 268: id 4, ascending | box 104 | wrap of sk_I 80 | wrap of sk_D 80
 *   2152 5136  8 entries of 642: epoch 2, ascending | 8 wraps of sk_V 80, in the order of the
 *	      coordinators
 *   7288 864  zero
 * where a wrap is box_seal( pk_C, secret ).
 */
#ifndef CRYPTO_RING_H
#define CRYPTO_RING_H

#include "crypto/secret.h"
#include "schemas/status.h"

#include <stddef.h>
#include <stdint.h>

#define RING_COORDINATORS_MAX 8
#define RING_PAIRS_MAX 28
#define RING_VAULTS_MAX 34
#define RING_1_MONTHS_MAX 8 /* of version 1 */
#define RING_SALT_LEN 16
#define RING_BOX_LEN 104
#define RING_WRAP_LEN 80
#define RING_PAIR_LEN 128 /* a wrap of a wrap */
#define RING_SIGNATURE_LEN 64
#define RING_NONCE_LEN 24
/* What a list may ask of Argon2id: nothing that stops a small board for hours. */
#define RING_MEMORY_MIN 8192
#define RING_MEMORY_MAX (UINT64_C(4) << 30)
#define RING_PASSES_MIN 1
#define RING_PASSES_MAX 1000
#define RING_LIST_MAX \
	(1 + 3 * 32 + 1 + RING_COORDINATORS_MAX * 64 + 1 + RING_VAULTS_MAX * 34 + 1 + \
	    RING_SIGNATURE_LEN)
#define RING_WRAPS_LEN 8152

struct ring_coordinator {
	uint32_t id; /* 1 and up */
	struct public32 pk_c;
	uint8_t salt[RING_SALT_LEN];
	uint64_t argon_memory; /* octets */
	uint32_t argon_passes;
};

struct ring_vault {
	uint16_t epoch; /* 16 * month + serial */
	struct public32 pk_v;
};

struct ring_list {
	struct public32 pk_i; /* X25519: intake */
	struct public32 pk_d; /* Ed25519: the device */
	struct public32 pk_r; /* X25519: recovery, or zeros */
	uint8_t coordinator_count;
	uint8_t vault_count;
	struct ring_coordinator coordinator[RING_COORDINATORS_MAX];
	struct ring_vault vault[RING_VAULTS_MAX];
	uint8_t signature[RING_SIGNATURE_LEN];
};

struct ring_wraps {
	uint8_t version; /* 2, or 1 as it was read */
	uint8_t coordinator_count;
	uint8_t epoch_count;
	uint8_t is_two_person;
	struct {
		uint32_t id;
		uint8_t box[RING_BOX_LEN];
		uint8_t sk_u[RING_WRAP_LEN];
	} coordinator[RING_COORDINATORS_MAX];
	uint8_t pair[RING_PAIRS_MAX][RING_PAIR_LEN];
	struct public32 pk_u;
	uint8_t sk_i[RING_WRAP_LEN];
	uint8_t sk_d[RING_WRAP_LEN]; /* the seed */
	struct {
		uint16_t epoch;
		uint8_t sk_v[RING_WRAP_LEN];
	} epoch[RING_VAULTS_MAX];
	struct { /* version 1 has these for sk_u and what is sealed to it */
		uint8_t sk_i[RING_COORDINATORS_MAX][RING_WRAP_LEN];
		uint8_t sk_d[RING_COORDINATORS_MAX][RING_WRAP_LEN];
		uint8_t sk_v[RING_1_MONTHS_MAX][RING_COORDINATORS_MAX][RING_WRAP_LEN];
	} one;
};

/* What one passphrase opens. Wipe it. */
struct ring_key {
	uint32_t id; /* the coordinator's */
	struct key32 sk_c;
};

/* What a passphrase, or two, open in the end. Wipe it. */
struct ring_secrets {
	struct key32 sk_i;
	struct key32 sk_d; /* the seed of the Ed25519 key */
	struct key32 k_h;  /* makes roots */
	uint8_t month_count;
	struct {
		uint16_t epoch;
		struct key32 sk_v;
	} month[RING_VAULTS_MAX];
};

/* --- public halves: the same as libsodium's key pairs from a seed --- */
void ring_public_x25519(const struct key32 *sk, struct public32 *pk);
void ring_public_ed25519(const struct key32 *seed, struct public32 *pk);

/* Ed25519 by the device key, over octets that begin with a context of their own. */
void ring_sign(const struct key32 *seed, const uint8_t *octets, size_t len,
    uint8_t signature[RING_SIGNATURE_LEN]);

/* --- the list --- */

/*
 * The list's octets, with the signature that it holds.
 *   out  at most RING_LIST_MAX; *len octets written.
 * ST_OK, ST_RANGE (counts, order, a zero id, Argon2id's costs). Nothing is written on failure.
 */
enum status ring_list_write(
    const struct ring_list *list, uint8_t out[RING_LIST_MAX], size_t *len) MUST_USE;

/*
 * Read exactly what ring_list_write writes; the signature is not checked here.
 *   out  written only on ST_OK.
 * ST_OK, ST_VERSION, ST_DAMAGED (anything that ring_list_write never writes).
 */
enum status ring_list_read(const uint8_t *octets, size_t len, struct ring_list *out) MUST_USE;

/* Sign in place. ST_OK, ST_RANGE (as ring_list_write, or sk_d is not the key of list->pk_d). */
enum status ring_list_sign(struct ring_list *list, const struct key32 *sk_d) MUST_USE;

/* Is it signed by its own pk_d? That it is the right pk_d, the root's hash says. ST_OK, ST_FORGED.
 */
enum status ring_list_verify(const struct ring_list *list) MUST_USE;

/* BLAKE2b-256 of the octets, signature included: what the root holds. ST_OK, ST_RANGE. */
enum status ring_list_hash(const struct ring_list *list, uint8_t hash[32]) MUST_USE;

/*
 * The vault key for a month (counted from January 2025): of the newest epoch that is not later, or
 * of the first epoch where all are later. After a removal that is never one that the removed had.
 */
const struct ring_vault *ring_vault_for(const struct ring_list *list, unsigned month);

/* --- the wraps --- */

/* Version 2, counts and order must be valid (asserted). */
void ring_wraps_write(const struct ring_wraps *wraps, uint8_t out[RING_WRAPS_LEN]);

/* Either version. out: only on ST_OK. ST_OK, ST_VERSION, ST_DAMAGED (anything that no writer makes:
 * what is not in use must be zero). */
enum status ring_wraps_read(const uint8_t in[RING_WRAPS_LEN], struct ring_wraps *out) MUST_USE;

/* Where the pair of the coordinators at the places i < j stands, of count of them. */
size_t ring_pair_place(size_t i, size_t j, size_t count);

/* --- locks and keys --- */

/* W: the anchor's wipe secret. */
void ring_kek(const struct key32 *pw, const uint8_t w[32], struct key32 *kek);

/* A coordinator's secretbox. nonce: fresh random octets. */
void ring_box_seal(const struct key32 *kek, const uint8_t nonce[RING_NONCE_LEN],
    const struct key32 *sk_c, const struct ring_list *list, uint8_t box[RING_BOX_LEN]);

/* One wrap of one secret. ST_OK, ST_RANGE as sealed_box_seal. */
enum status ring_wrap(const struct public32 *pk, const struct key32 *eph,
    const struct key32 *secret, uint8_t wrap[RING_WRAP_LEN]) MUST_USE;
/* For two coordinators, the one at the earlier place first. eph: two. ST_OK, ST_RANGE. */
enum status ring_pair(const struct public32 *pk_i, const struct public32 *pk_j,
    const struct key32 eph[2], const struct key32 *secret, uint8_t pair[RING_PAIR_LEN]) MUST_USE;

/* K_H. */
void ring_head_key(const struct key32 *sk_d, struct key32 *k_h);

/*
 * Open one coordinator's box.
 *   id   whose passphrase it is said to be.
 *   out  zeroed on failure.
 * ST_OK; ST_PASSPHRASE (the box does not open); ST_UNKNOWN (no such coordinator in the list or the
 * wraps); ST_CHANGED (the box opens, and what it says does not fit the list).
 */
enum status ring_box_open(const struct key32 *kek, uint32_t id, const struct ring_list *list,
    const struct ring_wraps *wraps, struct ring_key *out) MUST_USE;

/*
 * Open everything that one coordinator can, or two, in either order; check each secret against its
 * public key in the list (whose signature and hash the caller has checked, or checks next with K_H
 * and the root).
 *   key  count of them, 1 or 2, as ring_box_open() gave them.
 *   out  zeroed on failure.
 * ST_OK; ST_INCOMPLETE (the two-person rule holds, and there are not two coordinators); ST_UNKNOWN;
 * ST_CHANGED (what is unwrapped does not fit the list).
 */
enum status ring_unlock(const struct ring_key *key, size_t count, const struct ring_list *list,
    const struct ring_wraps *wraps, struct ring_secrets *out) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The enrolment text that a gateway shows once and a phone reads once: "EW1:" and 128 symbols of
 * base32 (schemas/wire/ew1.md), and every key that follows from it.
 */
#ifndef CRYPTO_ENROLMENT_H
#define CRYPTO_ENROLMENT_H

#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GWID_LEN 8
#define ENROLMENT_CHAINS 4 /* generation 0 is live, 1 to 3 are spare */

/* What the text says. Holds M: wipe it. */
struct enrolment {
	bool ack_codes;        /* the gateway answers with the message's ack code */
	bool profile_s;        /* the monitor may send hand-copied messages */
	uint8_t codebook;      /* version mod 16 */
	uint8_t heartbeat_day; /* 0 none, 1 Monday to 7 Sunday */
	uint8_t gwid[GWID_LEN];
	struct public32 pk_i; /* the gateway's intake key */
	struct key32 m;       /* everything else follows from it */
};

/* What follows from M. Wipe it. */
struct enrolment_keys {
	struct key32 sk_m;    /* the monitor's static key */
	struct public32 pk_m; /* its public half */
	struct key32 chain[ENROLMENT_CHAINS];
};

/* A gateway's name: the first octets of BLAKE2b-128("EW1-gwid" || pk_i). */
void gwid_of(const struct public32 *pk_i, uint8_t gwid[GWID_LEN]);

/*
 * Write the text and a closing zero. gwid is computed from pk_i, whatever e->gwid holds.
 * Asserts codebook < 16 and heartbeat_day <= 7.
 */
void enrolment_write(const struct enrolment *e, char text[EW1_ENROL_CHARS + 1]);

/*
 * Read the text; blanks and line breaks may stand anywhere, either case will do.
 *   text  len octets; borrowed.
 *   out   written only on ST_OK.
 * In this order: ST_SYNTAX (no "EW1:", or a character that is not base32), ST_INCOMPLETE,
 * ST_TOO_LONG, ST_CHECK (mistyped), ST_VERSION, ST_UNKNOWN (a flag or parameter bit that this
 * reader does not know), ST_FORGED (the gateway's name is not that of its key), ST_RANGE (the
 * key is one that no honest gateway has: of low order).
 */
enum status enrolment_read(const char *text, size_t len, struct enrolment *out) MUST_USE;

void enrolment_derive(const struct key32 *m, struct enrolment_keys *out);

#endif

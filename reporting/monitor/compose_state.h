/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a monitor's program keeps between two messages, as one value, and the step from one message
 * to the next. Pure: the disk is state_file's, randomness is an argument.
 *
 * The file is 512 octets; integers are little endian:
 *   0    8  "TOCSINmc"
 *   8    1  layout, 2
 *   9    1  flags as in the enrolment text: bit 0 ack codes, bit 1 profile S
 *   10   1  codebook version mod 16
 *   11   1  heartbeat day, 0 to 7
 *   12   1  generation of the live chain, 0 to 3: people see it as chain 1 to 4
 *   13   3  zero
 *   16   4  n, the next number
 *   20   8  gwid
 *   28  32  pk_I
 *   60  32  sk_m
 *   92  32  CK_n
 *   124 96  K_1, K_2, K_3: spare chains; zeros for those that are live or past
 *   220  4  zero
 *   224 200 the places of her own numbers 0 to 99, 2 octets each: ids, 0 none
 *   424 56  zero
 *   480 32  BLAKE2b-256 of all before: against damage, not against a thief
 *
 * Layout 1 is 256 octets: no list, and the BLAKE2b at 224. It is read, and written as layout 2.
 */
#ifndef REPORTING_MONITOR_COMPOSE_STATE_H
#define REPORTING_MONITOR_COMPOSE_STATE_H

#include "crypto/base32.h"
#include "crypto/enrolment.h"
#include "crypto/envelope_x.h"
#include "crypto/secret.h"

#define COMPOSE_STATE_LEN 512
#define COMPOSE_STATE_OLD_LEN 256 /* layout 1 */
#define COMPOSE_SPARES (ENROLMENT_CHAINS - 1)

/* Wipe it. */
struct compose_state {
	bool ack_codes, profile_s;
	uint8_t codebook, heartbeat_day;
	uint8_t generation;
	uint32_t n; /* shown to people as n + 1; begins anew with each chain */
	uint8_t gwid[GWID_LEN];
	struct public32 pk_i;
	struct key32 sk_m;
	struct key32 ck;
	struct key32 spare[COMPOSE_SPARES];
	uint16_t own[OWN_MAX]; /* place ids behind her own numbers; 0 none */
};

/* One sealed report, ready to be sent. */
struct compose_message {
	uint32_t n;
	uint8_t generation;
	char text[EW1_X_CHARS + 1];
	char ack[BASE32_CHARS(EW1_ACK_LEN) + 1];
};

/* The state at number 0. */
void compose_state_start(const struct enrolment *e, struct compose_state *out);

void compose_state_write(const struct compose_state *s, uint8_t file[COMPOSE_STATE_LEN]);

/*
 * Read what compose_state_write wrote, or wrote once.  out  written only on ST_OK.
 * ST_OK, ST_SYNTAX (no such file at all), ST_VERSION (a later program's), ST_DAMAGED.
 */
enum status compose_state_read(const uint8_t *file, size_t len, struct compose_state *out) MUST_USE;

/* Has she a list of her own? Then one or two digits are numbers of it, and of nothing else. */
bool compose_state_has_own(const struct compose_state *s);

/*
 * Seal one report under number old->n.
 *   random  32 fresh random octets.
 *   next    the state that must be durable before the message is shown; may not be old.
 *   out     next and out are written only on ST_OK.
 * ST_OK, ST_FULL (no numbers left), ST_RANGE (the gateway's key is of low order).
 */
enum status compose_state_seal(const struct compose_state *old,
    const uint8_t plain[ENVELOPE_X_PLAIN_LEN], const uint8_t random[ENVELOPE_X_RANDOM_LEN],
    struct compose_state *next, struct compose_message *out) MUST_USE;

/*
 * Go on to the next chain, at its number 0: nothing of the old one stays.
 *   next  written only on ST_OK; may not be old.
 * ST_OK, ST_FULL (the last chain is live).
 */
enum status compose_state_next_chain(
    const struct compose_state *old, struct compose_state *next) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one-way ratchet of a slot (schemas/wire/ew1.md): which keys belong to message n, and what
 * is left when it has been spent. Nothing here changes its input: the next state is a value that
 * the caller commits together with the report, so a message is never read without being spent.
 * Numbers n, n+1 ... n+255 are open; a number passed over keeps its keys (not the chain key) until
 * it arrives, 64 higher ones are passed over, or it expires.
 *
 * Beside the live chain the next generation's may wait, from its number 0 on: the first of its
 * messages that opens makes it the live one and destroys the old chain with all its keys.
 */
#ifndef CRYPTO_RATCHET_H
#define CRYPTO_RATCHET_H

#include "crypto/secret.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HINT_X_LEN 5
#define HINT_S_LEN 4
#define RATCHET_GENERATION_MAX 3
/* No number reaches it in practice; it keeps n + 256 inside 32 bits. */
#define RATCHET_N_MAX (UINT32_MAX - EW1_WINDOW)

/* What belongs to one number. Wipe it. */
struct message_keys {
	struct key32 mx, ms; /* profile X, profile S */
	uint8_t hx[HINT_X_LEN];
	uint8_t hs[HINT_S_LEN];
	uint8_t ack[EW1_ACK_LEN];
};

/* A number that was passed over. */
struct ratchet_skipped {
	uint32_t n;
	uint32_t on_h; /* hours switched on when that happened */
	struct message_keys keys;
};

enum ratchet_state { RATCHET_LIVE = 1, RATCHET_REVOKED = 2 };

/*
 * What a slot's leaf holds. Wipe it. A revoked one has only revoked_on_h and hints: they show
 * that a revoked slot spoke, and open nothing.
 */
struct ratchet {
	enum ratchet_state state;
	uint8_t generation; /* 0 to 3 */
	uint8_t skipped_count;
	uint16_t hint_count;
	uint32_t n; /* the next number in order */
	uint32_t revoked_on_h;
	struct key32 ck;      /* CK_n */
	struct key32 next_ck; /* the waiting spare chain's CK_0, or zeros */
	struct public32 pk_m;
	struct ratchet_skipped skipped[EW1_SKIPPED_MAX]; /* by n, ascending, all below n */
	uint8_t hints[EW1_WINDOW + EW1_SKIPPED_MAX][HINT_X_LEN];
};

/* The keys of the number whose chain key is ck. */
void ratchet_message_keys(const struct key32 *ck, struct message_keys *out);

/* The X hint of that number alone. */
void ratchet_hint_x(const struct key32 *ck, uint8_t hx[HINT_X_LEN]);

/* CK_n to CK_n+1, in place. */
void ratchet_step(struct key32 *ck);

/* A live slot at number 0 of the chain that starts with ck. */
void ratchet_start(
    struct ratchet *r, unsigned generation, const struct key32 *ck, const struct public32 *pk_m);

/*
 * The keys of number n.
 *   out  written only on ST_OK.
 * ST_OK, ST_REPLAY (below the window and not among the skipped), ST_RANGE (above the window),
 * ST_NOT_ALLOWED (revoked).
 */
enum status ratchet_keys(const struct ratchet *r, uint32_t n, struct message_keys *out) MUST_USE;

/*
 * The state after message n was accepted.
 *   on_h  hours switched on now, for the numbers that this passes over.
 *   next  written only on ST_OK; another object than old.
 * Statuses as ratchet_keys.
 */
enum status ratchet_spend(
    const struct ratchet *old, uint32_t n, uint32_t on_h, struct ratchet *next) MUST_USE;

/*
 * The same for a number up to EW1_SCAN_MAX - 1 ahead, for a phone that ran past its window: the
 * caller found that number by its hint and opened the message. Costs n - old->n steps.
 */
enum status ratchet_spend_far(
    const struct ratchet *old, uint32_t n, uint32_t on_h, struct ratchet *next) MUST_USE;

/* Does the next generation's chain wait? */
bool ratchet_is_waiting(const struct ratchet *r);

/*
 * The state in which the next generation's chain waits.
 *   ck    its CK_0, K_(generation + 1).
 *   next  written only on ST_OK; another object than old.
 * ST_OK, ST_EXISTS (one waits already), ST_FULL (the last generation is live), ST_NOT_ALLOWED
 * (revoked).
 */
enum status ratchet_await(
    const struct ratchet *old, const struct key32 *ck, struct ratchet *next) MUST_USE;

/*
 * The state in which the waiting chain is the live one, at number 0: nothing of the old chain is in
 * it. Only to look for its keys and to spend one: it may be committed only with a message that
 * opened, or whoever guesses a hint would cut a monitor off.
 *   next  written only on ST_OK; another object than old.
 * ST_OK, ST_UNKNOWN (none waits).
 */
enum status ratchet_switch(const struct ratchet *old, struct ratchet *next) MUST_USE;

/*
 * Drop, in place, what is EW1_SKIPPED_HOURS old: skipped numbers, or a revoked slot's hints.
 * Returns how many went. The caller holds this back while undecided texts are parked.
 */
unsigned ratchet_expire(struct ratchet *r, uint32_t on_h);

/*
 * The state after revocation: hints of the window and of the skipped numbers. Revoking a revoked
 * slot changes nothing.  next  another object than old.
 */
void ratchet_revoke(const struct ratchet *old, uint32_t on_h, struct ratchet *next);

/* The X hints of numbers first ... first+255, for the gateway's table. Wipe it. */
struct ratchet_window {
	uint32_t first;
	struct key32 end_ck;                /* CK_(first+256) */
	uint8_t hx[EW1_WINDOW][HINT_X_LEN]; /* hx[i] belongs to first + i */
};

/* Asserts that r is live. */
void ratchet_window_fill(const struct ratchet *r, struct ratchet_window *out);

/*
 * Move the window up to begin at n, at the cost of n - first steps. Moves nothing on failure.
 * ST_OK, ST_RANGE (n below the window's first, or above RATCHET_N_MAX).
 */
enum status ratchet_window_advance_to(struct ratchet_window *w, uint32_t n) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of these tests: a clock that stands still, randomness that comes again with the same
 * seed, and a passphrase that is stretched by one hash instead of Argon2id, for each of many
 * hundred thousand images is opened with it. All else is the objects of the shipped programs.
 */
#include "tests/fault/world.h"

#include <sodium.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/entropy.h"
#include "gateway/core/stretch.h"

int64_t world_ms = 1000;
static uint64_t entropy_state[4]; /* seed, and how often it was drawn from */

int64_t
clock_boot_ms(void)
{
	return world_ms;
}

int64_t
clock_wall_s(void)
{
	return 1795000000 + world_ms / 1000; /* November 2026 */
}

int
clock_is_synchronised(void)
{
	return 0;
}

void
world_seed(uint64_t seed)
{
	memset(entropy_state, 0, sizeof(entropy_state));
	entropy_state[0] = seed;
}

void
entropy_fill(void *out, size_t len)
{
	_Static_assert(sizeof(entropy_state) == randombytes_SEEDBYTES, "one seed");

	entropy_state[1]++;
	randombytes_buf_deterministic(out, len, (const uint8_t *)entropy_state);
}

uint32_t
world_draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33) % below;
}

enum status
stretch_passphrase(const char *octets, size_t len, const uint8_t salt[RING_SALT_LEN],
    uint64_t memory, uint32_t passes, struct key32 *out)
{
	(void)memory;
	(void)passes;
	(void)crypto_generichash(
	    out->b, sizeof(out->b), (const uint8_t *)octets, len, salt, RING_SALT_LEN);
	return ST_OK;
}

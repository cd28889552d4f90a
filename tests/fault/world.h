/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock and the randomness of these tests (world.c). */
#ifndef TESTS_FAULT_WORLD_H
#define TESTS_FAULT_WORLD_H

#include <stdint.h>

/* What clock_boot_ms() says. */
extern int64_t world_ms;
/* entropy_fill() gives the same octets again after the same seed. */
void world_seed(uint64_t seed);
/* A number below `below` from a generator of the caller's own. */
uint32_t world_draw(uint64_t *state, uint32_t below);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much work one try of a passphrase shall be (Argon2id): about a second on this machine.
 */
#ifndef GATEWAY_CONTROL_INIT_COST_H
#define GATEWAY_CONTROL_INIT_COST_H

#include <stdint.h>

#define COST_MEMORY_MIN 64 /* MiB */
#define COST_MEMORY_MAX 1024
#define COST_PASSES_MIN 3
#define COST_PASSES_MAX 32
#define COST_AIM_MS 1000

struct cost {
	uint32_t memory_mib, passes;
	uint32_t about_ms; /* 0: not measured */
};

/*
 * The choice, given the time of the least one (COST_MEMORY_MIN, COST_PASSES_MIN) and the
 * machine's memory: memory first, at most half of it; then passes. Time grows with both alike.
 */
struct cost cost_choose(uint32_t least_ms, uint64_t ram_mib);

/* Measure the least one once and choose. */
struct cost cost_measure(void);

#endif

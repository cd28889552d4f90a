/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_cost.h"

#include <sodium.h>
#include <unistd.h>

#include "gateway/common/clock.h"

static uint64_t
ram_mib(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size >> 20 : 0;
}

static uint32_t
predicted_ms(uint32_t least_ms, const struct cost *c)
{
	return (uint32_t)((uint64_t)least_ms * c->memory_mib * c->passes / COST_MEMORY_MIN /
			  COST_PASSES_MIN);
}

struct cost
cost_choose(uint32_t least_ms, uint64_t ram)
{
	struct cost c = {COST_MEMORY_MIN, COST_PASSES_MIN, 0}, more;

	if (least_ms == 0)
		least_ms = 1;
	for (;;) {
		more = (struct cost){c.memory_mib * 2, c.passes, 0};
		if (more.memory_mib > COST_MEMORY_MAX || more.memory_mib > ram / 2 ||
		    predicted_ms(least_ms, &more) > COST_AIM_MS)
			break;
		c = more;
	}
	for (;;) {
		more = (struct cost){c.memory_mib, c.passes + 1, 0};
		if (more.passes > COST_PASSES_MAX || predicted_ms(least_ms, &more) > COST_AIM_MS)
			break;
		c = more;
	}
	c.about_ms = predicted_ms(least_ms, &c);
	return c;
}

struct cost
cost_measure(void)
{
	static const unsigned char salt[crypto_pwhash_SALTBYTES];
	int64_t before_ms = clock_boot_ms();
	unsigned char out[32];

	if (crypto_pwhash(out, sizeof(out), "a measure, not a secret", 23, salt, COST_PASSES_MIN,
		(size_t)COST_MEMORY_MIN << 20, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return (struct cost){COST_MEMORY_MIN, COST_PASSES_MIN, 0};
	return cost_choose((uint32_t)(clock_boot_ms() - before_ms), ram_mib());
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's clocks, but never synchronised: the tests' results are the same on every machine. A
 * test that moves its clock defines these three functions itself. */
#include <assert.h>
#include <time.h>

#include "gateway/common/clock.h"

static struct timespec
now(clockid_t clock)
{
	struct timespec ts;

	assert(clock_gettime(clock, &ts) == 0);
	return ts;
}

int64_t
clock_boot_ms(void)
{
	struct timespec ts = now(CLOCK_BOOTTIME);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_wall_s(void)
{
	return now(CLOCK_REALTIME).tv_sec;
}

int
clock_is_synchronised(void)
{
	return 0;
}

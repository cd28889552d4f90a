/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/clock.h"

#include <assert.h>
#include <sys/timex.h>
#include <time.h>

int64_t
clock_boot_ms(void)
{
	struct timespec ts;

	assert(clock_gettime(CLOCK_BOOTTIME, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_wall_s(void)
{
	struct timespec ts;

	assert(clock_gettime(CLOCK_REALTIME, &ts) == 0);
	return ts.tv_sec;
}

int
clock_is_synchronised(void)
{
	struct timex tx = {.modes = 0};
	int state = adjtimex(&tx);

	return state != -1 && state != TIME_ERROR && (tx.status & STA_UNSYNC) == 0;
}

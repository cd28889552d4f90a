/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only two clocks. A test links another clock.c; no setting moves these.
 */
#ifndef GATEWAY_COMMON_CLOCK_H
#define GATEWAY_COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds since boot, sleep included (CLOCK_BOOTTIME): order, intervals, timers. */
int64_t clock_boot_ms(void);

/* Seconds since 1970-01-01T00:00Z as the machine believes (CLOCK_REALTIME). May be wrong. */
int64_t clock_wall_s(void);

#endif

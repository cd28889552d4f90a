/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only clocks. A test links another clock.c; no setting moves these.
 */
#ifndef GATEWAY_COMMON_CLOCK_H
#define GATEWAY_COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds since boot, sleep included (CLOCK_BOOTTIME): order, intervals, timers. */
int64_t clock_boot_ms(void);

/* Seconds since 1970-01-01T00:00Z as the machine believes (CLOCK_REALTIME). May be wrong. */
int64_t clock_wall_s(void);

/*
 * Nonzero while the kernel knows that clock_wall_s() follows the network's time (NTP): adjtimex(2)
 * without STA_UNSYNC. It only reads, and needs no right; but systemd's ProtectClock= and the set
 * @clock of a SystemCallFilter= forbid the call, so a filter for core must allow adjtimex. Where it
 * is forbidden the answer is 0.
 */
int clock_is_synchronised(void);

#endif

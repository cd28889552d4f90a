/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clock that a test moves, in the place of support/rig_clock.c: it defines the functions of
 * gateway/common/clock.h, so one file of a program includes it. Milliseconds since boot, seconds
 * since 1970, and whether the network set the latter.
 */
#ifndef TESTS_SUPPORT_OWN_CLOCK_H
#define TESTS_SUPPORT_OWN_CLOCK_H

#include "gateway/common/clock.h"

#define OWN_CLOCK_WALL_S 1795000000 /* 2026-11-18 */
#define OWN_CLOCK_BOOT_MS 1000000

static int64_t boot_ms = OWN_CLOCK_BOOT_MS, wall_s = OWN_CLOCK_WALL_S;
static int is_synchronised;

int64_t
clock_boot_ms(void)
{
	return boot_ms;
}

int64_t
clock_wall_s(void)
{
	return wall_s;
}

int
clock_is_synchronised(void)
{
	return is_synchronised;
}

#endif

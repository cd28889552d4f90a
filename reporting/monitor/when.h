/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time of an event as a person types it. Pure.
 */
#ifndef REPORTING_MONITOR_WHEN_H
#define REPORTING_MONITOR_WHEN_H

#include "schemas/status.h"

#include <stdint.h>

#define WHEN_TEXT_LEN 17 /* "2026-11-20 14:30" and a zero */

/*
 * `now`, `unknown`, `-30m`, `-2h`, `-3d`, or `2026-11-20 14:30` (a T for the blank will do).
 *   now         seconds since 1970, UTC.
 *   offset_min  of the local time in which dates are meant, minutes ahead of UTC.
 *   quarter     as in the record, RECORD_EVENT_NONE for `unknown`; written only on ST_OK.
 * ST_OK, ST_SYNTAX, ST_RANGE (no such date, or outside 2025 to 2054, the limits of the record).
 */
enum status when_parse(const char *text, int64_t now, int offset_min, uint32_t *quarter) MUST_USE;

/* The local date and time of a moment between the years 0 and 9999. */
void when_write(int64_t unix_s, int offset_min, char text[WHEN_TEXT_LEN]);

#endif

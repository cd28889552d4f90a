/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose phone number is it? Numbers of monitors, in sodium_malloc'd memory while ARMED or OPEN: in
 * posture `open` of all who have one kept, in `protected` only of those who may text plain
 * (docs/decisions/0058-plain-texts-by-sms.md). At most one for each slot.
 */
#ifndef GATEWAY_CORE_SENDERS_H
#define GATEWAY_CORE_SENDERS_H

#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/status.h"

struct senders;

/* NULL: no memory. */
struct senders *senders_new(void);
/* Wipes it. NULL does nothing. */
void senders_free(struct senders *s);

/* Instead of the one before; number: ended, empty or NULL: none any more. One that number_read()
 * refuses is none. */
void senders_set(struct senders *s, uint16_t slot, const char *number);

/*
 * The slot of the monitor with this number, EVENT_SLOT_NONE if there is none. Two numbers are one
 * if the digits of the shorter, without its plus sign and leading zeros, end the longer, and are at
 * least NUMBER_TAIL; if that holds for two monitors it is nobody's. Takes as long whoever it is.
 */
uint16_t senders_find(const struct senders *s, const char *number);

/* How many slots have one. */
unsigned senders_count(const struct senders *s);

#endif

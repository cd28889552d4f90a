/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of a slot of the modem that could not be read as a text: the text of SMS_UNDECODED
 * as schemas/messages.h has it, with the PDU cut down to what the posture allows. Pure.
 */
#ifndef GATEWAY_CORE_UNDECODED_H
#define GATEWAY_CORE_UNDECODED_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"

/*
 * Cut one down.
 *   text  len octets as they were handed over, by whom nobody trusts
 *   out   its head, and in posture `open` the PDU; in `protected` the user data alone, with offset
 *         0, or nothing, with UNDECODED_NO_OFFSET, where the two cannot be told apart
 * Returns its octets; 0 if there is not even a head.
 */
size_t undecoded_keep(int is_protected, const uint8_t *text, size_t len, uint8_t out[SMS_TEXT_MAX]);

/* Of what is kept: why, in words, and how many octets the PDU had. */
const char *undecoded_words(const uint8_t *kept, unsigned *octets);

#endif

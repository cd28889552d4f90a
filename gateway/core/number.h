/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phone numbers that a coordinator typed. Each is in memory alone, but for what `enrolled` keeps
 * where the network chose so.
 */
#ifndef GATEWAY_CORE_NUMBER_H
#define GATEWAY_CORE_NUMBER_H

#include "schemas/limits.h"
#include "schemas/status.h"

#define NUMBER_DIGITS_MIN 3
#define NUMBER_DIGITS_MAX 20
#define NUMBER_TAIL 7 /* digits that are the same however a number is written */

/*
 * Read a number: digits, international ones after a plus sign; blanks, dashes, dots, slashes and
 * brackets between them are left out.
 *   typed  NUMBER_MAX octets that may lack their end
 *   out    the plus sign and digits alone, ended; the caller wipes it
 * ST_OK; ST_RANGE: it is none, and out is empty.
 */
enum status number_read(const char typed[NUMBER_MAX], char out[NUMBER_MAX]) MUST_USE;
extern const char number_words[]; /* what a number has to be, for a person */

/* Its last digits, NUMBER_TAIL of them or all it has: national and international forms of one
 * number have them in common. Points into number. */
const char *number_tail(const char *number);

#endif

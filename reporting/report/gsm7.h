/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The default alphabet of SMS and its extension table (3GPP TS 23.038 6.2.1, 6.2.1.1), and whether
 * a text fits one SMS: 160 septets if all of it is in there, else 70 units of UCS-2 (23.038 6.2.3,
 * 23.040 9.2.3.24). Pure.
 */
#ifndef REPORTING_REPORT_GSM7_H
#define REPORTING_REPORT_GSM7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

#define GSM7_ROOM 160 /* septets of one SMS without a header */
#define UCS2_ROOM 70  /* UTF-16 units of one */
#define GSM7_ESCAPE 0x1B
#define GSM7_UTF8_MAX 3 /* octets that one septet can become */

/*
 * One character of the default alphabet; after GSM7_ESCAPE, of the extension table. A code that the
 * extension table leaves free is shown as the default alphabet has it, as 23.038 wants.
 *   code  0 to 127; GSM7_ESCAPE itself gives a space, as 23.038 wants for an escape twice.
 */
uint32_t gsm7_character(uint8_t code, bool extended);

/*
 * Septets to UTF-8.
 *   septets  count values, one in an octet.
 *   out      cap octets, not ended.
 * Returns how many octets were written; SIZE_MAX: there was no room.
 */
size_t gsm7_to_utf8(const uint8_t *septets, size_t count, uint8_t *out, size_t cap);

/*
 * How many septets a text takes. ST_OK; ST_UNKNOWN: a character is in neither table; ST_SYNTAX: it
 * is no UTF-8, or holds U+0000.
 */
enum status gsm7_septets(const uint8_t *text, size_t len, size_t *septets) MUST_USE;

/*
 * Does a text fit one SMS?
 *   units, room  how many it takes and how many there are: septets, or UTF-16 units if is_ucs2.
 *                Written on ST_OK and ST_TOO_LONG.
 * ST_OK; ST_TOO_LONG; ST_SYNTAX as above.
 */
enum status sms_fits(
    const uint8_t *text, size_t len, unsigned *units, unsigned *room, bool *is_ucs2) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts and numbers in a PDU, as UTF-8. Where libGammu 1.42 departs from 3GPP TS 23.038 these
 * follow the library, so that a text is the same by either road: an escape that means nothing is
 * shown as U+00B9; in UCS-2 U+0001 becomes a tilde, a tilde two, U+0000 ends the text, and a half
 * of a surrogate pair stands as it is, but for a first half at the end, which becomes U+FFFD.
 * Letters of a sender are taken as ASCII, up to the first @.
 */
#ifndef GATEWAY_MODEM_PDU_TEXT_H
#define GATEWAY_MODEM_PDU_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"

/*
 * Septets of packed user data (3GPP TS 23.038 6.1.2.1.1).
 *   ud     begins with septet 0; `skip` septets of it are header and fill.
 *   count  septets after those; all of them lie in ud.
 * Both return how many octets were written to out; SIZE_MAX: no room.
 */
size_t pdu_text_septets(const uint8_t *ud, size_t skip, size_t count, uint8_t *out, size_t cap);

/* UCS-2, high octet first; an odd last octet is dropped. */
size_t pdu_text_ucs2(const uint8_t *ud, size_t len, uint8_t *out, size_t cap);

/*
 * An address (3GPP TS 23.040 9.1.2.5).
 *   type    the octet "type of address"
 *   digits  semi-octets, at most 20; octets has (digits + 1) / 2.
 *   out     ended with a zero: "+254712...", "0712...", "SAFARICOM". Wipe it.
 */
void pdu_text_number(uint8_t type, const uint8_t *octets, size_t digits, char out[NUMBER_MAX]);

#endif

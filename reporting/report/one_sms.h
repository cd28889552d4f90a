/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a text that a person wrote be sent as one SMS, and if not, why? Pure.
 */
#ifndef REPORTING_REPORT_ONE_SMS_H
#define REPORTING_REPORT_ONE_SMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

#define ONE_SMS_WORDS 240

struct one_sms {
	unsigned units, room; /* characters that it takes, and that there are */
	bool is_halved;       /* a character outside the alphabet of SMS left less room */
};

/*
 * text: UTF-8. Of control characters only a new line is allowed.
 * words: on failure what to do, for a person. It names a character of the text, never more of it.
 * ST_OK; ST_TOO_LONG; ST_SYNTAX (no UTF-8, or a control character); ST_RANGE (no text).
 */
enum status one_sms_check(
    const uint8_t *text, size_t len, struct one_sms *out, char words[ONE_SMS_WORDS]) MUST_USE;

#endif

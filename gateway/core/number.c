/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/number.h"

#include <sodium.h>
#include <string.h>

const char number_words[] =
    "that is no phone number: give 3 to 20 digits, international ones after a plus sign, such as "
    "+254 700 000000";

enum status
number_read(const char typed[NUMBER_MAX], char out[NUMBER_MAX])
{
	size_t len = strnlen(typed, NUMBER_MAX), used = 0, digits = 0;

	memset(out, 0, NUMBER_MAX);
	for (size_t i = 0; i < len; i++) {
		const char c = typed[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if (c != '+' && strchr(" -./()", c) != NULL)
			continue;
		else if (c != '+' || used > 0)
			goto none;
		if (digits > NUMBER_DIGITS_MAX)
			goto none;
		out[used++] = c;
	}
	if (len < NUMBER_MAX && digits >= NUMBER_DIGITS_MIN)
		return ST_OK;
none:
	sodium_memzero(out, NUMBER_MAX);
	return ST_RANGE;
}

const char *
number_tail(const char *number)
{
	const char *digits = number[0] == '+' ? number + 1 : number;
	size_t len = strlen(digits);

	return len > NUMBER_TAIL ? digits + (len - NUMBER_TAIL) : digits;
}

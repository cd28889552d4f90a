/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/damm.h"

#include <assert.h>

static const unsigned char quasigroup[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

char
damm_digit(const char *digits)
{
	unsigned interim = 0;

	for (; *digits != '\0'; digits++) {
		assert(*digits >= '0' && *digits <= '9');
		interim = quasigroup[interim][*digits - '0'];
	}
	return (char)('0' + interim);
}

bool
damm_is_sound(const char *digits)
{
	return damm_digit(digits) == '0'; /* the diagonal is zero */
}

void
damm_code(unsigned code, char out[4])
{
	assert(code < 100);
	out[0] = (char)('0' + code / 10);
	out[1] = (char)('0' + code % 10);
	out[2] = '\0';
	out[2] = damm_digit(out);
	out[3] = '\0';
}

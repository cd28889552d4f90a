/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/damm.h"
#include "tests/support/check.h"

#include <string.h>

static void
test_published(void)
{
	CHECK_EQ(damm_digit("572"), '4'); /* the example that is given everywhere */
	CHECK(damm_is_sound("5724"));
	CHECK_EQ(damm_digit(""), '0');
}

/* Each of the hundred codes: no slip gives another sound one. */
static void
test_slips(void)
{
	unsigned wrong = 0, swapped = 0;

	for (unsigned code = 0; code < 100; code++) {
		char right[4], typed[4];

		damm_code(code, right);
		CHECK(damm_is_sound(right));
		CHECK_EQ((unsigned)(right[0] - '0') * 10 + (unsigned)(right[1] - '0'), code);
		for (unsigned at = 0; at < 3; at++)
			for (int digit = '0'; digit <= '9'; digit++) {
				if (digit == right[at])
					continue;
				memcpy(typed, right, sizeof(typed));
				typed[at] = (char)digit;
				CHECK(!damm_is_sound(typed));
				wrong++;
			}
		for (unsigned at = 0; at < 2; at++) {
			if (right[at] == right[at + 1])
				continue;
			memcpy(typed, right, sizeof(typed));
			typed[at] = right[at + 1];
			typed[at + 1] = right[at];
			CHECK(!damm_is_sound(typed));
			swapped++;
		}
	}
	CHECK_EQ(wrong, 2700);
	CHECK(swapped > 170);
}

int
main(void)
{
	test_published();
	test_slips();
	return check_done();
}

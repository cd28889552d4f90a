/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose phone number is it? */
#include <sodium.h>

#include "gateway/core/events.h"
#include "gateway/core/senders.h"
#include "tests/support/check.h"

#define NOBODY EVENT_SLOT_NONE

static struct senders *senders;

static void
test_forms(void)
{
	static const struct {
		const char *kept, *asked;
		int is_same;
	} rows[] = {
	    {"+254700123456", "+254700123456", 1},
	    {"+254700123456", "0700123456", 1},
	    {"0700123456", "+254700123456", 1},
	    {"0700 123-456", "00254700123456", 1},
	    {"+254700123456", "700123456", 1},
	    {"+254700123456", "0123456", 0}, /* six digits behind the zero */
	    {"+254700123456", "0123457", 0},
	    {"+254700123456", "+255700123456", 0},
	    {"+254700123456", "+254700123457", 0},
	    {"+254700123456", "1254700123456", 1},
	    {"5551234567", "1234567", 1},
	    {"1234567", "5551234567", 1},
	    {"123456", "123456", 0}, /* too few digits are nobody's, even the same ones */
	    {"01234567", "1234567", 1},
	    {"12345678901234567890", "12345678901234567890", 1},
	    {"12345678901234567890", "02345678901234567890", 1},
	    {"+254700123456", "", 0},
	    {"+254700123456", "SAFARICOM", 0},
	    {"+254700123456", "+254700123456x", 0},
	    {"", "", 0},
	    {"no number", "no number", 0},
	    {"0000000000", "0000000000", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		senders_set(senders, 7, rows[i].kept);
		if (!CHECK_EQ(senders_find(senders, rows[i].asked), rows[i].is_same ? 7 : NOBODY))
			printf("    %s, %s\n", rows[i].kept, rows[i].asked);
	}
	senders_set(senders, 7, "+254700123456");
	CHECK_EQ(senders_find(senders, NULL), NOBODY);
	senders_set(senders, 7, NULL);
	CHECK_EQ(senders_find(senders, "+254700123456"), NOBODY);
	CHECK_EQ(senders_count(senders), 0);
}

/* One number, two monitors: it is nobody's; and again the other one's when hers goes. */
static void
test_two(void)
{
	senders_set(senders, 0, "+254700123456");
	senders_set(senders, SLOT_MAX - 1, "0700123456");
	senders_set(senders, 3, "+254711111111");
	senders_set(senders, SLOT_MAX, "+254722222222"); /* no slot: nothing happens */
	CHECK_EQ(senders_count(senders), 3);
	CHECK_EQ(senders_find(senders, "+254700123456"), NOBODY);
	CHECK_EQ(senders_find(senders, "0711111111"), 3);
	CHECK_EQ(senders_find(senders, "+254722222222"), NOBODY);
	senders_set(senders, 0, "");
	CHECK_EQ(senders_find(senders, "+254700123456"), SLOT_MAX - 1);
	senders_set(senders, 3, "+254733333333"); /* instead of the one before */
	CHECK_EQ(senders_find(senders, "0711111111"), NOBODY);
	CHECK_EQ(senders_find(senders, "0733333333"), 3);
	CHECK_EQ(senders_count(senders), 2);
}

int
main(void)
{
	if (sodium_init() < 0 || (senders = senders_new()) == NULL)
		return 1;
	test_forms();
	test_two();
	senders_free(senders);
	senders_free(NULL);
	return check_done();
}

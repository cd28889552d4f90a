/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a text is one SMS, and what is said where it is not. */
#include <stdio.h>
#include <string.h>

#include "reporting/report/one_sms.h"
#include "tests/support/check.h"

static char words[ONE_SMS_WORDS];
static struct one_sms sms;

static enum status
check(const char *text)
{
	words[0] = '\0';
	return one_sms_check((const uint8_t *)text, strlen(text), &sms, words);
}

static enum status
check_many(const char *character, size_t times, const char *behind)
{
	char text[2000];
	size_t len = 0;

	for (size_t i = 0; i < times; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", character);
	(void)snprintf(text + len, sizeof(text) - len, "%s", behind);
	return check(text);
}

int
main(void)
{
	CHECK_EQ(check("come on Monday"), ST_OK);
	CHECK(sms.units == 14 && sms.room == 160 && !sms.is_halved);
	CHECK_EQ(check_many("a", 160, ""), ST_OK);
	CHECK_EQ(check_many("a", 161, ""), ST_TOO_LONG);
	CHECK_STR(words, "the text is 1 characters too long for one SMS: it takes 161, and there "
			 "is room for 160");
	CHECK_EQ(check_many("{", 80, ""), ST_OK); /* of the extension table: two septets each */
	CHECK_EQ(check_many("{", 80, "a"), ST_TOO_LONG);
	CHECK_EQ(check_many("a", 69, "\xd1\x8f"), ST_OK); /* Cyrillic ya */
	CHECK(sms.units == 70 && sms.room == 70 && sms.is_halved);
	CHECK_EQ(check_many("a", 70, "\xd1\x8f"), ST_TOO_LONG);
	CHECK(strstr(words, "because \"\xd1\x8f\" is not in the alphabet of SMS") != NULL);
	CHECK(strstr(words, "room for 160") != NULL);
	CHECK_EQ(check_many("\xf0\x9f\x98\x80", 35, ""), ST_OK); /* two units each */
	CHECK_EQ(check_many("\xf0\x9f\x98\x80", 36, ""), ST_TOO_LONG);
	CHECK_EQ(check("two\nlines"), ST_OK);
	CHECK_EQ(check(""), ST_RANGE);
	CHECK_EQ(check(" \n"), ST_RANGE);
	CHECK_EQ(check("a\tb"), ST_SYNTAX);
	CHECK_EQ(check("\x1b[2J"), ST_SYNTAX);
	CHECK_EQ(check("\xc2\x9b"), ST_SYNTAX); /* a control character beyond ASCII */
	CHECK_EQ(check("\xc3"), ST_SYNTAX);
	CHECK_EQ(one_sms_check((const uint8_t *)"a\0b", 3, &sms, words), ST_SYNTAX);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/one_sms.h"

#include <stdio.h>
#include <utf8proc.h>

#include "reporting/report/gsm7.h"

static enum status
say(char words[ONE_SMS_WORDS], enum status st, const char *sentence)
{
	(void)snprintf(words, ONE_SMS_WORDS, "%s", sentence);
	return st;
}

static bool
is_control(utf8proc_int32_t c)
{
	return c != '\n' && utf8proc_category(c) == UTF8PROC_CATEGORY_CC;
}

/* The first character that no table of SMS has, as it stands in the text. */
static const uint8_t *
find_outside(const uint8_t *text, size_t len, size_t *octets)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t took;
	size_t septets;

	for (size_t i = 0; i < len; i += (size_t)took) {
		took = utf8proc_iterate(text + i, (utf8proc_ssize_t)(len - i), &c);
		if (took <= 0)
			break;
		if (gsm7_septets(text + i, (size_t)took, &septets) == ST_UNKNOWN) {
			*octets = (size_t)took;
			return text + i;
		}
	}
	*octets = 0;
	return text;
}

static enum status
check_characters(const uint8_t *text, size_t len, char words[ONE_SMS_WORDS])
{
	utf8proc_int32_t c;
	utf8proc_ssize_t took;
	bool is_blank = true;

	for (size_t i = 0; i < len; i += (size_t)took) {
		took = utf8proc_iterate(text + i, (utf8proc_ssize_t)(len - i), &c);
		if (took <= 0)
			return say(words, ST_SYNTAX, "the text is not valid UTF-8: write it anew");
		if (is_control(c))
			return say(words, ST_SYNTAX,
			    "the text holds a control character, such as a tabulator: leave it "
			    "out");
		if (c != ' ' && c != '\n')
			is_blank = false;
	}
	return is_blank ? say(words, ST_RANGE, "there is no text to send") : ST_OK;
}

static void
say_too_long(const uint8_t *text, size_t len, const struct one_sms *sms, char words[ONE_SMS_WORDS])
{
	const uint8_t *outside;
	size_t octets;
	int used = snprintf(words, ONE_SMS_WORDS,
	    "the text is %u characters too long for one SMS: it takes %u, and there is room for %u",
	    sms->units - sms->room, sms->units, sms->room);

	if (!sms->is_halved || used < 0 || used >= ONE_SMS_WORDS)
		return;
	outside = find_outside(text, len, &octets);
	(void)snprintf(words + used, (size_t)(ONE_SMS_WORDS - used),
	    ", because \"%.*s\" is not in the alphabet of SMS; without such characters there is "
	    "room for %u",
	    (int)octets, (const char *)outside, GSM7_ROOM);
}

enum status
one_sms_check(const uint8_t *text, size_t len, struct one_sms *out, char words[ONE_SMS_WORDS])
{
	enum status st;

	*out = (struct one_sms){0, 0, false};
	if ((st = check_characters(text, len, words)) != ST_OK)
		return st;
	st = sms_fits(text, len, &out->units, &out->room, &out->is_halved);
	if (st == ST_TOO_LONG)
		say_too_long(text, len, out, words);
	else if (st != ST_OK)
		(void)say(words, st, "the text cannot be sent as an SMS: write it anew");
	return st;
}

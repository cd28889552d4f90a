/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/words.h"

#include <stdarg.h>
#include <stdio.h>

#include "schemas/messages.h"

_Static_assert(
    SESSION_WORDS_MAX == sizeof(((struct msg_result *)0)->words), "an answer holds the words");

enum status
say(char words[SESSION_WORDS_MAX], enum status st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, SESSION_WORDS_MAX, fmt, ap);
	va_end(ap);
	return st;
}

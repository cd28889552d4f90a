/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/say.h"

#include <stdarg.h>
#include <stdio.h>

/* A person who cannot be told is not told: a failing standard error changes nothing. */

void
say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fputc('\n', stderr);
}

int
say_usage(const char *format, ...)
{
	va_list list;

	(void)fputs("tocsin-compose: ", stderr);
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fputc('\n', stderr);
	return EXIT_USAGE;
}

int
say_refused(const char *format, ...)
{
	va_list list;

	(void)fputs("tocsin-compose: ", stderr);
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fputc('\n', stderr);
	return EXIT_REFUSED;
}

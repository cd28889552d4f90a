/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/say.h"

#include <stdarg.h>
#include <stdio.h>

/* A person who cannot be told is not told: a failing standard error changes nothing. */

static void __attribute__((format(printf, 2, 0)))
say_line(const char *before, const char *format, va_list list)
{
	(void)fputs(before, stderr);
	(void)vfprintf(stderr, format, list);
	(void)fputc('\n', stderr);
}

void
say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line("", format, list);
	va_end(list);
}

int
say_usage(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line("tocsin-compose: ", format, list);
	va_end(list);
	return EXIT_USAGE;
}

int
say_refused(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line("tocsin-compose: ", format, list);
	va_end(list);
	return EXIT_REFUSED;
}

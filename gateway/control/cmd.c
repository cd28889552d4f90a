/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/common/program.h"
#include "gateway/control/show.h"

#define SENTENCE_MAX 2048

static const char *given_program = "tocsin", *given_settings;

void
cmd_begin(const char *program, const char *conf)
{
	given_program = program;
	given_settings = conf;
}

const char *
cmd_settings(void)
{
	return given_settings != NULL ? given_settings : program_settings();
}

int
cmd_settings_given(void)
{
	return given_settings != NULL;
}

const char *
cmd_program(void)
{
	return given_program;
}

/* At a terminal lines end between words; a script gets one line. */
static void __attribute__((format(printf, 3, 0)))
say(FILE *out, const char *before, const char *fmt, va_list ap)
{
	char words[SENTENCE_MAX];
	int len = snprintf(words, sizeof(words), "%s", before);

	(void)vsnprintf(words + len, sizeof(words) - (size_t)len, fmt, ap);
	if (isatty(fileno(out)))
		show_wrapped(out, "", words, show_columns());
	else
		(void)fprintf(out, "%s\n", words);
}

void
cmd_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(stdout, "", fmt, ap);
	va_end(ap);
}

void
cmd_note(const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout);
	va_start(ap, fmt);
	say(stderr, "", fmt, ap);
	va_end(ap);
}

int
cmd_fail(int code, const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout); /* so that the sentence stands last */
	va_start(ap, fmt);
	say(stderr, "tocsin: ", fmt, ap);
	va_end(ap);
	return code;
}

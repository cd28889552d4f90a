/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/cmd.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/common/program.h"

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

int
cmd_fail(int code, const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout); /* so that the sentence stands last */
	(void)fputs("tocsin: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	return code;
}

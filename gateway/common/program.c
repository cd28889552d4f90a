/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_HERE "tocsin.conf"
#define SETTINGS_SYSTEM "/etc/tocsin/tocsin.conf"

enum status
program_find(const char *argv0, const char *name, char *out, size_t cap)
{
	const char *slash = strrchr(argv0, '/');
	int len;

	if (slash != NULL) {
		len = snprintf(out, cap, "%.*s%s", (int)(slash - argv0 + 1), argv0, name);
		if (len < 0 || (size_t)len >= cap)
			return ST_TOO_LONG;
		if (access(out, X_OK) == 0)
			return ST_OK;
	}
	len = snprintf(out, cap, "%s/%s", TOCSIN_LIBEXEC, name);
	if (len < 0 || (size_t)len >= cap)
		return ST_TOO_LONG;
	return access(out, X_OK) == 0 ? ST_OK : ST_UNKNOWN;
}

const char *
program_settings(void)
{
	return access(SETTINGS_HERE, F_OK) == 0 ? SETTINGS_HERE : SETTINGS_SYSTEM;
}

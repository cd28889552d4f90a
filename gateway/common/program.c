/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/program.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_HERE "tocsin.conf"
#define SETTINGS_SYSTEM "/etc/tocsin/tocsin.conf"

/* NAME in the first `len` octets of folder, which end with a slash. */
static enum status
try_folder(const char *folder, size_t len, const char *name, char *out, size_t cap)
{
	int used = snprintf(out, cap, "%.*s%s", (int)len, folder, name);

	if (used < 0 || (size_t)used >= cap)
		return ST_TOO_LONG;
	return access(out, X_OK) == 0 ? ST_OK : ST_UNKNOWN;
}

/* Where this program itself lies. Its folder may be unreachable by its whole path: then 0. */
static size_t
own_folder(char *out, size_t cap)
{
	ssize_t len = readlink("/proc/self/exe", out, cap);

	while (len > 0 && out[len - 1] != '/')
		len--;
	return len > 0 ? (size_t)len : 0;
}

enum status
program_find(const char *argv0, const char *name, char *out, size_t cap)
{
	const char *slash = strrchr(argv0, '/');
	char own[PATH_MAX];
	size_t len = own_folder(own, sizeof(own));
	enum status st = ST_UNKNOWN;

	if (slash != NULL)
		st = try_folder(argv0, (size_t)(slash - argv0) + 1, name, out, cap);
	if (st == ST_UNKNOWN && len > 0)
		st = try_folder(own, len, name, out, cap);
	if (st == ST_UNKNOWN)
		st = try_folder(TOCSIN_LIBEXEC "/", strlen(TOCSIN_LIBEXEC) + 1, name, out, cap);
	return st;
}

const char *
program_settings(void)
{
	return access(SETTINGS_HERE, F_OK) == 0 ? SETTINGS_HERE : SETTINGS_SYSTEM;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the programs of one installation find each other.
 */
#ifndef GATEWAY_COMMON_PROGRAM_H
#define GATEWAY_COMMON_PROGRAM_H

#include <stddef.h>

#include "schemas/status.h"

#ifndef TOCSIN_LIBEXEC
#define TOCSIN_LIBEXEC "/usr/libexec/tocsin"
#endif

/*
 * The path of the executable `name`: in the folder of argv0 if argv0 has a slash, in the folder of
 * the running program, or in TOCSIN_LIBEXEC: the first of these that has it.
 *   out  cap octets; on ST_UNKNOWN the last place that was tried.
 * ST_OK; ST_UNKNOWN (in none), ST_TOO_LONG.
 */
enum status program_find(const char *argv0, const char *name, char *out, size_t cap) MUST_USE;

/* ./tocsin.conf if there is such a file, else /etc/tocsin/tocsin.conf. */
const char *program_settings(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command gets the passphrase: the terminal, or --passphrase-fd N, or --passphrase-file F.
 * Never an argument's value or the environment.
 */
#ifndef GATEWAY_CONTROL_SECRET_H
#define GATEWAY_CONTROL_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/common/passphrase.h"

struct secret_source {
	const char *file; /* NULL: not given */
	uint64_t fd;
	bool fd_given;
};

/* The two rows of a command's table of options. */
#define SECRET_OPTIONS(source) \
	{"passphrase-fd", OPTION_NUMBER, &(source).fd, 0, 65535, &(source).fd_given, "N", \
	    "read the passphrase from descriptor N"}, \
	{ \
		"passphrase-file", OPTION_TEXT, &(source).file, 0, 0, NULL, "FILE", \
		    "read the passphrase from a file" \
	}

/*
 * Get it. prompt: for the terminal. out: written on 0, to be wiped by the caller. 0, or the exit
 * code after words.
 */
int secret_get(const struct secret_source *s, const char *prompt, struct passphrase *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command gets the recovery key, as the 85 letters and digits that stand on the paper: the
 * terminal, or --recovery-key-file FILE. Never an argument's value or the environment.
 */
#ifndef GATEWAY_CONTROL_RECOVERY_TYPED_H
#define GATEWAY_CONTROL_RECOVERY_TYPED_H

#include <stddef.h>

#include "schemas/limits.h"

/* The row of a command's table of options. */
#define RECOVERY_OPTION(file) \
	{ \
		"recovery-key-file", OPTION_TEXT, &(file), 0, 0, NULL, "FILE", \
		    "read the recovery key from a file" \
	}

/* Secret: the caller wipes it. Not ended by a zero. */
struct recovery_typed {
	size_t len;
	char octets[RECOVERY_TYPED_MAX];
};

/* file: NULL for the terminal. 0, or the exit code after words. */
int recovery_typed_get(const char *file, struct recovery_typed *out);

#endif

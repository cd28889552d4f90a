/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole file for a test; the test fails where it cannot be read. */
#ifndef TESTS_SUPPORT_SLURP_H
#define TESTS_SUPPORT_SLURP_H

#include "tests/support/check.h"

static inline size_t
slurp(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0;

	if (check_that(f != NULL, path, 0, "can be read")) {
		len = fread(out, 1, size - 1, f);
		(void)fclose(f); /* read-only: nothing to lose */
	}
	out[len] = '\0';
	return len;
}

#endif

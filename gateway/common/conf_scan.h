/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libconfig would read wrongly, or must not see, in the text of a settings file: numbers that
 * wrap around in its int, @include, texts and comments without an end, a zero octet.
 */
#ifndef GATEWAY_COMMON_CONF_SCAN_H
#define GATEWAY_COMMON_CONF_SCAN_H

#include <stddef.h>

#include "schemas/status.h"

struct conf_scan_fault {
	unsigned line;     /* 0: of the whole file */
	const char *words; /* constant, for a person */
};

/* text: len octets, any; borrowed. ST_OK; ST_CONFIG (with the fault). */
enum status conf_scan(const char *text, size_t len, struct conf_scan_fault *fault) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Randomness, from the kernel's generator alone. A test links another entropy.c.
 */
#ifndef GATEWAY_COMMON_ENTROPY_H
#define GATEWAY_COMMON_ENTROPY_H

#include <stddef.h>

/* Fill out with len random octets. Waits until the kernel's pool is ready; never fails. */
void entropy_fill(void *out, size_t len);

#endif

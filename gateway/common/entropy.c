/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/entropy.h"

#include <sodium.h>

void
entropy_fill(void *out, size_t len)
{
	randombytes_buf(out, len); /* getrandom(2), blocking until the pool is ready */
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recovery key as a person types it. What is read must be written again as the same symbols;
 * every other result must leave the output alone. Each input is tried a second time with version
 * and check made right, so that the fuzzer gets past them.
 */
#include "crypto/base32.h"
#include "crypto/recovery.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHECKED_LEN (RECOVERY_OCTETS - 4)

static void
must(int holds)
{
	if (!holds)
		abort();
}

static enum status
try_text(const char *text, size_t len)
{
	struct recovery_key key, untouched;
	char again[RECOVERY_CHARS + 1], symbols[RECOVERY_CHARS];
	size_t count = 0;
	enum status st;

	memset(&key, 0x5a, sizeof(key));
	untouched = key;
	if ((st = recovery_key_read(text, len, &key)) != ST_OK) {
		must(st == ST_SYNTAX || st == ST_VERSION || st == ST_CHECK);
		must(memcmp(&key, &untouched, sizeof(key)) == 0);
		return st;
	}
	recovery_key_write(&key, again);
	must(base32_normalise(text, len, symbols, sizeof(symbols), &count) == ST_OK);
	must(count == RECOVERY_CHARS && memcmp(symbols, again, RECOVERY_CHARS) == 0);
	return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t octets[RECOVERY_OCTETS], marked[8 + CHECKED_LEN] = "EW1-rkey", hash[16];
	char text[RECOVERY_CHARS + 1];

	if (sodium_init() == -1)
		abort();
	(void)try_text((const char *)data, len);
	if (base32_decode((const char *)data, len, octets, sizeof(octets)) != ST_OK)
		return 0;
	octets[0] = 1;
	memcpy(marked + 8, octets, CHECKED_LEN);
	(void)crypto_generichash(hash, sizeof(hash), marked, sizeof(marked), NULL, 0);
	memcpy(octets + CHECKED_LEN, hash, 4);
	base32_encode(octets, sizeof(octets), text);
	must(try_text(text, RECOVERY_CHARS) == ST_OK);
	return 0;
}

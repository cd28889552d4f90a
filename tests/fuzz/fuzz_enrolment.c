/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An enrolment text. What is read must be written again as the same symbols; every other result
 * must leave the output alone. Each input is tried a second time with its check and its gateway's
 * name made right, so that the fuzzer gets past them.
 */
#include "crypto/base32.h"
#include "crypto/enrolment.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_LEN 4
#define SYMBOLS (EW1_ENROL_CHARS - PREFIX_LEN)

static void
must(int holds)
{
	if (!holds)
		abort();
}

static void
try_text(const char *text, size_t len)
{
	struct enrolment e, untouched;
	char again[EW1_ENROL_CHARS + 1], symbols[SYMBOLS];
	const char *body;
	size_t count = 0;

	memset(&e, 0x5a, sizeof(e));
	untouched = e;
	if (enrolment_read(text, len, &e) != ST_OK) {
		must(memcmp(&e, &untouched, sizeof(e)) == 0);
		return;
	}
	must(e.codebook < 16 && e.heartbeat_day <= 7);
	enrolment_write(&e, again);
	body = memchr(text, ':', len);
	must(body != NULL);
	body++;
	must(base32_normalise(
		 body, len - (size_t)(body - text), symbols, sizeof(symbols), &count) == ST_OK);
	must(count == SYMBOLS && memcmp(symbols, again + PREFIX_LEN, SYMBOLS) == 0);
}

static void
mend(uint8_t wire[EW1_ENROL_LEN])
{
	uint8_t marked[8 + EW1_ENROL_LEN - 4] = "EW1-enrl", hash[16];
	struct public32 pk_i;

	memcpy(pk_i.b, wire + 12, sizeof(pk_i.b));
	gwid_of(&pk_i, wire + 4);
	memcpy(marked + 8, wire, EW1_ENROL_LEN - 4);
	(void)crypto_generichash(hash, sizeof(hash), marked, sizeof(marked), NULL, 0);
	memcpy(wire + EW1_ENROL_LEN - 4, hash, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[EW1_ENROL_CHARS + 1] = "EW1:";
	uint8_t wire[EW1_ENROL_LEN];

	if (sodium_init() == -1)
		abort();
	try_text((const char *)data, len);
	if (len < PREFIX_LEN || base32_decode((const char *)data + PREFIX_LEN, len - PREFIX_LEN,
				    wire, sizeof(wire)) != ST_OK)
		return 0;
	mend(wire);
	base32_encode(wire, sizeof(wire), text + PREFIX_LEN);
	try_text(text, EW1_ENROL_CHARS);
	return 0;
}

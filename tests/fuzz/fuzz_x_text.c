/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text as it arrives: base32, then opened with the slot of the vectors. Aborts on any acceptance
 * but that of the genuine messages, and where classifying and decoding disagree.
 */
#include "crypto/base32.h"
#include "tests/support/ew1.h"

#include <sodium.h>

#define TRIED_NUMBERS 4

static void
must(int holds)
{
	if (!holds)
		abort();
}

static int
is_genuine(uint32_t n, const uint8_t wire[EW1_X_WIRE_LEN])
{
	return n < VECTOR_COUNT && memcmp(wire, vectors[n].x_wire, EW1_X_WIRE_LEN) == 0;
}

/* As the gateway would with a hint that leads to n. */
static void
try_number(const struct ratchet *r, const struct envelope_x_receiver *receiver, uint32_t n,
    const uint8_t wire[EW1_X_WIRE_LEN])
{
	uint8_t plain[ENVELOPE_X_PLAIN_LEN];
	struct message_keys keys;
	struct ratchet next;

	must(ratchet_keys(r, n, &keys) == ST_OK);
	if (envelope_x_open(receiver, &keys, wire, plain) != ST_OK)
		return;
	must(is_genuine(n, wire));
	must(memcmp(plain, vectors[n].plaintext, sizeof(plain)) == 0);
	must(ratchet_spend(r, n, 0, &next) == ST_OK);
	must(ratchet_keys(&next, n, &keys) == ST_REPLAY);
}

/* The hint is public: whoever attacks has it right, so every number is tried with its own. */
static void
try_wire(const uint8_t in[EW1_X_WIRE_LEN])
{
	const struct envelope_x_receiver receiver = ew1_receiver();
	const struct ratchet r = ew1_ratchet();
	uint8_t wire[EW1_X_WIRE_LEN];
	struct message_keys keys;

	memcpy(wire, in, sizeof(wire));
	for (uint32_t n = 0; n < TRIED_NUMBERS; n++) {
		try_number(&r, &receiver, n, in);
		must(ratchet_keys(&r, n, &keys) == ST_OK);
		memcpy(wire, keys.hx, HINT_X_LEN);
		try_number(&r, &receiver, n, wire);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t wire[EW1_X_WIRE_LEN], again[EW1_X_WIRE_LEN];
	char symbols[EW1_X_CHARS], text[EW1_X_CHARS + 1];
	enum status normalised, decoded;
	size_t count = 0;

	if (sodium_init() == -1)
		abort();
	normalised = base32_normalise((const char *)data, len, symbols, sizeof(symbols), &count);
	decoded = base32_decode((const char *)data, len, wire, sizeof(wire));
	must((decoded == ST_OK) == (normalised == ST_OK && count == EW1_X_CHARS));
	if (decoded != ST_OK)
		return 0;
	base32_encode(wire, sizeof(wire), text);
	must(memcmp(text, symbols, sizeof(symbols)) == 0);
	must(base32_decode(text, EW1_X_CHARS, again, sizeof(again)) == ST_OK);
	must(memcmp(wire, again, sizeof(wire)) == 0);
	try_wire(wire);
	return 0;
}

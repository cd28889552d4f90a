/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts as the same text, and what must never. */
#include "crypto/seen.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct seen_octets
of(const char *text)
{
	return (struct seen_octets){(const uint8_t *)text, strlen(text)};
}

static const struct {
	const char *what;
	int64_t stamp;
	const char *udh, *text, *sender;
} rows[] = {
    {"the text", 1790000000, "", "AB", ""},
    {"another stamp", 1790000001, "", "AB", ""},
    {"no stamp", INT64_MIN, "", "AB", ""},
    {"the border moved into the UDH", 1790000000, "A", "B", ""},
    {"all in the UDH", 1790000000, "AB", "", ""},
    {"the border moved into the sender", 1790000000, "", "A", "B"},
    {"another sender", 1790000000, "", "AB", "1"},
    {"another text", 1790000000, "", "AC", ""},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
test_delivery(void)
{
	uint8_t hash[ROWS][16], again[16], want[16];
	/* 0 | stamp | 0 | 2 | AB | 0, from the header's formula */
	uint8_t in[] =
	    "\0\x80\x3b\xb1\x6a\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0AB\0\0\0\0\0\0\0\0";
	struct key32 key, other;

	randombytes_buf(&key, sizeof(key));
	randombytes_buf(&other, sizeof(other));
	for (size_t i = 0; i < ROWS; i++) {
		seen_delivery(&key, rows[i].stamp, of(rows[i].udh), of(rows[i].text),
		    of(rows[i].sender), hash[i]);
		for (size_t k = 0; k < i; k++)
			if (!CHECK(memcmp(hash[i], hash[k], 16) != 0))
				printf("    %s\n", rows[i].what);
	}
	seen_delivery(&key, rows[0].stamp, of(""), of("AB"), of(""), again);
	CHECK_MEM(again, hash[0], 16);
	crypto_generichash(want, 16, in, sizeof(in) - 1, key.b, 32);
	CHECK_MEM(again, want, 16);
	seen_delivery(&other, rows[0].stamp, of(""), of("AB"), of(""), again);
	CHECK(memcmp(again, hash[0], 16) != 0);
}

static void
test_content(void)
{
	uint8_t hash[16], want[16], other[16];
	struct key32 key;

	randombytes_buf(&key, sizeof(key));
	seen_content(&key, of("HELLO"), hash);
	crypto_generichash(want, 16, (const uint8_t *)"\1HELLO", 6, key.b, 32);
	CHECK_MEM(hash, want, 16);
	seen_content(&key, of("HELLP"), other);
	CHECK(memcmp(hash, other, 16) != 0);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_delivery();
	test_content();
	return check_done();
}

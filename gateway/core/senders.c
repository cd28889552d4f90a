/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/senders.h"

#include <sodium.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/number.h"

/* Digits from the last one on, without the plus sign and leading zeros, then zeros. */
struct digits {
	uint8_t len; /* 0: none */
	char back[NUMBER_DIGITS_MAX];
};

struct senders {
	struct digits of[SLOT_MAX];
};

struct senders *
senders_new(void)
{
	struct senders *s = sodium_malloc(sizeof(*s));

	if (s != NULL)
		memset(s, 0, sizeof(*s));
	return s;
}

void
senders_free(struct senders *s)
{
	sodium_free(s); /* wipes it */
}

static void
read_digits(const char *number, struct digits *out)
{
	char typed[NUMBER_MAX] = "", clean[NUMBER_MAX];
	const char *at = clean;
	size_t len;

	sodium_memzero(out, sizeof(*out));
	if (number == NULL || (len = strnlen(number, NUMBER_MAX)) == NUMBER_MAX)
		return;
	memcpy(typed, number, len);
	if (number_read(typed, clean) == ST_OK) {
		at += *at == '+';
		at += strspn(at, "0");
		len = strlen(at);
		out->len = (uint8_t)len;
		for (size_t i = 0; i < len; i++)
			out->back[i] = at[len - 1 - i];
	}
	sodium_memzero(typed, sizeof(typed));
	sodium_memzero(clean, sizeof(clean));
}

void
senders_set(struct senders *s, uint16_t slot, const char *number)
{
	if (slot < SLOT_MAX)
		read_digits(number, &s->of[slot]);
}

/* 1 or 0, in the same steps for any two. */
static unsigned
is_same(const struct digits *a, const struct digits *b)
{
	const unsigned shorter = a->len < b->len ? a->len : b->len;
	unsigned differ = 0;

	for (unsigned i = 0; i < NUMBER_DIGITS_MAX; i++)
		differ |= (unsigned)(a->back[i] ^ b->back[i]) & (0u - (i < shorter));
	return (differ == 0) & (shorter >= NUMBER_TAIL);
}

uint16_t
senders_find(const struct senders *s, const char *number)
{
	struct digits asked;
	unsigned found = 0, slot = 0;

	read_digits(number, &asked);
	for (unsigned i = 0; i < SLOT_MAX; i++) {
		const unsigned same = is_same(&asked, &s->of[i]);

		found += same;
		slot |= i & (0u - same);
	}
	sodium_memzero(&asked, sizeof(asked));
	return found == 1 ? (uint16_t)slot : EVENT_SLOT_NONE;
}

unsigned
senders_count(const struct senders *s)
{
	unsigned count = 0;

	for (size_t i = 0; i < SLOT_MAX; i++)
		count += s->of[i].len > 0;
	return count;
}

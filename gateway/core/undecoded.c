/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/undecoded.h"

#include <string.h>

#include "schemas/messages.h"

/* Before the user data stand at least: the centre's length, the first octet, the sender's length
 * and kind, protocol, coding, seven of the stamp, the length. */
#define USER_DATA_FIRST 14

static const char *
words_of(unsigned why)
{
	switch (why) {
#define X(name, number, words) \
	case number: \
		return words;
#include "schemas/undecoded.def"
#undef X
	default:
		return NULL;
	}
}

static unsigned
u16(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

/* Where the user data begin, or the end. */
static size_t
user_data(const uint8_t *text, size_t pdu_len)
{
	const unsigned offset = u16(text + 1), length = u16(text + 3);

	if (offset == UNDECODED_NO_OFFSET || offset < USER_DATA_FIRST || offset >= pdu_len ||
	    pdu_len > length)
		return pdu_len;
	return offset;
}

size_t
undecoded_keep(int is_protected, const uint8_t *text, size_t len, uint8_t out[SMS_TEXT_MAX])
{
	size_t pdu_len, from = 0;

	if (len < UNDECODED_HEAD || len > SMS_TEXT_MAX)
		return 0;
	pdu_len = len - UNDECODED_HEAD;
	memcpy(out, text, UNDECODED_HEAD);
	if (words_of(out[0]) == NULL)
		out[0] = UNDECODED_OTHER;
	if (is_protected) {
		from = user_data(text, pdu_len);
		memset(out + 1, from == pdu_len ? UNDECODED_NO_OFFSET & 0xFF : 0, 2);
	}
	memcpy(out + UNDECODED_HEAD, text + UNDECODED_HEAD + from, pdu_len - from);
	return UNDECODED_HEAD + pdu_len - from;
}

const char *
undecoded_words(const uint8_t *kept, unsigned *octets)
{
	const char *words = words_of(kept[0]);

	*octets = u16(kept + 3);
	return words != NULL ? words : words_of(UNDECODED_OTHER);
}

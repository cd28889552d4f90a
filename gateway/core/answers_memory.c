/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What answers remember, and how it is looked up. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/entropy.h"
#include "gateway/core/answers_impl.h"
#include "gateway/core/number.h"

#define HOUR_MS 3600000

/* What a mark is of: one of them never stands for another. */
enum { MARK_SENDER = 1, MARK_PLAIN, MARK_SAID };

void
answers_forget(struct answers *a)
{
	struct session *s = a->s;

	sodium_memzero(a, sizeof(*a));
	a->s = s;
	a->begun_ms = INT64_MIN;
	for (size_t i = 0; i < ANSWERS_REMEMBERED; i++)
		a->sealed[i].at_ms = INT64_MIN;
	for (size_t i = 0; i < ANSWERS_PLAIN; i++)
		a->plain[i].at_ms = INT64_MIN;
	for (size_t i = 0; i < ANSWERS_GIVEN; i++)
		a->given[i].at_ms = INT64_MIN;
	entropy_fill(a->key, sizeof(a->key));
}

/* None of these calls can fail with these lengths. */
static void
mark_begin(const struct answers *a, crypto_generichash_state *h, uint8_t what)
{
	(void)crypto_generichash_init(h, a->key, sizeof(a->key), ANSWERS_MARK_LEN);
	(void)crypto_generichash_update(h, &what, 1);
}

static void
mark_add(crypto_generichash_state *h, const char *octets, size_t len)
{
	(void)crypto_generichash_update(h, (const uint8_t *)octets, len);
}

static void
mark_end(crypto_generichash_state *h, uint8_t mark[ANSWERS_MARK_LEN])
{
	(void)crypto_generichash_final(h, mark, ANSWERS_MARK_LEN);
	sodium_memzero(h, sizeof(*h));
}

/* --- sealed texts --- */

void
answers_keep_sealed(struct answers *a, const uint8_t content[SEEN_HASH_LEN], const char *code,
    const char *language, int64_t now_ms)
{
	struct answers_sealed *k = &a->sealed[a->next_sealed];

	a->next_sealed = (a->next_sealed + 1) % ANSWERS_REMEMBERED;
	k->at_ms = now_ms;
	memcpy(k->content, content, sizeof(k->content));
	(void)snprintf(k->code, sizeof(k->code), "%s", code);
	(void)snprintf(k->language, sizeof(k->language), "%s", language);
}

const struct answers_sealed *
answers_find_sealed(const struct answers *a, const uint8_t content[SEEN_HASH_LEN], int64_t now_ms)
{
	for (size_t i = 0; i < ANSWERS_REMEMBERED; i++) {
		const struct answers_sealed *k = &a->sealed[i];

		if (k->at_ms != INT64_MIN &&
		    sodium_memcmp(k->content, content, SEEN_HASH_LEN) == 0 &&
		    now_ms - k->at_ms < (int64_t)ANSWERS_HOURS * HOUR_MS)
			return k;
	}
	return NULL;
}

/* --- plain texts --- */

/* National and international forms of a number are one sender. */
static const char *
sender_of(const char *sender, char number[NUMBER_MAX])
{
	char typed[NUMBER_MAX] = "";
	enum status st;

	memcpy(typed, sender, strnlen(sender, NUMBER_MAX - 1));
	st = number_read(typed, number);
	sodium_memzero(typed, sizeof(typed));
	return st == ST_OK ? number_tail(number) : sender;
}

static void
mark_plain(const struct answers *a, const char *sender, const char *text, size_t len,
    uint8_t mark[ANSWERS_MARK_LEN])
{
	crypto_generichash_state h;
	char number[NUMBER_MAX];
	const char *who = sender_of(sender, number);

	mark_begin(a, &h, MARK_PLAIN);
	mark_add(&h, who, strlen(who) + 1);
	mark_add(&h, text, len);
	mark_end(&h, mark);
	sodium_memzero(number, sizeof(number));
}

void
answers_keep_plain(struct answers *a, const char *sender, const char *text, size_t len,
    const char *words, uint16_t slot, int64_t came_ms)
{
	struct answers_plain *k = &a->plain[a->next_plain];

	a->next_plain = (a->next_plain + 1) % ANSWERS_PLAIN;
	sodium_memzero(k, sizeof(*k));
	k->at_ms = came_ms;
	k->slot = slot;
	mark_plain(a, sender, text, len, k->mark);
	(void)snprintf(k->words, sizeof(k->words), "%s", words);
}

const struct answers_plain *
answers_find_plain(
    const struct answers *a, const char *sender, const char *text, size_t len, int64_t came_ms)
{
	const int64_t window_ms = (int64_t)PLAIN_AGAIN_S * 1000;
	uint8_t mark[ANSWERS_MARK_LEN];

	mark_plain(a, sender, text, len, mark);
	for (size_t i = 0; i < ANSWERS_PLAIN; i++) {
		const struct answers_plain *k = &a->plain[i];

		if (k->at_ms != INT64_MIN && sodium_memcmp(k->mark, mark, sizeof(mark)) == 0 &&
		    came_ms - k->at_ms < window_ms && k->at_ms - came_ms < window_ms)
			return k;
	}
	return NULL;
}

/* --- whom, and with what words --- */

static void
mark_sender(const struct answers *a, const char *number, uint8_t mark[ANSWERS_MARK_LEN])
{
	const char *tail = number_tail(number);
	crypto_generichash_state h;

	mark_begin(a, &h, MARK_SENDER);
	mark_add(&h, tail, strlen(tail));
	mark_end(&h, mark);
}

/* Robots and phones change cases, blanks and signs of what they send back. */
static void
mark_words(const struct answers *a, const char *text, size_t len, uint8_t mark[ANSWERS_MARK_LEN])
{
	crypto_generichash_state h;

	mark_begin(a, &h, MARK_SAID);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80)
			mark_add(&h, &c, 1);
	}
	mark_end(&h, mark);
}

unsigned
answers_count(const struct answers *a, const char *number, int64_t now_ms, unsigned hours)
{
	uint8_t mark[ANSWERS_MARK_LEN];
	unsigned count = 0;

	mark_sender(a, number, mark);
	for (size_t i = 0; i < ANSWERS_GIVEN; i++) {
		const struct answers_given *g = &a->given[i];

		count += g->at_ms != INT64_MIN && now_ms - g->at_ms < (int64_t)hours * HOUR_MS &&
			 sodium_memcmp(g->mark, mark, sizeof(mark)) == 0;
	}
	return count;
}

void
answers_note(struct answers *a, const char *number, const char *words, int64_t now_ms)
{
	struct answers_given *g = &a->given[a->next_given];

	a->next_given = (a->next_given + 1) % ANSWERS_GIVEN;
	g->at_ms = now_ms;
	mark_sender(a, number, g->mark);
	mark_words(a, words, strlen(words), a->said[a->next_said]);
	a->next_said = (a->next_said + 1) % ANSWERS_SAID;
}

int
answers_said(const struct answers *a, const char *text, size_t len)
{
	uint8_t mark[ANSWERS_MARK_LEN];
	int said = 0;

	mark_words(a, text, len, mark);
	for (size_t i = 0; i < ANSWERS_SAID; i++)
		said |= sodium_memcmp(a->said[i], mark, sizeof(mark)) == 0;
	return said;
}

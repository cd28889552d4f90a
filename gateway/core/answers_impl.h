/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For answers*.c alone: what is remembered, in sodium_malloc'd memory. Texts and senders are known
 * by keyed hashes; whose text it was stands beside none of a sealed one, for that, with what an
 * operator kept, would prove who sent what (docs/decisions/0065-what-answers-remember.md). Each
 * table is a ring: the oldest gives way.
 */
#ifndef GATEWAY_CORE_ANSWERS_IMPL_H
#define GATEWAY_CORE_ANSWERS_IMPL_H

#include "crypto/base32.h"
#include "gateway/core/answers.h"
#include "gateway/core/session.h"
#include "reporting/report/answer_text.h"

#define ANSWERS_MARK_LEN 16
#define ANSWERS_KEY_LEN 32
#define ANSWERS_GIVEN 2048 /* a day's limit, and the next one's */
#define ANSWERS_SAID 256   /* as many as the outbox has room for */
#define ANSWERS_PLAIN 512

/* A sealed text that opened; all _ms on clock_boot_ms. at_ms INT64_MIN: a free place, in all. */
struct answers_sealed {
	int64_t at_ms;
	uint8_t content[SEEN_HASH_LEN];
	char code[BASE32_CHARS(EW1_ACK_LEN) + 1];
	char language[LANGUAGE_MAX];
};

/* A plain one, with its answer; empty: it had none. */
struct answers_plain {
	int64_t at_ms; /* when it came */
	uint8_t mark[ANSWERS_MARK_LEN];
	uint16_t slot;
	char words[ANSWER_MAX];
};

/* Somebody got an answer. */
struct answers_given {
	int64_t at_ms;
	uint8_t mark[ANSWERS_MARK_LEN];
};

struct answers {
	struct session *s;
	int64_t begun_ms; /* the batch under way; INT64_MIN: none */
	uint8_t key[ANSWERS_KEY_LEN];
	struct answers_sealed sealed[ANSWERS_REMEMBERED];
	struct answers_plain plain[ANSWERS_PLAIN];
	struct answers_given given[ANSWERS_GIVEN];
	uint8_t said[ANSWERS_SAID][ANSWERS_MARK_LEN]; /* zero: free */
	unsigned next_sealed, next_plain, next_given, next_said;
};

/* Wipe all of it, with a key of its own from then on. */
void answers_forget(struct answers *a);

void answers_keep_sealed(struct answers *a, const uint8_t content[SEEN_HASH_LEN], const char *code,
    const char *language, int64_t now_ms);
/* NULL: it is not known, or for longer than ANSWERS_HOURS. */
const struct answers_sealed *answers_find_sealed(
    const struct answers *a, const uint8_t content[SEEN_HASH_LEN], int64_t now_ms);

/* sender: ended, not empty. */
void answers_keep_plain(struct answers *a, const char *sender, const char *text, size_t len,
    const char *words, uint16_t slot, int64_t came_ms);
const struct answers_plain *answers_find_plain(
    const struct answers *a, const char *sender, const char *text, size_t len, int64_t came_ms);

/* How often was this number answered in the last `hours`? */
unsigned answers_count(const struct answers *a, const char *number, int64_t now_ms, unsigned hours);
/* It is answered now, with these words. */
void answers_note(struct answers *a, const char *number, const char *words, int64_t now_ms);
/* Are these the words of an answer? Letters' cases, blanks and signs aside. */
int answers_said(const struct answers *a, const char *text, size_t len);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside reporting/book: the grammar of a file as tables of keys. A key names a member of a struct
 * and the function that takes the setting into it; book_take.c is the one file that knows
 * libconfig.
 */
#ifndef REPORTING_BOOK_BOOK_TAKE_H
#define REPORTING_BOOK_BOOK_TAKE_H

#include "reporting/book/book.h"

struct config_setting_t;

/* What every take function needs: where texts go, and where faults go. */
struct reader {
	struct book_faults *faults;
	const struct languages *languages; /* filled before the first wording is taken */
	char *pool;
	uint32_t *pool_len;
	size_t pool_size;
	bool failed;
};

struct take_key;
typedef void take_fn(
    struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out);

struct take_key {
	const char *name;
	bool needed;
	take_fn *take;
	size_t at, size;  /* of the member */
	int32_t min, max; /* of an integer; octets of a text */
	const struct take_list *list;
	size_t line_at; /* a uint16_t in the outer struct for the key's line; 0: nobody asks */
};

/* A list of groups: an array of structs in the same outer struct. */
struct take_list {
	const struct take_key *keys;
	size_t keys_count, item_size;
	size_t count_at; /* a uint16_t in the outer struct */
	size_t line_at;  /* a uint16_t in the item */
};

#define MEMBER(type, member) offsetof(type, member), sizeof(((type *)NULL)->member)
#define KEYS_COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))

take_fn take_int;       /* from min to max, into a member of 1, 2 or 4 octets */
take_fn take_bool;      /* into a bool */
take_fn take_text;      /* 1 to max octets of clean UTF-8, into a pool_at */
take_fn take_name;      /* 1 to max of a-z 0-9 and -, into a pool_at */
take_fn take_letters;   /* as many A-Z as the char[] holds beside its closing zero */
take_fn take_code;      /* the same of A-Z 0-9 */
take_fn take_wording;   /* { en = "..."; }, texts of 1 to max octets, into a struct wording */
take_fn take_languages; /* [ "en", "sw" ], into a struct languages */
take_fn take_drafts;    /* some of the languages, into their mask in a struct languages */
take_fn take_range;     /* [ first, last ], from min to max, into a uint8_t[2] */
take_fn take_items;     /* a list of groups, as key->list says, into an array of structs */

/* The octets of a string setting, or NULL after a fault. Lives as long as the file. */
const char *take_string(struct reader *rd, const struct config_setting_t *s);

/* The strings of an array of strings, one by one; false at the end or after a fault. */
bool take_next(struct reader *rd, const struct config_setting_t *s, unsigned i, const char **out);

/* Record a fault at the line of s (NULL: the file). */
void take_fault(struct reader *rd, const struct config_setting_t *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Parse and take a whole file into `out`. ST_OK, ST_SYNTAX, ST_TOO_LONG, ST_MEMORY; on all but
 * ST_OK a fault is in rd->faults, and `out` may be half filled.
 */
enum status take_file(struct reader *rd, const char *text, size_t len, size_t max,
    const struct take_key *keys, size_t keys_count, void *out) MUST_USE;

/* What separates two mnemonics if it is one slip of a finger ("is one letter from"); NULL if it is
 * more, or nothing. One wrong letter covers the neighbouring key too, on any keyboard. */
const char *book_slip(const char *a, const char *b);

/* Append a fault. Words from outside may be among the arguments: what a terminal would obey
 * becomes a question mark. */
void book_fault_add(struct book_faults *f, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The line, from 1, that `at` in text stands on. */
unsigned book_line_of(const char *text, const char *at);

/* In the order of lines. */
void book_faults_sort(struct book_faults *f);

#endif

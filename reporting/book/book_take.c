/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/book/book_take.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define FAULT(rd, s, ...) take_fault(rd, s, __VA_ARGS__)

void
take_fault(struct reader *rd, const config_setting_t *s, const char *format, ...)
{
	char words[BOOK_WORDS_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args); /* cut where it is too long */
	va_end(args);
	rd->failed = true;
	book_fault_add(rd->faults, s == NULL ? 0 : config_setting_source_line(s), "%s", words);
}

void
take_int(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	int32_t value = config_setting_get_int(s);
	uint16_t two = (uint16_t)value;
	uint8_t one = (uint8_t)value;

	if (config_setting_type(s) != CONFIG_TYPE_INT) {
		FAULT(rd, s, "'%s' must be a whole number", key->name);
		return;
	}
	if (value < key->min || value > key->max) {
		FAULT(rd, s, "'%s' must lie between %d and %d", key->name, key->min, key->max);
		return;
	}
	if (key->size == sizeof(one))
		memcpy((char *)out + key->at, &one, sizeof(one));
	else if (key->size == sizeof(two))
		memcpy((char *)out + key->at, &two, sizeof(two));
	else
		memcpy((char *)out + key->at, &value, sizeof(value));
}

void
take_bool(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	bool value = config_setting_get_bool(s) != 0;

	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		FAULT(rd, s, "'%s' must be true or false", key->name);
	else
		memcpy((char *)out + key->at, &value, sizeof(value));
}

const char *
take_string(struct reader *rd, const config_setting_t *s)
{
	const char *name = config_setting_name(s);

	if (config_setting_type(s) == CONFIG_TYPE_STRING)
		return config_setting_get_string(s);
	FAULT(rd, s, "'%s' must be a text in quotes", name == NULL ? "this" : name);
	return NULL;
}

/* Clean: valid UTF-8 that no screen or terminal would obey. */
static bool
is_clean(const char *text)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t step;

	for (; *at != 0; at += step) {
		if ((step = utf8proc_iterate(at, -1, &c)) <= 0)
			return false;
		if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
			return false; /* these turn the rest of a line around */
		switch (utf8proc_category(c)) {
		case UTF8PROC_CATEGORY_CC:
		case UTF8PROC_CATEGORY_CS:
		case UTF8PROC_CATEGORY_CO:
		case UTF8PROC_CATEGORY_ZL:
		case UTF8PROC_CATEGORY_ZP:
			return false;
		default:
			break;
		}
	}
	return true;
}

/* Copy a text into the pool; 0 after a fault. */
static pool_at
put(struct reader *rd, const config_setting_t *s, const struct take_key *key)
{
	const char *text = take_string(rd, s);
	size_t len;
	pool_at at;

	if (text == NULL)
		return 0;
	len = strlen(text);
	if (len == 0 || text[strspn(text, " \t")] == '\0')
		FAULT(rd, s, "'%s' is empty: write it or remove the line", key->name);
	else if (len > (size_t)key->max)
		FAULT(rd, s, "'%s' is %zu octets long, at most %d fit", key->name, len, key->max);
	else if (!is_clean(text))
		FAULT(rd, s, "'%s' is not UTF-8, or holds control characters", key->name);
	else if (len + 1 > rd->pool_size - *rd->pool_len)
		FAULT(rd, s, "the file holds too much text");
	else {
		at = (pool_at)*rd->pool_len;
		memcpy(rd->pool + at, text, len + 1);
		*rd->pool_len += (uint32_t)len + 1;
		return at;
	}
	return 0;
}

void
take_text(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	pool_at at = put(rd, s, key);

	memcpy((char *)out + key->at, &at, sizeof(at));
}

void
take_name(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	const char *text = take_string(rd, s);

	if (text == NULL)
		return;
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		FAULT(rd, s, "'%s' may hold only a-z, 0-9 and -", key->name);
	else
		take_text(rd, s, key, out);
}

static void
take_chars(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out,
    const char *set, const char *words)
{
	const char *text = take_string(rd, s);
	size_t len = key->size - 1;

	if (text == NULL)
		return;
	if (strlen(text) != len || strspn(text, set) != len)
		FAULT(rd, s, "'%s' must be %zu of %s", key->name, len, words);
	else
		memcpy((char *)out + key->at, text, len + 1);
}

void
take_letters(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	take_chars(rd, s, key, out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A-Z");
}

void
take_code(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	take_chars(rd, s, key, out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "A-Z and 0-9");
}

bool
take_next(struct reader *rd, const config_setting_t *s, unsigned i, const char **out)
{
	const config_setting_t *item;

	if (config_setting_type(s) != CONFIG_TYPE_ARRAY) {
		FAULT(rd, s, "'%s' must be an array: [ \"...\", \"...\" ]", config_setting_name(s));
		return false;
	}
	if ((item = config_setting_get_elem(s, i)) == NULL)
		return false;
	return (*out = take_string(rd, item)) != NULL;
}

void
take_wording(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	struct wording w = {0};
	config_setting_t *item;

	if (config_setting_type(s) != CONFIG_TYPE_GROUP) {
		FAULT(rd, s, "'%s' must be a group: { en = \"...\"; }", key->name);
		return;
	}
	for (unsigned i = 0; (item = config_setting_get_elem(s, i)) != NULL; i++) {
		int at = languages_find(rd->languages, config_setting_name(item));

		if (at < 0)
			FAULT(rd, item, "language '%s' is not among the file's languages",
			    config_setting_name(item));
		else
			w.in[at] = put(rd, item, key);
	}
	memcpy((char *)out + key->at, &w, sizeof(w));
}

void
take_languages(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	struct languages *l = (struct languages *)((char *)out + key->at);
	const char *code;

	for (unsigned i = 0; take_next(rd, s, i, &code); i++) {
		size_t len = strlen(code);

		if (len < 2 || len > 3 || strspn(code, "abcdefghijklmnopqrstuvwxyz") != len)
			FAULT(rd, s, "a language is two or three of a-z, as \"en\"");
		else if (languages_find(l, code) >= 0)
			FAULT(rd, s, "language '%s' is named twice", code);
		else if (l->count == LANGUAGES_MAX)
			FAULT(rd, s, "at most %d languages fit", LANGUAGES_MAX);
		else
			memcpy(l->code[l->count++], code, len + 1);
	}
	if (l->count == 0)
		FAULT(rd, s, "'%s' must name at least one", key->name);
}

void
take_drafts(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	struct languages *l = (struct languages *)((char *)out + key->at);
	const char *code;

	for (unsigned i = 0; take_next(rd, s, i, &code); i++) {
		int at = languages_find(l, code);

		if (at < 0)
			FAULT(rd, s, "draft '%s' is not among the file's languages", code);
		else
			l->drafts |= (uint8_t)(1u << at);
	}
}

void
take_range(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	int first = config_setting_get_int_elem(s, 0), last = config_setting_get_int_elem(s, 1);
	uint8_t range[2] = {(uint8_t)first, (uint8_t)last};

	if (config_setting_type(s) != CONFIG_TYPE_ARRAY || config_setting_length(s) != 2 ||
	    first < key->min || last > key->max || first > last)
		FAULT(rd, s, "'%s' must be [ first, last ] between %d and %d", key->name, key->min,
		    key->max);
	else
		memcpy((char *)out + key->at, range, sizeof(range));
}

static uint16_t
line_of(const config_setting_t *s)
{
	unsigned line = config_setting_source_line(s);

	return (uint16_t)(line < UINT16_MAX ? line : UINT16_MAX);
}

static void
refuse_unknown(struct reader *rd, const config_setting_t *s, const struct take_key *keys, size_t n)
{
	config_setting_t *item;
	size_t k;

	for (unsigned i = 0; (item = config_setting_get_elem(s, i)) != NULL; i++) {
		for (k = 0; k < n && strcmp(keys[k].name, config_setting_name(item)) != 0; k++)
			;
		if (k == n)
			FAULT(rd, item, "unknown key '%s': correct its spelling or remove it",
			    config_setting_name(item));
	}
}

static void
take_group(
    struct reader *rd, const config_setting_t *s, const struct take_key *keys, size_t n, void *out)
{
	const config_setting_t *item;
	uint16_t line;

	for (size_t k = 0; k < n; k++) {
		item = config_setting_get_member(s, keys[k].name);
		if (item != NULL && keys[k].line_at != 0) {
			line = line_of(item);
			memcpy((char *)out + keys[k].line_at, &line, sizeof(line));
		}
		if (item != NULL)
			keys[k].take(rd, item, &keys[k], out);
		else if (keys[k].needed)
			FAULT(rd, s, "'%s' is missing", keys[k].name);
	}
	refuse_unknown(rd, s, keys, n);
}

void
take_items(struct reader *rd, const config_setting_t *s, const struct take_key *key, void *out)
{
	const struct take_list *list = key->list;
	size_t max = key->size / list->item_size;
	config_setting_t *item;
	uint16_t count = 0;

	if (config_setting_type(s) != CONFIG_TYPE_LIST) {
		FAULT(rd, s, "'%s' must be a list: ( { ... }, { ... } )", key->name);
		return;
	}
	for (unsigned i = 0; (item = config_setting_get_elem(s, i)) != NULL; i++) {
		char *to = (char *)out + key->at + count * list->item_size;
		uint16_t line = line_of(item);

		if (config_setting_type(item) != CONFIG_TYPE_GROUP) {
			FAULT(rd, item, "'%s' may hold only groups: { ... }", key->name);
			continue;
		}
		if (count == max) {
			FAULT(rd, item, "'%s' may hold at most %zu", key->name, max);
			break;
		}
		memcpy(to + list->line_at, &line, sizeof(line));
		take_group(rd, item, list->keys, list->keys_count, to);
		count++;
	}
	memcpy((char *)out + list->count_at, &count, sizeof(count));
}

/* Behind a text in quotes or a comment that begins here; `at` itself if none does. */
static const char *
skip_words(const char *at)
{
	const char *end;

	if (*at == '"') {
		for (at++; *at != '\0' && *at != '"'; at++)
			at += at[0] == '\\' && at[1] != '\0';
		return at + (*at == '"');
	}
	if (*at == '#' || (at[0] == '/' && at[1] == '/'))
		return at + strcspn(at, "\n");
	if (at[0] != '/' || at[1] != '*')
		return at;
	end = strstr(at + 2, "*/");
	return end == NULL ? at + strlen(at) : end + 2;
}

/* The first number that does not fit libconfig's int, which would make another one of it; NULL. */
static const char *
find_too_large(const char *at)
{
	static const char word[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-*.";
	const char *behind;
	long long value;

	while (*at != '\0') {
		if ((behind = skip_words(at)) != at) {
			at = behind;
			continue;
		}
		if ((*at >= '0' && *at <= '9') || *at == '-') { /* a name stays 0 */
			value = strtoll(at, NULL, at[0] == '0' && (at[1] | 32) == 'x' ? 16 : 10);
			if (value > INT32_MAX || value < INT32_MIN)
				return at;
		}
		behind = at + strspn(at, word);
		at = behind != at ? behind : at + 1;
	}
	return NULL;
}

/* A copy with a closing zero, after what libconfig must never see has been refused. */
static enum status
prepare(struct reader *rd, const char *text, size_t len, size_t max, char **out)
{
	static const char include[] = "@include", mark[] = "\xEF\xBB\xBF";
	const char *at;

	if (len > max) {
		FAULT(rd, NULL, "the file is longer than %zu octets", max);
		return ST_TOO_LONG;
	}
	if (memchr(text, '\0', len) != NULL) {
		FAULT(rd, NULL, "the file holds a zero octet: it is not a text file");
		return ST_SYNTAX;
	}
	if ((*out = calloc(1, len + 1)) == NULL) {
		FAULT(rd, NULL, "out of memory");
		return ST_MEMORY;
	}
	memcpy(*out, text, len);
	if (len >= 3 && memcmp(*out, mark, 3) == 0) /* some editors begin a file with it */
		memset(*out, ' ', 3);
	if ((at = strstr(*out, include)) != NULL)
		book_fault_add(rd->faults, book_line_of(*out, at),
		    "a file cannot include others: remove %s", include);
	else if ((at = find_too_large(*out)) != NULL)
		book_fault_add(rd->faults, book_line_of(*out, at),
		    "the number is too large: at most %d can be read", INT32_MAX);
	else
		return ST_OK;
	rd->failed = true;
	free(*out);
	return ST_SYNTAX;
}

enum status
take_file(struct reader *rd, const char *text, size_t len, size_t max, const struct take_key *keys,
    size_t keys_count, void *out)
{
	char *copy = NULL;
	enum status st;
	config_t config;

	if ((st = prepare(rd, text, len, max, &copy)) != ST_OK)
		return st;
	config_init(&config);
	if (config_read_string(&config, copy))
		take_group(rd, config_root_setting(&config), keys, keys_count, out);
	else {
		rd->failed = true;
		book_fault_add(rd->faults, (unsigned)config_error_line(&config),
		    "%s: look for a missing ; or quote in this line or before",
		    config_error_text(&config));
	}
	config_destroy(&config);
	free(copy);
	return rd->failed ? ST_SYNTAX : ST_OK;
}

enum book_type
book_type(const char *text, size_t len)
{
	struct book_faults ignored = {0};
	struct reader rd = {.faults = &ignored};
	enum book_type type = BOOK_UNKNOWN;
	config_t config;
	char *copy = NULL;

	if (prepare(&rd, text, len, CODEBOOK_FILE_MAX, &copy) != ST_OK)
		return BOOK_UNKNOWN;
	config_init(&config);
	if (config_read_string(&config, copy)) {
		if (config_lookup(&config, "kinds") != NULL)
			type = BOOK_CODEBOOK;
		else if (config_lookup(&config, "places") != NULL)
			type = BOOK_PLACES;
	}
	config_destroy(&config);
	free(copy);
	return type;
}

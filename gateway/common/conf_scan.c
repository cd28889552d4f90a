/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/conf_scan.h"

#include <stdbool.h>
#include <string.h>

#define NUMERAL_MAX 9 /* longer ones would wrap around in libconfig's int */

struct scan {
	const char *at, *end;
	unsigned line;
	struct conf_scan_fault *fault;
};

static enum status
fail(const struct scan *s, unsigned line, const char *words)
{
	*s->fault = (struct conf_scan_fault){line, words};
	return ST_CONFIG;
}

static bool
scan_is(const struct scan *s, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, word, len) == 0;
}

static void
scan_next(struct scan *s)
{
	if (*s->at++ == '\n')
		s->line++;
}

/* Behind `end`, or false if it never comes. A backslash hides the next octet in a string. */
static bool
skip_to(struct scan *s, const char *end, bool string)
{
	for (; s->at < s->end; scan_next(s)) {
		if (string && *s->at == '\\' && s->at + 1 < s->end) {
			scan_next(s);
			continue;
		}
		if (scan_is(s, end)) {
			s->at += strlen(end) - (*end == '\n');
			return true;
		}
	}
	return false;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '*' || c == '.';
}

/* A word of the text: a name or a numeral. */
static enum status
scan_word(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && is_word(*s->at))
		s->at++;
	if ((*from >= '0' && *from <= '9') || *from == '-' || *from == '.')
		if (s->at - from > NUMERAL_MAX)
			return fail(s, s->line, "the number is too large");
	return ST_OK;
}

static enum status
scan_token(struct scan *s)
{
	unsigned line = s->line;

	if (is_word(*s->at))
		return scan_word(s);
	if (*s->at == '@')
		return fail(s, line, "other files cannot be included: write the settings here");
	if (*s->at == '#' || scan_is(s, "//")) {
		(void)skip_to(s, "\n", false); /* the last line needs no newline */
		return ST_OK;
	}
	if (scan_is(s, "/*")) {
		s->at += 2;
		return skip_to(s, "*/", false) ? ST_OK : fail(s, line, "a comment without end");
	}
	if (*s->at == '"') {
		s->at++;
		return skip_to(s, "\"", true) ? ST_OK : fail(s, line, "a text without end");
	}
	scan_next(s);
	return ST_OK;
}

enum status
conf_scan(const char *text, size_t len, struct conf_scan_fault *fault)
{
	struct scan s = {text, text + len, 1, fault};
	enum status st = ST_OK;

	if (memchr(text, '\0', len) != NULL)
		return fail(&s, 0, "holds a zero octet: it is not a settings file");
	while (st == ST_OK && s.at < s.end)
		st = scan_token(&s);
	return st;
}

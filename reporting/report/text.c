/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/text.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

static const char base32_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's */

enum { DROPPED = -1, REFUSED = -2 };

/* Lengths that have a meaning, and what may slip in typing them. */
static const struct form {
	size_t min, max;
	enum text_class class;
	const char *alphabet, *read, *as; /* read[i], a likely slip, means as[i] */
} forms[] = {
    {EW1_X_CHARS, EW1_X_CHARS, TEXT_X, base32_alphabet, "OIL", "011"},
    {EW1_S_CHARS - 1, EW1_S_CHARS + 1, TEXT_S, base32_alphabet, "OIL", "011"},
    {23, 25, TEXT_P6, "0123456789", "OILS", "0115"},
    {20, 20, TEXT_P5, "0123456789", "OILS", "0115"},
};

#define RUN_MIN 40
size_t
text_sealed_like(const char *text, size_t len)
{
	size_t count = 0, run = 0, longest = 0;

	for (size_t i = 0; i < len; i++) {
		const char c = text[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
			count++;
			run++;
		} else {
			run = 0;
		}
		longest = run > longest ? run : longest;
	}
	return longest >= RUN_MIN ? count : 0;
}

int
text_fold_digit(int code_point)
{
	int first = code_point;

	if (code_point < 128 || utf8proc_category(code_point) != UTF8PROC_CATEGORY_ND)
		return code_point;
	/* Unicode gives decimal digits as unbroken runs 0 to 9; some runs follow each other. */
	while (utf8proc_category(first - 1) == UTF8PROC_CATEGORY_ND)
		first--;
	return '0' + (code_point - first) % 10;
}

/* An upper-case ASCII character that counts, DROPPED or REFUSED. */
static int
fold(int code_point)
{
	int c = text_fold_digit(code_point);

	if (c >= 0xFF01 && c <= 0xFF5E) /* full-width forms of ASCII */
		c -= 0xFF01 - '!';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 'A';
	if (c < 128)
		return c > 0 && strchr(" \r\n\t-.,", c) != NULL ? DROPPED : c;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_CF:
		return DROPPED;
	default:
		return utf8proc_get_property(c)->ignorable ? DROPPED : REFUSED;
	}
}

/* Collect what counts; false if something is refused or there is more than any form has. */
static bool
collect(const char *text, size_t len, char out[TEXT_SYMBOLS_MAX + 1], size_t *count)
{
	utf8proc_int32_t code_point;
	utf8proc_ssize_t step;
	int c;

	*count = 0;
	for (size_t at = 0; at < len; at += (size_t)step) {
		step = utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &code_point);
		if (step <= 0 || (c = fold(code_point)) == REFUSED)
			return false;
		if (c == DROPPED)
			continue;
		if (c == '\0' || *count == TEXT_SYMBOLS_MAX)
			return false;
		out[(*count)++] = (char)c;
	}
	out[*count] = '\0';
	return true;
}

/* Make the symbols canonical; false if one is not of this form. */
static bool
fits(const struct form *f, char *symbols)
{
	for (char *s = symbols; *s != '\0'; s++) {
		const char *slip = strchr(f->read, *s);

		if (slip != NULL)
			*s = f->as[slip - f->read];
		if (strchr(f->alphabet, *s) == NULL)
			return false;
	}
	return true;
}

enum text_class
text_classify(const char *text, size_t len, char symbols[TEXT_SYMBOLS_MAX + 1], size_t *count)
{
	if (collect(text, len, symbols, count))
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			if (*count >= forms[i].min && *count <= forms[i].max &&
			    fits(&forms[i], symbols))
				return forms[i].class;
	*count = 0;
	symbols[0] = '\0';
	return TEXT_OTHER;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults: kept in a bounded array, shown as file:line. */
#include "reporting/book/book.h"
#include "reporting/book/book_take.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

void
book_faults_init(struct book_faults *f)
{
	memset(f, 0, sizeof(*f));
}

unsigned
book_line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* Replace what a terminal would obey and what is not UTF-8, a character cut at the end too. */
static void
clean(char *words)
{
	utf8proc_uint8_t *at = (utf8proc_uint8_t *)words;
	utf8proc_int32_t c;

	while (*at != 0) {
		utf8proc_ssize_t step = utf8proc_iterate(at, -1, &c);
		utf8proc_category_t category = step > 0 ? utf8proc_category(c) : 0;

		if (step <= 0)
			step = 1;
		if (category == UTF8PROC_CATEGORY_CN || category >= UTF8PROC_CATEGORY_ZL)
			memset(at, '?', (size_t)step);
		at += step;
	}
}

void
book_fault_add(struct book_faults *f, unsigned line, const char *format, ...)
{
	struct book_fault *fault = &f->fault[f->count];
	va_list args;

	if (f->count == BOOK_FAULTS_MAX) {
		f->more++;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(fault->words, sizeof(fault->words), format, args); /* cut if too long */
	va_end(args);
	clean(fault->words);
	fault->line = line;
	f->count++;
}

void
book_faults_sort(struct book_faults *f)
{
	struct book_fault moved;
	unsigned to;

	for (unsigned i = 1; i < f->count; i++) {
		moved = f->fault[i];
		for (to = i; to > 0 && f->fault[to - 1].line > moved.line; to--)
			f->fault[to] = f->fault[to - 1];
		f->fault[to] = moved;
	}
}

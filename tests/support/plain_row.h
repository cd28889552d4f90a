/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed plain text as the corpus writes it, and what the corpus is read with. */
#ifndef TESTS_SUPPORT_PLAIN_ROW_H
#define TESTS_SUPPORT_PLAIN_ROW_H

#include "reporting/book/book.h"
#include "reporting/report/plain.h"
#include "tests/support/slurp.h"

#include <stdarg.h>
#include <stdlib.h>

#define ROW_MAX 2048

static struct codebook row_book;
static struct places row_places;

static inline void
row_load(void)
{
	static struct book_faults faults;
	static char text[CODEBOOK_FILE_MAX];
	size_t len = slurp(TESTS_DIR "/corpus/codebook/all_joined.cfg", text, sizeof(text));

	if (book_read_codebook(text, len, &row_book, &faults) != ST_OK)
		abort();
	len = slurp(PROJECT_DIR "/schemas/places/example.cfg", text, sizeof(text));
	if (book_read_places(text, len, &row_places, &faults) != ST_OK)
		abort();
}

static inline const char *
row_why(unsigned why)
{
	static const char *const names[] = {
#define PLAIN_WHY(name, words) #name,
#include "schemas/report/plain.def"
	};
	return names[why];
}

static inline void row_add(char *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void
row_add(char *out, const char *format, ...)
{
	size_t len = strlen(out);
	va_list list;

	va_start(list, format);
	(void)vsnprintf(out + len, ROW_MAX - len, format, list);
	va_end(list);
}

static inline const char *
row_letters(unsigned code)
{
	return codebook_kind(&row_book, code)->mnemonic;
}

/* Reports; * one was repaired, ! one is open. */
static inline void
row_reports(const struct plain *p, char out[ROW_MAX])
{
	char text[PLAIN_PRINT_MAX];

	out[0] = '\0';
	for (unsigned i = 0; i < p->reports; i++) {
		const struct plain_report *r = &p->report[i];

		(void)plain_print(r, &row_book, row_places.offset_min, text);
		row_add(out, "%s%s%s%s", i > 0 ? "; " : "", r->repaired ? "*" : "",
		    r->open ? "!" : "", text);
	}
	if (p->reports == 0)
		row_add(out, "-");
}

static inline void
row_token(char *out, const char *message, const struct plain_token *t)
{
	row_add(out, "%s%.*s", out[0] == '\0' ? "" : " ", (int)t->len, message + t->from);
}

static inline void
row_ignored(const struct plain *p, const char *message, char out[ROW_MAX])
{
	out[0] = '\0';
	for (unsigned i = 0; i < p->tokens && p->outcome != PLAIN_UNREADABLE; i++)
		if (p->token[i].use == PLAIN_IGNORED)
			row_token(out, message, &p->token[i]);
	if (out[0] == '\0')
		row_add(out, "-");
}

/* Questions: TOKEN=WHY>CANDIDATE, and those to a whole report as N=WHY; the reason if unreadable.
 */
static inline void
row_asked(const struct plain *p, const char *message, char out[ROW_MAX])
{
	bool told[PLAIN_REPORTS_MAX] = {false};

	out[0] = '\0';
	if (p->outcome == PLAIN_UNREADABLE)
		row_add(out, "%s", row_why(p->why));
	for (unsigned i = 0; i < p->tokens; i++) {
		const struct plain_token *t = &p->token[i];

		if (t->use != PLAIN_ASKED)
			continue;
		row_token(out, message, t);
		row_add(out, "=%s", row_why(t->why));
		if (t->candidate != 0)
			row_add(out, ">%s", row_letters(t->candidate));
		if (t->report < PLAIN_REPORTS_MAX)
			told[t->report] = true;
	}
	for (unsigned i = 0; i < p->reports; i++)
		if (p->report[i].open && !told[i])
			row_add(out, "%s#%u=%s", out[0] == '\0' ? "" : " ", i + 1,
			    row_why(p->report[i].why));
	if (out[0] == '\0')
		row_add(out, "-");
}

#endif

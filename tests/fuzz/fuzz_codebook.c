/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a codebook. What is read can be looked up and printed; what the checker accepts
 * holds its promises: a code, a mnemonic and a label each name one kind; written as a file it reads
 * as the same book; it may not follow itself, and nothing is said to have changed.
 */
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "reporting/report/check.h"
#include "tests/support/libconfig_leak.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct book_faults faults;
static struct codebook book;
static struct places none;

static void
see_line(void *context, const char *line)
{
	(void)context;
	assert(strlen(line) < CARD_LINE_MAX);
}

static void
see_svg(void *context, const char *line)
{
	(void)context;
	assert(strlen(line) < CARD_SVG_LINE_MAX - 1);
}

static void
look_around(void)
{
	for (unsigned code = 0; code < 256; code++) {
		(void)codebook_kind(&book, code);
		(void)codebook_actor(&book, code);
		(void)codebook_retired(&book, code);
	}
	for (unsigned i = 0; i < book.kinds; i++) {
		assert(codebook_kind(&book, book.kind[i].code) != NULL);
		assert(strlen(codebook_words(&book, &book.kind[i].hint, "en")) < HINT_MAX);
		assert(strlen(class_word(book.kind[i].class)) > 0);
	}
	card_write(&book, "en", see_line, NULL);
	card_write_svg(&book, "en", CARD_FRONT, see_svg, NULL);
	card_write_svg(&book, "ar", CARD_BACK, see_svg, NULL);
}

static struct codebook again;
static char written[4 * CODEBOOK_FILE_MAX];
static size_t written_len;

static void
keep(void *context, const char *line)
{
	(void)context;
	written_len +=
	    (size_t)snprintf(written + written_len, sizeof(written) - written_len, "%s\n", line);
	assert(written_len < sizeof(written));
}

/* A file near its limit may be written longer than one may be. */
static void
write_and_read(void)
{
	written_len = 0;
	book_write(&book, keep, NULL);
	if (written_len > CODEBOOK_FILE_MAX)
		return;
	assert(book_read_codebook(written, written_len, &again, &faults) == ST_OK);
	assert(book_diff(&book, &again, see_svg, NULL) == 0);
	assert(book_follow(&book, &again, &faults) == ST_SYNTAX);
	book_faults_init(&faults);
	again.version++;
	assert(book.version == INT32_MAX || book_follow(&book, &again, &faults) == ST_OK);
}

static void
check_promises(void)
{
	enum record_fault why;
	struct record r;

	for (unsigned i = 0; i < book.kinds; i++) {
		const struct kind *k = &book.kind[i];

		assert(codebook_kind(&book, k->code) == k);
		assert(codebook_kind_by_mnemonic(&book, k->mnemonic) == k);
		assert(codebook_retired(&book, k->code) == NULL);
		for (unsigned l = 0; l < book.languages.count; l++)
			assert(codebook_text(&book, k->label.in[l])[0] != '\0');
		record_init(&r, codebook_schema(&book));
		r.relation = RELATION_ALL_CLEAR;
		r.kind = k->code;
		assert(record_check(&r, &book, &none, &why) == ST_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	enum status st;

	book_faults_init(&faults);
	(void)book_type(text, len);
	st = book_read_codebook(text, len, &book, &faults);
	assert((st == ST_OK) == (faults.count == 0));
	if (st != ST_OK)
		return 0;
	look_around();
	if (book_check_codebook(&book, &faults) == ST_OK) {
		check_promises();
		write_and_read();
	} else {
		assert(faults.count > 0);
	}
	return 0;
}

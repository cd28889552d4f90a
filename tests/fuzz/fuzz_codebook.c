/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a codebook. What is read can be looked up and printed; what the checker accepts
 * holds its promises: a code, a mnemonic and a label each name one kind.
 */
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "reporting/report/check.h"
#include "tests/support/libconfig_leak.h"

#include <assert.h>
#include <stddef.h>
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
	if (book_check_codebook(&book, &faults) == ST_OK)
		check_promises();
	else
		assert(faults.count > 0);
	return 0;
}

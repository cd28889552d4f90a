/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as an SMS, as a record and as a note. A classified text classifies again as itself;
 * a record and a note that can be read give their octets back.
 */
#include "reporting/report/note.h"
#include "reporting/report/record.h"
#include "reporting/report/text.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_text(const char *text, size_t len)
{
	char symbols[TEXT_SYMBOLS_MAX + 1], again[TEXT_SYMBOLS_MAX + 1];
	size_t count, count_again;
	enum text_class class = text_classify(text, len, symbols, &count);

	assert(strlen(symbols) == count && (class == TEXT_OTHER) == (count == 0));
	assert(text_classify(symbols, count, again, &count_again) == class);
	assert(strcmp(symbols, again) == 0 && count == count_again);
	assert(class != TEXT_X || count == EW1_X_CHARS);
	assert(class != TEXT_P5 || strspn(symbols, "0123456789") == 20);
}

static void
try_record(const uint8_t *wire, struct record *r)
{
	uint8_t back[RECORD_LEN];

	record_init(r, 0);
	if (record_unpack(wire, r) != ST_OK)
		return;
	assert(record_pack(r, back) == ST_OK);
	assert(memcmp(wire, back, RECORD_LEN) == 0);
}

static void
try_note(const uint8_t *wire, const struct record *r)
{
	uint8_t back[NOTE_LEN];
	struct note note;
	size_t bad;

	note_read(r, wire, &note);
	assert(note_write(r, &note, back, &bad) == ST_OK);
	assert(memcmp(wire, back, NOTE_LEN) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct record r;

	try_text((const char *)data, len);
	if (len < RECORD_LEN + NOTE_LEN)
		return 0;
	try_record(data, &r);
	try_note(data + RECORD_LEN, &r);
	return 0;
}

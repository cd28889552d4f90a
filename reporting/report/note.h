/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note of a phone message: 20 characters of six bits in 15 octets. The alphabet is listed in
 * schemas/wire/record.md. Pure.
 */
#ifndef REPORTING_REPORT_NOTE_H
#define REPORTING_REPORT_NOTE_H

#include "reporting/report/record.h"

#include <stddef.h>

#define NOTE_REF_MOD 4096u
#define NOTE_TARGET_CHARS 2

/* The 64 characters in the order of their numbers, with a closing zero. */
extern const char note_alphabet[65];

/*
 * Pack text of at most NOTE_CHARS characters, padded with blanks; lower-case letters become
 * capitals.
 *   bad_at  octet offset of the fault; written only on ST_SYNTAX.
 * ST_OK, ST_SYNTAX (a character that the alphabet lacks), ST_TOO_LONG. Writes out only on ST_OK.
 */
enum status note_pack(const char *text, size_t len, uint8_t out[NOTE_LEN], size_t *bad_at) MUST_USE;

/* All 20 characters, blanks at the end included, and a closing zero. Every 15 octets are valid. */
void note_unpack(const uint8_t in[NOTE_LEN], char out[NOTE_CHARS + 1]);

/* What a note holds beside its words, as the record says that it does. */
struct note {
	uint16_t ref; /* message number mod 4096; only if the relation refers */
	char target[NOTE_TARGET_CHARS + 1]; /* "" unless record.target; two characters */
	char text[NOTE_CHARS + 1];          /* without the blanks at its end */
};

/* Characters that are left for words. */
size_t note_room(const struct record *r);

/*
 * Write the note that belongs to a record. target is taken only if r->target, ref only if the
 * relation refers; then ref is reduced mod 4096.
 *   bad_at  octet offset in n->text; written only on ST_SYNTAX.
 * ST_OK, ST_SYNTAX, ST_TOO_LONG (more words than note_room), ST_RANGE (target not two characters of
 * the alphabet). Writes out only on ST_OK.
 */
enum status note_write(
    const struct record *r, const struct note *n, uint8_t out[NOTE_LEN], size_t *bad_at) MUST_USE;

/* Read it back; never fails. */
void note_read(const struct record *r, const uint8_t in[NOTE_LEN], struct note *out);

/*
 * The message number that a reference means for a writer whose own number is n: the highest number
 * below n that is ref mod 4096. false when there is none.
 */
bool note_resolve(uint16_t ref, uint64_t n, uint64_t *meant);

#endif

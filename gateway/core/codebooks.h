/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Putting a new version of the codebook in force, and telling which were.
 */
#ifndef GATEWAY_CORE_CODEBOOKS_H
#define GATEWAY_CORE_CODEBOOKS_H

#include "gateway/core/session.h"

/*
 * OPEN: put a codebook in force, as a `codebook` event.
 *   octets  the file, len of them; borrowed.
 *   words   what speaks against it; written only then.
 * Refused are: a file with a fault, a version that is not newer, a number that got another meaning
 * in any version that was in force, and one that is more than BOOK_BEHIND_MAX ahead of what an
 * active monitor writes with.
 * ST_OK, ST_SYNTAX, ST_NOT_ALLOWED, ST_MEMORY, or SC_STOP.
 */
enum status codebooks_activate(
    struct session *s, const char *octets, size_t len, char words[SESSION_WORDS_MAX]) MUST_USE;

/*
 * Collect the event of a codebook or a places file: its hash and its octets.
 *   type     EVENT_CODEBOOK or EVENT_PLACES
 *   octets   the file, len of them; borrowed.
 * ST_OK, ST_MEMORY, and as session_append.
 */
enum status codebooks_append(struct session *s, enum event_type type, uint32_t version,
    const char *octets, size_t len) MUST_USE;

/* Every version, the newest first. Returns fn's status if that is not ST_OK, ST_MEMORY. */
typedef enum status codebooks_fn(void *arg, const struct msg_codebook_row *row);
enum status codebooks_list(const struct session *s, codebooks_fn *fn, void *arg) MUST_USE;

#endif

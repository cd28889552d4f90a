/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The coded report: 88 bits that every way of writing one ends in. Fields and widths:
 * schemas/report/record.def; meaning: schemas/wire/record.md. Pure.
 */
#ifndef REPORTING_REPORT_RECORD_H
#define REPORTING_REPORT_RECORD_H

#include "schemas/limits.h"
#include "schemas/status.h"

#include <stdbool.h>
#include <stdint.h>

#define RECORD_KIND_MAX 99
#define RECORD_EPOCH 1735689600 /* 2025-01-01T00:00Z as seconds since 1970 */
#define RECORD_QUARTER_S 900
#define RECORD_EVENT_NONE 0xFFFFFu
#define RECORD_LAG_MAX 1023u /* saturated: 10.6 days or more */
#define AFFECTED_EXACT_MAX 199u
#define AFFECTED_MANY 254u
#define AFFECTED_NONE 255u

/* enum record_field: RECORD_SCHEMA, RECORD_KIND, ... as bits of a codebook's `asks` too. */
enum record_field {
#define X(field, name, bits, none, words) RECORD_##name,
#include "schemas/report/record.def"
#undef X
	RECORD_FIELDS
};

enum relation {
#define X(name, word, kind, place, counts, refers) RELATION_##name,
#include "schemas/report/relations.def"
#undef X
	RELATION_COUNT
};

enum quantity {
#define X(name, word) QUANTITY_##name,
#include "schemas/report/quantities.def"
#undef X
	QUANTITY_COUNT
};

/* One report; every field holds the value that stands on the wire. */
struct record {
#define X(field, name, bits, none, words) uint32_t field;
#include "schemas/report/record.def"
#undef X
};

/* How a relation behaves; one row of schemas/report/relations.def. */
struct relation_rule {
	const char *word;
	bool needs_kind, needs_place;
	bool counts; /* false: every other field is ignored (heartbeat, cover) */
	bool refers; /* the note begins with the number of the message meant */
};

/* Every field not given, relation new, schema as given (only its low 4 bits are kept). */
void record_init(struct record *r, unsigned schema);

/*
 * Pack into RECORD_LEN octets, most significant bit first. Whatever record_unpack would refuse or
 * a field too wide gives ST_RANGE and writes nothing.
 */
enum status record_pack(const struct record *r, uint8_t out[RECORD_LEN]) MUST_USE;

/* Unpack. ST_OK, or ST_RANGE (kind above 99, relation 9 to 15) and writes nothing. */
enum status record_unpack(const uint8_t in[RECORD_LEN], struct record *out) MUST_USE;

/* The largest value that a field holds, the value that means not given, and its words. */
uint32_t record_field_max(enum record_field f);
uint32_t record_field_none(enum record_field f);
const char *record_field_words(enum record_field f);
uint32_t record_get(const struct record *r, enum record_field f);
void record_set(struct record *r, enum record_field f, uint32_t value);

/* The rule of a relation, NULL from RELATION_COUNT on; the words of a quantity, as "at least". */
const struct relation_rule *relation_rule(unsigned relation);
const char *quantity_word(unsigned quantity);

/*
 * Numbers of people in one octet: 0 to 199 exactly, 200 to 253 stand for the committed table of
 * 200 * 1.12^(code - 200), rounded. Encoding takes the nearest entry, the smaller one on a tie;
 * above the last entry it is AFFECTED_MANY.
 */
uint8_t affected_encode(uint64_t count);

enum affected_form {
	AFFECTED_IS_EXACT,
	AFFECTED_IS_ROUNDED,
	AFFECTED_IS_MANY,
	AFFECTED_IS_UNKNOWN
};

/* What a code stands for. value: the number of people; for MANY the last entry of the table (read
 * it as "more than"), for UNKNOWN 0. */
enum affected_form affected_decode(uint8_t code, uint32_t *value);

/* Quarter hours since RECORD_EPOCH that a moment lies in; RECORD_EVENT_NONE when it is before
 * 2025 or beyond the field (November 2054). And back, to the quarter's first second. */
uint32_t record_quarter(int64_t unix_s);
int64_t record_unix(uint32_t quarter);

/* The lag field: sent minus event in quarters, 0 for an event in the future or not given,
 * saturating at RECORD_LAG_MAX. */
uint32_t record_lag(uint32_t event, uint32_t sent);

#endif

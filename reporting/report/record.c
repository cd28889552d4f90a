/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/record.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct {
	size_t at;
	uint32_t none;
	unsigned bits;
	const char *words;
} fields[RECORD_FIELDS] = {
#define X(field, name, bits, none, words) \
	[RECORD_##name] = {offsetof(struct record, field), none, bits, words},
#include "schemas/report/record.def"
#undef X
};

/* An octet for each bit, for the compiler to add up. */
struct record_bits {
#define X(field, name, bits, none, words) char field[bits];
#include "schemas/report/record.def"
#undef X
};
_Static_assert(sizeof(struct record_bits) == RECORD_LEN * 8, "the fields fill the record");

static const struct relation_rule relations[RELATION_COUNT] = {
#define X(name, word, kind, place, counts, refers) {word, kind, place, counts, refers},
#include "schemas/report/relations.def"
#undef X
};

static const char *const quantities[QUANTITY_COUNT] = {
#define X(name, word) word,
#include "schemas/report/quantities.def"
#undef X
};

static const uint32_t people[] = {
#define X(code, value) [(code) - (AFFECTED_EXACT_MAX + 1)] = (value),
#include "schemas/report/affected.def"
#undef X
};
#define PEOPLE_COUNT (sizeof(people) / sizeof(people[0]))

uint32_t
record_field_max(enum record_field f)
{
	assert(f < RECORD_FIELDS);
	return (UINT32_C(1) << fields[f].bits) - 1;
}

uint32_t
record_field_none(enum record_field f)
{
	assert(f < RECORD_FIELDS);
	return fields[f].none;
}

const char *
record_field_words(enum record_field f)
{
	assert(f < RECORD_FIELDS);
	return fields[f].words;
}

uint32_t
record_get(const struct record *r, enum record_field f)
{
	uint32_t value;

	assert(f < RECORD_FIELDS);
	memcpy(&value, (const char *)r + fields[f].at, sizeof(value));
	return value;
}

void
record_set(struct record *r, enum record_field f, uint32_t value)
{
	assert(f < RECORD_FIELDS);
	memcpy((char *)r + fields[f].at, &value, sizeof(value));
}

void
record_init(struct record *r, unsigned schema)
{
	for (unsigned f = 0; f < RECORD_FIELDS; f++)
		record_set(r, f, fields[f].none);
	r->schema = schema & 15;
}

/* What a field's width alone does not rule out. */
static bool
is_defined(const struct record *r)
{
	return r->kind <= RECORD_KIND_MAX && r->relation < RELATION_COUNT;
}

enum status
record_pack(const struct record *r, uint8_t out[RECORD_LEN])
{
	uint8_t packed[RECORD_LEN] = {0};
	unsigned at = 0;

	if (!is_defined(r))
		return ST_RANGE;
	for (unsigned f = 0; f < RECORD_FIELDS; f++) {
		uint32_t value = record_get(r, f);

		if (value > record_field_max(f))
			return ST_RANGE;
		for (unsigned bit = fields[f].bits; bit-- > 0; at++)
			packed[at / 8] |= (uint8_t)((value >> bit & 1) << (7 - at % 8));
	}
	memcpy(out, packed, RECORD_LEN);
	return ST_OK;
}

enum status
record_unpack(const uint8_t in[RECORD_LEN], struct record *out)
{
	uint8_t octets[RECORD_LEN + 3] = {0}; /* the last field's four are read too */
	struct record r = {0};
	unsigned at = 0;

	memcpy(octets, in, RECORD_LEN);
	for (unsigned f = 0; f < RECORD_FIELDS; at += fields[f++].bits) {
		const uint8_t *from = octets + at / 8;
		uint32_t four = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
				(uint32_t)from[2] << 8 | from[3];

		record_set(&r, f, four << at % 8 >> (32 - fields[f].bits));
	}
	if (!is_defined(&r))
		return ST_RANGE;
	*out = r;
	return ST_OK;
}

const struct relation_rule *
relation_rule(unsigned relation)
{
	return relation < RELATION_COUNT ? &relations[relation] : NULL;
}

const char *
quantity_word(unsigned quantity)
{
	assert(quantity < QUANTITY_COUNT);
	return quantities[quantity];
}

uint8_t
affected_encode(uint64_t count)
{
	unsigned i = 0;

	if (count <= AFFECTED_EXACT_MAX)
		return (uint8_t)count;
	if (count > people[PEOPLE_COUNT - 1])
		return AFFECTED_MANY;
	while (people[i] < count)
		i++;
	if (i > 0 && count - people[i - 1] <= people[i] - count)
		i--;
	return (uint8_t)(AFFECTED_EXACT_MAX + 1 + i);
}

enum affected_form
affected_decode(uint8_t code, uint32_t *value)
{
	if (code <= AFFECTED_EXACT_MAX) {
		*value = code;
		return AFFECTED_IS_EXACT;
	}
	if (code == AFFECTED_NONE) {
		*value = 0;
		return AFFECTED_IS_UNKNOWN;
	}
	if (code == AFFECTED_MANY) {
		*value = people[PEOPLE_COUNT - 1];
		return AFFECTED_IS_MANY;
	}
	*value = people[code - (AFFECTED_EXACT_MAX + 1)];
	return AFFECTED_IS_ROUNDED;
}

uint32_t
record_quarter(int64_t unix_s)
{
	if (unix_s < RECORD_EPOCH ||
	    unix_s - RECORD_EPOCH >= (int64_t)RECORD_EVENT_NONE * RECORD_QUARTER_S)
		return RECORD_EVENT_NONE;
	return (uint32_t)((unix_s - RECORD_EPOCH) / RECORD_QUARTER_S);
}

int64_t
record_unix(uint32_t quarter)
{
	return RECORD_EPOCH + (int64_t)quarter * RECORD_QUARTER_S;
}

uint32_t
record_lag(uint32_t event, uint32_t sent)
{
	if (event == RECORD_EVENT_NONE || sent == RECORD_EVENT_NONE || sent <= event)
		return 0;
	return sent - event < RECORD_LAG_MAX ? sent - event : RECORD_LAG_MAX;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/record.h"
#include "tests/support/check.h"

static struct record
ordinary(void)
{
	struct record r;

	record_init(&r, 0x12);
	r.kind = 31;
	r.severity = 5;
	r.certainty = 4;
	r.place = 0xBEEF;
	r.event = 0xABCDE;
	r.lag = 0x155;
	r.affected = 0x5A;
	r.actor = 0xC3;
	r.relation = RELATION_CORRECTION;
	r.target = 1;
	r.quantity = QUANTITY_AT_LEAST;
	r.duress = 1;
	return r;
}

/* The octets by hand: schema 2, kind 31, severity 5, certainty 4, ... */
static void
test_layout(void)
{
	static const uint8_t want[RECORD_LEN] = {
	    0x21, 0xFB, 0x2F, 0xBB, 0xEA, 0xF3, 0x79, 0x55, 0x5A, 0xC3, 0x1D};
	struct record r = ordinary(), none;
	uint8_t got[RECORD_LEN];

	CHECK_EQ(record_pack(&r, got), ST_OK);
	CHECK_MEM(got, want, RECORD_LEN);
	record_init(&none, 0);
	CHECK_EQ(none.event, RECORD_EVENT_NONE);
	CHECK_EQ(none.affected, AFFECTED_NONE);
	for (unsigned f = 0; f < RECORD_FIELDS; f++)
		CHECK_EQ(record_get(&none, f), record_field_none(f));
}

/* What a value of a field must give, from the rules alone. */
static int
is_allowed(unsigned f, uint32_t value)
{
	return !(f == RECORD_KIND && value > 99) && !(f == RECORD_RELATION && value > 8);
}

static void
round_trip(unsigned f, uint32_t value)
{
	struct record r = ordinary(), back;
	uint8_t wire[RECORD_LEN], again[RECORD_LEN];
	enum status st;

	record_set(&r, f, value);
	st = record_pack(&r, wire);
	if (!is_allowed(f, value)) {
		CHECK_EQ(st, ST_RANGE);
		return;
	}
	if (!CHECK(st == ST_OK) || !CHECK(record_unpack(wire, &back) == ST_OK))
		return;
	for (unsigned g = 0; g < RECORD_FIELDS; g++)
		CHECK(record_get(&back, g) == record_get(&r, g));
	CHECK(record_pack(&back, again) == ST_OK);
	CHECK_MEM(wire, again, RECORD_LEN);
}

static void
test_every_value(void)
{
	for (unsigned f = 0; f < RECORD_FIELDS; f++) {
		ROW("field %u", f);
		for (uint32_t value = 0; value <= record_field_max(f); value++)
			round_trip(f, value);
	}
}

static void
test_too_wide(void)
{
	uint8_t wire[RECORD_LEN] = {0}, zero[RECORD_LEN] = {0};

	for (unsigned f = 0; f < RECORD_FIELDS; f++) {
		struct record r = ordinary();

		record_set(&r, f, record_field_max(f) + 1);
		CHECK_EQ(record_pack(&r, wire), ST_RANGE);
		CHECK_MEM(wire, zero, RECORD_LEN);
	}
}

/* All octets are either refused or give themselves back. */
static void
test_unpack(void)
{
	struct record r, untouched = {0}, zero = {0};
	uint8_t wire[RECORD_LEN], back[RECORD_LEN];
	uint32_t seed = 1;

	for (unsigned i = 0; i < 20000; i++) {
		for (unsigned k = 0; k < RECORD_LEN; k++) {
			seed = seed * 1664525 + 1013904223;
			wire[k] = (uint8_t)(seed >> 24);
		}
		unsigned kind = (wire[0] & 15u) << 4 | wire[1] >> 4;
		bool fine = kind <= 99 && wire[10] >> 4 <= 8;

		CHECK(record_unpack(wire, &r) == (fine ? ST_OK : ST_RANGE));
		if (fine)
			CHECK(record_pack(&r, back) == ST_OK && memcmp(wire, back, 11) == 0);
	}
	memset(wire, 0xFF, sizeof(wire));
	CHECK_EQ(record_unpack(wire, &untouched), ST_RANGE);
	CHECK_MEM(&untouched, &zero, sizeof(zero));
}

static void
test_affected_table(void)
{
	uint32_t value, before = 199;
	double formula = 200; /* times 1.12 at each step */

	for (unsigned code = 200; code <= 253; code++) {
		CHECK_EQ(affected_decode((uint8_t)code, &value), AFFECTED_IS_ROUNDED);
		CHECK_EQ(value, (uint32_t)(formula + 0.5));
		formula *= 1.12;
		CHECK(value > before);
		before = value;
	}
	CHECK_EQ(affected_decode(254, &value), AFFECTED_IS_MANY);
	CHECK_EQ(value, before);
	CHECK_EQ(affected_decode(255, &value), AFFECTED_IS_UNKNOWN);
	CHECK_EQ(value, 0);
	CHECK_EQ(affected_decode(199, &value), AFFECTED_IS_EXACT);
	CHECK_EQ(value, 199);
}

/* The nearest code by trying them all, the first on a tie. */
static unsigned
nearest(uint32_t count)
{
	uint32_t value, best_off = UINT32_MAX, off;
	unsigned best = 0;

	for (unsigned code = 0; code <= 253; code++) {
		(void)affected_decode((uint8_t)code, &value);
		off = value > count ? value - count : count - value;
		if (off < best_off) {
			best_off = off;
			best = code;
		}
	}
	return best;
}

static void
test_affected_encode(void)
{
	for (uint32_t count = 0; count <= 81205; count += count < 3000 ? 1 : 7)
		CHECK_EQ(affected_encode(count), nearest(count));
	CHECK_EQ(affected_encode(212), 200); /* 200 and 224: a tie */
	CHECK_EQ(affected_encode(213), 201);
	CHECK_EQ(affected_encode(81205), 253);
	CHECK_EQ(affected_encode(81206), 254);
	CHECK_EQ(affected_encode(UINT64_MAX), 254);
}

static void
test_time(void)
{
	static const struct {
		int64_t unix_s;
		uint32_t quarter;
	} rows[] = {
	    {INT64_MIN, RECORD_EVENT_NONE},
	    {0, RECORD_EVENT_NONE},
	    {1735689599, RECORD_EVENT_NONE},
	    {1735689600, 0},
	    {1735690499, 0},
	    {1735690500, 1},
	    {1735689600 + 86400 * 365LL, 35040},
	    {1735689600 + 900 * 1048574LL + 899, 1048574},
	    {1735689600 + 900 * 1048575LL, RECORD_EVENT_NONE},
	    {INT64_MAX, RECORD_EVENT_NONE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_EQ(record_quarter(rows[i].unix_s), rows[i].quarter);
		if (rows[i].quarter != RECORD_EVENT_NONE)
			CHECK_EQ(record_unix(rows[i].quarter), rows[i].unix_s / 900 * 900);
	}
	CHECK_EQ(record_lag(100, 104), 4);
	CHECK_EQ(record_lag(100, 100), 0);
	CHECK_EQ(record_lag(104, 100), 0); /* an event in the future */
	CHECK_EQ(record_lag(0, 1022), 1022);
	CHECK_EQ(record_lag(0, 1023), 1023);
	CHECK_EQ(record_lag(0, 500000), 1023);
	CHECK_EQ(record_lag(RECORD_EVENT_NONE, 5), 0);
	CHECK_EQ(record_lag(5, RECORD_EVENT_NONE), 0);
}

static void
test_words(void)
{
	CHECK_STR(relation_rule(RELATION_CANCEL)->word, "cancel");
	CHECK(relation_rule(9) == NULL);
	CHECK_EQ(RELATION_PLACE_CONFIRM, 8);
	CHECK_EQ(RELATION_COVER, 7);
	CHECK_STR(quantity_word(QUANTITY_AT_LEAST), "at least");
	for (unsigned f = 0; f < RECORD_FIELDS; f++)
		CHECK(record_field_words(f)[0] != '\0');
}

int
main(void)
{
	test_layout();
	test_every_value();
	test_too_wide();
	test_unpack();
	test_affected_table();
	test_affected_encode();
	test_time();
	test_words();
	return check_done();
}

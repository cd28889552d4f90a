/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/note.h"
#include "tests/support/check.h"

static void
test_alphabet(void)
{
	CHECK_EQ(strlen(note_alphabet), 64);
	for (int i = 0; i < 64; i++) {
		CHECK(note_alphabet[i] >= ' ' && note_alphabet[i] < 127);
		CHECK(strchr(note_alphabet, note_alphabet[i]) == note_alphabet + i);
	}
}

/* Every character at every position. */
static void
test_round_trip(void)
{
	char text[NOTE_CHARS + 1], back[NOTE_CHARS + 1];
	uint8_t wire[NOTE_LEN];
	size_t bad;

	for (size_t at = 0; at < NOTE_CHARS; at++)
		for (size_t i = 0; i < 64; i++) {
			memset(text, 'X', NOTE_CHARS);
			text[NOTE_CHARS] = '\0';
			text[at] = note_alphabet[i];
			CHECK_EQ(note_pack(text, NOTE_CHARS, wire, &bad), ST_OK);
			note_unpack(wire, back);
			CHECK_STR(back, text);
		}
}

static void
test_pack(void)
{
	static const uint8_t abc[NOTE_LEN] = {0x04, 0x20, 0xC0}; /* 000001 000010 000011 */
	static const struct {
		const char *text;
		enum status st;
		size_t bad;
		const char *back;
	} rows[] = {
	    {"", ST_OK, 99, "                    "},
	    {"abc", ST_OK, 99, "ABC                 "},
	    {"Zz9!~ ?", ST_OK, 99, "ZZ9!~ ?             "},
	    {"caf\xC3\xA9", ST_SYNTAX, 3, NULL},
	    {"a\nb", ST_SYNTAX, 1, NULL},
	    {"^", ST_SYNTAX, 0, NULL},
	    {"{}", ST_SYNTAX, 0, NULL},
	    {"12345678901234567890", ST_OK, 99, "12345678901234567890"},
	    {"123456789012345678901", ST_TOO_LONG, 99, NULL},
	};
	char back[NOTE_CHARS + 1];
	uint8_t wire[NOTE_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t bad = 99;

		CHECK_EQ(note_pack(rows[i].text, strlen(rows[i].text), wire, &bad), rows[i].st);
		CHECK_EQ(bad, rows[i].bad);
		if (rows[i].back == NULL)
			continue;
		note_unpack(wire, back);
		CHECK_STR(back, rows[i].back);
	}
	size_t bad = 99;
	CHECK_EQ(note_pack("ABC", 3, wire, &bad), ST_OK);
	CHECK_MEM(wire, abc, NOTE_LEN);
	CHECK_EQ(note_pack("\0", 1, wire, &bad), ST_SYNTAX);
}

/* Any 15 octets give 20 characters that give the octets back. */
static void
test_unpack(void)
{
	uint8_t wire[NOTE_LEN], again[NOTE_LEN];
	char text[NOTE_CHARS + 1];
	uint32_t seed = 7;
	size_t bad;

	for (unsigned i = 0; i < 5000; i++) {
		for (unsigned k = 0; k < NOTE_LEN; k++) {
			seed = seed * 1664525 + 1013904223;
			wire[k] = (uint8_t)(seed >> 24);
		}
		note_unpack(wire, text);
		CHECK_EQ(note_pack(text, NOTE_CHARS, again, &bad), ST_OK);
		CHECK_MEM(wire, again, NOTE_LEN);
	}
}

static void
test_parts(void)
{
	static const struct {
		unsigned relation, target;
		size_t room;
		enum status st;
		struct note in;
		const char *all;
	} rows[] = {
	    {RELATION_NEW, 0, 20, ST_OK, {0, "", "at the mill"}, "AT THE MILL         "},
	    {RELATION_NEW, 1, 18, ST_OK, {0, "WG", "at the mill"}, "WGAT THE MILL       "},
	    {RELATION_CANCEL, 0, 18, ST_OK, {65, "", "wrong"}, "AAWRONG             "},
	    {RELATION_CANCEL, 1, 16, ST_OK, {4095, "RG", ""}, "~~RG                "},
	    {RELATION_DRILL, 0, 20, ST_OK, {9, "", "12345678901234567890"}, "12345678901234567890"},
	    {RELATION_DRILL, 1, 18, ST_TOO_LONG, {9, "WG", "1234567890123456789"}, NULL},
	    {RELATION_NEW, 1, 18, ST_RANGE, {0, "W", ""}, NULL},
	    {RELATION_FOLLOW_UP, 1, 16, ST_SYNTAX, {3, "WG", "ab^"}, NULL},
	};
	char all[NOTE_CHARS + 1];
	uint8_t wire[NOTE_LEN];
	struct note out;
	struct record r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t bad = 99;

		record_init(&r, 1);
		r.relation = rows[i].relation;
		r.target = rows[i].target;
		CHECK_EQ(note_room(&r), rows[i].room);
		CHECK_EQ(note_write(&r, &rows[i].in, wire, &bad), rows[i].st);
		CHECK_EQ(bad, rows[i].st == ST_SYNTAX ? 2 : 99);
		if (rows[i].all == NULL)
			continue;
		note_unpack(wire, all);
		CHECK_STR(all, rows[i].all);
		note_read(&r, wire, &out);
		CHECK_EQ(out.ref, relation_rule(r.relation)->refers ? rows[i].in.ref : 0);
		CHECK_STR(out.target, r.target ? rows[i].in.target : "");
		CHECK_EQ(strlen(out.text), strlen(rows[i].in.text));
	}
}

static void
test_reference(void)
{
	static const struct {
		unsigned ref;
		uint64_t n, meant;
		bool found;
	} rows[] = {
	    {0, 0, 0, false},
	    {0, 1, 0, true},
	    {5, 5, 0, false},
	    {4, 5, 4, true},
	    {6, 5, 0, false},
	    {4095, 4096, 4095, true},
	    {0, 4096, 0, true},
	    {0, 4097, 4096, true},
	    {10, 5000, 4106, true},
	    {903, 5000, 4999, true},
	    {904, 5000, 904, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t meant = 0;

		CHECK_EQ(note_resolve((uint16_t)rows[i].ref, rows[i].n, &meant), rows[i].found);
		CHECK_EQ(meant, rows[i].meant);
	}
}

int
main(void)
{
	test_alphabet();
	test_round_trip();
	test_pack();
	test_unpack();
	test_parts();
	test_reference();
	return check_done();
}

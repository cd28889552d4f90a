/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/base32.h"
#include "crypto/enrolment.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <sodium.h>
#include <stdio.h>

static struct enrolment
some_enrolment(void)
{
	struct enrolment e = {
	    .ack_codes = true,
	    .codebook = 9,
	    .heartbeat_day = 5,
	    .pk_i = ew1_public(vector_pk_i),
	    .m = ew1_key(vector_m),
	};

	gwid_of(&e.pk_i, e.gwid);
	return e;
}

static void
every_parameter_round_trips(void)
{
	for (unsigned i = 0; i < 2 * 2 * 16 * 8; i++) {
		struct enrolment e = some_enrolment(), back;
		char text[EW1_ENROL_CHARS + 1];

		e.ack_codes = i & 1;
		e.profile_s = i >> 1 & 1;
		e.codebook = i >> 2 & 15;
		e.heartbeat_day = i >> 6 & 7;
		enrolment_write(&e, text);
		CHECK_EQ(strlen(text), EW1_ENROL_CHARS);
		memset(&back, 0, sizeof(back));
		CHECK_EQ(enrolment_read(text, strlen(text), &back), ST_OK);
		CHECK_EQ(back.ack_codes, e.ack_codes);
		CHECK_EQ(back.profile_s, e.profile_s);
		CHECK_EQ(back.codebook, e.codebook);
		CHECK_EQ(back.heartbeat_day, e.heartbeat_day);
		CHECK_MEM(back.gwid, e.gwid, sizeof(e.gwid));
		CHECK_MEM(back.pk_i.b, e.pk_i.b, sizeof(e.pk_i.b));
		CHECK_MEM(back.m.b, e.m.b, sizeof(e.m.b));
	}
}

/* The vector's 80 octets with some of them replaced and, if asked, the check made right again. */
static enum status
read_changed(size_t at, const uint8_t *octets, size_t len, int mend_check)
{
	uint8_t wire[EW1_ENROL_LEN], hash[16], marked[8 + EW1_ENROL_LEN - 4] = "EW1-enrl";
	char text[4 + BASE32_CHARS(EW1_ENROL_LEN) + 1] = "EW1:";
	struct enrolment e;

	CHECK_EQ(
	    base32_decode(vector_text + 4, strlen(vector_text) - 4, wire, sizeof(wire)), ST_OK);
	memcpy(wire + at, octets, len);
	if (mend_check) {
		memcpy(marked + 8, wire, EW1_ENROL_LEN - 4);
		CHECK_EQ(crypto_generichash(hash, 16, marked, sizeof(marked), NULL, 0), 0);
		memcpy(wire + EW1_ENROL_LEN - 4, hash, 4);
	}
	base32_encode(wire, sizeof(wire), text + 4);
	return enrolment_read(text, strlen(text), &e);
}

static void
refusals_are_told_apart(void)
{
	static const struct {
		size_t at, len;
		uint8_t octets[2];
		enum status want;
	} rows[] = {
	    {0, 1, {1}, ST_OK}, {0, 1, {0}, ST_VERSION}, {0, 1, {2}, ST_VERSION},
	    {0, 1, {255}, ST_VERSION}, {1, 1, {3}, ST_OK}, {1, 1, {4}, ST_UNKNOWN},
	    {1, 1, {8}, ST_UNKNOWN}, {1, 1, {16}, ST_UNKNOWN}, {1, 1, {32}, ST_UNKNOWN},
	    {1, 1, {64}, ST_UNKNOWN}, {1, 1, {128}, ST_UNKNOWN}, {2, 2, {0xFE, 0}, ST_OK},
	    {2, 2, {0x13, 0}, ST_UNKNOWN}, {2, 2, {0x12, 1}, ST_UNKNOWN},
	    {2, 2, {0x12, 128}, ST_UNKNOWN}, {4, 1, {0}, ST_FORGED}, /* gwid */
	    {12, 1, {0}, ST_FORGED},                                 /* pk_i */
	    {44, 1, {0}, ST_OK},                                     /* every M is possible */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("refusals[%zu]", i);
		CHECK_EQ(read_changed(rows[i].at, rows[i].octets, rows[i].len, 1), rows[i].want);
	}
}

static void
low_order_keys_are_refused(void)
{
	static const uint8_t bad[][32] = {
	    {0},
	    {1},
	    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
		0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
		0x5f, 0x49, 0xb8, 0x00},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct enrolment e = some_enrolment(), back;
		char text[EW1_ENROL_CHARS + 1];

		e.pk_i = ew1_public(bad[i]);
		enrolment_write(&e, text);
		CHECK_EQ(enrolment_read(text, strlen(text), &back), ST_RANGE);
	}
}

/* Each of the 640 bits: the check, or a status of its own, refuses it. */
static void
every_flipped_bit_is_refused(void)
{
	uint8_t wire[EW1_ENROL_LEN], changed;

	CHECK_EQ(
	    base32_decode(vector_text + 4, strlen(vector_text) - 4, wire, sizeof(wire)), ST_OK);
	for (size_t bit = 0; bit < 8 * sizeof(wire); bit++) {
		changed = (uint8_t)(wire[bit / 8] ^ 1 << bit % 8);
		CHECK_EQ(read_changed(bit / 8, &changed, 1, 0), ST_CHECK);
	}
}

static void
people_type_it_in_many_ways(void)
{
	static const char *const prefixes[] = {
	    "EW1:", "ew1:", "Ewl:", "EWI:", " \n E W 1 : ", "EW1: ", NULL};
	static const struct {
		const char *text;
		enum status want;
	} rows[] = {
	    {"", ST_INCOMPLETE},
	    {"  \n", ST_INCOMPLETE},
	    {"E", ST_SYNTAX},
	    {"EW2:", ST_SYNTAX},
	    {"EW1", ST_SYNTAX},
	    {"EW1:", ST_INCOMPLETE},
	    {"EW1:0401", ST_INCOMPLETE},
	    {"EW1:0401*", ST_SYNTAX},
	    {"hello", ST_SYNTAX},
	};
	struct enrolment e;
	char text[1024];

	for (size_t i = 0; prefixes[i] != NULL; i++) {
		size_t at = (size_t)snprintf(text, sizeof(text), "%s", prefixes[i]);

		for (const char *c = vector_text + 4; *c != '\0';
		     c++) { /* lower case, lines of 7 */
			text[at++] = (char)(*c >= 'A' ? *c + 32 : *c);
			if ((c - vector_text) % 7 == 0)
				text[at++] = "\n -"[(c - vector_text) % 3];
		}
		CHECK_EQ(enrolment_read(text, at, &e), ST_OK);
		CHECK_MEM(e.m.b, vector_m, sizeof(vector_m));
		text[at] = '0';
		CHECK_EQ(enrolment_read(text, at + 1, &e), ST_TOO_LONG);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_EQ(enrolment_read(rows[i].text, strlen(rows[i].text), &e), rows[i].want);
	for (size_t len = 0; len < EW1_ENROL_CHARS; len++)
		CHECK(enrolment_read(vector_text, len, &e) != ST_OK);
}

static void
failure_writes_nothing(void)
{
	struct enrolment e, before;
	char text[] = "EW1:0";

	memset(&e, 0x5a, sizeof(e));
	before = e;
	CHECK_EQ(enrolment_read(text, strlen(text), &e), ST_INCOMPLETE);
	CHECK_MEM(&e, &before, sizeof(e));
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	every_parameter_round_trips();
	refusals_are_told_apart();
	low_order_keys_are_refused();
	every_flipped_bit_is_refused();
	people_type_it_in_many_ways();
	failure_writes_nothing();
	return check_done();
}

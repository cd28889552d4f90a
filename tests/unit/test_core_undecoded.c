/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots that could not be read as a text: what is kept of them holds no address in posture
 * `protected`, whatever the modem's process says of them, and the inbox says what they were.
 */
#include <stdlib.h>

#include "gateway/core/intake.h"
#include "gateway/core/undecoded.h"
#include "gateway/core/view.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

#define PDU_LEN 24
#define FIRST 20 /* of its user data */

static struct rig rig;
static struct session *const s = &rig.session;

/* A head as given, and PDU_LEN octets: 'A' of addresses, 'u' of user data. */
static size_t
handed(uint8_t text[SMS_TEXT_MAX], unsigned why, unsigned offset, unsigned length)
{
	const uint8_t head[] = {(uint8_t)why, (uint8_t)offset, (uint8_t)(offset >> 8),
	    (uint8_t)length, (uint8_t)(length >> 8)};

	memcpy(text, head, sizeof(head));
	memset(text + UNDECODED_HEAD, 'A', FIRST);
	memset(text + UNDECODED_HEAD + FIRST, 'u', PDU_LEN - FIRST);
	return UNDECODED_HEAD + PDU_LEN;
}

static void
test_keep(void)
{
	static const struct {
		const char *what;
		unsigned why, offset, length;
		size_t len; /* of what is handed over; 0: all */
		const char *want;
		size_t want_len;
	} rows[] = {
	    {"user data", 2, FIRST, 24, 0, "\2\0\0\30\0uuuu", 9},
	    {"a longer one was cut", 2, FIRST, 300, 0, "\2\0\0\54\1uuuu", 9},
	    {"no offset", 3, 0xFFFF, 24, 0, "\3\xff\xff\30\0", 5},
	    {"offset of the end", 2, PDU_LEN, 24, 0, "\2\xff\xff\30\0", 5},
	    {"offset behind the end", 2, 1000, 24, 0, "\2\xff\xff\30\0", 5},
	    {"offset among the addresses", 2, 13, 24, 0, "\2\xff\xff\30\0", 5},
	    {"offset 0", 2, 0, 24, 0, "\2\xff\xff\30\0", 5},
	    {"shorter than what is there", 2, FIRST, 23, 0, "\2\xff\xff\27\0", 5},
	    {"no PDU", 1, 0xFFFF, 0, 5, "\1\xff\xff\0\0", 5},
	    {"unknown why", 99, FIRST, 24, 0, "\0\0\0\30\0uuuu", 9},
	    {"no head", 2, FIRST, 24, 4, "", 0},
	};
	uint8_t text[SMS_TEXT_MAX], out[SMS_TEXT_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = handed(text, rows[i].why, rows[i].offset, rows[i].length);
		if (rows[i].len != 0)
			len = rows[i].len;
		memset(out, 'x', sizeof(out));
		if (!CHECK_EQ(undecoded_keep(1, text, len, out), rows[i].want_len) ||
		    !CHECK_MEM(out, rows[i].want, rows[i].want_len))
			printf("    %s\n", rows[i].what);
		CHECK(memchr(out, 'A', sizeof(out)) == NULL);
		CHECK_EQ(undecoded_keep(0, text, len, out), len < UNDECODED_HEAD ? 0 : len);
		if (len > UNDECODED_HEAD)
			CHECK_MEM(out + 1, text + 1, len - 1);
	}
	CHECK_EQ(undecoded_keep(1, text, 0, out), 0);
	CHECK_EQ(undecoded_keep(1, text, SMS_TEXT_MAX + 1, out), 0);
}

static void
deliver(unsigned offset, size_t len, uint64_t ref)
{
	struct msg_sms sms = rig_sms("", ref);

	sms.form = SMS_UNDECODED;
	sms.text_len = (uint16_t)handed(sms.text, UNDECODED_SHORT, offset, PDU_LEN);
	if (len < sms.text_len)
		sms.text_len = (uint16_t)len;
	memcpy(sms.sender, "+254700000009", 13);
	memcpy(sms.udh, "\5\0\3\1\2\1", 6); /* what cannot be read is no part */
	sms.udh_len = 6;
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

struct shown {
	struct msg_inbox_row row[8];
	size_t rows;
};

static enum status
note(void *arg, const struct msg_inbox_row *row)
{
	struct shown *all = arg;

	all->row[all->rows++] = *row;
	return ST_OK;
}

static void
test_shown(void)
{
	static struct shown all;
	const struct msg_inbox page = {.limit = 8};

	deliver(FIRST, SIZE_MAX, 1); /* LOCKED */
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	deliver(FIRST, SIZE_MAX, 2);
	deliver(UNDECODED_NO_OFFSET, SIZE_MAX, 3);
	deliver(0, 0, 4); /* as an earlier version handed it over */
	deliver(0, 3, 5);
	deliver(FIRST, SIZE_MAX, 2); /* once more */
	CHECK_EQ(s->doubled, 1);
	CHECK_EQ(rig_inbox(&rig, &page, note, &all), ST_OK);
	CHECK_EQ(all.rows, 5); /* the newest first */
	CHECK_STR(all.row[4].reason, "cannot be read: it was cut short; 24 octets");
	CHECK_EQ(all.row[4].raw_len, 4);
	CHECK_MEM(all.row[4].raw, "uuuu", 4);
	CHECK_STR(all.row[3].reason, all.row[4].reason);
	CHECK_EQ(all.row[3].raw_len, 4);
	CHECK_STR(all.row[2].reason, all.row[4].reason);
	CHECK_EQ(all.row[2].raw_len, 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK_STR(all.row[i].reason, outcome_words(OUTCOME_UNDECODED));
		CHECK_EQ(all.row[i].raw_len, 0);
	}
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE instr(raw, x'41') > 0"), 0);
}

/* A form that no modem's process has: the journal knows three. */
static void
test_no_form(void)
{
	struct msg_sms sms = rig_sms("what is it", 9);

	sms.form = 77;
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE form = 1"), 1);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE form > 2"), 0);
}

int
main(void)
{
	rig_create(&rig, "undecoded");
	test_keep();
	test_shown();
	test_no_form();
	rig_remove(&rig);
	return check_done();
}

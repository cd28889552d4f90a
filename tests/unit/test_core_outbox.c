/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outbox: each way that a text can go, the rate, the day's limit, one in flight a modem, status
 * reports and their eight-bit references. Where numbers are: test_core_outbox_numbers.c. With a
 * clock of its own.
 */
#include "tests/support/outbox_rig.h"

static void
test_each_way(void)
{
	struct msg_send out;
	uint64_t done, refused, lost, gone, cancelled;

	done = queue("first");
	refused = queue("second");
	CHECK_EQ(state_of(done), OUTBOX_QUEUED);
	CHECK_EQ(outbox_next(outbox, 0, &out), ST_OK);
	CHECK_EQ(out.id, done);
	CHECK_STR(out.number, NUMBER_READ);
	CHECK(out.text_len == 5 && memcmp(out.text, "first", 5) == 0 && out.wants_report == 1);
	CHECK_EQ(state_of(done), OUTBOX_SENDING);
	CHECK_EQ(next(0), 0); /* one in flight */
	CHECK_EQ(outbox_cancel(outbox, done, words), ST_NOT_ALLOWED);
	sent(1, done, SEND_DONE, 0, 1);    /* not that modem's */
	sent(0, refused, SEND_DONE, 0, 1); /* not in flight */
	CHECK_EQ(state_of(done), OUTBOX_SENDING);
	sent(0, done, SEND_DONE, 0, 17);
	CHECK_EQ(state_of(done), OUTBOX_SENT);
	CHECK_EQ(outbox_live(outbox, done), 0);

	CHECK_EQ(next(0), refused);
	sent(0, refused, SEND_REFUSED, 38, 0);
	CHECK_EQ(state_of(refused), OUTBOX_FAILED);
	CHECK_EQ(row_of(refused).code, 38);
	sent(0, refused, SEND_DONE, 0, 1); /* it came to its end */
	CHECK_EQ(state_of(refused), OUTBOX_FAILED);

	lost = queue("third");
	CHECK_EQ(next(0), lost);
	sent(0, lost, SEND_UNKNOWN, 0, 0);
	CHECK_EQ(state_of(lost), OUTBOX_UNKNOWN);
	CHECK_EQ(next(0), 0); /* never repeated but by a person */

	gone = queue("fourth");
	CHECK_EQ(next(1), gone);
	CHECK_EQ(outbox_modem_gone(outbox, 0), ST_OK); /* another one */
	CHECK_EQ(state_of(gone), OUTBOX_SENDING);
	CHECK_EQ(outbox_modem_gone(outbox, 1), ST_OK);
	CHECK_EQ(state_of(gone), OUTBOX_UNKNOWN);
	sent(1, gone, SEND_DONE, 0, 3); /* too late to know */
	CHECK_EQ(state_of(gone), OUTBOX_UNKNOWN);
	CHECK_EQ(next(1), 0);

	cancelled = queue("fifth");
	CHECK_EQ(outbox_cancel(outbox, cancelled, words), ST_OK);
	CHECK_EQ(state_of(cancelled), OUTBOX_CANCELLED);
	CHECK_EQ(outbox_cancel(outbox, cancelled, words), ST_UNKNOWN);
	CHECK_EQ(outbox_cancel(outbox, 0, words), ST_UNKNOWN);
	CHECK_EQ(next(0), 0);
}

static void
test_expired(void)
{
	const uint64_t expired = queue("sixth");
	int64_t next_ms;

	boot_ms += (int64_t)OUTBOX_HOURS * HOUR_MS;
	wall_s += (int64_t)OUTBOX_HOURS * 3600;
	CHECK_EQ(next(0), 0); /* not even before the tick */
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, INT64_MAX);
	CHECK_EQ(state_of(expired), OUTBOX_EXPIRED);
}

/* Would the view take this end? */
static enum status
try_end(uint64_t ref, enum outbox_state state)
{
	const struct event_sent e = {
	    .at = session_quarter(&rig.session), .ref = ref, .state = (uint8_t)state};
	uint8_t body[EVENT_SENT_LEN];
	const struct view_event ev = {state_next_seq(rig.session.state), EVENT_SENT, 1, 1, body,
	    event_sent_encode(&e, body, sizeof(body))};

	return view_try(rig.session.view, &ev, words, sizeof(words));
}

static void
test_rules_of_the_view(void)
{
	const uint64_t number = queue("text");

	boot_ms += 60000;
	CHECK_EQ(next(0), number);
	sent(0, number, SEND_DONE, 0, 1);
	CHECK_EQ(try_end(number, OUTBOX_DELIVERED), ST_OK);
	CHECK_EQ(try_end(number, OUTBOX_FAILED), ST_OK);
	CHECK_EQ(try_end(number, OUTBOX_UNKNOWN), ST_EXISTS);
	CHECK_EQ(try_end(number, OUTBOX_SENT), ST_EXISTS);
	report(0, 1, REPORT_DELIVERED, NUMBER_READ);
	CHECK_EQ(try_end(number, OUTBOX_FAILED), ST_EXISTS);
	CHECK_EQ(try_end(1, OUTBOX_SENT), ST_OK); /* not in this view: before its base */
	CHECK_EQ(try_end(state_next_seq(rig.session.state), OUTBOX_SENT), ST_DAMAGED);
}

/* A process that lives but answers nothing blocks its modem for ten minutes, not for ever. */
static void
test_no_answer(void)
{
	uint64_t first = queue("first"), second = queue("second");
	int64_t next_ms;

	wait_minute();
	CHECK_EQ(next(0), first);
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, boot_ms + 600000);
	boot_ms = next_ms;
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(state_of(first), OUTBOX_UNKNOWN);
	CHECK_EQ(next(0), second);
	sent(0, second, SEND_DONE, 0, 0);
}

static void
test_what_is_refused(void)
{
	struct msg_send_text elsewhere = text_to("", NUMBER, "text");
	char long_text[200];
	uint64_t number;
	const uint64_t before = state_next_seq(rig.session.state);

	elsewhere.modem = 1; /* the settings have one */
	CHECK_EQ(outbox_queue(outbox, &elsewhere, &number, words), ST_RANGE);
	elsewhere.modem = MODEMS_MAX;
	CHECK_EQ(outbox_queue(outbox, &elsewhere, &number, words), ST_RANGE);
	CHECK_EQ(try_queue("", "", "text"), ST_UNKNOWN);
	CHECK_EQ(try_queue("nobody", "", "text"), ST_UNKNOWN);
	CHECK_EQ(try_queue("", "12", "text"), ST_RANGE);
	CHECK_EQ(try_queue("", "0700123456789012345678", "text"), ST_RANGE);
	CHECK_EQ(try_queue("", NUMBER, ""), ST_RANGE);
	CHECK_EQ(try_queue("", NUMBER, " \n "), ST_RANGE);
	CHECK_EQ(try_queue("", NUMBER, "a\tb"), ST_RANGE);
	CHECK_EQ(try_queue("", NUMBER, "\xff"), ST_RANGE);
	memset(long_text, 'a', sizeof(long_text));
	long_text[172] = '\0';
	CHECK_EQ(try_queue("", NUMBER, long_text), ST_TOO_LONG);
	CHECK(strstr(words, "12 characters too long") != NULL);
	long_text[80] = '\0';
	memcpy(long_text + 20, "\xc4\x9f", 2); /* g with a breve: 79 units */
	CHECK_EQ(try_queue("", NUMBER, long_text), ST_TOO_LONG);
	CHECK(strstr(words, "9 characters too long") != NULL);
	CHECK(strstr(words, "\"\xc4\x9f\" is not in the alphabet") != NULL);
	long_text[71] = '\0';                                /* 70 of 70 */
	CHECK_EQ(state_next_seq(rig.session.state), before); /* nothing was written */
	CHECK_EQ(try_queue("", NUMBER, long_text), ST_OK);
	CHECK_EQ(outbox_lock(outbox), ST_OK);
}

static void
test_rate_and_limits(void)
{
	int64_t next_ms;
	unsigned left = 0;
	uint64_t id;

	wait_minute();
	while (try_queue("", NUMBER, "one of many") == ST_OK)
		left++;
	CHECK_EQ(left, OUTBOX_MAX);
	CHECK(strstr(words, "wait to be sent already") != NULL);
	for (unsigned i = 0; i < 20; i++) /* on two modems together */
		if ((id = next(i % 2)) != 0)
			sent(i % 2, id, SEND_DONE, 0, i);
	CHECK_EQ(
	    rig_number(&rig, "SELECT count(*) FROM outbox WHERE text = CAST('one of many' AS BLOB)"
			     " AND state = 3"),
	    rig.conf.outbox_per_minute);
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, boot_ms + 60000);
	boot_ms = next_ms - 1;
	CHECK_EQ(next(0), 0);
	boot_ms++;
	CHECK(next(0) != 0);
	CHECK_EQ(outbox_modem_gone(outbox, 0), ST_OK);
	CHECK_EQ(outbox_lock(outbox), ST_OK);
	/* waiting texts and no modem: nothing wakes it up before one of them expires */
	wait_minute();
	(void)queue("waits");
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, boot_ms + (int64_t)OUTBOX_HOURS * HOUR_MS);
	CHECK_EQ(outbox_lock(outbox), ST_OK);
}

static void
test_days_limit(void)
{
	const uint32_t per_day = rig.session.facts->queued + 3;
	uint64_t number;

	rig.conf.outbox_per_day = per_day;
	number = queue("one");
	(void)queue("two");
	(void)queue("three");
	CHECK_EQ(try_queue("", NUMBER, "four"), ST_FULL);
	CHECK(strstr(words, "outbox.per_day") != NULL);
	/* what was given up does not count */
	CHECK_EQ(outbox_cancel(outbox, number, words), ST_OK);
	number = queue("four");
	CHECK_EQ(try_queue("", NUMBER, "five"), ST_FULL);
	CHECK_EQ(next(0) != 0, 1);
	CHECK_EQ(next(1) != 0, 1);
	/* nor does a restart bring room: two were in flight, and one waited, which may have left */
	outbox_free(outbox);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	outbox = outbox_new(&rig.session);
	CHECK_EQ(rig.session.facts->queued, per_day);
	CHECK_EQ(try_queue("", NUMBER, "five"), ST_FULL);
	CHECK_EQ(state_of(number), OUTBOX_UNKNOWN);
	/* the next day does */
	boot_ms += 24 * (int64_t)HOUR_MS;
	wall_s += 86400;
	rig.session.used_ms = rig.session.passphrase_ms = boot_ms;
	CHECK_EQ(try_queue("", NUMBER, "five"), ST_OK);
	rig.conf.outbox_per_day = 0;
	CHECK_EQ(try_queue("", NUMBER, "six"), ST_FULL);
	rig.conf.outbox_per_day = 1000;
	CHECK_EQ(outbox_lock(outbox), ST_OK);
}

static void
test_reports(void)
{
	uint64_t a = send_one(0, "0700123456", 200), b = send_one(0, "0700999999", 201);
	uint64_t old, new;

	report(0, 200, REPORT_PENDING, NUMBER_READ);
	CHECK_EQ(state_of(a), OUTBOX_SENT);
	report(1, 200, REPORT_DELIVERED, NUMBER_READ); /* another modem */
	report(0, 201, REPORT_DELIVERED, NUMBER_READ); /* another number */
	report(0, 202, REPORT_DELIVERED, NUMBER_READ); /* nobody's */
	CHECK_EQ(state_of(a), OUTBOX_SENT);
	CHECK_EQ(state_of(b), OUTBOX_SENT);
	report(0, 200, REPORT_DELIVERED, NUMBER_READ); /* in its international form */
	CHECK_EQ(state_of(a), OUTBOX_DELIVERED);
	report(0, 200, REPORT_FAILED, NUMBER_READ); /* once */
	CHECK_EQ(state_of(a), OUTBOX_DELIVERED);
	report(0, 201, REPORT_FAILED, "0700999999");
	CHECK_EQ(state_of(b), OUTBOX_FAILED);
	CHECK_EQ(row_of(b).code, 70);
	/* the reference comes again: the newest is meant, then the one before it */
	old = send_one(0, "0700123456", 7);
	new = send_one(0, "0700123456", 7 + 256);
	report(0, 7, REPORT_DELIVERED, "0700123456");
	CHECK_EQ(state_of(new), OUTBOX_DELIVERED);
	CHECK_EQ(state_of(old), OUTBOX_SENT);
	report(0, 7, REPORT_DELIVERED, "0700123456");
	CHECK_EQ(state_of(old), OUTBOX_DELIVERED);
	/* three days on nobody waits for it */
	old = send_one(0, "0700123456", 9);
	boot_ms += (int64_t)OUTBOX_REPORT_H * HOUR_MS + 1;
	report(0, 9, REPORT_DELIVERED, "0700123456");
	CHECK_EQ(state_of(old), OUTBOX_SENT);
}

int
main(void)
{
	is_synchronised = 1;
	begin();
	rig.conf.outbox_per_day = 1000;
	test_each_way();
	test_expired();
	test_rules_of_the_view();
	test_no_answer();
	test_what_is_refused();
	test_rate_and_limits();
	rig.session.used_ms = rig.session.passphrase_ms = boot_ms;
	test_days_limit();
	test_reports();
	end();
	return check_done();
}

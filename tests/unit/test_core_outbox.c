/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outbox: each way that a text can go, the rate, the day's limit, one in flight a modem, status
 * reports and their eight-bit references, what a lock and a restart leave; and where numbers are.
 * With a clock of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/core/number.h"
#include "gateway/core/outbox.h"
#include "gateway/core/outbox_impl.h"
#include "gateway/core/people.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define HOUR_MS 3600000
#define NUMBER "+254 700 123-456"
#define NUMBER_READ "+254700123456"

static struct rig rig;
static struct outbox *outbox;
static char words[240];

static struct msg_send_text
text_to(const char *pseudonym, const char *number, const char *text)
{
	struct msg_send_text in = {.modem = UINT32_MAX, .text_len = (uint32_t)strlen(text)};

	(void)snprintf(in.pseudonym, sizeof(in.pseudonym), "%s", pseudonym);
	(void)snprintf(in.number, sizeof(in.number), "%s", number);
	memcpy(in.text, text, strlen(text));
	return in;
}

/* 0: it was refused. */
static uint64_t
queue(const char *text)
{
	const struct msg_send_text in = text_to("", NUMBER, text);
	uint64_t number;

	return CHECK_EQ(outbox_queue(outbox, &in, &number, words), ST_OK) ? number : 0;
}

static enum status
try_queue(const char *pseudonym, const char *number, const char *text)
{
	const struct msg_send_text in = text_to(pseudonym, number, text);
	uint64_t ignored;

	words[0] = '\0';
	return outbox_queue(outbox, &in, &ignored, words);
}

static uint64_t
next(unsigned modem)
{
	struct msg_send out;

	return outbox_next(outbox, modem, &out) == ST_OK ? out.id : 0;
}

static void
sent(unsigned modem, uint64_t id, enum send_result result, uint32_t code, uint32_t reference)
{
	const struct msg_sent m = {
	    .id = id, .result = result, .code = code, .reference = reference};

	CHECK_EQ(outbox_sent(outbox, modem, &m), ST_OK);
}

static void
report(unsigned modem, uint32_t reference, enum report_state state, const char *number)
{
	struct msg_report m = {
	    .reference = reference, .state = state, .tp_status = state == REPORT_FAILED ? 70 : 0};

	(void)snprintf(m.number, sizeof(m.number), "%s", number);
	CHECK_EQ(outbox_report(outbox, modem, &m), ST_OK);
}

static enum status
take_row(void *arg, const struct msg_outbox_row *row)
{
	*(struct msg_outbox_row *)arg = *row;
	return ST_OK;
}

static struct msg_outbox_row
row_of(uint64_t number)
{
	struct msg_outbox_row row = {.number = 0};

	CHECK_EQ(view_outbox(rig.session.view, number, number, 1, take_row, &row), ST_OK);
	return row;
}

/* As a coordinator sees it. */
static enum outbox_state
state_of(uint64_t number)
{
	const enum outbox_state live = outbox_live(outbox, number);

	return live != 0 ? live : row_of(number).state;
}

static void
begin(void)
{
	rig_create(&rig, "outbox");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK((outbox = outbox_new(&rig.session)) != NULL);
}

static void
end(void)
{
	outbox_free(outbox);
	rig_remove(&rig);
}

/* A minute, so that the rate stands in no way. */
static void
wait_minute(void)
{
	boot_ms += 60000;
}

static void
test_numbers(void)
{
	static const struct {
		const char *typed, *read; /* NULL: none */
	} table[] = {{NUMBER, NUMBER_READ}, {"0700 (123) 456", "0700123456"}, {"112", "112"},
	    {"12", NULL}, {"", NULL}, {"+", NULL}, {"07+00123456", NULL}, {"++2547001", NULL},
	    {"SAFARICOM", NULL}, {"0700x123456", NULL},
	    {"12345678901234567890", "12345678901234567890"}, {"123456789012345678901", NULL},
	    {"0700\n123456", NULL}};
	char typed[NUMBER_MAX], out[NUMBER_MAX];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(typed, 0, sizeof(typed));
		memcpy(typed, table[i].typed, strlen(table[i].typed));
		CHECK_EQ(number_read(typed, out), table[i].read != NULL ? ST_OK : ST_RANGE);
		CHECK_STR(out, table[i].read != NULL ? table[i].read : "");
	}
	memset(typed, '1', sizeof(typed)); /* no end: it may have been cut */
	CHECK_EQ(number_read(typed, out), ST_RANGE);
	CHECK_STR(number_tail("+254700123456"), "0123456");
	CHECK_STR(number_tail("0700123456"), "0123456");
	CHECK_STR(number_tail("112"), "112");
}

static void
test_each_way(void)
{
	struct msg_send out;
	uint64_t done, refused, lost, gone, cancelled, expired;

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

	expired = queue("sixth");
	boot_ms += (int64_t)OUTBOX_HOURS * HOUR_MS;
	wall_s += (int64_t)OUTBOX_HOURS * 3600;
	CHECK_EQ(next(0), 0); /* not even before the tick */
	int64_t next_ms;
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

static uint64_t
send_one(unsigned modem, const char *number, uint32_t reference)
{
	const struct msg_send_text in = text_to("", number, "with a report");
	uint64_t id;

	boot_ms += 60000;
	CHECK_EQ(outbox_queue(outbox, &in, &id, words), ST_OK);
	CHECK_EQ(next(modem), id);
	sent(modem, id, SEND_DONE, 0, reference);
	return id;
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

/* A number is nowhere but in the outbox's memory, and there as long as it is needed. */
static int
is_in_outbox(const char *tail)
{
	const char *at = (const char *)outbox;

	for (size_t i = 0; i + strlen(tail) <= sizeof(*outbox); i++)
		if (memcmp(at + i, tail, strlen(tail)) == 0)
			return 1;
	return 0;
}

static void
test_lock_and_restart(void)
{
	uint64_t waits, flies, left = send_one(0, "0700123456", 3);

	waits = queue("waits");
	boot_ms += 60000;
	CHECK_EQ(next(0), waits);
	flies = waits;
	waits = queue("waits too");
	CHECK(is_in_outbox("700123456"));
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK(!is_in_outbox("700123456") && !is_in_outbox("waits too"));
	CHECK_EQ(next(0), 0);
	sent(0, flies, SEND_DONE, 0, 4); /* dropped: LOCKED writes no events */
	report(0, 4, REPORT_DELIVERED, NUMBER_READ);
	report(0, 3, REPORT_DELIVERED, NUMBER_READ);
	CHECK_EQ(outbox_modem_gone(outbox, 0), ST_OK);
	CHECK_EQ(try_queue("", NUMBER, "text"), ST_NOT_ALLOWED);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	report(0, 3, REPORT_DELIVERED, NUMBER_READ); /* nobody waits for it any more */
	CHECK_EQ(state_of(left), OUTBOX_SENT);
	CHECK_EQ(state_of(flies), OUTBOX_UNKNOWN);
	CHECK_EQ(state_of(waits), OUTBOX_CANCELLED);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM fault"), 0);
	/* closed, it goes on */
	waits = queue("goes on");
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(try_queue("", NUMBER, "text"), ST_NOT_ALLOWED);
	boot_ms += 60000;
	CHECK_EQ(next(0), waits);
	sent(0, waits, SEND_DONE, 0, 5);
	CHECK(!is_in_outbox("700123456") && !is_in_outbox("goes on"));
	report(0, 5, REPORT_DELIVERED, NUMBER_READ);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(state_of(waits), OUTBOX_DELIVERED);
	/* and after kill -9 nothing is sent of what waited */
	flies = queue("flies");
	boot_ms += 60000;
	CHECK_EQ(next(0), flies);
	waits = queue("waits");
	outbox_free(outbox);
	rig_restart(&rig);
	outbox = outbox_new(&rig.session);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(next(0), 0);
	CHECK_EQ(state_of(flies), OUTBOX_UNKNOWN);
	CHECK_EQ(state_of(waits), OUTBOX_UNKNOWN);
	CHECK_EQ(row_of(waits).state_s, row_of(waits).queued_s);
	/* its report comes, and is nobody's now */
	left = send_one(0, "0700123456", 11);
	outbox_free(outbox);
	rig_restart(&rig);
	outbox = outbox_new(&rig.session);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	report(0, 11, REPORT_DELIVERED, "0700123456");
	CHECK_EQ(state_of(left), OUTBOX_SENT);
}

static void
keep_numbers(uint32_t value)
{
	const struct event_setting e = {SETTING_KEEP_NUMBERS, value};
	uint8_t body[EVENT_SETTING_LEN];

	CHECK_EQ(session_append(&rig.session, EVENT_SETTING, body,
		     event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
}

static enum status
enrol(const char *name, const char *number)
{
	struct msg_enrol ask = {.language = "en"};
	struct msg_enrolled out;

	ask.place = rig.session.facts->places->place[0].id;
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", name);
	(void)snprintf(ask.number, sizeof(ask.number), "%s", number);
	words[0] = '\0';
	return people_enrol(&rig.session, &ask, &out, words);
}

static void
test_kept_numbers(void)
{
	const uint64_t before = state_next_seq(rig.session.state);
	struct msg_send out;
	uint64_t number, again;

	CHECK_EQ(enrol("ada", "0711222333"), ST_NOT_ALLOWED);
	CHECK(strstr(words, "keeps no numbers") != NULL);
	CHECK_EQ(state_next_seq(rig.session.state), before);
	keep_numbers(1);
	CHECK_EQ(enrol("ada", "no number"), ST_RANGE);
	CHECK_EQ(enrol("ada", "0711 222 333"), ST_OK);
	CHECK_EQ(enrol("bea", ""), ST_OK);
	CHECK_EQ(try_queue("bea", "", "text"), ST_UNKNOWN);
	CHECK(strstr(words, "no number of hers is kept") != NULL);
	CHECK_EQ(try_queue("ada", "", "to ada"), ST_OK);
	boot_ms += 60000;
	CHECK_EQ(outbox_next(outbox, 0, &out), ST_OK);
	CHECK_STR(out.number, "0711222333");
	CHECK_EQ(outbox_modem_gone(outbox, 0), ST_OK);
	number = out.id;
	CHECK_STR(row_of(number).pseudonym, "ada");
	CHECK_EQ(row_of(number).may_repeat, 1);
	/* repeated by a person, to the number that is kept, and as an event that says so */
	CHECK_EQ(outbox_repeat(outbox, number, "", &again, words), ST_OK);
	CHECK(again > number);
	CHECK_EQ(state_of(number), OUTBOX_UNKNOWN);
	CHECK_EQ(rig_number(&rig, "SELECT again FROM outbox ORDER BY seq DESC LIMIT 1"),
	    (int64_t)number);
	CHECK_EQ(outbox_repeat(outbox, again, "", &again, words), ST_EXISTS);
	CHECK_EQ(outbox_next(outbox, 0, &out), ST_OK);
	CHECK(out.id > number && out.text_len == 6 && memcmp(out.text, "to ada", 6) == 0);
	CHECK_STR(out.number, "0711222333");
	sent(0, out.id, SEND_DONE, 0, 1);
	/* one that was typed must be typed again */
	number = queue("typed");
	CHECK_EQ(outbox_cancel(outbox, number, words), ST_OK);
	CHECK_EQ(outbox_repeat(outbox, number, "", &again, words), ST_UNKNOWN);
	CHECK_EQ(outbox_repeat(outbox, number, "123456789012345678901234567890", &again, words),
	    ST_RANGE);
	CHECK_EQ(outbox_repeat(outbox, number, NUMBER, &again, words), ST_OK);
	CHECK_EQ(outbox_cancel(outbox, again, words), ST_OK);
	CHECK_EQ(outbox_repeat(outbox, 1, NUMBER, &again, words), ST_UNKNOWN);
	/* it is still there after a restart, and not after it was switched off */
	outbox_free(outbox);
	rig_restart(&rig);
	outbox = outbox_new(&rig.session);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rig.session.facts->keep_numbers, 1);
	CHECK_EQ(try_queue("ada", "", "to ada"), ST_OK);
	CHECK_EQ(enrol("cleo", "0711222444"), ST_OK);
	CHECK_EQ(people_revoke(&rig.session, "cleo", words), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 1);
	keep_numbers(0);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 0);
	CHECK_EQ(try_queue("ada", "", "to ada"), ST_UNKNOWN);
	CHECK_EQ(enrol("dora", "0711222555"), ST_NOT_ALLOWED);
	keep_numbers(1); /* brings none back */
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 0);
}

int
main(void)
{
	is_synchronised = 1;
	test_numbers();
	begin();
	rig.conf.outbox_per_day = 1000;
	test_each_way();
	test_rules_of_the_view();
	test_no_answer();
	test_what_is_refused();
	test_rate_and_limits();
	rig.session.used_ms = rig.session.passphrase_ms = boot_ms;
	test_days_limit();
	test_reports();
	test_lock_and_restart();
	test_kept_numbers();
	end();
	return check_done();
}

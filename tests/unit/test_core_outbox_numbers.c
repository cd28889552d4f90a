/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outbox: what is a number, where numbers are, what a lock and a restart leave of them, and
 * those that a network keeps.
 */
#include "tests/support/outbox_rig.h"

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
	const struct event_setting e = {.key = SETTING_KEEP_NUMBERS, .value = value};
	uint8_t body[EVENT_SETTING_MAX];

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
	CHECK_EQ(rig.session.facts->choices.value[SETTING_KEEP_NUMBERS], 1);
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
	test_lock_and_restart();
	test_kept_numbers();
	end();
	return check_done();
}

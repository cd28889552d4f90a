/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers in the outbox: when they leave and in which order, a batch of 256, each way that one can
 * end, and where its number is. With a clock of its own.
 */
#include "tests/support/answers_rig.h"

static const char phone[] = "0700123456", tail[] = "0123456";

/* ST_OK: it is collected. */
static enum status
answer(const char *to, const char *text, int64_t due_ms)
{
	const struct outbox_reply reply = {EVENT_SLOT_NONE, UINT32_MAX, to, text, due_ms,
	    boot_ms + (int64_t)OUTBOX_HOURS * HOUR_MS};

	return outbox_answer(outbox, &reply);
}

static uint64_t
newest(void)
{
	return (uint64_t)rig_number(&rig, "SELECT max(seq) FROM outbox WHERE kind = 2");
}

/* One that waits, and may leave now. */
static uint64_t
ready(void)
{
	wait_minute();
	CHECK_EQ(answer(phone, "answer", boot_ms), ST_OK);
	batch_end();
	return newest();
}

static int
is_in(const void *memory, size_t len, const char *what)
{
	const char *at = memory;

	for (size_t i = 0; i + strlen(what) <= len; i++)
		if (memcmp(at + i, what, strlen(what)) == 0)
			return 1;
	return 0;
}

/* The number, or its digits that all its forms share. */
static int
is_known(void)
{
	return is_in(outbox, sizeof(*outbox), tail) || is_in(answers, sizeof(*answers), tail);
}

static void
test_when(void)
{
	const int64_t now = boot_ms;
	struct msg_send out;
	int64_t next_ms;

	CHECK_EQ(answer(phone, "third", now + 3000), ST_OK);
	CHECK_EQ(answer(phone, "first", now + 1000), ST_OK);
	CHECK_EQ(answer(phone, "second", now + 2000), ST_OK);
	CHECK_EQ(answer(phone, "second too", now + 2000), ST_OK);
	rig.session.answers = NULL; /* so that the commit tells nobody */
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	rig.session.answers = answers;
	boot_ms = now + 10000;
	CHECK_EQ(outbox_live(outbox, newest()), 0);
	CHECK_EQ(outbox_cancel(outbox, 0, words), ST_UNKNOWN);
	CHECK_EQ(next(0), 0); /* not before somebody says that the batch is durable */
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, INT64_MAX);
	boot_ms = now;
	answers_committed(answers);
	CHECK_EQ(outbox_live(outbox, newest()), OUTBOX_QUEUED);
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, now + 1000);
	boot_ms = now + 999;
	CHECK_EQ(next(0), 0);
	boot_ms = now + 5000;
	(void)queue("a coordinator's"); /* goes before all that is due */
	static const char *const order[] = {
	    "a coordinator's", "first", "second", "second too", "third"};
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		CHECK_EQ(outbox_next(outbox, 0, &out), ST_OK);
		CHECK(out.text_len == strlen(order[i]) &&
		      memcmp(out.text, order[i], out.text_len) == 0);
		CHECK_EQ(out.wants_report, i == 0);
		CHECK_EQ(next(0), 0); /* one in flight */
		sent(0, out.id, SEND_DONE, 0, 10 + (uint32_t)i);
	}
	/* nobody waits for a report of one */
	report(0, 11, REPORT_FAILED, phone);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2 AND state = 3"), 4);
}

/* Answers and texts are within one rate. */
static void
test_rate(void)
{
	int64_t next_ms;
	unsigned left = 0;
	uint64_t id;

	wait_minute();
	rig.conf.outbox_per_minute = 6;
	for (int i = 0; i < 10; i++)
		CHECK_EQ(answer(phone, "one of many", boot_ms + 1), ST_OK);
	batch_end();
	boot_ms += 1;
	while ((id = next(0)) != 0) {
		sent(0, id, SEND_DONE, 0, 1);
		left++;
	}
	CHECK_EQ(left, 6);
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, boot_ms + 60000);
	rig.conf.outbox_per_minute = OUTBOX_RATE_MAX;
	CHECK_EQ(outbox_lock(outbox), ST_OK);
}

/* As many as a batch has, beside a full outbox of coordinators' texts. */
static void
test_full_batch(void)
{
	const int64_t before = rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2");
	const struct event_received e = {
	    .source = SOURCE_SMS, .slot = EVENT_SLOT_NONE, .outcome = OUTCOME_PLAIN, .raw_len = 1};
	uint8_t body[EVENT_RECEIVED_MAX];
	const size_t len = event_received_encode(&e, body, sizeof(body));
	int64_t next_ms;

	while (try_queue("", NUMBER, "a coordinator's") == ST_OK)
		;
	for (int i = 0; i < BATCH_MAX; i++) {
		CHECK_EQ(session_append(&rig.session, EVENT_RECEIVED, body, len, NULL), ST_OK);
		CHECK_EQ(answer(phone, "answer", boot_ms + 20000), ST_OK);
	}
	CHECK_EQ(answer(phone, "one more", boot_ms), ST_FULL);
	batch_end();
	CHECK_EQ(waiting(), OUTBOX_ANSWERS_MAX);
	CHECK_EQ(
	    rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2") - before, BATCH_MAX);
	/* all of them expire at once, and that is one commit */
	boot_ms += (int64_t)OUTBOX_HOURS * HOUR_MS;
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(next_ms, INT64_MAX);
	CHECK_EQ(waiting(), 0);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2 AND state = 6"),
	    OUTBOX_ANSWERS_MAX);
	CHECK(!is_known());
	rig.session.used_ms = rig.session.passphrase_ms = boot_ms;
}

static void
test_refused(void)
{
	const uint64_t before = state_next_seq(rig.session.state);
	char text[200];

	memset(text, 'a', sizeof(text));
	text[161] = '\0';
	CHECK_EQ(answer(phone, text, boot_ms), ST_RANGE);
	CHECK_EQ(answer(phone, "", boot_ms), ST_RANGE);
	CHECK_EQ(answer(phone, "a\tb", boot_ms), ST_RANGE);
	CHECK_EQ(answer("012345678901234567890123", "answer", boot_ms), ST_RANGE);
	rig.session.read_only = 1;
	CHECK_EQ(answer(phone, "answer", boot_ms), ST_NOT_ALLOWED);
	rig.session.read_only = 0;
	CHECK_EQ(state_next_seq(rig.session.state), before);
	CHECK(!is_known());
}

/* Its number is there while it waits, and no longer. */
static void
test_ends(void)
{
	uint64_t id = ready(), again;
	struct msg_outbox_row row;
	int64_t next_ms;

	CHECK(is_known());
	CHECK_EQ(next(0), id);
	CHECK(!is_known()); /* the modem has it */
	CHECK_EQ(outbox_cancel(outbox, id, words), ST_NOT_ALLOWED);
	sent(0, id, SEND_DONE, 0, 9);
	CHECK_EQ(state_of(id), OUTBOX_SENT);
	row = row_of(id);
	CHECK_EQ(row.kind, QUEUED_ANSWER);
	CHECK_EQ(row.may_repeat, 0);
	CHECK_EQ(outbox_repeat(outbox, id, phone, &again, words), ST_NOT_ALLOWED);
	CHECK(strstr(words, "its number is gone") != NULL);

	id = ready();
	CHECK_EQ(next(0), id);
	sent(0, id, SEND_REFUSED, 38, 0);
	CHECK_EQ(state_of(id), OUTBOX_FAILED);
	id = ready();
	CHECK_EQ(next(0), id);
	CHECK_EQ(outbox_modem_gone(outbox, 0), ST_OK);
	CHECK_EQ(state_of(id), OUTBOX_UNKNOWN);
	CHECK_EQ(next(0), 0);

	id = ready();
	CHECK_EQ(outbox_cancel(outbox, id, words), ST_OK);
	CHECK_EQ(state_of(id), OUTBOX_CANCELLED);
	CHECK(!is_known());

	id = ready();
	boot_ms += (int64_t)OUTBOX_HOURS * HOUR_MS - 1;
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(state_of(id), OUTBOX_QUEUED);
	boot_ms += 1;
	CHECK_EQ(next(0), 0); /* not even before the tick */
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(state_of(id), OUTBOX_EXPIRED);
	CHECK(!is_known());
	rig.session.used_ms = rig.session.passphrase_ms = boot_ms;
}

/* Through answers_read, for what that keeps of a number, and for when its text came. */
static void
test_from_a_text(void)
{
	static const uint8_t ack[EW1_ACK_LEN];
	const struct event_received e = {
	    .class = 1, .slot = rig.phone[0].slot, .outcome = OUTCOME_REFUSED};
	struct answers_text t = {
	    .to = {phone, 2, 0}, .event = &e, .seq = 7, .content = ack, .ack = ack};
	int64_t begun_ms, next_ms;
	uint8_t content[SEEN_HASH_LEN] = {0};

	t.content = content;
	later(0);
	t.to.arrived_s = wall_s;
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	/* the delay is the batch's, however long it takes to come to this text */
	answers_begin(answers);
	begun_ms = boot_ms;
	later(500000);
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	batch_end();
	CHECK_EQ(outbox->text[OUTBOX_MAX].state, OUTBOX_QUEUED);
	CHECK(outbox->text[OUTBOX_MAX].due_ms >= begun_ms + ANSWERS_DELAY_MIN_MS &&
	      outbox->text[OUTBOX_MAX].due_ms <= begun_ms + ANSWERS_DELAY_MAX_MS);
	CHECK_STR(row_of(newest()).pseudonym, "amina");
	CHECK_EQ(next(0), 0); /* the modem it came through, and none else */
	CHECK_EQ(next(2), newest());
	CHECK(!is_known());
	sent(2, newest(), SEND_DONE, 0, 9);
	/* a minute short of a day ago: it expires within that minute */
	t.to.arrived_s = wall_s - 86400 + 60;
	t.to.modem = UINT32_MAX;
	answers_begin(answers);
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	batch_end();
	CHECK_EQ(waiting(), 1);
	later(60000);
	CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
	CHECK_EQ(state_of(newest()), OUTBOX_EXPIRED);
	/* a day ago, and longer, and a parked one of which nobody knows: none */
	t.to.arrived_s = wall_s - 86400;
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	t.to.arrived_s = -1;
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	t.to.arrived_s = INT64_MIN;
	rig.session.is_passing = 1;
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	rig.session.is_passing = 0;
	batch_end();
	CHECK_EQ(waiting(), 0);
	/* a clock that was set back makes nothing older */
	t.to.arrived_s = wall_s + 100000;
	CHECK_EQ(answers_read(answers, &t), ST_OK);
	batch_end();
	CHECK_EQ(waiting(), 1);
	CHECK_EQ(outbox_lock(outbox), ST_OK);
}

static const uint8_t sealed_ack[EW1_ACK_LEN], sealed_content[SEEN_HASH_LEN] = {5};
static const struct answers_to sealed_to = {phone, UINT32_MAX, INT64_MIN};

/* A text that opened is answered. */
static void
read_sealed(void)
{
	const struct event_received e = {
	    .class = 1, .slot = rig.phone[0].slot, .outcome = OUTCOME_ACCEPTED};
	const struct answers_text t = {
	    .to = sealed_to, .event = &e, .seq = 7, .content = sealed_content, .ack = sealed_ack};

	CHECK_EQ(answers_read(answers, &t), ST_OK);
}

static void
read_duplicate(void)
{
	CHECK_EQ(answers_duplicate(answers, &sealed_to, sealed_content), ST_OK);
}

static void
test_lock(void)
{
	const uint64_t flies = ready();
	const int64_t cancelled =
	    rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2 AND state = 7");

	CHECK_EQ(next(0), flies);
	read_sealed();
	batch_end();
	CHECK_EQ(waiting(), 1);
	/* closed, it goes on; answers are given while ARMED too */
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	read_duplicate();
	batch_end();
	CHECK_EQ(waiting(), 2);
	CHECK(is_known());
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK(!is_known());
	CHECK_EQ(waiting(), 0);
	sent(0, flies, SEND_DONE, 0, 4); /* dropped: LOCKED writes no events */
	read_sealed();
	read_duplicate();
	CHECK_EQ(answers_plain_again(answers, &sealed_to, "text", 4), ST_OK);
	CHECK_EQ(answer(phone, "answer", boot_ms), ST_NOT_ALLOWED);
	answers_committed(answers);
	CHECK_EQ(waiting(), 0);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(state_of(flies), OUTBOX_UNKNOWN);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM outbox WHERE kind = 2 AND state = 7"),
	    cancelled + 2);
	read_duplicate(); /* forgotten */
	CHECK_EQ(state_next_seq(rig.session.state),
	    (uint64_t)rig_number(&rig, "SELECT max(seq) FROM mark") + 1);
}

/* After kill -9 nothing is sent of what waited. */
static void
test_restart(void)
{
	uint64_t flies;

	read_sealed();
	batch_end();
	flies = newest();
	/* of what is collected and never committed a lock leaves nothing */
	CHECK_EQ(answer("0711000111", "answer", boot_ms), ST_OK);
	answers_lock(answers);
	answers_committed(answers);
	CHECK_EQ(waiting(), 1);
	CHECK(!is_in(outbox, sizeof(*outbox), "1000111"));
	answers_free(answers);
	outbox_free(outbox);
	rig_restart(&rig);
	outbox = outbox_new(&rig.session);
	answers = answers_new(&rig.session);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	boot_ms += 60000;
	CHECK_EQ(next(0), 0);
	CHECK_EQ(state_of(flies), OUTBOX_UNKNOWN);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM fault"), 0);
}

/* What waits goes when answers, their words or the posture are chosen otherwise. */
static void
test_chosen_otherwise(void)
{
	static const struct {
		enum setting_key key;
		uint32_t value;
		const char *text;
	} choices[] = {{SETTING_ANSWERS, ANSWERS_CODE, ""}, {SETTING_NEUTRAL, 0, "Asante."},
	    {SETTING_POSTURE, POLICY_OPEN, ""}, {SETTING_POSTURE, POLICY_PROTECTED, ""},
	    {SETTING_ANSWERS, ANSWERS_NONE, ""}};
	uint64_t flies, waits;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		waits = ready();
		set(SETTING_KEEP_NUMBERS, (uint32_t)i % 2);
		CHECK_EQ(outbox_live(outbox, waits), OUTBOX_QUEUED);
		CHECK(is_known());
		set_text(choices[i].key, choices[i].value, choices[i].text);
		CHECK_EQ(state_of(waits), OUTBOX_CANCELLED);
		CHECK(!is_known());
		CHECK_EQ(next(0), 0);
	}
	flies = ready();
	CHECK_EQ(next(0), flies);
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	CHECK_EQ(outbox_live(outbox, flies), OUTBOX_SENDING);
	sent(0, flies, SEND_DONE, 0, 9);
	CHECK_EQ(state_of(flies), OUTBOX_SENT);
	set_text(SETTING_NEUTRAL, SETTING_AS_POSTURE, "");
	set(SETTING_ANSWERS, SETTING_AS_POSTURE);
}

int
main(void)
{
	is_synchronised = 1;
	begin();
	answers_up();
	(void)rig_enrol(&rig, "amina");
	rig.conf.outbox_per_day = 1000;
	test_when();
	test_rate();
	test_full_batch();
	test_refused();
	test_ends();
	test_chosen_otherwise();
	test_from_a_text();
	test_lock();
	test_restart();
	answers_free(answers);
	end();
	return check_done();
}

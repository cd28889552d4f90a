/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers: what each policy says, who is never answered, the limits, what a duplicate gets, and
 * what a lock, a restart and time leave. With a clock of its own. How long they wait, and what they
 * tell an operator: tests/attack/test_core_answers_equal.c.
 */
#include "tests/support/answers_rig.h"

static const uint8_t ack[EW1_ACK_LEN] = {0x12, 0x34, 0x56};
#define CODE "28T5C" /* these 24 bits in the alphabet of crypto/base32.h */
static uint16_t slot;
static struct plain plain; /* what is in it does not count here */

static const uint8_t *
content(unsigned number)
{
	static uint8_t hash[SEEN_HASH_LEN];

	memset(hash, 0, sizeof(hash));
	memcpy(hash, &number, sizeof(number));
	return hash;
}

static struct answers_to
from(const char *sender)
{
	return (struct answers_to){sender, UINT32_MAX, INT64_MIN};
}

/* A sealed text that opened comes. */
static void
sealed(const char *sender, unsigned number)
{
	const struct event_received e = {
	    .class = 1, .slot = slot, .outcome = OUTCOME_ACCEPTED, .reports = 1};
	const struct answers_text t = {
	    .to = from(sender), .event = &e, .seq = 7, .content = content(number), .ack = ack};

	CHECK_EQ(answers_read(answers, &t), ST_OK);
}

static void
duplicate(const char *sender, unsigned number)
{
	const struct answers_to to = from(sender);

	CHECK_EQ(answers_duplicate(answers, &to, content(number)), ST_OK);
}

static void
plain_text(const char *sender, uint16_t whose, enum outcome outcome, const char *text)
{
	const struct event_received e = {.slot = whose, .outcome = (uint8_t)outcome, .reports = 1};
	const struct answers_text t = {.to = from(sender),
	    .event = &e,
	    .seq = 7,
	    .plain = &plain,
	    .text = text,
	    .text_len = strlen(text)};

	CHECK_EQ(answers_read(answers, &t), ST_OK);
}

static enum status
again(const char *sender, const char *text)
{
	const struct answers_to to = from(sender);

	return answers_plain_again(answers, &to, text, strlen(text));
}

/* How many wait, and they are cancelled; what was remembered goes with them. */
static unsigned
count_and_forget(void)
{
	unsigned count;

	batch_end();
	count = waiting();
	CHECK_EQ(outbox_lock(outbox), ST_OK);
	answers_lock(answers);
	return count;
}

static void
test_policies(void)
{
	static const char own[] = "Asante. Tumepata.";

	sealed(NUMBER_READ, 1); /* none, as the posture has it */
	CHECK_EQ(count_and_forget(), 0);
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	sealed(NUMBER_READ, 1);
	batch_end();
	CHECK_STR(take_answer(), answer_neutral("en"));
	set_text(SETTING_NEUTRAL, 0, own);
	sealed(NUMBER_READ, 2);
	batch_end();
	CHECK_STR(take_answer(), own);
	plain_text("0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 304");
	plain_text(NUMBER_READ, slot, OUTCOME_ACCEPTED, "12 305");
	CHECK_EQ(count_and_forget(), 0); /* plain ones in `protected`: never */
	set(SETTING_ANSWERS, ANSWERS_CODE);
	sealed(NUMBER_READ, 3);
	batch_end();
	CHECK_STR(take_answer(), CODE);
	set(SETTING_POSTURE, POLICY_OPEN);
	plain_text("0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 304"); /* it has no code */
	batch_end();
	CHECK_STR(take_answer(), own);
	set(SETTING_ANSWERS, ANSWERS_READ_BACK);
	sealed(NUMBER_READ, 4);
	batch_end();
	CHECK_STR(take_answer(), CODE);
	plain_text("0700999002", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 304");
	batch_end();
	CHECK(take_answer()[0] != '\0');
	set(SETTING_POSTURE, POLICY_PROTECTED); /* there read-back does not hold */
	sealed(NUMBER_READ, 5);
	CHECK_EQ(count_and_forget(), 0);
	plain_text("0700999003", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 304");
	set(SETTING_POSTURE, POLICY_OPEN);
	set(SETTING_ANSWERS, ANSWERS_NONE);
	plain_text("0700999003", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 306");
	sealed(NUMBER_READ, 6);
	CHECK_EQ(count_and_forget(), 0);
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	plain_text("0700999004", EVENT_SLOT_NONE, OUTCOME_TOO_MANY, "12 304");
	CHECK_EQ(count_and_forget(), 0);
	set(SETTING_POSTURE, POLICY_PROTECTED);
}

/* What did not open, whoever claims to have sent it. */
static void
test_unopened(void)
{
	static const struct event_received unopened[] = {
	    {.class = 1, .slot = EVENT_SLOT_NONE, .outcome = OUTCOME_UNKNOWN_HINT},
	    {.class = 1, .slot = EVENT_SLOT_NONE, .outcome = OUTCOME_FORGED},
	    {.class = 1, .slot = 0, .outcome = OUTCOME_REVOKED},
	    {.class = 0, .slot = EVENT_SLOT_NONE, .outcome = OUTCOME_PLAIN}};

	for (size_t i = 0; i < sizeof(unopened) / sizeof(unopened[0]); i++) {
		const struct answers_text t = {.to = from(NUMBER_READ),
		    .event = &unopened[i],
		    .seq = 7,
		    .content = content(1)};

		CHECK_EQ(answers_read(answers, &t), ST_OK);
		duplicate(NUMBER_READ, 1);
		CHECK_EQ(count_and_forget(), 0);
	}
}

static void
test_senders(void)
{
	static const struct {
		const char *sender;
		int answered;
	} table[] = {{NUMBER_READ, 1}, {"0700123456", 1}, {"1234567", 1}, {"+1234567", 1},
	    {"123456", 0}, {"+123456", 0}, {"12345", 0}, {"SAFARICOM", 0}, {"MPESA7001234", 0},
	    {"", 0}, {NULL, 0}, {"+", 0}, {"0700123456x", 0}, {"*100#", 0},
	    {"012345678901234567890123456789", 0}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ROW("sender %zu", i);
		sealed(table[i].sender, 1);
		CHECK_EQ(count_and_forget(), table[i].answered);
	}
	ROW("%s", "");
}

static void
test_limits(void)
{
	for (unsigned i = 0; i <= ANSWERS_AN_HOUR; i++) /* in both forms of her number */
		sealed(i % 2 ? NUMBER_READ : "0700123456", i);
	sealed("0700777777", 0); /* another one's own */
	batch_end();
	CHECK_EQ(waiting(), ANSWERS_AN_HOUR + 1);
	CHECK_EQ(outbox_lock(outbox), ST_OK);
	duplicate(NUMBER_READ, 1); /* no way round it */
	later(HOUR_MS - 1);
	sealed(NUMBER_READ, 100);
	batch_end();
	CHECK_EQ(waiting(), 0);
	later(1);
	duplicate(NUMBER_READ, 100); /* the limit left it without one: not for ever */
	batch_end();
	CHECK_STR(take_answer(), CODE);
	/* nobody's number: once a day */
	set(SETTING_POSTURE, POLICY_OPEN);
	for (unsigned i = 0; i < 3; i++)
		plain_text("0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, i ? "12 304" : "12 3");
	batch_end();
	CHECK(take_answer()[0] != '\0');
	later(24 * (int64_t)HOUR_MS - ANSWERS_DELAY_MAX_MS - 1);
	plain_text("0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 305");
	batch_end();
	CHECK_EQ(waiting(), 0);
	later(1);
	plain_text("0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "12 306");
	batch_end();
	CHECK(take_answer()[0] != '\0');
	set(SETTING_POSTURE, POLICY_PROTECTED);
	CHECK_EQ(count_and_forget(), 0);
	/* the day's, which is not that of coordinators' texts; in one batch too, and after a cancel
	 */
	rig.conf.answers_per_day = rig.session.facts->answered + 2;
	(void)queue("a coordinator's");
	for (unsigned i = 0; i < 4; i++)
		sealed(NUMBER_READ, i);
	CHECK_EQ(count_and_forget(), 2);
	sealed(NUMBER_READ, 9);
	CHECK_EQ(count_and_forget(), 0);
	CHECK_EQ(rig.session.facts->queued, 0); /* the lock gave it up */
	later(24 * (int64_t)HOUR_MS);
	sealed(NUMBER_READ, 9);
	CHECK_EQ(count_and_forget(), 1);
	CHECK_EQ(rig.session.facts->answered, 1);
	rig.conf.answers_per_day = 0;
	sealed(NUMBER_READ, 9);
	CHECK_EQ(count_and_forget(), 0);
	rig.conf.answers_per_day = 1000;
	/* and the other way round */
	rig.conf.outbox_per_day = 0;
	sealed(NUMBER_READ, 9);
	CHECK_EQ(count_and_forget(), 1);
	rig.conf.outbox_per_day = 1000;
}

/* Two gateways must not thank each other for ever. */
static void
test_own_words(void)
{
	set(SETTING_POSTURE, POLICY_OPEN);
	set_text(SETTING_NEUTRAL, 0, "Thank you: it came, all of it.");
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	plain_text(
	    "0700999001", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "Thank you: it came, all of it.");
	batch_end();
	CHECK(take_answer()[0] != '\0'); /* nobody was told that yet */
	plain_text(
	    "0700999002", EVENT_SLOT_NONE, OUTCOME_ACCEPTED, "Thank you: it came, all of it.");
	plain_text("0700999003", slot, OUTCOME_NOT_READ, " THANK YOU. It came - all of it");
	CHECK_EQ(again("0700999003", " THANK YOU. It came - all of it"), ST_EXISTS);
	batch_end();
	CHECK_EQ(waiting(), 0);
	plain.why = PLAIN_WHY_ANSWER; /* another gateway's, which this one never said */
	plain_text("0700999005", slot, OUTCOME_NOT_READ, "=No report was read. What happened?");
	batch_end();
	CHECK_EQ(waiting(), 0);
	plain.why = PLAIN_WHY_NONE;
	plain_text("0700999004", slot, OUTCOME_NOT_READ, "Thank you: it came, most of it.");
	CHECK_EQ(count_and_forget(), 1);
	/* another gateway's, which this one never said */
	plain.outcome = PLAIN_UNREADABLE;
	plain.why = PLAIN_WHY_ANSWER;
	plain_text("0700999005", slot, OUTCOME_NOT_READ, "=Received, number 7");
	CHECK_EQ(count_and_forget(), 0);
	plain.why = 0;
	plain_text("0700999005", slot, OUTCOME_NOT_READ, "what is this");
	CHECK_EQ(count_and_forget(), 1);
	plain.outcome = PLAIN_REPORTS;
	set(SETTING_POSTURE, POLICY_PROTECTED);
}

static void
test_duplicates(void)
{
	set(SETTING_ANSWERS, ANSWERS_CODE);
	duplicate(NUMBER_READ, 1);
	CHECK_EQ(count_and_forget(), 0); /* of nothing */
	sealed(NUMBER_READ, 1);
	duplicate("0700888888", 1);
	batch_end();
	CHECK_EQ(waiting(), 2); /* in one batch */
	CHECK_EQ(outbox_lock(outbox), ST_OK);
	duplicate(NUMBER_READ, 2);
	batch_end();
	CHECK_EQ(waiting(), 0);
	later((int64_t)ANSWERS_HOURS * HOUR_MS - 1);
	duplicate(NUMBER_READ, 1);
	batch_end();
	CHECK_STR(take_answer(), CODE);
	later(1);
	duplicate(NUMBER_READ, 1); /* counted from the first one */
	batch_end();
	CHECK_EQ(waiting(), 0);
	/* the neutral one, in her language again */
	set_text(SETTING_NEUTRAL, 0, "");
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	memcpy(rig.session.facts->monitor[slot].language, "sw", 3);
	sealed(NUMBER_READ, 3);
	batch_end();
	CHECK_STR(take_answer(), answer_neutral("sw"));
	duplicate(NUMBER_READ, 3);
	batch_end();
	CHECK_STR(take_answer(), answer_neutral("sw"));
	memcpy(rig.session.facts->monitor[slot].language, "en", 3);
	/* so many at most, the oldest give way */
	for (unsigned i = 0; i <= ANSWERS_REMEMBERED; i++)
		sealed(NULL, 1000 + i);
	duplicate(NUMBER_READ, 1000);
	batch_end();
	CHECK_EQ(waiting(), 0);
	duplicate(NUMBER_READ, 1001);
	CHECK_EQ(count_and_forget(), 1);
	/* a lock forgets, and a restart */
	sealed(NULL, 4);
	answers_lock(answers);
	duplicate(NUMBER_READ, 4);
	CHECK_EQ(count_and_forget(), 0);
}

static void
test_plain_again(void)
{
	struct answers_to parked = {"0700999001", UINT32_MAX, INT64_MIN};
	const char *text = "12 304 flood";

	set(SETTING_POSTURE, POLICY_OPEN);
	set(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	CHECK_EQ(again("0700999001", text), ST_OK);
	plain_text("0700999001", slot, OUTCOME_ACCEPTED, text);
	CHECK_EQ(again("0700999001", text), ST_EXISTS);
	CHECK_EQ(again("+254700999001", text), ST_EXISTS);
	batch_end();
	CHECK_EQ(waiting(), 3); /* a monitor's: each time */
	CHECK_EQ(outbox_lock(outbox), ST_OK);
	CHECK_EQ(again("0700999002", text), ST_OK);
	CHECK_EQ(again("0700999001", "12 304 floods"), ST_OK);
	CHECK_EQ(again("", text), ST_OK);
	CHECK_EQ(again(NULL, text), ST_OK);
	later((int64_t)PLAIN_AGAIN_S * 1000 - 1);
	CHECK_EQ(again("0700999001", text), ST_EXISTS);
	later(1);
	CHECK_EQ(again("0700999001", text), ST_OK);
	/* in `protected` it is known again, and has no answer */
	set(SETTING_POSTURE, POLICY_PROTECTED);
	CHECK_EQ(count_and_forget(), 1);
	plain_text("0700999001", slot, OUTCOME_ACCEPTED, text);
	CHECK_EQ(again("0700999001", text), ST_EXISTS);
	CHECK_EQ(count_and_forget(), 0);
	/* parked ones are as far from each other as they came */
	parked.arrived_s = wall_s;
	rig.session.is_passing = 1;
	later((int64_t)PLAIN_AGAIN_S * 1000);
	plain_text("0700999001", slot, OUTCOME_ACCEPTED, text); /* nobody knows when */
	CHECK_EQ(answers_plain_again(answers, &parked, text, strlen(text)), ST_OK);
	rig.session.is_passing = 0;
	plain_text("0700999001", slot, OUTCOME_ACCEPTED, text); /* now */
	CHECK_EQ(answers_plain_again(answers, &parked, text, strlen(text)), ST_OK);
	parked.arrived_s++;
	CHECK_EQ(answers_plain_again(answers, &parked, text, strlen(text)), ST_EXISTS);
	CHECK_EQ(count_and_forget(), 0);
}

int
main(void)
{
	is_synchronised = 1;
	begin();
	answers_up();
	slot = rig_enrol(&rig, "amina")->slot;
	rig.conf.outbox_per_day = 1000;
	test_policies();
	set_text(SETTING_NEUTRAL, 0, "");
	set(SETTING_ANSWERS, ANSWERS_CODE);
	test_unopened();
	test_senders();
	test_limits();
	test_own_words();
	test_duplicates();
	test_plain_again();
	answers_free(answers);
	end();
	return check_done();
}

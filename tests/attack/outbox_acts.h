/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts on numbers and the outbox, for tests/attack/test_core_fold_is_view.c, whose `rig` and `draw`
 * they use. */
#ifndef TESTS_ATTACK_OUTBOX_ACTS_H
#define TESTS_ATTACK_OUTBOX_ACTS_H

#include "gateway/core/outbox.h"
#include "gateway/core/people.h"

/* One whose number is kept, if numbers are; she never writes. */
static void
act_number(void)
{
	static unsigned people;
	struct msg_enrol ask = {.language = "en", .number = "+254 700 000001"};
	struct msg_enrolled enrolled;
	char words[SESSION_WORDS_MAX];
	struct policy policy;
	enum status st;

	if (rig.session.at != IN_OPEN || people == RIG_PHONES_MAX)
		return;
	ask.place = rig.session.facts->places->place[0].id;
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "reached %u", ++people);
	st = people_enrol(&rig.session, &ask, &enrolled, words);
	session_policy(&rig.session, &policy);
	CHECK_EQ(st, policy.keep_numbers ? ST_OK : ST_NOT_ALLOWED);
	if (st == ST_OK && draw(4) == 0)
		CHECK_EQ(people_revoke(&rig.session, ask.pseudonym, words), ST_OK);
}

/* The posture and its parts, now this, now that. */
static void
act_setting(void)
{
	static const enum setting_key keys[] = {SETTING_KEEP_NUMBERS, SETTING_KEEP_NUMBERS,
	    SETTING_POSTURE, SETTING_PLAIN, SETTING_ANSWERS, SETTING_NEUTRAL};
	struct event_setting e = {.key = (uint8_t)keys[draw(6)]};

	if (rig.session.at != IN_OPEN)
		return;
	if (e.key == SETTING_NEUTRAL && draw(3) > 0)
		(void)snprintf(e.text, sizeof(e.text), "thank you %u", draw(9));
	else if (e.key == SETTING_NEUTRAL || (e.key != SETTING_POSTURE && draw(3) == 0))
		e.value = SETTING_AS_POSTURE;
	else
		e.value = draw(2);
	CHECK_EQ(session_choose(&rig.session, &e), ST_OK);
	if (e.key == SETTING_POSTURE)
		CHECK_EQ(state_root(rig.session.state)->posture, e.value);
}

/* One that is collected, and then durable. */
static void
act_answer(struct outbox *o)
{
	const struct outbox_reply reply = {draw(2) ? EVENT_SLOT_NONE : 0, UINT32_MAX, "0700123456",
	    "answer", clock_boot_ms(), clock_boot_ms() + OUTBOX_HOURS * 3600000LL};
	const enum status st = outbox_answer(o, &reply);

	CHECK(st == ST_OK || st == ST_FULL || (st == ST_NOT_ALLOWED && rig.session.read_only));
	if (st != ST_OK)
		return;
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	outbox_answers_committed(o);
}

/* A text goes in and out again, or stays; the modem may be lost with it, or the process: act_crash.
 */
static void
act_outbox(void)
{
	struct msg_send_text in = {.number = "0700123456", .modem = UINT32_MAX, .text_len = 4};
	struct outbox *o =
	    rig.session.outbox != NULL ? rig.session.outbox : outbox_new(&rig.session);
	struct msg_sent m = {.reference = draw(256)};
	struct msg_report r = {.reference = m.reference, .number = "+254700123456"};
	char words[SESSION_WORDS_MAX];
	struct msg_send out;
	uint64_t number;

	if (rig.session.at == IN_LOCKED || !CHECK(o != NULL))
		return;
	memcpy(in.text, "text", 4);
	if (draw(2))
		act_answer(o);
	if (draw(2) && outbox_queue(o, &in, &number, words) == ST_OK && draw(4) == 0)
		CHECK_EQ(outbox_cancel(o, number, words), ST_OK);
	if (outbox_next(o, 0, &out) != ST_OK || draw(8) == 0)
		return;
	m.id = out.id;
	m.result = 1 + draw(3);
	CHECK_EQ(draw(4) == 0 ? outbox_modem_gone(o, 0) : outbox_sent(o, 0, &m), ST_OK);
	r.state = 1 + draw(3);
	CHECK_EQ(outbox_report(o, 0, &r), ST_OK);
}

#endif

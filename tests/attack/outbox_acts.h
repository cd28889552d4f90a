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
	enum status st;

	if (rig.session.at != IN_OPEN || people == RIG_PHONES_MAX)
		return;
	ask.place = rig.session.facts->places->place[0].id;
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "reached %u", ++people);
	st = people_enrol(&rig.session, &ask, &enrolled, words);
	CHECK_EQ(st,
	    rig.session.facts->choices.value[SETTING_KEEP_NUMBERS] == 1 ? ST_OK : ST_NOT_ALLOWED);
	if (st == ST_OK && draw(4) == 0)
		CHECK_EQ(people_revoke(&rig.session, ask.pseudonym, words), ST_OK);
}

static void
act_keep_numbers(void)
{
	const struct event_setting e = {.key = SETTING_KEEP_NUMBERS, .value = draw(3) > 0};
	uint8_t body[EVENT_SETTING_MAX];

	if (rig.session.at != IN_OPEN)
		return;
	CHECK_EQ(session_append(&rig.session, EVENT_SETTING, body,
		     event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
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

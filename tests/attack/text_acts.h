/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that arrive, for tests/attack/test_core_fold_is_view.c, whose `rig` and `draw` they use. */
#ifndef TESTS_ATTACK_TEXT_ACTS_H
#define TESTS_ATTACK_TEXT_ACTS_H

#include <stdio.h>
#include <string.h>

#include "gateway/core/intake.h"
#include "reporting/report/note.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static uint64_t refs = 1;
static char replayed[EW1_X_CHARS + 1];

static void
deliver(const char *text)
{
	struct msg_sms sms = rig_sms(text, refs++);

	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

static unsigned
any_place(void)
{
	return rig.session.facts ? rig.session.facts->places->place[draw(5)].id : 1;
}

static struct phone *
any_phone(void)
{
	return rig.phones == 0 ? NULL : &rig.phone[draw((unsigned)rig.phones)];
}

/* Texts that come late: after what refers to them, or over the turn of a month. */
static char late[48][EW1_X_CHARS + 1];

static void
hold(const char *text)
{
	char *held = late[draw(sizeof(late) / sizeof(late[0]))];

	if (held[0] != '\0')
		deliver(held);
	memcpy(held, text, sizeof(late[0]));
}

static void
send_or_hold(const char *text)
{
	if (draw(8) == 0)
		return; /* lost on the way */
	if (draw(4) == 0) {
		hold(text);
		return;
	}
	deliver(text);
	memcpy(replayed, text, sizeof(replayed));
}

static void
act_report(void)
{
	struct record r;
	struct phone *p = any_phone();
	char text[EW1_X_CHARS + 1];

	if (p == NULL)
		return;
	record_init(&r, 1);
	for (enum record_field f = RECORD_KIND; f < RECORD_FIELDS; f++)
		if (draw(2))
			record_set(&r, f, draw(record_field_max(f) + 1));
	r.kind %= 100;
	r.relation %= RELATION_COUNT;
	r.target = 0;
	if (draw(3) > 0) { /* one that can be accepted */
		r.kind = 1 + draw(39);
		r.place = any_place();
		r.actor = r.certainty = 0;
	}
	rig_compose(p, &r, draw(2) ? "NOTE OF A REPORT" : "", text);
	send_or_hold(text);
}

/* What refers to one of her last ones; of some, to one that is still on its way. */
static void
act_refer(void)
{
	struct record r;
	struct phone *p = any_phone();
	char text[EW1_X_CHARS + 1];
	unsigned back = draw(6);

	if (p == NULL)
		return;
	if (draw(4) == 0) {
		rig_report(p, 1 + draw(39), any_place(), "", text);
		hold(text);
		back = 1;
	}
	record_init(&r, 1);
	r.relation = 1 + draw(4);
	if (r.relation == RELATION_CANCEL || draw(2)) {
		r.kind = 1 + draw(39);
		r.place = any_place();
	}
	rig_compose_about(p, &r, (uint16_t)((p->n - back) % NOTE_REF_MOD), text);
	send_or_hold(text);
}

static void
act_batch(void)
{
	struct msg_sms sms[40];
	size_t count = 1 + draw(40);
	char text[EW1_X_CHARS + 1];

	if (rig.phones == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		rig_report(any_phone(), 1 + draw(39), 1 + draw(30), "", text);
		sms[i] = rig_sms(text, refs++);
	}
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, sms, count), ST_OK);
}

static void
act_replay(void)
{
	if (replayed[0] != '\0')
		deliver(replayed);
}

static void
act_noise(void)
{
	static const char *const texts[] = {"hello", "", "KIL 12 3",
	    "6706 6103 7703 5978 0918 8872", "28KG0J2FWXB4BC7BQFZKT137MSTC4S7EZ00AFVG2",
	    "\xff\xfe not utf-8", "\xd9\xa1\xd9\xa2"};
	char text[EW1_X_CHARS + 1];

	for (size_t i = 0; i < EW1_X_CHARS; i++)
		text[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[draw(32)];
	text[EW1_X_CHARS] = '\0';
	deliver(draw(3) ? text : texts[draw(sizeof(texts) / sizeof(texts[0]))]);
}

static void
act_octets(void)
{
	struct msg_sms sms = rig_sms("octets", refs++);

	sms.form = draw(2) ? SMS_OCTETS : SMS_UNDECODED;
	if (sms.form == SMS_UNDECODED) /* its text is taken for a head */
		sms.text_len = draw(2) ? 0 : 6;
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

/* Parts of a few long messages, some of them never whole, some impossible. */
static void
act_parts(void)
{
	struct msg_sms sms[12];
	size_t count = 1 + draw(12);

	for (size_t i = 0; i < count; i++) {
		const uint8_t udh[] = {
		    5, 0, 3, (uint8_t)draw(3), (uint8_t)(1 + draw(4)), (uint8_t)draw(4)};
		char text[SMS_TEXT_MAX + 1];

		memset(text, 'a' + (int)draw(26), SMS_TEXT_MAX);
		text[draw(SMS_TEXT_MAX + 1)] = '\0';
		text[SMS_TEXT_MAX] = '\0';
		sms[i] = rig_sms(text, refs++);
		sms[i].udh_len = sizeof(udh);
		memcpy(sms[i].udh, udh, sizeof(udh));
		(void)snprintf(sms[i].sender, NUMBER_MAX, "+25470000000%u", draw(2));
	}
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, sms, count), ST_OK);
}

#endif

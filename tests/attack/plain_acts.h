/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plain texts with several reports, as they are stored, for tests/attack/test_core_fold_is_view.c,
 * whose `rig` and `draw` they use. */
#ifndef TESTS_ATTACK_PLAIN_ACTS_H
#define TESTS_ATTACK_PLAIN_ACTS_H

#include "tests/attack/text_acts.h"

/* Whose, or a coordinator's; most refer to one of the last ones, be it theirs or another's. */
static void
act_plain(void)
{
	static uint64_t stored[24];
	static unsigned count;
	static struct event_received e;
	uint8_t body[EVENT_RECEIVED_MAX];
	const struct phone *p = any_phone();
	struct record r;

	if ((rig.session.at != IN_OPEN && rig.session.at != IN_ARMED) || p == NULL)
		return;
	memset(&e, 0, sizeof(e));
	e.arrival = session_quarter(&rig.session);
	e.trust = (uint8_t)session_trust(&rig.session);
	e.source = draw(4) ? SOURCE_SMS : SOURCE_COORDINATOR;
	e.slot = e.source == SOURCE_SMS && draw(4) ? rig.phone[draw(2)].slot : EVENT_SLOT_NONE;
	e.outcome = draw(12) ? OUTCOME_ACCEPTED : OUTCOME_REFUSED;
	e.reports =
	    (uint8_t)(e.source == SOURCE_COORDINATOR || draw(2) ? 1 : 1 + draw(REPORTS_MAX));
	for (unsigned i = 0; i < e.reports; i++) {
		record_init(&r, 1);
		r.relation = draw(2) ? 0 : draw(RELATION_COUNT);
		if (r.relation == RELATION_NEW || draw(2)) {
			r.kind = 1 + draw(3);
			r.place = any_place();
		}
		CHECK_EQ(record_pack(&r, e.report[i].record), ST_OK);
		e.report[i].upper = draw(3) ? AFFECTED_NONE : (uint8_t)draw(200);
		if (relation_rule(r.relation)->refers && count > 0 && draw(10))
			e.report[i].refers = (uint32_t)stored[(count - 1 - draw(6)) % 24];
	}
	memcpy(e.raw, "words", e.raw_len = e.source == SOURCE_SMS ? 5 : 0);
	CHECK_EQ(session_append(&rig.session, EVENT_RECEIVED, body,
		     event_received_encode(&e, body, sizeof(body)), &stored[count++ % 24]),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
}

#endif

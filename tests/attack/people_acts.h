/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monitors who come, go and are decided about, for tests/attack/test_core_fold_is_view.c, whose
 * `rig` and `draw` they use, and texts of text_acts.h. */
#ifndef TESTS_ATTACK_PEOPLE_ACTS_H
#define TESTS_ATTACK_PEOPLE_ACTS_H

#include "gateway/core/chains.h"
#include "gateway/core/deep_scan.h"
#include "gateway/core/people.h"
#include "tests/attack/text_acts.h"

static void
act_enrol(void)
{
	char name[PSEUDONYM_MAX];

	if (rig.session.at != IN_OPEN || rig.phones == RIG_PHONES_MAX)
		return;
	(void)snprintf(name, sizeof(name), "monitor %u", (unsigned)rig.phones);
	(void)rig_enrol(&rig, name);
}

static void
act_revoke(void)
{
	char words[SESSION_WORDS_MAX];
	enum status st;

	if (rig.session.at != IN_OPEN || rig.phones < 4 || draw(4) != 0)
		return;
	st = people_revoke(&rig.session, any_phone()->pseudonym, words);
	CHECK(st == ST_OK || st == ST_UNKNOWN);
}

static char typed[RECOVERY_CHARS + 1];

/* Her next chain waits; some days later she goes on to it. */
static void
act_renew(void)
{
	struct msg_renew ask = {.len = RECOVERY_CHARS};
	struct phone *p = any_phone();
	struct msg_renewed out;
	char words[SESSION_WORDS_MAX];
	struct ratchet r;
	enum status st;

	if (rig.session.at != IN_OPEN || p == NULL)
		return;
	rig_copy_chains(&rig, p);
	memcpy(ask.key, typed, RECOVERY_CHARS);
	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	st = chains_renew(&rig.session, &ask, &out, words);
	CHECK(st == ST_OK || st == ST_UNKNOWN); /* revoked */
	CHECK_EQ(state_slot(rig.session.state, p->slot, &r), ST_OK);
	if (ratchet_is_waiting(&r) && p->generation == r.generation && draw(2))
		rig_next_chain(p);
}

/* She runs past her window; one text comes, perhaps the coordinator looks for it. */
static void
act_deep_scan(void)
{
	struct msg_deep_scan ask = {.count = 1024};
	struct phone *p = any_phone();
	struct msg_scanned out;
	char text[EW1_X_CHARS + 1], words[SESSION_WORDS_MAX];
	enum status st;

	if (p == NULL)
		return;
	for (unsigned i = draw(400); i > 0; i--)
		ratchet_step(&p->ck);
	rig_report(p, 1 + draw(39), 1, "", text);
	deliver(text);
	if (rig.session.at != IN_OPEN)
		return;
	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	ask.waiting = draw(3) == 0;
	st = deep_scan(&rig.session, &ask, &out, words);
	CHECK(st == ST_OK || st == ST_UNKNOWN);
}

/* --- what is decided about her --- */

static void
append(enum event_type type, const uint8_t *body, size_t len)
{
	CHECK_EQ(session_append(&rig.session, type, body, len, NULL), ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
}

static void
act_decide(void)
{
	struct event_vetted vetted = {.at = session_quarter(&rig.session), .vetted = draw(4) > 0};
	struct event_plain_allowed plain = {.at = vetted.at, .allowed = draw(4) > 0};
	struct event_own_places own = {.at = vetted.at};
	uint8_t body[EVENT_OWN_PLACES_MAX + EVENT_PLAIN_ALLOWED_MAX];
	const struct phone *p = any_phone();
	uint16_t slot;

	if (rig.session.at != IN_OPEN || p == NULL ||
	    view_monitor_slot(rig.session.view, p->pseudonym, &slot) != ST_OK)
		return;
	vetted.slot = plain.slot = own.slot = slot;
	switch (draw(3)) {
	case 0:
		append(EVENT_VETTED, body, event_vetted_encode(&vetted, body, sizeof(body)));
		return;
	case 1:
		(void)snprintf(plain.reason, sizeof(plain.reason), "reason %u", draw(100));
		if (draw(2))
			(void)snprintf(
			    plain.number, sizeof(plain.number), "+25470000%04u", draw(10000));
		append(EVENT_PLAIN_ALLOWED, body,
		    event_plain_allowed_encode(&plain, body, sizeof(body)));
		return;
	default:
		for (unsigned i = draw(4) ? draw(OWN_MAX) : 0; i > 0; i--)
			own.place[draw(OWN_MAX)] = (uint16_t)(1 + draw(UINT16_MAX));
		append(EVENT_OWN_PLACES, body, event_own_places_encode(&own, body, sizeof(body)));
	}
}

#endif

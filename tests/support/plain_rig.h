/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain texts into a gateway of tests/support/rig.h: choices, who may send them, and the last event
 * that came of one. One file of a program includes it.
 */
#ifndef TESTS_SUPPORT_PLAIN_RIG_H
#define TESTS_SUPPORT_PLAIN_RIG_H

#include <stdlib.h>
#include <string.h>

#include "gateway/core/fold.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/policy.h"
#include "reporting/report/check.h"
#include "reporting/report/plain.h"
#include "reporting/report/text.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static uint64_t refs; /* of texts: each has a stamp of its own */

static inline void
choose(enum setting_key key, uint32_t value)
{
	const struct event_setting e = {.key = (uint8_t)key, .value = value};

	CHECK_EQ(session_choose(s, &e), ST_OK);
}

/* number NULL: none. Her slot. */
static inline uint16_t
enrol_with(const char *pseudonym, const char *number)
{
	struct msg_enrol ask = {.language = "en", .rhythm_days = 7};
	char said[SESSION_WORDS_MAX] = "";
	struct msg_enrolled out;

	ask.place = s->facts->places->place[0].id;
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	(void)snprintf(ask.number, sizeof(ask.number), "%s", number != NULL ? number : "");
	if (!CHECK_EQ(people_enrol(s, &ask, &out, said), ST_OK))
		printf("    %s\n", said);
	return (uint16_t)out.slot;
}

static inline void
allow_plain(uint16_t slot, const char *number, int allowed)
{
	struct event_plain_allowed e = {
	    .at = session_quarter(s), .slot = slot, .allowed = (uint8_t)allowed};
	uint8_t body[EVENT_PLAIN_ALLOWED_MAX];

	(void)snprintf(e.number, sizeof(e.number), "%s", number);
	(void)snprintf(e.reason, sizeof(e.reason), "she has no other way");
	CHECK_EQ(session_append(s, EVENT_PLAIN_ALLOWED, body,
		     event_plain_allowed_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(s), ST_OK);
}

/* One place, or none, behind one of her numbers. */
static inline void
own_place(uint16_t slot, unsigned number, uint16_t place)
{
	struct event_own_places e = {.at = session_quarter(s), .slot = slot};
	uint8_t body[EVENT_OWN_PLACES_MAX];

	e.place[number] = place;
	CHECK_EQ(session_append(s, EVENT_OWN_PLACES, body,
		     event_own_places_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(s), ST_OK);
}

static inline struct msg_sms
text_from(const char *sender, const char *text)
{
	struct msg_sms sms = rig_sms(text, ++refs);

	(void)snprintf(sms.sender, sizeof(sms.sender), "%s", sender);
	return sms;
}

static inline void
text(const char *sender, const char *words)
{
	const struct msg_sms sms = text_from(sender, words);

	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

/* --- what stands in the journal --- */

static struct event_received last; /* `received` event */
static unsigned received;          /* so many there are */

static enum status
note_event(void *arg, const struct view_event *ev)
{
	(void)arg;
	if (ev->type != EVENT_RECEIVED)
		return ST_OK;
	received++;
	CHECK_EQ(ev->proven, 1);
	CHECK_EQ(event_received_decode(ev->body, ev->len, &last), ST_OK);
	return ST_OK;
}

static enum status
note_fault(void *arg, uint64_t seq, const char *words)
{
	(void)arg;
	printf("row %llu: %s\n", (unsigned long long)seq, words);
	CHECK(0);
	return ST_OK;
}

/* The session is OPEN. */
static inline void
read_journal(void)
{
	struct fold fold = {.store = s->store,
	    .root = state_root(s->state),
	    .ring = &s->ring,
	    .secrets = &s->keys->ring,
	    .event = note_event,
	    .fault = note_fault};

	received = 0;
	memset(&last, 0, sizeof(last));
	CHECK_EQ(fold_journal(&fold), ST_OK);
}

/* "KIL p101 n3; MAS p102": the reports of the last event, as the grammar prints them. */
static inline const char *
last_reports(void)
{
	static char all[REPORTS_MAX * (PLAIN_PRINT_MAX + 2)];
	char one[PLAIN_PRINT_MAX];

	all[0] = '\0';
	for (unsigned i = 0; i < last.reports; i++) {
		struct plain_report r = {
		    .upper = last.report[i].upper, .refers = last.report[i].refers};

		CHECK_EQ(record_unpack(last.report[i].record, &r.record), ST_OK);
		if (plain_print(&r, s->facts->book, s->facts->places->offset_min, one) == 0)
			(void)snprintf(one, sizeof(one), "?");
		(void)snprintf(
		    all + strlen(all), sizeof(all) - strlen(all), "%s%s", i > 0 ? "; " : "", one);
	}
	return all;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One SMS from outside, as tocsin-modem hands it over, into an ARMED core with monitors enrolled:
 * into one in posture protected, then into one in posture open.
 * Input: octet 0 the form in its low 4 bits and who sent it in its high ones (0 nobody, 1 one who
 * may text plain, 2 a monitor who may not, 3 letters, 4 without an end, others a stranger), octet 1
 * the length of the UDH, then UDH and text.
 * What must hold in each: exactly one text is kept or known as doubled; it leaves exactly one
 * `received` event (with its `more`), or, as a part of a long message, its row or that message's
 * event; nobody's ratchet moves, for no input is genuine.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/intake.h"
#include "gateway/core/intake_plain.h"
#include "tests/support/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct rig rigs[2]; /* by posture */

static void
remove_rig(void)
{
	rig_remove(&rigs[0]);
	rig_remove(&rigs[1]);
}

static void
choose(struct session *s, enum setting_key key, uint32_t value)
{
	const struct event_setting e = {.key = (uint8_t)key, .value = value};

	assert(session_choose(s, &e) == ST_OK);
}

static void
allow_plain(struct session *s, uint16_t slot)
{
	const struct event_plain_allowed e = {
	    .slot = slot, .allowed = 1, .number = "+254700000001", .reason = "fuzzed"};
	uint8_t body[EVENT_PLAIN_ALLOWED_MAX];

	assert(session_append(s, EVENT_PLAIN_ALLOWED, body,
		   event_plain_allowed_encode(&e, body, sizeof(body)), NULL) == ST_OK);
	assert(session_commit(s) == ST_OK);
}

static void
make_rigs(void)
{
	for (uint32_t posture = 0; posture < 2; posture++) {
		struct rig *r = &rigs[posture];

		rig_create(r, "fuzz");
		assert(rig_unlock(r, IN_OPEN) == ST_OK);
		choose(&r->session, SETTING_POSTURE, posture);
		(void)rig_enrol(r, "fuzzed");
		(void)rig_enrol(r, "other");
		allow_plain(&r->session, r->phone[0].slot);
		assert(senders_count(r->session.facts->senders) == 1);
		assert(session_close(&r->session, CAUSE_COMMAND) == ST_OK);
	}
	(void)atexit(remove_rig);
}

static void
put_sender(struct msg_sms *sms, unsigned who)
{
	static const char *const some[] = {
	    "", "+254700000001", "+254700000002", "NETWORK", "", "+254799000000"};

	if (who == 4)
		memset(sms->sender, '7', sizeof(sms->sender));
	else
		(void)snprintf(sms->sender, sizeof(sms->sender), "%s", some[who < 5 ? who : 5]);
}

static struct msg_sms
sms_of(const uint8_t *data, size_t len)
{
	struct msg_sms sms = {.stamp_s = INT64_MIN};

	if (len < 2)
		return sms;
	sms.form = data[0] & 15;
	put_sender(&sms, data[0] >> 4);
	sms.udh_len = data[1];
	data += 2;
	len -= 2;
	for (size_t i = 0; i < sms.udh_len && len > 0 && i < SMS_UDH_MAX; i++, data++, len--)
		sms.udh[i] = *data;
	sms.text_len = (uint16_t)len; /* may be more than there is room for: core bounds it */
	memcpy(sms.text, data, len < SMS_TEXT_MAX ? len : SMS_TEXT_MAX);
	return sms;
}

static size_t
udh_len(const struct msg_sms *sms)
{
	return sms->udh_len < SMS_UDH_MAX ? sms->udh_len : SMS_UDH_MAX;
}

/* Of the event of a long message, and of a single text with its reports. */
#define ROWS_MAX ((EVENT_RECEIVED_MAX + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX)
#define TEXT_ROWS_MAX \
	((EVENT_RECEIVED_MAX - LONG_TEXT_MAX + SMS_TEXT_MAX + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX)

static void
take(struct rig *r, const struct msg_sms *sms)
{
	struct session *s = &r->session;
	struct ratchet before, after;
	uint64_t events = state_root(s->state)->journal.count, doubled = s->doubled;
	uint64_t kept = s->kept, before_parked, parked;
	struct part part;

	intake_plain_free(s->plain); /* else all but the first ones are too many */
	s->plain = intake_plain_new();
	assert(s->plain != NULL);
	assert(store_parked_count(s->store, &before_parked) == ST_OK);
	assert(state_slot(s->state, r->phone[0].slot, &before) == ST_OK);
	assert(intake_batch(s, UINT32_MAX, sms, 1) == ST_OK);
	assert(s->kept == kept + 1);
	assert(state_slot(s->state, r->phone[0].slot, &after) == ST_OK);
	assert(before.n == after.n && before.skipped_count == after.skipped_count);
	events = state_root(s->state)->journal.count - events;
	doubled = s->doubled - doubled;
	assert(store_parked_count(s->store, &parked) == ST_OK);
	assert(parked == parts_count(s->parts));
	if (doubled == 1)
		assert(events == 0 && parked == before_parked);
	else if (sms->form == SMS_UNDECODED || part_of(sms->udh, udh_len(sms), &part) != PART_VALID)
		assert(doubled == 0 && events >= 1 && events <= TEXT_ROWS_MAX &&
		       parked == before_parked);
	else
		assert(doubled == 0 && events <= ROWS_MAX &&
		       (events == 0) == (parked == before_parked + 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct msg_sms sms;

	if (rigs[0].phones == 0)
		make_rigs();
	if (len > 1024)
		return 0;
	sms = sms_of(data, len);
	take(&rigs[0], &sms);
	take(&rigs[1], &sms);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One SMS from outside, as tocsin-modem hands it over, into an ARMED core with a monitor enrolled.
 * Input: octet 0 the form, octet 1 the length of the UDH, then UDH and text.
 * What must hold: exactly one text is kept or known as doubled; it leaves exactly one `received`
 * event (with its `more`), or, as a part of a long message, its row or that message's event;
 * nobody's ratchet moves, for no input is genuine.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/intake.h"
#include "tests/support/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct rig rig;

static void
remove_rig(void)
{
	rig_remove(&rig);
}

static void
make_rig(void)
{
	rig_create(&rig, "fuzz");
	assert(rig_unlock(&rig, IN_OPEN) == ST_OK);
	(void)rig_enrol(&rig, "fuzzed");
	assert(session_close(&rig.session, CAUSE_COMMAND) == ST_OK);
	(void)atexit(remove_rig);
}

static struct msg_sms
sms_of(const uint8_t *data, size_t len)
{
	struct msg_sms sms = {.stamp_s = INT64_MIN};

	if (len < 2)
		return sms;
	sms.form = data[0];
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

/* Of the event of a long message. */
#define ROWS_MAX ((EVENT_RECEIVED_MAX + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct msg_sms sms;
	struct ratchet before, after;
	uint64_t events, doubled, before_parked, parked;
	struct part part;

	if (rig.phones == 0)
		make_rig();
	if (len > 1024)
		return 0;
	sms = sms_of(data, len);
	events = state_root(rig.session.state)->journal.count;
	doubled = rig.session.doubled;
	assert(store_parked_count(rig.session.store, &before_parked) == ST_OK);
	assert(state_slot(rig.session.state, rig.phone[0].slot, &before) == ST_OK);
	assert(intake_batch(&rig.session, &sms, 1) == ST_OK);
	assert(state_slot(rig.session.state, rig.phone[0].slot, &after) == ST_OK);
	assert(before.n == after.n && before.skipped_count == after.skipped_count);
	events = state_root(rig.session.state)->journal.count - events;
	doubled = rig.session.doubled - doubled;
	assert(store_parked_count(rig.session.store, &parked) == ST_OK);
	assert(parked == parts_count(rig.session.parts));
	if (doubled == 1)
		assert(events == 0 && parked == before_parked);
	else if (sms.form == SMS_UNDECODED || part_of(sms.udh, udh_len(&sms), &part) != PART_VALID)
		assert(doubled == 0 && events >= 1 && events <= 2 && parked == before_parked);
	else
		assert(doubled == 0 && events <= ROWS_MAX &&
		       (events == 0) == (parked == before_parked + 1));
	return 0;
}

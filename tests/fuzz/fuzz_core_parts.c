/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any number of parts of long messages, alone and in batches, from any senders, into an ARMED core.
 * Input: records of 8 octets, reference, number of parts, place, sender, hour of the stamp (0:
 * none), length of the text, its octet, and what comes after it: 0 the batch ends, 1 it ends and
 * core is started again and armed, else it goes on. What must hold: each text is durable, as a row
 * or in an event; the rows are those that are known to wait, of a bounded number of messages; a
 * gateway that is opened again finds the same ones.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/intake.h"
#include "tests/support/rig.h"

#define RECORD 8
#define RESTARTS_MAX 2 /* each stretches a passphrase */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct rig rig;
static struct msg_sms batch[BATCH_MAX];
static size_t count;

static void
remove_rig(void)
{
	rig_remove(&rig);
}

static void
put(const uint8_t *in)
{
	struct msg_sms *sms = &batch[count++];
	const uint8_t udh[] = {5, 0, 3, in[0], in[1], in[2]};

	memset(sms, 0, sizeof(*sms));
	sms->stamp_s = in[4] == 0 ? INT64_MIN : 1795000000 + 3600 * (int64_t)in[4];
	sms->udh_len = sizeof(udh);
	memcpy(sms->udh, udh, sizeof(udh));
	memset(sms->sender, in[3], in[3] % (NUMBER_MAX + 1)); /* it may not be ended */
	sms->text_len = in[5];
	memset(sms->text, in[6], in[5]);
}

static void
check(void)
{
	const struct parts_group *g = parts_groups(rig.session.parts);
	uint64_t parked;
	size_t groups = 0;

	assert(store_parked_count(rig.session.store, &parked) == ST_OK);
	assert(parked == parts_count(rig.session.parts));
	for (size_t i = 0; i < PARTS_SLOTS; i++) {
		size_t alike = 0;

		for (size_t k = 0; k < PARTS_SLOTS; k++)
			alike += g[i].born != 0 && g[k].born != 0 &&
				 memcmp(g[i].sender, g[k].sender, sizeof(g[i].sender)) == 0;
		assert(alike <= PART_GROUPS_A_SENDER);
		groups += g[i].born != 0;
		assert(g[i].have == 0 || g[i].have < g[i].part.total);
		for (size_t k = 0; k < SMS_PARTS_MAX; k++)
			assert(g[i].member[k].fresh == NULL);
	}
	assert(groups <= PART_GROUPS_MAX);
}

static void
deliver(void)
{
	uint64_t kept = rig.session.kept;

	assert(intake_batch(&rig.session, UINT32_MAX, batch, count) == ST_OK);
	assert(rig.session.kept == kept + count);
	count = 0;
	check();
}

/* What waits is found again; one whose stamps do not tell may be put to others meanwhile. */
static void
restart(void)
{
	uint64_t before, after;

	assert(store_parked_count(rig.session.store, &before) == ST_OK);
	rig_restart(&rig);
	assert(rig_unlock(&rig, IN_ARMED) == ST_OK);
	assert(store_parked_count(rig.session.store, &after) == ST_OK);
	assert(after <= before && rig.session.fault[0] == '\0');
	check();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned restarts = 0;

	if (rig.dir[0] == '\0') {
		rig_create(&rig, "fuzz-parts");
		(void)atexit(remove_rig);
	}
	if (rig.session.at == IN_LOCKED)
		assert(rig_unlock(&rig, IN_ARMED) == ST_OK);
	for (; len >= RECORD; data += RECORD, len -= RECORD) {
		put(data);
		if (data[7] <= 1 || count == BATCH_MAX)
			deliver();
		if (data[7] == 1 && restarts++ < RESTARTS_MAX)
			restart();
	}
	deliver();
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway whose months pass. For tests/attack/test_core_months.c and test_core_erased.c. */
#ifndef TESTS_ATTACK_MONTHS_H
#define TESTS_ATTACK_MONTHS_H

#include <stdlib.h>
#include <sys/stat.h>

#include "gateway/core/epochs.h"
#include "gateway/core/intake.h"
#include "gateway/core/rights.h"
#include "gateway/core/session_unlock.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

static struct rig rig;
static uint64_t refs = 1;

static void
pass_days(int64_t days)
{
	int64_t next_ms;

	boot_ms += days * 86400000;
	wall_s += days * 86400;
	CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
}

static void
unlock(void)
{
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rig.session.at, IN_OPEN);
}

static void
reports(unsigned count)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	for (unsigned i = 0; i < count; i++) {
		rig_report(&rig.phone[i % rig.phones], 1 + i % 3,
		    rig.session.facts->places->place[i % 2].id, "", text);
		sms = rig_sms(text, refs++);
		sms.stamp_s = wall_s - 60;
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	}
}

/* With the network's time, or as nothing but the machine says it. */
static void
begin(const char *name, int is_true, struct msg_recovery_key *key)
{
	char words[SESSION_WORDS_MAX];

	wall_s = 1795000000;
	is_synchronised = is_true;
	rig_create(&rig, name);
	unlock();
	if (key != NULL)
		CHECK_EQ(rights_recovery_key(&rig.session, key, words), ST_OK);
	(void)rig_enrol(&rig, "one");
	(void)rig_enrol(&rig, "two");
}

static void
copy_folder(const char *from, const char *to)
{
	char command[3200];

	(void)snprintf(command, sizeof(command), "rm -rf '%s' && cp -a '%s' '%s'", to, from, to);
	CHECK_EQ(system(command), 0);
}

/* Five months, each opened once, with two days' reports. The first row of each in `first`. */
static void
live(unsigned months, uint64_t *first)
{
	for (unsigned i = 0; i < months; i++) {
		unlock();
		if (first != NULL)
			first[i] = state_next_seq(rig.session.state);
		reports(30);
		pass_days(31);
	}
}

#endif

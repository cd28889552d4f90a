/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What erasing a month of 5,000 events takes, from the request to its answer: real files, real
 * syncs. With a
 * clock of its own, for months to pass.
 *
 *	bench_months [ROUNDS]
 */
#include <stdlib.h>

#include "gateway/core/retention.h"
#include "gateway/core/session_unlock.h"
#include "tests/bench/figures.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define ROUNDS_MAX 31
#define MONTH_EVENTS 5000
#define SHARE 200

static struct rig rig;

static void
must(enum status st)
{
	if (st != ST_OK)
		exit(2);
}

/* As intake writes them; what they say is left out. */
static void
write_events(unsigned count)
{
	struct event_received e = {.trust = TRUST_CONFIRMED,
	    .source = SOURCE_SMS,
	    .class = 1,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_FORGED,
	    .raw_len = 152};
	uint8_t body[EVENT_RECEIVED_MAX];

	for (unsigned i = 1; i <= count; i++) {
		e.arrival = session_quarter(&rig.session);
		must(session_append(&rig.session, EVENT_RECEIVED, body,
		    event_received_encode(&e, body, sizeof(body)), NULL));
		if (i % SHARE == 0)
			must(session_commit(&rig.session));
	}
	must(session_commit(&rig.session));
}

static double
drop_oldest(void)
{
	struct retention_month months[16];
	char words[SESSION_WORDS_MAX];
	size_t count;
	double begin;

	must(retention_list(&rig.session, months, 16, &count));
	begin = now_s();
	must(retention_drop(&rig.session, months[0].month, words));
	return now_s() - begin;
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	double took[ROUNDS_MAX];
	int64_t next_ms;

	is_synchronised = 1;
	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 5;
	rig_create(&rig, "months");
	for (unsigned i = 0; i < 5 + rounds; i++) {
		must(rig_unlock(&rig, IN_OPEN));
		if (i >= 5)
			took[i - 5] = drop_oldest();
		write_events(MONTH_EVENTS);
		boot_ms += (int64_t)31 * 86400000;
		wall_s += 31 * 86400;
		must(session_tick(&rig.session, &next_ms));
	}
	rig_remove(&rig);
	figure("erasing a month of 5,000 events", median(took, rounds), "s", 2, 0);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session's time, from the stamps of real texts to the journal and back: what a stamp may move,
 * what only a confirmed clock may, and what a restart knows. With a clock of its own: this program
 * defines the functions of clock.c itself.
 */
#include <sqlite3.h>

#include "gateway/core/intake.h"
#include "gateway/core/retention.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define DAY 86400
#define QUARTER 900
#define TODAY (TIMEKEEPER_BUILT_S + 100 * (int64_t)DAY)

static struct rig rig;
static uint64_t refs = 1;

static void
pass(int64_t seconds)
{
	boot_ms += 1000 * seconds;
	wall_s += wall_s == 0 ? 0 : seconds;
}

/* Power cut: another boot, and a machine without a clock. */
static void
reboot(void)
{
	boot_ms = 20000;
	wall_s = 0;
	is_synchronised = 0;
	rig_restart(&rig);
}

static void
deliver(unsigned phone, int64_t stamp_s)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(&rig.phone[phone], 1, 1, "", text);
	sms = rig_sms(text, refs++);
	sms.stamp_s = stamp_s;
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

/* A text that is nobody's. */
static void
deliver_plain(int64_t stamp_s)
{
	struct msg_sms sms = rig_sms("hello", refs++);

	sms.stamp_s = stamp_s;
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

static enum trust
trust(void)
{
	return session_trust(&rig.session);
}

static void
believes(int64_t utc_s)
{
	enum trust t;

	CHECK_EQ(session_now_s(&rig.session, &t), utc_s);
}

static struct msg_inbox_row newest;

static enum status
take_newest(void *arg, const struct msg_inbox_row *row)
{
	(void)arg;
	newest = *row;
	return ST_OK;
}

static void
look_at_newest(void)
{
	const struct view_names names = {.book = NULL};
	const struct msg_inbox ask = {.limit = 1};

	CHECK_EQ(view_inbox(rig.session.view, &names, &ask, take_newest, NULL), ST_OK);
}

static uint64_t
events(void)
{
	return state_root(rig.session.state)->journal.count;
}

/* `clock` events in the view. */
static int
confirmations(void)
{
	sqlite3_stmt *s;
	int count = -1;

	CHECK_EQ(sqlite3_prepare_v2(view_db(rig.session.view),
		     "SELECT count(*) FROM mark WHERE type = 44", -1, &s, NULL),
	    SQLITE_OK);
	if (CHECK_EQ(sqlite3_step(s), SQLITE_ROW))
		count = sqlite3_column_int(s, 0);
	CHECK_EQ(sqlite3_finalize(s), SQLITE_OK);
	return count;
}

/* No clock at all: one monitor's stamp far ahead is not believed, that of a second one is. */
static void
test_stamps(void)
{
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	for (int i = 0; i < 3; i++)
		(void)rig_enrol(&rig, (const char *[]){"one", "two", "three"}[i]);
	CHECK_EQ(trust(), TRUST_NONE);
	deliver_plain(TODAY);
	deliver_plain(TODAY + 1);
	deliver(0, TODAY - 60);
	CHECK_EQ(trust(), TRUST_NONE);
	look_at_newest();
	CHECK_EQ(newest.trust, TRUST_NONE);
	deliver(1, TODAY);
	CHECK_EQ(trust(), TRUST_CENTRE);
	believes(TODAY);
	look_at_newest(); /* its own stamp was the one */
	CHECK_EQ(newest.trust, TRUST_CENTRE);
	CHECK_EQ(newest.arrival_s, TODAY / QUARTER * QUARTER);
	CHECK(!session_clock_confirmed(&rig.session));
}

/* A restart knows the newest record that was surely timed. */
static void
test_reboot(void)
{
	pass(DAY);
	deliver(1, INT64_MIN);
	reboot();
	CHECK(session_now_s(&rig.session, &(enum trust){0}) < TODAY); /* LOCKED has no journal */
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(trust(), TRUST_NONE);
	believes((TODAY + DAY) / QUARTER * QUARTER);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* LOCKED knows no monitor: stamps are judged when the texts are read. */
static void
test_parked(void)
{
	reboot();
	deliver(0, TODAY + 20 * DAY);
	deliver(2, TODAY + 20 * DAY + 60);
	deliver_plain(TODAY + 300 * DAY);
	CHECK_EQ(trust(), TRUST_NONE);
	pass(60);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(trust(), TRUST_CENTRE);
	believes(TODAY + 20 * DAY + 60);
	look_at_newest(); /* the plain one: nothing tells when it came */
	CHECK_EQ(newest.trust, TRUST_NONE);
	deliver(0, TODAY + 20 * DAY + 120);
	look_at_newest();
	CHECK_EQ(newest.trust, TRUST_CENTRE);
}

/* Two senders a year ahead: the clock is theirs, and nothing that needs a confirmed one moves. */
static void
test_year_ahead(void)
{
	uint16_t epoch = rig.session.epoch;

	deliver(0, TODAY + 385 * DAY);
	CHECK(session_now_s(&rig.session, &(enum trust){0}) < TODAY + 30 * DAY);
	deliver(1, TODAY + 385 * DAY);
	believes(TODAY + 385 * DAY);
	CHECK(!session_clock_confirmed(&rig.session));
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rig.session.epoch, epoch);
	CHECK(!session_clock_confirmed(&rig.session));
}

/* Her word: refused where it cannot be, unless she is sure; with the passphrase alone. */
static void
test_coordinator(void)
{
	const struct msg_passphrase wrong = {.len = 5, .octets = "wrong"};
	char words[SESSION_WORDS_MAX];
	uint64_t before;

	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	reboot(); /* it is the journal that is a year ahead now */
	before = events();
	session_date(&rig.session, TODAY + 21 * DAY, 0);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_RANGE);
	CHECK_EQ(rig.session.at, IN_LOCKED);
	CHECK(rig.session.view == NULL && rig.session.keys == NULL);
	CHECK_EQ(events(), before);
	session_date(&rig.session, TODAY + 21 * DAY, 1);
	CHECK_EQ(session_unlock(&rig.session, &wrong, IN_OPEN, words), ST_PASSPHRASE);
	CHECK(!session_clock_confirmed(&rig.session));
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK); /* the date went with the wrong one */
	CHECK(!session_clock_confirmed(&rig.session));
	before = events();
	session_date(&rig.session, TODAY + 21 * DAY, 0);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_RANGE);
	CHECK_EQ(rig.session.at, IN_ARMED);
	CHECK_EQ(events(), before);
	session_date(&rig.session, TODAY + 21 * DAY, 1);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(session_clock_confirmed(&rig.session));
	CHECK_EQ(confirmations(), 1);
	believes(TODAY + 21 * DAY);
	deliver(0, TODAY + 385 * DAY); /* no stamp moves it */
	deliver(1, TODAY + 385 * DAY);
	believes(TODAY + 21 * DAY);
	look_at_newest();
	CHECK_EQ(newest.trust, TRUST_CONFIRMED);
	CHECK_EQ(newest.arrival_s, (TODAY + 21 * DAY) / QUARTER * QUARTER);
	/* The journal knows from then on that the year was wrong. */
	reboot();
	session_date(&rig.session, TODAY + 21 * DAY + 60, 0);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	believes(TODAY + 21 * DAY + 60);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* The network's time: noted once each time that the gateway is armed, also when it comes later. */
static void
test_network(void)
{
	int64_t next_ms;
	uint64_t before;

	reboot();
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	before = events();
	CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
	CHECK_EQ(events(), before);
	wall_s = TODAY; /* earlier than the journal: no witness */
	is_synchronised = 1;
	CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
	CHECK_EQ(events(), before);
	wall_s = TODAY + 40 * DAY;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
	CHECK_EQ(events(), before + 1);
	CHECK(session_clock_confirmed(&rig.session));
	believes(TODAY + 40 * DAY);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK(session_clock_confirmed(&rig.session)); /* LOCKED goes on knowing it */
	is_synchronised = 0;
	wall_s = 0;
	before = events();
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(events(), before + 3); /* armed, clock, opened */
	believes(TODAY + 40 * DAY);
}

static uint64_t last_seq;

static enum status
check_order(void *arg, const struct msg_inbox_row *row)
{
	(*(unsigned *)arg)++;
	CHECK(row->seq < last_seq);
	last_seq = row->seq;
	return ST_OK;
}

/* The inbox is in the order of arrival, whatever the times say. */
static void
test_order(void)
{
	const struct view_names names = {.book = NULL};
	const struct msg_inbox ask = {.limit = 50};
	unsigned rows = 0;

	last_seq = UINT64_MAX;
	CHECK_EQ(view_inbox(rig.session.view, &names, &ask, check_order, &rows), ST_OK);
	CHECK_EQ(rows, 13);
}

/* How many months would go now? */
static unsigned
months_that_go(void)
{
	static struct retention_month months[RETENTION_LISTED_MAX];
	unsigned go = 0;
	size_t count;

	CHECK_EQ(retention_list(&rig.session, months, RETENTION_LISTED_MAX, &count), ST_OK);
	for (size_t i = 0; i < count; i++)
		go += months[i].why == RETENTION_GOES;
	return go;
}

static void
open_at(int64_t date_s)
{
	session_date(&rig.session, date_s, 1);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
}

/* A gateway of some months. Two senders a year ahead move no epoch and drop no month; the same
 * year, confirmed, does both. */
static void
test_months(void)
{
	char words[SESSION_WORDS_MAX];
	uint16_t epoch;
	unsigned first;

	wall_s = 0;
	is_synchronised = 0;
	for (int month = 0; month < 5; month++) {
		open_at(TODAY + month * 31 * (int64_t)DAY);
		if (month == 0)
			for (int i = 0; i < 2; i++)
				(void)rig_enrol(&rig, (const char *[]){"one", "two"}[i]);
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	}
	first = rig.session.ring.vault[0].epoch / 16;
	epoch = rig.session.epoch;
	reboot();
	for (unsigned phone = 0; phone < 2; phone++)
		deliver(phone, TODAY + 500 * (int64_t)DAY);
	for (int i = 0; i < 2; i++) { /* parked, then known before it is unlocked */
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		CHECK_EQ(trust(), TRUST_CENTRE);
		CHECK(session_now_s(&rig.session, &(enum trust){0}) >= TODAY + 500 * (int64_t)DAY);
		CHECK_EQ(rig.session.epoch, epoch);
		CHECK_EQ(months_that_go(), 0);
		CHECK_EQ(retention_drop(&rig.session, first, words), ST_NOT_ALLOWED);
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	}
	open_at(TODAY + 500 * (int64_t)DAY);
	CHECK(rig.session.epoch > epoch);
	CHECK(months_that_go() > 0);
}

int
main(void)
{
	wall_s = 0; /* not set yet */
	rig_create(&rig, "clock");
	test_stamps();
	test_reboot();
	test_parked();
	test_year_ahead();
	test_coordinator();
	test_network();
	test_order();
	rig_remove(&rig);
	rig_create(&rig, "clock");
	test_months();
	rig_remove(&rig);
	return check_done();
}

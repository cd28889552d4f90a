/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three states: what each holds in memory, what may be written in it, the passages by command
 * and by time, and what a thief's changes to a LOCKED gateway come to. With a clock of its own:
 * this program defines the two functions of clock.c itself.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "gateway/common/fileio.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/stretch.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define MINUTE 60000
#define HOUR (60 * MINUTE)

static struct rig rig;
static uint64_t refs = 1;

static void
pass(int64_t ms)
{
	int64_t next_ms;

	boot_ms += ms;
	wall_s += ms / 1000;
	CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
	CHECK(next_ms > boot_ms);
}

static void
report(struct phone *p)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(p, 1, 1, "", text);
	sms = rig_sms(text, refs++);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

static uint64_t
parked(void)
{
	uint64_t count = 0;

	CHECK_EQ(store_parked_count(rig.session.store, &count), ST_OK);
	return count;
}

static uint64_t
events(void)
{
	return state_root(rig.session.state)->journal.count;
}

/* --- what each state holds --- */

static void
is_locked(void)
{
	CHECK_EQ(rig.session.at, IN_LOCKED);
	CHECK(rig.session.keys == NULL && rig.session.hints == NULL);
	CHECK(rig.session.facts == NULL && rig.session.view == NULL);
	CHECK(!state_run_open(rig.session.state));
	CHECK_EQ(session_append(&rig.session, EVENT_LOCKED, NULL, 0, NULL), ST_NOT_ALLOWED);
}

static void
is_armed(void)
{
	const struct ring_secrets *ring = &rig.session.keys->ring;
	const uint8_t zeros[sizeof(ring->month)] = {0};

	CHECK_EQ(rig.session.at, IN_ARMED);
	CHECK(rig.session.view == NULL);
	CHECK_EQ(ring->month_count, 0);
	CHECK_MEM(ring->month, zeros, sizeof(zeros)); /* no key to any stored report */
	CHECK(rig.session.facts->book != NULL && rig.session.facts->places != NULL);
	CHECK_EQ(session_append(&rig.session, EVENT_ENROLLED, NULL, 0, NULL), ST_NOT_ALLOWED);
}

static void
is_open(void)
{
	CHECK_EQ(rig.session.at, IN_OPEN);
	CHECK(rig.session.view != NULL);
	CHECK(rig.session.keys->ring.month_count > 0);
}

static void
test_commands(void)
{
	is_locked();
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	is_armed();
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_NOT_ALLOWED);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	is_open();
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK); /* once more: another 24 hours */
	is_open();
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	is_armed();
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	is_locked();
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	is_open();
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	is_locked();
}

static void
test_times(void)
{
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	pass(9 * MINUTE + 59000);
	is_open();
	pass(1000);
	is_armed();
	pass(23 * HOUR + 49 * MINUTE);
	is_armed();
	pass(MINUTE);
	is_locked();
	CHECK_EQ(session_on_h(&rig.session), 24);
	CHECK_EQ(session_awake_h(&rig.session), 24);
	/* a passphrase given again begins the 24 hours anew */
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	pass(20 * HOUR);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	pass(5 * HOUR);
	is_armed();
	pass(19 * HOUR);
	is_locked();
}

/* LOCKED parks and moves nothing; arming reads in the order of arrival. */
static void
test_parking(void)
{
	struct tree_root before;
	struct ratchet ratchet;

	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "parked one");
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	before = *state_root(rig.session.state);
	for (int i = 0; i < 300; i++)
		report(&rig.phone[0]);
	CHECK_EQ(parked(), 300);
	CHECK_MEM(state_root(rig.session.state), &before, sizeof(before));
	rig_restart(&rig);
	CHECK_EQ(parked(), 300);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(parked(), 0);
	CHECK_EQ(events(), before.journal.count + 301); /* armed */
	CHECK_EQ(state_slot(rig.session.state, rig.phone[0].slot, &ratchet), ST_OK);
	CHECK_EQ(ratchet.n, 300); /* more than a window: in order, or most were lost */
	CHECK_EQ(ratchet.skipped_count, 0);
	CHECK(memcmp(&state_root(rig.session.state)->k_p, &before.k_p, sizeof(before.k_p)) != 0);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* A refused passphrase is parked while LOCKED, and comes out as an event; ARMED writes it at once.
 */
static void
test_refused(void)
{
	const struct msg_passphrase wrong = {.len = 5, .octets = "wrong"};
	char words[SESSION_WORDS_MAX];
	uint64_t before = events();

	CHECK_EQ(session_unlock(&rig.session, &wrong, IN_OPEN, words), ST_PASSPHRASE);
	is_locked();
	CHECK_EQ(parked(), 1);
	CHECK_EQ(events(), before);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(events(), before + 2); /* armed, refused */
	CHECK_EQ(session_unlock(&rig.session, &wrong, IN_OPEN, words), ST_PASSPHRASE);
	is_armed();
	CHECK_EQ(events(), before + 3);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* A text that stays in the modem is known for as long as it is listed. */
static void
test_stuck(void)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;
	uint64_t before = parked();

	rig_report(&rig.phone[0], 1, 1, "", text);
	sms = rig_sms(text, refs++);
	for (int i = 0; i < 8; i++) {
		state_listed(rig.session.state);
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
		CHECK_EQ(parked(), before + 1 + (unsigned)i);
		report(&rig.phone[0]); /* its commit forgets what was seen long ago */
		pass(5 * 24 * (int64_t)HOUR);
	}
}

/* --- a thief with the LOCKED folder --- */

/* Rows of any length among what was parked: named, and what stands behind them is read. */
static void
test_parked_damaged(void)
{
	uint64_t before;

	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "before the damage");
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	report(&rig.phone[0]);
	rig_on_disk(&rig, "INSERT INTO parked SELECT max(seq) + 1, zeroblob(100000) FROM parked;"
			  "INSERT INTO parked SELECT max(seq) + 1, zeroblob(1) FROM parked;"
			  "INSERT INTO parked SELECT max(seq) + 1, zeroblob(536) FROM parked");
	report(&rig.phone[0]);
	before = events();
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	is_open();
	CHECK_EQ(parked(), 0);
	CHECK_EQ(events(), before + 7); /* armed, five that were parked, opened */
	CHECK_EQ(view_unread(rig.session.view), 3);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* A leaf exchanged: reading only, and in words; what comes meanwhile is parked. */
static void
test_changed(void)
{
	struct msg_enrol ask = {.pseudonym = "late", .language = "en", .place = 1};
	struct msg_enrolled enrolled;
	char words[SESSION_WORDS_MAX] = "", text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_on_disk(&rig, "UPDATE state SET blob = zeroblob(length(blob)) WHERE node >= 64");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rig.session.at, IN_OPEN);
	CHECK(rig.session.read_only);
	CHECK(strstr(rig.session.fault, "changed while locked") != NULL);
	CHECK(view_unread(rig.session.view) == 0); /* the journal reads */
	rig_report(&rig.phone[0], 1, 1, "", text);
	sms = rig_sms(text, refs++);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(parked(), 1);
	CHECK_EQ(session_append(&rig.session, EVENT_LOCKED, NULL, 0, NULL), ST_NOT_ALLOWED);
	CHECK(people_enrol(&rig.session, &ask, &enrolled, words) != ST_OK);
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	is_locked(); /* it never was ARMED */
}

static struct {
	unsigned faults;
	int books;
	uint16_t epoch;
	char first[200];
} named;

static void
count_faults(void)
{
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	named.faults = (unsigned)view_faults(rig.session.view, named.first, sizeof(named.first));
	named.books = rig.session.facts->book != NULL && rig.session.facts->places != NULL;
	named.epoch = rig.session.epoch;
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* Rows of the journal missing, changed, moved, planted: named with their numbers, and arming goes
 * on; afterwards the rows that the root does not know are gone. */
static void
test_journal_faults(void)
{
	static const struct {
		const char *sql, *names;
	} rows[] = {
	    {"DELETE FROM journal WHERE seq = (SELECT max(seq) - 3 FROM journal)", "missing"},
	    {"UPDATE journal SET blob = zeroblob(256)"
	     " WHERE seq = (SELECT max(seq) - 3 FROM journal)",
		"does not open"},
	    {"INSERT INTO journal SELECT max(seq) + 1, max(run), zeroblob(256) FROM journal",
		"behind what the root knows"},
	    {"INSERT INTO run SELECT max(id) + 1000, max(epoch), max(first) + 1000000,"
	     " zeroblob(80) FROM run",
		"outside what the root knows"},
	    {"UPDATE run SET blob = zeroblob(80) WHERE id = (SELECT max(id) FROM run)",
		"does not open"},
	    {"INSERT INTO run SELECT -1, max(epoch), max(first), zeroblob(80) FROM run",
		"outside what the root knows"},
	    {"INSERT INTO run SELECT min(id) + 1, min(epoch), max(first) + 1, zeroblob(80) FROM "
	     "run",
		"outside what the root knows"},
	    {"UPDATE run SET epoch = 0 WHERE id = (SELECT max(id) FROM run)", "does not open"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rig_remove(&rig);
		rig_create(&rig, "session");
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		(void)rig_enrol(&rig, "one");
		for (int k = 0; k < 8; k++)
			report(&rig.phone[0]);
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
		rig_on_disk(&rig, rows[i].sql);
		count_faults();
		if (!CHECK(named.faults > 0 && strstr(named.first, rows[i].names) != NULL))
			printf("    row %zu: %u faults, \"%s\"\n", i, named.faults, named.first);
		CHECK(named.books); /* those of init, whatever came later */
		CHECK(named.epoch >= rig.session.ring.vault[0].epoch);
	}
}

/* Another list: pk_I may be a thief's, or damaged, so nothing is parked to it; opened for reading.
 */
static void
test_ring_changed(void)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(&rig.phone[0], 1, 1, "", text);
	sms = rig_sms(text, refs++);
	rig_on_disk(&rig, "UPDATE ring SET list = CAST(substr(list, 1, 65) || randomblob(32)"
			  " || substr(list, 98) AS BLOB)"); /* pk_R */
	CHECK(strstr(rig.session.fault, "changed while locked") != NULL);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_NOT_ALLOWED);
	CHECK_EQ(parked(), 0);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(rig.session.read_only);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_NOT_ALLOWED);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* Arming goes on without the codebook; what needs it is refused. */
static void
test_book_damaged(void)
{
	struct msg_enrol ask = {.pseudonym = "late", .language = "en", .place = 1};
	struct msg_enrolled enrolled;
	char words[SESSION_WORDS_MAX] = "";

	rig_on_disk(&rig, "UPDATE journal SET blob = zeroblob(256) WHERE seq BETWEEN 4 AND 8");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(rig.session.facts->book == NULL);
	CHECK_EQ(people_enrol(&rig.session, &ask, &enrolled, words), ST_INCOMPLETE);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

/* An init that fails, here for an anchor that is there already, leaves the session NEW. */
static void
test_create_fails(void)
{
	static const char anything[] = "not a gateway's",
			  book[] = PROJECT_DIR "/schemas/codebook/atrocity.cfg",
			  places[] = PROJECT_DIR "/schemas/places/example.cfg";
	static uint8_t octets[2][CODEBOOK_FILE_MAX];
	struct msg_passphrase passphrase = {.len = 4, .octets = "four"};
	struct session_birth birth = {.passphrase = &passphrase,
	    .argon_memory = STRETCH_MEMORY_MIN,
	    .argon_passes = STRETCH_PASSES_MIN,
	    .codebook = (const char *)octets[0],
	    .places = (const char *)octets[1]};
	char words[SESSION_WORDS_MAX], path[CONF_PATH_MAX + 16];
	FILE *f;

	session_end(&rig.session);
	(void)snprintf(path, sizeof(path), "%s/tocsin.db", rig.conf.state_dir);
	CHECK_EQ(remove(path), 0);
	CHECK((f = fopen(rig.conf.anchor, "w")) != NULL && fputs(anything, f) >= 0);
	CHECK_EQ(fclose(f), 0);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	CHECK_EQ(fileio_read(book, octets[0], sizeof(octets[0]), &birth.codebook_len), ST_OK);
	CHECK_EQ(fileio_read(places, octets[1], sizeof(octets[1]), &birth.places_len), ST_OK);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(session_create(&rig.session, &birth, words), ST_EXISTS);
		CHECK_EQ(rig.session.at, IN_NEW);
		CHECK(rig.session.conf == &rig.conf && rig.session.waiting != NULL);
	}
}

int
main(void)
{
	rig_create(&rig, "session");
	test_commands();
	test_parking();
	test_refused();
	test_changed();
	rig_remove(&rig);
	rig_create(&rig, "session");
	test_times();
	test_parked_damaged();
	test_stuck();
	test_journal_faults();
	test_book_damaged();
	test_ring_changed();
	test_create_fails();
	rig_remove(&rig);
	return check_done();
}

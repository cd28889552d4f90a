/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Journals that earlier versions wrote, in tests/corpus/journal: each must open for ever, and say
 * what `holds` says: lines of a number and a query of the view. Later versions add columns and
 * tables, but none of these numbers changes.
 *
 *	test_core_journals                the test
 *	test_core_journals make FOLDER    a journal of this version, with something of each event
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/core/backup.h"
#include "gateway/core/chains.h"
#include "gateway/core/intake.h"
#include "gateway/core/outbox.h"
#include "gateway/core/people.h"
#include "gateway/core/retention.h"
#include "gateway/core/rights.h"
#include "gateway/core/session_unlock.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

static struct rig rig;
static uint64_t refs = 1;

/* --- the test --- */

static void
check_line(const char *line)
{
	char *sql;
	int64_t want = strtoll(line, &sql, 10), got = -1;
	sqlite3_stmt *s;

	CHECK_EQ(sqlite3_prepare_v2(view_db(rig.session.view), sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		got = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	if (!CHECK_EQ(got, want))
		printf("    %s", line);
}

static unsigned
check_holds(const char *name)
{
	char path[600], line[400];
	unsigned lines = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/corpus/journal/%s/holds", TESTS_DIR, name);
	if (!CHECK((f = fopen(path, "r")) != NULL))
		return 0;
	for (; fgets(line, sizeof(line), f) != NULL; lines++)
		check_line(line);
	(void)fclose(f);
	return lines;
}

/* Opened twice: the second time from what the first one migrated and wrote. */
static void
check_journal(const char *name)
{
	char command[9000], words[SESSION_WORDS_MAX], fault[200];

	rig_create(&rig, name);
	session_end(&rig.session);
	(void)snprintf(command, sizeof(command),
	    "rm -f '%s'/* && cp '%s/corpus/journal/%s/tocsin.db' '%s'/ &&"
	    " cp '%s/corpus/journal/%s/anchor' '%s' && chmod 600 '%s'/* '%s'",
	    rig.conf.state_dir, TESTS_DIR, name, rig.conf.state_dir, TESTS_DIR, name,
	    rig.conf.anchor, rig.conf.state_dir, rig.conf.anchor);
	CHECK_EQ(system(command), 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
		if (!CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK))
			return;
		CHECK(!rig.session.read_only);
		CHECK_EQ(session_fold_view(&rig.session, 1), ST_OK);
		if (!CHECK_EQ(view_faults(rig.session.view, fault, sizeof(fault)), 0))
			printf("    %s: %s\n", name, fault);
		CHECK(check_holds(name) > 5);
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
		session_end(&rig.session);
	}
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	rig_remove(&rig);
}

/* --- making one --- */

static void
give(const char *text)
{
	struct msg_sms sms = rig_sms(text, refs++);

	sms.stamp_s = wall_s - 60;
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

static void
give_reports(unsigned count)
{
	char text[EW1_X_CHARS + 1];

	for (unsigned i = 0; i < count; i++) {
		rig_report(&rig.phone[i % 2], 1 + i % 5, 1, "NOTE", text);
		give(text);
	}
}

static void
make_events(const char *key)
{
	struct msg_coordinator add = {.act = COORDINATOR_ADD, .name = "second"};
	struct msg_renew renew = {.len = RECOVERY_CHARS, .pseudonym = "one"};
	const struct msg_passphrase wrong = {.len = 5, .octets = "wrong"};
	char path[300], words[SESSION_WORDS_MAX] = "";
	struct msg_renewed renewed;
	struct backup_head head;
	FILE *f;

	add.passphrase.len = (uint32_t)strlen("another marked passphrase");
	memcpy(add.passphrase.octets, "another marked passphrase", add.passphrase.len);
	CHECK_EQ(rights_act(&rig.session, &add, words), ST_OK);
	memcpy(renew.key, key, RECOVERY_CHARS);
	CHECK_EQ(chains_renew(&rig.session, &renew, &renewed, words), ST_OK);
	CHECK_EQ(people_revoke(&rig.session, "gone", words), ST_OK);
	(void)snprintf(path, sizeof(path), "%s/backup", rig.dir);
	CHECK((f = fopen(path, "w+")) != NULL);
	CHECK_EQ(backup_write(&rig.session, fileno(f), &head, words), ST_OK);
	CHECK_EQ(backup_note(&rig.session, &head), ST_OK);
	(void)fclose(f);
	CHECK_EQ(session_unlock(&rig.session, &wrong, IN_OPEN, words), ST_PASSPHRASE);
}

/* Numbers are kept; one monitor's is there, one's goes with her. */
static void
make_numbers(void)
{
	const struct event_setting e = {.key = SETTING_KEEP_NUMBERS, .value = 1};
	struct msg_enrol ask = {.language = "en", .pseudonym = "reached", .number = "0700123456"};
	char words[SESSION_WORDS_MAX] = "";
	uint8_t body[EVENT_SETTING_MAX];
	struct msg_enrolled out;

	CHECK_EQ(session_append(&rig.session, EVENT_SETTING, body,
		     event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	ask.place = rig.session.facts->places->place[0].id;
	CHECK_EQ(people_enrol(&rig.session, &ask, &out, words), ST_OK);
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "left");
	CHECK_EQ(people_enrol(&rig.session, &ask, &out, words), ST_OK);
	CHECK_EQ(people_revoke(&rig.session, "left", words), ST_OK);
}

static void
append(enum event_type type, const uint8_t *body, size_t len)
{
	CHECK_EQ(session_append(&rig.session, type, body, len, NULL), ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
}

/* Who is vouched for, who may text plain, whose numbers mean places; and a text that was chosen. */
static void
make_decisions(void)
{
	struct event_vetted vetted = {.at = session_quarter(&rig.session), .vetted = 1};
	struct event_plain_allowed plain = {.at = vetted.at, .allowed = 1, .reason = "no phone"};
	struct event_own_places own = {.at = vetted.at, .place = {[7] = 101, [42] = 102}};
	struct event_setting neutral = {.key = SETTING_NEUTRAL, .text = "thank you"};
	uint8_t body[EVENT_LONG_MAX];

	vetted.slot = plain.slot = own.slot = rig.phone[1].slot;
	memcpy(plain.number, "0700654321", 11);
	append(EVENT_VETTED, body, event_vetted_encode(&vetted, body, sizeof(body)));
	append(EVENT_PLAIN_ALLOWED, body, event_plain_allowed_encode(&plain, body, sizeof(body)));
	append(EVENT_OWN_PLACES, body, event_own_places_encode(&own, body, sizeof(body)));
	append(EVENT_SETTING, body, event_setting_encode(&neutral, body, sizeof(body)));
}

/* One act of each kind on a report before it, and a place that she calls hers. */
static void
make_acts(void)
{
	static const enum relation relations[] = {RELATION_CORRECTION, RELATION_FOLLOW_UP,
	    RELATION_CANCEL, RELATION_ALL_CLEAR, RELATION_HEARTBEAT, RELATION_DRILL, RELATION_COVER,
	    RELATION_PLACE_CONFIRM};
	char text[EW1_X_CHARS + 1];

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		struct phone *p = &rig.phone[1];
		struct record r;

		rig_report(p, 2, 1, "", text);
		give(text);
		record_init(&r, 1);
		r.relation = relations[i];
		r.kind = 3;
		r.place = 101;
		rig_compose_about(p, &r, (uint16_t)(p->n - 1), text);
		give(text);
	}
}

/* A plain text with three reports, as it is stored, and one that cancels one of them. */
static void
make_plain(void)
{
	static struct event_received e;
	uint8_t body[EVENT_LONG_MAX];
	struct record r;
	uint64_t seq;

	e.arrival = session_quarter(&rig.session);
	e.trust = (uint8_t)session_trust(&rig.session);
	e.source = SOURCE_SMS;
	e.slot = rig.phone[1].slot;
	e.outcome = OUTCOME_ACCEPTED;
	memcpy(e.raw, "KIL 101; BUR 102; MAS 101 n10-20", e.raw_len = 32);
	record_init(&r, 1);
	for (e.reports = 0; e.reports < 3; e.reports++) {
		r.kind = 1 + e.reports;
		r.place = 101;
		CHECK_EQ(record_pack(&r, e.report[e.reports].record), ST_OK);
		e.report[e.reports].upper = e.reports == 2 ? 20 : AFFECTED_NONE;
	}
	CHECK_EQ(session_append(&rig.session, EVENT_RECEIVED, body,
		     event_received_encode(&e, body, sizeof(body)), &seq),
	    ST_OK);
	record_init(&r, 1);
	r.relation = RELATION_CANCEL;
	r.kind = 2;
	CHECK_EQ(record_pack(&r, e.report[0].record), ST_OK);
	e.report[0].refers = (uint32_t)seq;
	e.reports = 1;
	append(EVENT_RECEIVED, body, event_received_encode(&e, body, sizeof(body)));
}

/* One text is delivered, one refused, one lost with core. */
static void
make_outbox(void)
{
	struct msg_send_text in = {
	    .pseudonym = "reached", .modem = UINT32_MAX, .text_len = 4, .text = "text"};
	struct outbox *o = outbox_new(&rig.session);
	struct msg_sent sent = {.result = SEND_DONE, .reference = 7};
	struct msg_report report = {
	    .reference = 7, .state = REPORT_DELIVERED, .number = "0700123456"};
	char words[SESSION_WORDS_MAX];
	struct msg_send out;
	uint64_t number;

	for (unsigned i = 0; i < 3 && CHECK(o != NULL); i++) {
		CHECK_EQ(outbox_queue(o, &in, &number, words), ST_OK);
		CHECK_EQ(outbox_next(o, 0, &out), ST_OK);
		sent.id = number;
		if (i < 2)
			CHECK_EQ(outbox_sent(o, 0, &sent), ST_OK);
		if (i == 0)
			CHECK_EQ(outbox_report(o, 0, &report), ST_OK);
		sent.result = SEND_REFUSED;
		sent.code = 38;
	}
	outbox_free(o);
}

static void
make(const char *folder)
{
	struct msg_recovery_key key;
	struct retention_month months[16];
	char command[9000], words[SESSION_WORDS_MAX] = "";
	int64_t next_ms;
	size_t count;

	rig_create(&rig, "journal");
	for (int month = 0; month < 6; month++) {
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		if (month == 0) {
			CHECK_EQ(rights_recovery_key(&rig.session, &key, words), ST_OK);
			(void)rig_enrol(&rig, "one");
			(void)rig_enrol(&rig, "two");
			(void)rig_enrol(&rig, "gone");
			make_events(key.text);
			make_numbers();
			make_decisions();
			make_acts();
			make_plain();
		}
		give_reports(20);
		give("hello");
		boot_ms += (int64_t)31 * 86400000;
		wall_s += 31 * 86400;
		CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
	}
	give_reports(3); /* parked */
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(retention_list(&rig.session, months, 16, &count), ST_OK);
	CHECK_EQ(retention_drop(&rig.session, months[0].month, words), ST_OK);
	make_outbox();
	make_acts();
	make_plain();
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	session_end(&rig.session);
	(void)snprintf(command, sizeof(command),
	    "mkdir -p '%s' && sqlite3 '%s/tocsin.db' 'PRAGMA wal_checkpoint(TRUNCATE)' &&"
	    " cp '%s/tocsin.db' '%s/' && cp '%s' '%s/anchor'",
	    folder, rig.conf.state_dir, rig.conf.state_dir, folder, rig.conf.anchor, folder);
	CHECK_EQ(system(command), 0);
	CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK);
	rig_remove(&rig);
}

int
main(int argc, char **argv)
{
	is_synchronised = 1;
	if (argc == 3) {
		make(argv[2]);
		return check_done();
	}
	wall_s = 1812000000; /* 2027-06-03: after the newest of them */
	check_journal("first");
	check_journal("issue-4");
	check_journal("issue-5");
	check_journal("issue-6");
	return check_done();
}

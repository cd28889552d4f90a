/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fault/oracle.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/core/intake.h"
#include "tests/fault/day.h"

#define SAMPLE 16 /* one image in so many is opened a second time */

static struct rig box; /* what is opened; the phones are day's */
static size_t cut;
static uint32_t locked_posture; /* as the root had it before anybody opened it */
static unsigned verdict;
static char *said;
static uint8_t found[DAY_TEXTS];
static size_t rows;

__attribute__((format(printf, 2, 3))) static void
find(enum verdict what, const char *words, ...)
{
	va_list args;

	if (verdict == 0) {
		va_start(args, words);
		(void)vsnprintf(said, ORACLE_WORDS, words, args);
		va_end(args);
	}
	verdict |= what;
}

/* --- what the journal holds --- */

static int
person_of_slot(int slot)
{
	for (size_t i = 0; i < day.people; i++)
		if (day.person[i].phone != NULL && day.person[i].phone->slot == slot)
			return (int)i;
	return NOBODY;
}

static int
text_of_octets(const uint8_t *octets, size_t len)
{
	char number[16] = "";
	size_t i;

	if (len > 6 && len < 6 + sizeof(number) && memcmp(octets, "plain ", 6) == 0) {
		memcpy(number, octets + 6, len - 6);
		i = (size_t)strtoul(number, NULL, 10);
		return i < day.texts && day.text[i].person == NOBODY ? (int)i : -1;
	}
	for (i = 0; i < day.texts; i++)
		if (day.text[i].is_after_revoking && day.text[i].sms.text_len == len &&
		    memcmp(day.text[i].sms.text, octets, len) == 0)
			return (int)i;
	return -1;
}

/* Which text is this row of `message`? -1: none that was sent. */
static int
text_of_row(sqlite3_stmt *s)
{
	int outcome = sqlite3_column_int(s, 2), person;
	int64_t n = sqlite3_column_int64(s, 1);

	if (outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_REFUSED && outcome != OUTCOME_NO_BOOK)
		return text_of_octets(
		    sqlite3_column_blob(s, 3), (size_t)sqlite3_column_bytes(s, 3));
	person = person_of_slot(sqlite3_column_int(s, 0));
	if (person == NOBODY || n >= day.person[person].phone->n)
		return -1;
	return day.person[person].text_of[n];
}

static sqlite3_stmt *
query(const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(view_db(box.session.view), sql, -1, &s, NULL) != SQLITE_OK)
		exit(2);
	return s;
}

/* The parts of a long message, in an event or in a row of their own. */
static void
note_parts(const uint8_t *octets, size_t len)
{
	char text[LONG_TEXT_MAX + 1] = "", *at = text, *end;

	memcpy(text, octets, len < LONG_TEXT_MAX ? len : LONG_TEXT_MAX);
	do {
		size_t i = strncmp(at, "part ", 5) == 0 ? strtoul(at + 5, &end, 10) : DAY_TEXTS;

		if (i >= day.texts || *end != ';' || !day.text[i].is_part ||
		    day.text[i].handed > cut) {
			find(BAD_DOUBLED, "a part that nobody sent: %.80s", at);
			return;
		}
		if (found[i]++ > 0)
			find(BAD_DOUBLED, "part %zu is there twice", i);
		at = end + 1;
	} while (*at != '\0');
}

/* Those whose others are not there yet. */
static void
read_waiting(void)
{
	const struct session *s = &box.session;
	uint8_t blob[PARK_BLOB_LEN], row[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	const int64_t *after = NULL;
	struct parked p;
	int64_t seq;
	size_t len;

	while (store_parked_next(s->store, after, &seq, blob, sizeof(blob), &len) == ST_OK) {
		after = &seq;
		if (park_open(&state_root(s->state)->k_p, (uint64_t)seq, blob, row) != ST_OK ||
		    park_box_open(&s->ring.pk_i, &s->keys->ring.sk_i, row, plain) != ST_OK ||
		    parked_read(plain, &p) != ST_OK || p.kind != PARKED_PART)
			find(BAD_LOST, "parked row %lld does not open", (long long)seq);
		else
			note_parts(p.text, p.text_len);
	}
}

static int
is_long(sqlite3_stmt *s)
{
	return sqlite3_column_bytes(s, 3) > 5 && memcmp(sqlite3_column_blob(s, 3), "part ", 5) == 0;
}

static void
read_messages(void)
{
	sqlite3_stmt *s = query("SELECT slot, n, outcome, raw FROM message");

	memset(found, 0, day.texts);
	for (rows = 0; sqlite3_step(s) == SQLITE_ROW; rows++) {
		int text;

		if (is_long(s)) {
			note_parts(sqlite3_column_blob(s, 3), (size_t)sqlite3_column_bytes(s, 3));
			continue;
		}
		text = text_of_row(s);
		if (text < 0 || day.text[text].handed > cut)
			find(BAD_DOUBLED,
			    "a message that nobody sent: slot %d, number %d, outcome %d",
			    sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
			    sqlite3_column_int(s, 2));
		else if (found[text]++ > 0)
			find(BAD_DOUBLED, "text %d is there twice", text);
	}
	(void)sqlite3_finalize(s);
}

/* all: what was handed over too, for it was handed over again. */
static void
check_texts(int all)
{
	read_messages();
	read_waiting();
	for (size_t i = 0; i < day.texts; i++)
		if (found[i] == 0 && (all ? day.text[i].handed : day.text[i].acked) <= cut)
			find(BAD_LOST, "text %zu is lost (%s, acknowledged %d)", i,
			    day.text[i].is_part            ? "part"
			    : day.text[i].person == NOBODY ? "plain"
							   : "sealed",
			    day.text[i].acked <= cut);
}

/* --- keys and people --- */

static int
is_skipped(const struct ratchet *r, uint32_t n)
{
	for (size_t i = 0; i < r->skipped_count; i++)
		if (r->skipped[i].n == n)
			return 1;
	return 0;
}

/* One that was passed over, and then 64 higher ones: its keys are gone, and it never arrived. */
static int
is_forgotten(const struct ratchet *r, uint32_t n)
{
	return r->skipped_count == EW1_SKIPPED_MAX && n < r->skipped[0].n;
}

/* Every number below n is spent and has its event, or is kept and has none; no other has one. */
static void
check_numbers(int person, const struct ratchet *r)
{
	const struct person *p = &day.person[person];

	for (uint32_t n = 0; n < p->phone->n; n++) {
		int text = p->text_of[n], has_event = text >= 0 && found[text] > 0;
		int is_spent = n < r->n && !is_skipped(r, n);

		if (is_spent && text < 0 && is_forgotten(r, n))
			continue;
		if (is_spent != has_event)
			find(BAD_KEYS, "slot %u, number %u: %s", p->phone->slot, n,
			    is_spent ? "spent, but no event" : "an event, but not spent");
	}
	if (r->n > p->phone->n)
		find(BAD_KEYS, "slot %u: number %u was never sent", p->phone->slot, r->n);
}

static void
check_slot(int slot, int is_revoked)
{
	int person = person_of_slot(slot);
	struct ratchet r;
	enum status st = state_slot(box.session.state, (uint16_t)slot, &r);

	if (st != ST_OK)
		find(BAD_KEYS, "slot %d has its event, but no keys: %s", slot, status_words(st));
	else if ((r.state == RATCHET_REVOKED) != is_revoked)
		find(
		    BAD_KEYS, "slot %d: revoked in %s alone", slot, is_revoked ? "events" : "keys");
	else if (!is_revoked && person == NOBODY && r.n != 0)
		find(BAD_KEYS, "slot %d of nobody has spent numbers", slot);
	else if (!is_revoked && person != NOBODY)
		check_numbers(person, &r);
}

static void
check_person(const struct person *p, int is_there, int is_revoked)
{
	if (p->done <= cut && !is_there)
		find(BAD_LOST, "%s was enrolled, and is not there", p->name);
	if (p->asked > cut && is_there)
		find(BAD_DOUBLED, "%s is there, and nobody enrolled her", p->name);
	if (p->revoke_done <= cut && !is_revoked)
		find(BAD_LOST, "%s was revoked, and is not", p->name);
	if (p->revoke_asked > cut && is_revoked)
		find(BAD_DOUBLED, "nobody revoked %s", p->name);
}

static void
check_people(void)
{
	sqlite3_stmt *s = query("SELECT slot, revoked NOT NULL, pseudonym FROM monitor");
	uint8_t there[DAY_PEOPLE] = {0};
	uint16_t slots[SLOT_MAX];
	size_t count = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(s, 2);

		count++;
		check_slot(sqlite3_column_int(s, 0), sqlite3_column_int(s, 1));
		for (size_t i = 0; i < day.people; i++)
			if (strcmp(day.person[i].name, name) == 0)
				there[i] = (uint8_t)(1 + sqlite3_column_int(s, 1));
	}
	(void)sqlite3_finalize(s);
	if (count != state_slots(box.session.state, slots))
		find(BAD_KEYS, "%zu monitors, %zu slots with keys", count,
		    state_slots(box.session.state, slots));
	for (size_t i = 0; i < day.people; i++)
		check_person(&day.person[i], there[i] > 0, there[i] > 1);
}

/* Root and journal say the same, and what was acknowledged last, or what was asked for since. */
static void
check_posture(void)
{
	sqlite3_stmt *s = query("SELECT value FROM setting WHERE key = 1");
	uint32_t journal = UINT32_MAX, least = POLICY_PROTECTED;
	int is_asked = 0;

	if (sqlite3_step(s) == SQLITE_ROW)
		journal = (uint32_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	if (journal != locked_posture || state_root(box.session.state)->posture != journal)
		find(
		    BAD_KEYS, "posture %u in the journal, %u in the root", journal, locked_posture);
	for (size_t i = 0; i < day.postures; i++)
		if (day.posture[i].done <= cut)
			least = day.posture[i].value;
	for (size_t i = 0; i < day.postures; i++)
		is_asked |= day.posture[i].asked <= cut && day.posture[i].done > cut &&
			    day.posture[i].value == journal;
	if (journal != least && !is_asked)
		find(BAD_LOST, "posture %u, and %u was chosen", journal, least);
}

/* --- the way of a gateway after a cut --- */

static int
ok(enum status st, const char *what)
{
	if (st != ST_OK)
		find(BAD_UNOPENABLE, "%s: %s", what, status_words(st));
	return st == ST_OK;
}

static int
start(void)
{
	char words[SESSION_WORDS_MAX];

	box.conf = day.rig.conf;
	if (!ok(session_start(&box.session, &box.conf, words), "start"))
		return 0;
	if (box.session.at != IN_LOCKED)
		find(BAD_UNOPENABLE, "there is no gateway");
	else
		locked_posture = state_root(box.session.state)->posture;
	return box.session.at == IN_LOCKED;
}

static int
open_it(void)
{
	if (!ok(rig_unlock(&box, IN_OPEN), "unlock"))
		return 0;
	if (box.session.read_only)
		find(BAD_UNOPENABLE, "opened for reading only: %.120s", box.session.fault);
	else if (box.session.fault[0] != '\0')
		find(BAD_UNOPENABLE, "journal: %.120s", box.session.fault);
	return !box.session.read_only;
}

/* What the modem still has: what was not acknowledged, and what was acknowledged last, for it may
 * not have been deleted yet. */
static int
deliver_again(void)
{
	static struct msg_sms sms[BATCH_MAX];
	size_t last = 0, count = 0;

	for (size_t i = 0; i < day.texts; i++)
		if (day.text[i].acked <= cut && day.text[i].acked > last)
			last = day.text[i].acked;
	for (size_t i = 0; i < day.texts; i++) {
		const struct text *t = &day.text[i];

		if (t->handed <= cut && (t->acked > cut || (t->acked == last && last > 0)))
			sms[count++] = t->sms;
		if (count == BATCH_MAX || (i + 1 == day.texts && count > 0)) {
			if (!ok(intake_batch(&box.session, UINT32_MAX, sms, count),
				"texts that come again"))
				return 0;
			count = 0;
		}
	}
	return 1;
}

static int
idle(void)
{
	return ok(state_idle(box.session.state), "idle");
}

static void
judge(uint64_t seed)
{
	int early = (seed & 1) != 0;

	if (!start() || ((seed & 2) && !idle()) || (early && !deliver_again()) || !open_it())
		return;
	check_texts(early);
	check_people();
	check_posture();
	if (!early) {
		if (!deliver_again())
			return;
		check_texts(1);
		check_people();
	}
	if (!idle() || seed % SAMPLE != 0)
		return;
	session_end(&box.session);
	if (!start() || !open_it() || !deliver_again())
		return;
	check_texts(1);
	check_people();
	check_posture();
}

unsigned
oracle(size_t k, uint64_t seed, char words[ORACLE_WORDS])
{
	int was_recording = disk_recording;

	cut = k;
	verdict = 0;
	said = words;
	words[0] = '\0';
	disk_recording = 0;
	judge(seed);
	session_end(&box.session);
	disk_recording = was_recording;
	return verdict;
}

unsigned
oracle_unborn(char words[ORACLE_WORDS])
{
	char why[SESSION_WORDS_MAX];
	int was_recording = disk_recording;
	enum status st;

	cut = 0;
	verdict = 0;
	said = words;
	words[0] = '\0';
	disk_recording = 0;
	box.conf = day.rig.conf;
	st = session_start(&box.session, &box.conf, why);
	if (st != ST_OK && why[0] == '\0')
		find(BAD_UNOPENABLE, "refused without a word: %s", status_words(st));
	else if (st == ST_OK && box.session.at == IN_LOCKED)
		(void)open_it();
	session_end(&box.session);
	disk_recording = was_recording;
	return verdict;
}

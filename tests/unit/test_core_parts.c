/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long messages through the real session and store, with a clock of its own: each row of the table
 * is what happened, what stands in the journal then, and how many parts still wait.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "gateway/core/intake.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define STAMP 1795000000
#define STEPS 16
#define JOURNAL_MAX 4096

static struct rig rig;
static struct session *const s = &rig.session;
static int64_t row_stamp = STAMP;

/* --- acts --- */

enum act { END, PART, BATCH, PART16, OCTETS, LOCK, ARM, OPEN, RESTART, HOURS, DAMAGE };

/* PART is delivered with the BATCH ones before it. HOURS pass `ref` of them. */
struct happening {
	enum act act;
	unsigned ref, total, place;
	const char *text;
	int64_t later_s;    /* its stamp, after the row's first */
	const char *sender; /* NULL: the usual one */
};

#define SMS(act, ref, total, place, text, later) \
	{ \
		act, ref, total, place, text, later, NULL \
	}
#define FROM(sender, ref, total, place, text) \
	{ \
		PART, ref, total, place, text, 0, sender \
	}
#define PASS(hours) \
	{ \
		HOURS, hours, 0, 0, NULL, 0, NULL \
	}
#define DO(act) \
	{ \
		act, 0, 0, 0, NULL, 0, NULL \
	}

static struct msg_sms batch[BATCH_MAX];
static size_t batched;

static void
put(const struct happening *step)
{
	struct msg_sms *sms = &batch[batched++];
	const uint8_t udh8[] = {
	    5, 0x00, 3, (uint8_t)step->ref, (uint8_t)step->total, (uint8_t)step->place};
	const uint8_t udh16[] = {6, 0x08, 4, (uint8_t)(step->ref >> 8), (uint8_t)step->ref,
	    (uint8_t)step->total, (uint8_t)step->place};

	*sms = rig_sms(step->text, 1);
	sms->stamp_s = row_stamp + step->later_s;
	if (step->act == OCTETS)
		sms->form = SMS_OCTETS;
	sms->udh_len = step->act == PART16 ? sizeof(udh16) : sizeof(udh8);
	memcpy(sms->udh, step->act == PART16 ? udh16 : udh8, sms->udh_len);
	(void)snprintf(sms->sender, sizeof(sms->sender), "%s",
	    step->sender != NULL ? step->sender : "+254700000009");
}

static void
deliver(void)
{
	CHECK_EQ(intake_batch(s, UINT32_MAX, batch, batched), ST_OK);
	batched = 0;
}

/* A coordinator gives her passphrase often enough. */
static void
hours(unsigned count)
{
	int64_t next_ms;

	boot_ms += 3600000 * (int64_t)count;
	wall_s += 3600 * (int64_t)count;
	s->used_ms = s->passphrase_ms = boot_ms;
	CHECK_EQ(session_tick(s, &next_ms), ST_OK);
	CHECK(next_ms > boot_ms);
}

static void
act(const struct happening *step)
{
	switch (step->act) {
	case BATCH:
		put(step);
		break;
	case PART:
	case PART16:
	case OCTETS:
		put(step);
		deliver();
		break;
	case LOCK:
		CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
		CHECK(s->parts == NULL);
		break;
	case ARM:
		CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
		break;
	case OPEN:
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		break;
	case RESTART:
		rig_restart(&rig);
		break;
	case HOURS:
		hours(step->ref);
		break;
	case DAMAGE:
		rig_on_disk(&rig, "UPDATE parked SET blob = zeroblob(536) WHERE"
				  " seq = (SELECT min(seq) FROM parked)");
		break;
	default:
		break;
	}
}

static void
sms(enum act how, unsigned ref, unsigned total, unsigned place, const char *text)
{
	act(&(struct happening){how, ref, total, place, text, 0, NULL});
}

/* --- what came of it --- */

static uint64_t
parked(void)
{
	uint64_t count;

	CHECK_EQ(store_parked_count(s->store, &count), ST_OK);
	return count;
}

/* "OUTCOME:octets|" of each message from seq on. */
static void
journal(uint64_t from, char *out)
{
	sqlite3_stmt *q = NULL;
	size_t len = 0;

	out[0] = '\0';
	CHECK_EQ(sqlite3_prepare_v2(view_db(s->view),
		     "SELECT outcome, raw FROM message WHERE seq >= ?1 ORDER BY seq", -1, &q, NULL),
	    SQLITE_OK);
	(void)sqlite3_bind_int64(q, 1, (sqlite3_int64)from);
	while (sqlite3_step(q) == SQLITE_ROW)
		len += (size_t)snprintf(out + len, JOURNAL_MAX - len, "%d:%.*s|",
		    sqlite3_column_int(q, 0), sqlite3_column_bytes(q, 1),
		    (const char *)sqlite3_column_blob(q, 1));
	(void)sqlite3_finalize(q);
}

static void
open_now(void)
{
	if (s->at != IN_OPEN)
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
}

/* OPEN, and stamps that none before had. */
static void
begin(void)
{
	open_now();
	row_stamp += 200000;
}

static const struct {
	const char *what;
	struct happening step[STEPS];
	const char *want;
	unsigned waiting, doubled;
} rows[] = {
    {"in order", {SMS(PART, 1, 2, 1, "hello ", 0), SMS(PART, 1, 2, 2, "world", 1)},
	"6:hello world|", 0, 0},
    {"out of order",
	{SMS(PART, 1, 3, 3, "c", 0), SMS(PART, 1, 3, 1, "a", 1), SMS(PART, 1, 3, 2, "b", 2)},
	"6:abc|", 0, 0},
    {"at once",
	{SMS(BATCH, 1, 3, 2, "b", 0), SMS(BATCH, 1, 3, 3, "c", 0), SMS(PART, 1, 3, 1, "a", 0)},
	"6:abc|", 0, 0},
    {"two at once, mixed",
	{SMS(BATCH, 1, 2, 2, "b", 0), SMS(BATCH, 2, 2, 1, "c", 0), SMS(BATCH, 2, 2, 2, "d", 0),
	    SMS(PART, 1, 2, 1, "a", 0)},
	"6:cd|6:ab|", 0, 0},
    {"while LOCKED", {DO(LOCK), SMS(PART, 1, 2, 2, "b", 0), SMS(PART, 1, 2, 1, "a", 0), DO(ARM)},
	"6:ab|", 0, 0},
    {"at once while LOCKED",
	{DO(LOCK), SMS(BATCH, 1, 2, 2, "b", 0), SMS(PART, 1, 2, 1, "a", 0), DO(ARM)}, "6:ab|", 0,
	0},
    {"LOCKED, then ARMED",
	{DO(LOCK), SMS(PART, 1, 2, 2, "b", 0), DO(ARM), SMS(PART, 1, 2, 1, "a", 0)}, "6:ab|", 0, 0},
    {"ARMED, then LOCKED",
	{DO(LOCK), DO(ARM), SMS(PART, 1, 2, 2, "b", 0), DO(LOCK), SMS(PART, 1, 2, 1, "a", 0),
	    DO(OPEN)},
	"6:ab|", 0, 0},
    {"over two restarts",
	{SMS(PART, 1, 3, 2, "b", 0), DO(RESTART), SMS(PART, 1, 3, 3, "c", 0), DO(RESTART), DO(ARM),
	    SMS(PART, 1, 3, 1, "a", 0)},
	"6:abc|", 0, 0},
    {"waits", {SMS(PART, 1, 2, 2, "b", 0), DO(RESTART), DO(OPEN)}, "", 1, 0},
    {"twice from the modem", {SMS(PART, 1, 2, 2, "b", 0), SMS(PART, 1, 2, 2, "b", 0)}, "", 1, 1},
    {"twice from the phone", {SMS(PART, 1, 2, 2, "b", 0), SMS(PART, 1, 2, 2, "b", 60)}, "", 1, 1},
    {"twice while LOCKED",
	{DO(LOCK), SMS(PART, 1, 2, 2, "b", 0), SMS(PART, 1, 2, 2, "b", 0),
	    SMS(PART, 1, 2, 2, "b", 60), DO(ARM)},
	"", 1, 2},
    {"the same place, other words",
	{SMS(PART, 1, 2, 1, "a1", 0), SMS(PART, 1, 2, 1, "b1", 1000),
	    SMS(PART, 1, 2, 2, "b2", 1001), SMS(PART, 1, 2, 2, "a2", 2)},
	"6:b1b2|6:a1a2|", 0, 0},
    {"a reference of 16 bits",
	{SMS(PART16, 0x1234, 2, 1, "a", 0), SMS(PART16, 0x1234, 2, 2, "b", 0)}, "6:ab|", 0, 0},
    {"8 and 16 bits", {SMS(PART, 1, 2, 1, "a", 0), SMS(PART16, 1, 2, 2, "b", 0)}, "", 2, 0},
    {"other references", {SMS(PART, 1, 2, 1, "a", 0), SMS(PART, 2, 2, 2, "b", 0)}, "", 2, 0},
    {"other numbers of parts", {SMS(PART, 1, 2, 1, "a", 0), SMS(PART, 1, 3, 2, "b", 0)}, "", 2, 0},
    {"other senders", {SMS(PART, 1, 2, 1, "a", 0), FROM("+254700000008", 1, 2, 2, "b")}, "", 2, 0},
    {"without a sender", {FROM("", 1, 2, 1, "a"), FROM("", 1, 2, 2, "b")}, "6:ab|", 0, 0},
    {"a day apart", {SMS(PART, 1, 2, 1, "a", 0), SMS(PART, 1, 2, 2, "b", 86400)}, "6:ab|", 0, 0},
    {"more than a day", {SMS(PART, 1, 2, 1, "a", 0), SMS(PART, 1, 2, 2, "b", 86401)}, "", 2, 0},
    {"place 0", {SMS(PART, 1, 2, 0, "a", 0)}, "16:a|", 0, 0},
    {"place behind the last", {SMS(PART, 1, 2, 3, "a", 0)}, "16:a|", 0, 0},
    {"place 0 while LOCKED", {DO(LOCK), SMS(PART, 1, 2, 0, "a", 0), DO(ARM)}, "16:a|", 0, 0},
    {"eleven parts", {SMS(PART, 1, 11, 11, "a", 0), SMS(PART, 1, 11, 12, "b", 0)}, "17:a|16:b|", 0,
	0},
    {"one of one", {SMS(PART, 1, 1, 1, "a", 0)}, "6:a|", 0, 0},
    {"one of none", {SMS(PART, 1, 0, 9, "a", 0)}, "6:a|", 0, 0},
    {"octets", {SMS(OCTETS, 1, 2, 1, "a", 0), SMS(PART, 1, 2, 2, "b", 0)}, "10:ab|", 0, 0},
    {"71 hours", {SMS(PART, 1, 3, 2, "b", 0), PASS(71)}, "", 1, 0},
    {"72 hours", {SMS(PART, 1, 3, 2, "b", 0), PASS(72)}, "15:[1/3]b[3/3]|", 0, 0},
    {"72 hours of the oldest",
	{SMS(PART, 1, 3, 2, "b", 0), PASS(40), SMS(PART, 1, 3, 1, "a", 0), PASS(32)}, "15:ab[3/3]|",
	0, 0},
    {"hours LOCKED do not count",
	{DO(LOCK), SMS(PART, 1, 2, 2, "b", 0), PASS(100), DO(ARM), PASS(71),
	    SMS(PART, 1, 2, 1, "a", 0)},
	"6:ab|", 0, 0},
    {"hours go on behind a lock",
	{SMS(PART, 1, 2, 2, "b", 0), PASS(40), DO(LOCK), PASS(100), DO(ARM), PASS(31), DO(LOCK),
	    DO(ARM), PASS(1)},
	"15:[1/2]b|", 0, 0},
    {"too old at arming",
	{DO(LOCK), SMS(PART, 1, 2, 2, "b", 0), DO(RESTART), DO(ARM), PASS(71), DO(LOCK), DO(ARM),
	    PASS(1)},
	"15:[1/2]b|", 0, 0},
    {"a damaged row",
	{SMS(PART, 1, 2, 1, "a", 0), SMS(PART, 1, 2, 2, "b", 90000), DO(DAMAGE), DO(ARM), PASS(72)},
	"12:|15:[1/2]b|", 0, 0},
};

static void
test_table(void)
{
	static char got[JOURNAL_MAX];
	uint64_t from, doubled;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("%s", rows[i].what);
		open_now();
		hours(80); /* nothing waits from before */
		CHECK_EQ(parked(), 0);
		from = state_next_seq(s->state);
		doubled = s->doubled;
		row_stamp += 200000;
		for (size_t k = 0; k < STEPS; k++) {
			act(&rows[i].step[k]);
			if (rows[i].step[k].act == RESTART)
				doubled = 0;
		}
		doubled = s->doubled - doubled;
		open_now();
		journal(from, got);
		if (!CHECK_STR(got, rows[i].want) || !CHECK_EQ(parked(), rows[i].waiting) ||
		    !CHECK_EQ(parts_count(s->parts), rows[i].waiting) ||
		    !CHECK_EQ(doubled, rows[i].doubled))
			printf("    %s\n", rows[i].what);
	}
}

/* --- a sealed text that a phone sent in two --- */

static void
halves(const char *text, unsigned ref)
{
	char first[101] = "";

	memcpy(first, text, 100);
	sms(BATCH, ref, 2, 1, first);
	sms(PART, ref, 2, 2, text + 100);
}

static void
test_sealed(void)
{
	static char got[JOURNAL_MAX];
	char text[EW1_X_CHARS + 1];
	uint64_t from, doubled;
	struct msg_sms whole;

	begin();
	from = state_next_seq(s->state);
	rig_report(&rig.phone[0], 1, 1, "", text);
	halves(text, 1);
	doubled = s->doubled;
	whole = rig_sms(text, 9);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &whole, 1), ST_OK);
	CHECK_EQ(s->doubled, doubled + 1);
	rig_report(&rig.phone[0], 1, 1, "", text);
	whole = rig_sms(text, 10);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &whole, 1), ST_OK);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	halves(text, 2);
	open_now();
	CHECK_EQ(s->doubled, doubled + 2);
	CHECK_EQ(parked(), 0);
	text[0] = text[0] == 'A' ? 'B' : 'A';
	halves(text, 3);
	journal(from, got);
	CHECK_EQ(strncmp(got, "1:|1:|", 6), 0);
	CHECK(strstr(got, text) != NULL); /* one that does not open is kept as it came */
}

/* --- bounds --- */

static enum status
note_length(void *arg, const struct msg_inbox_row *row)
{
	uint32_t *len = arg;

	if (*len == 0)
		*len = row->raw_len;
	return ST_OK;
}

static void
test_longest(void)
{
	const struct msg_inbox page = {.limit = 1};
	char text[SMS_TEXT_MAX + 1];
	uint32_t len = 0;

	begin();
	for (unsigned i = 1; i <= SMS_PARTS_MAX; i++) {
		memset(text, 'a' + (int)i, SMS_TEXT_MAX);
		text[SMS_TEXT_MAX] = '\0';
		sms(PART, 1, SMS_PARTS_MAX, i, text);
	}
	CHECK_EQ(rig_inbox(&rig, &page, note_length, &len), ST_OK);
	CHECK_EQ(len, LONG_TEXT_MAX);
	rig_restart(&rig);
	open_now();
	CHECK_EQ(s->fault[0], '\0');
}

static void
test_flood(void)
{
	static char got[JOURNAL_MAX];
	char text[16], sender[NUMBER_MAX];
	uint64_t from;

	begin();
	from = state_next_seq(s->state);
	for (unsigned i = 0; i < PART_GROUPS_MAX + 3; i++) {
		(void)snprintf(text, sizeof(text), "flood %u", i);
		(void)snprintf(sender, sizeof(sender), "+2547000%05u", i);
		act(&(struct happening){i % 20 == 0 ? PART : BATCH, i, 2, 2, text, 0, sender});
	}
	deliver();
	journal(from, got);
	CHECK_STR(got, "15:[1/2]flood 0|15:[1/2]flood 1|15:[1/2]flood 2|");
	CHECK_EQ(parked(), PART_GROUPS_MAX);
	CHECK_EQ(parts_count(s->parts), PART_GROUPS_MAX);
	act(&(struct happening)FROM("+254700000003", 3, 2, 1, "saved "));
	rig_restart(&rig);
	for (unsigned i = 100; i < 105; i++) {
		(void)snprintf(text, sizeof(text), "locked %u", i);
		sms(PART, i, 2, 2, text);
	}
	CHECK_EQ(parked(), PART_GROUPS_MAX + 4);
	open_now();
	CHECK_EQ(parked(), PART_GROUPS_MAX);
	hours(PART_HOURS);
	CHECK_EQ(parked(), 0);
	CHECK_EQ(
	    rig_number(&rig, "SELECT count(*) FROM message WHERE CAST(raw AS TEXT) LIKE '%flood%'"),
	    PART_GROUPS_MAX + 3);
	CHECK_EQ(rig_number(
		     &rig, "SELECT count(*) FROM message WHERE CAST(raw AS TEXT) LIKE '%locked%'"),
	    5);
	CHECK_EQ(rig_number(&rig,
		     "SELECT count(*) FROM message WHERE CAST(raw AS TEXT) = 'saved flood 3'"),
	    1);
}

/* What the rows of parts held is noise when they go; what never lay in a row costs nothing. */
static void
test_keys(void)
{
	static char got[JOURNAL_MAX];
	struct key32 before;
	uint64_t from;

	begin();
	from = state_next_seq(s->state);
	before = state_root(s->state)->k_p;
	sms(BATCH, 1, 2, 1, "a");
	sms(PART, 1, 2, 2, "b");
	CHECK_MEM(&state_root(s->state)->k_p, &before, sizeof(before));
	sms(PART, 2, 2, 1, "a");
	sms(PART, 3, 2, 1, "a");
	CHECK_MEM(&state_root(s->state)->k_p, &before, sizeof(before));
	sms(PART, 2, 2, 2, "b");
	CHECK(memcmp(&state_root(s->state)->k_p, &before, sizeof(before)) != 0);
	before = state_root(s->state)->k_p;
	sms(PART, 3, 2, 2, "b"); /* its row was sealed anew, and opens */
	journal(from, got);
	CHECK_STR(got, "6:ab|6:ab|6:ab|");
	CHECK_EQ(parked(), 0);
}

static void
send(const char *text)
{
	const struct msg_sms sms = rig_sms(text, 20);

	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

/* A part that waits for ever keeps nobody's old keys; a text that waited does find them. */
static void
test_old_keys(void)
{
	static char got[JOURNAL_MAX];
	char text[3][EW1_X_CHARS + 1];
	struct ratchet r;
	uint64_t from;

	begin();
	for (size_t i = 0; i < 3; i++)
		rig_report(&rig.phone[0], 1, 1, "", text[i]);
	send(text[2]);
	CHECK_EQ(state_slot(s->state, rig.phone[0].slot, &r), ST_OK);
	CHECK_EQ(r.skipped_count, 2);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	sms(PART, 1, 2, 1, "a");
	send(text[0]);
	hours(EW1_SKIPPED_HOURS);
	from = state_next_seq(s->state);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(parked(), 1);
	CHECK_EQ(state_slot(s->state, rig.phone[0].slot, &r), ST_OK);
	CHECK_EQ(r.skipped_count, 0);
	send(text[1]);
	open_now();
	journal(from, got);
	CHECK_EQ(strncmp(got, "1:|3:", 5), 0);
}

int
main(void)
{
	rig_create(&rig, "parts");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "halved");
	test_table();
	test_sealed();
	hours(80);
	test_longest();
	test_flood();
	test_keys();
	test_old_keys();
	rig_remove(&rig);
	return check_done();
}

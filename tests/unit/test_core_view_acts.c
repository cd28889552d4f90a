/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What messages say of earlier reports: what the inbox shows of it, and what is counted; in
 * whatever order they come, and over a base (docs/decisions/0059-acts-on-earlier-reports.md).
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "gateway/core/events_carried.h"
#include "gateway/core/view.h"
#include "reporting/report/check.h"
#include "reporting/report/note.h"
#include "reporting/report/plain.h"
#include "tests/support/check.h"
#include "tests/support/shipped_books.h"

#define HOME 101

static const struct view_names names = {.book = &book, .places = &places};
static struct view *view;
static uint64_t seq; /* of the last event */

static void
apply(enum event_type type, const uint8_t *body, size_t len)
{
	const struct view_event ev = {
	    ++seq, (uint8_t)type, (uint8_t)event_version(type), 1, body, len};

	CHECK_EQ(view_apply(view, &ev), ST_OK);
}

static void
begin(void)
{
	static const char *const people[] = {"ada", "bea"};
	uint8_t body[EVENT_ENROLLED_MAX];

	seq = 0;
	CHECK_EQ(view_new(&view), ST_OK);
	for (uint16_t slot = 0; slot < 2; slot++) {
		struct event_enrolled e = {.at = 1, .slot = slot, .place = HOME, .language = "en"};

		(void)snprintf(e.pseudonym, sizeof(e.pseudonym), "%s", people[slot]);
		apply(EVENT_ENROLLED, body, event_enrolled_encode(&e, body, sizeof(body)));
	}
}

static void
end(void)
{
	CHECK_EQ(view_faults(view, NULL, 0), 0);
	view_free(view);
}

/* A whole base; it changes nothing in this view but that it parts what is before and after it. */
static void
base(void)
{
	const struct event_carried first = {.item = CARRIED_BEGIN, .epoch = 17, .at = 20000};
	const struct event_carried last = {.item = CARRIED_END};
	uint8_t body[16];

	apply(EVENT_CARRIED, body, event_carried_encode(&first, body, sizeof(body)));
	apply(EVENT_CARRIED, body, event_carried_encode(&last, body, sizeof(body)));
}

struct said {
	enum relation relation;
	unsigned kind, place, severity;
	uint32_t refers; /* n of profile X, or seq */
};

static void
put(struct event_received *e, const struct said *said)
{
	struct note note = {.ref = (uint16_t)(said->refers % NOTE_REF_MOD)};
	struct event_report *report = &e->report[e->reports++];
	struct record r;
	size_t bad_at;

	record_init(&r, 1);
	r.relation = said->relation;
	r.kind = said->kind;
	r.place = said->place;
	r.severity = said->severity;
	CHECK_EQ(record_pack(&r, report->record), ST_OK);
	report->upper = AFFECTED_NONE;
	if (e->class == 1)
		CHECK_EQ(note_write(&r, &note, report->note, &bad_at), ST_OK);
	else
		report->refers = said->refers;
}

static void
give(struct event_received *e)
{
	uint8_t body[EVENT_RECEIVED_MAX];

	e->trust = TRUST_MACHINE;
	if (e->outcome == 0)
		e->outcome = OUTCOME_ACCEPTED;
	apply(EVENT_RECEIVED, body, event_received_encode(e, body, sizeof(body)));
}

/* Profile X, of a slot; its seq. */
static uint64_t
sealed(uint16_t slot, uint32_t n, struct said said)
{
	struct event_received e = {
	    .arrival = 20000, .source = SOURCE_SMS, .class = 1, .slot = slot, .n = n};

	put(&e, &said);
	give(&e);
	return seq;
}

static uint64_t
plain(uint16_t slot, size_t count, const struct said *said)
{
	struct event_received e = {
	    .arrival = 20000, .source = SOURCE_SMS, .slot = slot, .raw_len = 5, .raw = "words"};

	for (size_t i = 0; i < count; i++)
		put(&e, &said[i]);
	give(&e);
	return seq;
}

static uint64_t
typed(struct said said)
{
	struct event_received e = {
	    .arrival = 20000, .source = SOURCE_COORDINATOR, .slot = EVENT_SLOT_NONE};

	put(&e, &said);
	give(&e);
	return seq;
}

struct wanted {
	uint64_t seq;
	uint32_t part;
	struct msg_inbox_row row;
	int found;
};

static enum status
take_row(void *arg, const struct msg_inbox_row *row)
{
	struct wanted *w = arg;

	if (row->seq == w->seq && row->part == w->part) {
		w->row = *row;
		w->found++;
	}
	return ST_OK;
}

static const struct msg_inbox_row *
row_of(uint64_t of, uint32_t part)
{
	static struct wanted w;
	const struct msg_inbox all = {.limit = UINT32_MAX, .which = 3};

	w = (struct wanted){.seq = of, .part = part};
	CHECK_EQ(view_inbox(view, &names, &all, take_row, &w), ST_OK);
	CHECK_EQ(w.found, 1);
	return &w.row;
}

static int64_t
number(const char *sql)
{
	sqlite3_stmt *s;
	int64_t value = -1;

	if (sqlite3_prepare_v2(view_db(view), sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return value;
}

static int64_t
counted(void)
{
	return number("SELECT coalesce(sum(count), 0) FROM counted");
}

static void
test_correction(void)
{
	const struct msg_inbox_row *row;
	uint64_t first, older, newer;

	begin();
	first = sealed(0, 0, (struct said){RELATION_NEW, 1, 102, 3, 0});
	/* The newer one comes first. */
	newer = sealed(0, 2, (struct said){RELATION_CORRECTION, 0, 0, 5, 0});
	older = sealed(0, 1, (struct said){RELATION_CORRECTION, 2, 0, 0, 0});
	CHECK_EQ(counted(), 1);
	CHECK_EQ(number("SELECT kind * 1000 + place FROM counted"), 1102);
	row = row_of(first, 0);
	CHECK(row->corrected_by == newer && row->counted == 0 && row->about == 0);
	row = row_of(newer, 0);
	CHECK(row->counted == 1 && row->about == first && row->refers == 1);
	CHECK(row->kind == 1 && row->place == 102 && row->severity == 5);
	row = row_of(older, 0);
	CHECK(row->counted == 0 && row->about == first && row->kind == 2 && row->severity == 3);
	/* A correction of the correction takes what it does not say from both. */
	newer = sealed(0, 3, (struct said){RELATION_CORRECTION, 0, 103, 0, 2});
	row = row_of(newer, 0);
	CHECK(row->counted == 1 && row->kind == 1 && row->place == 103 && row->severity == 5);
	CHECK_EQ(number("SELECT kind * 1000 + place FROM counted"), 1103);
	/* A cancel outweighs it. */
	(void)sealed(0, 4, (struct said){RELATION_CANCEL, 1, 102, 0, 0});
	CHECK_EQ(row_of(first, 0)->cancelled_by, seq);
	CHECK_EQ(counted(), 0);
	end();
}

static void
test_follow_up(void)
{
	uint64_t first, follow;

	begin();
	follow = sealed(0, 1, (struct said){RELATION_FOLLOW_UP, 0, 0, 0, 0});
	CHECK(row_of(follow, 0)->counted == 1 && row_of(follow, 0)->about == 0);
	first = sealed(0, 0, (struct said){RELATION_NEW, 1, 102, 3, 0});
	CHECK(row_of(follow, 0)->counted == 0 && row_of(follow, 0)->about == first);
	CHECK(row_of(follow, 0)->kind == 1 && row_of(follow, 0)->place == 102);
	CHECK_EQ(row_of(follow, 0)->severity, 0); /* its own, which it does not give */
	(void)sealed(0, 2, (struct said){RELATION_FOLLOW_UP, 0, 0, 0, 0});
	CHECK_EQ(row_of(first, 0)->follow_ups, 2);
	(void)sealed(0, 3, (struct said){RELATION_ALL_CLEAR, 0, 0, 0, 0});
	CHECK(row_of(first, 0)->cleared_by == seq && row_of(first, 0)->counted == 1);
	CHECK_EQ(counted(), 1);
	end();
}

/* Of a report that never came its newest correction counts, and nothing once it is cancelled. */
static void
test_lost(void)
{
	begin();
	(void)sealed(0, 6, (struct said){RELATION_CORRECTION, 2, 102, 0, 5});
	(void)sealed(0, 7, (struct said){RELATION_CORRECTION, 3, 102, 0, 5});
	CHECK_EQ(counted(), 1);
	CHECK_EQ(number("SELECT kind FROM counted"), 3);
	(void)sealed(0, 8, (struct said){RELATION_CANCEL, 3, 102, 0, 5});
	CHECK_EQ(counted(), 0);
	end();
}

/* The same number of another monitor, or of another chain, is another message. */
static void
test_whose(void)
{
	uint64_t hers, text;

	begin();
	hers = sealed(0, 0, (struct said){RELATION_NEW, 1, 102, 0, 0});
	(void)sealed(1, 1, (struct said){RELATION_CANCEL, 1, 102, 0, 0});
	CHECK(row_of(hers, 0)->cancelled_by == 0 && row_of(seq, 0)->about == 0);
	text = plain(0, 1, &(struct said){RELATION_NEW, 1, 102, 0, 0});
	for (uint32_t about = (uint32_t)hers; about <= text; about += (uint32_t)(text - hers)) {
		(void)plain(1, 1, &(struct said){RELATION_CANCEL, 0, 0, 0, about});
		(void)plain(EVENT_SLOT_NONE, 1, &(struct said){RELATION_CANCEL, 0, 0, 0, about});
		CHECK(row_of(seq, 0)->refers == about && row_of(seq, 0)->about == 0);
		(void)plain(EVENT_SLOT_NONE, 1, &(struct said){RELATION_FOLLOW_UP, 0, 0, 0, about});
		CHECK_EQ(row_of(seq, 0)->counted, 0);
		(void)typed((struct said){RELATION_CANCEL, 0, 0, 0, about});
	}
	(void)plain(0, 1, &(struct said){RELATION_CANCEL, 0, 0, 0, (uint32_t)hers}); /* sealed */
	CHECK_EQ(counted(), 2);
	CHECK(row_of(text, 0)->plain == 1 && row_of(text, 0)->raw_len == 5);
	CHECK_EQ(row_of(hers, 0)->plain, 0);
	(void)plain(0, 1, &(struct said){RELATION_CANCEL, 0, 0, 0, (uint32_t)text});
	CHECK_EQ(row_of(text, 0)->cancelled_by, seq);
	CHECK_EQ(row_of(seq, 0)->kind, 1); /* of the report meant */
	text = typed((struct said){RELATION_NEW, 1, 102, 0, 0});
	(void)typed((struct said){RELATION_CANCEL, 0, 0, 0, (uint32_t)text});
	CHECK_EQ(row_of(text, 0)->cancelled_by, seq);
	CHECK_EQ(counted(), 1);
	end();
}

static void
test_several(void)
{
	static const struct said three[] = {{RELATION_NEW, 1, 102, 0, 0},
	    {RELATION_NEW, 2, 103, 0, 0}, {RELATION_DRILL, 3, 102, 0, 0}};
	uint64_t text;

	begin();
	text = plain(0, 3, three);
	CHECK(row_of(text, 1)->parts == 3 && row_of(text, 1)->kind == 2);
	CHECK_EQ(counted(), 2);
	/* One that could be of either does nothing. */
	(void)plain(0, 1, &(struct said){RELATION_CORRECTION, 0, 104, 0, (uint32_t)text});
	CHECK(row_of(seq, 0)->about == text && row_of(seq, 0)->counted == 0);
	(void)plain(0, 1, &(struct said){RELATION_CORRECTION, 5, 104, 0, (uint32_t)text});
	CHECK_EQ(counted(), 2);
	CHECK(row_of(text, 0)->corrected_by == 0 && row_of(text, 1)->corrected_by == 0);
	(void)plain(0, 1, &(struct said){RELATION_CORRECTION, 2, 104, 0, (uint32_t)text});
	CHECK(row_of(text, 0)->corrected_by == 0 && row_of(text, 1)->corrected_by == seq);
	CHECK_EQ(number("SELECT count FROM counted WHERE kind = 2 AND place = 104"), 1);
	(void)plain(0, 1, &(struct said){RELATION_CORRECTION, 3, 104, 0, (uint32_t)text});
	CHECK_EQ(row_of(seq, 0)->counted, 0); /* of a drill */
	(void)plain(0, 1, &(struct said){RELATION_CANCEL, 1, 0, 0, (uint32_t)text});
	CHECK(row_of(text, 0)->cancelled_by == seq && row_of(text, 1)->cancelled_by == 0);
	CHECK_EQ(counted(), 1);
	(void)plain(0, 1, &(struct said){RELATION_CANCEL, 0, 0, 0, (uint32_t)text});
	CHECK(row_of(text, 0)->cancelled_by == seq && row_of(text, 2)->cancelled_by == seq);
	CHECK_EQ(counted(), 0);
	end();
}

/* What a base counted stays as it counted it; what is shown does not mind. */
static void
test_over_base(void)
{
	uint64_t first, second, other;

	begin();
	first = sealed(0, 0, (struct said){RELATION_NEW, 1, 102, 3, 0});
	other = sealed(0, 2, (struct said){RELATION_CANCEL, 1, 102, 0, 1});
	second = sealed(0, 3, (struct said){RELATION_NEW, 3, 102, 0, 0});
	base();
	(void)sealed(0, 1, (struct said){RELATION_NEW, 2, 102, 0, 0});
	CHECK_EQ(row_of(seq, 0)->cancelled_by, other);
	CHECK_EQ(row_of(seq, 0)->counted, 1);
	(void)sealed(0, 4, (struct said){RELATION_CANCEL, 1, 102, 0, 0});
	CHECK(row_of(first, 0)->cancelled_by == seq && row_of(first, 0)->counted == 1);
	(void)sealed(0, 5, (struct said){RELATION_FOLLOW_UP, 0, 0, 0, 0});
	CHECK(row_of(seq, 0)->about == first && row_of(seq, 0)->counted == 0); /* cancelled */
	(void)sealed(0, 6, (struct said){RELATION_FOLLOW_UP, 0, 103, 0, 3});
	CHECK(row_of(seq, 0)->about == second && row_of(seq, 0)->counted == 1);
	CHECK_EQ(row_of(seq, 0)->kind, 3); /* shown; a base holds no kind of it */
	CHECK_EQ(number("SELECT count FROM counted WHERE kind = 0 AND place = 103"), 1);
	CHECK_EQ(counted(), 4);
	end();
}

static void
test_not_counted(void)
{
	static const enum relation quiet[] = {
	    RELATION_HEARTBEAT, RELATION_COVER, RELATION_DRILL, RELATION_PLACE_CONFIRM};
	const struct msg_inbox usual = {.limit = 1};
	struct event_received e = {
	    .class = 1, .slot = 0, .n = 9, .source = SOURCE_SMS, .outcome = OUTCOME_NO_BOOK};
	struct wanted w = {.seq = 3};

	begin();
	for (uint32_t n = 0; n < 4; n++)
		(void)sealed(0, n, (struct said){quiet[n], 1, 102, 0, 0});
	put(&e, &(struct said){RELATION_NEW, 1, 102, 0, 0});
	give(&e);
	CHECK_EQ(counted(), 0);
	CHECK_EQ(number("SELECT messages FROM monitor WHERE slot = 0"), 5);
	CHECK_EQ(number("SELECT said_place FROM monitor WHERE slot = 0"), 102);
	CHECK_EQ(view_inbox(view, &names, &usual, take_row, &w), ST_OK);
	CHECK_EQ(w.found, 0);
	/* It could not be read as a report: nothing is about it. */
	(void)sealed(0, 10, (struct said){RELATION_CANCEL, 1, 102, 0, 9});
	CHECK_EQ(row_of(seq, 0)->about, 0);
	end();
}

/* A plain text moves no chain. */
static void
test_heard(void)
{
	begin();
	(void)sealed(0, 0, (struct said){RELATION_NEW, 1, 102, 0, 0});
	(void)plain(0, 1, &(struct said){RELATION_NEW, 1, 102, 0, 0});
	(void)plain(1, 1, &(struct said){RELATION_HEARTBEAT, 0, 0, 0, 0});
	CHECK_EQ(number("SELECT messages * 10 + chain_messages FROM monitor WHERE slot = 0"), 21);
	CHECK_EQ(number("SELECT highest FROM monitor WHERE slot = 0"), 0);
	CHECK_EQ(number("SELECT count(*) FROM monitor WHERE slot = 1 AND highest IS NULL AND"
			" messages = 1 AND chain_messages = 0"),
	    1);
	end();
}

static void
test_words(void)
{
	struct event_received e = {.source = SOURCE_SMS, .slot = EVENT_SLOT_NONE};
	const struct msg_inbox_row *row;

	begin();
	for (unsigned why = PLAIN_WHY_NONE + 1; why < PLAIN_WHYS; why++)
		for (e.outcome = OUTCOME_QUESTION; e.outcome <= OUTCOME_NOT_READ; e.outcome++) {
			const char *words = plain_why_words((enum plain_why)why);

			e.fault = (uint8_t)why;
			give(&e);
			row = row_of(seq, 0);
			CHECK(
			    strlen(row->reason) > strlen(words) &&
			    strcmp(row->reason + strlen(row->reason) - strlen(words), words) == 0);
		}
	e.outcome = OUTCOME_REFUSED;
	e.fault = FAULT_PLACE_MISSING;
	give(&e);
	CHECK(strncmp(row_of(seq, 0)->reason, "read, but ", 10) == 0);
	e.class = 1;
	give(&e);
	CHECK(strncmp(row_of(seq, 0)->reason, "opened, but ", 12) == 0);
	end();
}

static void
test_far(void)
{
	unsigned far = 0, near = 0;

	begin();
	for (size_t i = 0; i < places.count; i++) {
		(void)sealed(
		    0, (uint32_t)i, (struct said){RELATION_NEW, 1, places.place[i].id, 0, 0});
		if (row_of(seq, 0)->review & REVIEW_FAR)
			far++;
		else
			near++;
	}
	CHECK(far > 0 && near > 0);
	(void)typed((struct said){RELATION_NEW, 1, places.place[places.count - 1].id, 0, 0});
	CHECK_EQ(row_of(seq, 0)->review, 0); /* nobody's home is known */
	end();
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	read_shipped_books();
	test_correction();
	test_follow_up();
	test_lost();
	test_whose();
	test_several();
	test_over_base();
	test_not_counted();
	test_heard();
	test_words();
	test_far();
	return check_done();
}

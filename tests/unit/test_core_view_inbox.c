/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inbox's filters and counts over random messages, against what a plain walk over the same
 * messages says; and what becomes of a message whose report breaks a rule.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "gateway/core/events.h"
#include "gateway/core/view_filter.h"
#include "reporting/report/note.h"
#include "reporting/report/record.h"
#include "tests/support/check.h"
#include "tests/support/shipped_books.h"

#define MONITORS 12
#define MESSAGES 3000
#define ASKED 4000

static const struct view_names names = {.book = &book, .places = &places};
static struct view *view;

/* What was written, as it was meant. */
static struct {
	struct event_received e;
	struct record r[REPORTS_MAX];
} wrote[MESSAGES];

static uint64_t
seq_of(size_t i)
{
	return 100 + 3 * i;
}

static unsigned
draw(unsigned below)
{
	static unsigned long long state = 11;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

static enum status
apply(enum event_type type, uint64_t seq, const uint8_t *body, size_t len)
{
	const struct view_event ev = {
	    seq, (uint8_t)type, (uint8_t)event_version(type), 1, body, len};

	return view_apply(view, &ev);
}

static enum status
apply_received(uint64_t seq, const struct event_received *e)
{
	uint8_t body[EVENT_RECEIVED_MAX];

	return apply(EVENT_RECEIVED, seq, body, event_received_encode(e, body, sizeof(body)));
}

static void
enrol(unsigned i)
{
	struct event_enrolled e = {.at = 1, .slot = (uint16_t)(i * 7)};
	uint8_t body[EVENT_ENROLLED_MAX];

	(void)snprintf(e.pseudonym, sizeof(e.pseudonym), "monitor %u", i);
	(void)snprintf(e.language, sizeof(e.language), "en");
	CHECK_EQ(apply(EVENT_ENROLLED, 1 + i, body, event_enrolled_encode(&e, body, sizeof(body))),
	    ST_OK);
}

static void
draw_report(size_t i, unsigned part)
{
	static const enum relation relations[] = {RELATION_DRILL, RELATION_HEARTBEAT,
	    RELATION_COVER, RELATION_NEW, RELATION_NEW, RELATION_NEW, RELATION_NEW, RELATION_NEW};
	struct event_report *report = &wrote[i].e.report[part];
	struct record *r = &wrote[i].r[part];

	record_init(r, 1);
	r->relation = relations[draw(8)];
	r->kind = book.kind[draw(book.kinds)].code;
	r->place = draw(8) ? places.place[draw(places.count)].id : draw(60000);
	r->severity = draw(6);
	r->certainty = draw(6);
	r->duress = draw(30) == 0;
	CHECK_EQ(record_pack(r, report->record), ST_OK);
	memset(report->note, 0, NOTE_LEN);
	report->upper = AFFECTED_NONE;
}

static void
draw_message(size_t i)
{
	struct event_received *e = &wrote[i].e;

	*e = (struct event_received){.arrival = (uint32_t)(10000 + i / 4 + draw(20)),
	    .trust = draw(9) ? TRUST_MACHINE : TRUST_NONE,
	    .source = SOURCE_SMS,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = (uint8_t)(OUTCOME_UNKNOWN_HINT + draw(3))};
	if (draw(10) == 0)
		return;
	e->class = draw(4) > 0; /* the others are plain texts */
	e->slot = (uint16_t)(draw(MONITORS) * 7);
	e->outcome = draw(12) ? OUTCOME_ACCEPTED : OUTCOME_NO_BOOK;
	e->n = (uint32_t)i;
	e->reports =
	    (uint8_t)(e->class == 1 || e->outcome != OUTCOME_ACCEPTED ? 1 : 1 + draw(REPORTS_MAX));
	for (unsigned part = 0; part < e->reports; part++)
		draw_report(i, part);
}

/* --- the plain walk --- */

static int
is_below(unsigned id, unsigned above)
{
	for (unsigned steps = 0; steps < PLACES_MAX && id != above; steps++) {
		const struct place *p = places_find(&places, id);

		if (p == NULL)
			return 0;
		id = p->parent;
	}
	return id == above;
}

static int
fits(size_t i, unsigned part, const struct msg_inbox *ask, unsigned kind, unsigned place,
    unsigned who)
{
	const struct event_received *e = &wrote[i].e;
	const struct record *r = &wrote[i].r[part];
	int report = e->outcome == OUTCOME_ACCEPTED;
	const struct kind *k = report ? codebook_kind(&book, r->kind) : NULL;

	return (ask->kind[0] == '\0' || (report && r->kind == kind)) &&
	       (ask->place[0] == '\0' || (report && is_below(r->place, place))) &&
	       (ask->monitor[0] == '\0' || e->slot == who * 7) &&
	       (ask->severity == 0 || (report && r->severity >= ask->severity)) &&
	       (ask->certainty == 0 || (report && r->certainty >= ask->certainty)) &&
	       (!ask->grave || (k != NULL && k->grave)) &&
	       (!ask->duress || (e->reports && r->duress));
}

static int
is_in_time(size_t i, const struct msg_inbox *ask)
{
	int64_t arrival = record_unix(wrote[i].e.arrival);

	if (ask->since_s == 0 && ask->until_s == 0)
		return 1;
	return wrote[i].e.trust != TRUST_NONE && (ask->since_s == 0 || arrival >= ask->since_s) &&
	       (ask->until_s == 0 || arrival < ask->until_s);
}

/* Heartbeats and cover are not shown unless everything is asked for. */
static int
is_quiet(size_t i, unsigned part)
{
	return wrote[i].e.outcome == OUTCOME_ACCEPTED &&
	       (wrote[i].r[part].relation == RELATION_HEARTBEAT ||
		   wrote[i].r[part].relation == RELATION_COVER);
}

static unsigned
rows_of(size_t i)
{
	return wrote[i].e.reports == 0 ? 1 : wrote[i].e.reports;
}

struct got {
	size_t count;
	uint64_t row[128]; /* seq * 16 + part */
};

static enum status
take_row(void *arg, const struct msg_inbox_row *row)
{
	struct got *got = arg;

	CHECK(row->part < row->parts || row->parts == 0);
	if (got->count < 128)
		got->row[got->count++] = row->seq * 16 + row->part;
	return ST_OK;
}

static void
check_rows(
    const struct msg_inbox *ask, const struct got *got, unsigned kind, unsigned place, unsigned who)
{
	size_t at = 0;

	for (size_t i = MESSAGES; i-- > 0 && at < ask->limit;) {
		int report = wrote[i].e.outcome == OUTCOME_ACCEPTED;

		if ((ask->before != 0 && seq_of(i) >= ask->before) || !is_in_time(i, ask))
			continue;
		for (unsigned part = 0; part < rows_of(i); part++) {
			if ((ask->which != 3 && is_quiet(i, part)) ||
			    (ask->which == 1 && !report) || (ask->which == 2 && report) ||
			    !fits(i, part, ask, kind, place, who))
				continue;
			if (!CHECK(at < got->count && got->row[at] == seq_of(i) * 16 + part))
				return;
			at++;
		}
	}
	CHECK_EQ(got->count, at);
}

static void
check_counts(const struct msg_inbox *ask, const struct msg_inbox_counts *got, unsigned kind,
    unsigned place, unsigned who)
{
	struct msg_inbox_counts want = {0};

	for (size_t i = 0; i < MESSAGES; i++)
		for (unsigned part = 0; part < rows_of(i); part++) {
			const struct record *r = &wrote[i].r[part];
			int report = wrote[i].e.outcome == OUTCOME_ACCEPTED;

			if (is_quiet(i, part) || !fits(i, part, ask, kind, place, who))
				continue;
			if (!is_in_time(i, ask)) {
				want.untimed += wrote[i].e.trust == TRUST_NONE;
				continue;
			}
			want.all++;
			want.reports += report;
			want.unreadable += !report;
			want.counted += report && r->relation == RELATION_NEW;
			want.grave += report && r->relation == RELATION_NEW &&
				      codebook_kind(&book, r->kind)->grave;
			want.duress += wrote[i].e.reports && r->duress;
			want.drills += report && r->relation == RELATION_DRILL;
		}
	CHECK(memcmp(got, &want, sizeof(want)) == 0);
}

/* As the command pages: by what was asked for, from the last seq on. No row twice, none left out.
 */
static void
test_pages(void)
{
	struct msg_inbox ask = {.which = 3};
	size_t rows = 0, all = 0;
	struct got got;

	for (size_t i = 0; i < MESSAGES; i++)
		all += rows_of(i);
	do {
		ask.limit = 1 + draw(40);
		got.count = 0;
		CHECK_EQ(view_inbox(view, &names, &ask, take_row, &got), ST_OK);
		CHECK(got.count < ask.limit + REPORTS_MAX);
		for (size_t i = 1; i < got.count; i++)
			CHECK(
			    got.row[i] / 16 <= got.row[i - 1] / 16 && got.row[i] != got.row[i - 1]);
		rows += got.count;
		if (got.count > 0)
			ask.before = got.row[got.count - 1] / 16;
	} while (got.count >= ask.limit && checks_failed == 0);
	CHECK_EQ(rows, all);
}

/* A request of up to all filters at once, by number, letters or label. */
static void
ask_once(void)
{
	const struct kind *k = &book.kind[draw(book.kinds)];
	const struct place *p = &places.place[draw(places.count)];
	struct msg_inbox ask = {.limit = 1 + draw(60), .which = draw(4)};
	struct msg_inbox_counts counts;
	struct view_filter filter;
	struct got got = {0};
	char words[VIEW_FILTER_WORDS];
	unsigned who = draw(MONITORS);

	if (draw(4) == 0)
		ask.before = 90 + draw(3 * MESSAGES + 40);
	if (draw(3) == 0)
		(void)snprintf(ask.kind, sizeof(ask.kind), "%s",
		    draw(2) ? k->mnemonic : codebook_words(&book, &k->label, ""));
	else if (draw(4) == 0)
		(void)snprintf(ask.kind, sizeof(ask.kind), "%u", k->code);
	if (draw(3) == 0)
		(void)snprintf(ask.place, sizeof(ask.place), "%u", p->id);
	if (draw(4) == 0)
		(void)snprintf(
		    ask.monitor, sizeof(ask.monitor), draw(2) ? "MONITOR %u" : "monitor %u", who);
	ask.severity = draw(2) ? draw(6) : 0;
	ask.certainty = draw(2) ? draw(6) : 0;
	ask.grave = draw(4) == 0;
	ask.duress = draw(5) == 0;
	if (draw(3) == 0)
		ask.since_s = record_unix(10000 + draw(800)) + draw(1800) - 900;
	if (draw(3) == 0)
		ask.until_s = record_unix(10000 + draw(800)) + draw(1800) - 900;
	CHECK_EQ(view_filter_read(view, &names, &ask, &filter, words), ST_OK);
	CHECK_EQ(view_filter_rows(view, &names, &filter, take_row, &got), ST_OK);
	CHECK_EQ(view_filter_counts(view, &filter, &counts), ST_OK);
	check_rows(&ask, &got, k->code, p->id, who);
	check_counts(&ask, &counts, k->code, p->id, who);
}

static void
test_filters(int folding)
{
	CHECK_EQ(view_new(&view), ST_OK);
	if (folding)
		CHECK_EQ(view_fold_begin(view), ST_OK);
	for (unsigned i = 0; i < MONITORS; i++)
		enrol(i);
	memset(wrote, 0, sizeof(wrote));
	for (size_t i = 0; i < MESSAGES; i++) {
		draw_message(i);
		CHECK_EQ(apply_received(seq_of(i), &wrote[i].e), ST_OK);
	}
	if (folding)
		CHECK_EQ(view_fold_end(view), ST_OK);
	CHECK_EQ(view_faults(view, NULL, 0), 0);
	for (unsigned i = 0; i < ASKED && checks_failed == 0; i++)
		ask_once();
	test_pages();
}

/* Rows that come, change and go after the list was made. */
static void
test_changes(void)
{
	const struct msg_inbox all = {.limit = 1};
	struct msg_inbox_counts before, after;
	struct view_filter filter;
	char words[VIEW_FILTER_WORDS];
	unsigned shown = 0;

	for (unsigned part = 0; part < rows_of(0); part++)
		shown += !is_quiet(0, part);
	CHECK_EQ(view_filter_read(view, &names, &all, &filter, words), ST_OK);
	CHECK_EQ(view_filter_counts(view, &filter, &before), ST_OK);
	CHECK_EQ(apply_received(50000, &wrote[0].e), ST_OK);
	CHECK_EQ(view_filter_counts(view, &filter, &after), ST_OK);
	CHECK_EQ(after.all, before.all + shown);
	CHECK_EQ(sqlite3_exec(view_db(view), "UPDATE message SET outcome = 14 WHERE outcome = 3",
		     NULL, NULL, NULL),
	    SQLITE_OK);
	CHECK_EQ(view_filter_counts(view, &filter, &after), ST_OK);
	CHECK(after.unreadable < before.unreadable && after.all == before.all + shown);
	CHECK_EQ(after.unreadable, view_unread(view));
	CHECK_EQ(
	    sqlite3_exec(view_db(view), "DELETE FROM message WHERE seq = 50000", NULL, NULL, NULL),
	    (wrote[0].e.reports ? SQLITE_CONSTRAINT : SQLITE_OK));
}

static void
test_refusals(void)
{
	static const struct msg_inbox wrong[] = {{.limit = 0}, {.limit = 1, .which = 4},
	    {.limit = 1, .kind = "no such kind"}, {.limit = 1, .kind = "100"},
	    {.limit = 1, .place = "no such place"}, {.limit = 1, .place = "65536"},
	    {.limit = 1, .monitor = "nobody"}, {.limit = 1, .severity = LADDER_MAX + 1}};
	struct view_filter filter;
	char words[VIEW_FILTER_WORDS];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		words[0] = '\0';
		CHECK(view_filter_read(view, &names, &wrong[i], &filter, words) != ST_OK);
		CHECK(words[0] != '\0');
	}
}

static int
count(const char *query)
{
	sqlite3_stmt *s;
	int n = -1;

	if (sqlite3_prepare_v2(view_db(view), query, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

/* A report that breaks a rule leaves nothing but a fault; so does a seq that comes twice, and the
 * message that had it stays. */
static void
test_broken_rule(int folding)
{
	struct event_received good = wrote[0].e, bad;

	for (size_t i = 0; good.reports != 1; i++)
		good = wrote[i].e;
	bad = good;
	bad.reports = 2;
	bad.report[1] = bad.report[0];
	bad.report[1].record[0] |= 0x0f; /* a kind of 240 or more: there is none */
	CHECK_EQ(view_new(&view), ST_OK);
	if (folding)
		CHECK_EQ(view_fold_begin(view), ST_OK);
	enrol(0);
	good.slot = bad.slot = 0;
	CHECK_EQ(apply_received(50, &good), ST_OK);
	CHECK_EQ(apply_received(51, &bad), ST_OK);
	CHECK_EQ(view_faults(view, NULL, 0), 1);
	CHECK_EQ(apply_received(50, &good), ST_OK);
	CHECK_EQ(apply_received(52, &good), ST_OK);
	if (folding)
		CHECK_EQ(view_fold_end(view), ST_OK);
	CHECK_EQ(count("SELECT count(*) FROM message"), 2);
	CHECK_EQ(count("SELECT count(*) FROM report"), 2);
	CHECK_EQ(count("SELECT count(*) FROM message WHERE seq = 50"), 1);
	CHECK_EQ(count("SELECT messages FROM monitor WHERE slot = 0"), 2);
	CHECK_EQ(count("SELECT count(*) FROM fault WHERE words LIKE '%does not read%'"), 1);
	CHECK_EQ(count("SELECT count(*) FROM fault WHERE words LIKE '%UNIQUE%'"), 1);
	view_free(view);
}

int
main(void)
{
	if (sodium_init() == -1)
		return 1;
	read_shipped_books();
	for (int folding = 0; folding < 2; folding++) {
		test_filters(folding);
		test_changes();
		test_refusals();
		view_free(view);
		test_broken_rule(folding);
	}
	return check_done();
}

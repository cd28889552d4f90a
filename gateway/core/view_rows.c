/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/undecoded.h"
#include "gateway/core/view_reason.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/check.h"
#include "reporting/report/plain.h"
#include "reporting/report/record.h"

/* Columns of SQL_INBOX, in its order. */
enum inbox_column {
	IN_SEQ,
	IN_ARRIVAL,
	IN_OUTCOME,
	IN_FAULT,
	IN_SLOT,
	IN_N,
	IN_REVIEW,
	IN_RAW,
	IN_PSEUDONYM,
	IN_KIND,
	IN_SEVERITY,
	IN_CERTAINTY,
	IN_PLACE,
	IN_EVENT,
	IN_LAG,
	IN_AFFECTED,
	IN_ACTOR,
	IN_RELATION,
	IN_DURESS,
	IN_QUANTITY,
	IN_REFERS,
	IN_TARGET,
	IN_NOTE,
	IN_PROVEN,
	IN_TRUST,
	IN_GENERATION,
	IN_SCHEMA,
	IN_SOURCE,
	IN_CLASS,
	IN_UPPER,
	IN_HOME
};

/* Columns of SQL_MEANT. */
enum meant_column { MEANT_EVENT, MEANT_AFFECTED, MEANT_QUANTITY, MEANT_UPPER, MEANT_ACTOR };

#define CORRECTIONS_DEEP 32 /* of corrections, that a row takes what is not said from */

static uint32_t
number(sqlite3_stmt *s, int column)
{
	return (uint32_t)sqlite3_column_int64(s, column);
}

static int
is_null(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL;
}

static void
text(sqlite3_stmt *s, int column, char *out, size_t cap)
{
	const char *value = (const char *)sqlite3_column_text(s, column);

	(void)snprintf(out, cap, "%s", value == NULL ? "" : value);
}

static void
label_place(char label[LABEL_MAX], const struct places *places, unsigned id)
{
	const struct place *place = places == NULL ? NULL : places_find(places, id);

	if (place != NULL)
		(void)snprintf(label, LABEL_MAX, "%s", places_words(places, &place->label, ""));
}

void
view_inbox_labels(
    struct msg_inbox_row *row, const struct codebook *book, const struct places *places)
{
	const struct kind *kind;
	const struct actor *actor;

	if (book != NULL) {
		if ((kind = codebook_kind(book, row->kind)) != NULL)
			(void)snprintf(row->kind_label, sizeof(row->kind_label), "%s",
			    codebook_words(book, &kind->label, ""));
		if ((actor = codebook_actor(book, row->actor)) != NULL)
			(void)snprintf(row->actor_label, sizeof(row->actor_label), "%s",
			    codebook_words(book, &actor->label, ""));
	}
	label_place(row->place_label, places, row->place);
}

static uint32_t
people(uint32_t code)
{
	uint32_t value;

	switch (affected_decode((uint8_t)code, &value)) {
	case AFFECTED_IS_MANY:
		return UINT32_MAX - 1;
	case AFFECTED_IS_UNKNOWN:
		return UINT32_MAX;
	default:
		return value;
	}
}

void
view_inbox_affected(struct msg_inbox_row *row)
{
	row->affected = people(row->affected_code);
}

/* What it says itself. */
static void
fill_report(struct msg_inbox_row *row, sqlite3_stmt *s, const struct view_entry *e)
{
	row->kind = e->kind;
	row->severity = e->severity;
	row->certainty = e->certainty;
	row->place = e->place;
	row->actor = number(s, IN_ACTOR);
	row->relation = number(s, IN_RELATION);
	row->event_s = row->sent_s = INT64_MIN;
	if (!is_null(s, IN_EVENT)) {
		row->event_s = record_unix(number(s, IN_EVENT));
		if (number(s, IN_LAG) < RECORD_LAG_MAX)
			row->sent_s = record_unix(number(s, IN_EVENT) + number(s, IN_LAG));
	}
	row->affected_code = number(s, IN_AFFECTED);
	row->quantity = number(s, IN_QUANTITY);
	row->upper = people(number(s, IN_UPPER));
	row->refers = UINT32_MAX;
	if (e->refers != VIEW_REFERS_NONE)
		row->refers = (uint32_t)e->refers + (e->by == BY_CHAIN);
	row->duress = number(s, IN_DURESS);
	text(s, IN_TARGET, row->target, sizeof(row->target));
	text(s, IN_NOTE, row->note, sizeof(row->note));
}

/* A correction says anew what it says; the rest is as in the report that it corrects. */
static void
fill_rest(struct view *v, struct msg_inbox_row *row, const struct view_entry *e)
{
	for (int deep = 0; deep < CORRECTIONS_DEEP && e->relation == RELATION_CORRECTION; deep++) {
		const struct view_mark *m = view_mark_of(&v->list, e);
		sqlite3_stmt *s = view_statement(v, SQL_MEANT);

		if (m == NULL || m->meant == 0)
			return;
		e = &v->list.entry[m->meant - 1];
		(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e->seq * VIEW_PARTS + e->part);
		if (sqlite3_step(s) == SQLITE_ROW) {
			if (row->event_s == INT64_MIN && !is_null(s, MEANT_EVENT))
				row->event_s = record_unix(number(s, MEANT_EVENT));
			if (row->affected_code == AFFECTED_NONE) {
				row->affected_code = number(s, MEANT_AFFECTED);
				row->quantity = number(s, MEANT_QUANTITY);
				row->upper = people(number(s, MEANT_UPPER));
			}
			if (row->actor == 0)
				row->actor = number(s, MEANT_ACTOR);
		}
		(void)sqlite3_reset(s);
	}
}

static uint64_t
seq_at(const struct view_list *l, uint32_t index)
{
	return index == 0 ? 0 : l->entry[index - 1].seq;
}

/* What other messages say of it, and it of others. */
static void
fill_marks(struct msg_inbox_row *row, const struct view_list *l, const struct view_entry *e)
{
	const struct view_mark *m = view_mark_of(l, e);
	const size_t first = view_list_at(l, e->seq);
	uint16_t place;
	uint8_t kind;

	row->part = e->part;
	while (first + row->parts < l->count && l->entry[first + row->parts].seq == e->seq)
		row->parts++;
	row->counted = (uint32_t)view_counts_as(l, e, &kind, &place);
	if (m == NULL)
		return;
	row->corrected_by = seq_at(l, m->corrected);
	row->cancelled_by = seq_at(l, m->cancelled);
	row->cleared_by = seq_at(l, m->cleared);
	row->follow_ups = m->follow_ups;
	row->about = seq_at(l, m->first);
}

/* An ARMED core knows nobody's place. */
static uint32_t
far_from_home(const struct msg_inbox_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	const struct record_context context = {
	    .arrived = RECORD_EVENT_NONE, .home = (uint16_t)number(s, IN_HOME)};
	struct record r;

	if (names->places == NULL)
		return 0;
	record_init(&r, 0);
	r.relation = row->relation;
	r.place = row->place;
	return record_review(&r, names->places, &context) & REVIEW_FAR;
}

static void
fill_raw(struct msg_inbox_row *row, const uint8_t *octets, size_t len)
{
	if (len > 0 && len <= sizeof(row->raw)) {
		memcpy(row->raw, octets, len);
		row->raw_len = (uint32_t)len;
	}
}

static void
fill_reason(struct msg_inbox_row *row, sqlite3_stmt *s)
{
	unsigned outcome = number(s, IN_OUTCOME), fault = number(s, IN_FAULT);
	const uint8_t *octets = sqlite3_column_blob(s, IN_RAW);
	size_t raw = (size_t)sqlite3_column_bytes(s, IN_RAW);
	const char *why;
	unsigned length;

	if (outcome == OUTCOME_UNDECODED && raw >= UNDECODED_HEAD) {
		why = undecoded_words(octets, &length);
		(void)snprintf(
		    row->reason, sizeof(row->reason), "cannot be read: %s; %u octets", why, length);
		octets += UNDECODED_HEAD;
		raw -= UNDECODED_HEAD;
	} else if (outcome == OUTCOME_REFUSED && fault < FAULT_COUNT)
		(void)snprintf(row->reason, sizeof(row->reason), "%s, but %s",
		    number(s, IN_CLASS) == 0 ? "read" : "opened",
		    record_fault_words((enum record_fault)fault));
	else if ((outcome == OUTCOME_QUESTION || outcome == OUTCOME_NOT_READ) &&
		 fault != PLAIN_WHY_NONE && fault < PLAIN_WHYS)
		(void)snprintf(row->reason, sizeof(row->reason), "%s: %s", outcome_words(outcome),
		    plain_why_words((enum plain_why)fault));
	else
		(void)snprintf(row->reason, sizeof(row->reason), "%s", outcome_words(outcome));
	fill_raw(row, octets, raw);
}

/* Of what is no report: was it looked at as a plain text? */
static int
was_read_plain(unsigned outcome)
{
	return outcome == OUTCOME_QUESTION || outcome == OUTCOME_NOT_READ ||
	       outcome == OUTCOME_TOO_MANY || outcome == OUTCOME_REFUSED;
}

/* The one that it was written with; of a plain text the one that was in force. */
static const struct codebook *
book_of(const struct msg_inbox_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	if (names->books == NULL)
		return names->book;
	return is_null(s, IN_SCHEMA)
		   ? past_books_in_force(names->books, row->seq)
		   : past_books_find(names->books, number(s, IN_SCHEMA), row->seq);
}

static void
fill_inbox(struct view *v, struct msg_inbox_row *row, sqlite3_stmt *s,
    const struct view_names *names, const struct view_entry *e)
{
	memset(row, 0, sizeof(*row));
	row->seq = e->seq;
	row->arrival_s = record_unix(e->arrival);
	row->readable = e->readable;
	row->proven = e->proven;
	row->trust = number(s, IN_TRUST);
	row->source = number(s, IN_SOURCE);
	row->slot = is_null(s, IN_SLOT) ? UINT32_MAX : number(s, IN_SLOT);
	row->number = number(s, IN_N) + 1;
	row->chain = number(s, IN_GENERATION) + 1;
	row->review = number(s, IN_REVIEW);
	row->plain = e->by == BY_PLAIN && (e->report || was_read_plain(number(s, IN_OUTCOME)));
	text(s, IN_PSEUDONYM, row->pseudonym, sizeof(row->pseudonym));
	if (e->report) {
		fill_report(row, s, e);
		fill_marks(row, &v->list, e);
		fill_rest(v, row, e);
		view_inbox_affected(row);
		row->review |= far_from_home(row, s, names);
		view_inbox_labels(row, book_of(row, s, names), names->places);
	}
	if (!row->readable) {
		fill_reason(row, s);
		view_reason_add(row, book_of(row, s, names), names->places, number(s, IN_OUTCOME),
		    number(s, IN_FAULT));
	} else {
		fill_raw(
		    row, sqlite3_column_blob(s, IN_RAW), (size_t)sqlite3_column_bytes(s, IN_RAW));
	}
}

enum status
view_inbox_row(struct view *v, const struct view_names *names, const struct view_entry *e,
    view_inbox_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_INBOX);
	struct msg_inbox_row row;
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e->seq);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)e->seq * VIEW_PARTS + e->part);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		fill_inbox(v, &row, s, names, e);
		st = fn(arg, &row);
	}
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW ? st : ST_MEMORY;
}

/* Columns as in SQL_ROSTER. */
static void
fill_roster(struct msg_roster_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	memset(row, 0, sizeof(*row));
	row->seq = (uint64_t)sqlite3_column_int64(s, 11);
	row->slot = number(s, 0);
	row->place = number(s, 1);
	row->household = number(s, 2);
	row->rhythm_days = number(s, 3);
	row->revoked = !is_null(s, 4);
	row->messages = number(s, 5);
	row->highest = is_null(s, 6) ? 0 : number(s, 6) + 1;
	row->missing = number(s, 13);
	if (row->highest > number(s, 12))
		row->missing += row->highest - number(s, 12);
	row->chain = number(s, 14) + 1;
	row->waiting = is_null(s, 15) ? 0 : number(s, 15) + 1;
	row->enrolled_s = record_unix(number(s, 7));
	row->last_s = is_null(s, 8) ? INT64_MIN : record_unix(number(s, 8));
	row->last_trust = number(s, 16);
	row->number_kept = number(s, 17);
	row->said_place = number(s, 18);
	row->said_s = is_null(s, 19) ? INT64_MIN : record_unix(number(s, 19));
	row->vetted = number(s, 20);
	row->vetted_s = row->vetted ? record_unix(number(s, 21)) : INT64_MIN;
	row->plain = number(s, 22);
	text(s, 23, row->plain_reason, sizeof(row->plain_reason));
	row->own_places = number(s, 24);
	text(s, 9, row->pseudonym, sizeof(row->pseudonym));
	text(s, 10, row->language, sizeof(row->language));
	label_place(row->place_label, names->places, row->place);
	if (row->said_place != 0)
		label_place(row->said_label, names->places, row->said_place);
}

enum status
view_roster(struct view *v, const struct view_names *names, const struct msg_roster *ask,
    view_roster_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_ROSTER);
	struct msg_roster_row row;
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_text(s, 1, ask->pseudonym, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)ask->after);
	(void)sqlite3_bind_int64(s, 3, ask->limit);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK) {
		fill_roster(&row, s, names);
		st = fn(arg, &row);
	}
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

enum status
view_monitor_slot(struct view *v, const char *pseudonym, uint16_t *slot)
{
	sqlite3_stmt *s = view_statement(v, SQL_SLOT_OF);
	int rc;

	(void)sqlite3_bind_text(s, 1, pseudonym, -1, SQLITE_TRANSIENT);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW)
		*slot = (uint16_t)sqlite3_column_int(s, 0);
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW ? ST_OK : rc == SQLITE_DONE ? ST_UNKNOWN : ST_MEMORY;
}

uint32_t
view_refused(struct view *v, int64_t *last_s)
{
	sqlite3_stmt *s = view_statement(v, SQL_REFUSED);
	uint32_t count = 0;

	*last_s = INT64_MIN;
	if (sqlite3_step(s) == SQLITE_ROW && !is_null(s, 1)) {
		count = number(s, 0);
		*last_s = record_unix(number(s, 1) * 4);
	}
	(void)sqlite3_reset(s);
	return count;
}

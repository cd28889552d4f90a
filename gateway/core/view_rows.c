/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/undecoded.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/check.h"
#include "reporting/report/note.h"
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
	IN_SOURCE
};

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

void
view_inbox_labels(
    struct msg_inbox_row *row, const struct codebook *book, const struct places *places)
{
	const struct kind *kind;
	const struct place *place;
	const struct actor *actor;

	if (book != NULL) {
		if ((kind = codebook_kind(book, row->kind)) != NULL)
			(void)snprintf(row->kind_label, sizeof(row->kind_label), "%s",
			    codebook_words(book, &kind->label, ""));
		if ((actor = codebook_actor(book, row->actor)) != NULL)
			(void)snprintf(row->actor_label, sizeof(row->actor_label), "%s",
			    codebook_words(book, &actor->label, ""));
	}
	if (places != NULL && (place = places_find(places, row->place)) != NULL)
		(void)snprintf(row->place_label, sizeof(row->place_label), "%s",
		    places_words(places, &place->label, ""));
}

void
view_inbox_affected(struct msg_inbox_row *row)
{
	uint32_t value;

	switch (affected_decode((uint8_t)row->affected_code, &value)) {
	case AFFECTED_IS_MANY:
		row->affected = UINT32_MAX - 1;
		break;
	case AFFECTED_IS_UNKNOWN:
		row->affected = UINT32_MAX;
		break;
	default:
		row->affected = value;
	}
}

/* The reference on the wire is short: which message of the same monitor does it mean? */
static void
fill_refers(struct msg_inbox_row *row, sqlite3_stmt *s)
{
	uint64_t meant;

	row->refers = UINT32_MAX;
	if (!is_null(s, IN_REFERS) &&
	    note_resolve((uint16_t)number(s, IN_REFERS), number(s, IN_N), &meant))
		row->refers = (uint32_t)meant + 1;
}

static void
fill_report(struct msg_inbox_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	row->kind = number(s, IN_KIND);
	row->severity = number(s, IN_SEVERITY);
	row->certainty = number(s, IN_CERTAINTY);
	row->place = number(s, IN_PLACE);
	row->actor = number(s, IN_ACTOR);
	row->relation = number(s, IN_RELATION);
	row->event_s = row->sent_s = INT64_MIN;
	if (!is_null(s, IN_EVENT)) {
		row->event_s = record_unix(number(s, IN_EVENT));
		if (number(s, IN_LAG) < RECORD_LAG_MAX)
			row->sent_s = record_unix(number(s, IN_EVENT) + number(s, IN_LAG));
	}
	row->affected_code = number(s, IN_AFFECTED);
	view_inbox_affected(row);
	row->quantity = number(s, IN_QUANTITY);
	fill_refers(row, s);
	row->duress = number(s, IN_DURESS);
	text(s, IN_TARGET, row->target, sizeof(row->target));
	text(s, IN_NOTE, row->note, sizeof(row->note));
	view_inbox_labels(row,
	    names->books == NULL ? names->book
				 : past_books_find(names->books, number(s, IN_SCHEMA), row->seq),
	    names->places);
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
		(void)snprintf(row->reason, sizeof(row->reason), "opened, but %s",
		    record_fault_words((enum record_fault)fault));
	else
		(void)snprintf(row->reason, sizeof(row->reason), "%s", outcome_words(outcome));
	if (raw > 0 && raw <= sizeof(row->raw)) {
		memcpy(row->raw, octets, raw);
		row->raw_len = (uint32_t)raw;
	}
}

static void
fill_inbox(struct msg_inbox_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	memset(row, 0, sizeof(*row));
	row->seq = (uint64_t)sqlite3_column_int64(s, IN_SEQ);
	row->arrival_s = record_unix(number(s, IN_ARRIVAL));
	row->readable = number(s, IN_OUTCOME) == OUTCOME_ACCEPTED;
	row->proven = number(s, IN_PROVEN);
	row->trust = number(s, IN_TRUST);
	row->source = number(s, IN_SOURCE);
	row->slot = is_null(s, IN_SLOT) ? UINT32_MAX : number(s, IN_SLOT);
	row->number = number(s, IN_N) + 1;
	row->chain = number(s, IN_GENERATION) + 1;
	row->review = number(s, IN_REVIEW);
	text(s, IN_PSEUDONYM, row->pseudonym, sizeof(row->pseudonym));
	if (!is_null(s, IN_KIND))
		fill_report(row, s, names);
	if (!row->readable)
		fill_reason(row, s);
}

enum status
view_inbox_row(
    struct view *v, const struct view_names *names, uint64_t seq, view_inbox_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_INBOX);
	struct msg_inbox_row row;
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		fill_inbox(&row, s, names);
		st = fn(arg, &row);
	}
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW ? st : ST_MEMORY;
}

static void
fill_roster(struct msg_roster_row *row, sqlite3_stmt *s, const struct view_names *names)
{
	const struct place *place;

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
	text(s, 9, row->pseudonym, sizeof(row->pseudonym));
	text(s, 10, row->language, sizeof(row->language));
	if (names->places != NULL && (place = places_find(names->places, row->place)) != NULL)
		(void)snprintf(row->place_label, sizeof(row->place_label), "%s",
		    places_words(names->places, &place->label, ""));
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

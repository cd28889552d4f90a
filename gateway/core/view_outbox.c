/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts on their way out, and the numbers that are kept for them, in the view. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/record.h"

static uint32_t
number_of(sqlite3_stmt *s, int column)
{
	return (uint32_t)sqlite3_column_int64(s, column); /* NULL is 0 */
}

int
view_apply_queued(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_QUEUED);
	struct event_queued e;

	if (event_queued_decode(ev->body, ev->len, &e) != ST_OK || e.again >= ev->seq)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 2, e.at);
	(void)sqlite3_bind_int(s, 3, e.trust);
	if (e.slot != EVENT_SLOT_NONE)
		(void)sqlite3_bind_int(s, 4, e.slot);
	(void)sqlite3_bind_int(s, 5, e.kind);
	(void)sqlite3_bind_int64(s, 6, (sqlite3_int64)e.again);
	(void)sqlite3_bind_blob(s, 7, e.text, e.text_len, SQLITE_STATIC);
	return view_run(s);
}

/* A view that was folded from a base may not have what this is about: then it tells nothing. */
int
view_apply_sent(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_SENT);
	struct event_sent e;
	int rc;

	if (event_sent_decode(ev->body, ev->len, &e) != ST_OK || e.ref >= ev->seq)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e.ref);
	(void)sqlite3_bind_int(s, 2, e.state);
	(void)sqlite3_bind_int(s, 3, e.code);
	(void)sqlite3_bind_int64(s, 4, e.at);
	(void)sqlite3_bind_int(s, 5, e.trust);
	if ((rc = view_run(s)) != SQLITE_DONE || sqlite3_changes(v->db) == 1)
		return rc;
	s = view_statement(v, SQL_OUTBOX);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e.ref);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)e.ref);
	(void)sqlite3_bind_int(s, 3, 1);
	rc = sqlite3_step(s);
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW ? SQLITE_CONSTRAINT : rc; /* it had come to its end before */
}

enum status
view_choices(struct view *v, struct choices *out)
{
	sqlite3_stmt *s = view_statement(v, SQL_CARRY_SETTING);
	int rc;

	choices_init(out);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (sqlite3_column_int64(s, 1) < SETTINGS_MAX)
			out->value[sqlite3_column_int64(s, 1)] = number_of(s, 2);
	(void)sqlite3_reset(s);
	return rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

int
view_settle_numbers(struct view *v)
{
	struct choices choices;
	struct policy policy;
	int rc;

	if (view_choices(v, &choices) != ST_OK)
		return SQLITE_NOMEM;
	policy_read(&choices, NULL, &policy);
	if (policy.keep_numbers)
		return SQLITE_DONE;
	rc = view_run(view_statement(v, SQL_NUMBERS_GO));
	return rc == SQLITE_DONE ? view_run(view_statement(v, SQL_PLAIN_NUMBERS_GO)) : rc;
}

enum status
view_monitor_number(struct view *v, uint16_t slot, char number[NUMBER_MAX])
{
	sqlite3_stmt *s = view_statement(v, SQL_NUMBER_OF);
	int rc;

	memset(number, 0, NUMBER_MAX);
	(void)sqlite3_bind_int(s, 1, slot);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
		(void)snprintf(number, NUMBER_MAX, "%s", (const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_reset(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return ST_MEMORY;
	return number[0] != '\0' ? ST_OK : ST_UNKNOWN;
}

static void
fill_row(struct msg_outbox_row *row, sqlite3_stmt *s)
{
	int len = sqlite3_column_bytes(s, 4);
	const char *pseudonym = (const char *)sqlite3_column_text(s, 9);

	memset(row, 0, sizeof(*row));
	row->number = (uint64_t)sqlite3_column_int64(s, 0);
	row->queued_s = row->state_s = record_unix(number_of(s, 1));
	row->trust = number_of(s, 2);
	row->state = OUTBOX_UNKNOWN;
	if (sqlite3_column_type(s, 5) != SQLITE_NULL) {
		row->state = number_of(s, 5);
		row->code = number_of(s, 6);
		row->state_s = record_unix(number_of(s, 7));
		if (number_of(s, 8) < row->trust)
			row->trust = number_of(s, 8);
	}
	row->may_repeat = number_of(s, 10);
	row->kind = number_of(s, 11);
	(void)snprintf(
	    row->pseudonym, sizeof(row->pseudonym), "%s", pseudonym == NULL ? "" : pseudonym);
	if (len > 0 && (size_t)len <= sizeof(row->text)) {
		memcpy(row->text, sqlite3_column_blob(s, 4), (size_t)len);
		row->text_len = (uint32_t)len;
	}
}

enum status
view_outbox(
    struct view *v, uint64_t first, uint64_t last, uint32_t limit, view_outbox_fn *fn, void *arg)
{
	sqlite3_stmt *s = view_statement(v, SQL_OUTBOX);
	struct msg_outbox_row row;
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)first);
	(void)sqlite3_bind_int64(s, 2, last > INT64_MAX ? INT64_MAX : (sqlite3_int64)last);
	(void)sqlite3_bind_int64(s, 3, limit);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK) {
		fill_row(&row, s);
		st = fn(arg, &row);
	}
	(void)sqlite3_reset(s);
	sodium_memzero(&row, sizeof(row));
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

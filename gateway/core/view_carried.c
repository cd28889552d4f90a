/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bases: what one says of the view, and the view that is folded from one. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "gateway/core/events_carried.h"
#include "gateway/core/view_apply.h"
#include "gateway/core/view_sql.h"

#define WEEK_QUARTERS (7 * 96)
#define FIRST_MONDAY (2 * 96) /* 2025 began on a Wednesday */

void
view_from_base(struct view *v, uint64_t seq)
{
	v->from = seq;
}

int
view_is_carrying(const struct view *v)
{
	return v->carried.seq != 0 && v->carried.seq == v->from;
}

uint16_t
view_week(uint32_t quarter)
{
	return (uint16_t)(((uint64_t)quarter + FIRST_MONDAY) / WEEK_QUARTERS);
}

int
view_base_trust(struct view *v, uint16_t epoch)
{
	sqlite3_stmt *s = view_statement(v, SQL_BASE_OF);
	int trust = -1;

	(void)sqlite3_bind_int(s, 1, epoch);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
		trust = sqlite3_column_int(s, 0);
	(void)sqlite3_reset(s);
	return trust;
}

/* --- applying --- */

static void
bind_unless(sqlite3_stmt *s, int at, uint32_t value, uint32_t none)
{
	if (value != none)
		(void)sqlite3_bind_int64(s, at, value); /* else it stays NULL */
}

static int
begin_base(struct view *v, uint64_t seq, const struct event_carried *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_ORIGIN);

	memset(&v->carried, 0, sizeof(v->carried));
	v->carried.seq = seq;
	v->carried.at = e->at;
	v->carried.epoch = e->epoch;
	v->carried.trust = e->trust;
	if (seq != v->from)
		return SQLITE_DONE;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	return view_run(s);
}

static int
end_base(struct view *v, const struct event_carried *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_BASE);
	int rc, is_from = view_is_carrying(v);
	uint64_t seq = v->carried.seq;

	v->carried.seq = 0;
	if (e->count != v->carried.items)
		return SQLITE_DONE; /* not whole: another will be written */
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	(void)sqlite3_bind_int(s, 2, v->carried.epoch);
	(void)sqlite3_bind_int64(s, 3, v->carried.at);
	(void)sqlite3_bind_int(s, 4, v->carried.trust);
	(void)sqlite3_bind_int64(s, 5, e->count);
	if ((rc = view_run(s)) != SQLITE_DONE || !is_from)
		return rc;
	/* What arrived before it was shown without a name: now the names are known. */
	s = view_statement(v, SQL_JOIN);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	return view_run(s);
}

static int
apply_event_in(struct view *v, const struct event_carried *e)
{
	const struct view_event in = {e->seq, e->type, e->version, 1, e->body, e->len};
	view_applier *apply = view_applier_of(e->type);

	if (apply == NULL || e->version > event_version(e->type))
		return VIEW_DAMAGED;
	return apply(v, &in);
}

static int
apply_counters(struct view *v, const struct event_carried *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_COUNTERS);
	int rc;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e->seq);
	bind_unless(s, 2, e->revoked, EVENT_QUARTER_NONE);
	(void)sqlite3_bind_int64(s, 3, e->messages);
	bind_unless(s, 4, e->highest, UINT32_MAX);
	bind_unless(s, 5, e->last, EVENT_QUARTER_NONE);
	(void)sqlite3_bind_int(s, 6, e->last_trust);
	(void)sqlite3_bind_int64(s, 7, e->chain_messages);
	(void)sqlite3_bind_int64(s, 8, e->lost);
	bind_unless(s, 9, e->waiting, 0);
	bind_unless(s, 10, e->said_place, 0);
	if (e->said_place != 0)
		(void)sqlite3_bind_int64(s, 11, e->said);
	(void)sqlite3_bind_int(s, 12, e->said_trust);
	rc = view_run(s);
	return rc == SQLITE_DONE && sqlite3_changes(v->db) != 1 ? SQLITE_CONSTRAINT : rc;
}

static int
apply_refused(struct view *v, const struct event_carried *e)
{
	sqlite3_stmt *s = view_statement(v, SQL_ORIGIN_REFUSED);

	(void)sqlite3_bind_int64(s, 1, e->count);
	(void)sqlite3_bind_int64(s, 2, e->last);
	return view_run(s);
}

static int
apply_tallies(struct view *v, const struct event_carried *e)
{
	int rc = SQLITE_DONE;

	for (size_t i = 0; i < e->tallies && rc == SQLITE_DONE; i++) {
		sqlite3_stmt *s = view_statement(v, SQL_TALLY);

		(void)sqlite3_bind_int(s, 1, e->week);
		(void)sqlite3_bind_int(s, 2, e->tally[i].kind);
		(void)sqlite3_bind_int(s, 3, e->tally[i].place);
		(void)sqlite3_bind_int64(s, 4, e->tally[i].count);
		rc = view_run(s);
	}
	return rc;
}

static int
apply_item(struct view *v, const struct event_carried *e)
{
	switch (e->item) {
	case CARRIED_EVENT:
		return apply_event_in(v, e);
	case CARRIED_MONITOR:
		return apply_counters(v, e);
	case CARRIED_REFUSED:
		return apply_refused(v, e);
	default:
		return apply_tallies(v, e);
	}
}

int
view_apply_carried(struct view *v, const struct view_event *ev)
{
	struct event_carried e;

	if (event_carried_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	if (e.item == CARRIED_BEGIN)
		return begin_base(v, ev->seq, &e);
	if (v->carried.seq == 0)
		return SQLITE_DONE; /* its first row is damaged, which was named */
	if (e.item == CARRIED_END)
		return end_base(v, &e);
	v->carried.items++;
	return view_is_carrying(v) ? apply_item(v, &e) : SQLITE_DONE;
}

int
view_apply_dropped(struct view *v, const struct view_event *ev)
{
	sqlite3_stmt *s = view_statement(v, SQL_DROPPED);
	struct event_dropped e;

	if (event_dropped_decode(ev->body, ev->len, &e) != ST_OK)
		return VIEW_DAMAGED;
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)ev->seq);
	(void)sqlite3_bind_int64(s, 2, e.at);
	(void)sqlite3_bind_int(s, 3, e.epoch);
	(void)sqlite3_bind_int64(s, 4, (sqlite3_int64)e.first);
	return view_run(s);
}

/* --- carrying --- */

struct carrier {
	struct view *v;
	view_carry_fn *fn;
	void *arg;
	uint8_t *inner; /* the body of an event that an item holds */
	uint8_t *body;  /* an item's */
};

static enum status
carry(struct carrier *c, const struct event_carried *e)
{
	return c->fn(c->arg, c->body, event_carried_encode(e, c->body, EVENT_CARRIED_MAX));
}

static enum status
carry_event(struct carrier *c, uint64_t seq, enum event_type type, size_t len)
{
	const struct event_carried e = {.item = CARRIED_EVENT,
	    .seq = seq,
	    .type = (uint8_t)type,
	    .version = (uint8_t)event_version(type),
	    .body = c->inner,
	    .len = len};

	return carry(c, &e);
}

/* A number of a row; NULL is `none`. */
static uint32_t
number(sqlite3_stmt *s, int column, uint32_t none)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return none;
	return (uint32_t)sqlite3_column_int64(s, column);
}

static uint64_t
seq_of(sqlite3_stmt *s)
{
	return (uint64_t)sqlite3_column_int64(s, 0);
}

static void
copy_text(char *out, size_t cap, sqlite3_stmt *s, int column)
{
	size_t len = (size_t)sqlite3_column_bytes(s, column);

	memcpy(out, sqlite3_column_text(s, column), len < cap ? len : cap - 1);
}

static enum status
carry_setting(struct carrier *c, sqlite3_stmt *s)
{
	struct event_setting e = {.key = (uint8_t)number(s, 1, 0), .value = number(s, 2, 0)};

	copy_text(e.text, sizeof(e.text), s, 3);
	return carry_event(
	    c, seq_of(s), EVENT_SETTING, event_setting_encode(&e, c->inner, EVENT_LONG_MAX));
}

static enum status
carry_book(struct carrier *c, sqlite3_stmt *s)
{
	struct event_book e = {.version = number(s, 2, 0),
	    .octets = sqlite3_column_blob(s, 4),
	    .len = (size_t)sqlite3_column_bytes(s, 4)};

	memcpy(e.hash, sqlite3_column_blob(s, 3), sizeof(e.hash));
	return carry_event(c, seq_of(s), number(s, 1, 0) ? EVENT_PLACES : EVENT_CODEBOOK,
	    event_book_encode(&e, c->inner, EVENT_LONG_MAX));
}

static enum status
carry_right(struct carrier *c, sqlite3_stmt *s)
{
	struct event_coordinator e = {
	    .at = number(s, 5, 0), .act = (uint8_t)number(s, 2, 0), .id = number(s, 3, 0)};
	struct event_recovered r = {.at = e.at, .how = e.act, .id = e.id};

	copy_text(e.name, sizeof(e.name), s, 4);
	copy_text(r.name, sizeof(r.name), s, 4);
	if (number(s, 1, 0) == EVENT_RECOVERED)
		return carry_event(c, seq_of(s), EVENT_RECOVERED,
		    event_recovered_encode(&r, c->inner, EVENT_LONG_MAX));
	return carry_event(c, seq_of(s), EVENT_COORDINATOR,
	    event_coordinator_encode(&e, c->inner, EVENT_LONG_MAX));
}

/* The last one, so that it is known how old it is. */
static enum status
carry_backup(struct carrier *c, sqlite3_stmt *s)
{
	const struct event_backed_up e = {
	    .at = number(s, 1, 0), .next = (uint64_t)sqlite3_column_int64(s, 2)};

	return carry_event(
	    c, seq_of(s), EVENT_BACKED_UP, event_backed_up_encode(&e, c->inner, EVENT_LONG_MAX));
}

static enum status
carry_own(struct carrier *c, uint64_t monitor, uint16_t slot)
{
	sqlite3_stmt *s = view_statement(c->v, SQL_CARRY_OWN);
	struct event_own_places own = {.slot = slot};
	enum status st = ST_OK;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)monitor);
	if (sqlite3_step(s) == SQLITE_ROW) {
		own.at = number(s, 1, 0);
		view_read_own(s, 2, own.place);
		st = carry_event(c, seq_of(s), EVENT_OWN_PLACES,
		    event_own_places_encode(&own, c->inner, EVENT_LONG_MAX));
	}
	(void)sqlite3_reset(s);
	return st;
}

/* What was decided about her: while her slot is hers, so before what says that she is revoked. */
static enum status
carry_decisions(struct carrier *c, uint64_t monitor, uint16_t slot)
{
	sqlite3_stmt *s = view_statement(c->v, SQL_CARRY_VETTED);
	struct event_vetted vetted = {.slot = slot};
	struct event_plain_allowed plain = {.slot = slot};
	enum status st = ST_OK;

	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)monitor);
	if (sqlite3_step(s) == SQLITE_ROW) {
		vetted.at = number(s, 1, 0);
		vetted.trust = (uint8_t)number(s, 2, 0);
		vetted.vetted = (uint8_t)number(s, 3, 0);
		st = carry_event(c, seq_of(s), EVENT_VETTED,
		    event_vetted_encode(&vetted, c->inner, EVENT_LONG_MAX));
	}
	(void)sqlite3_reset(s);
	s = view_statement(c->v, SQL_CARRY_PLAIN);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)monitor);
	if (st == ST_OK && sqlite3_step(s) == SQLITE_ROW) {
		plain.at = number(s, 1, 0);
		plain.allowed = (uint8_t)number(s, 2, 0);
		if (sqlite3_column_type(s, 3) != SQLITE_NULL)
			copy_text(plain.number, sizeof(plain.number), s, 3);
		copy_text(plain.reason, sizeof(plain.reason), s, 4);
		st = carry_event(c, seq_of(s), EVENT_PLAIN_ALLOWED,
		    event_plain_allowed_encode(&plain, c->inner, EVENT_LONG_MAX));
		sodium_memzero(&plain, sizeof(plain));
	}
	(void)sqlite3_reset(s);
	return st == ST_OK ? carry_own(c, monitor, slot) : st;
}

static enum status
carry_monitor(struct carrier *c, sqlite3_stmt *s)
{
	struct event_enrolled e = {.slot = (uint16_t)number(s, 1, 0),
	    .generation = (uint8_t)number(s, 2, 0),
	    .place = (uint16_t)number(s, 5, 0),
	    .household = (uint16_t)number(s, 6, 0),
	    .rhythm_days = (uint16_t)number(s, 7, 0),
	    .heartbeat = (uint8_t)number(s, 8, 0),
	    .at = number(s, 9, 0)};
	const struct event_carried counters = {.item = CARRIED_MONITOR,
	    .seq = seq_of(s),
	    .revoked = number(s, 10, EVENT_QUARTER_NONE),
	    .messages = number(s, 11, 0),
	    .highest = number(s, 12, UINT32_MAX),
	    .last = number(s, 13, EVENT_QUARTER_NONE),
	    .last_trust = (uint8_t)number(s, 14, 0),
	    .chain_messages = number(s, 15, 0),
	    .lost = number(s, 16, 0),
	    .waiting = (uint8_t)number(s, 17, 0),
	    .said_place = (uint16_t)number(s, 19, 0),
	    .said = number(s, 20, 0),
	    .said_trust = (uint8_t)number(s, 21, 0)};
	enum status st;

	copy_text(e.pseudonym, sizeof(e.pseudonym), s, 3);
	copy_text(e.language, sizeof(e.language), s, 4);
	if (sqlite3_column_type(s, 18) != SQLITE_NULL)
		copy_text(e.number, sizeof(e.number), s, 18);
	st = carry_event(
	    c, seq_of(s), EVENT_ENROLLED, event_enrolled_encode(&e, c->inner, EVENT_LONG_MAX));
	sodium_memzero(&e, sizeof(e));
	if (st == ST_OK)
		st = carry_decisions(c, seq_of(s), (uint16_t)number(s, 1, 0));
	return st == ST_OK ? carry(c, &counters) : st;
}

typedef enum status carry_row_fn(struct carrier *c, sqlite3_stmt *s);

static enum status
carry_each(struct carrier *c, enum view_statement which, carry_row_fn *fn)
{
	sqlite3_stmt *s = view_statement(c->v, which);
	enum status st = ST_OK;
	int rc;

	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK)
		st = fn(c, s);
	(void)sqlite3_reset(s);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

static enum status
carry_refused(struct carrier *c)
{
	sqlite3_stmt *s = view_statement(c->v, SQL_REFUSED);
	struct event_carried e = {.item = CARRIED_REFUSED};

	if (sqlite3_step(s) == SQLITE_ROW) {
		e.count = number(s, 0, 0);
		e.last = number(s, 1, 0);
	}
	(void)sqlite3_reset(s);
	return e.count > 0 ? carry(c, &e) : ST_OK;
}

/* As many counts of one week as a row takes. */
static enum status
carry_tallies(struct carrier *c, uint16_t oldest_week)
{
	sqlite3_stmt *s = view_statement(c->v, SQL_CARRY_TALLY);
	struct event_carried e = {.item = CARRIED_TALLY};
	enum status st = ST_OK;
	int rc;

	(void)sqlite3_bind_int(s, 1, oldest_week);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && st == ST_OK) {
		uint16_t week = (uint16_t)number(s, 0, 0);

		if (e.tallies == CARRIED_TALLIES_MAX || (e.tallies > 0 && week != e.week)) {
			st = carry(c, &e);
			e.tallies = 0;
		}
		e.week = week;
		e.tally[e.tallies++] = (struct carried_tally){
		    (uint8_t)number(s, 1, 0), (uint16_t)number(s, 2, 0), number(s, 3, 0)};
	}
	(void)sqlite3_reset(s);
	if (st == ST_OK && e.tallies > 0)
		st = carry(c, &e);
	return st != ST_OK ? st : rc == SQLITE_DONE ? ST_OK : ST_MEMORY;
}

enum status
view_carry(struct view *v, uint16_t oldest_week, view_carry_fn *fn, void *arg)
{
	struct carrier c = {v, fn, arg, malloc(EVENT_LONG_MAX), malloc(EVENT_CARRIED_MAX)};
	enum status st = c.inner != NULL && c.body != NULL ? ST_OK : ST_MEMORY;

	if (st == ST_OK)
		st = carry_each(&c, SQL_CARRY_SETTING, carry_setting);
	if (st == ST_OK)
		st = carry_each(&c, SQL_CARRY_BOOK, carry_book);
	if (st == ST_OK)
		st = carry_each(&c, SQL_CARRY_MONITOR, carry_monitor);
	if (st == ST_OK)
		st = carry_each(&c, SQL_CARRY_RIGHT, carry_right);
	if (st == ST_OK)
		st = carry_each(&c, SQL_CARRY_BACKUP, carry_backup);
	if (st == ST_OK)
		st = carry_refused(&c);
	if (st == ST_OK)
		st = carry_tallies(&c, oldest_week);
	if (c.inner != NULL)
		sodium_memzero(c.inner, EVENT_LONG_MAX);
	if (c.body != NULL)
		sodium_memzero(c.body, EVENT_CARRIED_MAX);
	free(c.inner);
	free(c.body);
	return st;
}

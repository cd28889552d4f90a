/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/intake_parts.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/core/intake_impl.h"

#define MARK_MAX 16 /* "[9/10]" */

/* A long message on its way into the journal. Wipe it. */
struct joined {
	struct arrival a; /* of text below */
	unsigned missing, rows;
	int has_time;
	char sender[NUMBER_MAX];
	uint8_t text[LONG_TEXT_MAX];
};

_Static_assert(MARK_MAX <= SMS_TEXT_MAX, "a mark takes no more room than the part would");

static enum status
read_row(struct session *s, uint64_t seq, struct parked *p)
{
	const int64_t before = (int64_t)seq - 1;
	uint8_t blob[PARK_BLOB_LEN];
	int64_t found;
	size_t len;
	enum status st = store_parked_next(s->store, &before, &found, blob, sizeof(blob), &len);

	if (st != ST_OK)
		return st;
	return found == (int64_t)seq ? intake_row_open(s, found, blob, len, p) : ST_UNKNOWN;
}

/* The whole message arrived when the last of its parts did. */
static void
add_piece(struct joined *j, const struct arrival *part)
{
	struct arrival *a = &j->a;

	memcpy(j->text + a->text_len, part->text, part->text_len);
	a->text_len += part->text_len;
	if (part->form != SMS_TEXT)
		a->form = SMS_OCTETS;
	a->was_parked &= part->was_parked;
	if (part->sender != NULL) { /* every part has the same */
		memcpy(j->sender, part->sender, strlen(part->sender) + 1);
		a->sender = j->sender;
	}
	if (part->modem != UINT32_MAX)
		a->modem = part->modem;
	if (j->has_time && part->quarter < a->quarter)
		return;
	j->has_time = 1;
	a->quarter = part->quarter;
	a->came_s = part->came_s;
	a->trust = part->trust;
	a->stamp_s = part->stamp_s;
}

static void
add_mark(struct joined *j, unsigned place, unsigned total)
{
	char mark[MARK_MAX];
	size_t len = (size_t)snprintf(mark, sizeof(mark), "[%u/%u]", place, total);

	memcpy(j->text + j->a.text_len, mark, len);
	j->a.text_len += len;
	j->missing++;
}

/* One place of it; the row that it was read from is consumed. */
static enum status
add_place(struct session *s, struct joined *j, const struct parts_group *g, unsigned place)
{
	const struct parts_member *m = &g->member[place - 1];
	struct parked row = {0};
	struct arrival part;
	enum status st = ST_UNKNOWN;

	if (m->fresh != NULL) {
		arrival_of_sms(s, m->fresh, &part);
		st = ST_OK;
	} else if (m->seq != 0 && (st = read_row(s, m->seq, &row)) == ST_OK) {
		arrival_of_row(&row, &part);
		j->rows++;
		st = change_unpark(s->state, (int64_t)m->seq);
	}
	if (st == ST_OK)
		add_piece(j, &part);
	else if (status_class(st) != SC_STOP) { /* a row that was changed: the next pass names it */
		add_mark(j, place, g->part.total);
		st = ST_OK;
	}
	sodium_memzero(&row, sizeof(row));
	return st;
}

/* Whole or not: its event, instead of its rows. What the rows held goes with K_P, for the number
 * that it came from was in them. */
static enum status
take_group(struct session *s, struct parts_group *g)
{
	struct joined j = {.a = {.form = SMS_TEXT,
			       .was_parked = 1,
			       .stamp_s = INT64_MIN,
			       .came_s = INT64_MIN,
			       .modem = UINT32_MAX}};
	enum status st = ST_OK;
	int seen = 0;

	for (unsigned place = 1; st == ST_OK && place <= g->part.total; place++)
		st = add_place(s, &j, g, place);
	parts_drop(s->parts, g);
	if (st == ST_OK && j.rows > 0 && !s->is_passing)
		change_pass_end(s->state);
	j.a.text = j.text;
	j.a.is_incomplete = j.missing > 0;
	if (j.missing == 0)
		arrival_classify(&j.a); /* a sealed text too, if a phone sent it in two */
	if (st == ST_OK)
		st = intake_seen_content(s, &j.a, &seen);
	if (st == ST_OK && seen)
		s->doubled++;
	else if (st == ST_OK)
		st = intake_read(s, &j.a);
	sodium_memzero(&j, sizeof(j));
	return st;
}

enum status
intake_part(struct session *s, const struct parts_item *item)
{
	struct parts_group *g;
	enum status st = ST_OK;

	switch (parts_add(s->parts, item, &g)) {
	case PARTS_COMPLETE:
		return take_group(s, g);
	case PARTS_DOUBLE:
		s->doubled++;
		return item->seq != 0 ? change_unpark(s->state, (int64_t)item->seq) : ST_OK;
	default:
		if ((g = parts_excess(s->parts, g)) != NULL)
			st = take_group(s, g);
		return st;
	}
}

static enum status
park_member(struct session *s, struct parts_member *m)
{
	struct arrival a;
	enum status st;

	if (m->fresh == NULL)
		return ST_OK;
	arrival_of_sms(s, m->fresh, &a);
	st = intake_park(s, &a, &m->seq);
	m->fresh = NULL;
	sodium_memzero(&a, sizeof(a));
	return st;
}

enum status
intake_parts_park(struct session *s)
{
	struct parts_group *g = parts_groups(s->parts);
	enum status st = ST_OK;

	for (size_t i = 0; i < PARTS_SLOTS; i++)
		for (size_t k = 0; st == ST_OK && k < SMS_PARTS_MAX; k++)
			st = park_member(s, &g[i].member[k]);
	return st;
}

enum status
intake_parts_due(struct session *s)
{
	struct parts_group *g;
	enum status st = ST_OK;

	while (st == ST_OK && (g = parts_due(s->parts, session_awake_h(s))) != NULL)
		st = take_group(s, g);
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_filter.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/view_acts.h"
#include "gateway/core/view_list.h"
#include "gateway/core/view_sql.h"
#include "reporting/report/record.h"

enum which { WHICH_SHOWN, WHICH_REPORTS, WHICH_UNREADABLE, WHICH_ALL };

/* --- reading --- */

/* A text of digits alone, of at most 5. */
static int
read_number(const char *text, unsigned *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return 0;
	*out = (unsigned)strtoul(text, NULL, 10);
	return 1;
}

static const struct kind *
kind_of(const struct codebook *book, const char *text)
{
	const struct kind *kind = codebook_kind_by_mnemonic(book, text);

	return kind != NULL ? kind : codebook_kind_by_label(book, text);
}

/* By the words of the book in force, or else of one that was. */
static enum status
read_kind(const struct view_names *names, const char *text, struct view_filter *f,
    char words[VIEW_FILTER_WORDS])
{
	const struct kind *kind = NULL;
	unsigned code;

	if (!read_number(text, &code)) {
		if (names->book != NULL)
			kind = kind_of(names->book, text);
		for (const struct past_book *p = names->books; p != NULL && kind == NULL;
		     p = p->older)
			kind = kind_of(p->book, text);
		if (kind == NULL)
			return say(words, ST_UNKNOWN,
			    "the codebook has no kind '%s': give its number, its three letters or "
			    "its name as 'tocsin inbox' shows it",
			    text);
		code = kind->code;
	} else if (code >= KINDS_MAX) {
		return say(words, ST_RANGE, "a kind is a number from 0 to %d", KINDS_MAX - 1);
	}
	f->by_kind = 1;
	f->kind = (uint8_t)code;
	return ST_OK;
}

/* The place and all below it; a number that the file in force lacks stands for itself. */
static enum status
read_place(const struct places *places, const char *text, struct view_filter *f,
    char words[VIEW_FILTER_WORDS])
{
	const struct place *place = NULL;
	unsigned id;

	if (!read_number(text, &id)) {
		if (places != NULL)
			place = places_find_label(places, text);
		if (place == NULL)
			return say(words, ST_UNKNOWN,
			    "the places file has no place '%s', or several: give its number or its "
			    "name as 'tocsin inbox' shows it",
			    text);
		id = place->id;
	} else if (id > UINT16_MAX) {
		return say(words, ST_RANGE, "a place is a number from 0 to %d", UINT16_MAX);
	}
	f->by_place = 1;
	f->is_place[id / 8] |= (uint8_t)(1 << id % 8);
	for (size_t i = 0; places != NULL && i < places->count; i++)
		if (places_is_within(places, places->place[i].id, id))
			f->is_place[places->place[i].id / 8] |=
			    (uint8_t)(1 << places->place[i].id % 8);
	return ST_OK;
}

static enum status
read_monitor(
    struct view *v, const char *pseudonym, struct view_filter *f, char words[VIEW_FILTER_WORDS])
{
	sqlite3_stmt *s = view_statement(v, SQL_WHO);
	int rc;

	(void)sqlite3_bind_text(s, 1, pseudonym, -1, SQLITE_TRANSIENT);
	if ((rc = sqlite3_step(s)) == SQLITE_ROW)
		f->monitor = (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	f->by_monitor = 1;
	if (rc == SQLITE_ROW)
		return ST_OK;
	return rc != SQLITE_DONE
		   ? ST_MEMORY
		   : say(words, ST_UNKNOWN,
			 "there is no monitor '%s': 'tocsin roster' names them all", pseudonym);
}

/* The first quarter hour that begins at or after a moment. */
static uint32_t
quarter_from(int64_t unix_s)
{
	uint32_t quarter = record_quarter(unix_s);

	if (quarter == RECORD_EVENT_NONE)
		return unix_s < record_unix(0) ? 0 : RECORD_EVENT_NONE;
	return quarter + (record_unix(quarter) < unix_s);
}

/* A kind that was retired is as grave as it was last. */
static void
read_grave(const struct view_names *names, struct view_filter *f)
{
	for (size_t i = 0; names->book != NULL && i < names->book->kinds; i++)
		f->is_grave[names->book->kind[i].code] = names->book->kind[i].grave;
	for (unsigned code = 0; names->book != NULL && code < KINDS_MAX; code++) {
		const struct kind *k = codebook_kind(names->book, code);

		for (const struct past_book *p = names->books; p != NULL && k == NULL; p = p->older)
			if ((k = codebook_kind(p->book, code)) != NULL)
				f->is_grave[code] = k->grave;
	}
}

enum status
view_filter_read(struct view *v, const struct view_names *names, const struct msg_inbox *ask,
    struct view_filter *f, char words[VIEW_FILTER_WORDS])
{
	enum status st = ST_OK;

	memset(f, 0, sizeof(*f));
	if (ask->limit == 0 || ask->which > WHICH_ALL)
		return say(words, ST_RANGE, "this program asks for what core does not have");
	if (ask->severity > LADDER_MAX || ask->certainty > LADDER_MAX)
		return say(words, ST_RANGE, "severity and certainty go from 1 to %d", LADDER_MAX);
	f->before = ask->before == 0 ? UINT64_MAX : ask->before;
	f->limit = ask->limit;
	f->which = ask->which;
	f->severity = (uint8_t)ask->severity;
	f->certainty = (uint8_t)ask->certainty;
	f->grave = ask->grave != 0;
	f->duress = ask->duress != 0;
	f->by_time = ask->since_s != 0 || ask->until_s != 0;
	f->since = ask->since_s == 0 ? 0 : quarter_from(ask->since_s);
	f->until = ask->until_s == 0 ? UINT32_MAX : quarter_from(ask->until_s);
	read_grave(names, f);
	if (ask->kind[0] != '\0')
		st = read_kind(names, ask->kind, f, words);
	if (st == ST_OK && ask->place[0] != '\0')
		st = read_place(names->places, ask->place, f, words);
	if (st == ST_OK && ask->monitor[0] != '\0')
		st = read_monitor(v, ask->monitor, f, words);
	f->by_report = f->by_kind || f->by_place || f->severity || f->certainty || f->grave;
	return st;
}

/* --- asking --- */

static int
fits_report(const struct view_filter *f, const struct view_entry *e)
{
	return e->readable && (!f->by_kind || e->kind == f->kind) &&
	       (!f->by_place || f->is_place[e->place / 8] >> e->place % 8 & 1) &&
	       e->severity >= f->severity && e->certainty >= f->certainty &&
	       (!f->grave || f->is_grave[e->kind]);
}

/* All but `which` and the time. */
static int
fits(const struct view_filter *f, const struct view_entry *e)
{
	if ((f->by_monitor && e->monitor != f->monitor) || (f->duress && !e->duress))
		return 0;
	return !f->by_report || fits_report(f, e);
}

/* What came while the clock was not set lies on no day. */
static int
is_in_time(const struct view_filter *f, const struct view_entry *e)
{
	return !f->by_time || (e->timed && e->arrival >= f->since && e->arrival < f->until);
}

static int
is_which(const struct view_filter *f, const struct view_entry *e)
{
	switch (f->which) {
	case WHICH_REPORTS:
		return e->readable && !e->quiet;
	case WHICH_UNREADABLE:
		return e->unreadable;
	case WHICH_SHOWN:
		return !e->quiet;
	default:
		return 1;
	}
}

enum status
view_filter_counts(struct view *v, const struct view_filter *f, struct msg_inbox_counts *out)
{
	const struct view_list *l = &v->list;
	enum status st = view_list_refresh(v);
	uint16_t place;
	uint8_t kind;

	memset(out, 0, sizeof(*out));
	if (st != ST_OK)
		return st;
	for (size_t i = 0; i < l->count; i++) {
		const struct view_entry *e = &l->entry[i];

		if (e->quiet || !fits(f, e))
			continue;
		if (!is_in_time(f, e)) {
			out->untimed += !e->timed;
			continue;
		}
		out->all++;
		out->reports += e->readable;
		out->unreadable += e->unreadable;
		if (view_counts_as(l, e, &kind, &place)) {
			out->counted++;
			out->grave += f->is_grave[kind];
		}
		out->duress += e->duress;
		out->drills += e->readable && e->relation == RELATION_DRILL;
	}
	return ST_OK;
}

/* Of one text: those that fit, in their order. */
static enum status
give_text(struct view *v, const struct view_names *names, const struct view_filter *f, size_t first,
    size_t end, uint32_t *given, view_inbox_fn *fn, void *arg)
{
	enum status st = ST_OK;

	for (size_t i = first; i < end && st == ST_OK; i++) {
		const struct view_entry *e = &v->list.entry[i];

		if (!is_which(f, e) || !is_in_time(f, e) || !fits(f, e))
			continue;
		++*given;
		st = view_inbox_row(v, names, e, fn, arg);
	}
	return st;
}

enum status
view_filter_rows(struct view *v, const struct view_names *names, const struct view_filter *f,
    view_inbox_fn *fn, void *arg)
{
	const struct view_list *l = &v->list;
	enum status st = view_list_refresh(v);
	size_t first, end;
	uint32_t given = 0;

	if (st != ST_OK)
		return st;
	for (end = view_list_at(l, f->before); end > 0 && given < f->limit && st == ST_OK;
	     end = first) {
		for (first = end - 1; first > 0 && l->entry[first - 1].seq == l->entry[first].seq;)
			first--;
		st = give_text(v, names, f, first, end, &given, fn, arg);
	}
	return st;
}

enum status
view_inbox(struct view *v, const struct view_names *names, const struct msg_inbox *ask,
    view_inbox_fn *fn, void *arg)
{
	char words[VIEW_FILTER_WORDS];
	struct view_filter filter;
	enum status st = view_filter_read(v, names, ask, &filter, words);

	return st == ST_OK ? view_filter_rows(v, names, &filter, fn, arg) : st;
}

uint32_t
view_unread(struct view *v)
{
	const struct view_list *l = &v->list;
	uint32_t count = 0;

	if (view_list_refresh(v) == ST_OK)
		for (size_t i = 0; i < l->count; i++)
			count += l->entry[i].unreadable && l->entry[i].part == 0;
	return count;
}

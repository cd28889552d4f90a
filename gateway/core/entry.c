/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/entry.h"

#include <sodium.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/core/words.h"
#include "reporting/report/check.h"
#include "reporting/report/note.h"
#include "reporting/report/text.h"

/* What the grammar made of it as a whole. */
static enum status
judge_text(const struct plain *p, const char *note, char words[SESSION_WORDS_MAX])
{
	if (p->outcome == PLAIN_UNREADABLE)
		return say(
		    words, ST_SYNTAX, "the text cannot be read: %s", plain_why_words(p->why));
	if (p->outcome == PLAIN_QUESTION)
		return say(words, ST_INCOMPLETE,
		    "the text leaves a question open (%s): write it anew", plain_why_words(p->why));
	if (note[0] != '\0' && p->reports != 1)
		return say(words, ST_NOT_ALLOWED,
		    "a note belongs to one report, and the text holds %u: write them down one by "
		    "one",
		    p->reports);
	return ST_OK;
}

/* --- what a report is about --- */

/* The report that is meant: of a text with several ones that of the same kind, if one is named. */
struct meant {
	uint64_t number;
	uint32_t kind, place; /* of it; 0 if several may be meant */
	unsigned parts, fits; /* reports of that text; those of the kind that is named */
	uint32_t source, relation;
};

struct search {
	const struct record *r;
	struct meant *meant;
};

static enum status
on_row(void *arg, const struct msg_inbox_row *row)
{
	const struct search *search = arg;
	struct meant *m = search->meant;

	if (row->seq != m->number || !row->readable || !row->proven)
		return ST_OK;
	m->parts++;
	m->source = row->source;
	m->relation = row->relation;
	if (search->r->kind != 0 && search->r->kind != row->kind)
		return ST_OK;
	m->kind = m->fits == 0 ? row->kind : 0;
	m->place = m->fits == 0 ? row->place : 0;
	m->fits++;
	return ST_OK;
}

static enum status
judge_meant(const struct record *r, const struct meant *m, char words[SESSION_WORDS_MAX])
{
	const unsigned long long number = m->number;

	if (m->parts == 0 || m->source != SOURCE_COORDINATOR)
		return say(words, ST_UNKNOWN,
		    "number %llu is no report that a coordinator wrote down, or its month is not "
		    "read: 'tocsin inbox' shows the numbers",
		    number);
	if (m->relation != RELATION_NEW && m->relation != RELATION_DRILL)
		return say(words, ST_NOT_ALLOWED,
		    "number %llu is itself about another report (%s): give the number of that one",
		    number, relation_rule(m->relation)->word);
	if (m->parts > 1 && m->fits == 0)
		return say(words, ST_UNKNOWN,
		    "number %llu holds %u reports, and none of that kind: 'tocsin inbox' shows "
		    "them",
		    number, m->parts);
	if (m->fits > 1 && r->relation == RELATION_CORRECTION)
		return say(words, ST_INCOMPLETE,
		    "number %llu holds %u reports: name the kind of the one that is corrected",
		    number, m->parts);
	return ST_OK;
}

/* It must be there; kind and place are taken from it where the text names none. */
static enum status
fill_from_meant(const struct session *s, struct plain_report *report, char words[SESSION_WORDS_MAX])
{
	const struct view_names names = {s->facts->book, s->facts->places, s->facts->books};
	const struct msg_inbox page = {
	    .before = (uint64_t)report->refers + 1, .limit = REPORTS_MAX};
	struct record *r = &report->record;
	struct meant m = {.number = report->refers};
	struct search search = {r, &m};
	enum status st = view_inbox(s->view, &names, &page, on_row, &search);

	if (st != ST_OK || (st = judge_meant(r, &m, words)) != ST_OK)
		return st;
	if (r->kind == 0)
		r->kind = m.kind;
	if (r->place == 0)
		r->place = m.place;
	return ST_OK;
}

/* A monitor's messages about herself are no coordinator's to send. */
static enum status
judge_relation(const struct session *s, struct plain_report *report, char words[SESSION_WORDS_MAX])
{
	const struct relation_rule *rule = relation_rule(report->record.relation);

	if (rule != NULL && rule->refers)
		return fill_from_meant(s, report, words);
	if (report->record.relation == RELATION_NEW || report->record.relation == RELATION_DRILL)
		return ST_OK;
	return say(words, ST_NOT_ALLOWED,
	    "a message of the sort '%s' cannot be written down here: a monitor sends it herself",
	    rule == NULL ? "?" : rule->word);
}

static enum status
judge_note(
    const struct record *r, const char *note, uint8_t out[NOTE_LEN], char words[SESSION_WORDS_MAX])
{
	struct note n = {.ref = 0};
	size_t bad_at = 0, len = strlen(note);
	enum status st = ST_TOO_LONG;

	if (len <= NOTE_CHARS) {
		memcpy(n.text, note, len + 1);
		st = note_write(r, &n, out, &bad_at);
	}
	sodium_memzero(&n, sizeof(n));
	if (st == ST_TOO_LONG)
		return say(words, st, "a note has at most %d characters", NOTE_CHARS);
	if (st != ST_OK)
		return say(words, st,
		    "character %zu of the note cannot be written: a note is made of the letters A "
		    "to Z, digits, blanks and a few signs",
		    bad_at + 1);
	return ST_OK;
}

static enum status
judge_report(const struct session *s, struct entry *e, unsigned i, char words[SESSION_WORDS_MAX])
{
	const struct facts *f = s->facts;
	const struct record_context context = {.arrived = e->arrived};
	struct plain_report *report = &e->plain.report[i];
	struct event_report *out = &e->event.report[i];
	enum record_fault fault = FAULT_NONE;
	enum status st = judge_relation(s, report, words);

	if (st != ST_OK)
		return st;
	st = record_check(&report->record, f->book, f->places, &fault);
	if (relation_rule(report->record.relation)->refers &&
	    (fault == FAULT_KIND_MISSING || fault == FAULT_PLACE_MISSING))
		st = ST_OK; /* it means a whole text, which has both */
	if (st != ST_OK)
		return say(words, st, "%s: write the text anew", record_fault_words(fault));
	e->review[i] = (uint16_t)record_review(&report->record, f->places, &context);
	e->event.review |= e->review[i];
	out->upper = report->upper;
	out->refers = report->refers;
	return record_pack(&report->record, out->record);
}

/* Which reports these are: what an hour on the clock changes of them, the lag, apart. */
static void
sum_up(const struct entry *e, uint8_t out[REPORT_SEEN_LEN])
{
	crypto_generichash_state h;

	(void)crypto_generichash_init(&h, NULL, 0, REPORT_SEEN_LEN);
	for (unsigned i = 0; i < e->plain.reports; i++) {
		const struct plain_report *report = &e->plain.report[i];
		struct record r = report->record;
		uint8_t octets[RECORD_LEN] = {0};

		r.lag = 0;
		if (record_pack(&r, octets) == ST_OK)
			(void)crypto_generichash_update(&h, octets, sizeof(octets));
		(void)crypto_generichash_update(&h, e->event.report[i].note, NOTE_LEN);
		(void)crypto_generichash_update(&h, &report->upper, sizeof(report->upper));
		(void)crypto_generichash_update(
		    &h, (const uint8_t *)&report->refers, sizeof(report->refers));
		sodium_memzero(octets, sizeof(octets));
		sodium_memzero(&r, sizeof(r));
	}
	(void)crypto_generichash_final(&h, out, REPORT_SEEN_LEN);
	sodium_memzero(&h, sizeof(h));
}

/* Each of its reports, and the note of the only one. */
static enum status
judge(const struct session *s, const char *note, struct entry *e, char words[SESSION_WORDS_MAX])
{
	enum status st = judge_text(&e->plain, note, words);

	e->event.reports = (uint8_t)e->plain.reports;
	for (unsigned i = 0; i < e->plain.reports && st == ST_OK; i++) {
		st = judge_report(s, e, i, words);
		if (st == ST_OK)
			st = judge_note(
			    &e->plain.report[i].record, note, e->event.report[i].note, words);
	}
	return st;
}

enum status
entry_read(const struct session *s, const struct msg_report_text *ask, struct entry *e,
    char words[SESSION_WORDS_MAX])
{
	const struct facts *f = s->facts;
	struct plain_setting setting = {.book = f->book, .places = f->places};
	char note[NOTE_CHARS + 4];
	enum status st;

	sodium_memzero(e, sizeof(*e));
	e->event.arrival = session_quarter(s);
	e->event.trust = (uint8_t)session_trust(s);
	e->event.source = SOURCE_COORDINATOR;
	e->event.class = TEXT_OTHER;
	e->event.form = SMS_TEXT;
	e->event.slot = EVENT_SLOT_NONE;
	e->event.outcome = OUTCOME_ACCEPTED;
	if (f->book == NULL || f->places == NULL)
		return say(words, ST_INCOMPLETE,
		    "the codebook or the places file in the journal is damaged: no report can be "
		    "written down; see 'tocsin journal verify'");
	if (ask->text_len == 0 || ask->text_len > sizeof(ask->text))
		return say(words, ST_RANGE, "give a text of 1 to %zu octets", sizeof(ask->text));
	memcpy(note, ask->note, sizeof(note));
	note[sizeof(note) - 1] = '\0';
	setting.arrived = e->arrived =
	    e->event.trust == TRUST_NONE ? RECORD_EVENT_NONE : e->event.arrival;
	plain_parse((const char *)ask->text, ask->text_len, &setting, &e->plain);
	st = judge(s, note, e, words);
	sum_up(e, e->seen);
	sodium_memzero(note, sizeof(note));
	return st;
}

enum status
entry_store(struct session *s, const struct entry *e, uint64_t *number)
{
	uint8_t body[EVENT_RECEIVED_MAX];
	enum status st = session_append(
	    s, EVENT_RECEIVED, body, event_received_encode(&e->event, body, sizeof(body)), number);

	sodium_memzero(body, sizeof(body));
	if (st == ST_OK)
		return session_commit(s);
	if (status_class(st) != SC_STOP)
		session_drop(s);
	return st;
}

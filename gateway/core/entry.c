/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/entry.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/status.h"
#include "reporting/report/check.h"
#include "reporting/report/note.h"
#include "reporting/report/text.h"

static enum status __attribute__((format(printf, 3, 4)))
say(char words[SESSION_WORDS_MAX], enum status st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, SESSION_WORDS_MAX, fmt, ap);
	va_end(ap);
	return st;
}

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

/* A monitor's messages about her earlier ones, and about herself, are no coordinator's to send. */
static enum status
judge_relation(const struct record *r, char words[SESSION_WORDS_MAX])
{
	const struct relation_rule *rule = relation_rule(r->relation);

	if (r->relation == RELATION_NEW || r->relation == RELATION_DRILL)
		return ST_OK;
	return say(words, ST_NOT_ALLOWED,
	    "a message of the sort '%s' cannot be written down here, only a report or a drill: "
	    "write down what happened as a report of its own",
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
judge_report(const struct session *s, const struct record *r, struct event_received *e,
    char words[SESSION_WORDS_MAX])
{
	const struct facts *f = s->facts;
	const struct record_context context = {
	    .arrived = e->trust == TRUST_NONE ? RECORD_EVENT_NONE : e->arrival};
	enum record_fault fault;
	enum status st = judge_relation(r, words);

	if (st == ST_OK && (st = record_check(r, f->book, f->places, &fault)) != ST_OK)
		return say(words, st, "%s: write the text anew", record_fault_words(fault));
	if (st == ST_OK && (st = record_pack(r, e->report[0].record)) == ST_OK) {
		e->reports = 1;
		e->review = (uint16_t)record_review(r, f->places, &context);
	}
	return st;
}

/* Which reports these are: what an hour on the clock changes of them, the lag, apart. */
static void
sum_up(const struct plain *p, const struct event_received *event, uint8_t out[REPORT_SEEN_LEN])
{
	crypto_generichash_state h;

	(void)crypto_generichash_init(&h, NULL, 0, REPORT_SEEN_LEN);
	for (unsigned i = 0; i < p->reports; i++) {
		struct record r = p->report[i].record;
		uint8_t octets[RECORD_LEN] = {0};

		r.lag = 0;
		if (record_pack(&r, octets) == ST_OK)
			(void)crypto_generichash_update(&h, octets, sizeof(octets));
		(void)crypto_generichash_update(&h, event[i].report[0].note, NOTE_LEN);
		sodium_memzero(octets, sizeof(octets));
		sodium_memzero(&r, sizeof(r));
	}
	(void)crypto_generichash_final(&h, out, REPORT_SEEN_LEN);
	sodium_memzero(&h, sizeof(h));
}

enum status
entry_read(const struct session *s, const struct msg_report_text *ask, struct entry *e,
    char words[SESSION_WORDS_MAX])
{
	const struct facts *f = s->facts;
	const struct event_received empty = {.arrival = session_quarter(s),
	    .trust = (uint8_t)session_trust(s),
	    .source = SOURCE_COORDINATOR,
	    .class = TEXT_OTHER,
	    .form = SMS_TEXT,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_ACCEPTED};
	struct plain_setting setting = {.book = f->book, .places = f->places};
	char note[NOTE_CHARS + 4];
	enum status st;

	sodium_memzero(e, sizeof(*e));
	if (f->book == NULL || f->places == NULL)
		return say(words, ST_INCOMPLETE,
		    "the codebook or the places file in the journal is damaged: no report can be "
		    "written down; see 'tocsin journal verify'");
	if (ask->text_len == 0 || ask->text_len > sizeof(ask->text))
		return say(words, ST_RANGE, "give a text of 1 to %zu octets", sizeof(ask->text));
	memcpy(note, ask->note, sizeof(note));
	note[sizeof(note) - 1] = '\0';
	setting.arrived = e->arrived =
	    empty.trust == TRUST_NONE ? RECORD_EVENT_NONE : empty.arrival;
	plain_parse((const char *)ask->text, ask->text_len, &setting, &e->plain);
	st = judge_text(&e->plain, note, words);
	for (unsigned i = 0; i < e->plain.reports; i++) {
		const struct record *r = &e->plain.report[i].record;

		e->event[i] = empty;
		if (st == ST_OK)
			st = judge_report(s, r, &e->event[i], words);
		if (st == ST_OK)
			st = judge_note(r, note, e->event[i].report[0].note, words);
	}
	sum_up(&e->plain, e->event, e->seen);
	sodium_memzero(note, sizeof(note));
	return st;
}

enum status
entry_store(struct session *s, const struct entry *e, uint64_t *first)
{
	uint8_t body[EVENT_RECEIVED_MAX];
	uint64_t seq;
	enum status st = ST_OK;

	for (unsigned i = 0; i < e->plain.reports && st == ST_OK; i++) {
		const size_t len = event_received_encode(&e->event[i], body, sizeof(body));

		st = session_append(s, EVENT_RECEIVED, body, len, &seq);
		if (i == 0)
			*first = seq;
	}
	sodium_memzero(body, sizeof(body));
	if (st == ST_OK)
		return session_commit(s);
	if (status_class(st) != SC_STOP)
		session_drop(s);
	return st;
}

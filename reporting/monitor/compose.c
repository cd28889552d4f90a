/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/compose.h"

#include "reporting/monitor/say.h"
#include "reporting/monitor/when.h"
#include "reporting/report/check.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NOT_GIVEN "-"
#define SEVERITY_MAX 7
#define CERTAINTY_MAX 5
#define ACTOR_MAX 255
#define PEOPLE_DIGITS_MAX 9

/* A report in the making. */
struct making {
	const struct request *request;
	const struct compose_setting *with;
	struct composed *out;
	struct request own; /* of a text: the request that it amounts to */
	char refers[PEOPLE_DIGITS_MAX + 2];
};

/* Digits only, at most max. */
static bool
read_number(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t v = 0;
	size_t len = strlen(text);

	if (len == 0 || len > PEOPLE_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(text[i] - '0');
	}
	*value = (uint32_t)v;
	return v <= max;
}

/* len letters and digits, in capitals. */
static bool
read_code(const char *text, size_t len, char *code)
{
	if (strlen(text) != len)
		return false;
	for (size_t i = 0; i <= len; i++)
		code[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
	return true;
}

static int
take_relation(struct making *m)
{
	static const struct {
		const char *word;
		enum relation relation;
	} words[] = {
	    {"new", RELATION_NEW},
	    {"correction", RELATION_CORRECTION},
	    {"follow-up", RELATION_FOLLOW_UP},
	    {"cancel", RELATION_CANCEL},
	    {"all-clear", RELATION_ALL_CLEAR},
	    {"drill", RELATION_DRILL},
	    {"place", RELATION_PLACE_CONFIRM},
	};
	const char *typed = m->request->relation;

	if (typed == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(typed, words[i].word) == 0) {
			m->out->record.relation = words[i].relation;
			return 0;
		}
	}
	return say_usage("--relation is one of new, correction, follow-up, cancel, all-clear, "
			 "drill, place; not '%s'",
	    typed);
}

static int
take_refers(struct making *m)
{
	const struct relation_rule *rule = relation_rule(m->out->record.relation);
	const char *typed = m->request->refers;
	uint32_t number = 0;

	if (typed == NULL && !rule->refers)
		return 0;
	if (typed == NULL)
		return say_usage(
		    "say with --refers which message number this %s is about", rule->word);
	if (!rule->refers)
		return say_usage("--refers goes with --relation correction, follow-up, cancel or "
				 "all-clear");
	if (!read_number(typed, m->with->n, &number) || number == 0)
		return say_usage("--refers is the number of a message that was sent before this "
				 "one, 1 to %u; not '%s'",
		    (unsigned)m->with->n, typed);
	if (m->with->n - (number - 1) > NOTE_REF_MOD)
		return say_usage("message no. %u is too long ago to be named: only the last %u can",
		    (unsigned)number, NOTE_REF_MOD);
	m->out->note.ref = (uint16_t)((number - 1) % NOTE_REF_MOD);
	return 0;
}

static int
take_text(struct making *m)
{
	const struct request *request = m->request;
	uint32_t refers;
	int rc;

	if ((rc = compose_text(request->text, request->yes, m->with, &m->out->record, &refers)) !=
	    0)
		return rc;
	if (!relation_rule(m->out->record.relation)->counts &&
	    (request->duress || request->target != NULL || request->note != NULL))
		return say_usage("a sign of life says nothing else: leave out --duress, --target "
				 "and --note");
	m->own = *request;
	(void)snprintf(m->refers, sizeof(m->refers), "%u", (unsigned)refers);
	m->own.refers = refers == 0 ? NULL : m->refers;
	m->request = &m->own;
	return 0;
}

static int
take_kind(struct making *m)
{
	const struct codebook *book = &m->with->books->codebook;
	const char *typed = m->request->kind;
	char mnemonic[MNEMONIC_LEN + 1];
	const struct kind *kind = NULL;
	const struct retired *old = NULL;
	uint32_t code = 0;

	if (strcmp(typed, NOT_GIVEN) == 0)
		return 0;
	if (read_number(typed, RECORD_KIND_MAX, &code)) {
		m->out->record.kind = code; /* whether it exists, check_all says */
		return code != 0 ? 0 : say_usage("there is no kind 0: write - for no kind");
	}
	if (read_code(typed, MNEMONIC_LEN, mnemonic)) {
		kind = codebook_kind_by_mnemonic(book, mnemonic);
		old = codebook_retired_by_mnemonic(book, mnemonic);
	}
	if (kind == NULL)
		kind = codebook_kind_by_label(book, typed);
	if (kind == NULL && old != NULL) {
		m->out->record.kind = old->code; /* check_all names what it is now */
		return 0;
	}
	if (kind == NULL)
		return say_usage("the codebook has no kind '%s': give its number, its three "
				 "letters or its exact label in quotes",
		    typed);
	m->out->record.kind = kind->code;
	return 0;
}

static int
take_place(struct making *m)
{
	const struct places *places = &m->with->books->places;
	const char *typed = m->request->place;
	const struct place *place;
	uint32_t id;

	if (strcmp(typed, NOT_GIVEN) == 0)
		return 0;
	if (m->with->own != NULL && strlen(typed) <= 2 && read_number(typed, OWN_MAX - 1, &id)) {
		if ((place = places_find(places, m->with->own[id])) == NULL)
			return say_usage("your own list has no place %s, or the places file no "
					 "longer has it: see 'places'; an id of the places file "
					 "has three digits or more",
			    typed);
	} else if (read_number(typed, UINT16_MAX, &id))
		place = places_find(places, id);
	else
		place = places_find_label(places, typed);
	if (place == NULL)
		return say_usage("the places file has no place '%s', or more than one: give its id "
				 "or its exact label in quotes",
		    typed);
	m->out->record.place = place->id;
	return 0;
}

static int
take_when(struct making *m)
{
	const char *typed = m->request->when;
	uint32_t sent = record_quarter(m->with->now);
	struct record *r = &m->out->record;
	enum status st;

	if (typed == NULL)
		return 0;
	st = when_parse(typed, m->with->now, m->with->books->places.offset_min, &r->event);
	if (st == ST_SYNTAX)
		return say_usage("--when is now, unknown, -30m, -2h, -3d or \"2026-11-20 14:30\"; "
				 "not '%s'",
		    typed);
	if (st != ST_OK && sent == RECORD_EVENT_NONE)
		return say_usage("this computer's clock is wrong (before 2025): set it, or give "
				 "--when as a date and a time");
	if (st != ST_OK)
		return say_usage("there is no such time, or it is before 2025: '%s'", typed);
	r->lag = record_lag(r->event, sent);
	if (r->event != RECORD_EVENT_NONE && sent == RECORD_EVENT_NONE)
		r->lag = RECORD_LAG_MAX; /* "or the sender's clock is wrong" */
	return 0;
}

static int
take_severity(struct making *m)
{
	const char *typed = m->request->severity;

	if (typed == NULL || read_number(typed, SEVERITY_MAX, &m->out->record.severity))
		return 0;
	return say_usage("--severity is 1 (least) to 7 (worst), 0 for not given; not '%s'", typed);
}

static int
take_certainty(struct making *m)
{
	const char *typed = m->request->certainty;

	if (typed == NULL || read_number(typed, CERTAINTY_MAX, &m->out->record.certainty))
		return 0;
	return say_usage("--certainty is 1 heard said, 2 told by one who saw, 3 saw the traces, "
			 "4 saw it, 5 has proof, 0 for not given; not '%s'",
	    typed);
}

static int
take_affected(struct making *m)
{
	const struct request *q = m->request;
	int forms = q->about + q->at_least + q->at_most;
	uint32_t people;

	if (forms > 1)
		return say_usage("give only one of --about, --at-least and --at-most");
	if (q->affected == NULL)
		return forms == 0 ? 0 : say_usage("give the number of people with --affected");
	m->out->record.quantity = q->about      ? QUANTITY_ABOUT
				  : q->at_least ? QUANTITY_AT_LEAST
				  : q->at_most  ? QUANTITY_AT_MOST
						: QUANTITY_EXACT;
	if (strcmp(q->affected, "many") == 0)
		m->out->record.affected = AFFECTED_MANY;
	else if (read_number(q->affected, UINT32_MAX, &people))
		m->out->record.affected = affected_encode(people);
	else
		return say_usage(
		    "--affected is a number of people, or many; not '%s'", q->affected);
	return 0;
}

static int
take_actor(struct making *m)
{
	const char *typed = m->request->actor;

	if (typed == NULL || read_number(typed, ACTOR_MAX, &m->out->record.actor))
		return 0; /* whether it exists, check_all says */
	return say_usage("--actor is an actor's number in the codebook; not '%s'", typed);
}

static int
take_target(struct making *m)
{
	const char *typed = m->request->target;
	struct composed *out = m->out;

	if (typed == NULL)
		return 0;
	if (!read_code(typed, TARGET_LEN, out->note.target) ||
	    codebook_target(&m->with->books->codebook, out->note.target) == NULL)
		return say_usage(
		    "the codebook has no target group '%s': give its two characters", typed);
	out->record.target = 1;
	return 0;
}

static int
take_note(struct making *m)
{
	const char *typed = m->request->note == NULL ? "" : m->request->note;
	size_t room = note_room(&m->out->record), len = strlen(typed), bad_at = 0;
	struct note *note = &m->out->note;

	if (len > room)
		return say_usage(
		    "the note has %zu characters and there is room for %zu", len, room);
	memcpy(note->text, typed, len + 1);
	if (note_write(&m->out->record, note, m->out->plain + RECORD_LEN, &bad_at) == ST_OK) {
		note_read(&m->out->record, m->out->plain + RECORD_LEN, note); /* in capitals */
		return 0;
	}
	return say_usage("character %zu of the note cannot be sent: letters A to Z, digits, blank "
			 "and !\"#%%&'()*+,-./:;<=>?$@_[]|~ can",
	    bad_at + 1);
}

static int
say_retired(const struct making *m)
{
	const struct codebook *book = &m->with->books->codebook;
	const struct retired *old = codebook_retired(book, m->out->record.kind);
	const struct kind *now = old == NULL ? NULL : codebook_kind(book, old->successor);

	if (now == NULL)
		return say_usage("kind %u is no longer used", (unsigned)m->out->record.kind);
	return say_usage("kind %u is no longer used: use %u (%s)", (unsigned)m->out->record.kind,
	    now->code, now->mnemonic);
}

/* Beside what record_check demands: a step of severity that the codebook names. */
static int
check_all(struct making *m)
{
	const struct books *books = m->with->books;
	const struct record *r = &m->out->record;
	enum record_fault why;

	if (record_check(r, &books->codebook, &books->places, &why) != ST_OK) {
		if (why == FAULT_KIND_RETIRED)
			return say_retired(m);
		if (relation_rule(r->relation)->refers &&
		    (why == FAULT_KIND_MISSING || why == FAULT_PLACE_MISSING))
			return say_usage("cannot be sent: %s; a sealed %s says kind and place of "
					 "the report meant, for none is kept here",
			    record_fault_words(why), relation_rule(r->relation)->word);
		return say_usage("cannot be sent: %s", record_fault_words(why));
	}
	if (r->severity != 0 && books->codebook.severities != 0 &&
	    codebook_severity(&books->codebook, r->severity) == NULL)
		return say_usage(
		    "severity %u is not on the codebook's scale", (unsigned)r->severity);
	return 0;
}

static int
pack(struct making *m)
{
	enum status st = record_pack(&m->out->record, m->out->plain);

	assert(st == ST_OK); /* every field was checked */
	return 0;
}

static int
check_language(struct making *m)
{
	const char *typed = m->request->lang;

	if (typed == NULL || languages_find(&m->with->books->codebook.languages, typed) >= 0)
		return 0;
	return say_usage("the codebook has no language '%s'", typed);
}

/* Her gateway reads the version that she was enrolled with and what came after it, as far as 4 bits
 * tell before from behind. */
static int
check_version(struct making *m)
{
	const struct codebook *book = &m->with->books->codebook;

	if (((codebook_schema(book) - m->with->schema) & 15) < 8)
		return 0;
	return say_usage("this codebook is version %u, older than your enrolment or far newer: get "
			 "the codebook that your coordinator uses, or enrol again",
	    (unsigned)book->version);
}

typedef int step(struct making *);

int
compose_report(
    const struct request *request, const struct compose_setting *with, struct composed *out)
{
	static step *const fields[] = {check_version, check_language, take_relation, take_refers,
	    take_kind, take_place, take_when, take_severity, take_certainty, take_affected,
	    take_actor, take_target, take_note, check_all, pack, NULL};
	static step *const text[] = {check_version, check_language, take_text, take_refers,
	    take_target, take_note, check_all, pack, NULL};
	step *const *steps = request->text != NULL ? text : fields;
	struct composed made = {0};
	struct making m = {.request = request, .with = with, .out = &made};
	int rc = 0;

	record_init(&made.record, codebook_schema(&with->books->codebook));
	made.record.duress = request->duress;
	for (size_t i = 0; steps[i] != NULL && rc == 0; i++)
		rc = steps[i](&m);
	if (rc == 0)
		*out = made;
	explicit_bzero(&made, sizeof(made));
	return rc;
}

void
compose_silent(enum relation relation, struct composed *out)
{
	size_t bad_at;
	enum status st;

	memset(out, 0, sizeof(*out));
	record_init(&out->record, 0);
	out->record.relation = relation;
	st = record_pack(&out->record, out->plain);
	assert(st == ST_OK);
	st = note_write(&out->record, &out->note, out->plain + RECORD_LEN, &bad_at);
	assert(st == ST_OK); /* an empty note fits */
}

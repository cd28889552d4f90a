/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The read-back of a report, before it is a row of symbols that nobody can check. */
#include "reporting/monitor/compose.h"

#include "reporting/monitor/say.h"
#include "reporting/monitor/when.h"

/* What the read-back is about, and in which words. */
struct telling {
	const struct composed *c;
	const struct compose_setting *with;
	const char *language;
};

static void
say_relation(const struct telling *t)
{
	const struct relation_rule *rule = relation_rule(t->c->record.relation);
	uint64_t meant;

	if (t->c->record.relation == RELATION_NEW)
		return;
	if (rule->refers && note_resolve(t->c->note.ref, t->with->n, &meant))
		say("  this is   %s, about message no. %llu", rule->word,
		    (unsigned long long)meant + 1);
	else
		say("  this is   %s", rule->word);
}

static void
say_kind(const struct telling *t)
{
	const struct codebook *book = &t->with->books->codebook;
	const struct kind *kind = codebook_kind(book, t->c->record.kind);

	if (kind != NULL)
		say("  what      %02u %s %s", kind->code, kind->mnemonic,
		    codebook_words(book, &kind->label, t->language));
}

static void
say_place(const struct telling *t)
{
	const struct places *places = &t->with->books->places;
	const struct place *place = places_find(places, t->c->record.place);

	if (place != NULL)
		say("  where     %u %s", place->id,
		    places_words(places, &place->label, t->language));
}

static void
say_when(const struct telling *t)
{
	uint32_t event = t->c->record.event;
	char text[WHEN_TEXT_LEN];

	if (!relation_rule(t->c->record.relation)->counts)
		return;
	if (event == RECORD_EVENT_NONE) {
		say("  when      not given");
		return;
	}
	when_write(record_unix(event), t->with->books->places.offset_min, text);
	say("  when      %s (to the quarter of an hour)", text);
	if (record_quarter(t->with->now) == RECORD_EVENT_NONE)
		say("            this computer's clock is wrong (before 2025): the report says so");
	else if (event > record_quarter(t->with->now))
		say("            that is in the future: the coordinator will ask about it");
}

static void
say_step(const char *name, const struct telling *t, unsigned code, const struct step *step)
{
	const struct codebook *book = &t->with->books->codebook;

	if (code != 0)
		say("  %s %u %s", name, code,
		    step == NULL ? "" : codebook_words(book, &step->label, t->language));
}

static void
say_affected(const struct telling *t)
{
	const struct record *r = &t->c->record;
	uint32_t people = 0;

	switch (affected_decode((uint8_t)r->affected, &people)) {
	case AFFECTED_IS_EXACT:
		say("  people    %s %u", quantity_word(r->quantity), (unsigned)people);
		break;
	case AFFECTED_IS_ROUNDED:
		say("  people    %s%s%u (rounded)",
		    r->quantity == QUANTITY_EXACT ? "" : quantity_word(r->quantity),
		    r->quantity == QUANTITY_EXACT ? "" : " ", (unsigned)people);
		break;
	case AFFECTED_IS_MANY:
		say("  people    many");
		break;
	case AFFECTED_IS_UNKNOWN:
		break;
	}
}

static void
say_actor(const struct telling *t)
{
	const struct codebook *book = &t->with->books->codebook;
	const struct actor *actor = codebook_actor(book, t->c->record.actor);

	if (actor != NULL)
		say("  by        %u %s", actor->code,
		    codebook_words(book, &actor->label, t->language));
}

static void
say_target(const struct telling *t)
{
	const struct codebook *book = &t->with->books->codebook;
	const struct target *target;

	if (!t->c->record.target || (target = codebook_target(book, t->c->note.target)) == NULL)
		return;
	say("  against   %s %s", target->code, codebook_words(book, &target->label, t->language));
}

void
compose_say(const struct composed *c, const struct compose_setting *with, const char *language)
{
	const struct codebook *book = &with->books->codebook;
	const struct telling t = {c, with, language == NULL ? "" : language};
	const struct record *r = &c->record;

	say_relation(&t);
	say_kind(&t);
	say_place(&t);
	say_when(&t);
	say_step("how bad  ", &t, r->severity, codebook_severity(book, r->severity));
	say_step("how sure ", &t, r->certainty, codebook_certainty(book, r->certainty));
	say_affected(&t);
	say_actor(&t);
	say_target(&t);
	if (c->note.text[0] != '\0')
		say("  note      %s", c->note.text);
}

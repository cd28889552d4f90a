/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/check.h"

#include <assert.h>

#define QUARTERS_A_DAY 96
#define OLD_DAYS 30
#define CROWD_PEOPLE 999 /* and what the record keeps as the same number */

static const struct {
	enum status status;
	const char *words;
} faults[FAULT_COUNT] = {
#define X(name, status, words) {status, words},
#include "schemas/report/faults.def"
#undef X
};

static const char *const reviews[REVIEW_COUNT] = {
#define X(name, words) words,
#include "schemas/report/review.def"
#undef X
};

static enum record_fault
check_kind(const struct record *r, const struct codebook *book, const struct relation_rule *rule)
{
	if (r->kind == 0)
		return rule->needs_kind ? FAULT_KIND_MISSING : FAULT_NONE;
	if (codebook_kind(book, r->kind) != NULL)
		return FAULT_NONE;
	return codebook_retired(book, r->kind) != NULL ? FAULT_KIND_RETIRED : FAULT_KIND_UNKNOWN;
}

static enum record_fault
check_place(const struct record *r, const struct places *places, const struct relation_rule *rule)
{
	if (r->place == 0)
		return rule->needs_place ? FAULT_PLACE_MISSING : FAULT_NONE;
	return places_find(places, r->place) != NULL ? FAULT_NONE : FAULT_PLACE_UNKNOWN;
}

static enum record_fault
find_fault(const struct record *r, const struct codebook *book, const struct places *places)
{
	const struct relation_rule *rule = relation_rule(r->relation);
	enum record_fault why;

	if (rule == NULL)
		return FAULT_RELATION;
	if (!rule->counts)
		return FAULT_NONE;
	if ((why = check_kind(r, book, rule)) != FAULT_NONE)
		return why;
	if ((why = check_place(r, places, rule)) != FAULT_NONE)
		return why;
	if (r->actor != 0 && codebook_actor(book, r->actor) == NULL)
		return FAULT_ACTOR_UNKNOWN;
	if (r->certainty != 0 && codebook_certainty(book, r->certainty) == NULL)
		return FAULT_CERTAINTY_UNKNOWN;
	return FAULT_NONE;
}

enum status
record_check(const struct record *r, const struct codebook *book, const struct places *places,
    enum record_fault *why)
{
	*why = find_fault(r, book, places);
	return faults[*why].status;
}

/* Are both in districts that the tree knows, and not in the same one? */
static bool
is_far(const struct places *places, unsigned place, unsigned home)
{
	const struct place *a = places_at_level(places, place, LEVEL_DISTRICT);
	const struct place *b = places_at_level(places, home, LEVEL_DISTRICT);

	if (a == NULL || b == NULL)
		return false; /* unknown, or a whole region: nothing to compare */
	return a->id != b->id;
}

unsigned
record_review(
    const struct record *r, const struct places *places, const struct record_context *context)
{
	const struct relation_rule *rule = relation_rule(r->relation);
	bool timed = r->event != RECORD_EVENT_NONE && context->arrived != RECORD_EVENT_NONE;
	unsigned mask = 0;

	if (rule == NULL || !rule->counts)
		return 0;
	if (timed && r->event > context->arrived)
		mask |= REVIEW_FUTURE;
	if (timed && r->event + OLD_DAYS * QUARTERS_A_DAY < context->arrived)
		mask |= REVIEW_OLD;
	if (r->event != RECORD_EVENT_NONE && r->lag == RECORD_LAG_MAX)
		mask |= REVIEW_LATE;
	if (r->affected != AFFECTED_NONE && r->affected >= affected_encode(CROWD_PEOPLE))
		mask |= REVIEW_CROWD;
	if (r->place != 0 && context->home != 0 && is_far(places, r->place, context->home))
		mask |= REVIEW_FAR;
	return mask;
}

const char *
record_fault_words(enum record_fault why)
{
	assert(why < FAULT_COUNT);
	return faults[why].words;
}

const char *
record_review_words(enum record_review bit)
{
	assert(bit < REVIEW_COUNT);
	return reviews[bit];
}

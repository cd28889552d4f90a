/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for a book that shall be put in force; reading alone does not ask for them. */
#include "reporting/book/book.h"
#include "reporting/book/book_take.h"
#include "reporting/report/card.h"

#include <string.h>

#define CERTAINTY_STEPS 5 /* fixed by the record; severity has LADDER_MAX */

static const struct {
	const char *id;
	uint8_t first, last;
} ranges[] = {
#define X(id, first, last) {id, first, last},
#include "schemas/codebook/ranges.def"
#undef X
};

/* One thing with a number and a label, as the rules that all lists share see it. */
struct entry {
	const char *list; /* "actor" */
	unsigned code, line;
	const struct wording *label;
};

/* A file as these rules see it: its languages and its pool. */
struct file {
	const struct languages *languages;
	const char *pool;
	struct book_faults *faults;
};

static const char *
text_in(const struct file *f, const struct wording *w, unsigned language)
{
	return f->pool + w->in[language];
}

static void
check_translated(const struct file *f, unsigned line, const char *what, const struct wording *w)
{
	for (unsigned i = 0; i < f->languages->count; i++)
		if (w->in[i] == 0)
			book_fault_add(f->faults, line, "%s is not given in '%s': translate it",
			    what, f->languages->code[i]);
}

static void
check_budget(const struct file *f, unsigned line, const struct wording *w, unsigned most)
{
	for (unsigned i = 0; i < f->languages->count; i++)
		if (card_columns(text_in(f, w, i)) > most)
			book_fault_add(f->faults, line,
			    "label '%s' takes %u columns, at most %u fit in an SMS and on a card",
			    text_in(f, w, i), card_columns(text_in(f, w, i)), most);
}

static bool
same_label(const struct file *f, const struct wording *a, const struct wording *b, unsigned i)
{
	return a->in[i] != 0 && strcmp(text_in(f, a, i), text_in(f, b, i)) == 0;
}

/* Two entries of one list: neither number nor label may be shared. */
static void
check_pair(const struct file *f, const struct entry *a, const struct entry *b)
{
	if (a->code == b->code)
		book_fault_add(f->faults, b->line,
		    "the code of this %s stands already in line %u: change one", b->list, a->line);
	for (unsigned i = 0; i < f->languages->count; i++)
		if (same_label(f, a->label, b->label, i))
			book_fault_add(f->faults, b->line,
			    "label '%s' stands already in line %u: reword one",
			    text_in(f, b->label, i), a->line);
}

static struct file
file_of(const struct codebook *b, struct book_faults *faults)
{
	return (struct file){&b->languages, b->pool, faults};
}

static struct entry
kind_entry(const struct codebook *b, unsigned i)
{
	return (struct entry){"kind", b->kind[i].code, b->kind[i].line, &b->kind[i].label};
}

static struct entry
actor_entry(const struct codebook *b, unsigned i)
{
	return (struct entry){"actor", b->actor[i].code, b->actor[i].line, &b->actor[i].label};
}

/* A target's two characters as a number, so that the same rule finds doubles. */
static struct entry
target_entry(const struct codebook *b, unsigned i)
{
	const struct target *t = &b->target[i];
	unsigned code = (unsigned)(unsigned char)t->code[0] << 8 | (unsigned char)t->code[1];

	return (struct entry){"target", code, t->line, &t->label};
}

static struct entry
certainty_entry(const struct codebook *b, unsigned i)
{
	const struct step *s = &b->certainty[i];

	return (struct entry){"certainty", s->code, s->line, &s->label};
}

static struct entry
severity_entry(const struct codebook *b, unsigned i)
{
	const struct step *s = &b->severity[i];

	return (struct entry){"severity", s->code, s->line, &s->label};
}

/* Every list of a codebook. */
static const struct {
	struct entry (*entry)(const struct codebook *b, unsigned i);
	size_t count_at; /* uint16_t */
} lists[] = {
    {kind_entry, offsetof(struct codebook, kinds)},
    {actor_entry, offsetof(struct codebook, actors)},
    {target_entry, offsetof(struct codebook, targets)},
    {certainty_entry, offsetof(struct codebook, certainties)},
    {severity_entry, offsetof(struct codebook, severities)},
};

static void
check_lists(const struct codebook *b, struct book_faults *faults)
{
	struct file f = file_of(b, faults);
	uint16_t count;

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		memcpy(&count, (const char *)b + lists[l].count_at, sizeof(count));
		for (unsigned i = 0; i < count; i++) {
			struct entry e = lists[l].entry(b, i), other;

			check_translated(&f, e.line, "label", e.label);
			check_budget(&f, e.line, e.label, LABEL_COLUMNS);
			for (unsigned k = 0; k < i; k++) {
				other = lists[l].entry(b, k);
				check_pair(&f, &other, &e);
			}
		}
	}
}

/* What does not stand in a list. */
static void
check_whole(const struct codebook *b, struct book_faults *faults)
{
	struct file f = file_of(b, faults);

	check_translated(&f, b->line.title, "title", &b->title);
	if (b->kinds == 0)
		book_fault_add(
		    faults, b->line.kinds, "'kinds' is empty: a codebook needs at least one");
	if (b->actors == 0)
		book_fault_add(
		    faults, b->line.actors, "'actors' is empty: a codebook needs at least one");
	if (b->certainties != CERTAINTY_STEPS || codebook_certainty(b, CERTAINTY_STEPS + 1) ||
	    codebook_certainty(b, CERTAINTY_STEPS + 2))
		book_fault_add(faults, b->line.certainties,
		    "'certainties' must hold the steps 1 to %d", CERTAINTY_STEPS);
	if (b->severities != LADDER_MAX)
		book_fault_add(faults, b->line.severities,
		    "'severities' must hold the steps 1 to %d", LADDER_MAX);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (strcmp(ranges[i].id, codebook_text(b, b->id)) == 0 &&
		    (b->range[0] != ranges[i].first || b->range[1] != ranges[i].last))
			book_fault_add(faults, b->line.codes, "the codes of '%s' are [ %u, %u ]",
			    ranges[i].id, ranges[i].first, ranges[i].last);
}

static void
check_range(const struct codebook *b, unsigned code, unsigned line, struct book_faults *faults)
{
	if (code < b->range[0] || code > b->range[1])
		book_fault_add(faults, line, "code %u is outside this book's codes %u to %u", code,
		    b->range[0], b->range[1]);
}

static void
check_kinds(const struct codebook *b, struct book_faults *faults)
{
	struct file f = file_of(b, faults);
	const struct retired *r;

	for (unsigned i = 0; i < b->kinds; i++) {
		const struct kind *k = &b->kind[i];

		check_range(b, k->code, k->line, faults);
		check_translated(&f, k->line, "hint", &k->hint);
		check_translated(&f, k->line, "example", &k->example);
		if ((r = codebook_retired(b, k->code)) != NULL)
			book_fault_add(faults, k->line,
			    "code %u was retired (line %u): take a new number", k->code, r->line);
	}
}

const char *
book_slip(const char *a, const char *b)
{
	unsigned differ = 0, first = MNEMONIC_LEN;

	for (unsigned i = 0; i < MNEMONIC_LEN; i++) {
		if (a[i] == b[i])
			continue;
		differ++;
		first = first == MNEMONIC_LEN ? i : first;
	}
	if (differ == 1)
		return "is one letter from";
	if (differ == 2 && first + 1 < MNEMONIC_LEN && a[first] == b[first + 1] &&
	    a[first + 1] == b[first])
		return "is two swapped letters from";
	return NULL;
}

static void
check_mnemonic_pair(const struct kind *a, const struct kind *b, struct book_faults *faults)
{
	const char *words = book_slip(a->mnemonic, b->mnemonic);

	if (strcmp(a->mnemonic, b->mnemonic) == 0)
		book_fault_add(faults, b->line, "mnemonic %s stands already in line %u: change one",
		    b->mnemonic, a->line);
	else if (words != NULL && (a->grave || b->grave))
		book_fault_add(faults, b->line,
		    "mnemonic %s %s %s (line %u), and a grave kind must not be hit by a slip: "
		    "change one",
		    b->mnemonic, words, a->mnemonic, a->line);
}

static void
check_mnemonics(const struct codebook *b, struct book_faults *faults)
{
	for (unsigned i = 0; i < b->kinds; i++)
		for (unsigned k = 0; k < i; k++)
			check_mnemonic_pair(&b->kind[k], &b->kind[i], faults);
}

static void
check_retired(const struct codebook *b, struct book_faults *faults)
{
	const struct kind *k;

	for (unsigned i = 0; i < b->retireds; i++) {
		const struct retired *r = &b->retired[i], *first = codebook_retired(b, r->code);

		check_range(b, r->code, r->line, faults);
		if (codebook_kind(b, r->successor) == NULL)
			book_fault_add(faults, r->line,
			    "successor %u is not among the kinds: name one that is", r->successor);
		if ((k = codebook_kind_by_mnemonic(b, r->mnemonic)) != NULL)
			book_fault_add(faults, k->line,
			    "mnemonic %s was retired (line %u): choose a new one", r->mnemonic,
			    r->line);
		if (first != r)
			book_fault_add(faults, r->line, "code %u is retired already in line %u",
			    r->code, first->line);
	}
}

/* Sort what was found; `before`: how many faults there were when the checks began. */
static enum status
done(unsigned before, struct book_faults *faults)
{
	book_faults_sort(faults);
	return faults->count + faults->more != before ? ST_SYNTAX : ST_OK;
}

enum status
book_check_codebook(const struct codebook *b, struct book_faults *faults)
{
	unsigned before = faults->count + faults->more;

	check_whole(b, faults);
	check_lists(b, faults);
	check_kinds(b, faults);
	check_mnemonics(b, faults);
	check_retired(b, faults);
	return done(before, faults);
}

static void
check_parent(const struct places *p, const struct place *place, struct book_faults *faults)
{
	const struct place *parent = places_find(p, place->parent);

	if (place->parent == 0)
		return;
	if (parent == NULL)
		book_fault_add(faults, place->line, "parent %u is not in the file", place->parent);
	else if (parent->level <= place->level)
		book_fault_add(faults, place->line, "a %s cannot lie in a %s (line %u)",
		    level_word(place->level), level_word(parent->level), parent->line);
}

/* Ids, outside ids and, under one parent, labels are each given once. */
static void
check_place_pair(const struct places *p, const struct place *a, const struct place *b,
    struct book_faults *faults)
{
	struct file f = {&p->languages, p->pool, faults};

	if (a->id == b->id)
		book_fault_add(faults, b->line,
		    "place %u stands already in line %u: ids are for ever", b->id, a->line);
	if (a->pcode != 0 && strcmp(p->pool + a->pcode, p->pool + b->pcode) == 0)
		book_fault_add(faults, b->line, "pcode '%s' stands already in line %u",
		    p->pool + b->pcode, a->line);
	if (a->geojson != 0 && strcmp(p->pool + a->geojson, p->pool + b->geojson) == 0)
		book_fault_add(faults, b->line, "geojson '%s' stands already in line %u",
		    p->pool + b->geojson, a->line);
	if (a->parent != b->parent || a->level != b->level)
		return;
	for (unsigned i = 0; i < p->languages.count; i++)
		if (same_label(&f, &a->label, &b->label, i))
			book_fault_add(faults, b->line,
			    "label '%s' stands already in line %u, under the same parent: add a "
			    "word",
			    text_in(&f, &b->label, i), a->line);
}

enum status
book_check_places(const struct places *p, struct book_faults *faults)
{
	unsigned before = faults->count + faults->more;
	struct file f = {&p->languages, p->pool, faults};

	check_translated(&f, 0, "title", &p->title);
	if (p->count == 0)
		book_fault_add(faults, 0, "'places' is empty: a network needs at least one");
	if (p->offset_min % 15 != 0)
		book_fault_add(
		    faults, 0, "'utc_offset_min' must be a whole number of quarter hours");
	for (unsigned i = 0; i < p->count; i++) {
		const struct place *place = &p->place[i];

		check_parent(p, place, faults);
		check_translated(&f, place->line, "label", &place->label);
		check_budget(&f, place->line, &place->label, PLACE_COLUMNS);
		for (unsigned k = 0; k < i; k++)
			check_place_pair(p, &p->place[k], place, faults);
	}
	return done(before, faults);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several books made one. What comes out does not depend on the order in which they are given. */
#include "reporting/book/book.h"
#include "reporting/book/book_take.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct joint {
	struct codebook *out;
	struct book_faults *faults;
	const struct book_part *part;             /* the one whose texts are taken now */
	const struct book_part *owner[KINDS_MAX]; /* of each kind of out */
};

static pool_at
put(struct joint *j, const char *text)
{
	struct codebook *out = j->out;
	size_t len = strlen(text) + 1;
	pool_at at = out->pool_len;

	if (len == 1)
		return 0;
	if (len > sizeof(out->pool) - out->pool_len) {
		book_fault_add(j->faults, 0, "together the books hold too much text: join fewer");
		return 0;
	}
	memcpy(out->pool + at, text, len);
	out->pool_len += (uint32_t)len;
	return at;
}

/* A text of the present part in a language of the joined book; "" if it is not there. */
static const char *
text_in(const struct joint *j, const struct wording *w, unsigned language)
{
	int at = languages_find(&j->part->book->languages, j->out->languages.code[language]);

	return at < 0 ? "" : codebook_text(j->part->book, w->in[at]);
}

static struct wording
copied(struct joint *j, const struct wording *from)
{
	struct wording to = {{0}};

	for (unsigned i = 0; i < j->out->languages.count; i++)
		to.in[i] = put(j, text_in(j, from, i));
	return to;
}

/* The same words in every language as those that another part brought? Says where not. */
static void
check_same(struct joint *j, const char *list, const char *code, unsigned line,
    const struct wording *here, const struct wording *there)
{
	for (unsigned i = 0; i < j->out->languages.count; i++) {
		const char *a = text_in(j, here, i), *b = codebook_text(j->out, there->in[i]);

		if (strcmp(a, b) == 0)
			continue;
		book_fault_add(j->faults, 0,
		    "%s:%u: %s %s is '%s' here and '%s' in another of the books: make them the "
		    "same",
		    j->part->name, line, list, code, a, b);
		return;
	}
}

static bool
has_room(struct joint *j, const char *list, unsigned count, unsigned max)
{
	if (count < max)
		return true;
	book_fault_add(
	    j->faults, 0, "together the books have more than %u %s: join fewer", max, list);
	return false;
}

static void
add_actor(struct joint *j, const struct actor *a)
{
	const struct actor *there = codebook_actor(j->out, a->code);
	struct actor *to = &j->out->actor[j->out->actors];
	char code[4];

	if (there != NULL) {
		(void)snprintf(code, sizeof(code), "%u", a->code);
		check_same(j, "actor", code, a->line, &a->label, &there->label);
		if (a->acled != there->acled)
			book_fault_add(j->faults, 0,
			    "%s:%u: actor %u has another ACLED type in another of the books: make "
			    "them the same",
			    j->part->name, a->line, a->code);
	} else if (has_room(j, "actors", j->out->actors, ACTORS_MAX)) {
		*to = *a;
		to->label = copied(j, &a->label);
		j->out->actors++;
	}
}

static void
add_target(struct joint *j, const struct target *t)
{
	const struct target *there = codebook_target(j->out, t->code);
	struct target *to = &j->out->target[j->out->targets];

	if (there != NULL) {
		check_same(j, "target", t->code, t->line, &t->label, &there->label);
	} else if (has_room(j, "targets", j->out->targets, TARGETS_MAX)) {
		*to = *t;
		to->label = copied(j, &t->label);
		j->out->targets++;
	}
}

/* The steps of the one ladder or the other: every book has all of them. */
static void
add_steps(struct joint *j, const char *list, const struct step *from, unsigned count,
    struct step *to, uint16_t *to_count)
{
	char code[4];

	for (unsigned i = 0; i < count; i++) {
		unsigned at = 0;

		while (at < *to_count && to[at].code != from[i].code)
			at++;
		(void)snprintf(code, sizeof(code), "%u", from[i].code);
		if (at < *to_count) {
			check_same(j, list, code, from[i].line, &from[i].label, &to[at].label);
		} else if (at < LADDER_MAX) {
			to[at] = from[i];
			to[at].label = copied(j, &from[i].label);
			++*to_count;
		}
	}
}

/* Two kinds of different books: neither letters nor labels may be mistaken for each other. */
static void
check_kinds(
    struct joint *j, const struct kind *a, const struct book_part *a_part, const struct kind *b)
{
	const char *slip = strcmp(a->mnemonic, b->mnemonic) == 0
			       ? "is the same as"
			       : book_slip(a->mnemonic, b->mnemonic);

	if (slip != NULL && (a->grave || b->grave || strcmp(a->mnemonic, b->mnemonic) == 0))
		book_fault_add(j->faults, 0, "%s:%u: mnemonic %s %s %s in %s:%u: change one",
		    j->part->name, b->line, b->mnemonic, slip, a->mnemonic, a_part->name, a->line);
	for (unsigned i = 0; i < j->out->languages.count; i++)
		if (a->label.in[i] != 0 &&
		    strcmp(codebook_text(j->out, a->label.in[i]), text_in(j, &b->label, i)) == 0)
			book_fault_add(j->faults, 0,
			    "%s:%u: label '%s' stands in %s:%u too: reword one", j->part->name,
			    b->line, text_in(j, &b->label, i), a_part->name, a->line);
}

static void
add_kind(struct joint *j, const struct kind *k)
{
	struct codebook *out = j->out;
	struct kind *to = &out->kind[out->kinds];

	for (unsigned i = 0; i < out->kinds; i++) {
		const struct book_part *owner = j->owner[i];

		if (owner != NULL && owner != j->part)
			check_kinds(j, &out->kind[i], owner, k);
	}
	if (!has_room(j, "kinds", out->kinds, KINDS_MAX))
		return;
	*to = *k;
	to->label = copied(j, &k->label);
	to->hint = copied(j, &k->hint);
	to->example = copied(j, &k->example);
	j->owner[out->kinds++] = j->part;
}

static void
add_retired(struct joint *j, const struct retired *r)
{
	const struct kind *k = codebook_kind_by_mnemonic(j->out, r->mnemonic);

	if (k != NULL && codebook_kind_by_mnemonic(j->part->book, r->mnemonic) == NULL)
		book_fault_add(j->faults, 0,
		    "%s:%u: mnemonic %s was retired here and is used in another of the books: "
		    "choose a new one there",
		    j->part->name, r->line, r->mnemonic);
	if (has_room(j, "retired codes", j->out->retireds, KINDS_MAX))
		j->out->retired[j->out->retireds++] = *r;
}

static void
add_part(struct joint *j, const struct book_part *part)
{
	const struct codebook *b = part->book;
	struct codebook *out = j->out;

	j->part = part;
	for (unsigned i = 0; i < b->kinds; i++)
		add_kind(j, &b->kind[i]);
	for (unsigned i = 0; i < b->actors; i++)
		add_actor(j, &b->actor[i]);
	for (unsigned i = 0; i < b->targets; i++)
		add_target(j, &b->target[i]);
	add_steps(j, "certainty", b->certainty, b->certainties, out->certainty, &out->certainties);
	add_steps(j, "severity", b->severity, b->severities, out->severity, &out->severities);
}

/* Languages that every part has, in the order of the first; a draft anywhere is a draft. */
static void
join_languages(struct joint *j, const struct book_part *part, unsigned count)
{
	const struct languages *first = &part[0].book->languages;
	struct languages *l = &j->out->languages;

	for (unsigned i = 0; i < first->count; i++) {
		unsigned have = 0, draft = 0;

		for (unsigned p = 0; p < count; p++) {
			int at = languages_find(&part[p].book->languages, first->code[i]);

			have += at >= 0;
			draft |= at >= 0 && part[p].book->languages.drafts >> at & 1;
		}
		if (have < count)
			continue;
		l->drafts |= (uint8_t)(draft << l->count);
		memcpy(l->code[l->count++], first->code[i], LANGUAGE_MAX);
	}
	if (l->count == 0)
		book_fault_add(
		    j->faults, 0, "the books have no language in common: translate them into one");
}

static void
check_ranges(struct joint *j, const struct book_part *part, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		const struct codebook *a = part[i - 1].book, *b = part[i].book;

		if (b->range[0] <= a->range[1])
			book_fault_add(j->faults, 0,
			    "%s:%u: codes %u to %u meet those of %s, %u to %u: give its kinds "
			    "numbers "
			    "of their own",
			    part[i].name, b->line.codes, b->range[0], b->range[1], part[i - 1].name,
			    a->range[0], a->range[1]);
	}
}

/* "Atrocity early warning +4" */
static void
join_title(struct joint *j, const struct book_part *part, unsigned count)
{
	char title[LABEL_MAX + 8];

	j->part = part;
	for (unsigned i = 0; i < j->out->languages.count; i++) {
		(void)snprintf(title, sizeof(title), "%s +%u", text_in(j, &part->book->title, i),
		    count - 1); /* fits */
		if (strlen(title) >= LABEL_MAX)
			(void)snprintf(
			    title, sizeof(title), "%s", text_in(j, &part->book->title, i));
		j->out->title.in[i] = put(j, title);
	}
}

static int
by_range(const void *a, const void *b)
{
	const struct book_part *x = a, *y = b;

	return (int)x->book->range[0] - (int)y->book->range[0];
}

static int
by_actor(const void *a, const void *b)
{
	return (int)((const struct actor *)a)->code - (int)((const struct actor *)b)->code;
}

enum status
book_join(struct book_part *part, unsigned count, const char *id, uint32_t version,
    struct codebook *out, struct book_faults *faults)
{
	unsigned before = faults->count + faults->more;
	struct joint j = {.out = out, .faults = faults};

	memset(out, 0, sizeof(*out));
	out->pool_len = 1; /* the empty string */
	out->version = version;
	out->id = put(&j, id);
	qsort(part, count, sizeof(*part), by_range);
	out->range[0] = part[0].book->range[0];
	out->range[1] = part[count - 1].book->range[1];
	check_ranges(&j, part, count);
	join_languages(&j, part, count);
	join_title(&j, part, count);
	for (unsigned i = 0; i < count; i++)
		add_part(&j, &part[i]);
	for (unsigned i = 0; i < count; i++) {
		j.part = &part[i];
		for (unsigned k = 0; k < part[i].book->retireds; k++)
			add_retired(&j, &part[i].book->retired[k]);
	}
	qsort(out->actor, out->actors, sizeof(out->actor[0]), by_actor);
	return faults->count + faults->more != before ? ST_SYNTAX : ST_OK;
}

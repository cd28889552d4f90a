/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two versions of a book compared, in words. */
#include "reporting/book/book.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_LEN 512 /* two hints */

struct diff {
	const struct codebook *was, *now;
	book_line_fn *line;
	void *context;
	unsigned count;
};

static void say(struct diff *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct diff *d, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* cut where it is too long */
	va_end(args);
	d->line(d->context, line);
	d->count++;
}

/* The words of a language that both books have. */
static bool
changed(const struct diff *d, const struct wording *a, const struct wording *b, unsigned language,
    const char *out[2])
{
	const char *code = d->now->languages.code[language];
	int before = languages_find(&d->was->languages, code);

	if (before < 0)
		return false;
	out[0] = codebook_text(d->was, a->in[before]);
	out[1] = codebook_text(d->now, b->in[language]);
	return strcmp(out[0], out[1]) != 0;
}

static void
diff_wording(struct diff *d, const char *what, const char *key, const struct wording *a,
    const struct wording *b)
{
	const char *text[2];

	for (unsigned i = 0; i < d->now->languages.count; i++)
		if (changed(d, a, b, i, text))
			say(d, "%s: %s in %s was \"%s\", is \"%s\"", what, key,
			    d->now->languages.code[i], text[0], text[1]);
}

static void
diff_languages(struct diff *d)
{
	const struct languages *was = &d->was->languages, *now = &d->now->languages;

	for (unsigned i = 0; i < was->count; i++)
		if (languages_find(now, was->code[i]) < 0)
			say(d, "language %s is gone", was->code[i]);
	for (unsigned i = 0; i < now->count; i++) {
		int at = languages_find(was, now->code[i]);
		bool draft = now->drafts >> i & 1;

		if (at < 0)
			say(d, "language %s is new%s", now->code[i], draft ? " (a draft)" : "");
		else if (draft != (was->drafts >> at & 1))
			say(d, "language %s is %s", now->code[i],
			    draft ? "a draft now" : "reviewed now: no draft any more");
	}
}

static void
diff_terms(struct diff *d, const char *what, const struct kind *a, const struct kind *b)
{
	if (a->acled != b->acled)
		say(d, "%s: ACLED term was \"%s\", is \"%s\"", what, acled_sub_event(a->acled),
		    acled_sub_event(b->acled));
	if (a->factor != b->factor || a->indicator != b->indicator)
		say(d, "%s: UN risk factor was %u.%u, is %u.%u", what, a->factor, a->indicator,
		    b->factor, b->indicator);
	if (a->cap != b->cap)
		say(d, "%s: CAP category was \"%s\", is \"%s\"", what, cap_category(a->cap),
		    cap_category(b->cap));
}

static void
name_kind(const struct codebook *b, const struct kind *k, char *out, size_t size)
{
	(void)snprintf(out, size, "kind %02u %s \"%s\"", k->code, k->mnemonic,
	    codebook_words(b, &k->label, ""));
}

static void
diff_kind(struct diff *d, const struct kind *a, const struct kind *b)
{
	char what[LABEL_MAX + 16];

	name_kind(d->now, b, what, sizeof(what));
	if (strcmp(a->mnemonic, b->mnemonic) != 0)
		say(d, "%s: MEANS SOMETHING ELSE: it was %s \"%s\"", what, a->mnemonic,
		    codebook_words(d->was, &a->label, ""));
	diff_wording(d, what, "label", &a->label, &b->label);
	diff_wording(d, what, "hint", &a->hint, &b->hint);
	diff_wording(d, what, "example", &a->example, &b->example);
	if (a->grave != b->grave)
		say(d, "%s: is %s", what,
		    b->grave ? "grave now: a single one may leave alone" : "not grave any more");
	if (a->severity != b->severity)
		say(d, "%s: how bad, when nothing is said, was %u, is %u", what, a->severity,
		    b->severity);
	if (a->class != b->class)
		say(d, "%s: class was %s, is %s", what, class_word(a->class), class_word(b->class));
	if (a->asks != b->asks)
		say(d, "%s: a form asks other things for it", what);
	diff_terms(d, what, a, b);
}

static void
diff_gone(struct diff *d, const struct kind *k)
{
	const struct retired *r = codebook_retired(d->now, k->code);
	const struct kind *next = r == NULL ? NULL : codebook_kind(d->now, r->successor);
	char what[LABEL_MAX + 16];

	name_kind(d->was, k, what, sizeof(what));
	if (next == NULL)
		say(d, "%s: is gone, and no successor is named", what);
	else
		say(d, "%s: is retired: use %02u %s \"%s\"", what, next->code, next->mnemonic,
		    codebook_words(d->now, &next->label, ""));
}

static void
diff_kinds(struct diff *d)
{
	char what[LABEL_MAX + 16];

	for (unsigned i = 0; i < d->was->kinds; i++) {
		const struct kind *k = codebook_kind(d->now, d->was->kind[i].code);

		if (k == NULL)
			diff_gone(d, &d->was->kind[i]);
		else
			diff_kind(d, &d->was->kind[i], k);
	}
	for (unsigned i = 0; i < d->now->kinds; i++) {
		const struct kind *k = &d->now->kind[i];

		if (codebook_kind(d->was, k->code) != NULL)
			continue;
		name_kind(d->now, k, what, sizeof(what));
		say(d, "%s: is new (%s, how bad %u%s)", what, class_word(k->class), k->severity,
		    k->grave ? ", grave" : "");
	}
}

static void
diff_actors(struct diff *d)
{
	const struct actor *a;
	char what[32];

	for (unsigned i = 0; i < d->was->actors; i++)
		if (codebook_actor(d->now, d->was->actor[i].code) == NULL)
			say(d, "actor %u \"%s\" is gone", d->was->actor[i].code,
			    codebook_words(d->was, &d->was->actor[i].label, ""));
	for (unsigned i = 0; i < d->now->actors; i++) {
		const struct actor *b = &d->now->actor[i];

		(void)snprintf(what, sizeof(what), "actor %u", b->code);
		if ((a = codebook_actor(d->was, b->code)) == NULL) {
			say(d, "%s \"%s\" is new", what, codebook_words(d->now, &b->label, ""));
			continue;
		}
		diff_wording(d, what, "label", &a->label, &b->label);
		if (a->acled != b->acled)
			say(d, "%s: ACLED type was %u, is %u", what, a->acled, b->acled);
	}
}

static void
diff_targets(struct diff *d)
{
	const struct target *a;
	char what[32];

	for (unsigned i = 0; i < d->was->targets; i++)
		if (codebook_target(d->now, d->was->target[i].code) == NULL)
			say(d, "target group %s \"%s\" is gone", d->was->target[i].code,
			    codebook_words(d->was, &d->was->target[i].label, ""));
	for (unsigned i = 0; i < d->now->targets; i++) {
		const struct target *b = &d->now->target[i];

		(void)snprintf(what, sizeof(what), "target group %s", b->code);
		if ((a = codebook_target(d->was, b->code)) == NULL)
			say(d, "%s \"%s\" is new", what, codebook_words(d->now, &b->label, ""));
		else
			diff_wording(d, what, "label", &a->label, &b->label);
	}
}

static void
diff_ladders(struct diff *d)
{
	char what[32];

	for (unsigned code = 1; code <= LADDER_MAX; code++) {
		const struct step *a = codebook_severity(d->was, code);
		const struct step *b = codebook_severity(d->now, code);

		(void)snprintf(what, sizeof(what), "how bad %u", code);
		if (a != NULL && b != NULL)
			diff_wording(d, what, "label", &a->label, &b->label);
		a = codebook_certainty(d->was, code);
		b = codebook_certainty(d->now, code);
		(void)snprintf(what, sizeof(what), "how sure %u", code);
		if (a != NULL && b != NULL)
			diff_wording(d, what, "label", &a->label, &b->label);
	}
}

unsigned
book_diff(const struct codebook *was, const struct codebook *now, book_line_fn *line, void *context)
{
	struct diff d = {was, now, line, context, 0};

	if (strcmp(codebook_text(was, was->id), codebook_text(now, now->id)) != 0)
		say(&d, "the book's name was %s, is %s", codebook_text(was, was->id),
		    codebook_text(now, now->id));
	if (was->version != now->version)
		say(&d, "version was %u, is %u", (unsigned)was->version, (unsigned)now->version);
	if (was->range[0] != now->range[0] || was->range[1] != now->range[1])
		say(&d, "codes were %u to %u, are %u to %u", was->range[0], was->range[1],
		    now->range[0], now->range[1]);
	diff_languages(&d);
	diff_wording(&d, "title", "text", &was->title, &now->title);
	diff_kinds(&d);
	diff_actors(&d);
	diff_targets(&d);
	diff_ladders(&d);
	return d.count;
}

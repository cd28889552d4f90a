/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/places.h"

#include <string.h>

static const char *const levels[LEVEL_COUNT] = {
#define X(name, word) word,
#include "schemas/places/levels.def"
#undef X
};

const char *
level_word(unsigned level)
{
	return level < LEVEL_COUNT ? levels[level] : "";
}

int
level_find(const char *word)
{
	for (int i = 0; i < LEVEL_COUNT; i++)
		if (strcmp(levels[i], word) == 0)
			return i;
	return -1;
}

const char *
places_text(const struct places *p, pool_at at)
{
	return at < p->pool_len ? p->pool + at : "";
}

const char *
places_words(const struct places *p, const struct wording *w, const char *language)
{
	int i = languages_find(&p->languages, language);

	return places_text(p, i >= 0 && w->in[i] != 0 ? w->in[i] : w->in[0]);
}

const struct place *
places_find(const struct places *p, unsigned id)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->place[i].id == id)
			return &p->place[i];
	return NULL;
}

static bool
has_label(const struct places *p, const struct place *place, const char *label)
{
	for (unsigned i = 0; i < p->languages.count; i++)
		if (place->label.in[i] != 0 &&
		    strcmp(places_text(p, place->label.in[i]), label) == 0)
			return true;
	return false;
}

const struct place *
places_find_label(const struct places *p, const char *label)
{
	const struct place *found = NULL;

	for (unsigned i = 0; i < p->count; i++) {
		if (!has_label(p, &p->place[i], label))
			continue;
		if (found != NULL)
			return NULL;
		found = &p->place[i];
	}
	return found;
}

/* The parent; NULL at the top, and where a tree that was never checked turns back on itself. */
static const struct place *
parent_of(const struct places *p, const struct place *place)
{
	const struct place *parent = place->parent == 0 ? NULL : places_find(p, place->parent);

	return parent != NULL && parent->level > place->level ? parent : NULL;
}

const struct place *
places_at_level(const struct places *p, unsigned id, enum place_level level)
{
	const struct place *place = places_find(p, id);

	while (place != NULL && place->level != level)
		place = parent_of(p, place);
	return place;
}

bool
places_is_within(const struct places *p, unsigned id, unsigned above)
{
	const struct place *place = places_find(p, id);

	while (place != NULL && place->id != above)
		place = parent_of(p, place);
	return place != NULL;
}

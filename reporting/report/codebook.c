/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/report/codebook.h"

#include <string.h>

static const struct {
	const char *event, *sub_event;
} acled[] = {
    {"", ""},
#define X(event, sub_event) {event, sub_event},
#include "schemas/codebook/acled.def"
#undef X
};

static const struct {
	uint8_t indicators;
	const char *words;
} factors[] = {
    {0, ""},
#define X(number, indicators, words) [number] = {indicators, words},
#include "schemas/codebook/un_factors.def"
#undef X
};

static const char *const caps[] = {
    "",
#define X(name) name,
#include "schemas/codebook/cap.def"
#undef X
};

static const char *const classes[CLASS_COUNT] = {
#define X(name, word) word,
#include "schemas/codebook/classes.def"
#undef X
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *
codebook_text(const struct codebook *b, pool_at at)
{
	return at < b->pool_len ? b->pool + at : "";
}

int
languages_find(const struct languages *l, const char *language)
{
	for (int i = 0; i < l->count; i++)
		if (strcmp(l->code[i], language) == 0)
			return i;
	return -1;
}

const char *
codebook_words(const struct codebook *b, const struct wording *w, const char *language)
{
	int i = languages_find(&b->languages, language);

	return codebook_text(b, i >= 0 && w->in[i] != 0 ? w->in[i] : w->in[0]);
}

const struct kind *
codebook_kind(const struct codebook *b, unsigned code)
{
	for (unsigned i = 0; i < b->kinds; i++)
		if (b->kind[i].code == code)
			return &b->kind[i];
	return NULL;
}

const struct kind *
codebook_kind_by_mnemonic(const struct codebook *b, const char *mnemonic)
{
	for (unsigned i = 0; i < b->kinds; i++)
		if (strcmp(b->kind[i].mnemonic, mnemonic) == 0)
			return &b->kind[i];
	return NULL;
}

static bool
has_label(const struct codebook *b, const struct wording *w, const char *label)
{
	for (unsigned i = 0; i < b->languages.count; i++)
		if (w->in[i] != 0 && strcmp(codebook_text(b, w->in[i]), label) == 0)
			return true;
	return false;
}

const struct kind *
codebook_kind_by_label(const struct codebook *b, const char *label)
{
	for (unsigned i = 0; i < b->kinds; i++)
		if (has_label(b, &b->kind[i].label, label))
			return &b->kind[i];
	return NULL;
}

const struct actor *
codebook_actor(const struct codebook *b, unsigned code)
{
	for (unsigned i = 0; i < b->actors; i++)
		if (b->actor[i].code == code)
			return &b->actor[i];
	return NULL;
}

const struct target *
codebook_target(const struct codebook *b, const char *code)
{
	for (unsigned i = 0; i < b->targets; i++)
		if (strcmp(b->target[i].code, code) == 0)
			return &b->target[i];
	return NULL;
}

static const struct step *
find_step(const struct step *steps, unsigned count, unsigned code)
{
	for (unsigned i = 0; i < count; i++)
		if (steps[i].code == code)
			return &steps[i];
	return NULL;
}

const struct step *
codebook_certainty(const struct codebook *b, unsigned code)
{
	return find_step(b->certainty, b->certainties, code);
}

const struct step *
codebook_severity(const struct codebook *b, unsigned code)
{
	return find_step(b->severity, b->severities, code);
}

const struct retired *
codebook_retired(const struct codebook *b, unsigned code)
{
	for (unsigned i = 0; i < b->retireds; i++)
		if (b->retired[i].code == code)
			return &b->retired[i];
	return NULL;
}

const struct retired *
codebook_retired_by_mnemonic(const struct codebook *b, const char *mnemonic)
{
	for (unsigned i = 0; i < b->retireds; i++)
		if (strcmp(b->retired[i].mnemonic, mnemonic) == 0)
			return &b->retired[i];
	return NULL;
}

unsigned
codebook_schema(const struct codebook *b)
{
	return b->version & 15;
}

const char *
class_word(unsigned class)
{
	return class < CLASS_COUNT ? classes[class] : "";
}

int
class_find(const char *word)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		if (strcmp(classes[i], word) == 0)
			return i;
	return -1;
}

const char *
acled_event(unsigned number)
{
	return number < COUNT(acled) ? acled[number].event : "";
}

const char *
acled_sub_event(unsigned number)
{
	return number < COUNT(acled) ? acled[number].sub_event : "";
}

unsigned
acled_find(const char *sub_event)
{
	for (unsigned i = 1; i < COUNT(acled); i++)
		if (strcmp(acled[i].sub_event, sub_event) == 0)
			return i;
	return 0;
}

const char *
un_factor(unsigned factor)
{
	return factor < COUNT(factors) ? factors[factor].words : "";
}

unsigned
un_indicators(unsigned factor)
{
	return factor < COUNT(factors) ? factors[factor].indicators : 0;
}

const char *
cap_category(unsigned number)
{
	return number < COUNT(caps) ? caps[number] : "";
}

unsigned
cap_find(const char *category)
{
	for (unsigned i = 1; i < COUNT(caps); i++)
		if (strcmp(caps[i], category) == 0)
			return i;
	return 0;
}

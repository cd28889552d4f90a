/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of places of one gateway. reporting/book fills it from a file. One value without
 * pointers, about 120 KiB: keep it static or on the heap, never on a stack. Pure.
 */
#ifndef REPORTING_REPORT_PLACES_H
#define REPORTING_REPORT_PLACES_H

#include "reporting/report/codebook.h"

enum place_level {
#define X(name, word) LEVEL_##name,
#include "schemas/places/levels.def"
#undef X
	LEVEL_COUNT
};

struct place {
	uint16_t id;     /* 1 to 65535, permanent, never reused */
	uint16_t parent; /* id of the next larger one; 0 at the top */
	uint8_t level;   /* enum place_level */
	struct wording label;
	pool_at pcode, geojson; /* "" if not given */
	uint16_t line;
};

struct places {
	pool_at id;
	uint32_t version;
	int16_t offset_min; /* local time minus UTC, fixed */
	struct wording title;
	struct languages languages;
	uint16_t count;
	struct place place[PLACES_MAX];
	uint32_t pool_len;
	char pool[PLACES_FILE_MAX];
};

const char *places_text(const struct places *p, pool_at at);
const char *places_words(const struct places *p, const struct wording *w, const char *language);

/* NULL where there is none. A label is looked up in every language, octet for octet; NULL too when
 * two places share it. */
const struct place *places_find(const struct places *p, unsigned id);
const struct place *places_find_label(const struct places *p, const char *label);

/* The place itself or the ancestor of it that has this level; NULL if there is none. */
const struct place *places_at_level(const struct places *p, unsigned id, enum place_level level);

/* Is `id` the place `above` or below it? */
bool places_is_within(const struct places *p, unsigned id, unsigned above);

const char *level_word(unsigned level);
int level_find(const char *word); /* -1 if there is none */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar of a places file: deploy/man/tocsin-places.5 describes it for people. */
#include "reporting/book/book.h"
#include "reporting/book/book_take.h"

#include <stdlib.h>
#include <string.h>

static take_fn take_level;

static const struct take_key place_keys[] = {
    {"id", true, take_int, MEMBER(struct place, id), 1, UINT16_MAX, NULL, 0},
    {"parent", false, take_int, MEMBER(struct place, parent), 1, UINT16_MAX, NULL, 0},
    {"level", true, take_level, MEMBER(struct place, level), 0, 0, NULL, 0},
    {"label", true, take_wording, MEMBER(struct place, label), 1, LABEL_MAX - 1, NULL, 0},
    {"pcode", false, take_text, MEMBER(struct place, pcode), 1, PCODE_MAX, NULL, 0},
    {"geojson", false, take_text, MEMBER(struct place, geojson), 1, LABEL_MAX - 1, NULL, 0},
};

static const struct take_list places = {place_keys, KEYS_COUNT(place_keys), sizeof(struct place),
    offsetof(struct places, count), offsetof(struct place, line)};

/* Languages first: the wordings after them are read by them. */
static const struct take_key file_keys[] = {
    {"languages", true, take_languages, MEMBER(struct places, languages), 0, 0, NULL, 0},
    {"drafts", false, take_drafts, MEMBER(struct places, languages), 0, 0, NULL, 0},
    {"id", true, take_name, MEMBER(struct places, id), 1, BOOK_ID_MAX, NULL, 0},
    {"version", true, take_int, MEMBER(struct places, version), 1, INT32_MAX, NULL, 0},
    {"title", true, take_wording, MEMBER(struct places, title), 1, LABEL_MAX - 1, NULL, 0},
    {"utc_offset_min", true, take_int, MEMBER(struct places, offset_min), -720, 840, NULL, 0},
    {"places", true, take_items, MEMBER(struct places, place), 0, 0, &places, 0},
};

static void
take_level(
    struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word = take_string(rd, s);
	int level;

	if (word == NULL)
		return;
	if ((level = level_find(word)) < 0)
		take_fault(
		    rd, s, "'%s' is no level: site, village, area, district or region", word);
	else
		*((uint8_t *)out + key->at) = (uint8_t)level;
}

enum status
book_read_places(const char *text, size_t len, struct places *out, struct book_faults *faults)
{
	struct places *p = calloc(1, sizeof(*p));
	struct reader rd = {.faults = faults, .pool_size = sizeof(p->pool)};
	enum status st;

	if (p == NULL) {
		take_fault(&rd, NULL, "out of memory");
		return ST_MEMORY;
	}
	p->pool_len = 1; /* the empty string */
	rd.languages = &p->languages;
	rd.pool = p->pool;
	rd.pool_len = &p->pool_len;
	st = take_file(&rd, text, len, PLACES_FILE_MAX, file_keys, KEYS_COUNT(file_keys), p);
	if (st == ST_OK)
		memcpy(out, p, sizeof(*p));
	free(p);
	book_faults_sort(faults);
	return st;
}

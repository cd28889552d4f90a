/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar of a codebook file: deploy/man/tocsin-codebook.5 describes it for people. */
#include "reporting/book/book.h"
#include "reporting/book/book_asks.h"
#include "reporting/book/book_take.h"

#include <stdlib.h>
#include <string.h>

static take_fn take_class, take_asks, take_acled, take_un, take_cap;

static const struct take_key kind_keys[] = {
    {"code", true, take_int, MEMBER(struct kind, code), 1, RECORD_KIND_MAX, NULL, 0},
    {"mnemonic", true, take_letters, MEMBER(struct kind, mnemonic), 0, 0, NULL, 0},
    {"class", true, take_class, MEMBER(struct kind, class), 0, 0, NULL, 0},
    {"severity", true, take_int, MEMBER(struct kind, severity), 0, 7, NULL, 0},
    {"grave", false, take_bool, MEMBER(struct kind, grave), 0, 0, NULL, 0},
    {"asks", false, take_asks, MEMBER(struct kind, asks), 0, 0, NULL, 0},
    {"label", true, take_wording, MEMBER(struct kind, label), 1, LABEL_MAX - 1, NULL, 0},
    {"hint", true, take_wording, MEMBER(struct kind, hint), 1, HINT_MAX - 1, NULL, 0},
    {"example", true, take_wording, MEMBER(struct kind, example), 1, HINT_MAX - 1, NULL, 0},
    {"acled", false, take_acled, MEMBER(struct kind, acled), 0, 0, NULL, 0},
    {"un", false, take_un, MEMBER(struct kind, factor), 0, 0, NULL, 0},
    {"cap", false, take_cap, MEMBER(struct kind, cap), 0, 0, NULL, 0},
};

static const struct take_key actor_keys[] = {
    {"code", true, take_int, MEMBER(struct actor, code), 1, 255, NULL, 0},
    {"label", true, take_wording, MEMBER(struct actor, label), 1, LABEL_MAX - 1, NULL, 0},
    {"acled", false, take_int, MEMBER(struct actor, acled), 1, ACLED_ACTOR_MAX, NULL, 0},
};

static const struct take_key target_keys[] = {
    {"code", true, take_code, MEMBER(struct target, code), 0, 0, NULL, 0},
    {"label", true, take_wording, MEMBER(struct target, label), 1, LABEL_MAX - 1, NULL, 0},
};

static const struct take_key step_keys[] = {
    {"code", true, take_int, MEMBER(struct step, code), 1, LADDER_MAX, NULL, 0},
    {"label", true, take_wording, MEMBER(struct step, label), 1, LABEL_MAX - 1, NULL, 0},
};

static const struct take_key retired_keys[] = {
    {"code", true, take_int, MEMBER(struct retired, code), 1, RECORD_KIND_MAX, NULL, 0},
    {"mnemonic", true, take_letters, MEMBER(struct retired, mnemonic), 0, 0, NULL, 0},
    {"successor", true, take_int, MEMBER(struct retired, successor), 1, RECORD_KIND_MAX, NULL, 0},
};

#define LIST(keys, type, counter) \
	{ \
		keys, KEYS_COUNT(keys), sizeof(type), offsetof(struct codebook, counter), \
		    offsetof(type, line) \
	}
static const struct take_list kinds = LIST(kind_keys, struct kind, kinds);
static const struct take_list actors = LIST(actor_keys, struct actor, actors);
static const struct take_list targets = LIST(target_keys, struct target, targets);
static const struct take_list certainties = LIST(step_keys, struct step, certainties);
static const struct take_list severities = LIST(step_keys, struct step, severities);
static const struct take_list retireds = LIST(retired_keys, struct retired, retireds);

#define LINE(key) offsetof(struct codebook, line.key)
/* Languages first: the wordings after them are read by them. */
static const struct take_key book_keys[] = {
    {"languages", true, take_languages, MEMBER(struct codebook, languages), 0, 0, NULL, 0},
    {"drafts", false, take_drafts, MEMBER(struct codebook, languages), 0, 0, NULL, 0},
    {"id", true, take_name, MEMBER(struct codebook, id), 1, BOOK_ID_MAX, NULL, 0},
    {"version", true, take_int, MEMBER(struct codebook, version), 1, INT32_MAX, NULL, 0},
    {"title", true, take_wording, MEMBER(struct codebook, title), 1, LABEL_MAX - 1, NULL,
	LINE(title)},
    {"codes", true, take_range, MEMBER(struct codebook, range), 1, RECORD_KIND_MAX, NULL,
	LINE(codes)},
    {"kinds", true, take_items, MEMBER(struct codebook, kind), 0, 0, &kinds, LINE(kinds)},
    {"actors", true, take_items, MEMBER(struct codebook, actor), 0, 0, &actors, LINE(actors)},
    {"targets", false, take_items, MEMBER(struct codebook, target), 0, 0, &targets, 0},
    {"certainties", true, take_items, MEMBER(struct codebook, certainty), 0, 0, &certainties,
	LINE(certainties)},
    {"severities", true, take_items, MEMBER(struct codebook, severity), 0, 0, &severities,
	LINE(severities)},
    {"retired", false, take_items, MEMBER(struct codebook, retired), 0, 0, &retireds, 0},
};

static void
take_class(
    struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word = take_string(rd, s);
	int class;

	if (word == NULL)
		return;
	if ((class = class_find(word)) < 0)
		take_fault(rd, s, "'%s' is no class: see tocsin-codebook(5)", word);
	else
		*((uint8_t *)out + key->at) = (uint8_t) class;
}

static void
take_asks(
    struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word;
	uint16_t mask = 0;
	size_t k;

	for (unsigned i = 0; take_next(rd, s, i, &word); i++) {
		for (k = 0; k < ASKED_COUNT && strcmp(asked[k].word, word) != 0; k++)
			;
		if (k == ASKED_COUNT)
			take_fault(rd, s, "'%s' is nothing that can be asked", word);
		else
			mask |= (uint16_t)(1u << asked[k].field);
	}
	memcpy((char *)out + key->at, &mask, sizeof(mask));
}

static void
take_acled(
    struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word = take_string(rd, s);
	unsigned number;

	if (word == NULL)
		return;
	if ((number = acled_find(word)) == 0)
		take_fault(rd, s, "ACLED has no sub-event type '%s'", word);
	else
		*((uint8_t *)out + key->at) = (uint8_t)number;
}

static void
take_cap(struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word = take_string(rd, s);
	unsigned number;

	if (word == NULL)
		return;
	if ((number = cap_find(word)) == 0)
		take_fault(rd, s, "CAP has no category '%s'", word);
	else
		*((uint8_t *)out + key->at) = (uint8_t)number;
}

/* number = 1*2DIGIT without leading zero; 0 if there is none. */
static unsigned
take_number(const char **at)
{
	unsigned value = 0;

	if (**at == '0')
		return 0;
	for (int i = 0; i < 2 && **at >= '0' && **at <= '9'; i++)
		value = value * 10 + (unsigned)(*(*at)++ - '0');
	return value;
}

/* un = factor [ "." indicator ] */
static void
take_un(struct reader *rd, const struct config_setting_t *s, const struct take_key *key, void *out)
{
	const char *word = take_string(rd, s), *at = word;
	unsigned factor, indicator = 0;
	struct kind *kind = out;
	bool dotted;

	(void)key; /* two members are filled */
	if (word == NULL)
		return;
	factor = take_number(&at);
	if ((dotted = *at == '.'))
		at++;
	if (dotted)
		indicator = take_number(&at);
	if (*at != '\0' || un_factor(factor)[0] == '\0' || (dotted && indicator == 0))
		take_fault(
		    rd, s, "'%s' is no UN risk factor: \"7\" or \"7.5\", factors 1 to 14", word);
	else if (indicator > un_indicators(factor))
		take_fault(rd, s, "indicator %s is not known here: name the factor alone, \"%u\"",
		    word, factor);
	else {
		kind->factor = (uint8_t)factor;
		kind->indicator = (uint8_t)indicator;
	}
}

enum status
book_read_codebook(const char *text, size_t len, struct codebook *out, struct book_faults *faults)
{
	struct codebook *b = calloc(1, sizeof(*b));
	struct reader rd = {.faults = faults, .pool_size = sizeof(b->pool)};
	enum status st;

	if (b == NULL) {
		take_fault(&rd, NULL, "out of memory");
		return ST_MEMORY;
	}
	b->pool_len = 1; /* the empty string */
	rd.languages = &b->languages;
	rd.pool = b->pool;
	rd.pool_len = &b->pool_len;
	st = take_file(&rd, text, len, CODEBOOK_FILE_MAX, book_keys, KEYS_COUNT(book_keys), b);
	if (st == ST_OK)
		memcpy(out, b, sizeof(*b));
	free(b);
	book_faults_sort(faults);
	return st;
}

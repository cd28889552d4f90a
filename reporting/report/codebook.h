/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A codebook in memory: what the numbers of a report mean. reporting/book fills it from a file;
 * nothing here changes it. One value without pointers, about 190 KiB: copy it or keep it static,
 * never on a stack. Pure.
 */
#ifndef REPORTING_REPORT_CODEBOOK_H
#define REPORTING_REPORT_CODEBOOK_H

#include "reporting/report/record.h"

#include <stddef.h>

#define MNEMONIC_LEN 3
#define TARGET_LEN 2

/* An offset into the pool of the same book; 0 is the empty string. */
typedef uint32_t pool_at;

/* One text per language, in the order of the book's languages. */
struct wording {
	pool_at in[LANGUAGES_MAX];
};

struct languages {
	uint8_t count;
	uint8_t drafts; /* bit i: nobody who speaks language i reviewed it */
	char code[LANGUAGES_MAX][LANGUAGE_MAX]; /* "en" */
};

enum kind_class {
#define X(name, word) CLASS_##name,
#include "schemas/codebook/classes.def"
#undef X
	CLASS_COUNT
};

struct kind {
	uint8_t code; /* 1 to 99 */
	char mnemonic[MNEMONIC_LEN + 1];
	uint8_t class;    /* enum kind_class */
	uint8_t severity; /* default, 0 to 7 */
	bool grave;       /* a single one may leave alone, by a coordinator's act */
	uint16_t asks;    /* bit 1 << enum record_field: what a form asks beside kind and place */
	struct wording label, hint, example;
	uint8_t acled;     /* number in schemas/codebook/acled.def, 0 none */
	uint8_t factor;    /* UN Framework of Analysis, risk factor 1 to 14, 0 none */
	uint8_t indicator; /* its indicator, as the 14 of 7.14; 0 none */
	uint8_t cap;       /* number in schemas/codebook/cap.def, 0 none */
	uint16_t line;     /* in the file */
};

struct actor {
	uint8_t code;  /* 1 to 255 */
	uint8_t acled; /* ACLED actor type 1 to 8, 0 none */
	struct wording label;
	uint16_t line;
};

struct target {
	char code[TARGET_LEN + 1]; /* two characters A-Z 0-9 */
	struct wording label;
	uint16_t line;
};

/* A step of the certainty ladder or of the severity scale. */
struct step {
	uint8_t code; /* 1 to 7 */
	struct wording label;
	uint16_t line;
};

struct retired {
	uint8_t code, successor;
	char mnemonic[MNEMONIC_LEN + 1];
	uint16_t line;
};

struct codebook {
	pool_at id;
	uint32_t version;
	uint8_t range[2]; /* first and last of the codes that it may use */
	struct wording title;
	struct languages languages;
	uint16_t kinds, actors, targets, certainties, severities, retireds; /* how many */
	struct kind kind[KINDS_MAX];
	struct actor actor[ACTORS_MAX];
	struct target target[TARGETS_MAX];
	struct step certainty[LADDER_MAX];
	struct step severity[LADDER_MAX];
	struct retired retired[KINDS_MAX];
	struct {
		uint16_t title, codes, kinds, actors, certainties, severities;
	} line; /* of these keys in the file */
	uint32_t pool_len;
	char pool[CODEBOOK_FILE_MAX];
};

/* A string of the book; "" for 0. Lives as long as the book. */
const char *codebook_text(const struct codebook *b, pool_at at);

/* In a language of the book ("sw"); falls back to the book's first where the language or its text
 * is missing. */
const char *codebook_words(const struct codebook *b, const struct wording *w, const char *language);

/* Its number among the languages, -1 if it is not one. */
int languages_find(const struct languages *l, const char *language);

/* NULL where there is none. */
const struct kind *codebook_kind(const struct codebook *b, unsigned code);
const struct kind *codebook_kind_by_mnemonic(const struct codebook *b, const char *mnemonic);
const struct kind *codebook_kind_by_label(const struct codebook *b, const char *label);
const struct actor *codebook_actor(const struct codebook *b, unsigned code);
const struct target *codebook_target(const struct codebook *b, const char *code);
const struct step *codebook_certainty(const struct codebook *b, unsigned code);
const struct step *codebook_severity(const struct codebook *b, unsigned code);
const struct retired *codebook_retired(const struct codebook *b, unsigned code);
const struct retired *codebook_retired_by_mnemonic(const struct codebook *b, const char *mnemonic);

/* Tables of the outside schemes. Words for a person; "" for 0 or a number that does not exist. */
const char *class_word(unsigned class);
const char *acled_event(unsigned number);
const char *acled_sub_event(unsigned number);
const char *un_factor(unsigned factor);
const char *cap_category(unsigned number);
unsigned un_indicators(unsigned factor);    /* those that a book may name: 1 to this */
unsigned acled_find(const char *sub_event); /* 0 if there is none; so are the next two */
unsigned cap_find(const char *category);
int class_find(const char *word); /* -1 if there is none */

/* The 4 bits on the wire. */
unsigned codebook_schema(const struct codebook *b);

#endif

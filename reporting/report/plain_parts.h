/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the plain grammar and of its answers share; nobody else includes it. Pure.
 */
#ifndef REPORTING_REPORT_PLAIN_PARTS_H
#define REPORTING_REPORT_PLAIN_PARTS_H

#include "reporting/report/plain.h"

enum token_type { TOKEN_WORD, TOKEN_NUMBER, TOKEN_UNKNOWN, TOKEN_SIGN };

enum token_mark {
	MARK_ABOUT = 1,
	MARK_LEAST = 2,
	MARK_MOST = 4,
	MARK_DOUBT = 8,    /* a question mark behind a number */
	MARK_BAD = 16,     /* a sign between two numbers, a numeral that is no decimal digit */
	MARK_LETTERS = 32, /* a word of O, o, I and l alone */
	MARK_FOREIGN = 64, /* a word with letters other than A-Z */
	MARK_PREFIX = 128  /* a number with its sign in front */
};
#define MARKS_PEOPLE (MARK_ABOUT | MARK_LEAST | MARK_MOST)

enum separator {
#define PLAIN_SEPARATOR(name, characters) SEPARATOR_##name,
#include "schemas/report/plain.def"
	SEPARATORS
};
enum {
#define PLAIN_SEPARATOR(name, characters) BETWEEN_##name = 1 << SEPARATOR_##name,
#include "schemas/report/plain.def"
};
#define BETWEEN_STRONG (BETWEEN_SEMICOLON | BETWEEN_LINE)

enum meaning {
#define PLAIN_MEANING(name) MEANS_##name,
#include "schemas/report/plain.def"
	MEANINGS
};

struct field_rule {
	char tag;
	uint8_t turn, digits;
	uint32_t low, high;
	const char *words;
};
extern const struct field_rule plain_fields[PLAIN_FIELDS];

/* A report in the making. */
struct reading {
	const struct plain_setting *with;
	struct plain *p;
	struct plain_report *r; /* NULL before the first */
	unsigned number;        /* of r */
	unsigned given;         /* bits of the fields that are tagged or tell by themselves */
	unsigned waiting;       /* numbers without a tag; they get their field when it ends */
	uint16_t wait[PLAIN_FIELDS];
	uint16_t start;     /* token that began it */
	uint16_t day_token; /* of the fields in `given` */
	uint16_t hour_token;
	int32_t day;           /* days since 1970, local; DAY_NONE */
	int16_t minute;        /* of the day; -1 none */
	uint16_t people_token; /* of a number of people that no tag names; NO_TOKEN */
	bool full;             /* no report more */
	uint8_t quantity;      /* marks that a word left for the next number */
	bool drill_all;        /* the message begins with the word for a drill */
};
#define DAY_NONE INT32_MIN
#define NO_TOKEN UINT16_MAX

/* Cut a text into tokens. false: why says why it cannot be read. */
bool plain_cut(const char *text, size_t len, struct plain *p);

/* Fold one code point as the words and labels are folded: compatibility forms, case, accents and
 * variants of Arabic letters. Returns how many code points, 0 for an invisible one, at most 32. */
int plain_fold(int32_t code_point, int32_t out[32]);

/* Meaning of a token's word; MEANINGS: none. It is looked up once, when the text is cut. */
enum meaning plain_meaning(const struct plain_token *t);
enum meaning plain_find_meaning(const struct plain *p, const struct plain_token *t);

/* Capitals that a short word stands for, look-alikes of other scripts too; false if it is longer
 * than `room` letters or has others. *alike: one was no Latin letter. */
bool plain_capitals(
    const struct plain *p, const struct plain_token *t, char *out, unsigned room, bool *alike);

/* Does a word of this meaning change nothing where no number is beside it? */
static inline bool
plain_is_filler(enum meaning meaning)
{
	return meaning == MEANS_FILLER || meaning == MEANS_AND || meaning == MEANS_AT;
}

/* Is the token `away` from word i this word, or one of this meaning? */
bool plain_is_word(const struct reading *g, unsigned i, int away, const char *word);
bool plain_is_meaning(const struct reading *g, unsigned i, int away, enum meaning meaning);

/* How many tokens from number i on spell the label of a place, the place behind them; 0 none. */
unsigned plain_place_label(const struct reading *g, unsigned i, uint16_t *id);

/* How many tokens from number i on, with a number behind them, spell the label of a kind; 0 none.
 */
unsigned plain_kind_label(const struct reading *g, unsigned i, unsigned *code);

/* The one kind whose letters are one slip from these (2 to 4); 0 none or several. */
unsigned plain_near(const struct codebook *book, const char *letters, unsigned len);
/* How many kinds have letters one slip from these three, or these. */
unsigned plain_nears(const struct codebook *book, const char *letters);
/* The one kind whose three digits are one slip from these, or whose number it is; 0 none. */
unsigned plain_near_digits(const struct codebook *book, const char *digits, unsigned len);

/* Accounting. */
void plain_use(struct reading *g, unsigned i, enum plain_field field);
void plain_ignore(struct reading *g, unsigned i, enum plain_why why);
void plain_ask(struct reading *g, unsigned i, enum plain_why why, unsigned candidate);

/* A field that token i gives by a tag or by itself. */
void plain_set(struct reading *g, enum plain_field field, unsigned i);
void plain_set_range(struct reading *g, unsigned low, unsigned high);
void plain_set_many(struct reading *g, unsigned i, unsigned marks);
/* The numbers that wait get the fields that are left, and the report is checked. */
void plain_finish(struct reading *g);

/* The token at i, NULL behind the last; what it is. */
const struct plain_token *plain_peek(const struct reading *g, unsigned i);
bool plain_is(const struct plain_token *t, enum token_type type);
bool plain_is_value(const struct plain_token *t); /* a number or a question mark */
bool plain_is_strong(const struct plain_token *t);
/* Does token i stand behind a stronger separator than those within its report? */
bool plain_is_apart(const struct reading *g, unsigned i);
/* Is it a sign of life, or cover, which has no fields? */
bool plain_is_silent(const struct reading *g);
/* Is the place the next thing that a number says? */
bool plain_at_place(const struct reading *g);
/* Does a kind belong to the report that a word began? */
bool plain_waits(const struct reading *g);

/* Begin a report; false: there is no room for one more, the token is asked about. */
bool plain_begin(struct reading *g, unsigned i, enum relation relation);
void plain_take_kind(struct reading *g, unsigned i, unsigned code);
void plain_ask_kind(struct reading *g, unsigned i, enum plain_why why, unsigned candidate);
/* Code of the kind, or retired kind, that letters or three digits alone name; 0 none. */
unsigned plain_kind_of_letters(const struct codebook *book, const char *letters);
unsigned plain_kind_of_digits(const struct reading *g, const struct plain_token *t);
/* PLAIN_FIELDS: the word is no tag. */
enum plain_field plain_field_of_tag(const struct reading *g, const struct plain_token *t);
/* The number gets its field when the report ends. */
void plain_wait(struct reading *g, unsigned i);

/* The numbers from i on, if a separator makes one thing of them. */
bool plain_take_joined(struct reading *g, unsigned i);
/* A day and the word of its month, `last` the one behind, and perhaps a year behind them. false: it
 * is no such day. */
bool plain_take_month(struct reading *g, unsigned day, unsigned month, unsigned last);
/* The hour of token i and the minutes of i + behind. */
void plain_set_time(struct reading *g, unsigned i, unsigned behind);
/* "n5-3", "n1,500": the numbers i and i + 1 are asked about. false: they are no such pair. */
bool plain_ask_pair(struct reading *g, unsigned i);
/* What a separator joins to number i, which has a tag: "d20/11", "n3.5". false: nothing. */
bool plain_take_tagged(struct reading *g, enum plain_field field, unsigned i);
/* Do one kind of separator join number i and two more? */
bool plain_is_date(const struct reading *g, unsigned i);
/* May number i, behind a month, be this year or a number of people? */
bool plain_is_year(const struct reading *g, unsigned i);
/* The month that ends a date which number i begins, as in "3rd of May"; 0 none. */
unsigned plain_month_behind(const struct reading *g, unsigned i);
/* Are letters of an ordinal glued behind number i? */
bool plain_is_ordinal(const struct reading *g, unsigned i);
/* Are the numbers i and i + 1 a range, alone and joined by one dash or by dots? */
bool plain_range(const struct reading *g, unsigned i);

/* Do `count` tokens from word i on name a place that neither holds the report's nor lies in it? */
bool plain_is_elsewhere(const struct reading *g, unsigned i, unsigned *count);
/* Is number i, which waits, the place? */
bool plain_is_place(const struct reading *g, unsigned i);
/* Does word i stand behind a number of which it may say what it counts? */
bool plain_is_counted(const struct reading *g, unsigned i);
/* Is the number in front of word i one that a letter and a blank name, as in "a 3"? */
bool plain_is_loose_tag(const struct reading *g, unsigned i);

/* The first number from token i on; behind the last token: there is none. */
unsigned plain_next_number(const struct reading *g, unsigned i);
/* Is word i of this relation there for no act, as in "all ok here", "cancel 12, it was wrong"? */
bool plain_is_no_act(const struct reading *g, unsigned i, enum relation relation);

/* Is number i the hour, or the day of a month: "18h30", "14:00", "20 May"? */
bool plain_is_of_time(const struct reading *g, unsigned i);

/* A word of the table that begins nothing and names no field. false: as if it were not in it. */
bool plain_take_other(struct reading *g, unsigned i, enum meaning meaning);

/* Does word i, a drill's, end the report? */
bool plain_ends_report(const struct reading *g, unsigned i);
/* Does a word as "after" stand in front of word i, fillers between? */
bool plain_is_after(const struct reading *g, unsigned i);
/* Does word i say more than a sign of life does? */
bool plain_tells_more(const struct reading *g, unsigned i);

/* "am" or "pm" behind an hour. */
bool plain_take_half_day(struct reading *g, unsigned i);
/* A word that names a day, if word i does; the word of a month. */
bool plain_take_day_word(struct reading *g, unsigned i, enum meaning meaning);
void plain_take_month_word(struct reading *g, unsigned i);

void plain_take_word(struct reading *g, unsigned i);
void plain_take_number(struct reading *g, unsigned i);
void plain_take_unknown(struct reading *g, unsigned i);
void plain_take_sign(struct reading *g, unsigned i);

/* Days since 1970. */
int32_t plain_days(int year, int month, int day);
void plain_civil(int32_t days, int *year, int *month, int *day);
/* Local day of the arrival; DAY_NONE without a clock. */
int32_t plain_today(const struct plain_setting *with);
/* DAY_NONE: there is no such day. */
int32_t plain_date(int year, int month, int day);
/* Digits of the field DAY; DAY_NONE: there is no such day. */
int32_t plain_day_of(const char *digits, unsigned len, int32_t today);
bool plain_day_needs_clock(unsigned len);
/* The event's quarter hour; RECORD_EVENT_NONE if it is outside the record. */
uint32_t plain_event(const struct reading *g);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an answer says, and what it leaves out so that it fits. */
#include "reporting/report/answer_text.h"

#include "reporting/report/answer_words.h"
#include "reporting/report/plain_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define DAY_S 86400
#define MINUTE_S 60
#define ECHO_LETTERS 20
#define ECHO_MAX (4 * ECHO_LETTERS + 1)
#define PHONE_DIGITS 7 /* so many in a row may be a phone number */
#define REFERS_END 1000000
#define UNREAD_MAX 8 /* parts that are named */

enum form {
	FORM_NONE,
	FORM_LETTERS, /* "RIV 101" */
	FORM_LABELS   /* "Flood, Market" */
};

enum ask {
	ASKS = 1,
	ASKS_MEANT = 2, /* the kind that may be meant, by its letters */
	ASKS_PART = 4,  /* the words that are not clear */
	ASKS_AGAIN = 8,
	ASKS_LABEL = 16
};

/* How much is said. */
struct saying {
	const struct answer_setting *with;
	const struct plain_report *report[PLAIN_REPORTS_MAX]; /* those that stand */
	unsigned reports;
	unsigned count; /* as it is said */
	bool is_long;   /* the words in front */
	uint8_t form[PLAIN_REPORTS_MAX];
	bool people[PLAIN_REPORTS_MAX], day[PLAIN_REPORTS_MAX];
	uint8_t ask;           /* of enum ask */
	uint8_t can_ask;       /* what there is to say */
	enum answer_row asked; /* the question */
	unsigned candidate;    /* kind, 0 none */
	char part[ECHO_MAX];
	char example[16];
	unsigned unread;
	char unread_part[UNREAD_MAX][ECHO_MAX];
	struct answer_text out;
};

static void
put_number(char out[16], uint32_t number)
{
	(void)snprintf(out, 16, "%u", (unsigned)number);
}

static void
say_head(struct saying *s)
{
	static const char sign[] = {PLAIN_ANSWER_SIGN, '\0'};
	const char *language = s->with->language;
	char number[16];

	answer_put(&s->out, sign);
	if (s->with->number == 0) {
		answer_put_row(&s->out, language, ANSWER_NONE, "");
		return;
	}
	put_number(number, s->with->number);
	answer_put_row(&s->out, language, s->is_long ? ANSWER_NUMBER : ANSWER_NUMBER_SHORT, number);
	if (s->count < 2)
		return;
	put_number(number, s->count);
	answer_put_row(&s->out, language, s->is_long ? ANSWER_COUNT : ANSWER_COUNT_SHORT, number);
}

/* " 12" behind the word; a longer number may be a phone's. */
static void
say_relation(struct saying *s, const struct plain_report *r)
{
	static const enum answer_row words[RELATION_COUNT] = {ANSWER_ROWS, ANSWER_CORRECTION,
	    ANSWER_FOLLOW_UP, ANSWER_CANCEL, ANSWER_ALL_CLEAR, ANSWER_HEARTBEAT, ANSWER_DRILL,
	    ANSWER_COVER, ANSWER_PLACE_CONFIRM};
	char number[16];

	if (r->record.relation == RELATION_NEW || r->record.relation >= RELATION_COUNT)
		return;
	answer_put_row(&s->out, s->with->language, words[r->record.relation], "");
	if (r->refers != 0 && r->refers < REFERS_END) {
		put_number(number, r->refers);
		answer_put(&s->out, " ");
		answer_put(&s->out, number);
	}
	if (r->record.kind != 0 || r->record.place != 0)
		answer_put(&s->out, ": ");
}

static void
put_letters(char out[16], const struct codebook *book, unsigned kind, unsigned place)
{
	const struct kind *k = codebook_kind(book, kind);
	int n = snprintf(out, 16, "%s", k != NULL ? k->mnemonic : "");

	if (place != 0 && n >= 0)
		(void)snprintf(
		    out + n, (size_t)(16 - n), "%s%03u", n > 0 ? " " : "", place % 100000);
}

static void
say_kind_and_place(struct saying *s, const struct plain_report *r, enum form form)
{
	const struct answer_setting *with = s->with;
	const struct kind *kind = codebook_kind(with->book, r->record.kind);
	const struct place *place = places_find(with->places, r->record.place);
	char letters[16];

	if (form == FORM_LETTERS) {
		put_letters(letters, with->book, r->record.kind, r->record.place);
		answer_put(&s->out, letters);
		return;
	}
	if (kind != NULL)
		answer_put(&s->out, codebook_words(with->book, &kind->label, with->language));
	if (kind != NULL && place != NULL)
		answer_put(&s->out, ", ");
	if (place != NULL)
		answer_put(&s->out, places_words(with->places, &place->label, with->language));
}

static void
say_people(struct saying *s, const struct plain_report *r)
{
	static const enum answer_row words[QUANTITY_COUNT] = {
	    ANSWER_ROWS, ANSWER_ABOUT, ANSWER_AT_LEAST, ANSWER_AT_MOST};
	const char *language = s->with->language;
	char number[32], said[ANSWER_PART_MAX];
	uint32_t value, upper;
	enum affected_form form;

	if (r->record.affected == AFFECTED_NONE || r->record.quantity >= QUANTITY_COUNT)
		return;
	form = affected_decode((uint8_t)r->record.affected, &value);
	(void)affected_decode(r->upper, &upper);
	if (r->upper != AFFECTED_NONE)
		(void)snprintf(number, sizeof(number), "%u-%u", (unsigned)value, (unsigned)upper);
	else
		(void)snprintf(number, sizeof(number), "%u", (unsigned)value);
	if (form == AFFECTED_IS_MANY)
		answer_row_with(language, ANSWER_MANY, number, said);
	else if (r->upper == AFFECTED_NONE && r->record.quantity != QUANTITY_EXACT)
		answer_row_with(language, words[r->record.quantity], number, said);
	else
		(void)snprintf(said, sizeof(said), "%s", number);
	answer_put(&s->out, ", ");
	answer_put_row(&s->out, language, ANSWER_PEOPLE, said);
}

static void
say_day(struct saying *s, const struct plain_report *r)
{
	int64_t local;
	int year, month, day;
	char date[32];

	if (r->record.event == RECORD_EVENT_NONE)
		return;
	local = record_unix(r->record.event) + (int64_t)s->with->places->offset_min * MINUTE_S;
	plain_civil((int32_t)(local / DAY_S), &year, &month, &day);
	(void)snprintf(date, sizeof(date), "%d/%d", day, month);
	answer_put(&s->out, ", ");
	answer_put_row(&s->out, s->with->language, ANSWER_DAY, date);
}

static void
say_reports(struct saying *s)
{
	bool first = true;

	for (unsigned i = 0; i < s->reports; i++) {
		if (s->form[i] == FORM_NONE)
			continue;
		answer_put(&s->out, first ? ": " : "; ");
		first = false;
		say_relation(s, s->report[i]);
		say_kind_and_place(s, s->report[i], (enum form)s->form[i]);
		if (s->people[i])
			say_people(s, s->report[i]);
		if (s->day[i])
			say_day(s, s->report[i]);
	}
	answer_put(&s->out, ".");
}

static void
say_question(struct saying *s)
{
	const char *language = s->with->language;
	const struct kind *kind = codebook_kind(s->with->book, s->candidate);
	char meant[ANSWER_PART_MAX];

	if ((s->ask & ASKS) == 0)
		return;
	answer_put(&s->out, " ");
	if ((s->ask & ASKS_PART) != 0)
		answer_put_row(&s->out, language, ANSWER_ASK_PART, s->part);
	if ((s->ask & ASKS_PART) == 0 || s->asked != ANSWER_ASK_UNCLEAR) {
		answer_put(&s->out, (s->ask & ASKS_PART) != 0 ? " " : "");
		answer_put_row(&s->out, language, s->asked, "");
	}
	if ((s->ask & ASKS_MEANT) != 0 && kind != NULL) {
		const char *label = codebook_words(s->with->book, &kind->label, language);

		(void)snprintf(meant, sizeof(meant), "%s%s%s", kind->mnemonic,
		    (s->ask & ASKS_LABEL) != 0 ? ", " : "",
		    (s->ask & ASKS_LABEL) != 0 ? label : "");
		answer_put(&s->out, " ");
		answer_put_row(&s->out, language, ANSWER_MEANT, meant);
	}
	if ((s->ask & ASKS_AGAIN) != 0) {
		answer_put(&s->out, " ");
		answer_put_row(&s->out, language, ANSWER_AGAIN, s->example);
		answer_put(&s->out, ".");
	}
}

static void
say_unread(struct saying *s)
{
	char list[ANSWER_PART_MAX] = "";
	size_t len = 0;

	for (unsigned i = 0; i < s->unread; i++) {
		int n = snprintf(
		    list + len, sizeof(list) - len, "%s%s", i > 0 ? ", " : "", s->unread_part[i]);

		if (n < 0 || (size_t)n >= sizeof(list) - len) {
			list[len] = '\0';
			break;
		}
		len += (size_t)n;
	}
	if (len == 0)
		return;
	answer_put(&s->out, " ");
	answer_put_row(&s->out, s->with->language, ANSWER_NOT_READ, list);
}

/* Put it together; true: it fits one SMS. */
static bool
say(struct saying *s)
{
	s->out.len = 0;
	s->out.text[0] = '\0';
	say_head(s);
	say_reports(s);
	say_question(s);
	say_unread(s);
	return answer_over(&s->out) == 0;
}

static void
try_bit(struct saying *s, uint8_t bit)
{
	if ((s->can_ask & bit) == 0)
		return;
	s->ask |= bit;
	if (!say(s))
		s->ask &= (uint8_t)~bit;
}

static void
try_flag(struct saying *s, bool *flag)
{
	*flag = true;
	if (!say(s))
		*flag = false;
}

static void
try_form(struct saying *s, unsigned i, enum form form)
{
	uint8_t before = s->form[i];

	s->form[i] = (uint8_t)form;
	if (!say(s))
		s->form[i] = before;
}

/* Add what fits, the most important first. */
static void
fill(struct saying *s)
{
	unsigned all = s->unread;

	s->unread = 0;
	for (unsigned i = 0; i < s->reports; i++)
		try_form(s, i, FORM_LETTERS);
	try_bit(s, ASKS);
	try_bit(s, ASKS_MEANT);
	for (unsigned i = 0; i < s->reports; i++)
		try_form(s, i, FORM_LABELS);
	try_bit(s, ASKS_PART);
	try_bit(s, ASKS_AGAIN);
	try_bit(s, ASKS_LABEL);
	for (unsigned i = 0; i < s->reports; i++)
		if (s->form[i] != FORM_NONE)
			try_flag(s, &s->people[i]);
	for (unsigned i = 0; i < s->reports; i++)
		if (s->form[i] != FORM_NONE)
			try_flag(s, &s->day[i]);
	try_flag(s, &s->is_long);
	for (s->unread = 0; s->unread < all;) {
		s->unread++;
		if (!say(s)) {
			s->unread--;
			break;
		}
	}
}

/* Digits of the numbers that stand in a row with this one, whatever is between them. */
static unsigned
digits_around(const struct plain *p, unsigned i)
{
	unsigned sum = 0, from = i;

	while (from > 0 && p->token[from - 1].type == TOKEN_NUMBER)
		from--;
	for (; from < p->tokens && p->token[from].type == TOKEN_NUMBER; from++)
		sum += p->token[from].digits;
	return sum;
}

/* Letters and digits of a part; false: it has none, or is better not repeated. */
static bool
echo(const struct plain *p, unsigned i, const char *text, unsigned *digits, char out[ECHO_MAX])
{
	const struct plain_token *t = &p->token[i];
	utf8proc_int32_t c;
	utf8proc_ssize_t width;
	unsigned letters = 0;
	size_t len = 0;

	if ((t->type != TOKEN_WORD && t->type != TOKEN_NUMBER) ||
	    digits_around(p, i) >= PHONE_DIGITS || *digits + t->digits >= PHONE_DIGITS)
		return false;
	for (size_t at = 0; at < t->len; at += (size_t)width) {
		const char *here = text + t->from + at;
		utf8proc_category_t is;

		width = utf8proc_iterate(
		    (const utf8proc_uint8_t *)here, (utf8proc_ssize_t)(t->len - at), &c);
		if (width <= 0)
			return false;
		is = utf8proc_category(c);
		if (is < UTF8PROC_CATEGORY_LU || is > UTF8PROC_CATEGORY_NO ||
		    (letters == 0 && is >= UTF8PROC_CATEGORY_MN && is <= UTF8PROC_CATEGORY_ME))
			continue; /* a mark alone would sit on what stands in front */
		if (++letters > ECHO_LETTERS)
			return false;
		memcpy(out + len, here, (size_t)width);
		len += (size_t)width;
	}
	out[len] = '\0';
	*digits += letters > 0 ? t->digits : 0;
	return letters > 0;
}

/* How she could write it. */
static void
find_example(struct saying *s, const struct plain_report *r)
{
	const struct codebook *book = s->with->book;
	const struct places *places = s->with->places;
	unsigned kind = s->candidate, place = r != NULL ? r->record.place : 0;

	if (kind == 0 && r != NULL)
		kind = r->record.kind;
	if (kind == 0 && book->kinds > 0)
		kind = book->kind[0].code;
	for (unsigned i = 0; i < places->count && place == 0; i++)
		if (places->place[i].level == LEVEL_SITE)
			place = places->place[i].id;
	if (place == 0 && places->count > 0)
		place = places->place[0].id;
	put_letters(s->example, book, kind, place);
	if (s->asked != ANSWER_ASK_WHICH && s->asked != ANSWER_ASK_WHAT &&
	    s->asked != ANSWER_ASK_REST && kind != 0 && place != 0)
		s->can_ask |= ASKS_AGAIN;
}

static void
find_question(struct saying *s, const struct plain *p, const char *text, unsigned *digits)
{
	const struct plain_report *r = NULL;

	if (p->outcome == PLAIN_REPORTS)
		return;
	s->asked = answer_question(p->why);
	s->can_ask = ASKS;
	for (unsigned i = 0; i < p->reports && r == NULL; i++)
		if (p->report[i].open && p->report[i].why == p->why)
			r = &p->report[i];
	s->candidate = r != NULL ? r->candidate : 0;
	for (unsigned i = 0; i < p->tokens; i++) {
		const struct plain_token *t = &p->token[i];

		if (t->use != PLAIN_ASKED || t->why != p->why)
			continue;
		if (t->report < p->reports)
			r = &p->report[t->report];
		if (t->candidate != 0)
			s->candidate = t->candidate;
		if (echo(p, i, text, digits, s->part))
			s->can_ask |= ASKS_PART;
		break;
	}
	if (s->candidate != 0)
		s->can_ask |= ASKS_MEANT | ASKS_LABEL;
	find_example(s, r);
}

static void
find_unread(struct saying *s, const struct plain *p, const char *text, unsigned *digits)
{
	for (unsigned i = 0; i < p->tokens && s->unread < UNREAD_MAX; i++) {
		const struct plain_token *t = &p->token[i];

		if (t->use != PLAIN_IGNORED || t->why == PLAIN_WHY_LIST ||
		    t->why == PLAIN_WHY_ANSWER || plain_is_filler(plain_meaning(t)))
			continue;
		if (echo(p, i, text, digits, s->unread_part[s->unread]))
			s->unread++;
	}
}

size_t
answer_read_back(const struct answer_setting *with, const struct plain *p, const char *text,
    size_t text_len, char out[ANSWER_MAX])
{
	struct saying s = {.with = with};
	unsigned digits = 0;

	for (unsigned i = 0; i < p->reports && with->number != 0; i++)
		if (!p->report[i].open)
			s.report[s.reports++] = &p->report[i];
	s.count = s.reports;
	for (unsigned i = 0; i < p->tokens; i++)
		assert((size_t)p->token[i].from + p->token[i].len <= text_len);
	find_question(&s, p, text, &digits);
	find_unread(&s, p, text, &digits);
	fill(&s);
	(void)say(&s); /* fill() took back what did not fit */
	assert(s.out.len > 0 && s.out.len < ANSWER_MAX && answer_over(&s.out) == 0);
	memcpy(out, s.out.text, s.out.len + 1);
	return s.out.len;
}

unsigned
answer_excess(const struct answer_setting *with, const struct plain_report *report, unsigned count)
{
	struct saying s = {.with = with, .report = {report}, .reports = 1, .count = count};

	s.form[0] = FORM_LABELS;
	(void)say(&s);
	return answer_over(&s.out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run while the project is built, with the codebooks that are shipped: do number, count, kind and
 * place of one report fit one SMS in every language of answers.def, with the longest label there is
 * and a place as wide as one may be, in letters that leave 70 characters? Does each question? If
 * not, it says in which language and by how much, and the build ends.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "reporting/book/book.h"
#include "reporting/report/answer_text.h"
#include "reporting/report/answer_words.h"
#include "reporting/report/one_sms.h"

#define NUMBER_LONGEST 999999999
#define LETTER "\xD8\xA8" /* U+0628: one column, one unit, and not in the alphabet of SMS */

static struct codebook book;
static struct places places;
static char file[CODEBOOK_FILE_MAX];

static bool
load(const char *path)
{
	static struct book_faults faults;
	FILE *f = fopen(path, "r");
	size_t len;

	if (f == NULL) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		return false;
	}
	len = fread(file, 1, sizeof(file), f);
	(void)fclose(f);
	if (book_read_codebook(file, len, &book, &faults) == ST_OK)
		return true;
	(void)fprintf(stderr, "%s:%u: %s\n", path, faults.count > 0 ? faults.fault[0].line : 0,
	    faults.count > 0 ? faults.fault[0].words : "no codebook");
	return false;
}

/* One place, its label as wide as the checker of places files allows. */
static void
make_place(void)
{
	char *at = places.pool + 1;

	for (unsigned i = 0; i < PLACE_COLUMNS; i++)
		at = stpcpy(at, LETTER);
	places.count = 1;
	places.place[0] = (struct place){.id = 1, .label = {{1}}};
	places.languages.count = 1;
	places.pool_len = (uint32_t)(at - places.pool + 1);
}

static bool
fits(enum answer_row row, const char *language, unsigned over, const char *what, const char *with)
{
	if (over == 0)
		return true;
	(void)fprintf(stderr,
	    "schemas/report/answers.def:%u: %s: %u characters too many for %s %s\n",
	    answer_line(row), language, over, what, with);
	return false;
}

static bool
check_kinds(const char *language)
{
	struct answer_setting with = {&book, &places, language, NUMBER_LONGEST};
	struct plain_report report = {.upper = AFFECTED_NONE};
	unsigned most = 0, over;
	const char *label = "";

	record_init(&report.record, 0);
	report.record.place = 1;
	for (unsigned i = 0; i < book.kinds; i++) {
		report.record.kind = book.kind[i].code;
		if ((over = answer_excess(&with, &report, PLAIN_REPORTS_MAX)) > most) {
			most = over;
			label = codebook_words(&book, &book.kind[i].label, language);
		}
	}
	return fits(ANSWER_NUMBER_SHORT, language, most,
	    "one SMS with number, count, a place and the kind", label);
}

static bool
check_questions(const char *language)
{
	bool good = true;

	for (unsigned row = ANSWER_ASK_KIND; row <= ANSWER_ASK_UNCLEAR; row++) {
		struct answer_text t = {.len = 0};

		answer_put(&t, "=");
		answer_put(&t, answer_words(language, ANSWER_NONE));
		answer_put(&t, ". ");
		answer_put(&t, answer_words(language, (enum answer_row)row));
		good &= fits((enum answer_row)row, language, answer_over(&t), "one SMS that asks",
		    answer_words(language, (enum answer_row)row));
	}
	return good;
}

static bool
check_neutral(const char *language)
{
	const char *text = answer_neutral(language);
	char words[ONE_SMS_WORDS];
	struct one_sms sms;

	if (one_sms_check((const uint8_t *)text, strlen(text), &sms, words) == ST_OK)
		return true;
	(void)fprintf(stderr, "schemas/report/answers.def:%u: %s: %s\n",
	    answer_line(ANSWER_NEUTRAL), language, words);
	return false;
}

int
main(int argc, char **argv)
{
	bool good = argc > 1;
	const char *language;

	make_place();
	for (unsigned l = 0; (language = answer_language(l)) != NULL; l++) {
		good &= check_neutral(language);
		good &= check_questions(language);
	}
	for (int i = 1; i < argc; i++) {
		if (!load(argv[i]))
			return 1;
		for (unsigned l = 0; (language = answer_language(l)) != NULL; l++)
			good &= check_kinds(language);
	}
	return good ? 0 : 1;
}

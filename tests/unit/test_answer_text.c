/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of an answer: they fit one SMS, say the most important, and are no report themselves.
 */
#include "reporting/report/answer_text.h"

#include "reporting/report/answer_words.h"
#include "reporting/report/gsm7.h"
#include "reporting/report/one_sms.h"
#include "tests/support/plain_row.h"

#include <dirent.h>
#include <utf8proc.h>

#define NUMBER 4711

static struct plain plain, again;
static struct plain_setting reading;
static char answer[ANSWER_MAX];
static unsigned texts;

/* A word may read the same in another language only where this says why. */
static const struct {
	const char *language, *word, *why;
} same[] = {
    {"fr", " (#)", "a number and brackets, no word"},
    {"sw", " (#)", "a number and brackets, no word"},
    {"ar", " (#)", "a number and brackets, no word"},
};

static int
may_be_same(const char *language, const char *word)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(same[i].language, language) == 0 && strcmp(same[i].word, word) == 0)
			return 1;
	return 0;
}

static unsigned
hashes(const char *word)
{
	unsigned n = 0;

	for (; *word != '\0'; word++)
		n += *word == '#';
	return n;
}

static void
test_translations(void)
{
	for (unsigned i = 0; i < ANSWER_ROWS; i++)
		for (unsigned l = 1; l < ANSWER_LANGUAGES; l++) {
			const char *language = answer_language(l);
			const char *english = answer_words("en", (enum answer_row)i);
			const char *other = answer_words(language, (enum answer_row)i);

			ROW("word %s in %s", english, language);
			CHECK(other[0] != '\0');
			CHECK(strcmp(english, other) != 0 || may_be_same(language, english));
			CHECK_EQ(hashes(english), hashes(other)); /* both take what stands in */
			CHECK(hashes(english) <= 1);
		}
}

/* Longest run of digits, less the first one, which is the number of the text. */
static unsigned
digits_run(const char *text, bool skip_first)
{
	unsigned longest = 0, run = 0;
	bool skipping = skip_first;

	for (;; text++) {
		if (*text >= '0' && *text <= '9') {
			run++;
			continue;
		}
		if (run > 0 && !skipping && run > longest)
			longest = run;
		if (run > 0)
			skipping = false;
		run = 0;
		if (*text == '\0')
			return longest;
	}
}

static bool
has_hidden(const char *text, size_t len)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t width;

	for (size_t at = 0; at < len; at += (size_t)width) {
		width = utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
		if (width <= 0 || utf8proc_category(c) == UTF8PROC_CATEGORY_CC ||
		    utf8proc_category(c) == UTF8PROC_CATEGORY_CF)
			return true;
	}
	return false;
}

/* What holds of every answer. */
static void
check_answer(const char *language, uint32_t number, const char *text, size_t len)
{
	struct answer_setting with = {&row_book, &row_places, language, number};
	char words[ONE_SMS_WORDS], digits[16];
	struct one_sms sms;
	size_t n;

	plain_parse(text, len, &reading, &plain);
	n = answer_read_back(&with, &plain, text, len, answer);
	texts++;
	CHECK(n > 0 && n < ANSWER_MAX && answer[n] == '\0' && strlen(answer) == n);
	if (!CHECK_EQ(one_sms_check((const uint8_t *)answer, n, &sms, words), ST_OK))
		printf("    %s: %s\n", answer, words);
	CHECK(!has_hidden(answer, n));
	(void)snprintf(digits, sizeof(digits), "%u", (unsigned)number);
	CHECK(number == 0 || strstr(answer, digits) != NULL);
	if (!CHECK(digits_run(answer, number != 0) < 7))
		printf("    %s\n", answer);
	plain_parse(answer, n, &reading, &again);
	CHECK_EQ(again.reports, 0);
	CHECK_EQ(again.outcome, PLAIN_UNREADABLE);
	CHECK_EQ(again.why, PLAIN_WHY_ANSWER);
}

static void
check_all(const char *text, size_t len)
{
	for (unsigned l = 0; answer_language(l) != NULL; l++) {
		check_answer(answer_language(l), NUMBER, text, len);
		check_answer(answer_language(l), 0, text, len);
	}
	check_answer("am", 999999999, text, len);
}

static void
says(const char *language, uint32_t number, const char *text, const char *wanted)
{
	check_answer(language, number, text, strlen(text));
	if (!CHECK(strcmp(answer, wanted) == 0))
		printf("    %s\n    got  \"%s\"\n    want \"%s\"\n", text, answer, wanted);
}

static void
test_neutral(void)
{
	char words[ONE_SMS_WORDS];
	struct one_sms sms;

	for (unsigned l = 0; answer_language(l) != NULL; l++) {
		const char *text = answer_neutral(answer_language(l));

		CHECK_EQ(one_sms_check((const uint8_t *)text, strlen(text), &sms, words), ST_OK);
		plain_parse(text, strlen(text), &reading, &again);
		CHECK_EQ(again.reports, 0);
		CHECK_EQ(again.outcome, PLAIN_UNREADABLE);
	}
	CHECK_STR(answer_neutral("xx"), answer_neutral("en"));
}

static void
test_words(void)
{
	says("en", 12, "KIL 101 d19 n3+",
	    "=Received, number 12: Killing, Upper Alder, people: at least 3, on 19/11.");
	says("fr", 12, "KIL 101 d19 n3+",
	    "=Recu, numéro 12: Meurtre, Upper Alder, personnes: au moins 3, le 19/11.");
	says("sw", 12, "KIL 101 d19 n3+",
	    "=Umepokelewa, namba 12: Mauaji, Upper Alder, watu: angalau 3, tarehe 19/11.");
	says("ar", 12, "KIL 101 d19 n3+",
	    "=وصلت برقم 12: قتل, Upper Alder, الأشخاص: 3 على الأقل, يوم 19/11.");
	says("en", 12, "KIL 101 ~5; BUR 104 3-5, mambo",
	    "=Received, number 12, 2 reports: Killing, Upper Alder, people: about 5; "
	    "Burning, Birch Crossing, people: 3-5. Not read: mambo");
	says("en", 13, "cancel 12", "=Received, number 13: Cancel 12.");
	says("en", 13, "cancel 0712345678",
	    "=Received, number 13. Not clear. Please send again, e.g. KIL 1001.");
	says("en", 13, "correct 12 n4", "=Received, number 13: Correction 12, people: 4.");
	says("en", 14, "ok", "=Received, number 14: Sign of life.");
	says("en", 0, "KLI 101",
	    "=No report was read. Not clear: KLI. Did you mean KIL, Killing? Please "
	    "send again, e.g. KIL 101.");
	says("en", 0, "KIL", "=No report was read. Which place? Please send again, e.g. KIL 1001.");
	says("ar", 0, "KLI 101 3 watu", "=لم يُقرأ أي بلاغ. غير واضح: KLI. هل تقصد KIL, قتل؟");
	says("en", 0, "hello my friend call 0712 345 678",
	    "=No report was read. Not clear: call. Please send again, e.g. KIL 1001. "
	    "Not read: friend");
	says("en", 12, "KIL 101; BUX 104",
	    "=Received, number 12: Killing, Upper Alder. Not clear: BUX. Please send "
	    "again, e.g. KIL 104.");
}

static void
test_many(void)
{
	char text[512] = "", *at = text;

	for (unsigned i = 1; i <= PLAIN_REPORTS_MAX; i++) {
		at += sprintf(at, "%s %u d19 n%u+\n", row_book.kind[i].mnemonic, 101 + i % 3, i);
		check_all(text, strlen(text));
		plain_parse(text, strlen(text), &reading, &plain);
		CHECK_EQ(plain.reports, i);
	}
	/* With GSM's alphabet each of the twelve is named. */
	check_answer("en", NUMBER, text, strlen(text));
	for (unsigned i = 1; i <= PLAIN_REPORTS_MAX; i++)
		if (!CHECK(strstr(answer, row_book.kind[i].mnemonic) != NULL ||
			   strstr(answer,
			       codebook_words(&row_book, &row_book.kind[i].label, "en")) != NULL))
			printf("    %s\n", answer);
}

static void
test_hostile(void)
{
	static char text[LONG_TEXT_MAX + 1];
	static const char *const texts_of[] = {
	    "",
	    "\xE2\x80\xAE"
	    "KIL 101 evil\xE2\x80\xAC",
	    "KIL 101 \xF0\x9F\x98\x80 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
	    "KIL 101 ev\xE2\x80\xAEil wo\xE2\x80\x8Drd \x07"
	    "bell",
	    "\xFF\xFE",
	    "KIL 101 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa short",
	    "KIL 101 a\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81"
	    "\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC"
	    "\x81"
	    "\xCC\x81",
	    "hello 0712345678",
	    "hello 0712-345-678 and 0712 345 678",
	    "hello +254 712 34 56 78",
	    "KIL 101 d0712345678",
	    "correct r712345678 n4",
	    "\xD9\xA0\xD9\xA7\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6\xD9\xA7 marhaba",
	    "= 12: KIL 101",
	};

	for (size_t i = 0; i < sizeof(texts_of) / sizeof(texts_of[0]); i++) {
		ROW("hostile text %u", (unsigned)i);
		check_all(texts_of[i], strlen(texts_of[i]));
	}
	for (unsigned fill = 0; fill < 256; fill += 5) { /* of any octet, as long as it may be */
		memset(text, (int)fill, sizeof(text));
		memcpy(text, "KIL 101 ", 8);
		ROW("3200 octets of %u", fill);
		check_all(text, LONG_TEXT_MAX);
	}
	for (size_t i = 0; i + 5 <= LONG_TEXT_MAX; i += 5)
		memcpy(text + i, "foo, ", 5);
	memcpy(text, "KIL 101 ", 8);
	check_all(text, 1500);
}

/* Every message of the corpus, as it is and with a part taken out of it. */
static void
run_table(const char *path)
{
	static char text[256 * 1024];
	size_t len = slurp(path, text, sizeof(text) - 1);

	text[len] = '\0';
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char *message = strchr(line, '\t'), *behind;

		*end = '\0';
		if (*line == '#' || message == NULL || (behind = strchr(++message, '\t')) == NULL)
			continue;
		ROW("%.60s", message);
		check_all(message, (size_t)(behind - message));
		check_answer("ar", NUMBER, message, (size_t)(behind - message) / 2);
	}
}

static void
test_corpus(void)
{
	DIR *d = opendir(TESTS_DIR "/corpus/plain");
	struct dirent *entry;
	char path[512];

	if (!CHECK(d != NULL))
		return;
	while ((entry = readdir(d)) != NULL)
		if (strstr(entry->d_name, ".tsv") != NULL) {
			(void)snprintf(
			    path, sizeof(path), TESTS_DIR "/corpus/plain/%s", entry->d_name);
			run_table(path);
		}
	(void)closedir(d);
	CHECK(texts >= 3000);
}

int
main(void)
{
	row_load();
	reading = (struct plain_setting){.book = &row_book,
	    .places = &row_places,
	    .arrived = record_quarter(1795174200)}; /* 2026-11-20T11:30Z */
	test_translations();
	test_neutral();
	test_words();
	test_many();
	test_hostile();
	test_corpus();
	return check_done();
}

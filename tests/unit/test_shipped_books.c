/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The books that are shipped: complete, apart from each other, in four languages, marked as drafts.
 */
#include "reporting/book/book.h"
#include "tests/support/slurp.h"

static const struct {
	const char *id;
	uint8_t first, last;
} shipped[] = {
#define X(id, first, last) {id, first, last},
#include "schemas/codebook/ranges.def"
#undef X
};
#define SHIPPED (sizeof(shipped) / sizeof(shipped[0]))

/* A label may read the same in another language only where this says why. */
static const struct {
	const char *language, *label, *why;
} same[] = {
    {"fr", "Massacre", "the same word in French"},
    {"fr", "Torture", "the same word in French"},
    {"fr", "Police", "the same word in French"},
};

static char text[CODEBOOK_FILE_MAX];
static struct book_faults faults;
static struct codebook book[SHIPPED];

static void
load(void)
{
	char path[256];

	for (size_t i = 0; i < SHIPPED; i++) {
		size_t len;

		(void)snprintf(
		    path, sizeof(path), PROJECT_DIR "/schemas/codebook/%s.cfg", shipped[i].id);
		len = slurp(path, text, sizeof(text));
		CHECK_EQ(book_read_codebook(text, len, &book[i], &faults), ST_OK);
		CHECK_EQ(book_check_codebook(&book[i], &faults), ST_OK);
		for (unsigned k = 0; k < faults.count; k++)
			printf("%s:%u: %s\n", path, faults.fault[k].line, faults.fault[k].words);
	}
}

static void
test_ranges(void)
{
	for (size_t i = 0; i < SHIPPED; i++) {
		CHECK_STR(codebook_text(&book[i], book[i].id), shipped[i].id);
		CHECK_EQ(book[i].kinds, shipped[i].last - shipped[i].first + 1);
		for (unsigned code = shipped[i].first; code <= shipped[i].last; code++)
			CHECK(codebook_kind(&book[i], code) != NULL);
		for (size_t k = 0; k < i; k++)
			CHECK(shipped[k].last < shipped[i].first ||
			      shipped[i].last < shipped[k].first);
		CHECK(shipped[i].last < 80); /* the rest belongs to the networks */
	}
}

static void
test_languages(void)
{
	static const char *const languages[] = {"en", "fr", "sw", "ar"};

	for (size_t i = 0; i < SHIPPED; i++) {
		CHECK_EQ(book[i].languages.count, 4);
		CHECK_EQ(book[i].languages.drafts, 0xE); /* all but English */
		for (int l = 0; l < 4; l++)
			CHECK_EQ(languages_find(&book[i].languages, languages[l]), l);
	}
}

static int
may_be_same(const char *language, const char *label)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(same[i].language, language) == 0 && strcmp(same[i].label, label) == 0)
			return 1;
	return 0;
}

static void
check_wording(const struct codebook *b, const struct wording *w)
{
	const char *first = codebook_text(b, w->in[0]);

	CHECK(first[0] != '\0');
	for (unsigned l = 1; l < b->languages.count; l++) {
		const char *other = codebook_text(b, w->in[l]), *language = b->languages.code[l];

		CHECK(other[0] != '\0');
		if (!CHECK(strcmp(first, other) != 0 || may_be_same(language, first)))
			printf("    '%s' in %s is its English\n", other, language);
		if (strcmp(language, "ar") == 0)
			CHECK((unsigned char)other[0] >= 0xD8); /* written as it is read */
	}
}

static void
test_translations(void)
{
	for (size_t i = 0; i < SHIPPED; i++) {
		const struct codebook *b = &book[i];

		check_wording(b, &b->title);
		for (unsigned k = 0; k < b->kinds; k++) {
			check_wording(b, &b->kind[k].label);
			check_wording(b, &b->kind[k].hint);
			check_wording(b, &b->kind[k].example);
		}
		for (unsigned k = 0; k < b->actors; k++)
			check_wording(b, &b->actor[k].label);
		for (unsigned k = 0; k < b->targets; k++)
			check_wording(b, &b->target[k].label);
		for (unsigned k = 0; k < b->certainties; k++)
			check_wording(b, &b->certainty[k].label);
		for (unsigned k = 0; k < b->severities; k++)
			check_wording(b, &b->severity[k].label);
	}
}

/* What each book is for, so that a kind that matters does not go unseen. */
static void
test_coverage(void)
{
	unsigned peace[SHIPPED] = {0}, strain[SHIPPED] = {0};

	for (size_t i = 0; i < SHIPPED; i++) {
		for (unsigned k = 0; k < book[i].kinds; k++) {
			peace[i] += book[i].kind[k].class == CLASS_PEACE;
			strain[i] += book[i].kind[k].class != CLASS_PEACE;
			CHECK(book[i].kind[k].asks & 1 << RECORD_EVENT);
			CHECK(book[i].kind[k].cap != 0); /* every kind can leave as an alert */
			CHECK(!book[i].kind[k].grave || book[i].kind[k].severity >= 4);
		}
		CHECK(strcmp(shipped[i].id, "hazard") == 0 || peace[i] > 0);
		CHECK(strain[i] > 0);
	}
	CHECK_EQ(peace[3], 5); /* resilience: five dimensions, each with both sides */
	CHECK_EQ(strain[3], 5);
}

int
main(void)
{
	load();
	test_ranges();
	test_languages();
	test_translations();
	test_coverage();
	return check_done();
}

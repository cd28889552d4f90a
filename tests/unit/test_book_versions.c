/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Books joined, written, compared, and put after each other. */
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "tests/support/slurp.h"

#define BOOKS 5

static const char *const ids[BOOKS] = {"atrocity", "election", "pastoral", "resilience", "hazard"};

static char file[BOOKS][CODEBOOK_FILE_MAX], changed[CODEBOOK_FILE_MAX + 256];
static struct codebook book[BOOKS], joined, again, other;
static struct book_faults faults;
static char written[2][CODEBOOK_FILE_MAX];
static size_t written_len;

static void
load(void)
{
	char path[256];

	for (int i = 0; i < BOOKS; i++) {
		size_t len;

		(void)snprintf(path, sizeof(path), PROJECT_DIR "/schemas/codebook/%s.cfg", ids[i]);
		len = slurp(path, file[i], sizeof(file[i]) - 1);
		CHECK_EQ(book_read_codebook(file[i], len, &book[i], &faults), ST_OK);
	}
}

/* A shipped book, its first `from` made `to`; "" leaves it. */
static const struct codebook *
edited(int of, const char *from, const char *to)
{
	const char *at = strstr(file[of], from);
	enum status st;

	if (!CHECK(at != NULL)) {
		printf("    '%s' is not in %s\n", from, ids[of]);
		return &book[of];
	}
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - file[of]), file[of], to,
	    at + strlen(from));
	book_faults_init(&faults);
	st = book_read_codebook(changed, strlen(changed), &other, &faults);
	if (!CHECK_EQ(st, ST_OK))
		printf("    %s\n", faults.fault[0].words);
	book_faults_init(&faults);
	return &other;
}

static int
is_said(const char *words)
{
	for (unsigned i = 0; i < faults.count; i++)
		if (strstr(faults.fault[i].words, words) != NULL)
			return 1;
	return 0;
}

static void
say_faults(void)
{
	for (unsigned i = 0; i < faults.count; i++)
		printf("    %u: %s\n", faults.fault[i].line, faults.fault[i].words);
}

static void
keep(void *to, const char *line)
{
	written_len += (size_t)snprintf(
	    (char *)to + written_len, CODEBOOK_FILE_MAX - written_len, "%s\n", line);
}

static void
write_book(const struct codebook *b, char *to)
{
	written_len = 0;
	book_write(b, keep, to);
	CHECK(written_len < CODEBOOK_FILE_MAX - 1);
}

/* What is written reads as the same book: written anew it is the same text. */
static void
test_write(void)
{
	for (int i = 0; i < BOOKS; i++) {
		write_book(&book[i], written[0]);
		book_faults_init(&faults);
		CHECK_EQ(book_read_codebook(written[0], written_len, &again, &faults), ST_OK);
		CHECK_EQ(book_check_codebook(&again, &faults), ST_OK);
		write_book(&again, written[1]);
		CHECK_STR(written[1], written[0]);
		written_len = 0;
		CHECK_EQ(book_diff(&book[i], &again, keep, written[1]), 0);
	}
}

/* What a text may hold and a file must escape. */
static void
test_escapes(void)
{
	const struct codebook *b = edited(4, "\"Flood\"", "\"A \\\"b\\\" \\\\ c\"");

	CHECK_STR(codebook_words(b, &codebook_kind(b, 68)->label, "en"), "A \"b\" \\ c");
	write_book(b, written[0]);
	CHECK_EQ(book_read_codebook(written[0], written_len, &again, &faults), ST_OK);
	CHECK_STR(codebook_words(&again, &codebook_kind(&again, 68)->label, "en"), "A \"b\" \\ c");
}

/* In any order the same text, sound, with every kind; joined books join further. */
static void
test_join(void)
{
	struct book_part part[BOOKS];

	for (int turn = 0; turn < BOOKS; turn++) {
		for (int i = 0; i < BOOKS; i++)
			part[i] = (struct book_part){&book[(i * 2 + turn) % BOOKS], ids[i]};
		book_faults_init(&faults);
		CHECK_EQ(book_join(part, BOOKS, "all", 7, &joined, &faults), ST_OK);
		say_faults();
		write_book(&joined, written[turn > 0]);
		if (turn > 0)
			CHECK_STR(written[1], written[0]);
	}
	CHECK_EQ(book_read_codebook(written[0], strlen(written[0]), &joined, &faults), ST_OK);
	CHECK_EQ(book_check_codebook(&joined, &faults), ST_OK);
	say_faults();
	CHECK_STR(codebook_text(&joined, joined.id), "all");
	CHECK_EQ(joined.version, 7);
	CHECK_EQ(joined.kinds, 79);
	CHECK_EQ(joined.languages.count, 4);
	CHECK_EQ(joined.languages.drafts, 0xE);
	CHECK_EQ(joined.range[0], 1);
	CHECK_EQ(joined.range[1], 79);
	for (unsigned code = 1; code <= 79; code++)
		CHECK(codebook_kind(&joined, code) != NULL);
	CHECK_STR(codebook_words(&joined, &codebook_kind(&joined, 68)->hint, "fr"),
	    codebook_words(&book[4], &codebook_kind(&book[4], 68)->hint, "fr"));

	part[0] = (struct book_part){&book[0], ids[0]};
	part[1] = (struct book_part){&book[1], ids[1]};
	CHECK_EQ(book_join(part, 2, "two", 1, &again, &faults), ST_OK);
	memcpy(&other, &again, sizeof(other));
	part[0] = (struct book_part){&book[4], ids[4]};
	part[1] = (struct book_part){&other, "two"};
	CHECK_EQ(book_join(part, 2, "three", 1, &again, &faults), ST_OK);
	CHECK_EQ(again.kinds, 59);
}

/* atrocity and a hazard that was changed in one place: what is said? */
static const struct {
	const char *from, *to, *words;
} joins[] = {
    {"codes = [ 68, 79 ]", "codes = [ 39, 79 ]",
	"hazard.cfg:16: codes 39 to 79 meet those of a.cfg"},
    {"\"RIV\"", "\"KIL\"", "mnemonic KIL is the same as KIL in a.cfg:"},
    {"\"RIV\"", "\"KOL\"", "mnemonic KOL is one letter from KIL in a.cfg:"},
    {"\"RIV\"", "\"IKL\"", "mnemonic IKL is two swapped letters from KIL in a.cfg:"},
    {"\"RIV\"", "\"HAR\"", NULL}, /* near HAT, and neither is grave */
    {"\"HEM\"", "\"HAR\"", "mnemonic HAR is one letter from HAT in a.cfg:"},
    {"\"Flood\"", "\"Killing\"", "label 'Killing' stands in a.cfg:"},
    {"\"Inondation\"", "\"Meurtre\"", "label 'Meurtre' stands in a.cfg:"},
    {"\"Armée\"", "\"Troupes\"", "actor 1 is 'Troupes' here and 'Armée'"},
    {"\"Children\"", "\"Kids\"", "target CH is 'Kids' here and 'Children'"},
    {"\"Saw it\"", "\"Seen\"", "certainty 4 is 'Seen' here and 'Saw it'"},
    {"\"Some harm\"", "\"Harm\"", "severity 3 is 'Harm' here and 'Some harm'"},
    {"acled = 1;", "acled = 2;", "actor 1 has another ACLED type"},
    {"code = 20; label", "code = 21; label", NULL}, /* one actor more */
};

static void
test_join_refused(void)
{
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		struct book_part part[2] = {
		    {edited(4, joins[i].from, joins[i].to), "hazard.cfg"}, {&book[0], "a.cfg"}};
		enum status st = book_join(part, 2, "x", 1, &joined, &faults);

		if (!CHECK(joins[i].words == NULL ? st == ST_OK
						  : st == ST_SYNTAX && is_said(joins[i].words))) {
			printf("    row %zu: '%s'\n", i, joins[i].to);
			say_faults();
		}
	}
}

/* Only the languages that all have; none at all is refused. */
static void
test_join_languages(void)
{
	static struct codebook less;
	struct book_part part[2] = {{&book[0], "a.cfg"}, {&less, "b.cfg"}};

	memcpy(&less, &book[1], sizeof(less));
	less.languages.count = 2; /* en, fr */
	book_faults_init(&faults);
	CHECK_EQ(book_join(part, 2, "x", 1, &joined, &faults), ST_OK);
	CHECK_EQ(joined.languages.count, 2);
	CHECK_EQ(joined.languages.drafts, 2);
	CHECK_EQ(book_check_codebook(&joined, &faults), ST_OK);
	memcpy(less.languages.code[0], "xx", 3);
	memcpy(less.languages.code[1], "yy", 3);
	CHECK_EQ(book_join(part, 2, "x", 1, &joined, &faults), ST_SYNTAX);
	CHECK(is_said("no language in common"));
}

/* A next version of hazard, changed in one place: may it follow, and how is the change told? */
#define NEXT "version = 2;"
static const struct {
	const char *from, *to, *refused, *told;
} follows[] = {
    {"version = 1;", NEXT, NULL, "version was 1, is 2"},
    {"version = 1;", "version = 1;", "version 1 does not come after version 1", NULL},
    {"\"Flood\"", "\"High water\"", NULL,
	"kind 68 RIV \"High water\": label in en was \"Flood\", is \"High water\""},
    {"\"Inondation\"", "\"Crue\"", NULL, "label in fr was \"Inondation\", is \"Crue\""},
    {"Water rises", "Water comes", NULL, "hint in en was \"Water rises"},
    {"mnemonic = \"RIV\"", "mnemonic = \"AAA\"", "code 68 was RIV 'Flood' in version 1",
	"MEANS SOMETHING ELSE: it was RIV \"Flood\""},
    {"mnemonic = \"RIV\"; class = \"incident\"; severity = 4;",
	"mnemonic = \"RIV\"; class = \"situation\"; severity = 6; grave = true;", NULL,
	"is grave now: a single one may leave alone"},
    {"mnemonic = \"RIV\"; class = \"incident\"; severity = 4;",
	"mnemonic = \"RIV\"; class = \"incident\"; severity = 6;", NULL,
	"how bad, when nothing is said, was 4, is 6"},
    {"mnemonic = \"RIV\"; class = \"incident\"", "mnemonic = \"RIV\"; class = \"threat\"", NULL,
	"class was incident, is threat"},
    {"mnemonic = \"HEM\"; class = \"situation\"; severity = 6; grave = true;",
	"mnemonic = \"HEM\"; class = \"situation\"; severity = 6;", NULL, "is not grave any more"},
    {"cap = \"Met\"", "cap = \"Env\"", NULL, "CAP category was \"Met\", is \"Env\""},
    {"drafts = [ \"fr\", \"sw\"", "drafts = [ \"sw\"", NULL,
	"language fr is reviewed now: no draft any more"},
    {"\"Armée\"", "\"Troupes\"", NULL, "actor 1: label in fr was \"Armée\", is \"Troupes\""},
    {"\"Children\"", "\"Kids\"", NULL, "target group CH: label in en was"},
    {"\"Saw it\"", "\"Seen\"", NULL, "how sure 4: label in en was"},
    {"\"Some harm\"", "\"Harm\"", NULL, "how bad 3: label in en was"},
    {"code = 20; label", "code = 21; label", NULL, "actor 20 \"Not known\" is gone"},
};

static void
next_version(void)
{
	if (other.version == 1)
		other.version = 2;
}

static void
test_follow(void)
{
	for (size_t i = 0; i < sizeof(follows) / sizeof(follows[0]); i++) {
		enum status st;

		(void)edited(4, follows[i].from, follows[i].to);
		if (i != 1)
			next_version();
		st = book_follow(&book[4], &other, &faults);
		written_len = 0;
		written[0][0] = '\0';
		CHECK((book_diff(&book[4], &other, keep, written[0]) > 0) == (i != 1));
		if (!CHECK(follows[i].refused == NULL
			       ? st == ST_OK
			       : st == ST_SYNTAX && is_said(follows[i].refused)) ||
		    !CHECK(
			follows[i].told == NULL || strstr(written[0], follows[i].told) != NULL)) {
			printf("    row %zu: '%s'\n%s", i, follows[i].to, written[0]);
			say_faults();
		}
	}
}

/* A kind that goes is retired and names its successor; it does not come back. */
static void
test_retire(void)
{
	static struct codebook without;
	struct retired r = {.code = 79, .successor = 75, .mnemonic = "SIK"};

	memcpy(&without, &book[4], sizeof(without));
	without.version = 2;
	without.kinds--; /* 79 */
	book_faults_init(&faults);
	CHECK_EQ(book_follow(&book[4], &without, &faults), ST_SYNTAX);
	CHECK(is_said("code 79 SIK 'Many ill, cause unknown' of version 1 is missing"));
	without.retired[without.retireds++] = r;
	book_faults_init(&faults);
	CHECK_EQ(book_check_codebook(&without, &faults), ST_OK);
	CHECK_EQ(book_follow(&book[4], &without, &faults), ST_OK);
	written_len = 0;
	(void)book_diff(&book[4], &without, keep, written[0]);
	CHECK(strstr(written[0], "kind 79 SIK \"Many ill, cause unknown\": is retired: use 75 DIA "
				 "\"Watery diarrhoea\"") != NULL);

	memcpy(&other, &book[4], sizeof(other)); /* 79 is back */
	other.version = 3;
	CHECK_EQ(book_follow(&without, &other, &faults), ST_SYNTAX);
	CHECK(is_said("code 79 was retired in version 2"));
	memcpy(&other, &without, sizeof(other)); /* forgotten */
	other.version = 3;
	other.retireds = 0;
	book_faults_init(&faults);
	CHECK_EQ(book_follow(&without, &other, &faults), ST_SYNTAX);
	CHECK(is_said("code 79 SIK is retired in version 2: leave it in 'retired'"));

	memcpy(&other, &book[4], sizeof(other)); /* letters on another number */
	other.version = 2;
	memcpy(other.kind[0].mnemonic, other.kind[1].mnemonic, sizeof(other.kind[0].mnemonic));
	book_faults_init(&faults);
	CHECK_EQ(book_follow(&book[4], &other, &faults), ST_SYNTAX);
	CHECK(is_said("mnemonic SMK was code 69 in version 1, and is 68 here"));
}

/* --- the cards --- */

static unsigned lines, widest, opened, closed;

static void
see_svg(void *context, const char *line)
{
	(void)context;
	lines++;
	CHECK(strlen(line) < CARD_SVG_LINE_MAX - 1);
	for (const char *at = line; (at = strchr(at, '<')) != NULL; at++) {
		closed += at[1] == '/';
		opened += at[1] != '/' && at[1] != '?';
	}
	for (const char *at = line; (at = strstr(at, "/>")) != NULL; at++)
		closed++;
	for (const char *at = line; (at = strchr(at, '&')) != NULL; at++)
		CHECK(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
		      strncmp(at, "&gt;", 4) == 0);
	keep(written[0], line);
}

static void
see_text(void *context, const char *line)
{
	unsigned columns = card_columns(line);

	(void)context;
	lines++;
	CHECK(strlen(line) < CARD_LINE_MAX - 1);
	widest = columns > widest ? columns : widest;
}

static void
see_side(const struct codebook *b, const char *language, enum card_side side)
{
	lines = opened = closed = 0;
	written_len = 0;
	card_write_svg(b, language, side, see_svg, NULL);
	CHECK(lines > 20);
	CHECK_EQ(opened, closed);
}

static void
test_cards(void)
{
	struct book_part part[BOOKS];

	for (int i = 0; i < BOOKS; i++)
		part[i] = (struct book_part){&book[i], ids[i]};
	book_faults_init(&faults);
	CHECK_EQ(book_join(part, BOOKS, "all", 7, &joined, &faults), ST_OK);
	for (unsigned l = 0; l < joined.languages.count; l++) {
		const char *language = joined.languages.code[l];

		lines = widest = 0;
		card_write(&joined, language, see_text, NULL);
		CHECK(widest <= CARD_COLUMNS);
		CHECK(lines > 2 * 79);
		see_side(&joined, language, CARD_FRONT);
		for (unsigned k = 0; k < joined.kinds; k++) {
			CHECK(strstr(written[0], joined.kind[k].mnemonic) != NULL);
			CHECK(strstr(written[0], codebook_words(&joined, &joined.kind[k].label,
						     language)) != NULL);
		}
		CHECK((strstr(written[0], "direction=\"rtl\"") != NULL) ==
		      (strcmp(language, "ar") == 0));
		CHECK((strstr(written[0], card_word(CARD_DRAFT, language)) != NULL) == (l > 0));
		see_side(&joined, language, CARD_BACK);
		for (unsigned k = 0; k < joined.actors; k++)
			CHECK(strstr(written[0], codebook_words(&joined, &joined.actor[k].label,
						     language)) != NULL);
	}
	see_side(edited(4, "\"Flood\"", "\"Flood <&> \\\"x\\\"\""), "en", CARD_FRONT);
	CHECK(strstr(written[0], "Flood &lt;&amp;&gt; \"x\"") != NULL);
	CHECK(strstr(written[0], "Water rises over homes") != NULL); /* there is room for hints */
	CHECK(
	    strstr(written[0], ">68</tspan>") != NULL && strstr(written[0], ">0</tspan>") != NULL);
}

int
main(void)
{
	load();
	test_write();
	test_escapes();
	test_join();
	test_join_refused();
	test_join_languages();
	test_follow();
	test_retire();
	test_cards();
	return check_done();
}

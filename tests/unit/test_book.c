/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sound book, broken in one place at a time: where is the fault said to be, and what? */
#include "reporting/book/book.h"
#include "tests/support/libconfig_leak.h"
#include "tests/support/slurp.h"

static const char sound_book[] =
    "id = \"trial\";\n"
    "version = 3;\n"
    "languages = [ \"en\", \"fr\" ];\n"
    "drafts = [ \"fr\" ];\n"
    "title = { en = \"Trial\"; fr = \"Essai\"; };\n"
    "codes = [ 80, 89 ];\n"
    "kinds = (\n"
    "  { code = 80; mnemonic = \"ABC\"; class = \"incident\"; severity = 5; grave = true;\n"
    "    asks = [ \"event\", \"affected\" ]; acled = \"Attack\"; un = \"7.10\"; cap = "
    "\"Security\";\n"
    "    label = { en = \"First\"; fr = \"Un\"; };\n"
    "    hint = { en = \"One hint\"; fr = \"Une aide\"; };\n"
    "    example = { en = \"One example\"; fr = \"Un exemple\"; }; },\n"
    "  { code = 81; mnemonic = \"XYZ\"; class = \"peace\"; severity = 0;\n"
    "    label = { en = \"Second\"; fr = \"Deux\"; };\n"
    "    hint = { en = \"Two hints\"; fr = \"Deux aides\"; };\n"
    "    example = { en = \"Two examples\"; fr = \"Deux exemples\"; }; }\n"
    ");\n"
    "actors = (\n"
    "  { code = 1; label = { en = \"Army\"; fr = \"Soldats\"; }; acled = 1; },\n"
    "  { code = 255; label = { en = \"Crowd\"; fr = \"Foule\"; }; }\n"
    ");\n"
    "targets = ( { code = \"A1\"; label = { en = \"Group\"; fr = \"Groupe\"; }; } );\n"
    "certainties = (\n"
    "  { code = 1; label = { en = \"c1\"; fr = \"c1\"; }; },\n"
    "  { code = 2; label = { en = \"c2\"; fr = \"c2\"; }; },\n"
    "  { code = 3; label = { en = \"c3\"; fr = \"c3\"; }; },\n"
    "  { code = 4; label = { en = \"c4\"; fr = \"c4\"; }; },\n"
    "  { code = 5; label = { en = \"c5\"; fr = \"c5\"; }; }\n"
    ");\n"
    "severities = (\n"
    "  { code = 1; label = { en = \"s1\"; fr = \"s1\"; }; },\n"
    "  { code = 2; label = { en = \"s2\"; fr = \"s2\"; }; },\n"
    "  { code = 3; label = { en = \"s3\"; fr = \"s3\"; }; },\n"
    "  { code = 4; label = { en = \"s4\"; fr = \"s4\"; }; },\n"
    "  { code = 5; label = { en = \"s5\"; fr = \"s5\"; }; },\n"
    "  { code = 6; label = { en = \"s6\"; fr = \"s6\"; }; },\n"
    "  { code = 7; label = { en = \"s7\"; fr = \"s7\"; }; }\n"
    ");\n"
    "retired = ( { code = 89; mnemonic = \"OLD\"; successor = 81; } );\n";

static const char sound_places[] =
    "id = \"here\";\n"
    "version = 1;\n"
    "languages = [ \"en\" ];\n"
    "title = { en = \"Here\"; };\n"
    "utc_offset_min = 345;\n"
    "places = (\n"
    "  { id = 1; level = \"district\"; label = { en = \"Top\"; }; pcode = \"T1\"; },\n"
    "  { id = 2; parent = 1; level = \"village\"; label = { en = \"Low\"; }; geojson = \"g2\"; },\n"
    "  { id = 65535; parent = 1; level = \"village\"; label = { en = \"Far\"; }; }\n"
    ");\n";

struct row {
	const char *from, *to; /* the first of these is replaced */
	unsigned line;
	const char *word; /* NULL: the book stays sound */
};

#define LONG_LABEL "abcdefghijklmnopqrstuvwxyz" /* 26 columns */
#define OCTETS_10 "0123456789"
#define OCTETS_80 OCTETS_10 OCTETS_10 OCTETS_10 OCTETS_10 OCTETS_10 OCTETS_10 OCTETS_10 OCTETS_10

static const struct row book_rows[] = {
    {"", "", 0, NULL},
    {"", "\xEF\xBB\xBF", 0, NULL},
    {"", "# a comment\n", 0, NULL},
    {"\"ABC\"", "\"ABD\"", 0, NULL},
    {"en = \"First\"", "en = \"\u0985\u0986\u0987\"", 0, NULL},
    /* what the reader refuses */
    {"version = 3;\n", "version = 3\n;\n", 0, NULL},
    {"version = 3;", "version = 3; version = 4;", 2, "duplicate"},
    {"version = 3;", "version = (;", 2, "syntax"},
    {"version = 3;", "version = \"3\";", 2, "whole number"},
    {"version = 3;", "version = 3L;", 2, "whole number"},
    {"version = 3;", "version = 0;", 2, "between 1 and"},
    {"version = 3;", "version = -1;", 2, "between 1 and"},
    {"version = 3;\n", "", 0, "'version' is missing"},
    {"version = 3;", "version = 3; author = \"me\";", 2, "unknown key 'author'"},
    {"severity = 0;", "severity = 0; colour = 1;", 13, "unknown key 'colour'"},
    {"acled = 1;", "acled = 1; gun = 1;", 19, "unknown key 'gun'"},
    {"id = \"trial\";", "id = \"Trial\";", 1, "only a-z"},
    {"id = \"trial\";", "id = \"\";", 1, "empty"},
    {"\"en\", \"fr\"", "\"en\", \"en\"", 3, "named twice"},
    {"\"en\", \"fr\"", "\"en\", \"french\"", 3, "two or three"},
    {"[ \"en\", \"fr\" ]", "\"en\"", 3, "array"},
    {"[ \"en\", \"fr\" ]", "[ ]", 3, "at least one"},
    {"drafts = [ \"fr\" ]", "drafts = [ \"sw\" ]", 4, "not among"},
    {"fr = \"Essai\"", "sw = \"Jaribio\"", 5, "'sw' is not among"},
    {"[ 80, 89 ]", "[ 89, 80 ]", 6, "first, last"},
    {"[ 80, 89 ]", "[ 80, 189 ]", 6, "first, last"},
    {"[ 80, 89 ]", "[ 80 ]", 6, "first, last"},
    {"[ 80, 89 ]", "80", 6, "first, last"},
    {"code = 80;", "code = 0;", 8, "between 1 and 99"},
    {"code = 80;", "code = 100;", 8, "between 1 and 99"},
    {"\"ABC\"", "\"ABCD\"", 8, "3 of A-Z"},
    {"\"ABC\"", "\"abc\"", 8, "3 of A-Z"},
    {"\"ABC\"", "7", 8, "text in quotes"},
    {"\"incident\"", "\"war\"", 8, "'war' is no class"},
    {"severity = 5;", "severity = 8;", 8, "between 0 and 7"},
    {"grave = true;", "grave = 1;", 8, "true or false"},
    {"\"event\", ", "\"weather\", ", 9, "nothing that can be asked"},
    {"[ \"event\", \"affected\" ]", "\"event\"", 9, "array"},
    {"\"Attack\"", "\"Ambush\"", 9, "ACLED has no"},
    {"\"7.10\"", "\"15\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"0\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"07\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"7.\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"7.1x\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"\"", 9, "no UN risk factor"},
    {"\"7.10\"", "\"7.12\"", 9, "indicator 7.12"},
    {"\"7.10\"", "\"4.1\"", 9, "name the factor alone, \"4\""},
    {"\"7.10\"", "\"14\"", 0, NULL},
    {"\"Security\"", "\"Danger\"", 9, "CAP has no"},
    {"{ en = \"First\"; fr = \"Un\"; }", "\"First\"", 10, "must be a group"},
    {"\"First\"", "\"\"", 10, "empty"},
    {"\"First\"", "\"  \"", 10, "empty"},
    {"\"First\"", "\"Fir\\x1Bst\"", 10, "control characters"},
    {"\"First\"", "\"Fir\xFFst\"", 10, "not UTF-8"},
    {"\"First\"", "\"Fir\u202Est\"", 10, "control characters"},
    {"\"First\"", "\"" OCTETS_80 "\"", 10, "80 octets long, at most 63"},
    {"\"One hint\"", "\"" OCTETS_80 OCTETS_80 "\"", 11, "160 octets long, at most 159"},
    {"code = 255;", "code = 256;", 20, "between 1 and 255"},
    {"acled = 1;", "acled = 9;", 19, "between 1 and 8"},
    {"\"A1\"", "\"A\"", 22, "2 of A-Z and 0-9"},
    {"actors = (\n  {", "actors = (\n  3, {", 19, "only groups"},
    {"targets = ( { code = \"A1\"; label = { en = \"Group\"; fr = \"Groupe\"; }; } );",
	"targets = { };", 22, "must be a list"},
    {"id = ", "@include \"/etc/passwd\"\nid = ", 1, "cannot include"},
    {"version = 3;\n", "version = 3;\n\t@include \"x\"\n", 3, "cannot include"},
    {"\"One hint\"", "\"@include\"", 11, "cannot include"},
    {"version = 3;", "version = 4294967299;", 2, "the number is too large"},
    {"version = 3;", "version = 0x100000003;", 2, "the number is too large"},
    {"code = 81;", "code = -4294967215;", 13, "the number is too large"},
    {"[ 80, 89 ]", "[ 4294967376, 89 ]", 6, "the number is too large"},
    {"version = 3;", "version = 2147483647; /* 4294967299 */ // 4294967299", 0, NULL},
    {"\"First\"", "\"4294967299\"", 0, NULL},
    {"\"First\"", "\"\\\"4294967299\"", 0, NULL},
    {"id = ", "# 4294967299\nid = ", 0, NULL},
    /* what the checker refuses */
    {"fr = \"Essai\";", "", 5, "title is not given in 'fr'"},
    {"en = \"First\"; fr = \"Un\";", "en = \"First\";", 8, "label is not given in 'fr'"},
    {"fr = \"Une aide\";", "", 8, "hint is not given in 'fr'"},
    {"fr = \"Deux exemples\";", "", 13, "example is not given in 'fr'"},
    {"fr = \"Soldats\";", "", 19, "label is not given in 'fr'"},
    {"fr = \"Groupe\";", "", 22, "label is not given in 'fr'"},
    {"fr = \"c3\";", "", 26, "label is not given in 'fr'"},
    {"\"First\"", "\"" LONG_LABEL "\"", 8, "takes 26 columns, at most 25"},
    {"\"Army\"", "\"" LONG_LABEL "\"", 19, "takes 26 columns"},
    {"\"trial\"", "\"hazard\"", 6, "codes of 'hazard' are [ 68, 79 ]"},
    {"code = 81;", "code = 80;", 13, "stands already in line 8"},
    {"code = 81;", "code = 79;", 13, "outside this book's codes 80 to 89"},
    {"code = 81;", "code = 90;", 13, "outside this book's codes 80 to 89"},
    {"code = 255;", "code = 1;", 20, "stands already in line 19"},
    {"\"Second\"", "\"First\"", 13, "'First' stands already in line 8"},
    {"\"Deux\"", "\"Un\"", 13, "'Un' stands already in line 8"},
    {"\"Crowd\"", "\"Army\"", 20, "'Army' stands already in line 19"},
    {"\"XYZ\"", "\"ABC\"", 13, "mnemonic ABC stands already"},
    {"\"XYZ\"", "\"ABX\"", 13, "ABX is one letter from ABC (line 8)"},
    {"\"XYZ\"", "\"AVC\"", 13, "one letter from"}, /* a neighbouring key */
    {"\"XYZ\"", "\"BAC\"", 13, "two swapped letters"},
    {"\"XYZ\"", "\"ACB\"", 13, "two swapped letters"},
    {"\"XYZ\"", "\"CBA\"", 0, NULL},
    {"\"XYZ\"", "\"BCA\"", 0, NULL},
    {"{ code = 5; label = { en = \"c5\"; fr = \"c5\"; }; }",
	"{ code = 6; label = { en = \"c6\"; fr = \"c6\"; }; }", 23, "steps 1 to 5"},
    {",\n  { code = 5; label = { en = \"c5\"; fr = \"c5\"; }; }", "", 23, "steps 1 to 5"},
    {",\n  { code = 7; label = { en = \"s7\"; fr = \"s7\"; }; }", "", 30, "steps 1 to 7"},
    {"code = 2; label = { en = \"c2\"", "code = 1; label = { en = \"c2\"", 25,
	"stands already in line 24"},
    {"code = 89;", "code = 80;", 8, "code 80 was retired"},
    {"\"OLD\"", "\"XYZ\"", 13, "mnemonic XYZ was retired"},
    {"successor = 81", "successor = 85", 39, "successor 85 is not among"},
    {"code = 89;", "code = 90;", 39, "outside this book's codes"},
    {"retired = (", "retired = ( { code = 89; mnemonic = \"OLE\"; successor = 80; },", 39,
	"retired already"},
};

static const struct row place_rows[] = {
    {"", "", 0, NULL},
    {"345", "344", 0, "quarter hours"},
    {"345", "841", 5, "between -720 and 840"},
    {"id = 2;", "id = 0;", 8, "between 1 and 65535"},
    {"id = 2;", "id = 65536;", 8, "between 1 and 65535"},
    {"id = 2;", "id = 1;", 8, "stands already in line 7"},
    {"\"district\"", "\"planet\"", 7, "'planet' is no level"},
    {"parent = 1; level = \"village\"; label = { en = \"Low\"",
	"parent = 9; level = \"village\"; label = { en = \"Low\"", 8, "parent 9 is not"},
    {"\"district\"", "\"site\"", 8, "a village cannot lie in a site (line 7)"},
    {"\"Far\"", "\"Low\"", 9, "'Low' stands already in line 8"},
    {"\"Far\"", "\"Top\"", 0, NULL}, /* another parent */
    {"\"Far\"", "\"abcdefghijklmnopqrstu\"", 9, "takes 21 columns, at most 20"},
    {"geojson = \"g2\";", "geojson = \"g2\"; pcode = \"T1\";", 8, "pcode 'T1' stands already"},
    {"\"Low\"; }; geojson = \"g2\";", "\"Low\"; }; map = 1;", 8, "unknown key 'map'"},
    {"id = 65535; parent = 1; level = \"village\"; label = { en = \"Far\"; };",
	"id = 65535; level = \"village\"; label = { };", 9, "label is not given in 'en'"},
    {"\"Here\"", "\"Here", 7, "syntax"},
};

static char broken[CODEBOOK_FILE_MAX + 1];

static size_t
replace(const char *sound, const struct row *row)
{
	const char *at = strstr(sound, row->from);
	size_t before;

	if (!CHECK(at != NULL)) /* the row does not fit the book */
		return 0;
	before = (size_t)(at - sound);
	return (size_t)snprintf(broken, sizeof(broken), "%.*s%s%s", (int)before, sound, row->to,
	    at + strlen(row->from));
}

static struct book_faults faults;
static struct codebook book;
static struct places places;

static enum status
try_book(size_t len)
{
	enum status st;

	book_faults_init(&faults);
	st = book_read_codebook(broken, len, &book, &faults);
	return st == ST_OK ? book_check_codebook(&book, &faults) : st;
}

static enum status
try_places(size_t len)
{
	enum status st;

	book_faults_init(&faults);
	st = book_read_places(broken, len, &places, &faults);
	return st == ST_OK ? book_check_places(&places, &faults) : st;
}

static int
is_named(const struct row *row)
{
	for (unsigned i = 0; i < faults.count; i++)
		if (faults.fault[i].line == row->line &&
		    strstr(faults.fault[i].words, row->word) != NULL)
			return 1;
	return 0;
}

static void
test_rows(const char *sound, const struct row *rows, size_t count, enum status (*try)(size_t))
{
	for (size_t i = 0; i < count; i++) {
		enum status st = try(replace(sound, &rows[i]));
		int fine = rows[i].word == NULL ? st == ST_OK && faults.count == 0
						: st == ST_SYNTAX && is_named(&rows[i]);

		if (!CHECK(fine)) {
			printf("    row %zu: '%s' to '%s'\n", i, rows[i].from, rows[i].to);
			for (unsigned k = 0; k < faults.count; k++)
				printf("    %u: %s\n", faults.fault[k].line, faults.fault[k].words);
		}
	}
}

/* Line ends of another system, and a file cut anywhere: a clear answer, never a crash. */
static void
test_cut(void)
{
	size_t len = strlen(sound_book), made = 0;

	for (size_t i = 0; i < len; i++) {
		if (sound_book[i] == '\n')
			broken[made++] = '\r';
		broken[made++] = sound_book[i];
	}
	CHECK_EQ(try_book(made), ST_OK);
	for (size_t cut = 0; cut < len; cut++) {
		const char *rest = sound_book + cut;
		enum status st;

		memcpy(broken, sound_book, cut);
		st = try_book(cut);
		if (strncmp(rest, "retired", 7) == 0 || strncmp(rest, "\nretired", 8) == 0 ||
		    strlen(rest) <= 2 || strncmp(rest, ";\nretired", 9) == 0)
			CHECK_EQ(st, ST_OK); /* what is missing may be missing */
		else
			CHECK(st == ST_SYNTAX && faults.count > 0);
	}
}

static void
test_bounds(void)
{
	struct codebook untouched;

	memset(broken, ' ', sizeof(broken));
	CHECK_EQ(try_book(CODEBOOK_FILE_MAX + 1), ST_TOO_LONG);
	CHECK_EQ(faults.count, 1);
	CHECK_EQ(try_book(CODEBOOK_FILE_MAX), ST_SYNTAX);
	memset(broken, '\n', sizeof(broken));
	CHECK_EQ(try_book(CODEBOOK_FILE_MAX), ST_SYNTAX);
	memset(&book, 0xA5, sizeof(book));
	memset(&untouched, 0xA5, sizeof(untouched));
	CHECK_EQ(try_book(0), ST_SYNTAX);
	CHECK_MEM(&book, &untouched, sizeof(book));
	broken[0] = '\0';
	CHECK_EQ(try_book(1), ST_SYNTAX);
	CHECK(strstr(faults.fault[0].words, "zero octet") != NULL);
	CHECK_EQ(book_type(broken, 1), BOOK_UNKNOWN);
	CHECK_EQ(book_type(sound_book, strlen(sound_book)), BOOK_CODEBOOK);
	CHECK_EQ(book_type(sound_places, strlen(sound_places)), BOOK_PLACES);
	CHECK_EQ(book_type("x = 1;", 6), BOOK_UNKNOWN);
	CHECK_EQ(book_type("x = ", 4), BOOK_UNKNOWN);
}

/* More faults than are kept are counted; those kept are in the order of lines. */
static void
test_many_faults(void)
{
	size_t len = 0;

	for (unsigned i = 0; i < 70; i++)
		len += (size_t)snprintf(broken + len, sizeof(broken) - len, "k%u = 1;\n", i);
	CHECK_EQ(try_book(len), ST_SYNTAX);
	CHECK_EQ(faults.count, BOOK_FAULTS_MAX);
	CHECK_EQ(faults.count + faults.more, 79); /* nine keys are missing */
	for (unsigned i = 1; i < faults.count; i++)
		CHECK(faults.fault[i - 1].line <= faults.fault[i].line);
	len = (size_t)snprintf(broken, sizeof(broken), "actors = ( ");
	for (unsigned i = 0; i < ACTORS_MAX + 1; i++)
		len += (size_t)snprintf(
		    broken + len, sizeof(broken) - len, "%s{ code = 1; }", i == 0 ? "" : ",");
	len += (size_t)snprintf(broken + len, sizeof(broken) - len, ");");
	CHECK_EQ(try_book(len), ST_SYNTAX);
}

/* Nesting as deep as a file can hold. */
static void
test_deep(void)
{
	static const char *const opens[] = {"a:{", "a=(", "(", "{"};

	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		size_t len = 0, one = strlen(opens[i]);

		while (len + one < CODEBOOK_FILE_MAX) {
			memcpy(broken + len, opens[i], one);
			len += one;
		}
		CHECK_EQ(try_book(len), ST_SYNTAX);
	}
}

/* The example of a man page, in `broken`. */
static size_t
man_example(const char *path)
{
	char page[CODEBOOK_FILE_MAX];
	char *from, *to;

	(void)slurp(path, page, sizeof(page));
	from = strstr(page, ".Bd -literal\n");
	to = from == NULL ? NULL : strstr(from, ".Ed");
	if (!CHECK(to != NULL))
		return 0;
	from += strlen(".Bd -literal\n");
	memcpy(broken, from, (size_t)(to - from));
	return (size_t)(to - from);
}

static void
test_man_pages(void)
{
	CHECK_EQ(try_book(man_example(PROJECT_DIR "/deploy/man/tocsin-codebook.5")), ST_OK);
	CHECK_EQ(faults.count, 0);
	CHECK_EQ(try_places(man_example(PROJECT_DIR "/deploy/man/tocsin-places.5")), ST_OK);
	CHECK_EQ(faults.count, 0);
}

int
main(void)
{
	test_rows(sound_book, book_rows, sizeof(book_rows) / sizeof(book_rows[0]), try_book);
	test_rows(sound_places, place_rows, sizeof(place_rows) / sizeof(place_rows[0]), try_places);
	test_cut();
	test_bounds();
	test_many_faults();
	test_deep();
	test_man_pages();
	return check_done();
}

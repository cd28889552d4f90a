/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/book/book.h"
#include "tests/support/slurp.h"

static char text[PLACES_FILE_MAX];
static struct book_faults faults;
static struct places places;

static void
test_example(void)
{
	size_t len = slurp(PROJECT_DIR "/schemas/places/example.cfg", text, sizeof(text));
	const struct place *p;

	CHECK_EQ(book_type(text, len), BOOK_PLACES);
	CHECK_EQ(book_read_places(text, len, &places, &faults), ST_OK);
	CHECK_EQ(book_check_places(&places, &faults), ST_OK);
	CHECK_EQ(faults.count, 0);
	CHECK_EQ(places.count, 25);
	CHECK_EQ(places.offset_min, 180);
	CHECK_STR(places_text(&places, places.id), "example");
	CHECK((p = places_find(&places, 11)) != NULL);
	CHECK_EQ(p->level, LEVEL_AREA);
	CHECK_EQ(p->parent, 10);
	CHECK_STR(places_words(&places, &p->label, "en"), "Alder Valley");
	CHECK_STR(places_words(&places, &p->label, "fr"), "Alder Valley");
	CHECK_STR(places_text(&places, p->pcode), "XR010101");
	CHECK(places_find_label(&places, "Alder Valley") == p);
	CHECK(places_find_label(&places, "Alder") == NULL);
	CHECK(places_find(&places, 0) == NULL);
	CHECK(places_find(&places, 65535) == NULL);
}

static void
test_tree(void)
{
	static const struct {
		unsigned id;
		enum place_level level;
		unsigned want;
	} rows[] = {
	    {1001, LEVEL_SITE, 1001},
	    {1001, LEVEL_VILLAGE, 101},
	    {1001, LEVEL_AREA, 11},
	    {1001, LEVEL_DISTRICT, 10},
	    {1001, LEVEL_REGION, 1},
	    {11, LEVEL_VILLAGE, 0},
	    {999, LEVEL_REGION, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct place *p = places_at_level(&places, rows[i].id, rows[i].level);

		CHECK_EQ(p == NULL ? 0 : p->id, rows[i].want);
	}
	CHECK(places_is_within(&places, 1001, 1));
	CHECK(places_is_within(&places, 1001, 1001));
	CHECK(!places_is_within(&places, 11, 1001));
	CHECK(!places_is_within(&places, 1001, 20));
	CHECK(!places_is_within(&places, 999, 1));
	CHECK_EQ(level_find("area"), LEVEL_AREA);
	CHECK_EQ(level_find("planet"), -1);
	CHECK_STR(level_word(LEVEL_COUNT), "");
}

/* A tree that was read and never checked may turn back on itself: looking up must still end. */
static void
test_circle(void)
{
	static const char circle[] =
	    "id = \"x\"; version = 1; languages = [ \"en\" ]; title = { en = \"x\"; };\n"
	    "utc_offset_min = -210;\n"
	    "places = ( { id = 1; parent = 2; level = \"area\"; label = { en = \"a\"; }; },\n"
	    "  { id = 2; parent = 1; level = \"area\"; label = { en = \"b\"; }; },\n"
	    "  { id = 3; parent = 3; level = \"site\"; label = { en = \"a\"; }; } );\n";

	book_faults_init(&faults);
	CHECK_EQ(book_read_places(circle, strlen(circle), &places, &faults), ST_OK);
	CHECK_EQ(places.offset_min, -210);
	CHECK(places_at_level(&places, 1, LEVEL_REGION) == NULL);
	CHECK(!places_is_within(&places, 3, 2));
	CHECK(places_find_label(&places, "a") == NULL); /* two share it */
	CHECK_EQ(book_check_places(&places, &faults), ST_SYNTAX);
	CHECK_EQ(faults.count, 3);
}

int
main(void)
{
	test_example();
	test_tree();
	test_circle();
	return check_done();
}

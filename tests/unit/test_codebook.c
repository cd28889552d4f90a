/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "reporting/report/check.h"
#include "tests/support/slurp.h"

static char text[CODEBOOK_FILE_MAX];
static struct book_faults faults;
static struct codebook book;
static struct places places;

static void
load(void)
{
	size_t len = slurp(PROJECT_DIR "/schemas/codebook/atrocity.cfg", text, sizeof(text));

	CHECK_EQ(book_read_codebook(text, len, &book, &faults), ST_OK);
	CHECK_EQ(book_check_codebook(&book, &faults), ST_OK);
	len = slurp(PROJECT_DIR "/schemas/places/example.cfg", text, sizeof(text));
	CHECK_EQ(book_read_places(text, len, &places, &faults), ST_OK);
	CHECK_EQ(book_check_places(&places, &faults), ST_OK);
	for (unsigned i = 0; i < faults.count; i++)
		printf("%u: %s\n", faults.fault[i].line, faults.fault[i].words);
	CHECK_EQ(faults.count, 0);
	memset(text, 0xAA, sizeof(text)); /* a book keeps nothing of its file */
}

static void
test_whole(void)
{
	unsigned grave = 0, peace = 0;

	CHECK_STR(codebook_text(&book, book.id), "atrocity");
	CHECK_EQ(book.version, 1);
	CHECK_EQ(codebook_schema(&book), 1);
	CHECK_EQ(book.range[0], 1);
	CHECK_EQ(book.range[1], 39);
	CHECK_EQ(book.languages.count, 4);
	CHECK_EQ(book.kinds, 39);
	for (unsigned i = 0; i < book.kinds; i++) {
		grave += book.kind[i].grave;
		peace += book.kind[i].class == CLASS_PEACE;
		CHECK(book.kind[i].code >= 1 && book.kind[i].code <= 39);
		CHECK(!(book.kind[i].grave && book.kind[i].class == CLASS_PEACE));
	}
	CHECK(grave >= 10);
	CHECK(peace >= 6);
}

static void
test_lookup(void)
{
	const struct kind *k = codebook_kind(&book, 3);

	CHECK(k != NULL);
	CHECK_STR(k->mnemonic, "VAN");
	CHECK_EQ(k->class, CLASS_INCIDENT);
	CHECK_EQ(k->severity, 5);
	CHECK(k->grave);
	CHECK_EQ(k->asks, 1 << RECORD_CERTAINTY | 1 << RECORD_EVENT | 1 << RECORD_AFFECTED |
			      1 << RECORD_ACTOR | 1 << RECORD_TARGET);
	CHECK_STR(codebook_words(&book, &k->label, "en"), "Taken and missing");
	CHECK_STR(codebook_words(&book, &k->label, "so"), "Taken and missing"); /* not there */
	CHECK_STR(codebook_words(&book, &k->label, "fr"), "Enlevé et disparu");
	CHECK_STR(acled_sub_event(k->acled), "Abduction/forced disappearance");
	CHECK_STR(acled_event(k->acled), "Violence against civilians");
	CHECK_EQ(k->factor, 7);
	CHECK_EQ(k->indicator, 8);
	CHECK_STR(cap_category(k->cap), "Security");
	CHECK(codebook_kind_by_mnemonic(&book, "VAN") == k);
	CHECK(codebook_kind_by_label(&book, "Taken and missing") == k);
	CHECK(codebook_kind(&book, 0) == NULL);
	CHECK(codebook_kind(&book, 40) == NULL);
	CHECK(codebook_kind_by_mnemonic(&book, "van") == NULL);
	CHECK(codebook_kind_by_mnemonic(&book, "") == NULL);
	CHECK(codebook_kind_by_label(&book, "Taken") == NULL);
	CHECK(codebook_actor(&book, 1) != NULL && codebook_actor(&book, 1)->acled == 1);
	CHECK(codebook_actor(&book, 0) == NULL);
	CHECK(codebook_target(&book, "WG") != NULL && codebook_target(&book, "ZZ") == NULL);
	CHECK(codebook_certainty(&book, 5) != NULL && codebook_certainty(&book, 6) == NULL);
	CHECK(codebook_severity(&book, 7) != NULL && codebook_severity(&book, 0) == NULL);
	CHECK(codebook_retired(&book, 3) == NULL);
	CHECK_STR(codebook_text(&book, 0), "");
	CHECK_STR(codebook_text(&book, UINT32_MAX), "");
}

static void
test_tables(void)
{
	CHECK_STR(class_word(CLASS_SPEECH), "dangerous speech");
	CHECK_EQ(class_find("peace"), CLASS_PEACE);
	CHECK_EQ(class_find("war"), -1);
	CHECK_STR(class_word(CLASS_COUNT), "");
	CHECK_EQ(acled_find("nothing"), 0);
	CHECK_EQ(acled_find(""), 0);
	CHECK_EQ(cap_find(""), 0);
	CHECK_STR(cap_category(12), "Other");
	CHECK_STR(cap_category(13), "");
	CHECK_STR(acled_sub_event(25), "Other");
	CHECK_STR(acled_sub_event(26), "");
	CHECK_STR(un_factor(0), "");
	CHECK_STR(un_factor(15), "");
	CHECK_EQ(un_indicators(7), 11);
	CHECK_EQ(un_indicators(15), 0);
	for (unsigned f = 1; f <= 14; f++)
		CHECK(un_factor(f)[0] != '\0');
}

/* Every line fits the printer, and every kind is on the card. */
struct card_seen {
	unsigned lines, kinds, widest;
};

static void
see_line(void *context, const char *line)
{
	struct card_seen *seen = context;
	unsigned columns = card_columns(line);

	seen->lines++;
	seen->widest = columns > seen->widest ? columns : seen->widest;
	seen->kinds += line[0] >= '0' && line[0] <= '9';
}

static void
test_card(void)
{
	struct card_seen seen = {0};

	card_write(&book, "en", see_line, &seen);
	CHECK_EQ(seen.kinds, 39);
	CHECK(seen.lines > 100);
	CHECK(seen.widest <= CARD_COLUMNS);
}

static void
test_check(void)
{
	static const struct {
		unsigned relation, kind, place, actor, certainty;
		enum record_fault why;
		enum status st;
	} rows[] = {
	    {RELATION_NEW, 1, 101, 1, 4, FAULT_NONE, ST_OK},
	    {RELATION_NEW, 1, 101, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_NEW, 0, 101, 0, 0, FAULT_KIND_MISSING, ST_INCOMPLETE},
	    {RELATION_NEW, 1, 0, 0, 0, FAULT_PLACE_MISSING, ST_INCOMPLETE},
	    {RELATION_NEW, 40, 101, 0, 0, FAULT_KIND_UNKNOWN, ST_UNKNOWN},
	    {RELATION_NEW, 1, 999, 0, 0, FAULT_PLACE_UNKNOWN, ST_UNKNOWN},
	    {RELATION_NEW, 1, 101, 19, 0, FAULT_ACTOR_UNKNOWN, ST_UNKNOWN},
	    {RELATION_NEW, 1, 101, 1, 6, FAULT_CERTAINTY_UNKNOWN, ST_UNKNOWN},
	    {RELATION_CORRECTION, 0, 0, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_CORRECTION, 40, 0, 0, 0, FAULT_KIND_UNKNOWN, ST_UNKNOWN},
	    {RELATION_FOLLOW_UP, 0, 999, 0, 0, FAULT_PLACE_UNKNOWN, ST_UNKNOWN},
	    {RELATION_CANCEL, 0, 101, 0, 0, FAULT_KIND_MISSING, ST_INCOMPLETE},
	    {RELATION_CANCEL, 1, 0, 0, 0, FAULT_PLACE_MISSING, ST_INCOMPLETE},
	    {RELATION_CANCEL, 1, 101, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_ALL_CLEAR, 0, 0, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_HEARTBEAT, 99, 999, 99, 7, FAULT_NONE, ST_OK},
	    {RELATION_COVER, 99, 999, 99, 7, FAULT_NONE, ST_OK},
	    {RELATION_DRILL, 0, 101, 0, 0, FAULT_KIND_MISSING, ST_INCOMPLETE},
	    {RELATION_DRILL, 1, 101, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_PLACE_CONFIRM, 0, 101, 0, 0, FAULT_NONE, ST_OK},
	    {RELATION_PLACE_CONFIRM, 0, 0, 0, 0, FAULT_PLACE_MISSING, ST_INCOMPLETE},
	    {9, 1, 101, 0, 0, FAULT_RELATION, ST_RANGE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum record_fault why = FAULT_COUNT;
		struct record r;

		record_init(&r, 1);
		r.relation = rows[i].relation;
		r.kind = rows[i].kind;
		r.place = rows[i].place;
		r.actor = rows[i].actor;
		r.certainty = rows[i].certainty;
		CHECK_EQ(record_check(&r, &book, &places, &why), rows[i].st);
		CHECK_EQ(why, rows[i].why);
	}
	for (unsigned why = 0; why < FAULT_COUNT; why++)
		CHECK(record_fault_words(why)[0] != '\0');
}

static void
test_review(void)
{
	static const struct {
		unsigned relation;
		uint32_t event, arrived, lag, affected, place, home;
		unsigned mask;
	} rows[] = {
	    {0, 50000, 50000, 0, 3, 101, 101, 0},
	    {0, 50001, 50000, 0, 3, 101, 101, REVIEW_FUTURE},
	    {0, 50001, RECORD_EVENT_NONE, 0, 3, 101, 101, 0},
	    {0, RECORD_EVENT_NONE, 50000, 0, 3, 101, 101, 0},
	    {0, 50000, 52880, 0, 3, 101, 101, 0},
	    {0, 50000, 52881, 0, 3, 101, 101, REVIEW_OLD},
	    {0, 50000, 51500, 1022, 3, 101, 101, 0},
	    {0, 50000, 51500, 1023, 3, 101, 101, REVIEW_LATE},
	    {0, 50000, 50000, 0, 213, 101, 101, 0},            /* 873 */
	    {0, 50000, 50000, 0, 214, 101, 101, REVIEW_CROWD}, /* 977: 999 is kept as that */
	    {0, 50000, 50000, 0, AFFECTED_MANY, 101, 101, REVIEW_CROWD},
	    {0, 50000, 50000, 0, AFFECTED_NONE, 101, 101, 0},
	    {0, 50000, 50000, 0, 3, 104, 101, 0},
	    {0, 50000, 50000, 0, 3, 201, 101, REVIEW_FAR},
	    {0, 50000, 50000, 0, 3, 2001, 1001, REVIEW_FAR},
	    {0, 50000, 50000, 0, 3, 1, 101, 0}, /* the region: nothing to compare */
	    {0, 50000, 50000, 0, 3, 201, 0, 0},
	    {0, 60000, 50000, 0, 254, 201, 101, REVIEW_FUTURE | REVIEW_CROWD | REVIEW_FAR},
	    {RELATION_HEARTBEAT, 60000, 50000, 1023, 254, 201, 101, 0},
	    {15, 60000, 50000, 1023, 254, 201, 101, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct record_context context = {rows[i].arrived, (uint16_t)rows[i].home};
		struct record r;

		record_init(&r, 1);
		r.relation = rows[i].relation;
		r.event = rows[i].event;
		r.lag = rows[i].lag;
		r.affected = rows[i].affected;
		r.place = rows[i].place;
		CHECK_EQ(record_review(&r, &places, &context), rows[i].mask);
	}
	for (unsigned bit = 0; bit < REVIEW_COUNT; bit++)
		CHECK(record_review_words(bit)[0] != '\0');
}

int
main(void)
{
	load();
	test_whole();
	test_lookup();
	test_tables();
	test_card();
	test_check();
	test_review();
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From words to 26 octets: what is understood, and that every bad word is refused. */
#include "reporting/monitor/compose.h"
#include "reporting/monitor/when.h"
#include "tests/support/check.h"

#include <stdlib.h>

#define WORDS_MAX 14
#define NUMBER 7               /* seven messages were sent: the next is no. 8 */
#define NOW (1795261800 + 300) /* 2026-11-21 11:55 UTC: inside a quarter of an hour */

static struct books books;

static const struct compose_setting with = {.books = &books, .schema = 1, .n = NUMBER, .now = NOW};

/* Returns the exit code. */
static int
understand(const char *const *words, const struct compose_setting *setting, struct composed *out)
{
	char *argv[WORDS_MAX + 1] = {0};
	struct request request;
	int argc = 0, rc;

	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc]; /* getopt's way; nothing writes them */
	if ((rc = request_parse(argc, argv, &request)) != 0)
		return rc;
	return compose_report(&request, setting, out);
}

#define R "report"

static const struct {
	const char *words[WORDS_MAX];
	enum record_field field;
	uint32_t want;
} understood[] = {
    {{R, "1", "101"}, RECORD_KIND, 1},
    {{R, "01", "101"}, RECORD_KIND, 1},
    {{R, "KIL", "101"}, RECORD_KIND, 1},
    {{R, "mas", "101"}, RECORD_KIND, 2},
    {{R, "Killing", "101"}, RECORD_KIND, 1},
    {{R, "--text", "KIL 101 20 3 5 4 1"}, RECORD_KIND, 1},
    {{R, "--text", "KIL 101 20 3 5 4 1"}, RECORD_PLACE, 101},
    {{R, "--text", "KIL 101 20 3 5 4 1"}, RECORD_AFFECTED, 3},
    {{R, "--text", "KIL 101 20 3 5 4 1"}, RECORD_SEVERITY, 5},
    {{R, "--text", "KIL 101 20 3 5 4 1"}, RECORD_ACTOR, 1},
    {{R, "--text", "KIL 101 3+", "--duress"}, RECORD_DURESS, 1},
    {{R, "--text", "KIL 101 3+", "--target", "WG"}, RECORD_TARGET, 1},
    {{R, "--text", "KIL 101 3-5", "--yes"}, RECORD_QUANTITY, QUANTITY_AT_LEAST},
    {{R, "--text", "hello KIL 101", "--yes"}, RECORD_KIND, 1},
    /* Each relation, by a text and by options. */
    {{R, "--text", "CORRECT 7 KIL 101"}, RECORD_RELATION, RELATION_CORRECTION},
    {{R, "--text", "CORRECT 7 n5"}, RECORD_RELATION, RELATION_CORRECTION},
    {{R, "--text", "CORRECT 7 n5"}, RECORD_KIND, 0},
    {{R, "--text", "UPDATE 7 n5"}, RECORD_RELATION, RELATION_FOLLOW_UP},
    {{R, "--text", "CANCEL 7 KIL 101"}, RECORD_RELATION, RELATION_CANCEL},
    {{R, "--text", "CLEAR 7"}, RECORD_RELATION, RELATION_ALL_CLEAR},
    {{R, "--text", "OK"}, RECORD_RELATION, RELATION_HEARTBEAT},
    {{R, "--text", "OK"}, RECORD_SCHEMA, 0},
    {{R, "--text", "DRILL KIL 101"}, RECORD_RELATION, RELATION_DRILL},
    {{R, "--text", "COVER"}, RECORD_RELATION, RELATION_COVER},
    {{R, "--text", "HERE 101"}, RECORD_RELATION, RELATION_PLACE_CONFIRM},
    {{R, "--text", "HERE 101"}, RECORD_PLACE, 101},
    {{R, "1", "101"}, RECORD_SCHEMA, 1},
    {{R, "1", "101"}, RECORD_PLACE, 101},
    {{R, "1", "Upper Alder"}, RECORD_PLACE, 101},
    {{R, "1", "The bridge"}, RECORD_PLACE, 1003},
    {{R, "1", "101"}, RECORD_EVENT, RECORD_EVENT_NONE},
    {{R, "1", "101"}, RECORD_LAG, 0},
    {{R, "1", "101", "--when", "unknown"}, RECORD_EVENT, RECORD_EVENT_NONE},
    {{R, "1", "101", "--when", "now"}, RECORD_LAG, 0},
    {{R, "1", "101", "--when", "-2h"}, RECORD_LAG, 8},
    {{R, "1", "101", "--when=-2h"}, RECORD_LAG, 8},
    {{R, "1", "101", "--when", "-3d"}, RECORD_LAG, 3 * 96},
    {{R, "1", "101", "--when", "-30m"}, RECORD_LAG, 2},
    {{R, "1", "101", "--when", "-11d"}, RECORD_LAG, RECORD_LAG_MAX},
    {{R, "1", "101", "--when", "2025-01-01 03:00"}, RECORD_EVENT, 0}, /* UTC + 3 h */
    {{R, "1", "101", "--when", "2025-01-01T03:15"}, RECORD_EVENT, 1},
    {{R, "1", "101", "--when", "2026-11-21 14:45"}, RECORD_LAG, 0},
    {{R, "1", "101", "--when", "2027-01-01 00:00"}, RECORD_LAG, 0}, /* the future */
    {{R, "1", "101", "--severity", "7"}, RECORD_SEVERITY, 7},
    {{R, "1", "101", "--severity", "0"}, RECORD_SEVERITY, 0},
    {{R, "1", "101"}, RECORD_SEVERITY, 0}, /* the codebook's default is the gateway's to add */
    {{R, "1", "101", "--certainty", "4"}, RECORD_CERTAINTY, 4},
    {{R, "1", "101"}, RECORD_AFFECTED, AFFECTED_NONE},
    {{R, "1", "101", "--affected", "0"}, RECORD_AFFECTED, 0},
    {{R, "1", "101", "--affected", "350"}, RECORD_AFFECTED, 205},
    {{R, "1", "101", "--affected", "many"}, RECORD_AFFECTED, AFFECTED_MANY},
    {{R, "1", "101", "--affected", "999999999"}, RECORD_AFFECTED, AFFECTED_MANY},
    {{R, "1", "101", "--affected", "5"}, RECORD_QUANTITY, QUANTITY_EXACT},
    {{R, "1", "101", "--affected", "5", "--about"}, RECORD_QUANTITY, QUANTITY_ABOUT},
    {{R, "1", "101", "--at-least", "--affected", "5"}, RECORD_QUANTITY, QUANTITY_AT_LEAST},
    {{R, "--at-most", "1", "101", "--affected", "5"}, RECORD_QUANTITY, QUANTITY_AT_MOST},
    {{R, "1", "101", "--actor", "20"}, RECORD_ACTOR, 20},
    {{R, "1", "101", "--target", "WG"}, RECORD_TARGET, 1},
    {{R, "1", "101", "--target", "wg"}, RECORD_TARGET, 1},
    {{R, "1", "101", "--duress"}, RECORD_DURESS, 1},
    {{R, "1", "101"}, RECORD_DURESS, 0},
    {{R, "1", "101", "--relation", "new"}, RECORD_RELATION, RELATION_NEW},
    {{R, "1", "101", "--relation", "drill"}, RECORD_RELATION, RELATION_DRILL},
    {{R, "-", "101", "--relation", "place"}, RECORD_RELATION, RELATION_PLACE_CONFIRM},
    {{R, "-", "101", "--relation", "place"}, RECORD_KIND, 0},
    {{R, "-", "-", "--relation", "correction", "--refers", "7"}, RECORD_PLACE, 0},
    {{R, "-", "-", "--relation", "follow-up", "--refers", "1"}, RECORD_RELATION, 2},
    {{R, "1", "101", "--relation", "cancel", "--refers", "3"}, RECORD_RELATION, 3},
    {{R, "-", "-", "--relation", "all-clear", "--refers", "3"}, RECORD_RELATION, 4},
    {{R, "1", "101", "--lang", "en"}, RECORD_KIND, 1},
    {{R, "1", "101", "--note", "12345678901234567890"}, RECORD_KIND, 1},
};

static const char *const refused[][WORDS_MAX] = {
    {R}, {R, "1"}, {R, "1", "101", "102"}, {R, "1", "101", "--frob"}, {R, "1", "101", "--"},
    {R, "1", "101", "--when"}, {R, "1", "101", "--when", "now", "--when", "now"},
    {R, "1", "101", "--duress=1"}, {R, "1", "101", "--severit", "1"}, {R, "0", "101"},
    {R, "98", "101"}, {R, "100", "101"}, {R, "-1", "101"}, {R, "", "101"}, {R, "KIX", "101"},
    {R, "killing", "101"}, /* a label is exact */
    {R, "-", "101"}, {R, "1", "-"}, {R, "1", "0"}, {R, "1", "9999"},
    {R, "1", "65637"}, /* 101 + 65536 */
    {R, "1", "99999999999999999999"}, {R, "1", "Nowhere"}, {R, "1", "upper alder"},
    {R, "1", "101", "--when", ""}, {R, "1", "101", "--when", "yesterday"},
    {R, "1", "101", "--when", "-h"}, {R, "1", "101", "--when", "-2"},
    {R, "1", "101", "--when", "-2w"}, {R, "1", "101", "--when", "-2hh"},
    {R, "1", "101", "--when", "-99999d"}, {R, "1", "101", "--when", "-2000d"}, /* before 2025 */
    {R, "1", "101", "--when", "2026-11-20"}, {R, "1", "101", "--when", "2026-11-20 24:00"},
    {R, "1", "101", "--when", "2026-11-20 14:60"}, {R, "1", "101", "--when", "2026-02-29 14:00"},
    {R, "1", "101", "--when", "2026-13-01 14:00"}, {R, "1", "101", "--when", "2026-00-01 14:00"},
    {R, "1", "101", "--when", "2026-11-20 14:30 "}, {R, "1", "101", "--when", "2026-11-2 14:30"},
    {R, "1", "101", "--when", "2025-01-01 02:59"}, /* still 2024 in UTC */
    {R, "1", "101", "--when", "2055-01-01 00:00"}, {R, "1", "101", "--severity", "8"},
    {R, "1", "101", "--severity", "x"}, {R, "1", "101", "--certainty", "6"},
    {R, "1", "101", "--affected", "-5"}, {R, "1", "101", "--affected", "some"},
    {R, "1", "101", "--affected", "1000000000"}, {R, "1", "101", "--about"},
    {R, "1", "101", "--affected", "5", "--about", "--at-least"}, {R, "1", "101", "--actor", "19"},
    {R, "1", "101", "--actor", "256"}, {R, "1", "101", "--actor", "Army"},
    {R, "1", "101", "--target", "ZZ"}, {R, "1", "101", "--target", "W"},
    {R, "1", "101", "--target", "WGX"}, {R, "1", "101", "--note", "123456789012345678901"},
    {R, "1", "101", "--note", "1234567890123456789", "--target", "WG"},
    {R, "1", "101", "--note", "tab\there"}, {R, "1", "101", "--note", "caf\xc3\xa9"},
    {R, "1", "101", "--relation", "heartbeat"}, {R, "1", "101", "--relation", "cover"},
    {R, "1", "101", "--relation", "9"}, {R, "1", "101", "--relation", "correction"}, /* of what? */
    {R, "1", "101", "--refers", "3"}, {R, "1", "101", "--relation", "drill", "--refers", "3"},
    {R, "1", "101", "--relation", "correction", "--refers", "0"},
    {R, "1", "101", "--relation", "correction", "--refers", "8"}, /* itself */
    {R, "1", "101", "--relation", "correction", "--refers", "x"},
    {R, "-", "101", "--relation", "cancel", "--refers", "3"}, {R, "1", "101", "--lang", "xx"},
    {R, "1", "101", "--yes"}, {R, "1", "101", "--text", "KIL 101"},
    {R, "--text", "KIL 101", "--severity", "3"}, {R, "--text", ""}, {R, "--text", "good morning"},
    {R, "--text", "KLI 101"}, /* asked about, whatever is added */
    {R, "--text", "KLI 101", "--yes"}, {R, "--text", "KIL 9999", "--yes"},
    {R, "--text", "hello KIL 101"}, /* not read, and not said to be so */
    {R, "--text", "KIL 101 3-5"}, {R, "--text", "KIL 1O1"},
    {R, "--text", "KIL 101; LOO 101", "--yes"}, {R, "--text", "OK", "--duress"},
    {R, "--text", "COVER", "--note", "x"}, {R, "--text", "OK", "--target", "WG"},
    {R, "--text", "= 12: KIL 101", "--yes"}, /* the gateway's answer, typed back */
    {R, "--text", "CORRECT 8 KIL 101"},      /* itself */
    {R, "--text", "CANCEL 3"},               /* of what kind? sealed, it must say */
};

static void
words_are_understood(void)
{
	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
		struct composed c;
		struct record back;

		ROW("understood[%zu]", i);
		if (!CHECK(understand(understood[i].words, &with, &c) == 0)) {
			printf("    understood[%zu]\n", i);
			continue;
		}
		if (!CHECK(record_get(&c.record, understood[i].field) == understood[i].want))
			printf("    understood[%zu]: got %u\n", i,
			    (unsigned)record_get(&c.record, understood[i].field));
		CHECK_EQ(record_unpack(c.plain, &back), ST_OK);
		CHECK_MEM(&back, &c.record, sizeof(back));
	}
}

static void
bad_words_are_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct composed c, before;

		memset(&c, 0x5a, sizeof(c));
		before = c;
		ROW("refused[%zu]", i);
		if (!CHECK(understand(refused[i], &with, &c) == 2))
			printf("    refused[%zu]\n", i);
		CHECK_MEM(&c, &before, sizeof(c));
	}
}

static void
notes_are_in_place(void)
{
	static const char *const words[] = {R, "1", "101", "--relation", "follow-up", "--refers",
	    "3", "--target", "wg", "--note", "two trucks", NULL};
	struct composed c;
	struct note note;
	uint64_t meant;

	CHECK_EQ(understand(words, &with, &c), 0);
	note_read(&c.record, c.plain + RECORD_LEN, &note);
	CHECK_STR(note.text, "TWO TRUCKS");
	CHECK_STR(c.note.text, "TWO TRUCKS"); /* what is read back is what is sent */
	CHECK_STR(note.target, "WG");
	CHECK(note_resolve(note.ref, NUMBER, &meant));
	CHECK_EQ(meant, 2); /* no. 3 */
}

static void
far_references(void)
{
	static const char *const words[] = {
	    R, "-", "-", "--relation", "correction", "--refers", "5000", NULL};
	struct compose_setting late = with;
	struct composed c;
	uint64_t meant;

	late.n = 4999 + NOTE_REF_MOD;
	CHECK_EQ(understand(words, &late, &c), 0);
	CHECK(note_resolve(c.note.ref, late.n, &meant));
	CHECK_EQ(meant, 4999);
	late.n++;
	CHECK_EQ(understand(words, &late, &c), 2);
}

static void
another_version_is_refused(void)
{
	static const char *const words[] = {R, "1", "101", NULL};
	struct compose_setting other = with;
	struct composed c;

	for (other.schema = 0; other.schema < 16; other.schema++)
		CHECK_EQ(understand(words, &other, &c),
		    ((1 - other.schema) & 15) < 8 ? 0 : 2); /* hers or newer */
}

/* A machine without a battery for its clock. */
static void
wrong_clock(void)
{
	static const char *const now[] = {R, "1", "101", "--when", "now", NULL};
	static const char *const ago[] = {R, "1", "101", "--when", "-2h", NULL};
	static const char *const date[] = {R, "1", "101", "--when", "2026-11-20 14:30", NULL};
	static const char *const none[] = {R, "1", "101", NULL};
	struct compose_setting early = with;
	struct composed c;

	early.now = 100;
	CHECK_EQ(understand(now, &early, &c), 2);
	CHECK_EQ(understand(ago, &early, &c), 2);
	CHECK_EQ(understand(none, &early, &c), 0);
	CHECK_EQ(understand(date, &early, &c), 0);
	CHECK_EQ(c.record.lag, RECORD_LAG_MAX);
}

/* What a text says is the message that the options say. */
static void
text_and_options_agree(void)
{
	static const struct {
		const char *text;
		const char *words[WORDS_MAX];
	} rows[] = {
	    {"KIL 101", {R, "KIL", "101"}},
	    {"CORRECT 7 n5",
		{R, "-", "-", "--relation", "correction", "--refers", "7", "--affected", "5"}},
	    {"UPDATE 3 s4",
		{R, "-", "-", "--relation", "follow-up", "--refers", "3", "--severity", "4"}},
	    {"CANCEL 7 KIL 101", {R, "KIL", "101", "--relation", "cancel", "--refers", "7"}},
	    {"CLEAR 7", {R, "-", "-", "--relation", "all-clear", "--refers", "7"}},
	    {"DRILL KIL 101", {R, "KIL", "101", "--relation", "drill"}},
	    {"HERE 101", {R, "-", "101", "--relation", "place"}},
	};
	struct composed by_text, by_options;
	const char *text[] = {R, "--text", NULL, NULL};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("text %s", rows[i].text);
		text[2] = rows[i].text;
		CHECK_EQ(understand(text, &with, &by_text), 0);
		CHECK_EQ(understand(rows[i].words, &with, &by_options), 0);
		CHECK_MEM(by_text.plain, by_options.plain, sizeof(by_text.plain));
	}
	for (unsigned i = 0; i < 2; i++) {
		text[2] = i ? "COVER" : "OK";
		CHECK_EQ(understand(text, &with, &by_text), 0);
		compose_silent(i ? RELATION_COVER : RELATION_HEARTBEAT, &by_options);
		CHECK_MEM(by_text.plain, by_options.plain, sizeof(by_text.plain));
	}
}

/* With a list one or two digits are numbers of it and of nothing else, in both forms. */
static void
own_places(void)
{
	static const struct {
		const char *words[WORDS_MAX];
		uint32_t want; /* 0: refused */
	} rows[] = {
	    {{R, "KIL", "7"}, 101},
	    {{R, "KIL", "07"}, 101},
	    {{R, "KIL", "00"}, 1003},
	    {{R, "KIL", "101"}, 101},
	    {{R, "KIL", "011"}, 11},
	    {{R, "KIL", "11"}, 0}, /* a district, but not on her list */
	    {{R, "KIL", "99"}, 0}, /* on her list, and no longer in the places file */
	    {{R, "KIL", "Upper Alder"}, 101},
	    {{R, "-", "7", "--relation", "place"}, 101},
	    {{R, "--text", "KIL 07 20 3"}, 101},
	    {{R, "--text", "KIL 7"}, 101},
	    {{R, "--text", "KIL 101"}, 101},
	    {{R, "--text", "HERE 07"}, 101},
	    {{R, "--text", "KIL 11"}, 0},
	    {{R, "--text", "KIL 99"}, 0},
	};
	uint16_t own[OWN_MAX] = {0};
	struct compose_setting hers = with;
	struct composed c;

	own[0] = 1003;
	own[7] = 101;
	own[99] = 60000;
	hers.own = own;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("own place %zu", i);
		CHECK_EQ(understand(rows[i].words, &hers, &c), rows[i].want == 0 ? 2 : 0);
		CHECK(rows[i].want == 0 || c.record.place == rows[i].want);
	}
}

static void
silent_messages(void)
{
	struct composed c;
	struct record r;

	for (unsigned i = 0; i < 2; i++) {
		compose_silent(i ? RELATION_COVER : RELATION_HEARTBEAT, &c);
		CHECK_EQ(record_unpack(c.plain, &r), ST_OK);
		for (enum record_field f = 0; f < RECORD_FIELDS; f++)
			CHECK_EQ(record_get(&r, f), f != RECORD_RELATION ? record_field_none(f)
						    : i                  ? RELATION_COVER
									 : RELATION_HEARTBEAT);
		for (size_t k = RECORD_LEN; k < sizeof(c.plain); k++)
			CHECK_EQ(c.plain[k], 0);
	}
}

static void
times_are_shown_locally(void)
{
	char text[WHEN_TEXT_LEN];

	when_write(RECORD_EPOCH, 0, text);
	CHECK_STR(text, "2025-01-01 00:00");
	when_write(RECORD_EPOCH, 180, text);
	CHECK_STR(text, "2025-01-01 03:00");
	when_write(RECORD_EPOCH, -30, text);
	CHECK_STR(text, "2024-12-31 23:30");
}

int
main(void)
{
	if (books_load(PROJECT_DIR "/schemas/codebook/atrocity.cfg",
		PROJECT_DIR "/schemas/places/example.cfg", &books) != 0)
		return 1;
	if (freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	words_are_understood();
	bad_words_are_refused();
	notes_are_in_place();
	far_references();
	another_version_is_refused();
	wrong_clock();
	text_and_options_agree();
	own_places();
	silent_messages();
	times_are_shown_locally();
	return check_done();
}

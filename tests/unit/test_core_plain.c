/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain texts into a gateway: whose are read, in which posture and in which state, what each leaves
 * in the journal, and that none moves a key.
 */
#include <sodium.h>
#include <sqlite3.h>

#include "gateway/core/answers.h"
#include "tests/support/own_clock.h"
#include "tests/support/plain_rig.h"

#define ADA "+254700123456"
#define BEA "+254711222333"
#define STRANGER "+254799888777"
#define HOUR_S 3600

static uint16_t ada, bea;

static void
pass_s(int64_t seconds)
{
	wall_s += seconds;
	boot_ms += seconds * 1000;
}

static void
clear_bounds(void)
{
	pass_s(HOUR_S + 1);
}

/* --- each outcome --- */

struct row {
	const char *what, *sender, *text;
	int outcome, fault, class;
	unsigned review;
	const char *reports;
};

#define NO_SLOT EVENT_SLOT_NONE
#define TWENTY "013 101 17 13 021 102 17 10"
#define THIRTY_NINE "KIL 101 17 13 5 4 1 MAS 102 17 10 5 4 1 COW 103 17 10 5 4 1"
#define P5 "21010120232101201234" /* 20 digits that are no report */

static const struct row in_open[] = {
    {"one report", ADA, "KIL 101", 1, 0, 0, 0, "KIL p101"},
    {"a stranger's", STRANGER, "KIL 101 n3", 1, 0, 0, 0, "KIL p101 n3"},
    {"nobody's number", "", "KIL 102 n3", 1, 0, 0, 0, "KIL p102 n3"},
    {"letters for a sender", "NETWORK", "KIL 103 n3", 1, 0, 0, 0, "KIL p103 n3"},
    {"two reports", ADA, "KIL 101 n3 MAS 102 n10", 1, 0, 0, 0, "KIL p101 n3; MAS p102 n10"},
    {"a range", ADA, "KIL 101 n3-5", 1, 0, 0, 0, "KIL p101 n3-5"},
    {"a part ignored", ADA, "REPORT KIL 101 n4", 1, 0, 0, REVIEW_IGNORED, "KIL p101 n4"},
    {"repaired", ADA, "KIL 1O1 n4", 1, 0, 0, REVIEW_REPAIRED, "KIL p101 n4"},
    {"many people", ADA, "KIL 101 n5000", 1, 0, 0, REVIEW_CROWD, "KIL p101 n4777"},
    {"one of two is asked about", ADA, "KIL 101 n3; MAS n10", 1, 0, 0, REVIEW_ASKED, "KIL p101 n3"},
    {"a question alone", ADA, "KIL", OUTCOME_QUESTION, PLAIN_WHY_PLACE_MISSING, 0, 0, ""},
    {"a place that is not", ADA, "KIL 999", OUTCOME_QUESTION, PLAIN_WHY_PLACE_UNKNOWN, 0, 0, ""},
    {"chat", ADA, "Good morning, how is the family?", OUTCOME_NOT_READ, PLAIN_WHY_NO_KIND, 0, 0,
	""},
    {"nothing", ADA, "  ", OUTCOME_NOT_READ, PLAIN_WHY_EMPTY, 0, 0, ""},
    {"no text", ADA, "KIL \xff 101", OUTCOME_NOT_READ, PLAIN_WHY_NOT_TEXT, 0, 0, ""},
    {"cancel by number", ADA, "cancel 12", 1, 0, 0, 0, "CANCEL r12"},
    {"correct by number", ADA, "correction 12 n5", 1, 0, 0, 0, "CORRECT r12 n5"},
    {"a sign of life", ADA, "000", 1, 0, 0, 0, "OK"},
    {"20 digits that are no report", ADA, P5, OUTCOME_PAPER, 0, TEXT_P5, 0, ""},
    {"20 digits that are two", ADA, TWENTY, 1, 0, 0, 0,
	"KIL p101 d171126 h1200 n13; MAS p102 d171126 h1200 n10"},
    {"20 digits, one report refers to no place", ADA, "013 101 17 13 021 999 17 10", OUTCOME_PAPER,
	0, TEXT_P5, 0, ""},
    {"39 letters and digits that are three", ADA, THIRTY_NINE, 1, 0, 0, 0,
	"KIL p101 d171126 h1200 n13 s5 c4 a1; MAS p102 d171126 h1200 n10 s5 c4 a1; "
	"COW p103 d171126 h1200 n10 s5 c4 a1"},
    {"39 of them with one word more", ADA, THIRTY_NINE " ZZ", OUTCOME_PROFILE_S, 0, TEXT_S, 0, ""},
};

static void
check_row(const struct row *row)
{
	uint64_t before;

	read_journal();
	before = received;
	text(row->sender, row->text);
	read_journal();
	CHECK_EQ(received, before + 1);
	if (!CHECK_EQ(last.outcome, row->outcome) || !CHECK_EQ(last.fault, row->fault) ||
	    !CHECK_EQ(last.review, row->review) || !CHECK_EQ(last.class, row->class) ||
	    !CHECK_STR(last_reports(), row->reports))
		printf("    %s: %s\n", row->what, row->text);
	CHECK_EQ(last.raw_len, strlen(row->text));
	CHECK_MEM(last.raw, row->text, strlen(row->text));
	CHECK_EQ(last.source, SOURCE_SMS);
	CHECK_EQ(last.n, 0);
	CHECK_EQ(last.generation, 0);
	for (unsigned i = 0; i < last.reports; i++)
		CHECK(sodium_is_zero(last.report[i].note, NOTE_LEN));
}

static void
test_open(void)
{
	for (size_t i = 0; i < sizeof(in_open) / sizeof(in_open[0]); i++) {
		check_row(&in_open[i]);
		if (last.class != TEXT_OTHER)
			continue;
		if (strcmp(in_open[i].sender, ADA) == 0)
			CHECK_EQ(last.slot, ada);
		else
			CHECK_EQ(last.slot, NO_SLOT);
		if (i % 15 == 14)
			clear_bounds();
	}
	text("0700 123456", "KIL 104 n2"); /* her number as the network writes it at home */
	read_journal();
	CHECK_EQ(last.slot, ada);
}

/* --- posture protected --- */

/* What the last event says of a text of that sender, and whose it is. */
static void
expect(const char *sender, const char *words, int outcome, uint16_t slot)
{
	text(sender, words);
	read_journal();
	if (!CHECK_EQ(last.outcome, outcome) || !CHECK_EQ(last.slot, slot))
		printf("    %s: %s\n", sender, words);
	CHECK_EQ(last.raw_len, strlen(words));
}

static void
test_protected(void)
{
	uint16_t cleo;

	choose(SETTING_KEEP_NUMBERS, 1); /* else the change takes them all */
	choose(SETTING_POSTURE, POLICY_PROTECTED);
	CHECK_EQ(senders_count(s->facts->senders), 0);
	expect(ADA, "KIL 101 n21", OUTCOME_PLAIN, NO_SLOT);
	CHECK_EQ(session_wants_senders(s), 0);
	cleo = enrol_with("cleo", "+254733444555");
	CHECK_EQ(senders_count(s->facts->senders), 0);
	allow_plain(cleo, "", 1);
	CHECK_EQ(senders_count(s->facts->senders), 1);
	CHECK_EQ(session_wants_senders(s), 1);
	expect("0733444555", "KIL 101 n22", OUTCOME_ACCEPTED, cleo);
	expect("0733444555", "KIL", OUTCOME_QUESTION, cleo);
	expect("0733444555", "good morning", OUTCOME_NOT_READ, cleo);
	expect("0733444555", TWENTY, OUTCOME_PAPER, NO_SLOT); /* of an EW1 length: never here */
	CHECK_EQ(last.class, TEXT_P5);
	expect(BEA, "KIL 101 n22", OUTCOME_PLAIN, NO_SLOT);
	expect(STRANGER, "KIL 101 n22", OUTCOME_PLAIN, NO_SLOT);
	expect("", "KIL 101 n22", OUTCOME_PLAIN, NO_SLOT);
	CHECK_EQ(session_close(s, CAUSE_COMMAND), ST_OK); /* ARMED: the view is gone */
	text("0733444555", "KIL 101 n23");
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(session_wants_senders(s), 0);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK); /* the number from the fold */
	CHECK_EQ(session_wants_senders(s), 1);
	text("0733444555", "KIL 101 n24");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	read_journal();
	CHECK_STR(last_reports(), "KIL p101 n24");
	CHECK_EQ(last.slot, cleo);
	allow_plain(cleo, "", 0);
	CHECK_EQ(session_wants_senders(s), 0);
	expect("0733444555", "KIL 101 n25", OUTCOME_PLAIN, NO_SLOT);
	allow_plain(cleo, "", 1);
	expect("0733444555", "KIL 101 n26", OUTCOME_ACCEPTED, cleo);
	CHECK_EQ(people_revoke(s, "cleo", (char[SESSION_WORDS_MAX]){""}), ST_OK);
	CHECK_EQ(senders_count(s->facts->senders), 0);
	expect("0733444555", "KIL 101 n27", OUTCOME_PLAIN, NO_SLOT);
	choose(SETTING_PLAIN, PLAIN_FROM_ANYONE); /* the part can be chosen alone */
	expect(STRANGER, "KIL 101 n28", OUTCOME_ACCEPTED, NO_SLOT);
	choose(SETTING_PLAIN, SETTING_AS_POSTURE);
	expect(STRANGER, "KIL 101 n29", OUTCOME_PLAIN, NO_SLOT);
}

/* Back in `open` the numbers come from the view; who may text plain can be fewer than all. */
static void
test_open_again(void)
{
	choose(SETTING_POSTURE, POLICY_OPEN);
	CHECK_EQ(senders_count(s->facts->senders), 2);
	expect(ADA, "KIL 101 n31", OUTCOME_ACCEPTED, ada);
	choose(SETTING_PLAIN, PLAIN_FROM_ALLOWED);
	expect(ADA, "KIL 101 n32", OUTCOME_PLAIN, NO_SLOT);
	choose(SETTING_PLAIN, SETTING_AS_POSTURE);
	expect(ADA, "KIL 101 n33", OUTCOME_ACCEPTED, ada);
}

static void
test_own_places(void)
{
	own_place(ada, 7, 104);
	text(ADA, "KIL 7 n41");
	read_journal();
	CHECK_STR(last_reports(), "KIL p104 n41");
	expect(ADA, "KIL 8 n41", OUTCOME_QUESTION, ada);
	text(BEA, "KIL 10 n41"); /* she has no list: an id */
	read_journal();
	CHECK_STR(last_reports(), "KIL p010 n41");
	own_place(ada, 0, 0); /* none any more */
	text(ADA, "KIL 10 n42");
	read_journal();
	CHECK_STR(last_reports(), "KIL p010 n42");
}

/* --- while LOCKED --- */

static void
test_locked(void)
{
	char sql[160];
	uint64_t before;

	clear_bounds();
	read_journal();
	before = received;
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(session_wants_senders(s), 1);
	text(ADA, "KIL 101 n51");
	text(STRANGER, "KIL 102 n51");
	text("", "KIL 103 n51");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	read_journal();
	CHECK_EQ(received, before + 3);
	CHECK_EQ(last.outcome, OUTCOME_ACCEPTED);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM message WHERE slot = %u AND outcome = 1 AND instr(raw, 'KIL 101 "
	    "n51') > 0",
	    ada);
	CHECK_EQ(rig_number(&rig, sql), 1);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE slot IS NULL AND outcome = 1 "
				  "AND instr(raw, 'KIL 102 n51') > 0"),
	    1);
	choose(SETTING_POSTURE, POLICY_PROTECTED);
	allow_plain(ada, "", 1);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(session_wants_senders(s), 0);
	text(ADA, "KIL 101 n52"); /* a modem that still gives numbers: it goes no further */
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	read_journal();
	CHECK_EQ(last.outcome, OUTCOME_PLAIN);
	CHECK_EQ(last.slot, NO_SLOT);
	allow_plain(ada, "", 0);
	choose(SETTING_POSTURE, POLICY_OPEN);
}

/* --- redeliveries, parts, sealed texts --- */

static void
test_seen(void)
{
	const uint64_t doubled = s->doubled;
	struct msg_sms sms = text_from(ADA, "KIL 101 n61"), other = sms;

	clear_bounds();
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(s->doubled, doubled + 1);
	(void)snprintf(other.sender, sizeof(other.sender), "%s", BEA);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &other, 1),
	    ST_OK); /* in `open` another sender is another text */
	CHECK_EQ(s->doubled, doubled + 1);
	read_journal();
	CHECK_EQ(last.slot, bea);
	choose(SETTING_POSTURE, POLICY_PROTECTED);
	sms = text_from(ADA, "KIL 101 n62");
	other = sms;
	(void)snprintf(other.sender, sizeof(other.sender), "%s", BEA);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &other, 1), ST_OK); /* nobody's number is known here */
	CHECK_EQ(s->doubled, doubled + 2);
	choose(SETTING_POSTURE, POLICY_OPEN);
	CHECK_EQ(
	    intake_batch(s, UINT32_MAX, &sms, 1), ST_OK); /* kept before its sender was known */
	CHECK_EQ(s->doubled, doubled + 3);
	text(ADA, P5); /* words of a paper length are known by their content in protected alone */
	text(ADA, P5);
	CHECK_EQ(s->doubled, doubled + 3);
	choose(SETTING_POSTURE, POLICY_PROTECTED);
	text(ADA, P5);
	text(ADA, P5);
	CHECK_EQ(s->doubled, doubled + 4);
	allow_plain(ada, ADA, 1);
	allow_plain(bea, BEA, 1);
	sms = text_from(ADA, "KIL 101 n63");
	other = sms;
	(void)snprintf(other.sender, sizeof(other.sender), "%s", BEA);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &other, 1),
	    ST_OK); /* two who may: two reports, of one second */
	CHECK_EQ(s->doubled, doubled + 4);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &other, 1), ST_OK);
	CHECK_EQ(s->doubled, doubled + 5);
	read_journal();
	CHECK_EQ(last.slot, bea);
	allow_plain(ada, ADA, 0);
	allow_plain(bea, BEA, 0);
	choose(SETTING_POSTURE, POLICY_OPEN);
}

static void
test_long(void)
{
	static const uint8_t udh[2][6] = {{5, 0, 3, 77, 2, 1}, {5, 0, 3, 77, 2, 2}};
	static const char *const half[2] = {"KIL 101 n7", "1; MAS 102 n72"};

	for (size_t i = 0; i < 2; i++) {
		struct msg_sms sms = text_from(ADA, half[i]);

		sms.udh_len = sizeof(udh[i]);
		memcpy(sms.udh, udh[i], sizeof(udh[i]));
		CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	}
	read_journal();
	CHECK_STR(last_reports(), "KIL p101 n71; MAS p102 n72");
	CHECK_EQ(last.slot, ada);
}

/* What looks sealed and does not open is never plain, from whomever; and no plain text moves a
 * ratchet. */
static void
test_sealed(void)
{
	struct phone *p = rig_enrol(&rig, "dora");
	char sealed[EW1_X_CHARS + 1], words[EW1_X_CHARS + 1];
	struct ratchet before, after;

	rig_report(p, 1, 101, "", sealed);
	memcpy(words, sealed, sizeof(words));
	words[80] = words[80] == 'A' ? 'B' : 'A';
	CHECK_EQ(state_slot(s->state, p->slot, &before), ST_OK);
	expect(ADA, words, OUTCOME_FORGED, NO_SLOT);
	CHECK_EQ(last.reports, 0);
	memcpy(words, sealed, sizeof(words));
	memcpy(words + 60, "2KIL101!", 8); /* not of that alphabet any more, and a report in it */
	expect(ADA, words, OUTCOME_NOT_READ, ada);
	CHECK_EQ(last.fault, PLAIN_WHY_NOT_TEXT);
	CHECK_EQ(last.reports, 0);
	memset(words, '1', EW1_X_CHARS);
	expect(ADA, words, OUTCOME_UNKNOWN_HINT, NO_SLOT);
	expect(ADA, "KIL 101 n81", OUTCOME_ACCEPTED, ada);
	CHECK_EQ(state_slot(s->state, p->slot, &after), ST_OK);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	text(ADA, sealed);
	read_journal();
	CHECK_EQ(last.outcome, OUTCOME_ACCEPTED);
	CHECK_EQ(last.class, TEXT_X);
	CHECK_EQ(last.slot, p->slot);
	CHECK_EQ(last.raw_len, 0);
	CHECK_EQ(state_slot(s->state, p->slot, &after), ST_OK);
	CHECK_EQ(after.n, before.n + 1);
}

/* --- how many --- */

static void
send_many(const char *sender, unsigned first, unsigned count)
{
	char words[32];

	for (unsigned i = first; i < first + count; i++) {
		(void)snprintf(words, sizeof(words), "KIL 101 n%u", i);
		text(sender, words);
	}
	read_journal();
}

static void
test_bounds(void)
{
	char sender[NUMBER_MAX];

	clear_bounds();
	send_many(ADA, 0, 20);
	CHECK_EQ(last.outcome, OUTCOME_ACCEPTED);
	expect("0700123456", "KIL 101 n20", OUTCOME_TOO_MANY, ada); /* however it is written */
	CHECK_EQ(last.reports, 0);
	CHECK_EQ(last.class, TEXT_OTHER);
	expect(BEA, "KIL 101 n20", OUTCOME_ACCEPTED, bea);
	expect(ADA, TWENTY, OUTCOME_TOO_MANY, ada);
	pass_s(HOUR_S / 2);
	expect(ADA, "KIL 101 n21", OUTCOME_TOO_MANY, ada);
	pass_s(HOUR_S / 2);
	expect(ADA, "KIL 101 n22", OUTCOME_ACCEPTED, ada);
	clear_bounds();
	for (unsigned i = 0; i < 10; i++) { /* 20 of each of ten strangers */
		(void)snprintf(sender, sizeof(sender), "+2547880000%02u", i);
		send_many(sender, 20 * i, 20);
		CHECK_EQ(last.outcome, OUTCOME_ACCEPTED);
		if (i == 0)
			expect(sender, "KIL 101 n1", OUTCOME_TOO_MANY, NO_SLOT);
	}
	expect("+254788000099", "KIL 101 n1", OUTCOME_TOO_MANY, NO_SLOT);
	expect("", "KIL 101 n2", OUTCOME_TOO_MANY, NO_SLOT);
	expect(ADA, "KIL 101 n3", OUTCOME_ACCEPTED, ada); /* strangers do not crowd her out */
	clear_bounds();
	expect("+254788000099", "KIL 101 n1", OUTCOME_ACCEPTED, NO_SLOT);
}

/* --- the same words again --- */

static void
test_again(void)
{
	struct answers *answers = answers_new(s);
	uint64_t before;

	CHECK(answers != NULL);
	clear_bounds();
	read_journal();
	before = received;
	const uint64_t doubled = s->doubled;
	text(ADA, "KIL 101 n85");
	text(ADA, "KIL 101 n85"); /* with another stamp */
	CHECK_EQ(s->doubled, doubled + 1);
	text(BEA, "KIL 101 n85"); /* another sender's */
	text(ADA, "KIL 101 n86"); /* other words */
	text("", "KIL 101 n85");  /* nobody's number: nobody knows whose */
	text("", "KIL 101 n85");
	CHECK_EQ(s->doubled, doubled + 1);
	pass_s(PLAIN_AGAIN_S - 1);
	text(ADA, "KIL 101 n86");
	CHECK_EQ(s->doubled, doubled + 2);
	pass_s(PLAIN_AGAIN_S + 1);
	text(ADA, "KIL 101 n86"); /* it happened again */
	CHECK_EQ(s->doubled, doubled + 2);
	read_journal();
	CHECK_EQ(received, before + 6);
	CHECK_EQ(last.slot, ada);
	answers_free(answers);
}

/* --- numbers that are not kept --- */

static void
test_no_numbers(void)
{
	choose(SETTING_KEEP_NUMBERS, 0);
	CHECK_EQ(senders_count(s->facts->senders), 0);
	expect(ADA, "KIL 101 n91", OUTCOME_ACCEPTED, NO_SLOT); /* a stranger, in `open` */
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(senders_count(s->facts->senders), 0);
}

static void
test_words(void)
{
	static const uint8_t all[] = {
#define X(name, number, words) number,
#include "schemas/store/outcomes.def"
#undef X
	};

	CHECK(sizeof(all) >= OUTCOME_TOO_MANY);
	for (size_t a = 0; a < sizeof(all); a++) {
		CHECK(outcome_words(all[a])[0] != '\0');
		for (size_t b = a + 1; b < sizeof(all); b++)
			CHECK(strcmp(outcome_words(all[a]), outcome_words(all[b])) != 0);
	}
}

int
main(void)
{
	is_synchronised = 1;
	rig_create(&rig, "plain");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	choose(SETTING_POSTURE, POLICY_OPEN);
	ada = enrol_with("ada", ADA);
	bea = enrol_with("bea", BEA);
	test_open();
	test_protected();
	test_open_again();
	test_own_places();
	test_locked();
	test_seen();
	test_long();
	test_sealed();
	test_bounds();
	test_again();
	test_no_numbers();
	test_words();
	rig_remove(&rig);
	return check_done();
}

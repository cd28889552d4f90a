/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports that a coordinator writes down: what is understood of a text, what is stored of it, what
 * may be about an earlier one, and that what is refused changes nothing.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/core/entry.h"
#include "gateway/core/intake.h"
#include "gateway/core/requests_impl.h"
#include "reporting/report/check.h"
#include "reporting/report/note.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static struct entry entry;
static char words[SESSION_WORDS_MAX];

static enum status
read_text(const char *text, const char *note)
{
	struct msg_report_text ask = {.text_len = (uint32_t)strlen(text)};
	enum status st;

	memcpy(ask.text, text, ask.text_len);
	(void)snprintf(ask.note, sizeof(ask.note), "%s", note);
	words[0] = '\0';
	st = entry_read(s, &ask, &entry, words);
	CHECK((st == ST_OK) == (words[0] == '\0'));
	return st;
}

/* The rows of the inbox, the newest first. */
static struct msg_inbox_row row[8];
static unsigned rows;

static enum status
keep_row(void *arg, const struct msg_inbox_row *r)
{
	(void)arg;
	if (rows < 8)
		row[rows++] = *r;
	return ST_OK;
}

static void
look(const struct msg_inbox *page)
{
	rows = 0;
	CHECK_EQ(rig_inbox(&rig, page, keep_row, NULL), ST_OK);
}

/* As they stand in the view, and after a restart in the one folded from the journal. */
static void
check_stored(uint64_t number)
{
	static const struct msg_inbox all = {.limit = 8};
	const struct msg_inbox_row *part[2] = {NULL, NULL};

	look(&all);
	if (!CHECK_EQ(rows, 2))
		return;
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(row[i].seq, number);
		CHECK_EQ(row[i].parts, 2);
		CHECK_EQ(row[i].source, SOURCE_COORDINATOR);
		CHECK_EQ(row[i].slot, UINT32_MAX);
		CHECK(row[i].readable && row[i].proven && row[i].raw_len == 0);
		CHECK(row[i].pseudonym[0] == '\0' && row[i].kind_label[0] != '\0');
		CHECK(!row[i].plain);
		if (CHECK(row[i].part < 2))
			part[row[i].part] = &row[i];
	}
	if (!CHECK(part[0] != NULL && part[1] != NULL))
		return;
	CHECK_EQ(part[0]->place, 101);
	CHECK_EQ(part[0]->affected, 3);
	CHECK_EQ(part[0]->upper, 5);
	CHECK_EQ(part[1]->place, 102);
	CHECK_EQ(part[1]->upper, UINT32_MAX);
	CHECK_EQ(part[1]->relation, RELATION_NEW);
}

static void
test_two_reports_one_event(void)
{
	struct msg_inbox page = {.limit = 8, .kind = "MAS"};
	uint64_t number = 0, before;

	CHECK_EQ(read_text("KIL 101 n3-5 s5; MAS 102 n10", ""), ST_OK);
	CHECK_EQ(entry.plain.reports, 2);
	before = state_next_seq(s->state);
	CHECK_EQ(entry_store(s, &entry, &number), ST_OK);
	CHECK_EQ(number, before);
	check_stored(number);
	look(&page);
	CHECK_EQ(rows, 1);
	CHECK_EQ(rig_number(&rig, "SELECT sum(count) FROM counted"), 2);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message"), 1);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE monitor NOT NULL"), 0);
	CHECK_EQ(rig_number(&rig, "SELECT max(length(raw)) FROM message"), 0);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	check_stored(number);
}

static uint64_t
write_down(const char *text)
{
	uint64_t number = 0;

	CHECK_EQ(read_text(text, ""), ST_OK);
	CHECK_EQ(entry_store(s, &entry, &number), ST_OK);
	return number;
}

static enum status
read_about(const char *word, uint64_t number, const char *rest)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s %u %s", word, (unsigned)number, rest);
	return read_text(text, "");
}

/* What is about an earlier one: kind and place come from that, and it must be there. */
static void
test_about_an_earlier_one(void)
{
	const uint64_t one = write_down("KIL 101 n3"), two = write_down("KIL 101 n1; MAS 102 n2");
	struct msg_inbox page = {.limit = 1};
	const struct record *r = &entry.plain.report[0].record;
	uint64_t number = 0, before;

	CHECK_EQ(read_about("correct", one, "n4"), ST_OK);
	CHECK(r->relation == RELATION_CORRECTION && r->kind != 0 && r->place == 101);
	CHECK_EQ(entry.event.report[0].refers, one);
	CHECK_EQ(entry_store(s, &entry, &number), ST_OK);
	look(&page);
	CHECK(row[0].seq == number && row[0].about == one && row[0].affected == 4);
	page.before = one + 1;
	look(&page);
	CHECK(row[0].seq == one && row[0].corrected_by == number);
	before = state_next_seq(s->state);
	/* an act is not what another can be about, and nothing is about what is not there */
	CHECK_EQ(read_about("cancel", number, ""), ST_NOT_ALLOWED);
	CHECK(strstr(words, "(correction)") != NULL);
	CHECK_EQ(read_about("cancel", number + 1000, ""), ST_UNKNOWN);
	CHECK_EQ(read_about("update", 1, "n9"), ST_UNKNOWN); /* no report */
	/* of two the one of that kind, and both for a cancel */
	CHECK_EQ(read_about("correct", two, "n9"), ST_INCOMPLETE);
	CHECK(strstr(words, "holds 2 reports") != NULL);
	CHECK_EQ(read_about("correct", two, "VAN 102"), ST_UNKNOWN);
	CHECK_EQ(read_about("correct", two, "MAS n9"), ST_OK);
	CHECK_EQ(r->place, 102);
	CHECK_EQ(read_about("cancel", two, ""), ST_OK);
	CHECK(r->kind == 0 && r->place == 0);
	CHECK_EQ(state_next_seq(s->state), before);
	CHECK_EQ(entry_store(s, &entry, &number), ST_OK);
	page.before = two + 1;
	page.limit = 2;
	look(&page);
	CHECK_EQ(rows, 2);
	CHECK(row[0].cancelled_by == number && row[1].cancelled_by == number);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM fault"), 0);
}

/* A monitor's report is hers to correct. */
static void
test_not_about_a_monitors(void)
{
	struct phone *p = rig_enrol(&rig, "heron");
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;
	uint64_t number;

	rig_report(p, 1, 101, "", text);
	sms = rig_sms(text, 1);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	number = state_next_seq(s->state) - 1;
	CHECK_EQ(read_about("cancel", number, ""), ST_UNKNOWN);
	CHECK(strstr(words, "no report that a coordinator wrote down") != NULL);
}

static void
test_note_and_drill(void)
{
	static const struct msg_inbox all = {.limit = 8};
	uint64_t first;

	CHECK_EQ(read_text("drill KIL 101", "by the river"), ST_OK);
	CHECK_EQ(entry_store(s, &entry, &first), ST_OK);
	look(&all);
	CHECK_EQ(row[0].seq, first);
	CHECK_EQ(row[0].relation, RELATION_DRILL);
	CHECK(strcmp(row[0].note, "BY THE RIVER") == 0);
}

static void
test_improbable_is_a_flag(void)
{
	static const struct msg_inbox all = {.limit = 8};
	uint64_t first;

	CHECK_EQ(read_text("KIL 101 n5000", ""), ST_OK);
	CHECK_EQ(entry.event.review, REVIEW_CROWD);
	CHECK_EQ(entry_store(s, &entry, &first), ST_OK);
	look(&all);
	CHECK_EQ(row[0].review, REVIEW_CROWD);
}

/* What is shown and what is stored are the same reports, or it is told. */
static void
test_seen(void)
{
	uint8_t seen[REPORT_SEEN_LEN];

	CHECK_EQ(read_text("KIL 101 n3", ""), ST_OK);
	memcpy(seen, entry.seen, sizeof(seen));
	CHECK_EQ(read_text("kil 101, n3", ""), ST_OK);
	CHECK(memcmp(seen, entry.seen, sizeof(seen)) == 0);
	CHECK_EQ(read_text("KIL 101 n4", ""), ST_OK);
	CHECK(memcmp(seen, entry.seen, sizeof(seen)) != 0);
	CHECK_EQ(read_text("KIL 101 n3-5", ""), ST_OK); /* the same record but for its upper end */
	CHECK(memcmp(seen, entry.seen, sizeof(seen)) != 0);
	CHECK_EQ(read_text("KIL 101 n3", "X"), ST_OK);
	CHECK(memcmp(seen, entry.seen, sizeof(seen)) != 0);
}

static void
test_refused_changes_nothing(void)
{
	static const struct {
		const char *text, *note, *words;
	} refused[] = {
	    {"", "", "1 to 3200"},
	    {"...", "", "cannot be read"},
	    {"MSA 102 20 10", "", "a question open"},         /* near a kind: asked, never stored */
	    {"KIL 101 20 3; MSA 102", "", "a question open"}, /* not the first one alone either */
	    {"KIL 64999", "", "a question open"},
	    {"KIL 101; MAS 102", "A", "one by one"},
	    {"cancel 999999", "", "number 999999 is no report"},
	    {"correct 999999 KIL 101", "", "number 999999 is no report"},
	    {"cancel", "", "a question open"},
	    {"ok", "", "'heartbeat'"},
	    {"KIL 101", "MORE THAN TWENTY LETTERS", "at most 20"},
	    {"KIL 101", "a\x01", "character 2"},
	};
	const uint64_t before = state_next_seq(s->state);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		CHECK(read_text(refused[i].text, refused[i].note) != ST_OK);
		if (!CHECK(strstr(words, refused[i].words) != NULL))
			printf("    %s: %s\n", refused[i].text, words);
	}
	CHECK_EQ(state_next_seq(s->state), before);
	CHECK(!change_pending(s->state));
}

/* --- over the socket --- */

static struct ipc_message got[16];

/* How many answers there are to a text; the last one is RESULT. */
static unsigned
ask_core(const char *text, const uint8_t seen[REPORT_SEEN_LEN])
{
	struct requests r = {.session = s};
	struct ipc_message ask;
	unsigned count = 0;
	int fd[2];

	if (!CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0))
		return 0;
	ipc_begin(&ask, MSG_REPORT_TEXT);
	ask.body.REPORT_TEXT.text_len = (uint32_t)strlen(text);
	memcpy(ask.body.REPORT_TEXT.text, text, strlen(text));
	ask.body.REPORT_TEXT.store = seen != NULL;
	if (seen != NULL)
		memcpy(ask.body.REPORT_TEXT.seen, seen, REPORT_SEEN_LEN);
	CHECK_EQ(answer_report_text(&(struct answer){&r, fd[0]}, &ask), ST_OK);
	do
		CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_CONTROL, &got[count], NULL), ST_OK);
	while (got[count++].head.type != MSG_RESULT && count < 16);
	(void)close(fd[0]); /* sockets of this test */
	(void)close(fd[1]);
	return count;
}

static enum status
result(unsigned count)
{
	return count == 0 ? ST_IO : (enum status)got[count - 1].body.RESULT.status;
}

static void
test_dry_run(void)
{
	static const char text[] = "KIL 101 xyzzy n3-5; MAS 102 n5000";
	const struct msg_report_read *read = &got[0].body.REPORT_READ;
	const struct msg_inbox_row *first = &got[1].body.INBOX_ROW,
				   *second = &got[2].body.INBOX_ROW;
	const uint64_t before = state_next_seq(s->state);
	uint8_t seen[REPORT_SEEN_LEN];

	if (!CHECK_EQ(ask_core(text, NULL), 4) || !CHECK_EQ(result(4), ST_OK))
		return;
	CHECK_EQ(read->reports, 2);
	CHECK_EQ(read->parts, 1);
	CHECK_EQ(read->part[0].use, PLAIN_IGNORED);
	CHECK(strncmp(text + read->part[0].from, "xyzzy", read->part[0].len) == 0);
	CHECK(first->kind_label[0] != '\0' && first->place_label[0] != '\0');
	CHECK_EQ(first->affected, 3);
	CHECK_EQ(first->upper, 5);
	CHECK_EQ(second->upper, UINT32_MAX);
	CHECK(first->parts == 2 && second->part == 1);
	CHECK_EQ(second->review, REVIEW_CROWD);
	CHECK_EQ(state_next_seq(s->state), before);

	memcpy(seen, read->seen, sizeof(seen));
	CHECK_EQ(ask_core("KIL 101 xyzzy n4; MAS 102 n5000", seen), 1); /* not what was shown */
	CHECK_EQ(result(1), ST_AGAIN);
	CHECK_EQ(state_next_seq(s->state), before);
	s->read_only = 1;
	CHECK_EQ(ask_core(text, seen), 1);
	CHECK_EQ(result(1), ST_NOT_ALLOWED);
	s->read_only = 0;
	CHECK_EQ(state_next_seq(s->state), before);
	CHECK_EQ(ask_core(text, seen), 1);
	CHECK_EQ(result(1), ST_OK);
	CHECK_EQ(got[0].body.RESULT.value, before);
}

static void
test_question(void)
{
	const uint64_t before = state_next_seq(s->state);
	const struct msg_report_read *read = &got[0].body.REPORT_READ;
	uint8_t seen[REPORT_SEEN_LEN];

	CHECK_EQ(result(ask_core("MSA 102", NULL)), ST_INCOMPLETE);
	CHECK_EQ(read->outcome, PLAIN_QUESTION);
	CHECK(strcmp(read->part[0].candidate, "MAS") == 0);
	memcpy(seen, read->seen, sizeof(seen));
	CHECK_EQ(result(ask_core("MSA 102", seen)), ST_INCOMPLETE); /* whoever says yes */
	CHECK_EQ(state_next_seq(s->state), before);
}

static void
test_not_open(void)
{
	uint64_t first;

	CHECK_EQ(read_text("KIL 101 n3", ""), ST_OK);
	CHECK_EQ(session_close(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(entry_store(s, &entry, &first), ST_NOT_ALLOWED);
	CHECK(!change_pending(s->state));
}

int
main(void)
{
	rig_create(&rig, "report");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	test_two_reports_one_event();
	test_about_an_earlier_one();
	test_not_about_a_monitors();
	test_note_and_drill();
	test_improbable_is_a_flag();
	test_seen();
	test_refused_changes_nothing();
	test_dry_run();
	test_question();
	test_not_open();
	rig_remove(&rig);
	return check_done();
}

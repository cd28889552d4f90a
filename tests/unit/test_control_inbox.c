/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin inbox` against a core that the test plays: what it asks, and how it shows the answers. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/exit.h"
#include "tests/support/check.h"
#include "tests/support/fake_core.h"

#define PAGE 3

static void
fill_row(struct msg_inbox_row *r, uint64_t seq)
{
	static const char raw[] = "\x1b]0;x\x07\xe2\x80\xae\xff\"\\";

	r->seq = seq;
	r->arrival_s = 1763704800;
	r->trust = TRUST_CENTRE;
	r->readable = seq % 2;
	r->proven = 1;
	r->slot = seq % 2 ? 3 : UINT32_MAX;
	r->number = (uint32_t)seq;
	r->relation = seq == 5; /* a correction of number 2 */
	r->refers = seq == 5 ? 2 : UINT32_MAX;
	r->affected = seq == 1 ? UINT32_MAX : seq == 3 ? UINT32_MAX - 1 : 12;
	r->quantity = 2;
	r->upper = seq == 3 ? UINT32_MAX : seq == 5 ? 20 : UINT32_MAX;
	r->about = seq == 5 ? 1 : 0;
	r->counted = seq != 1;
	r->corrected_by = seq == 1 ? 5 : 0;
	r->cancelled_by = seq == 3 ? 7 : 0;
	r->follow_ups = seq == 3 ? 2 : 0;
	r->plain = seq == 7;
	r->parts = seq == 7 ? 3 : 1;
	r->part = seq == 7 ? 1 : 0;
	r->event_s = r->sent_s = INT64_MIN;
	r->duress = seq == 7;
	r->review = seq == 7 ? 2 : 0;
	(void)snprintf(r->pseudonym, sizeof(r->pseudonym), "amina");
	(void)snprintf(r->kind_label, sizeof(r->kind_label), "House burnt down by a group of men");
	(void)snprintf(r->place_label, sizeof(r->place_label), "Upper Alder");
	(void)snprintf(r->note, sizeof(r->note), "NOTE");
	(void)snprintf(r->reason, sizeof(r->reason), "not sealed");
	r->raw_len = seq % 2 && seq != 7 ? 0 : sizeof(raw) - 1;
	memcpy(r->raw, raw, sizeof(raw) - 1);
}

static void
answer_inbox(int fd, const struct ipc_message *ask)
{
	const struct msg_inbox *in = &ask->body.INBOX;
	uint64_t seq = in->before == 0 ? 8 : in->before - 1;
	uint32_t sent = 0;
	struct ipc_message m;

	if (in->severity == 5) { /* did all of what test_inbox_filters asks arrive? */
		send_result(fd, ST_UNKNOWN, 0,
		    in->certainty == 4 && in->grave == 1 && in->duress == 1 &&
			    strcmp(in->kind, "KIL") == 0 && strcmp(in->place, "Alder") == 0 &&
			    strcmp(in->monitor, "amina") == 0 && in->since_s == 1795132800 &&
			    in->until_s == 1795132800 + 2 * 86400
			? "as it was asked"
			: "otherwise");
		return;
	}
	if (in->counts) {
		ipc_begin(&m, MSG_INBOX_COUNTS);
		m.body.INBOX_COUNTS = (struct msg_inbox_counts){.all = 8,
		    .reports = 4,
		    .unreadable = 4,
		    .counted = 4,
		    .grave = 3,
		    .drills = 2,
		    .duress = 1,
		    .untimed = in->grave ? 2 : 0};
		send_message(fd, &m);
	}
	if (in->which == 3) { /* was everything asked for? */
		send_result(fd, ST_UNKNOWN, 0, "everything");
		return;
	}
	for (; seq >= 1 && sent < in->limit && sent < PAGE; seq--) {
		if (in->which == 1 && seq % 2 == 0)
			continue;
		if (in->which == 2 && seq % 2 == 1)
			continue;
		ipc_begin(&m, MSG_INBOX_ROW);
		fill_row(&m.body.INBOX_ROW, seq);
		send_message(fd, &m);
		sent++;
	}
	send_result(fd, ST_OK, in->limit < PAGE ? in->limit : PAGE, "");
}

/* Nothing that a terminal would obey. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f)
			return false;
	return strstr(text, "\xe2\x80\xae") == NULL;
}

static bool
fits(const char *text, size_t columns)
{
	size_t width = 0;

	for (; *text != '\0'; text++) {
		width = *text == '\n' ? 0 : width + ((*text & 0xc0) != 0x80);
		if (width > columns)
			return false;
	}
	return true;
}

static void
test_inbox(void)
{
	start_core(answer_inbox);
	CHECK_EQ(run(cmd_inbox, "inbox --json"), 0);
	CHECK_EQ(lines_of(out), 8);
	CHECK_HAS(out, "\"raw\":\"\\u001b]0;x\\u0007\xe2\x80\xae\\ufffd\\\"\\\\\"");
	CHECK_HAS(out, "\"raw_hex\":\"1b5d303b7807e280aeff225c\"");
	CHECK_HAS(out, "\"affected\":null,\"affected_many\":true");
	CHECK_HAS(out, "\"relation_word\":\"correction\",\"refers\":2");
	CHECK_HAS(out, "\"slot\":null,\"number\":null");
	CHECK_HAS(out, "\"slot\":3,\"number\":null,\"chain\":null,\"pseudonym\":\"amina\","
		       "\"plain\":true,\"part\":2,\"parts\":3");
	CHECK_HAS(out, "\"about\":1,\"corrected_by\":null");
	CHECK_HAS(out, "\"cancelled_by\":7,\"cleared_by\":null,\"follow_ups\":2,\"counted\":true");
	CHECK_HAS(out, "\"is_range\":true,\"upper\":20");
	CHECK_HAS(out, "\"review_words\":[\"the event is older than 30 days\"]");
	CHECK_EQ(run(cmd_inbox, "inbox --json --limit 7"), 0);
	CHECK_EQ(lines_of(out), 7);
	CHECK_EQ(run(cmd_inbox, "inbox --json --before 4"), 0);
	CHECK_EQ(lines_of(out), 3);
	CHECK_EQ(run(cmd_inbox, "inbox --json --reports"), 0);
	CHECK_EQ(lines_of(out), 4);
	CHECK_EQ(run(cmd_inbox, "inbox --json --unreadable"), 0);
	CHECK_EQ(lines_of(out), 4);
	CHECK_EQ(run(cmd_inbox, "inbox"), 0);
	CHECK(is_plain(out) && fits(out, 80));
	CHECK_HAS(out, "| \\x1b]0;x\\x07\\u202e\\xff\"\\");
	CHECK_HAS(out, "DURESS");
	CHECK_HAS(out, "correction of number 2 (seq 1)");
	CHECK_HAS(out, "  12-20\n");
	CHECK_HAS(out, "CORRECTED by seq 5");
	CHECK_HAS(out, "CANCELLED by seq 7, 2 follow-ups");
	CHECK_HAS(out, "PLAIN: content visible, sender unproven");
	CHECK_HAS(out, "report 2 of 3 of one text");
	CHECK(strstr(out, "not counted") == NULL);
	CHECK_EQ(run(cmd_inbox, "inbox --everything"), EXIT_REFUSED);
	CHECK_HAS(err, "everything");
	CHECK_EQ(run(cmd_inbox, "inbox --everything --reports"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --limit 2"), 0);
	CHECK_HAS(out, "Older ones: tocsin inbox --before 7");
	CHECK_EQ(run(cmd_inbox, "inbox --before 1"), 0);
	CHECK_HAS(out, "Nothing here.");
	CHECK_EQ(run(cmd_inbox, "inbox --limit 0"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --reports --unreadable"), EXIT_USAGE);
	stop_core();
}

static void
test_inbox_filters(void)
{
	start_core(answer_inbox);
	CHECK_EQ(run(cmd_inbox, "inbox"), 0);
	CHECK_HAS(out, "In all 8: 4 reports, of which 4 count, 3 of them grave; 4 unreadable; 1 "
		       "under\nduress. Drills: 2.");
	CHECK(strstr(out, "Left out") == NULL && fits(out, 80));
	CHECK_EQ(run(cmd_inbox, "inbox --counts --grave"), 0);
	CHECK_HAS(out, "Left out: 2");
	CHECK_EQ(lines_of(out), 2);
	CHECK_EQ(run(cmd_inbox, "inbox --counts --json"), 0);
	CHECK_HAS(out,
	    "{\"all\":8,\"reports\":4,\"unreadable\":4,\"counted\":4,\"grave\":3,\"duress\":1,"
	    "\"drills\":2,\"untimed\":0}");
	CHECK_EQ(lines_of(out), 1);
	CHECK_EQ(run(cmd_inbox,
		     "inbox --severity 5 --certainty 4 --grave --duress --kind KIL --place Alder "
		     "--monitor amina --since 2026-11-20 --until 2026-11-21"),
	    EXIT_REFUSED);
	CHECK_HAS(err, "as it was asked");
	CHECK_EQ(run(cmd_inbox, "inbox --since 2026-11-20 --until 2026-11-20"), 0);
	CHECK_EQ(run(cmd_inbox, "inbox --since 2026-11-20 --until 2026-11-19"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --since 2026-02-30"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --until yesterday"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --severity 8"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --certainty 0"), EXIT_USAGE);
	CHECK_EQ(run(cmd_inbox, "inbox --kind="), EXIT_USAGE);
	CHECK_EQ(
	    run(cmd_inbox, "inbox --monitor=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), EXIT_USAGE);
	stop_core();
}

int
main(void)
{
	begin_commands();
	test_inbox();
	test_inbox_filters();
	return end_commands((const char *const[]){NULL});
}

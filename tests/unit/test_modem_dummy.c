/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin-modem against Gammu's own dummy device, with this test as core at the other end of the
 * channel. A modem process is forked for each scenario; files are written as a modem would hold
 * texts, and looked for afterwards.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "gateway/modem/modem.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#define WAIT_MS 20000
#define NUMBER "+254712345678"
#define NUMBER_HEX "002B003200350034003700310032003300340035003600370038"

static pid_t modem;
static int channel = -1;
static bool senders_wanted; /* as core said last */

static void
start_modem(uint32_t poll_s)
{
	struct modem_options o = {.device = "device",
	    .connection = "none",
	    .model = "dummy",
	    .credit_ussd = "",
	    .poll_s = poll_s,
	    .channel = -1,
	    .pin_fd = -1};
	int fd[2];

	CHECK_EQ(ipc_pair(fd), ST_OK);
	(void)fflush(stdout);
	if ((modem = fork()) == 0) {
		(void)close(fd[0]);
		o.channel = fd[1];
		_exit(modem_run(&o) == ST_OK ? 0 : 1);
	}
	(void)close(fd[1]);
	channel = fd[0];
	senders_wanted = false; /* a new process knows of nothing */
}

/* Close the channel: the modem must end by itself, with 0. */
static void
stop_modem(void)
{
	int wait_status = -1;

	(void)close(channel);
	channel = -1;
	CHECK(waitpid(modem, &wait_status, 0) == modem);
	CHECK(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen("new", "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	CHECK(rename("new", path) == 0);
}

static void
hex_of(const char *ascii, char *out)
{
	for (; *ascii != '\0'; ascii++, out += 4)
		(void)sprintf(out, "%04X", (unsigned)*ascii);
}

static size_t
section(char *out, size_t cap, int index, const char *coding, const char *hexed, size_t len,
    const char *udh)
{
	return (size_t)snprintf(out, cap,
	    "[SMSBackup%03d]\nSMSC = \"+254700000001\"\n"
	    "SMSCUnicode = 002B003200350034003700300030003000300030003000300031\n%s%s%s"
	    "PDU = Deliver\nDateTime = 20251121T060101Z\nState = UnRead\nNumber = \"" NUMBER "\"\n"
	    "NumberUnicode = " NUMBER_HEX "\nText00 = %s\nCoding = %s\nFolder = 1\nLength = %zu\n"
	    "Class = -1\nReplySMSC = False\nRejectDuplicates = False\nReplaceMessage = 0\n"
	    "MessageReference = 0\n\n",
	    index, udh ? "UDH = " : "", udh ? udh : "", udh ? "\n" : "", hexed, coding, len);
}

static void
put_text(int place, const char *text)
{
	char hexed[400], content[2000], path[64];

	hex_of(text, hexed);
	(void)section(
	    content, sizeof(content), 0, "Default_No_Compression", hexed, strlen(text), NULL);
	(void)snprintf(path, sizeof(path), "device/sms/1/%d", place);
	put(path, content);
}

static bool
is_there(int place)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "device/sms/1/%d", place);
	return access(path, F_OK) == 0;
}

/* The next message, or type MSG_NONE after WAIT_MS. While senders are not wanted only a part of a
 * long text, here the one whose header has 6 octets, may hold the number. */
static void
next(struct ipc_message *m)
{
	static const char number[] = NUMBER;
	struct pollfd polled = {channel, POLLIN, 0};

	memset(m, 0, sizeof(*m));
	if (poll(&polled, 1, WAIT_MS) != 1 ||
	    ipc_receive(channel, IPC_MODEM, IPC_CORE, m, NULL) != ST_OK)
		return;
	if (m->head.type == MSG_SMS_HANDED && (senders_wanted || m->body.SMS_HANDED.udh_len == 6)) {
		CHECK(strcmp(m->body.SMS_HANDED.sender, number) == 0);
		memset(m->body.SMS_HANDED.sender, 0, NUMBER_MAX);
	}
	CHECK(memmem(m, sizeof(*m), &number[1], strlen(number) - 1) == NULL);
	CHECK(memmem(m, sizeof(*m), &number[4], strlen(number) - 4) == NULL);
	CHECK(memmem(m, sizeof(*m), "\0\x37\0\x31\0\x32\0\x33", 8) == NULL);
}

static uint64_t
expect_text(const char *text)
{
	struct ipc_message m;

	next(&m);
	if (!CHECK(m.head.type == MSG_SMS_HANDED))
		return 0;
	CHECK_EQ(m.body.SMS_HANDED.form, SMS_TEXT);
	CHECK_EQ(m.body.SMS_HANDED.text_len, strlen(text));
	CHECK_MEM(m.body.SMS_HANDED.text, text, strlen(text));
	CHECK_EQ(m.body.SMS_HANDED.stamp_s, 1763704861); /* 2025-11-21T06:01:01Z */
	return m.body.SMS_HANDED.ref;
}

static void
expect_listed(uint32_t handed, uint32_t skipped)
{
	struct ipc_message m;

	next(&m);
	CHECK_EQ(m.head.type, MSG_LISTED);
	CHECK_EQ(m.body.LISTED.handed, handed);
	CHECK_EQ(m.body.LISTED.skipped, skipped);
	CHECK_EQ(m.body.LISTED.more, 0);
}

static void
keep(const uint64_t *refs, uint32_t count)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_SMS_KEPT);
	m.body.SMS_KEPT.count = count;
	memcpy(m.body.SMS_KEPT.ref, refs, count * sizeof(*refs));
	CHECK_EQ(ipc_send(channel, &m, -1), ST_OK);
}

static void
expect_silence(int ms)
{
	struct pollfd polled = {channel, POLLIN, 0};

	CHECK_EQ(poll(&polled, 1, ms), 0);
}

/* Handed over, not deleted; deleted after SMS_KEPT, and only those; listed again at once. */
static void
test_hand_over(void)
{
	uint64_t refs[3];

	put_text(1, "EW1 first");
	put_text(2, "second {[~]}");
	put_text(9999, "third");
	start_modem(3600);
	refs[0] = expect_text("EW1 first");
	refs[1] = expect_text("second {[~]}");
	refs[2] = expect_text("third");
	CHECK(refs[0] != refs[1] && refs[1] != refs[2]);
	expect_listed(3, 0);
	expect_silence(300);
	CHECK(is_there(1) && is_there(2) && is_there(9999));
	keep(&refs[1], 1);
	expect_silence(300); /* two are still with core */
	CHECK(is_there(1) && !is_there(2) && is_there(9999));
	put_text(2, "came later");
	keep(refs, 3); /* the second once more: it must not delete what came later */
	refs[0] = expect_text("came later");
	expect_listed(1, 0);
	CHECK(!is_there(1) && is_there(2) && !is_there(9999));
	keep(&refs[1], 2); /* of the listing before: names no slot any more */
	expect_silence(200);
	CHECK(is_there(2));
	keep(refs, 1);
	expect_listed(0, 0);
	CHECK(!is_there(2));
	expect_silence(200);
	stop_modem();
}

static void
want_senders(bool wanted)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_SENDERS);
	m.body.SENDERS.wanted = wanted;
	CHECK_EQ(ipc_send(channel, &m, -1), ST_OK);
	senders_wanted = wanted;
}

/* next() looks for the number in every message. */
static void
test_senders(void)
{
	uint64_t ref;

	put_text(1, "from nobody");
	start_modem(3600);
	ref = expect_text("from nobody");
	expect_listed(1, 0);
	want_senders(true);
	put_text(2, "from a number");
	keep(&ref, 1); /* and is listed again */
	ref = expect_text("from a number");
	expect_listed(1, 0);
	want_senders(false);
	put_text(3, "from nobody again");
	keep(&ref, 1);
	ref = expect_text("from nobody again");
	expect_listed(1, 0);
	want_senders(true);
	stop_modem();
	start_modem(3600); /* whoever was told is gone */
	ref = expect_text("from nobody again");
	expect_listed(1, 0);
	keep(&ref, 1);
	expect_listed(0, 0);
	stop_modem();
}

/* What the library cannot read stays, is counted, and hides nothing behind it. */
static void
test_unreadable(void)
{
	static const struct {
		const char *what, *content;
	} bad[] = {
	    {"empty", ""},
	    {"junk", "\x01\x02\xff junk\n\n= = [\n"},
	    {"no section", "Text00 = 0041\n"},
	    {"another section", "[Other]\nText00 = 0041\n"},
	    {"half a section", "[SMSBackup000]\n"},
	};
	const size_t count = sizeof(bad) / sizeof(bad[0]);
	struct ipc_message m;
	uint64_t refs[3];
	char path[64];

	put_text(1, "before");
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "device/sms/1/%zu", 2 + i);
		put(path, bad[i].content);
	}
	put_text(100, "behind");
	(void)snprintf(path, sizeof(path), "device/sms/3/7"); /* the phone's inbox */
	put("device/sms/3/3", "junk");
	put_text(101, "phone");
	CHECK(rename("device/sms/1/101", path) == 0);
	start_modem(3600);
	refs[0] = expect_text("before");
	refs[1] = expect_text("behind");
	refs[2] = expect_text("phone");
	next(&m);
	CHECK_EQ(m.head.type, MSG_LISTED);
	CHECK_EQ(m.body.LISTED.handed, 3);
	CHECK_EQ(m.body.LISTED.skipped, count + 1);
	keep(refs, 3);
	expect_listed(0, count + 1);
	expect_silence(200); /* and is not listed for ever */
	CHECK(!is_there(1) && !is_there(100) && access(path, F_OK) != 0);
	for (size_t i = 0; i < count; i++) {
		CHECK(is_there(2 + (int)i));
		(void)snprintf(path, sizeof(path), "device/sms/1/%zu", 2 + i);
		CHECK(unlink(path) == 0);
	}
	CHECK(unlink("device/sms/3/3") == 0);
	stop_modem();
}

/* Only what arrived: outboxes and templates are left alone. */
static void
test_other_folders(void)
{
	put_text(1, "sent");
	CHECK(rename("device/sms/1/1", "device/sms/2/1") == 0);
	put_text(1, "template");
	CHECK(rename("device/sms/1/1", "device/sms/5/1") == 0);
	start_modem(3600);
	expect_listed(0, 0);
	stop_modem();
	CHECK(unlink("device/sms/2/1") == 0 && unlink("device/sms/5/1") == 0);
}

/* Octets, Unicode and parts: each part is a hand-over, the slot goes when all are kept. */
static void
test_forms_and_parts(void)
{
	static const char greek[] = "\xce\x94 \xd8\xa7 \xf0\x9f\x8c\x8d";
	char content[4000];
	struct ipc_message m;
	uint64_t refs[3];
	size_t used = 0;

	used += section(content, sizeof(content), 0, "8bit", "00FF4100", 4, "06050415810000");
	used += section(content + used, sizeof(content) - used, 1, "Unicode_No_Compression",
	    "0394002006270020D83CDF0D", 6, NULL);
	(void)section(content + used, sizeof(content) - used, 2, "Default_No_Compression", "0041",
	    1, "050003070301");
	put("device/sms/1/5", content);
	start_modem(3600);
	next(&m);
	CHECK_EQ(m.head.type, MSG_SMS_HANDED);
	CHECK_EQ(m.body.SMS_HANDED.form, SMS_OCTETS);
	CHECK_EQ(m.body.SMS_HANDED.text_len, 4);
	CHECK_MEM(m.body.SMS_HANDED.text, "\0\xff\x41\0", 4);
	CHECK_EQ(m.body.SMS_HANDED.udh_len, 7);
	CHECK_MEM(m.body.SMS_HANDED.udh, "\x06\x05\x04\x15\x81\0\0", 7);
	refs[0] = m.body.SMS_HANDED.ref;
	refs[1] = expect_text(greek);
	next(&m);
	CHECK_EQ(m.body.SMS_HANDED.udh_len, 6);
	CHECK_MEM(m.body.SMS_HANDED.udh, "\x05\0\x03\x07\x03\x01", 6);
	refs[2] = m.body.SMS_HANDED.ref;
	expect_listed(3, 0);
	keep(refs, 2);
	expect_silence(300);
	CHECK(is_there(5));
	keep(&refs[2], 1);
	expect_listed(0, 0);
	CHECK(!is_there(5));
	stop_modem();
}

/* More than one SMS_KEPT can hold, while core is slow: neither side waits for ever. */
static void
test_many(void)
{
	static uint64_t refs[1500];
	unsigned handed = 0, listed = 0, lists = 0;
	struct ipc_message m;

	for (int i = 1; i <= 1500; i++)
		put_text(i, "many");
	start_modem(3600);
	(void)usleep(300000); /* the channel is full by now */
	do {
		next(&m);
		if (m.head.type == MSG_SMS_HANDED) {
			refs[0] = m.body.SMS_HANDED.ref;
			keep(refs, 1);
			handed++;
		} else if (m.head.type == MSG_LISTED) {
			listed = m.body.LISTED.handed;
			CHECK_EQ(m.body.LISTED.more, lists == 0);
			lists++;
		}
	} while (m.head.type != MSG_NONE && listed + (lists == 0) != 0);
	CHECK_EQ(handed, 1500);
	CHECK_EQ(lists, 3); /* 1024, 476, none */
	CHECK(!is_there(1) && !is_there(1500));
	stop_modem();
}

/* What core does not keep is listed again after the pause, under other refs. */
static void
test_poll(void)
{
	uint64_t first, second;

	put_text(1, "patience");
	start_modem(1);
	first = expect_text("patience");
	expect_listed(1, 0);
	second = expect_text("patience");
	expect_listed(1, 0);
	CHECK(first != second);
	keep(&second, 1);
	expect_listed(0, 0);
	CHECK(!is_there(1));
	expect_listed(0, 0);
	stop_modem();
}

/* Nonsense from core ends the modem; a device that is not there too. */
static void
test_ends(void)
{
	struct ipc_message m;
	int wait_status = 0;

	start_modem(3600);
	ipc_begin(&m, MSG_STATUS);
	CHECK_EQ(ipc_send(channel, &m, -1), ST_OK);
	CHECK(waitpid(modem, &wait_status, 0) == modem);
	CHECK(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 1);
	(void)close(channel);
	CHECK(chmod("device", 0) == 0 && rename("device", "gone") == 0);
	start_modem(3600);
	CHECK(waitpid(modem, &wait_status, 0) == modem);
	CHECK(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 1);
	(void)close(channel);
	CHECK(rename("gone", "device") == 0 && chmod("device", 0700) == 0);
}

int
main(void)
{
	char base[64];

	folder_enter(base);
	CHECK(mkdir("device", 0700) == 0 && mkdir("device/sms", 0700) == 0);
	for (char path[] = "device/sms/1"; path[11] <= '5'; path[11]++)
		CHECK(mkdir(path, 0700) == 0);
	test_hand_over();
	test_senders();
	test_unreadable();
	test_other_folders();
	test_forms_and_parts();
	test_many();
	test_poll();
	test_ends();
	CHECK(folder_leave(base));
	return check_done();
}

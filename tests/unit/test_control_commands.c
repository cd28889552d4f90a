/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands against a fake core: a child that listens on the control socket and answers each
 * request from a table. What a command prints and how it ends is looked at from outside.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/exit.h"
#include "tests/support/check.h"
#include "tests/support/fake_core.h"

#define PAGE 3

/* ---- nobody there ---- */

static void
test_unreachable(void)
{
	int lock;

	CHECK_EQ(run(cmd_status, "status"), EXIT_UNREACHABLE);
	CHECK_HAS(err, "the gateway does not run: start it with 'tocsind -c t.conf'");
	CHECK((lock = open("run", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) != -1);
	CHECK(flock(lock, LOCK_EX | LOCK_NB) == 0);
	CHECK_EQ(run(cmd_lock, "lock"), EXIT_UNREACHABLE);
	CHECK_HAS(err, "the gateway does not answer: it is starting, or busy");
	put("run/fault", "11\n");
	CHECK_EQ(run(cmd_inbox, "inbox"), EXIT_UNREACHABLE);
	CHECK_HAS(err, "restart the machine");
	CHECK_EQ(run(cmd_revoke, "revoke p1"), EXIT_UNREACHABLE); /* before it asks */
	CHECK(strstr(out, "Type yes") == NULL);
	put("run/fault", "13\n");
	CHECK_EQ(run(cmd_roster, "roster"), EXIT_UNREACHABLE);
	CHECK_HAS(err, "not what it was");
	CHECK(unlink("run/fault") == 0 && close(lock) == 0);
	cmd_begin("tocsin", "none.conf");
	CHECK_EQ(run(cmd_status, "status"), EXIT_REFUSED);
	CHECK_HAS(err, "none.conf: there is no such file");
	cmd_begin("tocsin", "t.conf");
}

/* ---- status ---- */

static struct msg_status status_now;

static void
answer_status(int fd, const struct ipc_message *ask)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_STATUS_REPLY);
	m.body.STATUS_REPLY = status_now;
	if (ask->head.type == MSG_STATUS)
		send_message(fd, &m);
	if (ask->head.type == MSG_MODEMS) {
		ipc_begin(&m, MSG_MODEM_ROW);
		m.body.MODEM_ROW.connected = status_now.modem;
		m.body.MODEM_ROW.listed_s = status_now.modem_listed_s;
		m.body.MODEM_ROW.state.registration = REGISTRATION_UNKNOWN;
		send_message(fd, &m);
		send_result(fd, ST_OK, 0, "");
	}
}

static void
test_status(void)
{
	static const struct {
		uint32_t state, modem, read_only;
		int64_t listed_s;
		const char *fault;
		int code;
		const char *has, *json;
	} cases[] = {
	    {IN_LOCKED, 1, 0, 5, "", 0, "nothing is wrong", "\"state\":\"LOCKED\""},
	    {IN_OPEN, 1, 0, -1, "", 0, "not yet listed", "\"modem_listed_s\":null"},
	    {IN_ARMED, 0, 0, 5, "", 3, "WRONG      the modem is not connected",
		"\"wrong\":[\"the modem"},
	    {IN_ARMED, 1, 0, 721, "", 3, "not been listed", "\"modem\":true"},
	    {IN_ARMED, 1, 0, 720, "", 0, "nothing is wrong", "\"wrong\":[]"},
	    {IN_OPEN, 1, 1, 0, "", 3, "'tocsin restore --own'", "\"read_only\":true"},
	    {IN_NEW, 1, 0, 0, "", 3, "tocsin init", "\"state\":\"NEW\""},
	    {IN_LOCKED, 1, 0, 0, "a \"fault\"\x1b", 3, "a \"fault\"\\x1b",
		"a \\\"fault\\\"\\\\x1b"},
	    {77, 1, 0, 0, "", 0, "UNKNOWN", "UNKNOWN"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&status_now, 0, sizeof(status_now));
		status_now.state = cases[i].state;
		status_now.modem = cases[i].modem;
		status_now.read_only = cases[i].read_only;
		status_now.modem_listed_s = cases[i].listed_s;
		(void)snprintf(status_now.fault, sizeof(status_now.fault), "%s", cases[i].fault);
		start_core(answer_status);
		CHECK_EQ(run(cmd_status, "status"), cases[i].code);
		CHECK_HAS(out, cases[i].has);
		CHECK_EQ(run(cmd_status, "status --json"), cases[i].code);
		CHECK_HAS(out, cases[i].json);
		CHECK_EQ(lines_of(out), 1);
		stop_core();
	}
	CHECK_EQ(run(cmd_status, "status now"), EXIT_USAGE);
	CHECK_EQ(run(cmd_status, "status --help"), 0);
	CHECK_HAS(out, "--json");
}

/* ---- from state to state ---- */

static void
answer_state(int fd, const struct ipc_message *ask)
{
	const struct msg_passphrase *p = &ask->body.UNLOCK.passphrase;
	const struct msg_passphrase *q = &ask->body.UNLOCK.second;
	bool right = p->len == 13 && memcmp(p->octets, "correct horse", 13) == 0;
	char date[40] = "";
	struct ipc_message m;

	if (ask->body.UNLOCK.date_s != INT64_MIN)
		(void)snprintf(date, sizeof(date), "DATE %lld", (long long)ask->body.UNLOCK.date_s);
	if (ask->head.type == MSG_STATUS) {
		ipc_begin(&m, MSG_STATUS_REPLY);
		m.body.STATUS_REPLY.two_person = status_now.two_person;
		send_message(fd, &m);
	} else if (status_now.two_person)
		send_result(fd,
		    right && q->len == 6 && memcmp(q->octets, "second", 6) == 0 ? ST_OK
										: ST_INCOMPLETE,
		    0, "");
	else if (ask->head.type == MSG_UNLOCK || ask->head.type == MSG_ARM)
		send_result(fd, right ? ST_OK : ST_PASSPHRASE, 0, date);
	else if (ask->head.type == MSG_CLOSE)
		send_result(fd, ST_NOT_ALLOWED, 0, "the gateway is LOCKED: words of core");
	else
		send_result(fd, ST_OK, 0, "");
}

static void
test_states(void)
{
	put("right", "correct horse\n");
	put("wrong", "correct hors\n");
	start_core(answer_state);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right"), 0);
	CHECK_HAS(out, "The gateway is OPEN");
	CHECK_EQ(run(cmd_arm, "arm --passphrase-file=right"), 0);
	CHECK_HAS(out, "The gateway is ARMED");
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file wrong"), EXIT_REFUSED);
	CHECK_HAS(err, "the passphrase does not open this gateway");
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file none"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right --passphrase-fd 0"), EXIT_USAGE);
	CHECK_EQ(run(cmd_unlock, "unlock secret"), EXIT_USAGE);
	CHECK_EQ(
	    run(cmd_unlock, "unlock --passphrase-file right --date 2026-02-29T10:00"), EXIT_USAGE);
	CHECK_HAS(err, "such as 2026-11-21T14:03");
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right --date-is-sure"), EXIT_USAGE);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right --date 2028-02-29T10:00"), 0);
	CHECK_HAS(out, "DATE 1835431200");
	CHECK(chmod("right", 0640) == 0);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right"), EXIT_REFUSED);
	CHECK_HAS(err, "chmod 600");
	put("in", "correct horse\nmore\n");
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-fd 0"), 0);
	put("in", "");
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-fd 0"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_unlock,
		     "unlock --passphrase-file right --passphrase-file right --passphrase-file "
		     "right"),
	    EXIT_USAGE);
	CHECK_EQ(run(cmd_lock, "lock"), 0);
	CHECK_HAS(out, "The gateway is LOCKED");
	CHECK_EQ(run(cmd_close, "close"), EXIT_REFUSED);
	CHECK_HAS(err, "words of core");
	stop_core();
}

/* Under the two-person rule: two files, or two lines of one descriptor. */
static void
test_two_person(void)
{
	put("right", "correct horse\n");
	put("second", "second\n");
	status_now.two_person = 1;
	start_core(answer_state);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file right --passphrase-file second"), 0);
	CHECK_EQ(run(cmd_arm, "arm --passphrase-file right"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_unlock, "unlock --passphrase-file second --passphrase-file right"),
	    EXIT_REFUSED); /* core would take either order */
	put("in", "correct horse\nsecond\n");
	CHECK_EQ(run(cmd_arm, "arm --passphrase-fd 0"), 0);
	put("in", "correct horse\n");
	CHECK_EQ(run(cmd_arm, "arm --passphrase-fd 0"), EXIT_REFUSED);
	stop_core();
	status_now.two_person = 0;
}

/* ---- people ---- */

#define SECRET "EW1:0401THISISNOTASECRET"

static unsigned rosters_asked; /* the child's own */

static void
send_roster(int fd, const struct msg_roster *ask)
{
	struct ipc_message m;
	unsigned sent = 0;

	rosters_asked++;
	for (uint64_t seq = ask->after + 1; seq <= 7 && sent < PAGE; seq++) {
		ipc_begin(&m, MSG_ROSTER_ROW);
		m.body.ROSTER_ROW.seq = seq;
		m.body.ROSTER_ROW.last_s = INT64_MIN;
		m.body.ROSTER_ROW.revoked = seq == 7;
		m.body.ROSTER_ROW.messages = rosters_asked > 1;
		(void)snprintf(m.body.ROSTER_ROW.pseudonym, PSEUDONYM_MAX, "p%d", (int)seq);
		if (ask->pseudonym[0] != '\0' &&
		    strcmp(ask->pseudonym, m.body.ROSTER_ROW.pseudonym) != 0)
			continue;
		send_message(fd, &m);
		sent++;
	}
	send_result(fd, ST_OK, PAGE, "");
}

static void
answer_people(int fd, const struct ipc_message *ask)
{
	const struct msg_enrol *e = &ask->body.ENROL;
	struct ipc_message m;

	if (ask->head.type == MSG_ROSTER) {
		send_roster(fd, &ask->body.ROSTER);
	} else if (ask->head.type == MSG_REVOKE) {
		send_result(
		    fd, strcmp(ask->body.REVOKE.pseudonym, "p1") ? ST_UNKNOWN : ST_OK, 0, "");
	} else if (strcmp(e->pseudonym, "p1") != 0 || strcmp(e->language, "fr") != 0 ||
		   e->place != 101 || e->household != 7 || e->rhythm_days != 3 ||
		   e->heartbeat != 5) {
		send_result(fd, ST_EXISTS, 0, "");
	} else {
		ipc_begin(&m, MSG_ENROLLED);
		(void)snprintf(m.body.ENROLLED.text, sizeof(m.body.ENROLLED.text), SECRET);
		send_message(fd, &m);
	}
}

#define ENROL \
	"enrol --pseudonym p1 --place 101 --language fr --household 7 --rhythm 3 --heartbeat 5"

static void
test_enrol(void)
{
	struct stat sb;

	start_core(answer_people);
	CHECK_EQ(run(cmd_enrol, ENROL), 0);
	CHECK_STR(out, SECRET "\n");
	CHECK_EQ(run(cmd_enrol, ENROL " --out paper"), 0);
	CHECK_STR(out, "");
	CHECK(strstr(err, SECRET) == NULL);
	CHECK(stat("paper", &sb) == 0 && (sb.st_mode & 07777) == 0600);
	read_back("paper", out);
	CHECK_STR(out, SECRET "\n");
	CHECK_EQ(run(cmd_enrol, ENROL " --out paper"), EXIT_REFUSED);
	CHECK_HAS(err, "paper exists already");
	CHECK_EQ(run(cmd_enrol, ENROL " --out missing/paper"), EXIT_REFUSED);
	CHECK(strstr(err, "enrolled") == NULL); /* told before anybody is */
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym +15550100 --place 101"), EXIT_USAGE);
	CHECK_HAS(err, "phone number");
	CHECK_EQ(run(cmd_enrol, ENROL " --wait=20"), 0);
	CHECK_HAS(err, "Her first message has come");
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym p2 --place 101"), EXIT_REFUSED);
	CHECK_HAS(err, "exists already");
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym p2"), EXIT_USAGE);
	CHECK_EQ(run(cmd_enrol, ENROL " --heartbeat 8"), EXIT_USAGE);
	CHECK_EQ(run(cmd_enrol, "enrol --place 1 --pseudonym a23456789012345678901234567890123"),
	    EXIT_USAGE);
	stop_core();
}

/* ---- the journal ---- */

static uint64_t journal_faults;

static void
answer_journal(int fd, const struct ipc_message *ask)
{
	const struct msg_journal_verify *v = &ask->body.JOURNAL_VERIFY;
	struct ipc_message m;

	for (uint64_t i = v->after; i < journal_faults && i < v->after + PAGE; i++) {
		ipc_begin(&m, MSG_FAULT_ROW);
		m.body.FAULT_ROW.seq = i;
		(void)snprintf(m.body.FAULT_ROW.words, sizeof(m.body.FAULT_ROW.words),
		    "row %d\x1b is missing", (int)i);
		send_message(fd, &m);
	}
	ipc_begin(&m, MSG_JOURNAL_VERIFIED);
	m.body.JOURNAL_VERIFIED.rows = 900;
	m.body.JOURNAL_VERIFIED.runs = 12;
	m.body.JOURNAL_VERIFIED.faults = journal_faults;
	m.body.JOURNAL_VERIFIED.held = strcmp(v->held, "AAAA-BBBB") == 0 ? 77 : 0;
	(void)snprintf(m.body.JOURNAL_VERIFIED.head, JOURNAL_HEAD_MAX, "%s",
	    journal_faults > 0 ? "" : "AAAA BBBB CCCC DDDD EEEE FFFF GGGG HHHH");
	send_message(fd, &m);
}

static void
test_journal(void)
{
	start_core(answer_journal);
	CHECK_EQ(run(cmd_journal, "journal verify"), 0);
	CHECK_HAS(out, "AAAA BBBB CCCC DDDD EEEE FFFF GGGG HHHH");
	CHECK_HAS(out, "900 rows");
	CHECK_HAS(out, "12 runs");
	CHECK_EQ(run(cmd_journal, "journal verify --json"), 0);
	CHECK_EQ(lines_of(out), 1);
	CHECK_HAS(out, "\"faults\":0,\"head\":\"AAAA");
	CHECK_EQ(run(cmd_journal, "journal verify --held AAAA-BBBB"), 0);
	CHECK_HAS(out, "behind row 77");
	CHECK_EQ(run(cmd_journal, "journal verify --held AAAA-AAAA"), EXIT_UNREACHABLE);
	CHECK_HAS(out, "WRONG");
	CHECK_EQ(run(cmd_journal, "journal"), EXIT_USAGE);
	CHECK_EQ(run(cmd_journal, "journal read"), EXIT_USAGE);
	stop_core();
	journal_faults = 8; /* over three pages */
	start_core(answer_journal);
	CHECK_EQ(run(cmd_journal, "journal verify"), EXIT_UNREACHABLE);
	CHECK_HAS(out, "  row 0\\x1b is missing\n");
	CHECK_HAS(out, "  row 7\\x1b is missing\n");
	CHECK_HAS(out, "WRONG");
	CHECK(strstr(out, "AAAA") == NULL);
	CHECK_EQ(run(cmd_journal, "journal verify --json"), EXIT_UNREACHABLE);
	CHECK_EQ(lines_of(out), 9);
	CHECK_HAS(out, "\"faults\":8,\"head\":null");
	stop_core();
}

static void
test_roster_and_revoke(void)
{
	start_core(answer_people);
	CHECK_EQ(run(cmd_roster, "roster"), 0);
	CHECK_EQ(lines_of(out), 8); /* titles and seven, over three pages */
	CHECK_HAS(out, "revoked");
	CHECK_EQ(run(cmd_roster, "roster --json"), 0);
	CHECK_EQ(lines_of(out), 7);
	CHECK_HAS(out, "\"pseudonym\":\"p7\"");
	CHECK_EQ(run(cmd_revoke, "revoke --yes p1"), 0);
	CHECK_EQ(run(cmd_revoke, "revoke --yes p2"), EXIT_REFUSED);
	put("in", "no\n");
	CHECK_EQ(run(cmd_revoke, "revoke p1"), EXIT_REFUSED);
	CHECK_HAS(err, "not confirmed");
	put("in", "yes\n");
	CHECK_EQ(run(cmd_revoke, "revoke p1"), 0);
	CHECK_EQ(run(cmd_revoke, "revoke"), EXIT_USAGE);
	stop_core();
}

/* ---- a core of another version ---- */

static void
answer_nonsense(int fd, const struct ipc_message *ask)
{
	(void)ask;
	(void)!write(fd, "nonsense", 8);
}

static void
answer_nothing(int fd, const struct ipc_message *ask)
{
	(void)ask;
	(void)shutdown(fd, SHUT_RDWR);
}

static void
test_nonsense(void)
{
	start_core(answer_nonsense);
	CHECK_EQ(run(cmd_status, "status"), EXIT_UNREACHABLE);
	CHECK_HAS(err, "of one version");
	stop_core();
	start_core(answer_nothing);
	CHECK_EQ(run(cmd_roster, "roster"), EXIT_UNREACHABLE);
	stop_core();
}

/* ---- books, with nobody there ---- */

static void
test_codebook(void)
{
	CHECK_EQ(run(cmd_codebook, "codebook check nope"), EXIT_REFUSED);
	CHECK_HAS(err, "tocsin: there is no file nope: give its path");
	CHECK_EQ(run(cmd_codebook, "codebook print nope/nope"), EXIT_REFUSED);
	CHECK_HAS(err, "there is no file nope/nope");
	CHECK_EQ(run(cmd_codebook, "codebook check run"), EXIT_REFUSED);
	CHECK_HAS(err, "run is a folder: give a file");
}

int
main(void)
{
	begin_commands();
	test_unreachable();
	test_status();
	test_states();
	test_two_person();
	test_enrol();
	test_roster_and_revoke();
	test_journal();
	test_nonsense();
	test_codebook();
	return end_commands((const char *const[]){"right", "wrong", "second", "paper", NULL});
}

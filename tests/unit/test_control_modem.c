/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `tocsin modem`, what `status` says of modems and what `check` says of their settings, against a
 * fake core: each trouble has its words, says what to do, and is not there without its cause.
 */
#include <signal.h>
#include <sys/stat.h>

#include "tests/support/fake_core.h"

static struct msg_modem_row rows[MODEMS_MAX];
static size_t row_count;

static void
answer_modems(int fd, const struct ipc_message *ask)
{
	struct ipc_message m;

	if (ask->head.type == MSG_STATUS) {
		ipc_begin(&m, MSG_STATUS_REPLY);
		m.body.STATUS_REPLY.state = IN_LOCKED;
		m.body.STATUS_REPLY.memory_locked = 1;
		send_message(fd, &m);
		return;
	}
	if (ask->head.type == MSG_MODEM_ASK) {
		for (size_t i = 0; i < row_count; i++)
			rows[i].listed_s = 0; /* the answer is there at once */
		rows[0].credit_s = 0;         /* no other one has something to dial */
		send_result(fd, ask->body.MODEM_ASK.modem == 3 ? ST_AGAIN : ST_OK, 1,
		    ask->body.MODEM_ASK.modem == 3 ? "not connected: words of core" : "");
		return;
	}
	for (size_t i = 0; i < row_count; i++) {
		ipc_begin(&m, MSG_MODEM_ROW);
		m.body.MODEM_ROW = rows[i];
		send_message(fd, &m);
	}
	send_result(fd, ST_OK, 0, "");
}

/* One that is well. */
static struct msg_modem_row
well(void)
{
	struct msg_modem_row row = {.connected = 1, .listed_s = 40, .credit_s = -1};

	row.state.signal_percent = 63;
	row.state.registration = REGISTRATION_HOME;
	row.state.sim = (struct msg_storage){3, 30};
	row.state.swept_s = INT64_MIN;
	row.state.sweep = 1;
	row.state.hints = 1;
	return row;
}

static void
begin(struct msg_modem_row row)
{
	rows[0] = row;
	row_count = 1;
	start_core(answer_modems);
}

static void
test_well(void)
{
	begin(well());
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "modem 1");
	CHECK_HAS(out, "/dev/ttyUSB0");
	CHECK_HAS(out, "state     connected\n");
	CHECK_HAS(out, "listed    40 s ago");
	CHECK_HAS(out, "signal    63 %");
	CHECK_HAS(out, "registered at home");
	CHECK_HAS(out, "SIM card  3 of 30 slots used\n");
	CHECK_HAS(out, "announced by the modem, and looked for every 300 s");
	CHECK_HAS(out, "sweep     on, not yet done");
	CHECK(strstr(out, "WRONG") == NULL && strstr(out, "memory") == NULL &&
	      strstr(out, "credit") == NULL);
	CHECK_EQ(run(cmd_modem, "modem --json"), 0);
	CHECK_EQ(lines_of(out), 1);
	CHECK_HAS(
	    out, "\"modem\":1,\"device\":\"/dev/ttyUSB0\",\"connected\":true,\"listed_s\":40");
	CHECK_HAS(out, "\"phone_size\":null");
	CHECK_HAS(out, "\"swept\":null");
	CHECK_HAS(out, "\"wrong\":[]");
	CHECK_EQ(run(cmd_status, "status"), 0);
	CHECK_HAS(out, "modem      connected, listed 40 s ago; SIM card 10 % used");
	CHECK_HAS(out, "nothing is wrong");
	stop_core();
}

enum trouble {
	UNPLUGGED,
	HUNG,
	ALARMED,
	CUT,
	NO_ANSWER_YET,
	CONFIG,
	BACK,
	CRASHED,
	GONE,
	SILENT,
	FULL,
	FULL_PHONE,
	NEARLY,
	DENIED,
	SEARCHING,
	ROAMING,
	SKIPPED,
	CYCLED,
	CYCLED_TWICE,
};

static const struct {
	enum trouble what;
	const char *words; /* NULL: nothing is wrong */
} troubles[] = {
    {UNPLUGGED, "the modem is not plugged in: there is no /dev/ttyUSB0. See its cable"},
    {HUNG, "the modem does not answer: pull it out and put it back"},
    {ALARMED, "the modem does not answer: pull it out"},
    {CUT, "does not answer, though its power was cut 2 times: see its power"},
    {NO_ANSWER_YET, "the modem does not answer"},
    {CONFIG,
	"may not open /dev/ttyUSB0 (put it into the group dialout), or another program holds it"},
    {BACK, NULL},
    {CRASHED, "the process of the modem failed"},
    {GONE, "the modem is not connected: see its device and cable"},
    {SILENT, "the modem has not been listed for long"},
    {FULL, "the SIM card of the modem is 70 % full"},
    {FULL_PHONE, "the memory of the modem is 100 % full"},
    {NEARLY, NULL},
    {DENIED, "the network refuses the SIM card of the modem"},
    {SEARCHING, "the modem has no network: nothing arrives"},
    {ROAMING, NULL},
    {SKIPPED, "the modem holds texts that its library cannot read"},
    {CYCLED, "the power of the modem was cut 3 times since the gateway started"},
    {CYCLED_TWICE, NULL},
};

static struct msg_modem_row
troubled(enum trouble what)
{
	struct msg_modem_row row = well();

	row.connected = what != UNPLUGGED && what != HUNG && what != ALARMED && what != CUT &&
			what != CONFIG && what != GONE;
	row.gone.exit = what == UNPLUGGED || what == BACK                      ? EXIT_UNPLUGGED
			: what == HUNG || what == CUT || what == NO_ANSWER_YET ? EXIT_DEVICE
			: what == CONFIG                                       ? EXIT_CONFIG
			: what == ALARMED || what == CRASHED                   ? -1
									       : 0;
	row.gone.signal = what == ALARMED ? SIGALRM : what == CRASHED ? SIGABRT : 0;
	row.gone.power_cycled = what == CUT ? 2 : 0;
	row.power_cycles = what == CYCLED ? 3 : what == CYCLED_TWICE ? 2 : 0;
	if (what == SILENT)
		row.listed_s = 721;
	row.state.sim.used = what == FULL ? 21 : what == NEARLY ? 20 : 0;
	if (what == FULL_PHONE)
		row.state.phone = (struct msg_storage){5, 5};
	row.state.registration = what == DENIED      ? REGISTRATION_DENIED
				 : what == SEARCHING ? REGISTRATION_SEARCHING
						     : REGISTRATION_ROAMING;
	row.state.skipped = what == SKIPPED;
	return row;
}

static void
test_troubles(void)
{
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		const char *words = troubles[i].words;

		ROW("%s", words == NULL ? "nothing" : words);
		begin(troubled(troubles[i].what));
		CHECK_EQ(run(cmd_modem, "modem"), 0);
		if (words == NULL)
			CHECK(strstr(out, "WRONG") == NULL);
		else
			CHECK_HAS(out, words);
		CHECK_EQ(run(cmd_status, "status"), words == NULL ? 0 : EXIT_UNREACHABLE);
		if (words != NULL)
			CHECK_HAS(out, words);
		CHECK_EQ(run(cmd_modem, "modem --json"), 0);
		CHECK_HAS(out, words == NULL ? "\"wrong\":[]" : words);
		stop_core();
	}
}

static void
test_pin(void)
{
	struct msg_modem_row row = well();

	row.connected = 0;
	row.gone.exit = EXIT_PIN;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "the SIM card of the modem asks for its PIN: write the PIN into a file");
	put("t.conf", "run_dir = \"run\"; modem = { pin_file = \"pin\"; };");
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "asks for its PIN, and the file pin is missing");
	put("pin", "1234\n");
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "did not open with the PIN in pin, which is not tried again");
	CHECK(strstr(out, "1234") == NULL);
	CHECK(chmod("pin", 0640) == 0);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "the file pin is open to other users: chmod 600 it");
	CHECK_EQ(run(cmd_check, "check"), EXIT_REFUSED);
	CHECK_HAS(out, "pin_file pin is open to other users: chmod 600 it");
	CHECK(unlink("pin") == 0 && symlink("t.conf", "pin") == 0);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "the file pin is not a plain file");
	CHECK(unlink("pin") == 0);
	stop_core();
	put("t.conf", "run_dir = \"run\";");
}

static void
test_several(void)
{
	put("t.conf", "run_dir = \"run\"; modem3 = { device = \"/dev/ttyB\"; poll_s = 5; };");
	rows[0] = rows[1] = well();
	rows[1].modem = 2;
	rows[1].listed_s = 200;
	row_count = 2;
	start_core(answer_modems);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "modem 3     /dev/ttyB");
	CHECK_HAS(out, "looked for every 5 s");
	CHECK_HAS(out, "modem 3 has not been listed for long");
	CHECK(strstr(out, "modem 1 has not") == NULL);
	CHECK_EQ(run(cmd_modem, "modem --json"), 0);
	CHECK_EQ(lines_of(out), 2);
	CHECK_EQ(run(cmd_status, "status"), EXIT_UNREACHABLE);
	CHECK_HAS(out, "modem 3    connected, listed 3 min ago");
	stop_core();
	put("t.conf", "run_dir = \"run\";");
}

static void
test_sweep_and_credit_lines(void)
{
	struct msg_modem_row row = well();

	row.state.sweep = 2;
	row.credit_s = 3;
	(void)snprintf(row.credit.words, sizeof(row.credit.words), "You have 5.20\x1b[2J, 0712");
	row.credit.asked = 1;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "sweep     this modem cannot");
	CHECK_HAS(out, "credit    3 s ago: You have 5.20\\x1b[2J, 0712");
	stop_core();
	row.state.sweep = 1;
	row.state.swept_s = 1763692200;
	row.state.swept_slots = 27;
	row.credit.asked = 2;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "last 2025-11-21 02:30 UTC, 27 slots overwritten, not all");
	CHECK_HAS(out, "asked 3 s ago, the network did not answer");
	stop_core();
}

/* A process that has not listed yet knows nothing, and nothing is said of its card or its sweep. */
static void
test_starting(void)
{
	struct msg_modem_row row = {.connected = 1, .listed_s = -1, .credit_s = -1};

	row.state.signal_percent = -1;
	row.state.registration = REGISTRATION_UNKNOWN;
	row.state.swept_s = INT64_MIN;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem"), 0);
	CHECK_HAS(out, "state     starting: it was not listed yet");
	CHECK(strstr(out, "sweep") == NULL);
	stop_core();
}

/* Of two modems one has nothing to dial: nobody waits for it. One that is away is named. */
static void
test_acts_of_two(void)
{
	struct msg_modem_row row = well();

	put("t.conf", "run_dir = \"run\"; modem = { credit_ussd = \"*144#\"; };"
		      "modem2 = { device = \"two\"; };");
	rows[0] = rows[1] = row;
	rows[1].modem = 1;
	row_count = 2;
	start_core(answer_modems);
	CHECK_EQ(run(cmd_modem, "modem credit"), 0);
	stop_core();
	row.connected = 0;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem list"), EXIT_REFUSED);
	CHECK_HAS(err, "not connected now");
	stop_core();
	put("t.conf", "run_dir = \"run\";");
}

static void
test_acts(void)
{
	struct msg_modem_row row = well();

	(void)snprintf(row.credit.words, sizeof(row.credit.words), "Balance 7");
	row.credit.asked = 1;
	begin(row);
	CHECK_EQ(run(cmd_modem, "modem credit"), EXIT_REFUSED);
	CHECK_HAS(err, "set credit_ussd");
	put("t.conf", "run_dir = \"run\"; modem = { credit_ussd = \"*144#\"; };");
	CHECK_EQ(run(cmd_modem, "modem credit"), 0);
	CHECK_HAS(out, "ago: Balance 7");
	CHECK_EQ(run(cmd_modem, "modem credit 2"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_modem, "modem list 1"), 0);
	CHECK_HAS(out, "modem 1 was listed to its end");
	CHECK_EQ(run(cmd_modem, "modem sweep"), 0);
	CHECK_HAS(out, "see 'tocsin modem' in some minutes");
	CHECK_EQ(run(cmd_modem, "modem sweep 4"), EXIT_REFUSED);
	CHECK_HAS(err, "words of core");
	CHECK_EQ(run(cmd_modem, "modem sweep 5"), EXIT_USAGE);
	CHECK_EQ(run(cmd_modem, "modem sweep 0"), EXIT_USAGE);
	CHECK_EQ(run(cmd_modem, "modem sweep 11"), EXIT_USAGE);
	CHECK_EQ(run(cmd_modem, "modem dance"), EXIT_USAGE);
	CHECK_EQ(run(cmd_modem, "modem sweep --json"), EXIT_USAGE);
	stop_core();
	put("t.conf", "run_dir = \"run\";");
}

static void
test_check(void)
{
	put("t.conf", "run_dir = \"run\"; modem = { device = \"/dev/null\"; power_cycle = \"p\"; };"
		      "modem2 = { device = \"folder\"; model = \"dummy\"; };");
	CHECK(mkdir("folder", 0700) == 0);
	CHECK_EQ(run(cmd_check, "check"), EXIT_REFUSED);
	CHECK_HAS(out, "WRONG modem     power_cycle p: No such file");
	CHECK_HAS(out, "ok    modem2    folder (Gammu's dummy device");
	put("p", "#!/bin/sh\n");
	CHECK_EQ(run(cmd_check, "check"), EXIT_REFUSED);
	CHECK_HAS(out, "power_cycle p is no program that this user may run: chmod 755 it");
	CHECK(chmod("p", 0777) == 0);
	CHECK_EQ(run(cmd_check, "check"), EXIT_REFUSED);
	CHECK_HAS(out, "power_cycle p can be changed by other users");
	CHECK(chmod("p", 0755) == 0);
	CHECK_EQ(run(cmd_check, "check"), EXIT_REFUSED); /* there is no store */
	CHECK_HAS(out, "ok    modem     /dev/null");
	put("t.conf", "run_dir = \"run\";");
}

int
main(void)
{
	begin_commands();
	test_well();
	test_troubles();
	test_pin();
	test_several();
	test_sweep_and_credit_lines();
	test_starting();
	test_acts_of_two();
	test_acts();
	test_check();
	return end_commands((const char *const[]){"p", "folder", NULL});
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vet, plain, own-places, roster and enrol --own-places against a fake core: what is refused before
 * anything is asked, what core is asked for, and what is shown. There is no terminal here: what is
 * asked at one is proved by tests/flow/test_people.py.
 */
#include <sys/stat.h>

#include "gateway/control/cmd.h"
#include "tests/support/fake_core.h"

#define DIGITS "+254700123456"

static uint32_t trust, keeps; /* as the fake core has them */

/* ada: vetted, plain, a number and places; bea: nothing; cleo: her number is kept. */
static void
send_person(int fd, const char *name, uint64_t seq)
{
	struct ipc_message m;
	struct msg_roster_row *row = &m.body.ROSTER_ROW;

	ipc_begin(&m, MSG_ROSTER_ROW);
	row->seq = seq;
	row->slot = (uint32_t)seq;
	row->last_s = INT64_MIN;
	row->place = 101;
	(void)snprintf(row->pseudonym, sizeof(row->pseudonym), "%s", name);
	(void)snprintf(row->place_label, sizeof(row->place_label), "Alder");
	row->number_kept = name[0] != 'b';
	row->revoked = name[0] == 'g';
	if (name[0] == 'a') {
		row->vetted = row->plain = 1;
		row->vetted_s = 1795132800;
		row->own_places = 3;
		row->said_place = 7;
		row->said_s = 1795132800;
		(void)snprintf(row->said_label, sizeof(row->said_label), "Birch\x1b[2J");
		(void)snprintf(row->plain_reason, sizeof(row->plain_reason), "no smart phone\x1b");
	}
	send_message(fd, &m);
}

static void
answer_roster(int fd, const struct msg_roster *ask)
{
	static const char *const names[] = {"ada", "bea", "cleo", "gone"};

	for (size_t i = 0; i < 4; i++)
		if (ask->after <= i &&
		    (ask->pseudonym[0] == '\0' || strcmp(ask->pseudonym, names[i]) == 0))
			send_person(fd, names[i], i + 1);
	send_result(fd, ST_OK, 50, "");
}

static void
answer_status(int fd)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_STATUS_REPLY);
	m.body.STATUS_REPLY.clock_s = 1795132800;
	m.body.STATUS_REPLY.clock_trust = trust;
	send_message(fd, &m);
}

/* Two places: 7 Birch and 312 Alder. */
static void
answer_place(int fd, const struct msg_place *ask)
{
	const bool is_birch = ask->id == 7 || strcmp(ask->label, "Birch wood") == 0;
	struct ipc_message m;

	ipc_begin(&m, MSG_PLACE_IS);
	if (is_birch || ask->id == 312) {
		m.body.PLACE_IS.id = is_birch ? 7 : 312;
		(void)snprintf(m.body.PLACE_IS.label, sizeof(m.body.PLACE_IS.label), "%s",
		    is_birch ? "Birch wood" : "Alder");
	}
	send_message(fd, &m);
}

static void
answer_own(int fd, const struct msg_own_places *ask)
{
	struct ipc_message m;

	if (strcmp(ask->pseudonym, "gone") == 0) {
		send_result(fd, ST_UNKNOWN, 0, "no active monitor");
		return;
	}
	ipc_begin(&m, MSG_OWN_PLACES_ARE);
	m.body.OWN_PLACES_ARE = *ask;
	if (!ask->set && strcmp(ask->pseudonym, "ada") == 0) {
		m.body.OWN_PLACES_ARE.place[0] = 312;
		m.body.OWN_PLACES_ARE.place[99] = 9; /* no longer in the file */
	}
	send_message(fd, &m);
}

static void
answer(int fd, const struct ipc_message *ask)
{
	struct ipc_message m;
	char words[240];

	switch (ask->head.type) {
	case MSG_ROSTER:
		answer_roster(fd, &ask->body.ROSTER);
		return;
	case MSG_STATUS:
		answer_status(fd);
		return;
	case MSG_PLACE:
		answer_place(fd, &ask->body.PLACE);
		return;
	case MSG_OWN_PLACES:
		answer_own(fd, &ask->body.OWN_PLACES);
		return;
	case MSG_VET:
		(void)snprintf(words, sizeof(words), "vet [%s] %u", ask->body.VET.pseudonym,
		    ask->body.VET.vetted);
		send_result(fd, ST_OK, ask->body.VET.pseudonym[0] == 'b', words);
		return;
	case MSG_PLAIN_ALLOW:
		(void)snprintf(words, sizeof(words), "plain [%s] [%s] [%s] %u",
		    ask->body.PLAIN_ALLOW.pseudonym, ask->body.PLAIN_ALLOW.number,
		    ask->body.PLAIN_ALLOW.reason, ask->body.PLAIN_ALLOW.allowed);
		send_result(fd, ST_OK, 0, words);
		return;
	case MSG_SETTING:
		ipc_begin(&m, MSG_SETTING_IS);
		m.body.SETTING_IS.key = ask->body.SETTING.key;
		m.body.SETTING_IS.value = ask->body.SETTING.key == SETTING_KEEP_NUMBERS ? keeps : 0;
		send_message(fd, &m);
		return;
	case MSG_ENROL:
		ipc_begin(&m, MSG_ENROLLED);
		(void)snprintf(m.body.ENROLLED.text, sizeof(m.body.ENROLLED.text), "EW1:SECRET");
		send_message(fd, &m);
		return;
	default:
		send_result(fd, ST_OK, 0, "");
	}
}

/* Another core, which believes another time and keeps numbers or not. */
static void
anew(uint32_t new_trust, uint32_t new_keeps)
{
	stop_core();
	(void)unlink("run/control");
	trust = new_trust;
	keeps = new_keeps;
	start_core(answer);
}

static void
test_vet(void)
{
	CHECK_EQ(run(cmd_vet, "vet"), EXIT_USAGE);
	CHECK_EQ(run(cmd_vet, "vet nobody --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "no active monitor has the pseudonym nobody");
	CHECK_EQ(run(cmd_vet, "vet gone --yes"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_vet, "vet ada --yes"), 0);
	CHECK_HAS(out, "ada is vetted already, since 2026-11-20");
	CHECK_EQ(run(cmd_vet, "vet bea --withdraw --yes"), 0);
	CHECK_HAS(out, "bea is not vetted");
	CHECK_EQ(run(cmd_vet, "vet bea --yes"), 0);
	CHECK_HAS(out, "30 days");
	CHECK_HAS(out, "The mark will have the date 2026-11-20.");
	CHECK_HAS(out, "bea is vetted");
	CHECK_EQ(run(cmd_vet, "vet ada --withdraw --yes"), 0);
	CHECK_HAS(out, "no longer count");
	CHECK_HAS(out, "vet [ada] 0");
	/* the clock decides when her thirty days are over */
	anew(TRUST_MACHINE, 1);
	CHECK_EQ(run(cmd_vet, "vet bea --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "only this machine's clock says that today is 2026-11-20");
	CHECK(strstr(out, "bea is vetted") == NULL);
	CHECK_EQ(run(cmd_vet, "vet ada --withdraw --yes"), 0);
	anew(TRUST_NONE, 0);
	CHECK_EQ(run(cmd_vet, "vet bea --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "does not know the date");
}

static void
test_plain(void)
{
	CHECK_EQ(run(cmd_plain, "plain"), 0);
	CHECK_STR(out, "ada\n        no smart phone\\x1b\n");
	CHECK_EQ(run(cmd_plain, "plain --json"), 0);
	CHECK_EQ(lines_of(out), 1);
	CHECK_EQ(run(cmd_plain, "plain allow bea --reason-file why --number-file n --yes"),
	    EXIT_REFUSED);
	CHECK_HAS(err, "keeps no numbers");
	anew(TRUST_CONFIRMED, 1);
	CHECK_EQ(run(cmd_plain, "plain allow"), EXIT_USAGE);
	CHECK_EQ(run(cmd_plain, "plain allow bea --reason-file - --number-file -"), EXIT_USAGE);
	CHECK_EQ(run(cmd_plain, "plain allow nobody --reason-file why --yes"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_plain, "plain allow ada --reason-file why --yes"), 0);
	CHECK_HAS(out, "already");
	CHECK_EQ(run(cmd_plain, "plain allow bea --reason-file long --number-file n --yes"),
	    EXIT_REFUSED);
	CHECK_HAS(err, "127");
	CHECK_EQ(run(cmd_plain, "plain allow bea --reason-file why --number-file open --yes"),
	    EXIT_REFUSED);
	CHECK_HAS(err, "chmod 600");
	CHECK_EQ(run(cmd_plain, "plain allow bea --reason-file why --number-file n --yes"), 0);
	CHECK_HAS(out, "operator reads it");
	CHECK_HAS(out, "plain [bea] [" DIGITS "] [no device] 1");
	CHECK_EQ(run(cmd_plain, "plain allow cleo --reason-file why --yes"), 0);
	CHECK_HAS(out, "plain [cleo] [] [no device] 1");
	CHECK_EQ(run(cmd_plain, "plain forbid ada"), 0);
	CHECK_HAS(out, "plain [ada] [] [] 0");
	CHECK_EQ(run(cmd_plain, "plain --help"), 0);
	CHECK_HAS(out, "forbid PSEUDONYM");
}

static void
test_own_places(void)
{
	CHECK_EQ(run(cmd_own_places, "own-places ada"), 0);
	CHECK_STR(out, "ada has 2 numbers of her own for places:\n  00  312 Alder\n"
		       "  99  9 which the places file in force lacks\n");
	CHECK_EQ(run(cmd_own_places, "own-places ada --json"), 0);
	CHECK_HAS(out, "{\"number\":0,\"place\":312,\"place_label\":\"Alder\"}\n");
	CHECK_EQ(run(cmd_own_places, "own-places bea"), 0);
	CHECK_HAS(out, "no numbers of her own");
	CHECK_EQ(run(cmd_own_places, "own-places gone"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_own_places, "own-places bea --none --file list"), EXIT_USAGE);
	put("list", "# heron's\n\n07  Birch wood # the wood\r\n\t12 312\n");
	CHECK_EQ(run(cmd_own_places, "own-places bea --file list"), 0);
	CHECK_HAS(
	    out, "bea has 2 numbers of her own for places:\n  07  7 Birch wood\n  12  312 Alder\n");
	CHECK_HAS(out, "shows where she works");
	CHECK_EQ(run(cmd_own_places, "own-places ada --file list"), EXIT_USAGE); /* nobody to ask */
	CHECK_EQ(run(cmd_own_places, "own-places ada --file list --yes"), 0);
	CHECK_EQ(run(cmd_own_places, "own-places ada --none --yes"), 0);
	CHECK_HAS(out, "ada has no numbers");
	/* each fault with its line, and nothing is set */
	put("list", "7 312\n07 312\n08\n07 7\n09 Elm\x1b\n10 0\n11 99999\n12 8\nxx 7\n");
	CHECK_EQ(run(cmd_own_places, "own-places bea --file list"), EXIT_REFUSED);
	CHECK_HAS(err, "list:1: '7 312': a line is two digits");
	CHECK_HAS(err, "list:3: '08'");
	CHECK_HAS(err, "list:4: number '07' stands in an earlier line");
	CHECK_HAS(err, "list:5: the places file in force has no place 'Elm\\x1b'");
	CHECK_HAS(err, "list:6: there is no place '0'");
	CHECK_HAS(err, "list:7: there is no place '99999'");
	CHECK_HAS(err, "list:8: ");
	CHECK_HAS(err, "list:9: 'xx 7'");
	CHECK_HAS(err, "faults in the list: 8");
	CHECK_STR(out, "");
	put("list", "# nothing\n");
	CHECK_EQ(run(cmd_own_places, "own-places bea --file list"), EXIT_REFUSED);
	CHECK_HAS(err, "--none");
	CHECK_EQ(run(cmd_own_places, "own-places bea --file nowhere"), EXIT_REFUSED);
}

static void
test_enrol_with_places(void)
{
	put("list", "07 nowhere\n");
	CHECK_EQ(
	    run(cmd_enrol, "enrol --pseudonym eva --place 312 --own-places list"), EXIT_REFUSED);
	CHECK_STR(out, ""); /* nobody was enrolled */
	put("list", "07 312\n");
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym eva --place 312 --own-places list"), 0);
	CHECK_STR(out, "EW1:SECRET\n");
	CHECK_HAS(err, "taken over from list");
	CHECK_EQ(
	    run(cmd_enrol, "enrol --pseudonym gone --place 312 --own-places list"), EXIT_REFUSED);
	CHECK_HAS(err, "gone is enrolled, without her own numbers");
}

static void
test_roster(void)
{
	CHECK_EQ(run(cmd_roster, "roster"), 0);
	CHECK_HAS(out, "vetted since 2026-11-20, 3 places of her own, number kept: yes");
	CHECK_HAS(out, "may text PLAIN: no smart phone\\x1b");
	CHECK_HAS(out, "she calls Birch\\x1b[2J her place since 2026-11-20");
	CHECK_EQ(run(cmd_roster, "roster --json"), 0);
	CHECK_EQ(lines_of(out), 4);
	CHECK_HAS(out, "\"vetted\":true,\"vetted_since\":\"2026-11-20");
	CHECK_HAS(out, "\"plain\":true,\"plain_reason\":\"no smart phone\\u001b\",\"own_places\":3,"
		       "\"said_place\":7");
	CHECK_HAS(out, "\"vetted\":false,\"vetted_since\":null,\"plain\":false");
}

int
main(void)
{
	static const char *const made[] = {"n", "open", "why", "long", "list", NULL};
	char text[REASON_MAX + 1];

	begin_commands();
	put("n", "+254 (700) 123-456\n");
	put("open", DIGITS);
	CHECK(chmod("open", 0644) == 0);
	put("why", "no device\n");
	memset(text, 'x', REASON_MAX);
	text[REASON_MAX] = '\0';
	put("long", text);
	trust = TRUST_CONFIRMED;
	start_core(answer);
	test_vet();
	test_plain();
	test_own_places();
	test_enrol_with_places();
	test_roster();
	stop_core();
	CHECK_EQ(run(cmd_vet, "vet ada --yes"), EXIT_UNREACHABLE);
	return end_commands(made);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * send, outbox, setting and enrol --number against a fake core: where number and text come from,
 * what is refused before anything is asked, what core is asked for, and what is shown. There is no
 * terminal here: what is asked at one is proved by tests/flow/test_send.py.
 */
#include <sys/stat.h>

#include "tests/support/fake_core.h"

#define DIGITS "+254700123456"
#define G_BREVE "\xc4\x9f"

static struct msg_setting chosen[8]; /* the child's own */

static void
send_person(int fd, const struct msg_roster *ask)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_ROSTER_ROW);
	m.body.ROSTER_ROW.seq = 1;
	m.body.ROSTER_ROW.number_kept = strcmp(ask->pseudonym, "ada") == 0;
	m.body.ROSTER_ROW.revoked = strcmp(ask->pseudonym, "gone") == 0;
	(void)snprintf(m.body.ROSTER_ROW.pseudonym, PSEUDONYM_MAX, "%s", ask->pseudonym);
	if (strcmp(ask->pseudonym, "nobody") != 0)
		send_message(fd, &m);
	send_result(fd, ST_OK, 50, "");
}

static void
send_rows(int fd, const struct msg_outbox *ask)
{
	static const struct {
		uint64_t number;
		enum outbox_state state;
		uint32_t code;
		const char *pseudonym;
	} rows[] = {{30, OUTBOX_QUEUED, 0, "ada"}, {20, OUTBOX_UNKNOWN, 0, ""},
	    {10, OUTBOX_FAILED, 38, "ada"}};
	struct ipc_message m;
	uint32_t count = 0;

	for (size_t i = 0; i < 3 && count < ask->limit; i++) {
		if (ask->before != 0 && rows[i].number >= ask->before)
			continue;
		ipc_begin(&m, MSG_OUTBOX_ROW);
		m.body.OUTBOX_ROW.number = rows[i].number;
		m.body.OUTBOX_ROW.state = rows[i].state;
		m.body.OUTBOX_ROW.code = rows[i].code;
		m.body.OUTBOX_ROW.queued_s = m.body.OUTBOX_ROW.state_s = 1795000000;
		m.body.OUTBOX_ROW.trust = TRUST_CONFIRMED;
		m.body.OUTBOX_ROW.may_repeat = rows[i].pseudonym[0] != '\0';
		m.body.OUTBOX_ROW.text_len = 13;
		memcpy(m.body.OUTBOX_ROW.text, "come \x1b[2Jhome", 13);
		(void)snprintf(m.body.OUTBOX_ROW.pseudonym, PSEUDONYM_MAX, "%s", rows[i].pseudonym);
		send_message(fd, &m);
		count++;
	}
	send_result(fd, ST_OK, ask->limit, "");
}

/* One choice is refused. */
static void
send_setting(int fd, const struct msg_setting *ask)
{
	struct ipc_message m;

	if (ask->value == 1 && ask->key == SETTING_PLAIN) {
		send_result(fd, ST_NOT_ALLOWED, 0, "not that one");
		return;
	}
	if (ask->value != SETTING_TELL)
		chosen[ask->key] = *ask;
	ipc_begin(&m, MSG_SETTING_IS);
	m.body.SETTING_IS.key = ask->key;
	m.body.SETTING_IS.by = SETTING_BY_POSTURE;
	if (chosen[ask->key].key != 0 && chosen[ask->key].value != SETTING_AS_POSTURE) {
		m.body.SETTING_IS.by = SETTING_BY_CHOICE;
		m.body.SETTING_IS.value = chosen[ask->key].value;
		memcpy(m.body.SETTING_IS.text, chosen[ask->key].text, CHOSEN_TEXT_MAX);
	}
	send_message(fd, &m);
}

/* Says in its words what it was asked for, so that the parent sees it. */
static void
answer(int fd, const struct ipc_message *ask)
{
	const struct msg_send_text *text = &ask->body.SEND_TEXT;
	const struct msg_outbox_act *act = &ask->body.OUTBOX_ACT;
	char words[240];

	switch (ask->head.type) {
	case MSG_ROSTER:
		send_person(fd, &ask->body.ROSTER);
		return;
	case MSG_SEND_TEXT:
		(void)snprintf(words, sizeof(words), "to [%s] at [%s] by %d: [%.*s]",
		    text->pseudonym, text->number, (int)text->modem, (int)text->text_len,
		    (const char *)text->text);
		send_result(fd, text->text_len == 6 ? ST_OK : ST_FULL, 77, words);
		return;
	case MSG_OUTBOX:
		send_rows(fd, &ask->body.OUTBOX);
		return;
	case MSG_OUTBOX_ACT:
		(void)snprintf(words, sizeof(words), "act %u on %u to [%s]", act->act,
		    (unsigned)act->number, act->to);
		send_result(fd, act->number == 20 ? ST_FULL : ST_OK, 78, words);
		return;
	case MSG_SETTING:
		send_setting(fd, &ask->body.SETTING);
		return;
	case MSG_ENROL:
		(void)snprintf(words, sizeof(words), "enrol [%s]", ask->body.ENROL.number);
		send_result(fd, ST_FULL, 0, words);
		return;
	default:
		send_result(fd, ST_OK, 0, "");
	}
}

static void
test_send(void)
{
	static const struct {
		const char *words, *says;
		int code;
	} refused[] = {
	    {"send", "needs a pseudonym", EXIT_USAGE},
	    {"send --number --number-file n", "not both", EXIT_USAGE},
	    {"send +254700123456", "looks like a phone number", EXIT_USAGE},
	    {"send --number-file - --text-file -", "standard input", EXIT_USAGE},
	    {"send ada --modem 5", "modem", EXIT_USAGE},
	    {"send nobody --text-file t --yes", "no active monitor", EXIT_REFUSED},
	    {"send gone --text-file t --yes", "no active monitor", EXIT_REFUSED},
	    {"send bea --text-file t --yes", "no number of hers is kept", EXIT_REFUSED},
	    {"send ada --text-file none --yes", "no file none", EXIT_REFUSED},
	    {"send ada --text-file empty --yes", "empty is empty", EXIT_REFUSED},
	    {"send ada --text-file long --yes", "3 characters too long", EXIT_REFUSED},
	    {"send ada --text-file wide --yes", "\"" G_BREVE "\" is not in the alphabet",
		EXIT_REFUSED},
	    {"send ada --text-file tab --yes", "control character", EXIT_REFUSED},
	    {"send --number-file open --text-file t --yes", "chmod 600", EXIT_REFUSED},
	    {"send --number-file long --text-file t --yes", "no phone number", EXIT_REFUSED},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		CHECK_EQ(run(cmd_send, refused[i].words), refused[i].code);
		CHECK_HAS(err, refused[i].says);
		CHECK_STR(out, "");
	}
	CHECK_EQ(run(cmd_send, "send ada --text-file t --yes"), 0);
	CHECK_HAS(out, "Number 77 waits to be sent");
	/* what it was asked for is told by the refusal */
	CHECK_EQ(run(cmd_send, "send ada --text-file five --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "to [ada] at [] by -1: [five5]");
	CHECK_EQ(
	    run(cmd_send, "send --number-file n --text-file five --yes --modem 2"), EXIT_REFUSED);
	CHECK_HAS(err, "to [] at [" DIGITS "] by 1: [five5]");
	CHECK_EQ(run(cmd_send, "send bea --number-file n --text-file five --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "to [bea] at [" DIGITS "]");
	put("in", "lines\n\n");
	CHECK_EQ(run(cmd_send, "send ada --text-file - --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "[lines]");
	put("in", DIGITS "\n");
	CHECK_EQ(run(cmd_send, "send --number-file - --text-file five --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "at [" DIGITS "]");
	put("in", "");
}

static void
test_outbox(void)
{
	CHECK_EQ(run(cmd_outbox, "outbox"), 0);
	CHECK_EQ(lines_of(out), 7); /* its titles; the text has a line of its own */
	CHECK_HAS(out, "   30 waits");
	CHECK_HAS(out, "a number");
	CHECK_HAS(out, "failed: network code 38");
	CHECK_HAS(out, "come \\x1b[2Jhome");
	CHECK_EQ(run(cmd_outbox, "outbox --json --limit 2"), 0);
	CHECK_EQ(lines_of(out), 2);
	CHECK_HAS(out, "\"number\":30,\"kind\":\"text\",\"state\":\"queued\",\"code\":0");
	CHECK_HAS(out, "\"state\":\"unknown\"");
	CHECK_HAS(out, "\"to\":null,\"may_repeat\":false");
	CHECK_EQ(run(cmd_outbox, "outbox --before 11"), 0);
	CHECK_EQ(lines_of(out), 3);
	CHECK_EQ(run(cmd_outbox, "outbox cancel"), EXIT_USAGE);
	CHECK_EQ(run(cmd_outbox, "outbox cancel ten"), EXIT_USAGE);
	CHECK_EQ(run(cmd_outbox, "outbox cancel 10"), 0);
	CHECK_HAS(out, "act 1 on 10 to []");
	CHECK_EQ(run(cmd_outbox, "outbox cancel 20"), EXIT_REFUSED);
	CHECK_EQ(run(cmd_outbox, "outbox repeat 10 --yes"), 0);
	CHECK_HAS(out, "Number 78 waits");
	CHECK_EQ(run(cmd_outbox, "outbox repeat 20 --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "its number is kept nowhere");
	CHECK_EQ(run(cmd_outbox, "outbox repeat 20 --number-file n --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "act 2 on 20 to [" DIGITS "]");
	CHECK_EQ(run(cmd_outbox, "outbox repeat 15 --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "no such text");
	CHECK_EQ(run(cmd_outbox, "outbox --help"), 0);
	CHECK_HAS(out, "repeat");
}

static void
test_setting_and_enrol(void)
{
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym eva --place 1 --number-file n"), EXIT_REFUSED);
	CHECK_HAS(err, "keeps no numbers");
	CHECK(strstr(err, "enrol [") == NULL); /* nobody was asked for */
	CHECK_EQ(run(cmd_setting, "setting"), 0);
	CHECK_HAS(out, "posture       protected\n");
	CHECK_HAS(out, "keep-numbers  off, as the posture has it");
	CHECK_EQ(run(cmd_setting, "setting keep-numbers"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting keep-numbers perhaps"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting keep-numbers on --yes"), 0);
	CHECK_HAS(out, "seizes");
	CHECK_HAS(out, "keep-numbers is on now");
	CHECK_EQ(run(cmd_setting, "setting keep-numbers on --yes"), 0);
	CHECK_HAS(out, "on already");
	CHECK_EQ(run(cmd_setting, "setting --json"), 0);
	CHECK_HAS(out, "\"keep_numbers\":true");
	CHECK_EQ(
	    run(cmd_enrol, "enrol --pseudonym eva --place 1 --number --number-file n"), EXIT_USAGE);
	CHECK_EQ(
	    run(cmd_enrol, "enrol --pseudonym eva --place 1 --number-file open"), EXIT_REFUSED);
	CHECK_HAS(err, "chmod 600");
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym eva --place 1 --number-file n"), EXIT_REFUSED);
	CHECK_HAS(err, "enrol [" DIGITS "]");
	CHECK_EQ(run(cmd_enrol, "enrol --pseudonym eva --place 1"), EXIT_REFUSED);
	CHECK_HAS(err, "enrol []");
	CHECK_EQ(run(cmd_setting, "setting keep-numbers off --yes"), 0);
	CHECK_HAS(out, "until their months are erased");
	CHECK_HAS(out, "keep-numbers is off now");
}

static void
test_settings(void)
{
	CHECK_EQ(run(cmd_setting, "setting"), 0);
	CHECK_HAS(out, "keep-numbers  off, chosen, and the same as the posture has it");
	CHECK_HAS(out, "neutral-text  the one that comes with Tocsin");
	CHECK_EQ(run(cmd_setting, "setting loudness high"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting answers"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting answers neutral"), EXIT_USAGE); /* nobody to ask */
	CHECK_EQ(run(cmd_setting, "setting answers cod --yes"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting answers code --yes"), 0);
	CHECK_HAS(out, "on her phone");
	CHECK_HAS(out, "answers is code now");
	CHECK_EQ(run(cmd_setting, "setting plain-texts anyone --yes"), EXIT_REFUSED);
	CHECK_HAS(err, "not that one");
	CHECK_EQ(run(cmd_setting, "setting neutral-text --yes --text-file long"), EXIT_REFUSED);
	CHECK_HAS(err, "too long");
	CHECK_EQ(run(cmd_setting, "setting neutral-text --yes --text-file octets"), EXIT_REFUSED);
	CHECK_HAS(err, "this text takes 240 octets, and 211 can be kept");
	CHECK_EQ(
	    run(cmd_setting, "setting neutral-text --yes --text-file t as-posture"), EXIT_USAGE);
	CHECK_EQ(run(cmd_setting, "setting neutral-text --yes --text-file t"), 0);
	CHECK_EQ(run(cmd_setting, "setting"), 0);
	CHECK_HAS(out, "answers       code, chosen: differs from the posture");
	CHECK_HAS(out, "neutral-text  \"sixsix\", chosen");
	CHECK_EQ(run(cmd_setting, "setting posture open --yes"), 0);
	CHECK_HAS(out, "gives up secrecy");
	CHECK_EQ(run(cmd_setting, "setting --json"), 0);
	CHECK_HAS(out, "\"posture\":\"open\",\"posture_by\":\"choice\",\"keep_numbers\":false,"
		       "\"keep_numbers_by\":\"choice\"");
	CHECK_HAS(out, "\"neutral_text\":\"sixsix\"");
	CHECK_HAS(
	    out, "\"differs\":[\"keep-numbers\",\"plain-texts\",\"answers\",\"neutral-text\"]");
	CHECK_EQ(run(cmd_setting, "setting neutral-text as-posture --yes"), 0);
	CHECK_EQ(run(cmd_setting, "setting neutral-text as-posture --yes"), 0);
	CHECK_HAS(out, "comes with Tocsin already");
	CHECK_EQ(run(cmd_setting, "setting --help"), 0);
	CHECK_HAS(out, "tocsin setting answers [--yes] none|neutral|code|read-back|as-posture");
}

int
main(void)
{
	char text[256];

	begin_commands();
	put("n", "+254 (700) 123-456\n");
	put("open", DIGITS);
	CHECK(chmod("open", 0644) == 0);
	put("t", "sixsix\n");
	put("five", "five5");
	put("empty", "\n\n");
	put("tab", "a\tb");
	memset(text, 'x', sizeof(text));
	text[163] = '\0';
	put("long", text);
	text[80] = '\0';
	memcpy(text, G_BREVE, 2);
	put("wide", text);
	for (size_t i = 0; i < 120; i++) /* of the alphabet of SMS, two octets each */
		memcpy(text + 2 * i, "\xc3\xa9", 3);
	put("octets", text);
	start_core(answer);
	test_send();
	test_outbox();
	test_setting_and_enrol();
	test_settings();
	stop_core();
	CHECK_EQ(run(cmd_send, "send ada --text-file t --yes"), EXIT_UNREACHABLE);
	return end_commands((const char *const[]){
	    "n", "open", "t", "five", "empty", "tab", "long", "wide", "octets", NULL});
}

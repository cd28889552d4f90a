/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin send`: a text to a monitor. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "reporting/report/one_sms.h"
#include "schemas/exit.h"

#define TEXT_READ_MAX 4096
#define SHOWN_MAX (SMS_TEXT_MAX * 6 + 1)

struct send {
	const char *pseudonym, *number_file, *text_file;
	uint64_t modem;
	bool number, modem_given, yes;
	struct msg_send_text ask;
	struct one_sms sms;
};

static bool
read_wishes(int argc, char **argv, struct send *s, int *code)
{
	const struct option_row rows[] = {
	    {"number", OPTION_FLAG, &s->number, 0, 0, NULL, NULL,
		"ask for the phone number; it is kept nowhere"},
	    {"number-file", OPTION_TEXT, &s->number_file, 0, 0, NULL, "FILE",
		"read the number from a file, - for standard input"},
	    {"text-file", OPTION_TEXT, &s->text_file, 0, 0, NULL, "FILE",
		"read the text from a file, - for standard input"},
	    {"modem", OPTION_NUMBER, &s->modem, 1, MODEMS_MAX, &s->modem_given, "N",
		"by this modem, not by any"},
	    {"yes", OPTION_FLAG, &s->yes, 0, 0, NULL, NULL, "do not ask before it is sent"},
	};
	const struct options o = {"tocsin send PSEUDONYM | --number [OPTIONS]", rows,
	    sizeof(rows) / sizeof(rows[0]), OPERANDS_UP_TO(1)};

	if (!options_read(&o, argc, argv, &s->pseudonym, code))
		return false;
	*code = 0;
	if (s->number && s->number_file != NULL)
		*code = cmd_fail(EXIT_USAGE, "give --number or --number-file, not both");
	else if (s->pseudonym == NULL && !s->number && s->number_file == NULL)
		*code = cmd_fail(EXIT_USAGE, "send needs a pseudonym, --number or --number-file");
	else if (s->pseudonym != NULL && people_is_phone_number(s->pseudonym))
		*code = cmd_fail(EXIT_USAGE,
		    "this looks like a phone number, which other programs can read here: give "
		    "--number, and type it when you are asked");
	else if (s->number_file != NULL && s->text_file != NULL &&
		 strcmp(s->number_file, "-") == 0 && strcmp(s->text_file, "-") == 0)
		*code = cmd_fail(EXIT_USAGE,
		    "standard input can hold the number or the text, not both: give a "
		    "file for one of them");
	return *code == 0;
}

struct sought {
	bool is_there, is_kept;
};

static void
on_row(const struct msg_roster_row *row, void *arg)
{
	struct sought *who = arg;

	if (!row->revoked)
		*who = (struct sought){true, row->number_kept != 0};
}

/* Before anything is typed: is the gateway OPEN, and can she be reached? */
static int
look(const struct send *s)
{
	struct sought who = {false, false};
	struct client c;
	int code;

	if (s->pseudonym == NULL)
		return client_is_open();
	if ((code = client_open(&c)) != 0)
		return code;
	code = people_each(&c, s->pseudonym, on_row, &who);
	client_close(&c);
	if (code == 0 && !who.is_there)
		return cmd_fail(
		    EXIT_REFUSED, "no active monitor has that pseudonym: see 'tocsin roster'");
	if (code == 0 && !who.is_kept && !s->number && s->number_file == NULL)
		return cmd_fail(EXIT_REFUSED,
		    "no number of hers is kept: give it with --number, which keeps it nowhere");
	return code;
}

static int
get_text(struct send *s)
{
	char text[TEXT_READ_MAX], words[ONE_SMS_WORDS];
	int code = s->text_file != NULL
		       ? typed_file(s->text_file, text, sizeof(text))
		       : typed_line("Text (one SMS): ", "--text-file", text, sizeof(text));
	size_t len;

	if (code != 0)
		return code;
	len = strlen(text);
	if (one_sms_check((const uint8_t *)text, len, &s->sms, words) != ST_OK) {
		char shown[ONE_SMS_WORDS * 2];

		(void)show_visible(shown, sizeof(shown), words, strlen(words));
		code = cmd_fail(EXIT_REFUSED, "%s: nothing was sent", shown);
	} else {
		memcpy(s->ask.text, text, len);
		s->ask.text_len = (uint32_t)len;
	}
	explicit_bzero(text, sizeof(text));
	return code;
}

/* Everything that the coordinator says yes to. */
static int
confirm(const struct send *s)
{
	char shown[SHOWN_MAX];

	if (s->yes)
		return 0;
	(void)snprintf(shown, sizeof(shown), "%s%s%s",
	    s->pseudonym != NULL ? s->pseudonym : s->ask.number,
	    s->pseudonym == NULL       ? ""
	    : s->ask.number[0] != '\0' ? ", at "
				       : ", at the number that is kept",
	    s->pseudonym != NULL ? s->ask.number : "");
	show_item("To:      ", shown);
	(void)show_visible(shown, sizeof(shown), s->ask.text, s->ask.text_len);
	show_item("Text:    ", shown);
	explicit_bzero(shown, sizeof(shown));
	(void)snprintf(shown, sizeof(shown), "%u of %u characters, 1 SMS%s", s->sms.units,
	    s->sms.room,
	    s->sms.is_halved ? " (a character outside the alphabet of SMS halves the room)" : "");
	show_item("Length:  ", shown);
	cmd_say("The operator will know that this gateway's SIM wrote to that number, when, and "
		"what.");
	(void)fflush(stdout);
	return typed_yes("Send it? (y/n) ", "nothing was sent");
}

static int
hand_over(struct send *s)
{
	struct ipc_message ask;

	ipc_begin(&ask, MSG_SEND_TEXT);
	ask.body.SEND_TEXT = s->ask;
	return client_queue(&ask);
}

int
cmd_send(int argc, char **argv)
{
	struct send s = {.ask = {.modem = UINT32_MAX}};
	int code;

	if (!read_wishes(argc, argv, &s, &code))
		return code;
	if (s.modem_given)
		s.ask.modem = (uint32_t)s.modem - 1;
	if (s.pseudonym != NULL && (code = people_name(s.ask.pseudonym, s.pseudonym)) != 0)
		return code;
	if ((code = look(&s)) == 0 && (s.number || s.number_file != NULL))
		code = typed_number(s.number_file, s.ask.number);
	if (code == 0)
		code = get_text(&s);
	if (code == 0)
		code = confirm(&s);
	if (code == 0)
		code = hand_over(&s);
	explicit_bzero(&s.ask, sizeof(s.ask));
	return code;
}

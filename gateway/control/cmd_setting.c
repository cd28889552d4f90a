/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin setting`: what this network chose that protects, or weakens. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/chosen.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "reporting/report/one_sms.h"
#include "schemas/exit.h"

#define TEXT_READ_MAX 4096
#define SHOWN_MAX (CHOSEN_TEXT_MAX * 6 + 1)

/* --- what a value means, before it is chosen --- */

#define ON_HER_PHONE \
	"Each answer is a text on her phone from this gateway's number: whoever takes her phone " \
	"sees it, and the operator sees that it was sent. "

static const char dropping_means[] =
    "Numbers that were kept are no longer used, and choosing otherwise again brings none back. In "
    "the sealed journal they stay until their months are erased, see 'tocsin retention', and so "
    "they do in backups made until then.";

static const struct {
	enum setting_key key;
	uint32_t value;
	const char *means;
} meanings[] = {
    {SETTING_POSTURE, 0,
	"In posture protected the gateway says as little as it can about who writes to it: it "
	"keeps no phone number, answers nobody, and reads a text in plain words as a report only "
	"from monitors whom you allowed to send them. What you chose yourself stays chosen: see "
	"'tocsin setting'. Phone numbers that posture open kept are no longer used; in the sealed "
	"journal they stay until their months are erased, and in backups made until then."},
    {SETTING_POSTURE, 1,
	"In posture open anybody can report with any phone: the gateway reads plain texts as "
	"reports whoever sent them, answers each with what it understood, and keeps the phone "
	"numbers that you give it. This gives up secrecy. The operator, and whoever listens there, "
	"reads these reports and answers on their way, and knows who sent them, when and from "
	"where. Nothing proves who wrote a plain text. A thief who takes this gateway and gets a "
	"passphrase, or the recovery key and a backup, has the phone numbers of people who "
	"reported, with what they wrote. Choose it only where it is no danger to be known as "
	"somebody who reports. Sealed messages of tocsin-compose stay as secret as they were. What "
	"you chose yourself stays chosen: see 'tocsin setting'."},
    {SETTING_KEEP_NUMBERS, 0, dropping_means},
    {SETTING_KEEP_NUMBERS, 1,
	"With keep-numbers on, 'tocsin enrol --number' writes a monitor's phone number into the "
	"sealed journal, so that you can write to her first. Whoever seizes this gateway and gets "
	"a passphrase, or the recovery key and a backup, then holds the phone numbers of these "
	"monitors, and with a number the operator tells where its owner is. As long as it is off, "
	"nothing here says who your monitors are."},
    {SETTING_PLAIN, 0,
	"A text in plain words is read as a report only if it comes from a monitor whom you "
	"allowed to send them. Others are kept, and stand among the unreadable ones."},
    {SETTING_PLAIN, 1,
	"A text in plain words is read as a report whoever sent it. The operator reads it on its "
	"way, and nothing proves who sent it: anybody can write one in another's name."},
    {SETTING_ANSWERS, 0,
	"Nobody gets an answer: a monitor does not learn from the gateway whether her text came, "
	"and nothing from its number stands on her phone."},
    {SETTING_ANSWERS, 1,
	ON_HER_PHONE "It says the same whatever she wrote, so that nobody learns from it what it "
		     "was. The words are 'tocsin setting neutral-text'."},
    {SETTING_ANSWERS, 2,
	ON_HER_PHONE "It is the five characters that belong to her message, which her own device "
		     "shows her too: so she knows that this very one came."},
    {SETTING_ANSWERS, 3,
	ON_HER_PHONE "It repeats in words what was understood of a plain text, so that she can "
		     "correct it: whoever reads it on its way, or on her phone, sees what she "
		     "reported. A sealed message gets its code instead."},
    {SETTING_NEUTRAL, 0,
	"This is what a neutral answer says, in every language. It stands on the phone of each "
	"monitor who is answered, and the operator reads it: write nothing that says what this "
	"gateway is for."},
    {SETTING_NEUTRAL, SETTING_AS_POSTURE,
	"Neutral answers say again what comes with Tocsin, in the monitor's language."},
};

static const char *
means(enum setting_key key, uint32_t value)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].key == key && meanings[i].value == value)
			return meanings[i].means;
	return "";
}

/* --- all of them --- */

static bool
differs(const struct chosen_row *row, const struct msg_setting_is *is, uint32_t posture)
{
	if (row->words[0] == '\0')
		return is->by == SETTING_BY_CHOICE;
	return row->key != SETTING_POSTURE && is->value != row->standard[posture != 0];
}

static void
print(const struct chosen_row *row, const struct msg_setting_is *is, uint32_t posture)
{
	char head[24], value[CHOSEN_VALUE_MAX], shown[SHOWN_MAX], words[SHOWN_MAX + 80];
	const char *by = "";

	(void)snprintf(head, sizeof(head), "%-13s ", row->word);
	if (is->by == SETTING_BY_FILE)
		by = row->key == SETTING_POSTURE
			 ? ", demanded by the settings file"
			 : ", for the settings file demands posture protected; chosen: read-back";
	else if (differs(row, is, posture))
		by = ", chosen: differs from the posture";
	else if (row->key != SETTING_POSTURE)
		by = is->by == SETTING_BY_CHOICE ? ", chosen, and the same as the posture has it"
						 : ", as the posture has it";
	if (row->words[0] != '\0') {
		(void)snprintf(
		    words, sizeof(words), "%s%s", chosen_value(row, is->value, value), by);
	} else if (is->text[0] == '\0') {
		(void)snprintf(
		    words, sizeof(words), "the one that comes with Tocsin, in her language");
	} else {
		(void)show_visible(shown, sizeof(shown), is->text, strlen(is->text));
		(void)snprintf(words, sizeof(words), "\"%s\", chosen", shown);
	}
	show_item(head, words);
}

/* keep-numbers as keep_numbers, with what stands behind it. */
static const char *
json_name(const struct chosen_row *row, const char *behind, char out[48])
{
	(void)snprintf(out, 48, "%s%s", row->word, behind);
	for (char *at = out; *at != '\0'; at++)
		if (*at == '-')
			*at = '_';
	return out;
}

static void
print_json(const struct msg_setting_is *is, uint32_t posture)
{
	static const char *const by[] = {"posture", "choice", "file"};
	const struct chosen_row *row;
	char value[CHOSEN_VALUE_MAX], name[48];
	struct json j;

	json_begin(&j, stdout);
	for (size_t i = 0; (row = chosen_row(i)) != NULL; i++) {
		if (row->key == SETTING_KEEP_NUMBERS)
			json_flag(&j, json_name(row, "", name), is[i].value != 0);
		else if (row->words[0] != '\0')
			json_text(
			    &j, json_name(row, "", name), chosen_value(row, is[i].value, value));
		else if (is[i].text[0] != '\0')
			json_text(&j, json_name(row, "", name), is[i].text);
		else
			json_null(&j, json_name(row, "", name));
		json_text(&j, json_name(row, "_by", name), by[is[i].by % 3]);
	}
	json_list(&j, "differs");
	for (size_t i = 0; (row = chosen_row(i)) != NULL; i++)
		if (differs(row, &is[i], posture))
			json_item(&j, row->word);
	json_list_end(&j);
	json_end(&j);
}

#define ROWS_MAX 8

static int
list(int argc, char **argv)
{
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object"},
	};
	const struct options o = {
	    "tocsin setting [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct msg_setting_is is[ROWS_MAX] = {{0}};
	const struct chosen_row *row;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	for (size_t i = 0; i < ROWS_MAX && (row = chosen_row(i)) != NULL; i++)
		if ((code = chosen_ask(row->key, SETTING_TELL, NULL, &is[i])) != 0)
			return code;
	if (as_json)
		print_json(is, is[0].value);
	for (size_t i = 0; !as_json && i < ROWS_MAX && (row = chosen_row(i)) != NULL; i++)
		print(row, &is[i], is[0].value);
	return 0;
}

/* --- one of them --- */

struct wish {
	const struct chosen_row *row;
	const char *word; /* of a value */
	const char *text_file;
	bool yes;
	uint32_t value;
	char text[CHOSEN_TEXT_MAX];
};

static int
get_text(struct wish *w)
{
	char text[TEXT_READ_MAX], words[ONE_SMS_WORDS], shown[ONE_SMS_WORDS * 2];
	struct one_sms sms;
	size_t len;
	int code = w->text_file != NULL
		       ? typed_file(w->text_file, text, sizeof(text))
		       : typed_maybe("Text of a neutral answer (one SMS; empty: what comes with "
				     "Tocsin): ",
			     "--text-file", text, sizeof(text));

	if (code != 0)
		return code;
	len = strlen(text);
	if (len > 0 && one_sms_check((const uint8_t *)text, len, &sms, words) != ST_OK) {
		(void)show_visible(shown, sizeof(shown), words, strlen(words));
		return cmd_fail(EXIT_REFUSED, "%s: nothing was changed", shown);
	}
	if (len >= sizeof(w->text))
		return cmd_fail(EXIT_REFUSED,
		    "this text takes %zu octets, and %d can be kept: write it shorter; nothing was "
		    "changed",
		    len, CHOSEN_TEXT_MAX - 1);
	memcpy(w->text, text, len + 1);
	w->value = len > 0 ? 0 : SETTING_AS_POSTURE;
	return 0;
}

static bool
read_wish(int argc, char **argv, struct wish *w, int *code)
{
	const bool is_text = w->row->words[0] == '\0';
	const struct option_row rows[] = {
	    {"yes", OPTION_FLAG, &w->yes, 0, 0, NULL, NULL, "do not ask"},
	    {"text-file", OPTION_TEXT, &w->text_file, 0, 0, NULL, "FILE",
		"read the text from a file, - for standard input"},
	};
	char usage[160];
	const struct options o = {usage, rows, is_text ? 2 : 1, is_text ? OPERANDS_UP_TO(1) : 1};

	(void)snprintf(usage, sizeof(usage), "tocsin setting %s [OPTIONS] %s%s", w->row->word,
	    is_text ? "[as-posture]" : w->row->words,
	    is_text || w->row->key == SETTING_POSTURE ? "" : "|as-posture");
	if (!options_read(&o, argc, argv, &w->word, code))
		return false;
	*code = 0;
	if (is_text && w->word == NULL)
		return true;
	if (!chosen_read(w->row, w->word, &w->value))
		*code = is_text ? cmd_fail(EXIT_USAGE,
				      "type the text when you are asked, or give --text-file; "
				      "behind %s stands nothing, or as-posture",
				      w->row->word)
				: cmd_fail(EXIT_USAGE, "%s is one of: %s%s", w->row->word,
				      w->row->words,
				      w->row->key == SETTING_POSTURE ? "" : ", or as-posture");
	else if (is_text && w->text_file != NULL)
		*code = cmd_fail(EXIT_USAGE, "give as-posture or --text-file, not both");
	return *code == 0;
}

static bool
holds_already(const struct wish *w, const struct msg_setting_is *now)
{
	if (w->row->words[0] == '\0')
		return strcmp(w->text, now->text) == 0;
	if (w->value == SETTING_AS_POSTURE)
		return now->by == SETTING_BY_POSTURE;
	return now->value == w->value && now->by == SETTING_BY_CHOICE;
}

static void
tell(const struct wish *w, const struct msg_setting_is *now, const char *when)
{
	char value[CHOSEN_VALUE_MAX];

	if (w->row->words[0] == '\0')
		cmd_say("%s is %s %s.", w->row->word,
		    now->text[0] != '\0' ? "the network's own" : "what comes with Tocsin", when);
	else
		cmd_say(
		    "%s is %s %s.", w->row->word, chosen_value(w->row, now->value, value), when);
}

/* What holds then is told before it is asked. */
static int
explain(const struct wish *w)
{
	struct msg_setting_is posture;
	uint32_t value = w->value;
	int code;

	if (value == SETTING_AS_POSTURE && w->row->words[0] != '\0') {
		if ((code = chosen_ask(SETTING_POSTURE, SETTING_TELL, NULL, &posture)) != 0)
			return code;
		value = w->row->standard[posture.value != 0];
	}
	cmd_say("%s", means(w->row->key, value));
	(void)fflush(stdout);
	return 0;
}

static int
change(const struct chosen_row *row, int argc, char **argv)
{
	struct wish w = {.row = row};
	struct msg_setting_is now;
	int code;

	if (!read_wish(argc, argv, &w, &code))
		return code;
	if ((code = chosen_ask(row->key, SETTING_TELL, NULL, &now)) != 0)
		return code;
	if (row->words[0] == '\0' && w.word == NULL && (code = get_text(&w)) != 0)
		return code;
	if (holds_already(&w, &now)) {
		tell(&w, &now, "already");
		return 0;
	}
	if ((code = explain(&w)) != 0)
		return code;
	if (!w.yes && (code = typed_yes("Go on? (y/n) ", "nothing was changed")) != 0)
		return code;
	code = chosen_ask(row->key, w.value, row->words[0] == '\0' ? w.text : NULL, &now);
	if (code == 0)
		tell(&w, &now, "now");
	return code;
}

static void
help(void)
{
	const struct chosen_row *row;

	(void)fputs("usage: tocsin setting [--json]\n", stdout);
	for (size_t i = 0; (row = chosen_row(i)) != NULL; i++)
		(void)printf("       tocsin setting %s [--yes] %s%s\n", row->word,
		    row->words[0] != '\0' ? row->words : "[--text-file FILE | as-posture]",
		    row->words[0] != '\0' && row->key != SETTING_POSTURE ? "|as-posture" : "");
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		char value[CHOSEN_VALUE_MAX] = "as-posture";

		for (size_t k = 0; (row = chosen_row(k)) != NULL && row->key != meanings[i].key;)
			k++;
		if (row == NULL)
			continue;
		if (row->words[0] != '\0')
			(void)chosen_value(row, meanings[i].value, value);
		else if (meanings[i].value == 0)
			value[0] = '\0';
		(void)printf("\n%s %s\n", row->word, value);
		show_wrapped(stdout, "  ", meanings[i].means, show_columns());
	}
}

int
cmd_setting(int argc, char **argv)
{
	const struct chosen_row *row = argc > 1 ? chosen_find(argv[1]) : NULL;

	if (row != NULL)
		return change(row, argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		help();
		return 0;
	}
	if (argc > 1 && argv[1][0] != '-')
		return cmd_fail(EXIT_USAGE,
		    "there is no setting \"%s\": 'tocsin setting' tells "
		    "which there are",
		    argv[1]);
	return list(argc, argv);
}

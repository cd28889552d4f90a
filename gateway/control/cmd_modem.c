/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin modem`: what each modem is like, and what it is to do out of turn. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/modem_state.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define ANSWER_WAIT_S 40 /* for a network's answer about the credit, or a listing */

/* 3GPP TS 27.007 7.2, in words. */
static const char *const registrations[] = {
    [REGISTRATION_NONE] = "not registered",
    [REGISTRATION_HOME] = "registered at home",
    [REGISTRATION_SEARCHING] = "searching",
    [REGISTRATION_DENIED] = "refused by the network",
    [REGISTRATION_UNKNOWN] = "not known",
    [REGISTRATION_ROAMING] = "registered, roaming",
};

static const char *
registration(const struct msg_modem_state *s)
{
	return s->registration < sizeof(registrations) / sizeof(registrations[0])
		   ? registrations[s->registration]
		   : registrations[REGISTRATION_UNKNOWN];
}

__attribute__((format(printf, 2, 3))) static void
item(const char *name, const char *fmt, ...)
{
	char head[16], words[MODEM_WORDS_MAX], visible[2 * MODEM_WORDS_MAX];
	va_list ap;

	(void)snprintf(head, sizeof(head), "  %-9s ", name);
	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	(void)show_visible(visible, sizeof(visible), words, strlen(words));
	show_item(head, visible);
}

static void
print_storage(const char *name, const struct msg_storage *s)
{
	if (s->size > 0)
		item(name, "%u of %u slots used%s", s->used, s->size,
		    modem_percent(s) >= MODEM_FULL_PERCENT ? ": nearly full" : "");
}

static void
print_sweep(const struct msg_modem_state *s)
{
	char when[SHOW_TIME_MAX];

	show_time(when, s->swept_s);
	if (s->sweep == 2)
		item("sweep",
		    "this modem cannot: what is deleted stays on the SIM card until its slot is "
		    "used again");
	else if (s->sweep == 0 && s->swept_s == INT64_MIN)
		item("sweep", "off: what is deleted stays on the SIM card for a while");
	else if (s->swept_s == INT64_MIN)
		item("sweep", "on, not yet done");
	else
		item("sweep", "%slast %s UTC, %u slots overwritten%s", s->sweep == 0 ? "off; " : "",
		    when, s->swept_slots, s->swept_whole ? "" : ", not all");
}

static void
print_credit(const struct msg_modem_row *row)
{
	char ago[SHOW_TIME_MAX];

	if (row->credit_s < 0)
		return;
	show_duration(ago, row->credit_s);
	if (row->credit.asked == 2)
		item("credit", "asked %s ago, the network did not answer", ago);
	else if (row->credit.asked == 3)
		item("credit", "asked %s ago, the network refused: see credit_ussd", ago);
	else
		item("credit", "%s ago: %s", ago, row->credit.words);
}

/* Did its process tell of it? Before that nothing is known, and nothing is said. */
static bool
has_told(const struct msg_modem_row *row)
{
	return row->listed_s >= 0 || row->state.sim.size > 0 || row->state.phone.size > 0;
}

static void
print_state(const struct msg_modem_row *row, const struct conf_modem *conf)
{
	const struct msg_modem_state *s = &row->state;
	char ago[SHOW_TIME_MAX];

	show_duration(ago, row->listed_s);
	if (row->listed_s < 0)
		item("listed", "not yet to its end");
	else
		item("listed", "%s ago", ago);
	if (row->connected && s->signal_percent >= 0)
		item("signal", "%d %%", s->signal_percent);
	if (row->connected)
		item("network", "%s", registration(s));
	print_storage("SIM card", &s->sim);
	print_storage("memory", &s->phone);
	if (s->skipped > 0)
		item("unread", "%u slot%s cannot be read", s->skipped, s->skipped == 1 ? "" : "s");
	if (s->quarantined > 0)
		item("rescued",
		    "%u text%s that its library could not read: 'tocsin inbox --unreadable'",
		    s->quarantined, s->quarantined == 1 ? "" : "s");
	if (row->connected)
		item("arrivals", "%s every %u s",
		    s->hints ? "announced by the modem, and looked for" : "looked for",
		    conf->poll_s);
	print_sweep(s);
}

static void
print_words(const struct msg_modem_row *row, const struct conf *conf)
{
	struct modem_wrongs wrongs;
	char head[16], device[2 * CONF_PATH_MAX];

	(void)snprintf(head, sizeof(head), "modem %-5u ", row->modem + 1);
	(void)show_visible(device, sizeof(device), conf->modem[row->modem].device,
	    strlen(conf->modem[row->modem].device));
	show_item(head, device);
	item("state", "%s",
	    !row->connected ? "not connected"
	    : has_told(row) ? "connected"
			    : "starting: it was not listed yet");
	if (has_told(row))
		print_state(row, &conf->modem[row->modem]);
	print_credit(row);
	modem_find_wrongs(row, conf, &wrongs);
	for (size_t i = 0; i < wrongs.count; i++)
		item("WRONG", "%s", wrongs.words[i]);
}

static void
json_storage(struct json *j, const char *used, const char *size, const struct msg_storage *s)
{
	json_number(j, used, s->used);
	if (s->size > 0)
		json_number(j, size, s->size);
	else
		json_null(j, size);
}

/* -1: null. */
static void
json_maybe(struct json *j, const char *name, int64_t value)
{
	if (value < 0)
		json_null(j, name);
	else
		json_number(j, name, value);
}

static void
print_json(const struct msg_modem_row *row, const struct conf *conf)
{
	static const char *const sweeps[] = {"off", "on", "cannot"};
	const struct msg_modem_state *s = &row->state;
	struct modem_wrongs wrongs;
	struct json j;

	modem_find_wrongs(row, conf, &wrongs);
	json_begin(&j, stdout);
	json_number(&j, "modem", row->modem + 1);
	json_text(&j, "device", conf->modem[row->modem].device);
	json_flag(&j, "connected", row->connected);
	json_maybe(&j, "listed_s", row->listed_s);
	json_maybe(&j, "signal_percent", s->signal_percent);
	json_text(&j, "registration", registration(s));
	json_storage(&j, "sim_used", "sim_size", &s->sim);
	json_storage(&j, "phone_used", "phone_size", &s->phone);
	json_number(&j, "unread_slots", s->skipped);
	json_number(&j, "quarantined", s->quarantined);
	json_flag(&j, "hints", s->hints);
	json_text(&j, "sweep", sweeps[s->sweep < 3 ? s->sweep : 0]);
	json_time(&j, "swept", s->swept_s);
	json_number(&j, "swept_slots", s->swept_slots);
	json_flag(&j, "swept_whole", s->swept_whole);
	json_number(&j, "ended_exit", row->gone.exit);
	json_number(&j, "ended_signal", row->gone.signal);
	json_number(&j, "power_cycled", row->gone.power_cycled);
	json_number(&j, "power_cycles", row->power_cycles);
	json_maybe(&j, "credit_s", row->credit_s);
	json_text(&j, "credit", row->credit.words);
	json_list(&j, "wrong");
	for (size_t i = 0; i < wrongs.count; i++)
		json_item(&j, wrongs.words[i]);
	json_list_end(&j);
	json_end(&j);
}

static int
ask_list(struct conf *conf, struct modem_list *list)
{
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	code = modem_list_ask(&c, list);
	*conf = c.conf;
	client_close(&c);
	return code;
}

static int
show(bool as_json)
{
	struct modem_list list;
	struct conf conf;
	int code;

	if ((code = ask_list(&conf, &list)) != 0)
		return code;
	for (size_t i = 0; i < list.count; i++) {
		if (as_json)
			print_json(&list.row[i], &conf);
		else
			print_words(&list.row[i], &conf);
	}
	explicit_bzero(&list, sizeof(list));
	return 0;
}

/* ---- out of turn ---- */

static const struct {
	const char *name;
	enum modem_act act;
	const char *asked; /* said at once; the others are waited for */
} acts[] = {
    {"sweep", MODEM_SWEEP,
	"The modem overwrites what was deleted, when nothing waits in it: see 'tocsin modem' in "
	"some minutes."},
    {"credit", MODEM_CREDIT, NULL},
    {"list", MODEM_LIST, NULL},
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* What came last, in seconds since then: it becomes small when there is something new. */
static int64_t
age_of(const struct msg_modem_row *row, enum modem_act act)
{
	return act == MODEM_CREDIT ? row->credit_s : row->listed_s;
}

/* Is this modem meant, and can it do that at all? */
static bool
is_meant(
    const struct msg_modem_row *row, const struct conf *conf, uint32_t modem, enum modem_act act)
{
	return row->connected && (row->modem == modem || modem == UINT32_MAX) &&
	       (act != MODEM_CREDIT || conf->modem[row->modem].credit_ussd[0] != '\0');
}

static bool
has_come(const struct modem_list *list, const struct conf *conf, uint32_t modem, enum modem_act act,
    int64_t asked_s)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct msg_modem_row *row = &list->row[i];

		if (is_meant(row, conf, modem, act) &&
		    (age_of(row, act) < 0 || age_of(row, act) > asked_s))
			return false;
	}
	return true;
}

/* 0, or the exit code after words: a modem that went away meanwhile says nothing. */
static int
say_what_came(
    const struct modem_list *list, const struct conf *conf, uint32_t modem, enum modem_act act)
{
	size_t said = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct msg_modem_row *row = &list->row[i];

		if (!is_meant(row, conf, modem, act))
			continue;
		said++;
		if (act == MODEM_CREDIT) {
			printf("modem %u\n", row->modem + 1);
			print_credit(row);
		} else
			printf("modem %u was listed to its end.\n", row->modem + 1);
	}
	if (said == 0)
		return cmd_fail(EXIT_REFUSED, "it is not connected now: see 'tocsin modem'");
	return 0;
}

/* Ask again until the answer is there: nothing tells a command when. */
static int
wait_for(uint32_t modem, enum modem_act act)
{
	struct modem_list list = {0};
	struct conf conf;
	bool come = false;
	int code = 0;

	for (int waited_s = 0; code == 0 && !come && waited_s < ANSWER_WAIT_S; waited_s++) {
		(void)sleep(1);
		if ((code = ask_list(&conf, &list)) == 0)
			come = has_come(&list, &conf, modem, act, waited_s);
	}
	if (code == 0 && !come)
		code = cmd_fail(EXIT_REFUSED, "no answer yet: see 'tocsin modem' in some minutes");
	else if (code == 0)
		code = say_what_came(&list, &conf, modem, act);
	explicit_bzero(&list, sizeof(list));
	return code;
}

/* Which one: its number as people count, or each. False: it is none. */
static bool
read_number(const char *text, uint32_t *modem)
{
	*modem = UINT32_MAX;
	if (text == NULL)
		return true;
	if (text[0] < '1' || text[0] > '0' + MODEMS_MAX || text[1] != '\0')
		return false;
	*modem = (uint32_t)(text[0] - '1');
	return true;
}

/* Of the modems that are meant, one at least must know what to dial. */
static bool
can_ask_credit(const struct conf *conf, uint32_t modem)
{
	for (uint32_t i = 0; i < MODEMS_MAX; i++)
		if ((i == modem || modem == UINT32_MAX) && conf->modem[i].credit_ussd[0] != '\0')
			return true;
	return false;
}

static int
act(size_t which, const char *number)
{
	struct ipc_message ask, answer;
	struct client c;
	uint32_t modem;
	int code;

	if (!read_number(number, &modem))
		return cmd_fail(EXIT_USAGE, "modems are numbered from 1 to %d", MODEMS_MAX);
	if ((code = client_open(&c)) != 0)
		return code;
	if (acts[which].act == MODEM_CREDIT && !can_ask_credit(&c.conf, modem)) {
		client_close(&c);
		return cmd_fail(EXIT_REFUSED,
		    "set credit_ussd in the group of the modem first, to what a phone dials to "
		    "see the credit, and start tocsind again");
	}
	ipc_begin(&ask, MSG_MODEM_ASK);
	ask.body.MODEM_ASK.modem = modem;
	ask.body.MODEM_ASK.act = acts[which].act;
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	client_close(&c);
	if (code != 0)
		return code;
	if (answer.head.type != MSG_RESULT)
		return client_puzzled();
	if (acts[which].asked == NULL)
		return wait_for(modem, acts[which].act);
	cmd_say("%s", acts[which].asked);
	return 0;
}

int
cmd_modem(int argc, char **argv)
{
	const char *words[2] = {NULL, NULL};
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL,
		"one JSON object a modem, for scripts"},
	};
	const struct options o = {
	    "tocsin modem [--json]\n"
	    "       tocsin modem list [NUMBER]    look for texts now\n"
	    "       tocsin modem sweep [NUMBER]   overwrite deleted texts now\n"
	    "       tocsin modem credit [NUMBER]  ask the network for the credit",
	    rows, sizeof(rows) / sizeof(rows[0]), OPERANDS_UP_TO(2)};
	int code;

	if (!options_read(&o, argc, argv, words, &code))
		return code;
	if (words[0] == NULL)
		return show(as_json);
	for (size_t i = 0; i < ACTS; i++)
		if (strcmp(words[0], acts[i].name) == 0 && !as_json)
			return act(i, words[1]);
	return cmd_fail(EXIT_USAGE,
	    "modem is followed by nothing, or by list, sweep or credit and a modem's number: see "
	    "'tocsin modem --help'");
}

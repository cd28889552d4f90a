/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin status`: the state, and in words what is wrong. Exit code 0 if nothing is. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/chosen.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/modem_state.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define WRONG_MAX 16
#define WORDS_MAX MODEM_WORDS_MAX

struct wrongs {
	size_t count;
	char words[WRONG_MAX][WORDS_MAX];
};

static const char *
state_name(uint32_t state)
{
	switch (state) {
	case IN_NEW:
		return "NEW";
	case IN_LOCKED:
		return "LOCKED";
	case IN_ARMED:
		return "ARMED";
	case IN_OPEN:
		return "OPEN";
	default:
		return "UNKNOWN";
	}
}

static void
add(struct wrongs *w, const char *words)
{
	if (w->count < WRONG_MAX)
		(void)show_visible(w->words[w->count++], WORDS_MAX, words, strlen(words));
}

static void
find_wrongs(struct wrongs *w, const struct msg_status *s, const struct modem_list *modems,
    const struct conf *conf)
{
	struct modem_wrongs found;
	char words[WORDS_MAX];

	memset(w, 0, sizeof(*w));
	if (s->fault[0] != '\0')
		add(w, s->fault);
	if (s->weaker[0] != '\0') {
		(void)snprintf(words, sizeof(words), "%.*s: %s", CONF_WEAKER_MAX, s->weaker,
		    CONF_WEAKER_WORDS);
		add(w, words);
	}
	if (s->state == IN_NEW)
		add(w, "there is no gateway here yet: make one with 'tocsin init'");
	if (s->read_only)
		add(w, "it was changed while locked: it can be read, and nothing can be written, "
		       "until 'tocsin restore --own' has made it anew from its journal");
	for (size_t i = 0; i < modems->count; i++) {
		modem_find_wrongs(&modems->row[i], conf, &found);
		for (size_t k = 0; k < found.count; k++)
			add(w, found.words[k]);
	}
}

static void
print_json(const struct msg_status *s, const struct wrongs *w)
{
	struct json j;

	json_begin(&j, stdout);
	json_text(&j, "state", state_name(s->state));
	json_text(&j, "posture", s->posture == 0 ? "protected" : "open");
	json_flag(&j, "posture_demanded", s->posture_by == SETTING_BY_FILE);
	json_list(&j, "posture_differs");
	for (size_t i = 0; chosen_row(i) != NULL; i++)
		if (s->differs >> chosen_row(i)->key & 1)
			json_item(&j, chosen_row(i)->word);
	json_list_end(&j);
	json_text(&j, "anchor", s->anchor);
	json_number(&j, "parked", (int64_t)s->parked);
	json_number(&j, "parts", (int64_t)s->parts);
	json_number(&j, "events", (int64_t)s->events);
	json_number(&j, "kept", (int64_t)s->kept);
	json_number(&j, "doubled", (int64_t)s->doubled);
	json_number(&j, "monitors", s->slots);
	json_number(&j, "unreadable", s->unread);
	json_flag(&j, "modem", s->modem);
	if (s->modem_listed_s < 0)
		json_null(&j, "modem_listed_s");
	else
		json_number(&j, "modem_listed_s", s->modem_listed_s);
	json_number(&j, "modem_unread_slots", s->skipped);
	json_number(&j, "refused_passphrases", s->refused);
	json_time(&j, "refused_last", s->refused_last_s);
	json_number(&j, "lock_in_s", s->lock_in_s);
	json_number(&j, "close_in_s", s->close_in_s);
	json_number(&j, "on_h", s->on_h);
	json_flag(&j, "two_person", s->two_person);
	json_flag(&j, "recovery_key", s->recovery_key);
	json_time(&j, "backup", s->backup_s);
	json_flag(&j, "read_only", s->read_only);
	json_flag(&j, "memory_locked", s->memory_locked);
	json_time(&j, "clock", s->clock_s);
	json_text(&j, "clock_level", show_trust(s->clock_trust));
	json_list(&j, "wrong");
	for (size_t i = 0; i < w->count; i++)
		json_item(&j, w->words[i]);
	json_list_end(&j);
	json_end(&j);
}

/* "name       words": one thing that it says. */
__attribute__((format(printf, 2, 3))) static void
item(const char *name, const char *fmt, ...)
{
	char head[16], words[WORDS_MAX];
	va_list ap;

	(void)snprintf(head, sizeof(head), "%-10s ", name);
	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	show_item(head, words);
}

static void
print_state(const struct msg_status *s)
{
	char lock[SHOW_TIME_MAX], close[SHOW_TIME_MAX];

	show_duration(lock, s->lock_in_s);
	show_duration(close, s->close_in_s);
	if (s->state == IN_OPEN)
		item(
		    "state", "OPEN; back to ARMED after %s without use, LOCKED in %s", close, lock);
	else if (s->state == IN_ARMED)
		item("state", "ARMED; LOCKED in %s", lock);
	else if (s->state == IN_LOCKED)
		item("state", "LOCKED: it receives, and reads nothing");
	else
		item("state", "%s", state_name(s->state));
}

static void
print_modem(const struct msg_modem_row *row)
{
	char ago[SHOW_TIME_MAX], full[64] = "", name[16];

	if (row->modem == 0)
		(void)snprintf(name, sizeof(name), "modem");
	else
		(void)snprintf(name, sizeof(name), "modem %u", row->modem + 1);
	show_duration(ago, row->listed_s);
	if (row->state.sim.size > 0)
		(void)snprintf(
		    full, sizeof(full), "; SIM card %u %% used", modem_percent(&row->state.sim));
	if (!row->connected)
		item(name, "not connected");
	else if (row->listed_s < 0)
		item(name, "connected, not yet listed to its end");
	else
		item(name, "connected, listed %s ago%s", ago, full);
}

static void
print_clock(const struct msg_status *s)
{
	char now[SHOW_TIME_MAX];

	show_time(now, s->clock_s);
	if (s->clock_how == CLOCK_NETWORK)
		item("clock", "%s UTC, confirmed by the network", now);
	else if (s->clock_how == CLOCK_COORDINATOR)
		item("clock", "%s UTC, confirmed by a coordinator", now);
	else if (s->clock_trust == TRUST_CENTRE)
		item("clock", "%s UTC by the stamps of texts, not confirmed", now);
	else if (s->clock_trust == TRUST_MACHINE)
		item("clock", "about %s UTC by this machine's clock, not confirmed", now);
	else
		item("clock", "not known, not before %s UTC: give the date with 'unlock'", now);
}

static void
print_anchor(const struct msg_status *s)
{
	item("anchor", "%s", s->anchor[0] != '\0' ? s->anchor : "-");
	if (strcmp(s->anchor, "none") == 0)
		item("", "for a trial only: what is deleted is not erased, and a copy of the card "
			 "with a passphrase opens everything that it ever held");
}

static void
print_words(const struct msg_status *s, const struct modem_list *modems, const struct wrongs *w)
{
	char last[SHOW_TIME_MAX], posture[CHOSEN_STATUS_MAX];

	print_state(s);
	print_clock(s);
	chosen_status(s, posture);
	item("posture", "%s", posture);
	print_anchor(s);
	for (size_t i = 0; i < modems->count; i++)
		print_modem(&modems->row[i]);
	if (s->parts > 0)
		item("waiting",
		    "%" PRIu64 " parked; parts of long messages that wait for others: %" PRIu64,
		    s->parked, s->parts);
	else
		item("waiting", "%" PRIu64 " parked%s", s->parked,
		    s->parked > 0 ? " (texts, and passphrases that opened nothing)" : "");
	item("received", "%" PRIu64 " kept since it started, %" PRIu64 " came twice", s->kept,
	    s->doubled);
	item("journal", "%" PRIu64 " events, %u h switched on", s->events, s->on_h);
	item("monitors", "%u enrolled", s->slots);
	if (s->state == IN_OPEN && s->unread > 0)
		item("unreadable", "%u: see 'tocsin inbox --unreadable'", s->unread);
	if (s->state == IN_OPEN && s->refused > 0) {
		show_time(last, s->refused_last_s);
		item("refused", "%u passphrase%s opened nothing, the last about %s UTC", s->refused,
		    s->refused == 1 ? "" : "s", last);
	}
	if (s->state == IN_OPEN && s->recovery_key) {
		show_time(last, s->backup_s);
		item("backup", "%s%s", s->backup_s == INT64_MIN ? "none yet" : "the last about ",
		    s->backup_s == INT64_MIN ? "" : last);
	}
	if (s->two_person)
		item("opened", "by two coordinators together");
	if (s->state != IN_NEW && !s->recovery_key)
		item("note", "no recovery key: 'tocsin recovery-key' makes one");
	if (!s->memory_locked)
		item("note", "memory may be swapped out: switch swap off on this machine");
	if (w->count == 0)
		puts("nothing is wrong with the gateway");
	for (size_t i = 0; i < w->count; i++)
		item("WRONG", "%s", w->words[i]);
}

int
cmd_status(int argc, char **argv)
{
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object, for scripts"},
	};
	const struct options o = {
	    "tocsin status [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct msg_status status;
	struct modem_list modems;
	struct wrongs wrongs;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	if ((code = client_status(&c, &status)) == 0)
		code = modem_list_ask(&c, &modems);
	client_close(&c);
	if (code != 0)
		return code;
	find_wrongs(&wrongs, &status, &modems, &c.conf);
	if (as_json)
		print_json(&status, &wrongs);
	else
		print_words(&status, &modems, &wrongs);
	explicit_bzero(&modems, sizeof(modems)); /* the credit may hold the SIM's number */
	return wrongs.count == 0 ? 0 : EXIT_UNREACHABLE;
}

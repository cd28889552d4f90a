/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/modem_state.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/control/show.h"
#include "schemas/exit.h"

#define LISTING_SLACK_S 120 /* over twice poll_s: then the modem counts as silent */
#define CYCLES_MANY 3       /* power cycles since the start that helped, and still are too many */

int
modem_list_ask(struct client *c, struct modem_list *out)
{
	struct client_rows awaited = {MSG_MODEM_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message ask, answer;
	int code;

	memset(out, 0, sizeof(*out));
	ipc_begin(&ask, MSG_MODEMS);
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_S);
	while (client_row(c, &awaited, &answer, &code)) {
		struct msg_modem_row *row = &out->row[out->count];

		if (out->count == MODEMS_MAX || answer.body.MODEM_ROW.modem >= MODEMS_MAX)
			return client_puzzled();
		*row = answer.body.MODEM_ROW;
		row->credit.words[sizeof(row->credit.words) - 1] = '\0';
		out->count++;
	}
	ipc_wipe(&answer);
	return code;
}

__attribute__((format(printf, 2, 3))) static void
add(struct modem_wrongs *w, const char *fmt, ...)
{
	char words[MODEM_WORDS_MAX];
	va_list ap;
	int len;

	if (w->count == MODEM_WRONGS_MAX)
		return;
	va_start(ap, fmt);
	len = vsnprintf(words, sizeof(words), fmt, ap); /* a long path is cut */
	va_end(ap);
	if (len > 0)
		(void)show_visible(w->words[w->count++], MODEM_WORDS_MAX, words, strlen(words));
}

unsigned
modem_percent(const struct msg_storage *s)
{
	return s->size == 0 ? 0 : (unsigned)((uint64_t)s->used * 100 / s->size);
}

const char *
modem_pin_file_wrong(const char *path)
{
	struct stat sb;

	if (lstat(path, &sb) == -1)
		return errno == ENOENT ? "is missing: write the PIN into it, and chmod 600 it"
				       : "cannot be looked at by this user";
	if (!S_ISREG(sb.st_mode))
		return "is not a plain file: write the PIN into one";
	if (sb.st_uid != geteuid() && geteuid() != 0)
		return "belongs to another user: chown it to the user of tocsind";
	if (sb.st_mode & 077)
		return "is open to other users: chmod 600 it";
	return NULL;
}

static void
add_pin(struct modem_wrongs *w, const char *name, const struct conf_modem *conf)
{
	const char *wrong = conf->pin_file[0] == '\0' ? NULL : modem_pin_file_wrong(conf->pin_file);

	if (conf->pin_file[0] == '\0')
		add(w,
		    "the SIM card of %s asks for its PIN: write the PIN into a file, chmod 600 it, "
		    "name it as pin_file in the settings, and start tocsind again; or switch the "
		    "PIN off in a phone",
		    name);
	else if (wrong != NULL)
		add(w, "the SIM card of %s asks for its PIN, and the file %s %s", name,
		    conf->pin_file, wrong);
	else
		add(w,
		    "the SIM card of %s did not open with the PIN in %s, which is not tried again: "
		    "write the right one into the file anew. If the card wants its PUK, put it "
		    "into a phone",
		    name, conf->pin_file);
}

static void
add_silence(struct modem_wrongs *w, const char *name, const struct msg_modem_row *row,
    const struct conf_modem *conf)
{
	if (row->gone.power_cycled > 0)
		add(w,
		    "%s does not answer, though its power was cut %u time%s: see its power, "
		    "then its SIM card, then another modem",
		    name, row->gone.power_cycled, row->gone.power_cycled == 1 ? "" : "s");
	else
		add(w, "%s does not answer: %s", name,
		    conf->power_cycle[0] != '\0'
			? "its power will be cut"
			: "pull it out and put it back; see power_cycle in tocsin.conf(5)");
}

/* Why nothing arrives through it at all. */
static void
add_gone(struct modem_wrongs *w, const char *name, const struct msg_modem_row *row,
    const struct conf_modem *conf)
{
	if (row->connected && (row->gone.exit == EXIT_UNPLUGGED || row->gone.exit == EXIT_PIN ||
				  row->gone.exit == EXIT_CONFIG))
		return; /* it was started again, and is about to list */
	if (row->gone.exit == EXIT_UNPLUGGED)
		add(w, "%s is not plugged in: there is no %s. See its cable and its power", name,
		    conf->device);
	else if (row->gone.exit == EXIT_PIN)
		add_pin(w, name, conf);
	else if (row->gone.exit == EXIT_DEVICE || row->gone.signal == SIGALRM)
		add_silence(w, name, row, conf);
	else if (row->gone.exit == EXIT_CONFIG)
		add(w,
		    "%s cannot be used: the gateway's user may not open %s (put it into the group "
		    "dialout), or another program holds it (ModemManager). If neither, run 'tocsin "
		    "check'",
		    name, conf->device);
	else if (!row->connected)
		add(w, "%s is not connected: see its device and cable, then the log of tocsind",
		    name);
	else if (row->gone.signal != 0)
		add(w, "the process of %s failed, and looks what made it fail", name);
}

static void
add_storage(struct modem_wrongs *w, const char *what, const char *name, const struct msg_storage *s)
{
	if (modem_percent(s) >= MODEM_FULL_PERCENT)
		add(w,
		    "the %s of %s is %u %% full with what cannot be deleted: when it is full, "
		    "nothing arrives. Empty it in a phone",
		    what, name, modem_percent(s));
}

static void
add_state(struct modem_wrongs *w, const char *name, const struct msg_modem_row *row)
{
	const struct msg_modem_state *s = &row->state;

	if (s->registration == REGISTRATION_DENIED)
		add(w,
		    "the network refuses the SIM card of %s: nothing arrives. See whether it is "
		    "paid for and unlocked",
		    name);
	else if (s->registration == REGISTRATION_NONE || s->registration == REGISTRATION_SEARCHING)
		add(w, "%s has no network: nothing arrives. See its antenna and its place", name);
	if (s->skipped > 0)
		add(w, "%s holds texts that its library cannot read: they stay there, and fill it",
		    name);
	add_storage(w, "SIM card", name, &s->sim);
	add_storage(w, "memory", name, &s->phone);
}

void
modem_find_wrongs(
    const struct msg_modem_row *row, const struct conf *conf, struct modem_wrongs *out)
{
	const struct conf_modem *mine = &conf->modem[row->modem];
	int64_t late_s = 2 * (int64_t)mine->poll_s + LISTING_SLACK_S;
	char name[16] = "the modem";

	memset(out, 0, sizeof(*out));
	for (size_t i = 1; i < MODEMS_MAX; i++)
		if (conf->modem[i].device[0] != '\0')
			(void)snprintf(name, sizeof(name), "modem %u", row->modem + 1);
	add_gone(out, name, row, mine);
	if (row->connected) {
		if (out->count == 0 && row->listed_s > late_s)
			add(out, "%s has not been listed for long: see its SIM card, then the log",
			    name);
		add_state(out, name, row);
	}
	if (row->power_cycles >= CYCLES_MANY)
		add(out,
		    "the power of %s was cut %u times since the gateway started: see its "
		    "supply and its cable",
		    name, row->power_cycles);
}

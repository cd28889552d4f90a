/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin enrol`: make a monitor's secret and hand it out once. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/fileio.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/own_places.h"
#include "gateway/control/people.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define WAIT_DEFAULT_S 600
#define WAIT_MAX_S 86400
#define WAIT_STEP_MS 1000

struct wishes {
	const char *pseudonym, *language, *out, *number_file, *places_file;
	uint64_t place, household, rhythm, heartbeat, wait_s;
	bool wait, number;
};

static bool
read_wishes(int argc, char **argv, struct wishes *w, int *code)
{
	const struct option_row rows[] = {
	    {"pseudonym", OPTION_TEXT, &w->pseudonym, 0, 0, NULL, "NAME", "never her real name"},
	    {"place", OPTION_NUMBER, &w->place, 1, UINT16_MAX, NULL, "ID",
		"the place that she calls hers, as in the places file"},
	    {"language", OPTION_TEXT, &w->language, 0, 0, NULL, "CODE",
		"one of the codebook's, default en"},
	    {"household", OPTION_NUMBER, &w->household, 0, UINT16_MAX, NULL, "N",
		"monitors of one number count as one source"},
	    {"rhythm", OPTION_NUMBER, &w->rhythm, 0, 366, NULL, "DAYS",
		"a message is expected every so many days"},
	    {"heartbeat", OPTION_NUMBER, &w->heartbeat, 0, 7, NULL, "DAY",
		"weekday of a sign of life, 1 Monday to 7"},
	    {"number", OPTION_FLAG, &w->number, 0, 0, NULL, NULL,
		"ask for her phone number and keep it, where the network chose so"},
	    {"number-file", OPTION_TEXT, &w->number_file, 0, 0, NULL, "FILE",
		"the same from a file, - for standard input"},
	    {"own-places", OPTION_TEXT, &w->places_file, 0, 0, NULL, "FILE",
		"her own two-digit numbers for places, see 'tocsin own-places --help'"},
	    {"out", OPTION_TEXT, &w->out, 0, 0, NULL, "FILE",
		"write the secret text to a new file instead"},
	    {"wait", OPTION_MAYBE, &w->wait_s, 1, WAIT_MAX_S, &w->wait, "SECONDS",
		"wait until her first message has come"},
	};
	const struct options o = {"tocsin enrol --pseudonym NAME --place ID [OPTIONS]", rows,
	    sizeof(rows) / sizeof(rows[0]), 0};

	if (!options_read(&o, argc, argv, NULL, code))
		return false;
	if (w->pseudonym == NULL || w->place == 0) {
		*code = cmd_fail(EXIT_USAGE, "enrol needs --pseudonym and --place");
		return false;
	}
	if (people_is_phone_number(w->pseudonym)) {
		*code = cmd_fail(EXIT_USAGE,
		    "this looks like a phone number, which must not be kept: give a pseudonym");
		return false;
	}
	if (w->number && w->number_file != NULL) {
		*code = cmd_fail(EXIT_USAGE, "give --number or --number-file, not both");
		return false;
	}
	if (w->language[0] == '\0' || strlen(w->language) >= LANGUAGE_MAX) {
		*code = cmd_fail(EXIT_USAGE, "--language has 1 to %d letters", LANGUAGE_MAX - 1);
		return false;
	}
	return true;
}

/* The secret leaves here: to standard output, or to a file that nobody else may read. */
static int
hand_out(const struct wishes *w, struct msg_enrolled *e)
{
	char line[sizeof(e->text) + 1];
	enum status st = ST_OK;

	e->text[sizeof(e->text) - 1] = '\0';
	(void)snprintf(line, sizeof(line), "%s\n", e->text);
	if (w->out == NULL)
		st = fputs(line, stdout) != EOF && fflush(stdout) == 0 ? ST_OK : ST_IO;
	else
		st = fileio_create(w->out, line, strlen(line), 0600);
	explicit_bzero(line, sizeof(line));
	if (st != ST_OK)
		return cmd_fail(EXIT_REFUSED,
		    "%s was enrolled, but %s could not be written: revoke her, and enrol her again "
		    "under another pseudonym",
		    w->pseudonym, w->out != NULL ? w->out : "the secret text");
	cmd_note(
	    "Enrolled: %s. %s is secret and is not kept: give it to her device now, then destroy "
	    "every copy.",
	    w->pseudonym, w->out == NULL ? "The line above" : w->out);
	return 0;
}

static void
on_row(const struct msg_roster_row *row, void *arg)
{
	*(uint32_t *)arg += row->revoked ? 0 : row->messages;
}

static int
wait_for_first(struct client *c, const struct wishes *w)
{
	const struct timespec step = {WAIT_STEP_MS / 1000, WAIT_STEP_MS % 1000 * 1000000L};
	int64_t until_ms = clock_boot_ms() + (int64_t)w->wait_s * 1000;
	uint32_t messages = 0;
	int code;

	(void)fprintf(stderr, "Waiting for her first message ...\n");
	for (;;) {
		if ((code = people_each(c, w->pseudonym, on_row, &messages)) != 0)
			return code;
		if (messages > 0) {
			(void)fprintf(stderr, "Her first message has come: she is connected.\n");
			return 0;
		}
		if (clock_boot_ms() >= until_ms)
			return cmd_fail(EXIT_REFUSED,
			    "no message came within %llu s; the enrolment stands, see 'tocsin "
			    "roster' "
			    "later",
			    (unsigned long long)w->wait_s);
		(void)nanosleep(&step, NULL); /* cut short: one more look */
	}
}

/* Before anybody is enrolled: a pseudonym is spent for ever, and its secret must find its file. */
static int
try_out(const char *path)
{
	enum status st = fileio_create(path, "", 0, 0600);

	if (st == ST_OK && unlink(path) == 0)
		return 0;
	if (st == ST_EXISTS)
		return cmd_fail(EXIT_REFUSED, "%s exists already: name a new file", path);
	return cmd_fail(EXIT_REFUSED,
	    "%s cannot be made%s: name a new file in a folder that you can write to", path,
	    st == ST_UNKNOWN ? ", its folder is missing" : "");
}

/* Her number, once it is known that this gateway keeps any. */
static int
get_number(const struct wishes *w, struct msg_enrol *ask)
{
	int code;

	if (!w->number && w->number_file == NULL)
		return 0;
	code = people_numbers_kept("nobody was enrolled: leave the number out");
	return code == 0 ? typed_number(w->number_file, ask->number) : code;
}

/* She is enrolled by now, whatever becomes of her list. */
static int
give_places(struct client *c, const struct wishes *w, const uint16_t place[OWN_MAX])
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_OWN_PLACES);
	ask.body.OWN_PLACES.set = 1;
	memcpy(ask.body.OWN_PLACES.place, place, sizeof(ask.body.OWN_PLACES.place));
	if ((code = people_name(ask.body.OWN_PLACES.pseudonym, w->pseudonym)) == 0)
		code = client_ask(c, &ask, &answer, CLIENT_WAIT_S);
	if (code != 0)
		return cmd_fail(code,
		    "%s is enrolled, without her own numbers: 'tocsin own-places' sets them",
		    w->pseudonym);
	if (answer.head.type != MSG_OWN_PLACES_ARE)
		return client_puzzled();
	cmd_note("Her own numbers for places were taken over from %s.", w->places_file);
	return 0;
}

static int
enrol(struct client *c, const struct wishes *w, struct ipc_message *ask,
    const uint16_t place[OWN_MAX])
{
	struct ipc_message answer;
	int code;

	if ((code = client_ask(c, ask, &answer, CLIENT_WAIT_S)) == 0)
		code = answer.head.type == MSG_ENROLLED ? hand_out(w, &answer.body.ENROLLED)
							: client_puzzled();
	ipc_wipe(&answer);
	if (code == 0 && w->places_file != NULL)
		code = give_places(c, w, place);
	if (code == 0 && w->wait)
		code = wait_for_first(c, w);
	return code;
}

int
cmd_enrol(int argc, char **argv)
{
	struct wishes w = {.language = "en", .wait_s = WAIT_DEFAULT_S};
	uint16_t place[OWN_MAX];
	struct ipc_message ask;
	struct client c;
	int code;

	if (!read_wishes(argc, argv, &w, &code))
		return code;
	if (w.places_file != NULL && (code = own_places_read(w.places_file, place)) != 0)
		return code;
	ipc_begin(&ask, MSG_ENROL);
	if ((code = people_name(ask.body.ENROL.pseudonym, w.pseudonym)) != 0)
		return code;
	memcpy(ask.body.ENROL.language, w.language, strlen(w.language) + 1);
	ask.body.ENROL.place = (uint32_t)w.place;
	ask.body.ENROL.household = (uint32_t)w.household;
	ask.body.ENROL.rhythm_days = (uint32_t)w.rhythm;
	ask.body.ENROL.heartbeat = (uint32_t)w.heartbeat;
	if ((code = get_number(&w, &ask.body.ENROL)) != 0 || (code = client_open(&c)) != 0) {
		ipc_wipe(&ask);
		return code;
	}
	if (w.out == NULL || (code = try_out(w.out)) == 0)
		code = enrol(&c, &w, &ask, place);
	client_close(&c);
	return code;
}

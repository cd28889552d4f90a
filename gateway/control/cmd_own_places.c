/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin own-places`: a monitor's own two-digit numbers for places. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/own_places.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define SHOWN_MAX 256

static const char list_means[] =
    "Such a list shows where she works: keep it out of others' hands, and destroy the file when "
    "she has hers.";

struct own {
	const char *pseudonym, *file;
	bool none, as_json, yes;
	uint16_t place[OWN_MAX];
};

static int
ask_core(struct client *c, struct own *own, bool set)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_OWN_PLACES);
	if ((code = people_name(ask.body.OWN_PLACES.pseudonym, own->pseudonym)) != 0)
		return code;
	ask.body.OWN_PLACES.set = set;
	memcpy(ask.body.OWN_PLACES.place, own->place, sizeof(own->place));
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) != 0)
		return code;
	if (answer.head.type != MSG_OWN_PLACES_ARE)
		return client_puzzled();
	memcpy(own->place, answer.body.OWN_PLACES_ARE.place, sizeof(own->place));
	return 0;
}

static void
show_one(const struct own *own, unsigned number, const struct msg_place *place)
{
	char head[16], visible[SHOWN_MAX], line[SHOWN_MAX + 16];
	struct json j;

	if (own->as_json) {
		json_begin(&j, stdout);
		json_number(&j, "number", number);
		json_number(&j, "place", own->place[number]);
		json_text(&j, "place_label", place->label);
		json_end(&j);
		return;
	}
	(void)show_visible(visible, sizeof(visible), place->label, strlen(place->label));
	(void)snprintf(head, sizeof(head), "  %02u  ", number);
	(void)snprintf(line, sizeof(line), "%u %s", own->place[number],
	    place->id != 0 ? visible : "which the places file in force lacks");
	show_item(head, line);
}

static int
show(struct client *c, const struct own *own)
{
	struct msg_place place;
	unsigned count = 0;
	int code = 0;

	for (unsigned i = 0; i < OWN_MAX; i++)
		count += own->place[i] != 0;
	if (!own->as_json && count == 0)
		cmd_say("%s has no numbers of her own: in her plain texts a place is its number in "
			"the places file.",
		    own->pseudonym);
	else if (!own->as_json)
		cmd_say("%s has %u number%s of her own for places:", own->pseudonym, count,
		    count == 1 ? "" : "s");
	for (unsigned i = 0; i < OWN_MAX && code == 0; i++)
		if (own->place[i] != 0 &&
		    (code = own_places_ask(c, own->place[i], "", &place)) == 0)
			show_one(own, i, &place);
	return code;
}

static int
change(struct own *own)
{
	struct msg_roster_row row;
	struct client c;
	int code;

	if ((code = people_find(own->pseudonym, &row)) != 0)
		return code;
	if (own->file != NULL && (code = own_places_read(own->file, own->place)) != 0)
		return code;
	if (row.own_places != 0 && !own->yes &&
	    (code = typed_yes(own->none ? "Take her numbers away? (y/n) "
					: "Put these in the place of those she has? (y/n) ",
		 "nothing was changed")) != 0)
		return code;
	if ((code = client_open(&c)) != 0)
		return code;
	if ((code = ask_core(&c, own, true)) == 0)
		code = show(&c, own);
	client_close(&c);
	if (code == 0 && own->file != NULL && !own->as_json)
		cmd_say("%s", list_means);
	return code;
}

int
cmd_own_places(int argc, char **argv)
{
	struct own own = {.pseudonym = NULL};
	const struct option_row rows[] = {
	    {"file", OPTION_TEXT, &own.file, 0, 0, NULL, "FILE",
		"set them: lines such as \"07 312\" or \"07 Alder\", # before a comment"},
	    {"none", OPTION_FLAG, &own.none, 0, 0, NULL, NULL, "take them away"},
	    {"yes", OPTION_FLAG, &own.yes, 0, 0, NULL, NULL,
		"do not ask before those she has are replaced"},
	    {"json", OPTION_FLAG, &own.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {"tocsin own-places PSEUDONYM [--file FILE | --none] [OPTIONS]",
	    rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, &own.pseudonym, &code))
		return code;
	if (own.none && own.file != NULL)
		return cmd_fail(EXIT_USAGE, "give --file or --none, not both");
	if (own.none || own.file != NULL)
		return change(&own);
	if ((code = client_open(&c)) != 0)
		return code;
	if ((code = ask_core(&c, &own, false)) == 0)
		code = show(&c, &own);
	client_close(&c);
	return code;
}

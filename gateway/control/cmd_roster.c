/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin roster`: the monitors. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"

#define CELL_MAX 256
#define INDENT "        "

enum { C_NAME, C_PLACE, C_LANGUAGE, C_HEARD, C_MESSAGES, C_MISSING, C_RHYTHM, C_NOTE, C_COUNT };

static const struct show_column layout[C_COUNT] = {
    [C_NAME] = {"pseudonym", 12, 31, false, 0},
    [C_PLACE] = {"place", 12, 40, false, 0},
    [C_LANGUAGE] = {"lang", 4, 7, false, 0},
    [C_HEARD] = {"last heard (UTC)", 22, 22, false, 0},
    [C_MESSAGES] = {"msgs", 5, 6, true, 0},
    [C_MISSING] = {"lost", 4, 5, true, 0},
    [C_RHYTHM] = {"every", 6, 7, true, 0},
    [C_NOTE] = {"", 7, 10, false, 0},
};

/* Why she has no spare chain, for scripts; by enum spares_why. */
static const char *const spares_words[] = {
    [SPARES_THERE] = "",
    [SPARES_NO_KEY] = "no recovery key",
    [SPARES_BEFORE] = "enrolled before the recovery key",
    [SPARES_USED] = "last chain",
};

struct roster {
	struct show_column columns[C_COUNT];
	size_t width; /* of the terminal */
	bool as_json;
	unsigned count;
};

/* What a coordinator should do about her chains. */
static const char *
chain_words(const struct msg_roster_row *row, char line[CELL_MAX])
{
	if (row->waiting != 0)
		(void)snprintf(line, CELL_MAX,
		    "chain %u waits for her: 'tocsin-compose next-chain %u' before her next "
		    "message",
		    row->waiting, row->waiting);
	else if (row->spares_why == SPARES_BEFORE)
		(void)snprintf(line, CELL_MAX, "%s",
		    "enrolled before the recovery key: no spare chain; enrol her anew when you "
		    "can");
	else if (row->spares_why == SPARES_USED)
		(void)snprintf(
		    line, CELL_MAX, "%s", "her last chain is in use: enrol her anew to change it");
	else
		line[0] = '\0';
	return line;
}

static void
print_line(const struct roster *r, const char *line)
{
	if (line[0] != '\0')
		show_wrapped(stdout, INDENT, line, r->width);
}

/* The place that she calls hers now, where it is not the one that she was enrolled with. */
static void
print_said(const struct roster *r, const struct msg_roster_row *row)
{
	char line[2 * CELL_MAX], place[CELL_MAX], when[SHOW_TIME_MAX];

	if (row->said_place == 0 || row->said_place == row->place)
		return;
	if (show_visible(place, sizeof(place), row->said_label, strlen(row->said_label)) == 0)
		(void)snprintf(place, sizeof(place), "%u", row->said_place);
	show_time(when, row->said_s);
	(void)snprintf(line, sizeof(line),
	    "she calls %s her place since %.10s: another one than she was enrolled with", place,
	    when);
	print_line(r, line);
}

/* Under her row: what was decided about her, and what is to be done. */
static void
print_below(const struct roster *r, const struct msg_roster_row *row)
{
	char line[2 * CELL_MAX] = "", words[CELL_MAX], when[SHOW_TIME_MAX];

	if (row->revoked)
		return;
	print_line(r, chain_words(row, words));
	if (row->vetted) {
		show_time(when, row->vetted_s);
		show_add(line, sizeof(line), "vetted since %.10s", when);
	}
	if (row->own_places != 0)
		show_add(line, sizeof(line), "%u places of her own", row->own_places);
	if (row->number_kept)
		show_add(line, sizeof(line), "number kept: yes");
	print_line(r, line);
	if (row->plain) {
		(void)show_visible(
		    words, sizeof(words), row->plain_reason, strlen(row->plain_reason));
		(void)snprintf(line, sizeof(line), "may text PLAIN: %s", words);
		print_line(r, line);
	}
	print_said(r, row);
}

static void
note_of(const struct msg_roster_row *row, char note[16])
{
	note[0] = '\0';
	if (row->revoked)
		(void)snprintf(note, 16, "revoked");
	else if (row->spares_why != SPARES_NO_KEY)
		(void)snprintf(note, 16, "%u spare", row->spares);
}

/* On a screen too narrow for the table, with words in place of its titles. */
static void
print_narrow(const struct roster *r, const char *const cells[C_COUNT])
{
	static const struct {
		const char *before, *behind;
	} words[C_COUNT] = {[C_PLACE] = {"at ", ""},
	    [C_LANGUAGE] = {"language ", ""},
	    [C_HEARD] = {"last heard ", " UTC"},
	    [C_MESSAGES] = {"", " messages"},
	    [C_MISSING] = {"", " lost"},
	    [C_RHYTHM] = {"every ", ""},
	    [C_NOTE] = {"", ""}};
	char line[4 * CELL_MAX] = "";

	show_wrapped(stdout, "", cells[C_NAME], r->width);
	for (size_t i = C_PLACE; i < C_COUNT; i++)
		if (cells[i][0] != '\0' && strcmp(cells[i], "-") != 0)
			show_add(line, sizeof(line), "%s%s%s", words[i].before, cells[i],
			    words[i].behind);
	show_wrapped(stdout, INDENT, line, r->width);
}

static void
print_row(struct roster *r, const struct msg_roster_row *row)
{
	char name[CELL_MAX], place[CELL_MAX], language[CELL_MAX], heard[SHOW_TIME_MAX];
	char messages[16], missing[16], rhythm[16] = "-", note[16];
	const char *cells[C_COUNT] = {
	    name, place, language, heard, messages, missing, rhythm, note};

	(void)show_visible(name, sizeof(name), row->pseudonym, strlen(row->pseudonym));
	(void)show_visible(place, sizeof(place), row->place_label, strlen(row->place_label));
	if (place[0] == '\0')
		(void)snprintf(place, sizeof(place), "%u", row->place);
	(void)show_visible(language, sizeof(language), row->language, strlen(row->language));
	note_of(row, note);
	show_time_about(heard, row->last_s, row->last_trust);
	(void)snprintf(messages, sizeof(messages), "%u", row->messages);
	(void)snprintf(missing, sizeof(missing), "%u", row->missing);
	if (row->rhythm_days != 0)
		(void)snprintf(rhythm, sizeof(rhythm), "%u d", row->rhythm_days);
	if (r->width < show_least(r->columns, C_COUNT)) {
		print_narrow(r, cells);
	} else {
		if (r->count == 0)
			show_titles(stdout, r->columns, C_COUNT);
		show_row(stdout, r->columns, C_COUNT, cells);
	}
	print_below(r, row);
}

static void
print_json(const struct msg_roster_row *row)
{
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "seq", (int64_t)row->seq);
	json_number(&j, "slot", row->slot);
	json_text(&j, "pseudonym", row->pseudonym);
	json_text(&j, "language", row->language);
	json_number(&j, "place", row->place);
	json_text(&j, "place_label", row->place_label);
	json_number(&j, "household", row->household);
	json_number(&j, "rhythm_days", row->rhythm_days);
	json_number(&j, "messages", row->messages);
	json_number(&j, "missing", row->missing);
	json_number(&j, "highest", row->highest);
	json_number(&j, "chain", row->chain);
	json_number(&j, "chain_waiting", row->waiting);
	json_number(&j, "spares", row->spares);
	if (row->spares_why < sizeof(spares_words) / sizeof(spares_words[0]))
		json_text(&j, "spares_why", spares_words[row->spares_why]);
	json_time(&j, "enrolled", row->enrolled_s);
	json_time(&j, "last_heard", row->last_trust == TRUST_NONE ? INT64_MIN : row->last_s);
	json_text(&j, "last_heard_level", show_trust(row->last_trust));
	json_flag(&j, "revoked", row->revoked);
	json_flag(&j, "number_kept", row->number_kept != 0);
	json_flag(&j, "vetted", row->vetted != 0);
	json_time(&j, "vetted_since", row->vetted ? row->vetted_s : INT64_MIN);
	json_flag(&j, "plain", row->plain != 0);
	json_text(&j, "plain_reason", row->plain_reason);
	json_number(&j, "own_places", row->own_places);
	json_number(&j, "said_place", row->said_place);
	json_text(&j, "said_place_label", row->said_label);
	json_time(&j, "said", row->said_place != 0 ? row->said_s : INT64_MIN);
	json_end(&j);
}

static void
on_row(const struct msg_roster_row *row, void *arg)
{
	struct roster *r = arg;

	if (r->as_json)
		print_json(row);
	else
		print_row(r, row);
	r->count++;
}

int
cmd_roster(int argc, char **argv)
{
	struct roster roster = {.as_json = false};
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &roster.as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {
	    "tocsin roster [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	memcpy(roster.columns, layout, sizeof(layout));
	roster.width = show_columns();
	show_fit(roster.columns, C_COUNT, roster.width);
	code = people_each(&c, "", on_row, &roster);
	client_close(&c);
	if (code == 0 && roster.count == 0 && !roster.as_json)
		puts("Nobody is enrolled yet: see 'tocsin enrol --help'.");
	return code;
}

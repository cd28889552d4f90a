/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommand places: the monitor's own two-digit numbers for the places that she writes of. */
#include "reporting/monitor/books.h"
#include "reporting/monitor/commands.h"
#include "reporting/monitor/say.h"
#include "reporting/monitor/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE "-"
#define ID_DIGITS_MAX 5

static bool
read_digits(const char *text, size_t most, unsigned *value)
{
	size_t len = strlen(text);

	if (len == 0 || len > most || strspn(text, "0123456789") != len)
		return false;
	*value = (unsigned)strtoul(text, NULL, 10);
	return true;
}

static int
find_place(const struct places *places, const char *typed, uint16_t *id)
{
	const struct place *place;
	unsigned number;

	place = read_digits(typed, ID_DIGITS_MAX, &number) ? places_find(places, number)
							   : places_find_label(places, typed);
	if (place == NULL)
		return say_usage("the places file has no place '%s', or more than one: give its id "
				 "or its exact label in quotes",
		    typed);
	*id = place->id;
	return 0;
}

/* places: NULL without a places file, then ids are shown alone. */
static void
print_place(const struct compose_state *s, unsigned number, const struct places *places)
{
	const struct place *place = places == NULL ? NULL : places_find(places, s->own[number]);

	printf("%02u  %u", number, s->own[number]);
	if (place != NULL)
		printf(" %s", places_words(places, &place->label, ""));
	else if (places != NULL)
		printf(" is not in the places file any more");
	printf("\n");
}

static int
print_places(const struct compose_state *s, const struct places *places)
{
	if (!compose_state_has_own(s))
		say("You have no numbers of your own: give one with places NUMBER PLACE.");
	for (unsigned i = 0; i < OWN_MAX; i++)
		if (s->own[i] != 0)
			print_place(s, i, places);
	return fflush(stdout) == 0 ? 0 : say_refused("the list could not be shown");
}

static int
change(struct session *s, const char *typed, const char *place, const struct places *places)
{
	unsigned number;
	uint16_t id = 0;
	int rc;

	if (!read_digits(typed, 2, &number))
		return say_usage("'%s' is no number of your list: they are 00 to 99", typed);
	if (strcmp(place, NONE) != 0 && (rc = find_place(places, place, &id)) != 0)
		return rc;
	if ((rc = session_set_own(s, number, id)) != 0)
		return rc;
	if (id == 0)
		say("%02u means no place any more.", number);
	else
		say("%02u means %u %s from now on. Whoever takes this computer can read the list.",
		    number, id, places_words(places, &places_find(places, id)->label, ""));
	return 0;
}

int
command_places(const struct command_paths *paths, int argc, char **argv)
{
	static struct places loaded;
	const struct places *places = NULL;
	struct session s;
	int rc;

	if (argc != 1 && argc != 3)
		return say_usage("places takes nothing, or a number of yours and a place, or - for "
				 "no place any more");
	if (argc == 3 && strcmp(argv[2], NONE) != 0 && paths->places == NULL)
		return say_usage("this needs -p PLACES before it");
	if (paths->places != NULL) {
		if ((rc = books_load_places(paths->places, &loaded)) != 0)
			return rc;
		places = &loaded;
	}
	if ((rc = session_open(paths->state, &s)) != 0)
		return rc;
	rc = argc == 1 ? print_places(&s.state, places) : change(&s, argv[1], argv[2], places);
	session_close(&s);
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/own_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/control/cmd.h"
#include "gateway/control/show.h"
#include "gateway/control/typed.h"
#include "schemas/exit.h"

#define BLANKS " \t\r"
#define SHOWN_MAX 256
#define ID_DIGITS 5

struct reader {
	struct client *c;
	const char *file;
	unsigned line, faults;
	uint16_t *place;
	unsigned first[OWN_MAX]; /* the line that says what a number means; 0: none */
};

int
own_places_ask(struct client *c, uint32_t id, const char *label, struct msg_place *out)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_PLACE);
	ask.body.PLACE.id = id;
	(void)snprintf(ask.body.PLACE.label, sizeof(ask.body.PLACE.label), "%s", label);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) != 0)
		return code;
	if (answer.head.type != MSG_PLACE_IS)
		return client_puzzled();
	*out = answer.body.PLACE_IS;
	out->label[sizeof(out->label) - 1] = '\0';
	return 0;
}

/* what: of the file, made visible here. */
static int
fault(struct reader *r, const char *before, const char *what, const char *behind)
{
	char shown[SHOWN_MAX];

	(void)show_visible(shown, sizeof(shown), what, strlen(what));
	(void)fprintf(stderr, "%s:%u: %s'%s'%s\n",
	    strcmp(r->file, "-") == 0 ? "standard input" : r->file, r->line, before, shown, behind);
	r->faults++;
	return 0;
}

/* The place of a line. 0, or the exit code after words: core cannot be asked. */
static int
take_place(struct reader *r, unsigned number, const char *name)
{
	const size_t digits = strspn(name, "0123456789");
	struct msg_place place = {.id = 0};
	unsigned long id = 0;
	int code;

	if (name[digits] == '\0')
		id = digits <= ID_DIGITS ? strtoul(name, NULL, 10) : 0;
	if (strlen(name) >= LABEL_MAX || (name[digits] == '\0' && (id == 0 || id > UINT16_MAX)))
		return fault(r, "there is no place ", name, "");
	if ((code = own_places_ask(r->c, (uint32_t)id, name, &place)) != 0)
		return code;
	if (place.id == 0 || place.id > UINT16_MAX)
		return fault(
		    r, "the places file in force has no place ", name, ", or several of that name");
	r->place[number] = (uint16_t)place.id;
	return 0;
}

enum own_line
own_places_line(char *line, unsigned *number, const char **place)
{
	size_t len = strcspn(line, "#");

	while (len > 0 && strchr(BLANKS, line[len - 1]) != NULL)
		len--;
	line[len] = '\0';
	line += strspn(line, BLANKS);
	*place = line;
	if (line[0] == '\0')
		return OWN_NOTHING;
	if (strspn(line, "0123456789") != 2 || line[2] == '\0' || strchr(BLANKS, line[2]) == NULL)
		return OWN_WRONG;
	*number = (unsigned)(line[0] - '0') * 10 + (unsigned)(line[1] - '0');
	*place = line + 2 + strspn(line + 2, BLANKS);
	return OWN_PLACE;
}

static int
take_line(struct reader *r, char *line)
{
	const char *place;
	unsigned number;
	char twice[16];

	switch (own_places_line(line, &number, &place)) {
	case OWN_NOTHING:
		return 0;
	case OWN_WRONG:
		return fault(r, "", place,
		    ": a line is two digits, a blank and a place, such as \"07 312\"");
	default:
		break;
	}
	(void)snprintf(twice, sizeof(twice), "%02u", number);
	if (r->first[number] != 0)
		return fault(r, "number ", twice, " stands in an earlier line already");
	r->first[number] = r->line;
	return take_place(r, number, place);
}

static int
take_lines(struct reader *r, char *text)
{
	unsigned found = 0;
	int code = 0;

	for (char *line = text, *next; line != NULL && code == 0; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		r->line++;
		code = take_line(r, line);
	}
	for (unsigned i = 0; i < OWN_MAX; i++)
		found += r->first[i] != 0;
	if (code == 0 && r->faults > 0)
		return cmd_fail(
		    EXIT_REFUSED, "nothing was done; faults in the list: %u", r->faults);
	if (code == 0 && found == 0)
		return cmd_fail(EXIT_REFUSED,
		    "%s holds no line such as \"07 312\": nothing was done; 'tocsin own-places "
		    "--none' takes a list away",
		    r->file);
	return code;
}

int
own_places_read(const char *file, uint16_t place[OWN_MAX])
{
	static char text[16384];
	struct client c;
	struct reader r = {.c = &c, .file = file, .place = place};
	int code;

	memset(place, 0, OWN_MAX * sizeof(place[0]));
	if ((code = typed_file(file, text, sizeof(text))) != 0)
		return code;
	if ((code = client_open(&c)) == 0) {
		code = take_lines(&r, text);
		client_close(&c);
	}
	explicit_bzero(text, sizeof(text));
	return code;
}

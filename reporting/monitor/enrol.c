/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tocsin-compose enrol */
#include "gateway/common/fileio.h"
#include "gateway/common/passphrase.h"
#include "gateway/common/status.h"
#include "reporting/monitor/commands.h"
#include "reporting/monitor/message.h"
#include "reporting/monitor/say.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TEXT_MAX 1024 /* the text with any blanks and line breaks */
#define FROM_STDIN "-"

/* At a terminal it is not shown: it is her key. */
static int
read_terminal(uint8_t text[TEXT_MAX], size_t *len)
{
	switch (passphrase_lines_from_tty(
	    "Give the enrolment text (it is not shown), then press Enter twice.\n", text, TEXT_MAX,
	    len)) {
	case ST_OK:
	case ST_INCOMPLETE:
		return 0; /* what is missing is said by who reads it */
	case ST_TOO_LONG:
		return say_usage("what was typed is too long for an enrolment text");
	case ST_CLOSED:
		return say_refused("interrupted: nothing was done");
	default:
		return say_refused("cannot read from the terminal");
	}
}

static int
read_stdin(uint8_t text[TEXT_MAX], size_t *len)
{
	ssize_t got;

	if (isatty(STDIN_FILENO))
		return read_terminal(text, len);
	for (*len = 0; *len < TEXT_MAX; *len += (size_t)got) {
		got = read(STDIN_FILENO, text + *len, TEXT_MAX - *len);
		if (got == -1 && errno == EINTR)
			got = 0;
		else if (got == -1)
			return say_refused("cannot read standard input");
		else if (got == 0)
			return 0;
	}
	return say_usage("what came on standard input is too long for an enrolment text");
}

static int
read_file(const char *path, uint8_t text[TEXT_MAX], size_t *len)
{
	enum status st;

	if (strncasecmp(path, "EW1:", 4) == 0)
		return say_usage("the enrolment text must not stand on the command line, where "
				 "others can see it: ask your coordinator for a new one, and give "
				 "it on standard input");
	if ((st = fileio_read(path, text, TEXT_MAX, len)) == ST_OK)
		return 0;
	if (st == ST_UNKNOWN)
		return say_usage("there is no file %s", path);
	return say_usage("cannot read %s: %s", path, status_words(st));
}

static int
say_enrolment(enum status st)
{
	switch (st) {
	case ST_SYNTAX:
		return say_usage("this is no enrolment text: it begins with EW1: and goes on with "
				 "letters and digits");
	case ST_INCOMPLETE:
		return say_usage("the enrolment text is not complete: after EW1: come 128 letters "
				 "and digits");
	case ST_TOO_LONG:
		return say_usage("the enrolment text is too long: after EW1: come 128 letters and "
				 "digits");
	case ST_CHECK:
		return say_usage(
		    "a letter or digit of the enrolment text is wrong: compare it with "
		    "the gateway's screen");
	case ST_VERSION:
	case ST_UNKNOWN:
		return say_usage("this enrolment text is of a newer gateway: get a newer "
				 "tocsin-compose");
	default:
		return say_usage("this enrolment text is not a gateway's (%s): do not use it, and "
				 "tell your coordinator",
		    status_words(st));
	}
}

static int
read_enrolment(const char *from, struct enrolment *e)
{
	uint8_t text[TEXT_MAX];
	size_t len = 0;
	enum status st;
	int rc;

	rc = strcmp(from, FROM_STDIN) == 0 ? read_stdin(text, &len) : read_file(from, text, &len);
	if (rc == 0 && (st = enrolment_read((const char *)text, len, e)) != ST_OK)
		rc = say_enrolment(st);
	explicit_bzero(text, sizeof(text));
	return rc;
}

int
command_enrol(const struct command_paths *paths, int argc, char **argv)
{
	const char *from = argc > 1 ? argv[1] : FROM_STDIN;
	struct enrolment e;
	struct session s;
	int rc;

	if (argc > 2)
		return say_usage("enrol takes one file, or none for standard input");
	if ((rc = read_enrolment(from, &e)) != 0)
		return rc;
	rc = session_create(paths->state, &e, &s);
	explicit_bzero(&e, sizeof(e));
	if (rc != 0)
		return rc;
	say("Enrolled. Send this first message before you leave the coordinator.");
	if (strcmp(from, FROM_STDIN) != 0)
		say("%s still holds the enrolment text: destroy it.", from);
	return message_silent(&s, RELATION_HEARTBEAT);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/session.h"

#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "reporting/monitor/say.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int
say_lock(const char *path, enum status st)
{
	if (st == ST_UNKNOWN)
		return say_refused("there is no folder for the state file %s", path);
	if (st == ST_SYNTAX)
		return say_usage("%s is no name of a state file", path);
	return say_refused("cannot use the folder of %s: %s", path, status_words(st));
}

static int
say_load(const char *path, enum status st)
{
	switch (st) {
	case ST_UNKNOWN:
		return say_refused(
		    "there is no state file %s: enrol first. If it was lost, your coordinator must "
		    "enrol you again: an old enrolment text would use spent numbers",
		    path);
	case ST_NOT_ALLOWED:
		return say_refused(
		    "the state file %s must be yours and closed to others: chmod 600", path);
	case ST_SYNTAX:
		return say_refused("%s is not a state file of this program", path);
	case ST_DAMAGED:
		return say_refused("the state file %s is damaged: it cannot be mended; forget it "
				   "and ask your coordinator to enrol you again",
		    path);
	default:
		return say_refused("cannot use the state file %s: %s", path, status_words(st));
	}
}

int
session_open(const char *path, struct session *s)
{
	enum status st;

	s->path = path;
	if ((st = state_file_lock(path, &s->file)) != ST_OK)
		return say_lock(path, st);
	if ((st = state_file_load(&s->file, &s->state)) != ST_OK) {
		state_file_unlock(&s->file);
		return say_load(path, st);
	}
	return 0;
}

int
session_create(const char *path, const struct enrolment *e, struct session *s)
{
	enum status st;

	s->path = path;
	if ((st = state_file_lock(path, &s->file)) != ST_OK)
		return say_lock(path, st);
	compose_state_start(e, &s->state);
	if ((st = state_file_create(&s->file, &s->state)) == ST_OK)
		return 0;
	session_close(s);
	if (st == ST_EXISTS)
		return say_refused("%s exists already and stays as it is: if it is no longer used, "
				   "forget it first, or name another file",
		    path);
	return say_refused("cannot write the state file %s: %s", path, status_words(st));
}

int
session_seal(
    struct session *s, const uint8_t plain[ENVELOPE_X_PLAIN_LEN], struct compose_message *out)
{
	uint8_t random[ENVELOPE_X_RANDOM_LEN];
	struct compose_message message = {0};
	struct compose_state next = {0};
	enum status st;

	entropy_fill(random, sizeof(random));
	st = compose_state_seal(&s->state, plain, random, &next, &message);
	if (st == ST_OK && (st = state_file_replace(&s->file, &next)) == ST_OK) {
		s->state = next;
		*out = message;
	}
	explicit_bzero(random, sizeof(random));
	explicit_bzero(&next, sizeof(next));
	explicit_bzero(&message, sizeof(message));
	if (st == ST_OK)
		return 0;
	if (st == ST_FULL && s->state.n >= RATCHET_N_MAX)
		return say_refused("all numbers are used: ask your coordinator to enrol you again");
	return say_refused("cannot write the state file %s: %s; nothing was made, and message "
			   "no. %u may be left out",
	    s->path, status_words(st), (unsigned)s->state.n + 1);
}

int
session_next_chain(struct session *s)
{
	struct compose_state next = {0};
	enum status st = compose_state_next_chain(&s->state, &next);

	if (st == ST_FULL)
		return say_refused("chain %u is the last one: ask your coordinator to enrol you "
				   "again",
		    s->state.generation + 1u);
	if ((st = state_file_replace(&s->file, &next)) == ST_OK)
		s->state = next;
	explicit_bzero(&next, sizeof(next));
	if (st == ST_OK)
		return 0;
	return say_refused("cannot write the state file %s: %s; see with 'status' which chain is "
			   "the live one",
	    s->path, status_words(st));
}

int
session_set_own(struct session *s, unsigned number, uint16_t place)
{
	struct compose_state next = s->state;
	enum status st;

	next.own[number] = place;
	if ((st = state_file_replace(&s->file, &next)) == ST_OK)
		s->state = next;
	explicit_bzero(&next, sizeof(next));
	if (st == ST_OK)
		return 0;
	return say_refused("cannot write the state file %s: %s; see with 'places' what your list "
			   "holds",
	    s->path, status_words(st));
}

void
session_close(struct session *s)
{
	state_file_unlock(&s->file);
	explicit_bzero(&s->state, sizeof(s->state));
}

int
session_forget(const char *path)
{
	struct state_file f;
	enum status st;

	if ((st = state_file_lock(path, &f)) != ST_OK)
		return say_lock(path, st);
	st = state_file_forget(&f);
	state_file_unlock(&f);
	return st == ST_OK ? 0 : say_load(path, st);
}

int
session_show(const struct compose_message *message)
{
	char line[EW1_X_CHARS + 1];
	size_t done = 0;
	ssize_t put = 0;

	memcpy(line, message->text, EW1_X_CHARS);
	line[EW1_X_CHARS] = '\n';
	while (done < sizeof(line)) {
		put = write(STDOUT_FILENO, line + done, sizeof(line) - done);
		if (put == -1 && errno == EINTR)
			continue;
		if (put <= 0)
			break;
		done += (size_t)put;
	}
	explicit_bzero(line, sizeof(line));
	if (done == sizeof(line))
		return 0;
	return say_refused("the text could not be shown: message no. %u is spent and will never "
			   "come; write the report again",
	    (unsigned)message->n + 1);
}

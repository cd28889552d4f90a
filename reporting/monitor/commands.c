/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of tocsin-compose, but for enrol. */
#include "reporting/monitor/commands.h"

#include "gateway/common/clock.h"
#include "reporting/monitor/message.h"
#include "reporting/monitor/say.h"

#include <stdio.h>
#include <string.h>

/* For subcommands that take nothing. */
static int
no_arguments(int argc, char **argv)
{
	return argc == 1 ? 0 : say_usage("%s takes nothing after it", argv[0]);
}

static int
send_report(struct session *s, const struct request *request, const struct books *books)
{
	const struct compose_setting with = {
	    .books = books,
	    .schema = s->state.codebook,
	    .n = s->state.n,
	    .now = clock_wall_s(),
	};
	struct composed c;
	int rc;

	if ((rc = compose_report(request, &with, &c)) != 0) {
		session_close(s);
		return rc;
	}
	say("Understood:");
	compose_say(&c, &with, request->lang);
	rc = message_send(s, &c);
	explicit_bzero(&c, sizeof(c));
	return rc;
}

int
command_report(const struct command_paths *paths, int argc, char **argv)
{
	static struct books books;
	struct request request;
	struct session s;
	int rc;

	if (paths->codebook == NULL || paths->places == NULL)
		return say_usage("report needs -b CODEBOOK and -p PLACES before it");
	if ((rc = request_parse(argc, argv, &request)) != 0)
		return rc;
	if ((rc = books_load(paths->codebook, paths->places, &books)) != 0)
		return rc;
	if ((rc = session_open(paths->state, &s)) != 0)
		return rc;
	return send_report(&s, &request, &books);
}

static int
send_silent(const struct command_paths *paths, int argc, char **argv, enum relation relation)
{
	struct session s;
	int rc;

	if ((rc = no_arguments(argc, argv)) != 0)
		return rc;
	if ((rc = session_open(paths->state, &s)) != 0)
		return rc;
	return message_silent(&s, relation);
}

int
command_heartbeat(const struct command_paths *paths, int argc, char **argv)
{
	return send_silent(paths, argc, argv, RELATION_HEARTBEAT);
}

int
command_cover(const struct command_paths *paths, int argc, char **argv)
{
	return send_silent(paths, argc, argv, RELATION_COVER);
}

static void
print_status(const struct compose_state *s)
{
	static const char *const days[] = {
	    "none", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

	printf("next message: no. %u\n", (unsigned)s->n + 1);
	printf("gateway: ");
	for (size_t i = 0; i < GWID_LEN; i++)
		printf("%02x", s->gwid[i]);
	printf("\ncodebook: version %u, counted modulo 16\n", s->codebook);
	printf("heartbeat: %s\n", days[s->heartbeat_day]);
	printf("gateway answers with a code: %s\n", s->ack_codes ? "yes" : "no");
}

int
command_status(const struct command_paths *paths, int argc, char **argv)
{
	struct session s;
	int rc;

	if ((rc = no_arguments(argc, argv)) != 0)
		return rc;
	if ((rc = session_open(paths->state, &s)) != 0)
		return rc;
	print_status(&s.state);
	session_close(&s);
	return fflush(stdout) == 0 ? 0 : say_refused("the status could not be shown");
}

int
command_forget(const struct command_paths *paths, int argc, char **argv)
{
	int rc;

	if ((rc = no_arguments(argc, argv)) != 0)
		return rc;
	if ((rc = session_forget(paths->state)) != 0)
		return rc;
	say("Forgotten: this computer can send no more messages for this monitor. On a card or a "
	    "stick the old octets may survive until they are overwritten.");
	return 0;
}

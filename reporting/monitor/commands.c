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
	    .own = compose_state_has_own(&s->state) ? s->state.own : NULL,
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

/* `--text -`: the text stands on standard input. */
static int
read_text(struct request *request, char text[LONG_TEXT_MAX + 2])
{
	size_t len;

	if (request->text == NULL || strcmp(request->text, "-") != 0)
		return 0;
	len = fread(text, 1, LONG_TEXT_MAX + 1, stdin);
	text[len] = '\0';
	if (ferror(stdin) || len > LONG_TEXT_MAX || strlen(text) != len)
		return say_usage("standard input is no text of one message");
	request->text = text;
	return 0;
}

int
command_report(const struct command_paths *paths, int argc, char **argv)
{
	static struct books books;
	static char text[LONG_TEXT_MAX + 2];
	struct request request;
	struct session s;
	int rc;

	if (paths->codebook == NULL || paths->places == NULL)
		return say_usage("report needs -b CODEBOOK and -p PLACES before it");
	if ((rc = request_parse(argc, argv, &request)) != 0)
		return rc;
	if ((rc = read_text(&request, text)) != 0)
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

/* Which chain to go on to: the word after the subcommand, or the next. 0: not understood. */
static unsigned
chain_asked(const struct compose_state *s, int argc, char **argv)
{
	if (argc == 1)
		return s->generation + 2u;
	if (argv[1][0] < '1' || argv[1][0] > '9' || argv[1][1] != '\0')
		return 0;
	return (unsigned)(argv[1][0] - '0');
}

static bool
is_confirmed(const struct compose_state *s)
{
	char line[16];

	say("You use chain %u. After this, chain %u is used, and its messages count from no. 1.",
	    s->generation + 1u, s->generation + 2u);
	say("Do it only when your coordinator has told you to, and when what you sent");
	say("before has arrived: the gateway reads nothing of chain %u any more once it has",
	    s->generation + 1u);
	say("your next message. This cannot be undone.");
	say("Type yes to go on:");
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

/* asked: the chain that is to be the live one, as people count them. */
static int
go_on(struct session *s, unsigned asked)
{
	int rc = 0;

	if (asked == s->state.generation + 1u) {
		say("Chain %u is used already: nothing was changed.", asked);
		return 0;
	}
	if (asked != s->state.generation + 2u)
		return say_usage("chain %u is used now, so the next is %u: look whether your "
				 "coordinator means this monitor",
		    s->state.generation + 1u, s->state.generation + 2u);
	if (s->state.generation < COMPOSE_SPARES && !is_confirmed(&s->state))
		return say_refused("not confirmed: nothing was changed");
	if ((rc = session_next_chain(s)) == 0)
		say("Chain %u is used from now on. Send a heartbeat, so that your coordinator "
		    "sees\n"
		    "it. On a card or a stick the old octets may survive.",
		    s->state.generation + 1u);
	return rc;
}

int
command_next_chain(const struct command_paths *paths, int argc, char **argv)
{
	struct session s;
	unsigned asked;
	int rc;

	if (argc > 2)
		return say_usage("next-chain takes the number of the chain, or nothing");
	if ((rc = session_open(paths->state, &s)) != 0)
		return rc;
	if ((asked = chain_asked(&s.state, argc, argv)) == 0)
		rc = say_usage(
		    "%s is no number of a chain: they are 1 to %u", argv[1], COMPOSE_SPARES + 1u);
	else
		rc = go_on(&s, asked);
	session_close(&s);
	return rc;
}

static void
print_status(const struct compose_state *s)
{
	static const char *const days[] = {
	    "none", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

	printf("next message: no. %u\n", (unsigned)s->n + 1);
	printf("chain: %u of %u\n", s->generation + 1u, COMPOSE_SPARES + 1u);
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

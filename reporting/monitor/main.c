/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin-compose: the monitor's program. It can read two files that people gave it, keep one
 * state file, and print; it knows no network and no modem.
 */
#include "gateway/common/sandbox.h"
#include "reporting/monitor/commands.h"
#include "reporting/monitor/say.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(const struct command_paths *, int, char **);
} subcommands[] = {
    {"enrol", command_enrol},
    {"report", command_report},
    {"heartbeat", command_heartbeat},
    {"cover", command_cover},
    {"places", command_places},
    {"next-chain", command_next_chain},
    {"status", command_status},
    {"forget", command_forget},
};

static int
usage(void)
{
	say("usage: tocsin-compose -s STATE enrol [FILE | -]");
	say("       tocsin-compose -s STATE -b CODEBOOK -p PLACES report KIND PLACE [options]");
	say("       tocsin-compose -s STATE -b CODEBOOK -p PLACES report --text TEXT|- [--yes]");
	say("       tocsin-compose -s STATE [-p PLACES] places [NUMBER PLACE | NUMBER -]");
	say("       tocsin-compose -s STATE heartbeat | cover | status | forget");
	say("       tocsin-compose -s STATE next-chain [NUMBER]");
	say("See tocsin-compose(1).");
	return EXIT_USAGE;
}

static int
run(const struct command_paths *paths, int argc, char **argv)
{
	if (argc == 0)
		return usage();
	for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
		if (strcmp(argv[0], subcommands[i].name) == 0)
			return subcommands[i].run(paths, argc, argv);
	(void)say_usage("there is no subcommand '%s'", argv[0]);
	return usage();
}

/*
 * Nothing that is opened later may become a standard descriptor, or words would be written into
 * the state. Without a standard output a number would be spent for nothing.
 */
static int
check_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd)
			return EXIT_REFUSED; /* nowhere to say it */
		if (fd == STDOUT_FILENO)
			return say_usage("standard output is closed: nothing was done");
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct command_paths paths = {NULL, NULL, NULL};
	int option, rc;

	if ((rc = check_standard()) != 0)
		return rc;
	if (sandbox_basic() != ST_OK || sodium_init() == -1)
		return say_refused("cannot protect this process: nothing was done");
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)usage();
		return 0;
	}
	(void)signal(SIGPIPE, SIG_IGN); /* a lost output is told, not died of; cannot fail */
	/* +: stop at the subcommand; -: two hyphens are an option whose value is the rest */
	while ((option = getopt(argc, argv, "+s:b:p:-:")) != -1) {
		switch (option) {
		case 's':
			paths.state = optarg;
			break;
		case 'b':
			paths.codebook = optarg;
			break;
		case 'p':
			paths.places = optarg;
			break;
		case '-': /* the subcommand, as it is often told */
			if (strcmp(optarg, "next-chain") != 0)
				return usage();
			argv[--optind] += 2;
			goto parsed;
		default:
			return usage();
		}
	}
parsed:
	if (paths.state == NULL && optind < argc)
		return say_usage(
		    "say with -s STATE, before %s, where the state file is", argv[optind]);
	if (paths.state == NULL)
		return usage();
	return run(&paths, argc - optind, argv + optind);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands of tocsin-compose. Each gets its own arguments, argv[0] being its name, and
 * returns the exit code (schemas/exit.h).
 */
#ifndef REPORTING_MONITOR_COMMANDS_H
#define REPORTING_MONITOR_COMMANDS_H

/* What stands before the subcommand; NULL where it was not given. */
struct command_paths {
	const char *state, *codebook, *places;
};

int command_enrol(const struct command_paths *paths, int argc, char **argv);
int command_report(const struct command_paths *paths, int argc, char **argv);
int command_heartbeat(const struct command_paths *paths, int argc, char **argv);
int command_cover(const struct command_paths *paths, int argc, char **argv);
int command_places(const struct command_paths *paths, int argc, char **argv);
int command_next_chain(const struct command_paths *paths, int argc, char **argv);
int command_status(const struct command_paths *paths, int argc, char **argv);
int command_forget(const struct command_paths *paths, int argc, char **argv);

#endif

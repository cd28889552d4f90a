/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tocsin-modem: descriptor 3 is the channel to core, 4 the file with the PIN (-P). It handles no
 * signal: SIGTERM and SIGALRM end it wherever it is, which costs nothing but another listing.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/log.h"
#include "gateway/common/sandbox.h"
#include "gateway/common/sandbox_enter.h"
#include "gateway/modem/modem.h"
#include "schemas/exit.h"

#define POLL_MAX_S 3600

static int
usage(void)
{
	(void)fputs("usage: tocsin-modem -d device -C connection -m model [-p seconds] [-w sweep]\n"
		    "                    [-u ussd] [-P] [-R] [-v]\n"
		    "It is started by tocsind, with the channel to tocsin-core as descriptor 3.\n",
	    stderr);
	return EXIT_USAGE;
}

static bool
read_options(int argc, char **argv, struct modem_options *o, enum log_level *level)
{
	char *end = NULL;
	unsigned long poll_s;
	int c;

	while ((c = getopt(argc, argv, "d:C:m:p:w:u:PRv")) != -1) {
		if (c == 'd')
			o->device = optarg;
		else if (c == 'C')
			o->connection = optarg;
		else if (c == 'm')
			o->model = optarg;
		else if (c == 'u')
			o->credit_ussd = optarg;
		else if (c == 'P')
			o->pin_fd = MODEM_PIN_FD;
		else if (c == 'R')
			o->rescue = true;
		else if (c == 'w' && strcmp(optarg, "off") == 0)
			o->sweep = SWEEP_OFF;
		else if (c == 'w' && strcmp(optarg, "nightly") == 0)
			o->sweep = SWEEP_NIGHTLY;
		else if (c == 'w' && strcmp(optarg, "batch") == 0)
			o->sweep = SWEEP_BATCH;
		else if (c == 'v')
			*level = LOG_LEVEL_DEBUG;
		else if (c == 'p') {
			poll_s = strtoul(optarg, &end, 10);
			if (end == optarg || *end != '\0' || poll_s < 1 || poll_s > POLL_MAX_S)
				return false;
			o->poll_s = (uint32_t)poll_s;
		} else
			return false;
	}
	return optind == argc && o->device != NULL && o->connection != NULL && o->model != NULL;
}

static int
exit_code(enum status st)
{
	switch (st) {
	case ST_OK:
		return EXIT_DONE;
	case ST_MEMORY:
		return EXIT_MEMORY;
	case ST_SYNTAX:
		return EXIT_CHANNEL;
	case ST_UNPLUGGED:
		return EXIT_UNPLUGGED;
	case ST_PIN:
		return EXIT_PIN;
	case ST_CONFIG:
		return EXIT_CONFIG;
	default:
		return EXIT_DEVICE;
	}
}

int
main(int argc, char **argv)
{
	struct modem_options options = {
	    .credit_ussd = "", .poll_s = 300, .channel = ROLE_CHANNEL_FD, .pin_fd = -1};
	enum log_level level = LOG_LEVEL_INFO;
	enum status st;

	if (!read_options(argc, argv, &options, &level))
		return usage();
	log_begin("tocsin-modem", level);
	if (sandbox_basic() != ST_OK ||
	    sandbox_enter(SANDBOX_MODEM, &(struct sandbox_paths){.device = options.device}) !=
		ST_OK)
		return EXIT_CONFIG;
	if ((st = modem_run(&options)) == ST_SYNTAX)
		log_event(EV_CHANNEL_BAD);
	return exit_code(st);
}

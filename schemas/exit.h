/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a role of the gateway ends, and what tocsind does then. The commands of a person use
 * EXIT_REFUSED, EXIT_USAGE and EXIT_UNREACHABLE instead.
 */
#ifndef SCHEMAS_EXIT_H
#define SCHEMAS_EXIT_H

enum exit_role {
	EXIT_DONE = 0,     /* told to stop, or its channel closed: start again */
	EXIT_STORAGE = 10, /* the storage failed: start again, with back-off */
	EXIT_SYNC =
	    11, /* a sync failed: never start core again, ask for a restart of the machine */
	EXIT_CONFIG = 12, /* settings or folders are wrong, or the modem's device may not be opened:
			     start again after a long pause */
	EXIT_CHANGED = 13,   /* the store or the anchor is not what it was: as EXIT_CONFIG */
	EXIT_DEVICE = 14,    /* the modem does not answer: start again, with back-off */
	EXIT_MEMORY = 15,    /* out of memory: start again, with back-off */
	EXIT_CHANNEL = 16,   /* nonsense on a channel: start again, with back-off */
	EXIT_WIPED = 17,     /* the keys in the anchor are gone: never start core again */
	EXIT_NOT_WIPED = 18, /* they were to go, and the anchor could not be written: likewise */
	EXIT_UNPLUGGED = 19, /* the modem's device is not there: start again when it is */
	EXIT_PIN = 20, /* the SIM's PIN is wanted and not known, or was refused: start again when
			  its file changes */
};

enum exit_command {
	EXIT_REFUSED = 1, /* understood, and not done */
	EXIT_USAGE = 2,   /* not understood */
	EXIT_UNREACHABLE =
	    3, /* the daemon does not answer; `status`, `journal`: or something is wrong */
};

/* The descriptors that a role finds open. */
#define ROLE_CHANNEL_FD 3 /* core: to tocsind, or to `tocsin init`; modem: to core */
#define CORE_CONTROL_FD 4 /* core: the listening control socket */
#define MODEM_PIN_FD 4    /* modem: the file with the SIM's PIN, if it was started with -P */

/* In the folder run_dir. The fault file holds, in decimal, how core last ended, if it was one of
 * EXIT_STORAGE, EXIT_SYNC, EXIT_CONFIG, EXIT_CHANGED, EXIT_WIPED, EXIT_NOT_WIPED and core has not
 * been started since. The pid file holds tocsind's number as long as it holds the folder's lock. */
#define FAULT_FILE_NAME "fault"
#define PID_FILE_NAME "pid"
#define CONTROL_SOCKET_NAME "control"

#endif

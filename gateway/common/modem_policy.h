/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a modem's process that ended is started again, and when its power is cut first. No clock, no
 * process, no file: what happened comes in, what is to be done goes out.
 *
 *	it ended because                 the next start
 *	---------------------------------------------------------------------------------------
 *	it was told to                   when core is there again
 *	the device is not there          when it is (tocsind watches for it), else every 30 s; if it
 *	                                 did not come back from a power cycle, after another
 *	the PIN is wanted                when its file or the device changes, else after an hour
 *	the modem does not answer        the first time at once; the second time after its power
 *	                                 was cut, if there is a program for it; then with a back-off
 *	settings, folders, a device      after a minute, or when the device changes
 *	that may not be opened
 *	anything else                    with a back-off
 *
 * Back-offs begin anew when a process has answered: when it listed its modem to the end.
 */
#ifndef GATEWAY_COMMON_MODEM_POLICY_H
#define GATEWAY_COMMON_MODEM_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define MODEM_NET_MS 30000         /* between two looks for a device that no event told of */
#define MODEM_PIN_MS 3600000       /* a PIN that nobody changed is looked at again */
#define MODEM_CYCLE_FIRST_MS 30000 /* from the end of a power cycle to the next one, at least */
#define MODEM_CYCLE_LAST_MS 300000

struct modem_policy {
	unsigned ends;         /* in a row, of processes that never answered */
	unsigned silent;       /* of these, since the last power cycle, for want of an answer */
	unsigned power_cycled; /* since it last answered */
	int64_t cycle_from_ms; /* no power cycle before this */
};

struct modem_end {
	int code;   /* enum exit_role, or -1 */
	int signal; /* that ended it, or 0 */
	bool told_to_stop;
	bool can_cycle; /* there is a program for it */
	int64_t now_ms; /* on clock_boot_ms */
};

struct modem_plan {
	int64_t pause_ms;  /* before anything */
	bool power_cycle;  /* then cut its power */
	bool needs_device; /* then start it only if its device is there */
	bool needs_pin;    /* a changed file of the PIN ends the pause */
	bool rescue;       /* it was ended by a signal: the next one is started with -R */
};

void modem_policy_ended(
    struct modem_policy *p, const struct modem_end *end, struct modem_plan *plan);

/* Its process listed the modem to its end. */
void modem_policy_answered(struct modem_policy *p);

/* The power-cycle program has ended. */
void modem_policy_cycled(struct modem_policy *p, int64_t now_ms);

/* The device is not there. Is that because its power was cut, and it has not come back since? Then
 * cut it again now: the program may have ended halfway. */
bool modem_policy_cycles_again(const struct modem_policy *p, int64_t now_ms);

/* The device is another one, or was plugged in anew: what was silent is gone. */
void modem_policy_replugged(struct modem_policy *p);

#endif

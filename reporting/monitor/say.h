/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for the person, on standard error: standard output belongs to the message alone.
 * Never give these a key, an enrolment text or the mark of duress.
 */
#ifndef REPORTING_MONITOR_SAY_H
#define REPORTING_MONITOR_SAY_H

#include "schemas/exit.h"

#define SAY_FORMAT __attribute__((format(printf, 1, 2)))

/* One line. */
void say(const char *format, ...) SAY_FORMAT;

/* One line after the program's name. Returns EXIT_USAGE: the input is not understood. */
int say_usage(const char *format, ...) SAY_FORMAT;

/* The same. Returns EXIT_REFUSED: understood, and not done. */
int say_refused(const char *format, ...) SAY_FORMAT;

#endif

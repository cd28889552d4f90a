/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a coordinator writes that is no passphrase, but nobody else's business: a phone number, a
 * text. From the terminal, where she sees it, or from a file; never an argument's value or the
 * environment, which other processes can read.
 */
#ifndef GATEWAY_CONTROL_TYPED_H
#define GATEWAY_CONTROL_TYPED_H

#include <stddef.h>

#include "schemas/limits.h"

/* One line from the terminal, without its newline, ended. out: cap octets, wiped by the caller.
 * 0, or the exit code after words; `instead` names the option for where there is no terminal. */
int typed_line(const char *prompt, const char *instead, char *out, size_t cap);
/* The same, where nothing is an answer too. */
int typed_maybe(const char *prompt, const char *instead, char *out, size_t cap);

/* The whole of a file, or of standard input for "-", without newlines at its end, ended. As
 * typed_line. */
int typed_file(const char *file, char *out, size_t cap);

/* A number, from that file, or from the terminal if it is NULL: without blanks, dashes and the like
 * between its digits. A file that others may read is refused. What it is core says. */
int typed_number(const char *file, char out[NUMBER_MAX]);

/* Ask at the terminal. 0: yes; else the exit code after words: `no` says what was not done. */
int typed_yes(const char *question, const char *no);

#endif

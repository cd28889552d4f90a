/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recovery key as it goes on paper: 32 columns, which a receipt's printer takes.
 */
#ifndef GATEWAY_CONTROL_RECOVERY_SHEET_H
#define GATEWAY_CONTROL_RECOVERY_SHEET_H

#include "schemas/limits.h"

#define RECOVERY_SHEET_TITLE "TOCSIN RECOVERY KEY" /* its first line */
#define RECOVERY_SHEET_INDENT "  "                 /* the lines of the key alone begin so */
#define RECOVERY_SHEET_MAX 1024

/* Before a key is made: can its file be? 0, or the exit code after words. */
int recovery_sheet_try(const char *out_file);

/*
 * Write the sheet once, and say on standard error what to do with it.
 *   text      as core wrote it, ended; the caller wipes it.
 *   out_file  a new file, mode 0600; NULL: standard output.
 * 0, or the exit code after words.
 */
int recovery_sheet(const char text[RECOVERY_TEXT_MAX], const char *out_file);

#endif

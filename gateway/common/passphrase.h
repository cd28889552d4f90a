/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passphrase that a coordinator gives: from a terminal, a descriptor or a file; never from an
 * argument or the environment, which other processes can read.
 */
#ifndef GATEWAY_COMMON_PASSPHRASE_H
#define GATEWAY_COMMON_PASSPHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/status.h"

/* Secret: wiped by passphrase_wipe on every way out. Not ended by a zero. */
struct passphrase {
	size_t len;
	char octets[PASSPHRASE_MAX];
};
void passphrase_wipe(struct passphrase *p);

/*
 * Read lines of a secret from /dev/tty, echo off, up to an empty one or Ctrl-D; each keeps its
 * newline. out: cap octets, the caller wipes them. ST_OK; ST_INCOMPLETE (nothing), ST_TOO_LONG,
 * ST_UNKNOWN (no terminal), ST_CLOSED (interrupted), ST_SYNTAX, ST_IO: out is wiped.
 */
enum status passphrase_lines_from_tty(
    const char *prompt, uint8_t *out, size_t cap, size_t *len) MUST_USE;

/*
 * Read a passphrase: everything up to the end or the first newline, which is left out.
 *   _tty   asks on /dev/tty, echo off, and puts the terminal back in every case
 *   _fd    reads a descriptor to the first newline or its end; fd stays the caller's
 *   _file  as fileio_read; the file must have one line
 * ST_OK; ST_INCOMPLETE (empty), ST_TOO_LONG (over PASSPHRASE_MAX), ST_UNKNOWN (no terminal, no
 * such file), ST_CLOSED (interrupted), ST_NOT_ALLOWED, ST_SYNTAX (a zero octet, or a file of more
 * than one line), ST_FORGED (a file that others than its owner may read or write), ST_IO.
 */
enum status passphrase_from_tty(const char *prompt, struct passphrase *out) MUST_USE;
enum status passphrase_from_fd(int fd, struct passphrase *out) MUST_USE;
enum status passphrase_from_file(const char *path, struct passphrase *out) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file with the SIM's PIN, which tocsind opens and hands over as MODEM_PIN_FD: the PIN is its
 * first line, 4 to 8 digits. Before the PIN is sent a second line, "tried", is appended and synced,
 * and taken away again when the SIM has opened: so a wrong PIN is sent exactly once, ever, until a
 * person writes the file anew. Three would block the SIM.
 */
#ifndef GATEWAY_MODEM_PIN_H
#define GATEWAY_MODEM_PIN_H

#include <stdbool.h>

#include "schemas/status.h"

#define PIN_MIN 4
#define PIN_MAX 8

/*
 * Read it.
 *   pin    gets the digits, ended; wipe it.
 *   tried  it was sent before, and did not open the SIM as far as is known.
 * ST_OK; ST_SYNTAX: this is no PIN; ST_IO.
 */
enum status pin_read(int fd, char pin[PIN_MAX + 1], bool *tried) MUST_USE;

/* Append or take away the mark, and sync. ST_OK; ST_IO: it is not known to be there. */
enum status pin_mark(int fd, bool tried) MUST_USE;

#endif

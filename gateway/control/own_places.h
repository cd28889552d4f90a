/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monitor's own two-digit numbers for places, as a coordinator writes them: a file of lines such
 * as "07 312" or "07 Upper Alder", a place by its id or its label; what follows a # is a comment.
 */
#ifndef GATEWAY_CONTROL_OWN_PLACES_H
#define GATEWAY_CONTROL_OWN_PLACES_H

#include <stdint.h>

#include "gateway/control/client.h"
#include "schemas/limits.h"

/* One line of it, ended, without its newline; it is changed. OWN_PLACE: number is below OWN_MAX,
 * and place, within line, neither empty nor with blanks around it. OWN_WRONG: place is what stands
 * there.
 */
enum own_line { OWN_NOTHING, OWN_PLACE, OWN_WRONG };
enum own_line own_places_line(char *line, unsigned *number, const char **place);

/*
 * Read such a file, - for standard input, and ask core for each of its places.
 *   place  by her number; 0: it means nothing.
 * 0, or the exit code after words: each fault as FILE:LINE.
 */
int own_places_read(const char *file, uint16_t place[OWN_MAX]);

/* A place of the file in force, by id, or by label if id is 0. *out: id 0 if there is none. 0, or
 * the exit code after words. */
int own_places_ask(struct client *c, uint32_t id, const char *label, struct msg_place *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain texts (docs/decisions/0058-plain-texts-by-sms.md): whose are read as reports, how many, and
 * what they say. For intake_read.c.
 */
#ifndef GATEWAY_CORE_INTAKE_PLAIN_H
#define GATEWAY_CORE_INTAKE_PLAIN_H

#include "gateway/core/intake_read.h"
#include "gateway/core/session.h"
#include "reporting/report/plain.h"

#define PLAIN_AN_HOUR 20            /* of one sender */
#define PLAIN_AN_HOUR_STRANGERS 200 /* of all who are not enrolled */

struct intake_plain;

/* In sodium_malloc'd memory, for what is read stands in it. NULL: no memory. */
struct intake_plain *intake_plain_new(void);
/* Wipes it. NULL does nothing. */
void intake_plain_free(struct intake_plain *p);

/*
 * Read a text that is not of profile X as plain text, if whoever sent it may send one.
 *   e     arrival and trust are set; gets outcome, fault, review, slot, class and the reports, but
 *         no raw octets
 *   read  what the grammar made of it, until the next call; NULL: it was not read, for it is one
 *         too many, or a sealed text with a slip
 * ST_OK; ST_EXISTS: its sender sent it less than PLAIN_AGAIN_S ago, and e is untouched;
 * ST_NOT_ALLOWED: it is not to be taken as plain text, likewise; SC_STOP.
 */
enum status intake_plain_read(struct session *s, const struct arrival *a, struct event_received *e,
    const struct plain **read) MUST_USE;
/* What was read last goes. */
void intake_plain_wipe(struct session *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For a phone that ran past its window: more than 255 of its messages in a row were lost, so what
 * came after them was nobody's. Their octets are kept in the journal; here each of them whose hint
 * belongs to a number further ahead is opened as any text is, both layers, and only then is taken:
 * a `received` event of its own with the arrival of the first, a `scanned` event that ties the two
 * together, and the slot's next state, in one commit.
 */
#ifndef GATEWAY_CORE_DEEP_SCAN_H
#define GATEWAY_CORE_DEEP_SCAN_H

#include "gateway/core/session.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/*
 * Search one slice, of DEEP_SCAN_SLICE numbers at most, so that the modem's texts need not wait
 * long for the next. The session is OPEN. Nothing found: nothing is written.
 *   words  on failure what to do, for a person.
 * ST_OK, ST_UNKNOWN (no such monitor), ST_RANGE (beyond EW1_SCAN_MAX), ST_AGAIN (not enough memory
 * for the list of texts), or SC_STOP.
 */
enum status deep_scan(struct session *s, const struct msg_deep_scan *ask, struct msg_scanned *out,
    char words[SESSION_WORDS_MAX]) MUST_USE;

#endif

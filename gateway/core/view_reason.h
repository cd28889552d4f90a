/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands behind the reason of an unreadable row, so that a coordinator can act on it.
 */
#ifndef GATEWAY_CORE_VIEW_REASON_H
#define GATEWAY_CORE_VIEW_REASON_H

#include "gateway/core/view.h"

/*
 * Of a text that opened and was refused: the numbers that it says, and what a retired kind became.
 * Of a plain text that leaves a question open: the kind that may be meant. What was nearly a sealed
 * text is called so.
 *   row            its reason, which is made longer or replaced, cut at its room; of a plain text
 *                  `raw` must be filled
 *   book, places   what it is read with, borrowed; NULL: not known, and less is said
 *   outcome        enum outcome; fault: the number that this outcome has (events.md, `received`)
 */
void view_reason_add(struct msg_inbox_row *row, const struct codebook *book,
    const struct places *places, unsigned outcome, unsigned fault);

#endif

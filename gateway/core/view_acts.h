/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: what corrections, follow-ups, cancels and all-clears say of earlier reports,
 * resolved over the list (docs/decisions/0059-acts-on-earlier-reports.md and 0061). A message means
 * a report of its own writer alone, with a smaller number, so there are no circles; an act is
 * undone by no other. An unproven one does nothing.
 *
 * For counting, what a whole base parts is not here: its report and its act are each counted as if
 * the other had never come, so that a fold from that base counts the same.
 */
#ifndef GATEWAY_CORE_VIEW_ACTS_H
#define GATEWAY_CORE_VIEW_ACTS_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

struct view;
struct view_entry;
struct view_list;

/* Of an entry that is an act, or that one means. Indices are of entries, plus 1; 0: none. */
struct view_mark {
	uint32_t entry;                         /* whose it is */
	uint32_t corrected, cancelled, cleared; /* the newest that says so of it */
	uint32_t follow_ups;
	uint32_t first, parts;   /* act: the message meant */
	uint32_t meant;          /* act: the one report of it that it means; 0: none, or several */
	uint32_t number_at;      /* act: place in the order of numbers, from 0 */
	uint32_t corrected_here; /* as corrected, of what no base parts from it */
	uint8_t cancelled_here;
	uint8_t is_act;
	uint8_t stands; /* it would count, if nothing were said of it */
	/* What it says itself, and what it counts as */
	uint8_t kind, severity, certainty, counts_kind;
	uint16_t place, counts_place;
};

struct view_marks {
	struct view_mark *mark; /* of SQLite's heap */
	size_t count, cap;
};

/* After the list was read. Kind, place and, of a correction, severity and certainty of an entry
 * become those that are shown. ST_OK, ST_MEMORY. */
enum status view_acts_resolve(struct view *v) MUST_USE;

/* NULL: nothing refers to it, and it to nothing. */
const struct view_mark *view_mark_of(const struct view_list *l, const struct view_entry *e);

/* Do the counts hold it? Then as which kind and place. */
int view_counts_as(
    const struct view_list *l, const struct view_entry *e, uint8_t *kind, uint16_t *place);

/* Gives SQL counts_as(seq, part). ST_OK, ST_MEMORY. */
enum status view_acts_offer(struct view *v) MUST_USE;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: the few fields of every report, and of every message without one, that a
 * coordinator filters by, in order of seq and part, in one piece of memory. Every filter and every
 * count is one pass over it (see docs/decisions/0032-filters-from-a-list.md). The tables stay the
 * truth: what they got since is read into it before it is used, and a row that was changed or
 * deleted makes it anew. What messages say of earlier reports is resolved in it: view_acts.h.
 */
#ifndef GATEWAY_CORE_VIEW_LIST_H
#define GATEWAY_CORE_VIEW_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/core/view.h"
#include "gateway/core/view_acts.h"

#define VIEW_REFERS_NONE UINT64_MAX

/* How a message came, which is how its writer is known. */
enum view_by {
	BY_CHAIN,      /* profile X and the like */
	BY_PLAIN,      /* plain text */
	BY_COORDINATOR /* typed in */
};

struct view_entry {
	uint64_t seq;
	uint64_t monitor; /* 0: nobody's */
	uint64_t refers;  /* as the table's; VIEW_REFERS_NONE */
	uint32_t arrival; /* quarter hours */
	uint32_t n;
	uint32_t mark; /* index of its view_mark + 1; 0: it has none */
	uint16_t place;
	/* 0 without a report; kind to certainty as they are shown, see view_acts.h */
	uint8_t kind, severity, certainty;
	uint8_t relation, part, generation;
	uint8_t by; /* enum view_by */
	uint8_t timed : 1, duress : 1, proven : 1;
	uint8_t report : 1; /* it has one */
	uint8_t readable : 1,
	    unreadable : 1; /* neither: a deep scan found it, it stands elsewhere */
	uint8_t quiet : 1;  /* heartbeat or cover: shown only when asked for */
};

struct view_list {
	struct view_entry *entry; /* of SQLite's heap, which is wiped when it is freed */
	size_t count, cap;
	struct view_marks marks;
	int resolved; /* marks say what the entries and the table of bases say */
};

/* Make it hold what the tables hold. ST_OK, ST_MEMORY. */
enum status view_list_refresh(struct view *v) MUST_USE;
void view_list_free(struct view *v);
/* Watch the tables for rows that are changed or deleted. */
void view_list_watch(struct view *v);

/* The index of the first entry whose seq is not below `seq`. */
size_t view_list_at(const struct view_list *l, uint64_t seq);

#endif

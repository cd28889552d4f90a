/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For view*.c alone: the few fields of every message that a coordinator filters by, in order of
 * seq, in one piece of memory. Every filter and every count is one pass over it (see
 * docs/decisions/0032-filters-from-a-list.md). The tables stay the truth: what they got since is
 * read into it before it is used, and a row that was changed or deleted makes it anew.
 */
#ifndef GATEWAY_CORE_VIEW_LIST_H
#define GATEWAY_CORE_VIEW_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/core/view.h"

struct view_entry {
	uint64_t seq;
	uint64_t monitor; /* 0: nobody's */
	uint32_t arrival; /* quarter hours */
	uint16_t place;
	uint8_t kind, severity, certainty; /* 0 without a report */
	uint8_t timed, duress;
	uint8_t readable, unreadable; /* neither: a deep scan found it, it stands elsewhere */
};

struct view_list {
	struct view_entry *entry; /* of SQLite's heap, which is wiped when it is freed */
	size_t count, cap;
};

/* Make it hold what the tables hold. ST_OK, ST_MEMORY. */
enum status view_list_refresh(struct view *v) MUST_USE;
void view_list_free(struct view *v);
/* Watch the tables for rows that are changed or deleted. */
void view_list_watch(struct view *v);

/* The index of the first entry whose seq is not below `seq`. */
size_t view_list_at(const struct view_list *l, uint64_t seq);

#endif

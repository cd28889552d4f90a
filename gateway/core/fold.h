/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the journal from its first row kept, or from a base, to its last: each run opened with
 * its month's key, each row checked, each event whole handed on. Pure in its effect: it writes
 * nothing.
 *
 * What is missing, changed, moved or planted is named with its row numbers and handed to `fault`:
 *   a row that is missing, or that does not open       not handed on; the rest of its run is
 *   an event that may have gone on in such a row       not handed on, and named too
 *   a run whose first event does not prove itself     not ours: nothing of it is handed on
 *   a run whose first event is missing or damaged      handed on with proven = 0
 *   a run that no row names, or among another's rows   named; it takes nothing from the others
 *   a link that does not fit                           named; what is proven by its run stays so
 *   rows and runs outside what the root knows          named, never handed on
 * Rows one after another that are not read for the same reason are named once, first and last.
 */
#ifndef GATEWAY_CORE_FOLD_H
#define GATEWAY_CORE_FOLD_H

#include <stdint.h>

#include "crypto/ring.h"
#include "crypto/tree.h"
#include "gateway/core/store.h"
#include "gateway/core/view.h"
#include "schemas/status.h"

#define FOLD_SOUGHT_LEN 20
#define FOLD_ROWS_MAX (UINT64_C(1) << 28) /* 64 GiB: more than any journal has */

struct fold {
	struct store *store;
	const struct tree_root *root; /* checked by its mac */
	/* 1: of the root only the seqs are known: incarnation and links are the rows' own word. */
	int rows_alone;
	const struct ring_list *ring;       /* checked by its hash */
	const struct ring_secrets *secrets; /* with the months' keys */
	/* ST_OK, or the walk ends with it. */
	enum status (*event)(void *arg, const struct view_event *ev);
	enum status (*fault)(void *arg, uint64_t seq, const char *words);
	void *arg;
	/* The first row of the run to begin with; 0: the first one kept. Rows before it are not
	 * opened: only their links are computed. */
	uint64_t from;
	const uint8_t *sought; /* FOLD_SOUGHT_LEN octets that some link began with, or NULL */
	/* out */
	uint16_t epoch;              /* the highest of our own runs; 0 without one */
	uint64_t rows, runs;         /* that opened; that proved themselves */
	const struct store_run *run; /* while `event` is called: the event's */
	uint64_t sought_at;          /* the row of the sought link; 0: there is none */
	int is_head_changed; /* the link before `from` is not met: fold from the beginning to say
				which rows */
};

/* ST_OK (also with faults), ST_IO, ST_SYNC, ST_MEMORY, or what a callback returned. */
enum status fold_journal(struct fold *f) MUST_USE;

#endif

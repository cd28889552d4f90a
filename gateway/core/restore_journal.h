/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The old journal, written anew into a new state, row by row. For restore*.c alone. */
#ifndef GATEWAY_CORE_RESTORE_JOURNAL_H
#define GATEWAY_CORE_RESTORE_JOURNAL_H

#include "gateway/core/restore_source.h"
#include "gateway/core/view.h"

struct restore_journal {
	struct restore_source *src;
	struct state *state; /* new */
	const struct key32 *k_h;
	struct view *view; /* gets every event too */
	/* what came of it */
	uint16_t epoch; /* the highest */
	uint64_t rows, missing, faults;
	char first_fault[200];
};

/*
 * Each run and each event that the old journal's fold hands on, under its old numbers, sealed anew
 * for the same months: the run's first event states the new incarnation. A row that is missing or
 * does not open stays missing; a run that is not proven stays so, and is left out where it lies
 * among the rows of another. Made durable on the way. ST_OK, ST_INCOMPLETE (nothing could be read),
 * ST_MEMORY, or SC_STOP.
 */
enum status restore_journal(struct restore_journal *j) MUST_USE;

#endif

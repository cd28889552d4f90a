/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bases: what holds at the first opening of an epoch, written into the journal, so that an opening
 * need not fold from the beginning and old months can be erased (schemas/store/store.md, bases).
 *
 * A base stands whole in one run that begins with `opened`: its items are the rows from the second
 * one on. It is found by opening the runs, and nothing on disk says where it is. One that was cut
 * short by a power cut, or of which a row is damaged, is none; another is written.
 */
#ifndef GATEWAY_CORE_BASE_H
#define GATEWAY_CORE_BASE_H

#include <stdint.h>

#include "gateway/core/session.h"
#include "schemas/status.h"

#define BASE_OLD_QUARTERS (70 * 96) /* the oldest that a fold begins with is at least as old */

struct base {
	uint64_t seq;  /* of its first item; 0: none */
	uint64_t run;  /* of its run's first row */
	uint64_t rows; /* from seq to its last item */
	uint32_t at;   /* quarter hours */
	uint16_t epoch;
	uint8_t trust; /* enum trust of `at` */
};

/* Where bases are looked for. */
struct base_journal {
	struct store *store;
	const struct tree_root *root;
	const struct ring_list *ring;
	const struct ring_secrets *secrets; /* with the months' keys */
	int rows_alone;                     /* the root says nothing about them: fold.h */
};
struct base_journal base_journal_of(const struct session *s);

/* The runs of the journal, ascending, without those outside what the root knows. */
struct base_runs {
	struct store_run *run;
	size_t count, room;
};
enum status base_runs_read(const struct base_journal *j, struct base_runs *out) MUST_USE;
void base_runs_free(struct base_runs *runs);

/* The first event of a run that is ours: when it began, the link before it.
 * ST_OK, ST_UNKNOWN (not ours, or damaged), or the disk's failure. */
enum status base_run_begin(const struct base_journal *j, const struct store_run *run,
    uint32_t *hour, uint8_t link_before[JOURNAL_LINK_LEN]) MUST_USE;

/* Is it old enough to begin with, by a date that was confirmed? now: quarter hours. */
int base_is_old(const struct base *b, uint32_t now);

/* The first whole base of each epoch, ascending, the ones whose dates were confirmed first asked
 * for. fn's status other than ST_OK ends the walk and is returned. */
typedef enum status base_fn(void *arg, const struct base *b);
enum status base_each(
    const struct base_journal *j, const struct base_runs *runs, base_fn *fn, void *arg) MUST_USE;

/* The oldest base that is whole; seq 0: none. */
enum status base_oldest(const struct base_journal *j, struct base *out) MUST_USE;

/*
 * What a view is folded from: the newest base that is old enough; with `all`, or without such a
 * one, the first row kept, and if rows before it were dropped the oldest base. Its months' keys are
 * held. out  seq 0: no base. from the row to fold from; 0: the first kept.
 */
enum status base_choose(struct session *s, int all, struct base *out, uint64_t *from) MUST_USE;

/* Does a base hold what events of that type did? */
int base_holds(unsigned type);

/* While OPEN, not read only: is one to be written in this epoch? */
int base_is_due(const struct session *s);
/* Write one, in as many commits as it takes, into a run of which `opened` was just collected.
 * ST_OK, or SC_STOP. */
enum status base_write(struct session *s) MUST_USE;

#endif

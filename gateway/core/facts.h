/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an ARMED core may know of the journal (schemas/store/store.md, (c) and (d)): the codebook
 * and those before it, the places and the settings in force, each slot's household group,
 * language, vetting mark and own numbers for places, and how many texts were queued today, for the
 * day's limit. No name, no report, and no number but those that texts may come from
 * (gateway/core/senders.h). Folded at arming, moved on by each event that changes one of them.
 */
#ifndef GATEWAY_CORE_FACTS_H
#define GATEWAY_CORE_FACTS_H

#include <stdint.h>

#include "gateway/core/past_books.h"
#include "gateway/core/policy.h"
#include "gateway/core/senders.h"
#include "gateway/core/view.h"
#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "schemas/limits.h"
#include "schemas/status.h"

#define FACTS_QUEUED_MAX 1000 /* the most that outbox.per_day can be */

struct facts {
	struct past_book *books;     /* the newest first */
	const struct codebook *book; /* in force: the first of them; NULL before it */
	struct places *places;       /* in force */
	struct choices choices;      /* what the network chose; policy_read() says what holds */
	uint32_t queued_day;         /* since 2025: of the last text that was queued */
	uint32_t queued;             /* texts of that day that were not given up before they left */
	uint64_t queued_seq[FACTS_QUEUED_MAX]; /* of these */
	uint32_t answered_day;                 /* likewise: of the last answer */
	uint32_t answered;                     /* of that day */
	struct facts_monitor {
		uint16_t household; /* 0: of her own */
		uint8_t vetted;     /* 1: a coordinator vouches for her */
		uint8_t plain;      /* 1: she may text plain in posture `protected` too */
		char language[LANGUAGE_MAX];
		uint16_t *own; /* OWN_MAX places by her own number; NULL: she has none */
	} monitor[SLOT_MAX];
	struct senders *senders; /* whose number is it? facts_settle() */
};

enum status facts_new(struct facts **out) MUST_USE;
/* Wipes and frees. NULL does nothing. */
void facts_free(struct facts *f);

/*
 * Take over what an event changes; most change nothing. Events of a run that is not proven, and
 * bodies that do not read, change nothing (the view lists them). ST_OK, ST_MEMORY.
 */
enum status facts_apply(struct facts *f, const struct view_event *ev) MUST_USE;

/* May an event of that type change whose numbers are known? */
int facts_moves_senders(unsigned type);
/* After such an event, and after a fold: read the numbers anew from the view, which is there
 * whenever one changes. In `open` all are known, in `protected` those of who may text plain. ST_OK,
 * ST_MEMORY. */
enum status facts_settle(struct facts *f, struct view *v, const struct policy *policy) MUST_USE;

#endif

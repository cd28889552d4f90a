/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an ARMED core may know of the journal (schemas/store/store.md, (c) and (d)): the codebook,
 * the places and the settings in force, and each slot's household group. No name, no report.
 * Folded at arming, moved on by each event that changes one of them.
 */
#ifndef GATEWAY_CORE_FACTS_H
#define GATEWAY_CORE_FACTS_H

#include <stdint.h>

#include "gateway/core/view.h"
#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "schemas/limits.h"
#include "schemas/status.h"

struct facts {
	struct codebook *book; /* in force; NULL before the first */
	struct places *places; /* likewise */
	uint32_t posture;      /* 0 protected */
	uint16_t household[SLOT_MAX];
};

enum status facts_new(struct facts **out) MUST_USE;
/* Wipes and frees. NULL does nothing. */
void facts_free(struct facts *f);

/*
 * Take over what an event changes; most change nothing. Events of a run that is not proven, and
 * bodies that do not read, change nothing (the view lists them). ST_OK, ST_MEMORY.
 */
enum status facts_apply(struct facts *f, const struct view_event *ev) MUST_USE;

#endif

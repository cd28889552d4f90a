/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a report acceptable, and is it probable? Pure.
 */
#ifndef REPORTING_REPORT_CHECK_H
#define REPORTING_REPORT_CHECK_H

#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "reporting/report/record.h"

enum record_fault {
#define X(name, status, words) FAULT_##name,
#include "schemas/report/faults.def"
#undef X
	FAULT_COUNT
};

/* Bits of a review mask. */
enum record_review {
#define X(name, words) REVIEW_BIT_##name,
#include "schemas/report/review.def"
#undef X
	REVIEW_COUNT
};
enum {
#define X(name, words) REVIEW_##name = 1u << REVIEW_BIT_##name,
#include "schemas/report/review.def"
#undef X
};

/* What the gateway knows beside the report. */
struct record_context {
	uint32_t arrived; /* quarter hours (record_quarter); RECORD_EVENT_NONE: clock not trusted */
	uint16_t home;    /* the place that the monitor calls hers; 0 not known */
};

/*
 * Check against the codebook that the report was written with and the places in force. Relations
 * whose fields do not count (heartbeat, cover) are always acceptable.
 *   why  the first fault, FAULT_NONE on ST_OK; always written.
 * ST_OK, ST_RANGE, ST_INCOMPLETE, ST_UNKNOWN: the status of the fault.
 */
enum status record_check(const struct record *r, const struct codebook *book,
    const struct places *places, enum record_fault *why) MUST_USE;

/* REVIEW_ bits for what is valid but improbable; 0 for relations whose fields do not count. */
unsigned record_review(
    const struct record *r, const struct places *places, const struct record_context *context);

const char *record_fault_words(enum record_fault why);
const char *record_review_words(enum record_review bit);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/view_reason.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "reporting/report/check.h"
#include "reporting/report/plain.h"
#include "reporting/report/text.h"

static void add(struct msg_inbox_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct msg_inbox_row *row, const char *format, ...)
{
	const size_t used = strlen(row->reason);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(row->reason + used, sizeof(row->reason) - used, format, ap);
	va_end(ap);
}

/* It opened: its report is in the row, and nobody sees it but here. */
static void
add_numbers(struct msg_inbox_row *row, const struct codebook *book, unsigned fault)
{
	const struct retired *old = book == NULL ? NULL : codebook_retired(book, row->kind);
	const struct kind *now = old == NULL ? NULL : codebook_kind(book, old->successor);

	if (fault == FAULT_KIND_RETIRED && now != NULL)
		add(row, ", and is now %u %s", now->code, now->mnemonic);
	if (row->kind != 0)
		add(row, "; it says kind %u", row->kind);
	else
		add(row, "; it says no kind");
	if (row->place != 0)
		add(row, ", place %u", row->place);
	else
		add(row, ", no place");
	if (fault == FAULT_ACTOR_UNKNOWN)
		add(row, ", actor %u", row->actor);
	if (fault == FAULT_CERTAINTY_UNKNOWN)
		add(row, ", certainty %u", row->certainty);
}

/* The first kind that the text may mean, where the reason is about a kind; 0: none. */
static unsigned
find_meant(const struct plain *p, unsigned why)
{
	for (unsigned i = 0; i < p->tokens; i++)
		if (p->token[i].why == why && p->token[i].candidate != 0)
			return p->token[i].candidate;
	return 0;
}

static void
add_meant(struct msg_inbox_row *row, const struct codebook *book, const struct places *places,
    unsigned why)
{
	const struct plain_setting with = {
	    .book = book, .places = places, .arrived = RECORD_EVENT_NONE};
	struct plain *p = book == NULL || places == NULL ? NULL : malloc(sizeof(*p));
	const struct kind *kind;

	if (p == NULL) /* the reason stands without it */
		return;
	plain_parse((const char *)row->raw, row->raw_len, &with, p);
	kind = codebook_kind(book, find_meant(p, why));
	if (kind != NULL && why == PLAIN_WHY_KIND_RETIRED)
		add(row, ", and is now %u %s", kind->code, kind->mnemonic);
	else if (kind != NULL)
		add(row, "; %u %s may be meant", kind->code, kind->mnemonic);
	sodium_memzero(p, sizeof(*p));
	free(p);
}

/* A sign of it was lost or changed on its way, so that it is no sealed text any more. */
static int
is_nearly_sealed(struct msg_inbox_row *row, unsigned outcome, unsigned fault)
{
	const size_t count = text_sealed_like((const char *)row->raw, row->raw_len);

	if (count == 0 || (outcome != OUTCOME_PLAIN &&
			      (outcome != OUTCOME_NOT_READ || fault != PLAIN_WHY_NOT_TEXT)))
		return 0;
	row->reason[0] = '\0';
	if (count == EW1_X_CHARS)
		add(row,
		    "like a sealed message, but with a letter that none has: changed on the way");
	else
		add(row,
		    "like a sealed message, but of %zu letters and digits, not %d: changed on the "
		    "way",
		    count, EW1_X_CHARS);
	return 1;
}

void
view_reason_add(struct msg_inbox_row *row, const struct codebook *book, const struct places *places,
    unsigned outcome, unsigned fault)
{
	if (is_nearly_sealed(row, outcome, fault))
		return;
	if ((outcome == OUTCOME_REFUSED || outcome == OUTCOME_NO_BOOK) &&
	    (row->kind != 0 || row->place != 0))
		add_numbers(row, book, fault);
	else if (outcome == OUTCOME_QUESTION && row->raw_len > 0)
		add_meant(row, book, places, fault);
}

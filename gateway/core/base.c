/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a base. */
#include "gateway/core/base.h"

#include "gateway/common/status.h"
#include "gateway/core/events_carried.h"
#include "gateway/core/intake.h"

/* One commit's share: far below what session and state take. */
#define SHARE_ITEMS 200
#define SHARE_ROWS 1024
#define COUNTS_KEPT_WEEKS 57 /* 13 months */

_Static_assert(SHARE_ITEMS < SESSION_WAITING_MAX, "items wait for their commit");

struct writer {
	struct session *s;
	uint32_t items;       /* between the first and the last */
	size_t rows, waiting; /* since the last commit */
};

static enum status
put_item(struct writer *w, const uint8_t *body, size_t len)
{
	enum status st = session_append(w->s, EVENT_CARRIED, body, len, NULL);

	w->waiting++;
	w->rows += 1 + len / EVENT_BODY_MAX;
	if (st != ST_OK || (w->waiting < SHARE_ITEMS && w->rows < SHARE_ROWS))
		return st;
	w->waiting = w->rows = 0;
	return session_commit(w->s);
}

static enum status
carry_item(void *arg, const uint8_t *body, size_t len)
{
	struct writer *w = arg;

	w->items++;
	return put_item(w, body, len);
}

static enum status
put_end(struct writer *w, const struct event_carried *e)
{
	uint8_t body[16];

	return put_item(w, body, event_carried_encode(e, body, sizeof(body)));
}

int
base_holds(unsigned type)
{
	switch (type) {
	case EVENT_ENROLLED:
	case EVENT_REVOKED:
	case EVENT_VETTED:
	case EVENT_PLAIN_ALLOWED:
	case EVENT_OWN_PLACES:
	case EVENT_RENEWED:
	case EVENT_CODEBOOK:
	case EVENT_PLACES:
	case EVENT_SETTING:
	case EVENT_COORDINATOR:
	case EVENT_RECOVERED:
	case EVENT_BACKED_UP:
		return 1;
	default:
		return 0;
	}
}

int
base_is_due(const struct session *s)
{
	int trust = view_base_trust(s->view, s->epoch);

	if (intake_disk_is_low(s))
		return 0; /* what is left is for texts */
	return trust < 0 || (trust < TRUST_CONFIRMED && session_clock_confirmed(s));
}

enum status
base_write(struct session *s)
{
	const struct event_carried begin = {.item = CARRIED_BEGIN,
	    .epoch = s->epoch,
	    .at = session_quarter(s),
	    .trust = (uint8_t)session_trust(s)};
	struct event_carried end = {.item = CARRIED_END};
	uint16_t week = view_week(begin.at);
	struct writer w = {.s = s};
	enum status st;

	week = week > COUNTS_KEPT_WEEKS ? (uint16_t)(week - COUNTS_KEPT_WEEKS) : 0;
	st = put_end(&w, &begin);
	if (st == ST_OK)
		st = view_carry(s->view, week, carry_item, &w);
	end.count = w.items;
	if (st == ST_OK)
		st = put_end(&w, &end);
	if (st == ST_OK)
		st = session_commit(s);
	return st == ST_OK || status_class(st) == SC_STOP ? st : ST_IO;
}

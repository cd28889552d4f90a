/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains that are renewed on a gateway of tests/support/rig.h: asking for it, delivering what a
 * phone composes, and what of it a coordinator sees. One file of a program includes it.
 */
#ifndef TESTS_SUPPORT_CHAINS_RIG_H
#define TESTS_SUPPORT_CHAINS_RIG_H

#include <stdio.h>
#include <string.h>

#include "gateway/core/chains.h"
#include "gateway/core/intake.h"
#include "gateway/core/requests_impl.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static char typed[RECOVERY_CHARS + 1]; /* the recovery key */
static char words[SESSION_WORDS_MAX];
static uint64_t refs = 1;

static inline struct msg_renew
asking(const char *pseudonym, const char *key)
{
	struct msg_renew ask = {.len = (uint32_t)strlen(key)};

	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	memcpy(ask.key, key, ask.len);
	return ask;
}

static inline enum status
renew(const char *pseudonym, const char *key, struct msg_renewed *out)
{
	const struct msg_renew ask = asking(pseudonym, key);

	words[0] = '\0';
	return chains_renew(s, &ask, out, words);
}

static inline struct ratchet
leaf(const struct phone *p)
{
	struct ratchet r;

	CHECK_EQ(state_slot(s->state, p->slot, &r), ST_OK);
	return r;
}

static inline uint64_t
events(void)
{
	return state_root(s->state)->journal.count;
}

/* Deliver one text; how many messages there are with this outcome afterwards is for the caller. */
static inline void
deliver(const char *text)
{
	struct msg_sms sms = rig_sms(text, refs++);

	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

static struct msg_inbox_row newest;

static inline enum status
take_newest(void *arg, const struct msg_inbox_row *row)
{
	(void)arg;
	newest = *row;
	return ST_OK;
}

/* The newest message, as the coordinator sees it. */
static inline void
is_newest(const struct phone *p, int readable, unsigned chain, unsigned number)
{
	const struct msg_inbox page = {.limit = 1};

	memset(&newest, 0, sizeof(newest));
	CHECK_EQ(rig_inbox(&rig, &page, take_newest, NULL), ST_OK);
	CHECK_EQ(newest.readable, readable);
	if (readable) {
		CHECK_STR(newest.pseudonym, p->pseudonym);
		CHECK_EQ(newest.chain, chain);
		CHECK_EQ(newest.number, number);
	}
}

static struct msg_roster_row roster_row;

static inline enum status
take_row(void *arg, const struct msg_roster_row *row)
{
	(void)arg;
	roster_row = *row;
	return chains_spares(s, &roster_row);
}

static inline void
roster_is(const struct phone *p, unsigned chain, unsigned waiting, unsigned spares, unsigned why)
{
	const struct view_names names = requests_names(s);
	struct msg_roster ask = {.limit = 1};

	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	CHECK_EQ(view_roster(s->view, &names, &ask, take_row, NULL), ST_OK);
	CHECK_EQ(roster_row.chain, chain);
	CHECK_EQ(roster_row.waiting, waiting);
	CHECK_EQ(roster_row.spares, spares);
	CHECK_EQ(roster_row.spares_why, why);
}

static inline void
reports(struct phone *p, char text[EW1_X_CHARS + 1])
{
	rig_report(p, 1, 1, "", text);
}

#endif

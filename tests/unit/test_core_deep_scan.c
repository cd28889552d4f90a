/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A phone that ran past its window: what came as nobody's is found again, once, and only what opens
 * with both layers; what is not there is not found, and then nothing changes.
 */
#include <sodium.h>
#include <stdlib.h>

#include "crypto/base32.h"
#include "gateway/core/chains.h"
#include "gateway/core/deep_scan.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static char words[SESSION_WORDS_MAX];
static uint64_t refs = 1;

static struct msg_scanned
slice(const struct phone *p, uint32_t from, uint32_t count, int waiting)
{
	struct msg_deep_scan ask = {.from = from, .count = count, .waiting = waiting != 0};
	struct msg_scanned out;

	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	CHECK_EQ(deep_scan(s, &ask, &out, words), ST_OK);
	return out;
}

/* All of it, as the command does it. */
static struct msg_scanned
scan(const struct phone *p)
{
	struct msg_scanned one, all = {0};
	uint32_t from = 0, done = 0;

	do {
		one = slice(p, from, DEEP_SCAN_SLICE, 0);
		CHECK(one.next >= one.from && one.next - one.from <= DEEP_SCAN_SLICE);
		from = one.next;
		done += one.next - one.from;
		if (one.found > 0 && all.found == 0)
			all.first = one.first;
		if (one.found > 0)
			all.last = one.last;
		all.found += one.found;
	} while (done < EW1_SCAN_MAX && one.next > one.from);
	return all;
}

static void
deliver(const char *text)
{
	struct msg_sms sms = rig_sms(text, refs++);

	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

static void
lose(struct phone *p, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		ratchet_step(&p->ck);
	p->n += count;
}

static void
report(struct phone *p, char text[EW1_X_CHARS + 1])
{
	rig_report(p, 1, 1, "", text);
}

static struct ratchet
leaf(const struct phone *p)
{
	struct ratchet r;

	CHECK_EQ(state_slot(s->state, p->slot, &r), ST_OK);
	return r;
}

static uint64_t
events(void)
{
	return state_root(s->state)->journal.count;
}

/* Messages of hers that were accepted, with their highest number; and all unreadable ones. */
static struct {
	unsigned accepted, highest, found, unreadable;
	int64_t last_arrival_s;
	const char *pseudonym;
} seen;

static enum status
count_row(void *arg, const struct msg_inbox_row *row)
{
	(void)arg;
	if (row->readable && strcmp(row->pseudonym, seen.pseudonym) == 0) {
		seen.accepted++;
		seen.highest = row->number > seen.highest ? row->number : seen.highest;
		seen.last_arrival_s = row->arrival_s;
	} else if (!row->readable && strstr(row->reason, "a deep scan opened it") != NULL) {
		seen.found++;
		CHECK_EQ(row->raw_len, 0);
	} else if (!row->readable) {
		seen.unreadable++;
	}
	return ST_OK;
}

static void
look(const struct phone *p)
{
	const struct msg_inbox page = {.limit = 100000};

	memset(&seen, 0, sizeof(seen));
	seen.pseudonym = p->pseudonym;
	CHECK_EQ(rig_inbox(&rig, &page, count_row, NULL), ST_OK);
	CHECK_EQ(view_unread(s->view), seen.unreadable);
}

static void
changes_nothing(const struct phone *p)
{
	const uint64_t before = events(), gen = state_root(s->state)->gen;

	CHECK_EQ(scan(p).found, 0);
	CHECK_EQ(events(), before);
	CHECK_EQ(state_root(s->state)->gen, gen);
	CHECK(!change_pending(s->state));
}

static void
test_300_lost(struct phone *p)
{
	char text[3][EW1_X_CHARS + 1], late[EW1_X_CHARS + 1];
	struct msg_scanned out;
	struct ratchet r;
	uint64_t doubled;

	report(p, text[0]);
	deliver(text[0]);
	changes_nothing(p);
	lose(p, 299);
	report(p, late); /* number 301, held back */
	for (int i = 0; i < 3; i++)
		report(p, text[i]);
	deliver(text[0]);
	deliver(text[2]);
	deliver(text[1]);
	look(p);
	CHECK_EQ(seen.accepted, 1);
	CHECK_EQ(seen.unreadable, 3);
	changes_nothing(&rig.phone[1]); /* not hers */
	out = scan(p);
	CHECK_EQ(out.found, 3);
	CHECK_EQ(out.first, 302);
	CHECK_EQ(out.last, 304);
	look(p);
	CHECK_EQ(seen.accepted, 4);
	CHECK_EQ(seen.highest, 304);
	CHECK_EQ(seen.found, 3);
	CHECK_EQ(seen.unreadable, 0);
	r = leaf(p);
	CHECK_EQ(r.n, 304);
	CHECK_EQ(r.skipped_count, EW1_SKIPPED_MAX);
	changes_nothing(p); /* a second time */
	doubled = s->doubled;
	deliver(text[1]); /* the modem hands it over once more */
	CHECK_EQ(s->doubled, doubled + 1);
	deliver(late); /* its keys were kept */
	report(p, text[0]);
	deliver(text[0]);
	look(p);
	CHECK_EQ(seen.accepted, 6);
	CHECK_EQ(seen.highest, 305);
	CHECK_EQ(seen.unreadable, 0);
}

/* The right hint of a number far ahead, and anything behind it. */
static void
test_forged(const struct phone *p)
{
	uint8_t wire[EW1_X_WIRE_LEN];
	char text[EW1_X_CHARS + 1];
	struct phone thief = *p;

	lose(&thief, 1000);
	randombytes_buf(wire, sizeof(wire));
	ratchet_hint_x(&thief.ck, wire);
	base32_encode(wire, sizeof(wire), text);
	deliver(text);
	randombytes_buf(&thief.sender.sk_m, sizeof(thief.sender.sk_m));
	report(&thief, text); /* the outer layer is right */
	deliver(text);
	changes_nothing(p);
	look(p);
	CHECK_EQ(seen.unreadable, 2);
}

/* A text that came before its number was passed over. */
static void
test_among_the_skipped(struct phone *p)
{
	char early[EW1_X_CHARS + 1], middle[EW1_X_CHARS + 1], last[EW1_X_CHARS + 1];
	struct msg_scanned out;

	lose(p, 200);
	report(p, middle);
	lose(p, 90);
	report(p, early); /* 291 ahead: nobody's */
	deliver(early);
	deliver(middle); /* 200 ahead: hers, and the window moves */
	report(p, last);
	deliver(last); /* passes over `early`, whose keys are kept */
	out = scan(p);
	CHECK_EQ(out.found, 1);
	CHECK_EQ(out.first, p->n - 1);
	look(p);
	CHECK_EQ(seen.highest, p->n);
	changes_nothing(p);
}

static void
test_how_far(struct phone *p)
{
	char text[EW1_X_CHARS + 1];
	struct phone beyond = *p;
	struct msg_scanned out;
	struct msg_deep_scan ask = {.from = leaf(p).n + EW1_SCAN_MAX, .count = 1};

	lose(&beyond, EW1_SCAN_MAX);
	report(&beyond, text);
	deliver(text);
	changes_nothing(p);
	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	CHECK_EQ(deep_scan(s, &ask, &out, words), ST_RANGE);
	ask.from = UINT32_MAX;
	CHECK_EQ(deep_scan(s, &ask, &out, words), ST_RANGE);
	lose(p, EW1_SCAN_MAX - 1);
	report(p, text);
	deliver(text);
	CHECK_EQ(scan(p).found, 1);
	CHECK_EQ(scan(p).found, 1); /* and now the one beyond it */
	*p = beyond;
	report(p, text);
	deliver(text);
	look(p);
	CHECK_EQ(seen.highest, p->n);
}

/* More than one commit takes: the slices go on where the last one stopped. */
static void
test_many(struct phone *p)
{
	char text[EW1_X_CHARS + 1];
	unsigned before;

	look(p);
	before = seen.accepted;
	lose(p, 400);
	for (unsigned i = 0; i < 150; i++) {
		report(p, text);
		deliver(text);
	}
	CHECK_EQ(scan(p).found, 150);
	look(p);
	CHECK_EQ(seen.accepted, before + 150);
}

/* She went on to her next chain before the gateway was told to wait for it. */
static void
test_waiting_chain(struct phone *p)
{
	char text[EW1_X_CHARS + 1], old[EW1_X_CHARS + 1], typed[RECOVERY_CHARS + 1];
	struct msg_renew renew = {.len = RECOVERY_CHARS};
	struct msg_renewed renewed;
	struct msg_scanned out;
	struct ratchet r;

	report(p, old);
	rig_next_chain(p);
	report(p, text);
	report(p, text);
	deliver(text);
	changes_nothing(p);
	CHECK_EQ(slice(p, 0, EW1_WINDOW, 1).next, 0); /* none waits */
	rig_recovery_key(&rig, typed);
	rig_copy_chains(&rig, p);
	memcpy(renew.key, typed, RECOVERY_CHARS);
	memcpy(renew.pseudonym, p->pseudonym, sizeof(renew.pseudonym));
	CHECK_EQ(chains_renew(s, &renew, &renewed, words), ST_OK);
	changes_nothing(p); /* the live chain is not hers any more */
	out = slice(p, 0, EW1_WINDOW, 1);
	CHECK_EQ(out.found, 1);
	CHECK_EQ(out.first, 2);
	CHECK_EQ(out.chain, 2);
	r = leaf(p);
	CHECK_EQ(r.generation, 1);
	CHECK_EQ(r.n, 2);
	CHECK(!ratchet_is_waiting(&r));
	deliver(old); /* as with any switch */
	report(p, text);
	deliver(text);
	look(p);
	CHECK_EQ(seen.accepted, 2);
	CHECK_EQ(seen.highest, 3);
}

static void
test_nobody(void)
{
	struct msg_deep_scan ask = {.pseudonym = "nobody", .count = 1};
	struct msg_scanned out;

	CHECK_EQ(deep_scan(s, &ask, &out, words), ST_UNKNOWN);
	CHECK(strstr(words, "tocsin roster") != NULL);
	CHECK_EQ(people_revoke(s, "ciro", words), ST_OK);
	memcpy(ask.pseudonym, "ciro", 5);
	CHECK_EQ(deep_scan(s, &ask, &out, words), ST_UNKNOWN);
}

/* The journal folds to the same: nothing of it was in memory alone. */
static void
test_folds(const struct phone *p)
{
	unsigned accepted, found, unreadable;

	look(p);
	accepted = seen.accepted;
	found = seen.found;
	unreadable = seen.unreadable;
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
	look(p);
	CHECK_EQ(seen.accepted, accepted);
	CHECK_EQ(seen.found, found);
	CHECK_EQ(seen.unreadable, unreadable);
}

int
main(void)
{
	struct phone *p;

	rig_create(&rig, "deep");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	p = rig_enrol(&rig, "asta");
	(void)rig_enrol(&rig, "boro");
	(void)rig_enrol(&rig, "ciro");
	test_300_lost(p);
	test_forged(p);
	test_among_the_skipped(p);
	test_how_far(p);
	test_many(p);
	test_waiting_chain(&rig.phone[1]);
	test_nobody();
	test_folds(p);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a session begins: the store, the anchor, the state and the ring, and words for what fails. */
#include "gateway/core/session.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/status.h"
#include "gateway/core/intake.h"
#include "gateway/core/session_unlock.h"

#define META_ON_H "on_h"
#define ON_H_MAX 10000000 /* a thousand years */
#define OTHER_STEP_MS 50
#define OTHER_STEPS 60 /* 3 s, for a process that is just ending */

/* The checkpoint of a start may need room in the database, and find none. */
static enum status
start_failed(
    const struct session *s, char words[SESSION_WORDS_MAX], enum status st, const char *what)
{
	if (st == ST_IO && intake_disk_is_low(s))
		what = "the disk is full: make room on it, and the gateway goes on by itself";
	(void)snprintf(words, SESSION_WORDS_MAX, "%s", what);
	return st;
}

/* What to do about a store that does not open. */
static const char *
store_words(enum status st)
{
	switch (st) {
	case ST_DAMAGED:
		return "tocsin.db is damaged, or no store of a gateway: bring back the one that "
		       "belongs here";
	case ST_VERSION:
		return "the store was written by a newer version of Tocsin: install that one";
	case ST_INCOMPLETE:
		return "the store was never made to its end: move its folder away and run 'tocsin "
		       "init' again";
	case ST_AGAIN:
		return "another process has the store open: end it";
	case ST_MEMORY:
		return "no memory is left";
	default:
		return "the store cannot be opened: see that its folder and files belong to this "
		       "user and can be written, and that its disk is sound";
	}
}

static const char *
anchor_words(enum status st)
{
	if (st == ST_AGAIN)
		return "another process has the anchor open: end it";
	if (st == ST_CONFIG)
		return "the anchor is missing, of another kind or size, or open to other users: "
		       "'tocsin check' says more. Without it nothing in the store can be read";
	return "the anchor cannot be read: see that its medium is there and sound. Without it "
	       "nothing in the store can be read";
}

/* Store and anchor. A tocsin-core whose tocsind was killed has them until it has ended. */
static enum status
open_both(struct session *s)
{
	enum status st;

	for (unsigned steps = OTHER_STEPS;; steps--) {
		if ((st = store_open(s->conf->state_dir, &s->store)) == ST_OK)
			st = anchor_open(s->conf, s->store, &s->anchor);
		if (st != ST_AGAIN || steps == 0)
			return st;
		store_close(s->store);
		s->store = NULL;
		(void)poll(NULL, 0, OTHER_STEP_MS);
	}
}

static enum status
read_ring(struct session *s)
{
	uint8_t octets[RING_LIST_MAX], hash[32];
	struct ring_wraps wraps;
	size_t len;
	enum status st = store_ring_get(s->store, octets, sizeof(octets), &len);

	if (st == ST_OK)
		st = ring_list_read(octets, len, &s->ring);
	if (st == ST_OK && (st = ring_list_hash(&s->ring, hash)) == ST_OK &&
	    memcmp(hash, state_root(s->state)->ring_hash, sizeof(hash)) != 0) {
		s->is_ring_changed = 1;
		(void)snprintf(s->fault, sizeof(s->fault), "%s",
		    "changed while locked: the list of who may open it. Texts stay in the modem");
	}
	if (st == ST_OK && state_wraps(s->state, &wraps) == ST_OK)
		s->two_person = wraps.is_two_person; /* else unlocking finds out */
	return status_class(st) == SC_REJECT ? ST_DAMAGED : st;
}

enum status
session_start(struct session *s, const struct conf *conf, char words[SESSION_WORDS_MAX])
{
	uint64_t restoring;
	enum status st;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->at = IN_NEW;
	s->started_ms = clock_boot_ms();
	session_clock_start(s);
	words[0] = '\0';
	if ((s->waiting = calloc(SESSION_WAITING_MAX, sizeof(*s->waiting))) == NULL)
		return start_failed(s, words, ST_MEMORY, "no memory is left");
	if (!store_exists(conf->state_dir))
		return ST_OK;
	if ((st = open_both(s)) != ST_OK)
		return start_failed(
		    s, words, st, s->store == NULL ? store_words(st) : anchor_words(st));
	if ((st = state_open(s->store, s->anchor, &s->state)) != ST_OK)
		return start_failed(s, words, st,
		    st == ST_WIPED ? status_words(st)
		    : st == ST_ANCHOR
			? "the anchor does not open this store: are both from one gateway?"
			: "the store's state cannot be read");
	if ((st = read_ring(s)) != ST_OK)
		return start_failed(s, words, st, "the ring of the store cannot be read");
	if ((st = store_meta_get(s->store, META_ON_H, &s->on_h_before)) == ST_UNKNOWN)
		s->on_h_before = 0;
	else if (st == ST_OK && s->on_h_before > ON_H_MAX)
		return start_failed(s, words, ST_DAMAGED, "the store's count of hours is damaged");
	else if (st != ST_OK)
		return start_failed(s, words, st, "the store cannot be read");
	if ((st = store_meta_get(s->store, META_RESTORING, &restoring)) == ST_OK && restoring != 0)
		return start_failed(s, words, ST_INCOMPLETE,
		    "its restoring was cut short: move state folder and anchor away, and restore "
		    "again");
	if (st != ST_OK && st != ST_UNKNOWN)
		return start_failed(s, words, st, "the store cannot be read");
	s->awake_before = state_root(s->state)->awake_h;
	s->at = IN_LOCKED;
	return ST_OK;
}

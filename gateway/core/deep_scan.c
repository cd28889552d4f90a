/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/deep_scan.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base32.h"
#include "gateway/common/status.h"
#include "gateway/core/intake_read.h"
#include "gateway/core/people.h"
#include "gateway/core/words.h"
#include "reporting/report/text.h"

#define FOUND_MAX 64 /* in one commit: two events each */

/* A text that nobody's chain opened so far, by its hint. */
struct lost_text {
	uint8_t hx[HINT_X_LEN];
	uint64_t seq;
};

struct scan {
	struct session *s;
	struct lost_text *text; /* by hint, then seq */
	size_t texts, room;
	uint16_t slot;
	struct ratchet r; /* the slot's, with what was found so far */
	uint32_t found, first, last;
};

/* --- the texts --- */

/* The octets of a kept text. ST_OK, ST_SYNTAX. */
static enum status
wire_of(const struct view_text *text, uint8_t wire[EW1_X_WIRE_LEN])
{
	char symbols[TEXT_SYMBOLS_MAX + 1];
	size_t count;

	if (text_classify((const char *)text->octets, text->len, symbols, &count) != TEXT_X)
		return ST_SYNTAX;
	return base32_decode(symbols, count, wire, EW1_X_WIRE_LEN);
}

static enum status
add_text(void *arg, const struct view_text *text)
{
	struct scan *scan = arg;
	uint8_t wire[EW1_X_WIRE_LEN];
	struct lost_text *grown;

	if (wire_of(text, wire) != ST_OK)
		return ST_OK; /* classed by another version: not of this shape any more */
	if (scan->texts == scan->room) {
		scan->room = scan->room == 0 ? 256 : scan->room * 2;
		if ((grown = realloc(scan->text, scan->room * sizeof(*grown))) == NULL)
			return ST_AGAIN;
		scan->text = grown;
	}
	memcpy(scan->text[scan->texts].hx, wire, HINT_X_LEN);
	scan->text[scan->texts++].seq = text->seq;
	return ST_OK;
}

static int
by_hint(const void *a, const void *b)
{
	const struct lost_text *x = a, *y = b;
	int order = memcmp(x->hx, y->hx, HINT_X_LEN);

	return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

/* The first text with this hint; scan->texts: none. */
static size_t
find_text(const struct scan *scan, const uint8_t hx[HINT_X_LEN])
{
	size_t low = 0, high = scan->texts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(scan->text[middle].hx, hx, HINT_X_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scan->texts && memcmp(scan->text[low].hx, hx, HINT_X_LEN) == 0 ? low
										    : scan->texts;
}

/* --- one message --- */

struct candidate {
	struct scan *scan;
	const struct message_keys *keys;
	struct event_received e;
	uint8_t plain[ENVELOPE_X_PLAIN_LEN];
	int is_open;
};

static enum status
try_text(void *arg, const struct view_text *text)
{
	struct candidate *c = arg;
	uint8_t wire[EW1_X_WIRE_LEN];

	c->e.arrival = text->arrival;
	c->e.trust = text->trust;
	c->is_open = wire_of(text, wire) == ST_OK &&
		     intake_open(c->scan->s, c->scan->slot, c->keys, wire, c->plain) == ST_OK;
	return ST_OK;
}

/* It opened as number n: collect both events and the slot's next state. */
static enum status
take(struct scan *scan, struct candidate *c, uint32_t n, uint64_t text_seq)
{
	struct event_scanned e = {.at = session_quarter(scan->s),
	    .slot = scan->slot,
	    .generation = scan->r.generation,
	    .from_n = scan->r.n,
	    .n = n,
	    .text_seq = text_seq};
	uint8_t body[EVENT_SCANNED_LEN];
	struct ratchet next;
	enum status st;

	c->e.slot = scan->slot;
	c->e.generation = scan->r.generation;
	c->e.n = n;
	intake_judge(scan->s, &c->e, c->plain);
	st = ratchet_spend_far(&scan->r, n, (uint32_t)session_on_h(scan->s), &next);
	if (st == ST_OK)
		st = intake_append(scan->s, &c->e, &e.report_seq);
	if (st == ST_OK)
		st = session_append(scan->s, EVENT_SCANNED, body,
		    event_scanned_encode(&e, body, sizeof(body)), NULL);
	if (st == ST_OK)
		st = change_slot(scan->s->state, scan->slot, &next);
	if (st == ST_OK) {
		scan->r = next;
		scan->first = scan->found == 0 || n < scan->first ? n : scan->first;
		scan->last = scan->found == 0 || n > scan->last ? n : scan->last;
		scan->found++;
	}
	sodium_memzero(&next, sizeof(next));
	return st;
}

/* Every text with the hint of number n, until one opens. */
static enum status
try_number(struct scan *scan, uint32_t n, const struct message_keys *keys)
{
	struct candidate c = {.scan = scan,
	    .keys = keys,
	    .e = {.source = SOURCE_SMS, .class = TEXT_X, .form = SMS_TEXT}};
	enum status st = ST_OK;
	size_t i = find_text(scan, keys->hx);

	for (; st == ST_OK && !c.is_open && i < scan->texts &&
	       memcmp(scan->text[i].hx, keys->hx, HINT_X_LEN) == 0;
	     i++) {
		st = view_unopened(
		    scan->s->view, scan->text[i].seq, scan->text[i].seq, try_text, &c);
		if (st == ST_OK && c.is_open)
			st = take(scan, &c, n, scan->text[i].seq);
	}
	sodium_memzero(&c, sizeof(c));
	return st;
}

/* --- one slice --- */

/* Numbers that were passed over since their text came. */
static enum status
search_skipped(struct scan *scan)
{
	struct ratchet_skipped entry;
	enum status st = ST_OK;

	for (unsigned i = scan->r.skipped_count;
	     i-- > 0 && st == ST_OK && scan->found < FOUND_MAX;) {
		entry = scan->r.skipped[i];
		st = try_number(scan, entry.n, &entry.keys);
	}
	sodium_memzero(&entry, sizeof(entry));
	return st;
}

/* The numbers from ... from + count - 1; *next is where the next slice goes on. */
static enum status
search_ahead(struct scan *scan, uint32_t from, uint32_t count, uint32_t *next)
{
	struct key32 ck = scan->r.ck;
	struct message_keys keys;
	uint8_t hx[HINT_X_LEN];
	enum status st = ST_OK;
	uint32_t n = scan->r.n;

	for (; n < from; n++)
		ratchet_step(&ck);
	for (; st == ST_OK && count > 0 && n < RATCHET_N_MAX && n - scan->r.n < EW1_SCAN_MAX &&
	       scan->found < FOUND_MAX;
	     n++, count--) {
		ratchet_hint_x(&ck, hx);
		if (find_text(scan, hx) < scan->texts) {
			ratchet_message_keys(&ck, &keys);
			st = try_number(scan, n, &keys);
		}
		ratchet_step(&ck);
	}
	*next = n;
	sodium_memzero(&ck, sizeof(ck));
	sodium_memzero(&keys, sizeof(keys));
	return st;
}

static enum status
search(struct scan *scan, const struct msg_deep_scan *ask, struct msg_scanned *out)
{
	uint32_t from = ask->from > scan->r.n ? ask->from : scan->r.n;
	uint32_t count = ask->count < DEEP_SCAN_SLICE ? ask->count : DEEP_SCAN_SLICE;
	enum status st = ST_OK;

	out->from = out->next = from;
	if (from - scan->r.n >= EW1_SCAN_MAX)
		return ST_RANGE;
	if (ask->waiting) /* it begins at its number 0: a window will do */
		count = from < EW1_WINDOW ? EW1_WINDOW - from : 0;
	else if (ask->from <= scan->r.n)
		st = search_skipped(scan);
	return st == ST_OK ? search_ahead(scan, from, count, &out->next) : st;
}

/* What was found becomes durable. */
static enum status
keep(struct scan *scan)
{
	enum status st;

	if (scan->found == 0)
		return ST_OK;
	if ((st = session_commit(scan->s)) == ST_OK)
		st = session_slot_known(scan->s, scan->slot, &scan->r);
	return st;
}

static enum status
run(struct scan *scan, const struct msg_deep_scan *ask, struct msg_scanned *out,
    char words[SESSION_WORDS_MAX])
{
	enum status st = view_unopened(scan->s->view, 1, UINT64_MAX, add_text, scan);

	if (st == ST_AGAIN)
		return say(words, st,
		    "there is not enough free memory to list the texts that did not open: "
		    "close other programs");
	if (st != ST_OK)
		return st;
	if (scan->texts > 0)
		qsort(scan->text, scan->texts, sizeof(*scan->text), by_hint);
	if ((st = search(scan, ask, out)) == ST_OK)
		st = keep(scan);
	if (st != ST_OK && status_class(st) != SC_STOP)
		session_drop(scan->s); /* what was found may be collected by half */
	out->texts = (uint32_t)scan->texts;
	out->found = scan->found;
	if (scan->found > 0) {
		out->first = scan->first + 1;
		out->last = scan->last + 1;
	}
	return st;
}

/* The chain to look along. ST_OK, ST_UNKNOWN (it does not wait). */
static enum status
chain_to_search(struct scan *scan, int waiting, struct msg_scanned *out)
{
	struct ratchet live;
	enum status st = state_slot(scan->s->state, scan->slot, &live);

	if (st != ST_OK)
		return st;
	out->waiting = ratchet_is_waiting(&live) ? live.generation + 2u : 0;
	if (waiting)
		st = ratchet_switch(&live, &scan->r);
	else
		scan->r = live;
	sodium_memzero(&live, sizeof(live));
	return st;
}

enum status
deep_scan(struct session *s, const struct msg_deep_scan *ask, struct msg_scanned *out,
    char words[SESSION_WORDS_MAX])
{
	struct scan scan = {.s = s};
	enum status st = people_slot(s, ask->pseudonym, &scan.slot, words);

	memset(out, 0, sizeof(*out));
	if (st != ST_OK)
		return st;
	st = chain_to_search(&scan, ask->waiting != 0, out);
	if (st == ST_OK)
		st = run(&scan, ask, out, words);
	else if (st == ST_UNKNOWN && ask->waiting)
		st = ST_OK; /* none waits: nothing to search */
	if (st == ST_OK && out->found > 0 && ask->waiting)
		out->waiting = 0; /* it is the live one now */
	out->chain = scan.r.generation + 1u;
	sodium_memzero(&scan.r, sizeof(scan.r));
	free(scan.text);
	return st;
}

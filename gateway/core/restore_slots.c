/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/restore_slots.h"

#include <sodium.h>
#include <string.h>

#include "crypto/octets.h"
#include "gateway/core/events.h"
#include "gateway/core/recovery_copy.h"

struct each {
	struct session *s;
	struct restore_slots *slots;
	uint64_t last;
	size_t count;
};

static const struct recovery_slot *
copy_of(const struct restore_source *src, uint32_t slot, const char *pseudonym)
{
	for (size_t i = 0; i < src->slots; i++)
		if (src->slot[i].slot == slot &&
		    strncmp(src->slot[i].copy.pseudonym, pseudonym, PSEUDONYM_MAX) == 0)
			return &src->slot[i].copy;
	return NULL;
}

static enum status
revoke(struct session *s, uint16_t slot)
{
	struct event_revoked e = {.at = session_quarter(s), .slot = slot};
	uint8_t body[EVENT_REVOKED_LEN];

	return session_append(
	    s, EVENT_REVOKED, body, event_revoked_encode(&e, body, sizeof(body)), NULL);
}

/* So that the roster shows her as waiting for a first message of that chain. */
static enum status
say_waiting(struct session *s, uint16_t slot, unsigned generation)
{
	const struct event_renewed e = {session_quarter(s), slot, (uint8_t)generation};
	uint8_t body[EVENT_RENEWED_LEN];

	return session_append(
	    s, EVENT_RENEWED, body, event_renewed_encode(&e, body, sizeof(body)), NULL);
}

/* Her copy for the new recovery key, without the chain that is live now. */
static enum status
seal_copy(struct session *s, const struct restore_slots *slots, uint16_t slot,
    const struct recovery_slot *copy)
{
	uint8_t content[RECOVERY_CONTENT_MAX];
	enum status st;

	recovery_slot_write(copy, content);
	st = recovery_copy(s->state, slots->pk_r, &slots->secrets->k_h, RECOVERY_SLOT, slot,
	    content, sizeof(content));
	sodium_memzero(content, sizeof(content));
	return st;
}

static enum status
bring_live(struct each *e, uint16_t slot, const struct recovery_slot *old, unsigned generation)
{
	struct recovery_slot copy = *old;
	struct ratchet r;
	enum status st;

	memset(&r, 0, sizeof(r));
	ratchet_start(&r, generation, &old->chain[generation - 1], &old->pk_m);
	copy.generation = (uint8_t)generation;
	memset(copy.chain, 0, generation * sizeof(copy.chain[0]));
	if ((st = change_slot(e->s->state, slot, &r)) == ST_OK)
		st = seal_copy(e->s, e->slots, slot, &copy);
	if (st == ST_OK)
		st = say_waiting(e->s, slot, generation);
	sodium_memzero(&copy, sizeof(copy));
	sodium_memzero(&r, sizeof(r));
	e->slots->live += st == ST_OK;
	return st;
}

static enum status
one_monitor(void *arg, const struct msg_roster_row *row)
{
	struct each *e = arg;
	const struct recovery_slot *copy;
	unsigned generation;

	e->last = row->seq;
	e->count++;
	if (row->revoked)
		return ST_OK;
	copy = copy_of(e->slots->src, row->slot, row->pseudonym);
	/* The live chain is never restored, nor one before it: it would take old messages again. */
	generation = copy == NULL ? RECOVERY_CHAINS : copy->generation;
	if (copy != NULL && row->chain > generation + 1)
		generation = row->chain - 1;
	for (generation++; generation <= RECOVERY_CHAINS; generation++)
		if (!octets_are_zero(copy->chain[generation - 1].b, 32))
			return bring_live(e, (uint16_t)row->slot, copy, generation);
	e->slots->anew++;
	return revoke(e->s, (uint16_t)row->slot);
}

enum status
restore_slots(struct session *s, struct restore_slots *slots)
{
	const struct view_names names = {NULL, NULL, NULL};
	struct each e = {.s = s, .slots = slots};
	struct msg_roster page = {.limit = 50};
	enum status st;

	do {
		page.after = e.last;
		e.count = 0;
		st = view_roster(s->view, &names, &page, one_monitor, &e);
		if (st == ST_OK) /* between two pages: the view changes too */
			st = session_commit(s);
	} while (st == ST_OK && e.count > 0);
	return st;
}

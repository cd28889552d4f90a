/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/chains.h"

#include <sodium.h>
#include <string.h>

#include "crypto/recovery.h"
#include "gateway/common/status.h"
#include "gateway/core/people.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/words.h"

static int
has_recovery_key(const struct session *s)
{
	return !sodium_is_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b));
}

/* --- what is left --- */

/* Is there a copy of her chains? ST_OK, ST_UNKNOWN, SC_STOP. */
static enum status
find_copy(struct session *s, uint16_t slot, uint8_t blob[RECOVERY_BLOB_MAX], size_t *len)
{
	return store_recovery_get(s->store, RECOVERY_SLOT, slot, blob, RECOVERY_BLOB_MAX, len);
}

/* last: the generation that is live, or waits. */
static enum status
count_spares(
    struct session *s, uint16_t slot, unsigned last, uint32_t *spares, uint32_t *spares_why)
{
	uint8_t blob[RECOVERY_BLOB_MAX];
	enum status st;
	size_t len;

	*spares = 0;
	if (last >= RATCHET_GENERATION_MAX) {
		*spares_why = SPARES_USED;
		return ST_OK;
	}
	if (!has_recovery_key(s)) {
		*spares_why = SPARES_NO_KEY;
		return ST_OK;
	}
	st = find_copy(s, slot, blob, &len);
	if (st != ST_OK && status_class(st) == SC_STOP)
		return st;
	*spares_why = st == ST_UNKNOWN ? SPARES_BEFORE : SPARES_THERE;
	if (st != ST_UNKNOWN)
		*spares = RATCHET_GENERATION_MAX - last;
	return ST_OK;
}

enum status
chains_spares(struct session *s, struct msg_roster_row *row)
{
	unsigned last = (row->waiting != 0 ? row->waiting : row->chain) - 1;

	return count_spares(s, (uint16_t)row->slot, last, &row->spares, &row->spares_why);
}

/* --- the key --- */

/* Is it the key of this gateway's copies? */
static enum status
check_key(const struct session *s, const struct recovery_key *key, char words[SESSION_WORDS_MAX])
{
	uint8_t kid[KID_LEN];
	struct public32 pk;

	recovery_kid(&s->ring.pk_d, kid);
	if (memcmp(key->gwid, s->keys->receiver.gwid, sizeof(key->gwid)) != 0 ||
	    memcmp(key->kid, kid, sizeof(kid)) != 0)
		return say(words, ST_FORGED,
		    "this is the recovery key of another gateway, or of this one before it was "
		    "restored");
	ring_public_x25519(&key->sk_r, &pk);
	if (memcmp(pk.b, s->ring.pk_r.b, sizeof(pk.b)) != 0)
		return say(
		    words, ST_FORGED, "this recovery key was replaced by a later one: take that");
	return ST_OK;
}

static enum status
read_key(const struct session *s, const struct msg_renew *ask, struct recovery_key *key,
    char words[SESSION_WORDS_MAX])
{
	size_t len = ask->len <= sizeof(ask->key) ? ask->len : 0;
	enum status st = recovery_key_read(ask->key, len, key);

	if (st != ST_OK)
		return say(words, st, "%s", recovery_key_words(st));
	return check_key(s, key, words);
}

/* --- her copy --- */

/*
 * Open her copy. The mac says that a holder of K_H wrote it for this slot: an older one of hers can
 * have been put back, whose chains are the same. ST_OK, ST_UNKNOWN (none), ST_NOT_ALLOWED, SC_STOP.
 */
static enum status
open_copy(struct session *s, const struct recovery_key *key, uint16_t slot, const struct ratchet *r,
    const char *pseudonym, struct recovery_slot *copy)
{
	uint8_t blob[RECOVERY_BLOB_MAX], content[RECOVERY_CONTENT_MAX];
	size_t len;
	enum status st = find_copy(s, slot, blob, &len);

	if (st == ST_UNKNOWN || status_class(st) == SC_STOP)
		return st;
	if (st == ST_OK)
		st = recovery_open(&key->sk_r, &s->keys->ring.k_h, RECOVERY_SLOT, slot, blob, len,
		    content, sizeof(content));
	if (st == ST_OK)
		st = recovery_slot_read(content, copy);
	if (st == ST_OK && (memcmp(copy->pk_m.b, r->pk_m.b, sizeof(r->pk_m.b)) != 0 ||
			       strncmp(copy->pseudonym, pseudonym, PSEUDONYM_MAX) != 0 ||
			       sodium_is_zero(copy->chain[r->generation].b, 32)))
		st = ST_FORGED;
	sodium_memzero(content, sizeof(content));
	return st == ST_OK ? ST_OK : ST_NOT_ALLOWED;
}

/* Collect it again without the chains up to `last`. */
static enum status
seal_copy(struct session *s, uint16_t slot, struct recovery_slot *copy, unsigned last)
{
	uint8_t content[RECOVERY_CONTENT_MAX];
	enum status st;

	copy->generation = (uint8_t)last;
	sodium_memzero(copy->chain, last * sizeof(copy->chain[0]));
	recovery_slot_write(copy, content);
	st = recovery_copy(s->state, &s->ring.pk_r, &s->keys->ring.k_h, RECOVERY_SLOT, slot,
	    content, sizeof(content));
	sodium_memzero(content, sizeof(content));
	return st;
}

/* --- renewing --- */

/* Event, copy and leaf in one commit. */
static enum status
commit(struct session *s, uint16_t slot, struct recovery_slot *copy, const struct ratchet *next,
    char words[SESSION_WORDS_MAX])
{
	const unsigned last = next->generation + 1u;
	const struct event_renewed e = {session_quarter(s), slot, (uint8_t)last};
	uint8_t body[EVENT_RENEWED_LEN];
	size_t len = event_renewed_encode(&e, body, sizeof(body));
	const struct view_event ev = {state_next_seq(s->state), EVENT_RENEWED,
	    (uint8_t)event_version(EVENT_RENEWED), 1, body, len};
	enum status st = view_try(s->view, &ev, words, SESSION_WORDS_MAX);

	if (st != ST_OK)
		return st;
	if ((st = session_append(s, EVENT_RENEWED, body, len, NULL)) == ST_OK)
		st = seal_copy(s, slot, copy, last);
	if (st == ST_OK)
		st = change_slot(s->state, slot, next);
	if (st == ST_OK)
		st = session_commit(s);
	if (st == ST_OK)
		st = session_slot_known(s, slot, next);
	/* Half of it is collected: a later commit must not make that durable. */
	return st == ST_OK || status_class(st) == SC_STOP ? st : ST_IO;
}

static enum status
renew_slot(struct session *s, const struct recovery_key *key, uint16_t slot, const char *pseudonym,
    struct msg_renewed *out, char words[SESSION_WORDS_MAX])
{
	struct recovery_slot copy;
	struct ratchet old, next;
	enum status st;

	if ((st = state_slot(s->state, slot, &old)) != ST_OK)
		return st;
	if (ratchet_is_waiting(&old) || old.generation >= RATCHET_GENERATION_MAX) {
		out->was_there = ratchet_is_waiting(&old);
		goto done;
	}
	if ((st = open_copy(s, key, slot, &old, pseudonym, &copy)) == ST_OK) {
		st = ratchet_await(&old, &copy.chain[old.generation], &next);
		if (st == ST_OK)
			st = commit(s, slot, &copy, &next, words);
		if (st == ST_OK)
			old = next;
	} else if (st == ST_UNKNOWN) {
		st = ST_OK; /* count_spares() says why */
	} else if (st == ST_NOT_ALLOWED) {
		(void)say(words, st,
		    "the copy of her spare chains was changed on this disk and is not used: enrol "
		    "her anew");
	}
	sodium_memzero(&copy, sizeof(copy));
	sodium_memzero(&next, sizeof(next));
done:
	if (ratchet_is_waiting(&old))
		out->chain = old.generation + 2u;
	if (st == ST_OK)
		st = count_spares(
		    s, slot, old.generation + (out->chain != 0), &out->spares, &out->spares_why);
	sodium_memzero(&old, sizeof(old));
	return st;
}

enum status
chains_renew(struct session *s, const struct msg_renew *ask, struct msg_renewed *out,
    char words[SESSION_WORDS_MAX])
{
	struct recovery_key key;
	uint16_t slot;
	enum status st;

	memset(out, 0, sizeof(*out));
	if (!has_recovery_key(s))
		return say(words, ST_NOT_ALLOWED,
		    "this gateway has no recovery key, so nobody enrolled here has a spare chain");
	if ((st = read_key(s, ask, &key, words)) == ST_OK)
		st = people_slot(s, ask->pseudonym, &slot, words);
	if (st == ST_OK)
		st = renew_slot(s, &key, slot, ask->pseudonym, out, words);
	sodium_memzero(&key, sizeof(key));
	return st;
}

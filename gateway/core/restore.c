/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/restore.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "crypto/enrolment.h"
#include "gateway/common/clock.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/restore_journal.h"
#include "gateway/core/restore_slots.h"
#include "gateway/core/restore_source.h"
#include "gateway/core/ring_change.h"
#include "gateway/core/session_unlock.h"
#include "gateway/core/stretch.h"
#include "gateway/core/words.h"

/* Everything of both incarnations, for as long as it takes. Secret: sodium_malloc'd. */
struct restoring {
	struct restore_source src;
	struct ring_secrets secrets; /* new sk_D; sk_I and the months are the old ones */
	struct key32 sk_c, w, pw, kek;
	struct recovery_key key; /* new */
	struct ring_list list;
	struct ring_wraps wraps;
	struct restore_journal journal;
	struct restore_slots slots;
};

/* --- new keys --- */

static void
make_list(struct restoring *r, const struct restore_ask *ask)
{
	struct ring_list *list = &r->list;
	struct public32 pk_r;

	ring_public_x25519(&r->secrets.sk_i, &list->pk_i);
	ring_public_ed25519(&r->secrets.sk_d, &list->pk_d);
	ring_public_x25519(&r->key.sk_r, &pk_r);
	list->pk_r = pk_r;
	list->coordinator_count = 1;
	list->coordinator[0].id = COORDINATOR_FIRST;
	list->coordinator[0].argon_memory = ask->argon_memory;
	list->coordinator[0].argon_passes = ask->argon_passes;
	ring_public_x25519(&r->sk_c, &list->coordinator[0].pk_c);
	entropy_fill(list->coordinator[0].salt, sizeof(list->coordinator[0].salt));
	list->vault_count = r->secrets.month_count;
	for (size_t i = 0; i < list->vault_count; i++) {
		list->vault[i].epoch = r->secrets.month[i].epoch;
		ring_public_x25519(&r->secrets.month[i].sk_v, &list->vault[i].pk_v);
	}
}

static enum status
make_keys(struct restoring *r, const struct restore_ask *ask, char words[SESSION_WORDS_MAX])
{
	uint8_t nonce[RING_NONCE_LEN];
	enum status st;

	r->secrets = r->src.secrets;
	entropy_fill(&r->secrets.sk_d, sizeof(r->secrets.sk_d));
	ring_head_key(&r->secrets.sk_d, &r->secrets.k_h);
	entropy_fill(&r->sk_c, sizeof(r->sk_c));
	entropy_fill(&r->w, sizeof(r->w));
	entropy_fill(&r->key.sk_r, sizeof(r->key.sk_r));
	make_list(r, ask);
	gwid_of(&r->list.pk_i, r->key.gwid);
	recovery_kid(&r->list.pk_d, r->key.kid);
	st = stretch_passphrase(ask->passphrase->octets, ask->passphrase->len,
	    r->list.coordinator[0].salt, ask->argon_memory, ask->argon_passes, &r->pw);
	if (st == ST_RANGE)
		return say(words, st, "Argon2id takes 64 to 1024 MiB and 3 to 32 passes");
	if (st != ST_OK || (st = ring_list_sign(&r->list, &r->secrets.sk_d)) != ST_OK)
		return st;
	entropy_fill(nonce, sizeof(nonce));
	ring_kek(&r->pw, r->w.b, &r->kek);
	r->wraps.coordinator_count = 1;
	r->wraps.coordinator[0].id = COORDINATOR_FIRST;
	ring_box_seal(&r->kek, nonce, &r->sk_c, &r->list, r->wraps.coordinator[0].box);
	return ring_wraps_fill(&r->wraps, &r->list, &r->secrets);
}

/* --- the new store --- */

static enum status
make_store(struct session *s, struct restoring *r, char words[SESSION_WORDS_MAX])
{
	enum status st;

	if ((st = store_create(s->conf->state_dir, &s->store)) != ST_OK)
		return say(words, st, "the store cannot be made: see its folder and its disk");
	if ((st = anchor_create(s->conf, s->store, &r->w, &s->anchor)) != ST_OK)
		return say(words, st, "%s", session_anchor_words(s->conf, st));
	/* Until the end is reached, what is there must not pass for a gateway. */
	if ((st = store_meta_put(s->store, META_RESTORING, 1)) != ST_OK)
		return st;
	s->ring = r->list;
	return state_create(s->store, s->anchor, &r->wraps, &r->list, 0, &s->state);
}

static enum status
write_journal(struct session *s, struct restoring *r, char words[SESSION_WORDS_MAX])
{
	enum status st;

	r->journal.src = &r->src;
	r->journal.state = s->state;
	r->journal.k_h = &r->secrets.k_h;
	if ((st = view_new(&s->view)) != ST_OK)
		return st;
	r->journal.view = s->view;
	st = restore_journal(&r->journal);
	return st == ST_INCOMPLETE ? say(words, st, "no row of its journal opens") : st;
}

/* The newest month of the old journal: without a confirmed clock no later one is believed. */
static void
arm(struct session *s, const struct restoring *r)
{
	const struct ring_vault *vault = &r->list.vault[0];

	for (size_t i = 0; i < r->list.vault_count; i++)
		if (r->list.vault[i].epoch == r->journal.epoch)
			vault = &r->list.vault[i];
	s->epoch = vault->epoch;
	state_arm(s->state, &r->secrets.k_h, vault->epoch, vault->pk_v.b);
	s->at = IN_OPEN; /* its rights, for the last events */
	s->armed_ms = clock_boot_ms();
}

/* The root says what the journal says. */
static enum status
take_posture(struct session *s)
{
	struct choices choices;
	struct policy policy;
	enum status st = view_choices(s->view, &choices);

	if (st != ST_OK)
		return st;
	policy_read(&choices, NULL, &policy);
	change_posture(s->state, (uint8_t)policy.posture);
	return ST_OK;
}

/* The copies of keys and months for the new recovery key. */
static enum status
put_copies(struct session *s, const struct restoring *r)
{
	const struct ring_secrets *k = &r->secrets;
	uint8_t keys[64];
	enum status st;

	memcpy(keys, k->sk_i.b, 32);
	memcpy(keys + 32, k->sk_d.b, 32);
	st = recovery_copy(s->state, &r->list.pk_r, &k->k_h, RECOVERY_KEYS, 0, keys, sizeof(keys));
	sodium_memzero(keys, sizeof(keys));
	for (size_t i = 0; st == ST_OK && i < k->month_count; i++)
		st = recovery_copy(s->state, &r->list.pk_r, &k->k_h, RECOVERY_MONTH,
		    k->month[i].epoch, k->month[i].sk_v.b, 32);
	return st;
}

static enum status
last_events(struct session *s, struct restoring *r)
{
	struct event_recovered e = {.at = session_quarter(s),
	    .how = RECOVERED_RESTORED,
	    .id = COORDINATOR_FIRST,
	    .name = COORDINATOR_FIRST_NAME};
	uint8_t body[EVENT_RECOVERED_MAX], hash[EVENT_RING_LEN];
	enum status st;

	if ((st = take_posture(s)) != ST_OK || (st = ring_list_hash(&s->ring, hash)) != ST_OK ||
	    (st = session_mark(s, EVENT_OPENED, CAUSE_INIT, 1)) != ST_OK ||
	    (st = session_append(s, EVENT_RING, hash, sizeof(hash), NULL)) != ST_OK ||
	    (st = session_append(s, EVENT_RECOVERED, body,
		 event_recovered_encode(&e, body, sizeof(body)), NULL)) != ST_OK ||
	    (st = put_copies(s, r)) != ST_OK || (st = restore_slots(s, &r->slots)) != ST_OK ||
	    (st = session_mark(s, EVENT_LOCKED, CAUSE_INIT, 0)) != ST_OK ||
	    (st = session_commit(s)) != ST_OK)
		return st;
	return store_meta_put(s->store, META_RESTORING, 0);
}

static enum status
make_gateway(struct session *s, struct restoring *r, const struct restore_ask *ask,
    char words[SESSION_WORDS_MAX])
{
	enum status st;

	if ((st = make_keys(r, ask, words)) != ST_OK || (st = make_store(s, r, words)) != ST_OK ||
	    (st = write_journal(s, r, words)) != ST_OK)
		return st;
	arm(s, r);
	r->slots.src = &r->src;
	r->slots.secrets = &r->secrets;
	r->slots.pk_r = &r->list.pk_r;
	if ((st = last_events(s, r)) != ST_OK)
		return st;
	view_free(s->view);
	s->view = NULL;
	s->at = IN_LOCKED;
	state_lock(s->state);
	return ST_OK;
}

static void
tell(const struct restoring *r, struct msg_restored *out)
{
	const struct restore_journal *j = &r->journal;

	memset(out, 0, sizeof(*out));
	out->rows = j->rows;
	out->missing = j->missing;
	out->faults = j->faults;
	out->live = r->slots.live;
	out->anew = r->slots.anew;
	recovery_key_write(&r->key, out->text);
	memcpy(out->fault, j->first_fault, sizeof(j->first_fault));
}

enum status
session_restore(struct session *s, const struct restore_ask *ask, struct msg_restored *out,
    char words[SESSION_WORDS_MAX])
{
	struct restoring *r;
	enum status st, again = ST_OK;

	words[0] = '\0';
	if (s->at != IN_NEW)
		return say(words, ST_EXISTS, "there is a gateway already in this state folder");
	if ((r = sodium_malloc(sizeof(*r))) == NULL)
		return ST_MEMORY;
	memset(r, 0, sizeof(*r));
	st = restore_source_open(&r->src, s, ask, words);
	if (st == ST_OK && (st = make_gateway(s, r, ask, words)) != ST_OK)
		again = session_undo(s);
	restore_source_close(&r->src);
	if (st == ST_OK)
		tell(r, out);
	sodium_free(r); /* wipes it */
	return again == ST_OK ? st : again;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening with the recovery key, when passphrases are lost. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "crypto/enrolment.h"
#include "crypto/recovery.h"
#include "gateway/common/status.h"
#include "gateway/core/people.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/rights_impl.h"
#include "gateway/core/session_unlock.h"

/* What was typed. ST_OK, or with words. */
static enum status
read_key(const struct msg_recover *ask, struct recovery_key *key, char words[SESSION_WORDS_MAX])
{
	enum status st = ST_SYNTAX;

	if (ask->key_len <= sizeof(ask->key))
		st = recovery_key_read(ask->key, ask->key_len, key);
	return st == ST_OK ? st : say(words, st, "%s", recovery_key_words(st));
}

/* Does it say that it is of this gateway? */
static int
is_ours(const struct session *s, const struct recovery_key *key)
{
	uint8_t gwid[GWID_LEN], kid[KID_LEN];
	struct public32 pk_r;

	gwid_of(&s->ring.pk_i, gwid);
	recovery_kid(&s->ring.pk_d, kid);
	ring_public_x25519(&key->sk_r, &pk_r);
	return memcmp(gwid, key->gwid, sizeof(gwid)) == 0 &&
	       memcmp(kid, key->kid, sizeof(kid)) == 0 &&
	       memcmp(pk_r.b, s->ring.pk_r.b, sizeof(pk_r.b)) == 0;
}

static enum status
open_copy(struct session *s, const struct recovery_key *key, const struct key32 *k_h,
    enum recovery_kind kind, uint64_t id, uint8_t *content, size_t len)
{
	uint8_t blob[RECOVERY_BLOB_MAX];
	size_t blob_len;
	enum status st = store_recovery_get(s->store, kind, id, blob, sizeof(blob), &blob_len);

	if (st == ST_OK)
		st = recovery_open(&key->sk_r, k_h, kind, id, blob, blob_len, content, len);
	/* A row that is missing or another's is no damage to the store: nothing opens. */
	return st == ST_OK || st == ST_IO || st == ST_SYNC || st == ST_MEMORY ? st : ST_INCOMPLETE;
}

/* Every secret, checked against the list. ST_OK, ST_INCOMPLETE, ST_IO, ... */
static enum status
open_copies(struct session *s, const struct recovery_key *key, struct ring_secrets *out)
{
	uint8_t keys[64];
	struct public32 pk_i, pk_d, pk_v;
	enum status st = open_copy(s, key, NULL, RECOVERY_KEYS, 0, keys, sizeof(keys));

	memcpy(out->sk_i.b, keys, 32);
	memcpy(out->sk_d.b, keys + 32, 32);
	sodium_memzero(keys, sizeof(keys));
	if (st != ST_OK)
		return st;
	ring_public_x25519(&out->sk_i, &pk_i);
	ring_public_ed25519(&out->sk_d, &pk_d);
	if (memcmp(pk_i.b, s->ring.pk_i.b, 32) != 0 || memcmp(pk_d.b, s->ring.pk_d.b, 32) != 0)
		return ST_INCOMPLETE;
	ring_head_key(&out->sk_d, &out->k_h);
	for (size_t i = 0; i < s->ring.vault_count; i++) {
		const struct ring_vault *vault = &s->ring.vault[i];

		out->month[i].epoch = vault->epoch;
		if ((st = open_copy(s, key, &out->k_h, RECOVERY_MONTH, vault->epoch,
			 out->month[i].sk_v.b, 32)) != ST_OK)
			return st;
		ring_public_x25519(&out->month[i].sk_v, &pk_v);
		if (memcmp(pk_v.b, vault->pk_v.b, 32) != 0)
			return ST_INCOMPLETE;
	}
	out->month_count = s->ring.vault_count;
	return ST_OK;
}

/* It is OPEN: a passphrase for her. */
static enum status
give_passphrase(struct session *s, const struct msg_recover *ask, char words[SESSION_WORDS_MAX])
{
	struct event_recovered recovered = {.at = session_quarter(s), .how = RECOVERED_PASSPHRASE};
	struct rights_event ev[2] = {{.type = EVENT_RECOVERED}, {.type = EVENT_COORDINATOR}};
	struct ring_change *c;
	uint32_t id;
	enum status st, found = rights_find(s, ask->name, &id, words);

	if (found != ST_OK && found != ST_UNKNOWN)
		return found;
	recovered.id = id;
	(void)snprintf(recovered.name, sizeof(recovered.name), "%s", ask->name);
	ev[0].len = event_recovered_encode(&recovered, ev[0].body, sizeof(ev[0].body));
	rights_coordinator_event(
	    s, found == ST_OK ? COORDINATOR_PASSPHRASE : COORDINATOR_ADD, id, ask->name, &ev[1]);
	if ((st = ring_change_begin(s, &c)) != ST_OK)
		return st;
	if ((st = rights_try(s, &ev[1], words)) == ST_OK &&
	    (st = rights_passphrase(s, c, id, &ask->passphrase, words)) == ST_OK)
		st = rights_commit(s, c, ev, 2, words);
	ring_change_free(c);
	return st;
}

static enum status
open_and_give(struct session *s, const struct ring_secrets *secrets, const struct msg_recover *ask,
    char words[SESSION_WORDS_MAX])
{
	char more[SESSION_WORDS_MAX] = "";
	enum status st = session_open_with(s, secrets, IN_OPEN, words);

	if (st != ST_OK || s->read_only)
		return st; /* words say what was found */
	if ((st = give_passphrase(s, ask, more)) != ST_OK) {
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "the gateway is OPEN, but no passphrase was set: %.140s. Set one with 'tocsin "
		    "coordinator passwd --lost'",
		    more[0] != '\0' ? more : status_words(st));
		return st;
	}
	if (s->two_person)
		(void)say(words, ST_OK,
		    "The gateway is OPEN, and the passphrase is set. The two-person rule still "
		    "holds: see that two coordinators know theirs before it is locked");
	return ST_OK;
}

enum status
rights_recover(struct session *s, const struct msg_recover *ask, char words[SESSION_WORDS_MAX])
{
	struct ring_secrets *secrets;
	struct recovery_key key;
	enum status st, noted;

	words[0] = '\0';
	if ((st = read_key(ask, &key, words)) != ST_OK)
		return st;
	if (!people_is_name(ask->name, sizeof(ask->name)))
		st = say(words, ST_SYNTAX,
		    "the name must be 1 to 31 printable octets, without blanks around it");
	else if (ask->passphrase.len == 0)
		st = say(words, ST_INCOMPLETE, "give a new passphrase");
	else if (sodium_is_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b)))
		st = say(words, ST_INCOMPLETE, "this gateway has no recovery key");
	if (st != ST_OK || (secrets = sodium_malloc(sizeof(*secrets))) == NULL) {
		sodium_memzero(&key, sizeof(key));
		return st != ST_OK ? st : ST_MEMORY;
	}
	memset(secrets, 0, sizeof(*secrets));
	if (!is_ours(s, &key)) {
		st = say(words, ST_PASSPHRASE,
		    "this recovery key is of another gateway, or was replaced by a later one");
		if ((noted = session_refused(s)) != ST_OK && noted != ST_FULL)
			st = noted;
	} else if ((st = open_copies(s, &key, secrets)) == ST_INCOMPLETE)
		(void)say(words, st,
		    "the copies of this gateway's keys for the recovery key are missing or were "
		    "changed: only a backup can help");
	if (st == ST_OK)
		st = open_and_give(s, secrets, ask, words);
	sodium_memzero(&key, sizeof(key));
	sodium_free(secrets);
	return st;
}

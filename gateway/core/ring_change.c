/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/ring_change.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/stretch.h"

#define SERIALS 16 /* an epoch is 16 * month + serial */

/* In sodium_malloc'd memory. The list's vault keys are made of the secrets' months at the end. */
struct ring_change {
	struct ring_list list;
	struct ring_wraps wraps; /* ids, boxes, the rule */
	struct ring_secrets secrets;
	uint8_t w[32];      /* the anchor's wipe secret */
	uint16_t epoch;     /* of the run under way */
	uint8_t used[8192]; /* bit e: a run of the journal is of epoch e */
};

/* --- the wraps --- */

static enum status
wrap(const struct public32 *pk, const struct key32 *secret, uint8_t out[RING_WRAP_LEN])
{
	struct key32 eph;
	enum status st;

	entropy_fill(&eph, sizeof(eph));
	st = ring_wrap(pk, &eph, secret, out);
	sodium_memzero(&eph, sizeof(eph));
	return st;
}

static enum status
wrap_pairs(struct ring_wraps *w, const struct ring_list *list, const struct key32 *sk_u)
{
	const size_t count = w->coordinator_count;
	struct key32 eph[2];
	enum status st = ST_OK;

	memset(w->pair, 0, sizeof(w->pair));
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; w->is_two_person && st == ST_OK && j < count; j++) {
			entropy_fill(eph, sizeof(eph));
			st = ring_pair(&list->coordinator[i].pk_c, &list->coordinator[j].pk_c, eph,
			    sk_u, w->pair[ring_pair_place(i, j, count)]);
		}
	sodium_memzero(eph, sizeof(eph));
	return st;
}

enum status
ring_wraps_fill(
    struct ring_wraps *wraps, const struct ring_list *list, const struct ring_secrets *secrets)
{
	struct key32 sk_u;
	enum status st;

	wraps->version = 2;
	assert(wraps->coordinator_count == list->coordinator_count);
	entropy_fill(&sk_u, sizeof(sk_u));
	ring_public_x25519(&sk_u, &wraps->pk_u);
	st = wrap_pairs(wraps, list, &sk_u);
	for (size_t i = 0; st == ST_OK && i < wraps->coordinator_count; i++) {
		assert(wraps->coordinator[i].id == list->coordinator[i].id);
		memset(wraps->coordinator[i].sk_u, 0, RING_WRAP_LEN);
		if (!wraps->is_two_person)
			st = wrap(&list->coordinator[i].pk_c, &sk_u, wraps->coordinator[i].sk_u);
	}
	sodium_memzero(&sk_u, sizeof(sk_u));
	if (st == ST_OK)
		st = wrap(&wraps->pk_u, &secrets->sk_i, wraps->sk_i);
	if (st == ST_OK)
		st = wrap(&wraps->pk_u, &secrets->sk_d, wraps->sk_d);
	memset(wraps->epoch, 0, sizeof(wraps->epoch));
	for (size_t i = 0; st == ST_OK && i < secrets->month_count; i++) {
		wraps->epoch[i].epoch = secrets->month[i].epoch;
		st = wrap(&wraps->pk_u, &secrets->month[i].sk_v, wraps->epoch[i].sk_v);
	}
	wraps->epoch_count = secrets->month_count;
	memset(&wraps->one, 0, sizeof(wraps->one));
	return st;
}

/* --- begin and end --- */

static enum status
note_epoch(void *arg, const struct store_run *run, int odd)
{
	struct ring_change *c = arg;

	(void)odd; /* its epoch is a column of its own: better a key too many */
	c->used[run->epoch / 8] |= (uint8_t)(1 << run->epoch % 8);
	return ST_OK;
}

enum status
ring_change_begin(struct session *s, struct ring_change **out)
{
	struct ring_change *c;
	enum status st;

	*out = NULL;
	if (s->at != IN_OPEN || s->read_only)
		return ST_NOT_ALLOWED;
	if ((c = sodium_malloc(sizeof(*c))) == NULL)
		return ST_MEMORY;
	memset(c, 0, sizeof(*c));
	c->list = s->ring;
	c->secrets = s->keys->ring;
	memcpy(c->w, state_wipe_secret(s->state), sizeof(c->w));
	c->epoch = s->epoch;
	c->used[s->epoch / 8] |= (uint8_t)(1 << s->epoch % 8);
	if ((st = state_wraps(s->state, &c->wraps)) == ST_OK)
		st = store_runs(s->store, note_epoch, c);
	if (st != ST_OK) {
		ring_change_free(c);
		return st;
	}
	*out = c;
	return ST_OK;
}

void
ring_change_free(struct ring_change *c)
{
	sodium_free(c); /* wipes it */
}

/* --- months --- */

static int
has_month(const struct ring_secrets *secrets, unsigned month)
{
	for (size_t i = 0; i < secrets->month_count; i++)
		if (secrets->month[i].epoch / SERIALS == month)
			return 1;
	return 0;
}

/* A fresh key, in its place. There is room. */
static void
add_epoch(struct ring_secrets *secrets, unsigned epoch)
{
	size_t at = secrets->month_count;

	assert(at < RING_VAULTS_MAX && epoch <= UINT16_MAX);
	for (; at > 0 && secrets->month[at - 1].epoch > epoch; at--)
		secrets->month[at] = secrets->month[at - 1];
	secrets->month[at].epoch = (uint16_t)epoch;
	entropy_fill(&secrets->month[at].sk_v, sizeof(secrets->month[at].sk_v));
	secrets->month_count++;
}

static void
remove_epoch(struct ring_secrets *secrets, size_t at)
{
	size_t last = --secrets->month_count;

	memmove(
	    &secrets->month[at], &secrets->month[at + 1], (last - at) * sizeof(secrets->month[0]));
	sodium_memzero(&secrets->month[last], sizeof(secrets->month[last]));
}

enum status
ring_change_months(struct ring_change *c, unsigned month)
{
	size_t wanted = 0;

	if (month + MONTHS_AHEAD > UINT16_MAX / SERIALS)
		return ST_FULL;
	for (unsigned m = month; m <= month + MONTHS_AHEAD; m++)
		wanted += !has_month(&c->secrets, m);
	if (c->secrets.month_count + wanted > RING_VAULTS_MAX)
		return ST_FULL;
	for (unsigned m = month; m <= month + MONTHS_AHEAD; m++)
		if (!has_month(&c->secrets, m))
			add_epoch(&c->secrets, m * SERIALS);
	return ST_OK;
}

static void
drop_unused(struct ring_change *c)
{
	for (size_t i = c->secrets.month_count; i-- > 0;) {
		unsigned e = c->secrets.month[i].epoch;

		if ((c->used[e / 8] >> e % 8 & 1) == 0)
			remove_epoch(&c->secrets, i);
	}
}

enum status
ring_change_renew_months(struct ring_change *c, uint16_t epoch)
{
	uint16_t newest[RING_VAULTS_MAX]; /* of each month that is renewed */
	size_t months = 0, used = 0;

	for (size_t i = 0; i < c->secrets.month_count; i++) {
		unsigned e = c->secrets.month[i].epoch;

		used += c->used[e / 8] >> e % 8 & 1;
		if (e / SERIALS < epoch / SERIALS)
			continue;
		if (months > 0 && newest[months - 1] / SERIALS == e / SERIALS)
			months--;
		newest[months++] = (uint16_t)e; /* they ascend */
	}
	if (used + months > RING_VAULTS_MAX)
		return ST_FULL;
	for (size_t i = 0; i < months; i++)
		if (newest[i] % SERIALS == SERIALS - 1)
			return ST_FULL;
	drop_unused(c);
	for (size_t i = 0; i < months; i++)
		add_epoch(&c->secrets, newest[i] + 1u);
	return ST_OK;
}

enum status
ring_change_drop_epoch(struct ring_change *c, uint16_t epoch)
{
	for (size_t i = 0; i < c->secrets.month_count; i++)
		if (c->secrets.month[i].epoch == epoch) {
			remove_epoch(&c->secrets, i);
			return ST_OK;
		}
	return ST_UNKNOWN;
}

/* --- coordinators --- */

static size_t
place_of(const struct ring_change *c, uint32_t id)
{
	size_t at = 0;

	while (at < c->list.coordinator_count && c->list.coordinator[at].id != id)
		at++;
	return at;
}

/* Room for a new one at the end of list and wraps. */
static enum status
add_coordinator(struct ring_change *c, uint32_t id)
{
	const size_t at = c->list.coordinator_count;

	assert(id > c->list.coordinator[at - 1].id);
	if (at == RING_COORDINATORS_MAX)
		return ST_FULL;
	memset(&c->list.coordinator[at], 0, sizeof(c->list.coordinator[at]));
	memset(&c->wraps.coordinator[at], 0, sizeof(c->wraps.coordinator[at]));
	c->list.coordinator[at].id = c->wraps.coordinator[at].id = id;
	c->list.coordinator_count++;
	c->wraps.coordinator_count++;
	return ST_OK;
}

static void
choose_costs(const struct ring_list *list, struct ring_coordinator *who)
{
	for (size_t i = 0; i < list->coordinator_count; i++) {
		if (list->coordinator[i].argon_memory > who->argon_memory)
			who->argon_memory = list->coordinator[i].argon_memory;
		if (list->coordinator[i].argon_passes > who->argon_passes)
			who->argon_passes = list->coordinator[i].argon_passes;
	}
}

enum status
ring_change_passphrase(struct ring_change *c, uint32_t id, const struct msg_passphrase *passphrase)
{
	size_t at = place_of(c, id);
	struct ring_coordinator *who = &c->list.coordinator[at];
	uint8_t nonce[RING_NONCE_LEN];
	struct key32 pw, kek, sk_c;
	enum status st;

	if (passphrase->len == 0 || passphrase->len > sizeof(passphrase->octets))
		return ST_INCOMPLETE;
	if (at == c->list.coordinator_count && (st = add_coordinator(c, id)) != ST_OK)
		return st;
	choose_costs(&c->list, who);
	entropy_fill(who->salt, sizeof(who->salt));
	entropy_fill(nonce, sizeof(nonce));
	st = stretch_passphrase(passphrase->octets, passphrase->len, who->salt, who->argon_memory,
	    who->argon_passes, &pw);
	if (st == ST_OK) {
		entropy_fill(&sk_c, sizeof(sk_c));
		ring_public_x25519(&sk_c, &who->pk_c);
		ring_kek(&pw, c->w, &kek);
		ring_box_seal(&kek, nonce, &sk_c, &c->list, c->wraps.coordinator[at].box);
		sodium_memzero(&sk_c, sizeof(sk_c));
		sodium_memzero(&kek, sizeof(kek));
	}
	sodium_memzero(&pw, sizeof(pw));
	return st;
}

enum status
ring_change_remove(struct ring_change *c, uint32_t id)
{
	const size_t at = place_of(c, id);
	const size_t behind = c->list.coordinator_count - at - 1;

	if (at == c->list.coordinator_count)
		return ST_UNKNOWN;
	if (c->list.coordinator_count <= 1u + c->wraps.is_two_person)
		return ST_NOT_ALLOWED;
	memmove(&c->list.coordinator[at], &c->list.coordinator[at + 1],
	    behind * sizeof(c->list.coordinator[0]));
	memmove(&c->wraps.coordinator[at], &c->wraps.coordinator[at + 1],
	    behind * sizeof(c->wraps.coordinator[0]));
	c->list.coordinator_count--;
	c->wraps.coordinator_count--;
	return ST_OK;
}

enum status
ring_change_two_person(struct ring_change *c, int on)
{
	if (on && c->list.coordinator_count < 2)
		return ST_NOT_ALLOWED;
	c->wraps.is_two_person = on != 0;
	return ST_OK;
}

/* --- the recovery key --- */

void
ring_change_recovery_key(struct ring_change *c, const struct public32 *pk_r)
{
	c->list.pk_r = *pk_r;
}

/* --- collecting --- */

static int
has_vault(const struct ring_list *list, uint16_t epoch)
{
	for (size_t i = 0; i < list->vault_count; i++)
		if (list->vault[i].epoch == epoch)
			return 1;
	return 0;
}

static enum status
make_list(struct ring_change *c)
{
	memset(c->list.vault, 0, sizeof(c->list.vault));
	c->list.vault_count = c->secrets.month_count;
	for (size_t i = 0; i < c->secrets.month_count; i++) {
		c->list.vault[i].epoch = c->secrets.month[i].epoch;
		ring_public_x25519(&c->secrets.month[i].sk_v, &c->list.vault[i].pk_v);
	}
	if (!has_vault(&c->list, c->epoch))
		return ST_RANGE;
	return ring_list_sign(&c->list, &c->secrets.sk_d);
}

/* The copies of keys and months, all of them sealed anew; those of epochs that go, go. */
static enum status
make_copies(struct session *s, const struct ring_change *c)
{
	uint8_t keys[64];
	enum status st = ST_OK;

	if (sodium_is_zero(c->list.pk_r.b, sizeof(c->list.pk_r.b)))
		return ST_OK;
	memcpy(keys, c->secrets.sk_i.b, 32);
	memcpy(keys + 32, c->secrets.sk_d.b, 32);
	st = recovery_copy(
	    s->state, &c->list.pk_r, &c->secrets.k_h, RECOVERY_KEYS, 0, keys, sizeof(keys));
	sodium_memzero(keys, sizeof(keys));
	for (size_t i = 0; st == ST_OK && i < c->secrets.month_count; i++)
		st = recovery_copy(s->state, &c->list.pk_r, &c->secrets.k_h, RECOVERY_MONTH,
		    c->secrets.month[i].epoch, c->secrets.month[i].sk_v.b, 32);
	for (size_t i = 0; st == ST_OK && i < s->ring.vault_count; i++)
		if (!has_vault(&c->list, s->ring.vault[i].epoch))
			st = change_recovery(
			    s->state, RECOVERY_MONTH, s->ring.vault[i].epoch, NULL, 0);
	return st;
}

/* The event, and what it tells of. */
static enum status
collect(struct session *s, const struct ring_change *c, const uint8_t hash[EVENT_RING_LEN])
{
	enum status st = session_append(s, EVENT_RING, hash, EVENT_RING_LEN, NULL);

	if (st != ST_OK || (st = change_ring(s->state, &c->list)) != ST_OK)
		return st;
	change_wraps(s->state, &c->wraps);
	return make_copies(s, c);
}

enum status
ring_change_collect(struct session *s, struct ring_change *c)
{
	uint8_t hash[EVENT_RING_LEN];
	enum status st;

	if ((st = make_list(c)) == ST_OK && (st = ring_list_hash(&c->list, hash)) == ST_OK &&
	    (st = ring_wraps_fill(&c->wraps, &c->list, &c->secrets)) == ST_OK)
		st = collect(s, c, hash);
	if (st != ST_OK && status_class(st) != SC_STOP)
		session_drop(s);
	return st;
}

void
ring_change_taken(struct session *s, struct ring_change *c)
{
	s->ring = c->list;
	s->keys->ring = c->secrets;
	s->two_person = c->wraps.is_two_person;
}

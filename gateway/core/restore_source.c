/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/restore_source.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/enrolment.h"
#include "gateway/common/status.h"
#include "gateway/core/backup.h"
#include "gateway/core/base.h"
#include "gateway/core/fold.h"
#include "gateway/core/words.h"

/* --- a backup's rows, into a store of their own --- */

#define ROWS_A_TRANSACTION 4096

struct loading {
	struct store *store;
	struct ring_list *list;
	unsigned rows;
};

static enum status
take_list(void *arg, const struct ring_list *list)
{
	struct loading *l = arg;

	*l->list = *list;
	return ST_OK;
}

/* One transaction for many rows: nobody looks at the copy before it is whole. */
static enum status
one_more(struct loading *l)
{
	enum status st = ST_OK;

	if (++l->rows % ROWS_A_TRANSACTION == 0 && (st = store_commit(l->store)) == ST_OK)
		st = store_begin(l->store);
	return st;
}

static enum status
take_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct loading *l = arg;
	enum status st = store_recovery_put(l->store, kind, id, blob, len);

	return st == ST_OK ? one_more(l) : st;
}

static enum status
take_run(void *arg, const struct store_run *run)
{
	struct loading *l = arg;
	enum status st = store_run_put(l->store, run);

	return st == ST_OK ? one_more(l) : st;
}

static enum status
take_row(void *arg, const struct store_event *row)
{
	struct loading *l = arg;
	enum status st = store_event_put(l->store, row);

	return st == ST_OK ? one_more(l) : st;
}

static void
root_of(const struct backup_head *head, struct tree_root *root)
{
	memcpy(root->incarnation, head->incarnation, sizeof(root->incarnation));
	root->journal.first = head->first;
	root->journal.count = head->count;
	memcpy(root->journal.link_before, head->link_before, sizeof(head->link_before));
	memcpy(root->journal.link, head->link, sizeof(head->link));
	memcpy(root->ring_hash, head->ring_hash, sizeof(head->ring_hash));
}

static enum status
load(struct restore_source *src, const struct restore_ask *ask, char words[SESSION_WORDS_MAX])
{
	struct loading l = {.list = &src->list};
	const struct backup_sink sink = {take_list, take_copy, take_run, take_row, &l};
	struct backup_head head;
	enum status st;

	restore_source_close(src); /* what one that was cut short left there */
	if (mkdir(src->dir, 0700) == -1)
		return say(words, ST_IO, "no folder can be made beside the state folder");
	if ((st = store_create(src->dir, &src->store)) != ST_OK)
		return say(words, st, "there is no room beside the state folder");
	l.store = src->store;
	if ((st = store_begin(l.store)) == ST_OK)
		st = backup_read(ask->fd, &head, &sink);
	if (st == ST_VERSION)
		return say(words, st, "this is no backup, or one of a later version");
	if (st == ST_CLOSED)
		return say(words, st, "the medium of the backup cannot be read");
	if (status_class(st) == SC_REJECT || st == ST_DAMAGED)
		return say(words, ST_CHECK,
		    "this backup was changed, or its medium failed: take the other one");
	if (st != ST_OK)
		return st;
	root_of(&head, &src->root);
	src->knows_root = 1;
	return store_commit(l.store);
}

/* --- our own old store --- */

static enum status
reopen(struct restore_source *src, char words[SESSION_WORDS_MAX])
{
	uint8_t octets[RING_LIST_MAX];
	size_t len;
	enum status st = store_open(src->dir, &src->store);

	if (st != ST_OK)
		return say(words, st, "the old store cannot be opened");
	if ((st = store_ring_get(src->store, octets, sizeof(octets), &len)) == ST_OK)
		st = ring_list_read(octets, len, &src->list);
	if (st != ST_OK && status_class(st) != SC_STOP)
		st = ST_DAMAGED;
	if (st == ST_DAMAGED)
		return say(words, st,
		    "the list of who may open the old store is damaged: restore from a backup");
	return st;
}

/* --- what the recovery key opens --- */

static enum status
open_keys(struct restore_source *src, const struct recovery_key *key, char words[SESSION_WORDS_MAX])
{
	struct ring_secrets *k = &src->secrets;
	uint8_t blob[RECOVERY_BLOB_MAX], content[64], gwid[GWID_LEN], kid[KID_LEN];
	struct public32 pk_i, pk_d;
	size_t len;
	enum status st = store_recovery_get(src->store, RECOVERY_KEYS, 0, blob, sizeof(blob), &len);

	if (st == ST_UNKNOWN || st == ST_TOO_LONG)
		return say(words, ST_INCOMPLETE,
		    "there is nothing in it for a recovery key: it was never made");
	if (st != ST_OK)
		return st;
	st = recovery_open(&key->sk_r, NULL, RECOVERY_KEYS, 0, blob, len, content, sizeof(content));
	if (st != ST_OK)
		return say(words, ST_PASSPHRASE, "this recovery key does not open it");
	memcpy(k->sk_i.b, content, 32);
	memcpy(k->sk_d.b, content + 32, 32);
	sodium_memzero(content, sizeof(content));
	ring_head_key(&k->sk_d, &k->k_h);
	ring_public_x25519(&k->sk_i, &pk_i);
	ring_public_ed25519(&k->sk_d, &pk_d);
	gwid_of(&pk_i, gwid);
	recovery_kid(&pk_d, kid);
	if (memcmp(gwid, key->gwid, sizeof(gwid)) != 0 || memcmp(kid, key->kid, sizeof(kid)) != 0 ||
	    memcmp(pk_d.b, src->list.pk_d.b, 32) != 0 ||
	    memcmp(pk_i.b, src->list.pk_i.b, 32) != 0 || ring_list_verify(&src->list) != ST_OK)
		return say(words, ST_FORGED,
		    "its keys are not those that this recovery key was made for: it was made up");
	return ST_OK;
}

/* One row of `recovery`. What does not open, or fits nothing, is nobody's: it is left out. */
static enum status
open_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct restore_source *src = ((void **)arg)[0];
	const struct recovery_key *key = ((void **)arg)[1];
	struct ring_secrets *k = &src->secrets;
	uint8_t content[RECOVERY_CONTENT_MAX];
	struct public32 pk;

	if (kind == RECOVERY_SLOT && id < SLOT_MAX && src->slots < SOURCE_SLOTS_MAX &&
	    recovery_open(&key->sk_r, &k->k_h, RECOVERY_SLOT, id, blob, len, content,
		RECOVERY_CONTENT_MAX) == ST_OK &&
	    recovery_slot_read(content, &src->slot[src->slots].copy) == ST_OK)
		src->slot[src->slots++].slot = (uint16_t)id;
	if (kind == RECOVERY_MONTH && k->month_count < RING_VAULTS_MAX &&
	    recovery_open(&key->sk_r, &k->k_h, RECOVERY_MONTH, id, blob, len, content, 32) ==
		ST_OK) {
		for (size_t i = 0; i < src->list.vault_count; i++) {
			if (src->list.vault[i].epoch != id)
				continue;
			memcpy(k->month[k->month_count].sk_v.b, content, 32);
			ring_public_x25519(&k->month[k->month_count].sk_v, &pk);
			if (memcmp(pk.b, src->list.vault[i].pk_v.b, 32) == 0)
				k->month[k->month_count++].epoch = (uint16_t)id;
		}
	}
	sodium_memzero(content, sizeof(content));
	return ST_OK;
}

/* --- which rows there are, where only they say it --- */

/* Longer holes are none of ours: what lies beyond one was planted, so that the numbers run out. */
#define HOLE_MAX 65536

struct extent {
	uint64_t from, upto; /* first rows of the first and the last run that prove themselves */
	uint64_t first, last;
};

static enum status
note_row(void *arg, const struct store_event *row, int odd)
{
	struct extent *e = arg;
	uint64_t last = e->last > e->upto ? e->last : e->upto;

	(void)odd;
	if (row->seq + HOLE_MAX < e->from || row->seq > last + HOLE_MAX)
		return ST_OK;
	if (e->first == 0)
		e->first = row->seq;
	e->last = row->seq;
	return ST_OK;
}

static enum status
find_rows(struct restore_source *src)
{
	const struct base_journal j = {src->store, &src->root, &src->list, &src->secrets, 1};
	uint8_t link[JOURNAL_LINK_LEN];
	struct extent e = {0, 0, 0, 0};
	struct base_runs runs;
	uint32_t hour;
	enum status st;

	src->root.journal.first = 1;
	src->root.journal.count = FOLD_ROWS_MAX - HOLE_MAX;
	st = base_runs_read(&j, &runs);
	for (size_t i = 0; st == ST_OK && i < runs.count; i++) {
		st = base_run_begin(&j, &runs.run[i], &hour, link);
		if (st == ST_OK) {
			e.from = e.from == 0 ? runs.run[i].first : e.from;
			e.upto = runs.run[i].first;
		} else if (st == ST_UNKNOWN)
			st = ST_OK;
	}
	base_runs_free(&runs);
	if (st == ST_OK)
		st = store_events(src->store, 1, note_row, &e);
	src->root.journal.first = e.first == 0 ? 1 : e.first;
	src->root.journal.count = e.first == 0 ? 0 : e.last + 1 - e.first;
	return st;
}

enum status
restore_source_open(struct restore_source *src, const struct session *s,
    const struct restore_ask *ask, char words[SESSION_WORDS_MAX])
{
	void *arg[2] = {src, (void *)(uintptr_t)ask->key};
	enum status st;

	memset(src, 0, sizeof(*src));
	src->is_copy = ask->fd != -1;
	(void)snprintf(src->dir, sizeof(src->dir), "%s%s", s->conf->state_dir,
	    src->is_copy ? RESTORE_WORK : RESTORE_OLD);
	st = src->is_copy ? load(src, ask, words) : reopen(src, words);
	if (st == ST_OK)
		st = open_keys(src, ask->key, words);
	if (st == ST_OK)
		st = store_recovery_all(src->store, open_copy, arg);
	if (st == ST_OK && src->secrets.month_count == 0)
		return say(words, ST_INCOMPLETE, "no month's key is in it: nothing can be read");
	return st == ST_OK && !src->knows_root ? find_rows(src) : st;
}

void
restore_source_close(struct restore_source *src)
{
	static const char *const names[] = {"tocsin.db", "tocsin.db-wal"};
	char path[CONF_PATH_MAX + 32];

	store_close(src->store);
	src->store = NULL;
	if (!src->is_copy)
		return;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", src->dir, names[i]);
		(void)unlink(path); /* it may not be there */
	}
	(void)rmdir(src->dir);
}

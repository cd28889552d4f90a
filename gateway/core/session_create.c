/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/session_unlock.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/entropy.h"
#include "gateway/core/codebooks.h"
#include "gateway/core/ring_change.h"
#include "gateway/core/stretch.h"
#include "gateway/core/words.h"
#include "reporting/book/book.h"

/* Every secret of a new gateway, for as long as it takes to wrap them. */
struct birth {
	struct ring_secrets secrets;
	struct key32 sk_c, w, pw, kek;
	struct ring_list list;
	struct ring_wraps wraps;
};

/* 16 * month + serial 0; month 0 is January 2025. */
static uint16_t
epoch_now(const struct session *s)
{
	enum trust trust;
	time_t now = (time_t)session_now_s(s, &trust); /* of 2026 or later in every case */
	struct tm tm;
	long month;

	(void)gmtime_r(&now, &tm);
	month = (tm.tm_year - 125L) * 12 + tm.tm_mon;
	return (uint16_t)(16 * (month % 4096));
}

static void
make_list(const struct session *s, struct birth *b, const struct session_birth *birth)
{
	struct ring_list *list = &b->list;
	const uint16_t epoch = epoch_now(s);

	ring_public_x25519(&b->secrets.sk_i, &list->pk_i);
	ring_public_ed25519(&b->secrets.sk_d, &list->pk_d);
	list->coordinator_count = 1;
	list->coordinator[0].id = COORDINATOR_FIRST;
	list->coordinator[0].argon_memory = birth->argon_memory;
	list->coordinator[0].argon_passes = birth->argon_passes;
	ring_public_x25519(&b->sk_c, &list->coordinator[0].pk_c);
	entropy_fill(list->coordinator[0].salt, sizeof(list->coordinator[0].salt));
	list->vault_count = b->secrets.month_count = MONTHS_AHEAD + 1;
	for (unsigned i = 0; i <= MONTHS_AHEAD; i++) {
		b->secrets.month[i].epoch = list->vault[i].epoch = (uint16_t)(epoch + 16 * i);
		entropy_fill(&b->secrets.month[i].sk_v, sizeof(b->secrets.month[i].sk_v));
		ring_public_x25519(&b->secrets.month[i].sk_v, &list->vault[i].pk_v);
	}
}

static enum status
make_wraps(struct birth *b)
{
	uint8_t nonce[RING_NONCE_LEN];

	b->wraps.coordinator_count = 1;
	b->wraps.coordinator[0].id = COORDINATOR_FIRST;
	entropy_fill(nonce, sizeof(nonce));
	ring_kek(&b->pw, b->w.b, &b->kek);
	ring_box_seal(&b->kek, nonce, &b->sk_c, &b->list, b->wraps.coordinator[0].box);
	return ring_wraps_fill(&b->wraps, &b->list, &b->secrets);
}

static enum status
make_keys(const struct session *s, struct birth *b, const struct session_birth *birth)
{
	enum status st;

	entropy_fill(&b->secrets.sk_i, sizeof(b->secrets.sk_i));
	entropy_fill(&b->secrets.sk_d, sizeof(b->secrets.sk_d));
	entropy_fill(&b->sk_c, sizeof(b->sk_c));
	entropy_fill(&b->w, sizeof(b->w));
	ring_head_key(&b->secrets.sk_d, &b->secrets.k_h);
	make_list(s, b, birth);
	st = stretch_passphrase(birth->passphrase->octets, birth->passphrase->len,
	    b->list.coordinator[0].salt, birth->argon_memory, birth->argon_passes, &b->pw);
	if (st == ST_OK)
		st = ring_list_sign(&b->list, &b->secrets.sk_d);
	return st == ST_OK ? make_wraps(b) : st;
}

static enum status
first_events(struct session *s, const struct session_birth *birth, const uint32_t version[2])
{
	struct event_setting setting = {.key = SETTING_POSTURE, .value = birth->posture};
	uint8_t body[EVENT_SETTING_MAX], hash[EVENT_RING_LEN];
	size_t len = event_setting_encode(&setting, body, sizeof(body));
	enum status st;

	if ((st = ring_list_hash(&s->ring, hash)) != ST_OK ||
	    (st = session_mark(s, EVENT_OPENED, CAUSE_INIT, 1)) != ST_OK ||
	    (st = session_append(s, EVENT_RING, hash, sizeof(hash), NULL)) != ST_OK ||
	    (st = session_append(s, EVENT_SETTING, body, len, NULL)) != ST_OK ||
	    (st = codebooks_append(
		 s, EVENT_CODEBOOK, version[0], birth->codebook, birth->codebook_len)) != ST_OK ||
	    (st = codebooks_append(
		 s, EVENT_PLACES, version[1], birth->places, birth->places_len)) != ST_OK ||
	    (st = session_mark(s, EVENT_LOCKED, CAUSE_INIT, 0)) != ST_OK)
		return st;
	return session_commit(s);
}

/* Both books must read: core parses them again at each arming. */
static enum status
read_books(const struct session_birth *birth, uint32_t version[2], char words[SESSION_WORDS_MAX])
{
	struct codebook *book = calloc(1, sizeof(*book));
	struct places *places = calloc(1, sizeof(*places));
	struct book_faults *faults = calloc(1, sizeof(*faults));
	enum status st = ST_MEMORY;

	if (book == NULL || places == NULL || faults == NULL)
		goto done;
	st = book_read_codebook(birth->codebook, birth->codebook_len, book, faults);
	if (st == ST_OK)
		st = book_read_places(birth->places, birth->places_len, places, faults);
	if (st != ST_OK && faults->count > 0)
		(void)snprintf(words, SESSION_WORDS_MAX, "line %u: %s", faults->fault[0].line,
		    faults->fault[0].words);
	version[0] = book->version;
	version[1] = places->version;
done:
	free(book);
	free(places);
	free(faults);
	return st;
}

const char *
session_anchor_words(const struct conf *conf, enum status st)
{
	if (conf->anchor_kind == ANCHOR_FILE)
		return st == ST_EXISTS
			   ? "the anchor's file exists already: remove it only if no store needs it"
			   : "the anchor's file cannot be made: see its folder";
	if (st == ST_EXISTS)
		return "the EEPROM for the anchor is not empty: only if no store and nothing else "
		       "needs what it holds, overwrite it with zeros, then try again";
	return "the EEPROM for the anchor cannot be used: its file must be there, belong to this "
	       "user alone (mode 600) and have 832 octets or more";
}

static enum status
make_store(struct session *s, const struct birth *b, const struct session_birth *birth,
    const uint32_t version[2], char words[SESSION_WORDS_MAX])
{
	enum status st;

	if ((st = store_create(s->conf->state_dir, &s->store)) != ST_OK)
		return say(
		    words, st, "the store cannot be made: see its folder and the room on its disk");
	if ((st = anchor_create(s->conf, s->store, &b->w, &s->anchor)) != ST_OK)
		return say(words, st, "%s", session_anchor_words(s->conf, st));
	s->ring = b->list;
	if ((st = state_create(
		 s->store, s->anchor, &b->wraps, &b->list, birth->posture, &s->state)) != ST_OK)
		return st;
	s->epoch = b->list.vault[0].epoch;
	state_arm(s->state, &b->secrets.k_h, s->epoch, b->list.vault[0].pk_v.b);
	s->at = IN_OPEN; /* its rights, for the first events */
	s->armed_ms = clock_boot_ms();
	st = first_events(s, birth, version);
	s->at = IN_LOCKED;
	state_lock(s->state);
	return st == ST_OK ? ST_OK : say(words, st, "the first events could not be written");
}

static void
remove_file(const char *dir, const char *name)
{
	char path[CONF_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path); /* it may not be there */
}

enum status
session_undo(struct session *s)
{
	const struct conf *conf = s->conf;
	char words[SESSION_WORDS_MAX]; /* those of the failure are said already */
	int own_anchor = s->anchor != NULL, own_store = s->store != NULL;

	session_end(s);
	if (own_anchor)
		anchor_unmake(conf); /* ours: made just now */
	if (own_store) {
		remove_file(conf->state_dir, "tocsin.db");
		remove_file(conf->state_dir, "tocsin.db-wal");
	}
	return session_start(s, conf, words);
}

enum status
session_create(struct session *s, const struct session_birth *birth, char words[SESSION_WORDS_MAX])
{
	struct birth *b;
	uint32_t version[2];
	enum status st, again = ST_OK;

	words[0] = '\0';
	if (s->at != IN_NEW)
		return say(words, ST_EXISTS, "there is a gateway already in this state folder");
	if ((st = read_books(birth, version, words)) != ST_OK)
		return st;
	if ((b = sodium_malloc(sizeof(*b))) == NULL)
		return ST_MEMORY;
	memset(b, 0, sizeof(*b));
	st = make_keys(s, b, birth);
	if (st == ST_RANGE)
		(void)say(words, st, "Argon2id takes 64 to 1024 MiB and 3 to 32 passes");
	if (st == ST_OK && (st = make_store(s, b, birth, version, words)) != ST_OK)
		again = session_undo(s);
	sodium_free(b); /* wipes it */
	return again == ST_OK ? st : again;
}

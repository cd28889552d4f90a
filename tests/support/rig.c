/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/rig.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/base32.h"
#include "crypto/enrolment.h"
#include "gateway/common/entropy.h"
#include "gateway/common/fileio.h"
#include "gateway/common/status.h"
#include "gateway/core/people.h"
#include "gateway/core/requests_impl.h"
#include "gateway/core/restore.h"
#include "gateway/core/ring_change.h"
#include "gateway/core/store.h"
#include "gateway/core/stretch.h"
#include "reporting/report/note.h"

static void
must(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	(void)fprintf(stderr, "rig: %s: %s\n", what, status_words(st));
	exit(2);
}

static size_t
read_book(const char *name, char *out)
{
	size_t len;

	must(fileio_read(name, (uint8_t *)out, CODEBOOK_FILE_MAX, &len), name);
	return len;
}

void
rig_library(void)
{
	static int is_up;

	if (is_up)
		return;
	if (sodium_init() == -1)
		exit(2);
	must(store_library_init(), "library");
	is_up = 1;
}

void
rig_create(struct rig *r, const char *name)
{
	static char codebook[CODEBOOK_FILE_MAX], places[PLACES_FILE_MAX];
	const char *tmp = getenv("TMPDIR");
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	struct session_birth birth = {.passphrase = &passphrase,
	    .argon_memory = STRETCH_MEMORY_MIN,
	    .argon_passes = STRETCH_PASSES_MIN,
	    .codebook = codebook,
	    .places = places};
	char fault[CONF_FAULT_MAX], words[SESSION_WORDS_MAX], text[512];

	memset(r, 0, sizeof(*r));
	rig_library();
	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	(void)snprintf(r->dir, sizeof(r->dir), "%s/tocsin-%s-XXXXXX", tmp ? tmp : "/tmp", name);
	if (mkdtemp(r->dir) == NULL)
		exit(2);
	(void)snprintf(text, sizeof(text), "%s/tocsin.conf", r->dir);
	must(conf_parse(text, "", 0, &r->conf, fault), fault);
	if (mkdir(r->conf.state_dir, 0700) == -1)
		exit(2);
	birth.codebook_len = read_book(PROJECT_DIR "/schemas/codebook/atrocity.cfg", codebook);
	birth.places_len = read_book(PROJECT_DIR "/schemas/places/example.cfg", places);
	must(session_start(&r->session, &r->conf, words), words);
	must(session_create(&r->session, &birth, words), words);
}

void
rig_remove(struct rig *r)
{
	char command[512];

	session_end(&r->session);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", r->dir);
	if (system(command) != 0)
		(void)fprintf(stderr, "rig: %s stays\n", r->dir);
}

void
rig_restart(struct rig *r)
{
	char words[SESSION_WORDS_MAX];

	session_end(&r->session);
	must(session_start(&r->session, &r->conf, words), words);
}

enum status
rig_unlock(struct rig *r, enum core_state to)
{
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	char words[SESSION_WORDS_MAX];

	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	return session_unlock(&r->session, &passphrase, to, words);
}

enum status
rig_try_enrol(struct rig *r, const char *pseudonym)
{
	struct phone *p = &r->phone[r->phones];
	struct msg_enrol ask = {.language = "en", .rhythm_days = 7};
	struct msg_enrolled enrolled;
	struct enrolment enrolment;
	struct enrolment_keys keys;
	char words[SESSION_WORDS_MAX] = "";
	enum status st;

	ask.place = r->session.facts->places->place[0].id;
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	if ((st = people_enrol(&r->session, &ask, &enrolled, words)) != ST_OK)
		return st;
	must(enrolment_read(enrolled.text, EW1_ENROL_CHARS, &enrolment), "enrolment text");
	enrolment_derive(&enrolment.m, &keys);
	memcpy(p->sender.gwid, enrolment.gwid, GWID_LEN);
	p->sender.pk_i = enrolment.pk_i;
	p->sender.sk_m = keys.sk_m;
	p->sender.pk_m = keys.pk_m;
	p->ck = keys.chain[0];
	memcpy(p->spare, keys.chain + 1, sizeof(p->spare));
	p->generation = 0;
	p->n = 0;
	p->slot = (uint16_t)enrolled.slot;
	memcpy(p->pseudonym, ask.pseudonym, sizeof(p->pseudonym));
	r->phones++;
	return ST_OK;
}

struct phone *
rig_enrol(struct rig *r, const char *pseudonym)
{
	must(rig_try_enrol(r, pseudonym), pseudonym);
	return &r->phone[r->phones - 1];
}

void
rig_recovery_key(struct rig *r, char typed[RECOVERY_CHARS + 1])
{
	struct session *s = &r->session;
	struct ring_change *change;
	struct recovery_key key;
	struct public32 pk_r;

	entropy_fill(&key.sk_r, sizeof(key.sk_r));
	memcpy(key.gwid, s->keys->receiver.gwid, sizeof(key.gwid));
	recovery_kid(&s->ring.pk_d, key.kid);
	recovery_key_write(&key, typed);
	ring_public_x25519(&key.sk_r, &pk_r);
	must(ring_change_begin(s, &change), "ring change");
	ring_change_recovery_key(change, &pk_r);
	must(ring_change_collect(s, change), "ring change");
	must(session_commit(s), "commit");
	ring_change_taken(s, change);
	ring_change_free(change);
}

void
rig_copy_chains(struct rig *r, const struct phone *p)
{
	struct recovery_slot slot = {.pk_m = p->sender.pk_m};
	uint8_t content[RECOVERY_CONTENT_MAX], blob[RECOVERY_BLOB_MAX];
	struct session *s = &r->session;
	struct key32 eph;
	size_t len;

	if (store_recovery_get(s->store, RECOVERY_SLOT, p->slot, blob, sizeof(blob), &len) == ST_OK)
		return;
	memcpy(slot.pseudonym, p->pseudonym, sizeof(slot.pseudonym));
	memcpy(slot.chain, p->spare, sizeof(slot.chain));
	recovery_slot_write(&slot, content);
	entropy_fill(&eph, sizeof(eph));
	must(recovery_seal(&s->ring.pk_r, &eph, &s->keys->ring.k_h, RECOVERY_SLOT, p->slot, content,
		 sizeof(content), blob, &len),
	    "copy");
	must(change_recovery(s->state, RECOVERY_SLOT, p->slot, blob, len), "copy");
	must(session_commit(s), "commit");
}

void
rig_next_chain(struct phone *p)
{
	p->ck = p->spare[p->generation++];
	p->n = 0;
}

static void
compose(struct phone *p, const struct record *record, const struct note *note,
    char text[EW1_X_CHARS + 1])
{
	uint8_t plain[ENVELOPE_X_PLAIN_LEN], random[ENVELOPE_X_RANDOM_LEN], wire[EW1_X_WIRE_LEN];
	struct message_keys keys;
	size_t bad_at;

	must(record_pack(record, plain), "record");
	must(note_write(record, note, plain + RECORD_LEN, &bad_at), "note");
	ratchet_message_keys(&p->ck, &keys);
	entropy_fill(random, sizeof(random));
	must(envelope_x_seal(&p->sender, &keys, random, plain, wire), "seal");
	ratchet_step(&p->ck);
	p->n++;
	base32_encode(wire, sizeof(wire), text);
}

void
rig_compose(
    struct phone *p, const struct record *record, const char *note, char text[EW1_X_CHARS + 1])
{
	struct note words = {0};

	(void)snprintf(words.text, sizeof(words.text), "%s", note);
	compose(p, record, &words, text);
}

void
rig_compose_about(
    struct phone *p, const struct record *record, uint16_t ref, char text[EW1_X_CHARS + 1])
{
	const struct note words = {.ref = ref};

	compose(p, record, &words, text);
}

void
rig_report(
    struct phone *p, unsigned kind, unsigned place, const char *note, char text[EW1_X_CHARS + 1])
{
	struct record record;

	record_init(&record, 1);
	record.kind = kind;
	record.place = place;
	rig_compose(p, &record, note, text);
}

struct msg_sms
rig_sms(const char *text, uint64_t ref)
{
	struct msg_sms sms = {.ref = ref, .stamp_s = 1795000000 + (int64_t)ref, .form = SMS_TEXT};

	sms.text_len = (uint16_t)strlen(text);
	memcpy(sms.text, text, sms.text_len);
	return sms;
}

int64_t
rig_number(const struct rig *r, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t value = -1;

	must(sqlite3_prepare_v2(view_db(r->session.view), sql, -1, &s, NULL) == SQLITE_OK
		 ? ST_OK
		 : ST_SYNTAX,
	    sql);
	if (sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s); /* repeats what step said */
	return value;
}

enum status
rig_inbox(const struct rig *r, const struct msg_inbox *page, view_inbox_fn *fn, void *arg)
{
	const struct view_names names = requests_names(&r->session);

	return view_inbox(r->session.view, &names, page, fn, arg);
}

void
rig_on_disk(struct rig *r, const char *sql)
{
	char path[CONF_PATH_MAX + 16];
	sqlite3 *db = NULL;

	session_end(&r->session);
	(void)snprintf(path, sizeof(path), "%s/tocsin.db", r->conf.state_dir);
	must(sqlite3_open(path, &db) == SQLITE_OK &&
		     sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
		     sqlite3_close(db) == SQLITE_OK
		 ? ST_OK
		 : ST_IO,
	    sql);
	rig_restart(r);
}

void
rig_beside(struct rig *again, const struct rig *r)
{
	char fault[CONF_FAULT_MAX], words[SESSION_WORDS_MAX], text[512];

	memset(again, 0, sizeof(*again));
	(void)snprintf(again->dir, sizeof(again->dir), "%.200s/again", r->dir);
	(void)snprintf(text, sizeof(text), "rm -rf '%s'", again->dir);
	if (system(text) != 0 || mkdir(again->dir, 0700) == -1)
		exit(2);
	(void)snprintf(text, sizeof(text), "%s/tocsin.conf", again->dir);
	must(conf_parse(text, "", 0, &again->conf, fault), fault);
	if (mkdir(again->conf.state_dir, 0700) == -1)
		exit(2);
	must(session_start(&again->session, &again->conf, words), words);
}

enum status
rig_restore(struct rig *again, int fd, const struct recovery_key *key, struct msg_restored *out,
    char words[SESSION_WORDS_MAX])
{
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	const struct restore_ask ask = {
	    fd, key, &passphrase, STRETCH_MEMORY_MIN, STRETCH_PASSES_MIN};

	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	words[0] = '\0';
	return session_restore(&again->session, &ask, out, words);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coordinators, the two-person rule and the recovery key, through core's own functions: what each
 * act allows and refuses, and that it holds after a restart from the files.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/recovery.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/requests.h"
#include "gateway/core/rights.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static char words[SESSION_WORDS_MAX];

static struct msg_passphrase
phrase(const char *text)
{
	struct msg_passphrase p = {.len = (uint32_t)strlen(text)};

	memcpy(p.octets, text, p.len);
	return p;
}

static enum status
unlock(const char *first, const char *second)
{
	const struct msg_passphrase one = phrase(first), two = phrase(second);

	words[0] = '\0';
	return session_unlock_two(s, &one, &two, IN_OPEN, words);
}

static enum status
act(enum coordinator_act what, const char *name, const char *passphrase, const char *old)
{
	struct msg_coordinator ask = {.act = what, .passphrase = phrase(passphrase)};

	ask.is_lost = old == NULL;
	if (old != NULL)
		ask.old = phrase(old);
	(void)snprintf(ask.name, sizeof(ask.name), "%s", name);
	words[0] = '\0';
	return rights_act(s, &ask, words);
}

static void
is_said(const char *part)
{
	if (!CHECK(strstr(words, part) != NULL))
		printf("    \"%s\" is not in: %s\n", part, words);
}

static void
test_people(void)
{
	uint16_t epoch;

	CHECK_EQ(
	    act(COORDINATOR_ADD, "Sila", "sila's own words", NULL), ST_NOT_ALLOWED); /* LOCKED */
	CHECK_EQ(unlock(RIG_PASSPHRASE, ""), ST_OK);
	CHECK_EQ(act(COORDINATOR_ADD, "", "x", NULL), ST_SYNTAX);
	CHECK_EQ(act(COORDINATOR_ADD, "FIRST", "x", NULL), ST_EXISTS);
	CHECK_EQ(act(COORDINATOR_ADD, "Sila", "", NULL), ST_INCOMPLETE);
	CHECK_EQ(act(COORDINATOR_ADD, "Sila", RIG_PASSPHRASE, NULL), ST_EXISTS);
	is_said("in use");
	CHECK_EQ(act(COORDINATOR_REMOVE, "first", "", NULL), ST_NOT_ALLOWED);
	is_said("last coordinator");
	CHECK_EQ(act(COORDINATOR_TWO_ON, "", "", NULL), ST_NOT_ALLOWED);
	CHECK_EQ(act(COORDINATOR_TWO_OFF, "", "", NULL), ST_EXISTS);
	CHECK(!change_pending(s->state));

	CHECK_EQ(act(COORDINATOR_ADD, "Sila", "sila's own words", NULL), ST_OK);
	CHECK_EQ(act(COORDINATOR_ADD, "sila", "other words", NULL), ST_EXISTS);
	CHECK_EQ(act(COORDINATOR_PASSPHRASE, "first", "new words", "wrong"), ST_PASSPHRASE);
	CHECK_EQ(act(COORDINATOR_PASSPHRASE, "first", "new words", "sila's own words"),
	    ST_PASSPHRASE); /* another's */
	CHECK_EQ(act(COORDINATOR_PASSPHRASE, "Tau", "new words", NULL), ST_UNKNOWN);
	CHECK_EQ(act(COORDINATOR_PASSPHRASE, "first", "new words", RIG_PASSPHRASE), ST_OK);
	rig_restart(&rig);
	CHECK_EQ(unlock(RIG_PASSPHRASE, ""), ST_PASSPHRASE);
	CHECK_EQ(unlock("sila's own words", ""), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
	epoch = s->epoch;
	CHECK_EQ(act(COORDINATOR_PASSPHRASE, "first", RIG_PASSPHRASE, NULL), ST_OK);
	CHECK_EQ(s->epoch, epoch);

	CHECK_EQ(act(COORDINATOR_REMOVE, "Sila", "", NULL), ST_OK);
	is_said("before");
	CHECK_EQ(s->epoch, epoch + 1);
	CHECK_EQ(act(COORDINATOR_REMOVE, "Sila", "", NULL), ST_UNKNOWN);
	rig_restart(&rig);
	CHECK_EQ(unlock("sila's own words", ""), ST_PASSPHRASE);
	CHECK_EQ(unlock(RIG_PASSPHRASE, ""), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
	CHECK_EQ(act(COORDINATOR_ADD, "Sila", "sila's next words", NULL), ST_OK); /* another Sila */
	CHECK_EQ(s->ring.coordinator[1].id, 3);
}

static void
test_two(void)
{
	const struct msg_passphrase one = phrase(RIG_PASSPHRASE);

	CHECK_EQ(act(COORDINATOR_TWO_ON, "", "", NULL), ST_OK);
	CHECK_EQ(act(COORDINATOR_TWO_ON, "", "", NULL), ST_EXISTS);
	CHECK_EQ(act(COORDINATOR_REMOVE, "Sila", "", NULL), ST_NOT_ALLOWED);
	is_said("two must stay");
	rig_restart(&rig);
	CHECK(s->two_person);
	CHECK_EQ(unlock(RIG_PASSPHRASE, ""), ST_INCOMPLETE);
	is_said("both passphrases");
	CHECK_EQ(session_unlock(s, &one, IN_ARMED, words), ST_INCOMPLETE);
	CHECK_EQ(unlock(RIG_PASSPHRASE, RIG_PASSPHRASE), ST_INCOMPLETE);
	is_said("of one coordinator");
	CHECK_EQ(unlock(RIG_PASSPHRASE, "sila's own words"), ST_PASSPHRASE);
	CHECK_EQ(s->at, IN_LOCKED);
	CHECK(s->keys == NULL);
	CHECK_EQ(unlock("sila's next words", RIG_PASSPHRASE), ST_OK); /* in either order */
	CHECK_EQ(s->fault[0], '\0');
	CHECK_EQ(act(COORDINATOR_ADD, "Tau", "tau's own words", NULL), ST_OK);
	rig_restart(&rig);
	CHECK_EQ(unlock("tau's own words", "sila's next words"), ST_OK);
	CHECK_EQ(act(COORDINATOR_REMOVE, "Tau", "", NULL), ST_OK);
	CHECK_EQ(act(COORDINATOR_TWO_OFF, "", "", NULL), ST_OK);
	rig_restart(&rig);
	CHECK(!s->two_person);
	CHECK_EQ(unlock(RIG_PASSPHRASE, "what another types is not looked at"), ST_OK);
}

static int
is_committed(void *before)
{
	return state_root(s->state)->journal.count != *(uint64_t *)before;
}

/* What core answers when the view has no memory as soon as something is durable. */
static enum status
starved(struct ipc_message *m)
{
	struct requests requests = {.session = s, .passed = -1};
	uint64_t before = state_root(s->state)->journal.count;
	enum status st;
	int fd[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd), 0);
	sqlite3_progress_handler(view_db(s->view), 1, is_committed, &before);
	st = requests_answer(&requests, fd[0], m);
	CHECK(state_root(s->state)->journal.count > before);
	(void)close(fd[0]);
	(void)close(fd[1]);
	rig_restart(&rig);
	return st;
}

/* The session is not what the disk is any more, and the next change must not be made of it. */
static void
test_no_memory_after_the_commit(void)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_COORDINATOR);
	m.body.COORDINATOR.act = COORDINATOR_ADD;
	m.body.COORDINATOR.passphrase = phrase("uma's own words");
	(void)snprintf(m.body.COORDINATOR.name, sizeof(m.body.COORDINATOR.name), "Uma");
	CHECK_EQ(starved(&m), ST_MEMORY);
	CHECK_EQ(unlock("uma's own words", ""), ST_OK);
	CHECK_EQ(act(COORDINATOR_REMOVE, "Uma", "", NULL), ST_OK);
	ipc_begin(&m, MSG_UNLOCK);
	m.body.UNLOCK.passphrase = phrase(RIG_PASSPHRASE);
	m.body.UNLOCK.date_s = TIMEKEEPER_BUILT_S + 300 * 86400;
	m.body.UNLOCK.date_is_sure = 1;
	CHECK_EQ(starved(&m), ST_MEMORY);
	CHECK_EQ(unlock(RIG_PASSPHRASE, ""), ST_OK);
}

static enum status
recover(const struct msg_recovery_key *key, const char *name, const char *passphrase)
{
	struct msg_recover ask = {.passphrase = phrase(passphrase)};

	ask.key_len = (uint32_t)strlen(key->text);
	memcpy(ask.key, key->text, ask.key_len);
	(void)snprintf(ask.name, sizeof(ask.name), "%s", name);
	words[0] = '\0';
	return rights_recover(s, &ask, words);
}

static uint64_t
parked(void)
{
	uint64_t count = 0;

	CHECK_EQ(store_parked_count(s->store, &count), ST_OK);
	return count;
}

static size_t
copies(enum recovery_kind kind, uint64_t id)
{
	uint8_t blob[RECOVERY_BLOB_MAX];
	size_t len = 0;
	enum status st = store_recovery_get(s->store, kind, id, blob, sizeof(blob), &len);

	CHECK(st == ST_OK || st == ST_UNKNOWN);
	return len;
}

/* What enrolment leaves for the holder of the key. */
static void
is_copied(const struct phone *p, const struct msg_recovery_key *printed)
{
	uint8_t blob[RECOVERY_BLOB_MAX], content[RECOVERY_CONTENT_MAX];
	struct recovery_slot slot;
	struct recovery_key key;
	size_t len;

	CHECK_EQ(recovery_key_read(printed->text, strlen(printed->text), &key), ST_OK);
	CHECK_EQ(
	    store_recovery_get(s->store, RECOVERY_SLOT, p->slot, blob, sizeof(blob), &len), ST_OK);
	CHECK_EQ(recovery_open(&key.sk_r, &s->keys->ring.k_h, RECOVERY_SLOT, p->slot, blob, len,
		     content, sizeof(content)),
	    ST_OK);
	CHECK_EQ(recovery_slot_read(content, &slot), ST_OK);
	CHECK_EQ(slot.generation, 0);
	CHECK_MEM(slot.pk_m.b, p->sender.pk_m.b, 32);
	CHECK_EQ(strcmp(slot.pseudonym, p->pseudonym), 0);
	CHECK(!sodium_is_zero(slot.chain[0].b, sizeof(slot.chain)));
}

static void
test_recovery(void)
{
	struct msg_recovery_key old, key, mistyped;
	struct phone *before = rig_enrol(&rig, "before the key"), *p;

	CHECK_EQ(copies(RECOVERY_SLOT, before->slot), 0);
	CHECK_EQ(rights_recovery_key(s, &old, words), ST_OK);
	CHECK_EQ(old.replaced, 0);
	CHECK_EQ(old.slots, 1);
	p = rig_enrol(&rig, "after the key");
	is_copied(p, &old);
	CHECK_EQ(rights_recovery_key(s, &key, words), ST_OK);
	CHECK_EQ(key.replaced, 1);
	CHECK_EQ(key.slots, 2);
	CHECK_EQ(copies(RECOVERY_SLOT, p->slot), 0); /* nobody could seal it anew */
	p = rig_enrol(&rig, "after the second key");
	is_copied(p, &key);
	CHECK_EQ(people_revoke(s, p->pseudonym, words), ST_OK);
	CHECK_EQ(copies(RECOVERY_SLOT, p->slot), 0);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);

	mistyped = key;
	mistyped.text[40] = mistyped.text[40] == '7' ? '8' : '7';
	CHECK_EQ(recover(&mistyped, "Sila", "found again"), ST_CHECK);
	is_said("compare it");
	CHECK_EQ(recover(&key, "", "found again"), ST_SYNTAX);
	CHECK_EQ(recover(&key, "Sila", ""), ST_INCOMPLETE);
	CHECK_EQ(parked(), 0); /* nothing noted */
	CHECK_EQ(recover(&old, "Sila", "found again"), ST_PASSPHRASE);
	CHECK_EQ(parked(), 1); /* noted as a wrong passphrase is */
	CHECK_EQ(s->at, IN_LOCKED);

	CHECK_EQ(recover(&key, "Sila", "found again"), ST_OK);
	CHECK_EQ(s->at, IN_OPEN);
	CHECK_EQ(s->fault[0], '\0');
	CHECK_EQ(s->ring.coordinator_count, 2);
	rig_restart(&rig);
	CHECK_EQ(unlock("sila's next words", ""), ST_PASSPHRASE);
	CHECK_EQ(unlock("found again", ""), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
	CHECK_EQ(act(COORDINATOR_TWO_ON, "", "", NULL), ST_OK);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(recover(&key, "Uma", "uma's own words"), ST_OK); /* a new one */
	is_said("two-person rule still");
	CHECK_EQ(s->ring.coordinator_count, 3);
	rig_restart(&rig);
	CHECK_EQ(unlock("uma's own words", ""), ST_INCOMPLETE);
	CHECK_EQ(unlock("uma's own words", "found again"), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
}

/* A thief's rows: nothing opens by them, and nothing is lost. */
static void
test_copies_changed(void)
{
	uint8_t blob[RECOVERY_BLOB_MAX];
	struct msg_recovery_key key;
	size_t len;

	CHECK_EQ(rights_recovery_key(s, &key, words), ST_OK);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(store_recovery_get(s->store, RECOVERY_KEYS, 0, blob, sizeof(blob), &len), ST_OK);
	blob[50] ^= 1;
	CHECK_EQ(store_begin(s->store), ST_OK);
	CHECK_EQ(store_recovery_put(s->store, RECOVERY_KEYS, 0, blob, len), ST_OK);
	CHECK_EQ(store_commit(s->store), ST_OK);
	CHECK_EQ(recover(&key, "Uma", "another"), ST_INCOMPLETE);
	is_said("backup");
	blob[50] ^= 1;
	CHECK_EQ(store_begin(s->store), ST_OK);
	CHECK_EQ(store_recovery_put(s->store, RECOVERY_KEYS, 0, blob, len), ST_OK);
	CHECK_EQ(store_recovery_drop(s->store, RECOVERY_MONTH, s->ring.vault[0].epoch), ST_OK);
	CHECK_EQ(store_commit(s->store), ST_OK);
	CHECK_EQ(recover(&key, "Uma", "another"), ST_INCOMPLETE);
	CHECK_EQ(s->at, IN_LOCKED);
	CHECK(s->keys == NULL && s->view == NULL);
	CHECK_EQ(unlock("uma's own words", "found again"), ST_OK);
}

int
main(void)
{
	rig_create(&rig, "rights");
	test_people();
	test_no_memory_after_the_commit();
	test_two();
	test_recovery();
	test_copies_changed();
	rig_remove(&rig);
	return check_done();
}

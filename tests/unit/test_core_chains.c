/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renewing a slot's chain: the recovery key that is asked for, what waits in the leaf, what is left
 * in the copy, and that only a message whose inner layer opens makes the waiting chain the live
 * one.
 */
#include <sodium.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/base32.h"
#include "gateway/core/chains.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;
static char typed[RECOVERY_CHARS + 1];
static char words[SESSION_WORDS_MAX];
static uint64_t refs = 1;

/* --- the n-th sync ends the process, as the power would --- */

static unsigned syncs, dies_at; /* 0: never */

static int
sync_or_die(long call, int fd)
{
	if (++syncs == dies_at)
		_exit(77);
	return (int)syscall(call, fd);
}

int
fdatasync(int fd)
{
	return sync_or_die(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return sync_or_die(SYS_fsync, fd);
}

/* --- */

static struct msg_renew
asking(const char *pseudonym, const char *key)
{
	struct msg_renew ask = {.len = (uint32_t)strlen(key)};

	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	memcpy(ask.key, key, ask.len);
	return ask;
}

static enum status
renew(const char *pseudonym, const char *key, struct msg_renewed *out)
{
	const struct msg_renew ask = asking(pseudonym, key);

	words[0] = '\0';
	return chains_renew(s, &ask, out, words);
}

static struct ratchet
leaf(const struct phone *p)
{
	struct ratchet r;

	CHECK_EQ(state_slot(s->state, p->slot, &r), ST_OK);
	return r;
}

static uint64_t
events(void)
{
	return state_root(s->state)->journal.count;
}

/* Deliver one text; how many messages there are with this outcome afterwards is for the caller. */
static void
deliver(const char *text)
{
	struct msg_sms sms = rig_sms(text, refs++);

	CHECK_EQ(intake_batch(s, &sms, 1), ST_OK);
}

static struct msg_inbox_row newest;

static enum status
take_newest(void *arg, const struct msg_inbox_row *row)
{
	(void)arg;
	newest = *row;
	return ST_OK;
}

/* The newest message, as the coordinator sees it. */
static void
is_newest(const struct phone *p, int readable, unsigned chain, unsigned number)
{
	const struct view_names names = {.book = s->facts->book, .places = s->facts->places};
	const struct msg_inbox page = {.limit = 1};

	memset(&newest, 0, sizeof(newest));
	CHECK_EQ(view_inbox(s->view, &names, &page, take_newest, NULL), ST_OK);
	CHECK_EQ(newest.readable, readable);
	if (readable) {
		CHECK_STR(newest.pseudonym, p->pseudonym);
		CHECK_EQ(newest.chain, chain);
		CHECK_EQ(newest.number, number);
	}
}

static struct msg_roster_row roster_row;

static enum status
take_row(void *arg, const struct msg_roster_row *row)
{
	(void)arg;
	roster_row = *row;
	return chains_spares(s, &roster_row);
}

static void
roster_is(const struct phone *p, unsigned chain, unsigned waiting, unsigned spares, unsigned why)
{
	const struct view_names names = {.book = s->facts->book, .places = s->facts->places};
	struct msg_roster ask = {.limit = 1};

	memcpy(ask.pseudonym, p->pseudonym, sizeof(ask.pseudonym));
	CHECK_EQ(view_roster(s->view, &names, &ask, take_row, NULL), ST_OK);
	CHECK_EQ(roster_row.chain, chain);
	CHECK_EQ(roster_row.waiting, waiting);
	CHECK_EQ(roster_row.spares, spares);
	CHECK_EQ(roster_row.spares_why, why);
}

static void
reports(struct phone *p, char text[EW1_X_CHARS + 1])
{
	rig_report(p, 1, 1, "", text);
}

/* --- who may renew, and whom --- */

static void
refuses(const char *pseudonym, const char *key, enum status want, const char *part)
{
	const uint64_t before = events(), gen = state_root(s->state)->gen;
	struct msg_renewed out;

	CHECK_EQ(renew(pseudonym, key, &out), want);
	if (!CHECK(strstr(words, part) != NULL))
		printf("    %s\n", words);
	CHECK_EQ(events(), before);
	CHECK_EQ(state_root(s->state)->gen, gen);
	CHECK_EQ(out.chain, 0);
	CHECK(!change_pending(s->state));
}

static void
test_keys(struct phone *early)
{
	char other[RECOVERY_CHARS + 1], altered[RECOVERY_CHARS + 1];
	struct recovery_key key;
	struct phone *p;

	roster_is(early, 1, 0, 0, SPARES_NO_KEY);
	refuses(early->pseudonym, "1", ST_NOT_ALLOWED, "no recovery key");
	rig_recovery_key(&rig, other);
	rig_recovery_key(&rig, typed);
	p = rig_enrol(&rig, "late");
	rig_copy_chains(&rig, p);
	refuses("late", "", ST_SYNTAX, "85 letters");
	refuses("late", "U", ST_SYNTAX, "85 letters");
	refuses("late", other, ST_FORGED, "replaced by a later one");
	memcpy(altered, typed, sizeof(altered));
	altered[40] = altered[40] == '7' ? '8' : '7';
	refuses("late", altered, ST_CHECK, "compare it with the paper");
	CHECK_EQ(recovery_key_read(typed, RECOVERY_CHARS, &key), ST_OK);
	key.gwid[0] ^= 1;
	recovery_key_write(&key, altered);
	refuses("late", altered, ST_FORGED, "another gateway");
	key.gwid[0] ^= 1;
	key.kid[7] ^= 1;
	recovery_key_write(&key, altered);
	refuses("late", altered, ST_FORGED, "another gateway");
	refuses("nobody", typed, ST_UNKNOWN, "tocsin roster");
}

static void
test_enrolled_before(struct phone *early)
{
	const uint64_t before = events();
	struct msg_renewed out;

	roster_is(early, 1, 0, 0, SPARES_BEFORE);
	CHECK_EQ(renew(early->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 0);
	CHECK_EQ(out.spares_why, SPARES_BEFORE);
	CHECK_EQ(events(), before);
}

/* What the recovery key's holder finds in the copy. */
static void
copy_holds(const struct phone *p, unsigned generation)
{
	uint8_t blob[RECOVERY_BLOB_MAX], content[RECOVERY_CONTENT_MAX];
	const struct key32 none = {{0}};
	struct recovery_slot slot;
	struct recovery_key key;
	size_t len;

	CHECK_EQ(recovery_key_read(typed, RECOVERY_CHARS, &key), ST_OK);
	CHECK_EQ(
	    store_recovery_get(s->store, RECOVERY_SLOT, p->slot, blob, sizeof(blob), &len), ST_OK);
	CHECK_EQ(recovery_open(&key.sk_r, &s->keys->ring.k_h, RECOVERY_SLOT, p->slot, blob, len,
		     content, sizeof(content)),
	    ST_OK);
	CHECK_EQ(recovery_slot_read(content, &slot), ST_OK);
	CHECK_EQ(slot.generation, generation);
	CHECK_STR(slot.pseudonym, p->pseudonym);
	for (unsigned g = 1; g <= RECOVERY_CHAINS; g++)
		CHECK_MEM(slot.chain[g - 1].b, g <= generation ? none.b : p->spare[g - 1].b, 32);
}

/* --- only the inner layer activates --- */

/* Seal with the right chain keys of the waiting chain, but without the monitor's secret: what a
 * thief of the LOCKED card can do. */
static void
forge_with_chain(const struct phone *p, char text[EW1_X_CHARS + 1])
{
	struct phone thief = *p;

	thief.ck = p->spare[p->generation];
	randombytes_buf(&thief.sender.sk_m, sizeof(thief.sender.sk_m));
	rig_report(&thief, 1, 1, "", text);
}

/* The right hint of the waiting chain, and anything behind it: what who saw one text can do. */
static void
forge_with_hint(const struct phone *p, char text[EW1_X_CHARS + 1])
{
	uint8_t wire[EW1_X_WIRE_LEN];

	randombytes_buf(wire, sizeof(wire));
	ratchet_hint_x(&p->spare[p->generation], wire);
	base32_encode(wire, sizeof(wire), text);
}

static void
still_waits(const struct phone *p)
{
	struct ratchet r = leaf(p);

	CHECK(ratchet_is_waiting(&r));
	CHECK_EQ(r.generation, p->generation);
}

/* A right hint with other octets; a right outer layer with another inner one. */
static void
nothing_forged_activates(struct phone *p)
{
	char text[EW1_X_CHARS + 1];

	forge_with_hint(p, text);
	deliver(text);
	is_newest(p, 0, 0, 0);
	CHECK(strstr(newest.reason, "forged") != NULL);
	still_waits(p);
	forge_with_chain(p, text);
	deliver(text);
	is_newest(p, 0, 0, 0);
	CHECK(strstr(newest.reason, "forged") != NULL);
	still_waits(p);
}

static void
test_activation(struct phone *p)
{
	char text[EW1_X_CHARS + 1], late[EW1_X_CHARS + 1], again[EW1_X_CHARS + 1];
	struct msg_renewed out;
	struct ratchet r;
	uint64_t count;

	reports(p, text);
	deliver(text);
	reports(p, late); /* held back on the way */
	reports(p, text);
	deliver(text);
	is_newest(p, 1, 1, 3);
	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 2);
	CHECK_EQ(out.was_there, 0);
	CHECK_EQ(out.spares, 2);
	roster_is(p, 1, 2, 2, SPARES_THERE);
	copy_holds(p, 1);
	count = events();
	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 2);
	CHECK_EQ(out.was_there, 1);
	CHECK_EQ(events(), count);

	nothing_forged_activates(p);
	reports(p, text); /* the old chain is the live one all the while */
	deliver(text);
	is_newest(p, 1, 1, 4);
	reports(p, again); /* the last of the old chain, still under way */
	still_waits(p);

	/* the phone switches, and its first message but one arrives first */
	rig_next_chain(p);
	reports(p, text);
	reports(p, text);
	CHECK_EQ(session_close(s, CAUSE_COMMAND), ST_OK); /* ARMED will do */
	deliver(text);
	count = s->doubled;
	deliver(text);
	CHECK_EQ(s->doubled, count + 1);
	r = leaf(p);
	CHECK_EQ(r.generation, 1);
	CHECK_EQ(r.n, 2);
	CHECK_EQ(r.skipped_count, 1); /* its first; none of the old chain's */
	CHECK(!ratchet_is_waiting(&r));
	deliver(late);
	deliver(again);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	is_newest(p, 0, 0, 0);
	CHECK(strstr(newest.reason, "nobody enrolled here") != NULL);
	roster_is(p, 2, 0, 2, SPARES_THERE);
	CHECK_EQ(roster_row.messages, 4);
	CHECK_EQ(roster_row.highest, 2);
	CHECK_EQ(roster_row.missing, 2); /* number 2 of chain 1, number 1 of chain 2 */
}

/* --- parked while LOCKED --- */

static void
test_parked(struct phone *p)
{
	char old[EW1_X_CHARS + 1], new[EW1_X_CHARS + 1];
	struct msg_renewed out;
	struct ratchet r;

	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 3);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	reports(p, old);
	deliver(old);
	rig_next_chain(p);
	reports(p, new);
	deliver(new);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK); /* in the order of arrival */
	is_newest(p, 1, 3, 1);
	r = leaf(p);
	CHECK_EQ(r.generation, 2);
	CHECK_EQ(r.n, 1);
	roster_is(p, 3, 0, 1, SPARES_THERE);
	CHECK_EQ(roster_row.messages, 6);
}

/* --- a power cut at each sync of the commit that activates --- */

static void
open_anew(void)
{
	CHECK_EQ(session_start(s, &rig.conf, words), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
}

/* Deliver in a process that dies at the at-th sync of it. 0: it lived. */
static int
deliver_and_die(const char *text, unsigned at)
{
	int status = 0;
	pid_t pid;

	session_end(s);
	(void)fflush(NULL);
	if ((pid = fork()) == 0) {
		open_anew();
		syncs = 0;
		dies_at = at;
		deliver(text);
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	open_anew();
	return WEXITSTATUS(status);
}

static void
test_power_cut(struct phone *p)
{
	char text[EW1_X_CHARS + 1], other[EW1_X_CHARS + 1];
	struct msg_renewed out;
	unsigned at = 1;
	struct ratchet r;
	uint64_t ref;
	int died;

	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 4);
	reports(p, other);
	rig_next_chain(p);
	reports(p, text);
	for (ref = refs; (died = deliver_and_die(text, at)) != 0 && at < 10; at++) {
		CHECK_EQ(died, 77);
		r = leaf(p);
		/* before: nothing of it; after: all of it */
		CHECK_EQ(r.generation, ratchet_is_waiting(&r) ? 2 : 3);
		CHECK_EQ(r.n, 1);
		if (r.generation == 3)
			break;
		CHECK(ratchet_is_waiting(&r));
	}
	CHECK_EQ(at, 2); /* at the anchor's sync nothing of it; at the journal's it is written */
	refs = ref;      /* the modem hands it over again: it was not acknowledged */
	deliver(text);
	r = leaf(p);
	CHECK_EQ(r.generation, 3);
	CHECK_EQ(r.n, 1);
	refs = ref + 1;
	deliver(other);
	is_newest(p, 0, 0, 0);
	roster_is(p, 4, 0, 0, SPARES_USED);
	CHECK_EQ(roster_row.messages, 7); /* once */
	CHECK_EQ(renew(p->pseudonym, typed, &out), ST_OK);
	CHECK_EQ(out.chain, 0);
	CHECK_EQ(out.spares_why, SPARES_USED);
}

/* --- a copy that was changed on the disk --- */

static void
put_copy(const struct phone *p, uint8_t blob[RECOVERY_BLOB_MAX], size_t len)
{
	CHECK_EQ(store_begin(s->store), ST_OK);
	CHECK_EQ(store_recovery_put(s->store, RECOVERY_SLOT, p->slot, blob, len), ST_OK);
	CHECK_EQ(store_commit(s->store), ST_OK);
}

static void
test_changed_copy(void)
{
	struct phone *a = rig_enrol(&rig, "anna"), *b = rig_enrol(&rig, "bela");
	uint8_t blob[RECOVERY_BLOB_MAX], own[RECOVERY_BLOB_MAX];
	struct msg_renewed out;
	size_t len;

	rig_copy_chains(&rig, a);
	rig_copy_chains(&rig, b);
	CHECK_EQ(
	    store_recovery_get(s->store, RECOVERY_SLOT, b->slot, blob, sizeof(blob), &len), ST_OK);
	CHECK_EQ(
	    store_recovery_get(s->store, RECOVERY_SLOT, a->slot, own, sizeof(own), &len), ST_OK);
	put_copy(a, blob, len); /* another slot's */
	refuses("anna", typed, ST_NOT_ALLOWED, "changed on this disk");
	memcpy(blob, own, len);
	blob[len / 2] ^= 1;
	put_copy(a, blob, len);
	refuses("anna", typed, ST_NOT_ALLOWED, "changed on this disk");
	put_copy(a, own, len - 1);
	refuses("anna", typed, ST_NOT_ALLOWED, "changed on this disk");
	put_copy(a, own, len);
	CHECK_EQ(renew("anna", typed, &out), ST_OK);
	CHECK_EQ(out.chain, 2);
	/* an older copy, put back: the same chain, and the one in use is not given again */
	put_copy(a, own, len);
	CHECK_EQ(renew("anna", typed, &out), ST_OK);
	CHECK_EQ(out.was_there, 1);
	CHECK_EQ(people_revoke(s, "anna", words), ST_OK);
	refuses("anna", typed, ST_UNKNOWN, "tocsin roster");
}

int
main(void)
{
	struct phone *early;

	rig_create(&rig, "chains");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	early = rig_enrol(&rig, "early");
	test_keys(early);
	test_enrolled_before(early);
	test_activation(&rig.phone[1]);
	test_parked(&rig.phone[1]);
	test_power_cut(&rig.phone[1]);
	test_changed_copy();
	rig_remove(&rig);
	return check_done();
}

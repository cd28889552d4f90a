/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renewing a slot's chain: the recovery key that is asked for, what waits in the leaf, what is left
 * in the copy, and that only a message whose inner layer opens makes the waiting chain the live
 * one. With the power cut in between: test_core_chains_cut.c.
 */
#include <sodium.h>

#include "crypto/base32.h"
#include "gateway/core/people.h"
#include "tests/support/chains_rig.h"

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
	test_changed_copy();
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two-person rule. A thief with every file, the anchor and one coordinator's passphrase opens
 * nothing: her key is tried on every octet's place in the wraps, and on what that gives. Nor do
 * older wraps in the files, from before the rule, help him. With both passphrases all of it opens,
 * so what he looks for is there.
 */
#include "tests/attack/passphrase_thief.h"

#include "gateway/core/intake.h"

#define HERS "her own six words"

static struct rig rig;
static struct taken taken;
static struct ring_key key[2];
static struct ring_secrets all;

static void
live(void)
{
	static const char *const passphrase[2] = {RIG_PASSPHRASE, HERS};
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;
	struct phone *p;

	rig_create(&rig, "two-person");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	p = rig_enrol(&rig, "Acacia");
	an_act(&rig, COORDINATOR_ADD, "Sila", HERS);
	an_act(&rig, COORDINATOR_TWO_ON, "", "");
	rig_report(p, 1, 1, "", text);
	sms = rig_sms(text, 1);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
	taken_from(&taken, &rig, "taken");
	for (size_t i = 0; i < 2; i++) {
		struct key32 kek = taken_kek(&taken, &taken.tree.list, i, passphrase[i]);

		CHECK_EQ(ring_box_open(&kek, taken.tree.list.coordinator[i].id, &taken.tree.list,
			     &taken.wraps, &key[i]),
		    ST_OK);
	}
}

static void
test_both(void)
{
	struct runs runs;

	CHECK_EQ(ring_unlock(key, 2, &taken.tree.list, &taken.wraps, &all), ST_OK);
	runs = taken_runs(&taken, 1, &all);
	CHECK(runs.there > 0);
	CHECK_EQ(runs.opened, runs.there);
}

/* Does it hold one of the secrets? */
static int
is_secret(const uint8_t *octets, size_t len)
{
	int has = memmem(octets, len, all.sk_i.b, 32) != NULL ||
		  memmem(octets, len, all.sk_d.b, 32) != NULL;

	for (size_t i = 0; i < all.month_count; i++)
		has |= memmem(octets, len, all.month[i].sk_v.b, 32) != NULL;
	return has;
}

/* Each octet as a key that a wrap could have given: does it open anything of pk_U? */
static int
is_unlock_key(const uint8_t *octets, size_t len)
{
	for (size_t at = 0; at + 32 <= len; at++) {
		struct public32 pk;
		struct key32 sk;

		memcpy(sk.b, octets + at, 32);
		ring_public_x25519(&sk, &pk);
		if (memcmp(pk.b, taken.wraps.pk_u.b, 32) == 0)
			return 1;
	}
	return 0;
}

static void
test_one(size_t who)
{
	const struct public32 *pk = &taken.tree.list.coordinator[who].pk_c;
	struct ring_key twice[2] = {key[who], key[who]};
	struct ring_secrets secrets;
	unsigned layers = 0;

	CHECK_EQ(
	    ring_unlock(&key[who], 1, &taken.tree.list, &taken.wraps, &secrets), ST_INCOMPLETE);
	CHECK_EQ(ring_unlock(twice, 2, &taken.tree.list, &taken.wraps, &secrets), ST_INCOMPLETE);
	for (size_t at = 0; at < sizeof(taken.plain); at++)
		for (size_t len = 80; len <= 128 && at + len <= sizeof(taken.plain); len += 48) {
			uint8_t out[80], inner[32];

			if (sealed_box_open(pk, &key[who].sk_c, taken.plain + at, len, out) !=
			    ST_OK)
				continue;
			layers++; /* the outer one of a pair: what it holds is the other's */
			CHECK_EQ(len, RING_PAIR_LEN);
			CHECK(!is_secret(out, len - 48) && !is_unlock_key(out, len - 48));
			CHECK_EQ(sealed_box_open(pk, &key[who].sk_c, out, sizeof(out), inner),
			    ST_FORGED);
		}
	CHECK_EQ(layers, who); /* the later of the two has the outer layer */
}

/* Wraps from before the rule, which one passphrase opened. */
static void
test_older(void)
{
	static struct ring_wraps found[FOUND_MAX];
	size_t count = taken_search(&taken, taken.tree.anchor, found);

	CHECK(count >= 1);
	for (size_t i = 0; i < count; i++)
		CHECK(found[i].is_two_person);
}

static void
test_commands(void)
{
	const struct msg_passphrase one = a_passphrase(RIG_PASSPHRASE), two = a_passphrase(HERS);
	char words[SESSION_WORDS_MAX];

	CHECK_EQ(session_unlock(&rig.session, &one, IN_ARMED, words), ST_INCOMPLETE);
	CHECK_EQ(session_unlock(&rig.session, &two, IN_OPEN, words), ST_INCOMPLETE);
	CHECK_EQ(session_unlock_two(&rig.session, &two, &two, IN_OPEN, words), ST_INCOMPLETE);
	CHECK_EQ(rig.session.at, IN_LOCKED);
	CHECK(rig.session.keys == NULL);
	CHECK_EQ(session_unlock_two(&rig.session, &two, &one, IN_OPEN, words), ST_OK);
	CHECK_EQ(words[0], '\0');
}

int
main(void)
{
	live();
	test_both();
	for (size_t i = 0; i < 2; i++)
		test_one(i);
	test_older();
	test_commands();
	thief_leave(&taken.tree);
	rig_remove(&rig);
	return check_done();
}

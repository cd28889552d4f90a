/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A coordinator who was removed. With every file, the anchor and her passphrase, taken after the
 * removal, nothing opens; older wraps in the files are noise, and would not be with the anchor of
 * before, so the search works. With a whole copy of before she opens what was stored then, also in
 * the files of after, and no run that began after.
 */
#include "tests/attack/passphrase_thief.h"

#include "gateway/core/intake.h"

#define HERS "her own six words"

static struct rig rig;
static struct taken before, after;

static void
report(struct phone *p, uint64_t ref)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(p, 1, 1, "", text);
	sms = rig_sms(text, ref);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
}

static void
live(void)
{
	struct phone *p;

	rig_create(&rig, "removed");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	p = rig_enrol(&rig, "Acacia");
	an_act(&rig, COORDINATOR_ADD, "Sila", HERS);
	report(p, 1);
	taken_from(&before, &rig, "before");
	an_act(&rig, COORDINATOR_REMOVE, "Sila", "");
	report(p, 2);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	report(p, 3);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
	taken_from(&after, &rig, "after");
}

static unsigned
boxes_opened(const struct ring_wraps *wraps, const struct ring_list *list, const struct key32 *kek)
{
	struct ring_key key;
	unsigned opened = 0;

	for (size_t i = 0; i < list->coordinator_count; i++)
		opened += ring_box_open(kek, list->coordinator[i].id, list, wraps, &key) == ST_OK;
	return opened;
}

static void
test_after(void)
{
	static struct ring_wraps found[FOUND_MAX];
	const struct msg_passphrase hers = a_passphrase(HERS);
	struct key32 kek = taken_kek(&after, &before.tree.list, 1, HERS);
	char words[SESSION_WORDS_MAX];
	unsigned opened = 0, older = 0;
	size_t count;

	CHECK_EQ(after.wraps.coordinator_count, 1);
	CHECK_EQ(boxes_opened(&before.wraps, &before.tree.list, &kek), 1); /* it is her key */
	count = taken_search(&after, after.tree.anchor, found);
	CHECK(count >= 1); /* the wraps in force, at least */
	for (size_t i = 0; i < count; i++)
		opened += boxes_opened(&found[i], &before.tree.list, &kek);
	CHECK_EQ(opened, 0);
	count = taken_search(&after, before.tree.anchor, found);
	for (size_t i = 0; i < count; i++)
		older += boxes_opened(&found[i], &before.tree.list, &kek);
	CHECK(older > 0); /* they do lie there: it is the anchor that makes them noise */
	CHECK_EQ(session_unlock(&rig.session, &hers, IN_OPEN, words), ST_PASSPHRASE);
	printf("after the removal: her passphrase opens %u boxes; with the anchor of before %u\n",
	    opened, older);
}

static void
test_before(void)
{
	struct key32 kek = taken_kek(&before, &before.tree.list, 1, HERS);
	struct ring_secrets secrets;
	struct runs old, new;
	struct ring_key key;

	CHECK_EQ(ring_box_open(&kek, 2, &before.tree.list, &before.wraps, &key), ST_OK);
	CHECK_EQ(ring_unlock(&key, 1, &before.tree.list, &before.wraps, &secrets), ST_OK);
	old = taken_runs(&after, 0, &secrets);
	new = taken_runs(&after, 1, &secrets);
	CHECK(old.there > 0);
	CHECK_EQ(old.opened, old.there);
	CHECK(new.there >= 2); /* at the removal, and at the unlocking after it */
	CHECK_EQ(new.opened, 0);
	printf("with a copy of before: %u of %u runs of before, %u of %u of after\n", old.opened,
	    old.there, new.opened, new.there);
}

int
main(void)
{
	live();
	test_before();
	test_after();
	thief_leave(&before.tree);
	thief_leave(&after.tree);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of the ring: what each leaves in the list, in the wraps, among the recovery copies and in
 * the session, before the commit, after it, and after a restart from the files.
 */
#include "gateway/core/ring_change.h"

#include <sodium.h>

#include "crypto/recovery.h"
#include "gateway/core/intake.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct session *const s = &rig.session;

static void
again(void)
{
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(s->fault[0], '\0');
}

static struct ring_change *
begin(void)
{
	struct ring_change *c = NULL;

	CHECK_EQ(ring_change_begin(s, &c), ST_OK);
	return c;
}

static void
take(struct ring_change *c)
{
	CHECK_EQ(ring_change_collect(s, c), ST_OK);
	CHECK_EQ(session_commit(s), ST_OK);
	ring_change_taken(s, c);
	ring_change_free(c);
}

/* The epochs of list and keys, as text: serials behind months counted from `first`. */
static void
epochs_are(unsigned first, const char *want)
{
	char list[400] = "", keys[400] = "";

	for (size_t i = 0; i < s->ring.vault_count; i++)
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%u.%u ",
		    s->ring.vault[i].epoch / 16 - first, s->ring.vault[i].epoch % 16u);
	for (size_t i = 0; i < s->keys->ring.month_count; i++)
		(void)snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%u.%u ",
		    s->keys->ring.month[i].epoch / 16 - first, s->keys->ring.month[i].epoch % 16u);
	if (!CHECK(strcmp(list, want) == 0) || !CHECK(strcmp(keys, want) == 0))
		printf("    list %s\n    keys %s\n    want %s\n", list, keys, want);
}

static void
test_states(void)
{
	struct ring_change *c;

	CHECK_EQ(ring_change_begin(s, &c), ST_NOT_ALLOWED);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(ring_change_begin(s, &c), ST_NOT_ALLOWED);
	CHECK(c == NULL);
	ring_change_free(NULL);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
}

static void
test_months(unsigned first)
{
	struct ring_wraps before, after;
	struct ring_change *c = begin();

	epochs_are(first, "0.0 1.0 2.0 3.0 ");
	CHECK_EQ(state_wraps(s->state, &before), ST_OK);
	CHECK_EQ(ring_change_months(c, first + 2), ST_OK);
	CHECK_EQ(ring_change_months(c, first + 2), ST_OK); /* they are there already */
	CHECK_EQ(ring_change_collect(s, c), ST_OK);
	epochs_are(first, "0.0 1.0 2.0 3.0 "); /* not before the commit */
	change_drop(s->state);
	ring_change_free(c);
	again();
	epochs_are(first, "0.0 1.0 2.0 3.0 ");

	c = begin();
	CHECK_EQ(ring_change_months(c, first + 2), ST_OK);
	take(c);
	epochs_are(first, "0.0 1.0 2.0 3.0 4.0 5.0 ");
	CHECK_EQ(state_wraps(s->state, &after), ST_OK);
	CHECK_EQ(after.version, 2);
	CHECK(memcmp(before.pk_u.b, after.pk_u.b, 32) != 0);
	CHECK_MEM(before.coordinator[0].box, after.coordinator[0].box, RING_BOX_LEN);
	again();
	epochs_are(first, "0.0 1.0 2.0 3.0 4.0 5.0 ");
}

static void
report(struct phone *p, uint64_t ref)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	rig_report(p, 1, 1, "", text);
	sms = rig_sms(text, ref);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

static enum status
count_row(void *arg, const struct msg_inbox_row *row)
{
	size_t *count = arg;

	*count += row->readable != 0;
	return ST_OK;
}

static size_t
reports(void)
{
	struct msg_inbox page = {.limit = 50};
	size_t count = 0;

	CHECK_EQ(rig_inbox(&rig, &page, count_row, &count), ST_OK);
	return count;
}

/* A key that the removed had is used for nothing more, also after a cut before the next run. */
static void
test_renewal(unsigned first)
{
	struct phone *p = rig_enrol(&rig, "Acacia");
	const uint16_t old = s->epoch;
	struct ring_change *c;

	report(p, 1);
	c = begin();
	CHECK_EQ(ring_change_renew_months(c, s->epoch), ST_OK);
	take(c);
	epochs_are(first, "0.0 0.1 1.1 2.1 3.1 4.1 5.1 ");
	again(); /* a cut here: arming takes the new key */
	CHECK_EQ(s->epoch, old + 1);
	report(p, 2);

	c = begin();
	CHECK_EQ(ring_change_renew_months(c, s->epoch), ST_OK);
	take(c);
	CHECK_EQ(session_next_run(s, s->epoch / 16), ST_OK);
	CHECK_EQ(s->epoch, old + 2);
	report(p, 3);
	epochs_are(first, "0.0 0.1 0.2 1.2 2.2 3.2 4.2 5.2 ");
	again();
	CHECK_EQ(s->epoch, old + 2);
	CHECK_EQ(reports(), 3);
}

static void
test_drop(unsigned first)
{
	struct ring_change *c = begin();

	CHECK_EQ(ring_change_drop_epoch(c, (uint16_t)(16 * (first + 1))), ST_UNKNOWN);
	CHECK_EQ(ring_change_drop_epoch(c, (uint16_t)(16 * (first + 5) + 2)), ST_OK);
	take(c);
	epochs_are(first, "0.0 0.1 0.2 1.2 2.2 3.2 4.2 ");
	c = begin();
	CHECK_EQ(ring_change_drop_epoch(c, s->epoch), ST_OK);
	CHECK_EQ(ring_change_collect(s, c), ST_RANGE); /* the run under way needs it */
	CHECK(!change_pending(s->state));
	ring_change_free(c);
	again();
}

static void
test_full(unsigned first)
{
	struct ring_change *c = begin();

	for (unsigned m = first + 5; m < first + 5 + RING_VAULTS_MAX; m += 4)
		if (ring_change_months(c, m) == ST_FULL)
			break;
	CHECK_EQ(ring_change_months(c, first + 100), ST_FULL);
	CHECK_EQ(ring_change_months(c, 4095), ST_FULL); /* no epoch has room for that month */
	take(c);
	again();
	CHECK(s->keys->ring.month_count > RING_VAULTS_MAX - 4);
	c = begin();
	for (unsigned serial = 3; serial < 16; serial++)
		CHECK_EQ(ring_change_renew_months(c, s->epoch), ST_OK);
	CHECK_EQ(ring_change_renew_months(c, s->epoch), ST_FULL);
	ring_change_free(c);
}

static enum status
count_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	size_t *count = arg;

	(void)id;
	(void)blob;
	CHECK_EQ(len, kind == RECOVERY_KEYS ? 144u : 112u);
	count[kind]++;
	return ST_OK;
}

static void
test_copies(void)
{
	struct key32 sk_r, k_h = s->keys->ring.k_h, sk_v;
	uint8_t blob[RECOVERY_BLOB_MAX], content[64];
	struct ring_change *c = begin();
	struct public32 pk_r;
	size_t count[4] = {0}, len;

	randombytes_buf(&sk_r, sizeof(sk_r));
	ring_public_x25519(&sk_r, &pk_r);
	ring_change_recovery_key(c, &pk_r);
	take(c);
	CHECK_EQ(store_recovery_all(s->store, count_copy, count), ST_OK);
	CHECK_EQ(count[RECOVERY_KEYS], 1);
	CHECK_EQ(count[RECOVERY_MONTH], s->ring.vault_count);
	c = begin();
	CHECK_EQ(ring_change_renew_months(c, s->epoch), ST_OK);
	take(c);
	CHECK_EQ(session_next_run(s, s->epoch / 16), ST_OK);
	again();
	count[RECOVERY_MONTH] = 0;
	CHECK_EQ(store_recovery_all(s->store, count_copy, count), ST_OK);
	CHECK_EQ(count[RECOVERY_MONTH], s->ring.vault_count); /* no more: those that went, went */
	CHECK_EQ(store_recovery_get(s->store, RECOVERY_KEYS, 0, blob, sizeof(blob), &len), ST_OK);
	CHECK_EQ(recovery_open(&sk_r, NULL, RECOVERY_KEYS, 0, blob, len, content, 64), ST_OK);
	CHECK_MEM(content, s->keys->ring.sk_i.b, 32);
	CHECK_MEM(content + 32, s->keys->ring.sk_d.b, 32);
	for (size_t i = 0; i < s->ring.vault_count; i++) {
		CHECK_EQ(store_recovery_get(s->store, RECOVERY_MONTH, s->ring.vault[i].epoch, blob,
			     sizeof(blob), &len),
		    ST_OK);
		CHECK_EQ(recovery_open(&sk_r, &k_h, RECOVERY_MONTH, s->ring.vault[i].epoch, blob,
			     len, sk_v.b, 32),
		    ST_OK);
		CHECK_MEM(sk_v.b, s->keys->ring.month[i].sk_v.b, 32);
	}
}

int
main(void)
{
	unsigned first;

	rig_create(&rig, "ring-change");
	first = s->ring.vault[0].epoch / 16;
	test_states();
	test_months(first);
	test_renewal(first);
	test_drop(first);
	test_full(first);
	test_copies();
	rig_remove(&rig);
	return check_done();
}

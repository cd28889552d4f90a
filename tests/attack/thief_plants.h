/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the thief of test_core_thief.c plants, cuts and puts back, each a function of the files.
 */
#ifndef TESTS_ATTACK_THIEF_PLANTS_H
#define TESTS_ATTACK_THIEF_PLANTS_H

#include "gateway/core/events.h"
#include "tests/attack/thief.h"

static struct rig rig;
static struct key32 sk_d;     /* the test's, to make the list that was in force before */
static struct key32 his_sk_i; /* of plant_own_list */
static struct phone stranger;

static void
stranger_ratchet(struct ratchet *r)
{
	ratchet_start(r, 0, &stranger.ck, &stranger.sender.pk_m);
}

static void
plant_slot(struct thief *t)
{
	struct ratchet r;

	stranger_ratchet(&r);
	thief_slot(t, rig.phone[0].slot ^ 1, &r); /* beside hers */
}

static void
plant_her_slot(struct thief *t)
{
	struct ratchet r;

	stranger_ratchet(&r);
	thief_slot(t, rig.phone[0].slot, &r);
}

static void
plant_leaf(struct thief *t)
{
	thief_sql(t, "UPDATE state SET blob = randomblob(length(blob)) WHERE node >= 64");
}

static void
plant_node(struct thief *t)
{
	thief_sql(
	    t, "UPDATE state SET blob = randomblob(length(blob)) WHERE node BETWEEN 1 AND 32");
}

static void
plant_wraps(struct thief *t)
{
	thief_sql(t, "UPDATE state SET blob = randomblob(length(blob)) WHERE node = 33");
}

static void
plant_posture(struct thief *t)
{
	t->root.posture = 1;
	thief_seal_root(t);
}

static void
put_list(struct thief *t)
{
	uint8_t octets[RING_LIST_MAX];
	size_t len;

	CHECK_EQ(ring_list_write(&t->list, octets, &len), ST_OK);
	thief_put(t, "UPDATE ring SET list = ?2 WHERE id = ?1", 1, octets, len);
}

/* One that this gateway once signed: before there was a recovery key, say. */
static void
older_list(struct thief *t)
{
	t->list.pk_r.b[0] ^= 1;
	CHECK_EQ(ring_list_sign(&t->list, &sk_d), ST_OK);
	put_list(t);
}

/* Or before there were so many months. */
static void
list_of_fewer_months(struct thief *t)
{
	t->list.vault_count--;
	older_list(t);
}

static void
plant_older_list_and_root(struct thief *t)
{
	older_list(t);
	CHECK_EQ(ring_list_hash(&t->list, t->root.ring_hash), ST_OK);
	thief_seal_root(t);
}

/* What comes in from here on is parked to his key. */
static void
plant_own_list(struct thief *t)
{
	struct key32 his_sk_d;

	randombytes_buf(&his_sk_i, sizeof(his_sk_i));
	randombytes_buf(&his_sk_d, sizeof(his_sk_d));
	ring_public_x25519(&his_sk_i, &t->list.pk_i);
	ring_public_ed25519(&his_sk_d, &t->list.pk_d);
	CHECK_EQ(ring_list_sign(&t->list, &his_sk_d), ST_OK);
	put_list(t);
	CHECK_EQ(ring_list_hash(&t->list, t->root.ring_hash), ST_OK);
	thief_seal_root(t);
}

/* Seal one event of his run. */
static void
his_event(struct thief *t, struct journal_run *run, uint8_t type, const uint8_t *body, size_t len)
{
	struct journal_event event = {.type = type, .version = 1, .len = (uint16_t)len};
	uint64_t seq = run->first + run->j;
	uint8_t blob[EVENT_BLOB_LEN];
	char sql[128];

	memcpy(event.body, body, len);
	journal_seal(run, &event, blob);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR REPLACE INTO journal(seq, run, blob) VALUES(?1, %" PRIu64 ", ?2)", run->id);
	thief_put(t, sql, (int64_t)seq, blob, sizeof(blob));
	journal_link_event(t->root.journal.link, seq, run->id, blob);
	t->root.journal.count = seq + 1 - t->root.journal.first;
}

/* A run of his own: a monitor, a report of hers, a weaker posture, all as we would write them. */
static void
his_run(struct thief *t, uint64_t first)
{
	struct event_mark mark = {.hour = 1, .has_statement = 1};
	struct event_enrolled who = {.at = 1, .slot = 7, .place = 1, .language = "en"};
	struct event_received what = {
	    .arrival = 1, .source = SOURCE_SMS, .class = 1, .slot = 7, .outcome = 1, .reports = 1};
	struct event_setting weaker = {.key = SETTING_POSTURE, .value = 1};
	uint8_t body[EVENT_BODY_MAX], row[JOURNAL_RUN_BLOB_LEN];
	struct journal_run run;
	struct key32 k_0, eph;
	char sql[160];

	randombytes_buf(&k_0, sizeof(k_0));
	randombytes_buf(&eph, sizeof(eph));
	CHECK_EQ(journal_run_seal(&t->list.vault[0].pk_v, &eph, &k_0, row), ST_OK);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT OR REPLACE INTO run(id, epoch, first, blob) VALUES(?1, %u, ?1, ?2)",
	    t->list.vault[0].epoch);
	thief_put(t, sql, (int64_t)first, row, sizeof(row));
	journal_start(&run, &k_0, first, first);
	randombytes_buf(mark.statement, sizeof(mark.statement)); /* he has no K_H */
	memcpy(mark.statement, t->root.incarnation, 8);
	memcpy(mark.statement + 8, t->root.journal.link, 32);
	journal_link_run(t->root.journal.link, first, t->list.vault[0].epoch, first, row);
	his_event(t, &run, EVENT_ARMED, body, event_mark_encode(&mark, body, sizeof(body)));
	(void)snprintf(who.pseudonym, sizeof(who.pseudonym), "stranger");
	his_event(t, &run, EVENT_ENROLLED, body, event_enrolled_encode(&who, body, sizeof(body)));
	his_event(t, &run, EVENT_RECEIVED, body, event_received_encode(&what, body, sizeof(body)));
	his_event(t, &run, EVENT_SETTING, body, event_setting_encode(&weaker, body, sizeof(body)));
}

static uint64_t
journal_end(const struct thief *t)
{
	return t->root.journal.first + t->root.journal.count;
}

static void
plant_run_behind(struct thief *t)
{
	his_run(t, journal_end(t));
}

static void
plant_run_and_root(struct thief *t)
{
	his_run(t, journal_end(t));
	thief_seal_root(t);
}

static void
plant_run_over_ours(struct thief *t)
{
	his_run(t, (uint64_t)thief_number(t, "SELECT max(id) FROM run"));
}

/* Without a first event there is no statement to be wrong. */
static void
plant_run_headless(struct thief *t)
{
	his_run(t, (uint64_t)thief_number(t, "SELECT max(id) FROM run"));
	thief_sql(t, "DELETE FROM journal WHERE seq = (SELECT max(id) FROM run)");
}

static void
plant_run_inside(struct thief *t)
{
	thief_sql(t, "INSERT INTO run SELECT max(id) + 2, max(epoch), max(id) + 2, randomblob(80)"
		     " FROM run");
}

static void
plant_event(struct thief *t)
{
	thief_sql(t, "UPDATE journal SET blob = randomblob(256)"
		     " WHERE seq = (SELECT max(seq) - 2 FROM journal)");
}

static void
plant_event_behind(struct thief *t)
{
	thief_sql(t, "INSERT INTO journal SELECT max(seq) + 1, max(run), randomblob(256)"
		     " FROM journal; INSERT INTO journal SELECT -7, max(run), randomblob(256)"
		     " FROM journal");
}

static void
cut_tail(struct thief *t)
{
	thief_sql(t, "DELETE FROM journal WHERE seq > (SELECT max(seq) - 4 FROM journal)");
}

static void
cut_tail_and_root(struct thief *t)
{
	cut_tail(t);
	t->root.journal.count -= 4;
	randombytes_buf(t->root.journal.link, 32);
	thief_seal_root(t);
}

/* Tree and anchor of before, the journal of today. */
static void
put_back_tree(struct thief *t)
{
	char sql[640], to[300], from[300];

	(void)snprintf(sql, sizeof(sql),
	    "ATTACH '%s/older-state/tocsin.db' AS older; DELETE FROM state;"
	    "INSERT INTO state SELECT * FROM older.state; DETACH older",
	    rig.dir);
	thief_sql(t, sql);
	(void)snprintf(from, sizeof(from), "%s/older-anchor.bin", rig.dir);
	(void)snprintf(to, sizeof(to), "%s/anchor.bin", rig.dir);
	file_copy(from, to);
}

/* Rows of any number; and one that he seals as we do, for K_P and pk_I are his to use: it is what a
 * text message of his would be. */
static void
plant_parked(struct thief *t)
{
	struct parked p = {.kind = PARKED_TEXT, .arrival_s = 1795000000, .stamp_s = 1795000000};
	uint8_t plain[PARK_PLAIN_LEN], box[PARK_BOX_LEN], blob[PARK_BLOB_LEN],
	    nonce[PARK_NONCE_LEN];
	struct key32 eph;

	thief_sql(t, "INSERT INTO parked VALUES(-5, randomblob(536)), (0, randomblob(9)),"
		     " (4611686018427387904, randomblob(536)),"
		     " (9223372036854775807, randomblob(536));"
		     "INSERT OR REPLACE INTO meta VALUES('parked_seq', 4611686018427387999)");
	rig_report(&stranger, 1, 1, "A REPORT OF NOBODY", (char *)p.text);
	p.text_len = EW1_X_CHARS;
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	randombytes_buf(&eph, sizeof(eph));
	randombytes_buf(nonce, sizeof(nonce));
	CHECK_EQ(park_box_seal(&t->list.pk_i, &eph, plain, box), ST_OK);
	park_seal(&t->root.k_p, nonce, 77, box, blob);
	thief_put(t, "INSERT INTO parked VALUES(?1, ?2)", 77, blob, sizeof(blob));
}

#endif

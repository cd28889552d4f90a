/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The holder of a LOCKED gateway with its anchor, free to read, write and put back. He opens the
 * tree, for A is in the anchor, and no parked text and no row of the journal. Then he plants, each
 * time into a fresh copy: a slot, a leaf, a run, an event, an older ring, a ring of his own, a
 * posture, an older tree; cuts the tail. After the next unlock none of it is accepted, and each is
 * named. What he can do all the same is shown too, at the end of the table.
 */
#include "gateway/core/fold.h"
#include "gateway/core/intake.h"
#include "tests/attack/thief_plants.h"

#define REPORTS 12
#define LATER 5 /* of them after the older copy was made */

static uint64_t refs = 1;
static uint8_t head_before[32]; /* of the journal, kept elsewhere */

/* --- copies of the files --- */

static void
copy_files(const char *from, const char *to)
{
	char a[512], b[512];

	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "state" : "anchor.bin";

		(void)snprintf(a, sizeof(a), "%s/%s%s", rig.dir, from, name);
		(void)snprintf(b, sizeof(b), "%s/%s%s", rig.dir, to, name);
		(void)mkdir(b, 0700);
		if (i == 0)
			folder_copy(a, b);
		else if (rmdir(b) == 0 || 1)
			file_copy(a, b);
	}
}

/* --- the gateway's life --- */

static void
reports(unsigned count)
{
	char text[EW1_X_CHARS + 1];
	struct msg_sms sms;

	for (unsigned i = 0; i < count; i++) {
		rig_report(&rig.phone[0], 1 + i, 1, "A STORED REPORT", text);
		sms = rig_sms(text, refs++);
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	}
}

static void
live(void)
{
	struct msg_sms plain;

	rig_create(&rig, "thief");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	sk_d = rig.session.keys->ring.sk_d;
	(void)rig_enrol(&rig, "amina");
	reports(REPORTS - LATER);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
	session_end(&rig.session);
	copy_files("", "older-");
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	reports(LATER);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	memcpy(head_before, state_root(rig.session.state)->journal.link, 32);
	reports(1); /* parked */
	plain = rig_sms("a plain text", refs++);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &plain, 1), ST_OK);
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
	session_end(&rig.session);
	copy_files("", "taken-");
}

/* --- what he reads --- */

struct loot {
	uint8_t octets[65536];
	size_t len;
	unsigned slots, boxes;
};

static void
keep(struct loot *l, const void *octets, size_t len)
{
	CHECK(l->len + len <= sizeof(l->octets));
	memcpy(l->octets + l->len, octets, len);
	l->len += len;
}

/* Everything that A opens, and what lies in the clear. */
static void
gather(struct thief *t, struct loot *l)
{
	uint8_t plain[RATCHET_LEAF_LEN], box[PARK_BOX_LEN], blob[PARK_BLOB_LEN],
	    root[TREE_ROOT_LEN];
	struct tree_node node;

	memset(l, 0, sizeof(*l));
	tree_root_write(&t->root, root);
	keep(l, root, sizeof(root));
	keep(l, &t->list, sizeof(t->list));
	for (size_t at = 0; at <= 8192; at += 4096)
		keep(l, t->anchor + at, 64);
	keep(l, plain, thief_open(t, &t->root.child[32].key, TREE_WRAPS, plain));
	for (unsigned n = 0; n < TREE_WIDTH; n++) {
		if (thief_open(t, &t->root.child[n].key, TREE_NODE_0 + n, plain) == 0)
			continue;
		CHECK_EQ(tree_node_read(plain, &node), ST_OK);
		for (unsigned p = 0; p < TREE_WIDTH; p++) {
			size_t len = thief_open(
			    t, &node.child[p].key, TREE_LEAF_0 + n * TREE_WIDTH + p, plain);

			keep(l, plain, len < 4096 ? len : 4096);
			l->slots += len > 0;
		}
	}
	for (int64_t seq = 1; seq < 100; seq++)
		if (thief_blob(t, "SELECT blob FROM parked WHERE seq = ?1", seq, blob,
			sizeof(blob)) == sizeof(blob) &&
		    park_open(&t->root.k_p, (uint64_t)seq, blob, box) == ST_OK) {
			keep(l, box, sizeof(box));
			l->boxes++;
		}
}

/* Is it a secret key of the gateway, or does it open a row of the journal as K_j? */
static int
is_key(const struct thief *t, const struct key32 *k, const struct store_event *row, size_t rows)
{
	struct journal_event event;
	struct journal_run run;
	struct public32 pk;

	ring_public_x25519(k, &pk);
	if (memcmp(&pk, &t->list.pk_i, 32) == 0 ||
	    memcmp(&pk, &t->list.coordinator[0].pk_c, 32) == 0)
		return 1;
	for (size_t i = 0; i < t->list.vault_count; i++)
		if (memcmp(&pk, &t->list.vault[i].pk_v, 32) == 0)
			return 1;
	ring_public_ed25519(k, &pk);
	if (memcmp(&pk, &t->list.pk_d, 32) == 0)
		return 1;
	for (size_t i = 0; i < rows; i++) {
		journal_start(&run, k, row[i].run, row[i].run);
		run.j = row[i].seq - row[i].run;
		if (journal_open(&run, row[i].blob, &event) == ST_OK)
			return 1;
	}
	return 0;
}

static size_t
last_rows(struct thief *t, struct store_event *row, size_t max)
{
	int64_t end = thief_number(t, "SELECT max(seq) FROM journal");
	size_t n = 0;

	for (int64_t seq = end; seq > 0 && n < max; seq--, n++) {
		row[n].seq = (uint64_t)seq;
		CHECK_EQ(thief_blob(t, "SELECT blob FROM journal WHERE seq = ?1", seq, row[n].blob,
			     sizeof(row[n].blob)),
		    EVENT_BLOB_LEN);
		row[n].run = (uint64_t)thief_number(t, "SELECT max(id) FROM run");
		if (row[n].run > row[n].seq)
			break;
	}
	return n;
}

static void
test_reading(void)
{
	static struct loot loot;
	struct store_event row[8];
	struct thief t;
	unsigned keys = 0;
	size_t rows;
	uint8_t *end;
	struct key32 k;

	thief_enter(&t, &rig);
	gather(&t, &loot);
	rows = last_rows(&t, row, 8);
	for (size_t at = 0; at + 32 <= loot.len; at++) {
		memcpy(&k, loot.octets + at, 32);
		if (!sodium_is_zero(k.b, 8))
			keys += is_key(&t, &k, row, rows) != 0;
	}
	printf("reading: the root, %u slots' keys, %u parked rows' outer layer; of %zu octets none "
	       "is a key to a row\n",
	    loot.slots, loot.boxes, loot.len);
	CHECK_EQ(loot.slots, 1);
	CHECK_EQ(loot.boxes, 2);
	CHECK(rows > 3);
	CHECK_EQ(keys, 0);
	end = memmem(loot.octets, loot.len, "STORED", 6);
	CHECK(end == NULL);
	keep(&loot, &sk_d, 32); /* the search finds what is there */
	memcpy(&k, loot.octets + loot.len - 32, 32);
	CHECK(is_key(&t, &k, row, rows));
	thief_leave(&t);
}

/* --- what came of it --- */

enum then { GOES_ON, READ_ONLY, REFUSED };

static const struct plant {
	const char *what;
	void (*plant)(struct thief *t);
	enum then then;
	const char *named;
	int reports; /* hers that are still read, without what was parked; -1: REFUSED */
	int unread;  /* shown as unreadable, without the plain text and his that were parked */
} plants[] = {
    {"a slot", plant_slot, READ_ONLY, "the root of the state", REPORTS, 0},
    {"another's keys in her slot", plant_her_slot, READ_ONLY, "the root of the state", REPORTS, 0},
    {"a leaf", plant_leaf, READ_ONLY, "the keys of slot", REPORTS, 0},
    {"a node", plant_node, READ_ONLY, "of the state", REPORTS, 0},
    {"a posture", plant_posture, READ_ONLY, "the root of the state", REPORTS, 0},
    {"an older ring", older_list, READ_ONLY, "the list of who may open it", REPORTS, 0},
    {"an older ring and its hash", plant_older_list_and_root, READ_ONLY, "the root of the state",
	REPORTS, 0},
    {"an older ring, fewer months", list_of_fewer_months, REFUSED, "the list of who may open it",
	-1, 0},
    {"a ring of his own", plant_own_list, REFUSED, "the list of who may open it", -1, 0},
    {"other wraps", plant_wraps, REFUSED, "the keys wrapped", -1, 0},
    {"a run behind ours", plant_run_behind, GOES_ON, "4 rows lie before or behind", REPORTS, 0},
    {"a run, and the root", plant_run_and_root, READ_ONLY, "not written by this gateway", REPORTS,
	0},
    {"a run over our last", plant_run_over_ours, GOES_ON, "not written by this gateway",
	REPORTS - LATER, 0},
    {"a run without its head", plant_run_headless, GOES_ON, "is missing", REPORTS - LATER, 0},
    {"a run inside ours", plant_run_inside, GOES_ON, "begins at a row of another run", REPORTS, 0},
    {"an event", plant_event, GOES_ON, "does not open", REPORTS - 1, 0},
    {"events before and behind", plant_event_behind, GOES_ON, "the first of them row -7", REPORTS,
	0},
    {"the tail cut", cut_tail, GOES_ON, "are missing", REPORTS - 3, 0},
    {"the tail cut, and the root", cut_tail_and_root, READ_ONLY, "the root of the state",
	REPORTS - 3, 0},
    {"parked rows", plant_parked, GOES_ON, "", REPORTS, 5},
    {"an older tree and anchor", put_back_tree, GOES_ON, "lie before or behind", REPORTS - LATER,
	0},
};

static int
count(const char *sql)
{
	sqlite3_stmt *s;
	int n = -1;

	CHECK_EQ(sqlite3_prepare_v2(view_db(rig.session.view), sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

/* In what a person is told, or in the list of faults. */
static int
is_named(const char *what, const char *words)
{
	char sql[256];

	if (strstr(words, what) != NULL || strstr(rig.session.fault, what) != NULL)
		return 1;
	if (rig.session.view == NULL)
		return 0;
	(void)snprintf(
	    sql, sizeof(sql), "SELECT count(*) FROM fault WHERE instr(words, '%s') > 0", what);
	return count(sql) > 0;
}

/* Two texts while it is locked: hers, and one of his, under the keys that he may have planted. */
static void
texts_meanwhile(void)
{
	char text[EW1_X_CHARS + 1];
	struct phone his = stranger;
	struct msg_sms sms;

	rig_report(&his, 2, 1, "HIS REPORT", text);
	sms = rig_sms(text, 9000);
	if (!rig.session.is_ring_changed)
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	else
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_NOT_ALLOWED);
}

static void
look(const struct plant *p, enum status st, const char *words)
{
	int open = p->then == GOES_ON;

	CHECK_EQ(st, p->then == REFUSED ? ST_CHANGED : ST_OK);
	CHECK_EQ(rig.session.at, p->then == REFUSED ? IN_LOCKED : IN_OPEN);
	CHECK_EQ(rig.session.read_only, p->then == READ_ONLY);
	CHECK(is_named(p->named, words));
	if (p->then == REFUSED || !CHECK(rig.session.view != NULL))
		return;
	CHECK_EQ(count("SELECT count(*) FROM report r JOIN message m ON m.seq = r.seq"
		       " WHERE m.proven AND r.note = 'A STORED REPORT'"),
	    p->reports + open);
	CHECK_EQ(count("SELECT count(*) FROM report r JOIN message m ON m.seq = r.seq"
		       " WHERE m.proven AND r.note <> 'A STORED REPORT'"),
	    0);
	CHECK_EQ(count("SELECT count(*) FROM message WHERE outcome <> 1 AND proven"),
	    open ? p->unread + 2 : 0);
	CHECK_EQ(count("SELECT count(*) FROM monitor"), 1);
	CHECK_EQ(count("SELECT count(*) FROM monitor WHERE pseudonym = 'amina'"), 1);
	CHECK_EQ(count("SELECT count(*) FROM setting WHERE value <> 0"), 0);
	CHECK_EQ(rig.session.facts->choices.value[SETTING_POSTURE], 0);
	/* The one row that may be shown although it is his is marked, and counts for nobody. */
	CHECK_EQ(
	    count("SELECT count(*) FROM message WHERE NOT proven"), p->plant == plant_run_headless);
}

/* What came in is sealed to him; ours refuses it by name. */
static void
look_at_parked(void)
{
	uint8_t blob[PARK_BLOB_LEN], box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	struct public32 pk;
	struct thief t;
	unsigned his = 0;

	session_end(&rig.session);
	thief_enter(&t, &rig);
	ring_public_x25519(&his_sk_i, &pk);
	for (int64_t seq = 1; seq < 100; seq++)
		if (thief_blob(&t, "SELECT blob FROM parked WHERE seq = ?1", seq, blob,
			sizeof(blob)) == sizeof(blob) &&
		    park_open(&t.root.k_p, (uint64_t)seq, blob, box) == ST_OK)
			his += park_box_open(&pk, &his_sk_i, box, plain) == ST_OK;
	CHECK_EQ(his, 1); /* since then; the two of before stay shut */
	thief_leave(&t);
}

static void
test_plants(void)
{
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	char words[SESSION_WORDS_MAX];
	struct thief t;
	enum status st;

	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++) {
		const struct plant *p = &plants[i];
		unsigned failed = checks_failed;

		session_end(&rig.session);
		copy_files("taken-", "");
		thief_enter(&t, &rig);
		p->plant(&t);
		thief_leave(&t);
		rig_restart(&rig);
		texts_meanwhile();
		st = session_unlock(&rig.session, &passphrase, IN_OPEN, words);
		look(p, st, words);
		printf("%-28s %-10s %.150s\n", p->what,
		    p->then == GOES_ON     ? "goes on"
		    : p->then == READ_ONLY ? "reads only"
					   : "refused",
		    words);
		if (checks_failed > failed)
			printf("    ^^^ %s; %d unread\n", rig.session.fault,
			    rig.session.view == NULL ? -1 : (int)view_unread(rig.session.view));
		if (p->plant == plant_own_list)
			look_at_parked();
	}
}

/* --- what he can do --- */

static enum status
ignore_event(void *arg, const struct view_event *ev)
{
	(void)arg;
	(void)ev;
	return ST_OK;
}

static enum status
ignore_fault(void *arg, uint64_t seq, const char *words)
{
	(void)arg;
	(void)seq;
	(void)words;
	return ST_OK;
}

static uint64_t
row_of_head(void)
{
	struct fold fold = {.store = rig.session.store,
	    .root = state_root(rig.session.state),
	    .ring = &rig.session.ring,
	    .secrets = &rig.session.keys->ring,
	    .event = ignore_event,
	    .fault = ignore_fault,
	    .sought = head_before};

	CHECK_EQ(fold_journal(&fold), ST_OK);
	return fold.sought_at;
}

/* Card and anchor put back whole: only a head that was kept elsewhere shows it. */
static void
test_put_back_whole(void)
{
	session_end(&rig.session);
	copy_files("taken-", "");
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(row_of_head() > 0);
	session_end(&rig.session);
	copy_files("older-", "");
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(!rig.session.read_only && rig.session.fault[0] == '\0'); /* honest: it cannot know */
	CHECK_EQ(row_of_head(), 0);
	printf("an older copy of everything: not seen by the gateway; shown by the head of the "
	       "journal that was kept elsewhere\n");
}

int
main(void)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	live();
	stranger = rig.phone[0];
	randombytes_buf(&stranger.ck, sizeof(stranger.ck));
	randombytes_buf(&stranger.sender.sk_m, sizeof(stranger.sender.sk_m));
	ring_public_x25519(&stranger.sender.sk_m, &stranger.sender.pk_m);
	test_reading();
	test_plants();
	test_put_back_whole();
	rig_remove(&rig);
	return check_done();
}

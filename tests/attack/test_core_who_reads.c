/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who can read what: the table of the store's design, printed from what was really obtained. A real
 * tocsin-core goes through its states; in each a thief takes a copy of its files, the anchor and
 * the memory of the process. What he finds he uses: with a key he opens the rows that it opens.
 *
 * The test knows every secret, for it has the passphrase; it looks for them as octets, everywhere.
 * That this finds what is there is shown by the cells that say yes. Without leave to read the
 * memory of another process (root has it) only the files are searched, and it says so.
 */
#include "crypto/base32.h"
#include "gateway/core/events.h"
#include "gateway/core/intake.h"
#include "gateway/core/stretch.h"
#include "reporting/report/note.h"
#include "tests/attack/real_core.h"
#include "tests/attack/thief.h"

#define NOTE_OPEN "CANARY ONE"
#define NOTE_PARKED "CANARY TWO"
#define NOTE_ARMED "CANARY TRI"

static struct rig rig;
static struct ring_secrets secrets; /* the test's */
static struct key32 pass[3];        /* the passphrase stretched, KEK, sk_C */
static struct loot *locked;         /* what was taken while it was LOCKED */

/* Keys of messages that were read, and the octets of their texts. */
static struct {
	struct key32 ck, mx;
	uint8_t wire[EW1_X_WIRE_LEN];
	char text[EW1_X_CHARS + 1];
} spent[3];
static size_t spent_count;

/* --- what a thief takes --- */

struct file {
	uint8_t *octets;
	size_t len;
};

struct loot {
	char dir[300];
	struct file file[3];
	struct memory memory;
	struct thief tree; /* of the copy */
};

static void
take(struct loot *l, const char *name, const struct real_core *core)
{
	static const char *const names[3] = {
	    "state/tocsin.db", "state/tocsin.db-wal", "anchor.bin"};
	char a[600], b[600];
	struct rig copy = rig;

	memset(l, 0, sizeof(*l));
	memory_take(&l->memory, core->pid);
	(void)snprintf(l->dir, sizeof(l->dir), "%s/%s", rig.dir, name);
	(void)mkdir(l->dir, 0700);
	(void)snprintf(a, sizeof(a), "%s/state", rig.dir);
	(void)snprintf(b, sizeof(b), "%s/state", l->dir);
	(void)mkdir(b, 0700);
	folder_copy(a, b);
	(void)snprintf(copy.conf.state_dir, sizeof(copy.conf.state_dir), "%s", b);
	(void)snprintf(a, sizeof(a), "%s/anchor.bin", rig.dir);
	(void)snprintf(b, sizeof(b), "%s/anchor.bin", l->dir);
	file_copy(a, b);
	(void)snprintf(copy.conf.anchor, sizeof(copy.conf.anchor), "%s", b);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(a, sizeof(a), "%s/%s", l->dir, names[i]);
		l->file[i].octets = file_octets(a, &l->file[i].len);
		CHECK(l->file[i].len > 0);
	}
	thief_enter(&l->tree, &copy);
}

static int
is_on_disk(const struct loot *l, const void *octets, size_t len)
{
	for (int i = 0; i < 3; i++)
		if (memmem(l->file[i].octets, l->file[i].len, octets, len) != NULL)
			return 1;
	return 0;
}

static int
is_found(const struct loot *l, const void *octets, size_t len)
{
	return is_on_disk(l, octets, len) ||
	       (l->memory.len > 0 && memmem(l->memory.octets, l->memory.len, octets, len) != NULL);
}

/* Any half of a key counts: what was left of it. */
static int
is_key_found(const struct loot *l, const struct key32 *k)
{
	return is_found(l, k->b, 16) || is_found(l, k->b + 16, 16);
}

/* --- rows of the journal --- */

static size_t
runs_of(const struct loot *l, struct store_run *run, size_t max)
{
	sqlite3_stmt *s;
	size_t n = 0;

	CHECK_EQ(sqlite3_prepare_v2(l->tree.db,
		     "SELECT id, epoch, first, blob FROM run ORDER BY id", -1, &s, NULL),
	    SQLITE_OK);
	for (; n < max && sqlite3_step(s) == SQLITE_ROW; n++) {
		run[n].id = (uint64_t)sqlite3_column_int64(s, 0);
		run[n].epoch = (uint16_t)sqlite3_column_int(s, 1);
		run[n].first = (uint64_t)sqlite3_column_int64(s, 2);
		memcpy(run[n].blob, sqlite3_column_blob(s, 3), sizeof(run[n].blob));
	}
	(void)sqlite3_finalize(s);
	return n;
}

static int
row_of(struct loot *l, uint64_t seq, struct store_event *row)
{
	row->seq = seq;
	return thief_blob(&l->tree, "SELECT blob FROM journal WHERE seq = ?1", (int64_t)seq,
		   row->blob, sizeof(row->blob)) == sizeof(row->blob);
}

static int
is_report(const struct journal_event *event, const char *words)
{
	struct event_received e;
	struct record r;
	struct note note;

	if (event->type != EVENT_RECEIVED ||
	    event_received_decode(event->body, event->len, &e) != ST_OK || e.reports == 0 ||
	    record_unpack(e.report[0].record, &r) != ST_OK)
		return 0;
	note_read(&r, e.report[0].note, &note);
	return strcmp(note.text, words) == 0;
}

/* With a month's key: does the report come out? */
static int
opens_report(struct loot *l, const struct key32 *sk_v, const char *words)
{
	const struct public32 *pk = &l->tree.list.vault[0].pk_v;
	uint64_t end = l->tree.root.journal.first + l->tree.root.journal.count;
	struct store_run run[16];
	struct journal_event event;
	struct journal_run key;
	struct store_event row;
	struct key32 k_0;
	int found = 0;

	for (size_t i = 0, n = runs_of(l, run, 16); i < n; i++) {
		if (journal_run_open(pk, sk_v, run[i].blob, &k_0) != ST_OK)
			continue;
		journal_start(&key, &k_0, run[i].id, run[i].first);
		for (uint64_t seq = run[i].first;
		     seq < (i + 1 < n ? run[i + 1].first : end) && row_of(l, seq, &row); seq++)
			if (journal_open(&key, row.blob, &event) == ST_OK)
				found |= is_report(&event, words);
	}
	return found;
}

/* Every K_i of every run, and which of them is the next to write with. */
struct chain {
	struct key32 past[2048], next;
	size_t count;
};

static void
chain_of(struct loot *l, struct chain *c)
{
	uint64_t end = l->tree.root.journal.first + l->tree.root.journal.count;
	struct store_run run[16];
	struct journal_run key;
	struct key32 k_0;

	c->count = 0;
	for (size_t i = 0, n = runs_of(l, run, 16); i < n; i++) {
		CHECK_EQ(journal_run_open(&l->tree.list.vault[0].pk_v, &secrets.month[0].sk_v,
			     run[i].blob, &k_0),
		    ST_OK);
		journal_start(&key, &k_0, run[i].id, run[i].first);
		for (uint64_t seq = run[i].first; seq < (i + 1 < n ? run[i + 1].first : end);
		     seq++) {
			CHECK(c->count < 2048);
			c->past[c->count++] = key.key;
			journal_skip(&key, key.j + 1);
		}
	}
	c->next = key.key;
}

/* --- the table --- */

enum cell { NO, YES, UNSEEN };
enum secret {
	TREE,
	SK_I,
	SK_D,
	PARKED,
	K_NEXT,
	K_PAST,
	SK_V,
	STORED_ROW,
	STORED_WORDS,
	PASSPHRASE,
	SPENT_KEYS,
	TEXT_ON_DISK,
	SECRETS
};
enum column { LOCKED, ARMED, OPENED, ARMED_AGAIN, LOCKED_AGAIN, COLUMNS };

static const char *const column_names[] = {"LOCKED", "ARMED", "OPEN", "ARMED*", "LOCKED*"};
static const struct {
	const char *name;
	enum cell expected[COLUMNS];
} table[SECRETS] = {
    [TREE] = {"A, hence the tree: ratchets, K_seen, K_P", {YES, YES, YES, YES, YES}},
    [SK_I] = {"sk_I", {NO, YES, YES, YES, NO}},
    [SK_D] = {"sk_D", {NO, YES, YES, YES, NO}},
    [PARKED] = {"a text parked in a copy made LOCKED", {NO, YES, YES, YES, NO}},
    [K_NEXT] = {"the journal's key of the next row", {NO, YES, YES, YES, NO}},
    [K_PAST] = {"the journal's key of any row before", {NO, NO, NO, NO, NO}},
    [SK_V] = {"sk_V of the month", {NO, NO, YES, NO, NO}},
    [STORED_ROW] = {"a stored report, by opening its row", {NO, NO, YES, NO, NO}},
    [STORED_WORDS] = {"a stored report's words, in the clear", {NO, NO, YES, NO, NO}},
    [PASSPHRASE] = {"the passphrase, stretched too, KEK, sk_C", {NO, NO, NO, NO, NO}},
    [SPENT_KEYS] = {"the keys of a message that was read", {NO, NO, NO, NO, NO}},
    [TEXT_ON_DISK] = {"an accepted text's octets, on disk", {NO, NO, NO, NO, NO}},
};
static enum cell seen[SECRETS][COLUMNS];

static int
opens_tree(struct loot *l)
{
	uint8_t plain[RATCHET_LEAF_LEN];
	unsigned n = rig.phone[0].slot / TREE_WIDTH, p = rig.phone[0].slot % TREE_WIDTH;
	struct tree_node node;
	struct ratchet r;

	return thief_open(&l->tree, &l->tree.root.child[n].key, TREE_NODE_0 + n, plain) ==
		   TREE_NODE_LEN &&
	       tree_node_read(plain, &node) == ST_OK &&
	       thief_open(&l->tree, &node.child[p].key, TREE_LEAF_0 + rig.phone[0].slot, plain) ==
		   RATCHET_LEAF_LEN &&
	       ratchet_leaf_read(plain, &r) == ST_OK;
}

static int
opens_parked(const struct key32 *sk_i)
{
	uint8_t blob[PARK_BLOB_LEN], box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	struct parked p;
	int opened = 0, rows = 0;

	for (int64_t seq = 1; seq < 20; seq++)
		if (thief_blob(&locked->tree, "SELECT blob FROM parked WHERE seq = ?1", seq, blob,
			sizeof(blob)) == sizeof(blob)) {
			rows++;
			CHECK_EQ(
			    park_open(&locked->tree.root.k_p, (uint64_t)seq, blob, box), ST_OK);
			opened +=
			    sk_i != NULL &&
			    park_box_open(&locked->tree.list.pk_i, sk_i, box, plain) == ST_OK &&
			    parked_read(plain, &p) == ST_OK;
		}
	CHECK_EQ(rows, 1);
	return opened;
}

static int
finds_spent(const struct loot *l)
{
	int found = 0;

	for (size_t i = 0; i < spent_count; i++)
		found |= is_key_found(l, &spent[i].ck) | is_key_found(l, &spent[i].mx);
	return found;
}

static int
finds_passphrase(const struct loot *l)
{
	int found = is_found(l, RIG_PASSPHRASE, strlen(RIG_PASSPHRASE));

	for (size_t i = 0; i < 3; i++)
		found |= is_key_found(l, &pass[i]);
	return found;
}

static int
finds_text(const struct loot *l, size_t texts)
{
	int found = 0;

	for (size_t i = 0; i < texts; i++)
		for (size_t at = 0; at + 12 <= EW1_X_WIRE_LEN; at += 12)
			found |= is_on_disk(l, spent[i].wire + at, 12) |
				 is_on_disk(l, spent[i].text + at, 16);
	return found;
}

static void
look(struct loot *l, enum column at)
{
	static struct chain chain;
	int past = 0, sk_i = is_key_found(l, &secrets.sk_i),
	    sk_v = is_key_found(l, &secrets.month[0].sk_v);

	chain_of(l, &chain);
	for (size_t i = 0; i < chain.count; i++)
		past |= is_key_found(l, &chain.past[i]);
	seen[TREE][at] = opens_tree(l) ? YES : NO;
	seen[SK_I][at] = sk_i ? YES : NO;
	seen[SK_D][at] = is_key_found(l, &secrets.sk_d) ? YES : NO;
	seen[PARKED][at] = opens_parked(sk_i ? &secrets.sk_i : NULL) ? YES : NO;
	seen[K_NEXT][at] = is_key_found(l, &chain.next) ? YES : NO;
	seen[K_PAST][at] = past ? YES : NO;
	seen[SK_V][at] = sk_v ? YES : NO;
	seen[STORED_ROW][at] =
	    sk_v && opens_report(l, &secrets.month[0].sk_v, NOTE_OPEN) ? YES : NO;
	seen[STORED_WORDS][at] = is_found(l, NOTE_OPEN, strlen(NOTE_OPEN)) ||
					 is_found(l, NOTE_PARKED, strlen(NOTE_PARKED)) ||
					 is_found(l, NOTE_ARMED, strlen(NOTE_ARMED))
				     ? YES
				     : NO;
	seen[PASSPHRASE][at] = finds_passphrase(l) ? YES : NO;
	seen[SPENT_KEYS][at] = finds_spent(l) ? YES : NO;
	seen[TEXT_ON_DISK][at] = finds_text(l, spent_count) ? YES : NO;
	for (int s = 0; s < SECRETS; s++) /* a yes from memory needs memory */
		if (!l->memory.is_readable && s != TREE && s != TEXT_ON_DISK && seen[s][at] == NO)
			seen[s][at] = UNSEEN;
}

/* What no cell says yes to is found too, where it lies. */
static void
test_the_search(struct loot *l)
{
	uint8_t *octets = l->file[0].octets + l->file[0].len / 2;

	CHECK(!finds_spent(l) && !finds_text(l, spent_count));
	memcpy(octets, spent[0].wire + 60, 30);
	CHECK(finds_text(l, spent_count));
	memcpy(octets, spent[1].text + 32, 40);
	CHECK(finds_text(l, spent_count));
	memcpy(octets, spent[2].mx.b + 16, 16);
	CHECK(finds_spent(l));
	memset(octets, 0, 40);
	CHECK(!finds_passphrase(l));
	memcpy(octets, pass[2].b, 32);
	CHECK(finds_passphrase(l));
	memset(octets, 0, 40);
	if (l->memory.len == 0)
		return;
	CHECK(!finds_spent(l));
	memcpy(l->memory.octets + l->memory.len / 3, spent[0].ck.b, 16);
	CHECK(finds_spent(l));
}

static void
print_and_compare(void)
{
	static const char *const words[] = {"no", "yes", "?"};

	printf("%-42s", "");
	for (int c = 0; c < COLUMNS; c++)
		printf(" %-8s", column_names[c]);
	for (int s = 0; s < SECRETS; s++) {
		printf("\n%-42s", table[s].name);
		for (int c = 0; c < COLUMNS; c++) {
			int differs = seen[s][c] != UNSEEN && seen[s][c] != table[s].expected[c];

			printf(" %s%-*s", words[seen[s][c]], 8 - (int)strlen(words[seen[s][c]]),
			    differs ? "!" : "");
			CHECK(!differs);
		}
	}
	printf("\n* after it was OPEN; ? needs leave to read another process's memory, and a build "
	       "without sanitizers\n");
}

/* --- the gateway's life --- */

static void
compose(const char *note)
{
	struct message_keys keys;

	spent[spent_count].ck = rig.phone[0].ck;
	ratchet_message_keys(&rig.phone[0].ck, &keys);
	spent[spent_count].mx = keys.mx;
	rig_report(&rig.phone[0], 1, 1, note, spent[spent_count].text);
	CHECK_EQ(base32_decode(
		     spent[spent_count].text, EW1_X_CHARS, spent[spent_count].wire, EW1_X_WIRE_LEN),
	    ST_OK);
}

/* Everything that the passphrase opens. */
static void
learn_secrets(void)
{
	uint8_t plain[RING_WRAPS_LEN];
	struct ring_wraps wraps;
	struct ring_key key;
	struct thief t;

	thief_enter(&t, &rig);
	CHECK_EQ(thief_open(&t, &t.root.child[32].key, TREE_WRAPS, plain), RING_WRAPS_LEN);
	CHECK_EQ(ring_wraps_read(plain, &wraps), ST_OK);
	CHECK_EQ(
	    stretch_passphrase(RIG_PASSPHRASE, strlen(RIG_PASSPHRASE), t.list.coordinator[0].salt,
		t.list.coordinator[0].argon_memory, t.list.coordinator[0].argon_passes, &pass[0]),
	    ST_OK);
	ring_kek(&pass[0], t.anchor, &pass[1]);
	CHECK_EQ(ring_box_open(&pass[1], 1, &t.list, &wraps, &key), ST_OK);
	pass[2] = key.sk_c;
	CHECK_EQ(ring_unlock(&key, 1, &t.list, &wraps, &secrets), ST_OK);
	thief_leave(&t);
}

static void
make(void)
{
	struct msg_sms sms;

	rig_create(&rig, "who-reads");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "amina");
	compose(NOTE_OPEN);
	sms = rig_sms(spent[spent_count++].text, 1);
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
	session_end(&rig.session);
	learn_secrets();
}

int
main(void)
{
	static struct loot loot[COLUMNS];
	struct real_core core;

	make();
	core_start(&core, &rig, "");
	compose(NOTE_PARKED);
	core_deliver(&core, spent[spent_count].text, 2);
	locked = &loot[LOCKED];
	take(locked, "locked", &core);
	look(locked, LOCKED);
	spent_count++; /* it is read when it is armed */
	core_tell(&core, MSG_ARM);
	compose(NOTE_ARMED);
	core_deliver(&core, spent[spent_count++].text, 3);
	take(&loot[ARMED], "armed", &core);
	look(&loot[ARMED], ARMED);
	core_tell(&core, MSG_UNLOCK);
	core_tell(&core, MSG_INBOX);
	take(&loot[OPENED], "open", &core);
	look(&loot[OPENED], OPENED);
	core_tell(&core, MSG_CLOSE);
	take(&loot[ARMED_AGAIN], "armed-again", &core);
	look(&loot[ARMED_AGAIN], ARMED_AGAIN);
	core_tell(&core, MSG_LOCK);
	take(&loot[LOCKED_AGAIN], "locked-again", &core);
	look(&loot[LOCKED_AGAIN], LOCKED_AGAIN);
	core_stop(&core);
	print_and_compare();
	test_the_search(&loot[LOCKED_AGAIN]);
	rig_restart(&rig);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A month that is erased: given every file of the gateway and its anchor as they are then, and
 * every passphrase, nothing of that month opens; the rest does, and what was counted is still
 * there. With a clock of its own.
 */
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/core/backup.h"
#include "gateway/core/base.h"
#include "gateway/core/restore.h"
#include "gateway/core/retention.h"
#include "tests/attack/months.h"

struct old {
	struct store_run run[64];
	size_t runs;
	struct ring_list ring;
	uint64_t end; /* the first row kept */
};

static enum status
note_run(void *arg, const struct store_run *run, int odd)
{
	struct old *o = arg;

	if (!odd && o->runs < 64)
		o->run[o->runs++] = *run;
	return ST_OK;
}

/* Roots in a file that open with a key: how many, and with how many of them another wraps' key. */
static void
search_roots(const char *path, const struct key32 *a, unsigned *roots, unsigned *others)
{
	static uint8_t file[64 << 20], plain[TREE_ROOT_LEN];
	const struct tree_root *now = state_root(rig.session.state);
	struct tree_root root;
	size_t len = 0;

	CHECK_EQ(fileio_read(path, file, sizeof(file), &len), ST_OK);
	for (size_t i = 2; i + TREE_ROOT_LEN + TREE_EXTRA <= len; i++) {
		/* before a blob of a root's length stands how SQLite writes that length */
		if (file[i - 2] != 0xa5 || file[i - 1] != 0x4c ||
		    tree_open(a, TREE_ROOT, file + i, TREE_ROOT_LEN + TREE_EXTRA, plain) != ST_OK ||
		    tree_root_read(plain, &root) != ST_OK)
			continue;
		++*roots;
		*others += memcmp(&root.child[32], &now->child[32], sizeof(root.child[32])) != 0;
	}
}

static void
search(const struct anchor_content *c, unsigned *roots, unsigned *others)
{
	char path[CONF_PATH_MAX + 16];

	*roots = *others = 0;
	for (unsigned i = 0; i < 2; i++) {
		if (!c->slot_valid[i])
			continue;
		(void)snprintf(path, sizeof(path), "%s/tocsin.db", rig.conf.state_dir);
		search_roots(path, &c->slot[i].a, roots, others);
		(void)snprintf(path, sizeof(path), "%s/tocsin.db-wal", rig.conf.state_dir);
		search_roots(path, &c->slot[i].a, roots, others);
	}
}

/* With every key that the gateway still has. */
static void
check_unopened(const struct old *o)
{
	const struct ring_secrets *keys = &rig.session.keys->ring;
	struct key32 k_0;
	unsigned tried = 0;

	for (size_t i = 0; i < o->runs; i++)
		for (size_t v = 0; o->run[i].first < o->end && v < o->ring.vault_count; v++)
			for (size_t m = 0; m < keys->month_count; m++, tried++)
				CHECK(journal_run_open(&o->ring.vault[v].pk_v, &keys->month[m].sk_v,
					  o->run[i].blob, &k_0) != ST_OK);
	CHECK(tried > 0);
}

static void
check_kept(uint64_t all, uint64_t end)
{
	CHECK_EQ(state_root(rig.session.state)->journal.first, end);
	CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
	CHECK_EQ(rig_number(&rig, "SELECT sum(count) FROM counted"), (int64_t)all);
	CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), (int64_t)all);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM monitor"), 2);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM dropped"), 1);
	CHECK(rig.session.facts->book != NULL && rig.session.facts->places != NULL);
}

static size_t
list(struct retention_month *months)
{
	size_t count;

	CHECK_EQ(retention_list(&rig.session, months, 16, &count), ST_OK);
	return count;
}

/* After a month went: the roster and the counts of it come back too, from a backup and from its own
 * folder, in which a thief made a first row. */
static void
restore_it(const char *key_text, int from_folder)
{
	static struct rig again;
	char text[CONF_PATH_MAX + 16], words[SESSION_WORDS_MAX] = "";
	struct recovery_key key;
	struct backup_head head;
	struct msg_restored out;
	struct rig first;
	int fd;

	CHECK_EQ(recovery_key_read(key_text, strlen(key_text), &key), ST_OK);
	(void)snprintf(text, sizeof(text), "%s/backup", rig.dir);
	fd = open(text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK_EQ(backup_write(&rig.session, fd, &head, words), ST_OK);
	rig_beside(&again, &rig);
	if (from_folder) {
		(void)close(fd);
		fd = -1;
		rig_on_disk(&rig, "INSERT INTO journal SELECT 1, run, blob FROM journal LIMIT 1");
		session_end(&rig.session);
		(void)snprintf(text, sizeof(text), "%s" RESTORE_OLD, again.conf.state_dir);
		copy_folder(rig.conf.state_dir, text);
	}
	CHECK_EQ(rig_restore(&again, fd, &key, &out, words), ST_OK);
	CHECK_EQ(out.live, 2);
	CHECK_EQ(out.faults > 0, from_folder);
	if (fd != -1)
		(void)close(fd);
	first = rig;
	rig = again;
	rig.session.conf = &rig.conf;
	unlock();
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM monitor WHERE revoked IS NULL"), 2);
	CHECK_EQ(rig_number(&rig, "SELECT sum(count) FROM counted"), 153);
	CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), 153);
	CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
	session_end(&rig.session);
	rig = first;
}

static void
test_drop(void)
{
	static struct msg_recovery_key key;
	static struct old old;
	struct retention_month months[16] = {0};
	struct anchor_content before, after;
	char words[SESSION_WORDS_MAX] = "";
	uint8_t blob[RECOVERY_BLOB_MAX];
	unsigned roots, others;
	size_t count, len;

	memset(&old, 0, sizeof(old));
	begin("drop", 1, &key);
	live(5, NULL);
	unlock();
	count = list(months);
	CHECK_EQ(count, 6);
	CHECK_EQ(months[0].why, RETENTION_GOES);
	CHECK_EQ(months[1].why, RETENTION_RECENT);
	CHECK(months[0].has_base && months[0].first == 1 && months[0].rows > 30);
	CHECK_EQ(retention_drop(&rig.session, months[1].month, words), ST_NOT_ALLOWED);
	CHECK_EQ(retention_drop(&rig.session, months[0].month - 1, words), ST_UNKNOWN);
	CHECK_EQ(session_fold_view(&rig.session, 1), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message"), 150);
	CHECK_EQ(store_runs(rig.session.store, note_run, &old), ST_OK);
	old.ring = rig.session.ring;
	old.end = months[1].first;
	CHECK_EQ(anchor_read(rig.session.anchor, &before), ST_OK);
	CHECK_EQ(retention_drop(&rig.session, months[0].month, words), ST_OK);
	check_kept(150, old.end);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE arrival < 96 * 31"), 0);
	check_unopened(&old);
	CHECK_EQ(store_recovery_get(
		     rig.session.store, RECOVERY_MONTH, old.run[0].epoch, blob, sizeof(blob), &len),
	    ST_UNKNOWN);
	/* the anchor as it is opens roots that hold today's wraps alone; as it was, others */
	CHECK_EQ(anchor_read(rig.session.anchor, &after), ST_OK);
	CHECK_EQ(after.slot_valid[0] + after.slot_valid[1], 1);
	search(&after, &roots, &others);
	CHECK(roots > 0 && others == 0);
	search(&before, &roots, &others);
	CHECK(roots > 0 && others > 0);
	/* and so it is after a restart, from a base and from the first row kept */
	rig_restart(&rig);
	unlock();
	check_kept(150, old.end);
	check_unopened(&old);
	CHECK_EQ(session_fold_view(&rig.session, 1), ST_OK);
	check_kept(150, old.end);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message"), 120);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE monitor IS NULL"), 0);
	reports(3);
	CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), 153);
	restore_it(key.text, 0);
	restore_it(key.text, 1);
	rig_remove(&rig);
}

static void
act(enum coordinator_act what, const char *passphrase)
{
	struct msg_coordinator ask = {.act = what, .name = "Sila"};
	char words[SESSION_WORDS_MAX];

	ask.passphrase.len = (uint32_t)strlen(passphrase);
	memcpy(ask.passphrase.octets, passphrase, ask.passphrase.len);
	CHECK_EQ(rights_act(&rig.session, &ask, words), ST_OK);
}

static unsigned
keys_of(unsigned month)
{
	unsigned count = 0;

	CHECK_EQ(rig.session.keys->ring.month_count, rig.session.ring.vault_count);
	for (size_t i = 0; i < rig.session.ring.vault_count; i++)
		count += epoch_month(rig.session.ring.vault[i].epoch) == month &&
			 epoch_month(rig.session.keys->ring.month[i].epoch) == month;
	return count;
}

/* A coordinator was removed in it: the month has two epochs, and goes with both. */
static void
test_drop_of_two_epochs(void)
{
	static struct msg_recovery_key key;
	struct retention_month months[16] = {0};
	char words[SESSION_WORDS_MAX] = "";
	uint8_t blob[RECOVERY_BLOB_MAX];
	uint16_t epoch;
	size_t len;

	begin("two-epochs", 1, &key);
	unlock();
	epoch = rig.session.epoch;
	reports(10);
	act(COORDINATOR_ADD, "sila's own words");
	act(COORDINATOR_REMOVE, "");
	CHECK_EQ(rig.session.epoch, epoch + 1);
	reports(10);
	live(5, NULL);
	unlock();
	CHECK(list(months) >= 5);
	CHECK_EQ(months[0].month, epoch_month(epoch));
	CHECK_EQ(months[0].why, RETENTION_GOES);
	CHECK_EQ(keys_of(epoch_month(epoch)), 2);
	CHECK_EQ(retention_drop(&rig.session, months[0].month, words), ST_OK);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(keys_of(epoch_month(epoch)), 0);
		CHECK_EQ(store_recovery_get(rig.session.store, RECOVERY_MONTH,
			     (uint64_t)epoch + (unsigned)i, blob, sizeof(blob), &len),
		    ST_UNKNOWN);
		CHECK_EQ(rig_number(&rig, "SELECT sum(messages) FROM monitor"), 170);
		CHECK_EQ(view_faults(rig.session.view, NULL, 0), 0);
		rig_restart(&rig);
		unlock();
	}
	rig_remove(&rig);
}

/* Months by a clock that nobody confirmed, or by stamps of two senders, go nowhere. */
static void
test_drop_refused(void)
{
	struct retention_month months[16];
	char words[SESSION_WORDS_MAX] = "";

	begin("refused", 1, NULL);
	live(3, NULL);
	is_synchronised = 0;
	wall_s += 365 * 86400;
	rig_restart(&rig);
	unlock();
	reports(20); /* stamped a year ahead, by two */
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	unlock();
	CHECK(!session_clock_confirmed(&rig.session));
	CHECK_EQ(list(months), 3);
	CHECK_EQ(months[0].why, RETENTION_CLOCK);
	CHECK_EQ(months[1].why, RETENTION_EARLIER);
	CHECK_EQ(retention_drop(&rig.session, months[0].month, words), ST_NOT_ALLOWED);
	CHECK(strstr(words, "date") != NULL);
	wall_s -= 365 * 86400;
	is_synchronised = 1;
	rig_restart(&rig);
	unlock();
	CHECK_EQ(list(months), 4);
	CHECK_EQ(months[0].why, RETENTION_RECENT);
	/* old enough, but no later month has a base */
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	pass_days(120);
	unlock();
	(void)list(months);
	CHECK_EQ(months[0].why, RETENTION_GOES);
	rig_remove(&rig);
}

int
main(void)
{
	test_drop();
	test_drop_of_two_epochs();
	test_drop_refused();
	return check_done();
}

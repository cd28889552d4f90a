/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every row of a journal of several runs, and every row of `run`, is changed, dropped, moved,
 * swapped, replaced and duplicated, one at a time. Each time the whole journal is read as an
 * opening reads it: what was touched is named with its number, everything else is handed on as it
 * was, and nothing is handed on that was not there before. Some of each are also made on the files
 * of a LOCKED gateway, with a real opening behind.
 */
#include <sodium.h>
#include <stdlib.h>

#include "gateway/core/fold.h"
#include "gateway/core/intake.h"
#include "gateway/core/store_sql.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

#define RUNS 6
#define REPORTS 40 /* of each run */
#define RUNS_MAX 32
#define EVENTS_MAX 1024
#define FAULTS_MAX 64

static struct rig rig;

struct kept {
	uint64_t seq;
	size_t len;
	uint8_t hash[16]; /* of type, version, body */
	int proven;
};

struct reading {
	struct kept event[EVENTS_MAX];
	size_t events, faults;
	char words[FAULTS_MAX][200];
};
static struct reading whole, now;

/* --- reading --- */

static enum status
on_event(void *arg, const struct view_event *ev)
{
	struct reading *r = arg;
	struct kept *k = &r->event[r->events];
	crypto_generichash_state h;

	if (r->events++ == EVENTS_MAX)
		return ST_FULL;
	k->seq = ev->seq;
	k->len = ev->len;
	k->proven = ev->proven;
	(void)crypto_generichash_init(&h, NULL, 0, sizeof(k->hash));
	(void)crypto_generichash_update(&h, &ev->type, 1);
	(void)crypto_generichash_update(&h, &ev->version, 1);
	(void)crypto_generichash_update(&h, ev->body, ev->len);
	(void)crypto_generichash_final(&h, k->hash, sizeof(k->hash));
	return ST_OK;
}

static enum status
on_fault(void *arg, uint64_t seq, const char *words)
{
	struct reading *r = arg;

	(void)seq;
	if (r->faults < FAULTS_MAX)
		(void)snprintf(r->words[r->faults], sizeof(r->words[0]), "%s", words);
	r->faults++;
	return ST_OK;
}

static void
read_journal(struct reading *r)
{
	struct fold fold = {.store = rig.session.store,
	    .root = state_root(rig.session.state),
	    .ring = &rig.session.ring,
	    .secrets = &rig.session.keys->ring,
	    .event = on_event,
	    .fault = on_fault,
	    .arg = r};

	r->events = r->faults = 0;
	CHECK_EQ(fold_journal(&fold), ST_OK);
}

/* --- what was named --- */

/* Does one fault name this number, alone or in a range? */
static int
is_named(uint64_t number)
{
	for (size_t i = 0; i < now.faults && i < FAULTS_MAX; i++) {
		const char *at = now.words[i];

		while ((at = strpbrk(at, "0123456789-")) != NULL) {
			char *end;
			unsigned long long a = strtoull(at, &end, 10), b = a;

			if (strncmp(end, " to ", 4) == 0)
				b = strtoull(end + 4, &end, 10);
			if (end != at && number >= a && number <= b)
				return 1;
			at = end == at ? at + 1 : end;
		}
	}
	return 0;
}

static void
print_faults(void)
{
	for (size_t i = 0; i < now.faults && i < 4; i++)
		printf("    \"%s\"\n", now.words[i]);
}

/* --- the oracle --- */

/* The rows touched, in order; or all of one run. */
struct touched {
	uint64_t row[2];
	size_t rows;
	uint64_t run; /* 0: none */
};

static uint64_t
run_of(uint64_t seq)
{
	uint64_t run = 0;
	sqlite3_stmt *s;

	(void)sqlite3_prepare_v2(
	    rig.session.store->db, "SELECT max(first) FROM run WHERE first <= ?1", -1, &s, NULL);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)seq);
	if (sqlite3_step(s) == SQLITE_ROW)
		run = (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return run;
}

static uint64_t run_first[EVENTS_MAX]; /* of each event, as it was */

/* May this event be missing now? */
static int
may_miss(const struct kept *k, uint64_t run, const struct touched *t)
{
	uint64_t rows = k->len == 0 ? 1 : (k->len + EVENT_BODY_MAX - 1) / EVENT_BODY_MAX;

	/* Where the last row is full, the next one may have gone on. */
	if (k->len > 0 && k->len % EVENT_BODY_MAX == 0)
		rows++;
	for (size_t i = 0; i < t->rows; i++)
		if (t->row[i] >= k->seq && t->row[i] < k->seq + rows)
			return 1;
	return t->run != 0 && t->run == run;
}

static int
may_be_unproven(uint64_t run, const struct touched *t)
{
	for (size_t i = 0; i < t->rows; i++)
		if (t->row[i] == run)
			return 1;
	return t->run == run;
}

static int
compare(const struct touched *t)
{
	size_t at = 0;
	int fine = 1;

	for (size_t i = 0; i < whole.events && fine; i++) {
		const struct kept *was = &whole.event[i], *is = &now.event[at];

		if (at < now.events && is->seq == was->seq && is->len == was->len &&
		    memcmp(is->hash, was->hash, sizeof(was->hash)) == 0) {
			at++;
			fine = CHECK(is->proven || may_be_unproven(run_first[i], t));
		} else {
			fine = CHECK(may_miss(was, run_first[i], t));
		}
	}
	return fine & CHECK_EQ(at, now.events); /* nothing that was not there before */
}

static void
look(const char *what, uint64_t at, const struct touched *t)
{
	int fine = 1;

	for (size_t i = 0; i < t->rows; i++)
		fine &= CHECK(is_named(t->row[i]));
	if (t->run != 0)
		fine &= CHECK(is_named(t->run));
	fine &= CHECK(now.faults > 0 && now.faults < FAULTS_MAX);
	fine &= compare(t);
	if (!fine) {
		printf("    %s, at %" PRIu64 ", %zu faults\n", what, at, now.faults);
		print_faults();
	}
}

/* --- what is done to a row --- */

enum touches { THIS, THIS_AND_OTHER, OTHER, BEHIND, RUN, RUN_AND_OTHER, RUN_INSIDE };

/* ?1 the row, ?2 another one, ?3 one behind the last. */
static const struct {
	const char *what;
	enum touches touches;
	const char *sql[3];
} row_kinds[] = {
    {"a bit changed", THIS, {"UPDATE journal SET blob = flip(blob, seq) WHERE seq = ?1"}},
    {"zeroed", THIS, {"UPDATE journal SET blob = zeroblob(256) WHERE seq = ?1"}},
    {"cut", THIS, {"UPDATE journal SET blob = substr(blob, 1, 255) WHERE seq = ?1"}},
    {"dropped", THIS, {"DELETE FROM journal WHERE seq = ?1"}},
    {"given to no run", THIS, {"UPDATE journal SET run = 100000 WHERE seq = ?1"}},
    {"given to another run", THIS,
	{"UPDATE journal SET run = (SELECT r.id FROM run r WHERE r.id <> journal.run"
	 " ORDER BY r.id * ?2 % 31 LIMIT 1) WHERE seq = ?1"}},
    {"swapped with its neighbour", THIS_AND_OTHER,
	{"UPDATE journal SET blob = o.blob FROM journal o WHERE journal.seq IN (?1, ?2)"
	 " AND o.seq IN (?1, ?2) AND o.seq <> journal.seq"}},
    {"swapped whole with another", THIS_AND_OTHER,
	{"UPDATE journal SET seq = -1 WHERE seq = ?1", "UPDATE journal SET seq = ?1 WHERE seq = ?2",
	    "UPDATE journal SET seq = ?2 WHERE seq = -1"}},
    {"copied over another", OTHER,
	{"UPDATE journal SET blob = (SELECT blob FROM journal WHERE seq = ?1) WHERE seq = ?2"}},
    {"moved over another", THIS_AND_OTHER,
	{"DELETE FROM journal WHERE seq = ?2", "UPDATE journal SET seq = ?2 WHERE seq = ?1"}},
    {"duplicated behind the end", BEHIND,
	{"INSERT INTO journal SELECT ?3, run, blob FROM journal WHERE seq = ?1"}},
};

/* ?1 the run, ?2 another one, ?3 one behind the last row. */
static const struct {
	const char *what;
	enum touches touches;
	const char *sql[3];
} run_kinds[] = {
    {"a bit changed", RUN, {"UPDATE run SET blob = flip(blob, 40 + id) WHERE id = ?1"}},
    {"its first octet", RUN, {"UPDATE run SET blob = flip(blob, 0) WHERE id = ?1"}},
    {"cut", RUN, {"UPDATE run SET blob = substr(blob, 1, 79) WHERE id = ?1"}},
    {"dropped", RUN, {"DELETE FROM run WHERE id = ?1"}},
    {"another epoch", RUN, {"UPDATE run SET epoch = epoch + 16 WHERE id = ?1"}},
    {"no epoch at all", RUN, {"UPDATE run SET epoch = 70000 WHERE id = ?1"}},
    {"another first", RUN, {"UPDATE run SET first = first + 1 WHERE id = ?1"}},
    {"another id and first", RUN, {"UPDATE run SET id = id + 1, first = first + 1 WHERE id = ?1"}},
    {"swapped with another", RUN_AND_OTHER,
	{"UPDATE run SET blob = o.blob FROM run o WHERE run.id IN (?1, ?2)"
	 " AND o.id IN (?1, ?2) AND o.id <> run.id"}},
    {"duplicated inside", RUN_INSIDE,
	{"INSERT INTO run SELECT id + 3, epoch, first + 3, blob FROM run WHERE id = ?1"}},
    {"duplicated behind the end", BEHIND,
	{"INSERT INTO run SELECT ?3, epoch, ?3, blob FROM run WHERE id = ?1"}},
};

/* SQL: a blob with one bit changed, its place given by a number. */
static void
flip(sqlite3_context *context, int count, sqlite3_value **value)
{
	size_t len = (size_t)sqlite3_value_bytes(value[0]);
	uint64_t bit = (uint64_t)sqlite3_value_int64(value[1]) * 13;
	uint8_t blob[EVENT_BLOB_LEN] = {0};

	(void)count;
	if (len == 0 || len > sizeof(blob))
		return;
	memcpy(blob, sqlite3_value_blob(value[0]), len);
	blob[bit / 8 % len] ^= (uint8_t)(1u << bit % 8);
	sqlite3_result_blob(context, blob, (int)len, SQLITE_TRANSIENT);
}

static void
teach(sqlite3 *db)
{
	CHECK_EQ(
	    sqlite3_create_function(db, "flip", 2, SQLITE_UTF8, NULL, flip, NULL, NULL), SQLITE_OK);
}

static void
execute(sqlite3 *db, const char *const sql[3], const uint64_t number[3])
{
	sqlite3_stmt *s;

	for (int i = 0; i < 3 && sql[i] != NULL; i++) {
		if (!CHECK_EQ(sqlite3_prepare_v2(db, sql[i], -1, &s, NULL), SQLITE_OK))
			printf("    %s\n", sqlite3_errmsg(db));
		for (int n = 0; n < 3 && n < sqlite3_bind_parameter_count(s); n++)
			(void)sqlite3_bind_int64(s, n + 1, (sqlite3_int64)number[n]);
		CHECK_EQ(sqlite3_step(s), SQLITE_DONE);
		CHECK(sqlite3_changes(db) > 0);
		(void)sqlite3_finalize(s);
	}
}

static struct touched
touched_by(enum touches touches, const uint64_t number[3])
{
	struct touched t = {.rows = 0};

	switch (touches) {
	case THIS_AND_OTHER:
		t.row[t.rows++] = number[1];
		t.row[t.rows++] = number[0];
		break;
	case THIS:
		t.row[t.rows++] = number[0];
		break;
	case OTHER:
		t.row[t.rows++] = number[1];
		break;
	case BEHIND:
		t.row[t.rows++] = number[2];
		break;
	case RUN:
		t.run = number[0];
		break;
	default:
		break;
	}
	return t;
}

static void
in_a_transaction(
    const char *what, enum touches touches, const char *const sql[3], const uint64_t number[3])
{
	sqlite3 *db = rig.session.store->db;
	struct touched t = touched_by(touches, number);

	CHECK_EQ(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	execute(db, sql, number);
	read_journal(&now);
	CHECK_EQ(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	if (touches == RUN_INSIDE) { /* costs nothing but being named */
		CHECK(is_named(number[0] + 3));
		CHECK_EQ(now.faults, 1);
	}
	if (touches == RUN_AND_OTHER) { /* the others stay as they are */
		t.run = number[1];
		CHECK(is_named(number[0]));
		for (size_t i = 0; i < whole.events; i++)
			if (run_first[i] == number[0])
				run_first[i] = number[1];
	}
	if (touches == THIS || touches == BEHIND) /* the row, its event, what went on behind it */
		CHECK(now.faults <= 3);
	look(what, number[0], &t);
	if (touches == RUN_AND_OTHER)
		for (size_t i = 0; i < whole.events; i++)
			run_first[i] = run_of(whole.event[i].seq);
}

/* --- the journal --- */

static void
live(void)
{
	struct msg_sms sms[REPORTS];
	char text[EW1_X_CHARS + 1];

	rig_create(&rig, "every-row");
	for (uint64_t run = 0; run < RUNS; run++) {
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		if (run == 0)
			(void)rig_enrol(&rig, "the one");
		for (uint64_t i = 0; i < REPORTS; i++) {
			rig_report(
			    &rig.phone[0], 1 + (unsigned)i % 39, 1 + (unsigned)i, "A NOTE", text);
			sms[i] = i % 8 == 7 ? rig_sms("a plain text", run * REPORTS + i)
					    : rig_sms(text, run * REPORTS + i);
		}
		CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, sms, REPORTS), ST_OK);
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	}
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	read_journal(&whole);
	CHECK_EQ(whole.faults, 0);
	CHECK(whole.events > (size_t)RUNS * REPORTS && whole.events < EVENTS_MAX);
	for (size_t i = 0; i < whole.events; i++)
		run_first[i] = run_of(whole.event[i].seq);
}

static unsigned
each_row(uint64_t first, uint64_t end)
{
	unsigned done = 0;

	for (size_t k = 0; k < sizeof(row_kinds) / sizeof(row_kinds[0]); k++)
		for (uint64_t seq = first; seq < end && checks_failed < 20; seq++, done++) {
			uint64_t other = seq + 1 < end ? seq + 1 : first;

			if (k == 7 || k == 8) /* far away */
				other = first + (seq - first + (end - first) / 2) % (end - first);
			in_a_transaction(row_kinds[k].what, row_kinds[k].touches, row_kinds[k].sql,
			    (const uint64_t[3]){seq, other, end + 5});
		}
	return done;
}

static unsigned
each_run(uint64_t first, uint64_t end)
{
	uint64_t runs[RUNS_MAX], last = 0;
	unsigned count = 0, done = 0;

	for (uint64_t seq = first; seq < end; seq++)
		if (run_of(seq) != last && CHECK(count < RUNS_MAX))
			runs[count++] = last = run_of(seq);
	CHECK(count >= RUNS + 2); /* init's, and the one under way; one more if the month moved */
	for (size_t k = 0; k < sizeof(run_kinds) / sizeof(run_kinds[0]); k++)
		for (unsigned i = 0; i < count && checks_failed < 20; i++) {
			if (run_of(runs[i] + 1) != runs[i] || run_of(runs[i] + 3) == runs[i] + 3)
				continue; /* too short a run to begin elsewhere */
			in_a_transaction(run_kinds[k].what, run_kinds[k].touches, run_kinds[k].sql,
			    (const uint64_t[3]){runs[i], runs[(i + 1) % count], end + 5});
			done++;
		}
	return done;
}

/* --- with a real opening --- */

static int
find_fault(uint64_t number)
{
	sqlite3_stmt *s;

	now.faults = 0;
	(void)sqlite3_prepare_v2(
	    view_db(rig.session.view), "SELECT words FROM fault", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW && now.faults < FAULTS_MAX)
		(void)snprintf(now.words[now.faults++], sizeof(now.words[0]), "%s",
		    (const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	return is_named(number);
}

/* On the files of a LOCKED gateway. What it names first stands in what a person is told. */
static void
open_for_real(uint64_t row, uint64_t run)
{
	static const unsigned kinds[] = {0, 3, 10};
	const char *const drop_run[3] = {"DELETE FROM run WHERE id = ?1"};
	char path[CONF_PATH_MAX + 16];
	sqlite3 *db;

	for (size_t i = 0; i < 4; i++) {
		uint64_t behind = state_root(rig.session.state)->journal.count + 50;
		uint64_t number[3] = {row + 3 * i, 0, behind};

		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
		session_end(&rig.session);
		(void)snprintf(path, sizeof(path), "%s/tocsin.db", rig.conf.state_dir);
		CHECK_EQ(sqlite3_open(path, &db), SQLITE_OK);
		teach(db);
		if (i == 3)
			number[0] = run;
		execute(db, i == 3 ? drop_run : row_kinds[kinds[i]].sql, number);
		CHECK_EQ(sqlite3_close(db), SQLITE_OK);
		rig_restart(&rig);
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
		CHECK_EQ(rig.session.at, IN_OPEN);
		CHECK(!rig.session.read_only);
		if (!CHECK(find_fault(i == 2 ? behind : number[0])))
			print_faults();
		CHECK(strstr(rig.session.fault, "faults in the journal") != NULL);
	}
}

int
main(void)
{
	const struct tree_root *root;
	uint64_t first, end;
	unsigned rows, runs;

	live();
	teach(rig.session.store->db);
	root = state_root(rig.session.state);
	first = root->journal.first;
	end = first + root->journal.count;
	rows = each_row(first, end);
	runs = each_run(first, end);
	printf("%" PRIu64 " rows, %zu events: %u changes of rows, %u of runs, all named\n",
	    end - first, whole.events, rows, runs);
	read_journal(&now);
	CHECK_EQ(now.faults, 0);
	open_for_real(end - 30, run_of(end - 60));
	rig_remove(&rig);
	return check_done();
}

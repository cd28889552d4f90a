/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `tocsin journal verify`, asked of a real tocsin-core: a whole journal has its head shown; with
 * rows gone, changed and planted each is named by number, over as many answers as it takes; and a
 * head that was shown before is found again as long as the journal goes on from it.
 */
#include <sqlite3.h>

#include "gateway/core/intake.h"
#include "tests/attack/real_core.h"

#define REPORTS 130
#define ROWS_MAX 400

static struct rig rig;

struct found {
	struct msg_journal journal;
	size_t rows;
	char words[ROWS_MAX][200];
};

/* All of it, page by page. */
static void
verify(struct real_core *core, const char *held, struct found *out)
{
	struct ipc_message m;

	memset(out, 0, sizeof(*out));
	do {
		size_t before = out->rows;

		ipc_begin(&m, MSG_JOURNAL_VERIFY);
		m.body.JOURNAL_VERIFY.after = out->rows;
		m.body.JOURNAL_VERIFY.limit = 1000;
		(void)snprintf(
		    m.body.JOURNAL_VERIFY.held, sizeof(m.body.JOURNAL_VERIFY.held), "%s", held);
		CHECK_EQ(ipc_send(core->control, &m, -1), ST_OK);
		for (;;) {
			if (!CHECK_EQ(
				ipc_receive(core->control, IPC_CORE, IPC_CONTROL, &m, NULL), ST_OK))
				return;
			if (m.head.type != MSG_FAULT_ROW || out->rows == ROWS_MAX)
				break;
			memcpy(out->words[out->rows++], m.body.FAULT_ROW.words, 200);
		}
		if (!CHECK_EQ(m.head.type, MSG_JOURNAL_VERIFIED))
			return;
		out->journal = m.body.JOURNAL_VERIFIED;
		CHECK(out->rows - before <= 50); /* what a socket holds */
		if (out->rows == before)
			break;
	} while (out->rows < out->journal.faults);
	CHECK_EQ(out->rows, out->journal.faults);
}

static int
is_named(const struct found *f, const char *words)
{
	for (size_t i = 0; i < f->rows; i++)
		if (strstr(f->words[i], words) != NULL)
			return 1;
	printf("    nothing says \"%s\"\n", words);
	return 0;
}

static void
tamper(const char *sql)
{
	char path[CONF_PATH_MAX + 16];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/tocsin.db", rig.conf.state_dir);
	CHECK_EQ(sqlite3_open(path, &db), SQLITE_OK);
	CHECK_EQ(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ(sqlite3_close(db), SQLITE_OK);
}

static void
make(void)
{
	struct msg_sms sms[REPORTS];
	char text[EW1_X_CHARS + 1];

	rig_create(&rig, "verify");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)rig_enrol(&rig, "amina");
	for (uint64_t i = 0; i < REPORTS; i++) {
		rig_report(&rig.phone[0], 1, 1, "", text);
		sms[i] = rig_sms(text, i);
	}
	CHECK_EQ(intake_batch(&rig.session, UINT32_MAX, sms, REPORTS), ST_OK);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	session_end(&rig.session);
}

static void
open_core(struct real_core *core)
{
	core_start(core, &rig, "");
	core_tell(core, MSG_UNLOCK);
}

/* Words that are no head are told so. */
static void
refuse_head(struct real_core *core)
{
	struct ipc_message m;

	core_request(&m, MSG_JOURNAL_VERIFY);
	(void)snprintf(m.body.JOURNAL_VERIFY.held, sizeof(m.body.JOURNAL_VERIFY.held), "no head");
	CHECK_EQ(ipc_send(core->control, &m, -1), ST_OK);
	CHECK_EQ(ipc_receive(core->control, IPC_CORE, IPC_CONTROL, &m, NULL), ST_OK);
	CHECK(m.head.type == MSG_RESULT && m.body.RESULT.status == ST_SYNTAX);
}

int
main(void)
{
	static struct found whole, later, hurt;
	struct real_core core;
	char words[64], sql[512];
	uint64_t end;

	make();
	open_core(&core);
	verify(&core, "", &whole);
	CHECK_EQ(whole.journal.faults, 0);
	CHECK_EQ(whole.journal.read, whole.journal.rows);
	CHECK(whole.journal.rows > REPORTS && whole.journal.events > REPORTS);
	CHECK(whole.journal.runs >= 2);
	CHECK_EQ(strlen(whole.journal.head), 8 * 5 - 1);
	verify(&core, "0000 0000 0000 0000 0000 0000 0000 0000", &later);
	CHECK_EQ(later.journal.held, 0);
	refuse_head(&core);
	core_tell(&core, MSG_LOCK);
	core_stop(&core);

	open_core(&core);
	verify(&core, whole.journal.head, &later);
	CHECK_EQ(later.journal.faults, 0);
	CHECK_EQ(later.journal.held, whole.journal.first + whole.journal.rows - 1);
	CHECK(strcmp(later.journal.head, whole.journal.head) != 0);
	core_tell(&core, MSG_LOCK);
	core_stop(&core);

	/* Every second row of the reports gone: more faults than one answer holds. */
	end = whole.journal.first + whole.journal.rows;
	(void)snprintf(sql, sizeof(sql),
	    "DELETE FROM journal WHERE seq %% 2 = 0 AND seq BETWEEN %d AND %d;"
	    "UPDATE journal SET blob = zeroblob(256) WHERE seq = %d",
	    (int)end - REPORTS, (int)end - 6, (int)(end - REPORTS) | 1);
	tamper(sql);
	open_core(&core);
	verify(&core, whole.journal.head, &hurt);
	CHECK(hurt.journal.faults >= (REPORTS - 6) / 2 && hurt.journal.faults < REPORTS);
	CHECK_EQ(hurt.journal.head[0], '\0');
	for (uint64_t seq = end - REPORTS; seq <= end - 6; seq++) {
		(void)snprintf(words, sizeof(words), "row %d is missing", (int)seq);
		if (seq % 2 == 0)
			CHECK(is_named(&hurt, words));
	}
	(void)snprintf(words, sizeof(words), "row %d was changed", (int)(end - REPORTS) | 1);
	CHECK(is_named(&hurt, words));
	CHECK(hurt.journal.read < hurt.journal.rows);
	core_tell(&core, MSG_LOCK);
	core_stop(&core);
	printf("%d rows: head %s; then %d faults, all named\n", (int)whole.journal.rows,
	    whole.journal.head, (int)hurt.journal.faults);
	rig_restart(&rig);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fold of the journal equals the view that incremental application built, after many random
 * acts over many months, crashes in between and old months erased; and from a base it gives what it
 * gives from the beginning, of what both hold. With a clock of its own. Whoever adds an event adds
 * an act that writes it to `acts`, or the last check fails: every event that the table knows must
 * have been written.
 *
 *	test_core_fold_is_view [ACTS] [SEED]
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/core/backup.h"
#include "gateway/core/outbox.h"
#include "gateway/core/retention.h"
#include "gateway/core/rights.h"
#include "gateway/core/session_unlock.h"
#include "gateway/core/view.h"
#include "tests/attack/same_views.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

static struct rig rig;
static unsigned from_bases, drops; /* how often that was seen */
static unsigned long long draw_state;

static unsigned
draw(unsigned below)
{
	draw_state = draw_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(draw_state >> 33) % below;
}

/* --- comparing --- */

/* Was every event of the table written? (`more` and ring, codebook, places, setting: by init) */
static const char *const written[] = {"SELECT count(*) FROM message",
    "SELECT count(*) FROM monitor", "SELECT count(*) FROM monitor WHERE revoked NOT NULL",
    "SELECT count(*) FROM book WHERE which = 0", "SELECT count(*) FROM book WHERE which = 1",
    "SELECT count(*) FROM setting a, setting b WHERE a.text <> '' AND b.key = 1 AND b.value = 1",
    "SELECT count(*) FROM mark WHERE type = 9", "SELECT count(*) FROM mark WHERE type = 10",
    "SELECT count(*) FROM mark WHERE type = 11", "SELECT count(*) FROM mark WHERE type = 12",
    "SELECT count(*) FROM monitor WHERE generation > 0 OR waiting NOT NULL",
    "SELECT count(*) FROM message WHERE outcome = 14", "SELECT count(*) FROM mark WHERE type = 44",
    "SELECT count(*) FROM base", "SELECT count(*) FROM backup", "SELECT count(*) FROM dropped",
    "SELECT count(*) FROM outbox WHERE kind = 1", "SELECT count(*) FROM outbox WHERE kind = 2",
    "SELECT count(*) FROM outbox WHERE state NOT NULL",
    "SELECT count(*) FROM rights WHERE type = 37", "SELECT count(*) FROM rights WHERE type = 38",
    "SELECT count(*) FROM message WHERE source = 2", "SELECT count(*) FROM vetted",
    "SELECT count(*) FROM plain", "SELECT count(*) FROM own"};
#define WRITTEN (sizeof(written) / sizeof(written[0]))
static int64_t seen[WRITTEN];

/* And what an act on an earlier report may be. */
#define MEANT \
	"SELECT count(*) FROM report a JOIN message m USING(seq) JOIN message t" \
	" ON t.monitor = m.monitor AND t.generation = m.generation AND t.n = a.refers" \
	" WHERE m.class = 1 AND t.class = 1 AND a.relation BETWEEN 1 AND 4 AND "
#define OVER_BASE " AND EXISTS(SELECT 1 FROM base b WHERE b.seq BETWEEN "
static const char *const also[] = {
    "SELECT count(DISTINCT relation) = 9 FROM report r JOIN message m USING(seq) WHERE outcome = 1",
    "SELECT count(*) FROM report WHERE part > 5", "SELECT count(*) FROM report WHERE upper < 255",
    MEANT "t.seq < a.seq", MEANT "t.seq > a.seq",
    MEANT "t.seq < a.seq" OVER_BASE "t.seq AND a.seq)",
    MEANT "t.seq > a.seq" OVER_BASE "a.seq AND t.seq)",
    "SELECT count(*) FROM report a JOIN message m USING(seq) JOIN message t ON t.seq = a.refers"
    " WHERE m.class = 0 AND m.source = t.source AND m.monitor IS t.monitor",
    "SELECT count(*) FROM report r JOIN message m USING(seq) WHERE outcome = 1"
    " AND relation BETWEEN 1 AND 2 AND counts_as(seq, part) NOT NULL",
    "SELECT count(*) FROM report r JOIN message m USING(seq) WHERE outcome = 1"
    " AND relation = 0 AND counts_as(seq, part) IS NULL",
    "SELECT count(*) FROM monitor WHERE said_place NOT NULL",
    "SELECT count(*) FROM outbox WHERE kind = 2", "SELECT count(number) FROM plain"};
#define ALSO (sizeof(also) / sizeof(also[0]))
static int64_t seen_also[ALSO];

/* What is written now may be erased before the end. */
static void
note_coverage(struct view *v)
{
	for (size_t i = 0; i < WRITTEN; i++)
		seen[i] += number(v, written[i]);
	for (size_t i = 0; i < ALSO; i++)
		seen_also[i] += number(v, also[i]);
}

/* OPEN, then as after kill -9, LOCKED, OPEN again, and once more from the first row that is kept:
 * the three views are equal but for what is new. */
static void
compare(void)
{
	struct view *lived, *folded;
	int64_t end;

	if (rig.session.at != IN_OPEN)
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	outbox_free(rig.session.outbox); /* it goes with the process */
	lived = rig.session.view;
	rig.session.view = NULL;
	end = (int64_t)state_next_seq(rig.session.state);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	same_views(lived, rig.session.view, end);
	view_free(lived);
	if (rig.session.view == NULL)
		return;
	from_bases += origin(rig.session.view) > 0;
	folded = rig.session.view;
	rig.session.view = NULL;
	end = (int64_t)state_next_seq(rig.session.state);
	CHECK_EQ(session_fold_view(&rig.session, 1), ST_OK);
	same_views(rig.session.view, folded, end);
	note_coverage(rig.session.view);
	view_free(folded);
}

/* --- acts --- */

#include "tests/attack/entry_acts.h"
#include "tests/attack/outbox_acts.h"
#include "tests/attack/people_acts.h"
#include "tests/attack/plain_acts.h"
#include "tests/attack/text_acts.h"

static void
act_wrong_passphrase(void)
{
	const struct msg_passphrase wrong = {.len = 5, .octets = "wrong"};
	char words[SESSION_WORDS_MAX];

	if (draw(6) == 0)
		CHECK_EQ(session_unlock(&rig.session, &wrong, IN_OPEN, words), ST_PASSPHRASE);
}

static void
act_backup(void)
{
	char path[300], words[SESSION_WORDS_MAX] = "";
	struct backup_head head;
	int fd;

	if (rig.session.at != IN_OPEN && rig.session.at != IN_ARMED)
		return;
	(void)snprintf(path, sizeof(path), "%s/backup", rig.dir);
	if (!CHECK((fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) != -1))
		return;
	CHECK_EQ(backup_write(&rig.session, fd, &head, words), ST_OK);
	CHECK_EQ(backup_note(&rig.session, &head), ST_OK);
	(void)close(fd);
}

static void
act_lock(void)
{
	if (draw(4) == 0)
		CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
}

static void
act_close(void)
{
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
}

static void
act_arm(void)
{
	if (rig.session.at == IN_LOCKED)
		CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
}

static void
act_unlock(void)
{
	if (rig.session.at != IN_OPEN)
		CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
}

/* The coordinator's date, now this, now that. */
static void
act_date(void)
{
	int is_sure = (int)draw(2);
	enum trust trust;
	enum status st;

	if (draw(4) != 0)
		return;
	session_date(&rig.session, session_now_s(&rig.session, &trust) + (int64_t)draw(100) * 86400,
	    is_sure);
	st = rig_unlock(&rig, IN_OPEN);
	if (st == ST_RANGE && !is_sure)
		return; /* earlier than what was received */
	CHECK_EQ(st, ST_OK);
	CHECK(session_clock_confirmed(&rig.session));
}

/* Coordinators come and go; the first one stays, whose passphrase the rig has. The two-person rule
 * is switched on and off again, the recovery key is replaced or used. */
static void
act_rights(void)
{
	static unsigned people;
	static const enum coordinator_act kinds[] = {COORDINATOR_ADD, COORDINATOR_ADD,
	    COORDINATOR_REMOVE, COORDINATOR_PASSPHRASE, COORDINATOR_TWO_ON, COORDINATOR_TWO_OFF};
	struct msg_coordinator ask = {.act = kinds[draw(6)], .is_lost = 1};
	char words[SESSION_WORDS_MAX];
	enum status st;

	if (rig.session.at != IN_OPEN)
		return;
	if (rig.session.two_person)
		ask.act = COORDINATOR_TWO_OFF; /* so that the rig's passphrase opens it again */
	people += ask.act == COORDINATOR_ADD;
	(void)snprintf(ask.name, sizeof(ask.name), "coordinator %u",
	    ask.act == COORDINATOR_ADD ? people : 1 + draw(people + 1));
	ask.passphrase.len = sizeof(ask.passphrase.octets);
	for (size_t i = 0; i < sizeof(ask.passphrase.octets); i++)
		ask.passphrase.octets[i] = (char)('a' + draw(26));
	st = rights_act(&rig.session, &ask, words);
	if (st != ST_OK && st != ST_UNKNOWN && st != ST_EXISTS && st != ST_NOT_ALLOWED &&
	    st != ST_FULL)
		CHECK_EQ(st, ST_OK);
	if (rig.session.two_person) {
		ask.act = COORDINATOR_TWO_OFF;
		CHECK_EQ(rights_act(&rig.session, &ask, words), ST_OK);
	}
}

static void
act_recovery(void)
{
	struct msg_recover ask = {.key_len = RECOVERY_CHARS, .name = "coordinator of paper"};
	struct msg_recovery_key key;
	char words[SESSION_WORDS_MAX];
	enum status st;

	if (draw(2) && rig.session.at == IN_OPEN) {
		CHECK_EQ(rights_recovery_key(&rig.session, &key, words), ST_OK);
		memcpy(typed, key.text, sizeof(typed));
		return;
	}
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	memcpy(ask.key, typed, RECOVERY_CHARS);
	ask.passphrase.len = 40;
	for (size_t i = 0; i < 40; i++)
		ask.passphrase.octets[i] = (char)('a' + draw(26));
	st = rights_recover(&rig.session, &ask, words);
	CHECK(st == ST_OK || st == ST_FULL); /* eight coordinators */
	CHECK_EQ(rig.session.at, IN_OPEN);
}

/* Days pass: it locks itself, and now and then a month begins. */
static void
act_days(void)
{
	int64_t ms = (1 + (int64_t)draw(20)) * 86400000, next_ms;

	boot_ms += ms;
	wall_s += ms / 1000;
	is_synchronised = draw(4) != 0;
	CHECK_EQ(session_tick(&rig.session, &next_ms), ST_OK);
}

/* The same book under another version: the older one's octets are not carried any more. */
static void
act_book(void)
{
	static const char *const files[] = {PROJECT_DIR "/schemas/codebook/atrocity.cfg",
	    PROJECT_DIR "/schemas/places/example.cfg"};
	static uint8_t octets[CODEBOOK_FILE_MAX], body[EVENT_BOOK_HEAD + CODEBOOK_FILE_MAX];
	static uint32_t version = 100;
	struct event_book e = {.version = version++, .octets = octets};
	unsigned which = draw(2);

	if (rig.session.at != IN_OPEN || draw(4) != 0)
		return;
	CHECK_EQ(fileio_read(files[which], octets, sizeof(octets), &e.len), ST_OK);
	CHECK_EQ(session_append(&rig.session, which ? EVENT_PLACES : EVENT_CODEBOOK, body,
		     event_book_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
}

static void
act_drop(void)
{
	struct retention_month months[64];
	char words[SESSION_WORDS_MAX];
	size_t count, go = 0;

	if (rig.session.at != IN_OPEN)
		return;
	CHECK_EQ(retention_list(&rig.session, months, 64, &count), ST_OK);
	while (go < count && months[go].why == RETENTION_GOES)
		go++;
	if (go == 0 || draw(2))
		return;
	CHECK_EQ(retention_drop(&rig.session, months[draw((unsigned)go)].month, words), ST_OK);
	CHECK(state_root(rig.session.state)->journal.first > 1);
	drops++;
}

static void
act_crash(void)
{
	if (draw(4) != 0)
		return;
	outbox_free(rig.session.outbox);
	rig_restart(&rig);
}

static void
act_idle(void)
{
	CHECK_EQ(state_idle(rig.session.state), ST_OK);
}

static const struct {
	unsigned weight;
	void (*act)(void);
} acts[] = {{60, act_report}, {40, act_refer}, {40, act_plain}, {20, act_decide}, {10, act_batch},
    {10, act_replay}, {20, act_noise}, {5, act_octets}, {8, act_parts}, {6, act_enrol},
    {2, act_number}, {6, act_setting}, {8, act_outbox}, {4, act_revoke}, {3, act_renew},
    {4, act_deep_scan}, {3, act_wrong_passphrase}, {1, act_lock}, {1, act_close}, {1, act_arm},
    {6, act_unlock}, {1, act_date}, {1, act_backup}, {1, act_crash}, {3, act_idle}, {4, act_entry},
    {4, act_days}, {1, act_book}, {1, act_rights}, {1, act_recovery}, {2, act_drop}};

static void
act(void)
{
	unsigned all = 0, pick;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		all += acts[i].weight;
	pick = draw(all);
	for (size_t i = 0;; pick -= acts[i++].weight)
		if (pick < acts[i].weight) {
			acts[i].act();
			return;
		}
}

static void
check_coverage(void)
{
	static const uint8_t events[] = {
#define X(name, number, version, states, words) number,
#include "schemas/store/events.def"
#undef X
	};

	/* received from two sources, queued of two kinds; without more and ring */
	CHECK_EQ(sizeof(events), WRITTEN);
	for (size_t i = 0; i < WRITTEN; i++)
		if (!CHECK(seen[i] > 0))
			printf("    %s\n", written[i]);
	for (size_t i = 0; i < ALSO; i++)
		if (!CHECK(seen_also[i] > 0))
			printf("    %s\n", also[i]);
}

int
main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 2000;

	is_synchronised = 1;
	draw_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 20250101;
	rig_create(&rig, "fold");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	rig_recovery_key(&rig, typed);
	act_enrol();
	act_enrol();
	for (unsigned i = 1; i <= count && checks_failed == 0; i++) {
		act();
		if (i % (count / 8 + 1) == 0 || i == count)
			compare();
	}
	check_coverage();
	CHECK(from_bases > 0 && drops > 0);
	printf("%u acts, %zu monitors, %u folds from a base, %u drops\n", count, rig.phones,
	    from_bases, drops);
	outbox_free(rig.session.outbox);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a coordinator decides about a monitor: it is an event, it holds after a restart, what holds
 * already is none, and what is refused leaves everything as it was.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/enrolment.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/requests.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define NUMBER "+254700123456"

static struct rig rig;
static struct session *const s = &rig.session;
static char words[SESSION_WORDS_MAX];
static uint32_t changed;

static struct msg_roster_row row;

static enum status
keep_row(void *arg, const struct msg_roster_row *r)
{
	(void)arg;
	row = *r;
	return ST_OK;
}

/* Her row, as the roster has it. */
static const struct msg_roster_row *
row_of(const char *pseudonym)
{
	const struct view_names names = {s->facts->book, s->facts->places, s->facts->books};
	struct msg_roster ask = {.limit = 1};

	memset(&row, 0, sizeof(row));
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	CHECK_EQ(view_roster(s->view, &names, &ask, keep_row, NULL), ST_OK);
	return &row;
}

static uint64_t
events(void)
{
	return state_next_seq(s->state);
}

static enum status
vet(const char *pseudonym, uint32_t vetted)
{
	struct msg_vet ask = {.vetted = vetted};

	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	words[0] = '\0';
	return people_vet(s, &ask, &changed, words);
}

static enum status
allow(const char *pseudonym, uint32_t allowed, const char *number, const char *reason)
{
	struct msg_plain_allow ask = {.allowed = allowed};

	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	(void)snprintf(ask.number, sizeof(ask.number), "%s", number);
	(void)snprintf(ask.reason, sizeof(ask.reason), "%s", reason);
	words[0] = '\0';
	return people_plain_allow(s, &ask, &changed, words);
}

static void
choose(enum setting_key key, uint32_t value)
{
	const struct event_setting e = {.key = (uint8_t)key, .value = value};
	uint8_t body[EVENT_SETTING_MAX];

	CHECK_EQ(session_append(
		     s, EVENT_SETTING, body, event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(s), ST_OK);
}

static enum status
enrol(const char *pseudonym, const char *number, struct msg_enrolled *out)
{
	struct msg_enrol ask = {.language = "en", .place = 101};

	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "%s", pseudonym);
	(void)snprintf(ask.number, sizeof(ask.number), "%s", number);
	return people_enrol(s, &ask, out, words);
}

static void
again(void)
{
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM fault"), 0);
}

static void
test_vet(void)
{
	const uint16_t slot = (uint16_t)row_of("ada")->slot;
	uint64_t before = events();
	int64_t since;

	CHECK_EQ(vet("nobody", 1), ST_UNKNOWN);
	CHECK_EQ(vet("ada", 0), ST_OK);
	CHECK(!changed && strstr(words, "not vetted") != NULL);
	CHECK_EQ(events(), before);
	CHECK_EQ(vet("ada", 1), ST_OK);
	CHECK(changed);
	CHECK_EQ(events(), before + 1);
	since = row_of("ada")->vetted_s;
	CHECK(row.vetted == 1 && since == record_unix(session_quarter(s)));
	CHECK_EQ(s->facts->monitor[slot].vetted, 1);
	boot_ms += 86400000;
	CHECK_EQ(vet("ada", 1), ST_OK); /* her thirty days do not begin anew */
	CHECK(!changed && strstr(words, "vetted already") != NULL);
	CHECK_EQ(events(), before + 1);
	again();
	CHECK(row_of("ada")->vetted == 1 && row.vetted_s == since);
	CHECK_EQ(s->facts->monitor[slot].vetted, 1);
	before = events();
	CHECK_EQ(vet("ada", 0), ST_OK);
	CHECK(changed);
	CHECK_EQ(row_of("ada")->vetted, 0);
	CHECK_EQ(s->facts->monitor[slot].vetted, 0);
	CHECK_EQ(events(), before + 1);
}

static struct msg_inbox_row newest;

static enum status
keep_newest(void *arg, const struct msg_inbox_row *r)
{
	(void)arg;
	newest = *r;
	return ST_OK;
}

/* The row of a text from that number. */
static const struct msg_inbox_row *
arrives(const char *sender, const char *text)
{
	const struct view_names names = {s->facts->book, s->facts->places, s->facts->books};
	const struct msg_inbox page = {.limit = 1};
	static uint64_t ref;
	struct msg_sms sms = rig_sms(text, ++ref);

	(void)snprintf(sms.sender, sizeof(sms.sender), "%s", sender);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
	CHECK_EQ(view_inbox(s->view, &names, &page, keep_newest, NULL), ST_OK);
	return &newest;
}

/* Read or not, what was taken for hers by its number alone is marked. */
static void
check_marked_plain(uint16_t slot)
{
	CHECK(arrives(NUMBER, "KIL 101")->plain && newest.readable && newest.slot == slot);
	CHECK(arrives(NUMBER, "hello there")->plain && !newest.readable && newest.slot == slot);
	CHECK(arrives(NUMBER, "MSA 101")->plain && !newest.readable);
	CHECK(!arrives("+254711999888", "KIL 101")->plain && newest.slot == UINT32_MAX);
}

static void
test_plain(void)
{
	const uint16_t slot = (uint16_t)row_of("ada")->slot;
	char long_reason[REASON_MAX + 1] = "";
	uint64_t before = events();

	CHECK_EQ(allow("ada", 1, NUMBER, "no device"), ST_NOT_ALLOWED);
	CHECK(strstr(words, "keeps no numbers") != NULL);
	CHECK_EQ(events(), before);
	choose(SETTING_KEEP_NUMBERS, 1);
	before = events();
	memset(long_reason, 'x', REASON_MAX);
	CHECK_EQ(allow("nobody", 1, NUMBER, "no device"), ST_UNKNOWN);
	CHECK_EQ(allow("ada", 1, NUMBER, ""), ST_SYNTAX);
	CHECK_EQ(allow("ada", 1, NUMBER, "line\nline"), ST_SYNTAX);
	CHECK_EQ(allow("ada", 1, "", "no device"), ST_INCOMPLETE); /* none is kept */
	CHECK_EQ(allow("ada", 1, "12345", "no device"), ST_RANGE);
	CHECK_EQ(allow("ada", 1, "000123456", "no device"), ST_RANGE);
	CHECK_EQ(allow("ada", 1, "Vodafone", "no device"), ST_RANGE);
	CHECK_EQ(allow("ada", 0, "", ""), ST_OK);
	CHECK(!changed);
	CHECK_EQ(events(), before);
	CHECK_EQ(allow("ada", 1, NUMBER, "no device"), ST_OK);
	CHECK(changed);
	CHECK_EQ(events(), before + 1);
	CHECK_EQ(row_of("ada")->plain, 1);
	CHECK(strcmp(row.plain_reason, "no device") == 0);
	CHECK_EQ(s->facts->monitor[slot].plain, 1);
	check_marked_plain(slot);
	CHECK_EQ(allow("ada", 1, NUMBER, "another"), ST_OK);
	CHECK(!changed && strstr(words, "already") != NULL);
	again();
	CHECK(row_of("ada")->plain == 1 && strcmp(row.plain_reason, "no device") == 0);
	CHECK_EQ(s->facts->monitor[slot].plain, 1);
	CHECK_EQ(allow("ada", 0, "", ""), ST_OK);
	CHECK(changed);
	CHECK_EQ(row_of("ada")->plain, 0);
	CHECK_EQ(s->facts->monitor[slot].plain, 0);
}

/* The number of who has one kept need not be given, and a revoked monitor is nobody. */
static void
test_kept_and_revoked(void)
{
	struct msg_enrolled out;

	CHECK_EQ(allow("ada", 1, NUMBER, "no device"), ST_OK);
	CHECK_EQ(enrol("bea", "0711222333", &out), ST_OK);
	CHECK_EQ(allow("bea", 1, "0700 123456", "no device"), ST_EXISTS); /* it is ada's */
	CHECK(!changed && row_of("bea")->plain == 0);
	CHECK_EQ(allow("ada", 0, "", ""), ST_OK);
	CHECK_EQ(allow("bea", 1, "", "no device"), ST_OK);
	CHECK(changed);
	CHECK_EQ(allow("bea", 0, "", ""), ST_OK);
	CHECK_EQ(people_revoke(s, "bea", words), ST_OK);
	CHECK_EQ(allow("bea", 1, "", "no device"), ST_UNKNOWN);
	CHECK_EQ(vet("bea", 1), ST_UNKNOWN);
	choose(SETTING_KEEP_NUMBERS, 0);
}

static void
test_own_places(void)
{
	const uint16_t slot = (uint16_t)row_of("ada")->slot;
	struct msg_own_places ask = {.pseudonym = "ada"}, is;
	uint64_t before = events();

	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK); /* tell */
	CHECK_EQ(is.place[7], 0);
	ask.set = 1;
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK); /* none, as before */
	CHECK_EQ(events(), before);
	ask.place[7] = 101;
	ask.place[8] = 64999;
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_RANGE);
	CHECK(strncmp(words, "08: there is no place 64999", 27) == 0);
	CHECK_EQ(events(), before);
	CHECK(s->facts->monitor[slot].own == NULL);
	ask.place[8] = 0;
	ask.place[99] = 102;
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK);
	CHECK(is.place[7] == 101 && is.place[8] == 0 && is.place[99] == 102);
	CHECK_EQ(events(), before + 1);
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK); /* the same again */
	CHECK_EQ(events(), before + 1);
	CHECK_EQ(row_of("ada")->own_places, 2);
	again();
	CHECK_EQ(row_of("ada")->own_places, 2);
	CHECK(s->facts->monitor[slot].own != NULL && s->facts->monitor[slot].own[99] == 102);
	for (unsigned i = 0; i < OWN_MAX; i++) /* as many as there can be */
		ask.place[i] = i % 2 ? 101 : 102;
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK);
	CHECK_EQ(row_of("ada")->own_places, OWN_MAX);
	again();
	CHECK_EQ(row_of("ada")->own_places, OWN_MAX);
	memset(ask.place, 0, sizeof(ask.place));
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_OK);
	CHECK_EQ(row_of("ada")->own_places, 0);
	CHECK(s->facts->monitor[slot].own == NULL); /* short numbers are ids again */
	(void)snprintf(ask.pseudonym, sizeof(ask.pseudonym), "nobody");
	CHECK_EQ(people_own_places(s, &ask, &is, words), ST_UNKNOWN);
}

/* Her device is told to wait for codes only where they are sent. */
static void
test_ack_flag(void)
{
	static const struct {
		const char *name;
		uint32_t answers;
		bool codes;
	} tries[] = {{"none", 0, false}, {"neutral", 1, false}, {"code", 2, true}};
	struct enrolment enrolment;
	struct msg_enrolled out;

	for (size_t i = 0; i < 3; i++) {
		choose(SETTING_ANSWERS, tries[i].answers);
		CHECK_EQ(enrol(tries[i].name, "", &out), ST_OK);
		CHECK_EQ(enrolment_read(out.text, strlen(out.text), &enrolment), ST_OK);
		CHECK_EQ(enrolment.ack_codes, tries[i].codes);
	}
}

/* Without a date there is no mark, and without a key nothing. */
static void
test_no_date_and_read_only(void)
{
	static const enum message_type writing[] = {MSG_VET, MSG_PLAIN_ALLOW, MSG_OWN_PLACES,
	    MSG_ENROL, MSG_REVOKE, MSG_RENEW, MSG_DEEP_SCAN, MSG_COORDINATOR, MSG_RECOVERY_KEY,
	    MSG_DROP, MSG_ACTIVATE};
	struct requests r = {.session = s};
	struct ipc_message ask, got;
	const uint64_t before = events();
	int fd[2];

	if (!CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0))
		return;
	s->read_only = 1;
	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++) {
		ipc_begin(&ask, writing[i]);
		memset(&ask.body, 'a', sizeof(ask.body.OWN_PLACES)); /* no text has an end */
		CHECK_EQ(requests_answer(&r, fd[0], &ask), ST_OK);
		CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_CONTROL, &got, NULL), ST_OK);
		CHECK_EQ(got.body.RESULT.status, ST_NOT_ALLOWED);
	}
	s->read_only = 0;
	ipc_begin(&ask, MSG_PLACE);
	(void)snprintf(ask.body.PLACE.label, sizeof(ask.body.PLACE.label), "%s",
	    places_words(s->facts->places, &s->facts->places->place[0].label, ""));
	CHECK_EQ(requests_answer(&r, fd[0], &ask), ST_OK);
	CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_CONTROL, &got, NULL), ST_OK);
	CHECK_EQ(got.head.type, MSG_PLACE_IS);
	CHECK_EQ(got.body.PLACE_IS.id, s->facts->places->place[0].id);
	(void)close(fd[0]); /* sockets of this test */
	(void)close(fd[1]);
	CHECK_EQ(events(), before);
}

int
main(void)
{
	rig_create(&rig, "people");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(rig_enrol(&rig, "ada") != NULL);
	test_vet();
	test_plain();
	test_kept_and_revoked();
	test_own_places();
	test_ack_flag();
	test_no_date_and_read_only();
	rig_remove(&rig);
	return check_done();
}

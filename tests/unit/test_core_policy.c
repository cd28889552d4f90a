/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds: every combination of posture, choice and settings file. And on a real core: each
 * choice and its refusals, the root beside the event, what LOCKED says, and rows that are lost.
 */
#include <string.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "gateway/core/people.h"
#include "gateway/core/requests.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;

/* --- pure --- */

static const enum setting_key parts[] = {SETTING_KEEP_NUMBERS, SETTING_PLAIN, SETTING_ANSWERS};
static const uint32_t standard[][3] = {{0, 0, ANSWERS_NONE}, {1, 1, ANSWERS_READ_BACK}};

static void
look_at_part(const struct choices *c, const struct policy *p, size_t i)
{
	const uint32_t wish = c->value[parts[i]], own = standard[p->posture][i];
	const int is_chosen = wish < policy_values(parts[i]);
	const int is_held = parts[i] == SETTING_ANSWERS && wish == ANSWERS_READ_BACK &&
			    p->posture == POLICY_PROTECTED;
	const uint32_t holds = policy_holds(p, parts[i]);

	CHECK_EQ(holds, is_chosen && !is_held ? wish : own);
	CHECK_EQ(policy_differs(p, parts[i]), holds != own);
	CHECK_EQ(p->by[parts[i]], !is_chosen                                  ? SETTING_BY_POSTURE
				  : !is_held                                  ? SETTING_BY_CHOICE
				  : p->by[SETTING_POSTURE] == SETTING_BY_FILE ? SETTING_BY_FILE
									      : SETTING_BY_POSTURE);
}

static void
look_at_all(uint32_t posture, const struct conf *conf)
{
	struct choices c;
	struct policy p;

	choices_init(&c);
	c.value[SETTING_POSTURE] = posture;
	for (size_t i = 0; i < 3; i++)
		for (uint32_t v = 0; v <= policy_values(parts[i]) + 1; v++) {
			c.value[parts[i]] = v <= policy_values(parts[i]) ? v : SETTING_AS_POSTURE;
			policy_read(&c, conf, &p);
			CHECK_EQ(
			    p.posture, posture == POLICY_OPEN &&
					       (conf == NULL || conf->posture != POSTURE_PROTECTED)
					   ? POLICY_OPEN
					   : POLICY_PROTECTED);
			for (size_t k = 0; k < 3; k++)
				look_at_part(&c, &p, k);
		}
}

static void
test_what_holds(void)
{
	static const uint32_t postures[] = {
	    POLICY_PROTECTED, POLICY_OPEN, 2, SETTING_AS_POSTURE, UINT32_MAX};
	static struct conf conf;
	struct choices c;
	struct policy p;

	for (size_t i = 0; i < sizeof(postures) / sizeof(postures[0]); i++) {
		look_at_all(postures[i], NULL);
		for (uint32_t file = POSTURE_PROTECTED; file <= POSTURE_CHOSEN; file++) {
			conf.posture = file;
			look_at_all(postures[i], &conf);
		}
	}
	choices_init(&c);
	policy_read(&c, NULL, &p);
	CHECK(!policy_wants_senders(&p, 0) && policy_wants_senders(&p, 1));
	c.value[SETTING_ANSWERS] = ANSWERS_CODE;
	policy_read(&c, NULL, &p);
	CHECK(policy_wants_senders(&p, 0));
	c.value[SETTING_ANSWERS] = ANSWERS_NONE;
	c.value[SETTING_POSTURE] = POLICY_OPEN;
	c.value[SETTING_PLAIN] = PLAIN_FROM_ALLOWED;
	policy_read(&c, NULL, &p);
	CHECK(policy_wants_senders(&p, 0)); /* an enrolled number is a monitor */
}

static void
test_words(void)
{
	CHECK_STR(policy_word(SETTING_ANSWERS), "answers");
	CHECK(
	    policy_word((enum setting_key)0) == NULL && policy_word((enum setting_key)99) == NULL);
	CHECK_EQ(policy_values(SETTING_ANSWERS), 4);
	CHECK_EQ(policy_values(SETTING_NEUTRAL), 0);
	CHECK_EQ(policy_values((enum setting_key)0), 0);
}

/* --- asked of core --- */

static struct ipc_message got;

static enum status
ask(uint32_t key, uint32_t value, const char *text)
{
	struct requests r = {.session = &rig.session};
	struct ipc_message m;
	int fd[2];

	CHECK_EQ(ipc_pair(fd), ST_OK);
	ipc_begin(&m, MSG_SETTING);
	m.body.SETTING.key = key;
	m.body.SETTING.value = value;
	(void)snprintf(m.body.SETTING.text, sizeof(m.body.SETTING.text), "%s", text);
	CHECK_EQ(requests_answer(&r, fd[0], &m), ST_OK);
	CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_CONTROL, &got, NULL), ST_OK);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return got.head.type == MSG_SETTING_IS ? ST_OK : (enum status)got.body.RESULT.status;
}

static uint32_t
events(void)
{
	return (uint32_t)state_root(rig.session.state)->journal.count;
}

/* Refused with these words, and nothing has changed. */
static void
refused(uint32_t key, uint32_t value, const char *text, const char *words)
{
	const struct choices before = rig.session.facts->choices;
	const uint32_t rows = events();

	CHECK(ask(key, value, text) != ST_OK);
	if (!CHECK(strstr(got.body.RESULT.words, words) != NULL))
		printf("    %s\n", got.body.RESULT.words);
	CHECK_EQ(events(), rows);
	CHECK(memcmp(&before, &rig.session.facts->choices, sizeof(before)) == 0);
}

static void
is(uint32_t key, uint32_t value, uint32_t by)
{
	CHECK_EQ(ask(key, SETTING_TELL, ""), ST_OK);
	CHECK_EQ(got.body.SETTING_IS.key, key);
	CHECK_EQ(got.body.SETTING_IS.value, value);
	CHECK_EQ(got.body.SETTING_IS.by, by);
}

static void
posture_is(uint32_t posture)
{
	struct policy p;

	session_policy(&rig.session, &p);
	CHECK_EQ(p.posture, posture);
	CHECK_EQ(state_root(rig.session.state)->posture, posture);
	if (rig.session.view != NULL)
		CHECK_EQ(rig_number(&rig, "SELECT value FROM setting WHERE key = 1"), posture);
}

static void
test_choosing(void)
{
	const uint32_t rows = events();

	posture_is(POLICY_PROTECTED);
	is(SETTING_POSTURE, 0, SETTING_BY_CHOICE);
	is(SETTING_ANSWERS, ANSWERS_NONE, SETTING_BY_POSTURE);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_PROTECTED, ""), ST_OK);
	CHECK_EQ(events(), rows); /* it was so already */
	refused(0, 0, "", "there is no such setting");
	refused(6, 0, "", "there is no such setting");
	refused(UINT32_MAX, 0, "", "there is no such setting");
	refused(SETTING_POSTURE, 2, "", "no such value");
	refused(SETTING_POSTURE, SETTING_AS_POSTURE, "", "no such value");
	refused(SETTING_ANSWERS, 4, "", "no such value");
	refused(SETTING_ANSWERS, ANSWERS_READ_BACK, "", "belongs to posture open");
	CHECK_EQ(ask(SETTING_ANSWERS, ANSWERS_CODE, ""), ST_OK);
	CHECK_EQ(events(), rows + 1);
	is(SETTING_ANSWERS, ANSWERS_CODE, SETTING_BY_CHOICE);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_OPEN, ""), ST_OK);
	posture_is(POLICY_OPEN);
	is(SETTING_ANSWERS, ANSWERS_CODE, SETTING_BY_CHOICE);
	is(SETTING_PLAIN, PLAIN_FROM_ANYONE, SETTING_BY_POSTURE);
	CHECK_EQ(ask(SETTING_ANSWERS, SETTING_AS_POSTURE, ""), ST_OK);
	is(SETTING_ANSWERS, ANSWERS_READ_BACK, SETTING_BY_POSTURE);
	CHECK_EQ(ask(SETTING_ANSWERS, ANSWERS_READ_BACK, ""), ST_OK);
	refused(SETTING_POSTURE, POLICY_PROTECTED, "", "first choose other ones");
	CHECK_EQ(ask(SETTING_ANSWERS, SETTING_AS_POSTURE, ""), ST_OK);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_PROTECTED, ""), ST_OK);
	posture_is(POLICY_PROTECTED);
	is(SETTING_ANSWERS, ANSWERS_NONE, SETTING_BY_POSTURE);
}

static void
test_neutral(void)
{
	char text[CHOSEN_TEXT_MAX];

	memset(text, 'x', 161);
	text[161] = '\0';
	refused(SETTING_NEUTRAL, 0, text, "1 characters too long");
	refused(SETTING_NEUTRAL, 0, "a\tb", "control character");
	refused(SETTING_NEUTRAL, 0, "\xff", "");
	refused(SETTING_NEUTRAL, 0, "KIL 101 2 people", "reads as a report");
	CHECK_EQ(ask(SETTING_NEUTRAL, 0, "Thank you."), ST_OK);
	CHECK_STR(got.body.SETTING_IS.text, "Thank you.");
	is(SETTING_NEUTRAL, 0, SETTING_BY_CHOICE);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	is(SETTING_NEUTRAL, 0, SETTING_BY_CHOICE);
	CHECK_STR(got.body.SETTING_IS.text, "Thank you.");
	CHECK_EQ(ask(SETTING_NEUTRAL, 0, ""), ST_OK);
	CHECK_STR(got.body.SETTING_IS.text, "");
	is(SETTING_NEUTRAL, 0, SETTING_BY_POSTURE);
}

/* A number that was kept goes when by the posture none may be kept, and with it for good. */
static void
test_numbers(void)
{
	struct msg_enrol who = {.language = "en", .number = "+254700000001"};
	struct msg_enrolled enrolled;
	char words[SESSION_WORDS_MAX];

	who.place = rig.session.facts->places->place[0].id;
	(void)snprintf(who.pseudonym, sizeof(who.pseudonym), "reached");
	CHECK_EQ(people_enrol(&rig.session, &who, &enrolled, words), ST_NOT_ALLOWED);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_OPEN, ""), ST_OK);
	CHECK_EQ(people_enrol(&rig.session, &who, &enrolled, words), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 1);
	CHECK_EQ(ask(SETTING_KEEP_NUMBERS, 1, ""), ST_OK);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_PROTECTED, ""), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 1); /* chosen */
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_OPEN, ""), ST_OK);
	CHECK_EQ(ask(SETTING_KEEP_NUMBERS, SETTING_AS_POSTURE, ""), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 1);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_PROTECTED, ""), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 0);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_OPEN, ""), ST_OK);
	CHECK_EQ(rig_number(&rig, "SELECT count(number) FROM monitor"), 0);
}

/* Of an open gateway, LOCKED and after a restart: the root; and what the file demands beats both.
 */
static void
test_file_and_lock(void)
{
	posture_is(POLICY_OPEN);
	CHECK_EQ(ask(SETTING_ANSWERS, ANSWERS_READ_BACK, ""), ST_OK);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	posture_is(POLICY_OPEN);
	rig_restart(&rig);
	posture_is(POLICY_OPEN);
	rig.conf.posture = POSTURE_PROTECTED;
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(state_root(rig.session.state)->posture, POLICY_OPEN); /* nothing was chosen */
	is(SETTING_POSTURE, POLICY_PROTECTED, SETTING_BY_FILE);
	is(SETTING_ANSWERS, ANSWERS_NONE, SETTING_BY_FILE);
	is(SETTING_KEEP_NUMBERS, 0, SETTING_BY_POSTURE);
	refused(SETTING_POSTURE, POLICY_OPEN, "", "the settings file demands");
	refused(SETTING_ANSWERS, ANSWERS_READ_BACK, "", "the settings file demands");
	CHECK_EQ(ask(SETTING_PLAIN, PLAIN_FROM_ANYONE, ""), ST_OK);
	CHECK_EQ(ask(SETTING_PLAIN, SETTING_AS_POSTURE, ""), ST_OK);
	rig.conf.posture = POSTURE_CHOSEN;
	is(SETTING_POSTURE, POLICY_OPEN, SETTING_BY_CHOICE);
	is(SETTING_ANSWERS, ANSWERS_READ_BACK, SETTING_BY_CHOICE);
	rig.session.read_only = 1;
	refused(SETTING_POSTURE, POLICY_PROTECTED, "", "for reading only");
	refused(SETTING_ANSWERS, ANSWERS_NONE, "", "for reading only");
	is(SETTING_POSTURE, POLICY_OPEN, SETTING_BY_CHOICE);
	rig.session.read_only = 0;
}

/* INIT, up to the making: a posture that there is not, and one that the file forbids. */
static void
test_init(void)
{
	static struct session fresh;
	static char book[1];
	struct requests r = {
	    .session = &fresh, .book = {book, book}, .book_len = {1, 1}, .book_total = {1, 1}};
	static const struct {
		uint32_t posture, file;
		const char *words;
	} cases[] = {{2, POSTURE_CHOSEN, "protected or open"},
	    {UINT32_MAX, POSTURE_CHOSEN, "protected or open"},
	    {POLICY_OPEN, POSTURE_PROTECTED, "the settings file demands"}};
	struct ipc_message m;
	int fd[2];

	fresh.conf = &rig.conf;
	fresh.at = IN_NEW;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rig.conf.posture = cases[i].file;
		ipc_begin(&m, MSG_INIT);
		m.body.INIT.posture = cases[i].posture;
		m.body.INIT.passphrase.len = 12;
		CHECK_EQ(ipc_pair(fd), ST_OK);
		CHECK_EQ(requests_answer(&r, fd[0], &m), ST_OK);
		CHECK_EQ(ipc_receive(fd[1], IPC_CORE, IPC_CONTROL, &got, NULL), ST_OK);
		CHECK(got.body.RESULT.status != ST_OK);
		CHECK(strstr(got.body.RESULT.words, cases[i].words) != NULL);
		CHECK_EQ(fresh.at, IN_NEW);
		(void)close(fd[0]);
		(void)close(fd[1]);
	}
	rig.conf.posture = POSTURE_CHOSEN;
}

/* As if the rows of the last choice were lost: an event without the root, or the other way round.
 */
static void
test_stricter_holds(void)
{
	struct event_setting e = {.key = SETTING_POSTURE, .value = POLICY_PROTECTED};
	uint8_t body[EVENT_SETTING_MAX];
	struct policy p;

	posture_is(POLICY_OPEN);
	CHECK_EQ(session_append(&rig.session, EVENT_SETTING, body,
		     event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	CHECK_EQ(state_root(rig.session.state)->posture, POLICY_OPEN);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	posture_is(POLICY_PROTECTED); /* and the root says so too now */
	e.value = POLICY_OPEN;
	CHECK_EQ(session_append(&rig.session, EVENT_SETTING, body,
		     event_setting_encode(&e, body, sizeof(body)), NULL),
	    ST_OK);
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	session_policy(&rig.session, &p);
	CHECK_EQ(p.posture, POLICY_PROTECTED);
	CHECK_EQ(ask(SETTING_POSTURE, POLICY_OPEN, ""), ST_OK); /* a choice is made anew */
	posture_is(POLICY_OPEN);
}

int
main(void)
{
	test_what_holds();
	test_words();
	rig_create(&rig, "policy");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	test_choosing();
	test_neutral();
	test_numbers();
	test_file_and_lock();
	test_stricter_holds();
	test_init();
	rig_remove(&rig);
	return check_done();
}

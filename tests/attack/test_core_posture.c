/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network tried posture `open` and went back to `protected`. A thief of the LOCKED gateway
 * destroys the row that says so, or cuts it off with all behind it, so that the journal's last word
 * is `open`: it is named, and what holds is `protected`. And the other way round: a network in
 * `open` whose row is destroyed. The control is the same gateway without him.
 */
#include "tests/attack/thief.h"

static struct rig rig;

/* Choose it, and give the row of the choice. */
static uint64_t
choose(uint32_t posture)
{
	const struct event_setting e = {.key = SETTING_POSTURE, .value = posture};
	const uint64_t seq = state_next_seq(rig.session.state);

	CHECK_EQ(session_choose(&rig.session, &e), ST_OK);
	CHECK_EQ(state_next_seq(rig.session.state), seq + 1);
	return seq;
}

static void
steal(const char *what, uint64_t seq)
{
	char with_seq[160];
	struct thief t;

	session_end(&rig.session);
	thief_enter(&t, &rig);
	(void)snprintf(with_seq, sizeof(with_seq), "%s %llu", what, (unsigned long long)seq);
	thief_sql(&t, with_seq);
	thief_leave(&t);
	rig_restart(&rig);
}

static void
is_protected(const char *named)
{
	struct policy p;

	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK(!rig.session.read_only);
	if (named[0] != '\0')
		CHECK(strstr(rig.session.fault, named) != NULL);
	else
		CHECK_STR(rig.session.fault, "");
	session_policy(&rig.session, &p);
	CHECK_EQ(p.posture, POLICY_PROTECTED);
	CHECK_EQ(p.plain, PLAIN_FROM_ALLOWED);
	CHECK_EQ(p.answers, ANSWERS_NONE);
	CHECK_EQ(p.keep_numbers, 0);
	CHECK_EQ(state_root(rig.session.state)->posture, POLICY_PROTECTED);
}

int
main(void)
{
	uint64_t seq;

	rig_create(&rig, "posture");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	(void)choose(POLICY_OPEN);
	seq = choose(POLICY_PROTECTED);
	rig_restart(&rig);
	is_protected("");
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	steal("UPDATE journal SET blob = randomblob(256) WHERE seq =", seq);
	is_protected("does not open");
	/* the journal alone would say open: that is what he wanted */
	CHECK_EQ(rig_number(&rig, "SELECT value FROM setting WHERE key = 1"), POLICY_OPEN);
	/* still so after a day of work, and after the next theft */
	(void)rig_enrol(&rig, "amina");
	steal("DELETE FROM journal WHERE seq >=", seq);
	is_protected("missing");
	(void)choose(POLICY_PROTECTED);
	seq = choose(POLICY_OPEN);
	steal("DELETE FROM journal WHERE seq >=", seq);
	CHECK_EQ(state_root(rig.session.state)->posture, POLICY_OPEN);
	is_protected("missing");
	rig_restart(&rig);
	CHECK_EQ(state_root(rig.session.state)->posture, POLICY_PROTECTED);
	rig_remove(&rig);
	return check_done();
}

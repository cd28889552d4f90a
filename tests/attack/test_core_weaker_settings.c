/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Weaker settings, written into the settings file by whoever holds the card, change nothing: a real
 * tocsin-core starts with them and goes on as strict as the journal says; `status` and `unlock`
 * name them. The control is the same gateway without them.
 */
#include "gateway/common/conf.h"
#include "tests/attack/real_core.h"

static struct rig rig;

static void
ask_status(struct real_core *core, struct msg_status *out)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_STATUS);
	core_ask(core, &m, MSG_STATUS_REPLY);
	CHECK_EQ(m.head.type, MSG_STATUS_REPLY);
	*out = m.body.STATUS_REPLY;
}

static void
look(const char *settings, const char *weaker)
{
	struct msg_status locked, open;
	struct real_core core;
	struct ipc_message m;

	core_start(&core, &rig, settings);
	ask_status(&core, &locked);
	CHECK_EQ(locked.state, IN_LOCKED);
	CHECK_STR(locked.weaker, weaker);
	core_request(&m, MSG_UNLOCK);
	core_ask(&core, &m, MSG_RESULT);
	if (weaker[0] != '\0') {
		CHECK(strstr(m.body.RESULT.words, weaker) != NULL);
		CHECK(strstr(m.body.RESULT.words, "weaker protection") != NULL);
	} else {
		CHECK_STR(m.body.RESULT.words, "");
	}
	ask_status(&core, &open);
	CHECK_EQ(open.state, IN_OPEN);
	CHECK_EQ(open.posture, 0);
	CHECK(open.lock_in_s > 24 * 3600 - 600 && open.lock_in_s <= 24 * 3600);
	CHECK(open.close_in_s > 0 && open.close_in_s <= 600);
	CHECK_STR(open.weaker, weaker);
	core_tell(&core, MSG_LOCK);
	core_stop(&core);
}

int
main(void)
{
	rig_create(&rig, "weaker");
	session_end(&rig.session);
	look("", "");
	look("posture = \"open\";\narmed = { hours = 240; };\nopen = { idle_minutes = 600; };\n"
	     "argon2 = { memory_mib = 1; passes = 1; };\n",
	    "posture, armed.hours, open.idle_minutes, argon2.memory_mib, argon2.passes");
	rig_restart(&rig);
	rig_remove(&rig);
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers on the outbox of tests/support/outbox_rig.h: one file of a program includes it. */
#ifndef TESTS_SUPPORT_ANSWERS_RIG_H
#define TESTS_SUPPORT_ANSWERS_RIG_H

#include "gateway/core/answers.h"
#include "gateway/core/answers_impl.h"
#include "tests/support/outbox_rig.h"

static struct answers *answers;

/* Both clocks go on. */
static inline void
later(int64_t ms)
{
	boot_ms += ms;
	wall_s = OWN_CLOCK_WALL_S + (boot_ms - OWN_CLOCK_BOOT_MS) / 1000;
}

static inline void
set_text(enum setting_key key, uint32_t value, const char *text)
{
	struct event_setting e = {.key = (uint8_t)key, .value = value};

	(void)snprintf(e.text, sizeof(e.text), "%s", text);
	CHECK_EQ(session_choose(&rig.session, &e), ST_OK);
}

static inline void
set(enum setting_key key, uint32_t value)
{
	set_text(key, value, "");
}

static inline void
answers_up(void)
{
	rig.conf.outbox_per_minute = OUTBOX_RATE_MAX;
	rig.conf.answers_per_day = 1000;
	CHECK((answers = answers_new(&rig.session)) != NULL);
}

/* The batch is over. */
static inline void
batch_end(void)
{
	CHECK_EQ(session_commit(&rig.session), ST_OK);
	answers_committed(answers);
}

/* What waits to leave. */
static inline unsigned
waiting(void)
{
	unsigned count = 0;

	for (size_t i = OUTBOX_MAX; i < OUTBOX_PLACES; i++)
		count += outbox->text[i].number != 0 && outbox->text[i].state == OUTBOX_QUEUED;
	return count;
}

/* The only one that waits, and it is gone. Empty: there is none. */
static inline const char *
take_answer(void)
{
	static char text[SMS_TEXT_MAX + 1];
	struct msg_send out;

	text[0] = '\0';
	if (waiting() == 0)
		return text;
	CHECK_EQ(waiting(), 1);
	later(ANSWERS_DELAY_MAX_MS);
	if (!CHECK_EQ(outbox_next(outbox, 0, &out), ST_OK))
		return text;
	CHECK_EQ(out.wants_report, 0);
	memcpy(text, out.text, out.text_len);
	text[out.text_len] = '\0';
	sent(0, out.id, SEND_DONE, 0, 1);
	return text;
}

#endif

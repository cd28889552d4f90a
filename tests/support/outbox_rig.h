/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An outbox on a gateway of tests/support/rig.h, with a clock that the test moves: one file of a
 * program includes it.
 */
#ifndef TESTS_SUPPORT_OUTBOX_RIG_H
#define TESTS_SUPPORT_OUTBOX_RIG_H

#include <stdlib.h>
#include <string.h>

#include "gateway/core/number.h"
#include "gateway/core/outbox.h"
#include "gateway/core/outbox_impl.h"
#include "gateway/core/people.h"
#include "tests/support/check.h"
#include "tests/support/own_clock.h"
#include "tests/support/rig.h"

#define HOUR_MS 3600000
#define NUMBER "+254 700 123-456"
#define NUMBER_READ "+254700123456"

static struct rig rig;
static struct outbox *outbox;
static char words[240];

static inline struct msg_send_text
text_to(const char *pseudonym, const char *number, const char *text)
{
	struct msg_send_text in = {.modem = UINT32_MAX, .text_len = (uint32_t)strlen(text)};

	(void)snprintf(in.pseudonym, sizeof(in.pseudonym), "%s", pseudonym);
	(void)snprintf(in.number, sizeof(in.number), "%s", number);
	memcpy(in.text, text, strlen(text));
	return in;
}

/* 0: it was refused. */
static inline uint64_t
queue(const char *text)
{
	const struct msg_send_text in = text_to("", NUMBER, text);
	uint64_t number;

	return CHECK_EQ(outbox_queue(outbox, &in, &number, words), ST_OK) ? number : 0;
}

static inline enum status
try_queue(const char *pseudonym, const char *number, const char *text)
{
	const struct msg_send_text in = text_to(pseudonym, number, text);
	uint64_t ignored;

	words[0] = '\0';
	return outbox_queue(outbox, &in, &ignored, words);
}

static inline uint64_t
next(unsigned modem)
{
	struct msg_send out;

	return outbox_next(outbox, modem, &out) == ST_OK ? out.id : 0;
}

static inline void
sent(unsigned modem, uint64_t id, enum send_result result, uint32_t code, uint32_t reference)
{
	const struct msg_sent m = {
	    .id = id, .result = result, .code = code, .reference = reference};

	CHECK_EQ(outbox_sent(outbox, modem, &m), ST_OK);
}

static inline void
report(unsigned modem, uint32_t reference, enum report_state state, const char *number)
{
	struct msg_report m = {
	    .reference = reference, .state = state, .tp_status = state == REPORT_FAILED ? 70 : 0};

	(void)snprintf(m.number, sizeof(m.number), "%s", number);
	CHECK_EQ(outbox_report(outbox, modem, &m), ST_OK);
}

static inline enum status
take_row(void *arg, const struct msg_outbox_row *row)
{
	*(struct msg_outbox_row *)arg = *row;
	return ST_OK;
}

static inline struct msg_outbox_row
row_of(uint64_t number)
{
	struct msg_outbox_row row = {.number = 0};

	CHECK_EQ(view_outbox(rig.session.view, number, number, 1, take_row, &row), ST_OK);
	return row;
}

/* As a coordinator sees it. */
static inline enum outbox_state
state_of(uint64_t number)
{
	const enum outbox_state live = outbox_live(outbox, number);

	return live != 0 ? live : row_of(number).state;
}

static inline void
begin(void)
{
	rig_create(&rig, "outbox");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK((outbox = outbox_new(&rig.session)) != NULL);
}

static inline void
end(void)
{
	outbox_free(outbox);
	rig_remove(&rig);
}

/* A minute, so that the rate stands in no way. */
static inline void
wait_minute(void)
{
	boot_ms += 60000;
}

static inline uint64_t
send_one(unsigned modem, const char *number, uint32_t reference)
{
	const struct msg_send_text in = text_to("", number, "with a report");
	uint64_t id;

	boot_ms += 60000;
	CHECK_EQ(outbox_queue(outbox, &in, &id, words), ST_OK);
	CHECK_EQ(next(modem), id);
	sent(modem, id, SEND_DONE, 0, reference);
	return id;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For outbox*.c alone: what the outbox holds. All of it is in sodium_malloc'd memory. */
#ifndef GATEWAY_CORE_OUTBOX_IMPL_H
#define GATEWAY_CORE_OUTBOX_IMPL_H

#include "gateway/core/outbox.h"
#include "gateway/core/session.h"

#define OUTBOX_REPORTS 256 /* sent texts whose report is waited for; the oldest gives way */
#define OUTBOX_RATE_MAX 30 /* the most that outbox.per_minute can be */
#define OUTBOX_MARK_LEN 16
#define OUTBOX_KEY_LEN 32
#define OUTBOX_PLACES (OUTBOX_MAX + OUTBOX_ANSWERS_MAX)

/* Of an answer whose batch is not durable yet: it is not there for anybody. */
#define OUTBOX_COLLECTED 0

struct outbox_text {
	uint64_t number;         /* 0: this place is free */
	enum outbox_state state; /* OUTBOX_QUEUED or OUTBOX_SENDING; OUTBOX_COLLECTED */
	int is_answer;
	uint32_t modem;   /* QUEUED: which is asked for, UINT32_MAX any; SENDING: which has it */
	int64_t since_ms; /* of that state, all _ms on clock_boot_ms */
	int64_t due_ms;   /* QUEUED: not before then */
	int64_t ends_ms;  /* and not after then */
	uint32_t text_len;
	char to[NUMBER_MAX];
	uint8_t text[SMS_TEXT_MAX];
};

/* A text that was sent: its number is not kept, only what it is known by. */
struct outbox_waiting {
	uint64_t number; /* 0: this place is free */
	int64_t sent_ms;
	uint32_t modem, reference;
	uint8_t mark[OUTBOX_MARK_LEN];
};

struct outbox {
	struct session *s;
	struct outbox_text text[OUTBOX_PLACES]; /* answers from OUTBOX_MAX on */
	struct outbox_waiting waiting[OUTBOX_REPORTS];
	unsigned next_waiting;            /* which place comes next */
	int64_t left_ms[OUTBOX_RATE_MAX]; /* when the last ones left for a modem */
	unsigned next_left;
	uint8_t key[OUTBOX_KEY_LEN]; /* of the marks */
};

/* A free place of a text or an answer; NULL: there is none. */
struct outbox_text *outbox_place(struct outbox *o, int is_answer);
/* Wipe one text: its place is free. */
void outbox_wipe(struct outbox_text *t);

/* Collect the `sent` event of one text. ST_OK or SC_STOP. */
enum status outbox_end(
    struct outbox *o, uint64_t number, enum outbox_state state, unsigned code) MUST_USE;
/* What the number of a text is known by, without being kept. */
void outbox_mark(const struct outbox *o, const char *number, uint8_t mark[OUTBOX_MARK_LEN]);

/* When the rate lets the next one go, on clock_boot_ms. */
int64_t outbox_free_ms(const struct outbox *o);

#endif

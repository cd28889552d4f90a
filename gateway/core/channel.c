/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/channel.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/intake.h"
#include "gateway/core/outbox.h"

/* Messages read at once. Then the signals, the commands and the other modems have their turn: one
 * that never falls silent must not keep core from the lock or the wipe. */
#define READ_MAX BATCH_MAX

enum status
channel_open(struct channel *c, int fd)
{
	if ((c->batch = calloc(BATCH_MAX, sizeof(c->batch[0]))) == NULL)
		return ST_MEMORY;
	c->fd = fd;
	c->told_senders = 0; /* as a new process does */
	c->answered = c->finished = 0;
	return ST_OK;
}

static void
forget(struct channel *c)
{
	sodium_memzero(c->batch, c->count * sizeof(c->batch[0]));
	c->count = 0;
}

void
channel_close(struct channel *c)
{
	if (c->fd == -1)
		return;
	(void)close(c->fd); /* a socket: nothing to lose */
	c->fd = -1;
	forget(c);
	free(c->batch);
	c->batch = NULL;
	c->answered = c->finished = 0;
}

void
channel_wipe(struct channel *c)
{
	if (c->fd != -1)
		forget(c);
	sodium_memzero(&c->credit, sizeof(c->credit));
	c->credit_ms = 0;
}

static void
acknowledge(const struct channel *c)
{
	struct ipc_message m;
	enum status sent;

	if (c->fd == -1)
		return;
	ipc_begin(&m, MSG_SMS_KEPT);
	m.body.SMS_KEPT.count = (uint32_t)c->count;
	for (size_t i = 0; i < c->count; i++)
		m.body.SMS_KEPT.ref[i] = c->batch[i].ref;
	/* If this is lost the modem hands them over again, and `seen` knows them. */
	sent = ipc_send(c->fd, &m, -1);
	(void)sent;
}

enum status
channel_take(struct channel *c)
{
	static const char full[] =
	    "the disk is nearly full: texts stay in the modem until there is room";
	struct session *s = c->session;
	enum status st;

	if (c->count == 0)
		return ST_OK;
	st = intake_batch(s, c->modem, c->batch, c->count);
	if (st == ST_OK) {
		if (strcmp(s->fault, full) == 0)
			s->fault[0] = '\0';
		acknowledge(c);
		log_event(EV_SMS_KEPT, LOG_COUNT(c->count));
	} else if (st == ST_FULL) {
		(void)snprintf(s->fault, sizeof(s->fault), "%s", full);
	}
	forget(c);
	return status_class(st) == SC_STOP ? st : ST_OK;
}

static enum status
take_listed(struct channel *c, const struct msg_listed *m)
{
	enum status st;

	if ((st = channel_take(c)) != ST_OK)
		return st;
	c->answered = 1;
	memset(&c->gone, 0, sizeof(c->gone));
	if (m->more)
		return ST_OK;
	c->finished = 1;
	c->listed = 1;
	c->listed_ms = clock_boot_ms();
	c->skipped = m->skipped;
	return ST_OK;
}

/* Durable, and only then acknowledged, as a text is. */
static enum status
take_report(struct channel *c, const struct msg_report *m)
{
	struct ipc_message kept;
	enum status st = ST_OK, sent;

	if (c->session->outbox != NULL)
		st = outbox_report(c->session->outbox, c->modem, m);
	if (st != ST_OK)
		return status_class(st) == SC_STOP ? st : ST_OK; /* it comes again */
	if (m->ref == 0)
		return ST_OK;
	ipc_begin(&kept, MSG_SMS_KEPT);
	kept.body.SMS_KEPT.count = 1;
	kept.body.SMS_KEPT.ref[0] = m->ref;
	sent = ipc_send(c->fd, &kept, -1);
	(void)sent;
	return ST_OK; /* if this is lost it is handed over again, and is nobody's */
}

static void
take_credit(struct channel *c, const struct msg_credit *m)
{
	c->credit = *m;
	c->credit.words[sizeof(c->credit.words) - 1] = '\0';
	c->credit_ms = clock_boot_ms();
}

/* A process knows only of its own sweeps: those of the ones before it still hold. */
static void
take_state(struct channel *c, const struct msg_modem_state *m)
{
	const struct msg_modem_state before = c->state;

	c->state = *m;
	if (m->swept_s == INT64_MIN && c->knows_state) {
		c->state.swept_s = before.swept_s;
		c->state.swept_slots = before.swept_slots;
		c->state.swept_whole = before.swept_whole;
	}
	c->knows_state = 1;
}

static enum status
take_message(struct channel *c, const struct ipc_message *m)
{

	switch (m->head.type) {
	case MSG_SMS_HANDED:
		c->batch[c->count++] = m->body.SMS_HANDED;
		return c->count == BATCH_MAX ? channel_take(c) : ST_OK;
	case MSG_LISTED:
		return take_listed(c, &m->body.LISTED);
	case MSG_REPORT_HANDED:
		return take_report(c, &m->body.REPORT_HANDED);
	case MSG_SENT:
		return c->session->outbox == NULL
			   ? ST_OK
			   : outbox_sent(c->session->outbox, c->modem, &m->body.SENT);
	case MSG_MODEM_STATE:
		take_state(c, &m->body.MODEM_STATE);
		return ST_OK;
	case MSG_CREDIT:
		take_credit(c, &m->body.CREDIT);
		return ST_OK;
	default:
		return ST_CLOSED; /* the table has no other one from the modem */
	}
}

enum status
channel_read(struct channel *c, int *waits)
{
	struct ipc_message m;
	enum status st = ST_AGAIN;

	for (int n = 0;
	     n < READ_MAX && (st = ipc_receive(c->fd, IPC_MODEM, IPC_CORE, &m, NULL)) == ST_OK;
	     n++) {
		st = take_message(c, &m);
		ipc_wipe(&m);
		if (status_class(st) == SC_STOP)
			return st; /* the storage's: not to be taken for the channel's, below */
		if (st != ST_OK)
			break;
	}
	*waits = c->count > 0;
	if (st == ST_OK || st == ST_AGAIN)
		return ST_OK;
	if (st != ST_CLOSED)
		log_event(EV_CHANNEL_BAD, LOG_STATUS(st));
	st = channel_take(c);
	*waits = 0;
	return st == ST_OK ? ST_CLOSED : st;
}

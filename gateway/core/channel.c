/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/channel.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/intake.h"

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

void
channel_forget(struct channel *c)
{
	sodium_memzero(c->batch, c->count * sizeof(c->batch[0]));
	c->count = 0;
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
	st = intake_batch(s, c->batch, c->count);
	if (st == ST_OK) {
		if (strcmp(s->fault, full) == 0)
			s->fault[0] = '\0';
		acknowledge(c);
		log_event(EV_SMS_KEPT, LOG_COUNT(c->count));
	} else if (st == ST_FULL) {
		(void)snprintf(s->fault, sizeof(s->fault), "%s", full);
	}
	channel_forget(c);
	return status_class(st) == SC_STOP ? st : ST_OK;
}

static enum status
take_message(struct channel *c, const struct ipc_message *m)
{
	enum status st;

	switch (m->head.type) {
	case MSG_SMS_HANDED:
		c->batch[c->count++] = m->body.SMS_HANDED;
		return c->count == BATCH_MAX ? channel_take(c) : ST_OK;
	case MSG_LISTED:
		if ((st = channel_take(c)) != ST_OK)
			return st;
		c->listed_ms = clock_boot_ms();
		c->skipped = m->body.LISTED.skipped;
		if (c->session->state != NULL && !m->body.LISTED.more)
			state_listed(c->session->state);
		return ST_OK;
	default:
		return ST_CLOSED; /* the table has no other one from the modem */
	}
}

enum status
channel_read(struct channel *c, int *waits)
{
	struct ipc_message m;
	enum status st;

	while ((st = ipc_receive(c->fd, IPC_MODEM, IPC_CORE, &m, NULL)) == ST_OK) {
		st = take_message(c, &m);
		ipc_wipe(&m);
		if (status_class(st) == SC_STOP)
			return st; /* the storage's: not to be taken for the channel's, below */
		if (st != ST_OK)
			break;
	}
	*waits = c->count > 0;
	if (st == ST_AGAIN)
		return ST_OK;
	if (st != ST_CLOSED)
		log_event(EV_CHANNEL_BAD, LOG_STATUS(st));
	st = channel_take(c);
	*waits = 0;
	return st == ST_OK ? ST_CLOSED : st;
}

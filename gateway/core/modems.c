/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/modems.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/outbox.h"

void
modems_begin(
    struct modems *ms, struct session *s, struct loop *loop, int tocsind_fd, modems_after_fn *after)
{
	memset(ms, 0, sizeof(*ms));
	ms->session = s;
	ms->loop = loop;
	ms->tocsind_fd = tocsind_fd;
	ms->after = after;
	for (unsigned i = 0; i < MODEMS_MAX; i++) {
		ms->channel[i].all = ms;
		ms->channel[i].session = s;
		ms->channel[i].modem = i;
		ms->channel[i].fd = -1;
	}
}

static enum status
disconnect(struct channel *c)
{
	const struct modems *ms = c->all;

	if (c->fd == -1)
		return ST_OK;
	loop_timer_stop(ms->loop, &c->timer);
	loop_remove(ms->loop, c->fd);
	channel_close(c);
	return ms->session->outbox == NULL ? ST_OK
					   : outbox_modem_gone(ms->session->outbox, c->modem);
}

/*
 * tocsind's back-offs begin anew with it. So not for a listing that goes on: one past the library
 * does, and the library may end its process right behind it, each time.
 */
static void
tell_answered(const struct modems *ms, const struct channel *c)
{
	struct ipc_message m;
	enum status sent;

	ipc_begin(&m, MSG_MODEM_ANSWERED);
	m.body.MODEM_ANSWERED.modem = c->modem;
	sent = ipc_send(ms->tocsind_fd, &m, -1);
	(void)sent; /* without it a hung modem is tried once less before its power is cut */
}

/*
 * What was seen long ago may be forgotten once no modem can still hold it. One of the settings that
 * is away may hold a text that was kept and not deleted yet. The price: `seen` grows, by some 40
 * octets a text, as long as a modem of the settings has not been listed since core started.
 */
static void
note_listed(const struct modems *ms)
{
	for (unsigned i = 0; i < MODEMS_MAX; i++)
		if ((modems_has(ms, i) || ms->channel[i].fd != -1) && !ms->channel[i].listed)
			return;
	if (ms->session->state != NULL)
		state_listed(ms->session->state);
}

static void
on_batch(struct loop *loop, void *arg)
{
	struct channel *c = arg;

	(void)loop;
	c->all->after(channel_take(c));
}

static void
on_modem(struct loop *loop, int fd, short events, void *arg)
{
	struct channel *c = arg;
	const struct modems *ms = c->all;
	int waits = 0, finished = c->finished;
	enum status st = channel_read(c, &waits);

	(void)fd;
	(void)events;
	if (c->finished && !finished)
		tell_answered(ms, c);
	if (c->listed)
		note_listed(ms);
	if (st == ST_CLOSED) {
		log_event(EV_CHANNEL_CLOSED, LOG_ROLE(LOG_ROLE_MODEM), LOG_MODEM(c->modem + 1));
		st = disconnect(c);
	} else if (st == ST_OK && waits)
		st = loop_timer_set(
		    loop, &c->timer, clock_boot_ms() + CHANNEL_PAUSE_MS, on_batch, c);
	else
		loop_timer_stop(loop, &c->timer);
	ms->after(st);
}

/* A new process hands over no sender until it is told. One that cannot be told now is told the next
 * time. */
static void
tell_senders(struct modems *ms)
{
	const int wanted = session_wants_senders(ms->session);
	struct ipc_message m;

	ipc_begin(&m, MSG_SENDERS);
	m.body.SENDERS.wanted = (uint32_t)wanted;
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		struct channel *c = &ms->channel[i];

		if (c->fd != -1 && c->told_senders != wanted && ipc_send(c->fd, &m, -1) == ST_OK)
			c->told_senders = wanted;
	}
}

static enum status
connect_modem(struct modems *ms, struct channel *c, int fd)
{
	enum status st = disconnect(c);

	if (st != ST_OK || ipc_nonblocking(fd) != ST_OK || channel_open(c, fd) != ST_OK) {
		(void)close(fd); /* the modem sees it and is started again */
		return st;
	}
	if (loop_add(ms->loop, fd, POLLIN, on_modem, c) != ST_OK)
		channel_close(c); /* likewise */
	tell_senders(ms);
	return ST_OK;
}

enum status
modems_take(struct modems *ms, const struct ipc_message *m, int passed)
{
	const struct msg_modem_gone *gone = &m->body.MODEM_GONE;
	struct channel *c;

	if (m->head.type == MSG_MODEM_CHANNEL && passed != -1 &&
	    m->body.MODEM_CHANNEL.modem < MODEMS_MAX)
		return connect_modem(ms, &ms->channel[m->body.MODEM_CHANNEL.modem], passed);
	if (passed != -1)
		(void)close(passed); /* nothing that we know */
	if (m->head.type == MSG_MODEM_GONE && gone->modem < MODEMS_MAX) {
		c = &ms->channel[gone->modem];
		if (gone->power_cycled > c->gone.power_cycled)
			c->power_cycles += gone->power_cycled - c->gone.power_cycled;
		c->gone = *gone;
	}
	return ST_OK;
}

/* One that does not reach its modem has not left. */
static enum status
send_one(struct modems *ms, const struct channel *c, struct ipc_message *m)
{
	const struct msg_sent failed = {.id = m->body.SEND.id, .result = SEND_REFUSED};

	if (ipc_send(c->fd, m, -1) == ST_OK)
		return ST_OK;
	return outbox_sent(ms->session->outbox, c->modem, &failed);
}

enum status
modems_send(struct modems *ms)
{
	struct outbox *o = ms->session->outbox;
	struct ipc_message m;
	enum status st = ST_OK;

	tell_senders(ms);
	for (size_t i = 0; o != NULL && i < MODEMS_MAX && status_class(st) != SC_STOP; i++) {
		const struct channel *c = &ms->channel[i];

		if (c->fd == -1 || !c->answered)
			continue;
		ipc_begin(&m, MSG_SEND);
		if ((st = outbox_next(o, c->modem, &m.body.SEND)) == ST_OK)
			st = send_one(ms, c, &m);
		ipc_wipe(&m);
	}
	return status_class(st) == SC_STOP ? st : ST_OK;
}

unsigned
modems_ask(struct modems *ms, uint32_t modem, enum modem_act act)
{
	struct ipc_message m;
	unsigned asked = 0;

	ipc_begin(&m, MSG_MODEM_DO);
	m.body.MODEM_DO.act = act;
	for (size_t i = 0; i < MODEMS_MAX; i++)
		if (ms->channel[i].fd != -1 && (modem == i || modem == UINT32_MAX))
			asked += ipc_send(ms->channel[i].fd, &m, -1) == ST_OK;
	return asked;
}

int
modems_has(const struct modems *ms, unsigned modem)
{
	return modem < MODEMS_MAX && ms->session->conf->modem[modem].device[0] != '\0';
}

static int64_t
seconds_since(int64_t ms)
{
	return ms == 0 ? -1 : (clock_boot_ms() - ms) / 1000;
}

void
modems_row(const struct modems *ms, unsigned modem, struct msg_modem_row *out)
{
	const struct channel *c = &ms->channel[modem];

	memset(out, 0, sizeof(*out));
	out->modem = modem;
	out->connected = c->fd != -1;
	out->listed_s = seconds_since(c->listed_ms);
	out->state = c->state;
	if (!c->knows_state) {
		out->state.signal_percent = -1;
		out->state.registration = REGISTRATION_UNKNOWN;
		out->state.swept_s = INT64_MIN;
	}
	out->gone = c->gone;
	out->power_cycles = c->power_cycles;
	out->state.skipped = c->skipped;
	out->credit_s = seconds_since(c->credit_ms);
	out->credit = c->credit;
}

void
modems_status(const struct modems *ms, struct msg_status *out)
{
	out->modem = 1;
	for (unsigned i = 0; i < MODEMS_MAX; i++) {
		const struct channel *c = &ms->channel[i];
		int64_t since_s = seconds_since(c->listed_ms);

		if (!modems_has(ms, i))
			continue;
		if (c->fd == -1)
			out->modem = 0;
		if (out->modem_listed_s != -1 && (since_s == -1 || since_s > out->modem_listed_s))
			out->modem_listed_s = since_s;
		out->skipped += c->skipped;
	}
}

void
modems_wipe(struct modems *ms)
{
	for (size_t i = 0; i < MODEMS_MAX; i++)
		channel_wipe(&ms->channel[i]);
}

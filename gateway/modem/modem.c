/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/modem.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/modem/at.h"
#include "gateway/modem/modem_impl.h"

#define HINT_MS 100 /* announcements of one moment are one listing */
#define ESCAPE "\x1B\r"
#define PROBE_MS 6000       /* for an answer to "AT" */
#define IDLE_READS_MAX 1000 /* poll(2) tells of octets that the library does not get */
#define FRUITLESS_MS 5000   /* after a listing whose deletes all failed; doubled each time */
#define FRUITLESS_SHIFT 5
#define UNKEPT_S 30 /* core keeps nothing, for want of room: it may have some by then */

/* ---- whether it is there ---- */

static bool
has_hung_up(const struct modem *m)
{
	struct pollfd polled = {m->tty, 0, 0};

	return m->tty != -1 && ((poll(&polled, 1, 0) == 1 && polled.revents != 0) ||
				   access(m->options->device, F_OK) != 0);
}

enum status
modem_judge(const struct modem *m, enum status st)
{
	return st == ST_DEVICE && has_hung_up(m) ? ST_UNPLUGGED : st;
}

enum status
modem_probe(struct modem *m)
{
	struct at_reply reply;
	enum status st;

	if (m->tty == -1)
		return ST_OK;
	st = at_command(m->tty, "AT", &reply, PROBE_MS);
	m->hinted |= reply.hint;
	at_reply_wipe(&reply);
	return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, st);
}

/* ---- the loop ---- */

static void
stop(struct modem *m, enum status why)
{
	m->end = why == ST_CLOSED ? ST_OK : why; /* the channel: as it was told */
	loop_stop(&m->loop);
}

static void start_pass(struct loop *loop, void *arg);
static void run_orders(struct loop *loop, void *arg);

void
modem_plan_pass(struct modem *m, int64_t in_ms)
{
	m->next_ms = clock_boot_ms() + in_ms;
	if (loop_timer_set(&m->loop, &m->next_pass, m->next_ms, start_pass, m) != ST_OK)
		stop(m, ST_MEMORY);
}

static enum status
hand_on(struct modem *m)
{
	struct ipc_message msg;
	enum status st = ST_OK;
	bool came = true;

	while (came && st == ST_OK) {
		ipc_begin(&msg, MSG_REPORT_HANDED);
		if ((came = modem_gammu_report_came(&msg.body.REPORT_HANDED)))
			st = link_send(m, &msg);
		ipc_wipe(&msg);
	}
	ipc_begin(&msg, MSG_CREDIT);
	if (st == ST_OK && modem_gammu_credit_came(&msg.body.CREDIT))
		st = link_send(m, &msg);
	ipc_wipe(&msg);
	return st;
}

/* After every use of the library or of the raw road: what the modem said meanwhile. */
static enum status
heed(struct modem *m)
{
	m->hinted |= modem_gammu_hinted();
	if (m->hinted && m->next_ms > clock_boot_ms() + HINT_MS)
		modem_plan_pass(m, HINT_MS);
	return hand_on(m);
}

static enum status
connect_modem(struct modem *m)
{
	const struct modem_options *o = m->options;
	enum status st;

	if ((st = modem_gammu_open(o->device, o->connection, o->model)) != ST_OK)
		return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, st);
	m->connected = true;
	if (m->tty != -1) {
		if ((st = pin_unlock(m)) != ST_OK || (st = watch_begin(m)) != ST_OK)
			return modem_judge(m, st);
		st = modem_gammu_hints_on();
		m->state.hints = st == ST_OK;
		if (st == ST_UNKNOWN)
			log_event(EV_HINTS_OFF);
		else if (st != ST_OK)
			return modem_judge(m, st);
		loop_watch(&m->loop, m->tty, POLLIN);
	}
	log_event(EV_MODEM_READY);
	modem_plan_pass(m, 0);
	return ST_OK;
}

/* It was listed to its end, and there is nothing to delete. */
static enum status
be_quiet(struct modem *m)
{
	m->fruitless = 0;
	order_when_quiet(m);
	return watch_tell(m);
}

static int64_t
fruitless_pause_ms(const struct modem *m)
{
	unsigned shift = m->fruitless < FRUITLESS_SHIFT ? m->fruitless : FRUITLESS_SHIFT;

	return m->fruitless == 0 ? 0 : FRUITLESS_MS << (shift - 1);
}

/*
 * What follows a pass when core has kept all of it. It is listed again at once only if something
 * was deleted, or once more to be sure: a slot that cannot be deleted, or that core cannot keep,
 * must not keep the modem busy for ever.
 */
static enum status
conclude(struct modem *m)
{
	m->concluded = true;
	if (!m->connected) {
		if (!m->raw_more || m->deleted == 0)
			return connect_modem(m);
		modem_plan_pass(m, 0);
	} else if (m->deleted > 0) {
		m->fruitless = 0;
		modem_plan_pass(m, 0);
	} else if (m->doubtful) {
		modem_plan_pass(m, fruitless_pause_ms(m));
		if (m->fruitless++ > 0)
			return watch_tell(m); /* nothing goes: the SIM fills */
	} else if (doubt_is_fresh(m) && !m->is_raw) {
		modem_plan_pass(m, 0);
	} else if (doubt_is_ripe(m)) {
		return pass_raw(m, false);
	} else {
		return be_quiet(m);
	}
	return ST_OK;
}

static void
go_on(struct modem *m)
{
	enum status st = ST_OK;
	bool settled = true;

	while (st == ST_OK && settled && !m->concluded) {
		st = pass_delete(m, &settled);
		if (st == ST_OK && settled)
			st = conclude(m);
	}
	if (st == ST_OK && m->connected)
		st = heed(m);
	if (st != ST_OK)
		stop(m, st);
	else if (m->connected && order_waits(m) &&
		 loop_timer_set(&m->loop, &m->orders_due, clock_boot_ms(), run_orders, m) != ST_OK)
		stop(m, ST_MEMORY);
}

static void
start_pass(struct loop *loop, void *arg)
{
	struct modem *m = arg;
	bool waits = m->connected && m->pass > 0 && !m->concluded;
	enum status st;

	(void)loop;
	m->next_ms = INT64_MAX;
	modem_plan_pass(m, (int64_t)m->options->poll_s * 1000);
	st = link_drain(m); /* has core said whether it wants senders? */
	if (st == ST_OK && !m->connected) {
		st = pass_raw(m, true);
	} else if (st == ST_OK && (st = modem_probe(m)) == ST_OK) {
		(void)modem_gammu_hinted(); /* the listing finds what was announced */
		m->hinted = false;
		st = pass_list(m);
		if (st == ST_OK && waits) /* core keeps nothing: the SIM fills */
			st = watch_tell(m);
	}
	if (st != ST_OK) {
		stop(m, st);
		return;
	}
	go_on(m); /* answers may have come while it was listed */
	if (!m->concluded && m->options->poll_s > UNKEPT_S)
		modem_plan_pass(m, UNKEPT_S * INT64_C(1000)); /* unless they still come */
}

static void
run_orders(struct loop *loop, void *arg)
{
	struct modem *m = arg;
	enum status st;

	(void)loop;
	if ((st = order_run(m)) != ST_OK)
		stop(m, st);
	else
		go_on(m);
}

static void
on_channel(struct loop *loop, int fd, short events, void *arg)
{
	struct modem *m = arg;
	enum status st;

	(void)loop;
	(void)fd;
	(void)events;
	if ((st = link_drain(m)) != ST_OK)
		stop(m, st);
	else
		go_on(m);
}

/* The modem says something by itself, or has gone. */
static void
on_tty(struct loop *loop, int fd, short events, void *arg)
{
	struct modem *m = arg;
	enum status st;

	(void)loop;
	(void)fd;
	if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
		stop(m, ST_UNPLUGGED);
		return;
	}
	if (!m->connected)
		return; /* only hang-ups are asked for */
	m->idle_reads = modem_gammu_read() > 0 ? 0 : m->idle_reads + 1;
	if (m->idle_reads > IDLE_READS_MAX)
		stop(m, ST_DEVICE);
	else if ((st = heed(m)) != ST_OK)
		stop(m, st);
}

/* ---- beginning and end ---- */

static enum status
begin(struct modem *m)
{
	enum status st;

	if ((st = loop_add(&m->loop, m->options->channel, POLLIN, on_channel, m)) != ST_OK)
		return st;
	if (m->tty == -1)
		return connect_modem(m);
	if ((st = loop_add(&m->loop, m->tty, 0, on_tty, m)) != ST_OK)
		return st;
	/* It may still wait for the body of a text, from a process that was ended: give that up. A
	 * failure shows in the probe. */
	if (write(m->tty, ESCAPE, sizeof(ESCAPE) - 1) == -1 ||
	    (st = at_probe(m->tty, NULL)) != ST_OK)
		return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, ST_DEVICE);
	if (!m->options->rescue)
		return connect_modem(m);
	log_event(EV_RESCUE);
	modem_plan_pass(m, 0); /* by the raw road; the library comes after it */
	return ST_OK;
}

static enum status
serve(struct modem *m)
{
	enum status st;

	if ((st = loop_init(&m->loop)) != ST_OK)
		return st;
	if ((st = begin(m)) == ST_OK)
		st = loop_run(&m->loop);
	loop_done(&m->loop);
	return st == ST_OK ? m->end : st;
}

static void
say_end(enum status st)
{
	if (st == ST_UNPLUGGED)
		log_event(EV_MODEM_UNPLUGGED);
	else if (st == ST_PIN)
		log_event(EV_PIN_WANTED);
	else if (st == ST_CONFIG)
		log_event(EV_MODEM_DENIED);
	else if (st == ST_DEVICE)
		log_event(EV_MODEM_LOST, LOG_STATUS(st));
}

enum status
modem_run(const struct modem_options *options)
{
	static struct modem m; /* the table of slots is too big for a stack */
	enum status st;

	memset(&m, 0, sizeof(m));
	m.options = options;
	m.next_ms = INT64_MAX;
	m.arrived_ms = clock_boot_ms();
	m.sweep_ms = m.watched_ms = INT64_MIN;
	if ((st = ipc_nonblocking(options->channel)) != ST_OK)
		return st;
	if ((st = at_open(options->device, options->connection, &m.tty)) == ST_OK)
		st = serve(&m);
	else if (st == ST_CLOSED)
		st = ST_UNPLUGGED;
	say_end(st);
	if (st == ST_OK)
		modem_gammu_close(); /* a modem that fails is not asked for anything more */
	explicit_bzero(&m.to_send, sizeof(m.to_send));
	if (m.tty != -1)
		(void)close(m.tty); /* nothing was written through it that matters */
	return st;
}

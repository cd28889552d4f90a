/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/modem/modem_impl.h"
#include "gateway/modem/sweep.h"

#define HOUR_MS INT64_C(3600000)
#define CREDIT_FIRST_MS (HOUR_MS / 4) /* not by each of many processes that soon end */
#define CREDIT_EVERY_MS (24 * HOUR_MS)
#define SWEEP_EVERY_MS (20 * HOUR_MS)   /* once a day, in the first quiet hour */
#define SWEEP_AT_LAST_MS (36 * HOUR_MS) /* also where no hour is quiet */
#define SWEEP_BATCH_MS 60000            /* after the last text of a batch */
#define SWEEP_LIMIT_MS (10 * 60000)

static bool
is_since(int64_t then_ms, int64_t pause_ms)
{
	return then_ms == INT64_MIN || clock_boot_ms() - then_ms >= pause_ms;
}

void
order_when_quiet(struct modem *m)
{
	bool quiet_hour = is_since(m->arrived_ms, HOUR_MS);

	if (m->tty == -1)
		return;
	if (m->credit_due_ms == 0)
		m->credit_due_ms = clock_boot_ms() + CREDIT_FIRST_MS;
	if (m->options->credit_ussd[0] != '\0' && clock_boot_ms() >= m->credit_due_ms)
		m->credit_asked = true;
	if (m->state.sweep != 1 || m->swept_since)
		return;
	if (m->options->sweep == SWEEP_NIGHTLY && is_since(m->sweep_ms, SWEEP_EVERY_MS) &&
	    (quiet_hour || is_since(m->sweep_ms, SWEEP_AT_LAST_MS)))
		m->sweep_asked = true;
	if (m->options->sweep == SWEEP_BATCH && is_since(m->arrived_ms, SWEEP_BATCH_MS))
		m->sweep_asked = true;
	else if (m->options->sweep == SWEEP_BATCH && m->next_ms > clock_boot_ms() + SWEEP_BATCH_MS)
		modem_plan_pass(m, SWEEP_BATCH_MS); /* a listing first: a sweep begins with none */
}

/* A sweep was cut short, by a crash or by what it met: its fillers take room. */
static bool
must_clean(const struct modem *m)
{
	return m->others + doubt_count(m).own > 0 && !m->cleaned && m->tty != -1;
}

bool
order_waits(const struct modem *m)
{
	return m->send_waits || m->credit_asked ||
	       (m->concluded && (m->sweep_asked || must_clean(m)));
}

static enum status
send_text(struct modem *m)
{
	struct ipc_message msg;
	enum status st;

	if ((st = modem_probe(m)) != ST_OK)
		return st; /* it was not touched; core says unknown, because it cannot know */
	ipc_begin(&msg, MSG_SENT);
	modem_gammu_send(&m->to_send, m->tty, &msg.body.SENT);
	explicit_bzero(&m->to_send, sizeof(m->to_send));
	m->send_waits = false;
	st = link_send(m, &msg);
	if (st == ST_OK && msg.body.SENT.result == SEND_UNKNOWN)
		return modem_judge(m, ST_DEVICE); /* a late answer must not meet the next text */
	return st;
}

static enum status
ask_credit(struct modem *m)
{
	struct ipc_message msg;
	enum status st;

	m->credit_asked = false;
	m->credit_due_ms = clock_boot_ms() + CREDIT_EVERY_MS;
	ipc_begin(&msg, MSG_CREDIT);
	st = modem_gammu_ask_credit(m->options->credit_ussd, m->tty, &msg.body.CREDIT);
	st = st == ST_OK ? link_send(m, &msg) : modem_judge(m, st);
	ipc_wipe(&msg);
	return st;
}

/* Core wants something: the sweep can wait. */
static bool
is_wanted(void *arg)
{
	const struct modem *m = arg;
	struct pollfd polled = {m->options->channel, POLLIN, 0};

	return poll(&polled, 1, 0) != 0;
}

static enum status
sweep(struct modem *m)
{
	struct sweep_result result;
	enum status st;

	m->sweep_asked = false;
	m->sweep_ms = clock_boot_ms();
	if (m->tty == -1) {
		m->state.sweep = 2;
		return ST_OK;
	}
	st = sweep_run(m->tty, SWEEP_LIMIT_MS, is_wanted, m, &result);
	m->hinted |= result.hint || result.outcome == SWEEP_ARRIVED;
	m->cleaned = !result.left;
	if (st != ST_OK)
		return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, st);
	if (result.outcome == SWEEP_CANNOT)
		m->state.sweep = 2;
	if (result.outcome == SWEEP_DONE) {
		m->state.swept_s = clock_wall_s();
		m->state.swept_slots = result.slots;
		m->state.swept_whole = result.whole;
		m->swept_since = true;
		log_event(EV_SWEPT, LOG_COUNT(result.slots));
	} else if (result.outcome != SWEEP_CANNOT) {
		m->sweep_ms = INT64_MIN; /* another time */
	}
	return watch_tell(m);
}

static enum status
clean(struct modem *m)
{
	uint32_t deleted;
	enum status st;
	bool hint;

	m->cleaned = true;
	st = sweep_clean(m->tty, &deleted, &hint);
	m->hinted |= hint || deleted > 0;
	return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, st);
}

enum status
order_run(struct modem *m)
{
	enum status st = ST_OK;

	if (m->send_waits)
		st = send_text(m);
	if (st == ST_OK && m->credit_asked)
		st = ask_credit(m);
	if (st == ST_OK && m->sweep_asked && m->concluded)
		st = sweep(m);
	else if (st == ST_OK && m->concluded && must_clean(m))
		st = clean(m);
	return st;
}

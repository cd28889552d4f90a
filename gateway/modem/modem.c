/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/modem.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/ipc.h"
#include "gateway/common/log.h"
#include "gateway/common/loop.h"
#include "gateway/modem/modem_gammu.h"

#define PASS_SLOTS_MAX 1024  /* of texts in one pass; more wait for the next */
#define PASS_CALLS_MAX 60000 /* steps of one listing: more than any modem has slots */
#define PARTS_MAX 64         /* bits of `waiting` */

/* ref: the listing's number, the slot's place in the table, the part. */
#define REF_PASS_SHIFT 32
#define REF_SLOT_SHIFT 8

struct slot {
	int location;
	bool deletable;   /* everything in it was handed over */
	bool tried;       /* a delete was sent: never another one in this pass */
	uint64_t waiting; /* a bit for each part that core has not kept yet */
};

struct modem {
	const struct modem_options *options;
	struct loop loop;
	struct loop_timer next_pass;
	enum status end; /* why the loop stopped */
	uint32_t pass;
	struct slot slots[PASS_SLOTS_MAX];
	size_t slots_used;
	uint32_t handed, skipped, deleted;
};

static void start_pass(struct loop *loop, void *arg);

static void
stop(struct modem *m, enum status why)
{
	m->end = why;
	loop_stop(&m->loop);
}

/* ---- what core has kept ---- */

static void
mark_kept(struct modem *m, uint64_t ref)
{
	size_t slot = (uint32_t)ref >> REF_SLOT_SHIFT;
	unsigned part = (unsigned)(ref & 0xff);

	if (ref >> REF_PASS_SHIFT != m->pass || slot >= m->slots_used || part >= PARTS_MAX)
		return; /* of an earlier listing: that slot may hold another text by now */
	m->slots[slot].waiting &= ~(UINT64_C(1) << part);
}

/* Take every answer that is there. ST_OK; ST_CLOSED, ST_SYNTAX, ST_IO. */
static enum status
drain(struct modem *m)
{
	struct ipc_message msg;
	enum status st;

	while ((st = ipc_receive(m->options->channel, IPC_CORE, IPC_MODEM, &msg, NULL)) == ST_OK) {
		if (msg.head.type != MSG_SMS_KEPT || msg.body.SMS_KEPT.count > BATCH_MAX)
			return ST_SYNTAX;
		for (uint32_t i = 0; i < msg.body.SMS_KEPT.count; i++)
			mark_kept(m, msg.body.SMS_KEPT.ref[i]);
		log_event(EV_SMS_KEPT, LOG_COUNT(msg.body.SMS_KEPT.count));
	}
	return st == ST_AGAIN ? ST_OK : st;
}

/* Send, and while core is busy take its answers, so that neither waits for the other. */
static enum status
send_patiently(struct modem *m, const struct ipc_message *msg)
{
	struct pollfd polled = {m->options->channel, POLLIN | POLLOUT, 0};
	enum status st;

	while ((st = ipc_send(m->options->channel, msg, -1)) == ST_AGAIN) {
		if (poll(&polled, 1, -1) == -1 && errno != EINTR)
			return ST_IO;
		if ((st = drain(m)) != ST_OK)
			return st;
	}
	return st;
}

/* ---- one listing ---- */

static enum status
hand_part(struct modem *m, size_t slot, unsigned part)
{
	struct ipc_message msg;
	enum status st;

	ipc_begin(&msg, MSG_SMS_HANDED);
	if ((st = modem_gammu_text(part, &msg.body.SMS_HANDED)) == ST_OK) {
		msg.body.SMS_HANDED.ref =
		    (uint64_t)m->pass << REF_PASS_SHIFT | (uint64_t)slot << REF_SLOT_SHIFT | part;
		st = send_patiently(m, &msg);
	}
	ipc_wipe(&msg);
	return st;
}

/* Every part of the slot; if one of them is no text, none of it may be deleted. */
static enum status
hand_slot(struct modem *m, const struct modem_slot *found)
{
	size_t index = m->slots_used++;
	struct slot *slot = &m->slots[index];
	enum status st;

	*slot = (struct slot){found->location, true, false, 0};
	for (unsigned part = 0; part < found->parts && part < PARTS_MAX; part++) {
		slot->waiting |= UINT64_C(1) << part;
		st = hand_part(m, index, part);
		if (st == ST_TOO_LONG) {
			slot->deletable = false;
			m->skipped++;
		} else if (st != ST_OK) {
			return st;
		} else {
			m->handed++;
		}
	}
	return ST_OK;
}

/* `more`: the pass ended at its bound, not at the modem's end. */
static enum status
list_slots(struct modem *m, bool *more)
{
	struct modem_slot slot;
	enum modem_found found;
	enum status st;

	*more = false;
	for (unsigned call = 0; call < PASS_CALLS_MAX; call++) {
		if ((st = modem_gammu_next(call == 0, &found, &slot)) != ST_OK)
			return st;
		if (found == FOUND_END)
			return ST_OK;
		if (found == FOUND_UNREADABLE)
			m->skipped++;
		if (found != FOUND_TEXTS)
			continue;
		if (m->slots_used == PASS_SLOTS_MAX)
			break;
		if ((st = hand_slot(m, &slot)) != ST_OK || (st = drain(m)) != ST_OK)
			return st;
	}
	*more = true;
	return ST_OK;
}

static enum status
list_once(struct modem *m)
{
	struct ipc_message msg;
	enum status st;
	bool more;

	m->pass++;
	m->slots_used = 0;
	m->handed = m->skipped = m->deleted = 0;
	st = list_slots(m, &more);
	modem_gammu_forget();
	if (st != ST_OK)
		return st;
	if (m->handed > 0)
		log_event(EV_SMS_HANDED, LOG_COUNT(m->handed));
	if (m->skipped > 0)
		log_event(EV_SLOTS_SKIPPED, LOG_COUNT(m->skipped));
	log_event(EV_LISTED, LOG_COUNT(m->handed));
	ipc_begin(&msg, MSG_LISTED);
	msg.body.LISTED.handed = m->handed;
	msg.body.LISTED.skipped = m->skipped;
	msg.body.LISTED.more = more;
	return send_patiently(m, &msg);
}

/* ---- between two listings ---- */

/* Delete what core has kept, each slot once. True if nothing is waited for any more. */
static bool
delete_kept(struct modem *m)
{
	bool settled = true;
	uint32_t before = m->deleted;

	for (size_t i = 0; i < m->slots_used; i++) {
		struct slot *slot = &m->slots[i];

		if (slot->tried || !slot->deletable)
			continue;
		if (slot->waiting != 0) {
			settled = false;
			continue;
		}
		slot->tried = true;
		if (modem_gammu_delete(slot->location) == ST_OK)
			m->deleted++;
		else
			log_event(EV_SMS_DELETE_FAILED);
	}
	if (m->deleted > before)
		log_event(EV_SMS_DELETED, LOG_COUNT(m->deleted - before));
	return settled;
}

static void
plan_pass(struct modem *m, int64_t in_ms)
{
	if (loop_timer_set(&m->loop, &m->next_pass, clock_boot_ms() + in_ms, start_pass, m) !=
	    ST_OK)
		stop(m, ST_MEMORY);
}

/*
 * List again at once only if something was deleted: a slot that cannot be deleted, or that core
 * cannot keep, must not keep the modem busy for ever.
 */
static void
go_on(struct modem *m)
{
	if (delete_kept(m) && m->deleted > 0)
		plan_pass(m, 0);
}

static void
start_pass(struct loop *loop, void *arg)
{
	struct modem *m = arg;
	enum status st;

	(void)loop;
	st = list_once(m);
	if (st != ST_OK) {
		stop(m, st == ST_CLOSED ? ST_OK : st);
		return;
	}
	plan_pass(m, (int64_t)m->options->poll_s * 1000);
	go_on(m); /* answers may have come while it was listed */
}

static void
on_channel(struct loop *loop, int fd, short events, void *arg)
{
	struct modem *m = arg;
	enum status st;

	(void)loop;
	(void)fd;
	(void)events;
	if ((st = drain(m)) != ST_OK)
		stop(m, st == ST_CLOSED ? ST_OK : st);
	else
		go_on(m);
}

static enum status
serve(struct modem *m)
{
	enum status st;

	if ((st = loop_init(&m->loop)) != ST_OK)
		return st;
	if ((st = loop_add(&m->loop, m->options->channel, POLLIN, on_channel, m)) == ST_OK) {
		plan_pass(m, 0);
		st = loop_run(&m->loop);
	}
	loop_done(&m->loop);
	return st == ST_OK ? m->end : st;
}

enum status
modem_run(const struct modem_options *options)
{
	static struct modem m; /* the table of slots is too big for a stack */
	enum status st;

	memset(&m, 0, sizeof(m));
	m.options = options;
	if ((st = ipc_nonblocking(options->channel)) != ST_OK)
		return st;
	if ((st = modem_gammu_open(options->device, options->connection, options->model)) !=
	    ST_OK) {
		log_event(EV_MODEM_LOST, LOG_STATUS(st));
		return st;
	}
	log_event(EV_MODEM_READY);
	st = serve(&m);
	if (st == ST_DEVICE)
		log_event(EV_MODEM_LOST, LOG_STATUS(st));
	modem_gammu_close();
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/modem/modem_impl.h"

#define PASS_CALLS_MAX 60000 /* steps of one listing: more than any modem has slots */
#define PARTS_MAX 64         /* bits of `waiting` */
#define AGAIN_A_LISTING 32   /* entries of a raw one that are read a second time */

/* ref: the listing's number, the slot's place in the table, the part. */
#define REF_PASS_SHIFT 32
#define REF_SLOT_SHIFT 8

/* ---- handing over ---- */

static void
begin_pass(struct modem *m, bool is_raw)
{
	m->pass++;
	m->is_raw = is_raw;
	m->slots_used = 0;
	m->handed = m->skipped = m->deleted = 0;
	m->doubtful = m->concluded = m->raw_more = false;
}

static struct slot *
new_slot(struct modem *m, int location)
{
	struct slot *slot = &m->slots[m->slots_used++];

	*slot = (struct slot){location, true, false, 0, 0};
	return slot;
}

static uint64_t
ref_of(const struct modem *m, const struct slot *slot, unsigned part)
{
	return (uint64_t)m->pass << REF_PASS_SHIFT | (uint64_t)(slot - m->slots) << REF_SLOT_SHIFT |
	       part;
}

void
pass_kept(struct modem *m, const struct msg_sms_kept *kept)
{
	for (uint32_t i = 0; i < kept->count; i++) {
		uint64_t ref = kept->ref[i];
		size_t slot = (uint32_t)ref >> REF_SLOT_SHIFT;
		unsigned part = (unsigned)(ref & 0xff);

		if (ref >> REF_PASS_SHIFT != m->pass || slot >= m->slots_used || part >= PARTS_MAX)
			continue; /* of an earlier listing: the slot may hold another text by now */
		m->slots[slot].waiting &= ~(UINT64_C(1) << part);
	}
}

static enum status
hand(struct modem *m, struct slot *slot, unsigned part, struct ipc_message *msg)
{
	enum status st;

	if (msg->head.type == MSG_SMS_HANDED) {
		msg->body.SMS_HANDED.ref = ref_of(m, slot, part);
		link_door(m, &msg->body.SMS_HANDED);
	} else
		msg->body.REPORT_HANDED.ref = ref_of(m, slot, part);
	if ((st = link_send(m, msg)) == ST_OK) {
		m->handed++;
		m->arrived_ms = clock_boot_ms();
		m->swept_since = false;
	}
	ipc_wipe(msg);
	return st;
}

/* Without a tty there is no road past the library. */
static void
note_unreadable(struct modem *m, int location)
{
	if (m->tty != -1)
		doubt_seen(m, location);
	else
		m->skipped++;
}

/* Every part of the slot; if one of them is no text, none of it may be deleted: past the library.
 */
static enum status
hand_texts(struct modem *m, const struct modem_slot *found)
{
	struct slot *slot = new_slot(m, found->location);
	struct ipc_message msg;
	enum status st;

	slot->print = modem_gammu_print();
	for (unsigned part = 0; part < found->parts && part < PARTS_MAX; part++) {
		slot->waiting |= UINT64_C(1) << part;
		ipc_begin(&msg, MSG_SMS_HANDED);
		if (modem_gammu_text(part, &msg.body.SMS_HANDED) == ST_TOO_LONG) {
			slot->deletable = false;
			note_unreadable(m, found->location);
		} else if ((st = hand(m, slot, part, &msg)) != ST_OK) {
			return st;
		}
	}
	return ST_OK;
}

static enum status
hand_report(struct modem *m, int location)
{
	struct slot *slot = new_slot(m, location);
	struct ipc_message msg;

	slot->waiting = 1;
	slot->print = modem_gammu_print();
	ipc_begin(&msg, MSG_REPORT_HANDED);
	modem_gammu_report(&msg.body.REPORT_HANDED);
	return hand(m, slot, 0, &msg);
}

/* ---- one listing by the library ---- */

static void
count_slot(struct modem *m, const struct modem_slot *slot)
{
	if (slot->location >= RESCUE_ME_LOCATION)
		m->in_phone++;
	else
		m->in_sim++;
}

/* `more`: the pass ended at its bound, not at the modem's end. */
static enum status
list_slots(struct modem *m, bool *more)
{
	struct modem_slot slot;
	enum modem_found found;
	enum status st;

	*more = false;
	m->in_sim = m->in_phone = m->others = 0;
	for (unsigned call = 0; call < PASS_CALLS_MAX; call++) {
		if ((st = modem_gammu_next(call == 0, &found, &slot)) != ST_OK)
			return st;
		if (found == FOUND_END)
			return ST_OK;
		count_slot(m, &slot);
		if (found == FOUND_UNREADABLE)
			note_unreadable(m, slot.location);
		m->others += found == FOUND_OTHER;
		if (found != FOUND_TEXTS && found != FOUND_REPORT)
			continue;
		if (m->slots_used == PASS_SLOTS_MAX)
			break;
		st = found == FOUND_TEXTS ? hand_texts(m, &slot) : hand_report(m, slot.location);
		if (st != ST_OK || (st = link_drain(m)) != ST_OK)
			return st;
	}
	*more = true;
	return ST_OK;
}

static enum status
tell_listed(struct modem *m, bool more)
{
	struct ipc_message msg;

	if (m->handed > 0)
		log_event(EV_SMS_HANDED, LOG_COUNT(m->handed));
	if (m->skipped > 0)
		log_event(EV_SLOTS_SKIPPED, LOG_COUNT(m->skipped));
	log_event(EV_LISTED, LOG_COUNT(m->handed));
	ipc_begin(&msg, MSG_LISTED);
	msg.body.LISTED.handed = m->handed;
	msg.body.LISTED.skipped = m->skipped;
	msg.body.LISTED.more = more;
	return link_send(m, &msg);
}

enum status
pass_list(struct modem *m)
{
	enum status st;
	bool more;

	begin_pass(m, false);
	doubt_begin(m);
	st = list_slots(m, &more);
	modem_gammu_forget();
	if (st == ST_UNKNOWN && m->tty != -1)
		return pass_raw(m, true); /* the library cannot: past it, then */
	if (st == ST_UNKNOWN)
		return ST_DEVICE;
	if (st != ST_OK)
		return modem_judge(m, st);
	if (!more)
		doubt_end(m);
	m->skipped += doubt_count(m).hopeless;
	return tell_listed(m, more);
}

/* ---- by the raw road ---- */

/* ST_CLOSED is the modem's in rescue.h and the channel's here. */
static enum status
of_modem(enum status st)
{
	return st == ST_CLOSED ? ST_UNPLUGGED : st;
}

static int
location_of(const struct rescue_found *found)
{
	return (int)found->index + (found->memory == RESCUE_ME ? RESCUE_ME_LOCATION : 0);
}

static enum rescue_memory
memory_of(int location)
{
	return location >= RESCUE_ME_LOCATION ? RESCUE_ME : RESCUE_SM;
}

static uint32_t
index_of(int location)
{
	return (uint32_t)(location % RESCUE_ME_LOCATION);
}

static enum status
hand_raw(struct modem *m, const struct rescue_found *found)
{
	struct slot *slot = new_slot(m, location_of(found));
	struct ipc_message msg;

	slot->waiting = 1;
	if (found->pdu.kind == PDU_REPORT) {
		ipc_begin(&msg, MSG_REPORT_HANDED);
		msg.body.REPORT_HANDED = found->pdu.report;
	} else {
		ipc_begin(&msg, MSG_SMS_HANDED);
		msg.body.SMS_HANDED = found->pdu.sms;
	}
	if (found->pdu.kind == PDU_UNDECODED)
		m->state.quarantined++;
	return hand(m, slot, 0, &msg);
}

/* What rescue_list gives: no way to send to the modem, but to core. */
struct taking {
	struct modem *m;
	enum status st;
	bool more;
	size_t doubted_used;
	struct rescue_found doubted[AGAIN_A_LISTING];
};

static bool
on_found(const struct rescue_found *found, void *arg)
{
	struct taking *t = arg;

	if (found->kind != RESCUE_ARRIVED)
		return true;
	if (found->pdu.kind == PDU_UNDECODED || !found->is_whole) {
		if (t->doubted_used == AGAIN_A_LISTING)
			t->more = true;
		else
			t->doubted[t->doubted_used++] = *found;
		return true;
	}
	if (t->m->slots_used == PASS_SLOTS_MAX)
		return false;
	t->st = hand_raw(t->m, found);
	return t->st == ST_OK;
}

/* An octet that the line drops costs a second look, not the text. */
static enum status
take_again(struct taking *t, struct rescue *r, const struct rescue_found *listed)
{
	struct rescue_found again;
	enum status st = of_modem(rescue_read(r, listed->memory, listed->index, &again));
	bool is_own = st == ST_OK && again.kind == RESCUE_OWN;
	bool is_better =
	    st == ST_OK && again.kind == RESCUE_ARRIVED && again.pdu.kind != PDU_UNDECODED;

	if ((st == ST_OK || st == ST_UNKNOWN) && !is_own)
		st = hand_raw(t->m, is_better ? &again : listed);
	rescue_wipe(&again);
	return st == ST_UNKNOWN ? ST_OK : st;
}

static enum status
take_memory(struct taking *t, struct rescue *r, enum rescue_memory memory)
{
	enum status st = of_modem(rescue_list(r, memory, on_found, t));

	if (t->st != ST_OK)
		return t->st;
	t->more |= st == ST_FULL;
	if (st == ST_FULL || st == ST_UNKNOWN)
		st = ST_OK;
	for (size_t i = 0; i < t->doubted_used && st == ST_OK; i++) {
		if (t->m->slots_used < PASS_SLOTS_MAX)
			st = take_again(t, r, &t->doubted[i]);
		else
			t->more = true;
	}
	return st;
}

static enum status
take_all(struct modem *m, struct rescue *r, bool *more)
{
	struct taking t = {.m = m, .st = ST_OK};
	enum status st = ST_OK;

	for (int memory = RESCUE_SM; memory <= RESCUE_ME && !t.more && st == ST_OK; memory++) {
		t.doubted_used = 0;
		st = take_memory(&t, r, (enum rescue_memory)memory);
	}
	*more = t.more;
	explicit_bzero(&t, sizeof(t));
	return st;
}

static enum status
take_one(struct modem *m, struct rescue *r, struct doubt *d)
{
	struct rescue_found found;
	enum status st;

	d->sightings = 0; /* if it is still there afterwards, they are counted anew */
	d->hopeless = false;
	st = of_modem(rescue_read(r, memory_of(d->location), index_of(d->location), &found));
	if (st == ST_OK && found.kind == RESCUE_OWN) {
		d->is_own = true;
	} else if (st == ST_UNKNOWN || (st == ST_OK && found.kind != RESCUE_ARRIVED)) {
		d->hopeless = true; /* empty, or refused */
		st = ST_OK;
	} else if (st == ST_OK) {
		st = hand_raw(m, &found);
	}
	rescue_wipe(&found);
	return st;
}

static enum status
take_doubts(struct modem *m, struct rescue *r, bool *more)
{
	enum status st;

	for (size_t i = 0; i < m->doubts_used; i++) {
		if (!doubt_is_due(&m->doubts[i]))
			continue;
		if (m->slots_used == DOUBTS_A_PASS) {
			*more = true;
			break;
		}
		if ((st = take_one(m, r, &m->doubts[i])) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
pass_raw(struct modem *m, bool all)
{
	enum status st, ended;
	struct rescue r;
	bool more = false;

	begin_pass(m, true);
	if ((st = rescue_begin(&r, m->tty)) == ST_UNKNOWN) /* the SIM waits for its PIN */
		return all ? tell_listed(m, true) : ST_DEVICE;
	if (st != ST_OK)
		return of_modem(st);
	st = all ? take_all(m, &r, &more) : take_doubts(m, &r, &more);
	ended = rescue_end(&r);
	if (r.hint)
		m->hinted = true;
	if (st == ST_OK)
		st = of_modem(ended);
	m->raw_more = more;
	m->skipped = doubt_count(m).hopeless;
	return st == ST_OK ? tell_listed(m, true) : st;
}

/* ---- deleting ---- */

static enum status
delete_by_library(struct modem *m, struct slot *slot)
{
	enum status st = modem_gammu_delete(slot->location, slot->print, m->tty);

	if (st == ST_OK) {
		m->deleted++;
		if (slot->location >= RESCUE_ME_LOCATION)
			m->in_phone -= m->in_phone > 0;
		else
			m->in_sim -= m->in_sim > 0;
		return ST_OK;
	}
	log_event(EV_SMS_DELETE_FAILED);
	m->doubtful = true;
	if (st == ST_AGAIN)
		return modem_probe(m);
	return st == ST_DEVICE || st == ST_UNPLUGGED ? modem_judge(m, st) : ST_OK;
}

static enum status
delete_raw(struct modem *m, struct rescue *r, struct slot *slot)
{
	enum status st = rescue_delete(r, memory_of(slot->location), index_of(slot->location));

	if (st == ST_OK)
		m->deleted++;
	else
		log_event(EV_SMS_DELETE_FAILED);
	if (st == ST_NOT_ALLOWED || st == ST_UNKNOWN) {
		for (size_t i = 0; i < m->doubts_used; i++)
			if (m->doubts[i].location == slot->location)
				m->doubts[i].hopeless = true; /* core has it; it cannot be freed */
		return ST_OK;
	}
	return of_modem(st);
}

static bool
is_due(const struct slot *slot)
{
	return slot->deletable && !slot->tried && slot->waiting == 0;
}

static bool
anything_due(const struct modem *m)
{
	for (size_t i = 0; i < m->slots_used; i++)
		if (is_due(&m->slots[i]))
			return true;
	return false;
}

static enum status
delete_due(struct modem *m, struct rescue *r)
{
	enum status st;

	for (size_t i = 0; i < m->slots_used; i++) {
		if (!is_due(&m->slots[i]))
			continue;
		m->slots[i].tried = true;
		st =
		    m->is_raw ? delete_raw(m, r, &m->slots[i]) : delete_by_library(m, &m->slots[i]);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
delete_all_due(struct modem *m)
{
	struct rescue r;
	enum status st, ended;

	if (!m->is_raw)
		return delete_due(m, NULL);
	if ((st = rescue_begin(&r, m->tty)) != ST_OK)
		return st == ST_UNKNOWN ? ST_DEVICE : of_modem(st);
	st = delete_due(m, &r);
	ended = rescue_end(&r);
	if (r.hint)
		m->hinted = true;
	return st != ST_OK ? st : of_modem(ended);
}

enum status
pass_delete(struct modem *m, bool *settled)
{
	uint32_t before = m->deleted;
	enum status st = ST_OK;

	*settled = true;
	if (anything_due(m))
		st = delete_all_due(m);
	for (size_t i = 0; i < m->slots_used; i++)
		if (m->slots[i].deletable && m->slots[i].waiting != 0)
			*settled = false;
	if (m->deleted > before)
		log_event(EV_SMS_DELETED, LOG_COUNT(m->deleted - before));
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modems of core, each a socket here: what is acknowledged and when, what tocsind is told, what
 * is kept of states, ends and credit, which modem gets an order or a text, and that one modem's end
 * is nobody else's.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/core/modems.h"
#include "gateway/core/outbox.h"
#include "gateway/core/state_impl.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static struct rig rig;
static struct loop loop;
static struct modems modems;
static int tocsind[2];        /* [0] is core's */
static int modem[MODEMS_MAX]; /* the other end of each channel, -1: none */
static enum status after_st;

static void
after(enum status st)
{
	after_st = st;
}

/* Until core has nothing to do, batches' pauses included. */
static void
settle(void)
{
	for (int i = 0; i < 8; i++) {
		CHECK_EQ(loop_step(&loop, false), ST_OK);
		(void)poll(NULL, 0, i == 3 ? 2 * CHANNEL_PAUSE_MS : 0);
	}
}

static void
begin(void)
{
	CHECK_EQ(loop_init(&loop), ST_OK);
	CHECK_EQ(ipc_pair(tocsind), ST_OK);
	CHECK_EQ(ipc_nonblocking(tocsind[1]), ST_OK);
	modems_begin(&modems, &rig.session, &loop, tocsind[0], after);
	for (size_t i = 0; i < MODEMS_MAX; i++)
		modem[i] = -1;
	after_st = ST_OK;
}

static void
connect_modem(unsigned n)
{
	struct ipc_message m;
	int pair[2];

	CHECK_EQ(ipc_pair(pair), ST_OK);
	CHECK_EQ(ipc_nonblocking(pair[1]), ST_OK);
	ipc_begin(&m, MSG_MODEM_CHANNEL);
	m.body.MODEM_CHANNEL.modem = n;
	CHECK_EQ(modems_take(&modems, &m, pair[0]), ST_OK);
	if (n < MODEMS_MAX)
		modem[n] = pair[1];
	else {
		CHECK_EQ(ipc_receive(pair[1], IPC_CORE, IPC_MODEM, &m, NULL), ST_CLOSED);
		(void)close(pair[1]);
	}
}

static void
end(void)
{
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		channel_close(&modems.channel[i]);
		if (modem[i] != -1)
			(void)close(modem[i]);
	}
	(void)close(tocsind[0]);
	(void)close(tocsind[1]);
	loop_done(&loop);
}

static void
tell(unsigned n, const struct ipc_message *m)
{
	CHECK_EQ(ipc_send(modem[n], m, -1), ST_OK);
}

static void
hand(unsigned n, uint64_t ref, const char *text)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_SMS_HANDED);
	m.body.SMS_HANDED.ref = ref;
	m.body.SMS_HANDED.stamp_s = 1763692200 + (int64_t)ref;
	m.body.SMS_HANDED.text_len = (uint16_t)strlen(text);
	memcpy(m.body.SMS_HANDED.text, text, strlen(text));
	tell(n, &m);
}

static void
listed(unsigned n, uint32_t skipped, uint32_t more)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_LISTED);
	m.body.LISTED.skipped = skipped;
	m.body.LISTED.more = more;
	tell(n, &m);
	settle();
}

/* The next message to a modem, or to tocsind; its type, MSG_NONE if there is none. */
static enum message_type
told(int fd, enum ipc_end me, struct ipc_message *m)
{
	return ipc_receive(fd, IPC_CORE, me, m, NULL) == ST_OK ? m->head.type : MSG_NONE;
}

/* Processes that the library ends behind each listing past it: no back-off begins anew for them. */
static void
test_never_to_its_end(void)
{
	struct ipc_message m;

	begin();
	for (int i = 0; i < 3; i++) {
		connect_modem(0);
		listed(0, 0, 1);
		CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_NONE);
		(void)close(modem[0]);
		modem[0] = -1;
		settle();
	}
	connect_modem(0);
	listed(0, 0, 0);
	CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_MODEM_ANSWERED);
	CHECK_EQ(rig.session.state->is_listed, 0); /* the third modem is away */
	end();
}

static void
test_texts(void)
{
	struct ipc_message m;

	begin();
	connect_modem(0);
	connect_modem(2);
	hand(0, 11, "EW1 one");
	hand(0, 12, "EW1 two");
	hand(2, 21, "EW1 three");
	listed(0, 1, 0);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_SMS_KEPT);
	CHECK_EQ(m.body.SMS_KEPT.count, 2);
	CHECK(m.body.SMS_KEPT.ref[0] == 11 && m.body.SMS_KEPT.ref[1] == 12);
	CHECK_EQ(told(modem[2], IPC_MODEM, &m), MSG_SMS_KEPT); /* after its pause */
	CHECK_EQ(m.body.SMS_KEPT.count, 1);
	CHECK_EQ(m.body.SMS_KEPT.ref[0], 21);
	CHECK_EQ(rig.session.kept, 3);
	CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_MODEM_ANSWERED);
	CHECK_EQ(m.body.MODEM_ANSWERED.modem, 0);
	listed(0, 1, 0); /* it said so once */
	CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_NONE);
	CHECK_EQ(rig.session.state->is_listed, 0); /* the other one may hold old texts */
	listed(2, 0, 1);
	CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_NONE);
	CHECK_EQ(rig.session.state->is_listed, 0); /* and it was not listed to its end */
	listed(2, 0, 0);
	CHECK_EQ(told(tocsind[1], IPC_TOCSIND, &m), MSG_MODEM_ANSWERED);
	CHECK_EQ(m.body.MODEM_ANSWERED.modem, 2);
	CHECK_EQ(rig.session.state->is_listed, 1);
	CHECK_EQ(after_st, ST_OK);
	end();
}

static void
test_reports(void)
{
	struct ipc_message m;

	begin();
	connect_modem(1);
	ipc_begin(&m, MSG_REPORT_HANDED);
	m.body.REPORT_HANDED.ref = 7;
	m.body.REPORT_HANDED.state = REPORT_DELIVERED;
	tell(1, &m);
	settle();
	CHECK_EQ(told(modem[1], IPC_MODEM, &m), MSG_SMS_KEPT);
	CHECK_EQ(m.body.SMS_KEPT.count, 1);
	CHECK_EQ(m.body.SMS_KEPT.ref[0], 7);
	ipc_begin(&m, MSG_REPORT_HANDED);
	tell(1, &m); /* past the storage: there is nothing to delete */
	settle();
	CHECK_EQ(told(modem[1], IPC_MODEM, &m), MSG_NONE);
	end();
}

static void
gone(unsigned n, int code, uint32_t power_cycled)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_MODEM_GONE);
	m.body.MODEM_GONE.modem = n;
	m.body.MODEM_GONE.exit = code;
	m.body.MODEM_GONE.power_cycled = power_cycled;
	CHECK_EQ(modems_take(&modems, &m, -1), ST_OK);
}

/* What a row is made of: a sweep, the state of the next process, and what the network said. */
static void
say_state_and_credit(unsigned n)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_MODEM_STATE);
	m.body.MODEM_STATE.swept_s = 1763692200;
	m.body.MODEM_STATE.swept_slots = 9;
	tell(n, &m);
	m.body.MODEM_STATE.swept_s = INT64_MIN; /* of a process that has not swept yet */
	m.body.MODEM_STATE.swept_slots = 0;
	m.body.MODEM_STATE.sim.used = 5;
	m.body.MODEM_STATE.registration = REGISTRATION_HOME;
	tell(n, &m);
	ipc_begin(&m, MSG_CREDIT);
	m.body.CREDIT.asked = 1;
	memset(m.body.CREDIT.words, 'c', sizeof(m.body.CREDIT.words)); /* without an end */
	tell(n, &m);
}

static void
test_rows(void)
{
	struct msg_status status = {0};
	struct msg_modem_row row;

	begin();
	CHECK(modems_has(&modems, 0) && !modems_has(&modems, 1) && modems_has(&modems, 2));
	CHECK(!modems_has(&modems, MODEMS_MAX));
	modems_row(&modems, 2, &row);
	CHECK_EQ(row.connected, 0);
	CHECK_EQ(row.listed_s, -1);
	CHECK_EQ(row.credit_s, -1);
	CHECK_EQ(row.state.signal_percent, -1);
	CHECK_EQ(row.state.registration, REGISTRATION_UNKNOWN);
	CHECK_EQ(row.state.swept_s, INT64_MIN);
	gone(2, 14, 2);
	gone(77, 14, 2); /* there is none */
	connect_modem(2);
	modems_row(&modems, 2, &row);
	CHECK(row.connected == 1 && row.gone.exit == 14 && row.gone.power_cycled == 2);
	modems_status(&modems, &status);
	CHECK_EQ(status.modem, 0); /* the first one is not there */
	CHECK_EQ(status.modem_listed_s, -1);
	say_state_and_credit(2);
	listed(2, 3, 0);
	modems_row(&modems, 2, &row);
	CHECK_EQ(row.gone.exit, 0); /* it has answered */
	CHECK_EQ(row.gone.power_cycled, 0);
	CHECK_EQ(row.power_cycles, 2);
	CHECK_EQ(row.listed_s, 0);
	CHECK_EQ(row.state.sim.used, 5);
	CHECK(row.state.swept_s == 1763692200 && row.state.swept_slots == 9);
	CHECK_EQ(row.state.skipped, 3);
	CHECK_EQ(row.credit_s, 0);
	CHECK_EQ(strlen(row.credit.words), CREDIT_MAX - 1);
	gone(2, 14, 1);
	gone(2, 14, 1); /* said again to a core that was started again */
	modems_row(&modems, 2, &row);
	CHECK_EQ(row.power_cycles, 3);
	connect_modem(0);
	listed(0, 4, 0);
	modems_status(&modems, &status);
	CHECK_EQ(status.modem, 1);
	CHECK_EQ(status.skipped, 7);
	modems_wipe(&modems);
	modems_row(&modems, 2, &row);
	CHECK_EQ(row.credit_s, -1);
	CHECK_STR(row.credit.words, "");
	end();
}

/* What modem n is told of senders next: 1, 0, or -1: nothing. */
static int
told_senders(unsigned n)
{
	struct ipc_message m;

	CHECK_EQ(modems_send(&modems), ST_OK);
	if (told(modem[n], IPC_MODEM, &m) != MSG_SENDERS)
		return -1;
	return (int)m.body.SENDERS.wanted;
}

static void
choose(enum setting_key key, uint32_t value)
{
	const struct event_setting e = {.key = (uint8_t)key, .value = value};

	CHECK_EQ(session_choose(&rig.session, &e), ST_OK);
}

/* Whenever it changes, and a new process at once; in the default set never. */
static void
test_senders(void)
{
	begin();
	connect_modem(0);
	CHECK_EQ(told_senders(0), -1); /* LOCKED */
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(told_senders(0), -1);
	choose(SETTING_ANSWERS, ANSWERS_NEUTRAL);
	CHECK_EQ(told_senders(0), 1);
	CHECK_EQ(told_senders(0), -1); /* once */
	connect_modem(2);
	CHECK_EQ(told_senders(2), 1);
	CHECK_EQ(session_close(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(told_senders(0), -1);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(told_senders(0), 0); /* nobody can be answered */
	CHECK_EQ(told_senders(2), 0);
	CHECK_EQ(rig_unlock(&rig, IN_ARMED), ST_OK);
	CHECK_EQ(told_senders(0), 1);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	choose(SETTING_ANSWERS, SETTING_AS_POSTURE);
	CHECK_EQ(told_senders(0), 0);
	choose(SETTING_POSTURE, POLICY_OPEN);
	CHECK_EQ(told_senders(0), 1);
	CHECK_EQ(session_lock(&rig.session, CAUSE_COMMAND), ST_OK);
	CHECK_EQ(told_senders(0), -1); /* in `open` each text is parked with its number */
	(void)close(modem[0]);
	modem[0] = -1;
	settle();
	connect_modem(0);
	CHECK_EQ(told_senders(0), 1);
	rig.conf.posture = POSTURE_PROTECTED;
	CHECK_EQ(told_senders(0), 0); /* as if it had been started so */
	end();
}

static void
test_orders(void)
{
	struct ipc_message m;

	begin();
	connect_modem(0);
	connect_modem(3);
	CHECK_EQ(modems_ask(&modems, 3, MODEM_SWEEP), 1);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_NONE);
	CHECK_EQ(told(modem[3], IPC_MODEM, &m), MSG_MODEM_DO);
	CHECK_EQ(m.body.MODEM_DO.act, MODEM_SWEEP);
	CHECK_EQ(modems_ask(&modems, UINT32_MAX, MODEM_LIST), 2);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_MODEM_DO);
	CHECK_EQ(told(modem[3], IPC_MODEM, &m), MSG_MODEM_DO);
	CHECK_EQ(modems_ask(&modems, 1, MODEM_LIST), 0);
	end();
}

static void
test_ends(void)
{
	struct ipc_message m;

	begin();
	connect_modem(MODEMS_MAX); /* closed again */
	connect_modem(0);
	connect_modem(1);
	ipc_begin(&m, MSG_SMS_KEPT);
	CHECK_EQ(ipc_send(modem[0], &m, -1), ST_OK); /* a word that is core's own */
	settle();
	CHECK_EQ(modems.channel[0].fd, -1);
	CHECK(modems.channel[0].batch == NULL);
	hand(1, 1, "EW1 it goes on");
	hand(1, 2, "EW1 and ends");
	(void)close(modem[1]);
	modem[1] = -1;
	settle();
	CHECK_EQ(modems.channel[1].fd, -1);
	CHECK_EQ(rig.session.kept, 5); /* what it had handed over was taken */
	(void)close(modem[0]);
	connect_modem(0);
	hand(0, 3, "EW1 of the old process");
	settle();
	(void)close(modem[0]);
	connect_modem(0); /* the next one, before the end of the last one was seen */
	CHECK(modems.channel[0].fd != -1 && modems.channel[0].count == 0);
	CHECK_EQ(after_st, ST_OK);
	end();
}

static void
test_send(void)
{
	struct outbox *o = outbox_new(&rig.session);
	struct msg_send_text in = {.modem = UINT32_MAX, .text_len = 2, .number = "+254700123456"};
	char words[240];
	struct ipc_message m;
	uint64_t number, second;

	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	memcpy(in.text, "Hi", 2);
	begin();
	connect_modem(0);
	CHECK_EQ(outbox_queue(o, &in, &number, words), ST_OK);
	CHECK_EQ(modems_send(&modems), ST_OK);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_NONE); /* it has not answered yet */
	listed(0, 0, 0);
	CHECK_EQ(modems_send(&modems), ST_OK);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_SEND);
	CHECK_EQ(m.body.SEND.id, number);
	CHECK_EQ(outbox_live(o, number), OUTBOX_SENDING);
	ipc_begin(&m, MSG_SENT);
	m.body.SENT.id = number;
	m.body.SENT.result = SEND_DONE;
	tell(0, &m);
	settle();
	CHECK_EQ(outbox_live(o, number), 0);
	CHECK_EQ(outbox_queue(o, &in, &second, words), ST_OK);
	CHECK_EQ(modems_send(&modems), ST_OK);
	CHECK_EQ(outbox_live(o, second), OUTBOX_SENDING);
	(void)close(modem[0]); /* its process dies with it */
	modem[0] = -1;
	settle();
	CHECK_EQ(outbox_live(o, second), 0); /* unknown: never sent again by itself */
	connect_modem(0);
	listed(0, 0, 0);
	CHECK_EQ(modems_send(&modems), ST_OK);
	CHECK_EQ(told(modem[0], IPC_MODEM, &m), MSG_NONE);
	end();
	outbox_free(o);
}

/* A process that never falls silent: core reads some, and comes back to everything else. */
static void
test_flood(void)
{
	const int room = 4 << 20; /* the kernel gives less, and enough */
	struct pollfd more;
	struct ipc_message m;
	int waits, sent = 0;

	begin();
	connect_modem(0);
	CHECK_EQ(setsockopt(modem[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
	ipc_begin(&m, MSG_REPORT_HANDED);
	while (ipc_send(modem[0], &m, -1) == ST_OK)
		sent++;
	CHECK(sent > BATCH_MAX);
	CHECK_EQ(channel_read(&modems.channel[0], &waits), ST_OK);
	more = (struct pollfd){modems.channel[0].fd, POLLIN, 0};
	CHECK_EQ(poll(&more, 1, 0), 1); /* the rest is for the next turn */
	for (int n = 0; poll(&more, 1, 0) == 1 && n < sent; n++)
		settle();
	CHECK_EQ(poll(&more, 1, 0), 0);
	CHECK(modems.channel[0].fd != -1);
	end();
}

int
main(void)
{
	rig_create(&rig, "modems");
	(void)snprintf(rig.conf.modem[0].device, CONF_PATH_MAX, "/dev/ttyA");
	(void)snprintf(rig.conf.modem[2].device, CONF_PATH_MAX, "/dev/ttyC");
	test_never_to_its_end();
	test_texts();
	test_reports();
	test_rows();
	test_orders();
	test_ends();
	test_send();
	test_flood();
	test_senders();
	rig_remove(&rig);
	return check_done();
}

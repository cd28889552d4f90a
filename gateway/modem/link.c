/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "gateway/common/log.h"
#include "gateway/modem/modem_impl.h"
#include "gateway/modem/pdu.h"

void
link_door(const struct modem *m, struct msg_sms *sms)
{
	if (!m->senders_wanted && !pdu_is_part(sms->udh, sms->udh_len))
		explicit_bzero(sms->sender, sizeof(sms->sender));
}

static enum status
take_act(struct modem *m, const struct msg_modem_do *act)
{
	switch ((enum modem_act)act->act) {
	case MODEM_SWEEP:
		m->sweep_asked = true;
		return ST_OK;
	case MODEM_CREDIT:
		m->credit_asked = m->options->credit_ussd[0] != '\0'; /* each was asked */
		return ST_OK;
	case MODEM_LIST:
		modem_plan_pass(m, 0);
		return ST_OK;
	default:
		return ST_SYNTAX;
	}
}

static enum status
take(struct modem *m, const struct ipc_message *msg)
{
	switch (msg->head.type) {
	case MSG_SMS_KEPT:
		if (msg->body.SMS_KEPT.count > BATCH_MAX)
			return ST_SYNTAX;
		pass_kept(m, &msg->body.SMS_KEPT);
		log_event(EV_SMS_KEPT, LOG_COUNT(msg->body.SMS_KEPT.count));
		return ST_OK;
	case MSG_SEND:
		if (m->send_waits)
			return ST_SYNTAX; /* one at a time */
		m->to_send = msg->body.SEND;
		m->send_waits = true;
		return ST_OK;
	case MSG_MODEM_DO:
		return take_act(m, &msg->body.MODEM_DO);
	case MSG_SENDERS:
		m->senders_wanted = msg->body.SENDERS.wanted != 0;
		return ST_OK;
	default:
		return ST_SYNTAX;
	}
}

enum status
link_drain(struct modem *m)
{
	struct ipc_message msg;
	enum status st;

	while ((st = ipc_receive(m->options->channel, IPC_CORE, IPC_MODEM, &msg, NULL)) == ST_OK) {
		st = take(m, &msg);
		ipc_wipe(&msg);
		if (st != ST_OK)
			return st;
	}
	return st == ST_AGAIN ? ST_OK : st;
}

enum status
link_send(struct modem *m, const struct ipc_message *msg)
{
	struct pollfd polled = {m->options->channel, POLLIN | POLLOUT, 0};
	enum status st;

	while ((st = ipc_send(m->options->channel, msg, -1)) == ST_AGAIN) {
		if (poll(&polled, 1, -1) == -1 && errno != EINTR)
			return ST_IO;
		if ((st = link_drain(m)) != ST_OK)
			return st;
	}
	return st;
}

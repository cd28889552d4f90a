/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MODEMS, MODEM_ASK: in every state, for none of it is about people. */
#include "gateway/core/requests_impl.h"

enum status
answer_modems(struct answer *a, struct ipc_message *ask)
{
	const struct modems *ms = a->r->modems;
	struct ipc_message m;
	enum status st = ST_OK;

	(void)ask;
	for (unsigned i = 0; st == ST_OK && ms != NULL && i < MODEMS_MAX; i++) {
		if (!modems_has(ms, i))
			continue;
		ipc_begin(&m, MSG_MODEM_ROW);
		modems_row(ms, i, &m.body.MODEM_ROW);
		st = send_answer(a, &m);
		ipc_wipe(&m); /* the credit may hold the SIM's number */
	}
	return st == ST_OK ? send_result(a, ST_OK, 0, "") : st;
}

enum status
answer_modem_ask(struct answer *a, struct ipc_message *ask)
{
	const struct msg_modem_ask *in = &ask->body.MODEM_ASK;
	unsigned asked;

	if (in->act != MODEM_SWEEP && in->act != MODEM_CREDIT && in->act != MODEM_LIST)
		return send_result(a, ST_SYNTAX, 0, "");
	if (a->r->modems == NULL ||
	    (in->modem != UINT32_MAX && !modems_has(a->r->modems, in->modem)))
		return send_result(a, ST_UNKNOWN, 0, "there is no such modem in the settings");
	asked = modems_ask(a->r->modems, in->modem, (enum modem_act)in->act);
	if (asked == 0)
		return send_result(a, ST_AGAIN, 0,
		    "the modem is not connected: see 'tocsin modem' for the reason");
	return send_result(a, ST_OK, asked, "");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about texts on their way out. */
#include "gateway/core/outbox.h"
#include "gateway/core/requests_impl.h"

enum { ACT_CANCEL = 1, ACT_REPEAT };

static const char no_outbox[] = "this gateway cannot send: it has no memory for it";

enum status
answer_send_text(struct answer *a, struct ipc_message *ask)
{
	struct outbox *o = a->r->session->outbox;
	char words[SESSION_WORDS_MAX] = "";
	uint64_t number;
	enum status st;

	if (o == NULL)
		return send_result(a, ST_NOT_ALLOWED, 0, no_outbox);
	st = outbox_queue(o, &ask->body.SEND_TEXT, &number, words);
	return finish(a, st, (uint32_t)number, words);
}

static enum status
send_row(void *arg, const struct msg_outbox_row *row)
{
	struct answer *a = arg;
	const struct outbox *o = a->r->session->outbox;
	enum outbox_state live = o == NULL ? 0 : outbox_live(o, row->number);
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_OUTBOX_ROW);
	m.body.OUTBOX_ROW = *row;
	if (live != 0)
		m.body.OUTBOX_ROW.state = live;
	st = send_answer(a, &m);
	ipc_wipe(&m);
	return st;
}

enum status
answer_outbox(struct answer *a, struct ipc_message *ask)
{
	const struct msg_outbox *page = &ask->body.OUTBOX;
	const uint32_t limit = page->limit < REQUESTS_ROWS_MAX ? page->limit : REQUESTS_ROWS_MAX;
	enum status st = view_outbox(a->r->session->view, 1,
	    page->before == 0 ? UINT64_MAX : page->before - 1, limit, send_row, a);

	return st == ST_OK ? send_result(a, ST_OK, limit, "") : st;
}

enum status
answer_outbox_act(struct answer *a, struct ipc_message *ask)
{
	const struct msg_outbox_act *act = &ask->body.OUTBOX_ACT;
	struct outbox *o = a->r->session->outbox;
	char words[SESSION_WORDS_MAX] = "";
	uint64_t again = 0;
	enum status st;

	if (o == NULL)
		return send_result(a, ST_NOT_ALLOWED, 0, no_outbox);
	if (act->act == ACT_CANCEL)
		st = outbox_cancel(o, act->number, words);
	else if (act->act == ACT_REPEAT)
		st = outbox_repeat(o, act->number, act->to, &again, words);
	else
		return send_result(a, ST_SYNTAX, 0, "");
	return finish(a, st, (uint32_t)again, words);
}

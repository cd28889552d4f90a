/* SPDX-License-Identifier: GPL-2.0-or-later */
/* READ_ALL, RETENTION, DROP: old months. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/requests_impl.h"
#include "gateway/core/retention.h"
#include "gateway/core/session_unlock.h"
#include "reporting/report/record.h"

#define DAY_S 86400
#define ROWS_MAX 50 /* of one answer: what a socket's buffer holds */

static uint32_t
today(const struct session *s)
{
	enum trust trust;

	return (uint32_t)(session_now_s(s, &trust) / DAY_S);
}

enum status
answer_read_all(struct answer *a, struct ipc_message *ask)
{
	(void)ask;
	return finish(a, session_fold_view(a->r->session, 1), 0, "");
}

static enum status
send_month(const struct answer *a, const struct retention_month *month)
{
	struct ipc_message m;
	struct msg_retention_row *row = &m.body.RETENTION_ROW;

	ipc_begin(&m, MSG_RETENTION_ROW);
	row->month = month->month;
	row->goes = month->why == RETENTION_GOES;
	row->rows = month->rows;
	row->from_s = record_unix(month->from_hour * 4);
	row->to_s = record_unix(month->to_hour * 4);
	row->has_base = month->has_base != 0;
	(void)snprintf(row->why, sizeof(row->why), "%s", retention_words(month->why));
	return send_answer(a, &m);
}

enum status
answer_retention(struct answer *a, struct ipc_message *ask)
{
	struct session *s = a->r->session;
	struct retention_month *months = calloc(RETENTION_LISTED_MAX, sizeof(*months));
	enum status st = ST_MEMORY, sent = ST_OK;
	size_t count = 0;

	(void)ask;
	if (months != NULL)
		st = retention_list(s, months, RETENTION_LISTED_MAX, &count);
	for (size_t i = 0; st == ST_OK && sent == ST_OK && i < count && i < ROWS_MAX; i++)
		sent = send_month(a, &months[i]);
	free(months);
	if (sent != ST_OK)
		return sent;
	return finish(a, st, today(s), "");
}

enum status
answer_drop(struct answer *a, struct ipc_message *ask)
{
	struct session *s = a->r->session;
	char words[SESSION_WORDS_MAX] = "";

	if (ask->body.DROP.day != today(s))
		return send_result(a, ST_RANGE, today(s),
		    "the date that was given is not the gateway's: nothing was dropped");
	return finish(a, retention_drop(s, ask->body.DROP.month, words), 0, words);
}

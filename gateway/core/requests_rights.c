/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about who may open the gateway. */
#include <string.h>

#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/requests_impl.h"
#include "gateway/core/rights.h"
#include "reporting/report/record.h"

static enum status
finish_right(const struct answer *a, enum status st, const char *words)
{
	if (st == ST_PASSPHRASE)
		log_event(EV_REFUSED, LOG_STATUS(st));
	return finish(a, st, a->r->session->at, words);
}

enum status
answer_coordinator(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";

	ask->body.COORDINATOR.name[PSEUDONYM_MAX - 1] = '\0';
	return finish_right(a, rights_act(a->r->session, &ask->body.COORDINATOR, words), words);
}

static int64_t
seconds(uint32_t quarter)
{
	return quarter == EVENT_QUARTER_NONE ? INT64_MIN : record_unix(quarter);
}

enum status
answer_coordinators(struct answer *a, struct ipc_message *ask)
{
	const struct session *s = a->r->session;
	struct view_coordinator who;
	struct ipc_message m;
	enum status st = ST_OK;

	(void)ask;
	for (size_t i = 0; st == ST_OK && i < s->ring.coordinator_count; i++) {
		struct msg_coordinator_row *row = &m.body.COORDINATOR_ROW;

		ipc_begin(&m, MSG_COORDINATOR_ROW);
		row->id = s->ring.coordinator[i].id;
		if ((st = view_coordinator(s->view, row->id, &who)) != ST_OK)
			return st;
		row->since_s = seconds(who.since);
		row->passphrase_s = seconds(who.passphrase);
		memcpy(row->name, who.name, sizeof(row->name));
		st = send_answer(a, &m);
	}
	return st == ST_OK ? send_result(a, ST_OK, (uint32_t)s->two_person, "") : st;
}

enum status
answer_recovery_key(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	struct ipc_message m;
	enum status st;

	(void)ask;
	ipc_begin(&m, MSG_RECOVERY_KEY_IS);
	st = rights_recovery_key(a->r->session, &m.body.RECOVERY_KEY_IS, words);
	return finish_with(a, st, &m, words);
}

enum status
answer_recover(struct answer *a, struct ipc_message *ask)
{
	struct session *s = a->r->session;
	const enum core_state before = s->at;
	char words[SESSION_WORDS_MAX] = "";
	enum status st;

	ask->body.RECOVER.name[PSEUDONYM_MAX - 1] = '\0';
	st = rights_recover(s, &ask->body.RECOVER, words);
	if (st == ST_CHANGED && s->at == before) /* found before anything was armed */
		return send_result(a, st, s->at, words);
	return finish_right(a, st, words);
}

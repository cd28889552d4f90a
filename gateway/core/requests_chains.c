/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about a monitor's chains. */
#include "gateway/core/chains.h"
#include "gateway/core/deep_scan.h"
#include "gateway/core/requests_impl.h"

enum status
answer_renew(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	struct ipc_message m;
	enum status st;

	ask->body.RENEW.pseudonym[PSEUDONYM_MAX - 1] = '\0';
	ipc_begin(&m, MSG_RENEWED);
	st = chains_renew(a->r->session, &ask->body.RENEW, &m.body.RENEWED, words);
	return finish_with(a, st, &m, words);
}

enum status
answer_deep_scan(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	struct ipc_message m;
	enum status st;

	ask->body.DEEP_SCAN.pseudonym[PSEUDONYM_MAX - 1] = '\0';
	ipc_begin(&m, MSG_SCANNED);
	st = deep_scan(a->r->session, &ask->body.DEEP_SCAN, &m.body.SCANNED, words);
	return finish_with(a, st, &m, words);
}

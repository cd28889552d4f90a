/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/codebooks.h"
#include "gateway/core/requests_impl.h"

enum status
answer_activate(struct answer *a, struct ipc_message *ask)
{
	struct requests *r = a->r;
	char words[SESSION_WORDS_MAX] = "";
	enum status st;

	(void)ask; /* it says nothing: BOOK_PART did */
	if (r->book[0] == NULL || r->book_len[0] != r->book_total[0])
		return send_result(a, ST_INCOMPLETE, 0, "give the codebook first");
	st = codebooks_activate(r->session, r->book[0], r->book_len[0], words);
	requests_done(r); /* the file goes, whatever became of it */
	return finish(a, st, 0, words);
}

static enum status
send_row(void *arg, const struct msg_codebook_row *row)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_CODEBOOK_ROW);
	m.body.CODEBOOK_ROW = *row;
	return send_answer(arg, &m);
}

enum status
answer_codebooks(struct answer *a, struct ipc_message *ask)
{
	enum status st = codebooks_list(a->r->session, send_row, a);

	(void)ask; /* it says nothing */
	return st == ST_OK ? send_result(a, ST_OK, 0, "") : st;
}

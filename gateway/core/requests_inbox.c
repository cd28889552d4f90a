/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/requests_impl.h"
#include "gateway/core/view_filter.h"

struct view_names
requests_names(const struct session *s)
{
	return (struct view_names){s->facts->book, s->facts->places, s->facts->books};
}

static enum status
send_row(void *arg, const struct msg_inbox_row *row)
{
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_INBOX_ROW);
	m.body.INBOX_ROW = *row;
	st = send_answer(arg, &m);
	ipc_wipe(&m);
	return st;
}

static enum status
send_counts(struct answer *a, const struct view_filter *filter)
{
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_INBOX_COUNTS);
	st = view_filter_counts(a->r->session->view, filter, &m.body.INBOX_COUNTS);
	return st == ST_OK ? send_answer(a, &m) : st;
}

enum status
answer_inbox(struct answer *a, struct ipc_message *ask)
{
	struct view *view = a->r->session->view;
	struct msg_inbox *page = &ask->body.INBOX;
	const struct view_names names = requests_names(a->r->session);
	struct view_filter filter;
	char words[VIEW_FILTER_WORDS] = "";
	enum status st;

	page->kind[sizeof(page->kind) - 1] = '\0';
	page->place[sizeof(page->place) - 1] = '\0';
	page->monitor[sizeof(page->monitor) - 1] = '\0';
	if (page->limit > REQUESTS_INBOX_MAX)
		page->limit = REQUESTS_INBOX_MAX;
	if ((st = view_filter_read(view, &names, page, &filter, words)) != ST_OK)
		return finish(a, st, 0, words);
	if (page->counts)
		st = send_counts(a, &filter);
	if (st == ST_OK)
		st = view_filter_rows(view, &names, &filter, send_row, a);
	return st == ST_OK ? send_result(a, ST_OK, page->limit, "") : st;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The request that a report be written down, which a coordinator saw before she said yes. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/entry.h"
#include "gateway/core/requests_impl.h"
#include "reporting/report/note.h"

static void
fill_part(const struct session *s, const struct plain_token *t, struct msg_report_part *out)
{
	const struct kind *kind = codebook_kind(s->facts->book, t->candidate);

	*out =
	    (struct msg_report_part){.from = t->from, .len = t->len, .use = t->use, .why = t->why};
	if (kind != NULL)
		(void)snprintf(out->candidate, sizeof(out->candidate), "%s", kind->mnemonic);
}

static enum status
send_read(struct answer *a, const struct entry *e)
{
	const struct session *s = a->r->session;
	const struct plain *p = &e->plain;
	struct msg_report_read *out;
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_REPORT_READ);
	out = &m.body.REPORT_READ;
	out->reports = p->reports;
	out->outcome = p->outcome;
	out->why = p->why;
	out->offset_min = s->facts->places->offset_min;
	memcpy(out->seen, e->seen, sizeof(out->seen));
	for (unsigned i = 0; i < p->tokens; i++) {
		if (p->token[i].use == PLAIN_USED && !p->token[i].repaired)
			continue;
		if (out->parts < REPORT_PARTS_MAX)
			fill_part(s, &p->token[i], &out->part[out->parts]);
		out->parts++;
	}
	st = send_answer(a, &m);
	ipc_wipe(&m);
	return st;
}

static uint32_t
people(uint8_t code)
{
	struct msg_inbox_row row = {.affected_code = code};

	view_inbox_affected(&row);
	return row.affected;
}

/* As the inbox would show it. */
static enum status
send_report(struct answer *a, const struct entry *e, unsigned i)
{
	const struct facts *f = a->r->session->facts;
	const struct plain_report *report = &e->plain.report[i];
	const struct record *r = &report->record;
	struct msg_inbox_row *row;
	struct ipc_message m;
	struct note note;
	enum status st;

	ipc_begin(&m, MSG_INBOX_ROW);
	row = &m.body.INBOX_ROW;
	row->arrival_s = record_unix(e->event.arrival);
	row->trust = e->event.trust;
	row->readable = row->proven = 1;
	row->slot = UINT32_MAX;
	row->refers = report->refers != 0 ? report->refers : UINT32_MAX;
	row->about = report->refers;
	row->source = e->event.source;
	row->part = i;
	row->parts = e->plain.reports;
	row->kind = r->kind;
	row->severity = r->severity;
	row->certainty = r->certainty;
	row->place = r->place;
	row->actor = r->actor;
	row->relation = r->relation;
	row->event_s = r->event == RECORD_EVENT_NONE ? INT64_MIN : record_unix(r->event);
	row->sent_s = INT64_MIN;
	row->affected_code = r->affected;
	view_inbox_affected(row);
	row->upper = people(report->upper); /* none is not given, as there */
	row->quantity = r->quantity;
	row->review = e->review[i];
	note_read(r, e->event.report[i].note, &note);
	memcpy(row->note, note.text, sizeof(note.text));
	view_inbox_labels(row, f->book, f->places);
	st = send_answer(a, &m);
	ipc_wipe(&m);
	sodium_memzero(&note, sizeof(note));
	return st;
}

static enum status
store(struct answer *a, const struct msg_report_text *ask, const struct entry *e)
{
	uint64_t number = 0;
	enum status st;

	if (a->r->session->read_only)
		return send_result(a, ST_NOT_ALLOWED, 0, read_only_words);
	if (sodium_memcmp(ask->seen, e->seen, sizeof(e->seen)) != 0)
		return send_result(a, ST_AGAIN, 0,
		    "time went on or the codebook changed meanwhile, and the text would say "
		    "something else now: nothing was written down; give it once more");
	st = entry_store(a->r->session, e, &number);
	return finish(a, st, (uint32_t)number, "");
}

static enum status
answer_with(struct answer *a, const struct msg_report_text *ask, struct entry *e)
{
	char words[SESSION_WORDS_MAX] = "";
	enum status read = entry_read(a->r->session, ask, e, words), st = ST_OK;

	if (read == ST_OK && ask->store)
		return store(a, ask, e);
	if (ask->store || e->plain.tokens == 0) /* nothing that could be shown */
		return send_result(a, read, 0, words);
	st = send_read(a, e);
	for (unsigned i = 0; i < e->plain.reports && st == ST_OK; i++)
		st = send_report(a, e, i);
	return st == ST_OK ? send_result(a, read, 0, words) : st;
}

enum status
answer_report_text(struct answer *a, struct ipc_message *ask)
{
	struct entry *e = calloc(1, sizeof(*e));
	enum status st;

	if (e == NULL)
		return send_result(a, ST_AGAIN, 0, "there is not enough free memory");
	st = answer_with(a, &ask->body.REPORT_TEXT, e);
	sodium_memzero(e, sizeof(*e));
	free(e);
	return st;
}

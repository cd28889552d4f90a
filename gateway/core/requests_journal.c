/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JOURNAL_VERIFY: the whole journal, read anew from its first row kept to its last. */
#include "gateway/core/requests_impl.h"

#include <stdio.h>
#include <string.h>

#include "crypto/base32.h"
#include "gateway/core/fold.h"

#define FAULTS_MAX 50 /* rows of one answer: what a socket's buffer holds */

struct verify {
	const struct answer *a;
	uint64_t after, limit; /* which faults are sent: limit of them behind the first `after` */
	struct msg_journal found;
};

static enum status
verify_fault(void *arg, uint64_t seq, const char *words)
{
	struct verify *v = arg;
	uint64_t at = v->found.faults++;
	struct ipc_message m;

	if (at < v->after || at - v->after >= v->limit)
		return ST_OK;
	ipc_begin(&m, MSG_FAULT_ROW);
	m.body.FAULT_ROW.seq = seq;
	(void)snprintf(m.body.FAULT_ROW.words, sizeof(m.body.FAULT_ROW.words), "%s", words);
	return send_answer(v->a, &m);
}

/* What opens and is ours, and yet changes nothing of what a person sees. */
static enum status
verify_event(void *arg, const struct view_event *ev)
{
	struct verify *v = arg;
	char words[120];

	v->found.events++;
	if (ev->version > event_version(ev->type))
		(void)snprintf(words, sizeof(words),
		    "the event of row %llu was written by a newer version: it is not read",
		    (unsigned long long)ev->seq);
	else if (!ev->proven && ev->type != EVENT_RECEIVED)
		(void)snprintf(words, sizeof(words),
		    "the event of row %llu belongs to a damaged run: it is not read",
		    (unsigned long long)ev->seq);
	else
		return ST_OK;
	return verify_fault(v, ev->seq, words);
}

/* Eight words of four symbols: the first 160 bits of the link. */
static void
write_head(const uint8_t link[JOURNAL_LINK_LEN], char out[JOURNAL_HEAD_MAX])
{
	char symbols[BASE32_CHARS(FOLD_SOUGHT_LEN) + 1];

	base32_encode(link, FOLD_SOUGHT_LEN, symbols);
	for (unsigned word = 0; word < 8; word++) {
		memcpy(out + (size_t)word * 5, symbols + (size_t)word * 4, 4);
		out[word * 5 + 4] = word == 7 ? '\0' : ' ';
	}
}

enum status
answer_journal_verify(struct answer *a, struct ipc_message *ask)
{
	const struct session *s = a->r->session;
	const struct tree_root *root = state_root(s->state);
	struct verify v = {a, ask->body.JOURNAL_VERIFY.after, ask->body.JOURNAL_VERIFY.limit, {0}};
	struct fold fold = {.store = s->store,
	    .root = root,
	    .ring = &s->ring,
	    .secrets = &s->keys->ring,
	    .event = verify_event,
	    .fault = verify_fault,
	    .arg = &v};
	uint8_t sought[FOLD_SOUGHT_LEN];
	struct ipc_message m;
	enum status st = ST_OK;

	ask->body.JOURNAL_VERIFY.held[sizeof(ask->body.JOURNAL_VERIFY.held) - 1] = '\0';
	if (ask->body.JOURNAL_VERIFY.held[0] != '\0') {
		if (base32_decode(ask->body.JOURNAL_VERIFY.held,
			strlen(ask->body.JOURNAL_VERIFY.held), sought, sizeof(sought)) != ST_OK)
			return send_result(a, ST_SYNTAX, 0,
			    "that is no head: it is eight words of four letters and digits");
		fold.sought = sought;
	}
	if (v.limit > FAULTS_MAX)
		v.limit = FAULTS_MAX;
	if (s->read_only) /* then the root says nothing about the journal either */
		st = verify_fault(&v, 0, s->fault);
	if (st == ST_OK)
		st = fold_journal(&fold);
	if (st != ST_OK)
		return st;
	ipc_begin(&m, MSG_JOURNAL_VERIFIED);
	v.found.first = root->journal.first;
	v.found.rows = root->journal.count;
	v.found.runs = fold.runs;
	v.found.read = fold.rows;
	v.found.held = fold.sought_at;
	if (v.found.faults == 0)
		write_head(root->journal.link, v.found.head);
	m.body.JOURNAL_VERIFIED = v.found;
	return send_answer(a, &m);
}

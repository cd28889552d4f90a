/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/requests.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/common/log.h"
#include "gateway/common/status.h"
#include "gateway/core/chains.h"
#include "gateway/core/mem.h"
#include "gateway/core/people.h"
#include "gateway/core/requests_impl.h"
#include "gateway/core/session_unlock.h"

enum status
send_answer(const struct answer *a, const struct ipc_message *m)
{
	return ipc_send(a->fd, m, -1) == ST_OK ? ST_OK : ST_CLOSED;
}

enum status
send_result(const struct answer *a, enum status st, uint32_t value, const char *words)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_RESULT);
	m.body.RESULT.status = st;
	m.body.RESULT.value = value;
	(void)snprintf(m.body.RESULT.words, sizeof(m.body.RESULT.words), "%s",
	    words[0] != '\0' || st == ST_OK ? words : status_words(st));
	return send_answer(a, &m);
}

enum status
finish(const struct answer *a, enum status st, uint32_t value, const char *words)
{
	enum status sent = send_result(a, st, value, words);

	return status_class(st) == SC_STOP ? st : sent;
}

enum status
finish_with(const struct answer *a, enum status st, struct ipc_message *m, const char *words)
{
	st = st == ST_OK ? send_answer(a, m) : finish(a, st, 0, words);
	ipc_wipe(m);
	return st;
}

static void
status_of_posture(const struct session *s, struct msg_status *out)
{
	struct policy p;

	session_policy(s, &p);
	out->posture = p.posture;
	out->posture_by = p.by[SETTING_POSTURE];
	for (uint32_t key = 0; key < SETTINGS_MAX; key++)
		if (policy_differs(&p, (enum setting_key)key))
			out->differs |= UINT32_C(1) << key;
}

static enum status
answer_status(struct answer *a, struct ipc_message *ask)
{
	const struct session *s = a->r->session;
	struct ipc_message m;
	struct msg_status *out = &m.body.STATUS_REPLY;
	uint16_t slots[SLOT_MAX];
	enum status st = ST_OK;
	enum trust trust;

	(void)ask;
	ipc_begin(&m, MSG_STATUS_REPLY);
	out->state = s->at;
	if (a->r->modems != NULL)
		modems_status(a->r->modems, out);
	if (s->at != IN_NEW) {
		st = store_parked_count(s->store, &out->parked);
		out->parts = s->parts != NULL ? parts_count(s->parts) : 0;
		status_of_posture(s, out);
		out->events = state_root(s->state)->journal.count;
		out->slots = (uint32_t)state_slots(s->state, slots);
		out->on_h = (uint32_t)session_on_h(s);
		out->two_person = s->two_person != 0;
		out->recovery_key = !sodium_is_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b));
		(void)snprintf(out->anchor, sizeof(out->anchor), "%s", anchor_kind_name(s->anchor));
	}
	out->kept = s->kept;
	out->doubled = s->doubled;
	out->lock_in_s = session_lock_in_s(s);
	out->close_in_s = session_close_in_s(s);
	out->read_only = s->read_only != 0;
	out->memory_locked = mem_is_locked() != 0;
	out->clock_s = session_now_s(s, &trust);
	out->clock_trust = trust;
	out->clock_how = timekeeper_how(&s->timekeeper);
	out->refused_last_s = out->backup_s = INT64_MIN;
	if (s->view != NULL) {
		out->unread = view_unread(s->view);
		out->refused = view_refused(s->view, &out->refused_last_s);
		out->backup_s = view_backup_last(s->view);
	}
	(void)snprintf(out->fault, sizeof(out->fault), "%s", s->fault);
	(void)snprintf(out->weaker, sizeof(out->weaker), "%s", s->conf->weaker);
	if (st != ST_OK)
		return st;
	return send_answer(a, &m);
}

/* --- a new gateway --- */

static enum status
answer_book_part(struct answer *a, struct ipc_message *ask)
{
	const struct msg_book_part *part = &ask->body.BOOK_PART;
	struct requests *r = a->r;
	unsigned which = part->which;

	if (which > 1 || part->total > CODEBOOK_FILE_MAX || part->len > sizeof(part->octets) ||
	    part->len > part->total || part->offset > part->total - part->len)
		return send_result(a, ST_RANGE, 0, "the codebook or places file is too large");
	if (part->offset == 0) {
		free(r->book[which]);
		r->book_len[which] = 0;
		r->book_total[which] = part->total;
		if ((r->book[which] = malloc((size_t)part->total + 1)) == NULL)
			return send_result(a, ST_MEMORY, 0, "");
	}
	if (r->book[which] == NULL || part->offset != r->book_len[which] ||
	    part->total != r->book_total[which])
		return send_result(a, ST_SYNTAX, 0, "");
	memcpy(r->book[which] + part->offset, part->octets, part->len);
	r->book_len[which] += part->len;
	return send_result(a, ST_OK, 0, "");
}

static enum status
answer_init(struct answer *a, struct ipc_message *ask)
{
	const struct msg_init *in = &ask->body.INIT;
	struct requests *r = a->r;
	const struct session_birth birth = {&in->passphrase, in->argon_memory, in->argon_passes,
	    r->book[0], r->book[1], r->book_len[0], r->book_len[1],
	    (uint8_t)(in->posture == POLICY_OPEN)};
	char words[SESSION_WORDS_MAX] = "";
	enum status st;

	if (r->book[0] == NULL || r->book[1] == NULL || r->book_len[0] != r->book_total[0] ||
	    r->book_len[1] != r->book_total[1])
		return send_result(
		    a, ST_INCOMPLETE, 0, "give the codebook and the places file first");
	if (in->posture > POLICY_OPEN)
		return send_result(a, ST_RANGE, 0, "the posture is protected or open");
	if (in->posture == POLICY_OPEN && r->session->conf->posture == POSTURE_PROTECTED)
		return send_result(a, ST_NOT_ALLOWED, 0, setting_file_words);
	if (in->passphrase.len == 0 || in->passphrase.len > sizeof(in->passphrase.octets))
		return send_result(a, ST_INCOMPLETE, 0, "give a passphrase");
	st = session_create(r->session, &birth, words);
	return finish(a, st, 0, words);
}

/* --- the states --- */

static enum status
unlock_to(struct answer *a, struct ipc_message *ask, enum core_state to)
{
	struct session *s = a->r->session;
	char words[SESSION_WORDS_MAX];
	enum core_state before = s->at;
	enum status st;

	session_date(s, ask->body.UNLOCK.date_s, ask->body.UNLOCK.date_is_sure == 1);
	st = session_unlock_two(
	    s, &ask->body.UNLOCK.passphrase, &ask->body.UNLOCK.second, to, words);
	if (st == ST_MEMORY && s->at == before && before != IN_OPEN)
		return send_result(a, ST_AGAIN, 0,
		    "there is not enough free memory to open it: close other programs");
	if (st == ST_CHANGED &&
	    s->at == before) /* found before anything was armed: go on parking */
		return send_result(a, st, s->at, words);
	if (st == ST_PASSPHRASE)
		log_event(EV_REFUSED, LOG_STATUS(st));
	if (st == ST_OK && words[0] == '\0' && s->conf->weaker[0] != '\0')
		(void)snprintf(words, sizeof(words), "%s: %s", s->conf->weaker, CONF_WEAKER_WORDS);
	return finish(a, st, s->at, words);
}

static enum status
answer_unlock(struct answer *a, struct ipc_message *ask)
{
	return unlock_to(a, ask, IN_OPEN);
}

static enum status
answer_arm(struct answer *a, struct ipc_message *ask)
{
	return unlock_to(a, ask, IN_ARMED);
}

static enum status
answer_lock(struct answer *a, struct ipc_message *ask)
{
	(void)ask;
	return finish(a, session_lock(a->r->session, CAUSE_COMMAND), 0, "");
}

static enum status
answer_close(struct answer *a, struct ipc_message *ask)
{
	(void)ask;
	return finish(a, session_close(a->r->session, CAUSE_COMMAND), 0, "");
}

/* --- people --- */

const char read_only_words[] = "this gateway was changed while locked: it is open for reading "
			       "only, until 'tocsin restore --own' has made it anew from its "
			       "journal";

static enum status
answer_enrol(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_ENROLLED);
	st = people_enrol(a->r->session, &ask->body.ENROL, &m.body.ENROLLED, words);
	return finish_with(a, st, &m, words);
}

static enum status
answer_revoke(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";

	ask->body.REVOKE.pseudonym[PSEUDONYM_MAX - 1] = '\0';
	return finish(a, people_revoke(a->r->session, ask->body.REVOKE.pseudonym, words), 0, words);
}

/* --- reading --- */

static enum status
send_roster_row(void *arg, const struct msg_roster_row *row)
{
	const struct answer *a = arg;
	struct ipc_message m;
	enum status st;

	ipc_begin(&m, MSG_ROSTER_ROW);
	m.body.ROSTER_ROW = *row;
	if ((st = chains_spares(a->r->session, &m.body.ROSTER_ROW)) == ST_OK)
		st = send_answer(a, &m);
	ipc_wipe(&m);
	return st;
}

static enum status
answer_roster(struct answer *a, struct ipc_message *ask)
{
	struct session *s = a->r->session;
	struct view_names names = requests_names(s);
	struct msg_roster page = ask->body.ROSTER;
	enum status st;

	page.pseudonym[PSEUDONYM_MAX - 1] = '\0';
	page.limit = REQUESTS_ROWS_MAX;
	st = view_roster(s->view, &names, &page, send_roster_row, a);
	return st == ST_OK ? send_result(a, ST_OK, page.limit, "") : st;
}

static const struct {
	enum message_type type;
	answer_fn *answer;
	int uses_open; /* a coordinator is looking: OPEN does not end by idleness */
	int writes;    /* always: refused while the gateway is open for reading only */
} answers[] = {
    {MSG_STATUS, answer_status, 0, 0},
    {MSG_BOOK_PART, answer_book_part, 0, 0},
    {MSG_INIT, answer_init, 0, 0},
    {MSG_UNLOCK, answer_unlock, 0, 0},
    {MSG_ARM, answer_arm, 0, 0},
    {MSG_LOCK, answer_lock, 0, 0},
    {MSG_CLOSE, answer_close, 0, 0},
    {MSG_ENROL, answer_enrol, 1, 1},
    {MSG_REVOKE, answer_revoke, 1, 1},
    {MSG_VET, answer_vet, 1, 1},
    {MSG_PLAIN_ALLOW, answer_plain_allow, 1, 1},
    {MSG_OWN_PLACES, answer_own_places, 1, 0},
    {MSG_PLACE, answer_place, 1, 0},
    {MSG_RESTORE, answer_restore, 0, 0},
    {MSG_BACKUP, answer_backup, 1, 0},
    {MSG_COORDINATOR, answer_coordinator, 1, 1},
    {MSG_COORDINATORS, answer_coordinators, 1, 0},
    {MSG_RECOVERY_KEY, answer_recovery_key, 1, 1},
    {MSG_RECOVER, answer_recover, 0, 0},
    {MSG_INBOX, answer_inbox, 1, 0},
    {MSG_ROSTER, answer_roster, 1, 0},
    {MSG_READ_ALL, answer_read_all, 1, 0},
    {MSG_RETENTION, answer_retention, 1, 0},
    {MSG_DROP, answer_drop, 1, 1},
    {MSG_JOURNAL_VERIFY, answer_journal_verify, 1, 0},
    {MSG_RENEW, answer_renew, 1, 1},
    {MSG_DEEP_SCAN, answer_deep_scan, 1, 1},
    {MSG_MODEMS, answer_modems, 0, 0},
    {MSG_MODEM_ASK, answer_modem_ask, 0, 0},
    {MSG_SEND_TEXT, answer_send_text, 1, 0},
    {MSG_OUTBOX, answer_outbox, 1, 0},
    {MSG_OUTBOX_ACT, answer_outbox_act, 1, 0},
    {MSG_SETTING, answer_setting, 1, 0},
    {MSG_ACTIVATE, answer_activate, 1, 1},
    {MSG_CODEBOOKS, answer_codebooks, 1, 0},
    {MSG_REPORT_TEXT, answer_report_text, 1, 0},
};

static const char *
state_words(enum core_state at)
{
	switch (at) {
	case IN_NEW:
		return "there is no gateway here yet: make one with 'tocsin init'";
	case IN_LOCKED:
		return "the gateway is LOCKED: give the passphrase with 'tocsin unlock'";
	case IN_ARMED:
		return "the gateway is ARMED: to read, give the passphrase with 'tocsin unlock'";
	default:
		return "the gateway is OPEN: 'tocsin close' makes it ARMED";
	}
}

enum status
requests_answer(struct requests *r, int fd, struct ipc_message *ask)
{
	struct answer a = {r, fd};
	enum status st = ST_CLOSED;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].type != ask->head.type)
			continue;
		if ((ipc_states(ask->head.type) & r->session->at) == 0) {
			st = send_result(&a, ST_NOT_ALLOWED, 0, state_words(r->session->at));
			break;
		}
		if (answers[i].uses_open)
			r->session->used_ms = clock_boot_ms();
		if (answers[i].writes && r->session->read_only)
			st = send_result(&a, ST_NOT_ALLOWED, 0, read_only_words);
		else
			st = answers[i].answer(&a, ask);
		break;
	}
	ipc_wipe(ask);
	sodium_stackzero(SESSION_STACK); /* of what was typed, and of the keys that it opened */
	return st;
}

void
requests_done(struct requests *r)
{
	for (unsigned i = 0; i < 2; i++) {
		if (r->book[i] != NULL)
			sodium_memzero(r->book[i], r->book_len[i]);
		free(r->book[i]);
		r->book[i] = NULL;
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/intake.h"

#include <sodium.h>
#include <string.h>
#include <sys/statvfs.h>

#include "crypto/seen.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/answers.h"
#include "gateway/core/intake_impl.h"
#include "gateway/core/intake_parts.h"
#include "gateway/core/session_unlock.h"
#include "gateway/core/undecoded.h"

#define DISK_RESERVE ((uint64_t)16 << 20) /* octets left for the journal when parking stops */

static int
is_locked(const struct session *s)
{
	return s->at == IN_LOCKED || s->read_only;
}

static int
is_protected(const struct session *s)
{
	struct policy policy;

	session_policy(s, &policy);
	return policy.posture == POLICY_PROTECTED;
}

int
intake_disk_is_low(const struct session *s)
{
	struct statvfs vfs;

	if (statvfs(s->conf->state_dir, &vfs) == -1)
		return 0; /* the commit will say it */
	return (uint64_t)vfs.f_bavail * vfs.f_frsize < DISK_RESERVE;
}

static enum status
answer_duplicate(struct session *s, const struct arrival *a)
{
	const struct answers_to to = arrival_answer_to(a);

	if (s->answers == NULL || is_locked(s))
		return ST_OK;
	return answers_duplicate(s->answers, &to, a->content);
}

enum status
intake_seen_content(struct session *s, struct arrival *a, int *seen)
{
	const struct seen_octets symbols = {(const uint8_t *)a->symbols, a->symbol_count};
	enum status st;

	*seen = 0;
	a->has_content = a->class == TEXT_X || (a->class != TEXT_OTHER && is_protected(s));
	entropy_fill(a->content, sizeof(a->content));
	if (a->has_content) {
		seen_content(&state_root(s->state)->k_seen, symbols, a->content);
		if ((st = state_seen(s->state, a->content, seen)) != ST_OK)
			return st;
		if (*seen)
			return answer_duplicate(s, a);
	}
	return change_seen(s->state, a->content);
}

/* What of its sender tells two deliveries of one second apart: in `open` the number; in `protected`
 * no number enters `seen`, but the slot of a monitor who may text plain does. */
static struct seen_octets
sender_in_seen(const struct session *s, const struct arrival *a, uint8_t slot_octets[2])
{
	struct seen_octets sender = {NULL, 0};
	uint16_t slot;

	if (a->sender == NULL || a->sender[0] == '\0')
		return sender;
	if (!is_protected(s))
		return (struct seen_octets){(const uint8_t *)a->sender, strlen(a->sender)};
	if (s->facts == NULL)
		return sender;
	slot = senders_find(s->facts->senders, a->sender);
	if (slot == EVENT_SLOT_NONE || !s->facts->monitor[slot].plain)
		return sender;
	slot_octets[0] = (uint8_t)slot;
	slot_octets[1] = (uint8_t)(slot >> 8);
	return (struct seen_octets){slot_octets, 2};
}

/*
 * Is it a redelivery? It enters `seen` under today's date once more: a text that the modem cannot
 * delete must not come again as a new one when its first date is forgotten. Where its sender
 * counts, one that was taken before its number was wanted is known without it too.
 */
static enum status
check_delivery(struct session *s, const struct arrival *a, int *seen)
{
	const struct key32 *key = &state_root(s->state)->k_seen;
	const struct seen_octets none = {NULL, 0}, udh = {a->udh, a->udh_len},
				 text = {a->text, a->text_len};
	uint8_t hash[SEEN_HASH_LEN], slot_octets[2];
	const struct seen_octets sender = sender_in_seen(s, a, slot_octets);
	enum status st;

	seen_delivery(key, a->stamp_s, udh, text, none, hash);
	if ((st = state_seen(s->state, hash, seen)) != ST_OK)
		return st;
	if (!*seen && sender.len > 0) {
		seen_delivery(key, a->stamp_s, udh, text, sender, hash);
		if ((st = state_seen(s->state, hash, seen)) != ST_OK)
			return st;
	}
	return change_seen(s->state, hash);
}

enum status
intake_park(struct session *s, const struct arrival *a, uint64_t *seq)
{
	const int is_part = a->is_part == PART_VALID;
	struct parked p = {.kind = is_part             ? PARKED_PART
				   : a->sender != NULL ? PARKED_FROM
						       : PARKED_TEXT,
	    .form = a->form,
	    .trust = a->trust,
	    .udh_len = (uint8_t)a->udh_len,
	    .text_len = (uint16_t)a->text_len,
	    .arrival_s = record_unix(a->quarter),
	    .stamp_s = a->stamp_s};
	uint8_t plain[PARK_PLAIN_LEN];
	enum status st;

	memcpy(p.text, a->text, a->text_len);
	if (a->udh_len > 0)
		memcpy(p.udh, a->udh, a->udh_len);
	if (p.kind != PARKED_TEXT)
		p.awake_h = session_awake_h(s);
	if (a->sender != NULL)
		memcpy(p.sender, a->sender, strlen(a->sender));
	if ((st = parked_write(&p, plain)) == ST_OK)
		st = change_park(s->state, s->ring.pk_i.b, plain, seq);
	sodium_memzero(&p, sizeof(p));
	sodium_memzero(plain, sizeof(plain));
	return st;
}

/* No number is so long that it has no end. */
static const char *
ended(const char sender[NUMBER_MAX])
{
	return memchr(sender, '\0', NUMBER_MAX) != NULL ? sender : "";
}

void
arrival_of_sms(const struct session *s, const struct msg_sms *sms, struct arrival *a)
{
	size_t room = PARK_ROOM;
	enum trust trust;
	enum part_is part;

	memset(a, 0, sizeof(*a));
	a->quarter = session_quarter(s);
	a->trust = (uint8_t)session_trust(s);
	a->form = sms->form <= SMS_UNDECODED ? sms->form : SMS_OCTETS;
	a->stamp_s = sms->stamp_s;
	a->text = sms->text;
	a->text_len = sms->text_len <= SMS_TEXT_MAX ? sms->text_len : SMS_TEXT_MAX;
	a->udh = sms->udh;
	a->udh_len = sms->udh_len <= SMS_UDH_MAX ? sms->udh_len : SMS_UDH_MAX;
	a->modem = s->from_modem;
	a->came_s = session_now_s(s, &trust);
	part = part_of(a->udh, a->udh_len, &a->part);
	/* One that came although it is not wanted goes no further. */
	if (part == PART_VALID || (a->form != SMS_UNDECODED && session_wants_senders(s)))
		a->sender = ended(sms->sender);
	if (a->sender != NULL)
		room = PARK_PART_ROOM;
	if (a->udh_len + a->text_len > room)
		a->text_len = room - a->udh_len; /* no SMS is that long */
	arrival_classify(a);
}

static enum status
take_part(struct session *s, const struct arrival *a, const struct msg_sms *sms)
{
	return intake_part(s, &(struct parts_item){.part = a->part,
				  .sender = a->sender,
				  .text = a->text,
				  .text_len = a->text_len,
				  .stamp_s = a->stamp_s,
				  .awake_h = session_awake_h(s),
				  .fresh = sms});
}

/* What is new. */
static enum status
take_new(struct session *s, struct arrival *a, const struct msg_sms *sms)
{
	uint8_t cut[SMS_TEXT_MAX];
	enum status st;

	if (a->is_part == PART_VALID)
		return is_locked(s) ? intake_park(s, a, NULL) : take_part(s, a, sms);
	if (a->form == SMS_UNDECODED) { /* the number in it goes no further */
		a->text_len = undecoded_keep(is_protected(s), a->text, a->text_len, cut);
		a->text = cut;
	}
	st = is_locked(s) ? intake_park(s, a, NULL) : intake_read(s, a);
	sodium_memzero(cut, sizeof(cut));
	if (a->form == SMS_UNDECODED)
		a->text = NULL; /* it was that */
	return st;
}

static enum status
take_one(struct session *s, const struct msg_sms *sms)
{
	struct arrival a;
	enum status st;
	int seen;

	arrival_of_sms(s, sms, &a);
	st = check_delivery(s, &a, &seen);
	if (st == ST_OK && !seen)
		st = intake_seen_content(s, &a, &seen);
	if (st == ST_OK && seen)
		s->doubled++;
	else if (st == ST_OK)
		st = take_new(s, &a, sms);
	sodium_memzero(&a, sizeof(a));
	return st;
}

/* What was read is durable: its answers may leave. */
static enum status
commit(struct session *s)
{
	enum status st = session_commit(s);

	if (st == ST_OK && s->answers != NULL)
		answers_committed(s->answers);
	return st;
}

static enum status
take_batch(struct session *s, const struct msg_sms *sms, size_t count)
{
	enum status st = ST_OK;

	if (s->at == IN_NEW || count > BATCH_MAX)
		return ST_NOT_ALLOWED;
	if (s->is_ring_changed)
		return ST_NOT_ALLOWED;
	if (intake_disk_is_low(s))
		return ST_FULL;
	if (s->answers != NULL)
		answers_begin(s->answers);
	session_clock_look(s);
	for (size_t i = 0; st == ST_OK && i < count; i++)
		st = take_one(s, &sms[i]);
	if (st == ST_OK && !is_locked(s))
		st = intake_parts_park(s);
	/* Half a batch is collected, with a mark in `seen` whose text is not: a later commit must
	 * not make that durable. Nothing here gives such a status today. */
	if (st != ST_OK && status_class(st) != SC_STOP)
		st = ST_IO;
	if (st == ST_OK && change_pending(s->state))
		st = commit(s);
	if (st == ST_OK)
		s->kept += count;
	return st;
}

enum status
intake_batch(struct session *s, unsigned modem, const struct msg_sms *sms, size_t count)
{
	enum status st;

	s->from_modem = modem;
	st = take_batch(s, sms, count);
	s->from_modem = UINT32_MAX;
	return st;
}

enum status
intake_refused(struct session *s)
{
	struct parked p = {.kind = PARKED_REFUSED,
	    .trust = (uint8_t)session_trust(s),
	    .arrival_s = record_unix(session_quarter(s)),
	    .stamp_s = INT64_MIN};
	uint8_t plain[PARK_PLAIN_LEN];
	enum status st;

	if (s->is_ring_changed || intake_disk_is_low(s))
		return ST_FULL;
	if ((st = parked_write(&p, plain)) == ST_OK)
		st = change_park(s->state, s->ring.pk_i.b, plain, NULL);
	return st == ST_OK ? session_commit(s) : st;
}

/* --- reading what was parked --- */

static enum status
append_refused(struct session *s, const struct parked *p)
{
	uint32_t quarter = record_quarter(p->arrival_s);
	struct event_mark mark = {.hour = quarter == RECORD_EVENT_NONE ? 0 : quarter / 4};
	uint8_t body[EVENT_MARK_MAX];

	return session_append(
	    s, EVENT_REFUSED, body, event_mark_encode(&mark, body, sizeof(body)), NULL);
}

void
arrival_of_row(const struct parked *p, struct arrival *a)
{
	*a = (struct arrival){.quarter = record_quarter(p->arrival_s),
	    .trust = p->trust,
	    .form = p->form,
	    .was_parked = 1,
	    .sender = p->kind == PARKED_PART || p->kind == PARKED_FROM ? p->sender : NULL,
	    .modem = UINT32_MAX,
	    .came_s = p->trust == TRUST_NONE ? INT64_MIN : p->arrival_s,
	    .stamp_s = p->stamp_s,
	    .text = p->text,
	    .text_len = p->text_len,
	    .udh = p->udh,
	    .udh_len = p->udh_len};
	if (a->quarter == RECORD_EVENT_NONE) {
		a->quarter = 0;
		a->trust = TRUST_NONE;
	}
	arrival_classify(a);
}

enum status
intake_row_open(struct session *s, int64_t seq, const uint8_t *blob, size_t len, struct parked *p)
{
	uint8_t box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	enum status st = ST_FORGED;

	if (len == PARK_BLOB_LEN)
		st = park_open(&state_root(s->state)->k_p, (uint64_t)seq, blob, box);
	if (st == ST_OK)
		st = park_box_open(&s->ring.pk_i, &s->keys->ring.sk_i, box, plain);
	if (st == ST_OK)
		st = parked_read(plain, p);
	sodium_memzero(plain, sizeof(plain));
	return st;
}

/* A part's row stays until the others are there. */
static enum status
read_part(struct session *s, int64_t seq, const struct parked *p, const struct arrival *a)
{
	const uint64_t now = session_awake_h(s);

	return intake_part(s, &(struct parts_item){.part = a->part,
				  .sender = p->sender,
				  .text = p->text,
				  .text_len = p->text_len,
				  .stamp_s = p->stamp_s,
				  .awake_h = p->awake_h < now ? p->awake_h : now,
				  .seq = (uint64_t)seq});
}

static enum status
consume(struct session *s, int64_t seq, const uint8_t *blob, size_t len)
{
	struct parked p;
	struct arrival a;
	enum status st = intake_row_open(s, seq, blob, len, &p);

	if (st != ST_OK || seq <= 0) { /* ours begin at 1 */
		if ((st = intake_damaged(s)) == ST_OK)
			st = change_unpark(s->state, seq);
		goto done;
	}
	arrival_of_row(&p, &a);
	if (p.kind == PARKED_PART && a.is_part == PART_VALID) {
		st = read_part(s, seq, &p, &a);
		goto done;
	}
	st = p.kind == PARKED_REFUSED ? append_refused(s, &p) : intake_read(s, &a);
	if (st == ST_OK)
		st = change_unpark(s->state, seq);
done:
	sodium_memzero(&p, sizeof(p));
	sodium_memzero(&a, sizeof(a));
	return st;
}

/* Each row in the order of arrival; *taken: whether any was consumed that is durable by now. */
static enum status
read_rows(struct session *s, int *taken)
{
	uint8_t blob[PARK_BLOB_LEN];
	const int64_t *after = NULL;
	int64_t seq;
	uint64_t rows = 0;
	size_t len;
	enum status st;

	while ((st = store_parked_next(s->store, after, &seq, blob, sizeof(blob), &len)) == ST_OK ||
	       st == ST_TOO_LONG) {
		after = &seq;
		if (st == ST_TOO_LONG)
			len = 0; /* nobody parks such a row: damaged, as any that does not open */
		if ((st = consume(s, seq, blob, len)) != ST_OK)
			return st;
		if (++rows % BATCH_MAX != 0 || !change_pending(s->state))
			continue;
		*taken = 1;
		if ((st = commit(s)) != ST_OK)
			return st;
	}
	return st == ST_UNKNOWN ? ST_OK : st;
}

enum status
intake_parked(struct session *s)
{
	int taken = 0;
	enum status st;

	s->is_passing = 1;
	st = read_rows(s, &taken);
	if (st == ST_OK && change_pending(s->state)) {
		taken = 1;
		if (parts_due(s->parts, session_awake_h(s)) != NULL)
			st = commit(s); /* these are events of their own */
	}
	if (st == ST_OK && (st = intake_parts_due(s)) == ST_OK && change_pending(s->state))
		taken = 1;
	s->is_passing = 0;
	if (st != ST_OK || !taken)
		return st;
	change_pass_end(s->state);
	return commit(s);
}

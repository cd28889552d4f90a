/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/intake.h"

#include <sodium.h>
#include <string.h>
#include <sys/statvfs.h>

#include "crypto/seen.h"
#include "gateway/common/entropy.h"
#include "gateway/common/status.h"
#include "gateway/core/intake_read.h"
#include "gateway/core/session_unlock.h"
#include "reporting/report/text.h"

#define DISK_RESERVE ((uint64_t)16 << 20) /* octets left for the journal when parking stops */

static int
is_locked(const struct session *s)
{
	return s->at == IN_LOCKED || s->read_only;
}

int
intake_disk_is_low(const struct session *s)
{
	struct statvfs vfs;

	if (statvfs(s->conf->state_dir, &vfs) == -1)
		return 0; /* the commit will say it */
	return (uint64_t)vfs.f_bavail * vfs.f_frsize < DISK_RESERVE;
}

/*
 * Is it a redelivery, or the same sealed text once more? What is new here enters `seen`.
 * In posture protected every text of an EW1 shape is known by its content too; another one enters
 * with a random hash beside, so that the number of rows does not tell which of them came.
 */
static enum status
check_seen(struct session *s, const struct arrival *a, int *seen)
{
	const struct key32 *key = &state_root(s->state)->k_seen;
	const struct seen_octets none = {NULL, 0}, udh = {a->udh, a->udh_len},
				 text = {a->text, a->text_len},
				 symbols = {(const uint8_t *)a->symbols, a->symbol_count};
	uint8_t hash[SEEN_HASH_LEN];
	enum status st;

	seen_delivery(key, a->stamp_s, udh, text, none, hash);
	if ((st = state_seen(s->state, hash, seen)) != ST_OK)
		return st;
	/* One that was seen enters under today's date once more: a text that the modem cannot
	 * delete must not come again as a new one when its first date is forgotten. */
	if ((st = change_seen(s->state, hash)) != ST_OK || *seen)
		return st;
	entropy_fill(hash, sizeof(hash));
	if (a->class != TEXT_OTHER) {
		seen_content(key, symbols, hash);
		if ((st = state_seen(s->state, hash, seen)) != ST_OK || *seen)
			return st;
	}
	return change_seen(s->state, hash);
}

static enum status
park(struct session *s, const struct arrival *a)
{
	struct parked p = {.kind = PARKED_TEXT,
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
	if ((st = parked_write(&p, plain)) == ST_OK)
		st = change_park(s->state, s->ring.pk_i.b, plain);
	sodium_memzero(&p, sizeof(p));
	sodium_memzero(plain, sizeof(plain));
	return st;
}

/* What the modem handed over, within every bound. */
static void
arrival_of(const struct session *s, const struct msg_sms *sms, struct arrival *a)
{
	memset(a, 0, sizeof(*a));
	a->quarter = session_quarter(s);
	a->trust = (uint8_t)session_trust(s);
	a->form = sms->form;
	a->stamp_s = sms->stamp_s;
	a->text = sms->text;
	a->text_len = sms->text_len <= SMS_TEXT_MAX ? sms->text_len : SMS_TEXT_MAX;
	a->udh = sms->udh;
	a->udh_len = sms->udh_len <= SMS_UDH_MAX ? sms->udh_len : SMS_UDH_MAX;
	if (a->udh_len + a->text_len > PARK_ROOM)
		a->text_len = PARK_ROOM - a->udh_len; /* no SMS is that long */
	arrival_classify(a);
}

static enum status
take_one(struct session *s, const struct msg_sms *sms)
{
	struct arrival a;
	enum status st;
	int seen;

	arrival_of(s, sms, &a);
	st = check_seen(s, &a, &seen);
	if (st == ST_OK && seen)
		s->doubled++;
	else if (st == ST_OK)
		st = is_locked(s) ? park(s, &a) : intake_read(s, &a);
	sodium_memzero(&a, sizeof(a));
	return st;
}

enum status
intake_batch(struct session *s, const struct msg_sms *sms, size_t count)
{
	enum status st = ST_OK;

	if (s->at == IN_NEW || count > BATCH_MAX)
		return ST_NOT_ALLOWED;
	if (s->is_ring_changed)
		return ST_NOT_ALLOWED;
	if (intake_disk_is_low(s))
		return ST_FULL;
	session_clock_look(s);
	for (size_t i = 0; st == ST_OK && i < count; i++)
		st = take_one(s, &sms[i]);
	/* Half a batch is collected, with a mark in `seen` whose text is not: a later commit must
	 * not make that durable. Nothing here gives such a status today. */
	if (st != ST_OK && status_class(st) != SC_STOP)
		st = ST_IO;
	if (st == ST_OK && change_pending(s->state))
		st = session_commit(s);
	if (st == ST_OK)
		s->kept += count;
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
		st = change_park(s->state, s->ring.pk_i.b, plain);
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

static enum status
read_parked(struct session *s, const struct parked *p)
{
	struct arrival a = {.quarter = record_quarter(p->arrival_s),
	    .trust = p->trust,
	    .form = p->form,
	    .was_parked = 1,
	    .stamp_s = p->stamp_s,
	    .text = p->text,
	    .text_len = p->text_len,
	    .udh = p->udh,
	    .udh_len = p->udh_len};

	if (p->kind == PARKED_REFUSED)
		return append_refused(s, p);
	if (a.quarter == RECORD_EVENT_NONE) {
		a.quarter = 0;
		a.trust = TRUST_NONE;
	}
	arrival_classify(&a);
	return intake_read(s, &a);
}

static enum status
consume(struct session *s, int64_t seq, const uint8_t *blob, size_t len)
{
	uint8_t box[PARK_BOX_LEN], plain[PARK_PLAIN_LEN];
	struct parked p;
	enum status st = ST_FORGED;

	if (len == PARK_BLOB_LEN)
		st = park_open(&state_root(s->state)->k_p, (uint64_t)seq, blob, box);
	if (st == ST_OK)
		st = park_box_open(&s->ring.pk_i, &s->keys->ring.sk_i, box, plain);
	if (st == ST_OK)
		st = parked_read(plain, &p);
	st = st == ST_OK ? read_parked(s, &p) : intake_damaged(s);
	if (st == ST_OK)
		st = change_unpark(s->state, seq);
	sodium_memzero(plain, sizeof(plain));
	sodium_memzero(&p, sizeof(p));
	return st;
}

enum status
intake_parked(struct session *s)
{
	uint8_t blob[PARK_BLOB_LEN];
	const int64_t *after = NULL;
	int64_t seq;
	uint64_t taken = 0;
	size_t len;
	enum status st;

	while ((st = store_parked_next(s->store, after, &seq, blob, sizeof(blob), &len)) == ST_OK ||
	       st == ST_TOO_LONG) {
		after = &seq;
		if (st == ST_TOO_LONG)
			len = 0; /* nobody parks such a row: damaged, as any that does not open */
		if ((st = consume(s, seq, blob, len)) != ST_OK)
			return st;
		if (++taken % BATCH_MAX == 0 && (st = session_commit(s)) != ST_OK)
			return st;
	}
	if (st != ST_UNKNOWN)
		return st;
	if (taken == 0)
		return ST_OK;
	change_pass_end(s->state);
	return session_commit(s);
}

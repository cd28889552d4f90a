/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/enrolment.h"
#include "crypto/octets.h"
#include "gateway/common/status.h"

#define BUFFER_LEN 65536

/* What is being written: octets collect in the buffer, and all of them are hashed. */
struct pen {
	int fd;
	enum status st; /* the first failure; nothing is written after it */
	size_t len;
	crypto_generichash_state hash;
	uint64_t first, next; /* rows of the journal that the root knows */
	struct backup_head head;
	uint8_t buffer[BUFFER_LEN];
};

static void
flush(struct pen *p)
{
	size_t at = 0;

	while (p->st == ST_OK && at < p->len) {
		ssize_t n = write(p->fd, p->buffer + at, p->len - at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			p->st = n == -1 && errno != ENOSPC && errno != EDQUOT ? ST_CLOSED : ST_FULL;
		else
			at += (size_t)n;
	}
	p->len = 0;
}

static void
write_octets(struct pen *p, const uint8_t *octets, size_t len)
{
	(void)crypto_generichash_update(&p->hash, octets, len); /* cannot fail */
	if (p->len + len > sizeof(p->buffer))
		flush(p);
	memcpy(p->buffer + p->len, octets, len); /* no piece is as long as the buffer */
	p->len += len;
}

/* --- the store's rows: first counted, for the head, then written --- */

static int
is_inside(const struct pen *p, uint64_t seq)
{
	return seq >= p->first && seq < p->next;
}

static enum status
count_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct pen *p = arg;

	(void)kind;
	(void)id;
	(void)blob;
	p->head.copies += len > 0;
	return ST_OK;
}

static enum status
write_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct pen *p = arg;
	uint8_t head[BACKUP_COPY_HEAD_LEN];

	if (len == 0)
		return ST_OK;
	backup_copy_write(kind, id, len, head);
	write_octets(p, head, sizeof(head));
	write_octets(p, blob, len);
	return p->st;
}

static enum status
count_run(void *arg, const struct store_run *run, int odd)
{
	struct pen *p = arg;

	p->head.runs += !odd && is_inside(p, run->first);
	return ST_OK;
}

static enum status
write_run(void *arg, const struct store_run *run, int odd)
{
	struct pen *p = arg;
	uint8_t out[BACKUP_RUN_LEN];

	if (odd || !is_inside(p, run->first))
		return ST_OK;
	backup_run_write(run->id, run->first, run->epoch, run->blob, out);
	write_octets(p, out, sizeof(out));
	return p->st;
}

static enum status
count_row(void *arg, const struct store_event *row, int odd)
{
	struct pen *p = arg;

	p->head.rows += !odd && is_inside(p, row->seq);
	return ST_OK;
}

static enum status
write_row(void *arg, const struct store_event *row, int odd)
{
	struct pen *p = arg;
	uint8_t out[BACKUP_ROW_LEN];

	if (odd || !is_inside(p, row->seq))
		return ST_OK;
	backup_row_write(row->seq, row->run, row->blob, out);
	write_octets(p, out, sizeof(out));
	return p->st;
}

static enum status
fill_head(struct session *s, struct pen *p, uint8_t list[RING_LIST_MAX])
{
	const struct tree_root *root = state_root(s->state);
	struct backup_head *h = &p->head;
	size_t len;
	enum status st = ring_list_write(&s->ring, list, &len);

	if (st != ST_OK)
		return st;
	h->made = session_quarter(s);
	gwid_of(&s->ring.pk_i, h->gwid);
	recovery_kid(&s->ring.pk_d, h->kid);
	memcpy(h->incarnation, root->incarnation, sizeof(h->incarnation));
	h->first = p->first = root->journal.first;
	h->count = root->journal.count;
	p->next = h->first + h->count;
	memcpy(h->link_before, root->journal.link_before, sizeof(h->link_before));
	memcpy(h->link, root->journal.link, sizeof(h->link));
	memcpy(h->ring_hash, root->ring_hash, sizeof(h->ring_hash));
	h->list_len = (uint32_t)len;
	if ((st = store_recovery_all(s->store, count_copy, p)) == ST_OK &&
	    (st = store_runs(s->store, count_run, p)) == ST_OK)
		st = store_events(s->store, h->first, count_row, p);
	return st;
}

static enum status
write_all(struct session *s, struct pen *p)
{
	uint8_t head[BACKUP_HEAD_LEN], list[RING_LIST_MAX], hash[32], end[BACKUP_END_LEN];
	enum status st;

	(void)crypto_generichash_init(&p->hash, NULL, 0, sizeof(hash));
	if ((st = fill_head(s, p, list)) != ST_OK)
		return st;
	backup_head_write(&p->head, head);
	write_octets(p, head, sizeof(head));
	write_octets(p, list, p->head.list_len);
	if ((st = store_recovery_all(s->store, write_copy, p)) != ST_OK ||
	    (st = store_runs(s->store, write_run, p)) != ST_OK ||
	    (st = store_events(s->store, p->first, write_row, p)) != ST_OK)
		return st;
	(void)crypto_generichash_final(&p->hash, hash, sizeof(hash));
	backup_end_write(hash, &s->keys->ring.sk_d, end);
	write_octets(p, end, sizeof(end));
	flush(p);
	return p->st;
}

/* To the medium, and back from it: not from the page cache. */
static enum status
read_back(int fd, const struct backup_head *written)
{
	const struct backup_sink none = {NULL, NULL, NULL, NULL, NULL};
	struct backup_head head;
	enum status st;

	if (fsync(fd) == -1)
		return errno == ENOSPC || errno == EDQUOT ? ST_FULL : ST_CLOSED;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* a file system may not know it */
	if ((st = backup_read(fd, &head, &none)) == ST_OK &&
	    (head.rows != written->rows || memcmp(head.link, written->link, 32) != 0))
		st = ST_CHECK;
	return st == ST_OK || st == ST_CLOSED ? st : ST_CHECK;
}

static enum status
say_medium(char words[SESSION_WORDS_MAX], enum status st)
{
	const char *sentence = "";

	if (st == ST_FULL)
		sentence = "no room is left there for the backup: use another medium";
	else if (st == ST_CLOSED)
		sentence = "that medium failed while the backup was written: use another one";
	else if (st == ST_CHECK)
		sentence = "read back, the backup is not what was written: use another medium, and "
			   "run 'tocsin journal verify'";
	(void)snprintf(words, SESSION_WORDS_MAX, "%s", sentence);
	return st;
}

enum status
backup_write(struct session *s, int fd, struct backup_head *head, char words[SESSION_WORDS_MAX])
{
	static struct pen p; /* large; nothing in it is secret */
	enum status st;

	if (octets_are_zero(s->ring.pk_r.b, sizeof(s->ring.pk_r.b))) {
		(void)snprintf(words, SESSION_WORDS_MAX, "%s",
		    "there is no recovery key, so nobody could open a backup: make one with "
		    "'tocsin recovery-key'");
		return ST_INCOMPLETE;
	}
	memset(&p, 0, sizeof(p));
	p.fd = fd;
	if ((st = write_all(s, &p)) == ST_OK)
		st = read_back(fd, &p.head);
	*head = p.head;
	return st == ST_OK || status_class(st) == SC_STOP ? st : say_medium(words, st);
}

enum status
backup_note(struct session *s, const struct backup_head *head)
{
	struct event_backed_up e = {.at = head->made, .next = head->first + head->count};
	uint8_t body[EVENT_BACKED_UP_LEN];
	enum status st;

	memcpy(e.link, head->link, sizeof(e.link));
	st = session_append(
	    s, EVENT_BACKED_UP, body, event_backed_up_encode(&e, body, sizeof(body)), NULL);
	return st == ST_OK ? session_commit(s) : st;
}

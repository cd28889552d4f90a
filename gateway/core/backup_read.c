/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/backup.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_LEN 65536

/* What is being read: each piece is hashed as it is taken. */
struct eye {
	int fd;
	uint64_t at; /* in the file, behind the buffer */
	size_t used, len;
	crypto_generichash_state hash;
	uint8_t buffer[BUFFER_LEN];
};

/* A status of the file, not of the store. */
static enum status
fill(struct eye *e)
{
	ssize_t n;

	do
		n = pread(e->fd, e->buffer, sizeof(e->buffer), (off_t)e->at);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return ST_CLOSED;
	e->at += (uint64_t)n;
	e->len = (size_t)n;
	e->used = 0;
	return n == 0 ? ST_DAMAGED : ST_OK; /* cut short */
}

static enum status
take(struct eye *e, uint8_t *out, size_t len, int is_hashed)
{
	size_t got = 0;
	enum status st;

	while (got < len) {
		size_t n = e->len - e->used;

		if (n == 0) {
			if ((st = fill(e)) != ST_OK)
				return st;
			continue;
		}
		n = n < len - got ? n : len - got;
		memcpy(out + got, e->buffer + e->used, n);
		e->used += n;
		got += n;
	}
	if (is_hashed)
		(void)crypto_generichash_update(&e->hash, out, len); /* cannot fail */
	return ST_OK;
}

static enum status
read_list(struct eye *e, const struct backup_head *head, const struct backup_sink *sink,
    struct ring_list *list)
{
	uint8_t octets[RING_LIST_MAX], hash[32];
	enum status st = take(e, octets, head->list_len, 1);

	if (st == ST_OK)
		st = ring_list_read(octets, head->list_len, list);
	if (st == ST_OK && (st = ring_list_hash(list, hash)) == ST_OK &&
	    memcmp(hash, head->ring_hash, sizeof(hash)) != 0)
		st = ST_DAMAGED;
	if (st == ST_OK)
		st = ring_list_verify(list);
	if (st == ST_OK && sink->list != NULL)
		st = sink->list(sink->arg, list);
	return st == ST_RANGE ? ST_DAMAGED : st;
}

static enum status
read_copies(struct eye *e, uint32_t count, const struct backup_sink *sink)
{
	uint8_t head[BACKUP_COPY_HEAD_LEN], blob[RECOVERY_BLOB_MAX];
	enum status st = ST_OK;
	unsigned kind;
	uint64_t id;
	size_t len;

	for (uint32_t i = 0; st == ST_OK && i < count; i++) {
		if ((st = take(e, head, sizeof(head), 1)) != ST_OK ||
		    (st = backup_copy_read(head, &kind, &id, &len)) != ST_OK ||
		    (st = take(e, blob, len, 1)) != ST_OK)
			return st;
		if (sink->copy != NULL)
			st = sink->copy(sink->arg, kind, id, blob, len);
	}
	return st;
}

static enum status
take_run(struct eye *e, struct store_run *run)
{
	uint8_t octets[BACKUP_RUN_LEN];
	enum status st = take(e, octets, sizeof(octets), 1);

	return st == ST_OK ? backup_run_read(octets, &run->id, &run->first, &run->epoch, run->blob)
			   : st;
}

static enum status
read_runs(struct eye *e, uint64_t count, const struct backup_sink *sink)
{
	struct store_run run;
	uint64_t before = 0;
	enum status st = ST_OK;

	for (uint64_t i = 0; st == ST_OK && i < count; i++) {
		if ((st = take_run(e, &run)) != ST_OK)
			return st;
		if (run.id <= before)
			return ST_DAMAGED; /* in ascending order, as the store's key has them */
		before = run.id;
		if (sink->run != NULL)
			st = sink->run(sink->arg, &run);
	}
	return st;
}

static enum status
read_rows(struct eye *e, const struct backup_head *head, const struct backup_sink *sink)
{
	uint8_t octets[BACKUP_ROW_LEN];
	struct store_event row;
	uint64_t before = head->first - 1;
	enum status st = ST_OK;

	for (uint64_t i = 0; st == ST_OK && i < head->rows; i++) {
		if ((st = take(e, octets, sizeof(octets), 1)) != ST_OK)
			return st;
		backup_row_read(octets, &row.seq, &row.run, row.blob);
		if (row.seq <= before || row.seq >= head->first + head->count)
			return ST_DAMAGED;
		before = row.seq;
		if (sink->row != NULL)
			st = sink->row(sink->arg, &row);
	}
	return st;
}

static enum status
read_end(struct eye *e, const struct ring_list *list)
{
	uint8_t hash[32], end[BACKUP_END_LEN], beyond;
	enum status st = take(e, end, sizeof(end), 0);

	if (st != ST_OK)
		return st;
	if (take(e, &beyond, 1, 0) == ST_OK)
		return ST_DAMAGED; /* nothing stands behind the end */
	(void)crypto_generichash_final(&e->hash, hash, sizeof(hash));
	return backup_end_check(end, hash, &list->pk_d);
}

enum status
backup_read(int fd, struct backup_head *head, const struct backup_sink *sink)
{
	static struct eye e; /* large; nothing in it is secret */
	uint8_t octets[BACKUP_HEAD_LEN];
	struct ring_list list;
	enum status st;

	memset(&e, 0, sizeof(e));
	e.fd = fd;
	(void)crypto_generichash_init(&e.hash, NULL, 0, 32);
	if ((st = take(&e, octets, sizeof(octets), 1)) != ST_OK)
		return st == ST_DAMAGED ? ST_VERSION : st; /* too short for any */
	if ((st = backup_head_read(octets, head)) != ST_OK ||
	    (st = read_list(&e, head, sink, &list)) != ST_OK ||
	    (st = read_copies(&e, head->copies, sink)) != ST_OK ||
	    (st = read_runs(&e, head->runs, sink)) != ST_OK ||
	    (st = read_rows(&e, head, sink)) != ST_OK)
		return st;
	return read_end(&e, &list);
}

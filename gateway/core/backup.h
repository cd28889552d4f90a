/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backup's file (crypto/backup.h), written from the store and read back. The descriptor is the
 * caller's: core opens no file outside its folder, so the command that asks hands one over.
 */
#ifndef GATEWAY_CORE_BACKUP_H
#define GATEWAY_CORE_BACKUP_H

#include <stdint.h>

#include "crypto/backup.h"
#include "crypto/ring.h"
#include "gateway/core/session.h"
#include "gateway/core/store.h"
#include "schemas/status.h"

/*
 * Write a backup to fd, an empty file open for reading and writing, sync it, drop it from the page
 * cache and read it back whole. ARMED or OPEN.
 *   head   what was written.
 *   words  what to do, when it fails.
 * ST_OK; ST_INCOMPLETE (there is no recovery key: nobody could open it), ST_FULL, ST_CHECK (read
 * back, it is not what was written), ST_CLOSED (the medium failed: nothing of ours is in doubt);
 * or SC_STOP, of our own store.
 */
enum status backup_write(
    struct session *s, int fd, struct backup_head *head, char words[SESSION_WORDS_MAX]) MUST_USE;

/* Say in the journal, durably, what was written. ST_OK, or SC_STOP. */
enum status backup_note(struct session *s, const struct backup_head *head) MUST_USE;

/* What reading hands on; any of the functions may be NULL. A status other than ST_OK ends it. */
struct backup_sink {
	enum status (*list)(void *arg, const struct ring_list *list);
	enum status (*copy)(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len);
	enum status (*run)(void *arg, const struct store_run *run);
	enum status (*row)(void *arg, const struct store_event *row);
	void *arg;
};

/*
 * Read a backup from its beginning, and check everything that needs no secret: lengths, order, the
 * ring list's hash and signature, the hash of it all and its signature by the list's
 * device key. (The links are the fold's to check.) What was handed on before a fault was found must
 * not be used. ST_OK, ST_VERSION (no backup, or of a later version), ST_DAMAGED, ST_CHECK,
 * ST_FORGED, ST_CLOSED (the medium failed), or what a function of the sink returned.
 */
enum status backup_read(int fd, struct backup_head *head, const struct backup_sink *sink) MUST_USE;

#endif

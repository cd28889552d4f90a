/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wipe of a store that is its own anchor. Done on the files as they are, without the checks of
 * an opening: a damaged store is to be wiped too.
 */
#include "gateway/core/store_sql.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

/* 33 are the wraps, 34 and 35 the rows of store.h: W and A. */
static const char wipe[] = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = EXTRA;"
			   "PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;"
			   "BEGIN IMMEDIATE; DELETE FROM state WHERE node IN (33, 34, 35); COMMIT";

/* Delete, and copy the result over the old pages. */
static enum status
delete_rows(const char *path)
{
	sqlite3 *db = NULL;
	int in_log = 0, copied = -1, on = 1;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, wipe, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	if (rc == SQLITE_OK)
		rc =
		    sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_FULL, &in_log, &copied);
	if (rc == SQLITE_OK && in_log != copied)
		rc = SQLITE_IOERR;
	(void)sqlite3_close(db); /* everything is copied and synced */
	return store_status(rc);
}

static enum status
zero_file(int fd, off_t len)
{
	static const uint8_t zeros[CHUNK];

	for (off_t at = 0; at < len;) {
		size_t want = len - at < CHUNK ? (size_t)(len - at) : CHUNK;
		ssize_t n = pwrite(fd, zeros, want, at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return ST_IO;
		at += n;
	}
	return fsync(fd) == 0 ? ST_OK : ST_SYNC;
}

/* It holds pages as they were, the deleted rows among them. */
static enum status
zero_wal(const char *path)
{
	char wal[PATH_MAX + 8];
	enum status st = ST_IO;
	struct stat sb;
	int fd;

	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	if ((fd = open(wal, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return errno == ENOENT ? ST_OK : ST_IO;
	if (fstat(fd, &sb) == 0)
		st = zero_file(fd, sb.st_size);
	(void)close(fd); /* synced */
	return st;
}

enum status
store_wipe(const char *dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/tocsin.db", dir);
	enum status st;

	if (n < 0 || n >= PATH_MAX)
		return ST_CONFIG;
	if (!store_exists(dir))
		return ST_UNKNOWN;
	st = delete_rows(path);
	return st == ST_OK ? zero_wal(path) : st;
}

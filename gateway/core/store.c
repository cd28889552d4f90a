/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/store.h"

#include "gateway/core/mem.h"
#include "gateway/core/store_sql.h"
#include "sql_recovery.h"
#include "sql_tables.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x54434e31 /* "TCN1" */
#define CHECKPOINT_PAGES 8000     /* docs/decisions/0007-rare-checkpoints.md */
#define PAGE_SIZE 4096
#define FILE_NAME "tocsin.db"

/* Numbered from 1; user_version counts those that ran. */
static const char *const migrations[] = {sql_tables, sql_recovery};
#define MIGRATIONS ((int)(sizeof(migrations) / sizeof(migrations[0])))

/* --- results --- */

/* The worst that SQLite's log told since the store was opened: it also tells what no result does,
 * such as a checkpoint's failure. One process has one store. */
static enum status logged;

static enum status
status_of(int rc)
{
	switch (rc) {
	case SQLITE_IOERR_FSYNC:
	case SQLITE_IOERR_DIR_FSYNC:
		return ST_SYNC;
	case SQLITE_IOERR_NOMEM:
		return ST_MEMORY;
	default:
		break;
	}
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ST_OK;
	case SQLITE_NOMEM:
		return ST_MEMORY;
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* a row that somebody planted stands in our place */
		return ST_DAMAGED;
	case SQLITE_BUSY:
		return ST_AGAIN; /* another process has the store */
	default:
		return ST_IO;
	}
}

/* No text: it could hold what a statement held. */
static void
watch_log(void *unused, int rc, const char *text)
{
	int primary = rc & 0xff;

	(void)unused;
	(void)text;
	if (primary != SQLITE_IOERR && primary != SQLITE_FULL && primary != SQLITE_CORRUPT)
		return;
	if (logged != ST_SYNC) /* the gravest */
		logged = status_of(rc);
}

enum status
store_status(int rc)
{
	enum status st = status_of(rc);

	if (logged == ST_SYNC || (logged != ST_OK && st == ST_OK))
		return logged;
	return st;
}

enum status
store_run_statement(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	(void)sqlite3_reset(stmt); /* repeats the same result */
	return store_status(rc);
}

/*
 * SQLite makes every path absolute, and fails where a folder above the working folder may not be
 * searched. There is one database, and the working folder never changes: its path stays as it is.
 */
static int
path_as_it_is(sqlite3_vfs *vfs, const char *path, int cap, char *out)
{
	size_t len = strlen(path);

	(void)vfs;
	if (cap < 0 || len >= (size_t)cap)
		return SQLITE_CANTOPEN;
	memcpy(out, path, len + 1);
	return SQLITE_OK;
}

/* The system's file access but for that, as the default one. */
static enum status
register_vfs(void)
{
	static sqlite3_vfs vfs;
	const sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (system == NULL)
		return ST_MEMORY;
	vfs = *system;
	vfs.zName = "tocsin";
	vfs.xFullPathname = path_as_it_is;
	return status_of(sqlite3_vfs_register(&vfs, 1));
}

enum status
store_library_init(void)
{
	enum status st = mem_library_init();
	uint8_t octet;

	if (st != ST_OK)
		return st;
	if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_LOG, watch_log, NULL) != SQLITE_OK ||
	    sqlite3_initialize() != SQLITE_OK || register_vfs() != ST_OK)
		return ST_MEMORY;
	sqlite3_randomness(1, &octet); /* seeded now: later /dev/urandom is behind the sandbox */
	return ST_OK;
}

/* --- opening --- */

static enum status
path_in(const char *dir, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/" FILE_NAME, dir);

	return n > 0 && n < PATH_MAX ? ST_OK : ST_CONFIG;
}

int
store_exists(const char *dir)
{
	char path[PATH_MAX];
	struct stat sb;

	return path_in(dir, path) == ST_OK && lstat(path, &sb) == 0;
}

/* file:PATH?psow=0, PATH percent-encoded: a path may hold '?', '#' or '%'. */
static void
make_uri(const char *path, char out[3 * PATH_MAX + 16])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	char *at = out + sprintf(out, "file:");

	while (path[0] == '/' && path[1] == '/')
		path++; /* two would begin an authority */
	for (; *path != '\0'; path++)
		at += sprintf(
		    at, strchr(plain, *path) != NULL ? "%c" : "%%%02X", (unsigned char)*path);
	(void)sprintf(at, "?psow=0"); /* fits: 3 octets for each of the path, and 13 */
}

/* An empty file of mode 0600, its name durable. SQLite gives the WAL the same mode. */
static enum status
make_file(const char *dir, const char *path)
{
	enum status st = ST_IO;
	int fd, dir_fd;

	if ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) == -1)
		return errno == EEXIST ? ST_EXISTS : ST_IO;
	if ((dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		goto done;
	st = fsync(fd) == 0 && fsync(dir_fd) == 0 ? ST_OK : ST_SYNC;
	(void)close(dir_fd); /* synced */
done:
	(void)close(fd); /* empty */
	return st;
}

/* What store_create() made and could not finish. */
static void
unmake(const char *path)
{
	char wal[PATH_MAX + 8];

	(void)unlink(path); /* each may not be there */
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	(void)unlink(wal);
}

/* One number that a pragma gives. */
static enum status
pragma_number(struct store *st, const char *sql, sqlite3_int64 *out)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(st->db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
		*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s); /* repeats the same result */
	return rc == SQLITE_DONE ? ST_DAMAGED : store_status(rc);
}

/* The pragma's answer must be the word wanted: it can be refused without an error. */
static enum status
pragma_word(struct store *st, const char *sql, const char *want, enum status otherwise)
{
	sqlite3_stmt *s = NULL;
	enum status result;
	int rc, is_wanted = 0;

	if ((rc = sqlite3_prepare_v2(st->db, sql, -1, &s, NULL)) == SQLITE_OK &&
	    (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const unsigned char *word = sqlite3_column_text(s, 0);

		is_wanted = word != NULL && strcmp((const char *)word, want) == 0;
	}
	(void)sqlite3_finalize(s); /* repeats the same result */
	if ((result = store_status(rc)) != ST_OK)
		return result;
	return is_wanted ? ST_OK : otherwise;
}

static enum status
execute(struct store *st, const char *sql)
{
	return store_status(sqlite3_exec(st->db, sql, NULL, NULL, NULL));
}

static int
on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *st = arg;

	(void)db;
	(void)name;
	st->wal_pages = (unsigned)pages;
	return SQLITE_OK;
}

/* Exactly the block of rules for the store (schemas/store/store.md). */
static enum status
set_up(struct store *st)
{
	enum status result;
	int on = 1;

	(void)sqlite3_extended_result_codes(st->db, 1); /* cannot fail on an open connection */
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if ((result = execute(st, "PRAGMA locking_mode = EXCLUSIVE")) != ST_OK ||
	    (result = pragma_word(st, "PRAGMA journal_mode = WAL", "wal", ST_IO)) != ST_OK)
		return result;
	if ((result = execute(st, "PRAGMA synchronous = EXTRA; PRAGMA wal_autocheckpoint = 0;"
				  "PRAGMA journal_size_limit = -1; PRAGMA trusted_schema = OFF;"
				  "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
				  "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
				  "PRAGMA secure_delete = ON")) != ST_OK)
		return result;
	(void)sqlite3_wal_hook(st->db, on_commit, st);
	return store_status(sqlite3_file_control(st->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on));
}

static enum status
connect_to(const char *path, struct store **out)
{
	char uri[3 * PATH_MAX + 16];
	struct store *st = calloc(1, sizeof(*st));
	enum status result;

	if (st == NULL)
		return ST_MEMORY;
	logged = ST_OK;
	make_uri(path, uri);
	result = store_status(sqlite3_open_v2(
	    uri, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL));
	if (result == ST_OK)
		result = set_up(st);
	if (result == ST_OK)
		*out = st;
	else
		store_close(st);
	return result;
}

static enum status
migrate(struct store *st)
{
	char sql[64];
	sqlite3_int64 version = 0;
	enum status result = pragma_number(st, "PRAGMA user_version", &version);

	if (result == ST_OK && (version < 0 || version > MIGRATIONS))
		result = ST_VERSION;
	for (; result == ST_OK && version < MIGRATIONS; version++) {
		(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", (int)version + 1);
		if ((result = execute(st, "BEGIN IMMEDIATE")) != ST_OK ||
		    (result = execute(st, migrations[version])) != ST_OK ||
		    (result = execute(st, sql)) != ST_OK ||
		    (result = execute(st, "COMMIT")) != ST_OK)
			return result;
	}
	return result;
}

static enum status
prepare_all(struct store *st)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		int rc = sqlite3_prepare_v3(
		    st->db, store_statements[i], -1, SQLITE_PREPARE_PERSISTENT, &st->stmt[i], NULL);

		if (rc == SQLITE_ERROR)
			return ST_DAMAGED; /* our own SQL, so it is another's schema */
		if (rc != SQLITE_OK)
			return store_status(rc);
	}
	return ST_OK;
}

/* Make the WAL as long as it will be, so that a commit finds its blocks allocated and needs one
 * flush: a transaction larger than the cache spills into the WAL, and is rolled back, so the
 * database does not grow. */
static enum status
size_wal(struct store *st)
{
	static const char spill[] = "PRAGMA cache_size = 16; BEGIN IMMEDIATE;"
				    "CREATE TABLE spill(blob BLOB);"
				    "INSERT INTO spill VALUES(zeroblob(8400 * 4096));"
				    "ROLLBACK; PRAGMA cache_size = -2000";

	return execute(st, spill);
}

enum status
store_create(const char *dir, struct store **out)
{
	char path[PATH_MAX], sql[128];
	struct store *st;
	enum status result;

	if ((result = path_in(dir, path)) != ST_OK || (result = make_file(dir, path)) != ST_OK)
		return result;
	if ((result = connect_to(path, &st)) != ST_OK) {
		unmake(path);
		return result;
	}
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
	if ((result = execute(st, sql)) != ST_OK || (result = migrate(st)) != ST_OK ||
	    (result = store_checkpoint(st)) != ST_OK || (result = size_wal(st)) != ST_OK ||
	    (result = prepare_all(st)) != ST_OK) {
		store_close(st);
		unmake(path);
		return result;
	}
	*out = st;
	return ST_OK;
}

static enum status
check_identity(struct store *st)
{
	sqlite3_int64 id = 0, version = 0, tables = 0;
	enum status result;

	if ((result = pragma_number(st, "PRAGMA user_version", &version)) != ST_OK ||
	    (result = pragma_number(st, "PRAGMA application_id", &id)) != ST_OK ||
	    (result = pragma_number(st, "SELECT count(*) FROM sqlite_schema", &tables)) != ST_OK)
		return result;
	if (version == 0) /* its making was cut short, or it is another program's */
		return tables == 0 || id == APPLICATION_ID ? ST_INCOMPLETE : ST_DAMAGED;
	return id == APPLICATION_ID ? ST_OK : ST_DAMAGED;
}

enum status
store_open(const char *dir, struct store **out)
{
	char path[PATH_MAX];
	struct store *st;
	enum status result;

	if ((result = path_in(dir, path)) != ST_OK || (result = connect_to(path, &st)) != ST_OK)
		return result;
	if ((result = check_identity(st)) != ST_OK ||
	    (result = pragma_word(st, "PRAGMA quick_check(1)", "ok", ST_DAMAGED)) != ST_OK ||
	    (result = migrate(st)) != ST_OK ||
	    (result = store_schema_check(st->db, migrations, MIGRATIONS)) != ST_OK ||
	    (result = prepare_all(st)) != ST_OK) {
		store_close(st);
		return result;
	}
	*out = st;
	return ST_OK;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(st->stmt[i]); /* repeats an error that was handled */
	(void)sqlite3_close(st->db); /* no checkpoint here: the next opening makes it, and looks */
	free(st);
}

/* --- transactions --- */

enum status
store_checkpoint(struct store *st)
{
	int in_log = 0, copied = 0;
	int rc =
	    sqlite3_wal_checkpoint_v2(st->db, "main", SQLITE_CHECKPOINT_FULL, &in_log, &copied);
	enum status result = store_status(rc);

	if (result == ST_OK && in_log != copied)
		result = ST_IO;
	if (result == ST_OK)
		st->wal_pages = 0;
	return result;
}

unsigned
store_wal_pages(const struct store *st)
{
	return st->wal_pages;
}

enum status
store_begin(struct store *st)
{
	return store_run_statement(st->stmt[SQL_BEGIN]);
}

enum status
store_commit(struct store *st)
{
	enum status result = store_run_statement(st->stmt[SQL_COMMIT]);

	if (result == ST_OK && st->wal_pages >= CHECKPOINT_PAGES)
		result = store_checkpoint(st);
	return result;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VFS between SQLite and the real one that counts syncs and octets written, and can let the n-th
 * sync or write from now fail. Register it before any store is opened.
 */
#ifndef TESTS_SUPPORT_SHIM_VFS_H
#define TESTS_SUPPORT_SHIM_VFS_H

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static struct {
	unsigned wal_syncs, db_syncs;
	unsigned long wal_octets, db_octets;
	unsigned fail_sync_in; /* 1: the next; 0: none */
	unsigned fail_write_in;
} shim;

static sqlite3_vfs shim_vfs, *shim_real;
static sqlite3_io_methods shim_methods;

struct shim_file {
	sqlite3_file base;
	int is_wal;
	sqlite3_file *real;
};

static int
shim_is_due(unsigned *in)
{
	return *in != 0 && --*in == 0;
}

#define SHIM_REAL(f) (((struct shim_file *)(f))->real)

static int
shim_close(sqlite3_file *f)
{
	int rc = SHIM_REAL(f)->pMethods->xClose(SHIM_REAL(f));

	free(SHIM_REAL(f));
	return rc;
}

static int
shim_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return SHIM_REAL(f)->pMethods->xRead(SHIM_REAL(f), to, n, at);
}

static int
shim_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	if (shim_is_due(&shim.fail_write_in))
		return SQLITE_IOERR_WRITE;
	*(((struct shim_file *)f)->is_wal ? &shim.wal_octets : &shim.db_octets) += (unsigned long)n;
	return SHIM_REAL(f)->pMethods->xWrite(SHIM_REAL(f), from, n, at);
}

static int
shim_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return SHIM_REAL(f)->pMethods->xTruncate(SHIM_REAL(f), n);
}

static int
shim_sync(sqlite3_file *f, int flags)
{
	++*(((struct shim_file *)f)->is_wal ? &shim.wal_syncs : &shim.db_syncs);
	if (shim_is_due(&shim.fail_sync_in))
		return SQLITE_IOERR_FSYNC;
	return SHIM_REAL(f)->pMethods->xSync(SHIM_REAL(f), flags);
}

static int
shim_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return SHIM_REAL(f)->pMethods->xFileSize(SHIM_REAL(f), n);
}

static int
shim_lock(sqlite3_file *f, int level)
{
	return SHIM_REAL(f)->pMethods->xLock(SHIM_REAL(f), level);
}

static int
shim_unlock(sqlite3_file *f, int level)
{
	return SHIM_REAL(f)->pMethods->xUnlock(SHIM_REAL(f), level);
}

static int
shim_check(sqlite3_file *f, int *out)
{
	return SHIM_REAL(f)->pMethods->xCheckReservedLock(SHIM_REAL(f), out);
}

static int
shim_control(sqlite3_file *f, int op, void *arg)
{
	return SHIM_REAL(f)->pMethods->xFileControl(SHIM_REAL(f), op, arg);
}

static int
shim_sector(sqlite3_file *f)
{
	return SHIM_REAL(f)->pMethods->xSectorSize(SHIM_REAL(f));
}

static int
shim_traits(sqlite3_file *f)
{
	return SHIM_REAL(f)->pMethods->xDeviceCharacteristics(SHIM_REAL(f));
}

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct shim_file *s = (struct shim_file *)f;
	int rc;

	(void)vfs;
	s->base.pMethods = NULL;
	s->is_wal = (flags & SQLITE_OPEN_WAL) != 0;
	if ((s->real = calloc(1, (size_t)shim_real->szOsFile)) == NULL)
		return SQLITE_NOMEM;
	rc = shim_real->xOpen(shim_real, name, s->real, flags, out);
	if (rc == SQLITE_OK)
		s->base.pMethods = &shim_methods;
	else
		free(s->real);
	return rc;
}

/* Without shared memory (version 1): as a store in EXCLUSIVE mode needs none, this proves it. */
static void
shim_register(void)
{
	shim_real = sqlite3_vfs_find(NULL);
	shim_vfs = *shim_real;
	shim_vfs.zName = "shim";
	shim_vfs.szOsFile = sizeof(struct shim_file);
	shim_vfs.xOpen = shim_open;
	shim_methods = (sqlite3_io_methods){1, shim_close, shim_read, shim_write, shim_truncate,
	    shim_sync, shim_size, shim_lock, shim_unlock, shim_check, shim_control, shim_sector,
	    shim_traits, NULL, NULL, NULL, NULL, NULL, NULL};
	(void)sqlite3_vfs_register(&shim_vfs, 1);
}

#endif

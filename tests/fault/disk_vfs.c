/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SQLite's way to the disk in memory. No shared memory (version 1): a store in EXCLUSIVE mode needs
 * none. Error codes, and what is told to the log, are those of SQLite's own Unix VFS (os_unix.c).
 */
#include "tests/fault/disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

struct vfs_file {
	sqlite3_file base;
	unsigned file;
	int is_durable_sector, is_wal_kept, delete_on_close;
};

static sqlite3_vfs vfs, *system_vfs;

#define FILE_OF(f) (((struct vfs_file *)(f))->file)

/* What os_unix.c does with a failed call, unixLogError(). */
static int
logged(int rc, const char *call)
{
	sqlite3_log(rc, "%s failed", call);
	return rc;
}

static int
on_close(sqlite3_file *f)
{
	if (((struct vfs_file *)f)->delete_on_close)
		(void)disk_unlink(FILE_OF(f)); /* as close(2) would, without a word */
	return SQLITE_OK;
}

static int
on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	int have = disk_read(FILE_OF(f), to, (size_t)n, (uint64_t)at);

	if (have < 0)
		return SQLITE_IOERR_READ;
	return have == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	switch (disk_write(FILE_OF(f), from, (size_t)n, (uint64_t)at)) {
	case 0:
		return SQLITE_OK;
	case -ENOSPC:
		return SQLITE_FULL;
	default:
		return SQLITE_IOERR_WRITE;
	}
}

static int
on_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return disk_truncate(FILE_OF(f), (uint64_t)n) == 0
		   ? SQLITE_OK
		   : logged(SQLITE_IOERR_TRUNCATE, "ftruncate");
}

static int
on_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	return disk_sync(FILE_OF(f)) == 0 ? SQLITE_OK : logged(SQLITE_IOERR_FSYNC, "full_fsync");
}

static int
on_size(sqlite3_file *f, sqlite3_int64 *n)
{
	*n = (sqlite3_int64)disk.file[FILE_OF(f)].size;
	return SQLITE_OK;
}

static int
on_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int
on_check_lock(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int
on_control(sqlite3_file *f, int op, void *arg)
{
	struct vfs_file *v = (struct vfs_file *)f;

	if (op != SQLITE_FCNTL_PERSIST_WAL)
		return SQLITE_NOTFOUND;
	if (*(int *)arg < 0)
		*(int *)arg = v->is_wal_kept;
	else
		v->is_wal_kept = *(int *)arg != 0;
	return SQLITE_OK;
}

static int
on_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int
on_traits(sqlite3_file *f)
{
	return ((struct vfs_file *)f)->is_durable_sector ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

static const sqlite3_io_methods methods = {1, on_close, on_read, on_write, on_truncate, on_sync,
    on_size, on_lock, on_lock, on_check_lock, on_control, on_sector, on_traits, NULL, NULL, NULL,
    NULL, NULL, NULL};

static int
on_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct vfs_file *own = (struct vfs_file *)f;

	memset(own, 0, sizeof(*own));
	if (name == NULL || disk_file_of(name) == DISK_FILES)
		return SQLITE_CANTOPEN; /* nothing of ours needs a file elsewhere */
	(void)v;
	own->file = disk_file_of(name);
	if (disk_open() != 0)
		return logged(SQLITE_CANTOPEN, "open");
	if (!disk.file[own->file].exists &&
	    (!(flags & SQLITE_OPEN_CREATE) || disk_create(own->file) != 0))
		return SQLITE_CANTOPEN;
	own->is_durable_sector =
	    sqlite3_uri_boolean(flags & SQLITE_OPEN_URI ? name : NULL, "psow", 1);
	own->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
	own->base.pMethods = &methods;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int
on_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	int rc = disk_unlink(disk_file_of(name));

	(void)v;
	if (rc == -ENOENT)
		return SQLITE_IOERR_DELETE_NOENT;
	if (rc != 0)
		return logged(SQLITE_IOERR_DELETE, "unlink");
	return sync_folder && disk_dirsync() != 0 ? logged(SQLITE_IOERR_DIR_FSYNC, "fsync")
						  : SQLITE_OK;
}

static int
on_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	unsigned file = disk_file_of(name);

	(void)v;
	(void)flags;
	*out = file < DISK_FILES && disk.file[file].exists;
	return SQLITE_OK;
}

static int
on_full_path(sqlite3_vfs *v, const char *path, int cap, char *out)
{
	(void)v;
	if (strlen(path) >= (size_t)cap)
		return SQLITE_CANTOPEN;
	memcpy(out, path, strlen(path) + 1);
	return SQLITE_OK;
}

void
disk_vfs_register(void)
{
	system_vfs = sqlite3_vfs_find(NULL);
	vfs = *system_vfs;
	vfs.zName = "disk";
	vfs.szOsFile = sizeof(struct vfs_file);
	vfs.xOpen = on_open;
	vfs.xDelete = on_delete;
	vfs.xAccess = on_access;
	vfs.xFullPathname = on_full_path;
	(void)sqlite3_vfs_register(&vfs, 1); /* cannot fail once the library is up */
}

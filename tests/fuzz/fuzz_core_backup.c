/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup's file, as a stranger may have written it. What must hold: whatever it says, reading
 * ends with a status, hands on nothing outside the bounds that its head states, and says ST_OK only
 * of a file that is signed whole.
 */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/core/backup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct counted {
	uint64_t copies, runs, rows;
};

static enum status
count_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	(void)id;
	assert(kind >= RECOVERY_KEYS && kind <= RECOVERY_SLOT && blob != NULL);
	assert(len > 0 && len <= RECOVERY_BLOB_MAX);
	((struct counted *)arg)->copies++;
	return ST_OK;
}

static enum status
count_run(void *arg, const struct store_run *run)
{
	assert(run->id != 0);
	((struct counted *)arg)->runs++;
	return ST_OK;
}

static enum status
count_row(void *arg, const struct store_event *row)
{
	assert(row->seq != 0);
	((struct counted *)arg)->rows++;
	return ST_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct counted c = {0, 0, 0};
	const struct backup_sink sink = {NULL, count_copy, count_run, count_row, &c};
	struct backup_head head;
	int fd = memfd_create("backup", MFD_CLOEXEC);

	if (fd == -1)
		return 0;
	if (write(fd, data, len) == (ssize_t)len && backup_read(fd, &head, &sink) == ST_OK)
		assert(c.copies == head.copies && c.runs == head.runs && c.rows == head.rows);
	(void)close(fd); /* memory */
	return 0;
}

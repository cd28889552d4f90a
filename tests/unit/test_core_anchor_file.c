/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The anchor's file: what it refuses to own, and what each write leaves in which block. */
#include "gateway/core/anchor.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/wait.h>

static char dir[64], path[128];
static struct key32 w;

static void
test_cells(void)
{
	struct anchor_slot slot = {.gen = 5};
	struct anchor_content c;
	struct anchor *a = NULL, *second = NULL;
	uint8_t *octets, cell[ANCHOR_SLOT_LEN];
	size_t len;

	CHECK_EQ(anchor_file_create(path, &w, &a), ST_OK);
	CHECK_EQ(anchor_file_create(path, &w, &second), ST_EXISTS);
	CHECK_EQ(anchor_file_open(path, &second), ST_AGAIN); /* owned */
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	CHECK(c.w_valid && !c.slot_valid[0] && !c.slot_valid[1]);
	CHECK_MEM(c.w.b, w.b, 32);
	for (unsigned i = 0; i < 7; i++) {
		randombytes_buf(slot.a.b, 32);
		slot.gen++;
		unsigned long syncs = anchor_syncs(a);

		CHECK_EQ(anchor_write(a, i % 2, &slot), ST_OK);
		CHECK_EQ(anchor_syncs(a), syncs + 1);
		CHECK_EQ(anchor_read(a, &c), ST_OK);
		CHECK(c.slot_valid[i % 2]);
		CHECK_MEM(c.slot[i % 2].a.b, slot.a.b, 32);
		CHECK_EQ(c.slot[i % 2].gen, slot.gen);
	}
	octets = file_octets(path, &len);
	anchor_slot_write(&slot, cell);
	CHECK_EQ(len, 3 * 4096);
	CHECK_MEM(octets, w.b, 32);
	CHECK_MEM(octets + 4096, cell, sizeof(cell)); /* slot 0, in a block of its own */
	CHECK(sodium_is_zero(octets + 4096 + sizeof(cell), 4096 - sizeof(cell)));
	free(octets);
	CHECK_EQ(anchor_zero(a, 1), ST_OK);
	anchor_close(a);
	CHECK_EQ(anchor_file_open(path, &a), ST_OK);
	CHECK_EQ(anchor_read(a, &c), ST_OK);
	CHECK(c.w_valid && c.slot_valid[0] && !c.slot_valid[1]);
	octets = file_octets(path, &len);
	CHECK(sodium_is_zero(octets + 8192, 4096));
	free(octets);
	CHECK_EQ(len, 3 * 4096);
	anchor_close(a);
	CHECK_EQ(unlink(path), 0);
}

static void
test_refused(void)
{
	struct anchor *a = NULL;
	char link_path[160];

	CHECK_EQ(anchor_file_open(path, &a), ST_CONFIG); /* none */
	CHECK_EQ(anchor_file_create(path, &w, &a), ST_OK);
	anchor_close(a);
	a = NULL;
	(void)snprintf(link_path, sizeof(link_path), "%s/link", dir);
	CHECK_EQ(symlink("anchor", link_path), 0);
	CHECK_EQ(anchor_file_open(link_path, &a), ST_CONFIG);
	CHECK_EQ(anchor_file_create(link_path, &w, &a), ST_EXISTS);
	CHECK_EQ(chmod(path, 0640), 0);
	CHECK_EQ(anchor_file_open(path, &a), ST_CONFIG);
	CHECK_EQ(chmod(path, 0600), 0);
	CHECK_EQ(truncate(path, 8192), 0);
	CHECK_EQ(anchor_file_open(path, &a), ST_CONFIG);
	CHECK_EQ(anchor_file_open(dir, &a), ST_CONFIG);
	(void)snprintf(link_path, sizeof(link_path), "%s/none/anchor", dir);
	CHECK_EQ(anchor_file_create(link_path, &w, &a), ST_IO);
	CHECK(a == NULL);
}

/* A file that may not grow: the write fails, and says ST_IO. The limit is the child's alone. */
static void
test_failing(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct anchor_slot slot = {.gen = 1};
		struct anchor *a = NULL;
		int full = open("/dev/full", O_RDWR), before = dup(0);

		(void)unlink(path);
		if (anchor_file_create(path, &w, &a) != ST_OK)
			_exit(2);
		/* its descriptor is the first free one after `before`: point it at a full medium */
		if (full == -1 || dup2(full, before + 1) == -1)
			_exit(3);
		_exit(anchor_write(a, 0, &slot) == ST_IO ? 0 : 4);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	randombytes_buf(&w, sizeof(w));
	folder_make(dir);
	(void)snprintf(path, sizeof(path), "%s/anchor", dir);
	test_cells();
	test_refused();
	test_failing();
	folder_remove(dir);
	return check_done();
}

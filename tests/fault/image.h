/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a power cut could have left: `disk` rebuilt from a base, the log of disk.h and a cut.
 *
 * The model is the page cache's. Between two syncs of a file each unit of it (a page of 4 kB, or a
 * sector of 512 octets) is any of the versions that it had; a size is metadata and changes whole;
 * names change in the order of the file system's journal, and a sync of any file carries them.
 * After a failed sync what was written before it is clean, and no later sync writes it, unless its
 * page is written again.
 */
#ifndef TESTS_FAULT_IMAGE_H
#define TESTS_FAULT_IMAGE_H

#include "tests/fault/disk.h"

enum image_mode {
	IMAGE_ALL,     /* everything issued landed: the process was killed */
	IMAGE_SYNCED,  /* nothing but what was synced */
	IMAGE_PAGES,   /* any version of each page */
	IMAGE_SECTORS, /* of each sector: torn writes */
	IMAGE_GARBAGE, /* likewise, and one sector that was being written is noise */
	IMAGE_ORDER,   /* each file any beginning of its own writes: order between files is free */
	IMAGE_MODES
};
extern const char *const image_names[IMAGE_MODES];

/* Begin before the first entry of the log, on what lies in base. */
void image_begin(const struct disk *base);
/* Take entries up to and with number k; forward only. */
void image_advance(size_t k);
/* Make `disk` one image of a cut just after them. The same seed gives the same image. */
void image_make(enum image_mode mode, uint64_t seed);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a process that holds what people reported: SQLite's allocator is ours, so that what it
 * gives back is wiped first, on free and on growth; and all memory is locked where limits allow.
 */
#ifndef GATEWAY_CORE_MEM_H
#define GATEWAY_CORE_MEM_H

#include <stddef.h>

#include "schemas/status.h"

/* Give SQLite this allocator. Before anything else of SQLite. ST_OK, ST_MEMORY (it was too late).
 */
enum status mem_library_init(void) MUST_USE;

/* Lock all memory, present and to come as it is touched (mlockall with MCL_ONFAULT), if
 * RLIMIT_MEMLOCK is unlimited: with a smaller limit it would turn a full limit into failed
 * allocations, so then nothing is locked. Returns 1 if locked. */
int mem_lock_all(void);
int mem_is_locked(void);

/* Give freed memory back to the kernel: when the view closes. */
void mem_trim(void);

/* Octets that SQLite holds now, for the accounts. */
size_t mem_used(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/mem.h"

#include <malloc.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

static size_t used;
static int locked;

/* SQLite gives lengths as int, never negative. */
static void *
take(int len)
{
	void *p = malloc((size_t)len);

	if (p != NULL)
		used += malloc_usable_size(p);
	return p;
}

static void
give_back(void *p)
{
	size_t len;

	if (p == NULL)
		return;
	len = malloc_usable_size(p);
	used -= len;
	sodium_memzero(p, len);
	free(p);
}

static int
size_of(void *p)
{
	return p == NULL ? 0 : (int)malloc_usable_size(p);
}

/* Never realloc(3): it may leave a copy behind that nobody wipes. */
static void *
grow(void *p, int len)
{
	size_t have = malloc_usable_size(p);
	void *q;

	if (have >= (size_t)len && have / 2 <= (size_t)len)
		return p;
	if ((q = take(len)) == NULL)
		return NULL;
	memcpy(q, p, have < (size_t)len ? have : (size_t)len);
	give_back(p);
	return q;
}

static int
round_up(int len)
{
	return (len + 7) & ~7;
}

static int
begin(void *unused)
{
	(void)unused;
	return SQLITE_OK;
}

static void
end(void *unused)
{
	(void)unused;
}

enum status
mem_library_init(void)
{
	static const sqlite3_mem_methods methods = {
	    take, give_back, grow, size_of, round_up, begin, end, NULL};

	return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK ? ST_OK : ST_MEMORY;
}

int
mem_lock_all(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
		locked = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
	return locked;
}

int
mem_is_locked(void)
{
	return locked;
}

void
mem_trim(void)
{
	(void)malloc_trim(0); /* says whether anything was given back: nothing depends on it */
}

size_t
mem_used(void)
{
	return used;
}

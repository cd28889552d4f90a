/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of its own for one test, and whole files as octets. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Under the current folder, which is in the build tree, so on the same file system as a gateway's
 * would be rather than in memory. */
static inline void
folder_make(char path[64])
{
	(void)snprintf(path, 64, "test-%ld-XXXXXX", (long)getpid());
	if (mkdtemp(path) == NULL)
		abort();
}

static inline void
folder_empty(const char *path)
{
	struct dirent *e;
	DIR *d = opendir(path);
	char name[1024];

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		(void)unlink(name);
	}
	if (d != NULL)
		(void)closedir(d);
}

static inline void
folder_remove(const char *path)
{
	folder_empty(path);
	(void)rmdir(path);
}

/* A new folder under /tmp, and into it. */
static inline void
folder_enter(char path[64])
{
	(void)snprintf(path, 64, "/tmp/tocsin-test-XXXXXX");
	if (mkdtemp(path) == NULL || chdir(path) == -1)
		abort();
}

/* Out of it again, and it goes with all that is in it. Returns 0 if it is not gone. */
static inline int
folder_leave(const char *path)
{
	char command[80];

	(void)snprintf(command, sizeof(command), "rm -rf %s", path);
	return chdir("/") == 0 && system(command) == 0;
}

/* The file's first octets, to be freed; NULL and 0 if there is none. */
static inline uint8_t *
file_octets_to(const char *path, size_t max, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *octets = NULL;
	struct stat sb;

	*len = 0;
	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &sb) == 0 && (size_t)sb.st_size < max)
		max = (size_t)sb.st_size;
	if ((octets = malloc(max + 1)) != NULL)
		*len = fread(octets, 1, max, f);
	(void)fclose(f);
	return octets;
}

/* The whole file, likewise. */
static inline uint8_t *
file_octets(const char *path, size_t *len)
{
	return file_octets_to(path, (size_t)1 << 30, len);
}

static inline void
file_write(const char *path, const uint8_t *octets, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(octets, 1, len, f) != len || fclose(f) != 0)
		abort();
}

/* A store's WAL is made long, and tests use its beginning: only so much of a file is copied. */
#define COPY_MAX (8u << 20)

static inline void
file_copy(const char *from, const char *to)
{
	size_t len;
	uint8_t *octets = file_octets_to(from, COPY_MAX, &len);

	if (octets != NULL)
		file_write(to, octets, len);
	else
		(void)unlink(to);
	(void)chmod(to, 0600);
	free(octets);
}

/* Copy the files of one folder into another one that exists. */
static inline void
folder_copy(const char *from, const char *to)
{
	struct dirent *e;
	DIR *d = opendir(from);
	char a[1024], b[1024];

	folder_empty(to);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(a, sizeof(a), "%s/%s", from, e->d_name);
		(void)snprintf(b, sizeof(b), "%s/%s", to, e->d_name);
		file_copy(a, b);
	}
	if (d != NULL)
		(void)closedir(d);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target over every file of the folders named: the corpus as an ordinary test.
 * An empty or missing folder is a failure, so that a corpus cannot vanish unseen.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
replay_file(const char *folder, const char *name)
{
	static uint8_t data[INPUT_MAX];
	char path[4096];
	uint8_t *exact;
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((f = fopen(path, "rb")) == NULL)
		return 0;
	len = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	if ((exact = malloc(len ? len : 1)) == NULL) /* exact, so that a sanitizer sees overreads */
		return 0;
	memcpy(exact, data, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 1;
}

int
main(int argc, char **argv)
{
	unsigned files = 0;
	struct dirent *entry;
	DIR *dir;

	for (int i = 1; i < argc; i++) {
		if ((dir = opendir(argv[i])) == NULL) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(dir)) != NULL)
			if (entry->d_name[0] != '.')
				files += (unsigned)replay_file(argv[i], entry->d_name);
		(void)closedir(dir);
	}
	printf("%u inputs replayed\n", files);
	return files == 0;
}

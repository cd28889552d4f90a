/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin backup DIR`: one file on another medium, read back; the two newest are kept. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "schemas/exit.h"

#define KEPT 2
#define NAME_LEN 64
#define TEMPORARY ".tocsin-backup.part"
#define NAMES_MAX 256

/* tocsin-GATEWAY-NUMBER.backup: NUMBER grows, so that the names sort as they were made, whatever
 * the clock said. */
static void
name_of(const struct msg_backed_up *b, uint64_t number, char out[NAME_LEN])
{
	int at = snprintf(out, NAME_LEN, "tocsin-");

	for (size_t i = 0; i < sizeof(b->gwid); i++)
		at += snprintf(out + at, NAME_LEN - (size_t)at, "%02x", b->gwid[i]);
	(void)snprintf(out + at, NAME_LEN - (size_t)at, "-%08" PRIu64 ".backup", number);
}

/* Is it a backup of this gateway? Then its number. */
static bool
is_ours(const char *name, const struct msg_backed_up *b, uint64_t *number)
{
	char like[NAME_LEN];
	size_t prefix = strlen("tocsin-") + 2 * sizeof(b->gwid) + 1;

	if (strlen(name) <= prefix)
		return false;
	*number = strtoull(name + prefix, NULL, 10);
	name_of(b, *number, like);
	return strcmp(name, like) == 0;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The numbers of this gateway's backups in the folder, ascending. */
static size_t
list(int folder, const struct msg_backed_up *b, uint64_t numbers[NAMES_MAX])
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t count = 0;

	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd); /* read-only */
		return 0;
	}
	while (count < NAMES_MAX && (entry = readdir(dir)) != NULL)
		count += is_ours(entry->d_name, b, &numbers[count]);
	(void)closedir(dir); /* read-only */
	qsort(numbers, count, sizeof(numbers[0]), by_number);
	return count;
}

/* The file gets its name, and only then do the oldest go. */
static int
keep(int folder, const struct msg_backed_up *b, char name[NAME_LEN], unsigned *removed)
{
	uint64_t numbers[NAMES_MAX];
	char old[NAME_LEN];
	size_t count = list(folder, b, numbers);

	name_of(b, count == 0 ? 1 : numbers[count - 1] + 1, name);
	if (renameat(folder, TEMPORARY, folder, name) == -1 || fsync(folder) == -1)
		return cmd_fail(
		    EXIT_REFUSED, "the backup cannot be given its name: %s", strerror(errno));
	*removed = 0;
	for (size_t i = 0; i + KEPT - 1 < count; i++) {
		name_of(b, numbers[i], old);
		*removed += unlinkat(folder, old, 0) == 0; /* one that stays is one too many */
	}
	return 0;
}

static void
say(const struct msg_backed_up *b, const char *dir, const char *name, unsigned removed, bool beside)
{
	printf("%s/%s\n%" PRIu64 " rows of the journal, %" PRIu64
	       " octets, read back and the same.\n",
	    dir, name, b->rows, b->octets);
	if (b->missing > 0)
		printf("%" PRIu64 " rows are missing in the journal itself: see 'tocsin journal "
		       "verify'.\n",
		    b->missing);
	cmd_say("It opens only with the recovery key, and holds spare keys of %u monitor%s.",
	    b->slots, b->slots == 1 ? "" : "s");
	if (removed > 0)
		printf("%u older backup%s of this gateway removed: two are kept.\n", removed,
		    removed == 1 ? "" : "s");
	cmd_say("Months that were dropped here live on in backups made before, for whoever holds "
		"the recovery key. Take the medium to another place.");
	if (beside)
		cmd_say(
		    "This folder lies on the medium of the store: if the card is lost, so is this "
		    "backup. Write one to a stick.");
}

static int
ask_core(int file, struct msg_backed_up *out)
{
	struct ipc_message ask, answer;
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_BACKUP);
	code = client_ask_with(&c, &ask, file, &answer, CLIENT_WAIT_LONG_S);
	client_close(&c);
	if (code == 0 && answer.head.type != MSG_BACKED_UP)
		return client_puzzled();
	if (code == 0)
		*out = answer.body.BACKED_UP;
	return code;
}

/* On the medium of the store it goes with it. */
static bool
lies_beside(int folder)
{
	char fault[CONF_FAULT_MAX];
	struct stat here, store;
	struct conf conf;

	return conf_read(cmd_settings(), &conf, fault) == ST_OK && fstat(folder, &here) == 0 &&
	       stat(conf.state_dir, &store) == 0 && here.st_dev == store.st_dev;
}

static int
backup_into(int folder, const char *dir)
{
	struct msg_backed_up made = {0};
	char name[NAME_LEN];
	unsigned removed = 0;
	int file, code;

	(void)unlinkat(folder, TEMPORARY, 0); /* of one that was cut short */
	file = openat(folder, TEMPORARY, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file == -1)
		return cmd_fail(
		    EXIT_REFUSED, "no file can be made in %s: %s", dir, strerror(errno));
	if ((code = ask_core(file, &made)) == 0)
		code = keep(folder, &made, name, &removed);
	(void)close(file); /* core synced it, and read it back */
	if (code != 0)
		(void)unlinkat(folder, TEMPORARY, 0);
	else
		say(&made, dir, name, removed, lies_beside(folder));
	return code;
}

int
cmd_backup(int argc, char **argv)
{
	const struct options o = {"tocsin backup DIR", NULL, 0, 1};
	const char *dir;
	int folder, code;

	if (!options_read(&o, argc, argv, &dir, &code))
		return code;
	if ((folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return cmd_fail(EXIT_REFUSED,
		    "the folder %s cannot be opened (%s): is the stick plugged in and mounted?",
		    dir, strerror(errno));
	code = backup_into(folder, dir);
	(void)close(folder); /* synced */
	return code;
}

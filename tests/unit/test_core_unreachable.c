/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway works from a folder whose parents its user may not search, as a trial under another
 * user's home does: nothing makes a path absolute.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/core/anchor.h"
#include "gateway/core/store.h"
#include "tests/support/check.h"

int
main(void)
{
	const struct key32 w = {{1}};
	struct store *store = NULL;
	struct anchor *anchor = NULL;
	char command[64], above[] = "/tmp/tocsin-above-XXXXXX";

	if (mkdtemp(above) == NULL || chdir(above) == -1 || mkdir("here", 0700) == -1 ||
	    mkdir("here/state", 0700) == -1 || chdir("here") == -1)
		return 2;
	if (geteuid() == 0) /* root may search everything: become nobody */
		CHECK(chown(".", 65534, 65534) == 0 && chown("state", 65534, 65534) == 0 &&
		      chmod(above, 0700) == 0 && setegid(65534) == 0 && seteuid(65534) == 0);
	else
		CHECK(chmod(above, 0) == 0);
	CHECK(access(above, X_OK) == -1 || geteuid() != getuid());
	CHECK_EQ(store_library_init(), ST_OK);
	CHECK_EQ(store_create("state", &store), ST_OK);
	CHECK_EQ(anchor_file_create("anchor.bin", &w, &anchor), ST_OK);
	anchor_close(anchor);
	store_close(store);
	store = NULL;
	CHECK_EQ(store_open("state", &store), ST_OK);
	store_close(store);
	CHECK_EQ(seteuid(getuid()), 0);
	(void)chmod(above, 0700);
	(void)snprintf(command, sizeof(command), "rm -rf %s", above);
	CHECK_EQ(system(command), 0);
	return check_done();
}

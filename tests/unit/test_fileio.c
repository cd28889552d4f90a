/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/common/passphrase.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

static void
put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd != -1 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static void
test_read(void)
{
	uint8_t out[8], zero[8] = {0};
	size_t len = 99;

	put("seven", "1234567", 7);
	put("empty", "", 0);
	CHECK_EQ(fileio_read("seven", out, 8, &len), ST_OK);
	CHECK_EQ(len, 7);
	CHECK_EQ(fileio_read("seven", out, 7, &len), ST_OK);
	CHECK_EQ(fileio_read("seven", out, 6, &len), ST_TOO_LONG);
	CHECK_MEM(out, zero, 6);
	CHECK_EQ(fileio_read("empty", out, 8, &len), ST_OK);
	CHECK_EQ(len, 0);
	CHECK_EQ(fileio_read("none", out, 8, &len), ST_UNKNOWN);
	CHECK_EQ(fileio_read(".", out, 8, &len), ST_SYNTAX);
	CHECK(symlink("seven", "link") == 0 && mkfifo("fifo", 0600) == 0);
	CHECK_EQ(fileio_read("link", out, 8, &len), ST_SYNTAX);
	CHECK_EQ(fileio_read("fifo", out, 8, &len), ST_SYNTAX); /* and does not wait */
	CHECK_EQ(fileio_read("/dev/zero", out, 8, &len), ST_SYNTAX);
	CHECK_EQ(fileio_read("/proc/self/maps", out, 8, &len), ST_TOO_LONG); /* says size 0 */
}

static void
test_create(void)
{
	uint8_t out[8];
	struct stat sb;
	size_t len;

	CHECK_EQ(fileio_create("new", "abc", 3, 0600), ST_OK);
	CHECK(stat("new", &sb) == 0 && (sb.st_mode & 07777) == 0600);
	CHECK_EQ(fileio_create("new", "xyz", 3, 0600), ST_EXISTS);
	CHECK_EQ(fileio_read("new", out, sizeof(out), &len), ST_OK);
	CHECK_MEM(out, "abc", 3);
	CHECK_EQ(fileio_create("none/new", "abc", 3, 0600), ST_UNKNOWN);
	CHECK(symlink("nowhere", "dangling") == 0);
	CHECK_EQ(fileio_create("dangling", "abc", 3, 0600), ST_EXISTS);
	CHECK_EQ(fileio_create("/dev/full/x", "abc", 3, 0600), ST_UNKNOWN);
}

static void
test_folder(void)
{
	int made = 9;

	CHECK_EQ(fileio_folder("d", &made), ST_OK);
	CHECK_EQ(made, 1);
	CHECK_EQ(fileio_folder("d", &made), ST_OK);
	CHECK_EQ(made, 0);
	CHECK(chmod("d", 0750) == 0);
	CHECK_EQ(fileio_folder("d", NULL), ST_NOT_ALLOWED);
	CHECK_EQ(fileio_folder("seven", NULL), ST_SYNTAX);
	CHECK_EQ(fileio_folder("none/d", NULL), ST_UNKNOWN);
}

static void
test_passphrase(void)
{
	static const struct {
		const char *text;
		size_t len;
		enum status file, fd;
		size_t got;
	} cases[] = {
	    {"correct horse\n", 14, ST_OK, ST_OK, 13},
	    {"correct horse", 13, ST_OK, ST_OK, 13},
	    {" spaces stay \n", 14, ST_OK, ST_OK, 13},
	    {"", 0, ST_INCOMPLETE, ST_INCOMPLETE, 0},
	    {"\n", 1, ST_INCOMPLETE, ST_INCOMPLETE, 0},
	    {"two\nlines\n", 10, ST_SYNTAX, ST_OK, 3},
	    {"a\0b\n", 4, ST_SYNTAX, ST_SYNTAX, 0},
	};
	struct passphrase p;
	int fd;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("p", cases[i].text, cases[i].len);
		CHECK_EQ(passphrase_from_file("p", &p), cases[i].file);
		if (cases[i].file == ST_OK)
			CHECK(p.len == cases[i].got && !memcmp(p.octets, cases[i].text, p.len));
		CHECK((fd = open("p", O_RDONLY)) != -1);
		CHECK_EQ(passphrase_from_fd(fd, &p), cases[i].fd);
		CHECK_EQ(p.len, cases[i].got);
		if (cases[i].file == ST_SYNTAX && cases[i].fd == ST_OK) {
			CHECK_EQ(passphrase_from_fd(fd, &p), ST_OK); /* the second line */
			CHECK_EQ(p.len, 5);
		}
		close(fd);
	}
	CHECK_EQ(passphrase_from_file("none", &p), ST_UNKNOWN);
	put("p", "correct horse", 13);
	for (mode_t others = 1; others < 0100; others <<= 1) {
		CHECK(chmod("p", 0600 | others) == 0);
		CHECK_EQ(passphrase_from_file("p", &p), ST_FORGED);
	}
	CHECK(chmod("p", 0400) == 0);
	CHECK_EQ(passphrase_from_file("p", &p), ST_OK);
}

static void
test_passphrase_length(void)
{
	char text[PASSPHRASE_MAX + 2];
	struct passphrase p;
	int fd;

	memset(text, 'p', sizeof(text));
	text[PASSPHRASE_MAX] = '\n';
	put("long", text, PASSPHRASE_MAX + 1);
	CHECK_EQ(passphrase_from_file("long", &p), ST_OK);
	CHECK_EQ(p.len, PASSPHRASE_MAX);
	CHECK((fd = open("long", O_RDONLY)) != -1);
	CHECK_EQ(passphrase_from_fd(fd, &p), ST_OK);
	CHECK_EQ(p.len, PASSPHRASE_MAX);
	close(fd);
	text[PASSPHRASE_MAX] = 'p';
	put("long", text, PASSPHRASE_MAX + 1);
	CHECK_EQ(passphrase_from_file("long", &p), ST_TOO_LONG);
	CHECK((fd = open("long", O_RDONLY)) != -1);
	CHECK_EQ(passphrase_from_fd(fd, &p), ST_TOO_LONG);
	CHECK_EQ(p.len, 0);
	close(fd);
}

int
main(void)
{
	char base[64];

	folder_enter(base);
	test_read();
	test_create();
	test_folder();
	test_passphrase();
	test_passphrase_length();
	CHECK(folder_leave(base));
	return check_done();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin codebook`: check codebook and places files, print a codebook's card. Talks to nobody. */
#include "gateway/control/cmd.h"
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "schemas/exit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (CODEBOOK_FILE_MAX > PLACES_FILE_MAX ? CODEBOOK_FILE_MAX : PLACES_FILE_MAX)

/* One file at a time, too large for the stack. */
static struct {
	char text[FILE_MAX + 1]; /* one more shows that a file is too long */
	size_t len;
	struct book_faults faults;
	struct codebook book;
	struct places places;
} work;

static int
usage(void)
{
	(void)fputs("usage: tocsin codebook check FILE...\n"
		    "       tocsin codebook print [-l LANGUAGE] FILE\n",
	    stderr);
	return EXIT_USAGE;
}

static void
say_unreadable(const char *path, int error)
{
	if (error == ENOENT || error == ENOTDIR)
		(void)cmd_fail(EXIT_REFUSED, "there is no file %s: give its path", path);
	else if (error == EACCES)
		(void)cmd_fail(EXIT_REFUSED, "%s may not be read by this user", path);
	else if (error == EISDIR)
		(void)cmd_fail(EXIT_REFUSED, "%s is a folder: give a file", path);
	else
		(void)cmd_fail(EXIT_REFUSED, "%s cannot be read: see the disk that it is on", path);
}

static bool
load(const char *path)
{
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	work.len = 0;
	book_faults_init(&work.faults);
	while (fd != -1 && got > 0 && work.len < sizeof(work.text)) {
		got = read(fd, work.text + work.len, sizeof(work.text) - work.len);
		work.len += got > 0 ? (size_t)got : 0;
	}
	if (fd == -1 || got == -1)
		say_unreadable(path, errno);
	if (fd != -1)
		(void)close(fd); /* read-only: nothing to lose */
	return fd != -1 && got != -1;
}

static void
print_faults(const char *path)
{
	const struct book_faults *f = &work.faults;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->fault[i].line == 0)
			printf("%s: %s\n", path, f->fault[i].words);
		else
			printf("%s:%u: %s\n", path, f->fault[i].line, f->fault[i].words);
	}
	if (f->more > 0)
		printf("%s: and %u more\n", path, f->more);
}

static void
print_languages(const struct languages *l)
{
	for (unsigned i = 0; i < l->count; i++)
		printf(
		    "%s%s%s", i == 0 ? "" : " ", l->code[i], l->drafts >> i & 1 ? " (draft)" : "");
	printf("\n");
}

static bool
check_codebook(void)
{
	const struct codebook *b = &work.book;

	if (book_read_codebook(work.text, work.len, &work.book, &work.faults) != ST_OK ||
	    book_check_codebook(b, &work.faults) != ST_OK)
		return false;
	printf("ok: %s version %u, %u kinds, languages ", codebook_text(b, b->id),
	    (unsigned)b->version, b->kinds);
	print_languages(&b->languages);
	return true;
}

static bool
check_places(void)
{
	const struct places *p = &work.places;

	if (book_read_places(work.text, work.len, &work.places, &work.faults) != ST_OK ||
	    book_check_places(p, &work.faults) != ST_OK)
		return false;
	printf("ok: %s version %u, %u places, languages ", places_text(p, p->id),
	    (unsigned)p->version, p->count);
	print_languages(&p->languages);
	return true;
}

/* Anything without the key `places` is told what a codebook lacks. */
static int
check_file(const char *path)
{
	bool fine;

	if (!load(path))
		return EXIT_REFUSED;
	fine = book_type(work.text, work.len) == BOOK_PLACES ? check_places() : check_codebook();
	if (!fine)
		print_faults(path);
	return fine ? EXIT_SUCCESS : EXIT_REFUSED;
}

static int
check_files(int argc, char **argv)
{
	int worst = EXIT_SUCCESS;

	if (argc < 2)
		return usage();
	for (int i = 1; i < argc; i++)
		if (check_file(argv[i]) != EXIT_SUCCESS)
			worst = EXIT_REFUSED;
	return worst;
}

static void
print_line(void *context, const char *line)
{
	(void)context;
	printf("%s\n", line);
}

static int
print_card(int argc, char **argv)
{
	const char *language = "";
	int option;

	optind = 1;
	while ((option = getopt(argc, argv, "+l:")) != -1) {
		if (option != 'l')
			return usage();
		language = optarg;
	}
	if (argc - optind != 1)
		return usage();
	if (!load(argv[optind]))
		return EXIT_REFUSED;
	if (book_read_codebook(work.text, work.len, &work.book, &work.faults) != ST_OK) {
		print_faults(argv[optind]);
		return EXIT_REFUSED;
	}
	if (language[0] != '\0' && languages_find(&work.book.languages, language) < 0) {
		(void)fprintf(stderr, "%s: has no language '%s'\n", argv[optind], language);
		return EXIT_REFUSED;
	}
	card_write(&work.book, language, print_line, NULL);
	return EXIT_SUCCESS;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} acts[] = {
    {"check", check_files},
    {"print", print_card},
};

int
cmd_codebook(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[1], acts[i].name) == 0)
			return acts[i].run(argc - 1, argv + 1);
	return usage();
}

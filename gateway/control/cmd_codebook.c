/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin codebook`: check codebook and places files, join, compare, print a codebook's card. Talks
 * to nobody. */
#include "gateway/control/cmd_codebook.h"
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
show_usage(FILE *to, int code)
{
	(void)fputs("usage: tocsin codebook check FILE...\n"
		    "       tocsin codebook join [-i ID] [-v VERSION] FILE FILE... > OUT\n"
		    "       tocsin codebook diff OLD NEW\n"
		    "       tocsin codebook print [-l LANGUAGE] [-s front|back] FILE\n"
		    "       tocsin codebook activate FILE\n"
		    "       tocsin codebook list [--json]\n",
	    to);
	return code;
}

static int
usage(void)
{
	return show_usage(stderr, EXIT_USAGE);
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

/* Where they are wanted: check's answer is its faults, the other commands' is something else. */
static void
print_faults(FILE *to, const char *path)
{
	const struct book_faults *f = &work.faults;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->fault[i].line == 0)
			(void)fprintf(to, "%s: %s\n", path, f->fault[i].words);
		else
			(void)fprintf(to, "%s:%u: %s\n", path, f->fault[i].line, f->fault[i].words);
	}
	if (f->more > 0)
		(void)fprintf(to, "%s: and %u more\n", path, f->more);
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
		print_faults(stdout, path);
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

/* A sound book into work.book; else words on standard error. */
static bool
take_book(const char *path)
{
	if (!load(path))
		return false;
	if (book_type(work.text, work.len) == BOOK_PLACES) {
		(void)cmd_fail(
		    EXIT_REFUSED, "%s is a places file, and a codebook is needed here", path);
		return false;
	}
	if (book_read_codebook(work.text, work.len, &work.book, &work.faults) == ST_OK &&
	    book_check_codebook(&work.book, &work.faults) == ST_OK)
		return true;
	print_faults(stderr, path);
	(void)cmd_fail(
	    EXIT_REFUSED, "%s is not a codebook that can be used: mend it as said above", path);
	return false;
}

/* The same on the heap; NULL after words. */
static struct codebook *
checked_book(const char *path)
{
	struct codebook *b;

	if (!take_book(path))
		return NULL;
	if ((b = malloc(sizeof(*b))) == NULL) {
		(void)cmd_fail(EXIT_REFUSED, "there is not enough memory");
		return NULL;
	}
	memcpy(b, &work.book, sizeof(*b));
	return b;
}

/* --- join --- */

#define JOINED_MAX 20 /* ten codes of one's own, each a book, beside the shipped ones */

struct joining {
	const char *id;
	uint32_t version;
	unsigned count;
	struct codebook *book[JOINED_MAX];
	struct book_part part[JOINED_MAX];
};

static void
keep_line(void *context, const char *line)
{
	size_t room = sizeof(work.text) - work.len;

	(void)context;
	if (work.len < sizeof(work.text))
		work.len += (size_t)snprintf(work.text + work.len, room, "%s\n", line);
}

/* What would be written must itself be a sound book; else nothing is. */
static int
write_joined(void)
{
	work.len = 0;
	keep_line(
	    NULL, "# Joined by `tocsin codebook join`: change the books, and join them again.");
	book_write(&work.book, keep_line, NULL);
	if (work.len <= CODEBOOK_FILE_MAX &&
	    book_read_codebook(work.text, work.len, &work.book, &work.faults) == ST_OK &&
	    book_check_codebook(&work.book, &work.faults) == ST_OK) {
		(void)fwrite(work.text, 1, work.len, stdout); /* main() sees what fails */
		return EXIT_SUCCESS;
	}
	print_faults(stderr, "the joined book");
	return cmd_fail(EXIT_REFUSED,
	    "these books cannot be joined: together they are no sound book, or longer than %d "
	    "octets",
	    CODEBOOK_FILE_MAX);
}

/* Say which languages were left behind, because not every book has them. */
static void
say_languages(const struct joining *j)
{
	for (unsigned i = 0; i < j->count; i++) {
		const struct languages *l = &j->part[i].book->languages;

		for (unsigned k = 0; k < l->count; k++)
			if (languages_find(&work.book.languages, l->code[k]) < 0)
				cmd_note("%s: its language %s is left out: another book lacks it",
				    j->part[i].name, l->code[k]);
	}
}

static int
join_loaded(struct joining *j)
{
	book_faults_init(&work.faults);
	if (book_join(j->part, j->count, j->id, j->version, &work.book, &work.faults) == ST_OK) {
		say_languages(j);
		return write_joined();
	}
	for (unsigned i = 0; i < work.faults.count; i++)
		(void)fprintf(stderr, "%s\n", work.faults.fault[i].words);
	return cmd_fail(EXIT_REFUSED, "the books do not fit together: mend them as said above");
}

static bool
read_version(const char *text, uint32_t *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*out = (uint32_t)value;
	return text[0] >= '1' && text[0] <= '9' && *end == '\0' && value <= INT32_MAX;
}

static int
join(int argc, char **argv)
{
	static struct joining j;
	int option, code = EXIT_REFUSED;

	j = (struct joining){.id = "joined", .version = 1};
	optind = 1;
	while ((option = getopt(argc, argv, "+i:v:")) != -1) {
		if (option == 'i')
			j.id = optarg;
		else if (option != 'v')
			return usage();
		else if (!read_version(optarg, &j.version))
			return cmd_fail(
			    EXIT_USAGE, "a version is a whole number from 1 to %d", INT32_MAX);
	}
	if (argc - optind < 2 || strlen(j.id) == 0 || strlen(j.id) > BOOK_ID_MAX)
		return usage();
	if (argc - optind > JOINED_MAX)
		return cmd_fail(EXIT_REFUSED, "at most %d books can be joined", JOINED_MAX);
	for (int i = optind; i < argc; i++) {
		if ((j.book[j.count] = checked_book(argv[i])) == NULL)
			break;
		j.part[j.count] = (struct book_part){j.book[j.count], argv[i]};
		j.count++;
	}
	if ((int)j.count == argc - optind)
		code = join_loaded(&j);
	for (unsigned i = 0; i < j.count; i++)
		free(j.book[i]);
	return code;
}

/* --- diff --- */

static void
print_line(void *context, const char *line)
{
	(void)context;
	printf("%s\n", line);
}

static int
diff(int argc, char **argv)
{
	struct codebook *was, *now = NULL;
	int code = EXIT_REFUSED;

	if (argc != 3)
		return usage();
	if ((was = checked_book(argv[1])) != NULL && (now = checked_book(argv[2])) != NULL) {
		code = EXIT_SUCCESS;
		if (book_diff(was, now, print_line, NULL) == 0)
			printf("nothing changed\n");
		book_faults_init(&work.faults);
		if (book_follow(was, now, &work.faults) != ST_OK) {
			printf("It cannot be put in force after the other:\n");
			print_faults(stdout, argv[2]);
		}
	}
	free(was);
	free(now);
	return code;
}

/* --- print --- */

static int
read_side(const char *text, int *side)
{
	if (strcmp(text, "front") == 0)
		*side = CARD_FRONT;
	else if (strcmp(text, "back") == 0)
		*side = CARD_BACK;
	else
		return -1;
	return 0;
}

static int
print_card(int argc, char **argv)
{
	const char *language = "";
	int option, side = -1;

	optind = 1;
	while ((option = getopt(argc, argv, "+l:s:")) != -1) {
		if (option == 'l')
			language = optarg;
		else if (option != 's' || read_side(optarg, &side) != 0)
			return usage();
	}
	if (argc - optind != 1)
		return usage();
	if (!take_book(argv[optind]))
		return EXIT_REFUSED;
	if (language[0] != '\0' && languages_find(&work.book.languages, language) < 0) {
		(void)fprintf(stderr, "%s: has no language '%s'\n", argv[optind], language);
		return EXIT_REFUSED;
	}
	if (side == -1)
		card_write(&work.book, language, print_line, NULL);
	else
		card_write_svg(&work.book, language, (enum card_side)side, print_line, NULL);
	return EXIT_SUCCESS;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} acts[] = {
    {"check", check_files},
    {"join", join},
    {"diff", diff},
    {"print", print_card},
    {"activate", codebook_activate},
    {"list", codebook_list},
};

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
cmd_codebook(int argc, char **argv)
{
	if ((argc > 1 && is_help(argv[1])) || (argc > 2 && is_help(argv[2])))
		return show_usage(stdout, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[1], acts[i].name) == 0)
			return acts[i].run(argc - 1, argv + 1);
	return usage();
}

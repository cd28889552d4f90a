/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages as people type them, tests/corpus/plain/NAME.tsv: source of the form, message, reports
 *in canonical text, ignored tokens, questions. Every file is read as if it came on Friday
 *2026-11-20 at 14:30, UTC+3; own.tsv with a personal list of places, noclock.tsv without a clock.
 *
 *	unit_test_plain_corpus --print FILE.tsv    writes the rows with what was read
 */
#include "tests/support/plain_row.h"

#include <dirent.h>

#define ROWS_MIN 300
#define COLUMNS 5

static struct plain plain;
static uint16_t own[OWN_MAX];
static unsigned rows;
static bool printing;

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_table(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".tsv") == 0;
}

static struct plain_setting
setting_of(const char *name)
{
	static const uint16_t ids[] = {101, 102, 103, 104, 1001, 1002};
	struct plain_setting with = {
	    .book = &row_book,
	    .places = &row_places,
	    .arrived = record_quarter(1795174200), /* 2026-11-20T11:30Z */
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		own[i + 1] = ids[i];
	if (strstr(name, "own.tsv") != NULL)
		with.own = own;
	if (strstr(name, "noclock.tsv") != NULL)
		with.arrived = RECORD_EVENT_NONE;
	return with;
}

/* \n and \xNN. */
static void
unescape(const char *in, char *out)
{
	for (; *in != '\0'; in++) {
		unsigned octet;

		if (in[0] == '\\' && in[1] == 'n') {
			*out++ = '\n';
			in++;
		} else if (in[0] == '\\' && in[1] == 'x' && sscanf(in + 2, "%2x", &octet) == 1) {
			*out++ = (char)octet;
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

static void
compare(const char *what, const char *got, const char *want, const char *message)
{
	if (CHECK(strcmp(got, want) == 0))
		return;
	printf("    %s\n    %s: got  \"%s\"\n    %*s  want \"%s\"\n", message, what, got,
	    (int)strlen(what), "", want);
}

/* What was read, printed and read again, is the same. */
static void
check_round(const struct plain_setting *with)
{
	static struct plain again;
	char text[PLAIN_PRINT_MAX], more[PLAIN_PRINT_MAX];

	for (unsigned i = 0; i < plain.reports; i++) {
		size_t len =
		    plain_print(&plain.report[i], with->book, with->places->offset_min, text);

		if (plain.report[i].open)
			continue;
		plain_parse(text, len, with, &again);
		CHECK_EQ(again.outcome, PLAIN_REPORTS);
		CHECK_EQ(again.reports, 1);
		(void)plain_print(&again.report[0], with->book, with->places->offset_min, more);
		CHECK_STR(more, text);
		CHECK(memcmp(&again.report[0].record, &plain.report[i].record,
			  sizeof(struct record)) == 0);
		CHECK_EQ(again.report[0].upper, plain.report[i].upper);
		CHECK_EQ(again.report[0].refers, plain.report[i].refers);
	}
}

static void
run_row(char *line, const struct plain_setting *with)
{
	char message[ROW_MAX], reports[ROW_MAX], ignored[ROW_MAX], asked[ROW_MAX];
	char *column[COLUMNS] = {NULL};
	unsigned n = 0;

	for (char *at = line; at != NULL && n < COLUMNS; n++) {
		column[n] = at;
		if ((at = strchr(at, '\t')) != NULL)
			*at++ = '\0';
	}
	if (!CHECK(n == COLUMNS || (printing && n >= 2)) || strlen(column[1]) >= ROW_MAX)
		return;
	unescape(column[1], message);
	plain_parse(message, strlen(message), with, &plain);
	row_reports(&plain, reports);
	row_ignored(&plain, message, ignored);
	row_asked(&plain, message, asked);
	rows++;
	if (printing) {
		printf("%s\t%s\t%s\t%s\t%s\n", column[0], column[1], reports, ignored, asked);
		return;
	}
	compare("reports", reports, column[2], column[1]);
	compare("ignored", ignored, column[3], column[1]);
	compare("asked", asked, column[4], column[1]);
	check_round(with);
}

static void
run_file(const char *path)
{
	static char text[256 * 1024];
	struct plain_setting with = setting_of(path);
	size_t len = slurp(path, text, sizeof(text) - 1);

	text[len] = '\0';
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (*line != '#' && *line != '\0')
			run_row(line, &with);
		else if (printing)
			printf("%s\n", line);
	}
}

int
main(int argc, char **argv)
{
	struct dirent **entry;
	char path[512];
	int n;

	row_load();
	if (argc == 3 && strcmp(argv[1], "--print") == 0) {
		printing = true;
		run_file(argv[2]);
		return 0;
	}
	n = scandir(TESTS_DIR "/corpus/plain", &entry, is_table, by_name);
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), TESTS_DIR "/corpus/plain/%s", entry[i]->d_name);
		run_file(path);
		free(entry[i]);
	}
	if (n > 0)
		free(entry);
	CHECK(rows >= ROWS_MIN);
	return check_done();
}

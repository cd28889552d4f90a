/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The largest book that there can be, 99 kinds in four languages: the five shipped ones and a
 * network's own, joined. How long are checking it and printing its card?
 *
 *	bench_codebook [ROUNDS]
 *
 * Prints one line a figure: name, median over the rounds, unit, mark.
 */
#include "reporting/book/book.h"
#include "reporting/report/card.h"
#include "tests/bench/figures.h"

#include <string.h>

#define ROUNDS_MAX 101
#define PARTS 6
#define OWN_FIRST 80
#define OWN_LAST 99

static const char *const ids[PARTS - 1] = {
    "atrocity", "election", "pastoral", "resilience", "hazard"};

static struct codebook part_book[PARTS], joined, book;
static struct book_faults faults;
static char text[CODEBOOK_FILE_MAX + 1], own[CODEBOOK_FILE_MAX];
static size_t text_len, octets;

static void
give_up(const char *what)
{
	(void)fprintf(stderr, "%s: %s\n", what, faults.count > 0 ? faults.fault[0].words : "");
	exit(2);
}

static void
load(const char *id, struct codebook *out)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), PROJECT_DIR "/schemas/codebook/%s.cfg", id);
	if ((f = fopen(path, "rb")) == NULL)
		give_up(path);
	text_len = fread(text, 1, sizeof(text), f);
	(void)fclose(f); /* read-only: nothing to lose */
	if (book_read_codebook(text, text_len, out, &faults) != ST_OK)
		give_up(path);
}

/* A network's own: the shape of `hazard`, with kinds of its own. `text` holds that file. */
static void
make_own(struct codebook *out)
{
	const char *kinds = strstr(text, "\nkinds = (");
	const char *head = strstr(text, "\nversion = ");
	int at;

	if (kinds == NULL || head == NULL)
		give_up("hazard");
	at =
	    snprintf(own, sizeof(own), "id = \"own\";%.*s\nkinds = (\n", (int)(kinds - head), head);
	(void)memcpy(strstr(own, "[ 68, 79 ]"), "[ 80, 99 ]", 10);
	for (unsigned code = OWN_FIRST; code <= OWN_LAST; code++) {
		at += snprintf(own + at, sizeof(own) - (size_t)at,
		    "{ code = %u; mnemonic = \"QZ%c\"; class = \"situation\"; severity = 3;\n",
		    code, 'A' + (int)(code - OWN_FIRST));
		for (unsigned i = 0; i < 3; i++)
			at += snprintf(own + at, sizeof(own) - (size_t)at,
			    "%s = { en = \"Of our own, the %u.\"; fr = \"Le nôtre, no. %u\"; sw = "
			    "\"Yetu, nambari %u\"; ar = \"خاص بنا رقم %u\"; };\n",
			    i == 0   ? "label"
			    : i == 1 ? "hint"
				     : "example",
			    code, code, code, code);
		at += snprintf(own + at, sizeof(own) - (size_t)at, "cap = \"Other\"; }%s\n",
		    code < OWN_LAST ? "," : "\n);");
	}
	if (book_read_codebook(own, (size_t)at, out, &faults) != ST_OK)
		give_up("own");
}

static void
keep(void *context, const char *line)
{
	(void)context;
	text_len += (size_t)snprintf(text + text_len, sizeof(text) - text_len, "%s\n", line);
	if (text_len > CODEBOOK_FILE_MAX)
		give_up("too long");
}

static void
count(void *context, const char *line)
{
	(void)context;
	octets += strlen(line);
}

static void
make(void)
{
	struct book_part part[PARTS];

	for (int i = 0; i < PARTS - 1; i++)
		load(ids[i], &part_book[i]);
	make_own(&part_book[PARTS - 1]);
	for (int i = 0; i < PARTS; i++)
		part[i] = (struct book_part){&part_book[i], i < PARTS - 1 ? ids[i] : "own"};
	if (book_join(part, PARTS, "all", 1, &joined, &faults) != ST_OK)
		give_up("join");
	text_len = 0;
	book_write(&joined, keep, NULL);
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 21;
	double check[ROUNDS_MAX], print[ROUNDS_MAX];
	char name[64];

	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 21;
	make();
	for (unsigned i = 0; i < rounds; i++) {
		check[i] = now_s();
		if (book_read_codebook(text, text_len, &book, &faults) != ST_OK ||
		    book_check_codebook(&book, &faults) != ST_OK)
			give_up("check");
		check[i] = (now_s() - check[i]) * 1e3;
		print[i] = now_s();
		card_write(&book, "ar", count, NULL);
		card_write_svg(&book, "ar", CARD_FRONT, count, NULL);
		card_write_svg(&book, "ar", CARD_BACK, count, NULL);
		print[i] = (now_s() - print[i]) * 1e3;
	}
	(void)snprintf(name, sizeof(name), "codebook of %u kinds, %u languages, checked",
	    book.kinds, book.languages.count);
	figure(name, median(check, rounds), "ms", 100, 0);
	figure("  its file", (double)text_len / 1024, "KiB", 0, 0);
	figure("  its card as text and on two sides of A5", median(print, rounds), "ms", 1000, 0);
	return octets > 0 ? 0 : 2;
}

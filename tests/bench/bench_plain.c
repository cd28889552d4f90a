/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many plain coded texts a second are read and packed, by one core? The messages are those of
 * the corpus that hold a report, as people type them.
 *
 *	bench_plain [ROUNDS]
 */
#include "tests/bench/figures.h"
#include "tests/support/plain_row.h"

#define MESSAGES_MAX 512
#define ROUNDS_MAX 101
#define REPEAT 100

static char tables[3][128 * 1024];
static struct {
	const char *text;
	size_t len;
} message[MESSAGES_MAX];
static unsigned messages;
static struct plain plain;

/* The second column of each row. */
static void
collect(const char *path, char *table, size_t size, const struct plain_setting *with)
{
	table[slurp(path, table, size - 1)] = '\0';
	for (char *line = strtok(table, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *from = strchr(line, '\t'), *end;

		if (line[0] == '#' || from == NULL || (end = strchr(++from, '\t')) == NULL ||
		    messages == MESSAGES_MAX)
			continue;
		plain_parse(from, (size_t)(end - from), with, &plain);
		if (plain.outcome == PLAIN_UNREADABLE)
			continue;
		message[messages].text = from;
		message[messages++].len = (size_t)(end - from);
	}
}

/* Of this process alone: the mark is one core's. */
static double
cpu_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static unsigned
read_all(const struct plain_setting *with)
{
	unsigned packed = 0;
	uint8_t wire[RECORD_LEN];

	for (unsigned i = 0; i < messages; i++) {
		plain_parse(message[i].text, message[i].len, with, &plain);
		for (unsigned k = 0; k < plain.reports; k++)
			packed += record_pack(&plain.report[k].record, wire) == ST_OK;
	}
	return packed;
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {"failures", "latin", "arabic"};
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 21, packed = 0;
	struct plain_setting with = {.book = &row_book, .places = &row_places, .arrived = 66158};
	double rate[ROUNDS_MAX], octets = 0;
	char path[512];

	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 21;
	row_load();
	for (unsigned i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), TESTS_DIR "/corpus/plain/%s.tsv", names[i]);
		collect(path, tables[i], sizeof(tables[i]), &with);
	}
	for (unsigned i = 0; i < messages; i++)
		octets += (double)message[i].len;
	for (unsigned i = 0; i < rounds; i++) {
		double from = cpu_s();

		for (unsigned k = 0; k < REPEAT; k++)
			packed += read_all(&with);
		rate[i] = messages * REPEAT / (cpu_s() - from);
	}
	figure("plain messages read and packed, one core", median(rate, rounds), "/s", 200000, 1);
	figure("  octets of one, on average", octets / messages, "octets", 0, 0);
	return messages > 0 && packed > 0 ? 0 : 2;
}

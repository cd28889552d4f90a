/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin retention`: old months: see them, read them, erase them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define MONTHS_MAX 64
#define MONTH_TEXT 16
#define DAY_TEXT 16

struct months {
	struct msg_retention_row row[MONTHS_MAX];
	size_t count;
	uint32_t today; /* days since 1970, as the gateway has it */
};

static void
month_text(char out[MONTH_TEXT], uint32_t month)
{
	(void)snprintf(out, MONTH_TEXT, "%04u-%02u", 2025 + month / 12, month % 12 + 1);
}

static void
day_text(char out[DAY_TEXT], int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&at, &tm) != NULL)
		(void)strftime(out, DAY_TEXT, "%Y-%m-%d", &tm);
}

static int
get_months(struct client *c, struct months *m)
{
	struct client_rows awaited = {MSG_RETENTION_ROW, MSG_RESULT, CLIENT_WAIT_LONG_S, false};
	struct ipc_message ask, answer;
	int code;

	m->count = 0;
	ipc_begin(&ask, MSG_RETENTION);
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	while (client_row(c, &awaited, &answer, &code)) {
		struct msg_retention_row *row = &answer.body.RETENTION_ROW;

		row->why[sizeof(row->why) - 1] = '\0';
		if (m->count < MONTHS_MAX)
			m->row[m->count++] = *row;
	}
	if (code == 0)
		m->today = answer.body.RESULT.value;
	return code;
}

static void
show_month(const struct msg_retention_row *row)
{
	char month[MONTH_TEXT], from[DAY_TEXT], to[DAY_TEXT], head[MONTH_TEXT + 2];
	char words[sizeof(row->why) + 64];

	month_text(month, row->month);
	day_text(from, row->from_s);
	day_text(to, row->to_s);
	(void)snprintf(head, sizeof(head), "%s  ", month);
	(void)snprintf(words, sizeof(words), "%s to %s, %" PRIu64 " rows, %s%s", from, to,
	    row->rows, row->goes ? "may go" : "stays: ", row->goes ? "" : row->why);
	show_item(head, words);
}

static void
show_json(const struct msg_retention_row *row)
{
	char month[MONTH_TEXT];
	struct json j;

	month_text(month, row->month);
	json_begin(&j, stdout);
	json_text(&j, "month", month);
	json_time(&j, "from", row->from_s);
	json_time(&j, "to", row->to_s);
	json_number(&j, "rows", (int64_t)row->rows);
	json_flag(&j, "base", row->has_base);
	json_flag(&j, "goes", row->goes);
	json_text(&j, "why_not", row->why);
	json_end(&j);
}

static int
list(int argc, char **argv)
{
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {
	    "tocsin retention [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	static struct months m;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	code = get_months(&c, &m);
	client_close(&c);
	for (size_t i = 0; code == 0 && i < m.count; i++) {
		if (as_json)
			show_json(&m.row[i]);
		else
			show_month(&m.row[i]);
	}
	return code;
}

/* --- reading --- */

static int
read_all(int argc, char **argv)
{
	const struct options o = {"tocsin retention read", NULL, 0, 0};
	struct ipc_message ask, answer;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_READ_ALL);
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_LONG_S);
	client_close(&c);
	if (code == 0 && answer.head.type != MSG_RESULT)
		return client_puzzled();
	if (code == 0)
		puts("Every month that is kept can be read now, until the gateway is closed.");
	return code;
}

/* --- dropping --- */

/* The last one of those that may go, not behind `month` if one was named. NULL: none, and said. */
static const struct msg_retention_row *
choose(const struct months *m, const char *month, int *code)
{
	const struct msg_retention_row *last = NULL;
	char text[MONTH_TEXT];

	for (size_t i = 0; i < m->count; i++) {
		month_text(text, m->row[i].month);
		if (month != NULL && strcmp(month, text) == 0 && !m->row[i].goes) {
			*code = cmd_fail(EXIT_REFUSED, "%s stays: %s", text, m->row[i].why);
			return NULL;
		}
		if (m->row[i].goes)
			last = &m->row[i];
		if (month != NULL && strcmp(month, text) == 0)
			return last;
	}
	if (month != NULL) {
		*code = cmd_fail(EXIT_REFUSED,
		    "the journal has no month \"%s\": 'tocsin retention' tells them", month);
		return NULL;
	}
	if (last == NULL)
		*code = cmd_fail(EXIT_REFUSED, "nothing may go yet%s%s", m->count > 0 ? ": " : "",
		    m->count > 0 ? m->row[0].why : "");
	return last;
}

static int
confirm(const struct months *m, const struct msg_retention_row *last, const char *yes_date)
{
	char today[DAY_TEXT], line[16];

	day_text(today, (int64_t)m->today * 86400);
	if (yes_date != NULL) {
		if (strcmp(yes_date, today) == 0)
			return 0;
		return cmd_fail(EXIT_REFUSED,
		    "the gateway's date is %s, not %s: nothing was erased", today, yes_date);
	}
	if (!isatty(STDIN_FILENO))
		return cmd_fail(EXIT_USAGE,
		    "nobody can be asked here: say yes to the date with --yes-date YYYY-MM-DD");
	puts("These months will be erased, for good:");
	for (const struct msg_retention_row *row = m->row; row <= last; row++)
		show_month(row);
	cmd_say("What was counted of them stays, for 13 months, and so does the roster. A copy of "
		"the card that was made before still holds them for who knows the passphrase, and "
		"an older backup for who holds the recovery key.");
	printf("Today is %s (UTC). If that is right, type yes to go on: ", today);
	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL || strcmp(line, "yes\n") != 0)
		return cmd_fail(EXIT_REFUSED, "not confirmed: nothing was erased");
	return 0;
}

static int
send_drop(struct client *c, uint32_t month, uint32_t today)
{
	struct ipc_message ask, answer;
	char text[MONTH_TEXT];
	int code;

	ipc_begin(&ask, MSG_DROP);
	ask.body.DROP.month = month;
	ask.body.DROP.day = today;
	code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S);
	if (code == 0 && answer.head.type != MSG_RESULT)
		return client_puzzled();
	month_text(text, month);
	if (code == 0)
		cmd_say("Erased: everything up to %s. Copies of the card and backups made before "
			"still hold it.",
		    text);
	return code;
}

static int
drop(int argc, char **argv)
{
	const char *month = NULL, *yes_date = NULL;
	const struct option_row rows[] = {
	    {"month", OPTION_TEXT, &month, 0, 0, NULL, "YYYY-MM",
		"up to this month, not all that may go"},
	    {"yes-date", OPTION_TEXT, &yes_date, 0, 0, NULL, "YYYY-MM-DD",
		"do not ask: this is today's date, in UTC"},
	};
	const struct options o = {
	    "tocsin retention drop [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	const struct msg_retention_row *last;
	static struct months m;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	code = get_months(&c, &m);
	client_close(&c); /* core waits for no typing */
	if (code != 0 || (last = choose(&m, month, &code)) == NULL ||
	    (code = confirm(&m, last, yes_date)) != 0 || (code = client_open(&c)) != 0)
		return code;
	code = send_drop(&c, last->month, m.today);
	client_close(&c);
	return code;
}

int
cmd_retention(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "drop") == 0)
		return drop(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "read") == 0)
		return read_all(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs(
		    "usage: tocsin retention [--json]\n"
		    "       tocsin retention read\n"
		    "       tocsin retention drop [--month YYYY-MM] [--yes-date YYYY-MM-DD]\n",
		    stdout);
		return 0;
	}
	return list(argc, argv);
}

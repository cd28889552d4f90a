/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/people.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/control/chosen.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

#define PAGE_ROWS 50

/* One page. *after moves to its last row; *rows counts it; *page is how many core gives at most. */
static int
one_page(struct client *c, struct ipc_message *ask, people_fn *fn, void *arg, uint64_t *after,
    uint32_t *rows, uint32_t *page)
{
	struct client_rows awaited = {MSG_ROSTER_ROW, MSG_RESULT, CLIENT_WAIT_S, false};
	struct ipc_message answer;
	int code;

	*rows = 0;
	code = client_ask(c, ask, &answer, CLIENT_WAIT_LONG_S);
	while (client_row(c, &awaited, &answer, &code)) {
		struct msg_roster_row *row = &answer.body.ROSTER_ROW;

		row->pseudonym[sizeof(row->pseudonym) - 1] = '\0';
		row->language[sizeof(row->language) - 1] = '\0';
		row->place_label[sizeof(row->place_label) - 1] = '\0';
		row->said_label[sizeof(row->said_label) - 1] = '\0';
		row->plain_reason[sizeof(row->plain_reason) - 1] = '\0';
		fn(row, arg);
		*after = row->seq;
		++*rows;
	}
	if (code == 0)
		*page = answer.body.RESULT.value;
	ipc_wipe(&answer);
	return code;
}

int
people_each(struct client *c, const char *pseudonym, people_fn *fn, void *arg)
{
	uint32_t rows = 0, page = 0;
	struct ipc_message ask;
	uint64_t after = 0;
	int code;

	do {
		ipc_begin(&ask, MSG_ROSTER);
		ask.body.ROSTER.after = after;
		ask.body.ROSTER.limit = PAGE_ROWS;
		if (pseudonym[0] != '\0' &&
		    (code = people_name(ask.body.ROSTER.pseudonym, pseudonym)) != 0)
			return code;
		code = one_page(c, &ask, fn, arg, &after, &rows, &page);
	} while (code == 0 && rows > 0 && rows >= page);
	return code;
}

struct sought {
	struct msg_roster_row *row;
	bool is_there;
};

static void
keep_active(const struct msg_roster_row *row, void *arg)
{
	struct sought *who = arg;

	if (row->revoked)
		return;
	*who->row = *row;
	who->is_there = true;
}

int
people_find(const char *pseudonym, struct msg_roster_row *row)
{
	struct sought who = {row, false};
	struct client c;
	int code;

	if (pseudonym[0] == '\0')
		return cmd_fail(EXIT_USAGE, "a pseudonym has 1 to %d octets", PSEUDONYM_MAX - 1);
	if ((code = client_open(&c)) != 0)
		return code;
	code = people_each(&c, pseudonym, keep_active, &who);
	client_close(&c); /* core waits for no typing */
	if (code == 0 && !who.is_there)
		return cmd_fail(EXIT_REFUSED,
		    "no active monitor has the pseudonym %s: see 'tocsin roster'", pseudonym);
	return code;
}

int
people_numbers_kept(const char *nothing)
{
	struct msg_setting_is keeps;
	int code = chosen_ask(SETTING_KEEP_NUMBERS, SETTING_TELL, NULL, &keeps);

	if (code == 0 && keeps.value == 0)
		return cmd_fail(EXIT_REFUSED,
		    "this gateway keeps no numbers, so %s; see 'tocsin setting --help' for what "
		    "keeping them means",
		    nothing);
	return code;
}

struct everybody {
	char (*name)[PSEUDONYM_MAX];
	size_t count;
};

static void
add_active(const struct msg_roster_row *row, void *arg)
{
	struct everybody *all = arg;

	if (!row->revoked && all->count < SLOT_MAX)
		memcpy(all->name[all->count++], row->pseudonym, PSEUDONYM_MAX);
}

static int
higher(int a, int b)
{
	return a > b ? a : b;
}

/* The roster first, to its end: its pages and another request's answers share the socket. */
static int
each_active(struct client *c, people_named_fn *fn, void *arg)
{
	struct everybody all = {calloc(SLOT_MAX, PSEUDONYM_MAX), 0};
	int code;

	if (all.name == NULL)
		return cmd_fail(EXIT_REFUSED, "no memory is left");
	code = people_each(c, "", add_active, &all);
	for (size_t i = 0; i < all.count && code != EXIT_UNREACHABLE; i++)
		code = higher(code, fn(c, all.name[i], arg));
	explicit_bzero(all.name, (size_t)SLOT_MAX * PSEUDONYM_MAX);
	free(all.name);
	return code;
}

int
people_named(struct client *c, const char *const *names, bool all, people_named_fn *fn, void *arg)
{
	int code = 0;

	if (all)
		return each_active(c, fn, arg);
	for (size_t i = 0; names[i] != NULL && code != EXIT_UNREACHABLE; i++)
		code = higher(code, fn(c, names[i], arg));
	return code;
}

bool
people_is_phone_number(const char *pseudonym)
{
	size_t digits = strspn(pseudonym, "0123456789+-/(). ");

	return pseudonym[digits] == '\0' && digits >= 7;
}

int
people_name(char out[PSEUDONYM_MAX], const char *pseudonym)
{
	size_t len = strlen(pseudonym);

	if (len == 0 || len >= PSEUDONYM_MAX)
		return cmd_fail(EXIT_USAGE, "a pseudonym has 1 to %d octets", PSEUDONYM_MAX - 1);
	memset(out, 0, PSEUDONYM_MAX);
	memcpy(out, pseudonym, len);
	return 0;
}

int
people_tell(struct ipc_message *ask, const char *pseudonym, const char *done)
{
	struct ipc_message answer;
	int code = client_ask_once(ask, CLIENT_WAIT_S, &answer);

	if (code != 0)
		return code;
	answer.body.RESULT.words[sizeof(answer.body.RESULT.words) - 1] = '\0';
	if (answer.body.RESULT.value == 0)
		cmd_say("%s", answer.body.RESULT.words);
	else
		cmd_say("%s %s", pseudonym, done);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin codebook activate` and `list`: what the gateway reads with. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/books.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/cmd_codebook.h"
#include "gateway/control/json.h"
#include "gateway/control/options.h"
#include "schemas/exit.h"

/* Too large for the stack. */
static struct book_file file;

static int
send_file(struct client *c)
{
	struct ipc_message ask, answer;
	struct msg_book_part *part = &ask.body.BOOK_PART;
	size_t at = 0, len;
	int code;

	do {
		len = file.len - at < sizeof(part->octets) ? file.len - at : sizeof(part->octets);
		ipc_begin(&ask, MSG_BOOK_PART);
		part->which = 0;
		part->total = (uint32_t)file.len;
		part->offset = (uint32_t)at;
		part->len = (uint32_t)len;
		memcpy(part->octets, file.text + at, len);
		code = client_ask(c, &ask, &answer, CLIENT_WAIT_S);
		at += len;
	} while (code == 0 && at < file.len);
	return code;
}

int
codebook_activate(int argc, char **argv)
{
	const struct options o = {"tocsin codebook activate FILE", NULL, 0, 1};
	struct ipc_message ask, answer;
	const char *path = NULL;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, &path, &code) || (code = client_is_open()) != 0 ||
	    (code = books_load(path, BOOK_CODEBOOK, &file)) != 0 || (code = client_open(&c)) != 0)
		return code;
	code = send_file(&c);
	if (code == 0) {
		ipc_begin(&ask, MSG_ACTIVATE);
		code = client_ask(&c, &ask, &answer, CLIENT_WAIT_LONG_S);
	}
	client_close(&c);
	if (code != 0)
		return code;
	cmd_say(
	    "%s is in force. What is written with an earlier version is still read with that one.",
	    path);
	cmd_say("Give the file, and a new card, to whoever writes with tocsin-compose.");
	return 0;
}

static void
show_version(const struct msg_codebook_row *row)
{
	printf("%-9s  version %-4u  %-20s  %3u kinds  %4u monitors  %s\n",
	    row->in_force ? "in force" : "past", row->version, row->id, row->kinds, row->writers,
	    row->languages);
}

static void
show_json(const struct msg_codebook_row *row)
{
	struct json j;

	json_begin(&j, stdout);
	json_text(&j, "id", row->id);
	json_number(&j, "version", row->version);
	json_flag(&j, "in_force", row->in_force != 0);
	json_number(&j, "kinds", row->kinds);
	json_text(&j, "languages", row->languages);
	json_number(&j, "monitors", row->writers);
	json_end(&j);
}

int
codebook_list(int argc, char **argv)
{
	bool as_json = false;
	const struct option_row rows[] = {
	    {"json", OPTION_FLAG, &as_json, 0, 0, NULL, NULL, "one JSON object a line"},
	};
	const struct options o = {"tocsin codebook list [OPTIONS]", rows, 1, 0};
	struct client_rows awaited = {MSG_CODEBOOK_ROW, MSG_RESULT, CLIENT_WAIT_LONG_S, false};
	struct ipc_message ask, answer;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_CODEBOOKS);
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_LONG_S);
	while (client_row(&c, &awaited, &answer, &code)) {
		struct msg_codebook_row *row = &answer.body.CODEBOOK_ROW;

		row->id[sizeof(row->id) - 1] = '\0';
		row->languages[sizeof(row->languages) - 1] = '\0';
		if (as_json)
			show_json(row);
		else
			show_version(row);
	}
	client_close(&c);
	return code;
}
